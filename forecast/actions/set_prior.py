"""Another prior for a parameter: checked with the whole book's rules before a byte is written, under the book's lock.

The changed file is read in a copy of the topic, so that a prior is refused for
the same reasons and in the same words as one that somebody typed into the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from forecast.actions.new.beliefs import Belief, stated_priors
from forecast.actions.new.remarks import prior_remarks
from forecast.actions.overlay import read_with_changes
from forecast.book.files.folder import Folder, changed_file_problem
from forecast.book.files.layout import PRIORS, choose_topics, prior_path, root_problem, topic_names
from forecast.book.files.locking import hold_lock
from forecast.book.files.names import DEFAULT
from forecast.book.files.positions import positions
from forecast.book.files.prior_text import Revision, revised_text, revision_problem
from forecast.book.files.problems import FileFault, Place, Problem, Result, has_errors
from forecast.book.files.sources import Document, decode_bytes, read_document, read_document_if_any
from forecast.book.reading import read_book
from forecast.book.topic import Parameter, Topic
from forecast.elicitation.parameter_summary import ParameterSummary, summarise_priors
from forecast.elicitation.phrases import is_statement
from forecast.language.faults import did_you_mean, known_names_text
from forecast.model.errors import Unsound, prior_problem
from forecast.model.links import without_linked
from forecast.model.model import model_as_of
from forecast.model.used_names import names_used


@dataclass(frozen=True, slots=True)
class RevisionResult:
    """A revision as made or only drafted: the file's old and new text, and the values it changes before and after.

    ``before`` is empty where the topic could not be read as it was.  With errors
    among the ``problems`` nothing is changed.
    """

    problems: tuple[Problem, ...] = ()
    path: str = ""
    line: int = 0
    old_text: str = ""
    new_text: str = ""
    before: tuple[ParameterSummary, ...] = ()
    after: tuple[ParameterSummary, ...] = ()


def find_parameter(root: Path, name: str) -> Result[tuple[str, str]]:
    """Return the topic and the parameter that a text names (``topic.name``, or the name where one topic has it), or why it names none."""
    missing = root_problem(root)
    if missing is not None:
        return Result(None, (missing,))
    topic, _, parameter = name.rpartition(".")
    if topic:
        _, problems = choose_topics(Folder(root), [topic])
        return Result(None, problems) if problems else Result((topic, parameter))
    having = {topic_name: _names(root, topic_name) for topic_name in topic_names(Folder(root))}
    topics = [topic_name for topic_name, names in having.items() if parameter in names]
    if len(topics) == 1:
        return Result((topics[0], parameter))
    if topics:
        message, hint = (
            f"several topics have a prior `{parameter}`",
            f"say which: {' or '.join(f'{topic_name}.{parameter}' for topic_name in topics)}",
        )
    else:
        known = [known_name for names in having.values() for known_name in names]
        full = [f"{topic_name}.{known_name}" for topic_name, names in having.items() for known_name in names]
        message, hint = f"no prior `{parameter}` in this book", did_you_mean(parameter, known) or known_names_text("priors", full)
    return Result(None, (Problem(Place(PRIORS), message, hint),))


@dataclass(frozen=True, slots=True)
class StatementSaid:
    """A prior as a statement, and what was said where that was words."""

    statement: str
    belief: Belief | None = None


def statement_said(root: Path, topic: str, parameter: str, label: str, said: str) -> Result[StatementSaid]:
    """Return a prior that is given as a statement or in words as a statement; words need a topic that can be read."""
    if is_statement(said):
        return Result(StatementSaid(said))
    book, problems = read_book(root, [topic])
    if topic not in book.topics:
        return Result(None, tuple(problem for problem in problems if problem.level == "error"))
    key = f"{parameter}[{label}]" if label else parameter
    stated, problems = stated_priors(book.topics[topic], {key: said}, argument="STATEMENT")
    if stated is None:
        return Result(None, problems)
    return Result(StatementSaid(stated.priors[key], next(iter(stated.beliefs), None)))


def placement_problems(root: Path, topic: str, revision: Revision) -> tuple[Problem, ...]:
    """Return why a topic's prior file has no place for a revision, whatever its statement; empty where it has one."""
    document, problems = read_document(Folder(root), prior_path(topic))
    if document is None:
        return problems
    book, _ = read_book(root, [topic])
    wrong = revision_problem(document, revision) or _label_problem(document, book.topics.get(topic), revision)
    return () if wrong is None else (wrong,)


def draft_revision(root: Path, topic: str, revision: Revision, *, today: date) -> RevisionResult:
    """Make a revision on paper: the new text, checked as ``forecast check`` would, and nothing written."""
    path = prior_path(topic)
    document, problems = read_document(Folder(root), path)
    if document is None:
        return RevisionResult(problems)
    book, _ = read_book(root, [topic])
    wrong = revision_problem(document, revision) or _label_problem(document, book.topics.get(topic), revision)
    if wrong is not None:
        return RevisionResult((wrong,))
    try:
        raw = Folder(root).read(path).decode()
    except FileFault as fault:
        return RevisionResult((fault.problem,))
    except UnicodeDecodeError:  # it was UTF-8 a moment ago
        return RevisionResult((changed_file_problem(path),))
    if decode_bytes(raw.encode()) != document.source.text:
        return RevisionResult((changed_file_problem(path),))
    mark = raw[: len(raw) - len(raw.removeprefix("\ufeff"))]
    text = mark + revised_text(raw.removeprefix(mark), document, revision, spent=prior_remarks())
    altered, problems = read_with_changes(root, topic, {path: text})
    if altered is None:
        return RevisionResult(tuple(problem for problem in problems if problem.level == "error"))
    try:
        for variant in altered.rivals.values():
            model_as_of(without_linked(variant), today)
        after = summarise_priors(altered.as_it_stands, today)
    except Unsound as unsound:
        return RevisionResult(unsound.problems)
    warnings = tuple(problem for problem in problems if problem.place.path == path)
    if topic in book.topics:
        warnings += (*_independence_warnings(book.topics[topic], altered, revision.name),)
    line, _ = positions(text.removeprefix(mark).replace("\r\n", "\n")).key((revision.name,))
    before = _prior_summaries_before(book.topics.get(topic), today)
    return RevisionResult(
        warnings, path, line, raw, text, _changed_values(before, revision, after), _changed_values(after, revision, after)
    )


def revise(root: Path, topic: str, revision: Revision, *, today: date) -> RevisionResult:
    """Write a revision into the prior file of a topic, whole, or refuse it with problems and leave the file as it was."""
    try:
        with hold_lock(root):
            done = draft_revision(root, topic, revision, today=today)
            if not has_errors(done.problems):
                Folder(root).write(done.path, done.new_text, instead_of=done.old_text.encode())
            return done
    except FileFault as fault:
        return RevisionResult((fault.problem,))


def _names(root: Path, topic: str) -> tuple[str, ...]:
    """The names in a topic's prior file; none where it cannot be read, which the checks will say."""
    document, _ = read_document_if_any(Folder(root), prior_path(topic))
    return tuple(document.content) if document is not None else ()


def _label_problem(document: Document, topic: Topic | None, revision: Revision) -> Problem | None:
    """The problem of a label that nothing has, which the checks let pass in a file: it may be of a row yet to come."""
    if topic is None or not revision.label or revision.label == DEFAULT:
        return None
    per = topic.parameters[revision.name].per
    known = topic.labels.get(per, ())
    if revision.label in known or not known:
        return None
    hint = did_you_mean(revision.label, known) or f"labels here: {', '.join(known)}"
    return document.at_key((revision.name, "per"), f'`{per}` has no label "{revision.label}"', hint)


def _independence_warnings(before: Topic, after: Topic, name: str) -> Iterator[Problem]:
    """Warn where the prior of a parameter, or of one of its labels, depended on others, as in a hierarchy, and is numbers alone now."""
    if name not in before.parameters:
        return
    old, new = before.parameters[name], after.parameters[name]
    lost = {label: gone for label in new.labels or ("",) if (gone := _parents(before, old, label) - _parents(after, new, label))}
    if not lost:
        return
    others = " and ".join(f"`{other}`" for other in sorted(set.union(*lost.values())))
    if set(lost) == set(new.labels):
        message = f"`{name}` no longer depends on {others}: what is learnt of one label says nothing of another"
    else:
        message = f"{' and '.join(f'`{name}[{label}]`' if label else f'`{name}`' for label in lost)} no longer depends on {others}"
    first = next(iter(lost))
    keys = (name, "prior", first) if first in new.by_label else (name, "prior")
    yield replace(prior_problem(after, keys, message, f"a prior that names {others} keeps them together"), level="warning")


def _parents(topic: Topic, parameter: Parameter, label: str) -> set[str]:
    """The parameters that the prior of a value names."""
    statement = parameter.by_label.get(label, parameter.prior)
    return set() if statement is None else names_used(topic, statement) & set(topic.parameters)


def _prior_summaries_before(topic: Topic | None, today: date) -> tuple[ParameterSummary, ...]:
    try:
        return () if topic is None else summarise_priors(topic.as_it_stands, today)
    except Unsound:  # the revision may fix it
        return ()


def _changed_values(
    values: tuple[ParameterSummary, ...], revision: Revision, after: tuple[ParameterSummary, ...]
) -> tuple[ParameterSummary, ...]:
    """Of values, those that the revision gives another statement."""
    one_label = revision.label not in {"", DEFAULT}
    names = {
        value.name
        for value in after
        if value.parameter == revision.name and value.statement == revision.statement and (not one_label or value.label == revision.label)
    }
    return tuple(value for value in values if value.name in names)
