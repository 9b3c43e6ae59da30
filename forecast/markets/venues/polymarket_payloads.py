"""Polymarket's payloads as listings, quotes and books: gamma's markets and pages of them, order books, price histories and trades.

Source: docs.polymarket.com and payloads of June to September 2026.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import itemgetter

from forecast.markets.faults import MarketFault
from forecast.markets.order_book import Level, make_book
from forecast.markets.quotes import Quote
from forecast.markets.sides import ContractSide, complement
from forecast.markets.venues.listings import ListedBook, VenueReading, contract_named, quote_of_book
from forecast.markets.venues.payload_nodes import PayloadNode
from forecast.markets.venues.polymarket_markets import read_polymarket_market


def read_polymarket_payload(
    payload: PayloadNode, *, contract: str | None = None, side: ContractSide = "yes", retrieved: datetime | None = None
) -> VenueReading:
    """Return what a payload of Polymarket holds, as prices of the first outcome, which is YES.

    ``contract`` is a condition id: the market that a price history is of, or the one to choose.  ``side`` says of which token a price history
    or a book is; prices of the second outcome's are turned round.  ``retrieved`` is the time of quotes that have none.  Raises ``MarketFault``
    for what cannot be read, the error object of a resolved market's book among it.
    """
    reading = VenueReading()
    if isinstance(payload.value, list):
        _read_list(payload, contract, retrieved, reading)
    else:
        _read_object(payload, contract, side, retrieved, reading)
    if contract is not None:
        reading.listings[:] = [listing for listing in reading.listings if listing.contract == contract]
        reading.quotes[:] = [quote for quote in reading.quotes if quote.contract == contract]
        if not (reading.quotes or reading.books):
            raise MarketFault(f"there is nothing of `{contract}` in this payload")
    return reading


def _read_object(root: PayloadNode, contract: str | None, side: ContractSide, retrieved: datetime | None, reading: VenueReading) -> None:
    keys = root.members_by_key().keys()
    if "error" in keys:
        raise MarketFault(f"the venue answered with an error: {root.text_of('error')}", "a resolved market has no order book")
    if "history" in keys:
        _read_history(root, contract, side, reading)
    elif keys & {"bids", "asks"}:
        _read_book(root, contract, side, reading)
    elif keys & {"markets", "data"}:
        _read_list(root.need("markets" if "markets" in keys else "data"), contract, retrieved, reading)
    elif "conditionId" in keys:
        read_polymarket_market(root, retrieved, reading)
    else:
        raise MarketFault(
            "this is no payload of Polymarket that is read: it has neither `conditionId`, `markets`, `bids`, nor `history`",
            "save a page of gamma's markets, a book or a price history as it was answered",
        )


def _read_list(items: PayloadNode, contract: str | None, retrieved: datetime | None, reading: VenueReading) -> None:
    found = list(items.items())
    if found and "outcomeIndex" in found[0].members_by_key():
        _read_trades(found, contract, reading)
        return
    for market in found:
        read_polymarket_market(market, retrieved, reading)


def _read_history(root: PayloadNode, contract: str | None, side: ContractSide, reading: VenueReading) -> None:
    """Midpoints that the venue carries forward, without depth and volume: to be drawn, and not to be traded on."""
    name = contract_named(None, contract)
    found = [(point.need("t").moment_since_1970(), _price(point.need("p"), side)) for point in root.need("history").items()]
    reading.quotes.extend(Quote("polymarket", name, at, "midpoint", price=price) for at, price in sorted(found, key=itemgetter(0)))


def _read_book(root: PayloadNode, contract: str | None, side: ContractSide, reading: VenueReading) -> None:
    name = contract_named(root.text_of("market"), contract)
    stamp = root.get("timestamp")
    at = None if stamp is None else stamp.moment_since_1970(per_second=1000)
    wanted, offered = ([_level(each, side) for each in found.items()] if found else [] for found in map(root.get, ("bids", "asks")))
    book = make_book(wanted, offered) if side == "yes" else make_book(offered, wanted)
    reading.books.append(ListedBook(name, at, book))
    reading.quotes.append(quote_of_book("polymarket", name, at, book, last=_last_price(root.get("last_trade_price"), side)))


def _last_price(node: PayloadNode | None, side: ContractSide) -> Decimal | None:
    """A last price of a token as one of YES; an empty text and 0 are none."""
    if node is None or not node.value or not node.decimal():
        return None
    return _price(node, side)


def _level(node: PayloadNode, side: ContractSide) -> Level:
    return Level(_price(node.need("price"), side), node.need("size").decimal())


def _read_trades(trades: list[PayloadNode], contract: str | None, reading: VenueReading) -> None:
    """One last price for each trade, in the order of time, as a price of the first outcome."""
    found: list[tuple[datetime, Quote]] = []
    for trade in trades:
        name = trade.need("conditionId").text()
        if contract is None or name == contract:
            index = trade.need("outcomeIndex")
            if index.value not in {0, 1}:
                index.refuse("0 or 1")
            at = trade.need("timestamp").moment_since_1970()
            price = _price(trade.need("price"), "no" if index.value else "yes")
            found.append((at, Quote("polymarket", name, at, "last", last=price, volume=trade.decimal_of("size"))))
    reading.quotes.extend(quote for _, quote in sorted(found, key=itemgetter(0)))


def _price(node: PayloadNode, side: ContractSide) -> Decimal:
    price = node.decimal()
    if not 0 <= price <= 1:
        node.refuse("a price from 0 to 1")
    return price if side == "yes" else complement(price)
