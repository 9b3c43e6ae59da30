"""The joint Kelly stake: closed forms, brute force, books, curves, void contracts, shared collateral, limits, and what no draw has."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from math import inf, log
from operator import itemgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import day_begins
from forecast.markets.makers.cpmm import CpmmPool, cpmm_shares, cpmm_spend_to_reach, pool_after_spend
from forecast.markets.order_book import Level
from forecast.markets.stakes import joint_kelly
from forecast.markets.stakes.joint_kelly import joint_kelly_stake, log_growth
from forecast.markets.stakes.joint_outcomes import PAYS_NO, PAYS_YES, VOID, JointOutcomes, joint_outcomes
from forecast.markets.stakes.kelly import BinaryChances, kelly_fraction
from forecast.markets.stakes.legs import Leg, OfferLevel, Trade, leg_on_levels, leg_on_pool
from forecast.markets.stakes.stake_optimum import kelly_stake_on_curve, optimal_count
from forecast.markets.stakes.stake_problem import Holding, Limits, StakeProblem, locked_capital, value_of_holdings
from forecast.markets.venues.kalshi_fees import KalshiFees

pytestmark = pytest.mark.medium

KALSHI = KalshiFees(day_begins(2026, 3, 1), "tests")
BANKROLL = 1_000.0


def outcomes_of(probabilities: dict[tuple[int, ...], float]) -> JointOutcomes:
    """Joint outcomes by their probabilities, known exactly."""
    return joint_outcomes(np.array(list(probabilities), dtype=np.int8), np.array(list(probabilities.values())), effective=inf)


def problem_of(outcomes: JointOutcomes, legs: tuple[Leg, ...], **changes) -> StakeProblem:
    """A bankroll of 1,000 in cash, and nothing that no draw has."""
    given = {"wealth": np.full(len(outcomes.weights), BANKROLL), "cash": BANKROLL, "refunds": np.ones(outcomes.contracts)}
    given |= {"unseen": 0.0, "unseen_wealth": BANKROLL} | changes
    return StakeProblem(outcomes, legs, **given)


def deep(contract: int, price: float, side="yes", fee: float = 0.0) -> Leg:
    """Contracts without end at one price."""
    return Leg(contract, side, (OfferLevel(price, fee, 1e9),))


def single(probability: float, void: float = 0.0) -> JointOutcomes:
    """One contract."""
    ends = {(PAYS_YES,): probability * (1 - void), (PAYS_NO,): (1 - probability) * (1 - void), (VOID,): void}
    return outcomes_of({end: chance for end, chance in ends.items() if chance})


@settings(deadline=None)
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.95), st.sampled_from([0.0, 0.01]))
def test_one_bet_has_the_closed_form(probability: float, price: float, fee: float):
    """(p - c) / (1 - c) of the bankroll, on either side."""
    for side, chance in (("yes", probability), ("no", 1 - probability)):
        stake = joint_kelly_stake(problem_of(single(probability), (deep(0, price, side, fee),)))
        assert stake.trades[0].spent / BANKROLL == pytest.approx(kelly_fraction(chance, price, fee=fee), abs=5e-4)
        assert stake.gap <= 1e-6


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 98), st.integers(1, 400)), min_size=1, max_size=6, unique_by=itemgetter(0)),
    st.floats(0.05, 0.95),
)
def test_one_bet_on_a_book_is_the_numerical_optimum(levels: list[tuple[int, int]], probability: float):
    """Walking the book with Kalshi's fees, as many contracts as Brent's method finds level by level, whatever the depth."""
    book = [Level(Decimal(cents) / 100, Decimal(count)) for cents, count in sorted(levels)]
    leg = leg_on_levels(0, "yes", book, KALSHI.fee_of_contract)
    assert leg is not None
    problem = problem_of(single(probability), (leg,))
    found = joint_kelly_stake(problem)
    count = optimal_count(book, BinaryChances(probability), BANKROLL, KALSHI.fee_of_contract)
    assert found.growth == pytest.approx(log_growth(problem, (_walked(leg, count),)), abs=1e-6)
    assert found.trades[0].count == pytest.approx(count, abs=1.0)


def _walked(leg: Leg, count: float) -> Trade:
    left, cost, fees = count, 0.0, 0.0
    for offer in leg.offers:
        taken = min(left, offer.count)
        left, cost, fees = left - taken, cost + taken * offer.price, fees + taken * offer.fee
    return Trade(count - left, cost, fees)


@settings(deadline=None, max_examples=30)
@given(st.floats(50, 2_000), st.floats(50, 2_000), st.floats(0.3, 0.7), st.floats(0.05, 0.95))
def test_one_bet_on_manifolds_curve_is_the_numerical_optimum(yes: float, no: float, p: float, probability: float):
    """As Brent's method finds it, on either side."""
    pool = CpmmPool(yes, no, p)
    for side, chance in (("yes", probability), ("no", 1 - probability)):
        leg = leg_on_pool(0, side, pool)
        assert leg is not None
        found = joint_kelly_stake(problem_of(single(probability), (leg,)))
        expected = kelly_stake_on_curve(
            lambda spend, side=side: cpmm_shares(pool, side, spend),
            lambda spend, leg=leg: leg.curve.price(spend),
            BinaryChances(chance),
            side=side,
            bankroll=BANKROLL,
            most=cpmm_spend_to_reach(pool, side, 0.99 if side == "yes" else 0.01),
        )
        assert found.growth == pytest.approx(expected.growth, abs=2e-7)
        assert found.trades[0].spent == pytest.approx(expected.cost, abs=1.0)


def exclusive_kelly(chances: Array, costs: Array) -> Array:
    """The shares of the bankroll by the closed form of exclusive outcomes.

    Smoczynski and Tomkins (2010), Mathematical Scientist 35: outcomes join in the order of p / c as long as that exceeds the reserve
    (1 - Σp) / (1 - Σc); each then has p - reserve · c.
    """
    chosen: list[int] = []
    reserve = 1.0
    for index in np.argsort(-chances / costs):
        if chances[index] / costs[index] <= reserve:
            break
        chosen.append(int(index))
        reserve = (1 - chances[chosen].sum()) / (1 - costs[chosen].sum())
    shares = np.zeros(len(chances))
    shares[chosen] = chances[chosen] - reserve * costs[chosen]
    return shares


def test_exclusive_outcomes_have_the_closed_form():
    """Of 40 random races with an overround, among them bets that by themselves lose money."""
    rng = np.random.default_rng(1)
    negative = 0
    for _ in range(40):
        size = int(rng.integers(2, 7))
        chances, costs = rng.dirichlet(np.full(size, 2.0)), 1.06 * rng.dirichlet(np.full(size, 2.0)) + 0.01
        if costs.max() >= 0.97:
            continue
        outcomes = outcomes_of({tuple(int(at == winner) for at in range(size)): chances[winner] for winner in range(size)})
        problem = problem_of(outcomes, tuple(deep(at, costs[at]) for at in range(size)))
        stake, expected = joint_kelly_stake(problem), exclusive_kelly(chances, costs)
        wanted = tuple(Trade(share / cost * BANKROLL, share * BANKROLL) for share, cost in zip(expected, costs, strict=True))
        assert stake.growth == pytest.approx(log_growth(problem, wanted), abs=1e-6)
        spent = np.array([trade.spent for trade in stake.trades])
        assert spent / BANKROLL == pytest.approx(expected, abs=2e-3)
        negative += bool(((expected > 0.01) & (chances < costs)).any())
    assert negative > 3


def dependent(rng: np.random.Generator) -> tuple[JointOutcomes, tuple[Leg, ...]]:
    """Three dependent contracts whose prices are off by about 0.5 log odds."""
    chances = rng.dirichlet(np.full(8, 0.7))
    outcomes = outcomes_of(dict(zip(product((0, 1), repeat=3), chances, strict=True)))
    odds = np.log(outcomes.chances(PAYS_YES) / (1 - outcomes.chances(PAYS_YES))) + rng.normal(0, 0.5, 3)
    prices = np.clip(1 / (1 + np.exp(-odds)), 0.05, 0.95)
    sides = ["yes" if chance > price else "no" for chance, price in zip(outcomes.chances(PAYS_YES), prices, strict=True)]
    return outcomes, tuple(
        deep(at, float(prices[at] if sides[at] == "yes" else 1 - prices[at]) + 0.005, sides[at], 0.005) for at in range(3)
    )


def test_three_dependent_bets_are_brute_force():
    """No point of a grid, refined three times around its best, grows faster, and the best is where the stake is."""
    rng = np.random.default_rng(2)
    for _ in range(12):
        outcomes, legs = dependent(rng)
        problem = problem_of(outcomes, legs, limits=Limits(total=700))
        found = joint_kelly_stake(problem)
        rows = np.stack([(outcomes.rows[:, at] == (legs[at].side == "yes")) / legs[at].offers[0].cost - 1.0 for at in range(3)])
        low, high = np.zeros(3), np.full(3, 0.7)
        for _ in range(4):
            axes = [np.linspace(*ends, 25) for ends in zip(low, high, strict=True)]
            grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 3)
            grid = grid[grid.sum(axis=1) <= 0.7 + 1e-12]
            wealth = 1 + grid @ rows
            values = np.where((wealth > 0).all(axis=1), np.log(np.maximum(wealth, 1e-300)) @ outcomes.weights, -inf)
            best = grid[values.argmax()]
            step = (high - low) / 24
            low, high = np.maximum(best - 2 * step, 0), best + 2 * step
        assert found.growth >= values.max() - 1e-9
        assert found.growth == pytest.approx(values.max(), abs=1e-5)
        assert np.array([trade.spent for trade in found.trades]) / BANKROLL == pytest.approx(best, abs=0.01)


@settings(deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.9), st.floats(0.0, 0.3))
def test_a_contract_that_may_be_void_has_its_closed_form(probability: float, price: float, void: float):
    """(p (1 - c) - q c) / ((1 - c)(p + q)) where the whole price comes back, with p and q the chances to win and to lose."""
    pays, loses = probability * (1 - void), (1 - probability) * (1 - void)
    expected = max(0.0, (pays * (1 - price) - loses * price) / ((1 - price) * (pays + loses)))
    stake = joint_kelly_stake(problem_of(single(probability, void), (deep(0, price),)))
    assert stake.trades[0].spent / BANKROLL == pytest.approx(expected, abs=2e-4)


def test_fees_do_not_come_back_and_neither_does_more_than_the_refund():
    """Where a contract is void its fees are lost, and all but its refund."""
    outcomes = single(0.7, 0.2)
    for refund, fee in ((1.0, 0.02), (0.5, 0.0)):
        problem = problem_of(outcomes, (deep(0, 0.4, fee=fee),), refunds=np.array([refund]))
        trade = Trade(100, 40, 100 * fee)
        expected = (
            0.56 * log(1 + (60 - 100 * fee) / 1000)
            + 0.24 * log(1 - (40 + 100 * fee) / 1000)
            + 0.2 * log(1 - (40 * (1 - refund) + 100 * fee) / 1000)
        )
        assert log_growth(problem, (trade,)) == pytest.approx(expected)
        assert joint_kelly_stake(problem).growth >= expected


def test_exclusive_no_share_collateral():
    """NO of three exclusive outcomes cost .75 each and pay at least two of three: what limits the stake is .25, not 2.25."""
    outcomes = outcomes_of({(1, 0, 0): 0.2, (0, 1, 0): 0.2, (0, 0, 1): 0.2, (0, 0, 0): 0.4})
    legs = tuple(deep(at, 0.75, "no") for at in range(3))
    apart = joint_kelly_stake(problem_of(outcomes, legs))
    problem = problem_of(outcomes, legs, groups=((0, 1, 2),))
    together = joint_kelly_stake(problem)
    counts = [trade.count for trade in together.trades]
    assert counts == pytest.approx([800.0] * 3, rel=1e-3)  # 1,000 of wealth: .6 log(1 - .25 x / 1,000) + .4 log(1 + .75 x / 1,000)
    assert locked_capital(problem, together.trades) == pytest.approx(200, rel=1e-3)
    assert sum(trade.spent for trade in apart.trades) == pytest.approx(BANKROLL, rel=1e-3)
    assert together.growth > apart.growth + 0.009
    with_held = problem_of(outcomes, legs[1:], groups=((0, 1, 2),), held=(Holding(0, "no", 100, 75),))
    assert locked_capital(with_held, (Trade(100, 75), Trade(100, 75))) == pytest.approx(-50)


def test_limits_hold_and_the_rest_is_the_optimum_within_them():
    """On each contract and on all: with the binding ones the gap to the optimum is still below 1e-6."""
    outcomes, legs = dependent(np.random.default_rng(5))
    free = joint_kelly_stake(problem_of(outcomes, legs))
    each = joint_kelly_stake(problem_of(outcomes, legs, limits=Limits(each=50)))
    both = joint_kelly_stake(problem_of(outcomes, legs, limits=Limits(each=50, total=80)))
    assert max(trade.spent for trade in free.trades) > 50
    assert max(trade.spent for trade in each.trades) == pytest.approx(50, rel=1e-6)
    assert sum(trade.spent for trade in both.trades) == pytest.approx(80, rel=1e-6)
    assert free.growth > each.growth > both.growth > 0


def test_what_wins_on_every_draw_does_not_take_everything():
    """With an unseen outcome of 3 in 10,000 a certain bet at .5 is a bet of .9997: it leaves .0006 of the bankroll."""
    sure = outcomes_of({(1,): 1.0})
    stake = joint_kelly_stake(problem_of(sure, (deep(0, 0.5),), unseen=3e-4))
    assert stake.trades[0].spent / BANKROLL == pytest.approx(kelly_fraction(1 - 3e-4, 0.5), abs=1e-5)
    hedged = outcomes_of({(1, 0): 0.5, (0, 1): 0.5})  # one of both wins on every draw
    both = joint_kelly_stake(problem_of(hedged, (deep(0, 0.45), deep(1, 0.45)), unseen=3e-4))
    assert 0 < 1 - sum(trade.spent for trade in both.trades) / BANKROLL < 0.01
    assert both.growth < log(1 / 0.9)


def test_what_is_held_counts():
    """Who holds the optimum buys no more, and who holds half of it the other half."""
    outcomes, leg = single(0.7), deep(0, 0.4)
    for count, rest in ((1250.0, 0.0), (625.0, 625.0)):
        held = (Holding(0, "yes", count, 0.4 * count),)
        cash = BANKROLL - 0.4 * count
        wealth = cash + value_of_holdings(outcomes.rows, held, np.ones(1))
        stake = joint_kelly_stake(problem_of(outcomes, (leg,), held=held, wealth=wealth, cash=cash))
        assert stake.trades[0].count == pytest.approx(rest, abs=1.0)


def test_many_levels_and_legs_are_solved():
    """Twelve contracts with both sides and 40 shallow levels each: 960 offers, within 1e-6 of the optimum."""
    rng = np.random.default_rng(3)
    common = rng.normal(size=(4_000, 1))
    draws = (common + rng.normal(size=(4_000, 12)) < rng.normal(0, 0.8, 12)).astype(np.int8)
    outcomes = joint_outcomes(draws)
    legs = []
    for at, chance in enumerate(outcomes.chances(PAYS_YES)):
        price = float(np.clip(chance + rng.normal(0, 0.08), 0.05, 0.9))
        for side, first in (("yes", price), ("no", 1 - price)):
            levels = [OfferLevel(first + 0.01 + 0.002 * step, 0.01, 20.0) for step in range(40) if first + 0.02 + 0.002 * step < 1]
            legs += [Leg(at, side, tuple(levels))] if levels else []
    stake = joint_kelly_stake(problem_of(outcomes, tuple(legs), unseen=7e-4))
    assert stake.growth > 0
    assert stake.gap <= 1e-6
    for at in range(12):
        both = [trade.count for leg, trade in zip(legs, stake.trades, strict=True) if leg.contract == at]
        assert min(both) < 1e-3  # nobody buys both sides


def test_a_stake_that_is_not_the_optimum_is_refused(monkeypatch: pytest.MonkeyPatch):
    """A solver that stops short gives no advice."""
    whole = joint_kelly._maximum
    monkeypatch.setattr(joint_kelly, "_maximum", lambda space, start=None: 0.9 * whole(space, start))
    with pytest.raises(MarketFault, match="the joint stake was not found"):
        joint_kelly_stake(problem_of(single(0.7), (deep(0, 0.4),)))


def test_what_is_no_problem_is_refused():
    """Wealth that may be lost already, contracts that are not there, offers out of order, and legs with nothing to buy."""
    for make in (
        lambda: problem_of(single(0.5), (), wealth=np.array([0.0, 1.0])),
        lambda: problem_of(single(0.5), (deep(1, 0.5),)),
        lambda: problem_of(single(0.5), (), groups=((0,), (0,))),
        lambda: problem_of(single(0.5), (), refunds=np.array([2.0])),
        lambda: Leg(0, "yes", (OfferLevel(0.5, 0, 1), OfferLevel(0.4, 0, 1))),
        lambda: Leg(0, "yes"),
        lambda: Limits(each=-1),
        lambda: joint_outcomes(np.array([[3]], dtype=np.int8)),
        lambda: joint_outcomes(np.array([[1]], dtype=np.int8), np.array([0.0])),
    ):
        with pytest.raises(MarketFault):
            make()
    stopped = CpmmPool(1.0, 99.0)
    assert leg_on_pool(0, "yes", stopped) is None
    assert pool_after_spend(stopped, "yes", 0.0).probability == pytest.approx(0.99)
    assert joint_kelly_stake(problem_of(single(0.5), ())).trades == ()
