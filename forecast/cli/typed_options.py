"""Options of ``forecast new`` that are typed in its dialogue, since hints and notes name them: ``--answer 'total(events) > 3'``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.language.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from forecast.actions.new.topics import TopicAnswers

_DAYS = {"--by": "by", "--since": "since", "--opens": "opens"}
_TEXTS = {
    "--asks": "asks",
    "--answer": "answer",
    "--base-rate": "base_rate",
    "--if": "condition",
    "--past": "past",
    "--source": "source",
}
TYPED_OPTIONS = ("--like", *_TEXTS, *_DAYS, "--prior", "--why")
_BETWEEN = re.compile(r"\s+(?=--[a-z])")
_OPTION = re.compile(r"(?P<option>--[a-z-]+)(?:(?:\s+|=)(?P<value>.*))?", re.DOTALL)


def is_option(text: str) -> bool:
    """Whether a line begins with an option."""
    return text.startswith("--")


def with_typed_options(answers: TopicAnswers, text: str) -> TopicAnswers:
    """Return the answers with what a line of options says, each with its value behind it, in quotation marks or without; raise ``Fault`` for others."""
    for part in _BETWEEN.split(text.strip()):
        match = _OPTION.fullmatch(part)
        option = part.split()[0] if match is None else match["option"]
        if match is None or option not in TYPED_OPTIONS:
            raise Fault(f"there is no `{option}` here", hint=did_you_mean(option, TYPED_OPTIONS) or f"options: {', '.join(TYPED_OPTIONS)}")
        value = _without_quotes((match["value"] or "").strip())
        if not value:
            raise Fault(f"`{option}` needs what it says", hint=f"as in {option} '...'")
        answers = _with_option(answers, option, value)
    return answers


def typed_day(text: str) -> date:
    """Return a day as it was typed; raise ``Fault`` for what is none."""
    from forecast.book.files.days import day_fault, is_book_day
    from forecast.book.files.numerals import parse_day

    if (day := parse_day(text)) is None:
        raise Fault(f"`{text}` is not a date", hint="write it as in 2027-06-30")
    if not is_book_day(day):
        raise Fault(day_fault(day)[0])
    return day


def _with_option(answers: TopicAnswers, option: str, value: str) -> TopicAnswers:
    if option == "--like":
        if value not in TEMPLATE_KINDS:
            raise Fault(f"`{value}` is no kind", hint=did_you_mean(value, TEMPLATE_KINDS) or f"kinds: {', '.join(TEMPLATE_KINDS)}")
        return replace(answers, kind=value)
    changes: dict[str, Any]
    if option in _DAYS:
        changes = {_DAYS[option]: typed_day(value)}
        return replace(answers, **changes)
    if option in _TEXTS:
        changes = {_TEXTS[option]: value}
        return replace(answers, own=replace(answers.own, **changes))
    from forecast.book.sentences import with_full_stop

    name, _, said = (part.strip() for part in value.partition("="))
    if not name or not said:
        raise Fault(f'`{value}` is not NAME="..."', hint=f"as in {option} 'rate=...'")
    if option == "--why":
        return replace(answers, own=replace(answers.own, reasons={**answers.own.reasons, name: with_full_stop(said)}))
    return replace(answers, own=replace(answers.own, priors={**answers.own.priors, name: _without_quotes(said)}))


def _without_quotes(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in {"'", '"'}
    return text[1:-1] if is_quoted else text
