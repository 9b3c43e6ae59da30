"""Payloads of Kalshi, Polymarket and Manifold in invented examples: shapes old and new, what is skipped, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.markets.faults import MarketFault
from forecast.markets.price_guards import read_interval
from forecast.markets.ticks import is_on_tick
from forecast.markets.venues.kalshi_payloads import read_kalshi_payload
from forecast.markets.venues.listings import VenueReading
from forecast.markets.venues.manifold_payloads import read_manifold_payload
from forecast.markets.venues.payload_nodes import MOST_NESTING, MOST_PAYLOAD_BYTES, load_payload
from forecast.markets.venues.polymarket_payloads import read_polymarket_payload
from tests.support.market_payloads import (
    as_payload,
    kalshi_candles,
    kalshi_candles_in_cents,
    kalshi_market,
    kalshi_market_in_cents,
    manifold_answers,
    manifold_bet,
    manifold_market,
    polymarket_market,
)

D = Decimal
WHEN = datetime(2026, 9, 1, 12, tzinfo=UTC)
TICKER = "KXRAIN-26OCT01-T5"


def kalshi(value: object, **options) -> VenueReading:
    """What is read of a value as Kalshi's, retrieved at a stated time."""
    return read_kalshi_payload(as_payload(value), **{"retrieved": WHEN, **options})


@pytest.mark.parametrize("around", ["market", "markets", "events", "event", "nothing"])
def test_a_market_of_kalshi_is_read_in_every_shape(around: str):
    """Alone, in a page, in events and in one event: the same quote and the same listing."""
    market = kalshi_market()
    shapes = {
        "market": {"market": market},
        "markets": {"markets": [market], "cursor": ""},
        "events": {"events": [{"mutually_exclusive": True, "markets": [market]}]},
        "event": {"event": {"mutually_exclusive": True, "markets": [market]}},
        "nothing": market,
    }
    reading = kalshi(shapes[around])
    ((quote,), (listing,)) = reading.quotes, reading.listings
    assert (quote.bid, quote.ask, quote.last, quote.bid_depth, quote.ask_depth, quote.volume) == (
        *(D(".41"), D(".44"), D(".42"), D("12.61"), 30, D("812.5")),
    )
    assert (listing.contract, listing.title, listing.event) == (TICKER, "Rain in Invented City on Oct 1, 2026?", "KXRAIN-26OCT01")
    assert (listing.exclusive is True) == around.startswith("event")
    assert [(each.start, each.step) for each in listing.ticks] == [(0, D(".001")), (D(".1"), D(".01")), (D(".9"), D(".001"))]
    assert (listing.strike and (listing.strike.type, listing.strike.floor, listing.strike.cap)) == ("greater", 5, None)


def test_prices_of_orders_are_on_ticks():
    """Tapered ticks: tenths of a cent below .10 and above .90, cents between; and a market whose ticks are not known says so."""
    market = kalshi_market(fee_waiver_expiration_time="2026-09-15T00:00:00Z")
    (listing,) = kalshi(market).listings
    allowed = {".001": True, ".0005": False, ".099": True, ".10": True, ".105": False, ".11": True, ".9": True, ".905": True, "1.1": False}
    assert {price: is_on_tick(D(price), listing.ticks) for price in allowed} == allowed
    assert listing.fees_waived_until == datetime(2026, 9, 15, tzinfo=UTC)
    with pytest.raises(MarketFault, match="ticks of this contract are not known"):
        is_on_tick(D(".5"), ())


def test_old_exports_in_cents_are_read_too():
    """41 cents are .41, of a market as of candles, books and trades."""
    (quote,) = kalshi({"market": kalshi_market_in_cents()}).quotes
    assert (quote.bid, quote.ask, quote.last, quote.volume, quote.bid_depth) == (D(".41"), D(".44"), D(".42"), 812, None)
    new, old = (
        [(each.at, each.bid, each.ask, each.last) for each in kalshi(candles, contract=TICKER).quotes]
        for candles in (kalshi_candles(), kalshi_candles_in_cents())
    )
    assert (
        new
        == old
        == [
            (datetime(2026, 9, 1, tzinfo=UTC), D(".40"), D(".43"), D(".42")),
            (datetime(2026, 9, 1, 2, tzinfo=UTC), None, D(".43"), D(".42")),
        ]
    )
    (quote,) = kalshi({"ticker": TICKER, "orderbook": {"yes": [[40, 5], [41, 7]], "no": [[56, 2]]}}).quotes
    assert (quote.bid, quote.bid_depth, quote.ask, quote.ask_depth) == (D(".41"), 7, D(".44"), 2)
    trade = {"ticker": TICKER, "yes_price": 42, "no_price": 58, "count": 3, "created_time": "2025-05-01T00:00:00Z", "taker_side": "yes"}
    (quote,) = kalshi({"trades": [trade]}).quotes
    assert (quote.last, quote.volume) == (D(".42"), 3)


@pytest.mark.parametrize(
    "payload",
    [
        {"markets": [kalshi_market(), kalshi_market_in_cents()]},
        {"market": kalshi_market(yes_bid=41)},
        {"ticker": TICKER, "orderbook_fp": {"yes_dollars": [["0.41", "1"]], "no_dollars": []}, "orderbook": {"yes": [[41, 1]], "no": []}},
        {"candlesticks": [*kalshi_candles()["candlesticks"], *kalshi_candles_in_cents()["candlesticks"]]},
    ],
    ids=["markets", "fields", "books", "candles"],
)
def test_a_file_that_mixes_cents_and_dollars_is_refused(payload: object):
    """In any of its parts, and the message names both."""
    with pytest.raises(MarketFault, match=r"mixes prices in dollars \(`.*`\) and in cents \(`.*`\)"):
        kalshi(payload, contract=TICKER)


def test_what_kalshi_lists_beside_binary_contracts_is_skipped():
    """Parlays, scalar markets and contracts that pay other than a dollar, each with its reason; the rest is read."""
    reading = kalshi(
        {
            "markets": [
                kalshi_market(ticker="KXMVEX-1"),
                kalshi_market(ticker="A", mve_selected_legs=[{"x": 1}]),
                kalshi_market(ticker="B", market_type="scalar"),
                kalshi_market(ticker="C", notional_value_dollars="10.0000"),
                kalshi_market(),
            ]
        }
    )
    assert [(item.path, item.reason) for item in reading.skipped] == [
        ("markets[0]", "a parlay of several markets"),
        ("markets[1]", "a parlay of several markets"),
        ("markets[2]", "its type is `scalar`, and only binary contracts are read"),
        ("markets[3]", "a contract pays 10.0000 dollars, not one"),
    ]
    assert [quote.contract for quote in reading.quotes] == [TICKER]


def test_the_states_of_a_market_of_kalshi():
    """Only an active one is open; a finalized one says what it paid, unless its result is a scalar."""
    for status, state in (
        ("active", "open"),
        ("determined", "closed"),
        ("disputed", "closed"),
        ("inactive", "closed"),
        ("finalized", "settled"),
    ):
        assert kalshi(kalshi_market(status=status)).quotes[0].status == state
    for result, paid in (("yes", 1), ("no", 0), ("scalar", None), ("", None)):
        assert kalshi(kalshi_market(status="finalized", result=result)).listings[0].settled_at == paid
    with pytest.raises(MarketFault, match='`status` is "asleep", where one of active'):
        kalshi(kalshi_market(status="asleep"))


def test_a_market_of_kalshi_that_never_traded():
    """A bid of 0, an ask of 1 and a last price of 0 are None; a missing volume is None and not 0."""
    empty = kalshi_market(yes_bid_dollars="0.0000", yes_ask_dollars="1.0000", last_price_dollars="0.0000", volume_fp=None)
    (quote,) = kalshi(empty).quotes
    assert (quote.bid, quote.ask, quote.last, quote.volume, quote.bid_depth, quote.ask_depth) == (None,) * 6


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (
            {"market": kalshi_market(yes_bid_dollars="1.2")},
            '`market.yes_bid_dollars` is "1.2", where a price from 0 to 1 dollar is expected',
        ),
        ({"market": kalshi_market(yes_bid_dollars="a")}, '`market.yes_bid_dollars` is "a", where a number is expected'),
        ({"market": kalshi_market(yes_bid_dollars="NaN")}, "where a finite number"),
        ({"market": kalshi_market(yes_bid_dollars=[])}, "where a number is expected"),
        ({"market": kalshi_market(yes_bid_dollars=True)}, "where a number is expected"),
        ({"market": kalshi_market(yes_bid_dollars="0.5")}, "the bid 0.5 is above the ask 0.4400"),
        ({"market": kalshi_market(close_time="2026-10-01T23:59:00")}, "where a time with a zone"),
        ({"market": kalshi_market(close_time="soon")}, '`market.close_time` is "soon", where a time'),
        ({"market": kalshi_market(close_time="0001-01-01T00:00:00+14:00")}, "a time within the calendar"),
        ({"market": {key: value for key, value in kalshi_market().items() if key != "status"}}, "`market` has no `status`"),
        ({"market": kalshi_market_in_cents(yes_bid=41.5)}, "where a whole number of cents"),
        ({"market": kalshi_market(volume_fp="-1.00")}, "where a number of contracts"),
        ({"market": kalshi_market(price_ranges=[{"start": "0", "end": "1", "step": "0"}])}, "prices come in steps above 0"),
        ({"markets": {}}, "`markets` is {}, where a list is expected"),
        ({"markets": [7]}, "`markets[0]` is 7, where an object is expected"),
        ({"hello": "world"}, "no payload of Kalshi that is read: it has none of `candlesticks`"),
        (7, "the payload is 7, where an object is expected"),
        ({"orderbook_fp": {"yes_dollars": [["0.4"]]}, "ticker": "X"}, "where a price and a count"),
        ({"orderbook_fp": {"yes_dollars": [["0.7", "1"]], "no_dollars": [["0.4", "1"]]}, "ticker": "X"}, "above the best ask"),
        (
            [{"yes_price_dollars": "0.4", "no_price_dollars": "0.7", "ticker": "X", "created_time": "2026-01-01T00:00:00Z"}],
            "do not add up to 1",
        ),
    ],
)
def test_what_kalshi_does_not_answer_is_refused(payload: object, message: str):
    """The message names the place, what stands there and what was expected."""
    with pytest.raises(MarketFault) as caught:
        kalshi(payload)
    assert message in str(caught.value)


def test_a_contract_is_chosen_and_checked():
    """One market of a page; one that is not there; candles that say another ticker; candles that say none."""
    page = {"markets": [kalshi_market(), kalshi_market(ticker="OTHER")]}
    assert [quote.contract for quote in kalshi(page, contract="OTHER").quotes] == ["OTHER"]
    with pytest.raises(MarketFault, match="nothing of `X` in this payload"):
        kalshi(page, contract="X")
    with pytest.raises(MarketFault, match=f"this payload is of `{TICKER}`, not of `X`"):
        kalshi(kalshi_candles_in_cents(), contract="X")
    with pytest.raises(MarketFault, match="does not say which contract"):
        kalshi(kalshi_candles())


def test_empty_answers_of_kalshi():
    """A page without markets, no events and no trades are nothing; a book without orders is a book, old or new."""
    for value in ({"markets": [], "cursor": ""}, {"events": []}, {"trades": []}, []):
        assert kalshi(value) == VenueReading()
    for value in ({"orderbook": {"yes": None, "no": None}}, {"orderbook_fp": {"yes_dollars": [], "no_dollars": []}}):
        (quote,) = kalshi(value, contract="X").quotes
        assert (quote.bid, quote.ask) == (None, None)


def test_a_series_of_kalshi_has_fees_of_its_day():
    """Half the rate; a maker's multiplier is not read from the taker's."""
    series = {"series": {"ticker": "KXINX", "fee_type": "quadratic_with_maker_fees", "fee_multiplier": 0.5}}
    (fees,) = kalshi(series).fees
    assert fees.trade_fee(D(".5"), D(100)) == D(".88")
    assert fees.holds_from == WHEN
    with pytest.raises(MarketFault, match="the maker's multiplier"):
        fees.trade_fee(D(".5"), D(100), "maker")


def polymarket(value: object, **options) -> VenueReading:
    """What is read of a value as Polymarket's, retrieved at a stated time."""
    return read_polymarket_payload(as_payload(value), **{"retrieved": WHEN, **options})


@pytest.mark.parametrize("around", ["list", "markets", "data", "nothing"])
def test_a_market_of_polymarket_is_read_in_every_shape(around: str):
    """Gamma's list, a page by keyset, and one market alone."""
    market = polymarket_market()
    shapes = {"list": [market], "markets": {"markets": [market], "next_cursor": "x"}, "data": {"data": [market]}, "nothing": market}
    reading = polymarket(shapes[around])
    ((quote,), (listing,)) = reading.quotes, reading.listings
    assert (quote.bid, quote.ask, quote.last, quote.volume, quote.at) == (D(".31"), D(".32"), D(".32"), D("1234.5"), WHEN)
    assert (listing.contract, listing.tokens, listing.exclusive, listing.minimum_order) == ("0xabc", ("11", "22"), False, 5)
    assert listing.fees is not None
    assert (listing.fees.trade_fee(D(".5"), D(100)), listing.fees.holds_from) == (D("1.25"), WHEN)


@pytest.mark.parametrize(
    ("changes", "fee"),
    [
        ({"feesEnabled": False, "feeSchedule": None}, 0),
        ({"feeSchedule": None}, None),
        ({"feeSchedule": {"exponent": 1.5, "rate": 0.05, "takerOnly": True}}, None),
        ({"feeSchedule": {"exponent": 1, "rate": 0.05, "takerOnly": False}}, None),
        ({"feeSchedule": {"exponent": 2, "rate": 0.25, "takerOnly": True}}, D("1.5625")),
    ],
)
def test_fees_of_polymarket_are_read_or_not_known(changes: dict, fee: Decimal | None):
    """None where a schedule is missing or of a form that is not known; base fees are ignored."""
    (listing,) = polymarket(polymarket_market(**changes)).listings
    assert (None if listing.fees is None else listing.fees.trade_fee(D(".5"), D(100))) == fee


def test_a_closed_market_of_polymarket_has_no_prices():
    """Neither book nor last trade, whichever side that was of; what it paid is in the prices of its outcomes."""
    closed = polymarket_market(
        closed=True, outcomePrices='["0", "1"]', lastTradePrice=0.99, umaResolutionStatuses='["proposed", "resolved"]'
    )
    reading = polymarket(closed)
    (quote,) = reading.quotes
    assert (quote.bid, quote.ask, quote.last, quote.status, reading.listings[0].settled_at) == (None, None, None, "settled", 0)
    with pytest.raises(MarketFault, match="this market is closed"):
        read_interval(quote)
    paused = polymarket(polymarket_market(acceptingOrders=False))
    assert (paused.quotes[0].status, paused.listings[0].settled_at) == ("closed", None)


@pytest.mark.parametrize(
    ("changes", "paid"),
    [
        ({"outcomePrices": '["0.5", "0.5"]'}, D(".5")),
        ({"outcomePrices": '["0.000001024509519568169644816863666886675", "0.9999989754804904318303551831363331"]'}, None),
        ({"outcomePrices": '["0", "0"]'}, None),
        ({"outcomePrices": '["0.5036310770070361", "0.49"]'}, None),
        ({"outcomePrices": '["0.0000010245", "0.99999897"]', "tokens": [{"winner": False}, {"winner": True}]}, 0),
        ({"outcomePrices": '["1", "0"]', "tokens": [{"winner": False}, {"winner": True}]}, None),
        ({"outcomePrices": '["1", "0"]', "umaResolutionStatus": "disputed"}, None),
        ({"outcomePrices": '["1", "0"]', "umaResolutionStatus": "resolved"}, 1),
        ({"outcomePrices": None}, None),
    ],
)
def test_what_a_market_of_polymarket_paid(changes: dict, paid: Decimal | None):
    """50-50 is a resolution; dust needs a winner; twice 0, a contradiction and a dispute leave it unknown."""
    assert polymarket(polymarket_market(closed=True, **changes)).listings[0].settled_at == paid


def test_a_book_of_polymarket_is_sorted_and_turned():
    """In any order; the book of the second token is that of the first from the other side; empty sides are None."""
    book = {
        "market": "0xabc",
        "asset_id": "11",
        "timestamp": "1788264000000",
        "bids": [{"price": "0.30", "size": "5"}, {"price": "0.31", "size": "7"}],
        "asks": [{"price": "0.33", "size": "2"}, {"price": "0.32", "size": "4"}],
        "last_trade_price": "",
    }
    reading = polymarket(book)
    (quote,) = reading.quotes
    assert (quote.at, quote.bid, quote.bid_depth, quote.ask, quote.ask_depth, quote.last) == (WHEN, D(".31"), 7, D(".32"), 4, None)
    (turned,) = polymarket(book, side="no").quotes
    assert (turned.bid, turned.bid_depth, turned.ask, turned.ask_depth) == (D(".68"), 4, D(".69"), 7)
    (empty,) = polymarket({**book, "bids": [], "last_trade_price": "0.32"}).quotes
    assert (empty.bid, empty.ask, empty.last) == (None, D(".32"), D(".32"))
    with pytest.raises(MarketFault, match="answered with an error: No orderbook exists"):
        polymarket({"error": "No orderbook exists for the requested token id"})


def test_histories_and_trades_of_polymarket():
    """A history is of the token that it was asked for; trades are prices of their own outcome, turned to the first."""
    history = {"history": [{"t": 1_788_264_000, "p": 0.4}, {"t": 1_788_260_400, "p": 0.42}]}
    for side, prices in (("yes", [D(".42"), D(".4")]), ("no", [D(".58"), D(".6")])):
        quotes = polymarket(history, contract="0xabc", side=side).quotes
        assert ([quote.price for quote in quotes], quotes[-1].at, quotes[0].kind) == (prices, WHEN, "midpoint")
    with pytest.raises(MarketFault, match="does not say which contract"):
        polymarket(history)
    trades = [
        {"conditionId": "0xabc", "outcomeIndex": 1, "price": 0.7, "size": 3, "timestamp": 1_788_264_000, "side": "BUY"},
        {"conditionId": "0xabc", "outcomeIndex": 0, "price": 0.31, "size": 2, "timestamp": 1_788_260_400, "side": "SELL"},
        {"conditionId": "0xdef", "outcomeIndex": 0, "price": 0.9, "size": 2, "timestamp": 1_788_260_400, "side": "SELL"},
    ]
    assert [(quote.last, quote.volume) for quote in polymarket(trades, contract="0xabc").quotes] == [(D(".31"), 2), (D(".3"), 3)]


def test_what_polymarket_does_not_answer_is_refused_or_skipped():
    """A market of three outcomes is skipped; prices outside 0 to 1, texts that are no JSON and other objects are refused."""
    three = polymarket(polymarket_market(outcomes='["A", "B", "C"]'))
    assert [item.reason for item in three.skipped] == ["it has 3 outcomes, and only binary contracts are read"]
    for value, message in (
        (polymarket_market(outcomes="Yes, No"), "`outcomes`: this is not JSON"),
        (polymarket_market(bestBid=1.5, bestAsk=None), "a price lies between 0 and 1"),
        ({"history": [{"t": 1, "p": 7}]}, "where a price from 0 to 1"),
        ({"history": [{"t": 10**20, "p": 0.7}]}, "where a time since 1970"),
        ({"hello": 1}, "no payload of Polymarket that is read"),
        ([{"conditionId": "0xabc", "outcomeIndex": 2, "price": 0.7, "timestamp": 1}], "where 0 or 1"),
    ):
        with pytest.raises(MarketFault, match=message):
            polymarket(value, contract="0xabc")


def manifold(value: object, **options) -> VenueReading:
    """What is read of a value as Manifold's, retrieved at a stated time."""
    return read_manifold_payload(as_payload(value), **{"retrieved": WHEN, **options})


def test_a_market_of_manifold():
    """Its maker's price and its pool; closed after its time; void, in part, yes or no once it is resolved."""
    reading = manifold([manifold_market()])
    ((quote,), (listing,)) = reading.quotes, reading.listings
    assert (quote.price, quote.kind, quote.status, quote.volume) == (D(".25"), "maker", "open", D("321.5"))
    assert listing.pool is not None
    assert (listing.pool.yes, listing.pool.no, listing.pool.p) == (150, 50, 0.5)
    assert manifold(manifold_market(closeTime=1_780_000_000_001)).quotes[0].status == "closed"
    for resolution, paid, void in (("YES", 1, False), ("NO", 0, False), ("MKT", D(".3"), False), ("CANCEL", None, True)):
        resolved = manifold(manifold_market(isResolved=True, resolution=resolution, resolutionProbability=0.3)).listings[0]
        assert (resolved.status, resolved.settled_at, resolved.void) == ("settled", paid, void)


def test_answers_of_manifold():
    """Each is a contract with a pool of its own; the one that is resolved paid 1, the others 0; without answers the market is skipped."""
    reading = manifold(manifold_answers())
    assert [(listing.contract, listing.title) for listing in reading.listings] == [
        ("m2/a", "Will invented thing happen?: Red"),
        ("m2/b", "Will invented thing happen?: Green"),
        ("m2/c", "Will invented thing happen?: Blue"),
    ]
    assert [(quote.price, listing.exclusive) for quote, listing in zip(reading.quotes, reading.listings, strict=True)] == [
        (D(".5"), True),
        (D(".25"), True),
        (D(".25"), True),
    ]
    assert [listing.settled_at for listing in manifold(manifold_answers(isResolved=True, resolution="b")).listings] == [0, 1, 0]
    assert len(manifold(manifold_answers(), contract="m2").quotes) == 3
    assert [quote.contract for quote in manifold(manifold_answers(), contract="m2/b").quotes] == ["m2/b"]
    assert "fetch the market by its id" in manifold([manifold_answers(answers=None)]).skipped[0].reason


@pytest.mark.parametrize("kind", ["PSEUDO_NUMERIC", "NUMBER", "STONK", "PERP", "POLL", "QUADRATIC_FUNDING", "BOUNTIED_QUESTION", "DATE"])
def test_types_of_manifold_that_are_not_supported_are_skipped(kind: str):
    """Each by name, and the rest of the list is read."""
    reading = manifold([manifold_market(outcomeType=kind, mechanism="none"), manifold_market()])
    assert [(item.path, item.reason) for item in reading.skipped] == [("[0]", f"type {kind} with mechanism none is not supported")]
    assert len(reading.quotes) == 1


def test_bets_of_manifold_become_a_history():
    """Newest first becomes oldest first; redemptions, cancelled and unfilled orders are left out; a gap is named."""
    bets = [
        manifold_bet(createdTime=1_785_000_300_000, probBefore=0.5, probAfter=0.45, amount=-20),
        manifold_bet(createdTime=1_785_000_200_000, probBefore=0.3, probAfter=0.4, isRedemption=True),
        manifold_bet(createdTime=1_785_000_100_000, probBefore=0.3, probAfter=0.4, isCancelled=True),
        manifold_bet(createdTime=1_785_000_050_000, probBefore=0.3, probAfter=0.3, amount=0, isFilled=False),
        manifold_bet(),
    ]
    reading = manifold(bets)
    assert [(quote.contract, quote.price, quote.volume) for quote in reading.quotes] == [("m1", D(".3"), 10), ("m1", D(".45"), 20)]
    assert [item.reason.partition(": ")[0] for item in reading.skipped] == [
        "a redemption",
        "a cancelled order",
        "an order that has not been filled",
        "before 2026-07-25T17:25:00+00:00 bets are missing",
    ]
    assert [quote.contract for quote in manifold([manifold_bet(answerId="b", contractId="m2")]).quotes] == ["m2/b"]


def test_probabilities_of_manifold():
    """`/prob` of a binary market and of one with answers."""
    assert [quote.price for quote in manifold({"prob": 0.3}, contract="m1").quotes] == [D(".3")]
    found = manifold({"answerProbs": {"a": 0.5, "b": 0.5}}, contract="m2").quotes
    assert [(quote.contract, quote.price) for quote in found] == [("m2/a", D(".5")), ("m2/b", D(".5"))]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (manifold_market(probability=0.4), "its pool has the probability 0.25"),
        (manifold_market(pool={"YES": 0, "NO": 50}), "a pool has shares of both sides"),
        (manifold_market(pool=None), "has no `pool`"),
        ({"prob": 1.5}, "where a probability from 0 to 1"),
        ({"x": 1}, "no payload of Manifold that is read"),
        ([manifold_bet(contractId="m9")], "of `m9`, not of `m1`"),
        ([manifold_market(id="m9")], "nothing of `m1` in this payload"),
    ],
)
def test_what_manifold_does_not_answer_is_refused(value: object, message: str):
    """A probability that is not its pool's, a broken pool, and other objects."""
    with pytest.raises(MarketFault, match=message):
        manifold(value, contract="m1")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "this is not JSON"),
        (b"{", "this is not JSON"),
        (b"\xff\xfe", "this is not UTF-8: byte 0"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": 1, "a": 2}', "the key `a` stands twice"),
        (b"[" * (MOST_NESTING + 1) + b"]" * (MOST_NESTING + 1), "more than 50 deep"),
        (b"[" * 1_000_000, "more than 50 deep"),
        (b"9" * 100_000, "a number in it is too long"),
        (b" " * (MOST_PAYLOAD_BYTES + 1), "more than 50,000,000 bytes"),
    ],
    ids=["empty", "cut", "bytes", "nan", "twice", "deep", "deeper", "long", "large"],
)
def test_input_is_bounded(data: bytes, message: str):
    """Size, depth, length of numbers, encoding and form, each with a message of its own."""
    with pytest.raises(MarketFault, match=message):
        load_payload(data)


def test_numbers_keep_their_digits():
    """A decimal of a payload is exact, whether a number or a text; a byte-order mark is no part of it; 50 levels are not too deep."""
    assert load_payload(b'\xef\xbb\xbf{"a": 0.1000000000000000055}').need("a").decimal() == D("0.1000000000000000055")
    assert load_payload(b"[" * MOST_NESTING + b"]" * MOST_NESTING).value
    for number in (b"1e999999", b'"1e-999999"', b'" 1"', b'"1_0"', b'"' + b"1" * 200 + b'"'):
        with pytest.raises(MarketFault):
            load_payload(b'{"a": ' + number + b"}").need("a").decimal()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(["kalshi", "polymarket", "manifold"]), st.data())
def test_a_damaged_payload_is_read_or_refused(venue: str, data: st.DataObject):
    """Whatever stands in place of a field, the reader returns or raises ``MarketFault``, and nothing else."""
    examples = {
        "kalshi": [{"market": kalshi_market()}, kalshi_market_in_cents(), *kalshi_candles()["candlesticks"]],
        "polymarket": [polymarket_market(), polymarket_market(closed=True)],
        "manifold": [manifold_market(), manifold_answers(), manifold_bet(), manifold_market(isResolved=True, resolution="MKT")],
    }
    read = {"kalshi": read_kalshi_payload, "polymarket": read_polymarket_payload, "manifold": read_manifold_payload}[venue]
    example = data.draw(st.sampled_from(examples[venue]))
    inner = example.get("market", example)
    damaged = {**inner, data.draw(st.sampled_from(sorted(inner))): data.draw(ANYTHING)}
    whole = (
        {"candlesticks": [damaged]} if "end_period_ts" in inner else data.draw(st.sampled_from([damaged, [damaged], {"market": damaged}]))
    )
    with suppress(MarketFault):
        read(as_payload(whole), contract=data.draw(st.sampled_from([None, TICKER, "0xabc", "m1"])), retrieved=WHEN)
