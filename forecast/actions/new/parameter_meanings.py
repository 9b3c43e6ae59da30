"""What the parameters of a template are, in a few words: the remarks behind their headings in its prior file."""

from __future__ import annotations

from typing import Any

import tomlkit

from forecast.actions.new.question_words import small_question, without_condition
from forecast.actions.new.templates import TemplateInput, is_conditional
from forecast.book.files.layout import prior_path
from forecast.book.topic import Topic


def meaning_of(template: Topic, name: str) -> str:
    """Return the remark behind the heading of a parameter in its topic's prior file; empty where there is none."""
    document: Any = tomlkit.parse(template.texts[prior_path(template.name)])
    return str(document[name].trivia.comment).removeprefix("#").strip()


def meaning_in_words(template: Topic, name: str, kind: str, own: TemplateInput) -> str:
    """Return what a parameter is, of a conditional pair in the words of the question and of its condition."""
    asks, within = without_condition(own.asks)
    condition = own.condition or within
    if not is_conditional(kind) or not condition:
        return meaning_of(template, name)
    asked = small_question(asks if within and not own.condition else own.asks).rstrip("? ")
    said = {
        "condition": f"how likely it is that {condition}",
        "chance_if_so": f"how likely a yes is if {condition}: {asked}?",
        "chance_if_not": f"how likely a yes is if it is not true that {condition}: {asked}?",
    }
    return said.get(name) or meaning_of(template, name)
