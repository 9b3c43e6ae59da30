"""What was said of one question through time, what each forecast would have scored, and what the others said at that time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from forecast.forecasts.forecast import Forecast
from forecast.language.arrays import Array
from forecast.track_record.event_scores import score_constant
from forecast.track_record.metaculus_scores import in_crowd
from forecast.track_record.record_scores import RecordScores

RULES_BY_TYPE = ("brier", "brier-two-sided", "crps", "crps-quantiles", "crps-cut", "log-censored")  # the first that fits a forecast
BESIDE_KINDS = ("aggregate", "market", "base rate", "model")


@dataclass(frozen=True, slots=True)
class Beside:
    """What others said while a forecast was made: who, the probability where it is one, and its score by the forecast's rule."""

    who: str
    probability: float | None
    score: float


@dataclass(frozen=True, slots=True)
class ForecastStep:
    """A forecast in force from ``start`` until ``end`` (the close at the latest; None where nothing says when), scored by ``rule``.

    ``score`` is NaN where no rule fits; ``beside`` is what others said at its start.
    """

    forecast: Forecast
    start: datetime
    end: datetime | None
    rule: str
    score: float
    beside: Beside | None


@dataclass(frozen=True, slots=True)
class ForecasterHistory:
    """The forecasts of one forecaster of a question, oldest first; ``row`` is that of the record's scores."""

    who: str
    row: int
    steps: tuple[ForecastStep, ...]


def question_history(scored: RecordScores, question: int) -> tuple[ForecasterHistory, ...]:
    """Return the forecasts of a question by forecaster."""
    counted = scored.counted
    rows = dict.fromkeys(int(row) for row in counted.timeline[counted.of_question(question)])
    return tuple(ForecasterHistory(counted.forecasters[row][1], row, tuple(_steps(scored, question, row))) for row in rows)


def _steps(scored: RecordScores, question: int, row: int) -> Iterator[ForecastStep]:
    counted, opened = scored.counted, scored.counted.opened[question]
    assert opened is not None  # there are forecasts
    close = float(counted.close[question])
    for place in counted.of_forecaster(row):
        start, end = float(counted.start[place]), min(float(counted.end[place]), close)
        rule = next(
            (rule for rule in RULES_BY_TYPE if rule in scored.outcome.scores and not np.isnan(scored.outcome.scores[rule][place])), ""
        )
        yield ForecastStep(
            counted.forecasts[place],
            opened + timedelta(seconds=start),
            None if np.isinf(end) else opened + timedelta(seconds=end),
            rule,
            float(scored.outcome.scores[rule][place]) if rule else float("nan"),
            _beside(scored, question, row, start, rule) if rule else None,
        )


def _beside(scored: RecordScores, question: int, row: int, moment: float, rule: str) -> Beside | None:
    """What others said at a moment: the median of the crowd's other members, of events; else an aggregate, a market, a base rate or a model."""
    counted, record = scored.counted, scored.record
    of_question = counted.of_question(question)
    standing = (counted.start[of_question] <= moment) & (moment < counted.end[of_question]) & (counted.timeline[of_question] != row)
    places = np.flatnonzero(standing) + of_question.start
    names = [counted.forecasters[counted.timeline[place]][1] for place in places]
    if rule == "brier":
        members = [place for place, name in zip(places, names, strict=True) if in_crowd(record, name, counted.questions[question])]
        members = [place for place in members if not np.isnan(scored.outcome.scores[rule][place])]
    else:
        members = []
    if members:
        return _median(scored, question, np.array([counted.forecasts[place].value for place in members], dtype=np.float64))
    for kind in BESIDE_KINDS:
        for place, name in zip(places, names, strict=True):
            person = record.people.get(name)
            score = float(scored.outcome.scores[rule][place])
            if person is not None and person.kind == kind and not np.isnan(score):
                value = counted.forecasts[place].value
                return Beside(name, value if isinstance(value, float) and rule == "brier" else None, score)
    return None


def _median(scored: RecordScores, question: int, probabilities: Array) -> Beside:
    median = float(np.median(probabilities))
    return Beside("the others' median", median, score_constant(scored.counted.questions[question], median)["brier"])
