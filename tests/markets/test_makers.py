"""Market makers: LMSR, Manifold's CPMM with limit orders, and its form for answers that sum to one."""

from __future__ import annotations

from itertools import pairwise
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import (
    CpmmPool,
    buy_from_pool,
    cpmm_shares,
    cpmm_spend_to_reach,
    pool_after_spend,
    sell_to_pool,
)
from forecast.markets.makers.cpmm_limit_orders import LimitOrder, buy_with_limit_orders
from forecast.markets.makers.cpmm_multi import buy_answer, check_answers, cost_of_shares
from forecast.markets.makers.lmsr import lmsr_cost, lmsr_max_loss, lmsr_prices, lmsr_shares_for_spend, lmsr_trade_cost

POOLS = st.builds(CpmmPool, st.floats(1, 1e5), st.floats(1, 1e5), st.floats(0.05, 0.95))
SIDES = st.sampled_from(["yes", "no"])
SHARES = st.lists(st.floats(-500, 500), min_size=2, max_size=6)


def test_lmsr_has_the_numbers_of_cultivate():
    """Shares of 10, 20 and 23 at b = 10: a first price of .1354, a cost of 29.998000 (conventions, section 7)."""
    assert lmsr_prices([10, 20, 23], liquidity=10)[0] == pytest.approx(0.1354, abs=5e-5)
    assert lmsr_cost([10, 20, 23], liquidity=10) == pytest.approx(29.998, abs=5e-7)


def test_lmsr_charges_what_was_computed():
    """At b = 100, 50 YES from nothing cost 28.092980362, and the maker loses at most 69.314718056."""
    assert lmsr_trade_cost([0, 0], outcome=0, count=50, liquidity=100) == pytest.approx(28.092980362, abs=5e-10)
    assert lmsr_max_loss(2, liquidity=100) == pytest.approx(69.314718056, abs=5e-10)


@given(SHARES, st.floats(5, 500), st.data())
def test_lmsr_prices_are_the_derivative_of_the_cost(shares: list[float], liquidity: float, data: st.DataObject):
    """They sum to one, each is the slope of the cost, and adding to all shares adds as much to the cost and leaves the prices."""
    outcome = data.draw(st.integers(0, len(shares) - 1))
    prices = lmsr_prices(shares, liquidity=liquidity)
    assert prices.sum() == pytest.approx(1)
    step = 1e-4 * liquidity
    slope = (
        lmsr_trade_cost(shares, outcome=outcome, count=step, liquidity=liquidity)
        - lmsr_trade_cost(shares, outcome=outcome, count=-step, liquidity=liquidity)
    ) / (2 * step)
    assert slope == pytest.approx(prices[outcome], rel=1e-6)
    moved = np.asarray(shares) + 1e6
    assert lmsr_cost(moved, liquidity=liquidity) == pytest.approx(lmsr_cost(shares, liquidity=liquidity) + 1e6)
    assert lmsr_prices(moved, liquidity=liquidity) == pytest.approx(prices, rel=1e-5)


@given(SHARES, st.floats(5, 500), st.floats(0.001, 2000), st.data())
def test_lmsr_returns_what_was_paid(shares: list[float], liquidity: float, count: float, data: st.DataObject):
    """A trade costs the difference of two costs, selling it back returns that, and the spend buys those shares."""
    outcome = data.draw(st.integers(0, len(shares) - 1))
    paid = lmsr_trade_cost(shares, outcome=outcome, count=count, liquidity=liquidity)
    after = [each + count * (index == outcome) for index, each in enumerate(shares)]
    difference = lmsr_cost(after, liquidity=liquidity) - lmsr_cost(shares, liquidity=liquidity)
    assert paid == pytest.approx(difference, rel=1e-9, abs=1e-9)
    assert 0 <= paid <= count * (1 + 1e-12)
    assert lmsr_trade_cost(after, outcome=outcome, count=-count, liquidity=liquidity) == pytest.approx(-paid, rel=1e-6, abs=1e-9)
    bought = lmsr_shares_for_spend(shares, outcome=outcome, spend=paid, liquidity=liquidity)
    assert bought == pytest.approx(count, rel=1e-6)


def test_lmsr_is_stable_for_many_shares():
    """Neither 1e6 shares at b = 1 overflow, nor does a trade of 1e5."""
    assert lmsr_cost([1e6, 0], liquidity=1) == pytest.approx(1e6)
    assert lmsr_trade_cost([0, 0], outcome=1, count=1e5, liquidity=1) == pytest.approx(1e5 - log(2))
    assert lmsr_shares_for_spend([0, 0], outcome=1, spend=1e5, liquidity=1) == pytest.approx(1e5 + log(2))


@pytest.mark.parametrize(
    ("shares", "liquidity", "message"),
    [([1], 1, "two outcomes"), ([1, np.nan], 1, "finite"), ([1, 2], 0, "above 0"), ([1, 2], np.inf, "above 0")],
)
def test_lmsr_refuses_what_is_no_market(shares: list[float], liquidity: float, message: str):
    """One outcome, a gap, and no liquidity."""
    with pytest.raises(MarketFault, match=message):
        lmsr_cost(shares, liquidity=liquidity)


def test_the_probability_of_a_pool():
    """100/100 at p = .5 is .5 and 150/50 is .25 (manifold's own tests)."""
    assert CpmmPool(100, 100).probability == pytest.approx(0.5)
    assert CpmmPool(150, 50).probability == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("yes", "no", "p", "spend", "shares", "after"),
    [
        (100, 100, 0.5, 10, 19.0909090909, 0.5475113122),
        (150, 50, 0.5, 20, 62.8571428571, 0.3951612903),
        (100, 100, 0.3, 10, 29.9397267643, 0.3706108254),
    ],
)
def test_shares_for_a_spend(yes: float, no: float, p: float, spend: float, shares: float, after: float):
    """The rows computed from `common/src/calculate-cpmm.ts` (conventions, section 4), and the mirrored ones of NO."""
    pool = CpmmPool(yes, no, p)
    assert cpmm_shares(pool, "yes", spend) == pytest.approx(shares, abs=5e-11)
    assert pool_after_spend(pool, "yes", spend).probability == pytest.approx(after, abs=5e-11)
    mirrored = CpmmPool(no, yes, 1 - p)
    assert cpmm_shares(mirrored, "no", spend) == pytest.approx(shares, abs=5e-11)
    assert pool_after_spend(mirrored, "no", spend).probability == pytest.approx(1 - after, abs=5e-11)


@given(POOLS, SIDES, st.floats(0, 1e5))
def test_the_formula_is_manifolds(pool: CpmmPool, side, spend: float):
    """Shares as the platform writes them, the invariant kept, and money kept: what the pool holds more of and less of."""
    k = pool.yes**pool.p * pool.no ** (1 - pool.p)
    plain = (
        pool.yes + spend - (k * (spend + pool.no) ** (pool.p - 1)) ** (1 / pool.p)
        if side == "yes"
        else pool.no + spend - (k * (spend + pool.yes) ** -pool.p) ** (1 / (1 - pool.p))
    )
    shares = cpmm_shares(pool, side, spend)
    assert shares == pytest.approx(plain, rel=1e-9, abs=1e-6)
    after = pool_after_spend(pool, side, spend)
    assert after.yes**after.p * after.no ** (1 - after.p) == pytest.approx(k, rel=1e-9)
    own = (pool.yes, after.yes) if side == "yes" else (pool.no, after.no)
    assert own[1] == pytest.approx(own[0] + spend - shares, rel=1e-9, abs=1e-9 * (1 + own[0] + spend))


@settings(deadline=None)  # SciPy is imported by the first
@given(POOLS, SIDES, st.floats(0.01, 1e4))
def test_selling_back_returns_what_was_paid(pool: CpmmPool, side, spend: float):
    """Shares that are bought and sold again bring what they cost, and leave the pool as it was."""
    returned, after = sell_to_pool(pool_after_spend(pool, side, spend), side, cpmm_shares(pool, side, spend))
    assert returned == pytest.approx(spend, rel=1e-6, abs=1e-6)
    assert (after.yes, after.no) == pytest.approx((pool.yes, pool.no), rel=1e-6)


def test_selling_follows_the_closed_form():
    """At p = .5 the search finds what the quadratic says (conventions, section 4.1)."""
    pool = CpmmPool(120, 80)
    returned, _ = sell_to_pool(pool, "yes", 30)
    assert 30 - returned == pytest.approx((30 - 200 + sqrt(4 * 120 * 30 + (200 - 30) ** 2)) / 2, abs=1e-12)
    assert sell_to_pool(pool, "no", 0) == (0, pool)


@given(POOLS, SIDES, st.floats(0.02, 0.98))
def test_a_price_is_reached_by_its_spend(pool: CpmmPool, side, target: float):
    """The closed form for the spend moves the price there, and is 0 where it is beyond already."""
    spend = cpmm_spend_to_reach(pool, side, target)
    beyond = pool.probability >= target if side == "yes" else pool.probability <= target
    assert spend >= 0
    if beyond:
        assert not spend
    else:
        assert pool_after_spend(pool, side, spend).probability == pytest.approx(target, rel=1e-9)


def test_the_marginal_price_is_the_probability():
    """A tiny spend on YES buys 1/p shares a mana, on NO 1/(1 - p)."""
    pool = CpmmPool(300, 120, 0.41)
    assert 1e-6 / cpmm_shares(pool, "yes", 1e-6) == pytest.approx(pool.probability, rel=1e-6)
    assert 1e-6 / cpmm_shares(pool, "no", 1e-6) == pytest.approx(1 - pool.probability, rel=1e-6)


def test_the_pool_stops_at_its_limits():
    """A spend ends at .99, the rest is left, and a market that reads .9899999999999999 or .010000000000000007 is at its limit."""
    bought = buy_from_pool(CpmmPool(100, 100), "yes", 1e6)
    assert bought.pool.probability == pytest.approx(0.99)
    assert bought.spent + bought.unspent == pytest.approx(1e6)
    assert bought.spent == pytest.approx(100 * (sqrt(99) - 1))
    again = buy_from_pool(bought.pool, "yes", 10)
    assert (again.shares, again.spent, again.unspent) == (0, 0, 10)
    recorded = CpmmPool(yes=335.84750101757936, no=13598.155947854511, p=0.7097329828350025)
    assert recorded.probability == pytest.approx(0.9899999999999999, abs=1e-12)
    assert buy_from_pool(recorded, "yes", 10).spent == 0
    assert buy_from_pool(recorded, "no", 10).spent == 10
    assert buy_from_pool(CpmmPool(yes=994.9874371066196, no=10.0503781525921, p=0.5000000000000007), "no", 10).spent == 0


def test_a_limit_order_is_met_at_its_price():
    """From .5 with NO wanted at .6: the pool up to .6, then 12 shares for .6 each, then the pool again."""
    pool = CpmmPool(100, 100)
    first = cpmm_spend_to_reach(pool, "yes", 0.6)
    orders = (LimitOrder("no", 0.6, 4.8), LimitOrder("yes", 0.4, 50), LimitOrder("no", 0.9, 10))
    assert orders[0].shares == pytest.approx(12)
    bought, left = buy_with_limit_orders(pool, orders, "yes", first + 3)
    assert bought.shares == pytest.approx(cpmm_shares(pool, "yes", first) + 5)
    assert bought.pool.probability == pytest.approx(0.6)
    assert [order.amount for order in left] == pytest.approx([2.8, 50, 10])
    bought, left = buy_with_limit_orders(pool, orders, "yes", first + 7.2 + 1)
    at_limit = pool_after_spend(pool, "yes", first)
    assert bought.shares == pytest.approx(cpmm_shares(pool, "yes", first) + 12 + cpmm_shares(at_limit, "yes", 1))
    assert [order.amount for order in left] == pytest.approx([0, 50, 10])
    assert (bought.spent, bought.unspent) == pytest.approx((first + 8.2, 0))


def test_a_buyer_with_a_limit_leaves_the_rest():
    """At a limit of .55 the order at .6 is not met; NO goes down to its own limit, through the YES order on the way."""
    orders = (LimitOrder("no", 0.6, 4.8), LimitOrder("yes", 0.4, 4))
    bought, left = buy_with_limit_orders(CpmmPool(100, 100), orders, "yes", 1000, limit=0.55)
    assert (bought.pool.probability, left) == (pytest.approx(0.55), orders)
    assert bought.spent + bought.unspent == pytest.approx(1000)
    bought, left = buy_with_limit_orders(CpmmPool(100, 100), orders, "no", 1000, limit=0.3)
    assert (bought.pool.probability, left[1].amount) == (pytest.approx(0.3), 0)
    assert bought.spent == pytest.approx(cpmm_spend_to_reach(CpmmPool(100, 100), "no", 0.3) + 10 * 0.6)


@given(POOLS.filter(lambda pool: 0.02 < pool.probability < 0.98), st.floats(0.1, 1e4), st.lists(st.floats(0.05, 0.95), max_size=4))
def test_limit_orders_only_help_the_buyer(pool: CpmmPool, amount: float, limits: list[float]):
    """With orders against it a spend buys no fewer shares, moves the price no further, and no money appears."""
    orders = [LimitOrder("no", limit, 20) for limit in limits if limit > pool.probability]
    plain = buy_from_pool(pool, "yes", amount)
    bought, left = buy_with_limit_orders(pool, orders, "yes", amount)
    assert bought.shares >= plain.shares * (1 - 1e-9)
    assert bought.pool.probability <= plain.pool.probability + 1e-9
    paid_by_makers = sum(before.amount - after.amount for before, after in zip(orders, left, strict=True))
    filled = sum((before.amount - after.amount) / (1 - before.limit) for before, after in zip(orders, left, strict=True))
    into_pool = bought.spent + paid_by_makers - filled
    assert into_pool == pytest.approx(bought.pool.no - pool.no, rel=1e-6, abs=1e-6 * (1 + amount))


def answers(*probabilities: float, scale: float = 1e4) -> tuple[CpmmPool, ...]:
    """Pools with y · n = ``scale`` at these probabilities."""
    return tuple(CpmmPool(sqrt(scale * (1 - each) / each), sqrt(scale * each / (1 - each))) for each in probabilities)


def test_buying_an_answer_has_the_computed_numbers():
    """(.5, .3, .2), 10 mana on the first: conventions, section 4.1; in a pool of its own it would be 19.09 shares."""
    pools = answers(0.5, 0.3, 0.2)
    bought = buy_answer(pools, 0, "yes", 10)
    assert bought.shares == pytest.approx(19.4719058443, abs=5e-11)
    assert bought.through_others == pytest.approx(8.6558391858, abs=5e-10)
    expected = [0.5270007112, 0.2837389031, 0.1892603857]
    assert [pool.probability for pool in bought.pools] == pytest.approx(expected, abs=5e-11)
    assert cpmm_shares(pools[0], "yes", 10) == pytest.approx(19.0909090909, abs=5e-11)


WEIGHTS = st.lists(st.floats(0.1, 1), min_size=2, max_size=6)


@settings(deadline=None)  # SciPy is imported by the first
@given(WEIGHTS, SIDES, st.floats(0.01, 30), st.data())
def test_answers_sum_to_one_after_a_purchase(weights: list[float], side, amount: float, data: st.DataObject):
    """Probabilities sum to one, every pool keeps its product, and a market of answers gives no fewer shares than a pool alone."""
    pools = answers(*(each / sum(weights) for each in weights))
    answer = data.draw(st.integers(0, len(pools) - 1))
    bought = buy_answer(pools, answer, side, amount)
    check_answers(bought.pools)
    assert sum(pool.probability for pool in bought.pools) == pytest.approx(1, abs=1e-9)
    assert [pool.yes * pool.no for pool in bought.pools] == pytest.approx([1e4] * len(pools))
    assert bought.shares >= cpmm_shares(pools[answer], side, amount) * (1 - 1e-9)
    moved = bought.pools[answer].probability - pools[answer].probability
    assert moved > 0 if side == "yes" else moved < 0


def test_two_answers_are_one_question():
    """NO of one answer is YES of the other: the same shares and the same probabilities."""
    pools = answers(0.6, 0.4)
    no, yes = buy_answer(pools, 0, "no", 10), buy_answer(pools, 1, "yes", 10)
    assert no.shares == pytest.approx(yes.shares)
    assert [pool.probability for pool in no.pools] == pytest.approx([pool.probability for pool in yes.pools])


@given(st.floats(1, 1e4), st.floats(1, 1e4), SIDES, st.floats(0, 1e5))
def test_the_cost_of_shares_is_the_inverse_of_the_spend(yes: float, no: float, side, spend: float):
    """At p = .5 the closed form gives back what the shares cost."""
    pool = CpmmPool(yes, no)
    assert cost_of_shares(pool, side, cpmm_shares(pool, side, spend)) == pytest.approx(spend, rel=1e-8, abs=1e-8)


def test_more_money_buys_more_shares_at_worse_prices():
    """Shares a mana fall as the amount grows."""
    rates = [buy_answer(answers(0.5, 0.3, 0.2), 2, "yes", amount).shares / amount for amount in (0.01, 1, 10, 100)]
    assert all(more < less for less, more in pairwise(rates))
    assert rates[0] == pytest.approx(5, rel=1e-3)


def test_what_is_no_market_of_answers_is_refused():
    """One answer, sums other than one, another p, an answer that is not there, and a price past the limit."""
    for pools, message in (
        (answers(0.5), "two answers"),
        (answers(0.5, 0.6), "sum to 1.1"),
        ((CpmmPool(100, 100, 0.4), CpmmPool(100, 100, 0.6)), "p = 0.5"),
    ):
        with pytest.raises(MarketFault, match=message):
            buy_answer(pools, 0, "yes", 1)
    with pytest.raises(MarketFault, match="no answer 2 among 2"):
        buy_answer(answers(0.5, 0.5), 2, "yes", 1)
    with pytest.raises(MarketFault, match="the venue stops at"):
        buy_answer(answers(0.5, 0.5), 0, "yes", 1e5)
    with pytest.raises(MarketFault, match="a pool has shares of both sides"):
        CpmmPool(0, 100)
    with pytest.raises(MarketFault, match="an amount is a number"):
        cpmm_shares(CpmmPool(100, 100), "yes", -1)
