"""What an open question would score if a forecast were made now: kept until the scheduled close, and then decided one way or another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import numpy as np

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.resolution import OutcomeWord, Resolution
from forecast.forecasts.timelines import Timeline, span_at, timelines
from forecast.track_record.cohorts import QuestionCohort
from forecast.track_record.question_history import BESIDE_KINDS
from forecast.track_record.record_questions import RecordQuestion
from forecast.track_record.record_scores import score_record

PROBABILITIES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
UPDATE_RULES = {
    "binary": ("brier", "brier-over-time", "baseline"),
    "options": ("brier-two-sided", "brier-two-sided-over-time", "baseline"),
}

type Said = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class UpdatableQuestion:
    """An open question of a record, the forecasts of one forecaster, the one in force, and what an aggregate, a market, a base rate or a model says now."""

    record: ForecastRecord
    question: RecordQuestion
    line: Timeline
    said: Said
    beside: Forecast | None


@dataclass(frozen=True, slots=True)
class OpenForecasts:
    """Questions for which it can be said what an update would score, and how many numbers and dates are open besides."""

    questions: tuple[UpdatableQuestion, ...]
    numbers: int


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """The scores of a forecaster's question if a forecast holds from now on: by measure for each outcome at the scheduled close, and expected by a belief.

    ``expected`` is empty where nobody's belief is known.  An outcome that the belief rules out does not count in it.
    """

    forecast: Forecast
    by_outcome: Mapping[str, Mapping[str, float]]
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class UpdateChoices:
    """An open question: what is said now, which share of its time has passed, and what keeping that or saying something else would score.

    ``believer`` is whose belief expectations are under: of options where nobody else has a forecast, the forecaster's own.
    """

    question: RecordQuestion
    who: str
    passed: float
    believer: str
    keep: UpdateOutcome
    updates: tuple[UpdateOutcome, ...]


def updatable_questions(record: ForecastRecord, cohorts: Sequence[QuestionCohort], *, who: Sequence[str], now: datetime) -> OpenForecasts:
    """Return the open questions of yes or no, or of options, with a scheduled close to come, of which some forecasters have a forecast in force."""
    open_questions = {its.question.key: its.question for its in cohorts if its.cohort == "open" and _can_be_updated(its.question, now)}
    of_question: dict[tuple[str, str], list[Timeline]] = {key: [] for key in open_questions}
    for line in timelines(record):
        if (key := (line.question, line.asked)) in of_question:
            of_question[key].append(line)
    found: list[UpdatableQuestion] = []
    numbers = 0
    for line in chain.from_iterable(of_question.values()):
        key = line.question, line.asked
        question, span = open_questions[key], span_at(line, now)
        if line.who not in who or span is None:
            continue
        said = _forecast_value(question, span.forecast)
        if said is not None:
            found.append(UpdatableQuestion(record, question, line, said, _forecast_beside(record, question, of_question[key], said, now)))
        elif question.wording is not None and question.wording.type not in UPDATE_RULES:
            numbers += 1
    return OpenForecasts(tuple(sorted(found, key=lambda its: (its.question.close or now, its.question.address))), numbers)


def _can_be_updated(question: RecordQuestion, now: datetime) -> bool:
    wording = question.wording
    if wording is None or wording.scheduled_close is None or wording.opens is None:
        return False
    return wording.opens <= now < min(wording.actual_close or wording.scheduled_close, wording.scheduled_close)


def _forecast_value(question: RecordQuestion, forecast: Forecast) -> Said | None:
    """What a forecast says of a question of yes or no, or of options; None for others."""
    match None if question.wording is None else question.wording.type, forecast.form, forecast.value:
        case "binary", "probability", float(value):
            return value
        case "options", "options", Mapping() as shares:
            return shares
    return None


def _forecast_beside(
    record: ForecastRecord, question: RecordQuestion, lines: Sequence[Timeline], said: Said, now: datetime
) -> Forecast | None:
    """The forecast in force, among the lines of a question, of an aggregate, a market, a base rate or a model, in this order, that has the same options."""
    for kind in BESIDE_KINDS:
        for line in lines:
            person = record.people.get(line.who)
            span = span_at(line, now) if person is not None and person.kind == kind else None
            other = None if span is None else _forecast_value(question, span.forecast)
            if span is not None and other is not None and list(_chances(other)) == list(_chances(said)):
                return span.forecast
    return None


def _chances(said: Said) -> Mapping[str, float]:
    """The probability of each outcome, by its name, sorted."""
    shares = said if isinstance(said, Mapping) else {"yes": said, "no": 1 - said}
    return {name: shares[name] for name in sorted(shares)}


def update_choices(its: UpdatableQuestion, *, now: datetime) -> UpdateChoices:
    """Return what an open question would score, kept as it is or changed now.

    The forecast is taken to hold until the scheduled close, and the question to be decided there: an early close would cut Metaculus's
    baseline short. Expected scores weigh each outcome by what somebody believes now; by each of these measures, they are best for whoever
    says that belief.
    """
    wording = its.question.wording
    assert wording is not None
    assert wording.opens is not None
    assert wording.scheduled_close is not None
    passed = (now - wording.opens) / (wording.scheduled_close - wording.opens)
    beside = None if its.beside is None else _forecast_value(its.question, its.beside)
    is_binary = isinstance(its.said, float)
    belief = {} if beside is None and is_binary else _chances(its.said if beside is None else beside)
    believer = "" if not belief else its.line.who if its.beside is None else its.beside.who
    others: list[Said] = [*(PROBABILITIES if is_binary else ()), *([] if beside is None else [beside])]
    return UpdateChoices(
        its.question,
        its.line.who,
        passed,
        believer,
        _outcome(its, its.said, belief, now),
        tuple(_outcome(its, said, belief, now) for said in others),
    )


def _outcome(its: UpdatableQuestion, said: Said, belief: Mapping[str, float], now: datetime) -> UpdateOutcome:
    forecast = replace(_spans(its, now)[-1], id="", at=now, until=None, value=said, recorded=now)
    by_outcome = {name: dict(_scores(its, forecast, name, now)) for name in _chances(its.said)}
    rules = UPDATE_RULES["binary" if isinstance(its.said, float) else "options"]
    known = [rule for rule in rules if belief and all(rule in scores for scores in by_outcome.values())]
    expected = {rule: sum(chance * by_outcome[name][rule] for name, chance in belief.items() if chance > 0) for rule in known}
    return UpdateOutcome(forecast, by_outcome, expected)


def _spans(its: UpdatableQuestion, now: datetime) -> list[Forecast]:
    return [span.forecast for span in its.line.spans if span.start <= now]


def _scores(its: UpdatableQuestion, forecast: Forecast, outcome: str, now: datetime) -> Iterator[tuple[str, float]]:
    """The scores of a record in which only this forecaster's forecasts are, with one more, and the question decided."""
    wording = its.question.wording
    assert wording is not None
    assert wording.scheduled_close is not None
    close, is_binary = wording.scheduled_close, isinstance(its.said, float)
    word: OutcomeWord = "label" if not is_binary else "yes" if outcome == "yes" else "no"
    end = Resolution(forecast.place, "", its.question.id, forecast.asked, word, None if is_binary else outcome, close, close.date(), close)
    decided = replace(
        its.record,
        questions={its.question.id: (replace(wording, actual_close=None),)},
        options=tuple(option for option in its.record.options if option.question == its.question.id),
        forecasts=(*_spans(its, now), forecast),
        resolutions=(end,),
        platform_scores=(),
    )
    scored = score_record(decided, now=close)
    for measure in UPDATE_RULES["binary" if is_binary else "options"]:
        values = scored.scores.get(measure)
        if values is not None and not np.isnan(values[0]):
            yield measure, float(values[0])
