"""Kalshi's payloads as listings, quotes and books: markets, events, order books, candlesticks, trades and series.

Source: docs.kalshi.com and payloads of March to September 2026.  A payload in cents is an older export.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import itemgetter

from forecast.markets.faults import MarketFault
from forecast.markets.order_book import Level, make_book
from forecast.markets.price_guards import ask_or_none, bid_or_none, last_price_or_none
from forecast.markets.quotes import Quote
from forecast.markets.sides import complement
from forecast.markets.venues.kalshi_fees import KalshiFees
from forecast.markets.venues.kalshi_markets import KalshiRequest, read_kalshi_event, read_kalshi_market
from forecast.markets.venues.kalshi_units import KalshiUnit, kalshi_count, kalshi_price, kalshi_unit, price_in_dollars
from forecast.markets.venues.listings import ListedBook, VenueReading, contract_named, quote_of_book
from forecast.markets.venues.payload_nodes import PayloadNode


def read_kalshi_payload(payload: PayloadNode, *, contract: str | None = None, retrieved: datetime | None = None) -> VenueReading:
    """Return what a payload of Kalshi holds.

    ``contract`` names the market of candlesticks, books and trades that do not; of a list of markets it chooses one.  ``retrieved`` is the time
    of quotes that have none.  Parlays and what is not binary are skipped, with the reason.  Raises ``MarketFault`` for what cannot be read.
    """
    reading = VenueReading()
    root = PayloadNode({"trades": payload.value}) if isinstance(payload.value, list) else payload
    keys = root.members_by_key().keys()
    if "series" in keys:
        reading.fees.append(_series_fees(root.need("series"), retrieved))
        return reading
    request = KalshiRequest(kalshi_unit(root), contract, retrieved)
    read = next((each for key, each in _READERS.items() if key in keys), None)
    if read is None:
        raise MarketFault(
            f"this is no payload of Kalshi that is read: it has none of {', '.join(f'`{key}`' for key in _READERS)}",
            "save markets, events, an order book, candlesticks, trades or a series as it was answered",
        )
    read(root, request, reading)
    if contract is not None and not (reading.quotes or reading.skipped):
        raise MarketFault(f"there is nothing of `{contract}` in this payload")
    return reading


def _read_events(root: PayloadNode, request: KalshiRequest, reading: VenueReading) -> None:
    for event in root.need("events").items():
        read_kalshi_event(event, request, reading)


def _read_markets(root: PayloadNode, request: KalshiRequest, reading: VenueReading) -> None:
    for market in root.need("markets").items():
        read_kalshi_market(market, request, reading)


def _read_candlesticks(root: PayloadNode, request: KalshiRequest, reading: VenueReading) -> None:
    """Closing bid and ask of each period; quiet periods are missing.  A last price is the period's close, or the one before it."""
    ticker = contract_named(root.text_of("ticker"), request.contract)
    for candle in root.need("candlesticks").items():
        price, bid, ask = candle.get("price"), candle.get("yes_bid"), candle.get("yes_ask")
        last = None if price is None else kalshi_price(price, "close", request.unit) or kalshi_price(price, "previous", request.unit)
        reading.quotes.append(
            Quote(
                "kalshi",
                ticker,
                candle.need("end_period_ts").moment_since_1970(),
                "bid-ask",
                None if bid is None else bid_or_none(kalshi_price(bid, "close", request.unit)),
                None if ask is None else ask_or_none(kalshi_price(ask, "close", request.unit)),
                last_price_or_none(last),
                volume=kalshi_count(candle, "volume"),
            )
        )


def _read_trades(root: PayloadNode, request: KalshiRequest, reading: VenueReading) -> None:
    """One last price for each trade, in the order of time."""
    found: list[tuple[datetime, Quote]] = []
    for trade in root.need("trades").items():
        named = trade.text_of("ticker")
        ticker = contract_named(named, None if named else request.contract)
        if request.contract is not None and ticker != request.contract:
            continue
        yes, no = kalshi_price(trade, "yes_price", request.unit), kalshi_price(trade, "no_price", request.unit)
        if yes is None:
            raise MarketFault(f"{trade.place} has no price of YES")
        if no is not None and yes + no != 1:
            raise MarketFault(f"the prices of {trade.place}, {yes} and {no}, do not add up to 1")
        at = trade.need("created_time").moment()
        found.append((at, Quote("kalshi", ticker, at, "last", last=yes, volume=kalshi_count(trade, "count"))))
    reading.quotes.extend(quote for _, quote in sorted(found, key=itemgetter(0)))


def _read_book(root: PayloadNode, request: KalshiRequest, reading: VenueReading) -> None:
    ticker = contract_named(root.text_of("ticker"), request.contract)
    sides = root.get("orderbook_fp") or root.need("orderbook")
    yes, no = (_bids(sides, side, request.unit) for side in ("yes", "no"))
    book = make_book(yes, (Level(complement(level.price), level.count) for level in no))
    reading.books.append(ListedBook(ticker, request.retrieved, book))
    reading.quotes.append(quote_of_book("kalshi", ticker, request.retrieved, book))


def _bids(sides: PayloadNode, side: str, unit: KalshiUnit) -> list[Level]:
    """The bids on one side; a missing side and null are empty."""
    found = sides.get(side if unit == "cents" else f"{side}_dollars")
    levels: list[Level] = []
    for level in found.items() if found is not None else ():
        pair = list(level.items())
        if len(pair) != 2:
            level.refuse("a price and a count")
        levels.append(Level(price_in_dollars(pair[0], unit), pair[1].decimal()))
    return levels


def _series_fees(series: PayloadNode, retrieved: datetime | None) -> KalshiFees:
    """The fees of a series as a payload has them: today's, so that they hold from when it was retrieved."""
    if retrieved is None:
        raise MarketFault(
            "the fees of a series are those of the day on which it was retrieved, which is not known", "say when it was retrieved"
        )
    ticker = series.need("ticker").text()
    return KalshiFees(
        retrieved,
        f"payload of series {ticker}, retrieved {retrieved:%Y-%m-%d}",
        series.need("fee_type").text(),
        series.need("fee_multiplier").decimal(),
    )


_READERS: dict[str, Callable[[PayloadNode, KalshiRequest, VenueReading], None]] = {
    "candlesticks": _read_candlesticks,
    "orderbook_fp": _read_book,
    "orderbook": _read_book,
    "trades": _read_trades,
    "events": _read_events,
    "event": lambda root, request, reading: read_kalshi_event(root.need("event"), request, reading),
    "markets": _read_markets,
    "market": lambda root, request, reading: read_kalshi_market(root.need("market"), request, reading),
    "ticker": read_kalshi_market,
}
