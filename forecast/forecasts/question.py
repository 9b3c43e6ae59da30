"""A question as it was asked, whoever asks it: its text, type, times, bounds and options."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from forecast.book.files.problems import Place

type QuestionType = Literal["binary", "options", "number", "discrete", "date"]
QUESTION_TYPES: tuple[QuestionType, ...] = get_args(QuestionType.__value__)
CDF_STEPS = 200  # of the distribution functions of a question that does not say how many


@dataclass(frozen=True, slots=True)
class QuestionScale:
    """The range of a number or a date and how it is divided.

    ``low`` and ``high`` are its bounds (dates in days from the beginning of 1970); an open bound can be passed.
    With ``zero_point`` the scale is logarithmic from there.  A distribution function has ``steps + 1`` points.
    """

    low: float
    high: float
    low_open: bool
    high_open: bool
    zero_point: float | None = None
    steps: int = CDF_STEPS


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A row of ``questions.csv``: one wording of a question; a later row with the same ``id`` is a revision.

    ``spot`` is the time at which spot scores look.  ``weight`` is that of a tournament.
    """

    place: Place
    id: str
    asked: str
    text: str
    type: QuestionType
    unit: str = ""
    opens: datetime | None = None
    scheduled_close: datetime | None = None
    actual_close: datetime | None = None
    spot: datetime | None = None
    scale: QuestionScale | None = None
    weight: float = 1.0
    tags: tuple[str, ...] = ()
    url: str = ""
    includes_bots: bool = False
    recorded: datetime | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A row of ``options.csv``: an answer that could be given from one time until another; ``order`` is its place from 1 on."""

    place: Place
    question: str
    option: str
    start: datetime | None
    end: datetime | None
    order: int


def asked_hash(definition: Mapping[str, object]) -> str:
    """Return the hash of a question as asked: the beginning of the SHA-256 of all that says what is asked."""
    text = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
