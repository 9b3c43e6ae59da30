"""What prices of contracts that hang together lock in: states, trades and their exact least result."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from forecast.markets.coherence.arbitrage import LEAST_GAIN, best_gain, fair_weights, linear_bound, list_orders, margins_of
from forecast.markets.coherence.offers import (
    ContractOffers,
    FilledOrder,
    fill_order,
    levels_of_book,
    levels_of_interval,
)
from forecast.markets.coherence.payouts import Payouts, certain_payouts, least_result, least_result_if_void
from forecast.markets.coherence.states import (
    Ending,
    ExclusiveGroup,
    Implication,
    Relations,
    list_states,
    relations_among,
    separate_parts,
)
from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import day_begins
from forecast.markets.order_book import Level, make_book
from forecast.markets.quotes import PriceInterval
from forecast.markets.venues.polymarket_fees import PolymarketFees, PolymarketUSFees
from tests.support.random_strips import FREE, KALSHI, best_by_trying, ladder, random_strip, states_by_trying

pytestmark = pytest.mark.medium

A_IMPLIES_B = Relations(implications=(Implication(Ending(0), Ending(1)),))


def contract(name: str, *, ask: str = "", bid: str = "", depth: int = 100, fees: object = FREE, **rest: object) -> ContractOffers:
    """A contract with one level on each side that is given, at prices of YES."""
    yes = (Level(Decimal(ask), Decimal(depth)),) if ask else ()
    no = (Level(1 - Decimal(bid), Decimal(depth)),) if bid else ()
    return ContractOffers(name, yes, no, fees, **rest)  # type: ignore[arg-type]


# States


def test_states_are_those_that_no_relation_forbids() -> None:
    """With random implications and groups, the states are the 0-1 vectors that trying all of them leaves."""
    rng = np.random.default_rng(3)
    compared = 0
    for _ in range(200):
        count = int(rng.integers(1, 7))
        ends = lambda: Ending(int(rng.integers(count)), bool(rng.integers(2)))  # noqa: B023, E731
        implications = tuple(Implication(ends(), ends()) for _ in range(rng.integers(4)))
        members = rng.permutation(count)[: rng.integers(1, count + 1)]
        group = ExclusiveGroup(tuple(Ending(int(at), bool(rng.integers(2))) for at in members), bool(rng.integers(2)))
        relations = Relations(implications, (group,) if rng.integers(2) else ())
        wanted = states_by_trying(relations, count)
        if wanted:
            found = list_states(relations, count).astype(int)
            assert sorted(map(tuple, found.tolist())) == sorted(wanted)
            compared += 1
    assert compared > 150


def test_a_contradiction_and_too_many_states_are_faults() -> None:
    """Relations that leave no state, or more than 20,000, are refused."""
    never = Relations((Implication(Ending(0), Ending(0, pays=False)), Implication(Ending(0, pays=False), Ending(0))))
    with pytest.raises(MarketFault, match="contradicts itself"):
        list_states(never, 1)
    assert len(list_states(Relations(), 14)) == 2**14
    with pytest.raises(MarketFault, match="more than 20,000"):
        list_states(Relations(), 15)


def test_unlinked_contracts_are_parts_of_their_own() -> None:
    """Relations divide contracts into parts, and those of a part are numbered anew; a group that loses a member is not exhaustive."""
    group = ExclusiveGroup((Ending(0), Ending(2), Ending(4)), exhaustive=True)
    relations = Relations((Implication(Ending(1), Ending(3)),), (group,))
    assert separate_parts(relations, 6) == ((0, 2, 4), (1, 3), (5,))
    assert relations_among(relations, (1, 3)) == Relations((Implication(Ending(0), Ending(1)),))
    assert relations_among(relations, (0, 4)) == Relations(groups=(ExclusiveGroup((Ending(0), Ending(1))),))
    assert relations_among(relations, (0, 2, 4)).groups[0].exhaustive


# Trades


def test_an_earlier_deadline_above_a_later_one_is_bought_and_sold_as_far_as_depth_reaches() -> None:
    """YES of the later rung at .40 and NO of the earlier at 1 - .45 cost .95 and pay at least 1: .05 for each of 30."""
    offered = (contract("early", bid="0.45", ask="0.47", depth=50), contract("late", bid="0.38", ask="0.40", depth=30))
    found = best_gain(offered, certain_payouts(list_states(A_IMPLIES_B, 2)))
    assert found is not None
    assert {(trade.contract, trade.side, trade.count) for trade in found.trades} == {("early", "no", 30), ("late", "yes", 30)}
    assert (found.gain, found.cost, found.fees) == (Fraction(3, 2), Decimal("28.50"), 0)
    assert found.bound == pytest.approx(1.5)
    assert found.optimal


def test_fees_decide_whether_a_gain_is_one() -> None:
    """Kalshi's fees of both legs near .40 are .0336 a contract: .03 is no gain after them, and .04 is one."""
    states = certain_payouts(list_states(A_IMPLIES_B, 2))

    def gain(bid: str) -> Fraction | None:
        found = best_gain((contract("early", bid=bid, fees=KALSHI), contract("late", ask="0.40", fees=KALSHI)), states)
        return None if found is None else found.gain

    assert gain("0.43") is None
    assert gain("0.44") == Fraction(4) - Fraction("1.73") - Fraction("1.68")  # 100 contracts; fees 7 % of p (1 - p), rounded up


def test_options_that_cost_less_than_one_together_are_bought_only_where_one_must_happen() -> None:
    """Three asks that add up to .94 gain .06 where the group is exhaustive, and nothing where none of them may happen."""
    offered = tuple(contract(name, ask=ask, depth=10) for name, ask in (("a", "0.5"), ("b", "0.3"), ("c", "0.14")))
    group = tuple(Ending(at) for at in range(3))
    must = certain_payouts(list_states(Relations(groups=(ExclusiveGroup(group, exhaustive=True),)), 3))
    may = certain_payouts(list_states(Relations(groups=(ExclusiveGroup(group),)), 3))
    found = best_gain(offered, must)
    assert found is not None
    assert found.gain == Fraction(6, 10)
    assert best_gain(offered, may) is None


def test_a_least_order_that_the_book_cannot_fill_is_no_trade() -> None:
    """With a least order of 5, four contracts on one leg gain nothing; five do."""
    states = certain_payouts(list_states(A_IMPLIES_B, 2))
    for depth, gain in ((4, None), (5, Fraction(1, 4))):
        sizes = {"step": Decimal("0.01"), "minimum": Decimal(5)}
        offered = (contract("early", bid="0.45", depth=50, **sizes), contract("late", ask="0.40", depth=depth, **sizes))
        found = best_gain(offered, states)
        assert (None if found is None else found.gain) == gain


def test_fractions_of_contracts_are_traded_only_where_the_venue_does() -> None:
    """Of a depth of 12.61, whole contracts are 12; steps of .01 take all."""
    states = certain_payouts(list_states(A_IMPLIES_B, 2))
    for step, count in (("1", "12"), ("0.01", "12.61")):
        late = ContractOffers("late", (Level(Decimal("0.40"), Decimal("12.61")),), (), FREE, Decimal(step), Decimal(step))
        early = contract("early", bid="0.45", step=Decimal(step), minimum=Decimal(step))
        found = best_gain((early, late), states)
        assert found is not None
        assert [trade.count for trade in found.trades] == [Decimal(count)] * 2


def test_levels_are_taken_in_order_and_each_pays_its_fee() -> None:
    """A trade over two levels has both fills, their cost, and a fee rounded up for each."""
    book = make_book([Level(Decimal("0.30"), Decimal(5))], [Level(Decimal("0.42"), Decimal(9)), Level(Decimal("0.40"), Decimal(3))])
    yes, no = levels_of_book(book)
    its = ContractOffers("its", yes, no, KALSHI)
    trade = fill_order(its, "yes", Decimal(5))
    assert trade == FilledOrder(
        "its", "yes", (Level(Decimal("0.40"), Decimal(3)), Level(Decimal("0.42"), Decimal(2))), Decimal("2.04"), Decimal("0.10")
    )
    assert trade.limit == Decimal("0.42")
    assert no == (Level(Decimal("0.70"), Decimal(5)),)
    for count in ("13", "0.5"):
        with pytest.raises(MarketFault):
            fill_order(its, "yes", Decimal(count))


def test_a_depth_that_is_not_known_is_an_assumption() -> None:
    """The best bid and ask offer what the venue says, and the assumed count where it does not."""
    interval = PriceInterval(Decimal("0.3"), Decimal("0.4"), Decimal(7), None)
    assert levels_of_interval(interval, assumed=Decimal(5)) == ((Level(Decimal("0.4"), Decimal(5)),), (Level(Decimal("0.7"), Decimal(7)),))


def test_what_may_be_void_can_lose_what_the_other_leg_gains() -> None:
    """If the earlier rung is void and its price comes back, the later one loses its .40; where nothing comes back, both are lost.

    Where the later one can be void too, it may be so when the earlier one happens.
    """
    states = list_states(A_IMPLIES_B, 2)
    early, late = contract("early", bid="0.45"), contract("late", ask="0.40")
    trades = (fill_order(early, "no", Decimal(10)), fill_order(late, "yes", Decimal(10)))
    sure = (early, late)
    assert least_result_if_void(trades, sure, states) == least_result(trades, sure, certain_payouts(states)) == Fraction(1, 2)
    assert least_result_if_void(trades, (replace(early, refund=Decimal(1)), late), states) == -4
    assert least_result_if_void(trades, (replace(early, refund=Decimal(0)), late), states) == -Fraction(95, 10)
    assert least_result_if_void(trades, tuple(replace(its, refund=Decimal(1)) for its in sure), states) == -Fraction(55, 10)


def test_chances_of_deviation_give_an_expected_value_in_each_state() -> None:
    """NO of a rung that pays in 98 of 100 cases is worth .98 there; a void contract gives its price back."""
    early, late = contract("early", bid="0.45", refund=Decimal(1)), contract("late", ask="0.40")
    yes = np.array([[0.02, 0.0], [0.02, 1.0], [0.98, 1.0]])
    trades = (fill_order(early, "no", Decimal(10)), fill_order(late, "yes", Decimal(10)))
    assert float(least_result(trades, (early, late), Payouts(yes, np.zeros(2)))) == pytest.approx(10 * (0.98 - 0.95))
    void = Payouts(yes, np.array([0.1, 0.0]))
    assert float(least_result(trades, (early, late), void)) == pytest.approx(10 * (0.9 * 0.98 + 0.1 * 0.55 - 0.95))


def test_payouts_are_chances_of_the_contracts_offered() -> None:
    """A chance outside 0 to 1, and payouts of another number of contracts, are refused; with nothing offered there is nothing to gain."""
    with pytest.raises(MarketFault, match="between 0 and 1"):
        Payouts(np.array([[1.1]]), np.zeros(1))
    with pytest.raises(MarketFault, match="payouts of 1 contracts"):
        best_gain((contract("a"), contract("b")), certain_payouts(np.array([[True]])))
    assert best_gain((contract("a"),), certain_payouts(np.array([[True], [False]]))) is None


@pytest.mark.parametrize(("fees", "gain"), [("down", "1.00678"), ("half-even", "0.98")])
def test_other_venues_round_otherwise(fees: str, gain: str) -> None:
    """Polymarket's fees are rounded down to five decimals, those of Polymarket US to cents, half to even; the result is exact in both."""
    since = day_begins(2026, 1, 1)
    schedule = {
        "down": PolymarketFees(since, "invented", "politics", Decimal("0.0400008")),
        "half-even": PolymarketUSFees(since, "invented", Decimal("0.0405")),
    }[fees]
    offered = (contract("early", bid="0.54", fees=schedule), contract("late", ask="0.51", fees=schedule))
    payouts = certain_payouts(list_states(A_IMPLIES_B, 2))
    found = best_gain(offered, payouts)
    assert found is not None
    assert found.gain == Fraction(gain)


# Random strips


def small_strip(seed: int) -> tuple[object, int]:
    """A strip so small that all trades can be tried, and the number of its contracts."""
    rng = np.random.default_rng([16, seed])
    contracts = int(rng.integers(2, 5))
    levels = int(rng.integers(1, 3)) if contracts < 4 else 1
    depth = {2: 8, 3: 3 if levels == 1 else 2, 4: 3}[contracts]
    return random_strip(rng, contracts=contracts, levels=levels, most_depth=depth, planted=0.4), contracts


@pytest.mark.parametrize("strips", [400, pytest.param(10_000, marks=[pytest.mark.study, pytest.mark.slow])])
def test_all_that_exceeds_fees_and_depth_is_found_and_nothing_else(strips: int) -> None:
    """In random strips with planted incoherence the gain equals, to the cent, the best of all trades in whole contracts; 0 where there is none."""
    gainful = 0
    for seed in range(strips):
        strip, contracts = small_strip(seed)
        states = list_states(strip.relations, contracts)  # type: ignore[attr-defined]
        assert sorted(map(tuple, states.astype(int).tolist())) == sorted(strip.states)  # type: ignore[attr-defined]
        found = best_gain(strip.offered(), certain_payouts(states))  # type: ignore[attr-defined]
        best = best_by_trying(strip)  # type: ignore[arg-type]
        assert (Fraction(0) if found is None else found.gain) == Fraction(best, 100), seed
        gainful += best > 0
    assert 0.05 * strips < gainful < 0.5 * strips


@pytest.mark.parametrize("strips", [40, pytest.param(1_000, marks=[pytest.mark.study, pytest.mark.slow])])
def test_in_long_strips_nothing_is_found_where_a_probability_is_fair_and_else_nearly_the_optimum(strips: int) -> None:
    """With 5 to 8 contracts and deep books, either the dual has probabilities at which no offer gains, or the linear optimum is nearly reached.

    What is found lacks at most a cent for each fill, and what fractions of contracts bring.
    """
    gainful = 0
    for seed in range(strips):
        rng = np.random.default_rng([17, seed])
        contracts = int(rng.integers(5, 9))
        strip = random_strip(rng, contracts=contracts, levels=3, most_depth=200, planted=0.6)
        payouts = certain_payouts(list_states(strip.relations, contracts))
        offered = strip.offered()
        orders = list_orders(offered)
        margins = margins_of(orders, payouts)
        bound, weights = linear_bound(orders, margins), fair_weights(orders, margins)
        found = best_gain(offered, payouts)
        assert (weights is None) == (bound > LEAST_GAIN)
        if weights is not None:
            assert found is None
            assert (weights @ (margins - orders.fee_rates) <= 1e-7).all()
            continue
        gain = 0.0 if found is None else float(found.gain)
        assert gain <= bound + 1e-7
        assert gain >= 0.9999 * bound - 0.01 * len(orders.fills) - 0.02 * len(orders.sides)
        gainful += found is not None
    assert gainful > 0.1 * strips


def test_a_known_amount_that_was_planted_is_found() -> None:
    """In ladders of 10 rungs with coherent books, one rung's bid is raised to 8 cents above the ask of the next: at least that is locked in."""
    for seed in range(20):
        rng = np.random.default_rng([18, seed])
        relations, _ = ladder(10)
        middles = np.sort(rng.integers(10, 80, 10))
        at, depth = int(rng.integers(9)), int(rng.integers(20, 200))
        offered = []
        for rung, middle in enumerate(middles):
            bid = middles[at + 1] + 1 + 8 if rung == at else middle - 1
            ask = max(bid, middle) + 1
            yes, no = Level(Decimal(int(ask)) / 100, Decimal(depth)), Level(1 - Decimal(int(bid)) / 100, Decimal(depth))
            offered.append(ContractOffers(f"r{rung}", (yes,), (no,), KALSHI))
        pair = (fill_order(offered[at], "no", Decimal(depth)), fill_order(offered[at + 1], "yes", Decimal(depth)))
        payouts = certain_payouts(list_states(relations, 10))
        planted = least_result(pair, offered, payouts)
        found = best_gain(offered, payouts)
        assert found is not None
        assert found.gain >= planted > 0
