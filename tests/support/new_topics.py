"""A new topic from a template in one call, as tests make it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from forecast.actions.new import topics
from forecast.actions.new.templates import TemplateInput
from forecast.actions.new.topics import NewTopicResult, TopicAnswers


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
