"""Kalshi's markets and events as listings and quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecast.markets.price_guards import ask_or_none, bid_or_none, last_price_or_none
from forecast.markets.quotes import MarketStatus, Quote
from forecast.markets.ticks import TickRange
from forecast.markets.venues.kalshi_units import KalshiUnit, kalshi_count, kalshi_price
from forecast.markets.venues.listings import Listing, SkippedItem, Strike, VenueReading
from forecast.markets.venues.payload_nodes import PayloadNode

_STATUS: dict[str, MarketStatus] = {
    "active": "open",
    **dict.fromkeys(("initialized", "inactive", "closed", "determined", "disputed", "amended"), "closed"),
    "finalized": "settled",
}


@dataclass(frozen=True, slots=True)
class KalshiRequest:
    """What a reader of Kalshi was asked for: the unit of the payload, one market or all, and when it was retrieved, where that is known."""

    unit: KalshiUnit
    contract: str | None
    retrieved: datetime | None


def read_kalshi_event(event: PayloadNode, request: KalshiRequest, reading: VenueReading) -> None:
    """Read the markets of an event, which says whether they are exclusive."""
    exclusive = event.truth_of("mutually_exclusive")
    for market in event.need("markets").items():
        read_kalshi_market(market, request, reading, exclusive=exclusive)


def read_kalshi_market(market: PayloadNode, request: KalshiRequest, reading: VenueReading, *, exclusive: bool | None = None) -> None:
    """Read one market as a listing and a quote; a parlay and what is not binary are skipped, with the reason."""
    ticker = market.need("ticker").text()
    if request.contract is not None and ticker != request.contract:
        return
    reason = _not_read(market, ticker)
    if reason:
        reading.skipped.append(SkippedItem(market.path or ticker, reason))
        return
    status = _status(market.need("status"))
    reading.listings.append(_listing(market, ticker, status, exclusive=exclusive))
    bid, ask = (keep(kalshi_price(market, key, request.unit)) for key, keep in (("yes_bid", bid_or_none), ("yes_ask", ask_or_none)))
    reading.quotes.append(
        Quote(
            "kalshi",
            ticker,
            request.retrieved,
            "bid-ask",
            bid,
            ask,
            last_price_or_none(kalshi_price(market, "last_price", request.unit)),
            bid_depth=None if bid is None else kalshi_count(market, "yes_bid_size"),
            ask_depth=None if ask is None else kalshi_count(market, "yes_ask_size"),
            volume=kalshi_count(market, "volume"),
            status=status,
        )
    )


def _not_read(market: PayloadNode, ticker: str) -> str:
    """Why a market is skipped; empty where it is read."""
    if ticker.startswith("KXMVE") or any(key.startswith("mve_") and value for key, value in market.members_by_key().items()):
        return "a parlay of several markets"
    kind = market.text_of("market_type") or "binary"
    if kind != "binary":
        return f"its type is `{kind}`, and only binary contracts are read"
    notional = market.decimal_of("notional_value_dollars")
    if notional not in {None, 1}:
        return f"a contract pays {notional} dollars, not one"
    return ""


def _listing(market: PayloadNode, ticker: str, status: MarketStatus, *, exclusive: bool | None) -> Listing:
    kind = market.text_of("strike_type")
    return Listing(
        "kalshi",
        ticker,
        market.need("title").text(),
        status,
        "\n\n".join(part for part in (market.text_of("rules_primary"), market.text_of("rules_secondary")) if part),
        market.moment_of("close_time"),
        {"yes": Decimal(1), "no": Decimal(0)}.get(market.text_of("result") or ""),
        event=market.text_of("event_ticker") or "",
        exclusive=exclusive,
        fees_waived_until=market.moment_of("fee_waiver_expiration_time"),
        strike=None if kind is None else Strike(kind, market.decimal_of("floor_strike"), market.decimal_of("cap_strike")),
        ticks=_ticks(market),
    )


def _ticks(market: PayloadNode) -> tuple[TickRange, ...]:
    ranges = market.get("price_ranges")
    if ranges is None:
        return ()
    return tuple(TickRange(*(each.need(key).decimal() for key in ("start", "end", "step"))) for each in ranges.items())


def _status(node: PayloadNode) -> MarketStatus:
    if node.text() not in _STATUS:
        node.refuse(f"one of {', '.join(_STATUS)}")
    return _STATUS[node.text()]
