"""Predictive checks: a stream's record beside records that its own posterior would make.

A statistic far out in the tail says that the statement, not only its numbers,
does not suit the record (Rubin 1984, doi:10.1214/aos/1176346785).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Stream, Topic
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.arrays import Array
from forecast.language.expressions import indexed_name
from forecast.model.additive import adds_up
from forecast.model.classes import added_totals
from forecast.model.draw_blocks import blocks_of_draws
from forecast.model.model import Model
from forecast.predict.posterior_predictive import predict_rows
from forecast.schema.insight import PredictiveCheckContent

SUSPECT = 0.01  # a tail below which some 2,000 draws cannot tell how far out it is
FAR_TAIL_DRAWS = 65_536  # draws that can tell 0.1 % from 0.2 %
FAR_TAIL_BATCH = 2_048  # of them

CELLS_PREDICTED = 2**23  # draws times rows that are predicted at once: 64 MB

type Statistic = str  # "sum" ("mean" where values do not add up), "largest", "share of zeros"; of a stream of classes "number of" each


@dataclass(frozen=True, slots=True)
class PredictiveCheck:
    """A statistic as seen and its 5, 25, 50, 75 and 95 % points as predicted; ``tail`` is two-sided."""

    stream: str
    statistic: Statistic
    seen: float
    quantiles: tuple[float, ...]
    tail: float


def predictive_checks(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, every: Mapping[str, NDArray[Any]] | None = None
) -> tuple[PredictiveCheck, ...]:
    """Compare each stream's rows with rows drawn again on draws of the posterior, about 2,000 of them.

    The tail is twice the smaller share of draws at or below, and at or above,
    what was seen; at most 1.  A tail below 1 % is measured again on 65,536 records, made on ``every`` draw there is in turn.
    Ranges and copies are left out; streams without other rows have none.  Raises ``Unsound``
    where a statement cannot be drawn from.
    """
    checks = []
    for (name, statistic), (seen, predicted) in _predictive_statistics(model, parameters, rng).items():
        points = np.quantile(predicted, QUANTILE_LEVELS, method="inverted_cdf")
        checks.append(PredictiveCheck(name, statistic, seen, tuple(points.tolist()), _two_sided_tail(seen, predicted)))
    if any(check.tail < SUSPECT for check in checks):
        return _refine_tails(model, checks, every or parameters, rng)
    return tuple(checks)


def _refine_tails(
    model: Model, checks: list[PredictiveCheck], every: Mapping[str, NDArray[Any]], rng: np.random.Generator
) -> tuple[PredictiveCheck, ...]:
    """Checks with the tails of those that are far out measured on many more records."""
    count = max((len(values) for values in every.values()), default=1)
    more: dict[tuple[str, Statistic], list[Array]] = {(check.stream, check.statistic): [] for check in checks if check.tail < SUSPECT}
    for begun in range(0, FAR_TAIL_DRAWS, FAR_TAIL_BATCH):
        picked = np.arange(begun, begun + FAR_TAIL_BATCH) % count
        drawn = _predictive_statistics(model, {name: values[picked] for name, values in every.items()}, rng)
        for key, values in more.items():
            values.append(drawn[key][1])
    return tuple(
        replace(check, tail=_two_sided_tail(check.seen, np.concatenate(more[check.stream, check.statistic])))
        if (check.stream, check.statistic) in more
        else check
        for check in checks
    )


def _predictive_statistics(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator
) -> dict[tuple[str, Statistic], tuple[float, Array]]:
    """Each statistic of each stream as seen, and ``(draws,)`` as predicted; the rows of a long record are predicted at some draws at a time."""
    blocks = [_statistics_of_draws(model, some, rng) for some, _ in blocks_of_draws(parameters, model.row_count, cells=CELLS_PREDICTED)]
    return {key: (seen, np.concatenate([block[key][1] for block in blocks])) for key, (seen, _) in blocks[0].items()}


def _statistics_of_draws(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator
) -> dict[tuple[str, Statistic], tuple[float, Array]]:
    drawn = predict_rows(model, parameters, rng)
    statistics = {}
    for name, rows in model.tables.items():
        known = np.ones(len(rows), dtype=bool) if rows.entry is None else rows.entry.is_counted & ~rows.entry.ranged
        if known.any():
            for statistic, of in _statistics(model.topic, rows.stream).items():
                statistics[name, statistic] = float(of(rows.seen[:, known])[0]), of(drawn[name][:, known])
    return statistics


def _two_sided_tail(seen: float, predicted: Array) -> float:
    """The two-sided tail of what was seen among what was predicted, ``(draws,)``."""
    return min(1.0, 2 * min(float((predicted <= seen).mean()), float((predicted >= seen).mean())))


def checks_content(checks: tuple[PredictiveCheck, ...]) -> list[PredictiveCheckContent]:
    """Return predictive checks as plain data."""
    return [
        {"stream": check.stream, "statistic": check.statistic, "seen": check.seen, "quantiles": list(check.quantiles), "tail": check.tail}
        for check in checks
    ]


def _statistics(topic: Topic, stream: Stream) -> dict[Statistic, Callable[[Array], Array]]:
    """Each statistic of rows ``(draws, rows)``, or ``(draws, rows, classes)``."""
    if stream.classes:
        return {f"number of {label}": partial(_number_of, stream, label) for label in stream.classes}
    whole: dict[Statistic, Callable[[Array], Array]] = (
        {"sum": lambda rows: rows.sum(axis=1)} if adds_up(topic, stream) else {"mean": lambda rows: rows.mean(axis=1)}
    )
    return {
        **whole,
        "largest": lambda rows: rows.max(axis=1),
        "share of zeros": lambda rows: (rows == 0).mean(axis=1),
    }


def _number_of(stream: Stream, label: str, rows: Array) -> Array:
    counts: Array = added_totals(stream, rows)[indexed_name(stream.name, label)].sum(axis=1)
    return counts
