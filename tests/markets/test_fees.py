"""Fees of Kalshi, Polymarket, Polymarket US and Manifold: tables of the venues, dates, and rounding of orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import day_begins, schedule_in_force
from forecast.markets.money import CENT, round_down_to, round_half_even_to, round_up_to
from forecast.markets.venues.kalshi_fees import KALSHI_ROUNDING, KalshiFees, KalshiOverride, kalshi_fees_at
from forecast.markets.venues.kalshi_orders import Fill, fill_fee, order_fees
from forecast.markets.venues.manifold_fees import MANIFOLD_FEES
from forecast.markets.venues.polymarket_fees import (
    CATEGORY_OF_FEE_TYPE,
    POLYMARKET_FEES,
    POLYMARKET_US_FEES,
    PolymarketFees,
    PolymarketUSFees,
    polymarket_fees_at,
)

D = Decimal
INSTANT = timedelta(microseconds=1)
KALSHI = KalshiFees(day_begins(2026, 3, 1), "tests")
OLD, NEW = KALSHI_ROUNDING


@pytest.mark.parametrize(
    ("cents", "one", "hundred"),
    [
        (1, ".01", ".07"),
        (5, ".01", ".34"),
        (10, ".01", ".63"),
        (20, ".02", "1.12"),
        (25, ".02", "1.32"),
        (30, ".02", "1.47"),
        (40, ".02", "1.68"),
        (50, ".02", "1.75"),
        (85, ".01", ".90"),
        (90, ".01", ".63"),
        (95, ".01", ".34"),
        (99, ".01", ".07"),
    ],
)
def test_the_official_table_of_kalshi_holds(cents: int, one: str, hundred: str):
    """All twelve rows of Kalshi's fee schedule for takers (conventions, section 6), exactly, and by the rounding of orders as well."""
    price = D(cents) / 100
    for count, fee in ((D(1), D(one)), (D(100), D(hundred))):
        assert KALSHI.trade_fee(price, count) == fee
        for rule in KALSHI_ROUNDING:
            assert [paid.net for paid in order_fees([Fill(price, count)], KALSHI, rule)] == [fee]


def test_floating_point_would_be_wrong_where_decimals_are_right():
    """100 contracts at 50 cents cost 1.75 exactly, and 60 at 30 cents no cent more than .882 rounded up."""
    assert KALSHI.model_fee(D(".50"), D(100)) == Fraction(7, 4)
    assert KALSHI.trade_fee(D(".30"), D(60)) == D(".89")
    assert KALSHI.fee_of_contract(0.3) * 60 == pytest.approx(0.882)


@pytest.mark.parametrize(
    ("price", "count", "given", "net", "left"),
    [
        (".055", "1", ".0085", (".0150", ".0050", ".0150"), ".0095"),
        (".50", ".30", ".0041", (".0100", ".0000", ".0100"), ".0077"),
    ],
)
def test_the_accumulator_of_an_order_follows_the_page(price: str, count: str, given: str, net: tuple[str, ...], left: str):
    """The two worked orders of docs.kalshi.com/getting_started/fee_rounding, with the trade fees that the page gives."""
    accumulated, paid = D(0), []
    for _ in range(3):
        fee = fill_fee(Fill(D(price), D(count)), D(given), accumulated=accumulated)
        accumulated = fee.accumulated
        paid.append(fee.net)
    assert tuple(paid) == tuple(map(D, net))
    assert accumulated == D(left)


def test_one_fill_of_half_a_cent_follows_the_page_of_september():
    """Model fee .00363825, trade fee .003639, rounding .001361, net .005, and six cents off the balance."""
    (paid,) = order_fees([Fill(D(".055"), D(1))], KALSHI, NEW)
    assert KALSHI.model_fee(D(".055"), D(1)) == Fraction("0.00363825")
    assert (paid.trade_fee, paid.rounding, paid.net, paid.balance) == (D(".003639"), D(".001361"), D(".005"), D("-.06"))


def test_rounding_that_adds_up_comes_back_in_whole_cents():
    """Three fills that each add .004 of rounding get back 0, 0 and .01, and .002 is carried (the same page)."""
    accumulated, rebates = D(0), []
    for _ in range(3):
        fee = fill_fee(Fill(D(".50"), D(1)), D(".026"), accumulated=accumulated)
        assert fee.rounding == D(".004")
        accumulated = fee.accumulated
        rebates.append(fee.rebate)
    assert (rebates, accumulated) == ([0, 0, D(".01")], D(".002"))


@pytest.mark.parametrize(
    ("price", "count", "fills", "rule", "net"),
    [
        (".055", "1", 3, NEW, (".005", ".005", ".005")),
        (".50", ".30", 3, NEW, (".01", ".01", ".00")),
        (".50", "100", 1, NEW, ("1.75",)),
        (".50", "100", 1, OLD, ("1.75",)),
    ],
)
def test_orders_that_were_computed(price: str, count: str, fills: int, rule, net: tuple[str, ...]):
    """The computed rows of conventions, section 6.1."""
    paid = order_fees([Fill(D(price), D(count))] * fills, KALSHI, rule)
    assert [fee.net for fee in paid] == list(map(D, net))


FILLS = st.lists(
    st.builds(
        Fill,
        st.integers(1, 9999).map(lambda price: D(price) / 10_000),
        st.integers(1, 100_000).map(lambda count: D(count) / 100),
        st.sampled_from(["buy", "sell"]),
        st.sampled_from(["taker", "maker"]),
    ),
    min_size=1,
    max_size=8,
)


@given(FILLS, st.sampled_from([CENT, D("0.0001")]), st.sampled_from(KALSHI_ROUNDING))
def test_orders_keep_what_rounding_promises(fills, precision: Decimal, rule):
    """No net fee is below 0, balances stay on the member's precision, and all rounding is carried or given back."""
    fees = KalshiFees(KALSHI.holds_from, "tests", "quadratic_with_maker_fees", D(1), D(1))
    paid = order_fees(fills, fees, rule, precision=precision)
    assert all(fee.net >= 0 and 0 <= fee.rounding < precision and fee.balance % precision == 0 for fee in paid)
    assert all(fee.balance == fill.revenue - fee.net for fill, fee in zip(fills, paid, strict=True))
    assert sum(fee.rounding - fee.rebate for fee in paid) == paid[-1].accumulated >= 0


def test_makers_pay_where_the_series_says_so_and_its_multiplier_is_known():
    """Without maker fees a maker pays nothing; with them a quarter of the rate; and a payload's multiplier is not taken for the maker's."""
    assert KALSHI.trade_fee(D(".50"), D(100), "maker") == 0
    charged = KalshiFees(KALSHI.holds_from, "tests", "quadratic_with_maker_fees", D(1), D(1))
    assert charged.trade_fee(D(".50"), D(100), "maker") == D(".44")
    unknown = KalshiFees(KALSHI.holds_from, "tests", "quadratic_with_maker_fees", D(".5"))
    assert unknown.trade_fee(D(".50"), D(100)) == D(".88")
    with pytest.raises(MarketFault, match="the maker's multiplier of this series is not known"):
        unknown.trade_fee(D(".50"), D(100), "maker")


def test_flat_fees_are_refused():
    """A type of fees whose formula is not known gives no number."""
    with pytest.raises(MarketFault, match="the fees of type `flat` are not known") as caught:
        KalshiFees(KALSHI.holds_from, "tests", "flat").trade_fee(D(".5"), D(1))
    assert "quadratic" in caught.value.hint


def test_a_trade_before_a_change_has_the_old_fees():
    """A series that becomes free on 1 June costs the full fee a microsecond before, and the day before; at midnight it is free."""
    change = day_begins(2026, 6, 1)
    series = [KalshiFees(change, "change", taker_multiplier=D(0)), KALSHI]
    for at, fee in ((change - timedelta(days=1), D("1.75")), (change - INSTANT, D("1.75")), (change, D(0))):
        assert kalshi_fees_at(series, at).trade_fee(D(".50"), D(100)) == fee
    with pytest.raises(MarketFault, match="the fees of 2026-02-28 are not known: the first that is known holds from 2026-03-01"):
        kalshi_fees_at(series, KALSHI.holds_from - INSTANT)


def test_an_event_overrides_its_series_until_it_is_cleared():
    """An override holds from its moment, one without fees clears it, and a waiver comes before both until it expires."""
    free = KalshiFees(day_begins(2026, 4, 1), "event", taker_multiplier=D(".5"))
    overrides = [KalshiOverride(free.holds_from, "event", free), KalshiOverride(day_begins(2026, 5, 1), "event", None)]
    days = ((3, 31), (4, 1), (4, 30), (5, 1))
    found = [kalshi_fees_at([KALSHI], day_begins(2026, *day), overrides=overrides).taker_multiplier for day in days]
    assert found == [1, D(".5"), D(".5"), 1]
    waived = day_begins(2026, 4, 15)
    found = [kalshi_fees_at([KALSHI], at, overrides=overrides, waived_until=waived).taker_multiplier for at in (waived - INSTANT, waived)]
    assert found == [0, D(".5")]


def test_the_rule_of_rounding_has_a_date():
    """In August 2026 a trade fee was rounded up to $.0001, in September to $.000001."""
    assert schedule_in_force(KALSHI_ROUNDING, day_begins(2026, 8, 15)).unit == D("0.0001")
    assert schedule_in_force(KALSHI_ROUNDING, day_begins(2026, 9, 1) - INSTANT).unit == D("0.0001")
    assert schedule_in_force(KALSHI_ROUNDING, day_begins(2026, 9, 1)).unit == D("0.000001")


def test_fees_that_begin_later_on_the_same_day_are_named_with_their_time():
    """The day alone would say that they hold and do not."""
    begun = replace(KALSHI, holds_from=datetime(2026, 4, 1, 10, tzinfo=UTC))
    message = "the fees of 2026-04-01 09:30 UTC are not known: the first that is known holds from 2026-04-01 10:00 UTC"
    with pytest.raises(MarketFault, match=message):
        schedule_in_force([begun], datetime(2026, 4, 1, 9, 30, tzinfo=UTC))


def test_schedules_that_cannot_be_told_apart_are_refused():
    """Two that begin at one moment, and a moment without a zone."""
    with pytest.raises(MarketFault, match="two schedules of fees hold from 2026-03-01"):
        schedule_in_force([KALSHI, KALSHI], day_begins(2026, 4, 1))
    with pytest.raises(MarketFault, match="has no zone"):
        schedule_in_force([KALSHI], datetime(2026, 4, 1))  # noqa: DTZ001 - that is what is refused
    with pytest.raises(MarketFault, match=r"^the fees of this contract are not known$"):
        schedule_in_force([], day_begins(2026, 4, 1))


@pytest.mark.parametrize(
    ("count", "price", "category", "fee"),
    [
        ("10", ".65", "crypto", ".15925"),
        ("20", ".50", "crypto", ".35"),
        ("100", ".50", "politics", "1.00"),
        ("100", ".50", "geopolitics", "0"),
    ],
)
def test_polymarket_charges_takers_by_category(count: str, price: str, category: str, fee: str):
    """The vectors of docs.polymarket.com/trading/fees; makers pay nothing."""
    fees = polymarket_fees_at(category, day_begins(2026, 8, 1))
    assert fees.trade_fee(D(price), D(count)) == D(fee)
    assert fees.trade_fee(D(price), D(count), "maker") == 0


def test_polymarket_rounds_down_at_five_decimals():
    """1 share at .03 in sports costs .05 · .0291 = .001455, which becomes .00145; a share of dust costs nothing."""
    fees = polymarket_fees_at("sports", day_begins(2026, 9, 1))
    assert fees.trade_fee(D(".03"), D(1)) == D(".00145")
    assert fees.trade_fee(D(".001"), D(".01")) == 0


def test_polymarket_fees_have_dates():
    """None before 2026; in 2026 those that are not known are refused; a change of sports from .03 to .05 holds from its day."""
    assert polymarket_fees_at("sports", datetime(2025, 12, 31, 23, 59, tzinfo=UTC)).rate == 0
    with pytest.raises(MarketFault, match="the fees of `sports` of 2026-02-01 are not known"):
        polymarket_fees_at("sports", day_begins(2026, 2, 1))
    with pytest.raises(MarketFault, match="category `chess` are not known"):
        polymarket_fees_at("chess", day_begins(2026, 8, 1))
    older = PolymarketFees(day_begins(2026, 4, 1), "tests", "sports", D(".03"))
    changed = day_begins(2026, 7, 25)
    for at, rate in ((changed - timedelta(days=1), D(".03")), (changed - INSTANT, D(".03")), (changed, D(".05"))):
        assert polymarket_fees_at("sports", at, schedules=[*POLYMARKET_FEES, older]).rate == rate
    assert set(CATEGORY_OF_FEE_TYPE.values()) <= {fees.category for fees in POLYMARKET_FEES}


@pytest.mark.parametrize(
    ("theta", "count", "role", "fee"),
    [(".05", 100, "taker", "1.25"), (".0695", 100, "taker", "1.74"), (".0695", 100, "maker", "-.31"), (".05", 90, "taker", "1.12")],
)
def test_polymarket_us_rounds_half_to_even(theta: str, count: int, role, fee: str):
    """The computed rows of conventions, section 5.1: 1.125 becomes 1.12, and a maker is paid."""
    assert PolymarketUSFees(day_begins(2026, 1, 1), "tests", D(theta)).trade_fee(D(".50"), D(count), role) == D(fee)


def test_polymarket_us_changed_on_17_september():
    """.0695 from that day; the day before has the older one where that is given, and is refused where it is not."""
    change = day_begins(2026, 9, 17)
    older = PolymarketUSFees(day_begins(2026, 6, 1), "tests", D(".06"))
    assert schedule_in_force(POLYMARKET_US_FEES, change).taker == D(".0695")
    assert schedule_in_force([*POLYMARKET_US_FEES, older], change - INSTANT).taker == D(".06")
    with pytest.raises(MarketFault, match="of 2026-09-16 are not known"):
        schedule_in_force(POLYMARKET_US_FEES, change - timedelta(days=1))


def test_manifold_charges_nothing_now():
    """Since its code was read; of earlier days the schedule says nothing."""
    assert schedule_in_force(MANIFOLD_FEES, day_begins(2026, 9, 1)).trade_fee(D(".5"), D(10)) == 0
    with pytest.raises(MarketFault):
        schedule_in_force(MANIFOLD_FEES, day_begins(2024, 1, 1))


@pytest.mark.parametrize(
    "fees", [KALSHI, POLYMARKET_FEES[-1], POLYMARKET_US_FEES[0], MANIFOLD_FEES[0]], ids=lambda fees: type(fees).__name__
)
def test_every_schedule_names_its_source_and_refuses_what_is_no_trade(fees):
    """A price outside 0 to 1, a count of 0, and numbers that are not finite."""
    assert fees.source
    for price, count in ((D("1.01"), D(1)), (D("-.01"), D(1)), (D("NaN"), D(1)), (D(".5"), D(0)), (D(".5"), D("Infinity"))):
        with pytest.raises(MarketFault):
            fees.trade_fee(price, count)
    assert fees.fee_of_contract(0.4) == pytest.approx(float(fees.trade_fee(D(".4"), D(10**9))) / 1e9, abs=1e-9)


@given(st.fractions(-100, 100), st.sampled_from([CENT, D("0.0001"), D("0.000001")]))
def test_rounding_stays_within_a_unit(amount: Fraction, unit: Decimal):
    """Up, down and to the nearest, of negative amounts too, always on a multiple of the unit."""
    up, down, near = (Fraction(rounded(amount, unit)) for rounded in (round_up_to, round_down_to, round_half_even_to))
    step = Fraction(unit)
    assert down <= amount <= up
    assert up - down in {0, step}
    assert abs(near - amount) <= step / 2
    assert all(value % step == 0 for value in (up, down, near))
