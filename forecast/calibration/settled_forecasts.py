"""The probabilities that enter calibration, as columns: what was said, what happened, how much each counts, and which belong together.

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

import numpy as np

from forecast.forecasts.record import ForecastRecord
from forecast.language.arrays import Array, Indices, Truth
from forecast.track_record.cohorts import QuestionCohort, question_cohorts
from forecast.track_record.counted_forecasts import CountedForecasts, counted_forecasts, forecasts_made
from forecast.track_record.record_questions import RecordQuestion
from forecast.track_record.score_table import OWNER

type Entered = Callable[[QuestionCohort], bool]
MOMENT = np.dtype("datetime64[us]")


@dataclass(frozen=True, slots=True)
class SettledForecasts:
    """Probabilities of events that happened or did not; a row for each forecast that stood for some time.

    ``probability``, ``outcome`` (1 or 0), ``weight`` (from 0 to 1, at most 1 for each forecaster of a question), ``at`` (when it was made,
    UTC), ``question``, ``cluster`` and ``who`` are ``(rows,)``; the three last count ``questions``, groups of questions that may be
    independent, and ``people``. ``platforms`` names each question's platform, empty for own questions. ``shares`` counts questions that
    came out as a share between no and yes, which do not enter.
    """

    probability: Array
    outcome: Array
    weight: Array
    at: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    question: Indices
    cluster: Indices
    who: Indices
    questions: tuple[QuestionCohort, ...]
    platforms: tuple[str, ...]
    people: tuple[str, ...]
    shares: int = 0

    @property
    def asked(self) -> int:
        """How many questions have a row."""
        return np.unique(self.question).size

    @property
    def clusters(self) -> int:
        """How many groups of questions have a row."""
        return np.unique(self.cluster).size

    def rows(self, chosen: Truth) -> SettledForecasts:
        """Return some of the rows; questions and people keep their numbers."""
        columns = {name: getattr(self, name)[chosen] for name in ("probability", "outcome", "weight", "at", "question", "cluster", "who")}
        return replace(self, **columns)


def settled_forecasts(records: Sequence[ForecastRecord], *, now: datetime, enters: Entered = lambda _: True) -> SettledForecasts:
    """Return the probabilities on record, made at the time, of the questions that enter calibration as of a moment.

    The owner of the book is `me` in each record. Questions of one topic of the book are one group; those of a platform stand alone.
    """
    parts: list[tuple[ForecastRecord, CountedForecasts, Indices, Array]] = []
    questions: list[QuestionCohort] = []
    shares = 0
    for record in records:
        cohorts = [its for its in question_cohorts(record, now=now) if its.is_scored and enters(its)]
        shares += sum(1 for its in cohorts if is_share(its))
        chosen = [its for its in cohorts if its.enters_calibration and its.question.wording is not None]
        counted = counted_forecasts(forecasts_made(record, "at the time"), [its.question for its in chosen])
        weight = standing_shares(counted)
        is_event = np.array([its.form == "probability" for its in counted.forecasts], dtype=np.bool_)
        places = np.flatnonzero(is_event & (weight > 0)) if is_event.size else np.empty(0, dtype=np.intp)
        parts.append((record, counted, places, weight))
        questions += chosen
    return _join_parts(parts, tuple(questions), shares)


def is_share(its: QuestionCohort) -> bool:
    """Whether a question came out as a share between no and yes."""
    resolution = its.question.resolution
    return resolution is not None and resolution.outcome == "fraction"


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


def _join_parts(
    parts: Sequence[tuple[ForecastRecord, CountedForecasts, Indices, Array]], questions: tuple[QuestionCohort, ...], shares: int
) -> SettledForecasts:
    people: dict[str, int] = {}
    clusters: dict[str, int] = {}
    columns: list[tuple[Array, Array, Array, Indices, Indices, Indices, list[datetime]]] = []
    platforms: list[str] = []
    first = 0
    for record, counted, places, weight in parts:
        mine = frozenset() if record.source is None else frozenset(record.source.me)
        names = [OWNER if name in mine else name for _, name in counted.forecasters]
        who = np.array([people.setdefault(name, len(people)) for name in names], dtype=np.intp)
        groups = np.array([clusters.setdefault(name, len(clusters)) for name in _clusters(record, counted)], dtype=np.intp)
        asked = counted.question[places]
        happened = np.array([_event(its) for its in counted.questions], dtype=np.float64)
        values = np.array([counted.forecasts[place].value for place in places], dtype=np.float64)
        moments = list(_moments(counted, places))
        columns.append((values, happened[asked], weight[places], asked + first, groups[asked], who[counted.timeline[places]], moments))
        platforms += ["" if record.source is None else record.source.platform] * len(counted.questions)
        first += len(counted.questions)

    def column(at: int) -> Array:
        return np.concatenate([np.empty(0), *(np.asarray(part[at], dtype=np.float64) for part in columns)])

    at = np.array([moment.replace(tzinfo=None) for part in columns for moment in part[6]], dtype=MOMENT)
    question, cluster, who = (column(at).astype(np.intp) for at in (3, 4, 5))
    return SettledForecasts(column(0), column(1), column(2), at, question, cluster, who, questions, tuple(platforms), tuple(people), shares)


def _event(question: RecordQuestion) -> float:
    """1 for a question that ended in yes, 0 for one that ended in no."""
    return float(question.resolution is not None and question.resolution.outcome == "yes")


def _clusters(record: ForecastRecord, counted: CountedForecasts) -> Iterator[str]:
    """A name for each question's group: its topic, or itself on a platform."""
    for question in counted.questions:
        yield question.address if record.is_imported else record.name


def _moments(counted: CountedForecasts, places: Indices) -> Iterator[datetime]:
    """When each forecast began to count."""
    for place in places:
        opened = counted.opened[counted.question[place]]
        assert opened is not None  # it has a forecast
        yield opened + timedelta(seconds=float(max(counted.start[place], 0)))
