"""Reliability curves, the parts of a Brier score, and how they tell calibration from skill."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from forecast.calibration.consistency import ChanceLevels, chance_curve, chance_levels
from forecast.calibration.isotonic import BrierParts, brier_parts, reliability_curve
from forecast.calibration.logistic import SHIFT_SD, SLOPE_SD, logistic_posterior, weighted_bounds
from forecast.calibration.separation import Separation, separation
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.scoring.discrimination import chance_yes_above_no
from tests.support.simulated_forecasts import calibrated, distorted, rows_of


def test_adjacent_values_that_fall_are_pooled():
    """By hand: of .2 .4 .6 .8 with no, yes, no, yes the middle two share one half; equal probabilities are put together first."""
    curve = reliability_curve(
        probability=np.array([0.8, 0.2, 0.6, 0.4, 0.4]), outcome=np.array([1.0, 0, 0, 1, 0]), weight=np.array([1.0, 1, 1, 0.5, 0.5])
    )
    assert curve.probability.tolist() == [0.2, 0.4, 0.6, 0.8]
    assert curve.frequency == pytest.approx([0, 0.25, 0.25, 1])
    assert curve.happened == pytest.approx([0, 0.5, 0, 1])


def test_the_parts_add_up_to_the_mean_brier_score():
    """So they do with weights, and the first two are not below zero, whatever the forecasts are."""
    rng = np.random.default_rng(5)
    for _ in range(50):
        size = int(rng.integers(1, 60))
        p, y, w = rng.random(size).round(1), (rng.random(size) < 0.5).astype(float), rng.random(size)
        parts = brier_parts(reliability_curve(probability=p, outcome=y, weight=w))
        assert parts.score == pytest.approx(w @ (p - y) ** 2 / w.sum(), abs=1e-12)
        assert parts.miscalibration - parts.discrimination + parts.uncertainty == pytest.approx(parts.score, abs=1e-12)
        assert min(parts.miscalibration, parts.discrimination) >= -1e-12


def test_the_isotonic_curve_is_that_of_the_minimax_formula():
    """The minimax formula of isotonic regression: the greatest over what begins no later of the least over what ends no earlier."""
    rng = np.random.default_rng(6)
    p = np.sort(rng.random(12))
    y = (rng.random(12) < p).astype(float)
    curve = reliability_curve(probability=p, outcome=y, weight=np.ones(12))
    by_hand = [max(min(y[first : last + 1].mean() for last in range(at, 12)) for first in range(at + 1)) for at in range(12)]
    assert curve.frequency == pytest.approx(by_hand, abs=1e-12)


def test_without_a_forecast_there_is_no_curve():
    """It is an error, not an empty curve."""
    with pytest.raises(ValueError, match="needs a forecast"):
        reliability_curve(probability=np.empty(0), outcome=np.empty(0), weight=np.empty(0))


def test_calibration_without_skill_and_skill_without_calibration_are_told_apart():
    """Whoever says the base rate is within chance of calibration and separates nothing; the overconfident expert is not, and does."""
    rng = np.random.default_rng(7)
    size = 400
    happened = (rng.random(size) < 0.35).astype(float)
    dull = rows_of(np.clip(0.35 + 0.02 * rng.normal(size=size), 0, 1).round(2), happened)
    expert = distorted(size, rng, shift=-0.7, slope=0.45, spread=2.5)
    found = {name: parts_of(rows, rng) for name, rows in (("dull", dull), ("expert", expert))}
    parts, chance, area = found["dull"]
    assert parts.miscalibration < chance.miscalibration
    assert chance.p_value > 0.1
    assert area.low is not None
    assert area.high is not None
    assert area.low < 0.5 < area.high
    parts, chance, area = found["expert"]
    assert parts.miscalibration > 2 * chance.miscalibration
    assert chance.p_value < 0.01
    assert area.low is not None
    assert area.low > 0.7
    assert parts.discrimination > 10 * found["dull"][0].discrimination


def test_the_smooth_curve_says_which_way_the_expert_is_wrong():
    """Its posterior is near the shift and the slope that were put in."""
    rng = np.random.default_rng(8)
    found = logistic_posterior(distorted(2_000, rng, shift=-0.7, slope=0.45, spread=2.5))
    assert found.weight @ found.shift == pytest.approx(-0.7, abs=0.15)
    assert found.weight @ found.slope == pytest.approx(0.45, abs=0.06)


def test_the_posterior_is_that_of_a_dense_grid():
    """Its mean and interval agree with plain sums over 400 by 400 points of shift and slope."""
    rows = distorted(60, np.random.default_rng(10), shift=0.4, slope=0.6, step=0.05)
    found = logistic_posterior(rows)
    shift, log_slope = np.meshgrid(np.linspace(-2.5, 2.5, 400), np.linspace(-2.5, 2, 400))
    odds = np.log(rows.probability / (1 - rows.probability))
    density = -((shift / SHIFT_SD) ** 2) / 2 - (log_slope / SLOPE_SD) ** 2 / 2
    for given, happened in zip(odds, rows.outcome, strict=True):
        inner = shift + np.exp(log_slope) * given
        density -= np.logaddexp(0, -inner if happened else inner)
    weight = np.exp(density - density.max()).ravel()
    weight /= weight.sum()
    given = np.array([0.05, 0.3, 0.5, 0.9])
    chances = expit(shift.ravel()[:, np.newaxis] + np.exp(log_slope.ravel())[:, np.newaxis] * np.log(given / (1 - given)))
    assert found.mean_probability(given) == pytest.approx(weight @ chances, abs=1e-6)
    for end, expected in zip(found.bounds(given, level=0.9), weighted_bounds(chances, weight, level=0.9), strict=True):
        assert end == pytest.approx(expected, abs=2e-3)


def test_forecasts_of_exactly_zero_and_one_have_no_log_odds():
    """They stay in the isotonic curve, and are counted as left out of the smooth one, which is the prior's where none remain."""
    found = logistic_posterior(rows_of(np.array([0.0, 1.0]), np.array([1.0, 1.0])))
    assert found.left_out == 2
    assert found.mean_probability(np.array([0.5])) == pytest.approx(0.5, abs=1e-6)


def test_separation_is_the_area_under_the_curve():
    """For forecasts of equal weight it is the area that the scoring rules have."""
    rows = calibrated(80, np.random.default_rng(9), step=0.1)
    found = separation(rows)
    assert found is not None
    assert found.chance == pytest.approx(chance_yes_above_no(probability=rows.probability, outcome=rows.outcome), abs=1e-12)


def test_forecasts_that_all_ended_alike_have_no_separation():
    """There is no no to tell from a yes; where all are told apart there is no interval."""
    assert separation(rows_of(np.array([0.2, 0.7]), np.array([1.0, 1.0]))) is None
    perfect = separation(rows_of(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 0, 1, 1])))
    assert perfect is not None
    assert (perfect.chance, perfect.low) == (1.0, None)


def parts_of(rows: SettledForecasts, rng: np.random.Generator) -> tuple[BrierParts, ChanceLevels, Separation]:
    """The parts, what chance does to them, and the separation."""
    curve = chance_curve(rows)
    area = separation(rows)
    assert area is not None
    return brier_parts(curve), chance_levels(rows, curve, logistic_posterior(rows), rng=rng), area
