"""The shapes of what is said of a book's files: problems, new files, rows and priors."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from forecast.actions.check import RowReference
from forecast.actions.due import DueState
from forecast.elicitation.parameter_summary import ParameterSummary, ParameterUpdate
from forecast.schema.answers import AnswerContent


class ProblemOutput(TypedDict):
    """What is wrong, where, and what to do about it.

    Of a file ``source`` is the line, empty where there is none; of an option, whose name is the ``path``, ``line`` is 0 and ``source`` what was typed.
    """

    path: str
    line: int
    column: int
    level: Literal["error", "warning"]
    message: str
    hint: str
    source: str


class ProblemsOutput(TypedDict):
    """What any command prints where errors stop it; its exit code is then 1."""

    problems: list[ProblemOutput]


class InitOutput(TypedDict):
    """The files of a new book, as paths in it."""

    paths: list[str]


class ImpliedAnswersOutput(TypedDict):
    """The answers that a new topic implies, by question, and whether the fast engine vouches for them.

    ``placeholders`` are the priors that are still the template's; ``unknown`` says why there is no answer.
    """

    answers: dict[str, AnswerContent]
    sound: bool
    placeholders: list[str]
    unknown: list[str]


class NewOutput(TypedDict):
    """The files of a new topic, as paths in the book; ``implied`` is null where all of its priors are the template's, or its question is."""

    topic: str
    paths: list[str]
    implied: ImpliedAnswersOutput | None


class CheckOutput(TypedDict):
    """All problems of a book, and its priors by topic; ``rows`` with --rows."""

    problems: list[ProblemOutput]
    priors: dict[str, list[ParameterSummary]]
    rows: NotRequired[list[RowReference]]


class ObserveOutput(TypedDict):
    """The row that was appended to a record, where, and the hash by which a later row can replace it."""

    path: str
    line: int | None
    row: str
    hash: str


class ObserveRowsOutput(TypedDict):
    """The rows of a file that were appended to a record, in their order: their lines there, their texts, and their hashes."""

    path: str
    lines: list[int]
    rows: list[str]
    hashes: list[str]


class RecordOutput(TypedDict):
    """What `say`, `withdraw` and `resolve` put on record; ``report`` is the page that was made anew, empty where none was."""

    path: str
    line: int
    row: str
    id: str
    question: str
    report: str
    warnings: list[ProblemOutput]


class ImportOutput(TypedDict):
    """What of a platform's files was added to a collection, by kind, and how many rows were left out, by file; ``me`` are your names there."""

    collection: str
    path: str
    me: list[str]
    added: dict[str, int]
    left_out: dict[str, int]
    forecasts_of_others: int
    notes: list[str]
    problems: list[ProblemOutput]


class DueOutput(TypedDict):
    """A question with what is due of it and the command to run; ``day`` is a time in UTC, ``asked`` the hash of its wording."""

    question: str
    asked: str
    state: DueState
    day: str
    sentence: str
    command: str


class DuesOutput(TypedDict):
    """All that is due, the most urgent first."""

    due: list[DueOutput]
    problems: list[ProblemOutput]


type PriorShowOutput = dict[str, list[ParameterUpdate]]


class PriorSetOutput(TypedDict):
    """Where a prior was written, and its values before and after."""

    path: str
    line: int
    before: list[ParameterSummary]
    after: list[ParameterSummary]


class ImpliedStreamOutput(TypedDict):
    """What a stream would bring by a prior: 5, 50 and 95 % points, and a high value with the chance of more."""

    name: str
    over: str
    points: list[float]
    rare: float
    chance_of_more: float


class ImpliedOutput(TypedDict):
    """What a prior implies before any row: streams, and the headline of each question's answer."""

    streams: list[ImpliedStreamOutput]
    answers: dict[str, str | None]


class OfferOutput(TypedDict):
    """A prior that says what was said, or nearly: the probability it misses each point by, and its 5, 25, 50, 75 and 95 % points."""

    family: str
    statement: str
    method: str
    misses: list[float]
    points: list[float]
    fault: str
    implied: ImpliedOutput | None


class PriorElicitOutput(TypedDict):
    """Priors that fit what was said, the best first; ``written`` says whether the chosen one stands in the file now."""

    topic: str
    parameter: str
    label: str
    now: str
    chosen: str
    written: bool
    offers: list[OfferOutput]
