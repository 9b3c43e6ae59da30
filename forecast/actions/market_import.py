"""Quotes, order books and pools from a venue's files, or standard input, to the contracts of a book: what is new is added, under its lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from forecast.actions.payload_files import STANDARD_INPUT, payload_bytes, shown_name
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, root_problem
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.forecasts.tables import RowCells, Table
from forecast.forecasts.times import moment_text
from forecast.forecasts.writing import append_rows
from forecast.importers.mapped_quotes import read_mapped_quotes
from forecast.language.faults import did_you_mean
from forecast.markets.contract import Contract
from forecast.markets.faults import MarketFault
from forecast.markets.files.contracts import BookContracts, read_contracts
from forecast.markets.files.depth_files import BOOKS, POOLS, book_cells, pool_cells, read_books, read_pools
from forecast.markets.files.quotes_file import MOST_QUOTES, QUOTES, key_of_cells, quote_cells, quotes_path, read_quotes, row_keys
from forecast.markets.quotes import Venue
from forecast.markets.sides import ContractSide
from forecast.markets.venues.kalshi_payloads import read_kalshi_payload
from forecast.markets.venues.listings import SkippedItem, VenueReading
from forecast.markets.venues.manifold_payloads import read_manifold_payload
from forecast.markets.venues.payload_nodes import PayloadNode, load_payload
from forecast.markets.venues.polymarket_payloads import read_polymarket_payload

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """What is said of the files beside which venue's they are.

    ``contract`` is the name of a contract in the book, for files that do not say of which they are; ``retrieved`` when they were fetched,
    for prices without a time; ``side`` of which token of Polymarket a price history or a book is.  ``mapping`` is the file that says which
    column of a CSV file is what.
    """

    contract: str = ""
    mapping: Path | None = None
    retrieved: datetime | None = None
    side: ContractSide = "yes"


@dataclass(frozen=True, slots=True)
class QuoteImport:
    """How many quotes, books and pools were added for each contract; or problems, and nothing written.

    ``others`` counts prices of contracts that the book does not have, by the venue's id; ``skipped`` is what the files hold and nobody
    reads, with the reason.
    """

    problems: tuple[Problem, ...] = ()
    added: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    known: int = 0  # that were on record already
    others: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    skipped: tuple[SkippedItem, ...] = ()


@dataclass(slots=True)
class _Rows:
    """The rows of each topic by table, before what is on record is left out."""

    by_topic: dict[str, dict[str, list[RowCells]]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    skipped: list[SkippedItem] = field(default_factory=list)

    def add(self, topic: str, table: Table, cells: RowCells) -> None:
        """Add a row of a topic."""
        self.by_topic.setdefault(topic, {}).setdefault(table.file, []).append(cells)


def import_quotes(
    root: Path,
    venue: Venue | Literal["csv"],
    files: Sequence[Path],
    asked: QuoteRequest,
    *,
    read_input: Callable[[int], bytes],
    clock: Callable[[], datetime],
) -> QuoteImport:
    """Add what the files of a venue say of the book's contracts to `quotes.csv`, `books.csv` and `pools.csv` of their topics.

    A file named `-` is standard input, of which ``read_input`` reads so many bytes at most. A second import of one file adds nothing.
    Nothing is written where one of the files cannot be read.  ``csv`` is a table of any layout, of the contract that is asked for.
    """
    if (problem := root_problem(root)) is not None:
        return QuoteImport((problem,))
    folder = Folder(root)
    book = read_contracts(folder)
    now = clock()
    rows = _Rows()
    file = files[0] if files else Path(STANDARD_INPUT)
    try:
        contract = contract_asked(book, None if venue == "csv" else venue, asked.contract)
        for file in files:
            if venue == "csv":
                contract, mapping = _asked_of_csv(contract, asked)
                _gather(book, contract.venue, read_mapped_quotes(file, mapping, contract), file.name, now, rows)
                continue
            payload = load_payload(payload_bytes(file, read_input))
            _gather(book, venue, _read(venue, payload, contract, asked), file.name, now, rows)
        with hold_lock(root):
            return _append(folder, rows)
    except MarketFault as fault:
        return QuoteImport((Problem(Place(shown_name(file)), fault.message, fault.hint),))
    except FileFault as fault:
        return QuoteImport((fault.problem,))


def _asked_of_csv(contract: Contract | None, asked: QuoteRequest) -> tuple[Contract, Path]:
    """The contract and the mapping of a CSV file, which says neither.  Raises ``MarketFault``."""
    if contract is None:
        raise MarketFault("a CSV file does not say which contract it is of", "name the contract, with --contract NAME")
    if asked.mapping is None:
        raise MarketFault(
            "a CSV file needs a mapping of its columns", "name it with --mapping FILE.toml; `forecast market import -h` shows one"
        )
    return contract, asked.mapping


def contract_asked(book: BookContracts, venue: Venue | None, name: str) -> Contract | None:
    """Return the contract of a name, None for an empty one.  Raises ``MarketFault`` where it is unknown, or not of the venue if one is given."""
    if not name:
        return None
    contract = book.contracts.get(name)
    if contract is None:
        hint = did_you_mean(name, list(book.contracts)) or "`forecast market list` shows them, `forecast market add` makes one"
        raise MarketFault(f"this book has no contract `{name}`", hint)
    if venue is not None and contract.venue != venue:
        raise MarketFault(f"`{name}` is a contract of {contract.venue}, not of {venue}")
    return contract


def _read(venue: Venue, payload: PayloadNode, contract: Contract | None, asked: QuoteRequest) -> VenueReading:
    name = None if contract is None else contract.id
    match venue:
        case "kalshi":
            return read_kalshi_payload(payload, contract=name, retrieved=asked.retrieved)
        case "manifold":
            return read_manifold_payload(payload, contract=name, retrieved=asked.retrieved)
        case _:
            return read_polymarket_payload(payload, contract=name, side=asked.side, retrieved=asked.retrieved)


def _gather(book: BookContracts, venue: Venue, reading: VenueReading, file: str, now: datetime, rows: _Rows) -> None:
    """Put what was read into rows of the topics whose contracts it is of."""
    of_id = {its.id: its for its in book.contracts.values() if its.venue == venue}
    shared = {"retrieved": moment_text(now), "file": file}
    rows.skipped += [replace(its, path=f"{file}: {its.path}") for its in reading.skipped]
    if reading.fees:
        hint = "the fees of a series, which have no prices; `forecast market add --from` takes them into a contract"
        rows.skipped.append(SkippedItem(file, hint, is_price=False))
    for quote in reading.quotes:
        if (contract := of_id.get(quote.contract)) is None:
            rows.others[quote.contract] += 1
        else:
            rows.add(contract.topic, QUOTES, quote_cells(quote, contract=contract.name, **shared))
    for listed in reading.books:
        if (contract := of_id.get(listed.contract)) is not None:
            if listed.at is None:
                raise MarketFault("nobody says when this order book stood so", "give the time at which it was fetched with --retrieved")
            for cells in book_cells(contract.name, listed.at, listed.book, **shared):
                rows.add(contract.topic, BOOKS, cells)
    times = {quote.contract: quote.at for quote in reading.quotes}
    for listing in reading.listings:
        contract, at = of_id.get(listing.contract), times.get(listing.contract)
        if contract is not None and listing.pool is not None and at is not None and listing.status == "open":
            rows.add(contract.topic, POOLS, pool_cells(contract.name, at, listing.pool, **shared))


def _append(folder: Folder, rows: _Rows) -> QuoteImport:
    added: Counter[str] = Counter()
    known = 0
    for topic, tables in rows.by_topic.items():
        for table, new, total in _new_rows(folder, topic, tables):
            append_rows(folder, f"{SEEDS}/{topic}/{table.file}.csv", table, new)
            added.update(dict(Counter(f"{cells['contract']}/{table.file}" for cells in new)))
            known += total - len(new)
    return QuoteImport((), dict(added), known, dict(rows.others), tuple(rows.skipped))


def _new_rows(folder: Folder, topic: str, tables: Mapping[str, Sequence[RowCells]]) -> Iterator[tuple[Table, list[RowCells], int]]:
    """The rows of each table that are not on record, and how many there were."""
    if quotes := tables.get(QUOTES.file):
        seen = row_keys(folder, topic, {cells["contract"] for cells in quotes})
        new = list({key: cells for cells in quotes if (key := key_of_cells(cells)) not in seen}.values())
        if new and len(read_quotes(folder, topic)[0]) + len(new) > MOST_QUOTES:
            message = f"{quotes_path(topic)} would have more than {MOST_QUOTES:,} rows"
            raise FileFault(Problem(Place(quotes_path(topic)), message, "move older quotes to a file outside of the book"))
        yield QUOTES, new, len(quotes)
    for table, moments in ((BOOKS, _moments_of_books(folder, topic)), (POOLS, _moments_of_pools(folder, topic))):
        if found := tables.get(table.file):
            yield table, [cells for cells in found if (cells["contract"], cells["at"]) not in moments], len(found)


def _moments_of_books(folder: Folder, topic: str) -> set[tuple[str, str]]:
    return {(its.contract, moment_text(its.at)) for its in read_books(folder, topic)[0]}


def _moments_of_pools(folder: Folder, topic: str) -> set[tuple[str, str]]:
    return {(its.contract, moment_text(its.at)) for its in read_pools(folder, topic)[0]}
