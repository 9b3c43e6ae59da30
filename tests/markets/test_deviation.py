"""How a contract may end otherwise than our question: chances, fair prices, payouts, and contracts that deviate together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from forecast.language import special
from forecast.language.arrays import Array
from forecast.markets.comparison.deviation import (
    Deviation,
    DeviationQuantiles,
    QuantileFunction,
    chance_at_price,
    chance_of_payment,
    combine_in_quadrature,
    draw_deviations,
    draw_outcomes,
    expected_value,
    fair_prices,
    known_deviation,
)
from forecast.markets.faults import MarketFault


@pytest.mark.parametrize("chance", [0.0, 0.2, 0.7, 1.0])
def test_a_contract_pays_by_total_probability(chance: float) -> None:
    """The chance of payment is (1 - void) · (p · yes_if_yes + (1 - p) · yes_if_no), as counted in simulated worlds."""
    rng = np.random.default_rng(1)
    deviation = known_deviation(0.9, 0.05, 0.1)
    expected = 0.9 * (chance * 0.9 + (1 - chance) * 0.05)
    assert float(chance_of_payment(chance, deviation)) == pytest.approx(expected, rel=1e-12)
    pays, void = draw_outcomes(rng.random(400_000) < chance, deviation, rng.random((2, 400_000)))
    assert pays.mean() == pytest.approx(expected, abs=0.004)
    assert void.mean() == pytest.approx(0.1, abs=0.002)
    assert not (pays & void).any()


def test_a_contract_like_our_question_has_its_chance_as_the_fair_price() -> None:
    """Without a deviation the fair price of our side is the chance, and that of the other side its complement, whatever the side is called."""
    yes = fair_prices(0.3, known_deviation(), side="yes")
    no = fair_prices(0.3, known_deviation(), side="no")
    assert (float(yes.yes), float(yes.no)) == pytest.approx((0.3, 0.7))
    assert (float(no.yes), float(no.no)) == pytest.approx((0.7, 0.3))


@pytest.mark.parametrize("refund", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("void", [0.0, 0.2])
def test_buying_at_the_fair_price_gains_nothing(refund: float, void: float) -> None:
    """At its fair price either side has an expected value of 0 before fees, and after fees it loses them."""
    deviation = known_deviation(0.95, 0.02, void)
    prices = fair_prices(0.4, deviation, side="yes", refund=refund)
    pays = 0.4 * 0.95 + 0.6 * 0.02
    for price, chance in ((float(prices.yes), pays), (float(prices.no), 1 - pays)):
        assert expected_value(chance, price, void=void, refund=refund, fee=0.0) == pytest.approx(0.0, abs=1e-15)
        assert expected_value(chance, price, void=void, refund=refund, fee=0.01) == pytest.approx(-0.01, abs=1e-15)
    assert float(prices.yes + prices.no) == pytest.approx((1 - void) / (1 - void * refund))


def test_a_full_refund_leaves_the_fair_price_alone() -> None:
    """With a full refund a void contract moves the chance of payment and not the fair price."""
    sound, often_void = (fair_prices(0.4, known_deviation(0.9, 0.1, void), side="yes").yes for void in (0.0, 0.5))
    assert float(sound) == pytest.approx(float(often_void)) == pytest.approx(0.4 * 0.9 + 0.6 * 0.1)


def test_the_fair_price_moves_with_each_of_the_three() -> None:
    """The fair price rises with `yes_if_yes` by p, with `yes_if_no` by 1 - p, and falls with `void` where nothing is refunded."""
    at = {name: float(fair_prices(0.25, known_deviation(*its), side="yes", refund=0.0).yes) for name, its in _STEPS.items()}
    assert at["yes_if_yes"] - at["base"] == pytest.approx(0.25 * 0.01)
    assert at["yes_if_no"] - at["base"] == pytest.approx(0.75 * 0.01)
    assert at["void"] == pytest.approx(0.98 * at["base"])


_STEPS = {"base": (0.9, 0.05, 0.0), "yes_if_yes": (0.91, 0.05, 0.0), "yes_if_no": (0.9, 0.06, 0.0), "void": (0.9, 0.05, 0.02)}


@pytest.mark.parametrize("refund", [0.0, 1.0])
def test_a_price_is_turned_into_a_chance(refund: float) -> None:
    """The chance at a price is that at which the price is fair; a price that no chance explains lies outside 0 to 1."""
    deviation = known_deviation(0.9, 0.05, 0.1)
    price = float(fair_prices(0.37, deviation, side="yes", refund=refund).yes)
    assert chance_at_price(price, deviation, refund=refund) == pytest.approx(0.37)
    assert chance_at_price(0.95, deviation) > 1
    assert chance_at_price(0.01, deviation) < 0


def test_contracts_of_one_source_deviate_together() -> None:
    """On a draw two contracts of one source have the same levels of their own priors; those of another source, or of none, have others."""
    half = DeviationQuantiles(_beta(2, 2), _beta(1, 9), _none, "the agency")
    rare = DeviationQuantiles(_beta(8, 2), _beta(1, 30), _none, "the agency")
    alone = DeviationQuantiles(_beta(2, 2), _beta(1, 9), _none)
    drawn = draw_deviations({"a": half, "b": rare, "c": alone, "d": alone}, np.random.default_rng(3), draws=4_000)
    together = np.argsort(drawn["a"].yes_if_yes)
    assert all(early <= late for early, late in pairwise(drawn["b"].yes_if_yes[together].tolist()))
    assert abs(np.corrcoef(drawn["c"].yes_if_yes, drawn["a"].yes_if_yes)[0, 1]) < 0.05
    assert abs(np.corrcoef(drawn["c"].yes_if_yes, drawn["d"].yes_if_yes)[0, 1]) < 0.05
    assert float(drawn["b"].means.yes_if_yes) == pytest.approx(0.8, abs=1e-3)
    assert float(drawn["b"].yes_if_yes.std()) == pytest.approx(np.sqrt(8 * 2 / (10**2 * 11)), rel=0.01)


def test_in_a_world_the_likelier_deviation_happens_wherever_the_other_does() -> None:
    """With the same uniforms, the contract that deviates more often does so in every world in which the other does."""
    rng = np.random.default_rng(4)
    happened, uniforms = rng.random(10_000) < 0.5, rng.random((2, 10_000))
    less, _ = draw_outcomes(happened, known_deviation(0.95, 0.02), uniforms)
    more, _ = draw_outcomes(happened, known_deviation(0.8, 0.10), uniforms)
    assert ((less != happened) <= (more != happened)).all()
    assert (more != happened).mean() == pytest.approx(0.15, abs=0.02)


def test_what_is_no_deviation_is_refused() -> None:
    """A probability outside 0 to 1, a contract that says nothing of the question, and one that is certainly void are refused."""
    with pytest.raises(MarketFault, match="yes_if_no"):
        Deviation(np.array([0.5]), np.array([1.5]), np.array([0.0]))
    with pytest.raises(MarketFault, match="says nothing"):
        chance_at_price(0.5, known_deviation(0.3, 0.3))
    with pytest.raises(MarketFault, match="certainly void"):
        fair_prices(0.5, known_deviation(void=1.0), side="yes")
    with pytest.raises(MarketFault, match="refund"):
        expected_value(0.5, 0.4, void=0.1, refund=2.0, fee=0.0)


def test_independent_doubts_add_up_as_squares() -> None:
    """One doubt keeps its interval; two independent ones of 3 and 4 make one of 5."""
    assert combine_in_quadrature(0.5, [(0.4, 0.7)]) == pytest.approx((0.4, 0.7))
    assert combine_in_quadrature(0.5, [(0.47, 0.53), (0.46, 0.54)]) == pytest.approx((0.45, 0.55))


def _beta(alpha: float, beta: float) -> QuantileFunction:
    return lambda levels: special.betaincinv(alpha, beta, levels)


def _none(levels: Array) -> Array:
    return np.zeros_like(levels)
