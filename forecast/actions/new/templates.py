"""The templates as texts: a book of one topic for each kind under forecast/templates, read and made into a person's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from forecast.actions.new.days import BY, Calendar
from forecast.book.files.layout import PRIORS, SEEDS, prior_path, topic_path
from forecast.language.expressions import First, Total, walk
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.schema import words

TEMPLATES_DIRECTORY = Path(__file__).resolve().parents[2] / "templates"
INVENTED = "# Invented:"  # begins a line about the example, which goes where a person asks a question of their own
TOPIC_SCHEMA, PRIORS_SCHEMA = "topic.json", "priors.json"
WITHOUT_REASON = "Given on the command line on {day}, without a reason so far."


@dataclass(frozen=True, slots=True)
class TemplateInput:
    """What a person gives of their own: the question and its answer, priors and the reasons for them.

    Keys of ``priors`` and ``reasons`` are parameters, or ``parameter.label``.
    """

    asks: str = ""
    answer: str = ""
    priors: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks_own(self) -> bool:
        """Whether the question is the person's own, so that the example's rows are not about it."""
        return bool(self.asks or self.answer)


def template_texts(kind: str, name: str, days: Calendar) -> dict[str, str]:
    """Return the files of a new topic like a template, by path in the book, with the example in them and its days moved."""
    paths = {topic_path(name): TEMPLATES_DIRECTORY / topic_path(kind)}
    if (priors := TEMPLATES_DIRECTORY / prior_path(kind)).is_file():  # what people judge has none
        paths[prior_path(name)] = priors
    for record in sorted((TEMPLATES_DIRECTORY / SEEDS / kind).glob("*.csv")):
        paths[f"{SEEDS}/{name}/{record.name}"] = record
    texts = {path: days.rewritten(template.read_text(encoding="utf-8")) for path, template in paths.items()}
    return {path: text.replace(f"forecast update {kind}", f"forecast update {name}") for path, text in texts.items()}


def has_day(kind: str) -> bool:
    """Whether a kind of question has a last day that counts."""
    return f"= {BY}" in (TEMPLATES_DIRECTORY / topic_path(kind)).read_text(encoding="utf-8")


def prior_names(text: str) -> tuple[str, ...]:
    """Return what a prior may be given for in a prior file: its parameters, and `parameter.label` where labels have priors of their own."""
    document: Any = tomlkit.parse(text)
    names = []
    for name, table in document.items():
        labels = table["prior"] if isinstance(table["prior"], dict) else ()
        names += [str(name), *(f"{name}.{label}" for label in labels)]
    return tuple(names)


def with_schemas(texts: Mapping[str, str], directory: str) -> dict[str, str]:
    """Return files of a topic with their schema lines leading to a directory of the book, or without them where there is none."""
    headed = {}
    for path, text in texts.items():
        first, _, rest = text.partition("\n")
        if not first.startswith("#:schema"):
            headed[path] = text
        elif directory:
            up = "../" * path.count("/")
            headed[path] = f"#:schema {up}{directory}/{PRIORS_SCHEMA if path.startswith(PRIORS) else TOPIC_SCHEMA}\n{rest}"
        else:
            headed[path] = rest
    return headed


def fill_template(texts: Mapping[str, str], name: str, own: TemplateInput, today: date) -> dict[str, str]:
    """Return a new topic's files with a person's question and priors in the example's place.

    A question of their own leaves the example's rows, its other questions and its
    title out.  Every prior and reason given is one of ``prior_names``.
    """
    filled = dict(texts)
    if prior_path(name) in texts:
        filled[prior_path(name)] = _with_priors(texts[prior_path(name)], own, today)
    if own.asks_own:
        filled[topic_path(name)] = _with_question(texts[topic_path(name)], name, own, today)
        for path, text in texts.items():
            if path.endswith(".csv"):
                filled[path] = text.partition("\n")[0] + "\n"
    return filled


def _with_question(text: str, name: str, own: TemplateInput, today: date) -> str:
    document: Any = tomlkit.parse("".join(line for line in text.splitlines(keepends=True) if not line.startswith(INVENTED)))
    questions = document["questions"]
    first = next(iter(questions.values()))
    kept = [
        key for key, question in questions.items() if question.get("answer") == first.get("answer")
    ]  # the rungs of a ladder ask the same
    for key in [key for key in questions if key not in kept]:
        del questions[key]
    for question in questions.values():
        if own.asks:
            _set(question, "asks", f"By {words.day(question['by'])}: {own.asks}" if len(kept) > 1 else own.asks)
        if own.answer:
            _set(question, "answer", own.answer)
            _count_from_today(question, own.answer, today)
    _set(document, "title", name.replace("_", " ").capitalize())
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _count_from_today(question: Any, answer: str, today: date) -> None:
    """Have a question about events say from which day it counts: what happened before it was asked is no answer to it."""
    try:
        asks_events = any(isinstance(node, Total | First) for node in walk(parse_expression(answer)))
    except Fault:  # the checks say what is wrong with it
        return
    if not asks_events:
        question.pop("since", None)
    elif "by" in question and "since" not in question:
        question.add("since", today)


def _with_priors(text: str, own: TemplateInput, today: date) -> str:
    document: Any = tomlkit.parse(text)
    given: dict[str, dict[str, str]] = {
        key: {"prior": prior, "why": WITHOUT_REASON.format(day=words.day(today))} for key, prior in own.priors.items()
    }
    for key, reason in own.reasons.items():
        given[key] = {**given.get(key, {}), "why": reason}
    for key, values in given.items():
        parameter, _, label = key.partition(".")
        for part, value in values.items():
            table = document[parameter]
            _set(*((table[part], label) if label else (table, part)), value)
    return tomlkit.dumps(document)


def _set(table: Any, key: str, value: str) -> None:
    """Set a text in a TOML table; a remark behind the old one, which explained it, goes."""
    table[key] = tomlkit.string(value, literal='"' in value and "'" not in value)
    table[key].trivia.comment_ws = table[key].trivia.comment = ""
