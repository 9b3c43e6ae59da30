"""Metaculus's five scores of a record's questions, from the record alone.

A crowd is the persons of one venue on one question. Models, markets and aggregates are never in it, and bots only where the question
includes them. Where a record does not hold everybody's forecasts there is no crowd, and so no peer and no relative score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.record import ForecastRecord
from forecast.language.arrays import Array
from forecast.scoring.metaculus import baseline_probability, spot_time
from forecast.scoring.metaculus_crowd import ForecastTimes
from forecast.scoring.metaculus_forecasts import BinaryForecasts, ContinuousForecasts, OptionForecasts, OutcomeForecasts
from forecast.scoring.metaculus_question import MetaculusScores, QuestionTimes, score_question
from forecast.scoring.time_weighting import TimeWeighted
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.number_scores import metaculus_scale, number_outcome, outcome_bucket
from forecast.track_record.option_scores import option_names
from forecast.track_record.record_questions import RecordQuestion

OWN_RULES = ("baseline", "spot-baseline")
CROWD_RULES = ("peer", "spot-peer", "relative-legacy")
NO_CROWD = "the record does not hold the forecasts of everybody whom the venue counts, so there is no crowd to compare with"


@dataclass(frozen=True, slots=True)
class PlatformScores:
    """Scores and coverage ``(forecasters,)`` by rule; NaN where a forecaster has none, as the platform has no row then."""

    scores: Mapping[str, Array]
    coverage: Mapping[str, Array]


def metaculus_scores(record: ForecastRecord, counted: CountedForecasts, given: Array) -> PlatformScores:
    """Return the five scores of every forecaster of the questions that opened and had a scheduled close.

    ``given`` is what each forecast gave to what happened. A question of which a forecast cannot be scored has none.
    """
    size = len(counted.forecasters)
    scores = {rule: np.full(size, np.nan) for rule in (*OWN_RULES, *CROWD_RULES)}
    coverage = {rule: np.zeros(size) for rule in scores}
    for question, asked in enumerate(counted.questions):
        of_question = counted.of_question(question)
        wording = asked.wording
        if of_question.start == of_question.stop or wording is None or wording.opens is None or wording.scheduled_close is None:
            continue
        forecasts = _outcome_forecasts(counted, question, given[of_question])
        if forecasts is None or wording.scheduled_close <= wording.opens:
            continue
        found = _score(record, counted, question, wording, forecasts)
        first = int(counted.timeline[of_question.start])
        for rule, its in _by_rule(found):
            rows = slice(first, first + its.score.size)
            scores[rule][rows] = np.where(its.coverage > 0, its.score, np.nan)
            coverage[rule][rows] = its.coverage
    return PlatformScores(scores, coverage)


def in_crowd(record: ForecastRecord, who: str, question: RecordQuestion) -> bool:
    """Return whether somebody's forecasts of a question are those of its crowd."""
    person = record.people.get(who)
    if person is None or not person.in_crowd or record.source is None or record.source.crowd != "persons":
        return False
    return person.kind == "person" or (person.kind == "bot" and question.wording is not None and question.wording.includes_bots)


def _score(
    record: ForecastRecord, counted: CountedForecasts, question: int, wording: AskedQuestion, forecasts: OutcomeForecasts
) -> MetaculusScores:
    of_question = counted.of_question(question)
    asked, opened = counted.questions[question], wording.opens
    forecaster = counted.timeline[of_question] - counted.timeline[of_question.start]
    members = [
        in_crowd(record, who, asked)
        for _, who in counted.forecasters[counted.timeline[of_question.start] : counted.timeline[of_question.stop - 1] + 1]
    ]
    when = ForecastTimes(
        forecaster=forecaster,
        start=counted.start[of_question],
        end=counted.end[of_question],
        in_crowd=np.array(members, dtype=np.bool_)[forecaster],
    )
    assert wording.scheduled_close is not None
    assert opened is not None
    scheduled = (wording.scheduled_close - opened).total_seconds()
    closed = float(counted.close[question])
    spot = None if wording.spot is None else (wording.spot - opened).total_seconds()
    times = QuestionTimes(
        opened=0.0,
        scheduled_close=scheduled,
        actual_close=closed,
        spot=spot_time(opened=0.0, scheduled_close=scheduled, actual_close=closed, spot_scoring=spot),
    )
    return score_question(forecasts, when=when, times=times)


def _by_rule(found: MetaculusScores) -> Iterator[tuple[str, TimeWeighted]]:
    yield "baseline", found.baseline
    yield "spot-baseline", found.spot_baseline
    yield "peer", found.peer
    yield "spot-peer", found.spot_peer
    yield "relative-legacy", found.relative_legacy


def _outcome_forecasts(counted: CountedForecasts, question: int, given: Array) -> OutcomeForecasts | None:
    """The forecasts of a question as the rules take them; None where one of them cannot be scored."""
    asked = counted.questions[question]
    assert asked.wording is not None
    if np.isnan(given).any():
        return None
    if asked.wording.type == "binary":
        return BinaryForecasts(given)
    if asked.wording.type == "options":
        return _option_forecasts(counted, question)
    outcome, scale = number_outcome(asked), asked.wording.scale
    if outcome is None or scale is None:
        return None
    sized = metaculus_scale(scale)
    baseline = baseline_probability(bucket=outcome_bucket(scale, outcome), buckets=scale.steps, open_bounds=sized.open_bounds)
    return ContinuousForecasts(given, float(baseline))


def _option_forecasts(counted: CountedForecasts, question: int) -> OptionForecasts | None:
    asked = counted.questions[question]
    values = [its.value for its in counted.forecasts[counted.of_question(question)]]
    names = option_names(asked, values)
    assert asked.resolution is not None
    if asked.resolution.outcome != "label" or str(asked.resolution.value) not in names:
        return None
    table = np.array([[value.get(name, np.nan) for name in names] for value in values if isinstance(value, Mapping)], dtype=np.float64)
    if np.isnan(table[:, -1]).any():
        return None
    return OptionForecasts(table, names.index(str(asked.resolution.value)))
