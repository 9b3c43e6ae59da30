"""The first things that the dialogue of ``forecast new`` asks: the question, then its kind, which the question's words may suggest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from forecast.actions.new.kinds import TEMPLATE_KINDS
from forecast.cli.elicit.prompts import ask, check_choice, complain
from forecast.cli.lines import echo, print_columns
from forecast.cli.typed_options import is_option, with_typed_options
from forecast.language.faults import Fault, did_you_mean

if TYPE_CHECKING:
    from forecast.actions.new.topics import TopicAnswers

LEAST_OPTIONS = 2
LEAST_WORDS = 2  # of a question


def ask_question_and_kind(given: TopicAnswers) -> TopicAnswers:
    """Ask for the question and its kind where they are not given, until a topic of that kind can answer the question."""
    from forecast.actions.new.judged_types import options_fault
    from forecast.actions.new.templates import is_judged, words_fault

    asks = given.own.asks or ask("Your question:", _question)
    answers = replace(given, kind=given.kind or _ask_kind(asks), own=replace(given.own, asks=asks))
    if not answers.own.answer and is_judged(answers.kind) and options_fault(answers.own.asks):
        answers = replace(
            answers, own=replace(answers.own, answer=ask("Which options are there? As in red, blue, none of them:", _options))
        )
    while (fault := words_fault(answers.kind, answers.own)) is not None:
        complain(Fault(fault[0], hint=fault[1]))
        answers = _ask_other(answers)
    return answers


def _ask_other(answers: TopicAnswers) -> TopicAnswers:
    """The answers with another question, with another kind, or with what an option gives, typed as the hint names it."""

    def parse(text: str) -> TopicAnswers:
        if is_option(text):
            return with_typed_options(answers, text)
        if text in TEMPLATE_KINDS or text.isdigit():
            return replace(answers, kind=_kind(text))
        return replace(answers, own=replace(answers.own, asks=_question(text)))

    return ask("The question in other words, another kind, or an option as the hint has it:", parse)


def _options(text: str) -> str:
    from forecast.actions.new.judged_types import OPTIONS_TYPED, options_of_answer

    if len(options_of_answer(text)) < LEAST_OPTIONS:
        raise Fault("two options are needed at least", hint=OPTIONS_TYPED)
    return text


def _question(text: str) -> str:
    if len(text.split()) < LEAST_WORDS:
        raise Fault("a question is needed", hint="as in: Will the bridge be closed in 2027?")
    return text


def _ask_kind(asks: str) -> str:
    """The kind of a question; Enter takes the one that its words suggest, where they suggest one."""
    from forecast.actions.new.suggested_kinds import suggested_kind

    usual = suggested_kind(asks)
    echo("What kind of question is it?")
    print_columns([(str(at), kind, about) for at, (kind, about) in enumerate(TEMPLATE_KINDS.items(), start=1)], indent="  ")
    return ask(f"Its number or its name{f'; Enter for {usual}' if usual else ''}:", lambda text: _kind(text or usual))


def _kind(text: str) -> str:
    kinds = list(TEMPLATE_KINDS)
    if text in kinds:
        return text
    if not text.isdigit():
        raise Fault(f"`{text}` is no kind" if text else "a kind is needed", hint=did_you_mean(text, kinds) or "its number or its name")
    return kinds[int(check_choice(text, [str(at) for at in range(1, len(kinds) + 1)])) - 1]
