"""The best and the worst calls: the questions on which a forecaster scored most and least, by the measure that most of them have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from forecast.language.arrays import Indices
from forecast.track_record.measures import ScoreMeasure, measure_of
from forecast.track_record.question_history import ForecastStep, question_history
from forecast.track_record.record_scores import RecordScores
from forecast.track_record.score_table import ScoreRow, ScoreTable

CANDIDATES = ("peer", "baseline", "brier-two-sided-over-time", "brier-over-time")  # of equal coverage the first is taken
MOST_CALLS = 5


@dataclass(frozen=True, slots=True)
class Calls:
    """The best and the worst questions, best and worst first, by one measure; no question is in both."""

    measure: ScoreMeasure
    best: tuple[ScoreRow, ...]
    worst: tuple[ScoreRow, ...]


def best_and_worst(table: ScoreTable, who: Sequence[str]) -> Calls | None:
    """Return the best and worst calls of some forecasters, five of each at most; None where they have no score."""
    rows = table.is_scored & np.isin(np.array(table.who), list(who)) if table.who else table.is_scored
    counts = {name: int((rows & ~np.isnan(table.scores[name])).sum()) for name in CANDIDATES if name in table.scores}
    if not any(counts.values()):
        return None
    measure = measure_of(max(counts, key=lambda name: counts[name]))
    values = table.scores[measure.name]
    places = np.flatnonzero(rows & ~np.isnan(values))
    order = places[np.argsort(-values[places] if measure.higher_is_better else values[places], kind="stable")]
    size = min(MOST_CALLS, order.size // 2)
    return Calls(measure, _rows(table, measure, order[:size]), _rows(table, measure, order[::-1][:size]))


def longest_forecast(records: Sequence[RecordScores], call: ScoreRow) -> ForecastStep | None:
    """Return the forecast of a call that stood longest while the question was open, the later of two that stood equally long.

    None where it is not among the records.
    """
    for its in records:
        for place, cohort in enumerate(its.questions):
            if cohort.question == call.question.question:
                steps = [step for history in question_history(its, place) if history.who == call.who for step in history.steps]
                return max(reversed(steps), key=lambda step: timedelta.max if step.end is None else step.end - step.start, default=None)
    return None


def _rows(table: ScoreTable, measure: ScoreMeasure, places: Indices) -> tuple[ScoreRow, ...]:
    values, coverage = table.scores[measure.name], table.coverage[measure.name]
    return tuple(
        ScoreRow(table.questions[table.question[row]], table.who[row], measure.name, float(values[row]), float(coverage[row]))
        for row in places
    )
