"""What the cells of one row must hold by themselves: days, numbers, classes, a source and a grade."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import cast

from forecast.book.classes import Classes, class_counts_text
from forecast.book.files.cells import Cells
from forecast.book.files.days import day_fault, is_book_day
from forecast.book.files.numerals import day_hint, is_number, is_unknown, number_hint, parse_day
from forecast.book.files.problems import Problem, Result
from forecast.book.topic import Grade, Row
from forecast.book.value_range import ValueRange
from forecast.language.faults import did_you_mean

RANGE = ("value_low", "value_high")  # columns that stand instead of `value` where only a range is known
GRADES = ("A", "B", "C", "D")


def read_row(cells: Cells, own: Sequence[str], labels: Collection[str], classes: Classes | None, *, unit: str = "") -> Result[Row]:
    """Return the row that some cells hold; ``labels`` are those of its own columns that hold texts, and ``unit`` that of its value."""
    problems: list[Problem] = []
    start, end = _days(cells, problems)
    between: ValueRange | None = None
    in_words = ""
    if classes is None:
        value, between = _observed_value(cells, problems, unit)
    else:
        value, in_words = _observed_class(cells, classes, problems)
    known = read_day(cells, "known", problems) if cells["known"] else end
    source, grade = read_source_and_grade(cells, problems)
    columns: dict[str, float | str] = {}
    for name in own:
        if cells[name] and name in labels:
            columns[name] = cells[name]
        elif cells[name] and (classes is None or name not in classes.columns):
            number = read_number(cells, name, problems)
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


def _observed_value(cells: Cells, problems: list[Problem], unit: str) -> tuple[float | None, ValueRange | None]:
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
        return read_number(cells, "value", problems, unit=unit), None
    ends = {name: read_number(cells, name, problems, unit=unit) for name in given}
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
        number = read_number(cells, column, problems)
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
        day = read_day(cells, "on", problems)
        return day, day
    absent = [name for name in ("from", "to") if not cells[name]]
    if absent:
        column = absent[0] if absent[0] in cells.values else "on"
        wanted = " and ".join(f"`{name}`" for name in absent) if "from" in cells.values else "`on`"
        problems.append(
            cells.problem(column, f"{wanted} is missing" if len(absent) == 1 or "from" not in cells.values else f"{wanted} are missing")
        )
        return None, None
    start, end = read_day(cells, "from", problems), read_day(cells, "to", problems)
    if start is not None and end is not None and end < start:
        problems.append(cells.problem("to", f"`to` ({end}) is before `from` ({start})"))
        return None, None
    return start, end


def read_day(cells: Cells, column: str, problems: list[Problem]) -> date | None:
    """Return the day in a cell; None, with a problem, where it holds none."""
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


def read_number(cells: Cells, column: str, problems: list[Problem], *, unit: str = "") -> float | None:
    """Return the number in a cell, in a unit that may be known; None, with a problem, where it holds none."""
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
                number_hint(text, may_be_range=column == "value" and "source" in cells.values and "date" not in cells.values, unit=unit),
            )
        )
        return None
    number = float(text)
    if not math.isfinite(number):
        problems.append(cells.problem(column, f"`{column}` is not a finite number: {text}"))
        return None
    return number


def read_source_and_grade(cells: Cells, problems: list[Problem]) -> tuple[str, Grade | None]:
    """Return who says what a row says, and how good that is; a grade that is none is a problem."""
    if not cells["source"]:
        problems.append(cells.problem("source", "`source` is missing", "an address or a citation: where can a reader check this?"))
    grade = cells["grade"]
    if grade and grade not in GRADES:
        problems.append(cells.problem("grade", f"unknown grade `{grade}`", _grade_hint(grade)))
        return cells["source"], None
    return cells["source"], cast("Grade", grade) if grade else None


def _grade_hint(grade: str) -> str:
    """What to write instead of a grade that is none; D is left out, since it is refused in a row."""
    return f"write `{grade.upper()}`" if grade.upper() in GRADES[:3] else "grades are A, B and C"
