"""The parts of a number that a person takes apart, one at a time as a dialogue asks for them: whether a name can be one, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from forecast.actions.new.beliefs import Belief, belief_of_words
from forecast.actions.new.days import calendar
from forecast.actions.new.own_parts import own_parts, with_own_parts, without_units
from forecast.actions.new.templates import TemplateInput, fill_template, template_texts
from forecast.actions.new.topics import TopicAnswers
from forecast.actions.overlay import read_with_changes
from forecast.book.topic import Topic
from forecast.elicitation.phrases import is_statement
from forecast.language.expressions import names_in
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression

_ANY_RANGE = "1 to 2"


def parts_of_answer(answers: TopicAnswers, today: date) -> tuple[str, ...]:
    """Return the parts that a person's answer names; none where those of the template serve."""
    return own_parts(_texts(answers, today), answers.name, answers.own)


def check_parts(root: Path, answers: TopicAnswers, today: date) -> None:
    """Raise ``Fault`` for an answer that cannot be read, that names nothing, or one of whose names cannot be a part."""
    if not names_in(parse_expression(answers.own.answer)):
        raise Fault(f"`{answers.own.answer}` names no part", hint="as in homes * pianos / tuned_by_one")
    parts = parts_of_answer(answers, today)
    if parts:
        _topic(root, answers, parts, dict.fromkeys(parts, _ANY_RANGE), answers.own.answer, today)


def belief_of_part(root: Path, answers: TopicAnswers, part: str, said: str, today: date) -> Belief | None:
    """Return the prior that words say of a part, None where they are a statement; raise ``Fault`` where they say none."""
    own = replace(answers.own, priors={part: said})
    topic = _topic(root, answers, (part,), own.priors, part, today)
    return None if is_statement(said) else belief_of_words(topic, part, without_units((part,), own).priors[part])


def _topic(root: Path, answers: TopicAnswers, parts: tuple[str, ...], priors: Mapping[str, str], answer: str, today: date) -> Topic:
    """A topic of these parts alone, which raises ``Fault`` where there is none."""
    own = replace(answers.own, answer=answer, priors=priors)
    days = calendar(today=today, opens=None, by=None)
    texts = with_own_parts(_texts(answers, today), answers.name, parts, own)
    filled = fill_template(texts, answers.name, TemplateInput(asks=own.asks, answer=answer), days)
    topic, problems = read_with_changes(root, answers.name, filled)
    if topic is None:
        raise Fault(problems[0].message, hint=problems[0].hint)
    return topic


def _texts(answers: TopicAnswers, today: date) -> dict[str, str]:
    return template_texts(answers.kind, answers.name, calendar(today=today, opens=None, by=None))
