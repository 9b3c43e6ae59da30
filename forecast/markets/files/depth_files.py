"""``books.csv`` and ``pools.csv`` of a topic: what stood in an order book, level by level, and what a maker held, at single moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS
from forecast.book.files.problems import Place, Problem
from forecast.forecasts.tables import CellReader, Table, read_rows_as, read_table
from forecast.forecasts.times import moment_text
from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import CpmmPool
from forecast.markets.order_book import Level, OrderBook, make_book

BOOKS = Table(
    "books",
    ("contract", "at", "side", "price", "count", "retrieved", "file"),
    ("contract", "at", "side", "price", "count"),
    {**dict.fromkeys(("contract", "at", "side", "price", "count", "retrieved"), "id"), "file": "line"},
)
POOLS = Table(
    "pools",
    ("contract", "at", "yes", "no", "p", "retrieved", "file"),
    ("contract", "at", "yes", "no", "p"),
    {**dict.fromkeys(("contract", "at", "yes", "no", "p", "retrieved"), "id"), "file": "line"},
)
_SIDES = ("bid", "ask", "empty")  # `empty` says of a book without any level that it was looked at


@dataclass(frozen=True, slots=True)
class RecordedBook:
    """The order book of a contract, by its name in the book, as it stood at a moment."""

    contract: str
    at: datetime
    book: OrderBook
    place: Place


@dataclass(frozen=True, slots=True)
class RecordedPool:
    """What the maker of a contract's market held at a moment."""

    contract: str
    at: datetime
    pool: CpmmPool
    place: Place


@dataclass(frozen=True, slots=True)
class _Row:
    contract: str
    at: datetime
    side: str
    price: Decimal
    count: Decimal
    place: Place


def read_books(folder: Folder, topic: str) -> tuple[tuple[RecordedBook, ...], tuple[Problem, ...]]:
    """Return the order books on record of a topic's contracts, and what is wrong with the file; a book with a faulty row is left out."""
    rows, problems = read_table(folder, f"{SEEDS}/{topic}/{BOOKS.file}.csv", BOOKS)
    levels, wrong = read_rows_as(rows, _level_of_row)
    faulty = {problem.place.line for problem in wrong}
    spoilt = {(cells["contract"], cells["at"]) for cells in rows if cells.place.line in faulty}
    grouped: dict[tuple[str, datetime], list[_Row]] = {}
    for row in levels:
        grouped.setdefault((row.contract, row.at), []).append(row)
    books: list[RecordedBook] = []
    more: list[Problem] = []
    for (contract, at), found in grouped.items():
        if (contract, moment_text(at)) in spoilt:
            continue
        try:
            books.append(RecordedBook(contract, at, _book_of_rows(found), found[0].place))
        except MarketFault as fault:
            more.append(Problem(found[0].place, fault.message, fault.hint))
    return tuple(books), (*problems, *wrong, *more)


def read_pools(folder: Folder, topic: str) -> tuple[tuple[RecordedPool, ...], tuple[Problem, ...]]:
    """Return the makers' pools on record of a topic's contracts, and what is wrong with the file."""
    rows, problems = read_table(folder, f"{SEEDS}/{topic}/{POOLS.file}.csv", POOLS)
    pools, wrong = read_rows_as(rows, _pool_of_row)
    return pools, (*problems, *wrong)


def book_cells(contract: str, at: datetime, book: OrderBook, *, retrieved: str, file: str) -> Iterator[Mapping[str, str]]:
    """Yield the levels of a book as the cells of rows, the best first; one row for a book that has none."""
    shared = {"contract": contract, "at": moment_text(at), "retrieved": retrieved, "file": file}
    for side, levels in (("bid", book.bids), ("ask", book.asks)):
        for level in levels:
            yield {**shared, "side": side, "price": f"{level.price:f}", "count": f"{level.count:f}"}
    if not (book.bids or book.asks):
        yield {**shared, "side": "empty", "price": "0", "count": "0"}


def pool_cells(contract: str, at: datetime, pool: CpmmPool, *, retrieved: str, file: str) -> Mapping[str, str]:
    """Return a pool as the cells of a row."""
    shared = {"contract": contract, "at": moment_text(at), "retrieved": retrieved, "file": file}
    return {**shared, "yes": repr(pool.yes), "no": repr(pool.no), "p": repr(pool.p)}


def newest_book(books: Sequence[RecordedBook], contract: str, now: datetime, *, most_age: timedelta) -> RecordedBook | None:
    """Return the newest order book of a contract at or before a moment, no older than ``most_age``; None where there is none."""
    found = [its for its in books if its.contract == contract and now - most_age <= its.at <= now]
    return max(found, key=lambda its: its.at, default=None)


def newest_pool(pools: Sequence[RecordedPool], contract: str, now: datetime, *, most_age: timedelta) -> RecordedPool | None:
    """Return the newest pool of a contract at or before a moment, no older than ``most_age``; None where there is none."""
    found = [its for its in pools if its.contract == contract and now - most_age <= its.at <= now]
    return max(found, key=lambda its: its.at, default=None)


def _level_of_row(row: CellReader) -> _Row | None:
    contract, at = row.text("contract", required=True), row.moment("at")
    side = row.word("side", _SIDES)
    price, count = row.decimal("price"), row.decimal("count")
    for name in ("price", "count"):
        if not row.cells[name]:
            row.fault(name, f"`{name}` is empty", "write the price of one contract and how many are offered")
    if not row.cells["at"]:
        row.fault("at", "`at` is empty", "write when the book stood so")
    if price is not None and price > 1:
        row.fault("price", f"the price {price} is above 1", "prices are those of one contract that pays 1")
    if at is None or side is None or price is None or count is None or row.problems:
        return None
    return _Row(contract, at, side, price, count, row.place)


def _pool_of_row(row: CellReader) -> RecordedPool | None:
    contract, at = row.text("contract", required=True), row.moment("at")
    yes, no, p = (row.number(name) for name in ("yes", "no", "p"))
    if not row.cells["at"]:
        row.fault("at", "`at` is empty", "write when the pool stood so")
    if at is None or yes is None or no is None or p is None:
        return None
    try:
        return RecordedPool(contract, at, CpmmPool(yes, no, p), row.place)
    except MarketFault as fault:
        row.fault("yes", fault.message, fault.hint)
        return None


def _book_of_rows(rows: Sequence[_Row]) -> OrderBook:
    return make_book(*([Level(row.price, row.count) for row in rows if row.side == side and row.count] for side in ("bid", "ask")))
