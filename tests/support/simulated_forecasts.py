"""Forecasts simulated from a known truth: how probabilities, outcomes and groups of questions hang together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from scipy.special import expit, logit, ndtr

from forecast.book.files.problems import Place
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.calibration.settled_rows import MOMENT
from forecast.forecasts.question import AskedQuestion
from forecast.language.arrays import Array, Indices
from forecast.track_record.cohorts import QuestionCohort
from forecast.track_record.record_questions import RecordQuestion

BEGIN = np.datetime64("2026-01-01", "us")
DAY = np.timedelta64(1, "D")


def rows_of(
    probability: Array,
    outcome: Array,
    *,
    question: Indices | None = None,
    topic: Indices | None = None,
    who: Indices | None = None,
    weight: Array | None = None,
) -> SettledForecasts:
    """Settled forecasts of a new question every other day, which counts from the day after.

    Each is of a question of its own where none is given, and each question is a group where no topic is.
    """
    size = probability.size
    question = np.arange(size) if question is None else question
    who = np.zeros(size, dtype=np.intp) if who is None else who
    at = (BEGIN + 2 * question * DAY).astype(MOMENT)
    cohorts = tuple(_cohort(place) for place in range(int(question.max()) + 1 if size else 0))
    people = tuple(f"p{place}" for place in range(int(who.max()) + 1 if size else 1))
    return SettledForecasts(
        weight=np.ones(size) if weight is None else weight,
        at=at,
        question=question,
        cluster=question if topic is None else topic[question],
        who=who,
        questions=cohorts,
        platforms=("",) * len(cohorts),
        people=people,
        probability=np.asarray(probability, dtype=np.float64),
        outcome=np.asarray(outcome, dtype=np.float64),
    )


def _cohort(place: int) -> QuestionCohort:
    wording = AskedQuestion(Place("questions.csv"), f"q{place}", "", f"Question {place}?", "binary")
    enters = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=2 * place + 1)
    return QuestionCohort(RecordQuestion("made", f"made:q{place}", f"q{place}", "", wording), "scored", "", enters)


def calibrated(
    size: int, rng: np.random.Generator, *, spread: float = 1.5, step: float = 0.0, topics: int = 0, correlation: float = 0.0
) -> SettledForecasts:
    """Forecasts whose probabilities are right; questions of one topic have a normal correlation."""
    return distorted(size, rng, spread=spread, step=step, topics=topics, correlation=correlation)


def distorted(
    size: int,
    rng: np.random.Generator,
    *,
    shift: float = 0.0,
    slope: float = 1.0,
    spread: float = 1.5,
    step: float = 0.0,
    topics: int = 0,
    correlation: float = 0.0,
) -> SettledForecasts:
    """Forecasts of which the log odds of what happens are ``shift + slope ·`` those that are given."""
    given = expit(spread * rng.normal(size=size))
    if step:
        given = np.clip(np.round(given / step) * step, step, 1 - step)
    topic = np.arange(size) % topics if topics else np.arange(size)
    shared = rng.normal(size=int(topic.max()) + 1)[topic]
    uniform = ndtr(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.normal(size=size))
    happened = uniform < expit(shift + slope * logit(given))
    return rows_of(given, happened, topic=topic)
