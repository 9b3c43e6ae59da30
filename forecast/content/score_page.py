"""Fills the JSON of the page of scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from forecast.content.forecast_words import forecast_words, outcome_words
from forecast.content.scores import skill_contents
from forecast.forecasts.times import moment_text
from forecast.schema.hindcast_scores import KeptHindcastsContent
from forecast.schema.json_data import round_numbers
from forecast.schema.score import SCORE_FORMAT, ScoreFigure, ScoresContent, figure
from forecast.schema.score_page import (
    BesideContent,
    CallContent,
    CallsContent,
    GroupedScoresContent,
    OpenQuestionContent,
    ScorePageContent,
    SettledContent,
    SettledForecasterContent,
    StepContent,
    UpdateContent,
)
from forecast.schema.topic import digest_of
from forecast.track_record.calls import Calls
from forecast.track_record.cohorts import QuestionCohort
from forecast.track_record.measures import USUAL, measures
from forecast.track_record.question_history import Beside, ForecasterHistory, ForecastStep, question_history
from forecast.track_record.record_scores import RecordScores
from forecast.track_record.score_table import OWNER, ScoreRow
from forecast.track_record.skill_summaries import SkillSummary
from forecast.track_record.updating import UpdateChoices, UpdateOutcome

MOST_QUESTIONS = 100  # settled ones with their forecasts on the page, the newest
MOST_PEOPLE = 12  # of one question
MOST_STEPS = 50  # forecasts of one forecaster of one question, the newest


def score_page_content(
    scores: ScoresContent,
    records: Sequence[RecordScores],
    *,
    who: Sequence[str],
    groups: Sequence[GroupedScoresContent],
    crowd: Sequence[SkillSummary],
    calls: Calls | None,
    rows: Mapping[tuple[str, str], str],
    inputs: str,
    made_of: str,
    choices: Sequence[UpdateChoices],
    unlisted_open: int,
    open_numbers: int,
    hindcasts: KeptHindcastsContent | None,
) -> ScorePageContent:
    """Return what the page of scores shows: of the forecasters ``who``, or of everybody where nobody is named.

    ``rows`` are sentences on the rows behind calls, by the question's address and the forecaster; ``inputs`` is the hash of the files they rest on.
    """
    settled = sorted(
        ((its, place) for its in records for place in _settled_places(its, who)),
        key=lambda pair: _entry_of(pair[0].questions[pair[1]]),
        reverse=True,
    )
    listed = [_settled_content(its, place, who) for its, place in settled[:MOST_QUESTIONS]]
    content: ScorePageContent = {
        "format": SCORE_FORMAT,
        "digest": "",
        "made_of": made_of,
        "as_of": scores["as_of"],
        "scores": scores,
        "labels": {measure.name: measure.label for measure in measures() if measure.name in USUAL},
        "groups": list(groups),
        "crowd": skill_contents(crowd),
        "calls": None if calls is None else _calls(calls, rows, inputs),
        "open": [_open_question(each) for each in choices if each.keep.expected or "yes" in each.keep.by_outcome],
        "unlisted_open": unlisted_open,
        "open_numbers": open_numbers,
        "settled": listed,
        "unlisted": max(len(settled) - MOST_QUESTIONS, 0),
        "hindcasts": hindcasts,
    }
    rounded = round_numbers(content)
    rounded["digest"] = digest_of(rounded)
    return rounded


def _entry_of(cohort: QuestionCohort) -> tuple[datetime, str]:
    assert cohort.enters is not None  # it is scored
    return cohort.enters, cohort.question.address


def _settled_places(its: RecordScores, who: Sequence[str]) -> list[int]:
    """The questions that count and have a forecast, of those that are named."""
    places = {place for place, name in its.counted.forecasters if not who or _name(its, name) in who}
    return [place for place in sorted(places) if its.questions[place].is_scored]


def _name(its: RecordScores, who: str) -> str:
    """A forecaster as the page calls them."""
    source = its.record.source
    return OWNER if source is not None and who in source.me else who


def _settled_content(its: RecordScores, place: int, who: Sequence[str]) -> SettledContent:
    cohort = its.questions[place]
    question, wording = cohort.question, cohort.question.wording
    opened = its.counted.opened[place]
    histories = [each for each in question_history(its, place) if not who or _name(its, each.who) in who]
    return {
        "address": question.address,
        "text": question.text,
        "type": "" if wording is None else wording.type,
        "unit": "" if wording is None else wording.unit,
        "opened": None if opened is None else moment_text(opened),
        "closed": None if question.close is None else moment_text(question.close),
        "outcome": outcome_words(question),
        "enters": _entry_of(cohort)[0].date().isoformat(),
        "people": [_forecaster(its, place, each) for each in histories[:MOST_PEOPLE]],
    }


def _forecaster(its: RecordScores, place: int, history: ForecasterHistory) -> SettledForecasterContent:
    question = its.questions[place].question
    found = {name: float(its.scores[name][history.row]) for name in USUAL if name in its.scores}
    return {
        "who": _name(its, history.who),
        "scores": {name: figure(value) for name, value in found.items() if not math.isnan(value)},
        "steps": [_step(step, forecast_words(question, step.forecast)) for step in history.steps[-MOST_STEPS:]],
    }


def _step(step: ForecastStep, said: str) -> StepContent:
    value = step.forecast.value
    return {
        "at": moment_text(step.start),
        "until": None if step.end is None else moment_text(step.end),
        "said": said,
        "probability": value if isinstance(value, float) and step.forecast.form == "probability" else None,
        "rule": step.rule,
        "score": None if math.isnan(step.score) else figure(step.score),
        "beside": None if step.beside is None else _beside(step.beside),
    }


def _beside(beside: Beside) -> BesideContent:
    return {"who": beside.who, "probability": beside.probability, "score": figure(beside.score)}


def _calls(calls: Calls, rows: Mapping[tuple[str, str], str], inputs: str) -> CallsContent:
    return {
        "measure": calls.measure.name,
        "label": calls.measure.label,
        "inputs": inputs,
        "best": [_call(row, rows) for row in calls.best],
        "worst": [_call(row, rows) for row in calls.worst],
    }


def _call(row: ScoreRow, rows: Mapping[tuple[str, str], str]) -> CallContent:
    question = row.question.question
    return {
        "address": question.address,
        "text": question.text,
        "outcome": outcome_words(question),
        "who": row.who,
        "score": figure(row.score),
        "row": rows.get((question.address, row.who)),
    }


def _open_question(choices: UpdateChoices) -> OpenQuestionContent:
    wording = choices.question.wording
    assert wording is not None
    assert wording.scheduled_close is not None
    return {
        "address": choices.question.address,
        "text": choices.question.text,
        "who": choices.who,
        "closes": moment_text(wording.scheduled_close),
        "passed": choices.passed,
        "believer": choices.believer,
        "keep": _update(choices, choices.keep),
        "updates": [_update(choices, outcome) for outcome in choices.updates],
    }


def _update(choices: UpdateChoices, outcome: UpdateOutcome) -> UpdateContent:
    value = outcome.forecast.value
    is_binary = isinstance(value, float)
    return {
        "said": forecast_words(choices.question, outcome.forecast),
        "probability": value if isinstance(value, float) else None,
        "if_yes": _figures(outcome.by_outcome["yes"]) if is_binary else {},
        "if_no": _figures(outcome.by_outcome["no"]) if is_binary else {},
        "expected": _figures(outcome.expected),
    }


def _figures(values: Mapping[str, float]) -> dict[str, ScoreFigure]:
    return {name: figure(value) for name, value in values.items()}
