"""The shape of what a report says of a topic's variants: their weights before and after the record, and the answers under each."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from forecast.schema.answers import AnswerValue

PRIOR_PLACE = "priors."  # how the place of a replaced prior begins


class ChangeContent(TypedDict):
    """What a variant replaces: where it stands, and what it says there; of a prior the reason too."""

    place: str
    text: str
    why: NotRequired[str]


class VariantAnswer(TypedDict):
    """The answer to a question under one variant."""

    question: str
    status: str
    headline: str
    value: AnswerValue | None


class VariantContent(TypedDict):
    """One variant, the topic as it stands among them under ``base``.

    ``before`` and ``after`` are its weights, ``error`` the Monte Carlo error of the latter, and ``by_evidence`` what it would be by evidence
    where that does not give it; null where that is not known.  The log evidence is null where it is not known;
    ``sound`` says whether its draws are, ``verdict`` what the comparison of the engines came to, with a sentence.
    ``draws_of`` names the variant whose draws and simulated paths serve for its own.
    """

    name: str
    why: str
    changes: list[ChangeContent]
    before: float
    after: float
    error: float
    by_evidence: NotRequired[float | None]
    log_evidence: float | None
    log_evidence_error: float | None
    engine: str
    draws_of: NotRequired[str]
    sound: bool
    verdict: str
    sentence: str
    answers: list[VariantAnswer]


class WiderPriors(TypedDict):
    """The weights with all priors half or twice as wide, in the order of the variants; null where one cannot be varied, and ``note`` says why."""

    change: Literal["half as wide", "twice as wide"]
    weights: list[float] | None
    note: NotRequired[str]


class ScoredContent(TypedDict):
    """What weights by past predictions rest on: so many rows, which became known on so many days, and how many more days the stated weights count for."""

    rows: int
    days: int
    stated_days: float


class VariantsContent(TypedDict):
    """The variants of a topic; ``combine`` is how their answers are mixed, and ``reason`` why not as the topic asks."""

    combine: Literal["evidence", "stated", "stacking"]
    reason: str
    scored: NotRequired[ScoredContent]
    rivals: list[VariantContent]
    wider: list[WiderPriors]
