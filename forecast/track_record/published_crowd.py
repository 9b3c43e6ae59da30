"""Peer and relative scores against what a platform published of its crowd, where a record does not hold everybody's forecasts.

Metaculus exports the recency-weighted aggregate once it is revealed and, where asked for, the geometric mean with the number of forecasters.
Against the first, legacy relative scores can be computed, against the second peer and spot peer scores (conventions.md 3).
"""

from __future__ import annotations

import numpy as np

from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.values import Buckets
from forecast.language.arrays import Array, Indices
from forecast.scoring.metaculus import peer_score, relative_legacy_score
from forecast.scoring.time_weighting import Horizon, TimeWeighted, add_weighted, metaculus_horizon, relative_legacy_horizon
from forecast.track_record.chosen_forecasts import ChosenForecasts
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.number_scores import number_outcome, outcome_bucket
from forecast.track_record.option_scores import option_names

RECENCY_WEIGHTED, GEOMETRIC_MEANS = "recency_weighted", "geometric_mean"  # the names that Metaculus's exports have


def scores_beside_aggregates(
    record: ForecastRecord, counted: CountedForecasts, question: int, chosen: ChosenForecasts, given: Array
) -> dict[str, TimeWeighted]:
    """Return the scores of a question's forecasters against the aggregates on record, by rule; none where there is no aggregate.

    The aggregates themselves have none.
    """
    found: dict[str, TimeWeighted] = {}
    times = chosen.times
    weighted = _aggregate_places(record, counted, question, RECENCY_WEIGHTED)
    community = given[weighted]
    if weighted.size and not np.isnan(community).any():
        bits = relative_legacy_score(probability_of_outcome=given[chosen.places][:, np.newaxis], community=community)
        horizon = relative_legacy_horizon(opened=times.opened, actual_close=times.actual_close)
        found["relative-legacy"] = _mean_over_time(bits, counted, chosen, weighted, horizon)
    means = _aggregate_places(record, counted, question, GEOMETRIC_MEANS)
    forecasters = np.array([counted.forecasts[place].forecasters or 0 for place in means], dtype=np.float64)
    mean = np.array([_given_by_buckets(counted, question, place) for place in means], dtype=np.float64)
    if means.size and not np.isnan(mean).any():
        asked = counted.questions[question].wording
        points = peer_score(
            probability_of_outcome=given[chosen.places][:, np.newaxis],
            geometric_mean=mean,
            forecasters=forecasters,
            is_continuous=asked is not None and asked.type not in {"binary", "options"},
        )
        horizon = metaculus_horizon(opened=times.opened, scheduled_close=times.scheduled_close, actual_close=times.actual_close)
        found["peer"] = _mean_over_time(points, counted, chosen, means, horizon)
        found["spot-peer"] = _on_the_spot(points, counted, chosen, means)
    return found


def _aggregate_places(record: ForecastRecord, counted: CountedForecasts, question: int, name: str) -> Indices:
    of_question = range(*counted.of_question(question).indices(len(counted.forecasts)))
    person = record.people.get(name)
    if person is None or person.kind != "aggregate":
        return np.empty(0, dtype=np.intp)
    return np.array([place for place in of_question if counted.forecasts[place].who == name], dtype=np.intp)


def _given_by_buckets(counted: CountedForecasts, question: int, place: int) -> float:
    """What a geometric mean gave to what happened; NaN where it is no list of buckets, or lacks that one."""
    asked, value = counted.questions[question], counted.forecasts[place].value
    assert asked.wording is not None
    assert asked.resolution is not None
    if not isinstance(value, Buckets):
        return np.nan
    if asked.wording.type == "binary":
        bucket = 1 if asked.resolution.outcome == "yes" else 0
    elif asked.wording.type == "options":
        names = option_names(asked, ())
        if len(names) != len(value.probabilities) or str(asked.resolution.value) not in names:
            return np.nan
        bucket = names.index(str(asked.resolution.value))
        bucket = bucket if value.probabilities[bucket] is not None else -1  # it reads from the last one
    else:
        outcome, scale = number_outcome(asked), asked.wording.scale
        if outcome is None or scale is None or len(value.probabilities) != scale.steps + 2:
            return np.nan
        bucket = outcome_bucket(scale, outcome)
    found = value.probabilities[bucket]
    return np.nan if found is None else found


def _mean_over_time(
    values: Array, counted: CountedForecasts, chosen: ChosenForecasts, aggregate: Indices, horizon: Horizon
) -> TimeWeighted:
    """The mean of values ``(forecasts, aggregates)`` over the times at which both of a pair stand."""
    starts = np.maximum(np.maximum(counted.start[chosen.places][:, np.newaxis], counted.start[aggregate]), horizon.opened)
    ends = np.minimum(np.minimum(counted.end[chosen.places][:, np.newaxis], counted.end[aggregate]), horizon.cut)
    weights = np.maximum(ends - starts, 0) / horizon.duration
    forecaster = np.repeat(chosen.when.forecaster, aggregate.size)
    score = add_weighted(scores=values.ravel(), weights=weights.ravel(), forecaster=forecaster, forecasters=chosen.rows.size)
    covered = np.bincount(forecaster, weights.ravel(), chosen.rows.size)
    return _without_aggregates(TimeWeighted(score, covered), counted, chosen)


def _on_the_spot(values: Array, counted: CountedForecasts, chosen: ChosenForecasts, aggregate: Indices) -> TimeWeighted:
    """The values of the forecasts that stand at the spot time, against the last aggregate strictly before it."""
    before = np.flatnonzero(counted.start[aggregate] < chosen.times.spot)
    standing = (chosen.when.start <= chosen.times.spot) & (chosen.times.spot < chosen.when.end)
    weights = standing.astype(np.float64) if before.size else np.zeros(standing.size)
    column = values[:, before[np.argmax(counted.start[aggregate][before])]] if before.size else np.zeros(standing.size)
    score = add_weighted(scores=column, weights=weights, forecaster=chosen.when.forecaster, forecasters=chosen.rows.size)
    return _without_aggregates(TimeWeighted(score, np.bincount(chosen.when.forecaster, weights, chosen.rows.size)), counted, chosen)


def _without_aggregates(scores: TimeWeighted, counted: CountedForecasts, chosen: ChosenForecasts) -> TimeWeighted:
    names = [counted.forecasters[row][1] for row in chosen.rows]
    is_forecaster = np.array([name not in {RECENCY_WEIGHTED, GEOMETRIC_MEANS} for name in names], dtype=np.float64)
    return TimeWeighted(scores.score, scores.coverage * is_forecaster)
