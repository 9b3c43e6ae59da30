"""What a model says its own rows would be: rows drawn again from draws of the parameters.

Behind predictive checks, the calibration of the engines, and ``export --netcdf``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.language.evaluate import evaluate
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement
from forecast.model.classes import added_totals
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import Model, RowTable
from forecast.model.regime_draws import with_fresh_states
from forecast.model.used_names import totals_used


def predict_rows(model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> dict[str, Array]:
    """Draw every recorded row again on each draw of the parameters.

    Days, covariates and labels stay as recorded; values are drawn in the order
    of the rows' days, so that a statement that uses ``total()`` sees the totals
    of the same imagined record.  What is drawn is what a report says: a report
    that may be wrong is so with its probability, together with all of its origin,
    and copies say the same.  States of hidden regimes are drawn anew too.  A row of which a range was known gets a value.
    Returns stream name to ``(draws, rows)``, or ``(draws, rows, classes)`` where
    rows count classes.  Raises ``Unsound`` where a statement cannot be drawn from.
    """
    draws = max((len(values) for values in parameters.values()), default=1)
    parameters = with_fresh_states(model, parameters, rng)
    drawn = {name: np.zeros((draws, *table.seen.shape[1:])) for name, table in model.tables.items()}
    lots = {
        name: rng.random((draws, len(table)))[:, table.entry.origins[0]]  # one lot for all reports of an origin
        for name, table in model.tables.items()
        if table.entry is not None and table.stream.reliability is not None
    }
    used = totals_used(model.topic, *(table.stream.value for table in model.tables.values()))
    if not used:
        for name, table in model.tables.items():
            if len(table):
                drawn[name][:] = _draw_rows(model, table, slice(None), {}, parameters, rng, draws=draws, lots=lots.get(name))
        return {name: _with_copies(model.tables[name], values) for name, values in drawn.items()}
    order = sorted((row.start, row.end, name, index) for name, table in model.tables.items() for index, row in enumerate(table.record.rows))
    for start, _, name, index in order:
        totals = {
            total: added_totals(model.topic.streams[source.stream], drawn[source.stream])[total][
                :, _counted_rows(model.tables[source.stream]) & _ended_rows(model.tables[source.stream], start)
            ].sum(axis=1, keepdims=True)
            for total, source in used.items()
        }
        lot = lots[name][:, [index]] if name in lots else None
        drawn[name][:, [index]] = _draw_rows(
            model, model.tables[name], slice(index, index + 1), totals, parameters, rng, draws=draws, lots=lot
        )
    return {name: _with_copies(model.tables[name], values) for name, values in drawn.items()}


def _ended_rows(table: RowTable, day: date) -> NDArray[np.bool_]:
    return np.array([row.end < day for row in table.record.rows], dtype=bool)


def _counted_rows(table: RowTable) -> NDArray[np.bool_]:
    return np.ones(len(table), dtype=bool) if table.entry is None else table.entry.is_counted


def _with_copies(table: RowTable, values: Array) -> Array:
    """The values with those of copies as the first of them has it."""
    if table.entry is None:
        return values
    _, first, which = np.unique(table.entry.observations[0], return_index=True, return_inverse=True)
    return values[:, first[which]]


def _draw_rows(
    model: Model,
    table: RowTable,
    rows: slice,
    totals: Mapping[str, Array],
    parameters: Mapping[str, NDArray[Any]],
    rng: np.random.Generator,
    *,
    draws: int,
    lots: Array | None,
) -> Array:
    """Draw some rows of a table; ``lots``, uniform ``(draws, rows)``, decide which reports are right."""
    stream = table.stream
    scope = model.row_scope(table, parameters).plus(totals=totals)
    count = len(range(*rows.indices(len(table))))
    scope = scope.plus(values={name: scope.values[name][:, rows] for name in (*table.columns, *table.series)})

    def draw_from(statement: Statement, key: str) -> Array:
        kind, arguments = model.distribution(statement, scope, NUMPY)
        try:
            return np.asarray(kind.draw(rng, (draws, count), **arguments), dtype=float)
        except ValueError as error:
            message = f"`{statement.text}` cannot be drawn from: {error}"
            raise Unsound(topic_problem(model.topic, ("streams", stream.name, key), message)) from None

    right = draw_from(stream.value, "value")
    if lots is None or stream.wrong is None or stream.reliability is None:
        return right
    return np.where(lots < evaluate(stream.reliability, scope, NUMPY), right, draw_from(stream.wrong, "wrong"))
