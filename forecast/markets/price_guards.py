"""What may not be read into a price, one rule a function; each prevents a wrong number that some tool has shown.

Source: `../shared/conventions.md`, section 5, where it is beside the project; the rules come from payloads of Kalshi, Polymarket and Manifold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import check_moment
from forecast.markets.quotes import PriceInterval, Quote

WIDEST_SPREAD = Decimal("0.90")  # of a midpoint that says something
LEAST_SUM, MOST_SUM = Decimal("0.85"), Decimal("1.25")  # of the raw prices of exclusive outcomes
UNTRADED_LOW, UNTRADED_HIGH = Decimal("0.49"), Decimal("0.51")


def is_untraded_default(quote: Quote) -> bool:
    """Whether a quote is what a venue shows before anybody has traded: within [.49, .51], with no volume known and no order behind it.

    Offers with a depth are somebody's, and a last price of Kalshi is a trade; other venues show a last price by default as well.
    """
    prices = [price for price in (quote.bid, quote.ask, quote.price) if price is not None]
    inside = bool(prices) and all(UNTRADED_LOW <= price <= UNTRADED_HIGH for price in prices)
    traded = bool(quote.volume) or bool(quote.bid_depth) or bool(quote.ask_depth) or (quote.venue == "kalshi" and quote.last is not None)
    return quote.kind != "maker" and inside and not traded


def is_one_sided(quote: Quote) -> bool:
    """Whether a quote of a book lacks its bid or its ask: then it has no midpoint."""
    return quote.kind == "bid-ask" and (quote.bid is None or quote.ask is None)


def is_too_wide(quote: Quote) -> bool:
    """Whether bid and ask are .90 apart or more: then their midpoint says nothing."""
    return quote.bid is not None and quote.ask is not None and quote.ask - quote.bid >= WIDEST_SPREAD


def is_closed(quote: Quote) -> bool:
    """Whether a market no longer trades: its book and its last trade, which may be of the NO side, are no quotes."""
    return quote.status != "open"


def is_forward_filled(quote: Quote) -> bool:
    """Whether a price is a midpoint that the venue carries forward: it may be drawn, but not traded on, and it is no evidence."""
    return quote.kind == "midpoint"


def last_price_or_none(price: Decimal | None) -> Decimal | None:
    """Return a last price; one of 0 means that nothing was traded, and so does one that is missing."""
    return price or None


def bid_or_none(price: Decimal | None) -> Decimal | None:
    """Return a bid; an empty side reads 0."""
    return price or None


def ask_or_none(price: Decimal | None) -> Decimal | None:
    """Return an ask; an empty side reads 1, or 0 where the market has not begun."""
    return None if price is None or price in {0, 1} else price


def is_stale(quote: Quote, now: datetime, most: timedelta) -> bool:
    """Whether a quote is older than ``most``, or of a moment that is not known.  Raises ``MarketFault`` for one of the future."""
    if quote.at is None:
        return True
    if quote.at > check_moment(now):
        raise MarketFault(f"this quote is of {quote.at.isoformat()}, which is after {now.isoformat()}", "compare as of a later moment")
    return now - quote.at > most


def read_interval(quote: Quote) -> PriceInterval:
    """Return the interval in which a quote puts the probability, and on which a trade may be judged.

    Raises ``MarketFault``, with the reason, where the rules of this module allow none.
    """
    if is_closed(quote):
        raise MarketFault("this market is closed: its book and its last trade are no quotes")
    if is_forward_filled(quote):
        raise MarketFault("this is a midpoint carried forward, not an offer", "import an order book or a market to have bid and ask")
    if is_untraded_default(quote):
        raise MarketFault("nothing has been traded: this is the venue's default, not a price")
    if quote.kind == "maker" and quote.price is not None:
        return PriceInterval(quote.price, quote.price)
    if quote.kind == "last":
        raise MarketFault("this is a trade, not an offer", "import an order book or a market to have bid and ask")
    if quote.bid is None or quote.ask is None:
        raise MarketFault("one side of the book is empty, so that it has no interval")
    return PriceInterval(quote.bid, quote.ask, quote.bid_depth, quote.ask_depth)


def read_midpoint(quote: Quote) -> Decimal:
    """Return the midpoint of bid and ask; raise ``MarketFault`` where there is no interval, or one of .90 or more."""
    interval = read_interval(quote)
    if is_too_wide(quote):
        raise MarketFault(f"bid and ask are {interval.spread} apart, which has no midpoint")
    return interval.midpoint


def normalise_exclusive(prices: Sequence[Decimal], *, exclusive: bool) -> tuple[Decimal, ...]:
    """Return prices of outcomes divided by their sum.

    Raises ``MarketFault`` unless the venue marks the outcomes as exclusive and the prices sum to .85 to 1.25: else one of them may be missing,
    or several can happen.
    """
    if not exclusive:
        raise MarketFault("the venue does not mark these outcomes as exclusive, so that their prices need not add up to one")
    total = sum(prices, Decimal(0))
    if len(prices) < 2 or not LEAST_SUM <= total <= MOST_SUM:
        raise MarketFault(
            f"the prices add up to {total}, and only {LEAST_SUM} to {MOST_SUM} can be scaled to one", "is an outcome missing?"
        )
    return tuple(price / total for price in prices)
