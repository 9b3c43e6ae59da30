"""Advice on several contracts: pool, edges, fractions of Kelly, orders with exact fees, what is held, and two sets of draws."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from forecast.inference.monte_carlo import greatest_unseen
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import day_begins
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.order_book import Level, make_book
from forecast.markets.stakes.advice import OfferedContract, StakeAdvice, StakeTerms, advise_stakes
from forecast.markets.stakes.joint_outcomes import PAYS_YES, VOID, JointOutcomes, joint_outcomes, with_unseen_outcomes
from forecast.markets.stakes.kelly import BinaryChances, kelly_fraction
from forecast.markets.stakes.model_weight import MODEL_ALONE, ModelWeight, pooled_chance
from forecast.markets.stakes.stake_optimum import kelly_stake_on_book
from forecast.markets.stakes.stake_problem import Holding, Limits
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.manifold_fees import MANIFOLD_FEES

D = Decimal
KALSHI = KalshiFees(day_begins(2026, 3, 1), "tests")
FREE = MANIFOLD_FEES[0]


def draws(chances: list[float], *, seed: int = 1, size: int = 8_192) -> JointOutcomes:
    """Dependent contracts that pay yes with about these chances."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(size, 1))
    noise = (common + rng.normal(size=(size, len(chances)))) / 2**0.5
    order = noise.argsort(axis=0).argsort(axis=0)
    return joint_outcomes((order < np.array(chances) * size).astype(np.int8))


def contract(bid: str, ask: str, *, name: str = "it", count: int = 100_000, fees=FREE, **changes) -> OfferedContract:
    """A contract with one level on each side."""
    book = make_book([Level(D(bid), D(count))], [Level(D(ask), D(count))])
    return replace(OfferedContract(name, float(D(bid) + D(ask)) / 2, book, fees), **changes)


def advice(contracts: list[OfferedContract], outcomes: JointOutcomes, other: JointOutcomes | None = None, **terms) -> StakeAdvice:
    """For 1,000 in cash, by the model alone where nobody says otherwise."""
    given = {"cash": 1_000.0, "fraction": 1.0, "weight": MODEL_ALONE} | terms
    return advise_stakes(
        contracts,
        chosen_on=outcomes,
        reported_on=outcomes if other is None else other,
        terms=StakeTerms(**given),
        greatest_unseen=greatest_unseen,
        rng=np.random.default_rng(1),
    )


def test_one_contract_is_the_single_stake():
    """Whole contracts with Kalshi's rounded fees, as the stake of one bet has them; NO where that is the better side."""
    for chance, side, bid, ask in ((0.7, "yes", ".48", ".50"), (0.3, "no", ".50", ".52")):
        its = contract(bid, ask, fees=KALSHI)
        found = advice([its], draws([chance]))
        expected = kelly_stake_on_book(its.book, BinaryChances(0.7), side=side, bankroll=1_000, fees=KALSHI)
        (only,) = found.contracts
        assert only.edge.side == side
        assert only.order.count == pytest.approx(expected.count, abs=2)
        assert only.order.count == int(only.order.count)
        assert only.order.fees == pytest.approx(float(KALSHI.trade_fee(D(".50"), D(int(only.order.count)))))
        assert found.growth == pytest.approx(expected.growth, rel=5e-3)  # less what no draw has


def test_the_pool_is_the_default_and_stakes_less():
    """Model .7, price .49: with a weight of .3 the chance is that of the weighted log odds, in the tilted draws too."""
    its = contract(".48", ".50")
    pooled = pooled_chance(model=0.7, market=0.49, weight=0.3)
    found = advice([its], draws([0.7]), weight=ModelWeight(0.3, 0.25, 0))
    (only,) = found.contracts
    assert only.pooled == pytest.approx(pooled, abs=1e-4)
    assert only.edge.chances.pays == pytest.approx(only.pooled, abs=1e-6)
    assert only.order.spent / 1_000 == pytest.approx(kelly_fraction(pooled, 0.5), abs=2e-3)
    assert only.order.spent < advice([its], draws([0.7])).contracts[0].order.spent


def test_exclusive_outcomes_are_pooled_together():
    """Their chances pooled one by one do not add up to one; pooled together they do, and overrounds of prices are a doubt."""
    ours, theirs = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.5, 0.3])
    outcomes = joint_outcomes(np.eye(3, dtype=np.int8), ours, effective=8_192)
    offered = [contract(f"{price - 0.01:.2f}", f"{price + 0.01:.2f}", name=f"{price}") for price in theirs]
    found = advice(offered, outcomes, weight=ModelWeight(0.3, 0.25, 0))
    mean = ours**0.3 * theirs**0.7
    assert [each.pooled for each in found.contracts] == pytest.approx(mean / mean.sum(), abs=1e-4)
    assert found.is_joint
    assert found.missed < 1e-4
    dear = [contract(f"{price:.2f}", f"{price + 0.02:.2f}", name=f"{price}") for price in theirs]
    assert 0.005 < advice(dear, outcomes, weight=ModelWeight(0.3, 0.25, 0)).missed < 0.02


def test_a_fraction_of_kelly_is_that_fraction_of_the_stake():
    """A quarter at one price; and who has bought it and asks again is told to buy nothing."""
    its = contract(".48", ".50")
    whole = advice([its], draws([0.7])).contracts[0].order
    quarter = advice([its], draws([0.7]), fraction=0.25).contracts[0].order
    assert quarter.count == pytest.approx(whole.count / 4, abs=2)
    held = (Holding(0, "yes", quarter.count, quarter.cost),)
    again = advice([its], draws([0.7]), fraction=0.25, cash=1_000 - quarter.spent, held=held)
    assert again.contracts[0].order.count < 0.15 * quarter.count  # wealth has grown by the expected gain


def test_an_edge_under_two_errors_gets_no_stake_and_the_reason():
    """100 draws cannot tell .55 from .50, and neither can a stated doubt of five points."""
    few = advice([contract(".48", ".50")], draws([0.55], size=100))
    doubted = advice([contract(".48", ".50", doubt=0.05)], draws([0.55]))
    for found in (few, doubted):
        assert found.contracts[0].order.count == 0
        assert "is under two errors" in found.contracts[0].refusal
        assert found.growth == 0
    assert advice([contract(".48", ".50")], draws([0.55])).contracts[0].order.count > 0
    assert "no edge" in advice([contract(".48", ".50")], draws([0.49])).contracts[0].refusal


def test_what_every_draw_has_gets_its_bound():
    """A contract that pays on all of 8,192 draws has a chance of 1 - .05^(1/8192), and is not bought with everything."""
    sure = joint_outcomes(np.ones((8_192, 1), dtype=np.int8))
    chance = with_unseen_outcomes(sure, greatest_unseen(8_192)).chances(PAYS_YES)
    assert chance == pytest.approx(1 - greatest_unseen(8_192))
    found = advice([contract(".48", ".50")], sure)
    assert found.contracts[0].model == pytest.approx(float(chance[0]))
    assert 900 < found.contracts[0].order.spent < 1_000


def test_it_is_chosen_on_one_set_and_reported_on_another():
    """Where the other draws know of no edge, the growth reported is below 0 and the chosen one above."""
    found = advice([contract(".48", ".50")], draws([0.7]), draws([0.45]))
    assert found.chosen_growth > 0 > found.growth
    assert found.expected_gain < 0
    assert found.drawdown.half > 0.9


def test_fees_and_minimums_leave_out_small_orders():
    """A stake under the smallest order is none, with that reason."""
    found = advice([contract(".48", ".50", minimum=D(5_000))], draws([0.7]))
    assert found.contracts[0].refusal == "the stake is less than the smallest order"


def test_orders_fit_into_the_limits_with_rounded_fees():
    """On each contract and on all together, and a third contract without an edge is left alone."""
    offered = [contract(".48", ".50", name=name, fees=KALSHI) for name in ("first", "second", "third")]
    found = advice(offered, draws([0.7, 0.7, 0.5]), limits=Limits(each=60, total=100))
    spent = [each.order.spent for each in found.contracts]
    assert max(spent) <= 60
    assert 95 < sum(spent) <= 100
    assert spent[2] == 0
    assert found.locked == pytest.approx(sum(spent))


def test_a_makers_contract_is_staked_along_its_curve():
    """And a book beside it, in one stake of the same money."""
    maker = OfferedContract("mana", 0.5, pool=CpmmPool(500, 500))
    found = advice([maker, contract(".48", ".50", name="book")], draws([0.7, 0.7]))
    assert all(each.order.count > 0 for each in found.contracts)
    assert found.contracts[0].order.fees == 0
    assert sum(each.order.spent for each in found.contracts) < 600


def test_void_contracts_move_stakes_as_the_closed_form_says():
    """With a chance v of being void and the price back, the stake is that of the chances given not void; the pool compares the same chances."""
    rows = draws([0.7]).rows
    weights = draws([0.7]).weights
    rows = np.vstack([rows, [[VOID]]]).astype(np.int8)
    outcomes = joint_outcomes(rows, np.append(0.8 * weights, 0.2), effective=8_192)
    found = advice([contract(".48", ".50")], outcomes)
    assert found.contracts[0].void == pytest.approx(0.2, abs=1e-6)
    assert found.contracts[0].order.spent / 1_000 == pytest.approx(kelly_fraction(0.7, 0.5), abs=3e-3)
    half = advice([contract(".48", ".50", refund=0.5)], outcomes, weight=ModelWeight(0.5, 0.1, 30))
    fair = 0.49 * (1 - 0.2 * 0.5) / 0.8
    assert half.contracts[0].pooled == pytest.approx(pooled_chance(model=0.7, market=fair, weight=0.5), abs=1e-4)


@pytest.mark.parametrize(("count", "is_overheld"), [(470.0, False), (480.0, True), (2_000.0, True)])
def test_where_more_is_held_than_the_fraction_risks_nothing_is_bought(count: float, *, is_overheld: bool):
    """A quarter of 1,000 in cash and of what is held is 333 held: 476 contracts at a chance of .7; the advice says what is held and what is at risk."""
    found = advice([contract(".38", ".40")], draws([0.7]), fraction=0.25, held=(Holding(0, "yes", count, count / 2),))
    (only,) = found.contracts
    assert (found.overheld is not None) is is_overheld
    assert only.order.count == 0
    if found.overheld is not None:
        assert only.refusal == "what is held already takes up all that is put at risk"
        assert found.overheld.worth == pytest.approx(0.7 * count, rel=1e-3)
        assert found.overheld.at_risk == pytest.approx(0.25 * (1_000 + found.overheld.worth))
        assert found.overheld.least_fraction == pytest.approx(found.overheld.worth / (1_000 + found.overheld.worth))
        room = advice([contract(".38", ".40")], draws([0.7]), fraction=0.99, held=(Holding(0, "yes", count, count / 2),))
        assert room.overheld is None


def test_what_is_no_offer_is_refused():
    """Contracts without offers, no cash, and a contract that is void on every draw."""
    with pytest.raises(MarketFault, match="neither a book"):
        advice([OfferedContract("it", 0.5)], draws([0.7]))
    with pytest.raises(MarketFault, match="cash is above 0"):
        advice([contract(".48", ".50")], draws([0.7]), cash=0.0)
    with pytest.raises(MarketFault, match="void on every draw"):
        advice([contract(".48", ".50")], joint_outcomes(np.full((10, 1), VOID, dtype=np.int8)))
