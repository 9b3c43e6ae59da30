"""The shape of `reports/score.json`, from which the page of scores is made, and the check that a file has it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, TypedDict

from forecast.schema.hindcast_scores import KeptHindcastsContent
from forecast.schema.json_data import format_json
from forecast.schema.record_json import read_record_json
from forecast.schema.score import SCORE_FORMAT, ScoreFigure, ScoresContent, SkillContent, SummaryContent

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCORE_REPORT = "score"
REMAKE = "run `forecast score` to make it again"


class BesideContent(TypedDict):
    """What others said when a forecast was made: the probability, where it is one, and its score."""

    who: str
    probability: float | None
    score: ScoreFigure


class StepContent(TypedDict):
    """A forecast in force from one moment until another (null where nothing says when): what was said, and its score by a rule.

    ``probability`` is null where it is none; ``score`` where no rule fits.
    """

    at: str
    until: str | None
    said: str
    probability: float | None
    rule: str
    score: ScoreFigure | None
    beside: BesideContent | None


class SettledForecasterContent(TypedDict):
    """The forecasts of one forecaster of a question, and what they score by each measure."""

    who: str
    scores: dict[str, ScoreFigure]
    steps: list[StepContent]


class SettledContent(TypedDict):
    """A question that counts, how it ended, and what was said of it. ``opened`` and ``closed`` are null where nothing says when."""

    address: str
    text: str
    type: str
    unit: str
    opened: str | None
    closed: str | None
    outcome: str
    enters: str
    people: list[SettledForecasterContent]


class CallContent(TypedDict):
    """One of the best or worst calls. ``row`` says which row of the record mattered most to the model; null where that has not been asked, empty where there is no model."""

    address: str
    text: str
    outcome: str
    who: str
    score: ScoreFigure
    row: str | None


class CallsContent(TypedDict):
    """The best and the worst calls by one measure, best and worst first. ``inputs`` is the hash of the files on which their rows rest."""

    measure: str
    inputs: str
    label: str
    best: list[CallContent]
    worst: list[CallContent]


class UpdateContent(TypedDict):
    """What a forecast that holds from now on would score, by measure: if the answer is yes and if it is no, and expected by somebody's belief.

    Of options ``probability`` is null, and scores are expected ones alone.
    """

    said: str
    probability: float | None
    if_yes: dict[str, ScoreFigure]
    if_no: dict[str, ScoreFigure]
    expected: dict[str, ScoreFigure]


class OpenQuestionContent(TypedDict):
    """An open question: which share of its time has passed, and the scores of keeping the forecast and of others.

    ``believer`` is whose forecast expected scores are by; empty where nobody else has one of a question of yes or no.
    """

    address: str
    text: str
    who: str
    closes: str
    passed: float
    believer: str
    keep: UpdateContent
    updates: list[UpdateContent]


class GroupedScoresContent(TypedDict):
    """Means by groups of questions; ``by`` says of which kind, as `year`."""

    by: str
    summaries: list[SummaryContent]


class ScorePageContent(TypedDict):
    """Everything that the page of scores shows. ``groups`` are kinds of groups of which there are several, ``crowd`` is beside platforms' aggregates, over all questions and by year. ``labels`` are those of measures; ``unlisted`` counts settled questions that are not in ``settled``, ``unlisted_open`` open ones that are not in ``open``, ``open_numbers`` open numbers and dates.

    ``hindcasts`` are null until `forecast score --hindcasts` has made them. ``made_of`` is a hash of all files on which the page rests, and of its day.
    """

    format: int
    digest: str
    made_of: str
    as_of: str
    scores: ScoresContent
    labels: dict[str, str]
    groups: list[GroupedScoresContent]
    crowd: list[SkillContent]
    calls: CallsContent | None
    open: list[OpenQuestionContent]
    unlisted_open: int
    open_numbers: int
    settled: list[SettledContent]
    unlisted: int
    hindcasts: KeptHindcastsContent | None


def score_page_bytes(content: Mapping[str, object]) -> bytes:
    """Return the file that a content makes."""
    return (format_json(content) + "\n").encode("utf-8")


def read_score_page(data: bytes, *, name: str = "reports/score.json") -> ScorePageContent:
    """Return the content of a JSON file; raise ``ReportFault`` where it is not one that this program wrote whole."""
    return read_record_json(data, _shape(), name=name, what="scores", number=SCORE_FORMAT, remake=REMAKE)


@cache
def _shape() -> TypeAdapter[ScorePageContent]:
    from pydantic import TypeAdapter

    return TypeAdapter(ScorePageContent)
