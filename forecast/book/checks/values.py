"""Checks of what rows say: values that the statement of their stream can never give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecast.book.checks.extremes import extreme_value_message, is_extreme_value
from forecast.book.checks.ranges import check_range, suspect_ranges
from forecast.book.checks.statements import constants_of, family_of
from forecast.book.draft import StreamDraft
from forecast.book.files.problems import Problem
from forecast.book.record_columns import RecordColumns
from forecast.book.records import RecordFile
from forecast.book.topic import Row
from forecast.language.arrays import Array, Truth
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.expressions import Name
from forecast.language.faults import Fault


def check_value(stream: StreamDraft, record: RecordFile, row: Row) -> Iterator[Problem]:
    """Yield what is wrong with a value that the statement can never give, whatever the parameters."""
    if row.between is not None:
        yield from check_range(stream, record, row)
        return
    message = _impossible_value_message(stream, row)
    if message:
        yield record.at_cell(row, "value", message, f"the statement is {stream.value.text}")


def _impossible_value_message(stream: StreamDraft, row: Row) -> str:
    """Why a stream's statement can never give a row's value; an empty string where it may."""
    kind = family_of(stream.value)
    if kind is None or stream.classes is not None:
        return ""
    shown = f"the value {row.value:.15g}"
    if message := extreme_value_message(row.value, counts=kind.discrete):
        return message
    if kind.discrete and not row.value.is_integer():
        return f"{shown} is not a whole number, and {kind.name} counts"
    return _impossible_by_kind(kind, row.value, shown) or _impossible_by_arguments(kind, stream, row, shown)


def _impossible_by_kind(kind: Family, value: float, shown: str) -> str:
    """Why no member of a family has a value, whatever its arguments."""
    values = kind.value_kind
    if values is ValueKind.BINARY:
        return "" if value in {0, 1} else f"{shown} is neither 0 nor 1, as {kind.name} has it"
    if (values.is_count or values.is_amount) and value < 0:
        return f"{shown} is negative, which {kind.name} never is"
    if values is ValueKind.POSITIVE and value == 0:
        return f"{shown} is impossible: {kind.name} is above 0"
    if values is ValueKind.OPEN_SHARE and not 0 < value < 1:
        return f"{shown} is impossible: {kind.name} lies between 0 and 1"
    return ""


def _impossible_by_arguments(kind: Family, stream: StreamDraft, row: Row, shown: str) -> str:
    """Why a family with a stream's arguments, as far as they are known, never has a row's value."""
    if kind.trials_argument and (trials := _trials(stream, row, kind.trials_argument)) is not None and row.value > trials:
        return f"{shown} is more than {kind.trials_argument}={trials:g}"
    if kind.value_kind is ValueKind.INTERVAL:
        try:
            arguments = constants_of(stream.value.tree)
            lower, upper = kind.support(**arguments) if arguments else (-float("inf"), float("inf"))
        except Fault:  # reported at the statement
            return ""
        if not lower <= row.value <= upper:
            return f"{shown} lies outside {kind.name}'s {float(lower):g} to {float(upper):g}"
    return ""


def _trials(stream: StreamDraft, row: Row, argument: str) -> float | None:
    """The number of trials, where it is a number or a column of the row."""
    n = stream.value.tree.arguments.get(argument)
    if n is None:
        return None
    if isinstance(n, Name):
        cell = row.columns.get(n.name)
        return cell if isinstance(cell, float) else None
    try:
        return evaluate_constant(n)
    except Fault:  # reported at the statement
        return None


def suspect_values(stream: StreamDraft, rows: RecordColumns) -> Truth:
    """Return which rows have a value that ``check_value`` may find wrong, ``(rows,)``: none that it does is left out."""
    kind = family_of(stream.value)
    if kind is None or stream.classes is not None:
        return suspect_ranges(stream, rows)
    value, values = rows.value, kind.value_kind
    suspect = is_extreme_value(value, counts=kind.discrete)
    if kind.discrete:
        suspect |= value != np.floor(value)
    if values is ValueKind.BINARY:
        suspect |= (value != 0) & (value != 1)
    if values.is_count or values.is_amount:
        suspect |= value < 0
    if values is ValueKind.POSITIVE:
        suspect |= value == 0
    if values is ValueKind.OPEN_SHARE:
        suspect |= (value <= 0) | (value >= 1)
    if kind.trials_argument and (trials := numbers_of_rows(stream, rows, kind.trials_argument)) is not None:
        suspect |= value > trials
    if values is ValueKind.INTERVAL:
        try:
            arguments = constants_of(stream.value.tree)
            lower, upper = kind.support(**arguments) if arguments else (-np.inf, np.inf)
        except Fault:  # reported at the statement
            lower, upper = -np.inf, np.inf
        suspect |= ~((float(lower) <= value) & (value <= float(upper)))
    return (suspect & ~rows.ranged) | suspect_ranges(stream, rows)


def numbers_of_rows(stream: StreamDraft, rows: RecordColumns, argument: str) -> Array | None:
    """Return an argument of a stream's statement for each row, where it is a number or a column of the rows, ``(rows,)``; None elsewhere.

    Rows that have no cell there have no number.
    """
    given = stream.value.tree.arguments.get(argument)
    if isinstance(given, Name):
        its = rows.own.get(given.name)
        return its if isinstance(its, np.ndarray) else None
    try:
        number = None if given is None else evaluate_constant(given)
    except Fault:  # reported at the statement
        return None
    return None if number is None else np.full(len(rows), float(number))
