"""How often bands and intervals hold what they are to hold, in simulation: neither too seldom nor too often."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import expit, logit

from forecast.calibration.consistency import chance_curve, chance_levels
from forecast.calibration.logistic import SHIFT_SD, SLOPE_SD, logistic_posterior
from forecast.calibration.separation import separation
from forecast.calibration.settled_forecasts import SettledForecasts
from tests.support.simulated_forecasts import calibrated, distorted, rows_of

pytestmark = pytest.mark.medium

GIVEN = np.array([0.05, 0.2, 0.5, 0.8, 0.95])
RUNS = [80, pytest.param(1_000, marks=pytest.mark.study)]
SHAPES = {  # questions, topics (none: each stands alone), correlation within a topic
    "alone": (150, 0, 0.0),
    "topics that do not hang together": (200, 20, 0.0),
    "topics": (200, 20, 0.3),
    "close topics": (200, 20, 0.8),
    "few topics": (60, 8, 0.3),
}


def slack(runs: int, share: float) -> float:
    """Three standard errors of a share in so many runs."""
    return 3 * np.sqrt(share * (1 - share) / runs)


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_band_of_the_smooth_curve_holds_the_truth(shape: str, runs: int):
    """In 90 of 100 records whose truth is drawn from the prior, averaged over the curve; within 3 of 100 and the error of the study."""
    assert smooth_cover(shape, runs) == pytest.approx(0.9, abs=0.03 + slack(runs, 0.9))


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_curve_of_calibrated_forecasts_lies_in_its_band(shape: str, runs: int):
    """In 90 to 96 of 100 at each probability, since few questions leave steps; miscalibration is called more than chance in 5 of 100, 10 with eight topics."""
    inside, called = chance_cover(shape, runs)
    assert 0.88 - slack(runs, 0.9) < inside < 0.97 + slack(runs, 0.97)
    assert called == pytest.approx(0.06, abs=0.04 + slack(runs, 0.06))


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_interval_of_separation_holds_the_truth(shape: str, runs: int):
    """In 95 of 100 records."""
    assert separation_cover(shape, runs) == pytest.approx(0.95, abs=0.02 + slack(runs, 0.95))


@pytest.mark.parametrize("runs", RUNS)
def test_twenty_people_of_one_mind_are_one_question(runs: int):
    """Where many give the same questions nearly the same probabilities, bands are as wide as those of the questions."""
    rng = np.random.default_rng(4)
    held, called = [], []
    for _ in range(runs):
        shift = SHIFT_SD * rng.normal()
        truth = 1.5 * rng.normal(size=40)
        happened = (rng.random(40) < expit(shift + truth)).astype(np.float64)
        low, high = logistic_posterior(crowd(truth, happened)).bounds(GIVEN, level=0.9)
        held.append(((low <= expit(shift + logit(GIVEN))) & (expit(shift + logit(GIVEN)) <= high)).mean())
        rows = crowd(truth, (rng.random(40) < expit(truth)).astype(np.float64))
        curve = chance_curve(rows)
        called.append(chance_levels(rows, curve, logistic_posterior(rows), rng=rng).p_value <= 0.05)
    assert np.mean(held) == pytest.approx(0.92, abs=0.04 + slack(runs, 0.9))  # the slope is 1 in truth, at the middle of its prior
    assert np.mean(called) == pytest.approx(0.05, abs=0.03 + slack(runs, 0.05))


def smooth_cover(shape: str, runs: int) -> float:
    """The share of points of the smooth curve whose band holds the truth."""
    size, topics, correlation = SHAPES[shape]
    rng = np.random.default_rng(1)
    held = []
    for _ in range(runs):
        shift, slope = SHIFT_SD * rng.normal(), np.exp(SLOPE_SD * rng.normal())
        rows = distorted(size, rng, shift=shift, slope=slope, step=0.05, topics=topics, correlation=correlation)
        low, high = logistic_posterior(rows).bounds(GIVEN, level=0.9)
        truth = expit(shift + slope * logit(GIVEN))
        held.append(((low <= truth) & (truth <= high)).mean())
    return float(np.mean(held))


def chance_cover(shape: str, runs: int) -> tuple[float, float]:
    """The share of points of calibrated forecasts' curves that lie in their band, and of records that are called miscalibrated."""
    size, topics, correlation = SHAPES[shape]
    rng = np.random.default_rng(2)
    inside, called = [], []
    for _ in range(runs):
        rows = calibrated(size, rng, step=0.05, topics=topics, correlation=correlation)
        curve = chance_curve(rows)
        chance = chance_levels(rows, curve, logistic_posterior(rows), rng=rng)
        inside.append(((chance.low - 1e-9 <= curve.frequency) & (curve.frequency <= chance.high + 1e-9)).mean())
        called.append(chance.p_value <= 0.05)
    return float(np.mean(inside)), float(np.mean(called))


def separation_cover(shape: str, runs: int) -> float:
    """The share of records whose interval of separation holds the truth."""
    size, topics, correlation = SHAPES[shape]
    rng, whole = np.random.default_rng(3), true_separation()
    held = []
    for _ in range(runs):
        found = separation(calibrated(size, rng, step=0.05, topics=topics, correlation=correlation))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= whole <= found.high)
    return float(np.mean(held))


@cache
def true_separation() -> float:
    """The separation of so many calibrated forecasts that chance has no part in it."""
    whole = separation(calibrated(200_000, np.random.default_rng(30), step=0.05))
    assert whole is not None
    return whole.chance


def crowd(truth: np.ndarray, happened: np.ndarray) -> SettledForecasts:
    """Twenty people's probabilities of each question, to two digits the same."""
    asked = np.repeat(np.arange(truth.size), 20)
    return rows_of(expit(truth[asked]).round(2).clip(0.01, 0.99), happened[asked], question=asked, who=np.tile(np.arange(20), truth.size))
