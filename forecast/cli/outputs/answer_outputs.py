"""The shapes of what is said of answers: published, replayed, compared, supposed and explained."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from forecast.actions.show import JudgedQuestionOnRecord, PublishedAnswer
from forecast.actions.why import Reason
from forecast.cli.outputs.book_outputs import ProblemOutput
from forecast.report.answer_changes import AnswerChange
from forecast.schema.answers import AnswerContent
from forecast.schema.book import CodeContent
from forecast.schema.insight import HistoryContent, MeasureContent, MovePart
from forecast.schema.relations import RelationContent


class UpdatedTopicOutput(TypedDict):
    """A topic that was answered: its answers, the verdict on its inference, and what to beware of."""

    name: str
    title: str
    as_of: str
    priors_written: NotRequired[str]
    warnings: list[str]
    answers: list[AnswerContent]
    code: NotRequired[CodeContent]
    misfits: list[str]
    relations: list[RelationContent]
    verdict: str
    hindcast: bool


class FailedTopicOutput(TypedDict):
    """A topic that was not computed, and why."""

    name: str
    problems: list[ProblemOutput]


class UpdateOutput(TypedDict):
    """What an update answered and wrote; ``recorded`` counts the lines that were added to the ledger."""

    problems: list[ProblemOutput]
    topics: list[UpdatedTopicOutput]
    failed: list[FailedTopicOutput]
    written: list[str]
    recorded: int


class PlannedTopicOutput(TypedDict):
    """What an update would do of a topic, and why."""

    name: str
    steps: list[str]
    reason: str


class UpdatePlanOutput(TypedDict):
    """What an update would do, topic by topic."""

    problems: list[ProblemOutput]
    topics: list[PlannedTopicOutput]


type ShowOutput = list[PublishedAnswer | JudgedQuestionOnRecord]


class MeasureOutput(TypedDict):
    """One number of an answer; ``label`` is the choice, where there are several."""

    question: str
    label: str
    kind: Literal["probability", "mean", "median"]


class LeftOutDayOutput(TypedDict):
    """A day that was not replayed, and why."""

    day: str
    why: str


class HistoryOutput(HistoryContent):
    """An answer over the days of its record: each point has a value for each of the measures."""

    topic: str
    hindcast: bool
    priors_written: str | None
    measures: list[MeasureOutput]
    left_out: list[LeftOutDayOutput]


class MoveOutput(TypedDict):
    """How the answers of a topic moved, measure by measure: before + the points of the parts = after.

    ``unanswered`` are questions without an answer in one of the runs; where all are, nothing is said of a move.
    """

    topic: str
    measures: list[MeasureOutput]
    unanswered: dict[str, str]
    since: NotRequired[str]
    until: NotRequired[str]
    against: NotRequired[Literal["ledger", "replay"]]
    why: NotRequired[str]
    before: NotRequired[list[float]]
    after: NotRequired[list[float]]
    errors: NotRequired[list[float]]
    parts: NotRequired[list[MovePart]]
    sentences: NotRequired[list[str]]


class DiffOutput(TypedDict):
    """Two runs in words, how each topic moved between them, and the topics that are the same in both."""

    earlier: str
    later: str
    topics: list[MoveOutput]
    same: list[str]


class DiffPublishedOutput(TypedDict):
    """Two sets of reports in words, and what is printed otherwise in the later; ``unchanged`` counts the other questions."""

    earlier: str
    later: str
    changes: list[AnswerChange]
    unchanged: int
    notes: list[str]
    problems: list[ProblemOutput]


class WhyOutput(TypedDict):
    """Why an answer is what it is, each list with the largest change first; ``measure`` is the number they speak of, null without an answer.

    ``moves`` are pairs of since when and a sentence; ``doubts`` of whose share of the doubt it is, the share, and its error.
    """

    answer: PublishedAnswer | None
    measure: MeasureContent | None
    moves: list[tuple[str, str]]
    rests_on: list[Reason]
    recorded: bool
    recalled: Reason | None
    priors: list[Reason]
    varied: bool
    would_move: list[Reason]
    simulated: bool
    ignorance: float | None
    ignorance_error: float | None
    structure: float | None
    structure_error: float | None
    doubts: list[tuple[str, float, float]]
    notes: list[str]


class WhatIfOutput(TypedDict):
    """Answers by question before and after something supposed, and the days that they are as of; ``distrusted`` where the draws are not sound."""

    topic: str
    as_of: str
    after_as_of: str
    before: dict[str, AnswerContent]
    after: dict[str, AnswerContent]
    distrusted: bool


class PriorPredictiveOutput(TypedDict):
    """Answers by question from the priors alone, and the day that they are as of."""

    topic: str
    as_of: str
    answers: dict[str, AnswerContent]


class EvidenceBitsOutput(TypedDict):
    """Bits for each hypothesis: of the prior, of all rows together, and of the posterior; null where they are no finite number."""

    prior: dict[str, float | None]
    rows: dict[str, float | None]
    posterior: dict[str, float | None]


EvidenceRowOutput = TypedDict(
    "EvidenceRowOutput",
    {
        "stream": str,
        "row": int,
        "from": str,
        "to": str,
        "value": float | None,
        "known": str,
        "source": str,
        "bits": dict[str, float | None],
        "errors": dict[str, float | None],
        "likelihood": dict[str, float | None],
        "impossible": list[str],
        "inconsistent_with": list[str],
        "diagnostic": bool,
        "says": str,
        "without": dict[str, float | None],
        "ranking_without": list[str],
    },
)


class EvidenceOutput(TypedDict):
    """What each row says for and against each hypothesis, and the hypotheses in the order of their probability."""

    topic: str
    as_of: str
    hypotheses: str
    values: list[str]
    prior: dict[str, float | None]
    posterior: dict[str, float | None]
    bits: EvidenceBitsOutput
    errors: dict[str, float | None]
    ranking: list[str]
    rows: list[EvidenceRowOutput]
    decisive: list[int]
    suffice: list[int]
    summary: list[str]
    warnings: list[str]
