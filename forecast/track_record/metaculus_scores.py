"""Metaculus's five scores of a record's questions, from the record alone.

A crowd is the persons of one venue on one question. Models, markets and aggregates are never in it, and bots only where the question
includes them. Where a record does not hold everybody's forecasts there is no crowd, and so no peer and no relative score but against what the
platform published of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.values import Buckets, ForecastValue
from forecast.language.arrays import Array, Indices
from forecast.scoring.metaculus import baseline_probability, spot_time
from forecast.scoring.metaculus_crowd import ForecastTimes
from forecast.scoring.metaculus_forecasts import BinaryForecasts, ContinuousForecasts, OptionForecasts, OutcomeForecasts
from forecast.scoring.metaculus_question import MetaculusScores, QuestionTimes, score_question
from forecast.scoring.time_weighting import TimeWeighted
from forecast.track_record.chosen_forecasts import ChosenForecasts
from forecast.track_record.counted_forecasts import CountedForecasts
from forecast.track_record.number_scores import metaculus_scale, number_outcome, outcome_bucket
from forecast.track_record.option_scores import option_names
from forecast.track_record.published_crowd import scores_beside_aggregates
from forecast.track_record.record_questions import RecordQuestion

OWN_RULES = ("baseline", "spot-baseline")
CROWD_RULES = ("peer", "spot-peer", "relative-legacy")
NO_CROWD = (
    "the record does not say that it holds the forecasts of everybody whom the venue counts, so there is no crowd to compare with "
    "(for a file that has everybody's: `forecast import … --others --crowd-complete`)"
)


@dataclass(frozen=True, slots=True)
class PlatformScores:
    """Scores and coverage ``(forecasters,)`` by rule; NaN where a forecaster has none, as the platform has no row then."""

    scores: Mapping[str, Array]
    coverage: Mapping[str, Array]


def metaculus_scores(record: ForecastRecord, counted: CountedForecasts, given: Array) -> PlatformScores:
    """Return the five scores of every forecaster of the questions that opened and had a scheduled close.

    ``given`` is what each forecast gave to what happened, NaN where it cannot be scored; where such a forecast is one of the crowd's, there
    is no crowd. Where a record has none, but the platform's own aggregates, peer and relative scores are those against these
    (`published_crowd`).
    """
    size = len(counted.forecasters)
    scores = {rule: np.full(size, np.nan) for rule in (*OWN_RULES, *CROWD_RULES)}
    coverage = {rule: np.zeros(size) for rule in scores}
    for question in range(len(counted.questions)):
        chosen = _chosen_forecasts(record, counted, question, given)
        if chosen is None:
            continue
        forecasts = _outcome_forecasts(counted, question, chosen.places, given)
        if forecasts is None:
            continue
        found = dict(_by_rule(score_question(forecasts, when=chosen.when, times=chosen.times)))
        if not chosen.when.in_crowd.any():
            found |= scores_beside_aggregates(record, counted, question, chosen, given)
        for rule, its in found.items():
            scores[rule][chosen.rows] = np.where(its.coverage > 0, its.score, np.nan)
            coverage[rule][chosen.rows] = its.coverage
    return PlatformScores(scores, coverage)


def in_crowd(record: ForecastRecord, who: str, question: RecordQuestion) -> bool:
    """Return whether somebody's forecasts of a question are those of its crowd."""
    person = record.people.get(who)
    if person is None or not person.in_crowd or record.source is None or record.source.crowd != "persons":
        return False
    return person.kind == "person" or (person.kind == "bot" and question.wording is not None and question.wording.includes_bots)


def _chosen_forecasts(record: ForecastRecord, counted: CountedForecasts, question: int, given: Array) -> ChosenForecasts | None:
    """The forecasts of a question that can be scored, with their times; None where the question has none, or no times."""
    asked, opened = counted.questions[question], counted.questions[question].wording
    if opened is None or opened.opens is None or opened.scheduled_close is None or opened.scheduled_close <= opened.opens:
        return None
    if counted.close[question] <= 0:  # decided before it opened: by a slip of a day, or of a topic that opened later than its question
        return None
    of_question = np.arange(counted.of_question(question).start, counted.of_question(question).stop)
    is_forecast = np.array([not isinstance(counted.forecasts[place].value, Buckets) for place in of_question], dtype=np.bool_)
    of_question = of_question[is_forecast] if of_question.size else of_question
    places = of_question[~np.isnan(given[of_question])]
    if places.size == 0:
        return None
    rows, forecaster = np.unique(counted.timeline[places], return_inverse=True)
    left_out = np.unique(counted.timeline[of_question[np.isnan(given[of_question])]])
    members = np.array([in_crowd(record, counted.forecasters[row][1], asked) for row in rows], dtype=np.bool_)
    if any(in_crowd(record, counted.forecasters[row][1], asked) for row in left_out):
        members[:] = False
    scheduled = (opened.scheduled_close - opened.opens).total_seconds()
    closed = float(counted.close[question])
    spot = None if opened.spot is None else (opened.spot - opened.opens).total_seconds()
    return ChosenForecasts(
        places,
        rows,
        ForecastTimes(forecaster=forecaster, start=counted.start[places], end=counted.end[places], in_crowd=members[forecaster]),
        QuestionTimes(
            opened=0.0,
            scheduled_close=scheduled,
            actual_close=closed,
            spot=spot_time(opened=0.0, scheduled_close=scheduled, actual_close=closed, spot_scoring=spot),
        ),
    )


def _by_rule(found: MetaculusScores) -> Iterator[tuple[str, TimeWeighted]]:
    yield "baseline", found.baseline
    yield "spot-baseline", found.spot_baseline
    yield "peer", found.peer
    yield "spot-peer", found.spot_peer
    yield "relative-legacy", found.relative_legacy


def _outcome_forecasts(counted: CountedForecasts, question: int, places: Indices, given: Array) -> OutcomeForecasts | None:
    """The forecasts of a question as the rules take them; None where its outcome is none that they take."""
    asked = counted.questions[question]
    assert asked.wording is not None
    if asked.wording.type == "binary":
        return BinaryForecasts(given[places])
    if asked.wording.type == "options":
        return _option_forecasts(asked, [counted.forecasts[place].value for place in places])
    outcome, scale = number_outcome(asked), asked.wording.scale
    if outcome is None or scale is None:
        return None
    bounds = metaculus_scale(scale).open_bounds
    baseline = baseline_probability(bucket=outcome_bucket(scale, outcome), buckets=scale.steps, open_bounds=bounds)
    return ContinuousForecasts(given[places], float(baseline))


def _option_forecasts(asked: RecordQuestion, values: Sequence[ForecastValue]) -> OptionForecasts | None:
    names = option_names(asked, values)
    assert asked.resolution is not None
    if asked.resolution.outcome != "label" or str(asked.resolution.value) not in names:
        return None
    table = np.array([[value.get(name, np.nan) for name in names] for value in values if isinstance(value, Mapping)], dtype=np.float64)
    if np.isnan(table[:, -1]).any():
        return None
    return OptionForecasts(table, names.index(str(asked.resolution.value)))
