"""Scores of settled questions through time, against hand-computed ones."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from forecast.insight.hindcasts import DatedProbability, Hindcast
from forecast.insight.settled_questions import SettledQuestion
from forecast.insight.settled_scores import MeanScore, SettledScore, mean_of_scores, score_settled_question
from tests.support.building import make_topic

OPENS = date(2025, 1, 1)
ZERO = float(OPENS.toordinal())
QUESTION = make_topic(
    priors={"rate": "Gamma(alpha=1, beta=1)"},
    streams={"seen": "Poisson(mu=rate)"},
    questions={"any": {"answer": "total(seen) >= 1", "by": date(2025, 1, 31)}},
).questions["any"]


def score(said: list[tuple[float, float]], *, outcome: int = 1, base_rate: float = 0.25, prior: float = 0.2) -> SettledScore | None:
    """The score of what was said so many days after the question opened, which is settled on the tenth day after."""
    settled = SettledQuestion(QUESTION, outcome, OPENS, OPENS + timedelta(days=10))
    hindcast = Hindcast(settled, (), DatedProbability(OPENS, prior, 0.0))
    moments = [(ZERO + at, probability) for at, probability in said]
    return score_settled_question("made", hindcast, moments, "replay", today=date(2025, 2, 1), base_rate=base_rate)


def test_a_forecast_counts_for_as_long_as_it_stands():
    """0.2 for two days and 0.5 for eight, of a yes: the means weighted by days, of squares and of bits."""
    its = score([(0, 0.2), (2, 0.5)])
    assert its is not None
    assert (its.address, its.forecasts, its.days, its.is_due) == ("made.any", 2, 10.0, True)
    assert its.score == MeanScore(pytest.approx(0.2 * 0.64 + 0.8 * 0.25, rel=1e-12), pytest.approx(-0.2 * math.log2(0.2) + 0.8, rel=1e-12))


def test_references_give_one_probability_throughout():
    """The prior, the base rate and one half, each with its score."""
    its = score([(0, 0.9)], outcome=0)
    assert its is not None
    assert {name: probability for name, (probability, _) in its.references.items()} == {"prior": 0.2, "base rate": 0.25, "half": 0.5}
    assert its.references["prior"][1] == MeanScore(pytest.approx(0.04, rel=1e-12), pytest.approx(-math.log2(0.8), rel=1e-12))
    assert its.references["half"][1] == MeanScore(0.25, 1.0)


def test_only_what_stood_while_the_question_was_open_counts():
    """What was said before counts from the opening on; nothing said since it was settled counts, nor of two at one moment the first."""
    its = score([(4, 0.9), (4, 0.5), (10, 0.1), (12, 0.1)])
    assert its is not None
    assert (its.forecasts, its.days, its.score) == (1, 6.0, MeanScore(0.25, 1.0))
    its = score([(-3, 0.5), (10, 0.1)])
    assert its is not None
    assert (its.forecasts, its.days, its.score) == (1, 10.0, MeanScore(0.25, 1.0))
    assert score([(10, 0.5)]) is None
    assert score([]) is None


def test_certainty_that_is_wrong_has_an_infinite_score():
    """It stays infinite in the mean, however short a time it stood; for no time it counts for nothing."""
    its = score([(0, 0.5), (9.5, 0.0)])
    assert its is not None
    assert its.score.log_bits == math.inf
    its = score([(0, 0.5), (9.5, 0.0), (9.5, 1.0)])
    assert its is not None
    assert its.score == MeanScore(pytest.approx(0.25 * 0.95, rel=1e-12), pytest.approx(0.95, rel=1e-12))
    assert mean_of_scores([MeanScore(0.25, 1.0), MeanScore(1.0, math.inf)]) == MeanScore(0.625, math.inf)
