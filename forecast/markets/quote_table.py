"""Many quotes as arrays, one for each column: a million of them fit into some dozens of megabytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.language.count_words import count_text
from forecast.markets.faults import MarketFault
from forecast.markets.price_guards import is_stale, read_interval
from forecast.markets.quotes import MarketStatus, PriceInterval, PriceKind, Quote, Venue

PRICE_KINDS: tuple[PriceKind, ...] = get_args(PriceKind.__value__)
MARKET_STATUSES: tuple[MarketStatus, ...] = get_args(MarketStatus.__value__)
PRICES = ("bid", "ask", "last", "price")
COUNTS = ("bid_depth", "ask_depth", "volume")
COLUMN_TYPES: Mapping[str, type] = {
    "contract": np.int32,
    "at": np.int64,
    "kind": np.int8,
    "status": np.int8,
    **dict.fromkeys((*PRICES, *COUNTS), np.float64),
    "line": np.int32,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFERS = tuple(PRICE_KINDS.index(kind) for kind in ("bid-ask", "maker"))


@dataclass(frozen=True, slots=True)
class QuoteTable:
    """Quotes ``(rows,)`` in the order of the file.

    ``contract`` says which of ``contracts``, the names in the book, a row is of; ``at`` is in microseconds since the beginning of 1970 in
    UTC; ``kind`` and ``status`` are places in ``PRICE_KINDS`` and ``MARKET_STATUSES``. Prices of YES, depths and volumes are NaN where they are not
    known, and never 0 for that. ``line`` is the line of each in its file.
    """

    contracts: tuple[str, ...]
    contract: NDArray[np.int32]
    at: NDArray[np.int64]
    kind: NDArray[np.int8]
    status: NDArray[np.int8]
    bid: Array
    ask: Array
    last: Array
    price: Array
    bid_depth: Array
    ask_depth: Array
    volume: Array
    line: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.at)

    def rows_of(self, contract: str) -> NDArray[np.intp]:
        """The rows of a contract in the order of time; of one moment in the order of the file."""
        if contract not in self.contracts:
            return np.empty(0, dtype=np.intp)
        rows = np.flatnonzero(self.contract == self.contracts.index(contract))
        ordered: NDArray[np.intp] = rows[np.argsort(self.at[rows], kind="stable")]
        return ordered

    def quote(self, row: int, venue: Venue) -> Quote:
        """One quote, with the decimals that stand in the file."""
        known = {name: _decimal(getattr(self, name)[row]) for name in (*PRICES, *COUNTS)}
        return Quote(
            venue,
            self.contracts[self.contract[row]],
            moment_of(int(self.at[row])),
            PRICE_KINDS[self.kind[row]],
            known["bid"],
            known["ask"],
            known["last"],
            known["price"],
            known["bid_depth"],
            known["ask_depth"],
            known["volume"],
            MARKET_STATUSES[self.status[row]],
        )


def last_offer(table: QuoteTable, contract: str, venue: Venue, now: datetime) -> Quote:
    """Return the newest quote of a contract at or before a moment that is an offer, or says that the market is closed.

    Raises ``MarketFault`` where there is none.
    """
    rows = table.rows_of(contract)
    rows = rows[table.at[rows] <= microseconds_of(now)]
    offers = rows[np.isin(table.kind[rows], _OFFERS) | (table.status[rows] != MARKET_STATUSES.index("open"))]
    if not len(offers):
        if len(rows):
            raise MarketFault(
                f"`{contract}` has trades or midpoints on record, and no bid and ask",
                "import an order book or a market to have bid and ask",
            )
        raise MarketFault(f"no quote of `{contract}` is on record", "`forecast market import` adds some")
    return table.quote(int(offers[-1]), venue)


def offer_in_force(table: QuoteTable, contract: str, venue: Venue, now: datetime, *, most_age: timedelta) -> PriceInterval:
    """Return the interval that the newest offer of a contract gives, by the rules of `price_guards`.

    Raises ``MarketFault``, with the reason, where they allow none, and where the quote is older than ``most_age``.
    """
    quote = last_offer(table, contract, venue, now)
    interval = read_interval(quote)
    if is_stale(quote, now, most_age):
        assert quote.at is not None  # those of a table have a time
        age = now - quote.at
        raise MarketFault(
            f"the newest quote of `{contract}` is of {quote.at:%Y-%m-%d %H:%M} UTC, {age_text(age)} ago, and at most {age_text(most_age)} are taken",
            "import a newer one",
        )
    return interval


def microseconds_of(moment: datetime) -> int:
    """A moment as whole microseconds since the beginning of 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(microseconds: int) -> datetime:
    """The moment that so many microseconds make."""
    return _EPOCH + timedelta(microseconds=microseconds)


def table_of_parts(contracts: Sequence[str], parts: Mapping[str, Sequence[NDArray[Any]]]) -> QuoteTable:
    """Return quotes from the parts of each column, one below the other."""
    columns = {name: np.concatenate([np.empty(0, dtype=kind), *parts.get(name, ())]) for name, kind in COLUMN_TYPES.items()}
    return QuoteTable(tuple(contracts), **columns)


def join_tables(tables: Sequence[QuoteTable]) -> QuoteTable:
    """Return the quotes of several tables in one, each contract once."""
    names = list(dict.fromkeys(name for table in tables for name in table.contracts))
    parts = {name: [getattr(table, name) for table in tables] for name in COLUMN_TYPES if name != "contract"}
    contract = [np.array([names.index(name) for name in table.contracts], dtype=np.int32)[table.contract] for table in tables if len(table)]
    return table_of_parts(names, {**parts, "contract": contract})


def _decimal(value: float) -> Decimal | None:
    return None if np.isnan(value) else Decimal(repr(float(value)))


def age_text(age: timedelta) -> str:
    """Return how old something is, in whole minutes, hours or days."""
    hours = age.total_seconds() / 3600
    if hours < 1:
        return count_text(round(60 * hours), "minute")
    return count_text(round(hours), "hour") if hours < 48 else f"{round(hours / 24)} days"
