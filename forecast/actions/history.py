"""How one answer went over the days of its record: today's book replayed as of each of them, and nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place, Problem, has_errors
from forecast.book.finding import find_question
from forecast.book.ledger import read_ledger
from forecast.book.reading import read_book
from forecast.book.topic import Question, Topic
from forecast.book.written_priors import priors_published
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.chosen import chosen_history
from forecast.insight.estimands import measures_of, with_medians
from forecast.insight.history import History, history, history_days
from forecast.insight.mixed_history import mixed_history
from forecast.insight.record_events import Every
from forecast.insight.replay import LeftOutDay
from forecast.model.custom_model import custom_model_problem
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """A question's topic and history; or problems and neither.

    ``written`` is the first day on which the ledger published the topic's priors as they are now; None where it has not.
    """

    topic: Topic | None = None
    question: Question | None = None
    history: History | None = None
    written: date | None = None
    problems: tuple[Problem, ...] = ()


def replay_history(
    root: Path,
    question: str,
    *,
    every: Every,
    since: date | None,
    until: date,
    settings: Settings,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> HistoryResult:
    """Return the history of one question's answer, as of regular days and those on which something became known.

    ``question`` is ``topic.question``, or the name alone where one topic asks
    it; ``since`` is the day the topic opens where none is given.
    """
    book, problems = read_book(root)
    entries, broken = read_ledger(Folder(root))
    if has_errors((*problems, *broken)):
        return HistoryResult(problems=(*problems, *broken))
    named, problems = find_question(book, question)
    if named is None:
        return HistoryResult(problems=problems)
    topic, asked = with_carried_posteriors(named[0], until, settings), named[1]
    if topic.own is not None:
        return HistoryResult(problems=(custom_model_problem(topic, "a replay weighs draws by the statements of topic.toml"),))
    first = max(since or topic.opens, topic.opens)
    if first > until:
        return HistoryResult(
            problems=(Problem(Place(f"seeds/{topic.name}/topic.toml"), f"the record opens on {topic.opens}, after {until}"),)
        )
    days = history_days(topic, since=first, until=until, every=every)
    if topic.variants:
        made_mixed = _mixed_history(topic, asked, days, settings, processes, progress)
        return replace(made_mixed, written=priors_published(topic, entries))
    measures = with_medians([measure for measure in measures_of(topic) if measure.question.name == asked.name])
    try:
        made = history(topic, days, settings, measures=measures, processes=processes, progress=progress)
    except Unsound as unsound:
        return HistoryResult(problems=unsound.problems)
    return HistoryResult(topic, asked, chosen_history(made), priors_published(topic, entries))


def _mixed_history(
    topic: Topic, asked: Question, days: Sequence[date], settings: Settings, processes: int, progress: Progress
) -> HistoryResult:
    """The history of a topic with variants, which follows the expected value of a number."""
    try:
        made = mixed_history(topic, days, settings, questions=[asked.name], processes=processes, progress=progress)
    except Unsound as unsound:
        return HistoryResult(problems=unsound.problems)
    unknown = tuple(
        LeftOutDay(point.day, "its expected value is not known") for point in made.points if not np.isfinite(point.values).all()
    )
    points = tuple(point for point in made.points if np.isfinite(point.values).all())
    return HistoryResult(topic, asked, replace(made, points=points, left_out=(*made.left_out, *unknown)))
