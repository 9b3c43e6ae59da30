"""CSV records: the rows of streams and the points of series, each with its place.

What a cell must hold by itself is checked here; what it means for the topic is
checked in ``forecast.book.checks.rows``.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import cast

from forecast.book.classes import Classes, class_counts_text
from forecast.book.files.cells import Cells, read_cells
from forecast.book.files.days import day_fault, is_book_day
from forecast.book.files.layout import SNAKE_CASE
from forecast.book.files.numerals import day_hint, is_number, is_unknown, number_hint, parse_day
from forecast.book.files.problems import MOST_FOUND, Place, Problem, Result, limit_problems
from forecast.book.files.sources import SourceFile
from forecast.book.topic import Grade, Point, Row, ValueRange
from forecast.language.characters import TextKind
from forecast.language.faults import did_you_mean

ROW_COLUMNS = ("from", "to", "on", "value", "value_low", "value_high", "known", "source", "grade", "note", "origin", "id", "replaces")
RANGE = ("value_low", "value_high")  # columns that stand instead of `value` where only a range is known
POINT_COLUMNS = ("date", "value", "known", "source", "grade", "note")
GRADES = ("A", "B", "C", "D")
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
    """A CSV file of rows as read: the rows that could be read, and the columns of its own the header names.

    ``header`` and ``cells`` hold the cells of the header and of each row, to place problems found later.
    """

    source: SourceFile
    header: Cells
    rows: tuple[Row, ...]
    cells: Mapping[Place, Cells]
    covariates: tuple[str, ...]
    label_columns: tuple[str, ...]

    def at_cell(self, row: Row, column: str, message: str, hint: str = "") -> Problem:
        """Return a problem at a cell of a row (at the row where it has no such cell)."""
        return self.cells[row.place].problem(column, message, hint)


def read_rows(source: SourceFile, classes: Classes | None = None) -> Result[RecordFile]:
    """Read the rows of a stream's CSV file, of numbers or of ``classes``; None where its header cannot be used."""
    table, problems = read_cells(source, ROW_KINDS)
    if table is None:
        return Result(None, problems)
    header, lines = table
    header_problems = _row_header_problems(header, classes)
    if header_problems:
        return Result(None, (*problems, *header_problems))
    own = tuple(name for name in header.values if name not in ROW_COLUMNS)
    counts = () if classes is None else classes.columns
    labels = tuple(name for name in own if name not in counts and any(cells[name] and not is_number(cells[name]) for cells in lines))
    rows: dict[Place, Cells] = {}
    kept: list[Row] = []
    wrong: list[Problem] = []
    for cells in lines:
        row, row_problems = _row(cells, own, labels, classes)
        wrong += row_problems
        if row is not None:
            rows[row.place] = cells
            kept.append(row)
        if len(wrong) > MOST_FOUND:
            break
    covariates = tuple(name for name in own if name not in labels)
    return Result(RecordFile(source, header, tuple(kept), rows, covariates, labels), (*problems, *limit_problems(wrong)))


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


def _row(cells: Cells, own: Sequence[str], labels: Sequence[str], classes: Classes | None) -> Result[Row]:
    problems: list[Problem] = []
    start, end = _days(cells, problems)
    between: ValueRange | None = None
    in_words = ""
    if classes is None:
        value, between = _observed_value(cells, problems)
    else:
        value, in_words = _observed_class(cells, classes, problems)
    known = _date(cells, "known", problems) if cells["known"] else end
    source, grade = _source_and_grade(cells, problems)
    columns: dict[str, float | str] = {}
    for name in own:
        if cells[name] and name in labels:
            columns[name] = cells[name]
        elif cells[name] and (classes is None or name not in classes.columns):
            number = _number(cells, name, problems)
            if number is not None:
                columns[name] = number
    if start is None or end is None or value is None or known is None or problems:
        return Result(None, tuple(problems))
    if classes is not None and classes.counted:
        columns |= {name: float(cells[name]) for name in classes.columns}
    written = (cells["note"], cells["id"], cells["replaces"])
    return Result(
        Row(cells.place, start, end, value, known, source, grade, *written, columns, between, cells["origin"], in_words), tuple(problems)
    )


def _observed_value(cells: Cells, problems: list[Problem]) -> tuple[float | None, ValueRange | None]:
    """The value, or the range it lies in."""
    given = [name for name in RANGE if cells[name]]
    if cells["value"] and given:
        problems.append(cells.problem(given[0], f"`value` and `{given[0]}` are both given", "a value that is known is written alone"))
        return None, None
    if not given:
        if not cells["value"] and any(name in cells.values for name in RANGE):
            problems.append(
                cells.problem("value", "`value`, `value_low` and `value_high` are all empty", "say what was seen, or its range")
            )
            return None, None
        return _number(cells, "value", problems), None
    ends = {name: _number(cells, name, problems) for name in given}
    if None in ends.values():
        return None, None
    low, high = ends.get("value_low"), ends.get("value_high")
    if low is not None and high is not None and low >= high:
        if low > high:
            problems.append(cells.problem("value_low", f"`value_low` ({low:.15g}) is above `value_high` ({high:.15g})"))
        else:
            problems.append(cells.problem("value_low", f"the range is the one value {low:.15g}", "write it in `value`"))
        return None, None
    between = ValueRange(-math.inf if low is None else low, math.inf if high is None else high)
    return (high if low is None else low), between


def _observed_class(cells: Cells, classes: Classes, problems: list[Problem]) -> tuple[float | None, str]:
    """What was seen of classes, as a number and in words: a class's number, or the number of all that were counted."""
    if not classes.counted:
        text = cells["value"]
        if text in classes.labels:
            return float(classes.labels.index(text)), text
        message = f"`value` is none of the stream's classes: {text}" if text else "`value` is missing"
        problems.append(cells.problem("value", message, did_you_mean(text, classes.labels) or f"its classes: {', '.join(classes.labels)}"))
        return None, ""
    counts: dict[str, float] = {}
    for label, column in zip(classes.labels, classes.columns, strict=True):
        number = _number(cells, column, problems)
        if number is not None and (number < 0 or not number.is_integer()):
            problems.append(cells.problem(column, f"{number:.15g} is no count", "a whole number, 0 or more"))
        elif number is not None:
            counts[label] = number
    if len(counts) < len(classes.labels):
        return None, ""
    return math.fsum(counts.values()), class_counts_text(classes.labels, counts)


def _days(cells: Cells, problems: list[Problem]) -> tuple[date | None, date | None]:
    if cells["on"]:
        for name in ("from", "to"):
            if cells[name]:
                problems.append(
                    cells.problem(name, f"`on` and `{name}` are both given", "give `on` for one day, `from` and `to` for several")
                )
                return None, None
        day = _date(cells, "on", problems)
        return day, day
    absent = [name for name in ("from", "to") if not cells[name]]
    if absent:
        column = absent[0] if absent[0] in cells.values else "on"
        wanted = " and ".join(f"`{name}`" for name in absent) if "from" in cells.values else "`on`"
        problems.append(
            cells.problem(column, f"{wanted} is missing" if len(absent) == 1 or "from" not in cells.values else f"{wanted} are missing")
        )
        return None, None
    start, end = _date(cells, "from", problems), _date(cells, "to", problems)
    if start is not None and end is not None and end < start:
        problems.append(cells.problem("to", f"`to` ({end}) is before `from` ({start})"))
        return None, None
    return start, end


def _date(cells: Cells, column: str, problems: list[Problem]) -> date | None:
    text = cells[column]
    if (day := parse_day(text)) is not None and is_book_day(day):
        return day
    if day is not None:
        message, hint = day_fault(day)
        problems.append(cells.problem(column, f"`{column}`: {message}", hint))
    elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        problems.append(cells.problem(column, f"the date {text} does not exist"))
    elif column == "known" and is_unknown(text):
        problems.append(cells.problem(column, f"`known` is not a date: {text}", "leave it empty where it is the row's last day"))
    else:
        problems.append(cells.problem(column, f"`{column}` is not a date: {text}", day_hint(text)))
    return None


def _number(cells: Cells, column: str, problems: list[Problem]) -> float | None:
    text = cells[column]
    if not text:
        problems.append(cells.problem(column, f"`{column}` is missing"))
        return None
    if text.lower().lstrip("+-") in {"inf", "infinity", "nan"}:
        problems.append(cells.problem(column, f"`{column}` is not a finite number: {text}"))
        return None
    if not is_number(text):
        problems.append(
            cells.problem(
                column,
                f"`{column}` is not a number: {text}",
                number_hint(text, may_be_range=column == "value" and "source" in cells.values and "date" not in cells.values),
            )
        )
        return None
    number = float(text)
    if not math.isfinite(number):
        problems.append(cells.problem(column, f"`{column}` is not a finite number: {text}"))
        return None
    return number


def _source_and_grade(cells: Cells, problems: list[Problem]) -> tuple[str, Grade | None]:
    if not cells["source"]:
        problems.append(cells.problem("source", "`source` is missing", "an address or a citation: where can a reader check this?"))
    grade = cells["grade"]
    if grade and grade not in GRADES:
        problems.append(cells.problem("grade", f"unknown grade `{grade}`", "grades are A, B, C and D"))
        return cells["source"], None
    return cells["source"], cast("Grade", grade) if grade else None


def _point(cells: Cells) -> Result[Point]:
    problems: list[Problem] = []
    day: date | None = None
    if cells["date"]:
        day = _date(cells, "date", problems)
    else:
        problems.append(cells.problem("date", "`date` is missing"))
    value = _number(cells, "value", problems)
    known = _date(cells, "known", problems) if cells["known"] else day
    source, grade = _source_and_grade(cells, problems)
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
