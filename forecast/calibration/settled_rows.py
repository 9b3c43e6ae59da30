"""Forecasts of questions that ended, as columns: how much each counts, whose it is, and which belong together.

A forecast counts by the share of time for which it stood, of the time from its forecaster's first forecast of the question to the
scheduled close. A question thus counts once for each forecaster, not once for each update, and one that was decided early counts for the
time that had passed. What a forecast weighs then never depends on an outcome that was unknown while it stood, so that a forecaster whose
every probability is right is found calibrated. Two usual choices are not so: the last forecast before the close follows the outcome where
a yes closes the question, and a mean over time makes a forecaster who learns look too timid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

import numpy as np

from forecast.forecasts.record import ForecastRecord
from forecast.language.arrays import Array, Indices, Truth
from forecast.track_record.cohorts import QuestionCohort, question_cohorts
from forecast.track_record.counted_forecasts import CountedForecasts, counted_forecasts, forecasts_made
from forecast.track_record.score_table import OWNER

type Chooser = Callable[[QuestionCohort], bool]
MOMENT = np.dtype("datetime64[us]")
SHARED_COLUMNS = ("weight", "at", "question", "cluster", "who")


@dataclass(frozen=True, slots=True)
class SettledRows:
    """A row for each forecast that stood for some time.

    ``weight`` (from 0 to 1, at most 1 for each forecaster of a question), ``at`` (when it was made, UTC), ``question``, ``cluster`` and
    ``who`` are ``(rows,)``; the three last count ``questions``, groups of questions that may be independent, and ``people``.
    ``platforms`` names each question's platform, empty for own questions.
    """

    weight: Array
    at: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    question: Indices
    cluster: Indices
    who: Indices
    questions: tuple[QuestionCohort, ...]
    platforms: tuple[str, ...]
    people: tuple[str, ...]

    @property
    def question_count(self) -> int:
        """How many questions have a row."""
        return np.unique(self.question).size

    @property
    def clusters(self) -> int:
        """How many groups of questions have a row."""
        return np.unique(self.cluster).size

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """The names of what has a value for each row."""
        return SHARED_COLUMNS

    def rows(self, chosen: Truth) -> Self:
        """Return some of the rows; questions and people keep their numbers."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in self.columns()})


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The forecasts of one record that are rows: ``places`` among those that count."""

    record: ForecastRecord
    counted: CountedForecasts
    weight: Array
    places: Indices


def record_rows(records: Sequence[ForecastRecord], *, now: datetime, takes: Chooser, forms: frozenset[str]) -> tuple[RecordRows, ...]:
    """Return the forecasts on record, made at the time, in some forms, of the questions that count as of a moment and that are taken."""
    found: list[RecordRows] = []
    for record in records:
        chosen = [its.question for its in question_cohorts(record, now=now) if its.is_scored and takes(its)]
        counted = counted_forecasts(forecasts_made(record, "at the time"), chosen)
        weight = standing_shares(counted)
        fits = np.array([its.form in forms for its in counted.forecasts], dtype=np.bool_)
        found.append(RecordRows(record, counted, weight, np.flatnonzero(fits & (weight > 0))))
    return tuple(found)


def settled_rows(parts: Sequence[RecordRows], cohorts: Sequence[QuestionCohort]) -> SettledRows:
    """Return the rows of several records in one; ``cohorts`` are those of their questions, in order.

    The owner of the book is `me` in each record. Questions of one topic of the book are one group; those of a platform stand alone.
    """
    people: dict[str, int] = {}
    clusters: dict[str, int] = {}
    columns: list[tuple[Array, Indices, Indices, Indices]] = []
    platforms: list[str] = []
    moments: list[datetime] = []
    for part in parts:
        source, counted = part.record.source, part.counted
        mine = frozenset() if source is None else frozenset(source.me)
        names = [OWNER if name in mine else name for _, name in counted.forecasters]
        who = np.array([people.setdefault(name, len(people)) for name in names], dtype=np.intp)
        groups = np.array([clusters.setdefault(name, len(clusters)) for name in _groups(part)], dtype=np.intp)
        asked = counted.question[part.places]
        columns.append((part.weight[part.places], asked + len(platforms), groups[asked], who[counted.timeline[part.places]]))
        moments += list(_moments(part))
        platforms += ["" if source is None else source.platform] * len(counted.questions)
    weight = np.concatenate([np.empty(0), *(its[0] for its in columns)])
    question, cluster, person = (np.concatenate([np.empty(0, dtype=np.intp), *(its[at] for its in columns)]) for at in (1, 2, 3))
    at = np.array([moment.replace(tzinfo=None) for moment in moments], dtype=MOMENT)
    return SettledRows(weight, at, question, cluster, person, tuple(cohorts), tuple(platforms), tuple(people))


def standing_shares(counted: CountedForecasts) -> Array:
    """Return how much each forecast counts ``(forecasts,)``: the share of time for which it stood before its question ended.

    That is of the time from the forecaster's first forecast to the scheduled close, or to the close where no schedule is on record or
    where the first came after it. Where nothing says when a question closes, the last forecast counts in full.
    """
    size = len(counted.forecasters)
    if not size:
        return np.empty(0)
    begin = np.full(size, np.inf)
    start = np.maximum(counted.start, 0)
    np.minimum.at(begin, counted.timeline, start)
    scheduled = np.array([_scheduled_seconds(counted, place) for place in range(len(counted.questions))], dtype=np.float64)
    asked = np.array([place for place, _ in counted.forecasters], dtype=np.intp)
    horizon = np.where(scheduled[asked] > begin, scheduled[asked], counted.close[asked])
    horizon = np.maximum(horizon, np.where(np.isfinite(horizon), counted.close[asked], 0))
    lasting = np.maximum(np.minimum(counted.end, counted.close[counted.question]) - start, 0)
    length = (horizon - begin)[counted.timeline]
    shares: Array = np.divide(lasting, length, out=np.zeros_like(lasting), where=np.isfinite(length) & (length > 0))
    endless = np.flatnonzero(~np.isfinite(horizon))
    shares[counted.last[endless]] = 1.0
    return shares


def _scheduled_seconds(counted: CountedForecasts, place: int) -> float:
    wording, opened = counted.questions[place].wording, counted.opened[place]
    if wording is None or wording.scheduled_close is None or opened is None:
        return float(counted.close[place])
    return (wording.scheduled_close - opened).total_seconds()


def _groups(part: RecordRows) -> Iterator[str]:
    """A name for each question's group: its topic, or itself on a platform."""
    for question in part.counted.questions:
        yield question.address if part.record.is_imported else part.record.name


def _moments(part: RecordRows) -> Iterator[datetime]:
    """When each forecast began to count."""
    for place in part.places:
        opened = part.counted.opened[part.counted.question[place]]
        assert opened is not None  # it has a forecast
        yield opened + timedelta(seconds=float(max(part.counted.start[place], 0)))
