"""Since when a topic's priors have been public, as its report says it; filled in at each update, since the ledger grows with each."""

from __future__ import annotations

from datetime import date

from forecast.content.renewed_parts import with_part
from forecast.schema.topic import TopicContent


def with_day_written(content: TopicContent, written: date | None) -> TopicContent:
    """Return a report's content with the day since which its priors have been public; the content itself where it has just that."""
    return with_part(content, "priors_written", None if written is None else written.isoformat())
