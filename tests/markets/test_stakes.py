"""Pooling, and the Kelly stake of one binary bet: closed forms, fees, slippage and void contracts."""

from __future__ import annotations

from decimal import Decimal
from math import inf, log

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import day_begins
from forecast.markets.makers.cpmm import CpmmPool, cpmm_shares, cpmm_spend_to_reach, pool_after_spend
from forecast.markets.makers.lmsr import lmsr_prices, lmsr_shares_for_spend
from forecast.markets.order_book import Level, make_book, offers_to_buyer
from forecast.markets.stakes.kelly import BinaryChances, deferred_probability, expected_log_growth, kelly_fraction
from forecast.markets.stakes.pooling import (
    arithmetic_mean_of_probabilities,
    extremise,
    geometric_mean_of_odds,
    log_odds,
    posterior_probability,
)
from forecast.markets.stakes.stake_optimum import kelly_stake_on_book, kelly_stake_on_curve, optimal_count
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.manifold_fees import MANIFOLD_FEES

D = Decimal
FREE = MANIFOLD_FEES[0]
KALSHI = KalshiFees(day_begins(2026, 3, 1), "tests")
INSIDE = st.floats(0.01, 0.99)


def test_the_geometric_mean_of_odds_has_sevillas_numbers():
    """1:70, 1:44, 1:255 and 1:249 come to 1:118, which is .84 %; the arithmetic mean is 1.105 % (conventions, section 7)."""
    probabilities = [1 / 71, 1 / 45, 1 / 256, 1 / 250]
    pooled = geometric_mean_of_odds(probabilities)
    assert round((1 - pooled) / pooled) == 118
    assert 100 * pooled == pytest.approx(0.84, abs=0.005)
    assert arithmetic_mean_of_probabilities(probabilities) == pytest.approx(0.01105, abs=5e-6)


def test_pooling_has_squigglepys_numbers():
    """Of its docstrings: `geomean_odds([.1, .3, .9])` and `simple_bayes(.01, .8, .096)`."""
    assert geometric_mean_of_odds([0.1, 0.3, 0.9]) == pytest.approx(0.42985748800076845, rel=1e-14)
    assert posterior_probability(0.01, if_true=0.8, if_false=0.096) == pytest.approx(0.07763975155279504, rel=1e-14)


def test_extremising_has_the_computed_numbers():
    """.7 with 1.73 gives .81242202, with 2.5 .89266386, and with 1 exactly .7."""
    assert extremise(0.7, 1.73) == pytest.approx(0.81242202, abs=5e-9)
    assert extremise(0.7, 2.5) == pytest.approx(0.89266386, abs=5e-9)
    assert extremise(0.7, 1) == 0.7  # noqa: RUF069 - the identity


@given(st.lists(INSIDE, min_size=1, max_size=6), st.floats(0.1, 2))
def test_pools_are_symmetric_and_between(probabilities: list[float], factor: float):
    """Pooling what is against an event gives one less the pool, a pool lies between its parts, and equal weights are none."""
    pooled = geometric_mean_of_odds(probabilities)
    assert geometric_mean_of_odds([1 - each for each in probabilities]) == pytest.approx(1 - pooled)
    assert min(probabilities) - 1e-12 <= pooled <= max(probabilities) + 1e-12
    assert geometric_mean_of_odds(probabilities, [3.0] * len(probabilities)) == pytest.approx(pooled)
    assert log_odds(extremise(pooled, factor)) == pytest.approx(factor * log_odds(pooled), abs=1e-9)


def test_weights_count():
    """A weight of 0 leaves one out, and weights need not add up to one."""
    assert geometric_mean_of_odds([0.2, 0.9], [2, 0]) == pytest.approx(0.2)
    assert log_odds(geometric_mean_of_odds([0.2, 0.6], [3, 1])) == pytest.approx((3 * log_odds(0.2) + log_odds(0.6)) / 4)


@pytest.mark.parametrize("probabilities", [[], [0.0, 0.5], [1.0], [float("nan")]])
def test_what_has_no_odds_is_refused(probabilities: list[float]):
    """Nothing is clamped: 0 and 1 have no finite log odds."""
    with pytest.raises(MarketFault):
        geometric_mean_of_odds(probabilities)


def test_bad_weights_are_refused():
    """Too many, below 0, all of them 0, or none of a number."""
    for weights in ([1], [1, -1], [0, 0], [1, float("nan")], [1, inf]):
        with pytest.raises(MarketFault, match="weight"):
            geometric_mean_of_odds([0.2, 0.4], weights)
    with pytest.raises(MarketFault, match="a factor is above 0"):
        extremise(0.5, 0)
    with pytest.raises(MarketFault, match="impossible"):
        posterior_probability(0.5, if_true=0, if_false=0)


def test_kelly_has_the_stated_numbers():
    """.7 at .4 stakes half; with a deference of .5 a quarter, 25 of 100 (squigglepy's docstring); without an edge nothing."""
    assert kelly_fraction(0.7, 0.4) == pytest.approx(0.5)
    deferred = deferred_probability(0.7, 0.4, deference=0.5)
    assert kelly_fraction(deferred, 0.4) == pytest.approx(0.25)
    assert 100 * kelly_fraction(deferred, 0.4) == pytest.approx(25)
    assert kelly_fraction(0.4, 0.4) == kelly_fraction(0.3, 0.4) == 0
    assert kelly_fraction(0.42, 0.4, fee=0.02) == pytest.approx(0)


def deep(price: float | str, count: int = 10**9) -> tuple[Level, ...]:
    """Contracts without end at one price."""
    return (Level(D(str(price)), D(count)),)


@settings(deadline=None)  # SciPy is imported by the first
@given(st.integers(1, 99).map(lambda cents: cents / 100), INSIDE, st.floats(10, 1e6))
def test_the_optimum_is_the_closed_form(price: float, probability: float, bankroll: float):
    """At one price the searched stake is the closed form, without fees and with Kalshi's before rounding."""
    for fees in (FREE, KALSHI):
        fee = fees.fee_of_contract(price)
        count = optimal_count(deep(price), BinaryChances(probability), bankroll, fees.fee_of_contract)
        assert count * (price + fee) / bankroll == pytest.approx(kelly_fraction(probability, price, fee=fee), rel=1e-8, abs=1e-9)


@settings(deadline=None)
@given(st.integers(5, 95).map(lambda cents: cents / 100), st.floats(0.05, 0.9), st.floats(0, 0.1))
def test_a_contract_that_may_be_void_has_its_closed_form(price: float, pays: float, void: float):
    """Where the whole price comes back, f = (p (1 - c) - q c) / ((1 - c)(p + q)); a void contract neither wins nor loses."""
    chances = BinaryChances(pays, void)
    expected = max(0.0, (pays * (1 - price) - chances.loses * price) / ((1 - price) * (pays + chances.loses)))
    assert optimal_count(deep(price), chances, 100, lambda _: 0.0) * price / 100 == pytest.approx(expected, rel=1e-8, abs=1e-9)


def test_a_void_contract_costs_its_fees():
    """With fees that do not come back a void contract loses them, so that less is staked than without them."""
    free = optimal_count(deep(0.4), BinaryChances(0.5, 0.2), 100, lambda _: 0.0)
    charged = optimal_count(deep(0.4), BinaryChances(0.5, 0.2), 100, KALSHI.fee_of_contract)
    half = optimal_count(deep(0.4), BinaryChances(0.5, 0.2, refund=0.5), 100, lambda _: 0.0)
    assert half < free
    assert charged < free
    growth = expected_log_growth(BinaryChances(0.5, 0.2), bankroll=100, count=10, cost=4, fees=1)
    assert growth == pytest.approx(0.5 * log(1.05) + 0.3 * log(0.95) + 0.2 * log(0.99))
    growth = expected_log_growth(BinaryChances(0.5, 0.2, refund=0.5), bankroll=100, count=10, cost=4, fees=1)
    assert growth == pytest.approx(0.5 * log(1.05) + 0.3 * log(0.95) + 0.2 * log(0.97))


BOOKS = st.lists(st.tuples(st.integers(1, 99), st.integers(1, 200)), min_size=1, max_size=5).map(
    lambda levels: make_book([], [Level(D(cents) / 100, D(count)) for cents, count in levels])
)


@settings(deadline=None)
@given(BOOKS, st.floats(0.05, 0.95), st.floats(5, 200))
def test_the_optimum_on_a_book_is_brute_force(book, probability: float, bankroll: float):
    """No whole number of contracts grows faster, walking the book with Kalshi's fees before rounding, than the fractional optimum."""
    chances = BinaryChances(probability)
    best = optimal_count(book.asks, chances, bankroll, KALSHI.fee_of_contract)

    def growth(count: float) -> float:
        left, cost, fees = count, 0.0, 0.0
        for level in book.asks:
            taken = min(left, float(level.count))
            left, cost, fees = left - taken, cost + taken * float(level.price), fees + taken * KALSHI.fee_of_contract(float(level.price))
        if cost + fees > bankroll:
            return -inf
        return expected_log_growth(chances, bankroll=bankroll, count=count, cost=cost, fees=fees)

    most = sum(float(level.count) for level in book.asks)
    grid = np.unique(np.append(np.arange(0, most + 1), [best * (1 - 1e-3), best * (1 + 1e-3)]))
    assert growth(best) >= max(growth(float(count)) for count in grid if count <= most) - 1e-12


def test_a_stake_on_a_book_has_exact_fees():
    """.7 for a price of .40 with 1,000: whole contracts below the optimum, each level a fill of its own with its own rounded fee."""
    book = make_book([], [Level(D(".40"), D(100)), Level(D(".45"), D(2000))])
    stake = kelly_stake_on_book(book, BinaryChances(0.7), side="yes", bankroll=1000, fees=KALSHI)
    second = stake.count - 100
    assert second > 0
    assert stake.cost == pytest.approx(40 + 0.45 * second)
    assert stake.fees == pytest.approx(float(KALSHI.trade_fee(D(".40"), D(100)) + KALSHI.trade_fee(D(".45"), D(second))))
    assert stake.count <= optimal_count(book.asks, BinaryChances(0.7), 1000, KALSHI.fee_of_contract) < stake.count + 1
    assert stake.expected_gain == pytest.approx(0.7 * stake.count - stake.spent)
    assert stake.growth == pytest.approx(
        expected_log_growth(BinaryChances(0.7), bankroll=1000, count=stake.count, cost=stake.cost, fees=stake.fees)
    )


def test_a_stake_on_no_walks_the_bids():
    """NO at .7 where YES is bid at .60: it costs .40, so that the stake is that of YES at .40."""
    yes, no = make_book([], deep(".40")), make_book(deep(".60"), [])
    for side, book in (("yes", yes), ("no", no)):
        stake = kelly_stake_on_book(book, BinaryChances(0.7), side=side, bankroll=1000, fees=FREE)
        assert (stake.side, stake.count, stake.cost) == (side, 1250, pytest.approx(500))
    assert offers_to_buyer(no, "no") == yes.asks


def test_fees_that_eat_an_edge_leave_no_stake():
    """One cent of edge is less than a fee of .0175; and one contract whose fee is rounded up to a cent is not bought either."""
    nothing = kelly_stake_on_book(make_book([], deep(".50")), BinaryChances(0.51), side="yes", bankroll=1000, fees=KALSHI)
    assert (nothing.count, nothing.spent, nothing.growth) == (0, 0, 0)
    few = make_book([], [Level(D(".01"), D(1))])
    assert kelly_stake_on_book(few, BinaryChances(0.015), side="yes", bankroll=1000, fees=KALSHI).count == 0


@settings(deadline=None)
@given(st.builds(CpmmPool, st.floats(50, 1e4), st.floats(50, 1e4), st.floats(0.2, 0.8)), INSIDE, st.floats(10, 1e5))
def test_the_optimum_on_manifolds_curve_is_brute_force(pool: CpmmPool, probability: float, bankroll: float):
    """No spend grows faster; it stays short of where the price is the probability, and of the closed form at the first price."""
    most = cpmm_spend_to_reach(pool, "yes", 0.99)
    assume(most > 0)
    stake = kelly_stake_on_curve(
        lambda spend: cpmm_shares(pool, "yes", spend),
        lambda spend: pool_after_spend(pool, "yes", spend).probability,
        BinaryChances(probability),
        side="yes",
        bankroll=bankroll,
        most=most,
    )

    def growth(spend: float) -> float:
        return expected_log_growth(BinaryChances(probability), bankroll=bankroll, count=cpmm_shares(pool, "yes", spend), cost=spend)

    grid = np.append(np.linspace(0, min(bankroll, most), 200), [stake.cost * (1 - 1e-3), min(stake.cost * (1 + 1e-3), bankroll)])
    assert growth(stake.cost) >= max(map(growth, grid)) - 1e-12
    assert stake.cost <= cpmm_spend_to_reach(pool, "yes", probability) + 1e-9
    assert stake.cost / bankroll <= kelly_fraction(probability, pool.probability) + 1e-9


def test_a_deep_maker_is_a_fixed_price():
    """With liquidity of 1e9 an LMSR stakes what the closed form says, and with 100 less."""
    found = []
    for liquidity in (1e9, 100.0):
        stake = kelly_stake_on_curve(
            lambda spend, b=liquidity: lmsr_shares_for_spend([0, 0], outcome=0, spend=spend, liquidity=b),
            lambda spend, b=liquidity: lmsr_prices([lmsr_shares_for_spend([0, 0], outcome=0, spend=spend, liquidity=b), 0], liquidity=b)[0],
            BinaryChances(0.7),
            side="yes",
            bankroll=100,
        )
        found.append(stake.cost)
    assert found[0] == pytest.approx(100 * kelly_fraction(0.7, 0.5), rel=1e-6)
    assert found[1] < found[0]


@given(INSIDE, st.integers(1, 99).map(lambda cents: cents / 100))
def test_log_growth_is_that_of_the_information(probability: float, price: float):
    """At the closed form the growth is the Kullback-Leibler divergence of the probability from the price, where there is an edge."""
    fraction = kelly_fraction(probability, price)
    growth = expected_log_growth(BinaryChances(probability), bankroll=1, count=fraction / price, cost=fraction)
    divergence = probability * log(probability / price) + (1 - probability) * log((1 - probability) / (1 - price))
    assert growth == pytest.approx(divergence if probability > price else 0, abs=1e-12)


def test_losing_everything_is_minus_infinity():
    """And it does not count where losing is impossible."""
    assert expected_log_growth(BinaryChances(0.9), bankroll=1, count=2, cost=1) == -inf
    assert expected_log_growth(BinaryChances(1), bankroll=1, count=2, cost=1) == pytest.approx(log(2))
    certain = kelly_stake_on_book(make_book([], deep(".50")), BinaryChances(1), side="yes", bankroll=100, fees=FREE)
    assert certain.count == 200


def test_what_is_no_bet_is_refused():
    """Probabilities that are none, a price of 0, more than the bankroll, and no bankroll."""
    for call in (
        lambda: BinaryChances(0.9, 0.2),
        lambda: BinaryChances(0.5, refund=2),
        lambda: kelly_fraction(1.2, 0.5),
        lambda: kelly_fraction(0.5, 0),
        lambda: deferred_probability(0.5, 0.5, deference=2),
        lambda: expected_log_growth(BinaryChances(0.5), bankroll=1, count=3, cost=2),
        lambda: optimal_count(deep(".5"), BinaryChances(0.5), 0, lambda _: 0.0),
        lambda: arithmetic_mean_of_probabilities([2]),
    ):
        with pytest.raises(MarketFault):
            call()


def test_extremising_leaves_a_half_where_it_is():
    """Whatever the factor."""
    assert extremise(0.5, 3) == pytest.approx(0.5)


def test_rounded_fees_fit_into_the_bankroll():
    """A certain bet spends everything, fees included, and not a cent more."""
    stake = kelly_stake_on_book(make_book([], deep(".50")), BinaryChances(1), side="yes", bankroll=10, fees=KALSHI, step=D(".01"))
    assert 9.98 < stake.spent <= 10
