"""``seeds/<topic>/quotes.csv``: quotes of contracts, read some thousands at a time into arrays, and appended."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.files.cells import Cells
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS
from forecast.book.files.numerals import is_number
from forecast.book.files.problems import MOST_FOUND, FileFault, Place, Problem, limit_problems
from forecast.book.files.sources import make_source_file
from forecast.forecasts.tables import CellReader, Table
from forecast.forecasts.times import moment_text
from forecast.markets.faults import MarketFault
from forecast.markets.quote_table import (
    COLUMN_TYPES,
    COUNTS,
    MARKET_STATUSES,
    PRICE_KINDS,
    PRICES,
    QuoteTable,
    microseconds_of,
    table_of_parts,
)
from forecast.markets.quotes import Quote

QUOTES = Table(
    "quotes",
    ("contract", "at", "kind", *PRICES, *COUNTS, "status", "retrieved", "file"),
    ("contract", "at", "kind"),
    {**dict.fromkeys(("contract", "at", "kind", *PRICES, *COUNTS, "status", "retrieved"), "id"), "file": "line"},
)
MOST_QUOTES = 2_000_000  # rows of one file
_BLOCK = 8_192  # lines that are read together
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z")
_PLAIN = frozenset("0123456789.")
_FIRST = microseconds_of(datetime.min.replace(tzinfo=UTC))  # the calendar begins with the year 1


def quotes_path(topic: str) -> str:
    """Where the quotes of a topic's contracts stand, relative to the book."""
    return f"{SEEDS}/{topic}/{QUOTES.file}.csv"


@dataclass(slots=True)
class _Gathering:
    """The rows that could be read so far, as columns, and what is wrong."""

    columns: Mapping[str, list[NDArray[Any]]]
    contracts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0


def read_quotes(folder: Folder, topic: str) -> tuple[QuoteTable, tuple[Problem, ...]]:
    """Return the quotes of a topic's contracts, none where there is no file, and what is wrong with it; rows with a fault are left out.

    A row stands on one line. The text is read in blocks, so that memory is that of the arrays: 70 bytes a quote.
    """
    path = quotes_path(topic)
    gathered = _Gathering({name: [] for name in COLUMN_TYPES})
    try:
        lines = _lines(folder, path)
        head = next(lines, None)
        if head is not None:
            header, wrong = _header(path, head)
            gathered.problems += wrong
            if header is not None:
                _read_lines(path, header, lines, gathered)
    except FileFault as fault:
        gathered.problems.append(fault.problem)
    except UnicodeDecodeError as error:
        gathered.problems.append(Problem(Place(path), f"this file is no text in UTF-8: {error.reason}", "save it as UTF-8"))
    return table_of_parts(list(gathered.contracts), gathered.columns), tuple(limit_problems(gathered.problems))


def quote_cells(quote: Quote, *, contract: str, retrieved: str, file: str) -> Mapping[str, str]:
    """Return a quote as the cells of a row; its moment must be known.  Raises ``MarketFault`` where it is not."""
    if quote.at is None:
        raise MarketFault("nobody says when this price stood", "give the time at which it was fetched with --retrieved")
    numbers = {name: getattr(quote, name) for name in (*PRICES, *COUNTS)}
    cells = {name: "" if value is None else f"{value:f}" for name, value in numbers.items()}
    moments = {"at": moment_text(quote.at), "retrieved": retrieved}
    return {"contract": contract, "kind": quote.kind, **cells, **moments, "status": quote.status, "file": file}


def row_keys(folder: Folder, topic: str, contracts: Iterable[str]) -> set[int]:
    """Return a hash of each row of some contracts that is on record, without when and from which file it was read."""
    wanted = set(contracts)
    lines = _lines(folder, quotes_path(topic))
    head = next(lines, None)
    if head is None:
        return set()
    columns = (_records([head]) or [[]])[0]
    keys: set[int] = set()
    while block := list(islice(lines, _BLOCK)):
        records = _records(block) or [record for line in block for record in _records([line]) or ()]
        rows = (dict(zip(columns, record, strict=False)) for record in records)
        keys.update(key_of_cells(cells) for cells in rows if cells.get("contract") in wanted)
    return keys


def key_of_cells(cells: Mapping[str, str]) -> int:
    """Return a hash of what a row says, without when and from which file it was read."""
    return hash(tuple(cells.get(name, "") for name in QUOTES.columns[:-2]))


def _lines(folder: Folder, path: str) -> Iterator[str]:
    """The lines of a file without their ends; nothing where there is no file."""
    rest = b""
    is_first = True
    for block in folder.blocks(path):
        text = rest + block
        if is_first:
            text = text.removeprefix(b"\xef\xbb\xbf")
            is_first = False
        *whole, rest = text.split(b"\n")
        for line in whole:
            yield line.decode("utf-8").removesuffix("\r")
    if rest:
        yield rest.decode("utf-8").removesuffix("\r")


def _records(lines: Sequence[str]) -> list[list[str]] | None:
    """The cells of lines each of which is a record; None where one of them is none by itself."""
    try:
        records = list(csv.reader(lines, strict=True))
    except csv.Error:
        return None
    return records if len(records) == len(lines) else None


def _header(path: str, head: str) -> tuple[list[str] | None, list[Problem]]:
    records = _records([head])
    if records is None:
        return None, [_form_problem(path, head, 1)]
    columns = [cell.strip() for cell in records[0]]
    missing = [name for name in QUOTES.required if name not in columns]
    unknown = [name for name in columns if name not in QUOTES.columns]
    hint = f"the columns are {', '.join(QUOTES.columns)}"
    if missing or unknown or len(set(columns)) < len(columns):
        message = (
            f"column `{missing[0]}` is missing"
            if missing
            else f"`quotes.csv` has no column `{unknown[0]}`"
            if unknown
            else "a column is named twice"
        )
        return None, [Problem(Place(path, 1, 1), message, hint, head[:200])]
    return columns, []


def _read_lines(path: str, header: Sequence[str], lines: Iterator[str], gathered: _Gathering) -> None:
    number = 2
    while block := list(islice(lines, _BLOCK)):
        if gathered.rows + len(block) > MOST_QUOTES:
            message = f"this file has more than {MOST_QUOTES:,} rows; those from here on are left out"
            gathered.problems.append(Problem(Place(path, number), message, "move older quotes to a file outside of the book"))
            return
        _read_block(path, header, block, number, gathered)
        number += len(block)
        if len(gathered.problems) > MOST_FOUND:
            return


def _read_block(path: str, header: Sequence[str], block: Sequence[str], first: int, gathered: _Gathering) -> None:
    """Read some lines: together where all of them are plain, and one by one where one is not."""
    columns = _plain_columns(header, block)
    if columns is None:
        for at, line in enumerate(block):
            one = _plain_columns(header, [line])
            if one is not None:
                _add(one, np.array([first + at]), gathered)
            elif line.strip():
                gathered.problems += _line_problems(path, header, line, first + at)
        return
    _add(columns, np.arange(first, first + len(block)), gathered)


def _plain_columns(header: Sequence[str], lines: Sequence[str]) -> dict[str, Any] | None:
    """The columns of lines in which nothing is wrong and all is spelled as this program writes it; None otherwise."""
    records = _records(lines)
    if records is None or any(len(record) != len(header) for record in records):
        return None
    cells = dict(zip(header, zip(*records, strict=True), strict=True))
    empty = ("",) * len(records)
    if not (all(cells["contract"]) and set(cells["kind"]) <= {*PRICE_KINDS} and set(cells.get("status", empty)) <= {"", *MARKET_STATUSES}):
        return None
    if not all(map(_MOMENT.fullmatch, cells["at"])):
        return None
    numbers = {name: _numbers(cells.get(name, empty)) for name in (*PRICES, *COUNTS)}
    try:
        at = np.array([text[:-1] for text in cells["at"]], dtype="datetime64[us]").astype(np.int64)
    except ValueError:
        return None
    sound = {name: values for name, values in numbers.items() if values is not None}
    if at.min() < _FIRST:
        return None
    if len(sound) < len(numbers) or any((sound[name] > 1).any() for name in PRICES) or (sound["bid"] > sound["ask"]).any():
        return None
    kind = np.array([PRICE_KINDS.index(text) for text in cells["kind"]], dtype=np.int8)
    status = np.array([MARKET_STATUSES.index(text or "open") for text in cells.get("status", empty)], dtype=np.int8)
    needed = {"last": sound["last"], "midpoint": sound["price"], "maker": sound["price"]}
    if any(np.isnan(values[kind == PRICE_KINDS.index(name)]).any() for name, values in needed.items()):
        return None
    return {"contract": cells["contract"], "at": at, "kind": kind, "status": status, **sound}


def _numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """Numbers without a sign, NaN for empty cells; None where one is spelled in another way."""
    if not set().union(*cells) <= _PLAIN:
        return None
    try:
        return np.array([cell or "nan" for cell in cells], dtype=np.float64)
    except ValueError:
        return None


def _add(columns: Mapping[str, Any], lines: NDArray[Any], gathered: _Gathering) -> None:
    for name in dict.fromkeys(columns["contract"]):
        gathered.contracts.setdefault(name, len(gathered.contracts))
    places = np.array([gathered.contracts[name] for name in columns["contract"]], dtype=np.int32)
    for name, values in {**columns, "contract": places, "line": lines.astype(np.int32)}.items():
        gathered.columns[name].append(values)
    gathered.rows += len(lines)


def _line_problems(path: str, header: Sequence[str], line: str, number: int) -> list[Problem]:
    """What is wrong with one line, or how it must be spelled."""
    records = _records([line])
    if records is None:
        return [_form_problem(path, line, number)]
    record = records[0]
    source = make_source_file(path, "\n" * (number - 1) + line) if number < 2_000 else make_source_file(path, line)
    if len(record) != len(header):
        return [Problem(Place(path, number), f"this row has {len(record)} cells, and the first line names {len(header)}", "", line[:200])]
    cells = CellReader(Cells(source, number, number, {**dict.fromkeys(QUOTES.columns, ""), **dict(zip(header, record, strict=True))}))
    cells.text("contract", required=True)
    cells.word("kind", PRICE_KINDS)
    if cells.cells["status"]:
        cells.word("status", MARKET_STATUSES)
    if not cells.cells["at"]:
        cells.fault("at", "`at` is empty", "write when the price stood")
    elif cells.moment("at") is not None and not _MOMENT.fullmatch(cells.cells["at"]):
        cells.fault("at", "a quote's time is in UTC, to the second or finer", "as in 2026-10-02T09:30:00Z")
    for name in (*PRICES, *COUNTS):
        _check_number(cells, name, price=name in PRICES)
    bid, ask = (cells.cells[name] for name in ("bid", "ask"))
    if is_number(bid) and is_number(ask) and float(bid) > float(ask):
        cells.fault("bid", f"the bid {bid} is above the ask {ask}")
    needed = {"last": "last", "midpoint": "price", "maker": "price"}.get(cells.cells["kind"])
    if needed and not cells.cells[needed]:
        cells.fault(needed, f"`{needed}` is empty, and a quote of the kind `{cells.cells['kind']}` is that")
    return [Problem(Place(path, number, problem.place.column), problem.message, problem.hint, line[:200]) for problem in cells.problems]


def _form_problem(path: str, line: str, number: int) -> Problem:
    hint = "close each quote on the line on which it opens, and end lines with a line feed"
    return Problem(Place(path, number), "this line is no row of a CSV file", hint, line[:200])


def _check_number(cells: CellReader, name: str, *, price: bool) -> None:
    text = cells.cells[name]
    if not text:
        return
    if not set(text) <= _PLAIN or not is_number(text):
        cells.fault(
            name, f"`{text[:40]}` is no number from 0 on", "write it with a point, as in 0.385; leave the cell empty where nothing is known"
        )
    elif price and float(text) > 1:
        cells.fault(name, f"the price {text} is above 1", "prices are those of one contract that pays 1")
