"""Some rows of a model: their log-likelihood, worked out a few draws at a time, and rows that differ in what their statement uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.draw_blocks import blocks_of_draws, draw_count
from forecast.model.model import Model, Parameters, RowTable


def log_likelihood_of(model: Model, parameters: Parameters, columns: Sequence[int]) -> Array:
    """Return the log density of chosen rows at every draw, ``(draws, columns)``.

    ``columns`` are places in ``model.rows``, in any order.  A row is impossible, minus infinity, at a draw at which its statement makes no
    distribution: such draws are for whoever drew them to refuse.  A report's likelihood given those of its origin before it is
    that in the whole record.  No array that is made on the way is larger than the processor's cache, or those of one draw.
    """
    draws = draw_count(parameters)
    wanted = np.asarray(columns, dtype=np.intp)
    density = np.empty((draws, len(wanted)))
    first = 0
    for table in model.tables.values():
        places = np.flatnonzero((wanted >= first) & (wanted < first + len(table)))
        if len(places):
            own = wanted[places] - first
            needed = _with_earlier_of_origin(table, own)
            cut = model.with_tables({table.stream.name: table.at(needed)})
            at = np.searchsorted(needed, own)
            for some, chunk in blocks_of_draws(parameters, len(needed)):
                far = np.zeros(chunk.stop - chunk.start, dtype=bool)
                density[chunk, places] = cut.log_likelihood(some, near=far)[:, at]
        first += len(table)
    return density


def distinct_rows(model: Model, name: str) -> RowTable:
    """Return a stream's rows in their order, of those whose statement has equal arguments at least one; all where few are equal."""
    table, parts = model.tables[name], model.row_parts[name]
    grouped = len(parts) == 1 and parts[0][1].counts is not None
    return table.at(np.sort(parts[0][1].rows)) if grouped else table


def _with_earlier_of_origin(table: RowTable, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows in their order and, with them, those of the same origins, on which their likelihood depends."""
    if table.entry is None:
        return np.unique(rows)
    origins = table.entry.origins[0]
    return np.flatnonzero(np.isin(origins, origins[rows]))
