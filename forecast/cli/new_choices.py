"""What the dialogue of ``forecast new`` asks of a choice: the options in a person's own words, and of explanations the signs that tell them apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.actions.new.kinds import CHOICE_PARAMETERS
from forecast.cli.belief_lines import print_belief
from forecast.cli.elicit.prompts import ask, ask_agreed, typed_reason
from forecast.cli.lines import echo
from forecast.language.faults import Fault

if TYPE_CHECKING:
    from forecast.actions.new.topics import TopicAnswers

NAMES_EXAMPLE = "names alone leave the chances open"
_ASKED = {
    "hypotheses": "Which explanations are there, and how likely was each before anything was looked at? As in price 40 %, weather 35 %, other 25 %",
    "options": "Which options are there, and how likely is each? As in red 40 %, blue 35 %, other 25 %",
}


def ask_options_and_signs(root: Path, answers: TopicAnswers, today: date) -> TopicAnswers:
    """Ask for the options of a choice where none are given, and of explanations for what could be seen; of other kinds nothing."""
    from forecast.actions.new.said_choices import has_signs

    parameter = CHOICE_PARAMETERS.get(answers.kind, "")
    if not parameter or not answers.own.asks_own or parameter in answers.own.priors:
        return answers
    answers = _with_options(root, answers, parameter, today)
    while has_signs(answers.kind) and (sign := _ask_sign(root, answers, today)):
        answers = _with_sign(root, answers, sign, parameter, today)
    return answers


def _with_options(root: Path, answers: TopicAnswers, parameter: str, today: date) -> TopicAnswers:
    from forecast.actions.new.beliefs import belief_of_words
    from forecast.actions.new.own_choices import labels_of_choice, names_alone
    from forecast.actions.new.topics import template_topic
    from forecast.elicitation.phrases import is_statement

    template = template_topic(root, answers.name, answers.kind, answers.own.asks, today)
    assert template is not None

    def show(text: str) -> None:
        if names := names_alone(text):
            echo(f"{', '.join(names)}: as likely as one another, until their chances are said.")
        elif not is_statement(text):
            print_belief(belief_of_words(template, parameter, text))
        elif not labels_of_choice(text):
            raise Fault(f"`{text}` names no options", hint="as in Categorical(red=0.6, blue=0.4)")

    echo()
    said = ask_agreed(f"{_ASKED[answers.kind]}; {NAMES_EXAMPLE}:", show)
    return _with_belief(answers, parameter, said, is_open=bool(names_alone(said)))


def _ask_sign(root: Path, answers: TopicAnswers, today: date) -> str:
    """The name of something that could be seen; empty where there is nothing more."""
    from forecast.actions.new.said_choices import beliefs_of_sign
    from forecast.book.files.names import name_fault

    def parse(text: str) -> str:
        name = "_".join(text.lower().split())
        if not name:
            return ""
        if (fault := name_fault(name)) is not None:
            raise Fault(fault[0], hint=fault[1])
        if name in answers.own.priors:
            raise Fault(f"`{name}` is there already", hint="choose another name")
        beliefs_of_sign(root, answers, name, "", today)
        return name

    echo()
    return ask("What could be seen that tells them apart? A short name, as in flow_at_night; Enter for nothing more:", parse)


def _with_sign(root: Path, answers: TopicAnswers, sign: str, parameter: str, today: date) -> TopicAnswers:
    """The answers with how likely one look is to show a sign under each explanation, and why."""
    from forecast.actions.new.own_choices import labels_of_choice
    from forecast.actions.new.said_choices import beliefs_of_sign

    labels = labels_of_choice(answers.own.priors[parameter])
    chances = ("80 %", "10 to 30 %", "about 50 %")
    example = ", ".join(f"{label} {chance}" for label, chance in zip(labels, chances, strict=False))

    def show(text: str) -> None:
        for belief in beliefs_of_sign(root, answers, sign, text, today):
            print_belief(belief)

    said = ask_agreed(f"How likely is one look to show it, under each? As in {example}; what is left out stays open:", show)
    return _with_belief(answers, sign, said, is_open=not said)


def _with_belief(answers: TopicAnswers, name: str, said: str, *, is_open: bool) -> TopicAnswers:
    own = replace(answers.own, priors={**answers.own.priors, name: said})
    reason = "" if is_open else ask("Why? A sentence; Enter for none so far:", typed_reason)
    return replace(answers, own=replace(own, reasons={**own.reasons, name: reason}) if reason else own)
