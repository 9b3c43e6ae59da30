"""Polymarket's markets, as its gamma service lists them, as listings and quotes.

Source: docs.polymarket.com and payloads of June to August 2026.  Outcomes, their prices and their tokens are JSON within texts, paired by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from forecast.markets.price_guards import ask_or_none, bid_or_none, last_price_or_none
from forecast.markets.quotes import MarketStatus, Quote
from forecast.markets.ticks import TickRange
from forecast.markets.venues.listings import Listing, SkippedItem, VenueReading
from forecast.markets.venues.payload_nodes import PayloadNode
from forecast.markets.venues.polymarket_fees import CATEGORY_OF_FEE_TYPE, PolymarketFees

_SETTLED = {(1, 0): Decimal(1), (0, 1): Decimal(0), (Decimal("0.5"), Decimal("0.5")): Decimal("0.5")}

_NEAR = Decimal("0.5")


def read_polymarket_market(market: PayloadNode, retrieved: datetime | None, reading: VenueReading) -> None:
    """Read one market as a listing and a quote of its first outcome; what is not binary is skipped, with the reason.

    Of a closed market book and last trade are left out: the last trade may be of the other side.
    """
    condition = market.need("conditionId").text()
    outcomes = [label.text() for label in market.need("outcomes").inner().items()]
    if len(outcomes) != 2:
        reading.skipped.append(
            SkippedItem(market.path or condition, f"it has {len(outcomes)} outcomes, and only binary contracts are read")
        )
        return
    closed = market.need("closed").truth()
    settled = settled_price(market) if closed else None
    trading = not closed and market.truth_of("acceptingOrders") is not False
    status: MarketStatus = "open" if trading else "closed" if settled is None else "settled"
    tick = market.decimal_of("orderPriceMinTickSize")
    tokens = market.get("clobTokenIds")
    reading.listings.append(
        Listing(
            "polymarket",
            condition,
            market.text_of("question") or "",
            status,
            market.text_of("description") or "",
            market.moment_of("endDate"),
            settled,
            event=market.text_of("negRiskMarketID") or "",
            exclusive=market.truth_of("negRisk"),
            outcomes=(outcomes[0], outcomes[1]),
            tokens=() if tokens is None else tuple(token.text() for token in tokens.inner().items()),
            ticks=() if not tick else (TickRange(Decimal(0), Decimal(1), tick),),
            minimum_order=market.decimal_of("orderMinSize"),
            fees=None if closed or retrieved is None else _fees(market, retrieved),
        )
    )
    reading.quotes.append(
        Quote(
            "polymarket",
            condition,
            retrieved,
            "bid-ask",
            None if closed else bid_or_none(market.decimal_of("bestBid")),
            None if closed else ask_or_none(market.decimal_of("bestAsk")),
            None if closed else last_price_or_none(market.decimal_of("lastTradePrice")),
            volume=market.decimal_of("volumeNum"),
            status=status,
        )
    )


def settled_price(market: PayloadNode) -> Decimal | None:
    """Return what the first outcome of a closed market paid: 1, 0, or 1/2 by rules that can end so; None where it is not known.

    The token marked as the winner says it, unless the prices say otherwise.  Without one, prices of exactly 1 and 0 or of twice 1/2 do, unless the market says that it is not
    resolved; anything else, such as .9995, .9999989 or twice 0, does not.
    """
    prices = _prices(market)
    winners = _winners(market)
    if any(winners):
        paid = Decimal(1) if winners[0] else Decimal(0)
        return paid if not prices or abs(prices[0] - paid) < _NEAR else None
    status = market.text_of("umaResolutionStatus")
    if status is None:
        history = market.get("umaResolutionStatuses")
        listed = [] if history is None else [each.text() for each in history.inner().items()]
        status = listed[-1] if listed else None
    if status not in {None, "resolved"}:
        return None
    return _SETTLED.get(prices) if len(prices) == 2 else None


def _prices(market: PayloadNode) -> tuple[Decimal, ...]:
    found = market.get("outcomePrices")
    return () if found is None else tuple(price.decimal() for price in found.inner().items())


def _winners(market: PayloadNode) -> Sequence[bool]:
    tokens = market.get("tokens")
    return () if tokens is None else [bool(token.truth_of("winner")) for token in tokens.items()]


def _fees(market: PayloadNode, retrieved: datetime) -> PolymarketFees | None:
    """The fees that a payload states, which are those of the day it was retrieved; None where it says that there are some, and not which."""
    category = market.text_of("feeType") or ""
    category = CATEGORY_OF_FEE_TYPE.get(category, category)
    source = f"payload retrieved {retrieved:%Y-%m-%d}"
    enabled, schedule = market.truth_of("feesEnabled"), market.get("feeSchedule")
    if enabled is False:
        return PolymarketFees(retrieved, source, category, Decimal(0))
    if schedule is None:
        return None
    exponent, taker_only = schedule.need("exponent").decimal(), schedule.truth_of("takerOnly")
    if exponent != exponent.to_integral_value() or not 0 <= exponent <= 10 or taker_only is False:
        return None
    return PolymarketFees(retrieved, source, category, schedule.need("rate").decimal(), int(exponent))
