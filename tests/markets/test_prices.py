"""Order books, quotes, and the rules of what may be read into a price."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.markets.faults import MarketFault
from forecast.markets.order_book import (
    Level,
    OrderBook,
    depth_within,
    make_book,
    offers_to_buyer,
    offers_to_seller,
    walk_for_count,
    walk_for_stake,
)
from forecast.markets.price_guards import (
    ask_or_none,
    bid_or_none,
    is_closed,
    is_forward_filled,
    is_one_sided,
    is_stale,
    is_too_wide,
    is_untraded_default,
    last_price_or_none,
    normalise_exclusive,
    read_interval,
    read_midpoint,
)
from forecast.markets.quotes import Quote

D = Decimal
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
QUOTE = Quote("polymarket", "0x1", NOW, "bid-ask", D(".30"), D(".34"), D(".33"), volume=D(5000))
BOOK = make_book(
    [Level(D(".28"), D(50)), Level(D(".30"), D(100))],
    [Level(D(".40"), D(10)), Level(D(".34"), D(20)), Level(D(".40"), D(5)), Level(D(".5"), D(0))],
)


def test_a_book_has_its_best_first_and_each_price_once():
    """Levels in any order are sorted, equal prices are added up, and those without contracts are none."""
    assert BOOK.bids == (Level(D(".30"), D(100)), Level(D(".28"), D(50)))
    assert BOOK.asks == (Level(D(".34"), D(20)), Level(D(".40"), D(15)))
    assert (BOOK.best_bid, BOOK.best_ask) == (BOOK.bids[0], BOOK.asks[0])
    assert (make_book([], []).best_bid, make_book([], []).best_ask) == (None, None)


def test_a_book_is_seen_from_both_sides():
    """Who buys NO meets the bids on YES at one less their price; who sells NO the asks."""
    assert offers_to_buyer(BOOK, "yes") == BOOK.asks
    assert offers_to_buyer(BOOK, "no") == (Level(D(".70"), D(100)), Level(D(".72"), D(50)))
    assert offers_to_seller(BOOK, "yes") == BOOK.bids
    assert offers_to_seller(BOOK, "no") == (Level(D(".66"), D(20)), Level(D(".60"), D(15)))
    assert depth_within(BOOK.asks, D(".39")) == 20
    assert depth_within(BOOK.bids, D(".28"), selling=True) == 150


def test_walking_a_book_for_a_number_of_contracts():
    """30 contracts cost 20 · .34 + 10 · .40 = 10.80, .36 on average, and of 50 fifteen more than there are find nobody."""
    walked = walk_for_count(BOOK.asks, D(30))
    assert (walked.count, walked.money, walked.average_price, walked.worst_price, walked.unfilled) == (
        30,
        D("10.80"),
        D(".36"),
        D(".40"),
        0,
    )
    assert (walk_for_count(BOOK.asks, D(50)).count, walk_for_count(BOOK.asks, D(50)).unfilled) == (35, 15)
    nothing = walk_for_count((), D(5))
    assert (nothing.count, nothing.average_price, nothing.worst_price, nothing.unfilled) == (0, None, None, 5)


def test_walking_a_book_for_a_stake():
    """10 buy 20 at .34 and 8 at .40; in whole contracts of 1 the rest of 9.99 stays, and 100 are more than the book takes."""
    walked = walk_for_stake(BOOK.asks, D(10))
    assert [fill.count for fill in walked.fills] == [20, 8]
    assert (walked.money, walked.unfilled) == (10, 0)
    walked = walk_for_stake(BOOK.asks, D("9.99"), step=D(1))
    assert ([fill.count for fill in walked.fills], walked.unfilled) == ([20, 7], D(".39"))
    assert walk_for_stake(BOOK.asks, D(100)).unfilled == D("87.20")
    with pytest.raises(MarketFault, match="a stake is above 0"):
        walk_for_stake(BOOK.asks, D(0))
    with pytest.raises(MarketFault, match="offered for nothing"):
        walk_for_stake([Level(D(0), D(1))], D(1))


LEVELS = st.lists(
    st.builds(Level, st.integers(1, 999).map(lambda price: D(price) / 1000), st.integers(1, 10**7).map(lambda count: D(count) / 100)),
    max_size=8,
)


@given(LEVELS, st.integers(1, 10**8).map(lambda stake: D(stake) / 100))
def test_a_walk_loses_nothing(levels: list[Level], stake: Decimal):
    """Spent and unspent are the stake, no level gives more than it has, prices get worse, and the same number of contracts costs the same."""
    offers = make_book([], levels).asks
    walked = walk_for_stake(offers, stake)
    assert walked.money + walked.unfilled == stake
    assert walked.unfilled >= 0
    assert all(fill.price == level.price and 0 < fill.count <= level.count for fill, level in zip(walked.fills, offers, strict=False))
    if walked.count:
        assert walk_for_count(offers, walked.count).money == walked.money
    if walked.count < sum(level.count for level in offers):
        next_price = next(
            level.price for level, done in zip(offers, [*walked.fills, None], strict=False) if done is None or done.count < level.count
        )
        assert walked.unfilled < next_price * D(".01")


@pytest.mark.parametrize(
    ("bids", "asks", "message"),
    [
        ([Level(D(".5"), D(1))], [Level(D(".4"), D(1))], "above the best ask"),
        ([Level(D("1.5"), D(1))], [], "between 0 and 1"),
        ([Level(D(".5"), D(-1))], [], "no less than 0"),
        ([Level(D("NaN"), D(1))], [], "between 0 and 1"),
        ([Level(D("1e-999999999"), D(1))], [], "between 0 and 1"),
    ],
)
def test_what_is_no_book_is_refused(bids: list[Level], asks: list[Level], message: str):
    """A crossed book, a price or count that cannot be."""
    with pytest.raises(MarketFault, match=message):
        make_book(bids, asks)


def test_missing_is_never_nought():
    """An empty side reads 0 or 1, and a last price of 0 means that nothing was traded: all of them are None, and None stays so."""
    assert [last_price_or_none(price) for price in (D("0.0000"), None, D(".01"))] == [None, None, D(".01")]
    assert [bid_or_none(price) for price in (D("0.0000"), None, D(".99"))] == [None, None, D(".99")]
    assert [ask_or_none(price) for price in (D("1.0000"), D(0), None, D(".01"))] == [None, None, None, D(".01")]


@pytest.mark.parametrize(
    ("changes", "default"),
    [
        ({"bid": D(".49"), "ask": D(".51"), "volume": None, "last": D(".5")}, True),
        ({"bid": D(".49"), "ask": D(".51"), "volume": D(0)}, True),
        ({"bid": D(".49"), "ask": D(".51"), "volume": D(7)}, False),
        ({"bid": D(".48"), "ask": D(".51"), "volume": None}, False),
        ({"bid": D(".49"), "ask": D(".51"), "volume": None, "ask_depth": D(20)}, False),
        ({"bid": D(".49"), "ask": D(".51"), "volume": None, "venue": "kalshi", "last": D(".5")}, False),
        ({"bid": None, "ask": None, "volume": None}, False),
    ],
)
def test_an_untraded_default_is_no_price(changes: dict, default):
    """Within [.49, .51] a volume is required, or an offer with a depth; Kalshi's last price is a trade, that of others may be a default."""
    quote = replace(QUOTE, **changes)
    assert is_untraded_default(quote) == default
    if default:
        with pytest.raises(MarketFault, match="nothing has been traded"):
            read_interval(quote)


def test_a_maker_that_stands_at_a_half_trades_there():
    """A market maker's price is no default, and its interval is one point."""
    quote = Quote("manifold", "x", NOW, "maker", price=D(".5"))
    assert not is_untraded_default(quote)
    assert (read_interval(quote).bid, read_interval(quote).ask) == (D(".5"), D(".5"))


@pytest.mark.parametrize("missing", ["bid", "ask"])
def test_a_one_sided_book_has_no_midpoint(missing: str):
    """Neither half of the other side nor its last price stands in for it."""
    quote = replace(QUOTE, **{missing: None})
    assert is_one_sided(quote)
    for read in (read_interval, read_midpoint):
        with pytest.raises(MarketFault, match="one side of the book is empty"):
            read(quote)
    assert not is_one_sided(QUOTE)


def test_a_wide_spread_has_an_interval_and_no_midpoint():
    """From .05 to .95 is too wide, to .94 is not."""
    wide = replace(QUOTE, bid=D(".05"), ask=D(".95"))
    assert (is_too_wide(wide), is_too_wide(replace(wide, ask=D(".94")))) == (True, False)
    assert read_interval(wide).spread == D(".90")
    with pytest.raises(MarketFault, match="which has no midpoint"):
        read_midpoint(wide)
    assert read_midpoint(QUOTE) == D(".32")


@pytest.mark.parametrize("status", ["closed", "settled"])
def test_a_closed_market_has_no_quote(status):
    """Its last trade is no quote, and may be of the other side."""
    quote = replace(QUOTE, status=status)
    assert is_closed(quote)
    with pytest.raises(MarketFault, match="this market is closed"):
        read_interval(quote)
    assert not is_closed(QUOTE)


def test_a_midpoint_carried_forward_is_not_traded_on():
    """It can be drawn, and gives no interval."""
    quote = Quote("polymarket", "0x1", NOW, "midpoint", price=D(".63"))
    assert (is_forward_filled(quote), is_forward_filled(QUOTE)) == (True, False)
    with pytest.raises(MarketFault, match="a midpoint carried forward, not an offer"):
        read_interval(quote)


def test_a_trade_is_no_offer():
    """A last price says what was paid, not what is offered."""
    with pytest.raises(MarketFault, match="a trade, not an offer"):
        read_interval(Quote("kalshi", "x", NOW, "last", last=D(".4")))


def test_old_quotes_are_stale():
    """An hour is not older than an hour; a moment that is not known is; one of the future is refused."""
    hour = timedelta(hours=1)
    assert [is_stale(QUOTE, NOW + age, hour) for age in (hour, hour + timedelta(seconds=1))] == [False, True]
    assert is_stale(replace(QUOTE, at=None), NOW, hour)
    with pytest.raises(MarketFault, match="which is after"):
        is_stale(QUOTE, NOW - hour, hour)


def test_only_exclusive_outcomes_are_scaled_to_one():
    """Where the venue marks them so, and the raw prices add up to .85 to 1.25, both included."""
    assert normalise_exclusive([D(".60"), D(".40"), D(".25")], exclusive=True) == (D(".48"), D(".32"), D(".2"))
    assert sum(normalise_exclusive([D(".5"), D(".35")], exclusive=True)) == pytest.approx(1)
    for prices in ([D(".5"), D(".34")], [D(".8"), D(".46")], [D(".9")]):
        with pytest.raises(MarketFault, match="can be scaled to one"):
            normalise_exclusive(prices, exclusive=True)
    with pytest.raises(MarketFault, match="does not mark these outcomes as exclusive"):
        normalise_exclusive([D(".5"), D(".5")], exclusive=False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"bid": D(".4")}, "above the ask"), ({"last": D(2)}, "between 0 and 1"), ({"at": datetime(2026, 9, 1)}, "no zone")],  # noqa: DTZ001
)
def test_a_quote_that_cannot_be_is_refused(changes: dict, message: str):
    """Crossed, outside 0 to 1, or at a time without a zone."""
    with pytest.raises(MarketFault, match=message):
        replace(QUOTE, **changes)


def test_an_empty_book_has_no_offers():
    """For a buyer as for a seller of either side."""
    assert offers_to_buyer(OrderBook((), ()), "no") == offers_to_seller(OrderBook((), ()), "no") == ()
