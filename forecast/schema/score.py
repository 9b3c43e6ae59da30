"""The shape of the JSON of scores: what `forecast score --json` prints and `reports/score.json` holds.

JSON has no infinite numbers; a score that is infinite is the word `inf` or `-inf`.
"""

from __future__ import annotations

import math
from typing import Literal, NotRequired, TypedDict

SCORE_FORMAT = 1

type ScoreFigure = float | Literal["inf", "-inf"]


class CohortContent(TypedDict):
    """How many questions of a record are in one cohort, and what that says."""

    record: str
    cohort: str
    says: str
    questions: int


class SummaryContent(TypedDict):
    """A mean score with its 95 % interval by question; ``low`` and ``high`` are null where there is none.

    ``who`` is empty where it is over all forecasters of each question, ``group`` where questions are not grouped. ``few`` says that there are
    too few questions to judge, ``clusters`` how many groups of questions were taken as independent.
    """

    group: str
    who: str
    measure: str
    label: str
    unit: str
    higher_is_better: bool
    questions: int
    clusters: int
    mean: ScoreFigure
    low: float | None
    high: float | None
    median: ScoreFigure
    infinite: int
    few: bool


class SkillContent(TypedDict):
    """A score beside a reference's over the same questions and times: the difference (positive for better) and the ratio, which not every rule has."""

    group: str
    who: str
    measure: str
    label: str
    unit: str
    questions: int
    own: ScoreFigure
    reference: ScoreFigure
    difference: ScoreFigure
    low: float | None
    high: float | None
    ratio: ScoreFigure | None
    few: bool


class TournamentContent(TypedDict):
    """What one forecaster's scores by one measure add up to in a tournament, times the weights of its questions.

    ``possible`` is the sum of the weights of all its resolved questions, of which ``coverage`` is covered; shares of a prize are in
    proportion to ``take``, which is null where the total is infinite.
    """

    tournament: str
    who: str
    measure: str
    label: str
    questions: int
    total: ScoreFigure
    coverage: float
    possible: float
    take: float | None


class DisagreementContent(TypedDict):
    """A score of a platform that is not the one computed here."""

    question: str
    who: str
    platform: float
    ours: ScoreFigure


class OwnPlatformContent(TypedDict):
    """What a platform gives the user by one rule; ``coverage`` is null where it does not say."""

    questions: int
    mean: float
    total: float
    coverage: float | None


class AgreementContent(TypedDict):
    """How many of a platform's own scores by one rule agree with those computed here; ``missing`` are those that are not computed here.

    ``crowd`` says that the rule compares with the crowd; ``own`` are the user's scores as the platform gives them, null where there are none.
    """

    record: str
    rule: str
    scores: int
    agree: int
    missing: int
    crowd: bool
    own: OwnPlatformContent | None
    worst: list[DisagreementContent]


class LeftOutContent(TypedDict):
    """How many forecasts of one record do not count, and why."""

    record: str
    reason: str
    forecasts: int


class ScoreRowContent(TypedDict):
    """One score of one forecaster on one question; ``cohort`` says whether it counts, ``made`` when the forecast was entered."""

    record: str
    question: str
    who: str
    measure: str
    score: ScoreFigure
    coverage: float
    cohort: str
    made: str


class ScoresContent(TypedDict):
    """Scores as they were asked for; ``answered`` counts the questions that enter and have a score of those who are shown."""

    format: int
    as_of: str
    records: list[str]
    cohorts: list[CohortContent]
    answered: NotRequired[int]
    left_out: list[LeftOutContent]
    summaries: list[SummaryContent]
    with_early: list[SummaryContent]
    later: list[SummaryContent]
    reference: str
    skill: list[SkillContent]
    tournaments: list[TournamentContent]
    agreement: list[AgreementContent]
    notes: list[str]
    rows: NotRequired[list[ScoreRowContent]]


def figure(value: float) -> ScoreFigure:
    """Return a number as JSON has it: itself, or the word for an infinite one. Raises ``ValueError`` for NaN."""
    if math.isnan(value):
        raise ValueError("a score that is no number has no figure")
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def number_of(value: ScoreFigure) -> float:
    """Return the number that a figure stands for."""
    return float(value)
