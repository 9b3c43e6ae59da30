"""Relations between topics in an update: what each report says of those that name one of its answers.

No model knows of relations, so they are checked when all topics have been computed, by their reports; a topic of which nothing else has
changed gets a new report where what is said of a relation has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from forecast.actions.cache import read_published_report, report_directory
from forecast.actions.contents import Contents, PackedResult, pack_result
from forecast.actions.plan import TopicPlan
from forecast.actions.run import ReportMarks, Run, TopicResult
from forecast.actions.standing import StandingTopic
from forecast.book.files.folder import Folder
from forecast.book.files.layout import report_path, topic_names
from forecast.book.files.problems import Problem
from forecast.book.relations import Relation, read_relations, reference_problems
from forecast.book.topic import Book, Question
from forecast.cache.store import CachedResult
from forecast.content.relations import checked_relation, unchecked_relation, with_relations
from forecast.report.pages import report_files
from forecast.schema.answers import AnswerContent
from forecast.schema.json_data import round_numbers
from forecast.schema.relations import RelationContent
from forecast.schema.topic import TopicContent, content_bytes


@dataclass(frozen=True, slots=True)
class RelatedReports:
    """The topics whose reports say something else of relations now, what is to be kept of them, and what is wrong with the file of relations."""

    changed: Mapping[str, PackedResult]
    kept: tuple[CachedResult, ...] = ()
    problems: tuple[Problem, ...] = ()


def postpone_files(run: Run, plans: Mapping[str, TopicPlan]) -> tuple[dict[str, TopicPlan], frozenset[str]]:
    """Return the plans without making the files of reused reports that relations name, and the names of these.

    Their files are made when the relations have been checked, which may change what they say.
    """
    if not run.pages or (run.fast and not run.insight):
        return dict(plans), frozenset()
    relations, _ = read_relations(Folder(run.root))
    related = {name for relation in relations or () for name in relation.topics}
    names = frozenset(name for name, plan in plans.items() if name in related and plan.content is not None and plan.renders)
    return {name: replace(plan, renders=plan.renders and name not in names) for name, plan in plans.items()}, names


def relate_reports(
    run: Run, made: Mapping[str, PackedResult], standing: Mapping[str, StandingTopic], *, without_files: Collection[str] = ()
) -> RelatedReports:
    """Check the relations of a book by the reports of its topics: those just made, those that stand, and those that are published.

    ``without_files`` names those of ``made`` whose files have not been made yet: they are made here.  What is wrong with a relation
    stops nothing: it is not checked, with the reason.
    """
    folder = Folder(run.root)
    relations, problems = read_relations(folder)
    related: set[str] = {name for relation in relations or () for name in relation.topics}
    packed = {name: its.content for name, its in made.items()} | {name: its.content for name, its in standing.items()}
    marks = {name: its.marks for name, its in made.items()} | {name: its.marks for name, its in standing.items()}
    touched = [name for name in packed if name in related or name in without_files or _has_relations(marks[name])]
    if not touched:
        return RelatedReports({}, problems=_as_warnings(problems))
    contents = _contents(run, related, {name: packed[name] for name in packed if name in related})
    broken = tuple(reference_problems(relations or (), _kinds_in_reports(contents), topic_names(folder)))
    refused = {problem.place for problem in broken}
    checked = [
        (relation, _check_or_refuse(relation, contents, topic_names(folder), is_refused=relation.place in refused))
        for relation in relations or ()
    ]
    changed: dict[str, PackedResult] = {}
    kept: list[CachedResult] = []
    for name, content in Contents({name: packed[name] for name in touched}).items():
        renewed = with_relations(content, [found for relation, found in checked if name in relation.topics])
        if renewed is content and name not in without_files:
            continue
        key = made[name].content_key if name in made else standing[name].marks.digest
        if renewed is not content:
            key = _related_key(key, renewed)
            kept.append(CachedResult("content", key, content_bytes(renewed)))
        files = report_files(renewed) if run.pages else {f"{name}.json": content_bytes(renewed)}
        changed[name] = pack_result(TopicResult(renewed, files, content_key=key))
    return RelatedReports(changed, tuple(kept), _as_warnings((*problems, *broken)))


def relation_problems(book: Book, *, whole: bool) -> Iterator[Problem]:
    """Yield what is wrong with the relations of a book; ``whole`` says that it was read with all its topics."""
    folder = Folder(book.root)
    relations, problems = read_relations(folder)
    yield from problems
    kinds = {name: {its.name: _labels(its) for its in topic.questions.values()} for name, topic in book.topics.items()}
    named = [relation for relation in relations or () if whole or relation.topics & set(book.topics)]
    yield from reference_problems(named, kinds, topic_names(folder))


def _has_relations(marks: ReportMarks | None) -> bool:
    return marks is not None and marks.is_related


def _contents(run: Run, related: Iterable[str], packed: Mapping[str, bytes]) -> dict[str, TopicContent]:
    """The contents of the topics that relations name, by name: of this update, else as they are published."""
    directory = report_directory(as_of=run.as_of, today=run.today)
    contents = dict(Contents(packed))
    for name in sorted(set(related) - set(contents)):
        published = read_published_report(run.root, report_path(name, directory))
        if published is not None:
            contents[name] = published
    return contents


def _check_or_refuse(
    relation: Relation, contents: Mapping[str, TopicContent], topics: Collection[str], *, is_refused: bool
) -> RelationContent:
    if is_refused:
        return unchecked_relation(relation, "it names an answer that there is not; `forecast check` says which")
    missing = {name: "has no report" if name in topics else "is no topic of this book" for name in relation.topics}
    checked: RelationContent = round_numbers(checked_relation(relation, contents, missing))
    return checked


def _kinds_in_reports(contents: Mapping[str, TopicContent]) -> dict[str, dict[str, Collection[str] | None]]:
    return {name: {answer["name"]: _labels_in_report(answer) for answer in content["answers"]} for name, content in contents.items()}


def _labels_in_report(answer: AnswerContent) -> Collection[str] | None:
    if answer["kind"] == "date":
        return None
    return [choice["label"] for choice in answer["choices"]] if answer["kind"] == "shares" else ()


def _labels(question: Question) -> Collection[str] | None:
    return None if question.kind == "date" else tuple(question.choices)


def _related_key(key: str, content: TopicContent) -> str:
    """The key under which a content is kept with its relations; ``key`` is that of what it was without them."""
    return hashlib.sha256(json.dumps([key, content.get("relations", [])]).encode()).hexdigest()


def _as_warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(problem, level="warning") for problem in problems)
