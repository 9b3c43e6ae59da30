"""What a model says its own rows would be: rows drawn again from draws of the parameters.

Behind predictive checks, the calibration of the engines, and ``export --netcdf``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.model.classes import added
from forecast.model.model import NUMPY, Array, Model, Table, totals_used
from forecast.model.unsound import Unsound, at_topic


def predict_rows(model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> dict[str, Array]:
    """Draw every recorded row again on each draw of the parameters.

    Days, covariates and labels stay as recorded; values are drawn in the order
    of the rows' days, so that a statement that uses ``total()`` sees the totals
    of the same imagined record.  Returns stream name to ``(draws, rows)``, or
    ``(draws, rows, classes)`` where rows count classes.
    Raises ``Unsound`` where a statement cannot be drawn from.
    """
    draws = max((len(values) for values in parameters.values()), default=1)
    drawn = {name: np.zeros((draws, *table.seen.shape[1:])) for name, table in model.tables.items()}
    used = totals_used(model.topic, *(table.stream.value for table in model.tables.values()))
    if not used:
        for name, table in model.tables.items():
            if len(table):
                drawn[name][:] = _draw(model, table, slice(None), {}, parameters, rng, draws)
        return drawn
    order = sorted((row.start, row.end, name, index) for name, table in model.tables.items() for index, row in enumerate(table.record.rows))
    for start, _, name, index in order:
        totals = {
            total: added(model.topic.streams[each.stream], drawn[each.stream])[total][
                :, [row.end < start for row in model.tables[each.stream].record.rows]
            ].sum(axis=1, keepdims=True)
            for total, each in used.items()
        }
        drawn[name][:, [index]] = _draw(model, model.tables[name], slice(index, index + 1), totals, parameters, rng, draws)
    return drawn


def _draw(
    model: Model,
    table: Table,
    rows: slice,
    totals: Mapping[str, Array],
    parameters: Mapping[str, NDArray[Any]],
    rng: np.random.Generator,
    draws: int,
) -> Array:
    scope = model.row_scope(table, parameters).plus(totals=totals)
    count = len(range(*rows.indices(len(table))))
    narrow = {name: scope.values[name][:, rows] for name in (*table.columns, *table.series)}
    kind, arguments = model.distribution(table.stream.value, scope.plus(values=narrow), NUMPY)
    try:
        values: Array = np.asarray(kind.draw(rng, (draws, count), **arguments), dtype=float)
    except ValueError as error:
        message = f"`{table.stream.value.text}` cannot be drawn from: {error}"
        raise Unsound(at_topic(model.topic, ("streams", table.stream.name, "value"), message)) from None
    return values
