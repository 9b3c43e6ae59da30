"""What scores come to: their means by question, for each forecaster, in groups of questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

import numpy as np

from forecast.language.arrays import Array, Indices, Truth
from forecast.track_record.intervals import MeanInterval, mean_interval
from forecast.track_record.measures import ScoreMeasure
from forecast.track_record.record_questions import RecordQuestion
from forecast.track_record.score_table import ScoreTable
from forecast.track_record.tournaments import tournament_names

type Grouping = Literal["topic", "tag", "source", "person", "horizon", "type", "year", "tournament"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping.__value__)
HORIZONS = ((7, "up to a week"), (31, "up to a month"), (92, "up to three months"), (366, "up to a year"))
LONGEST_HORIZON = "over a year"
UNKNOWN = "not on record"
EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """The mean of one measure over the questions of a group; ``who`` is empty where it is over all forecasters of each question."""

    group: str
    who: str
    measure: ScoreMeasure
    unit: str
    interval: MeanInterval


def summarise_scores(
    table: ScoreTable, *, measures: Sequence[ScoreMeasure], by: Grouping | None, who: Sequence[str] | None, rows: Truth | None = None
) -> tuple[ScoreSummary, ...]:
    """Return the means of scores, by group and forecaster, over the rows that are chosen (those of questions that enter scores).

    ``who`` names the forecasters; None is everybody, whose scores of one question are averaged first unless it is asked ``by`` person.
    Scores in a question's unit are put together only for questions with the same unit; questions without one are left out of them.
    """
    chosen = table.is_scored if rows is None else rows
    people = np.array(table.who)
    named: list[tuple[str, Truth]] = [(EVERYBODY, chosen)]
    if who is not None or by == "person":
        names = sorted(set(table.who)) if who is None else who
        named = [(name, chosen & (people == name)) for name in names]
    groups = _groups(table, by)
    return tuple(
        ScoreSummary(group, name, measure, unit, interval)
        for name, of_name in named
        for group, questions in groups.items()
        for measure in measures
        for unit, interval in _intervals(table, measure, of_name & np.isin(table.question, questions))
    )


def question_means(question: Indices, values: Array) -> tuple[Indices, Array]:
    """Return the questions that have a score, and the mean of the scores of each; one with an infinite score is infinite."""
    asked, inverse = np.unique(question, return_inverse=True)
    with np.errstate(invalid="ignore"):
        means = np.bincount(inverse, values, asked.size) / np.bincount(inverse, minlength=asked.size)
    return asked, np.where(np.isnan(means), -np.inf, means)


def horizon_of(question: RecordQuestion) -> str:
    """Return how long a question was to be open, from its opening to its scheduled close, in one of five classes."""
    wording = question.wording
    if wording is None or wording.opens is None or wording.scheduled_close is None:
        return UNKNOWN
    length = wording.scheduled_close - wording.opens
    return next((name for days, name in HORIZONS if length <= timedelta(days=days)), LONGEST_HORIZON)


def _intervals(table: ScoreTable, measure: ScoreMeasure, rows: Truth) -> Iterator[tuple[str, MeanInterval]]:
    values = table.scores[measure.name]
    found = np.flatnonzero(rows & ~np.isnan(values))
    if found.size == 0:
        return
    questions, means = question_means(table.question[found], values[found])
    units = [_unit(table.questions[place].question) if measure.has_unit else "" for place in questions]
    topics = ["" if table.platforms[place] else table.questions[place].question.record for place in questions]
    for unit in sorted({unit for unit in units if unit or not measure.has_unit}):
        of_unit = [place for place, its in enumerate(units) if its == unit]
        yield unit, mean_interval(means[of_unit], [topics[place] for place in of_unit])


def _unit(question: RecordQuestion) -> str:
    if question.wording is None:
        return ""
    return "days" if question.wording.type == "date" else question.wording.unit


def _groups(table: ScoreTable, by: Grouping | None) -> Mapping[str, Indices]:
    if by is None or by == "person":
        return {"": np.arange(len(table.questions))}
    return question_groups([its.question for its in table.questions], table.platforms, by)


def question_groups(questions: Sequence[RecordQuestion], platforms: Sequence[str], by: Grouping) -> Mapping[str, Indices]:
    """Return the places of the questions of each group, horizons from short to long and all others by name; years are those of the closes; a question may be in several."""
    groups: dict[str, list[int]] = {}
    for place, (question, platform) in enumerate(zip(questions, platforms, strict=True)):
        for name in _names(question, platform, by):
            groups.setdefault(name, []).append(place)
    order = [name for _, name in HORIZONS] + [LONGEST_HORIZON]
    names = sorted(groups, key=lambda name: (order.index(name) if name in order else -1, name))
    return {name: np.array(groups[name], dtype=np.intp) for name in names}


def _names(question: RecordQuestion, platform: str, by: Grouping) -> tuple[str, ...]:
    match by:
        case "topic":
            return (question.record,)
        case "source":
            return (platform or "own questions",)
        case "horizon":
            return (horizon_of(question),)
        case "year":
            return (UNKNOWN if question.close is None else str(question.close.year),)
        case "type":
            return (UNKNOWN if question.wording is None else question.wording.type,)
        case "tournament":
            return tournament_names(question) or ("no tournament",)
    return () if question.wording is None else question.wording.tags or ("no tag",)
