"""Rows whose statement has equal arguments, as groups: what the sum of their log densities depends on.

Where the family has sufficient statistics, a group is its number of rows and these; elsewhere each distinct value of a
group stands with the number of its rows.  A table is grouped once, and then each sum over its rows costs as much as there are
groups.  Rows that enter with a weight, a reliability, an origin or as a range are never grouped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array, Indices
from forecast.language.distributions.family import Family
from forecast.language.distributions.groups import ValueGroups

FEWER = 2  # times as many rows as groups, from which on grouping pays
ROWS_IN_PART = 2**10  # where rows are not grouped, so that a block of draws by rows has several draws


@dataclass(frozen=True, slots=True)
class RowPart:
    """Some rows of a table, by their places ``(n,)``, that are added up together.

    With ``counts`` ``(n,)`` each row stands for so many that have equal arguments, and, without ``statistics``, equal values; ``statistics``
    ``(n,)`` each are those of the family, and ``ends`` the places of a row with the least and of one with the greatest value of each.
    """

    rows: Indices
    counts: Array | None = None
    statistics: tuple[Array, ...] | None = None
    ends: Indices | None = None

    def is_whole(self, rows: int) -> bool:
        """Whether it is a whole table of so many rows, each for itself."""
        return self.counts is None and len(self.rows) == rows


def part_rows(kind: Family, values: Array, arguments: Sequence[NDArray[Any]]) -> tuple[RowPart, ...]:
    """Return the rows of a statement of some family in parts: the groups or, where they are not many fewer than the rows, a few thousand rows each.

    ``values`` are ``(1, rows)``, or ``(1, rows, classes)`` where rows count classes; ``arguments`` are what the arguments of the statement
    depend on besides parameters, ``(1, rows)`` each.
    """
    rows = values.shape[1]
    groups = _group_rows(kind, values, arguments) if rows else None
    if groups is not None:
        return (groups,)
    return tuple(RowPart(np.arange(begin, min(begin + ROWS_IN_PART, rows))) for begin in range(0, rows, ROWS_IN_PART))


def _group_rows(kind: Family, values: Array, arguments: Sequence[NDArray[Any]]) -> RowPart | None:
    rows = values.shape[1]
    numbers = _number_tuples((column[0] for column in arguments), rows)
    if values.ndim == 2 and FEWER * _count(numbers) <= rows:
        order, starts = _order(numbers)
        statistics = kind.statistics(ValueGroups(np.asarray(values[0, order], dtype=float), starts))
        if statistics is not None:
            by_value = np.lexsort((values[0], numbers))
            ends = np.unique(by_value[[*starts, *(starts[1:] - 1), -1]])
            return RowPart(order[starts], np.diff(starts, append=rows).astype(float), statistics, ends)
    columns = values[0].T if values.ndim > 2 else values
    numbers = _number_tuples((numbers, *columns), rows)
    if FEWER * _count(numbers) > rows:
        return None
    order, starts = _order(numbers)
    return RowPart(order[starts], np.diff(starts, append=rows).astype(float))


def _number_tuples(columns: Iterable[NDArray[Any]], rows: int) -> Indices:
    """The number of each row's tuple of values, ``(rows,)``, from 0 up: equal where all bits are."""
    numbers: Indices = np.zeros(rows, dtype=np.intp)
    for column in columns:
        bits = np.ascontiguousarray(column, dtype=float).view(np.int64)
        if rows and (bits != bits[0]).any():
            distinct, places = np.unique(bits, return_inverse=True)
            numbers = np.unique(numbers * len(distinct) + places, return_inverse=True)[1]
    return numbers


def _count(numbers: Indices) -> int:
    return int(numbers.max(initial=-1)) + 1


def _order(numbers: Indices) -> tuple[Indices, Indices]:
    """The rows group after group, each in its order, and where each group begins."""
    order = np.argsort(numbers, kind="stable")
    return order, np.flatnonzero(np.diff(numbers[order], prepend=-1))
