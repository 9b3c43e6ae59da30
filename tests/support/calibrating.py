"""Simulation-based calibration: whether an engine's posteriors mean what they say, on any model.

Draw parameters from the prior, draw the record's rows from them, condition on
those rows: the rank of the true value among the posterior's draws is uniform
(Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecast.book.classes import count_column, is_counted
from forecast.book.topic import Row, Stream
from forecast.book.value_range import ValueRange
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.model.model import Model, model_as_of
from forecast.predict.posterior_predictive import predict_rows

RANKS = 99  # posterior draws a true value is ranked among
STUDIED = 240  # replications
LEVEL = 0.01  # how often a sound engine fails the test, over all parameters of a model together


@dataclass(frozen=True, slots=True)
class Worst:
    """The parameter (with its label) whose ranks look least uniform, and the p-value at which they do, corrected for how many there are."""

    parameter: tuple[str, int]
    p_value: float

    @property
    def is_calibrated(self) -> bool:
        """Whether the ranks of every parameter pass at the level."""
        return self.p_value > LEVEL


def fast_engine(model: Model, rng: np.random.Generator) -> Any:
    """The posterior of the fast engine, with fewer draws than an update has, and no second opinion, which would take most of the time."""
    return condition(model, rng=rng, budget=Budget(enough=500, confirm=False))


def confirmed_engine(model: Model, rng: np.random.Generator) -> Any:
    """The same with a second opinion, as in an update."""
    return condition(model, rng=rng, budget=Budget(enough=500))


def least_uniform(
    model: Model, *, replications: int, rng: np.random.Generator, engine: Callable[[Model, np.random.Generator], Any] | None = None
) -> Worst:
    """Return the parameter whose ranks fare worst in two Kolmogorov-Smirnov tests, with Bonferroni's correction.

    The one is of the ranks, and sees best that a posterior lies too high or too low; the other of their distances from the middle, and sees best
    that it is too narrow or too wide. From 240 replications on, which a study has, the fast engine is asked with second opinions.
    """
    engine = engine or (confirmed_engine if replications >= STUDIED else fast_engine)
    ranks = _ranks(model, replications, rng, engine)
    p_values = {value: _p_value(np.array(found)) for value, found in ranks.items()}
    worst = min(p_values, key=lambda value: p_values[value])
    return Worst(worst, min(1.0, p_values[worst] * len(p_values)))


def _p_value(ranks: np.ndarray) -> float:
    """How likely ranks as little uniform, or their distances from the middle, are of a sound engine: twice the smaller of both."""
    from scipy import stats

    return 2 * min(float(stats.kstest(values, "uniform").pvalue) for values in (ranks, np.abs(2 * ranks - 1)))


def _ranks(
    model: Model, replications: int, rng: np.random.Generator, engine: Callable[[Model, np.random.Generator], Any]
) -> dict[Any, list[float]]:
    """Ranks in (0, 1) of the true value of each parameter and label, one for each replication; ties are broken at random."""
    truths = prior_draws(model, rng=rng).resample(replications, rng)
    found: dict[Any, list[float]] = {}
    for index in range(replications):
        truth = {name: values[index : index + 1] for name, values in truths.items()}
        draws = engine(_imagined(model, truth, rng), rng).resample(RANKS, rng)
        for name, values in truth.items():
            for position in range(values.shape[1]):
                below = (draws[name][:, position] < values[0, position]).sum()
                ties = (draws[name][:, position] == values[0, position]).sum()
                rank = below + rng.integers(ties + 1)
                found.setdefault((name, position), []).append((rank + rng.random()) / (RANKS + 1))
    return found


def _imagined(model: Model, truth: Any, rng: np.random.Generator) -> Model:
    """The model with the rows it has, their values drawn from the truth."""
    drawn = predict_rows(model, truth, rng)
    streams = {
        name: replace(
            stream,
            rows=tuple(
                _row_of(stream, replace(row, id="", replaces="", known=row.end, between=_bin(value) if row.between else None), value)
                for row, value in zip(model.records[name].rows, drawn[name][0], strict=True)
            ),
        )
        for name, stream in model.topic.streams.items()
    }
    return model_as_of(replace(model.topic, streams=streams), model.as_of)


def _bin(value: float) -> ValueRange:
    """The five whole numbers among which a value is reported to be."""
    return ValueRange(5 * (value // 5), 5 * (value // 5) + 4)


def _row_of(stream: Stream, row: Row, value: Any) -> Row:
    """A row with the value drawn for it: a number, a class's number, or counts of each class."""
    if not is_counted(stream):
        return replace(row, value=float(value))
    counts = {count_column(label): float(count) for label, count in zip(stream.classes, value, strict=True)}
    return replace(row, value=float(value.sum()), columns={**row.columns, **counts})
