"""What a stream's statement is read with over some days: clocks, series, totals at their start, and quantities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from forecast.book.topic import Stream
from forecast.language.arrays import Array
from forecast.language.evaluate import Scope, with_quantities
from forecast.language.expressions import Expression
from forecast.language.ops import NUMPY
from forecast.model.bounds import SHARE_UNIT, share_fault
from forecast.model.errors import Unsound, topic_problem
from forecast.model.forward_streams import needed_columns
from forecast.model.model import Model, calendar_code, calendars, clocks
from forecast.model.record import series_share
from forecast.model.used_names import series_and_streams_used


@dataclass(frozen=True, slots=True)
class Needs:
    """What the statements of streams that are drawn together need, read from them once.

    ``expressions`` are the statements' arguments, and ``columns`` each stream's own columns that its statement uses.
    """

    series: tuple[str, ...]
    expressions: tuple[Expression, ...]
    columns: Mapping[str, tuple[str, ...]]


def needs_of(model: Model, streams: Sequence[Stream]) -> Needs:
    """Return what the statements of some of a model's streams need."""
    statements = [stream.value for stream in streams]
    expressions = tuple(expression for statement in statements for expression in statement.arguments.values())
    return Needs(
        series_and_streams_used(model.topic, *statements)[0], expressions, {stream.name: needed_columns(stream) for stream in streams}
    )


def step_scope(
    model: Model,
    streams: Sequence[Stream],
    parameters: Mapping[str, Any],
    totals: Mapping[str, Array],
    start: date,
    end: date,
    *,
    needs: Needs | None = None,
) -> Scope:
    """What the statements of one step's streams have in common: clocks, series, totals at its start, and quantities worked out once.

    ``needs`` are the streams', where they have been found before.
    """
    needs = needs or needs_of(model, streams)
    bare = model.scope(parameters)
    values = dict(bare.values)
    values.update((name, np.array([[value]])) for name, value in clocks(model.topic, start, end, model.as_of).items())
    values.update((step, np.array([[calendar_code(model.topic, step, start, end)]])) for step in calendars(model.topic))
    for name, regime in model.topic.regimes.items():
        if name in parameters:
            values[name] = parameters[name][:, [calendar_code(model.topic, regime.step, start, end)]]
    for name in needs.series:
        try:
            share = series_share(model.topic.series[name], start, end, as_of=model.as_of)
        except LookupError as error:
            raise Unsound(topic_problem(model.topic, ("series", name), str(error))) from None
        values[name] = model.series_value(name, share.known, share.later_share, bare)

    def look(name: str, value: Any) -> None:
        if model.topic.quantities[name].unit == SHARE_UNIT and (message := share_fault(name, value, None, of="simulated paths")):
            raise Unsound(topic_problem(model.topic, ("quantities", name), f"{message} ({start} to {end})"))

    return with_quantities(replace(bare, values=values, totals=totals), needs.expressions, NUMPY, look=look)
