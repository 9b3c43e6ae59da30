"""Scores weighted by the time for which forecasts stood, and the share of a question's time that they cover.

A forecaster's score through time is a step function: it has one value while a forecast stands, and 0 while none does. What it is divided
by is each platform's own rule, and has a function of its own here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.language.arrays import Array, Indices
from forecast.scoring.checks import read_numbers


@dataclass(frozen=True, slots=True)
class Horizon:
    """The time over which a score is averaged: forecasts count from ``opened`` to ``cut``, and sums are divided by ``duration``.

    All are in one unit, such as seconds. ``duration`` may be longer than what lies between the two: such time counts as not covered.
    """

    opened: float
    cut: float
    duration: float

    def __post_init__(self) -> None:
        if not self.duration > 0:
            raise ValueError("a horizon needs a duration above 0")


@dataclass(frozen=True, slots=True)
class TimeWeighted:
    """A time-weighted score of each forecaster, and the share of the horizon that their forecasts cover; both ``(forecasters,)``."""

    score: Array
    coverage: Array


def seconds_since(times: NDArray[np.datetime64], *, origin: np.datetime64) -> Array:
    """Times as seconds after an origin, exact to the microsecond for centuries; NaT, as the end of what still stands, is infinity."""
    passed = (times - origin).astype("timedelta64[us]")
    return np.where(np.isnat(passed), np.inf, passed.astype(np.int64) / 1e6)


def metaculus_horizon(*, opened: float, scheduled_close: float, actual_close: float) -> Horizon:
    """Metaculus's rule for baseline and peer: divided by the *scheduled* time open; early closing cuts forecasts and nothing else."""
    return Horizon(opened, actual_close, scheduled_close - opened)


def relative_legacy_horizon(*, opened: float, actual_close: float) -> Horizon:
    """Metaculus's rule for its legacy relative score: divided by the *actual* time open."""
    return Horizon(opened, actual_close, actual_close - opened)


def durations_within(*, starts: Array, ends: Array, horizon: Horizon) -> Array:
    """For how long each forecast stood within a horizon, in its unit; 0 for those that lie outside. An end may be infinite."""
    lasting: Array = np.maximum(np.minimum(ends, horizon.cut) - np.maximum(starts, horizon.opened), 0)
    return lasting


def time_weighted_mean(
    *, starts: ArrayLike, ends: ArrayLike, scores: ArrayLike, horizon: Horizon, forecaster: Indices | None = None, forecasters: int = 1
) -> TimeWeighted:
    """The mean score through time, in which time without a forecast scores 0.

    ``starts``, ``ends`` (infinite for a forecast that still stands) and ``scores`` are ``(forecasts,)``; ``forecaster`` says whose each is,
    from 0 to ``forecasters`` - 1, and may be left out for one. Infinite scores stay infinite if they stood for any time.
    Raises ValueError where two forecasts of one forecaster stand at the same time.
    """
    begins, finishes = read_numbers(starts, name="starts"), read_numbers(ends, name="ends")
    whose = np.zeros(begins.size, dtype=np.intp) if forecaster is None else forecaster
    _refuse_overlaps(begins, finishes, whose)
    lasting = durations_within(starts=begins, ends=finishes, horizon=horizon)
    weights = lasting / horizon.duration
    score = add_weighted(scores=read_numbers(scores, name="scores"), weights=weights, forecaster=whose, forecasters=forecasters)
    return TimeWeighted(score, np.bincount(whose, weights, forecasters).astype(np.float64))


def covered_time_mean(weighted: TimeWeighted) -> Array:
    """The mean over the time that a forecaster covers, the rest left out; NaN for one who covers none. No platform's rule."""
    return np.divide(weighted.score, weighted.coverage, out=np.full_like(weighted.score, np.nan), where=weighted.coverage > 0)


def add_weighted(*, scores: Array, weights: Array, forecaster: Indices, forecasters: int) -> Array:
    """The weighted sum of each forecaster's scores ``(forecasters,)``; scores of weight 0 count for nothing, even if infinite.

    Infinite scores stay infinite. Where a forecaster has both kinds, which only relative scores can, the sum is minus infinity: an
    infinite loss is not made good.
    """
    counted = weights > 0
    finite = counted & np.isfinite(scores)
    total = np.bincount(forecaster, np.where(finite, scores, 0.0) * weights, forecasters).astype(np.float64)  # whole numbers, of none
    total[forecaster[counted & (scores == np.inf)]] = np.inf
    total[forecaster[counted & (scores == -np.inf)]] = -np.inf
    return total


def _refuse_overlaps(starts: Array, ends: Array, forecaster: Indices) -> None:
    """Raise ValueError where a forecaster has two forecasts at the same time."""
    order = np.lexsort((starts, forecaster))
    later = order[1:]
    earlier = order[:-1]
    if ((forecaster[later] == forecaster[earlier]) & (starts[later] < ends[earlier])).any():
        raise ValueError("two forecasts of one forecaster stand at the same time")
