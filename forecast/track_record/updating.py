"""What an open question would score if a forecast were made now: kept until the scheduled close, and then decided one way or the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.resolution import OutcomeWord, Resolution
from forecast.forecasts.timelines import Timeline, span_at, timelines
from forecast.track_record.cohorts import QuestionCohort
from forecast.track_record.record_questions import RecordQuestion
from forecast.track_record.record_scores import score_record

PROBABILITIES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
UPDATE_RULES = ("brier", "brier-over-time", "baseline")


@dataclass(frozen=True, slots=True)
class UpdatableQuestion:
    """An open question of a record, the forecasts of one forecaster, and the probability in force."""

    record: ForecastRecord
    question: RecordQuestion
    line: Timeline
    said: float


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """The scores of a forecaster's question if a probability holds from now on: by measure, for a yes and for a no at the scheduled close."""

    probability: float
    if_yes: dict[str, float]
    if_no: dict[str, float]


@dataclass(frozen=True, slots=True)
class UpdateChoices:
    """An open question: what is said now, which share of its time has passed, and what keeping that or saying something else would score."""

    question: RecordQuestion
    who: str
    passed: float
    keep: UpdateOutcome
    updates: tuple[UpdateOutcome, ...]


def updatable_questions(
    record: ForecastRecord, cohorts: Sequence[QuestionCohort], *, who: Sequence[str], now: datetime
) -> tuple[UpdatableQuestion, ...]:
    """Return the open yes-or-no questions with a scheduled close to come of which some forecasters have a probability in force, by their close."""
    open_questions = {its.question.key: its.question for its in cohorts if its.cohort == "open"}
    found: list[UpdatableQuestion] = []
    for line in timelines(record):
        question = open_questions.get((line.question, line.asked))
        if question is None or line.who not in who or not _can_be_updated(question, now):
            continue
        span = span_at(line, now)
        if span is not None and isinstance(span.forecast.value, float):
            found.append(UpdatableQuestion(record, question, line, span.forecast.value))
    return tuple(sorted(found, key=lambda its: (its.question.close or now, its.question.address)))


def _can_be_updated(question: RecordQuestion, now: datetime) -> bool:
    wording = question.wording
    if wording is None or wording.type != "binary" or wording.scheduled_close is None or wording.opens is None:
        return False
    return wording.opens <= now < min(wording.actual_close or wording.scheduled_close, wording.scheduled_close)


def update_choices(its: UpdatableQuestion, *, now: datetime) -> UpdateChoices:
    """Return what an open question would score, kept as it is or changed now.

    The forecast is taken to hold until the scheduled close, and the question to be decided there: an early close would cut Metaculus's
    baseline short. Scores are not expected values: a forecaster who believes p weighs yes by p and no by 1 - p, and by each of these
    measures does best by saying p.
    """
    wording = its.question.wording
    assert wording is not None
    assert wording.opens is not None
    assert wording.scheduled_close is not None
    passed = (now - wording.opens) / (wording.scheduled_close - wording.opens)
    updates = tuple(_outcome(its, probability, now) for probability in PROBABILITIES)
    return UpdateChoices(its.question, its.line.who, passed, _outcome(its, its.said, now), updates)


def _outcome(its: UpdatableQuestion, probability: float, now: datetime) -> UpdateOutcome:
    yes, no = (dict(_scores(its, probability, now, word)) for word in ("yes", "no"))
    return UpdateOutcome(probability, yes, no)


def _scores(its: UpdatableQuestion, probability: float, now: datetime, outcome: OutcomeWord) -> Iterator[tuple[str, float]]:
    """The scores of a record in which only this forecaster's forecasts are, with one more, and the question decided."""
    wording = its.question.wording
    assert wording is not None
    assert wording.scheduled_close is not None
    close = wording.scheduled_close
    spans = [span.forecast for span in its.line.spans if span.start <= now]
    said = replace(spans[-1], id="", at=now, until=None, value=probability, recorded=now)
    end = Resolution(spans[-1].place, "", its.question.id, spans[-1].asked, outcome, None, close, close.date(), close)
    decided = replace(
        its.record,
        questions={its.question.id: (replace(wording, actual_close=None),)},
        options=(),
        forecasts=(*spans, said),
        resolutions=(end,),
        platform_scores=(),
    )
    scored = score_record(decided, now=close)
    for measure in UPDATE_RULES:
        values = scored.scores.get(measure)
        if values is not None and not np.isnan(values[0]):
            yield measure, float(values[0])
