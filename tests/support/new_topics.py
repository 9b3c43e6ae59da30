"""A new topic from a template in one call, as tests make it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from forecast.actions.new import topics
from forecast.actions.new.templates import TemplateInput
from forecast.actions.new.topics import NewTopicResult, TopicAnswers

NEEDED_PRIORS = {
    "hypotheses": {"cause": "Categorical(leak=0.4, meter=0.2, guests=0.4)"},
    "options": {"winner": "Categorical(mill=0.4, station=0.3, harbour=0.2, other=0.1)"},
}
NEEDED_ANSWERS = {"decomposition": "tuners", "level": "start + trend * t > 150"}
NEEDED_CONDITIONS = {"conditional": "the county pays"}


def new_topic(
    root: Path,
    name: str,
    *,
    kind: str,
    own: TemplateInput,
    today: date,
    opens: date | None = None,
    by: date | None = None,
    since: date | None = None,
) -> NewTopicResult:
    """What ``topics.new_topic`` makes of these."""
    return topics.new_topic(root, TopicAnswers(name, kind, own, opens, by, since), today=today)


def with_needed_input(kind: str, own: TemplateInput) -> TemplateInput:
    """A question of one's own with the least that its kind needs beside its words, where the example's own labels and parts will do."""
    if not own.asks_own:
        return own
    priors = {**NEEDED_PRIORS.get(kind, {}), **own.priors}
    return replace(
        own, answer=own.answer or NEEDED_ANSWERS.get(kind, ""), condition=own.condition or NEEDED_CONDITIONS.get(kind, ""), priors=priors
    )
