"""The shape of forecasts on record in a report's JSON: what people said of a question beside its answer, and how it ended."""

from __future__ import annotations

import math
from typing import Literal, NotRequired, TypedDict

MOST_FORECASTS_LISTED = 100  # forecasts of one question; a report says how many more there are


class ForecastContent(TypedDict):
    """What somebody said of a question, from a day on (in UTC), in words; ``holds`` where it is in force on the day of the report.

    ``kind`` is what the forecaster is, empty where nobody says; ``entered_later`` where it was written down more than a day
    after that.  A ``probability`` stands for itself; ``ended`` is the day on which another took its place, it was
    withdrawn, or it ran out.
    """

    who: str
    kind: str
    day: str
    says: str
    holds: bool
    entered_later: bool
    why: str
    source: str
    probability: NotRequired[float]
    ended: NotRequired[str]


class RecordedQuestion(TypedDict):
    """A question with the forecasts on record of it as it is asked now, the newest first.

    ``judged`` where people alone answer it; ``more`` counts the forecasts that are not listed, ``earlier_wordings`` those of the
    question as it was asked before.
    """

    name: str
    asks: str
    type: Literal["binary", "options", "number", "discrete", "date"]
    by: str | None
    rule: str
    judged: bool
    forecasts: list[ForecastContent]
    more: int
    earlier_wordings: int
    resolution: NotRequired[str]


def log_odds_difference(probability: float, answer: float) -> float:
    """Return how far a probability lies above an answer in log odds (natural logarithm); infinite where one of them is 0 or 1, and they differ."""
    if probability == answer:
        return 0.0
    return _log_odds(probability) - _log_odds(answer)


def _log_odds(probability: float) -> float:
    if probability in {0.0, 1.0}:
        return math.inf if probability else -math.inf
    return math.log(probability) - math.log1p(-probability)
