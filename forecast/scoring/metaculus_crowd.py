"""What the crowd of a Metaculus question says from moment to moment: who is active, their geometric mean, the community prediction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array, Indices, Truth
from forecast.scoring.community import active_at, recency_weights
from forecast.scoring.metaculus_forecasts import OutcomeForecasts
from forecast.scoring.time_weighting import Horizon

PAIRS_AT_ONCE = 2_000_000  # so many pairs of a moment and a forecast at once


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastTimes:
    """Whose forecasts they are, when each was made and withdrawn, and whether its maker is in the crowd; all ``(forecasts,)``.

    ``forecaster`` counts from 0. ``end`` is infinite for a forecast that was not withdrawn: it ends when the same person makes the next
    one, whatever is said here. Times are in seconds.
    """

    forecaster: Indices
    start: Array
    end: Array
    in_crowd: Truth


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the crowd says ``(moments,)``: from each ``moment`` for ``lasting`` seconds, until the next one or the close.

    ``members`` are the active forecasters; ``log_mean`` is the logarithm of their geometric mean, and ``log_community`` that of the
    recency-weighted aggregate, both of what happened. The latter is NaN while an active forecast lacks an option.
    """

    moment: Array
    lasting: Array
    members: Array
    log_mean: Array
    log_community: Array


def end_at_next(when: ForecastTimes) -> ForecastTimes:
    """The same forecasts, each ending at the latest when its maker's next one starts.

    Raises ValueError for arrays of different lengths, for NaN, and for a forecast that ends before it starts.
    """
    if len({when.forecaster.shape, when.start.shape, when.end.shape, when.in_crowd.shape}) > 1:
        raise ValueError("forecasts need a maker, a start, an end and a place each")
    if not (when.start <= when.end).all():  # false for NaN too
        raise ValueError("a forecast ends before it starts, or one of its times is NaN")
    order = np.lexsort((when.start, when.forecaster))
    earlier, later = order[:-1], order[1:]
    follows = when.forecaster[earlier] == when.forecaster[later]
    end = when.end.copy()
    end[earlier[follows]] = np.minimum(end[earlier[follows]], when.start[later[follows]])
    return ForecastTimes(forecaster=when.forecaster, start=when.start, end=end, in_crowd=when.in_crowd)


def crowd_of(forecasts: OutcomeForecasts, *, when: ForecastTimes, horizon: Horizon) -> Crowd:
    """What the crowd says within a horizon, by forecasts whose ends ``end_at_next`` has found.

    It changes at each start and each end of a forecast of the crowd, and at no other time; when the last active forecaster leaves, what was
    said last stays, as it does on the platform. What was said before opening counts from opening on.
    """
    members = np.flatnonzero(when.in_crowd)
    members = members[np.argsort(when.start[members], kind="stable")]
    starts, ends = when.start[members], when.end[members]
    changes = np.unique(np.concatenate([starts, ends[np.isfinite(ends)]]))
    parts = list(_crowd_in_blocks(forecasts, members, starts, ends, changes[changes < horizon.cut]))
    moment, number, log_mean, log_community = (np.concatenate([np.empty(0), *column]) for column in zip(*parts, strict=True))
    moment = np.maximum(moment, horizon.opened)
    return Crowd(moment, np.diff(moment, append=horizon.cut), number, log_mean, log_community)


def _crowd_in_blocks(
    forecasts: OutcomeForecasts, members: Indices, starts: Array, ends: Array, changes: Array
) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Moments at which somebody is active, how many are, and both means, some moments at a time."""
    rows = max(1, PAIRS_AT_ONCE // max(1, members.size))
    for first in range(0, max(1, changes.size), rows):
        moments = changes[first : first + rows]
        active = active_at(moments, starts=starts, ends=ends)
        number = active.sum(axis=1).astype(np.float64)
        someone = number > 0
        active = active[someone]
        if active.size == 0:
            yield (np.empty(0),) * 4
            continue
        with np.errstate(divide="ignore"):
            log_community = np.log(forecasts.community(members, recency_weights(active)))
        yield moments[someone], number[someone], forecasts.log_means(members, active), log_community
