"""The forecasts that count, as columns: whose, of which question, from when until when; and how many do not count, and why.

Times are in seconds since a question opened, so that a microsecond is kept however long ago that was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.record import ForecastRecord
from forecast.forecasts.timelines import Timeline, timelines
from forecast.language.arrays import Array, Indices
from forecast.track_record.record_questions import RecordQuestion

type Made = Literal["at the time", "entered later"]
MADE: tuple[Made, ...] = ("at the time", "entered later")
AFTER_CLOSE = "made at or after the close or the resolution of its question"
LATER_REASON = "entered more than a day after the time it claims"


@dataclass(frozen=True, slots=True)
class CountedForecasts:
    """Forecasts made before the close of some questions, grouped by question and, within it, by forecaster.

    ``timeline`` says to which of ``forecasters`` (question and who) a forecast belongs, ``question`` to which question; both ascend.
    ``start`` and ``end`` are in seconds since the question opened; ``end`` is infinite where the forecast was never ended.
    ``opened`` is None for a question without an opening and without a forecast. ``close`` is when forecasts of a question stop counting, infinite where nothing says when. ``late`` counts forecasts made afterwards.
    """

    questions: tuple[RecordQuestion, ...]
    forecasters: tuple[tuple[int, str], ...]
    forecasts: tuple[Forecast, ...]
    question: Indices
    timeline: Indices
    start: Array
    end: Array
    opened: tuple[datetime | None, ...]
    close: Array
    late: int = 0

    def of_question(self, question: int) -> slice:
        """Where the forecasts of one question stand among all."""
        return slice(int(np.searchsorted(self.question, question)), int(np.searchsorted(self.question, question, side="right")))

    def of_forecaster(self, row: int) -> Indices:
        """The places of one forecaster's forecasts of a question, oldest first."""
        return np.arange(np.searchsorted(self.timeline, row), np.searchsorted(self.timeline, row, side="right"))

    @property
    def last(self) -> Indices:
        """The last forecast of each forecaster of each question, whether or not it was withdrawn later."""
        return np.searchsorted(self.timeline, np.arange(len(self.forecasters)), side="right") - 1


def forecasts_made(record: ForecastRecord, made: Made) -> ForecastRecord:
    """Return a record with those forecasts alone that were recorded at the time, or that were entered later.

    A row entered later neither counts among the others, nor replaces or ends one of them: otherwise a correction could take back a forecast
    whose outcome is known. Of a platform's record every forecast was made at its time.
    """
    if record.is_imported:
        return record if made == "at the time" else replace(record, forecasts=())
    return replace(record, forecasts=tuple(its for its in record.forecasts if its.is_entered_later == (made == "entered later")))


def counted_forecasts(record: ForecastRecord, questions: Sequence[RecordQuestion]) -> CountedForecasts:
    """Return the forecasts of some questions of a record that were made before each one's close.

    A question whose opening is not on record opens with its first forecast.
    """
    places = {question.key: place for place, question in enumerate(questions)}
    lines = sorted(
        (line for line in timelines(record) if (line.question, line.asked) in places), key=lambda its: places[its.question, its.asked]
    )
    opened = _openings(questions, lines, places)
    close = np.array([_seconds(question.close, opened[place]) for place, question in enumerate(questions)], dtype=np.float64)
    forecasters: list[tuple[int, str]] = []
    rows: list[tuple[Forecast, int, int, float, float]] = []
    late = 0
    for line in lines:
        place = places[line.question, line.asked]
        spans = list(_spans(line, opened[place]))
        kept = [(forecast, place, len(forecasters), start, end) for forecast, start, end in spans if start < close[place]]
        late += len(spans) - len(kept)
        if kept:
            forecasters.append((place, line.who))
            rows += kept
    return CountedForecasts(
        tuple(questions),
        tuple(forecasters),
        tuple(row[0] for row in rows),
        np.array([row[1] for row in rows], dtype=np.intp),
        np.array([row[2] for row in rows], dtype=np.intp),
        np.array([row[3] for row in rows], dtype=np.float64),
        np.array([row[4] for row in rows], dtype=np.float64),
        opened,
        close,
        late,
    )


def _openings(
    questions: Sequence[RecordQuestion], lines: Sequence[Timeline], places: Mapping[tuple[str, str], int]
) -> tuple[datetime | None, ...]:
    first: dict[int, datetime] = {}
    for line in lines:
        place = places[line.question, line.asked]
        for span in line.spans[:1]:
            first[place] = min(first.get(place, span.start), span.start)
    return tuple(
        question.wording.opens if question.wording is not None and question.wording.opens is not None else first.get(place)
        for place, question in enumerate(questions)
    )


def _spans(line: Timeline, opened: datetime | None) -> Iterator[tuple[Forecast, float, float]]:
    for span in line.spans:
        yield span.forecast, _seconds(span.start, opened), _seconds(span.end, opened)


def _seconds(moment: datetime | None, opened: datetime | None) -> float:
    """Seconds since a question opened; infinite where there is no moment, or nothing opened."""
    if moment is None or opened is None:
        return np.inf
    return (moment - opened).total_seconds()
