"""The shape of what a report says of a topic's variants: their weights before and after the record, and the answers under each."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from forecast.schema.answers import AnswerValue


class ChangeContent(TypedDict):
    """What a variant replaces: where it stands, and what it says there."""

    place: str
    text: str


class VariantAnswer(TypedDict):
    """The answer to a question under one variant."""

    question: str
    status: str
    headline: str
    value: AnswerValue | None


class VariantContent(TypedDict):
    """One variant, the topic as it stands among them under ``base``.

    ``before`` and ``after`` are its weights, ``error`` the Monte Carlo error of the latter.  The log evidence is null where it is not known;
    ``sound`` says whether its draws are, ``verdict`` what the comparison of the engines came to, with a sentence.
    """

    name: str
    why: str
    changes: list[ChangeContent]
    before: float
    after: float
    error: float
    log_evidence: float | None
    log_evidence_error: float | None
    engine: str
    sound: bool
    verdict: str
    sentence: str
    answers: list[VariantAnswer]


class WiderPriors(TypedDict):
    """The weights with all priors half or twice as wide, in the order of the variants; null where one cannot be varied, and ``note`` says why."""

    change: Literal["half as wide", "twice as wide"]
    weights: list[float] | None
    note: NotRequired[str]


class VariantsContent(TypedDict):
    """The variants of a topic; ``combine`` is how their answers are mixed, and ``reason`` why not as the topic asks."""

    combine: Literal["evidence", "stated"]
    reason: str
    rivals: list[VariantContent]
    wider: list[WiderPriors]
