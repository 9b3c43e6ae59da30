"""Where outcomes of numbers and dates fall in what was forecast, and whether they do so evenly."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.special import ndtr

from forecast.book.files.problems import Place
from forecast.calibration.probability_transforms import NO_SCALE, SINGLE_VALUE, UNSAID, SettledTransforms, transform_range
from forecast.calibration.uniformity import uniformity
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import AskedQuestion, QuestionScale
from forecast.forecasts.resolution import OutcomeWord, Resolution
from forecast.forecasts.values import Beyond, ForecastValue, Form, PointMasses, Quantiles
from forecast.track_record.record_questions import RecordQuestion
from tests.support.simulated_forecasts import rows_of

pytestmark = pytest.mark.medium

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = Place("forecasts.csv")
SCALE = QuestionScale(0, 4, low_open=True, high_open=True, steps=4)
CDF = (0.1, 0.3, 0.6, 0.8, 0.9)
SHORT = Quantiles((0.25, 0.5, 0.75), (1.0, 2.0, 3.0))
BY = Quantiles((0.2, 0.4), (1.0, 2.0), Beyond(3.0, 0.5))


@pytest.mark.parametrize(
    ("form", "value", "outcome", "resolved", "expected"),
    [
        ("cdf", CDF, "number", 1.5, (0.3, 0.6)),  # from 1, which belongs to the step below it, to 2
        ("cdf", CDF, "number", 4.0, (0.8, 0.9)),
        ("cdf", CDF, "below", None, (0.0, 0.1)),
        ("cdf", CDF, "above", None, (0.9, 1.0)),
        ("cdf", CDF, "number", 7.0, (0.9, 1.0)),
        ("cdf", CDF, "not_by", 2.5, (0.7, 1.0)),
        ("cdf", CDF[:3], "number", 1.5, NO_SCALE),
        ("quantiles", SHORT, "number", 0.0, (0.0, 0.25)),
        ("quantiles", SHORT, "number", 2.5, (0.5, 0.75)),
        ("quantiles", SHORT, "number", 2.0, (0.25, 0.75)),
        ("quantiles", SHORT, "number", 9.0, (0.75, 1.0)),
        ("quantiles", SHORT, "not_by", 2.5, (0.625, 1.0)),
        ("quantiles", SHORT, "not_by", 4.0, UNSAID),
        ("quantiles", BY, "number", 2.5, (0.4, 0.5)),
        ("quantiles", BY, "not_by", 3.0, (0.5, 1.0)),
        ("pmf", PointMasses((0.0, 1.0, 2.0), (0.5, 0.25, 0.25)), "number", 1.0, (0.5, 0.75)),
        ("pmf", PointMasses((0.0, 1.0, 2.0), (0.5, 0.25, 0.25)), "not_by", 1.0, (0.75, 1.0)),
        ("samples", (1.0, 2.0, 3.0), "number", 2.5, (0.5, 0.75)),
        ("samples", (1.0, 2.0, 3.0), "number", 2.0, (0.25, 0.75)),
        ("number", 2.0, "number", 2.0, SINGLE_VALUE),
    ],
)
def test_the_range_of_an_outcome(form: Form, value: ForecastValue, outcome: OutcomeWord, resolved: float | None, expected: object):
    """By hand, for each form and outcome; what has no distribution there says why."""
    wording = AskedQuestion(PLACE, "q", "", "How many?", "number", scale=SCALE)
    resolution = Resolution(PLACE, "", "q", "", outcome, resolved, NOW, NOW.date(), NOW)
    question = RecordQuestion("made", "made:q", "q", "", wording, (), resolution)
    found = transform_range(Forecast(PLACE, "", "q", "", "ann", NOW, None, form, value, NOW), question)
    assert found == (expected if isinstance(expected, str) else pytest.approx(expected, abs=1e-12))


@pytest.mark.parametrize("runs", [60, pytest.param(1_000, marks=pytest.mark.study)])
@pytest.mark.parametrize(
    ("size", "topics", "correlation"), [(20, 0, 0.0), (60, 0, 0.0), (200, 20, 0.0), (200, 20, 0.3), (200, 20, 0.8), (60, 8, 0.3)]
)
def test_the_whole_curve_of_uniform_transforms_lies_in_its_band(size: int, topics: int, correlation: float, runs: int):
    """In 90 of 100 records, and in up to 95 of 100 with eight topics, where their signs have few combinations."""
    rng = np.random.default_rng(1)
    outside = []
    for _ in range(runs):
        topic = np.arange(size) % topics if topics else np.arange(size)
        shared = rng.normal(size=size)[topic]
        values = ndtr(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.normal(size=size))
        found = uniformity(transforms(values, topic), rng=rng)
        assert found is not None
        outside.append(found.is_outside)
    error = 3 * np.sqrt(0.09 / runs)
    assert 0.05 - error < np.mean(outside) < 0.12 + error


def test_the_range_of_a_discrete_outcome_is_drawn_evenly():
    """Forecasts of a die that is fair are found calibrated, and of one that is not are found out; a fixed place in the range would not do."""
    rng = np.random.default_rng(2)
    faces = rng.integers(6, size=600)
    fair = uniformity(transforms(faces / 6, None, high=(faces + 1) / 6), rng=rng)
    assert fair is not None
    assert not fair.is_outside
    fixed = uniformity(transforms((faces + 1) / 6, None), rng=rng)
    assert fixed is not None
    assert fixed.is_outside


@pytest.mark.parametrize(("spread", "sign"), [(1.6, 1), (0.6, -1)])
def test_forecasts_that_are_too_narrow_or_too_wide_leave_the_band(spread: float, sign: int):
    """Outcomes farther out than forecast lift the curve at first and lower it at last; those nearer do the opposite."""
    rng = np.random.default_rng(3)
    found = uniformity(transforms(ndtr(spread * rng.normal(size=300)), np.arange(300) % 40), rng=rng)
    assert found is not None
    assert found.is_outside
    assert np.sign(found.excess[10]) == sign
    assert np.sign(found.excess[-10]) == -sign


def test_of_few_transforms_nothing_is_said():
    """Four are too few."""
    assert uniformity(transforms(np.array([0.1, 0.2, 0.3, 0.4]), None), rng=np.random.default_rng(4)) is None


def transforms(low: np.ndarray, topic: np.ndarray | None, *, high: np.ndarray | None = None) -> SettledTransforms:
    """Transforms of questions of their own."""
    rows = rows_of(low, low, topic=topic)
    return SettledTransforms(
        rows.weight,
        rows.at,
        rows.question,
        rows.cluster,
        rows.who,
        rows.questions,
        rows.platforms,
        rows.people,
        low,
        low if high is None else high,
        {},
    )
