"""Check of seasons: a row that is as long as a good part of a season says little of it, and a model that reads the season on its middle day misreads it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from forecast.book.checks.scopes import find_used_names
from forecast.book.draft import Draft, StreamDraft
from forecast.book.files.problems import Problem
from forecast.book.records import RecordFile
from forecast.book.rows import current_rows
from forecast.language.expressions import Binary, Call, Expression, Name, Number, Unary, walk

WAVES = frozenset({"cos", "sin"})
CLOCK = "t"  # in years, at a row's middle
LONGEST_PART = 1 / 8  # of a wave, that a row may cover
_DAYS_IN_YEAR = 365.25


def check_seasons(draft: Draft) -> Iterator[Problem]:
    """Warn of rows that cover more than an eighth of the shortest wave in their stream's statement, such as a year of monthly seasons.

    One warning stands for all of a record.
    """
    for name, stream in draft.streams.items():
        if stream.record is not None and (days := _shortest_wave(draft, stream)) < math.inf:
            yield from _long_rows(name, stream.record, days)


def _long_rows(name: str, record: RecordFile, days: float) -> Iterator[Problem]:
    rows = current_rows(record.rows)
    lengths = rows.end - rows.start + 1
    places = np.flatnonzero(lengths > days * LONGEST_PART)
    if not len(places):
        return
    last = places[np.argmax(rows.lines[places])]  # in the file, so that who adds a row is told of it
    row, length = rows[int(last)], int(lengths[last])
    more = "" if len(places) == 1 else f", and {len(places) - 1} more {'is' if len(places) == 2 else 'are'} as long"
    message = (
        f"this row covers {length} days, and the season in `{name}`, which repeats every {days:.0f}, is read at the middle of the row{more}"
    )
    hint = "write a row for each month or less (`forecast observe --rows`); where only totals are known, take a model without a season (`forecast new --like count`)"
    yield replace(record.at_cell(row, "to" if record.cells(row)["to"] else "on", message, hint), level="warning")


def _shortest_wave(draft: Draft, stream: StreamDraft) -> float:
    """How many days the shortest wave takes that a statement has, itself or through quantities; infinite where it has none."""
    arguments = tuple(stream.value.tree.arguments.values())
    names = find_used_names(draft, *arguments).names
    trees = (*arguments, *(written.tree for name, written in draft.quantities.items() if name in names))
    calls = (node for tree in trees for node in walk(tree) if isinstance(node, Call) and node.function in WAVES)
    turns = [abs(turn) for call in calls if (turn := _slope(call.arguments[0]))]
    return min((2 * math.pi / turn * _DAYS_IN_YEAR for turn in turns), default=math.inf)


def _slope(expression: Expression) -> float | None:
    """By how much an expression grows in a year, where it is a line in the clock; None where it is not plain that it is."""
    match expression:
        case Name(name=name):
            return 1.0 if name == CLOCK else 0.0
        case Number():
            return 0.0
        case Unary(operator="-", operand=operand):
            slope = _slope(operand)
            return None if slope is None else -slope
        case Binary(operator=operator, left=left, right=right):
            return _slope_of_pair(operator, left, right)
    return None


def _slope_of_pair(operator: str, left: Expression, right: Expression) -> float | None:
    slopes = _slope(left), _slope(right)
    if slopes[0] is None or slopes[1] is None:
        return None
    if operator in {"+", "-"}:
        return slopes[0] + (slopes[1] if operator == "+" else -slopes[1])
    if slopes == (0.0, 0.0):
        return 0.0
    if operator == "*" and (factor := _number(left)) is not None:
        return factor * slopes[1]
    if operator in {"*", "/"} and (factor := _number(right)) is not None and (factor or operator == "*"):
        return slopes[0] * factor if operator == "*" else slopes[0] / factor
    return None


def _number(expression: Expression) -> float | None:
    """The value of an expression of numbers alone; None of another."""
    match expression:
        case Number(value=value):
            return value
        case Binary(operator="*", left=left, right=right):
            first, second = _number(left), _number(right)
            return None if first is None or second is None else first * second
    return None
