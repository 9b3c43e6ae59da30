"""Payloads that venues answered, each read with the right numbers; they are beside the project, or the tests are skipped with the reason."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from forecast.markets.faults import MarketFault
from forecast.markets.order_book import offers_to_buyer, walk_for_stake
from forecast.markets.price_guards import normalise_exclusive, read_interval, read_midpoint
from forecast.markets.venues.kalshi_payloads import read_kalshi_payload
from forecast.markets.venues.manifold_payloads import read_manifold_payload
from forecast.markets.venues.payload_nodes import PayloadNode, load_payload
from forecast.markets.venues.polymarket_fees import polymarket_fees_at
from forecast.markets.venues.polymarket_markets import settled_price
from forecast.markets.venues.polymarket_payloads import read_polymarket_payload
from tests.support.fixtures import FIXTURES, fixture_file

D = Decimal
WHEN = datetime(2026, 8, 7, 12, tzinfo=UTC)
READ = {
    "kalshi": frozenset(
        (
            *("2026-03_kalshi_market.json", "2026-03_kalshi_orderbook.json", "2026-03_kalshi_trades.json", "candlesticks_sparse.json"),
            *("kalshi-market.json", "kalshi-orderbook.json", "kalshi_events.json", "kalshi_markets.json", "kalshi_orderbook.json"),
            "kalshi_series.json",
        )
    ),
    "polymarket": frozenset(
        (
            *("dataset_sample.csv", "fifty_fifty_rules.json", "polymarket-market.json", "polymarket_book.json"),
            *("polymarket_markets.json", "prices_history.json"),
        )
    ),
    "manifold": frozenset(("bets_trimmed.json", "search_resolved.json")),
}


def payload(venue: str, name: str) -> PayloadNode:
    """A recorded payload; the test is skipped where it is not there."""
    return load_payload(fixture_file(venue, name).read_bytes())


@pytest.mark.parametrize("venue", list(READ))
def test_every_recorded_file_is_among_those_read_here(venue: str):
    """A file that is added to a venue's folder needs a test with its numbers."""
    if not (FIXTURES / venue).is_dir():
        pytest.skip(f"the recorded files of {venue} are not beside the project")
    assert {path.name for path in (FIXTURES / venue).iterdir()} == READ[venue]


@pytest.mark.parametrize(
    ("name", "ticker", "bid", "ask", "bid_depth", "ask_depth", "last", "volume", "closes"),
    [
        (
            "2026-03_kalshi_market.json",
            "KXEPLGAME-26MAR22TOTNFO-TOT",
            ".37",
            ".39",
            "8368",
            "79",
            ".39",
            "531",
            "2026-04-05T14:15:00+00:00",
        ),
        (
            *("kalshi-market.json", "KXMLBGAME-26AUG092020HOUSD-SD", ".53", ".54", "1644.73", "71915.62", ".54", "10160.15"),
            "2026-08-13T00:20:00+00:00",
        ),
    ],
)
def test_a_market_of_kalshi(name, ticker, bid, ask, bid_depth, ask_depth, last, volume, closes):
    """Bid, ask, depths, last price and volume; a single market with and without the `market` around it."""
    reading = read_kalshi_payload(payload("kalshi", name), retrieved=WHEN)
    (quote,), (listing,) = reading.quotes, reading.listings
    assert (quote.contract, quote.at, quote.status, quote.kind) == (ticker, WHEN, "open", "bid-ask")
    numbers = (quote.bid, quote.ask, quote.bid_depth, quote.ask_depth, quote.last, quote.volume)
    assert numbers == tuple(map(D, (bid, ask, bid_depth, ask_depth, last, volume)))
    assert listing.closes is not None
    assert listing.closes.isoformat() == closes
    assert (listing.strike and listing.strike.type, listing.settled_at) == ("structured", None)
    assert [(each.start, each.end, each.step) for each in listing.ticks] == [(0, 1, D(".01"))]
    assert "fair price" in listing.rules
    assert read_midpoint(quote) == (D(bid) + D(ask)) / 2


@pytest.mark.parametrize(
    ("name", "bids", "asks", "bid", "bid_depth", "ask", "ask_depth"),
    [
        ("2026-03_kalshi_orderbook.json", 18, 33, ".37", "8368", ".39", "79"),
        ("kalshi-orderbook.json", 50, 46, ".53", "1644.73", ".54", "71915.62"),
    ],
)
def test_a_book_of_kalshi(name, bids, asks, bid, bid_depth, ask, ask_depth):
    """The best bid is the last one, and the best ask of YES is one less the best bid on NO; both agree with the recorded market."""
    reading = read_kalshi_payload(payload("kalshi", name), contract="X", retrieved=WHEN)
    ((listed,), (quote,)) = reading.books, reading.quotes
    assert (len(listed.book.bids), len(listed.book.asks)) == (bids, asks)
    assert (quote.bid, quote.bid_depth, quote.ask, quote.ask_depth) == (D(bid), D(bid_depth), D(ask), D(ask_depth))
    with pytest.raises(MarketFault, match="does not say which contract"):
        read_kalshi_payload(payload("kalshi", name))


def test_walking_a_recorded_book():
    """100 dollars of YES in March 2026: 79 at .39, then at .40, in hundredths of contracts: 30.81 + 69.188 of 69.19."""
    reading = read_kalshi_payload(payload("kalshi", "2026-03_kalshi_orderbook.json"), contract="X")
    walked = walk_for_stake(offers_to_buyer(reading.books[0].book, "yes"), D(100))
    assert [(fill.price, fill.count) for fill in walked.fills] == [(D(".39"), D(79)), (D(".40"), D("172.97"))]
    assert (walked.money, walked.unfilled) == (D("99.998"), D(".002"))


def test_a_book_of_kalshi_with_an_empty_side():
    """No bids on YES: no bid, an ask of .01 for 73,469, and no interval."""
    reading = read_kalshi_payload(payload("kalshi", "kalshi_orderbook.json"), retrieved=WHEN)
    (quote,) = reading.quotes
    assert (quote.contract, quote.bid, quote.ask, quote.ask_depth) == ("KXBTCD-26JUL2502-T74299.99", None, D(".01"), 73469)
    with pytest.raises(MarketFault, match="one side of the book is empty"):
        read_interval(quote)


def test_a_page_of_kalshis_markets():
    """Three markets never traded: no bid, no last price, a volume of 0, and thresholds that the titles do not say."""
    reading = read_kalshi_payload(payload("kalshi", "kalshi_markets.json"), retrieved=WHEN)
    assert [(quote.bid, quote.ask, quote.last, quote.volume, quote.bid_depth) for quote in reading.quotes] == [
        (None, D(".01"), None, 0, None)
    ] * 3
    strikes = [listing.strike for listing in reading.listings]
    assert [(strike.type, strike.floor, strike.cap) for strike in strikes if strike] == [
        ("greater", D(floor), None) for floor in ("74299.99", "74199.99", "74099.99")
    ]
    assert reading.skipped == []
    chosen = read_kalshi_payload(payload("kalshi", "kalshi_markets.json"), contract="KXBTCD-26JUL2502-T74199.99")
    assert [quote.ask_depth for quote in chosen.quotes] == [73469]


def test_events_of_kalshi():
    """Two events, nine markets; the second is exclusive, and its midpoints cannot be made to add up to one by scaling, for they add up to .775."""
    reading = read_kalshi_payload(payload("kalshi", "kalshi_events.json"), retrieved=WHEN)
    assert Counter((listing.event, listing.exclusive) for listing in reading.listings) == {
        ("KXELONMARS-99", False): 1,
        ("KXNEXTNATOSECGEN-99", True): 8,
    }
    assert [(str(quote.bid), str(quote.ask), str(quote.last)) for quote in reading.quotes[:3]] == [
        ("0.1200", "0.1300", "0.1200"),
        ("0.0800", "0.1400", "0.0700"),
        ("0.0400", "0.1000", "0.0500"),
    ]
    assert [listing.strike and listing.strike.type for listing in reading.listings[:2]] == [None, "custom"]
    middles = [read_midpoint(quote) for quote in reading.quotes[1:]]
    assert sum(middles) == D("0.775")
    with pytest.raises(MarketFault, match=r"only 0\.85 to 1\.25 can be scaled"):
        normalise_exclusive(middles, exclusive=True)


def test_candlesticks_of_kalshi():
    """Six candles with gaps; where nothing traded the last price is the one before, and the volume is 0."""
    reading = read_kalshi_payload(payload("kalshi", "candlesticks_sparse.json"), contract="X")
    found = [(quote.at and quote.at.isoformat(), quote.bid, quote.ask, quote.last, quote.volume) for quote in reading.quotes]
    assert len(found) == 6
    assert found[0] == ("2026-09-14T12:03:00+00:00", D(".48"), D(".49"), D(".49"), 23)
    assert found[2] == ("2026-09-14T12:12:00+00:00", D(".48"), D(".50"), D(".49"), 0)
    assert found[5] == ("2026-09-14T19:37:00+00:00", D(".47"), D(".49"), D(".49"), D("13.83"))


def test_trades_of_kalshi():
    """Five trades in the order of time, in UTC to the microsecond."""
    reading = read_kalshi_payload(payload("kalshi", "2026-03_kalshi_trades.json"))
    assert [(quote.last, quote.volume) for quote in reading.quotes] == [
        (D(".38"), 5),
        (D(".38"), 16),
        (D(".40"), 11),
        (D(".39"), 4),
        (D(".39"), 3),
    ]
    assert (reading.quotes[-1].at or WHEN).isoformat() == "2026-03-16T16:30:33.385559+00:00"
    assert {(quote.kind, quote.contract) for quote in reading.quotes} == {("last", "KXEPLGAME-26MAR22TOTNFO-TOT")}
    with pytest.raises(MarketFault, match="a trade, not an offer"):
        read_interval(reading.quotes[0])


def test_a_series_of_kalshi():
    """Its fees are quadratic with a multiplier of 1, from the day on which they were retrieved."""
    (fees,) = read_kalshi_payload(payload("kalshi", "kalshi_series.json"), retrieved=WHEN).fees
    assert (fees.holds_from, fees.trade_fee(D(".5"), D(100))) == (WHEN, D("1.75"))
    assert "KXBTCD" in fees.source
    with pytest.raises(MarketFault, match="the day on which it was retrieved"):
        read_kalshi_payload(payload("kalshi", "kalshi_series.json"))


def test_a_market_of_polymarket():
    """One rung of a ladder of deadlines, without fees."""
    reading = read_polymarket_payload(payload("polymarket", "polymarket-market.json"), retrieved=WHEN)
    (quote,), (listing,) = reading.quotes, reading.listings
    assert (quote.bid, quote.ask, quote.last, quote.volume) == (D(".06"), D(".07"), D(".06"), D("10590001.951022005"))
    assert (listing.title, listing.outcomes) == ("Strait of Hormuz traffic returns to normal by August 31?", ("Yes", "No"))
    assert listing.closes == datetime(2026, 8, 31, tzinfo=UTC)
    assert (listing.exclusive, listing.minimum_order, [each.step for each in listing.ticks]) == (False, 5, [D(".01")])
    assert listing.fees is not None
    assert listing.fees.trade_fee(D(".5"), D(100)) == 0
    assert listing.tokens[0].startswith("1054263738263699")


def test_markets_of_polymarket():
    """Three markets: fees by category where there are some, exclusive, and prices to a tenth of a cent."""
    reading = read_polymarket_payload(payload("polymarket", "polymarket_markets.json"), retrieved=WHEN)
    assert [(quote.bid, quote.ask, quote.last) for quote in reading.quotes] == [
        (D(".001"), D(".004"), D(".001")),
        (D(".734"), D(".737"), D(".734")),
        (D(".997"), D(".998"), D(".998")),
    ]
    fees = [listing.fees for listing in reading.listings]
    assert [each and each.trade_fee(D(".5"), D(100)) for each in fees] == [0, D("1.25"), D("1.25")]
    assert [getattr(each, "category", None) for each in fees] == ["", "economics", "sports"]
    assert {listing.exclusive for listing in reading.listings} == {True}


def test_markets_of_polymarket_whose_rules_end_in_half():
    """Five open markets with fees of .05; all within .49 to .52, and with a volume that shows that this is no default."""
    reading = read_polymarket_payload(payload("polymarket", "fifty_fifty_rules.json"), retrieved=WHEN)
    assert [(str(quote.bid), str(quote.ask)) for quote in reading.quotes] == [
        ("0.5", "0.52"),
        ("0.5", "0.52"),
        ("0.49", "0.5"),
        ("0.5", "0.51"),
        ("0.5", "0.51"),
    ]
    assert [read_midpoint(quote) for quote in reading.quotes] == [D(".51"), D(".51"), D(".495"), D(".505"), D(".505")]
    assert {listing.fees and listing.fees.trade_fee(D(".5"), D(100)) for listing in reading.listings} == {D("1.25")}
    assert polymarket_fees_at("general", WHEN).trade_fee(D(".5"), D(100)) == D("1.25")


def test_a_book_of_polymarket():
    """The best ask is the last one, .004 for 2,698.62, and the single bid is .001; the time is in milliseconds."""
    reading = read_polymarket_payload(payload("polymarket", "polymarket_book.json"))
    ((listed,), (quote,)) = reading.books, reading.quotes
    assert (quote.bid, quote.bid_depth, quote.ask, quote.ask_depth, quote.last) == (
        D(".001"),
        D("10118.15"),
        D(".004"),
        D("2698.62"),
        D(".001"),
    )
    assert (quote.at or WHEN).isoformat() == "2026-07-25T05:51:41.198000+00:00"
    assert (len(listed.book.bids), len(listed.book.asks), listed.book.asks[-1].price) == (1, 62, D(".999"))
    turned = read_polymarket_payload(payload("polymarket", "polymarket_book.json"), side="no").quotes[0]
    assert (turned.bid, turned.ask, turned.last) == (D(".996"), D(".999"), D(".999"))


def test_a_price_history_of_polymarket():
    """Five midpoints an hour apart, uneven by seconds, which may be drawn and not be traded on."""
    reading = read_polymarket_payload(payload("polymarket", "prices_history.json"), contract="0x1")
    assert [quote.price for quote in reading.quotes] == [D(".63"), D(".605"), D(".605"), D(".61"), D(".635")]
    assert (reading.quotes[0].at or WHEN).isoformat() == "2026-09-13T23:00:18+00:00"
    with pytest.raises(MarketFault, match="a midpoint carried forward"):
        read_interval(reading.quotes[0])


def test_a_data_set_of_polymarket():
    """It is CSV, which no reader here takes; its rows as markets settle at 1 and 0 where that is what they say, and else it is not known."""
    path = fixture_file("polymarket", "dataset_sample.csv")
    with pytest.raises(MarketFault, match="this is not JSON"):
        load_payload(path.read_bytes())
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [
            {
                "conditionId": row["conditionId"],
                "closed": row["closed"] == "True",
                "outcomes": row["outcomes"],
                "outcomePrices": row["outcomePrices"],
            }
            for row in csv.DictReader(lines)
        ]
    reading = read_polymarket_payload(load_payload(json.dumps(rows).encode()))
    found = [(listing.status, listing.settled_at) for listing in reading.listings]
    unknown, yes = ("closed", None), ("settled", Decimal(1))
    assert found == [unknown, unknown, unknown, yes, ("open", None), yes, unknown, unknown]
    tokens = [{"winner": False}, {"winner": True}]
    assert settled_price(load_payload(json.dumps({**rows[2], "tokens": tokens}).encode())) == 0
    assert settled_price(load_payload(json.dumps({**rows[0], "tokens": tokens}).encode())) is None


def test_resolved_markets_of_manifold():
    """Three binary markets at their limits, whose pools have the probabilities that are stated, and one of several answers, which lists lack."""
    reading = read_manifold_payload(payload("manifold", "search_resolved.json"), retrieved=datetime(2026, 10, 6, tzinfo=UTC))
    assert [(str(quote.price), quote.status) for quote in reading.quotes] == [
        ("0.9899999999999999", "settled"),
        ("0.010000000000000007", "settled"),
        ("0.01000000000000001", "settled"),
    ]
    assert [listing.settled_at for listing in reading.listings] == [1, 0, 0]
    assert [round(listing.pool.p, 4) for listing in reading.listings if listing.pool] == [0.7097, 0.4257, 0.5]
    (skipped,) = reading.skipped
    assert (skipped.path, skipped.reason[:24]) == ("[1]", "it has several answers, ")
    with pytest.raises(MarketFault, match="this market is closed"):
        read_interval(reading.quotes[0])


def test_bets_of_manifold():
    """Three bets in the order of time, whose probabilities chain."""
    reading = read_manifold_payload(payload("manifold", "bets_trimmed.json"), contract="M")
    assert [quote.price for quote in reading.quotes] == [D("0.06447180985353859"), D("0.06444015378809555"), D("0.05853982229462849")]
    assert (reading.quotes[0].at or WHEN).isoformat() == "2025-12-16T01:45:18.224000+00:00"
    assert [quote.volume for quote in reading.quotes] == [1, 1, 200]
    assert reading.skipped == []
