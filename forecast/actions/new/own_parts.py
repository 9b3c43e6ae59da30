"""A number taken apart in a person's own way: the names in the answer become the parameters, each with the prior that is given for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import tomlkit

from forecast.actions.new.option_places import option_problem
from forecast.actions.new.question_answers import answer_for_words
from forecast.actions.new.templates import TEMPLATES_DIRECTORY, TemplateInput
from forecast.book.files.layout import prior_path, topic_path
from forecast.book.files.problems import Problem
from forecast.elicitation.phrases import SCALES, is_statement
from forecast.language.expressions import is_condition, names_in
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression

_SCALE = rf"(?:(?i:{'|'.join(word for word in SCALES if not word.isupper())})|{'|'.join(word for word in SCALES if word.isupper())})\b"  # m may be metres
_WITH_UNIT = re.compile(rf".*\d(?:\s*{_SCALE})?\s+(?!{_SCALE})([A-Za-z][A-Za-z ]*)")
_NAMES = re.compile(r"[A-Za-z_]\w*(?:(?:\s*,\s*|\s+)[A-Za-z_]\w*)+")
_ONE_IN_SO_MANY = re.compile(r"\S+\s+in\s+\S+", re.IGNORECASE)  # and no length of time after it
SHARE, POSITIVE, REAL = "Beta(p5=0.1, p95=0.9)", "LogNormal(p5=1, p95=10)", "Normal(mean=0, sd=1)"  # until the words are read


def own_parts(texts: Mapping[str, str], name: str, own: TemplateInput) -> tuple[str, ...]:
    """Return the names in a person's answer where a template has quantities of its own and not these; none where its own serve."""
    document: Any = tomlkit.parse(texts[topic_path(name)])
    if not own.asks_own or not own.answer or "quantities" not in document or "streams" in document:
        return ()
    try:
        named = [*names_in(parse_expression(own.answer))]  # in their order there
    except Fault:  # the checks say what is wrong with it
        return ()
    known = {*document["quantities"], *tomlkit.parse(texts[prior_path(name)])}
    return () if known.issuperset(named) else tuple(named)


def takes_formula(kind: str) -> bool:
    """Whether topics of a kind take a number apart without a record, so that a person's question needs a formula of its own."""
    document: Any = tomlkit.parse((TEMPLATES_DIRECTORY / topic_path(kind)).read_text(encoding="utf-8"))
    return "quantities" in document and "streams" not in document


def formula_of_words(kind: str, asks: str, text: str) -> str:
    """Return an answer as somebody typed it: names alone are multiplied, and a number is compared as the question's words compare it."""
    formula = " * ".join(re.split(r"[\s,]+", text)) if _NAMES.fullmatch(text) else text
    return formula if is_condition(parse_expression(formula)) else answer_for_words(kind, asks, formula)


def missing_parts(parts: tuple[str, ...], own: TemplateInput) -> tuple[Problem, ...]:
    """A problem for each part without a prior, at its first place in the answer."""
    return tuple(
        option_problem(
            "--answer",
            f"`{part}` has no prior",
            f"give it, as in --prior '{part}=20 to 60'",
            typed=own.answer,
            offset=names_in(parse_expression(own.answer))[part],
        )
        for part in parts
        if part not in own.priors
    )


def without_units(parts: tuple[str, ...], own: TemplateInput) -> TemplateInput:
    """What a person gives with the priors of the parts as bare numbers: ``20 to 60 homes`` is ``20 to 60``."""
    bare = {part: said[: -len(unit)].rstrip() if (unit := unit_of_words(said := own.priors[part])) else said for part in parts}
    return replace(own, priors={**own.priors, **bare})


def unit_of_words(said: str) -> str:
    """The unit that stands behind the last number, as in ``20 to 60 homes``; empty where there is none."""
    match = None if is_statement(said) else _WITH_UNIT.fullmatch(said.strip())
    return "" if match is None else match[1]


def with_own_parts(texts: Mapping[str, str], name: str, parts: tuple[str, ...], own: TemplateInput) -> dict[str, str]:
    """Return a template's files with a person's parts in place of its own; a prior in words has a family that fits its kind of number."""
    topic: Any = tomlkit.parse(texts[topic_path(name)])
    del topic["quantities"]
    head = "".join(line for line in texts[prior_path(name)].splitlines(keepends=True) if line.startswith("#"))
    priors = tomlkit.document()
    for part in parts:
        table = tomlkit.table()
        statement = _first_statement(own.priors[part])
        table.add("prior", statement)
        if statement != SHARE:
            table.add("unit", unit_of_words(own.priors[part]) or part.replace("_", " "))
        table.add("why", "A placeholder until its own stands here.")
        priors.add(part, table)
    lines = tomlkit.dumps(topic).splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith("# The parts belong"))
    return {**texts, topic_path(name): kept, prior_path(name): f"{head}\n{tomlkit.dumps(priors)}"}


def _first_statement(said: str) -> str:
    """A statement with the support that words seem to mean: a share where they say per cent, so many of so many or 1 in 20."""
    if is_statement(said):
        return said
    if "%" in said or " of " in said or _ONE_IN_SO_MANY.fullmatch(said.strip()):
        return SHARE
    return REAL if "-" in said.replace(" - ", " ") else POSITIVE
