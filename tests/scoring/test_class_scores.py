"""Scores of probabilities of an event or of classes: certainty that was wrong, shapes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.brier import brier_score, brier_score_two_sided
from forecast.scoring.discrimination import chance_yes_above_no, mean_difference
from forecast.scoring.logarithmic import (
    log_score,
    log_score_bits,
    log_score_censored,
    log_score_of_density,
    probability_of_class,
    probability_of_outcome,
)
from forecast.scoring.ranked import ranked_logarithmic_score
from forecast.scoring.skill import skill_difference, skill_ratio
from forecast.scoring.spherical import spherical_score

pytestmark = pytest.mark.medium


def test_certainty_that_was_wrong_scores_infinity():
    """A probability of 0 for what happened stays infinite, in every unit and in means."""
    assert log_score(probability_of_outcome=[0.0, 1.0]).tolist() == [np.inf, 0]
    assert log_score_bits(probability_of_outcome=[0.0, 0.5]).mean() == np.inf
    assert log_score_of_density(density=[0.0, 1.0]).tolist() == [np.inf, 0]
    assert log_score_censored(survival=0.0) == np.inf
    assert float(ranked_logarithmic_score(probabilities=[0.0, 0.5, 0.5], outcome=0)) == np.inf


def test_certainty_that_was_right_is_perfect():
    """Forecasts of exactly 0 and 1 are kept and scored."""
    assert brier_score(probability=[0.0, 1.0, 1.0], outcome=[0, 1, 0]).tolist() == [0, 0, 1]
    assert brier_score_two_sided(probabilities=[[0.0, 1.0]] * 2, outcome=[1, 0]).tolist() == [0, 2]
    assert float(spherical_score(probabilities=[0.0, 1.0], outcome=1)) == pytest.approx(1)


def test_shapes():
    """Leading axes are kept, and a probability meets outcomes of any shape."""
    classes = np.full((3, 4, 2), 0.5)
    outcomes = np.zeros((3, 4), dtype=int)
    assert brier_score_two_sided(probabilities=classes, outcome=outcomes).shape == (3, 4)
    assert probability_of_class(probabilities=classes, outcome=outcomes).shape == (3, 4)
    assert probability_of_outcome(probability=0.3, outcome=[[0, 1], [1, 0]]).tolist() == [[0.7, 0.3], [0.3, 0.7]]


def test_skill_beside_a_perfect_reference():
    """The ratio is minus infinity, or means nothing where both are perfect; of infinite scores too the difference of both is NaN."""
    assert skill_ratio(score=[0.1, 0.0], reference=0.0).tolist() == pytest.approx([-np.inf, np.nan], nan_ok=True)
    assert skill_difference(score=[np.inf, 1.0, np.inf], reference=[1.0, np.inf, np.inf]).tolist() == pytest.approx(
        [-np.inf, np.inf, np.nan], nan_ok=True
    )


def test_discrimination_of_many_equals_all_pairs():
    """The chance by ranks is that of all pairs of a yes and a no, with ties."""
    generator = np.random.default_rng(6)
    probability, outcome = generator.integers(0, 8, 60) / 7, generator.integers(0, 2, 60)
    yes, no = probability[outcome == 1][:, np.newaxis], probability[outcome == 0]
    pairs = ((yes > no) + (yes == no) / 2).mean()
    assert chance_yes_above_no(probability=probability, outcome=outcome) == pytest.approx(pairs)


@pytest.mark.parametrize("wrong", [np.nan, -0.01, 1.01, 30])
def test_what_is_no_probability_is_refused(wrong: float):
    """NaN and numbers outside 0 to 1, such as percents, are refused and never clamped."""
    with pytest.raises(ValueError):
        brier_score(probability=wrong, outcome=1)
    with pytest.raises(ValueError):
        log_score(probability_of_outcome=wrong)
    with pytest.raises(ValueError):
        brier_score_two_sided(probabilities=[wrong, 1 - wrong], outcome=0)


def test_what_is_no_outcome_is_refused():
    """Shares where only yes and no count, classes that do not exist or are no whole numbers, and probabilities that do not add up."""
    with pytest.raises(ValueError, match="1 for yes"):
        probability_of_outcome(probability=0.5, outcome=0.5)
    with pytest.raises(IndexError):
        probability_of_class(probabilities=[0.5, 0.5], outcome=2)
    with pytest.raises(IndexError):
        probability_of_class(probabilities=[0.5, 0.5], outcome=-1)
    with pytest.raises(TypeError):
        probability_of_class(probabilities=[0.5, 0.5], outcome=1.0)
    with pytest.raises(ValueError, match="add up"):
        spherical_score(probabilities=[0.5, 0.4], outcome=1)
    with pytest.raises(ValueError, match="do not fit"):
        spherical_score(probabilities=[[0.5, 0.5]], outcome=[1, 0])
    with pytest.raises(ValueError, match="two classes"):
        spherical_score(probabilities=[1.0], outcome=0)
    with pytest.raises(ValueError, match="negative"):
        log_score_of_density(density=-1.0)
    for outcomes in ([1, 1], [0, 0]):
        with pytest.raises(ValueError, match="a yes and a no"):
            mean_difference(probability=[0.5, 0.6], outcome=outcomes)
    with pytest.raises(ValueError, match="each question"):
        mean_difference(probability=[0.5, 0.6], outcome=[1])
