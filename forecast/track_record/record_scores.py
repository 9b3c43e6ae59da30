"""The scores of one record: each forecaster's score of each question by every measure, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.values import Buckets
from forecast.language.arrays import Array
from forecast.track_record.cohorts import QuestionCohort, question_cohorts
from forecast.track_record.counted_forecasts import CountedForecasts, Made, counted_forecasts, forecasts_made
from forecast.track_record.day_scores import day_scores
from forecast.track_record.metaculus_scores import metaculus_scores
from forecast.track_record.outcome_scores import OutcomeScores, outcome_scores
from forecast.track_record.over_time import forecaster_scores

SCORED_COHORTS = frozenset({"scored", "early"})  # the second apart, to show what the rule changes


@dataclass(frozen=True, slots=True)
class RecordScores:
    """Scores of a record as of a moment.

    ``cohorts`` are all questions, ``questions`` those with an outcome that can be scored, in the order of ``counted.questions``.
    ``scores`` is ``(forecasters,)`` for each measure, NaN where a forecaster has none; ``coverage`` likewise: of measures of a platform by
    its own rule. ``unfit`` counts forecasts that no rule can score: a form or options that are not the question's; a geometric mean, which
    serves others' scores, is not among them.
    """

    record: ForecastRecord
    made: Made
    cohorts: tuple[QuestionCohort, ...]
    questions: tuple[QuestionCohort, ...]
    counted: CountedForecasts
    outcome: OutcomeScores
    scores: Mapping[str, Array]
    coverage: Mapping[str, Array]
    unfit: int


def score_record(
    record: ForecastRecord,
    *,
    now: datetime,
    made: Made = "at the time",
    enters: Callable[[QuestionCohort], bool] = lambda _: True,
    by_days: bool = False,
) -> RecordScores:
    """Score the forecasts of a record that were made at the time, or those entered later, as of a moment.

    ``by_days`` adds the rules of platforms that cut time into days (`day_scores`), which take a while. ``enters`` chooses among the questions that have an outcome, as `cohorts.entered_between` does.
    """
    cohorts = question_cohorts(record, now=now)
    questions = tuple(its for its in cohorts if its.cohort in SCORED_COHORTS and enters(its))
    chosen = forecasts_made(record, made)
    counted = counted_forecasts(chosen, [its.question for its in questions])
    outcome = outcome_scores(counted)
    own = forecaster_scores(counted, outcome.scores)
    platform = metaculus_scores(chosen, counted, outcome.given)
    days = day_scores(counted, outcome.given) if by_days else {}
    scores = {name: values for name, values in {**own.scores, **platform.scores, **days}.items() if not np.isnan(values).all()}
    coverage = {name: platform.coverage.get(name, own.coverage) for name in scores}
    scored = [~np.isnan(values) for values in outcome.scores.values()]
    fit = np.array([isinstance(its.value, Buckets) for its in counted.forecasts], dtype=np.bool_)
    fit = np.logical_or.reduce([fit, *scored])
    return RecordScores(record, made, cohorts, questions, counted, outcome, scores, coverage, int((~fit).sum()))
