"""Reasons of priors that were written for other numbers: a prior is another than in the newest report, and its reason is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from shlex import quote
from typing import Any

from forecast.actions.cache import newest_report
from forecast.book.files.problems import Problem
from forecast.book.hashes import tree_as_data
from forecast.book.links import is_link
from forecast.book.reasons import reason_for_change
from forecast.book.topic import Book, Parameter, Topic
from forecast.language.expressions import indexed_name
from forecast.language.faults import Fault
from forecast.language.statements import parse_statement
from forecast.model.errors import prior_problem
from forecast.schema.topic import digest_of
from forecast.schema.variants import PRIOR_PLACE

BESIDE_IT = "write the reason of the new one beside it"


def unrevised_reasons_of_topics(book: Book, names: Iterable[str]) -> tuple[Problem, ...]:
    """Return the warnings of ``unrevised_reasons`` for some topics of a book, beside the reports that stand."""
    return tuple(note for name in names for note in unrevised_reasons(book.topics[name], newest_report(book.root, book.topics[name])))


def unrevised_reasons(topic: Topic, report: Mapping[str, Any] | None) -> tuple[Problem, ...]:
    """Return a warning for each prior that is another than in a topic's newest report, and whose `why` is the same; none where nobody can know.

    Variants' own priors are among them, where the report has their reasons.
    """
    if report is None:
        return ()
    try:
        found = tuple(dict.fromkeys((*_notes(topic, report), *_notes_on_variants(topic, report))))
        return found if found and report["digest"] == digest_of(report) else ()  # a digest costs more than all else
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()  # a report that is not whole remembers nothing


def _notes(topic: Topic, report: Mapping[str, Any]) -> Iterator[Problem]:
    for before in report["parameters"]:
        parameter, label = topic.parameters.get(before["name"]), before["label"]
        if parameter is None or (label and label not in parameter.labels) or (bool(label) is not bool(parameter.labels)):
            continue
        if parameter.parts or "parts" in before:
            yield from _notes_on_parts(topic, parameter, before, report["as_of"])
            continue
        old, new = before["statement"], parameter.text_for(label)
        why = parameter.why_by_label.get(label, parameter.why)
        if why and before["why"] == why and not _says_the_same(old, new):
            reviewed = parameter.reviewed
            same_day = reviewed is not None and before["reviewed"] == reviewed.isoformat()
            own = label if label in {*parameter.by_label, *parameter.links} else ""
            keys = (parameter.name, "why", label) if label in parameter.why_by_label else (parameter.name, "why")
            hint = (
                f'`forecast prior set {topic.name}.{parameter.name} "..."{f" --label {quote(own)}" if own else ""} --why "..."` writes both'
            )
            yield _note(topic, keys, (indexed_name(parameter.name, own), old, new), report["as_of"], hint, is_reviewed=not same_day)


def _notes_on_parts(topic: Topic, parameter: Parameter, before: Mapping[str, Any], as_of: str) -> Iterator[Problem]:
    """Those of a pooled prior, whose parts have reasons of their own."""
    earlier = {part["name"]: part for part in before.get("parts", ())}
    for part in parameter.parts:
        old = earlier.get(part.name)
        if old is not None and part.why and old["why"] == part.why and not _says_the_same(old["statement"], part.statement.text):
            changed = (indexed_name(parameter.name, part.name), old["statement"], part.statement.text)
            yield _note(topic, (parameter.name,), changed, as_of, BESIDE_IT, is_reviewed=True)


def _notes_on_variants(topic: Topic, report: Mapping[str, Any]) -> Iterator[Problem]:
    """Those of the priors that variants have of their own."""
    for rival in report.get("variants", {}).get("rivals", ()):
        if (variant := topic.variants.get(rival["name"])) is None:
            continue
        for change in rival["changes"]:
            place, old = change["place"], change["text"]
            new = variant.changes.get(place)
            why = "" if new is None else reason_for_change(variant, place)
            if new is not None and why and change.get("why") == why and not _says_the_same(old, new):
                name, _, label = place.removeprefix(PRIOR_PLACE).partition(".")
                told = f"{indexed_name(name, label)}` of the variant `{variant.name}"
                keys = ("variants", variant.name, "priors", name)
                yield _note(topic, keys, (told, old, new), report["as_of"], BESIDE_IT, is_reviewed=True)


def _note(topic: Topic, keys: tuple[str, ...], changed: tuple[str, str, str], as_of: str, hint: str, *, is_reviewed: bool) -> Problem:
    name, old, new = changed
    same = "`why` is" if is_reviewed else "`why` and `reviewed` are"
    message = f"`{name}` is {new}, and was {old} in the report as of {as_of}, but its {same} as before"
    return replace(prior_problem(topic, keys, message, f"if the reason speaks of the old numbers, say why these: {hint}"), level="warning")


def _says_the_same(old: str, new: str) -> bool:
    """Whether two priors differ in how they are written alone."""
    if is_link(old) or is_link(new):
        return "".join(old.split()) == "".join(new.split())
    try:
        return bool(tree_as_data(parse_statement(old)) == tree_as_data(parse_statement(new)))
    except Fault:  # a statement that an earlier version wrote
        return old == new
