"""The signs that tell a person's explanations apart, one at a time as a dialogue asks for them: whether a name can be one, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import tomlkit

from forecast.actions.new.beliefs import Belief, belief_of_words
from forecast.actions.new.days import calendar
from forecast.actions.new.kinds import CHOICE_PARAMETERS
from forecast.actions.new.own_choices import with_own_choice
from forecast.actions.new.templates import TEMPLATES_DIRECTORY, TemplateInput, fill_template, template_texts
from forecast.actions.new.topics import TopicAnswers
from forecast.actions.overlay import read_with_changes
from forecast.book.files.layout import topic_path
from forecast.language.faults import Fault


def has_signs(kind: str) -> bool:
    """Whether topics of a kind weigh the options of a choice by what is seen."""
    text = (TEMPLATES_DIRECTORY / topic_path(kind)).read_text(encoding="utf-8")
    return kind in CHOICE_PARAMETERS and "streams" in tomlkit.parse(text)


def beliefs_of_sign(root: Path, answers: TopicAnswers, sign: str, said: str, today: date) -> tuple[Belief, ...]:
    """Return the priors that words say of a sign under each explanation; raise ``Fault`` where the name cannot be a sign's, or the words say none."""
    parameter = CHOICE_PARAMETERS[answers.kind]
    own = replace(answers.own, priors={parameter: answers.own.priors[parameter], sign: said}, reasons={})
    days = calendar(today=today, opens=None, by=None)
    chosen, problems = with_own_choice(template_texts(answers.kind, answers.name, days), answers.kind, answers.name, own)
    if chosen is not None:
        filled = fill_template(chosen.texts, answers.name, TemplateInput(asks=own.asks), days)
        topic, problems = read_with_changes(root, answers.name, filled)
        if topic is not None:
            return tuple(belief_of_words(topic, key, text) for key, text in chosen.own.priors.items() if key.startswith(f"{sign}."))
    raise Fault(problems[0].message, hint=problems[0].hint)
