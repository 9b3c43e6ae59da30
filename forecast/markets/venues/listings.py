"""What the payload of a venue holds: contracts as they are listed, their quotes and books, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.order_book import OrderBook
from forecast.markets.quotes import MarketStatus, Quote, Venue
from forecast.markets.ticks import TickRange


@dataclass(frozen=True, slots=True)
class Strike:
    """The comparison that decides a contract, as the venue types it; the words of a title may say it otherwise."""

    type: str
    floor: Decimal | None = None
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A binary contract as a venue lists it.  ``outcomes`` are its two sides, of which the first is YES here."""

    venue: Venue
    contract: str
    title: str
    status: MarketStatus
    rules: str = ""
    closes: datetime | None = None
    settled_at: Decimal | None = None  # what YES paid, from 0 to 1; None where it is open or not known
    void: bool = False
    event: str = ""
    exclusive: bool | None = None  # whether the venue marks the event's outcomes as exclusive
    outcomes: tuple[str, str] = ("Yes", "No")
    tokens: tuple[str, ...] = ()
    strike: Strike | None = None
    ticks: tuple[TickRange, ...] = ()
    minimum_order: Decimal | None = None
    fees: FeeSchedule | None = None
    fees_waived_until: datetime | None = None
    pool: CpmmPool | None = None


@dataclass(frozen=True, slots=True)
class SkippedItem:
    """Something in a payload that was not read, and why.  ``is_price`` says whether a price may be in it; a redemption is none."""

    path: str
    reason: str
    is_price: bool = True


@dataclass(frozen=True, slots=True)
class ListedBook:
    """The order book of a contract at a moment; None where the payload does not say when."""

    contract: str
    at: datetime | None
    book: OrderBook


@dataclass(slots=True)
class VenueReading:
    """What was read from one payload; filled while it is read."""

    listings: list[Listing] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    books: list[ListedBook] = field(default_factory=list)
    fees: list[FeeSchedule] = field(default_factory=list)
    skipped: list[SkippedItem] = field(default_factory=list)


def contract_named(found: str | None, asked: str | None) -> str:
    """Return the contract that a payload is of: what it says, or what its reader was told.  Raises ``MarketFault`` where neither says, or they differ."""
    if found is not None and asked is not None and found != asked:
        raise MarketFault(f"this payload is of `{found}`, not of `{asked}`")
    name = found if found is not None else asked
    if not name:
        raise MarketFault("this payload does not say which contract it is of", "name the contract, with --contract NAME")
    return name


def quote_of_book(venue: Venue, contract: str, at: datetime | None, book: OrderBook, *, last: Decimal | None = None) -> Quote:
    """The best of both sides of a book, where there are any."""
    bid, ask = book.best_bid, book.best_ask
    return Quote(
        venue,
        contract,
        at,
        "bid-ask",
        None if bid is None else bid.price,
        None if ask is None else ask.price,
        last,
        bid_depth=None if bid is None else bid.count,
        ask_depth=None if ask is None else ask.count,
    )
