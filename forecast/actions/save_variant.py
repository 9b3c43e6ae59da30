"""A variant written into a topic's files from priors that were supposed: checked as a book is, and then both files together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.actions.overlay import read_with_changes
from forecast.book.files.folder import Folder
from forecast.book.files.layout import prior_path, topic_path
from forecast.book.files.locking import hold_lock
from forecast.book.files.prior_text import toml_text
from forecast.book.files.problems import FileFault, Place, Problem, has_errors
from forecast.book.files.shapes import VARIANTS
from forecast.book.files.sources import Document, read_document
from forecast.book.reading import read_book
from forecast.book.topic import BASE, Topic
from forecast.language.faults import did_you_mean

KEYS_KEPT = ("per", "unit", "source")  # of a prior's table, which its replacement has as well


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A variant to be written: its name, weight and reason, and the statements of its priors by parameter or ``parameter[label]``."""

    name: str
    weight: float
    why: str
    priors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SavedVariant:
    """The files that were written, or the problems that forbid it."""

    paths: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def save_variant(root: Path, topic: str, variant: NewVariant) -> SavedVariant:
    """Write a variant into a topic's two files, or refuse it with problems and leave both as they were."""
    try:
        with hold_lock(root):
            return _save(root, topic, variant)
    except FileFault as fault:
        return SavedVariant(problems=(fault.problem,))


def _save(root: Path, name: str, variant: NewVariant) -> SavedVariant:
    book, problems = read_book(root, [name])
    if has_errors(problems):
        return SavedVariant(problems=problems)
    topic = book.topics[name]
    if variant.name in topic.rivals:
        what = "is the topic as it stands" if variant.name == BASE else "is there already"
        return SavedVariant(problems=(Problem(Place(topic_path(name)), f"a variant `{variant.name}` {what}", "choose another name"),))
    document, problems = read_document(Folder(root), prior_path(name))
    if document is None:
        return SavedVariant(problems=problems)
    tables, wrong = _prior_tables(topic, document, variant)
    if wrong:
        return SavedVariant(problems=wrong)
    folder = Folder(root)
    paths = {prior_path(name): tables, topic_path(name): _variant_table(variant)}
    before = {path: folder.read(path) for path in paths}
    after = {path: before[path] + _as_written(text, before[path]).encode() for path, text in paths.items()}
    altered, problems = read_with_changes(root, name, {path: data.decode() for path, data in after.items()})
    if altered is None:
        return SavedVariant(problems=tuple(problem for problem in problems if problem.level == "error"))
    for path, data in after.items():
        folder.write(path, data.decode(), instead_of=before[path])
    return SavedVariant(tuple(paths))


def _variant_table(variant: NewVariant) -> str:
    return f"\n[{VARIANTS}.{variant.name}]\nweight = {variant.weight:.12g}\nwhy = {toml_text(variant.why)}\n"


def _prior_tables(topic: Topic, document: Document, variant: NewVariant) -> tuple[str, tuple[Problem, ...]]:
    """The text of the tables of priors, one for each parameter; a labelled prior keeps those of its other labels."""
    changed: dict[str, dict[str, str] | str] = {}
    for place, statement in variant.priors.items():
        parameter, _, label = place.removesuffix("]").partition("[")
        if parameter not in topic.parameters:
            hint = did_you_mean(parameter, topic.parameters)
            return "", (Problem(Place(document.source.path), f"no prior `{place}` in topic `{topic.name}`", hint),)
        own = document.content[parameter].get("prior")
        if not label:
            changed[parameter] = statement
            continue
        before = changed.get(parameter, own if isinstance(own, dict) else {})
        if not isinstance(before, dict) or label not in before or topic.parameters[parameter].parts:
            message = f"`{parameter}` has no prior of its own for `{label}` that a variant could replace"
            return "", (Problem(Place(document.source.path), message, "replace its whole prior"),)
        changed[parameter] = {**before, label: statement}
    return "".join(_prior_table(document.content[name], name, statement, variant) for name, statement in changed.items()), ()


def _prior_table(own: Mapping[str, Any], name: str, statement: dict[str, str] | str, variant: NewVariant) -> str:
    lines = [f"\n[{VARIANTS}.{variant.name}.priors.{name}]"]
    if isinstance(statement, str):
        lines.append(f"prior = {toml_text(statement)}")
    else:
        lines += [f"prior.{toml_text(label)} = {toml_text(text)}" for label, text in statement.items()]
    lines.append(f"why = {toml_text(variant.why)}")
    lines += [f"{key} = {toml_text(own[key])}" for key in KEYS_KEPT if key in own]
    return "\n".join(lines) + "\n"


def _as_written(text: str, before: bytes) -> str:
    """A text with the line ends of the file it goes to, on a line of its own."""
    ended = text if before.endswith(b"\n") or not before else "\n" + text
    return ended.replace("\n", "\r\n") if b"\r\n" in before else ended
