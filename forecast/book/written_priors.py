"""Since when a topic's priors have been public: a forecast replayed for an earlier day rests on numbers that were written later.

The date that an author gives a prior (``reviewed``) is a claim; the ledger is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from forecast.book.hashes import numbers_hash, priors_hash
from forecast.book.topic import Topic


def priors_published(topic: Topic, entries: Sequence[Mapping[str, Any]]) -> date | None:
    """Return the day since which the ledger has published a topic's priors as they are now; None where it has not yet.

    That is the day of the first line after the last one that may rest on other priors.  A line that has no hash of its priors rests on
    these ones where its hash of all inputs is that of the topic as of its day; of others nobody can know.
    """
    now = priors_hash(topic)

    @cache
    def inputs(as_of: str) -> str:
        return numbers_hash(topic, as_of=date.fromisoformat(as_of))

    since = None
    for entry in reversed(entries):
        if entry["topic"] != topic.name:
            continue
        same = entry["priors"] == now if "priors" in entry else entry["inputs"] == inputs(entry["as_of"])
        if not same:
            break
        since = date.fromisoformat(entry["made"])
    return since


def day_written(topic: Topic, entries: Sequence[Mapping[str, Any]], today: date) -> date | None:
    """Return the day since which a topic's priors are public, for its report: ``today`` where the ledger has not published them, since an update does.

    None for a topic without priors, and for one that brings its own model, in whose code they may be.
    """
    if topic.own is not None or not topic.parameters:
        return None
    return priors_published(topic, entries) or today
