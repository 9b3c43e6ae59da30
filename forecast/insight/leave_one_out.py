"""Leverage: the answers had nothing been learnt from a row, a source, a grade, or a whole stream.

Only the learning is undone: what happened stays as it happened, so totals, and
questions that the record has settled, do not change.  Each variation takes
columns out of the matrix of log-likelihoods.  Where the weights that leaves do not
carry, those of a wider pool may; where they do not either, the model is
conditioned afresh without those rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from forecast.insight.baseline import Baseline, UnknownVariation, VariedMeasures, redraw_measures, refit_measures, reweight_measures
from forecast.insight.reweighting import Pool, with_rows
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.schema.insight import LeverageContent

MOST_ROWS_ONE_BY_ONE = 300  # of a record longer than this, rows are left out by source, grade and stream, not one by one


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows to be left out together, as columns of the log-likelihood."""

    kind: Literal["row", "source", "grade", "stream"]
    name: str
    stream: str
    row: int | None
    columns: tuple[int, ...]


def leverage(basis: Baseline, wide: Pool | None = None) -> tuple[list[LeverageContent], list[str]]:
    """Return the answers without each group of rows, and a sentence for each that could not be given.

    ``wide`` is a pool of draws from more than the published posterior, to be
    tried before the model is conditioned afresh.
    """
    matrix = basis.pool.log_likelihood(basis.model)
    contents: list[LeverageContent] = []
    notes: list[str] = []
    for group in row_groups(basis.model):
        try:
            varied = measures_without(basis, group, matrix, wide)
        except (UnknownVariation, Unsound) as reason:
            notes.append(f"What the answers would be without {_group_text(group)} is not known: {reason}.")
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


def measures_without(basis: Baseline, group: RowGroup, matrix: Array, wide: Pool | None = None) -> VariedMeasures:
    """Return the measures without a group of rows; ``matrix`` is the log-likelihood ``(draws, rows)`` at the pool's draws."""
    columns, posterior, model = list(group.columns), basis.analysis.result.posterior, model_without(basis.model, group)
    if any(table.entry is not None and table.entry.is_shared for table in basis.model.tables.values()):
        # what one report of an origin says depends on the others
        gone = basis.pool.total(model) - matrix.sum(axis=1)
        own = model.log_likelihood(posterior.parameters).sum(axis=1) - posterior.log_likelihood.sum(axis=1)
    else:
        gone, own = -matrix[:, columns].sum(axis=1), -posterior.row_log_likelihood(columns).sum(axis=1)
    varied = reweight_measures(basis, gone, own)
    if varied is not None:
        return varied
    return (None if wide is None else redraw_measures(basis, model, wide)) or refit_measures(basis, model)


def model_without(model: Model, group: RowGroup) -> Model:
    """Return the model that has learnt nothing from a group of rows."""
    kept: dict[str, list[int]] = {name: [] for name in model.tables}
    index = 0
    for name, table in model.tables.items():
        for row in range(len(table)):
            if index not in group.columns:
                kept[name].append(row)
            index += 1
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
            return f"the row of {group.stream} on {group.name}"
        case "grade":
            return f"the rows of grade {group.name}"
        case _:
            return f"the rows of the {group.kind} `{group.name}`"
