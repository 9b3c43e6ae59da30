"""Quotes: what a venue's file says about a contract's price at a moment, before anybody decides what may be read into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import check_moment
from forecast.markets.money import check_price

type Venue = Literal["kalshi", "polymarket", "polymarket-us", "manifold"]
type PriceKind = Literal["bid-ask", "last", "midpoint", "maker"]
"""What a price is: the two ends of a spread; a trade; a midpoint that the venue carries forward; a market maker's, at which it trades."""
type MarketStatus = Literal["open", "closed", "settled"]


@dataclass(frozen=True, slots=True)
class Quote:
    """What is known of one contract at a moment, in prices of YES from 0 to 1.  None is what is not known, and never 0.

    ``bid_depth`` and ``ask_depth`` are contracts at the best level; ``volume`` is that of the whole market or, of a candle or trade, its own.
    """

    venue: Venue
    contract: str
    at: datetime | None  # None where a payload does not say; its caller knows when it was retrieved
    kind: PriceKind
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    price: Decimal | None = None  # of a midpoint or a maker
    bid_depth: Decimal | None = None
    ask_depth: Decimal | None = None
    volume: Decimal | None = None
    status: MarketStatus = "open"

    def __post_init__(self) -> None:
        if self.at is not None:
            check_moment(self.at)
        for price in (self.bid, self.ask, self.last, self.price):
            if price is not None:
                check_price(price)
        if self.bid is not None and self.ask is not None and self.bid > self.ask:
            raise MarketFault(f"the bid {self.bid} is above the ask {self.ask}")


@dataclass(frozen=True, slots=True)
class PriceInterval:
    """What may be read into a quote: the probability lies between what buyers pay and what sellers ask, for as many contracts as there are."""

    bid: Decimal
    ask: Decimal
    bid_depth: Decimal | None = None
    ask_depth: Decimal | None = None

    @property
    def spread(self) -> Decimal:
        """Ask less bid."""
        return self.ask - self.bid

    @property
    def midpoint(self) -> Decimal:
        """Halfway between both."""
        return (self.bid + self.ask) / 2
