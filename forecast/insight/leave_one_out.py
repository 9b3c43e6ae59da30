"""Leverage: the answers had nothing been learnt from a row, a source, a grade, or a whole stream.

Only the learning is undone: what happened stays as it happened, so totals, and
questions that the record has settled, do not change.  Each variation takes
the rows' log-likelihood off the weights of the published paths; those of a topic with hidden regimes are drawn anew, since
the states depend on the rows.  Where what is left does not
carry, paths on wider draws are weighed, with Pareto smoothing; where that does not carry either, the model is
conditioned afresh without those rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.inference.posterior import BLOCK_CELLS
from forecast.insight.baseline import (
    Baseline,
    UnknownVariation,
    VariedMeasures,
    refit_measures,
    resimulate_measures,
    reweight_measures,
    thin_draws,
    weigh_thin_draws,
)
from forecast.insight.reweighting import with_rows
from forecast.insight.wide_paths import WidePaths, refit_wide_paths, weigh_wide_paths
from forecast.language.arrays import Array
from forecast.model.chain_groups import group_depends, table_groups
from forecast.model.chosen_rows import log_likelihood_of
from forecast.model.draw_blocks import draw_count
from forecast.model.errors import Unsound
from forecast.model.model import Model, RowTable
from forecast.schema.insight import LeverageContent
from forecast.sentences.named import quoted_name

MOST_ROWS_ONE_BY_ONE = 300  # of a record longer than this, rows are left out by source, grade and stream, not one by one


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows to be left out together, as columns of the log-likelihood."""

    kind: Literal["row", "source", "grade", "stream"]
    name: str
    stream: str
    row: int | None
    columns: tuple[int, ...]


def leverage(basis: Baseline, wide: WidePaths | None = None) -> tuple[list[LeverageContent], list[str]]:
    """Return the answers without each group of rows, and a sentence for each that could not be given.

    ``wide`` are paths on draws from more than the published posterior, to be
    tried before the model is conditioned afresh.  Groups of the same rows are worked out once.
    """
    groups = list(row_groups(basis.model))
    known: dict[tuple[int, ...], VariedMeasures | str] = {}
    for group, gone in zip(groups, gone_with(basis, groups), strict=True):
        if group.columns in known:
            continue
        try:
            known[group.columns], wide = measures_without(basis, group, gone, wide)
        except (UnknownVariation, Unsound) as reason:
            known[group.columns] = str(reason)
    contents: list[LeverageContent] = []
    notes: list[str] = []
    for group in groups:
        varied = known[group.columns]
        if isinstance(varied, str):
            notes.append(f"What the answers would be without {_group_text(group)} is not known: {varied}.")
            continue
        contents.append(
            {
                "kind": group.kind,
                "name": group.name,
                "stream": group.stream,
                "row": group.row,
                "rows": len(group.columns),
                "values": varied.estimates(),
                "pareto_k": varied.shown_k,
                "refitted": varied.refitted,
            }
        )
    return contents, notes


def measures_without(
    basis: Baseline, group: RowGroup, gone: tuple[Array, Array], wide: WidePaths | None = None
) -> tuple[VariedMeasures, WidePaths | None]:
    """Return the measures without a group of rows, and the wide paths, which may have grown.

    ``gone`` is what the log-likelihood loses with the rows, at the paths' draws and at the engine's own.
    """
    if basis.model.topic.regimes:
        return _measures_with_other_states(basis, model_without(basis.model, group), gone), wide
    varied = reweight_measures(basis, *gone)
    if varied is not None:
        return varied, wide
    model = model_without(basis.model, group)
    if wide is None:
        return refit_measures(basis, model), None
    varied = weigh_wide_paths(basis, wide, model)
    return (varied, wide) if varied is not None else refit_wide_paths(basis, wide, model)


def _measures_with_other_states(basis: Baseline, model: Model, gone: tuple[Array, Array]) -> VariedMeasures:
    """The measures of a model whose hidden states are others, too, at the same parameters: on paths drawn anew, or conditioned afresh."""
    weights = weigh_thin_draws(basis, *gone)
    return (
        refit_measures(basis, model) if weights is None else resimulate_measures(basis, model, thin_draws(basis.pool.parameters), weights)
    )


def gone_with(basis: Baseline, groups: Sequence[RowGroup]) -> Iterator[tuple[Array, Array]]:
    """Yield what the log-likelihood gains when nothing is learnt from each group, at the draws of the paths and at the engine's own, ``(draws,)``.

    The rows' columns are read once for all groups, a few at a time.  Where several reports are of one origin, or several rows on one chain,
    what each says depends on the others, so that of those that are left is worked out anew.
    """
    model, posterior = basis.model, basis.analysis.result.posterior
    both = (basis.pool.parameters, posterior.parameters)
    sums = [_sums_by_group(model, draws, groups) for draws in both]
    for place, group in enumerate(groups):
        moved = _dependent_rows(model, group)
        rest = model_without(model, group) if moved else model
        gained = [_change_of_rest(model, rest, draws, moved) if moved else 0.0 for draws in both]
        yield gained[0] - sums[0][place], gained[1] - sums[1][place]


def _dependent_rows(model: Model, group: RowGroup) -> list[tuple[int, int]]:
    """The rows left of the origins and chains of those that go, as columns of the log-likelihood with them and without: what these say depends on what is gone."""
    gone = np.asarray(group.columns, dtype=np.intp)
    sizes = [len(table) for table in model.tables.values()]
    starts = dict(zip(model.tables, np.cumsum([0, *sizes[:-1]]).tolist(), strict=True))
    left: list[int] = []
    for tables in table_groups(model.tables):
        columns = np.concatenate([starts[name] + np.arange(len(table)) for name, table in tables.items()])
        own = columns[np.isin(columns, gone)]
        if len(own) and group_depends(tables):
            left += [column for column in _on_same(tables, starts, columns, own).tolist() if column not in group.columns]
    return [(column, column - int((gone < column).sum())) for column in sorted(left)]


def _on_same(
    tables: Mapping[str, RowTable], starts: Mapping[str, int], columns: NDArray[np.intp], own: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Of the columns of tables that enter together those of the same origin as some of them; all, where several tables are on one chain."""
    if len(tables) > 1:
        return columns
    ((name, table),) = tables.items()
    if table.entry is None:
        return own
    origins = table.entry.origins[0]
    return columns[np.isin(origins, origins[own - starts[name]])]


def _change_of_rest(model: Model, rest: Model, draws: Mapping[str, NDArray[Any]], moved: Sequence[tuple[int, int]]) -> Array:
    """How the log-likelihood of rows that stay, given as columns of both models, changes with those that are gone, ``(draws,)``."""
    before, after = zip(*moved, strict=True)
    change: Array = _sum_of_columns(rest, draws, after) - _sum_of_columns(model, draws, before)
    return change


def _sum_of_columns(model: Model, draws: Mapping[str, NDArray[Any]], columns: Sequence[int]) -> Array:
    """The log-likelihood of chosen rows together at every draw, ``(draws,)``; no more than a block of rows is held at once."""
    count = draw_count(draws)
    block = max(1, BLOCK_CELLS // count)
    total = np.zeros(count)
    for begin in range(0, len(columns), block):
        total += log_likelihood_of(model, draws, columns[begin : begin + block]).sum(axis=1)
    return total


def _sums_by_group(model: Model, draws: Mapping[str, NDArray[Any]], groups: Sequence[RowGroup]) -> Array:
    """The log-likelihood of each group's rows together at every draw, ``(groups, draws)``; no more than a block of rows is held at once."""
    count = draw_count(draws)
    sums = np.zeros((len(groups), count))
    block = max(1, BLOCK_CELLS // count)
    for begin in range(0, model.row_count, block):
        columns = range(begin, min(begin + block, model.row_count))
        density = log_likelihood_of(model, draws, columns).T
        for place, group in enumerate(groups):
            own = [column - begin for column in group.columns if column in columns]
            if own:
                sums[place] += density[own].sum(axis=0)
    return sums


def model_without(model: Model, group: RowGroup) -> Model:
    """Return the model that has learnt nothing from a group of rows."""
    gone = set(group.columns)
    kept: dict[str, list[int]] = {}
    index = 0
    for name, table in model.tables.items():
        kept[name] = [row for row in range(len(table)) if index + row not in gone]
        index += len(table)
    return with_rows(model, kept)


def row_groups(model: Model) -> Iterator[RowGroup]:
    """Yield every row, then every source, grade and stream that has several rows."""
    rows = model.rows
    places = [(name, index) for name, table in model.tables.items() for index in range(len(table))]
    if len(rows) <= MOST_ROWS_ONE_BY_ONE:
        for column, ((stream, row), (_, index)) in enumerate(zip(rows, places, strict=True)):
            yield RowGroup("row", row.start.isoformat(), stream, index, (column,))
    labels: list[tuple[Literal["source", "grade", "stream"], list[str]]] = [
        ("source", [row.source for _, row in rows]),
        ("grade", [row.grade or "" for _, row in rows]),
        ("stream", [stream for stream, _ in rows]),
    ]
    for kind, of_rows in labels:
        for label in dict.fromkeys(of_rows):
            columns = tuple(column for column, other in enumerate(of_rows) if other == label)
            if label and (len(columns) > 1 or kind == "grade"):
                yield RowGroup(kind, label, label if kind == "stream" else "", None, columns)


def _group_text(group: RowGroup) -> str:
    match group.kind:
        case "row":
            return f"the row of {quoted_name(group.stream)} on {group.name}"
        case "grade":
            return f"the rows of grade {group.name}"
        case _:
            return f"the rows of the {group.kind} `{group.name}`"
