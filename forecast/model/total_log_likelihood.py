"""The log-likelihood of all rows together, at each draw.

Rows with equal arguments are counted once (``sufficient_statistics``); the others are added up in blocks that stay in the
processor's cache.  Neither says which row has no density: where a total is not finite, the rows are worked out one by one,
so that what is wrong is found, told and left out exactly as ``Model.log_likelihood`` does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.chain_groups import table_groups
from forecast.model.draw_blocks import CELLS_AT_ONCE, blocks_of_draws, choose_draws, draw_count
from forecast.model.errors import Unsound
from forecast.model.model import Model, Parameters, RowTable
from forecast.model.regimes import cells_at_once
from forecast.model.sufficient_statistics import RowPart


def total_log_likelihood(model: Model, parameters: Parameters, *, near: NDArray[np.bool_] | None = None) -> Array:
    """Return the sum over all rows of the log density of each, ``(draws,)``.

    It is that of ``Model.log_likelihood``, but for rounding, and raises as that does; ``near`` is as there.  Rows so unlikely
    together that no float holds it are impossible.
    """
    total = np.zeros(draw_count(parameters))
    try:
        for group in table_groups(model.tables):
            if any(map(len, group.values())):
                with np.errstate(over="ignore", invalid="ignore"):
                    total = total + _total_of_group(model, group, parameters, near)
    except Unsound:
        for some, chunk in blocks_of_draws(parameters, model.row_count, cells=CELLS_AT_ONCE):
            model.log_likelihood(some, near=None if near is None else near[chunk])  # says how many of the draws, and names the row
        raise
    return total


def draws_to_look_at(model: Model, name: str, parameters: Parameters) -> NDArray[np.bool_]:
    """Return at which draws the rows of a stream must be looked at one by one: at all others each has a density, or all are impossible, ``(draws,)``."""
    if model.tables[name].entry is not None:
        return np.ones(draw_count(parameters), dtype=bool)
    return _sum_parts(model, name, parameters)[1]


def _total_of_group(model: Model, group: Mapping[str, RowTable], parameters: Parameters, near: NDArray[np.bool_] | None) -> Array:
    (name, table), draws = next(iter(group.items())), draw_count(parameters)
    if table.entry is not None:
        return _sum_rows(model, group, parameters, near)
    total, doubtful = _sum_parts(model, name, parameters)
    if doubtful.any():
        total[doubtful] = _sum_rows(model, group, choose_draws(parameters, doubtful, draws), None if near is None else near[doubtful])
    return total


def _sum_parts(model: Model, name: str, parameters: Parameters) -> tuple[Array, NDArray[np.bool_]]:
    """The total of a stream's rows from their parts, and at which draws it may be none, ``(draws,)`` each."""
    table, draws = model.tables[name], draw_count(parameters)
    total, doubtful = np.zeros(draws), np.zeros(draws, dtype=bool)
    for own, part in model.row_parts[name]:
        for some, chunk in blocks_of_draws(parameters, len(own)):
            total[chunk] += _sum_densities(model, own, part, some)
        if part.ends is not None and (unlikely := np.flatnonzero(~np.isfinite(total))).size:
            doubtful[unlikely] = ~_are_impossible(model, table.at(part.ends), choose_draws(parameters, unlikely, draws))
            total[unlikely] = -np.inf
    return total, doubtful | np.isnan(total)


def _are_impossible(model: Model, ends: RowTable, parameters: Parameters) -> NDArray[np.bool_]:
    """At which draws a row with the least or greatest value of a group is impossible, and with it the group, ``(draws,)``; not where one has no density."""
    impossible = np.empty(draw_count(parameters), dtype=bool)
    for some, chunk in blocks_of_draws(parameters, len(ends)):
        with np.errstate(all="ignore"):
            kind, arguments = model.distribution(ends.stream.value, model.row_scope(ends, some))
            density = np.broadcast_to(kind.log_density(ends.seen, **arguments), (draw_count(some), len(ends)))
        impossible[chunk] = np.isneginf(density).any(axis=1) & ~np.isnan(density).any(axis=1)
    return impossible


def _sum_densities(model: Model, table: RowTable, part: RowPart, parameters: Parameters) -> Array:
    """The log density of a part's rows summed, ``(draws,)``, NaN where a statement makes no distribution; ``table`` has the part's rows."""
    with np.errstate(all="ignore"):
        kind, arguments = model.distribution(table.stream.value, model.row_scope(table, parameters))
        if part.counts is None:
            density = kind.log_density(table.seen, **arguments)
        elif part.statistics is None:
            density = part.counts * kind.log_density(table.seen, **arguments)
        else:
            density = kind.log_density_sums(part.counts, part.statistics, **arguments)
        total: Array = np.broadcast_to(density, (draw_count(parameters), len(table))).sum(axis=1)
    return total


def _sum_rows(model: Model, group: Mapping[str, RowTable], parameters: Parameters, near: NDArray[np.bool_] | None) -> Array:
    """The log-likelihood of tables that enter together, ``(draws,)``, worked out row by row."""
    total, alone = np.empty(draw_count(parameters)), model.with_tables(group)
    entry = next(iter(group.values())).entry
    for some, chunk in blocks_of_draws(parameters, alone.row_count, cells=cells_at_once(entry)):
        total[chunk] = alone.log_likelihood(some, near=None if near is None else near[chunk]).sum(axis=1)
    return total
