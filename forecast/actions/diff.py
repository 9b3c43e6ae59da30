"""What differs between two runs, question by question, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from forecast.actions.snapshots import Snapshot, find_snapshot
from forecast.book.files.problems import Place, Problem, Result, has_errors, sort_problems
from forecast.book.finding import find_question
from forecast.book.hashes import numbers_hash
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.insight.baseline import UnknownVariation
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.insight.change_report import move_between
from forecast.insight.chosen import chosen_move
from forecast.insight.estimands import Measure, MeasureKey, StatedValue, answered_measures, measures_of, published_values, with_medians
from forecast.insight.published import published_answers
from forecast.insight.variants_diff import VariantsDiff
from forecast.language.arrays import Array
from forecast.model.custom_model import custom_model_problem
from forecast.model.errors import Unsound
from forecast.model.progress import Progress, ignore_progress
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import Answer
from forecast.schema import words
from forecast.schema.insight import Move


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """How the answers of one topic moved, measure by measure; None where no question has an answer in both runs.

    ``unanswered`` are the questions without an answer in one of the runs, and why.
    """

    topic: str
    measures: tuple[Measure, ...]
    move: Move | None
    unanswered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs in words and how each topic moved between them; topics that are the same in both are named in ``same``."""

    earlier: str = ""
    later: str = ""
    moved: tuple[TopicDifference, ...] = ()
    same: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def difference(
    root: Path,
    first: str,
    second: str,
    *,
    topics: Sequence[str] | None,
    today: date,
    settings: Settings,
    progress: Progress = ignore_progress,
) -> Difference:
    """Compare two runs of a book (see ``forecast.actions.snapshots``), over the topics both have."""
    book, problems = read_book(root, topics)
    if has_errors(problems):
        return Difference(problems=problems)
    earlier, wrong = find_snapshot(book, first, today=today)
    later, also_wrong = find_snapshot(book, second, today=today)
    if earlier is None or later is None:
        return Difference(problems=sort_problems((*wrong, *also_wrong)))
    warnings = sort_problems((*wrong, *also_wrong))
    if earlier.as_of > later.as_of:
        earlier, later = later, earlier
    shared = [name for name in later.topics if name in earlier.topics and (topics is None or name in topics)]
    if not shared:
        return Difference(problems=(*warnings, Problem(Place("reports"), "the two runs have no topic in common")))
    differences: dict[str, TopicDifference | None] = {}
    for done, name in enumerate(shared):
        progress(f"{name}: telling the changes apart", done, len(shared))
        try:
            differences[name] = _topic_difference(name, earlier, later, settings)
        except Unsound as unsound:
            return Difference(problems=unsound.problems)
        except UnknownVariation as reason:
            return Difference(problems=(Problem(Place(f"seeds/{name}"), str(reason)),))
    moved = tuple(difference for difference in differences.values() if difference is not None)
    return Difference(
        earlier.said, later.said, moved, tuple(name for name, difference in differences.items() if difference is None), warnings
    )


def answer_change_since(root: Path, question: str, since: date, *, today: date, settings: Settings) -> Result[TopicDifference]:
    """Return how one question's answer moved since a day, by replay; ``question`` as ``forecast show`` takes it."""
    book, problems = read_book(root)
    if has_errors(problems):
        return Result(None, problems)
    named, problems = find_question(book, question)
    if named is None:
        return Result(None, problems)
    topic, asked = named
    days = Snapshot("", since, {topic.name: topic}), Snapshot("", today, {topic.name: topic})
    try:
        return Result(_topic_difference(topic.name, *days, settings, only=asked.name))
    except Unsound as unsound:
        return Result(None, unsound.problems)
    except UnknownVariation as reason:
        return Result(None, (Problem(Place(f"seeds/{topic.name}"), str(reason)),))


def _topic_difference(
    name: str, earlier: Snapshot, later: Snapshot, settings: Settings, *, only: str | None = None
) -> TopicDifference | None:
    """How a topic moved between two runs; None where nothing of it differs."""
    old = with_carried_posteriors(earlier.topics[name], earlier.as_of, settings)
    new = with_carried_posteriors(later.topics[name], later.as_of, settings)
    for topic in (old, new):
        if topic.own is not None:
            raise Unsound(custom_model_problem(topic, "a change is split by replay, which weighs draws by the statements of topic.toml"))
    if earlier.as_of == later.as_of and numbers_hash(old, as_of=earlier.as_of) == numbers_hash(new, as_of=later.as_of):
        return None
    asked = VariantsDiff(old, earlier.as_of, new, later.as_of).questions
    measures = with_medians(
        [measure for measure in measures_of(new) if measure.question.name in asked and only in {None, measure.question.name}]
    )
    if not measures:
        raise UnknownVariation("no question is asked in both")
    before, after = _snapshot_measures(old, earlier, measures, settings), _snapshot_measures(new, later, measures, settings)
    unanswered = {**after.unanswered, **before.unanswered}
    kept = tuple(measure for measure in measures if measure.question.name not in unanswered)
    if not kept:
        return TopicDifference(name, (), None, unanswered)
    ends, errors = zip(before.of(kept), after.of(kept), strict=True)
    move = move_between(old, earlier.as_of, new, later.as_of, measures=kept, settings=settings, ends=ends, errors=errors)
    return TopicDifference(name, *chosen_move(move, kept), unanswered)


@dataclass(frozen=True, slots=True)
class _SnapshotMeasures:
    """A run's measures, and the questions without an answer in it, each with the sentence that says why."""

    stated: Mapping[MeasureKey, StatedValue]
    unanswered: Mapping[str, str]

    def of(self, measures: Sequence[Measure]) -> tuple[Array, Array]:
        """The values of measures, and their errors."""
        stated = [self.stated[measure.key] for measure in measures]
        return np.array([value.value for value in stated]), np.array([value.error for value in stated])


def _snapshot_measures(topic: Topic, run: Snapshot, measures: Sequence[Measure], settings: Settings) -> _SnapshotMeasures:
    """The measures as the run published them; where it did not, as it would have."""
    unpublished = StatedValue(np.nan, np.nan)  # a mean that cannot be estimated
    if all((topic.name, measure.key) in run.published or measure.kind == "mean" for measure in measures):
        return _SnapshotMeasures({measure.key: run.published.get((topic.name, measure.key), unpublished) for measure in measures}, {})
    answers = _answers(topic, run.as_of, settings)
    having = answered_measures(measures, answers)
    stated = map(StatedValue, *(values.tolist() for values in published_values(answers, having)))
    without = dict.fromkeys(measure.question.name for measure in measures if measure not in having)
    unanswered = {name: f"As of {words.day(run.as_of)}: {answer_content(topic, answers[name])['sentence']}" for name in without}
    return _SnapshotMeasures({measure.key: value for measure, value in zip(having, stated, strict=True)}, unanswered)


def _answers(topic: Topic, as_of: date, settings: Settings) -> Mapping[str, Answer]:
    if topic.variants:
        return published_answers(topic, as_of, settings).answers
    return analyse(topic, as_of, settings, referee=False).result.answers
