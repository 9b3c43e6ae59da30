"""The probabilities that enter calibration: what was said, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecast.calibration.settled_rows import SHARED_COLUMNS, Chooser, SettledRows, record_rows, settled_rows
from forecast.forecasts.record import ForecastRecord
from forecast.language.arrays import Array
from forecast.track_record.cohorts import QuestionCohort, question_cohorts
from forecast.track_record.record_questions import RecordQuestion


@dataclass(frozen=True, slots=True)
class SettledForecasts(SettledRows):
    """Probabilities ``(rows,)`` of events, and whether they happened: ``outcome`` is 1 or 0."""

    probability: Array
    outcome: Array

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names of what has a value for each row."""
        return (*SHARED_COLUMNS, "probability", "outcome")


def settled_forecasts(records: Sequence[ForecastRecord], *, now: datetime, enters: Chooser = lambda _: True) -> SettledForecasts:
    """Return the probabilities on record, made at the time, of the questions that enter calibration as of a moment.

    A question that came out as a share between no and yes does not enter; `settled_shares` counts those.
    """
    takes = [its for record in records for its in question_cohorts(record, now=now) if _takes(its) and enters(its)]
    parts = record_rows(records, now=now, takes=lambda its: _takes(its) and enters(its), forms=frozenset({"probability"}))
    found = settled_rows(parts, takes)
    values = [part.counted.forecasts[place].value for part in parts for place in part.places]
    outcome = np.array([_event(its.question) for its in takes], dtype=np.float64)
    return SettledForecasts(
        found.weight,
        found.at,
        found.question,
        found.cluster,
        found.who,
        found.questions,
        found.platforms,
        found.people,
        np.array(values, dtype=np.float64),
        outcome[found.question] if values else np.empty(0),
    )


def settled_shares(records: Sequence[ForecastRecord], *, now: datetime, enters: Chooser = lambda _: True) -> int:
    """Return how many questions that count came out as a share between no and yes."""
    cohorts = (its for record in records for its in question_cohorts(record, now=now) if its.is_scored and enters(its))
    return sum(1 for its in cohorts if its.question.resolution is not None and its.question.resolution.outcome == "fraction")


def _takes(its: QuestionCohort) -> bool:
    return its.enters_calibration and its.question.wording is not None


def _event(question: RecordQuestion) -> float:
    """1 for a question that ended in yes, 0 for one that ended in no."""
    return float(question.resolution is not None and question.resolution.outcome == "yes")
