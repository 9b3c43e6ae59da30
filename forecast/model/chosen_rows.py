"""Some rows of a model: their log-likelihood, worked out a few draws at a time, and rows that differ in what their statement uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.chain_groups import table_groups
from forecast.model.draw_blocks import blocks_of_draws, draw_count
from forecast.model.model import Model, Parameters, RowTable
from forecast.model.regimes import cells_at_once


def log_likelihood_of(model: Model, parameters: Parameters, columns: Sequence[int]) -> Array:
    """Return the log density of chosen rows at every draw, ``(draws, columns)``.

    ``columns`` are places in ``model.rows``, in any order.  A row is impossible, minus infinity, at a draw at which its statement makes no
    distribution: such draws are for whoever drew them to refuse.  A report's likelihood given those of its origin before it, and that of
    a row given those before it in its chain, are those in the whole record.  No array that is made on the way is larger than the
    processor's cache, or those of one draw.
    """
    draws = draw_count(parameters)
    wanted = np.asarray(columns, dtype=np.intp)
    density = np.empty((draws, len(wanted)))
    ends = np.cumsum([len(table) for table in model.tables.values()], dtype=np.intp)
    firsts = {name: int(end) - len(table) for (name, table), end in zip(model.tables.items(), ends, strict=True)}
    for group in table_groups(model.tables):
        places = {name: np.flatnonzero((wanted >= firsts[name]) & (wanted < firsts[name] + len(table))) for name, table in group.items()}
        if not any(map(len, places.values())):
            continue
        own = {name: wanted[its] - firsts[name] for name, its in places.items()}
        needed = _with_rows_depended_on(group, own)
        cut = model.with_tables({name: table.at(needed[name]) for name, table in group.items()})
        before = np.cumsum([0, *(len(rows) for rows in needed.values())])
        at = np.concatenate([first + np.searchsorted(needed[name], own[name]) for first, name in zip(before[:-1], group, strict=True)])
        columns_of_group, entry = np.concatenate([*places.values()]), next(iter(group.values())).entry
        for some, chunk in blocks_of_draws(parameters, cut.row_count, cells=cells_at_once(entry)):
            far = np.zeros(chunk.stop - chunk.start, dtype=bool)
            density[chunk, columns_of_group] = cut.log_likelihood(some, near=far)[:, at]
    return density


def distinct_rows(model: Model, name: str) -> RowTable:
    """Return a stream's rows in their order, of those whose statement has equal arguments at least one; all where few are equal."""
    table, parts = model.tables[name], model.row_parts[name]
    grouped = len(parts) == 1 and parts[0][1].counts is not None
    return table.at(np.sort(parts[0][1].rows)) if grouped else table


def _with_rows_depended_on(group: Mapping[str, RowTable], rows: Mapping[str, NDArray[np.intp]]) -> dict[str, NDArray[np.intp]]:
    """Rows of each table in their order and, with them, those on which their likelihood depends: of the same origins, or of the same chain."""
    if len(group) > 1:
        return {name: np.arange(len(table)) for name, table in group.items()}
    ((name, table),) = group.items()
    if table.entry is None:
        return {name: np.unique(rows[name])}
    origins = table.entry.origins[0]
    return {name: np.flatnonzero(np.isin(origins, origins[rows[name]]))}
