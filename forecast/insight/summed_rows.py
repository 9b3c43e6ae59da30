"""The log-likelihood of a record's rows summed at the draws of a pool, from one state of the record to the next.

Two days of a record differ in few rows: those that became known, those that they
replace, and quiet time that is cut at the day.  So the sum as of a day is that of
the day before, with what these rows add and take away: no more is worked out than has changed,
and no more than a block of rows is held at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forecast.insight.reweighting import Pool, row_facts
from forecast.language.arrays import Array
from forecast.model.chain_groups import group_depends, table_groups
from forecast.model.model import Model, RowTable

MOST_ROWS_KEPT = 4  # of a stream, added on a day: quiet time that is cut at the day is taken off again as of the next
LEAST_LOG_DENSITY = -1e300  # of a row; one below counts as impossible, so that no sum of rows leaves the range of floats


@dataclass(frozen=True, slots=True)
class SummedRows:
    """The rows of a model, and their log-likelihood summed at each draw of a pool, ``(draws,)``.

    ``sums`` leaves out rows that are impossible at a draw, which ``excluded`` counts.  ``added`` are the first of a stream's few rows that
    were added last, and the log-likelihood of these, ``(draws, rows)``.
    """

    tables: Mapping[str, RowTable]
    facts: Mapping[str, Array]
    sums: Array
    excluded: NDArray[np.int64]
    added: Mapping[str, tuple[int, Array]] = field(default_factory=dict, repr=False)

    @property
    def total(self) -> Array:
        """The log-likelihood of all rows, ``(draws,)``: minus infinity where one is impossible."""
        total: Array = np.where(self.excluded > 0, -np.inf, self.sums)
        return total


def sum_rows(pool: Pool, model: Model, before: SummedRows | None = None) -> SummedRows:
    """Return the summed rows of a model, from those ``before`` of another state of its topic where they are given.

    Sums add up in another order than ``Pool.total``'s, and equal them up to rounding.
    """
    sums = np.zeros(len(pool)) if before is None else before.sums.copy()
    excluded = np.zeros(len(pool), dtype=np.int64) if before is None else before.excluded.copy()
    facts = {name: row_facts(table, model) for name, table in model.tables.items()}
    added: dict[str, tuple[int, Array]] = {}
    chained = _chained_streams(model, before)
    if chained:
        _change_chains(pool, model, before, facts, chained, (sums, excluded))
    for name, table in model.tables.items():
        if name in chained:
            continue
        gone = None if before is None else before.tables[name]
        first, end, gone_end = (
            (0, len(table), 0) if gone is None or before is None else _changed_rows(gone, before.facts[name], table, facts[name])
        )
        if gone is not None and before is not None:
            for density in _known_density(before, name, first, gone_end) or pool.row_blocks(model, gone, range(first, gone_end)):
                _add_rows(density, sums, excluded, sign=-1)
        for density in pool.row_blocks(model, table, range(first, end)):
            _add_rows(density, sums, excluded, sign=1)
            if density.shape[1] == end - first <= MOST_ROWS_KEPT:
                added[name] = first, density
    return SummedRows(model.tables, facts, sums, excluded, added)


def _chained_streams(model: Model, before: SummedRows | None) -> set[str]:
    """The streams whose rows are on one chain with those of another, in either state of the record."""
    both = (model.tables, {} if before is None else before.tables)
    return {name for tables in both for group in table_groups(tables) if len(group) > 1 for name in group}


def _change_chains(
    pool: Pool,
    model: Model,
    before: SummedRows | None,
    facts: Mapping[str, Array],
    chained: set[str],
    sums: tuple[Array, NDArray[np.int64]],
) -> None:
    """Take the rows of several streams on one chain off sums that are in the making, and add those of the new state, where any differ."""
    tables = {name: table for name, table in model.tables.items() if name in chained}
    gone = {} if before is None else {name: before.tables[name] for name in tables}
    if before is not None and all(_are_same(gone[name], before.facts[name], table, facts[name]) for name, table in tables.items()):
        return
    for state, sign in ((gone, -1), (tables, 1)):
        for group in table_groups(state):
            for density in pool.group_blocks(model, group):
                _add_rows(density, *sums, sign=sign)


def _known_density(before: SummedRows, name: str, first: int, end: int) -> tuple[Array] | None:
    """The log-likelihood of some rows of a stream, where all of them were added last."""
    begin, density = before.added.get(name, (0, np.empty((0, 0))))
    return (density[:, first - begin : end - begin],) if begin <= first < end <= begin + density.shape[1] else None


def _changed_rows(gone: RowTable, gone_facts: Array, table: RowTable, facts: Array) -> tuple[int, int, int]:
    """From which row on, and up to which row of either table, two tables differ."""
    if any(group_depends({table.stream.name: table}) for table in (gone, table)):
        same = gone_facts.shape == facts.shape and _origins(gone) == _origins(table) and np.array_equal(gone_facts, facts, equal_nan=True)
        return (len(table), len(table), len(gone)) if same else (0, len(table), len(gone))
    if gone_facts.shape[0] != facts.shape[0]:  # a range became known
        return 0, len(table), len(gone)
    shared = min(len(gone), len(table))
    first = _equal_columns(gone_facts[:, :shared], facts[:, :shared])
    left = shared - first
    last = _equal_columns(gone_facts[:, ::-1][:, :left], facts[:, ::-1][:, :left])
    return first, len(table) - last, len(gone) - last


def _are_same(gone: RowTable, gone_facts: Array, table: RowTable, facts: Array) -> bool:
    """Whether two tables have the same rows."""
    first, end, gone_end = _changed_rows(gone, gone_facts, table, facts)
    return first == end == gone_end


def _origins(table: RowTable) -> tuple[bytes, ...]:
    """Which rows are of one origin, and which are copies."""
    return () if table.entry is None else (table.entry.origins.tobytes(), table.entry.observations.tobytes())


def _equal_columns(one: Array, other: Array) -> int:
    """How many columns are equal before the first that is not."""
    differ = ((one != other) & ~(np.isnan(one) & np.isnan(other))).any(axis=0)
    return int(np.argmax(differ)) if differ.any() else differ.size


def _add_rows(density: Array, sums: Array, excluded: NDArray[np.int64], *, sign: int) -> None:
    """Add the log-likelihood of some rows, ``(draws, rows)``, to sums that are in the making, or take it off."""
    impossible = density < LEAST_LOG_DENSITY
    sums += sign * np.where(impossible, 0.0, density).sum(axis=1)
    excluded += sign * impossible.sum(axis=1)
