"""The CSV files of a record of forecasts: their columns, and their cells as values or problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from forecast.book.files.cells import Cells, read_cells
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place, Problem, limit_problems
from forecast.book.files.sources import make_source_file, read_source_if_any
from forecast.book.row_cells import read_day, read_number
from forecast.forecasts.times import moment_hint, parse_moment
from forecast.forecasts.values import ValueFault
from forecast.language.characters import TextKind
from forecast.language.faults import did_you_mean

_DECIMAL = frozenset("0123456789.")

MOST_FORECASTS = 1_000_000  # rows of one file
type RowCells = Mapping[str, str]
"""The texts of a row's cells by column, none of them empty."""

CHAIN_COLUMN = "previous"


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of file: its name, its columns in order, those that must be there, and which kind of text each cell is (prose, where not said)."""

    file: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    kinds: Mapping[str, TextKind] = field(default_factory=dict)

    @property
    def is_chained(self) -> bool:
        """Whether each of its rows carries the hash of the row before."""
        return CHAIN_COLUMN in self.columns


FORECASTS = Table(
    "forecasts",
    (
        "id",
        "question",
        "asked",
        "who",
        "at",
        "until",
        "form",
        "value",
        "forecasters",
        "recorded",
        "replaces",
        "source",
        "note",
        CHAIN_COLUMN,
    ),
    ("question", "who", "at", "form", "value"),
    {
        **dict.fromkeys(("id", "question", "asked", "who", "at", "until", "form", "forecasters", "recorded", "replaces"), "id"),
        **dict.fromkeys(("source", "note"), "line"),
    },
)
RESOLUTIONS = Table(
    "resolutions",
    ("id", "question", "asked", "outcome", "value", "on", "known", "recorded", "source", "replaces", "note", CHAIN_COLUMN),
    ("question", "outcome", "on"),
    {
        **dict.fromkeys(("id", "question", "asked", "outcome", "on", "known", "recorded", "replaces"), "id"),
        **dict.fromkeys(("value", "source", "note"), "line"),
    },
)
QUESTIONS = Table(
    "questions",
    (
        "id",
        "asked",
        "text",
        "type",
        "unit",
        "opens",
        "scheduled_close",
        "actual_close",
        "spot",
        "low",
        "high",
        "low_open",
        "high_open",
        "zero_point",
        "steps",
        "weight",
        "tags",
        "url",
        "includes_bots",
        "recorded",
    ),
    ("id", "text", "type"),
    dict.fromkeys(("id", "asked", "type", "unit", "tags", "url"), "id"),
)
OPTIONS = Table("options", ("question", "option", "from", "until", "order"), ("question", "option"), {"question": "id"})
PEOPLE = Table("people", ("who", "kind", "in_crowd", "name"), ("who", "kind"), {"who": "id", "kind": "id"})
SCORES = Table(
    "scores",
    ("question", "who", "rule", "score", "coverage"),
    ("question", "who", "rule", "score"),
    dict.fromkeys(("question", "who"), "id"),
)
TABLES = (FORECASTS, RESOLUTIONS, QUESTIONS, OPTIONS, PEOPLE, SCORES)


class CellReader:
    """The cells of one row read as values; what is wrong with them gathers in ``problems``."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.problems: list[Problem] = []

    @property
    def place(self) -> Place:
        """Where the row stands."""
        return self.cells.place

    def fault(self, column: str, message: str, hint: str = "") -> None:
        """Add a problem at a cell."""
        self.problems.append(self.cells.problem(column, message, hint))

    def text(self, column: str, *, required: bool = False) -> str:
        """A cell's text; one that is ``required`` may not be empty."""
        text = self.cells[column]
        if required and not text:
            self.fault(column, f"`{column}` is empty")
        return text

    def word[Word: str](self, column: str, words: Iterable[Word]) -> Word | None:
        """One of some words; None, with a problem, for any other text."""
        text = self.text(column, required=True)
        known = tuple(words)
        chosen = next((word for word in known if word == text), None)
        if chosen is None and text:
            self.fault(column, f"`{text}` is no {column}", did_you_mean(text, known) or f"one of: {', '.join(known)}")
        return chosen

    def moment(self, column: str) -> datetime | None:
        """A moment in UTC; None for an empty cell."""
        text = self.cells[column]
        if not text:
            return None
        moment = parse_moment(text)
        if moment is None:
            self.fault(column, f"`{text}` is no time", moment_hint(text))
        return moment

    def day(self, column: str) -> date | None:
        """A day; None for an empty cell."""
        return read_day(self.cells, column, self.problems) if self.cells[column] else None

    def number(self, column: str) -> float | None:
        """A finite number; None for an empty cell."""
        return read_number(self.cells, column, self.problems) if self.cells[column] else None

    def decimal(self, column: str, *, signed: bool = False) -> Decimal | None:
        """A decimal number as it is written, from 0 on unless ``signed``; None for an empty cell."""
        text = self.cells[column]
        if not text:
            return None
        digits = text.removeprefix("-") if signed else text
        if not set(digits) <= _DECIMAL or digits.count(".") > 1 or not digits.strip("."):
            self.fault(column, f"`{text[:40]}` is no number{'' if signed else ' from 0 on'}", "write it with a point, as in 0.385")
            return None
        return Decimal(text)

    def value[Word, Value](self, parse: Callable[[Word, str], Value], word: Word) -> Value | None:
        """The cell `value` as a word says how to read it; None, with a problem, where ``parse`` raises ``ValueFault``."""
        try:
            return parse(word, self.cells["value"])
        except ValueFault as fault:
            self.fault("value", fault.message, fault.hint)
            return None

    def count(self, column: str) -> int | None:
        """A whole number from 0 on; None for an empty cell."""
        value = self.number(column)
        if value is None:
            return None
        if value < 0 or not value.is_integer():
            self.fault(column, f"`{self.cells[column]}` is no whole number from 0 on")
            return None
        return int(value)

    def flag(self, column: str, *, default: bool) -> bool:
        """Yes or no; ``default`` for an empty cell."""
        text = self.cells[column]
        if text not in {"", "yes", "no"}:
            self.fault(column, f"`{text}` is neither yes nor no")
        return default if text not in {"yes", "no"} else text == "yes"


def reader_of_cells(cells: Mapping[str, str], path: str = "") -> CellReader:
    """Return a reader of cells that stand in no file yet."""
    return CellReader(Cells(make_source_file(path, ""), 1, 1, cells))


def read_table(folder: Folder, path: str, table: Table) -> tuple[tuple[Cells, ...], tuple[Problem, ...]]:
    """Return the rows of one file, none where there is no file, and what is wrong with its form."""
    source, problems = read_source_if_any(folder, path)
    if source is None:
        return (), problems
    read, wrong = read_cells(source, {**dict.fromkeys(table.columns, "prose"), **table.kinds}, most=MOST_FORECASTS)
    if read is None:
        return (), (*problems, *wrong)
    header, rows = read
    of_header = tuple(_header_problems(header, table))
    return (() if of_header else rows), (*problems, *wrong, *of_header)


def read_rows_as[Value](rows: Iterable[Cells], make: Callable[[CellReader], Value | None]) -> tuple[tuple[Value, ...], tuple[Problem, ...]]:
    """Return the values of rows, leaving out those in which something is wrong, and all that is wrong."""
    values: list[Value] = []
    problems: list[Problem] = []
    for cells in rows:
        reader = CellReader(cells)
        value = make(reader)
        problems += reader.problems
        if value is not None and not reader.problems:
            values.append(value)
    return tuple(values), tuple(limit_problems(problems))


def _header_problems(header: Cells, table: Table) -> Iterator[Problem]:
    for name in table.required:
        if name not in header.values:
            yield header.problem("", f"column `{name}` is missing", f"the columns are {', '.join(table.columns)}")
    for name in header.order:
        if name not in table.columns:
            hint = did_you_mean(name, table.columns) or f"the columns are {', '.join(table.columns)}"
            yield header.problem(name, f"`{table.file}.csv` has no column `{name}`", hint)
