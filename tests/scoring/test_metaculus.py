"""Metaculus's scales and scores of single forecasts, by the numbers of its own unit tests and its FAQ."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from forecast.scoring.metaculus import (
    baseline_probability,
    baseline_score,
    baseline_score_continuous,
    peer_score,
    relative_legacy_score,
    spot_time,
)
from forecast.scoring.metaculus_forecasts import ContinuousForecasts
from forecast.scoring.metaculus_scale import MetaculusScale, bucket_of_value, location_on_scale, probability_of_bucket, zero_point_of_scale

DAY = 86_400.0
LINEAR = MetaculusScale(range_min=0, range_max=200)


def test_buckets_of_a_linear_scale():
    """`tests/unit/**/test_formulas.py`: 0 to 200 with 200 buckets, where a bucket has its upper end and the first has both."""
    buckets = bucket_of_value(LINEAR, value=[0, 1, 1.001, 100, 200, 200.001, -0.001])
    assert buckets.tolist() == [1, 1, 2, 100, 200, 201, 0]


def test_buckets_of_a_discrete_scale():
    """`test_formulas.py`: -.5 to 10.5 with 11 buckets has one for each whole number."""
    assert bucket_of_value(MetaculusScale(range_min=-0.5, range_max=10.5, buckets=11), value=[0, 10, 11]).tolist() == [1, 11, 12]


def test_buckets_of_a_logarithmic_scale():
    """`test_formulas.py`: 1 to 1e10 with its zero point at 0 has 1e5 in the middle; values at the zero point and below it are far below."""
    scale = MetaculusScale(range_min=1, range_max=1e10, zero_point=0)
    assert bucket_of_value(scale, value=[1e5, 1, 1e10, 1.1e10, 0, -3]).tolist() == [100, 1, 200, 201, 0, 0]
    assert location_on_scale(scale, value=[1, 1e5, 1e10]).tolist() == pytest.approx([0, 0.5, 1])


def test_buckets_of_dates():
    """`test_formulas.py`: 2020-01-01 to 2020-12-31."""
    first, last, early, middle = (datetime(2020, *day, tzinfo=UTC).timestamp() for day in ((1, 1), (12, 31), (1, 3), (6, 30)))
    assert bucket_of_value(MetaculusScale(range_min=first, range_max=last), value=[early, middle]).tolist() == [2, 100]


def test_zero_points():
    """A ZIP's list of points gives the zero point: 1 to 1e10 with 1e5 in the middle has it at 0; evenly spaced points have none."""
    assert zero_point_of_scale(range_min=1, middle=1e5, range_max=1e10) == pytest.approx(0, abs=1e-9)
    assert zero_point_of_scale(range_min=1350, middle=1475, range_max=1600) is None


def test_what_a_cdf_gives_to_buckets():
    """Bucket 0 has what lies below the first point, the last what lies above the last one, and all add up to one."""
    cdf = [0.1, 0.3, 0.9]
    assert probability_of_bucket(cdf=[cdf] * 4, bucket=[0, 1, 2, 3]).tolist() == pytest.approx([0.1, 0.2, 0.6, 0.1])
    assert float(probability_of_bucket(cdf=cdf, bucket=2)) == pytest.approx(0.6)
    for bucket in (-1, 4):
        with pytest.raises(IndexError):
            probability_of_bucket(cdf=cdf, bucket=bucket)
    with pytest.raises(ValueError, match="falls"):
        probability_of_bucket(cdf=[0.5, 0.4], bucket=1)


@pytest.mark.parametrize(
    ("probability", "expected"), [(0.9, 84.79969066), (0.1, -232.19280949), (2**-0.5, 50), (2**-1.5, -50)], ids=["90", "10", "up", "down"]
)
def test_baseline_of_binary_questions(probability: float, expected: float):
    """`tests/unit/test_scoring/test_score_math.py`."""
    assert float(baseline_score(probability_of_outcome=probability)) == pytest.approx(expected, abs=5e-9)


def test_baseline_of_the_faq():
    """The FAQ's table, yes and no, rounded."""
    yes = baseline_score(probability_of_outcome=[0.7, 0.8, 0.9, 0.99])
    no = baseline_score(probability_of_outcome=[0.3, 0.2, 0.1, 0.01])
    assert np.round(yes).tolist() == [49, 68, 85, 99]
    assert np.round(no).tolist() == [-74, -132, -232, -564]
    assert float(baseline_score(probability_of_outcome=0.999)) == pytest.approx(99.9, abs=0.05)
    assert round(float(baseline_score(probability_of_outcome=0.001))) == -897


def test_baseline_of_options():
    """`test_score_math.py`: with three options, 1/3 scores 0 and 3^(-1/2) scores 50."""
    assert baseline_score(probability_of_outcome=[1 / 3, 3**-0.5], options=3).tolist() == pytest.approx([0, 50])


def test_baseline_of_numbers():
    """`tests/unit/test_scoring/test_score_math.py`: the uniform scores 0, and in bucket 1 of two cdf [0, e/2, 1] 50, [0, 1/(2e), 1] -50.

    The first rises above 1: the arithmetic gives its score, and a whole forecast like it is refused.
    """
    half = baseline_probability(bucket=1, buckets=2, open_bounds=0)
    first, second = [0, np.e / 2, 1], [0, 1 / (2 * np.e), 1]
    for cdf, score in ((first, 50), (second, -50)):
        assert float(baseline_score_continuous(probability_of_bucket=cdf[1] - cdf[0], baseline=half)) == pytest.approx(score)
    assert float(probability_of_bucket(cdf=second, bucket=1)) == pytest.approx(second[1], rel=1e-15)
    with pytest.raises(ValueError, match="outside 0 to 1"):
        probability_of_bucket(cdf=first, bucket=1)
    with pytest.raises(ValueError, match="outside 0 to 1"):
        ContinuousForecasts(np.array([first[1]]), float(half))
    for wrong in (-0.1, np.inf, np.nan):
        with pytest.raises(ValueError, match="probability_of_bucket"):
            baseline_score_continuous(probability_of_bucket=wrong, baseline=half)
    buckets = baseline_probability(bucket=[0, 1, 200, 201], buckets=200, open_bounds=2)
    assert buckets.tolist() == pytest.approx([0.05, 0.0045, 0.0045, 0.05])
    assert float(baseline_probability(bucket=7, buckets=200, open_bounds=1)) == pytest.approx(0.00475)
    assert baseline_score_continuous(probability_of_bucket=buckets, baseline=buckets).tolist() == pytest.approx([0] * 4)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([0.1, 0.9], [-219.7225, 219.7225]),
        ([0.4, 0.6], [-40.5465, 40.5465]),
        ([0.1, 0.5, 0.9], [-190.3331, 51.0826, 139.2506]),
        ([0.1, 0.3, 0.6, 0.9], [-169.5865, -23.1049, 69.3147, 123.3767]),
        ([0.7], [0.0]),
    ],
    ids=len,
)
def test_peer(probabilities: list[float], expected: list[float]):
    """`test_score_math.py`: by what each gave to the event; a forecaster alone scores 0; numeric questions have half of it."""
    mean = np.exp(np.log(probabilities).mean())
    arguments = {"probability_of_outcome": probabilities, "geometric_mean": mean, "forecasters": len(probabilities)}
    assert peer_score(**arguments).tolist() == pytest.approx(expected, abs=5e-5)
    assert peer_score(**arguments, is_continuous=True).tolist() == pytest.approx(np.divide(expected, 2).tolist(), abs=5e-5)


def test_infinite_scores():
    """A probability of 0 scores minus infinity, a mean of 0 plus infinity for whoever gave more, and a forecaster alone 0 even so."""
    assert baseline_score(probability_of_outcome=[0.0, 1.0]).tolist() == pytest.approx([-np.inf, 100])
    assert baseline_score_continuous(probability_of_bucket=0.0, baseline=0.05) == -np.inf
    assert peer_score(probability_of_outcome=[0.0, 0.5], geometric_mean=0.0, forecasters=2).tolist() == [-np.inf, np.inf]
    assert peer_score(probability_of_outcome=[0.0], geometric_mean=0.0, forecasters=1).tolist() == [0]
    assert relative_legacy_score(probability_of_outcome=[0.0, 0.5, 0.5], community=[0.0, 0.0, 0.25]).tolist() == [-np.inf, np.inf, 1]


def test_what_is_refused():
    """Probabilities outside 0 to 1, NaN, a single option, and scales that are none."""
    for wrong in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError):
            baseline_score(probability_of_outcome=wrong)
    with pytest.raises(ValueError, match="two options"):
        baseline_score(probability_of_outcome=0.5, options=1)
    with pytest.raises(ValueError, match="below"):
        MetaculusScale(range_min=1, range_max=1)
    with pytest.raises(ValueError, match="zero point"):
        MetaculusScale(range_min=1, range_max=10, zero_point=1)


def test_spot_times():
    """The spot scoring time; else the reveal, if after opening; else the close; and never after the actual close."""
    base = {"opened": 0.0, "scheduled_close": 10.0}
    assert spot_time(**base, actual_close=9.0, spot_scoring=3.0, reveal=5.0) == pytest.approx(3.0)
    assert spot_time(**base, actual_close=2.0, spot_scoring=3.0) == pytest.approx(2.0)
    assert spot_time(**base, actual_close=9.0, reveal=5.0) == pytest.approx(5.0)
    assert spot_time(**base, actual_close=9.0, reveal=0.0) == pytest.approx(9.0)
    assert spot_time(**base, actual_close=None, reveal=None) == pytest.approx(10.0)
