"""The day of the vote that a poll average is about: how far its result will be from the support of today depends on the time until then."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import tomlkit

from forecast.actions.new.kinds import VOTE_KINDS
from forecast.book.files.layout import prior_path, topic_path
from forecast.book.topic import Topic
from forecast.model.clock import years_between
from forecast.schema import words

UNTIL_VOTE = "until_vote"
COMMON_ERROR = 3.0  # points, one standard deviation: by how much all polls of a vote together miss its result
COUNTED = "Counted from"  # begins the reason
RESULT = "The official result of the vote on that day."
DRIFT = 5.0  # points over a year, the median of the template's `drift`


def with_vote_day(texts: Mapping[str, str], kind: str, name: str, by: date | None, today: date) -> dict[str, str]:
    """Return a template's files with the day of a vote as the last of its first question, and the change until then that fits it; as they are without a day, and of other kinds.

    The two errors are independent, so that their variances add up: that of all polls in common, and of a walk with ``DRIFT`` in a year.
    """
    if by is None or kind not in VOTE_KINDS:
        return dict(texts)
    document: Any = tomlkit.parse(texts[prior_path(name)])
    moved = DRIFT * math.sqrt(years_between(today, by))
    table = document[UNTIL_VOTE]
    table["prior"] = f"Normal(mean=0, sd={math.hypot(COMMON_ERROR, moved):.2g})"
    table["why"] = (
        f"{COUNTED} {words.day(today)} to {words.day(by)}: opinion moves by some {moved:.2g} points in that time, where it moves by "
        f"{DRIFT:g} over a year, and all polls of a vote together commonly miss its result by some {COMMON_ERROR:g}."
    )
    topic: Any = tomlkit.parse(texts[topic_path(name)])
    question = next(iter(topic["questions"].values()))  # the others are about today
    question.add("by", by)
    question["by"].comment("the day of the vote")
    question.add("settled", RESULT)
    return {**texts, topic_path(name): tomlkit.dumps(topic), prior_path(name): tomlkit.dumps(document)}


def vote_note(topic: Topic) -> str:
    """Return the change until the vote that a topic counts with, and why; empty where no day of a vote decided it."""
    parameter = topic.parameters.get(UNTIL_VOTE)
    if parameter is None or parameter.prior is None or not parameter.why.startswith(COUNTED):
        return ""
    return f"`{UNTIL_VOTE}` is {parameter.prior.text}. {parameter.why}"
