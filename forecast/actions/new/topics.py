"""A new topic in a book: its files made from a template, checked as a book is, and written all or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.actions.new.days import calendar
from forecast.actions.new.templates import TOPIC_SCHEMA, TemplateInput, fill_template, has_day, prior_names, template_texts, with_schemas
from forecast.actions.overlay import read_with_changes
from forecast.book.files.folder import Folder, access_problem
from forecast.book.files.layout import PRIORS, SEEDS, prior_path, root_problem, topic_path
from forecast.book.files.locking import hold_lock
from forecast.book.files.names import topic_fault
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.writing import write_whole
from forecast.book.topic import Topic
from forecast.elicitation.parameter_summary import summarise_priors
from forecast.language.faults import did_you_mean
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of

SCHEMA_PLACES = ("schemas", "forecast/schemas")  # of a book that was begun with `forecast init`, and of the program's own


@dataclass(frozen=True, slots=True)
class NewTopicResult:
    """The new topic and the paths of its files; or problems, and nothing written."""

    problems: tuple[Problem, ...] = ()
    topic: Topic | None = None
    paths: tuple[str, ...] = ()


def new_topic(root: Path, name: str, *, kind: str, own: TemplateInput, opens: date | None, by: date | None, today: date) -> NewTopicResult:
    """Write a new topic like a template: seeds/NAME/ and, where it has priors, priors/NAME.toml.

    ``kind`` is one of ``forecast.actions.new.kinds``.  Without ``opens`` a question of
    one's own opens today and the example a year ago; without ``by`` it ends with
    this year or the next.
    """
    problems = _refusals(root, name, kind=kind, opens=opens, by=by, today=today)
    if problems:
        return NewTopicResult(problems)
    days = calendar(today=today, opens=opens or (today if own.asks_own else None), by=by)
    texts = with_schemas(template_texts(kind, name, days), schema_place(root))
    unknown = _unknown_priors(name, prior_names(texts.get(prior_path(name), "")), own)
    if unknown:
        return NewTopicResult(unknown)
    texts = fill_template(texts, name, own, today)
    topic, problems = read_with_changes(root, name, texts)
    if topic is None:
        return NewTopicResult(tuple(problem for problem in problems if problem.level == "error"))
    try:
        model_as_of(topic, today)
        summarise_priors(topic, today)
    except Unsound as unsound:
        return NewTopicResult(unsound.problems)
    try:
        with hold_lock(root):
            taken = _name_conflicts(root, name)
            if not taken:
                _write(root, name, texts)
    except FileFault as fault:
        return NewTopicResult((fault.problem,))
    except OSError as error:
        return NewTopicResult((access_problem(f"{SEEDS}/{name}", "be written", error),))
    return NewTopicResult(taken) if taken else NewTopicResult(problems, topic, tuple(texts))


def schema_place(root: Path) -> str:
    """Return the directory of a book, relative to it, that holds the JSON Schemas; an empty text where there is none."""
    folder = Folder(root)
    for place in SCHEMA_PLACES:
        try:
            if folder.kind(f"{place}/{TOPIC_SCHEMA}") == "file":
                return place
        except FileFault:  # it is only named in a comment, and this one cannot be
            continue
    return ""


def _refusals(root: Path, name: str, *, kind: str, opens: date | None, by: date | None, today: date) -> tuple[Problem, ...]:
    missing = root_problem(root)
    if missing is not None:
        return (missing,)
    place = Place(topic_path(name))
    if (fault := topic_fault(name)) is not None:
        return (Problem(place, *fault),)
    problems = list(_name_conflicts(root, name))
    if opens is not None and opens > today:
        problems.append(Problem(place, f"the record would open on {opens}, after today ({today})", "it begins on a day that has come"))
    if by is not None and by <= today:
        problems.append(
            Problem(place, f"the last day that counts would be {by}, which is not after today ({today})", "ask about a day to come")
        )
    if by is not None and not has_day(kind):
        problems.append(Problem(place, f"a topic like {kind} asks about no day, so it takes no --by", "leave it out"))
    return tuple(problems)


def _name_conflicts(root: Path, name: str) -> tuple[Problem, ...]:
    folder = Folder(root)
    for path in (f"{SEEDS}/{name}", prior_path(name)):
        try:
            if folder.kind(path) is not None:
                return (Problem(Place(path), f"`{name}` is there already", "choose another name; nothing is overwritten"),)
        except FileFault as fault:
            return (fault.problem,)
    return ()


def _unknown_priors(name: str, known: Sequence[str], own: TemplateInput) -> tuple[Problem, ...]:
    """A problem for each prior, or reason for one, that the template does not have."""
    given = dict.fromkeys((*own.priors, *own.reasons))
    return tuple(
        Problem(
            Place(prior_path(name)),
            f"no prior `{key}` in this template",
            did_you_mean(key, known) or (f"priors here: {', '.join(known)}" if known else "it has none"),
        )
        for key in given
        if key not in known
    )


def _write(root: Path, name: str, texts: Mapping[str, str]) -> None:
    """Write a topic's files: the priors, where it has any, then its folder, complete, in one rename."""
    folder = Folder(root)
    unfinished = folder.place(f"{SEEDS}/.{name}.new", kind="folder")
    priors = folder.place(prior_path(name))
    had_priors = folder.kind(PRIORS) == "folder"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        for path, text in texts.items():
            write_whole(priors if path == prior_path(name) else unfinished / Path(path).name, text)
        unfinished.rename(folder.place(f"{SEEDS}/{name}", kind="folder"))
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        priors.unlink(missing_ok=True)
        if not had_priors:
            with suppress(OSError):
                priors.parent.rmdir()
        raise
