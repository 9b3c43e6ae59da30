"""The rows that a model has for one task of a hub, as forecasts: quantiles with the median, a distribution function, samples, a mean.

Source of the format: hubverse-org/hubDocs, ``user-guide/model-output``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from forecast.forecasts.tables import RowCells
from forecast.forecasts.values import Form, ValueFault, forecast_value_text, parse_value

OUTPUT_TYPES = ("mean", "median", "quantile", "cdf", "pmf", "sample")
NO_ID = frozenset({"", "NA"})
SAMPLES, MEAN, CDF = "samples", "mean", "cdf"  # what is added to a model's name where it says a thing in several ways
_EVEN = 1e-9


@dataclass(frozen=True, slots=True)
class OutputRow:
    """A row of model output: its line, what it is of, and its value."""

    line: int
    id: str
    value: float


@dataclass(frozen=True, slots=True)
class TaskForecast:
    """A forecast of a task: what is added to the model's name, its form and cell; and the cells of the scale that a distribution function needs."""

    line: int
    form: Form
    value: str
    way: str = ""
    scale: RowCells | None = None


type RowsByType = Mapping[str, Sequence[OutputRow]]


def task_forecasts(rows: RowsByType, categories: Sequence[str], leave_out: Callable[[OutputRow, str], None]) -> Iterator[TaskForecast]:
    """Yield the forecasts that rows of one task make; rows that make none are left out.

    ``categories`` are those of the target, none for a number.  Quantiles, with the median among them, stand under the model's own name,
    and so does a distribution function where there are none; samples and a mean under names of their own.
    """

    def forecasts_of(kind: str, make: Callable[[Sequence[OutputRow]], TaskForecast]) -> Iterator[TaskForecast]:
        given = rows.get(kind, ())
        if not given:
            return
        try:
            yield make(given)
        except ValueFault as fault:
            for row in given:
                leave_out(row, fault.message)

    if categories:
        for kind in rows:
            for row in rows[kind] if kind != "pmf" else ():
                leave_out(row, f"the target has categories, and `{kind}` is of a number")
        yield from forecasts_of("pmf", lambda given: _of_categories(given, categories))
        return
    yield from _quantiles(rows, leave_out)
    has_points = bool(rows.get("quantile")) or bool(rows.get("median"))
    yield from forecasts_of("cdf", lambda given: _distribution(given, CDF if has_points else ""))
    yield from forecasts_of("pmf", lambda given: _masses(given, "pmf" if has_points or rows.get("cdf") else ""))
    yield from forecasts_of("sample", _samples)
    yield from forecasts_of("mean", lambda given: TaskForecast(given[0].line, "number", _cell_of("number", repr(given[0].value)), MEAN))


def _quantiles(rows: RowsByType, leave_out: Callable[[OutputRow, str], None]) -> Iterator[TaskForecast]:
    """Quantiles with the median; where the median is another than the quantile at 0.5, it is left out."""
    given = {float(row.id): row for row in rows.get("quantile", ())}
    for row in rows.get("median", ()):
        if 0.5 not in given:
            given[0.5] = OutputRow(row.line, "0.5", row.value)
        elif given[0.5].value < row.value or given[0.5].value > row.value:
            leave_out(row, f"the median is {row.value:g}, and the quantile at 0.5 is {given[0.5].value:g}")
    if not given:
        return
    ordered = sorted(given.items())
    try:
        text = _cell_of("quantiles", json.dumps([[level, row.value] for level, row in ordered]))
    except ValueFault as fault:
        for _, row in ordered:
            leave_out(row, fault.message)
        return
    yield TaskForecast(min(row.line for _, row in ordered), "quantiles", text)


def _of_categories(rows: Sequence[OutputRow], categories: Sequence[str]) -> TaskForecast:
    given = {row.id: row.value for row in rows}
    if unknown := [label for label in given if label not in categories]:
        raise ValueFault(f"`{unknown[0]}` is no category of the target, which has {', '.join(categories)}")
    shares = {label: given.get(label, 0.0) for label in categories}
    return TaskForecast(rows[0].line, "options", _cell_of("options", json.dumps(shares, ensure_ascii=False)))


def _masses(rows: Sequence[OutputRow], way: str) -> TaskForecast:
    pairs = sorted((float(row.id), row.value) for row in rows)
    return TaskForecast(rows[0].line, "pmf", _cell_of("pmf", json.dumps(pairs)), way)


def _samples(rows: Sequence[OutputRow]) -> TaskForecast:
    """Samples in the order of the file, so that the same place in two tasks is the same sample."""
    return TaskForecast(rows[0].line, "samples", _cell_of("samples", json.dumps([row.value for row in rows])), SAMPLES)


def _distribution(rows: Sequence[OutputRow], way: str) -> TaskForecast:
    """A distribution function at places that are evenly spaced; at others it stands as quantiles, where it rises from each to the next."""
    pairs = sorted((float(row.id), row.value) for row in rows)
    places, heights = [place for place, _ in pairs], [height for _, height in pairs]
    steps = [after - before for before, after in pairwise(places)]
    if steps and all(math.isclose(step, (places[-1] - places[0]) / len(steps), rel_tol=_EVEN) for step in steps):
        text = _cell_of("cdf", json.dumps(heights))
        scale = {"low": repr(places[0]), "high": repr(places[-1]), "low_open": "yes", "high_open": "yes", "steps": str(len(steps))}
        return TaskForecast(rows[0].line, "cdf", text, way, scale)
    inner = [[height, place] for place, height in pairs if 0 < height < 1]
    if len(inner) < len(pairs):
        raise ValueFault("the places of this distribution function are not evenly spaced, and it is 0 or 1 at some of them")
    return TaskForecast(rows[0].line, "quantiles", _cell_of("quantiles", json.dumps(inner)), way)


def _cell_of(form: Form, text: str) -> str:
    """A cell as the book writes it; raises ``ValueFault`` where it is no value of its form."""
    return forecast_value_text(form, parse_value(form, text))
