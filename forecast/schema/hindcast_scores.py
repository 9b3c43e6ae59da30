"""The shape of the scores of settled questions, by replay and from the ledger: what `forecast score --hindcasts --json` prints, and the page keeps."""

from __future__ import annotations

from typing import TypedDict

from forecast.schema.score import ScoreFigure


class MeanScoreContent(TypedDict):
    """A Brier score from 0 to 1 and a logarithmic score in bits, each a mean."""

    brier: float
    log_bits: ScoreFigure


class StaticReferenceContent(MeanScoreContent):
    """The probability that a reference gave all the time, and its scores."""

    probability: float


class HindcastRowContent(MeanScoreContent):
    """One settled question from one origin. ``outcome`` is 1 for yes; ``due`` says whether its date has passed; ``days`` is how long forecasts stood."""

    question: str
    asks: str
    origin: str
    outcome: int
    opens: str
    settled: str
    by: str | None
    due: bool
    forecasts: int
    days: float
    references: dict[str, StaticReferenceContent]


class HindcastMeanContent(TypedDict):
    """Means over the questions of one origin that are due, or over the others: of the model and of each reference, by name."""

    origin: str
    due: bool
    questions: int
    scores: dict[str, MeanScoreContent]


class UnreplayedTopicContent(TypedDict):
    """A topic that was not replayed, and why."""

    topic: str
    why: str


class HindcastScoresContent(TypedDict):
    """The scores of settled questions as of the day ``until``, and the sentences that must stand above them.

    ``origins`` and ``references`` say in words what each name means; ``others`` are settled questions that are not scored.
    """

    until: str
    rows: list[HindcastRowContent]
    means: list[HindcastMeanContent]
    others: list[str]
    priors_since: dict[str, str | None]
    left_out: list[UnreplayedTopicContent]
    origins: dict[str, str]
    references: dict[str, str]
    sentences: list[str]


class KeptHindcastsContent(TypedDict):
    """Scores of settled questions as the page keeps them: ``inputs`` is the hash of the files they rest on, ``stale`` says that these have changed since."""

    inputs: str
    stale: bool
    scores: HindcastScoresContent
