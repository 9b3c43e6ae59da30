"""Checks of values of which only a range is known: that the statement of their stream can give one, and that the range says something."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import numpy as np

from forecast.book.checks.statements import constants_of, family_of
from forecast.book.draft import StreamDraft
from forecast.book.files.problems import Problem
from forecast.book.record_columns import RecordColumns, record_columns
from forecast.book.records import RecordFile
from forecast.book.topic import Row
from forecast.language.arrays import Array, Truth
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.expressions import Name
from forecast.language.faults import Fault

MOST_TRIALS = 10_000  # of a BetaBinomial of which a range is known


def suspect_ranges(stream: StreamDraft, rows: RecordColumns) -> Truth:
    """Return which rows have a range that ``check_range`` may find wrong, ``(rows,)``: none that it does is left out."""
    kind = family_of(stream.value)
    if kind is None or kind.mixes or not rows.ranged.any():
        return rows.ranged
    low, high = rows.low, rows.high
    lowest, highest = _support_limits(stream, kind, rows)
    suspect: Truth = (low > highest) | (high < lowest) | ((low <= lowest) & (high >= highest))
    if kind.value_kind.is_amount:
        suspect |= high <= lowest
    if kind.discrete:
        suspect |= (np.isfinite(low) & (low != np.floor(low))) | (np.isfinite(high) & (high != np.floor(high)))
    if kind.sums_masses:
        suspect |= (highest > MOST_TRIALS) & (highest < inf)
    return suspect & rows.ranged


def check_range(stream: StreamDraft, record: RecordFile, row: Row) -> Iterator[Problem]:
    """Yield what is wrong with the range of a row."""
    assert row.between is not None
    kind = family_of(stream.value)
    if kind is None:
        return
    ends = {"value_low": row.between.low, "value_high": row.between.high}
    columns = [column for column, end in ends.items() if abs(end) != inf]
    statement = f"the statement is {stream.value.text}"
    if kind.mixes:
        yield record.at_cell(row, columns[0], f"{kind.name} says already what is seen of a value, so it has no range", statement)
        return
    for column in columns:
        if kind.discrete and not ends[column].is_integer():
            yield record.at_cell(row, column, f"`{column}` ({ends[column]:.15g}) is not a whole number, and {kind.name} counts", statement)
            return
    lowest, highest = (float(limit[0]) for limit in _support_limits(stream, kind, record_columns([row])))
    if kind.sums_masses and MOST_TRIALS < highest < inf:
        message = (
            f"the probability of a range of {kind.name} is a sum over its {highest:,.0f} trials; at most {MOST_TRIALS:,} can be added up"
        )
        yield record.at_cell(row, columns[0], message, statement)
        return
    range_text = str(row.between)
    if row.between.low > highest or row.between.high < lowest or (row.between.high <= lowest and kind.value_kind.is_amount):
        yield record.at_cell(row, columns[0], f"no value of {kind.name} is {range_text}", statement)
    elif row.between.low <= lowest and row.between.high >= highest:
        yield record.at_cell(
            row, columns[0], f"{range_text} says nothing: every value of {kind.name} is", "leave the row out, or say what was seen"
        )


def _support_limits(stream: StreamDraft, kind: Family, rows: RecordColumns) -> tuple[Array, Array]:
    """The smallest and the largest value that a stream's statement can give in each row, as far as its form and the row tell."""
    lowest = np.full(len(rows), 0.0 if kind.value_kind.is_count or kind.value_kind.is_amount else -inf)
    highest = np.full(len(rows), 1.0 if kind.value_kind in {ValueKind.BINARY, ValueKind.OPEN_SHARE} else inf)
    trials = stream.value.tree.arguments.get(kind.trials_argument) if kind.value_kind is ValueKind.COUNT else None
    if isinstance(trials, Name) and isinstance(cells := rows.own.get(trials.name), np.ndarray):
        highest = np.where(np.isnan(cells), inf, cells)
    try:
        arguments = constants_of(stream.value.tree)
        if arguments:
            low, high = kind.support(**arguments)
            return np.full(len(rows), float(low)), np.full(len(rows), float(high))
        number = evaluate_constant(trials) if trials is not None else None
    except Fault:  # reported at the statement
        return lowest, highest
    return lowest, highest if number is None else np.full(len(rows), float(number))
