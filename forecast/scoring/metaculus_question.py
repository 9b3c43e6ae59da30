"""Metaculus's five scores of every forecaster of one question, from everybody's forecasts.

Source: Metaculus/metaculus, `scoring/score_math.py`. One of its rules is easily missed: a stretch of time in which the crowd says the same
counts for a forecast as a whole if it begins while the forecast stands, and otherwise not at all. For members of the crowd that is the time
for which their forecast stood, since the crowd changes when it starts and ends; but for those who leave last nothing changes any more, and they
are scored to the close. For those outside the crowd it is their time only nearly. Baseline scores take the time itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array, Indices, Truth
from forecast.scoring.metaculus import peer_factor, peer_score
from forecast.scoring.metaculus_crowd import Crowd, ForecastTimes, crowd_of, end_at_next
from forecast.scoring.metaculus_forecasts import OutcomeForecasts
from forecast.scoring.time_weighting import (
    Horizon,
    TimeWeighted,
    add_weighted,
    metaculus_horizon,
    relative_legacy_horizon,
    time_weighted_mean,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTimes:
    """When a question opened, was to close, closed, and was scored on the spot (`metaculus.spot_time`), in seconds."""

    opened: float
    scheduled_close: float
    actual_close: float
    spot: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaculusScores:
    """The scores of each forecaster ``(forecasters,)``. Where coverage is 0 the platform has no score, and the 0 here is none."""

    baseline: TimeWeighted
    peer: TimeWeighted
    spot_baseline: TimeWeighted
    spot_peer: TimeWeighted
    relative_legacy: TimeWeighted


def score_question(forecasts: OutcomeForecasts, *, when: ForecastTimes, times: QuestionTimes) -> MetaculusScores:
    """The five scores of each forecaster of a question, with their coverage.

    Where nobody is in the crowd there is no peer and no relative score. A relative score is NaN where one's forecast stood while an option
    was missing from a forecast of the crowd. A probability of 0 makes one's own scores minus infinity, and peer scores of others infinite.
    Raises ValueError as `metaculus_crowd.end_at_next` does, and where forecasts and times differ in number.
    """
    if forecasts.probability.shape != when.start.shape:
        raise ValueError(f"{forecasts.probability.size} probabilities do not fit {when.start.size} times")
    placed = end_at_next(when)
    horizon = metaculus_horizon(opened=times.opened, scheduled_close=times.scheduled_close, actual_close=times.actual_close)
    actual = relative_legacy_horizon(opened=times.opened, actual_close=times.actual_close)
    crowd = crowd_of(forecasts, when=placed, horizon=horizon)
    factor = peer_factor(forecasters=crowd.members, is_continuous=forecasts.is_continuous)
    bits = np.full(crowd.moment.shape, 1 / np.log(2))
    baseline = forecasts.baseline_scores()
    count = int(placed.forecaster.max()) + 1 if placed.forecaster.size else 0
    standing = (placed.start <= times.spot) & (times.spot < placed.end)
    return MetaculusScores(
        baseline=time_weighted_mean(
            starts=placed.start, ends=placed.end, scores=baseline, horizon=horizon, forecaster=placed.forecaster, forecasters=count
        ),
        peer=_mean_against(
            crowd.log_mean, factor=factor, crowd=crowd, probability=forecasts.probability, when=placed, horizon=horizon, count=count
        ),
        spot_baseline=_on_the_spot(baseline, standing=standing, forecaster=placed.forecaster, count=count),
        spot_peer=_spot_peer(forecasts, crowd=crowd, spot=times.spot, standing=standing, forecaster=placed.forecaster, count=count),
        relative_legacy=_mean_against(
            crowd.log_community, factor=bits, crowd=crowd, probability=forecasts.probability, when=placed, horizon=actual, count=count
        ),
    )


def _mean_against(
    log_reference: Array, *, factor: Array, crowd: Crowd, probability: Array, when: ForecastTimes, horizon: Horizon, count: int
) -> TimeWeighted:
    """The mean through time of factor·(ln p - ln reference) of each forecaster, over the stretches that count for their forecasts."""
    begins, finishes = np.maximum(when.start, horizon.opened), np.minimum(when.end, horizon.cut)
    first = np.searchsorted(crowd.moment, begins, side="left")
    last = np.maximum(np.searchsorted(crowd.moment, finishes, side="left"), first)
    share = crowd.lasting / horizon.duration
    unknown, impossible = np.isnan(log_reference), np.isneginf(log_reference)
    finite = np.where(unknown | impossible, 0.0, log_reference)
    certain_loss = probability == 0
    with np.errstate(divide="ignore"):
        logs = np.where(certain_loss, 0.0, np.log(probability))
    scale = _sum_between(share * factor, first, last)
    score = logs * scale - _sum_between(share * factor * finite, first, last)
    score = np.where(_sum_between(share * factor * impossible, first, last) > 0, np.inf, score)
    score = np.where(certain_loss & (scale > 0), -np.inf, score)
    covered = _sum_between(share, first, last)
    total = add_weighted(scores=score, weights=np.ones_like(score), forecaster=when.forecaster, forecasters=count)
    total[when.forecaster[_sum_between(share * unknown, first, last) > 0]] = np.nan
    return TimeWeighted(total, np.bincount(when.forecaster, covered, count).astype(np.float64))


def _sum_between(values: Array, first: Indices, last: Indices) -> Array:
    """The sum of the values from each first place up to, and without, each last."""
    sums = np.concatenate([np.zeros(1), np.cumsum(values)])
    between: Array = sums[last] - sums[first]
    return between


def _on_the_spot(scores: Array, *, standing: Truth, forecaster: Indices, count: int) -> TimeWeighted:
    """The score of each forecaster's forecast that stands at the spot time, with coverage 1; 0 and 0 without one."""
    weights = standing.astype(np.float64)
    return TimeWeighted(
        add_weighted(scores=scores, weights=weights, forecaster=forecaster, forecasters=count),
        np.bincount(forecaster, weights, count).astype(np.float64),
    )


def _spot_peer(forecasts: OutcomeForecasts, *, crowd: Crowd, spot: float, standing: Truth, forecaster: Indices, count: int) -> TimeWeighted:
    """Peer scores of the forecasts that stand at the spot time, against the last geometric mean strictly before it."""
    earlier = int(np.searchsorted(crowd.moment, spot, side="left"))
    if earlier == 0:
        return TimeWeighted(np.zeros(count), np.zeros(count))
    scores = peer_score(
        probability_of_outcome=forecasts.probability,
        geometric_mean=np.exp(crowd.log_mean[earlier - 1]),
        forecasters=crowd.members[earlier - 1],
        is_continuous=forecasts.is_continuous,
    )
    return _on_the_spot(scores, standing=standing, forecaster=forecaster, count=count)
