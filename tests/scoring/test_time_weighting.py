"""Means through time, and the share of time that forecasts cover."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.metaculus import baseline_score
from forecast.scoring.time_weighting import (
    Horizon,
    covered_time_mean,
    durations_within,
    metaculus_horizon,
    relative_legacy_horizon,
    seconds_since,
    time_weighted_mean,
)

TEN_DAYS = metaculus_horizon(opened=0, scheduled_close=10, actual_close=10)


def test_a_forecast_from_the_middle_on():
    """Metaculus's `test_score_math.py`: .9 from day 5 of 10 scores half, 42.39984533, with a coverage of .5."""
    weighted = time_weighted_mean(starts=[5.0], ends=[np.inf], scores=baseline_score(probability_of_outcome=[0.9]), horizon=TEN_DAYS)
    assert weighted.score.tolist() == pytest.approx([42.39984533], abs=5e-9)
    assert weighted.coverage.tolist() == [0.5]


def test_what_each_platform_divides_by():
    """Closing on day 4 of 10, Metaculus still divides by ten days, its legacy score by four, and the mean over covered time by two."""
    arguments = {"starts": [2.0], "ends": [np.inf], "scores": [60.0]}
    scheduled = time_weighted_mean(**arguments, horizon=metaculus_horizon(opened=0, scheduled_close=10, actual_close=4))
    actual = time_weighted_mean(**arguments, horizon=relative_legacy_horizon(opened=0, actual_close=4))
    assert (float(scheduled.score[0]), float(scheduled.coverage[0])) == pytest.approx((12, 0.2))
    assert (float(actual.score[0]), float(actual.coverage[0])) == pytest.approx((30, 0.5))
    assert covered_time_mean(scheduled).tolist() == covered_time_mean(actual).tolist() == pytest.approx([60])


def test_several_forecasters():
    """Each has a sum and a coverage of their own; who covers nothing has 0 and no mean."""
    weighted = time_weighted_mean(
        starts=[0.0, 2.0, 11.0],
        ends=[2.0, 6.0, 12.0],
        scores=[10.0, 20.0, 99.0],
        horizon=TEN_DAYS,
        forecaster=np.array([1, 1, 2]),
        forecasters=3,
    )
    assert weighted.score.tolist() == pytest.approx([0, 10, 0])
    assert weighted.coverage.tolist() == pytest.approx([0, 0.6, 0])
    assert covered_time_mean(weighted).tolist() == pytest.approx([np.nan, 10 / 0.6, np.nan], nan_ok=True)


def test_seconds():
    """Microseconds are kept, and NaT is an end that never comes."""
    times = np.array(["2025-01-17T02:27:00.000001", "NaT", "2025-01-16T02:27:00"], dtype="datetime64[us]")
    assert seconds_since(times, origin=np.datetime64("2025-01-17T02:27:00")).tolist() == [1e-6, np.inf, -86_400]


def test_durations():
    """What lies before opening and after the cut does not count."""
    lasting = durations_within(starts=np.array([-5.0, 8.0, 20.0, -9.0]), ends=np.array([3.0, np.inf, 30.0, -1.0]), horizon=TEN_DAYS)
    assert lasting.tolist() == [3, 2, 0, 0]


def test_infinite_scores_stay_infinite():
    """If a forecast stood for any time, its infinite score stays; if it stood for none, it counts for nothing; a loss outweighs a gain."""

    def score_of(*scores: float, ends: tuple[float, ...] = (4.0, np.inf)) -> float:
        return float(time_weighted_mean(starts=[0.0, 4.0], ends=ends, scores=scores, horizon=TEN_DAYS).score[0])

    assert score_of(-np.inf, 5.0) == -np.inf
    assert score_of(5.0, np.inf) == np.inf
    assert score_of(np.inf, -np.inf) == -np.inf
    assert score_of(-np.inf, 5.0, ends=(0.0, np.inf)) == pytest.approx(3)


def test_what_is_refused():
    """Forecasts of one person that stand at the same time, NaN, and a horizon without time."""
    with pytest.raises(ValueError, match="same time"):
        time_weighted_mean(starts=[0.0, 1.0], ends=[2.0, 3.0], scores=[1.0, 1.0], horizon=TEN_DAYS)
    with pytest.raises(ValueError, match="NaN"):
        time_weighted_mean(starts=[np.nan], ends=[2.0], scores=[1.0], horizon=TEN_DAYS)
    with pytest.raises(ValueError, match="duration"):
        Horizon(opened=1, cut=1, duration=0)
