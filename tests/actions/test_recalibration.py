"""Recalibration by the topic that is written for it: both engines, no look ahead, and how often its intervals hold what they are to hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from forecast.actions.recalibration import (
    GROWTH,
    Recalibrator,
    fit_recalibration,
    recalibrate_people,
    recalibration_topic,
)
from forecast.calibration.logistic import SHIFT_SD, SLOPE_SD, logistic_posterior
from forecast.calibration.recalibration_topic import recalibration_files
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.calibration.walk_forward import Gain, Recalibrate, recalibrated_forward, recalibration_gain
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.simulated_forecasts import calibrated, distorted

pytestmark = pytest.mark.medium

LATER = date(2036, 1, 1)
NOW = datetime(2036, 1, 2, tzinfo=UTC)
SEED = 7


def several_people(people: int, each: int, *, seed: int) -> SettledForecasts:
    """Questions of several people on two platforms, each with a bias of their own."""
    rng = np.random.default_rng(seed)
    rows = distorted(people * each, rng, shift=-0.4, slope=0.7)
    who = np.arange(people * each) % people
    platforms = tuple("wind" if at % 2 else "ice" for at in range(people * each))
    return replace(rows, who=who, people=tuple(f"n{at}" for at in range(people)), platforms=platforms)


def test_the_engine_agrees_with_quadrature():
    """Of one person on one platform it is the model of the smooth curve: mean shift and slope within 0.01."""
    rows = distorted(120, np.random.default_rng(1), shift=-0.5, slope=0.6)
    found, exact = newest(rows), logistic_posterior(rows)
    assert found.shift.mean() == pytest.approx(exact.weight @ exact.shift, abs=0.01)
    assert np.exp(found.log_slope).mean() == pytest.approx(exact.weight @ exact.slope, abs=0.01)
    given = np.array([0.05, 0.4, 0.9])
    asked = replace(rows.rows(np.arange(120) < 3), probability=given)
    assert found.probabilities(asked) == pytest.approx(exact.mean_probability(given), abs=0.004)


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 3])
def test_both_engines_agree(people: int):
    """The ordinary referee finds that NUTS agrees, with and without a hierarchy, of questions that count in part too."""
    rows = distorted(80, np.random.default_rng(2), shift=-0.5, slope=0.6) if people == 1 else several_people(people, 40, seed=2)
    rows = replace(rows, weight=np.where(np.arange(rows.weight.size) % 4, 1.0, 0.5))
    found = analyse(recalibration_topic(rows), LATER, Settings(), referee=True)
    assert found.verdict is not None
    assert found.verdict.verdict == "agreed", found.verdict.sentence


def test_a_question_counts_once_for_each_person():
    """Updates share the weight of one forecast: copies with a tenth of the weight each say what the one says."""
    rows = distorted(60, np.random.default_rng(3), shift=-0.5, slope=0.6)
    ten = np.arange(60).repeat(10)
    columns = {name: getattr(rows, name)[ten] for name in rows.columns()}
    copies = replace(rows, **{**columns, "weight": np.full(600, 0.1)})
    one, other = newest(rows), newest(copies)
    assert other.shift.mean() == pytest.approx(one.shift.mean(), abs=0.01)
    assert other.log_slope.std() == pytest.approx(one.log_slope.std(), rel=0.08)


def test_nothing_that_came_later_changes_what_was_recalibrated():
    """With the outcomes of all later questions turned around, earlier recalibrated probabilities are the same numbers."""
    rows = distorted(60, np.random.default_rng(4), shift=-0.5, slope=0.6)
    turned = replace(rows, outcome=np.where(np.arange(60) >= 30, 1 - rows.outcome, rows.outcome))
    before, after = forward(rows), forward(turned)
    assert np.isnan(before[:5]).all()
    assert (before[5:31] == after[5:31]).all()
    assert (before[40:] != after[40:]).all()


def test_people_of_one_hierarchy_are_near_one_another():
    """Each has a shift and a slope of their own, drawn towards the others'; the text has a level for people and one for platforms."""
    rows = several_people(3, 60, seed=5)
    text = "".join(recalibration_files(rows).values())
    assert "person_shift[person]" in text
    assert "platform_log_slope[platform]" in text
    found = recalibrate_people(rows, as_of=LATER, now=NOW, seed=SEED).gains
    assert [its["who"] for its in found] == ["n0", "n1", "n2"]
    means = [its["slope"][0] for its in found]
    assert max(means) - min(means) < 0.3
    assert all(its["tested"] > 30 for its in found)


def test_of_too_few_questions_no_gain_is_said():
    """Four are settled before anything could be recalibrated; certainty alone has no log odds."""
    (found,) = recalibrate_people(calibrated(4, np.random.default_rng(6)), as_of=LATER, now=NOW, seed=SEED).gains
    assert (found["gain"], found["tested"], found["questions"]) == (None, 0, 4)
    rows = calibrated(4, np.random.default_rng(6))
    assert recalibrate_people(replace(rows, probability=np.ones(4)), as_of=LATER, now=NOW, seed=SEED).gains == ()


@pytest.mark.parametrize("runs", [60, pytest.param(1_000, marks=pytest.mark.study)])
def test_intervals_of_shift_and_slope_hold_the_truth(runs: int):
    """In 90 of 100 records, with a truth drawn from the prior; within 2 of 100 in the study of 1,000."""
    assert held_by_intervals(runs) == pytest.approx([0.9, 0.9], abs=0.02 if runs >= 1_000 else 0.12)


@pytest.mark.parametrize("runs", [60, pytest.param(1_000, marks=pytest.mark.study)])
@pytest.mark.parametrize("spread", [1.0, 1.5])
def test_of_twelve_questions_without_bias_the_gain_may_be_none(spread: float, runs: int):
    """The interval of the gain holds 0 in 95 of 100 records; within 2 of 100 in the study of 1,000."""
    found = [gain_of(calibrated(12, rng, spread=spread), rng) for rng in generators(runs)]
    held = np.mean([its.low <= 0 <= its.high for its in found])
    assert held == pytest.approx(0.95, abs=0.02 if runs >= 1_000 else 0.085)


@pytest.mark.parametrize("runs", [3, pytest.param(100, marks=pytest.mark.study)])
def test_of_five_hundred_questions_with_a_bias_the_gain_is_found(runs: int):
    """Shift -0.5 and slope 0.6: in 9 of 10 records at least the interval lies above 0, and the gain is near what is to be gained."""
    found = [gain_of(distorted(500, rng, shift=-0.5, slope=0.6), rng) for rng in generators(runs)]
    assert np.mean([its.low > 0 for its in found]) >= 0.9
    assert np.mean([its.log for its in found]) == pytest.approx(0.05, abs=0.03)


def held_by_intervals(runs: int) -> list[float]:
    """The shares of records of 40 questions whose 90 % intervals hold the shift and the slope."""
    held: list[tuple[bool, bool]] = []
    for rng in generators(runs):
        shift, log_slope = SHIFT_SD * rng.normal(), SLOPE_SD * rng.normal()
        found = newest(distorted(40, rng, shift=shift, slope=np.exp(log_slope)))
        ends = [np.quantile(values, [0.05, 0.95]) for values in (found.shift, found.log_slope)]
        held.append((ends[0][0] <= shift <= ends[0][1], ends[1][0] <= log_slope <= ends[1][1]))
    return np.mean(held, axis=0).tolist()


def generators(runs: int) -> list[np.random.Generator]:
    """A generator for each run."""
    return [np.random.default_rng([20_261_128, run]) for run in range(runs)]


def newest(rows: SettledForecasts) -> Recalibrator:
    """The fit of all that is settled."""
    found = fit_recalibration(recalibration_topic(rows), (), as_of=LATER, seed=SEED)
    assert found is not None
    return found


def forward(rows: SettledForecasts) -> np.ndarray:
    """Recalibrated probabilities of one person, walking forward."""
    topic = recalibration_topic(rows)

    def fit(day: np.datetime64) -> Recalibrate | None:
        found = fit_recalibration(topic, (), as_of=date.fromisoformat(str(day)), seed=SEED)
        return None if found is None else found.probabilities

    return recalibrated_forward(rows, fit, growth=GROWTH)


def gain_of(rows: SettledForecasts, rng: np.random.Generator) -> Gain:
    """What it would have gained."""
    found = recalibration_gain(rows, forward(rows), rng=rng)
    assert found is not None
    return found
