"""CSV records: the rows of streams and the points of series, each with its place.

What a cell must hold by itself is checked here; what it means for the topic is
checked in ``forecast.book.checks.rows``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from forecast.book.classes import Classes
from forecast.book.files.cells import Cells, cells_at, read_cells, read_header
from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.problems import MOST_FOUND, Problem, Result, limit_problems
from forecast.book.files.sources import SourceFile
from forecast.book.record_columns import RecordColumns
from forecast.book.record_reading import read_columns
from forecast.book.row_cells import RANGE, read_day, read_number, read_source_and_grade
from forecast.book.topic import Point, Row
from forecast.language.characters import TextKind
from forecast.language.faults import did_you_mean

ROW_COLUMNS = ("from", "to", "on", "value", "value_low", "value_high", "known", "source", "grade", "note", "origin", "id", "replaces")
POINT_COLUMNS = ("date", "value", "known", "source", "grade", "note")
MOST_RECORD_ROWS = 1_000_000
ROW_KINDS: Mapping[str, TextKind] = (
    MappingProxyType(  # of which kind the texts of a record's columns are; those of its own columns are labels
        {
            **dict.fromkeys(ROW_COLUMNS, "cell"),
            **dict.fromkeys(("source", "note", "origin"), "prose"),
            **dict.fromkeys(("id", "replaces"), "id"),
        }
    )
)
POINT_KINDS: Mapping[str, TextKind] = MappingProxyType({name: ROW_KINDS.get(name, "cell") for name in POINT_COLUMNS})


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A CSV file of rows as read: the rows that could be read, and the columns of its own the header names."""

    source: SourceFile
    header: Cells
    rows: RecordColumns
    covariates: tuple[str, ...]
    label_columns: tuple[str, ...]

    def cells(self, row: Row) -> Cells:
        """Return the cells of a row as they stand in the file."""
        return cells_at(self.header, row.place.line)

    def at_cell(self, row: Row, column: str, message: str, hint: str = "") -> Problem:
        """Return a problem at a cell of a row (at the row where it has no such cell)."""
        return self.cells(row).problem(column, message, hint)

    def day_column(self, row: Row) -> str:
        """Return the column in which a row's first day stands."""
        return "on" if self.cells(row)["on"] else "from"


def read_rows(source: SourceFile, classes: Classes | None = None, *, unit: str = "") -> Result[RecordFile]:
    """Read the rows of a stream's CSV file, of numbers in a ``unit`` or of ``classes``; None where its header cannot be used."""
    header, problems = read_header(source, most=MOST_RECORD_ROWS)
    if header is None:
        return Result(None, problems)
    header_problems = _row_header_problems(header, classes)
    own = tuple(name for name in header.order if name not in ROW_COLUMNS)
    used = None if header_problems else classes
    read = read_columns(header, own, used, ROW_KINDS, quotes=problems, rows_wanted=not header_problems, unit=unit)
    problems = tuple(limit_problems(read.form))
    if header_problems:
        return Result(None, (*problems, *header_problems))
    covariates = tuple(name for name in own if name not in read.labels)
    return Result(RecordFile(source, header, read.rows, covariates, read.labels), (*problems, *limit_problems(read.wrong)))


def read_points(source: SourceFile) -> tuple[tuple[Point, ...], tuple[Problem, ...]]:
    """Read the points of a series' CSV file."""
    table, problems = read_cells(source, POINT_KINDS)
    if table is None:
        return (), problems
    header, lines = table
    header_problems = list(_missing_columns(header, ("date", "value", "source")))
    header_problems += [
        header.problem(
            name, f"a series has no column `{name}`", did_you_mean(name, POINT_COLUMNS) or f"columns here: {', '.join(POINT_COLUMNS)}"
        )
        for name in header.values
        if name not in POINT_COLUMNS
    ]
    if header_problems:
        return (), (*problems, *header_problems)
    points: list[Point] = []
    wrong: list[Problem] = []
    for cells in lines:
        point, point_problems = _point(cells)
        wrong += point_problems
        if point is not None:
            points.append(point)
        if len(wrong) > MOST_FOUND:
            break
    return tuple(points), (*problems, *limit_problems(wrong), *limit_problems(_duplicate_point_problems(source, points)))


def header_line(columns: Sequence[str]) -> str:
    """Return the first line of a CSV file, with its line end."""
    return _csv_line(columns)


def record_line(columns: Sequence[str], cells: Mapping[str, object]) -> str:
    """Return one line of a CSV file with its line end: the cells in the order of the columns, empty where not given.

    Raises ``KeyError`` for a cell whose column the file does not have.
    """
    for name, value in cells.items():
        if name not in columns and value not in {"", None}:
            raise KeyError(name)
    return _csv_line([_cell_text(cells.get(name)) for name in columns])


def _csv_line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _cell_text(value: object) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)


def _row_header_problems(header: Cells, classes: Classes | None) -> tuple[Problem, ...]:
    has = header.values.keys()
    counts = () if classes is None else classes.columns
    ranged = classes is None and any(name in has for name in RANGE)
    problems = list(_missing_columns(header, (*(counts or (() if ranged else ("value",))), "source")))
    if counts and "value" in has:
        problems.append(header.problem("value", "a row that counts classes has no `value`", f"its columns are {', '.join(counts)}"))
    if "on" not in has and not {"from", "to"} <= has:
        problems.append(header.problem("", "the days are missing: columns `from` and `to`, or `on`"))
    for name in has:
        if name in ROW_COLUMNS:
            continue
        if not SNAKE_CASE.fullmatch(name):
            problems.append(
                header.problem(name, f"column name `{name}` is not in snake_case", "small letters, digits and _, beginning with a letter")
            )
    return tuple(problems)


def _missing_columns(header: Cells, required: Sequence[str]) -> Iterator[Problem]:
    for name in required:
        if name not in header.values:
            yield header.problem("", f"column `{name}` is missing", _nearest_column(name, header))


def _nearest_column(name: str, header: Cells) -> str:
    others = [other for other in header.values if other not in ROW_COLUMNS and other not in POINT_COLUMNS]
    near = did_you_mean(name, others)
    return near.replace("did you mean", "is it the one called") if near else ""


def _point(cells: Cells) -> Result[Point]:
    problems: list[Problem] = []
    day: date | None = None
    if cells["date"]:
        day = read_day(cells, "date", problems)
    else:
        problems.append(cells.problem("date", "`date` is missing"))
    value = read_number(cells, "value", problems)
    known = read_day(cells, "known", problems) if cells["known"] else day
    source, grade = read_source_and_grade(cells, problems)
    if grade == "D" and not cells["note"]:
        problems.append(
            cells.problem("note", "a grade D value needs a `note`", "say how it was made; it is an assumption, not an observation")
        )
    if day is None or value is None or known is None or problems:
        return Result(None, tuple(problems))
    return Result(Point(cells.place, day, value, known, source, grade, cells["note"]), tuple(problems))


def _duplicate_point_problems(source: SourceFile, points: Sequence[Point]) -> Iterator[Problem]:
    seen: dict[tuple[date, date], Point] = {}
    for point in points:
        earlier = seen.setdefault((point.day, point.known), point)
        if earlier is not point:
            message = f"{point.day} has a value already, in line {earlier.place.line}"
            yield source.at(point.place.line, 1, message, "a correction is a new line with a later `known`")
