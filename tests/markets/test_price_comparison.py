"""A fair price beside bid and ask: verdicts after spread, fees and doubt, the gain a year, and quotes through time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from forecast.markets.comparison.deviation import Deviation, known_deviation
from forecast.markets.comparison.price_comparison import (
    ContractTerms,
    OurChance,
    compare_price,
    fair_price,
    gain_a_year,
)
from forecast.markets.comparison.price_history import answers_in_force, compare_through_time, last_move
from forecast.markets.sides import ContractSide

CHANCE = OurChance(0.4, (0.3, 0.5))


def _quadratic_fee(price: float) -> float:
    return 0.07 * price * (1 - price)


def _terms(side: ContractSide = "yes", deviation: Deviation | None = None, refund: float = 1.0) -> ContractTerms:
    return ContractTerms(side, known_deviation() if deviation is None else deviation, refund, _quadratic_fee)


@pytest.mark.parametrize(
    ("bid", "ask", "verdict", "side"),
    [
        (0.38, 0.42, "within the spread", "no"),
        (0.38, 0.39, "within the fees", "yes"),
        (0.33, 0.35, "within our doubt", "yes"),
        (0.20, 0.22, "beyond our doubt", "yes"),
        (0.60, 0.62, "beyond our doubt", "no"),
        (0.45, 0.47, "within our doubt", "no"),
    ],
)
def test_a_difference_is_judged_by_spread_fees_and_doubt(bid: float, ask: float, verdict: str, side: str) -> None:
    """A fair price of .40, between .30 and .50, is compared with what either side costs after fees, at its mean and at its nearer end."""
    compared = compare_price(CHANCE, _terms(), bid=bid, ask=ask)
    assert compared.verdict == verdict
    assert compared.purchase is not None
    assert verdict in {"within the spread", "within the fees"} or compared.purchase.side == side


def test_the_gain_is_what_is_paid_less_price_and_fee() -> None:
    """Buying YES at .20 gains .40 - .20 less the fee, and .30 - .20 less the fee at the nearer end; buying NO costs 1 less the bid."""
    yes = compare_price(CHANCE, _terms(), bid=None, ask=0.20).purchase
    no = compare_price(CHANCE, _terms(), bid=0.60, ask=None).purchase
    assert yes is not None
    assert no is not None
    assert (yes.gain, yes.gain_at_end) == pytest.approx((0.2 - 0.0112, 0.1 - 0.0112))
    assert (no.price, no.gain, no.gain_at_end) == pytest.approx((0.4, 0.2 - 0.0168, 0.1 - 0.0168))


def test_the_side_is_a_field_and_never_read_off_the_price() -> None:
    """Where the contract's NO pays with our Yes, the fair price of its YES is the complement, and the gains are those of the mirror image."""
    mirrored = compare_price(CHANCE, _terms("no"), bid=0.78, ask=0.80)
    plain = compare_price(CHANCE, _terms("yes"), bid=0.20, ask=0.22)
    assert mirrored.fair.value == pytest.approx(0.6)
    assert mirrored.fair.interval == pytest.approx((0.5, 0.7))
    assert mirrored.purchase is not None
    assert plain.purchase is not None
    assert (mirrored.purchase.side, plain.purchase.side) == ("no", "yes")
    assert (mirrored.purchase.gain, mirrored.purchase.gain_at_end) == pytest.approx((plain.purchase.gain, plain.purchase.gain_at_end))


def test_a_void_contract_gives_back_the_price_and_not_the_fee() -> None:
    """With a chance of void the gain is that part of the difference that is not void, and the whole fee is lost."""
    compared = compare_price(CHANCE, _terms(deviation=known_deviation(void=0.25)), bid=None, ask=0.2)
    assert compared.fair.value == pytest.approx(0.4)
    assert compared.purchase is not None
    assert (compared.purchase.gain, compared.purchase.gain_at_end) == pytest.approx((0.75 * 0.2 - 0.0112, 0.75 * 0.1 - 0.0112))
    lost = compare_price(CHANCE, _terms(deviation=known_deviation(void=0.25), refund=0.0), bid=None, ask=0.2)
    assert lost.fair.value == pytest.approx(0.75 * 0.4)
    assert lost.purchase is not None
    assert lost.purchase.gain == pytest.approx(0.75 * 0.4 - 0.2 - 0.0112)


def test_doubt_of_the_contract_widens_the_interval() -> None:
    """Draws of `yes_if_yes` and `yes_if_no` add their spread to that of the chance, as roots of sums of squares."""
    rng = np.random.default_rng(2)
    deviation = Deviation(rng.beta(18, 2, 20_000), rng.beta(1, 19, 20_000), np.zeros(20_000))
    known, both = (fair_price(OurChance(0.4, its), _terms(deviation=deviation)) for its in ((0.4, 0.4), (0.3, 0.5)))
    alone = fair_price(CHANCE, _terms(deviation=known_deviation(0.9, 0.05)))
    assert known.value == pytest.approx(both.value) == pytest.approx(0.4 * 0.9 + 0.6 * 0.05, abs=0.002)
    for end in (0, 1):
        parts = [abs(its.interval[end] - its.value) for its in (known, alone)]
        assert abs(both.interval[end] - both.value) == pytest.approx(math.hypot(*parts), rel=0.02)


def test_a_gain_a_year_is_compounded() -> None:
    """A gain of 5 % in 73.05 days is five of them a year; within a day, and where it is beyond all use, there is none."""
    assert gain_a_year(0.01, 0.2, 73) == pytest.approx(1.05 ** (365.25 / 73) - 1)
    assert gain_a_year(0.01, 0.2, 0) is None
    assert gain_a_year(0.01, 0.2, None) is None
    assert gain_a_year(0.1, 0.2, 1) is None
    assert gain_a_year(-0.3, 0.3, 10) == pytest.approx(-1.0)


def test_quotes_are_compared_with_the_answer_that_stood_then() -> None:
    """A quote before the first answer, a closed market's and one without an offer are not compared; the others are, with the last answer."""
    quoted = np.array([5, 10, 15, 20, 25, 30, 35])
    bid = np.array([0.1, 0.1, 0.5, np.nan, np.nan, 0.3, 0.3])
    ask = np.array([0.2, 0.2, 0.6, 0.35, np.nan, 0.5, 0.5])
    comparable = np.array([True] * 6 + [False])
    compared = compare_through_time(quoted, bid, ask, comparable=comparable, answered=np.array([10, 20]), fair=np.array([0.3, 0.4]))
    assert compared.answer.tolist() == [-1, 0, 0, 1, 1, 1, 1]
    assert compared.above.tolist() == [False, True, False, True, False, False, False]
    assert compared.below.tolist() == [False, False, True, False, False, False, False]
    assert compared.within.tolist() == [False, False, False, False, False, True, False]
    assert compared.compared == 4


def test_no_answer_yet_compares_nothing() -> None:
    """Without an answer no quote is compared."""
    none = compare_through_time(
        np.array([1, 2]),
        np.array([0.1, 0.2]),
        np.array([0.3, 0.4]),
        comparable=np.array([True, True]),
        answered=np.array([], dtype=np.int64),
        fair=np.array([]),
    )
    assert none.compared == 0


def test_a_price_moves_when_bid_or_ask_changes() -> None:
    """The last move is the first quote with today's bid and ask in one run; a side missing twice has not changed."""
    nan = np.nan
    assert last_move(np.array([1, 2, 3, 4]), np.array([0.1, 0.2, 0.2, 0.2]), np.array([0.3, 0.3, nan, nan])) == 3
    assert last_move(np.array([1, 2, 3]), np.array([0.1, 0.1, 0.1]), np.array([0.3, 0.3, 0.3])) == 1
    assert last_move(np.array([], dtype=np.int64), np.array([]), np.array([])) is None


def test_a_million_quotes_agree_with_one_at_a_time() -> None:
    """Of a million random quotes a sample compares as each does by itself."""
    rng = np.random.default_rng(9)
    size = 1_000_000
    quoted, answered = rng.integers(0, 10_000, size), np.sort(rng.integers(0, 10_000, 50))
    bid, fair = rng.random(size) * 0.9, rng.random(50)
    ask = bid + 0.1
    compared = compare_through_time(quoted, bid, ask, comparable=np.ones(size, dtype=bool), answered=answered, fair=fair)
    assert answers_in_force(quoted, answered).shape == (size,)
    for index in rng.integers(0, size, 200).tolist():
        before = [place for place, at in enumerate(answered.tolist()) if at <= quoted[index]]
        found = (bool(compared.below[index]), bool(compared.above[index]), bool(compared.within[index]))
        price = fair[before[-1]] if before else None
        assert found == ((False,) * 3 if price is None else (price < bid[index], price > ask[index], bid[index] <= price <= ask[index]))
