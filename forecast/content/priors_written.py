"""Since when a topic's priors have been public, as its report says it; filled in at each update, since the ledger grows with each."""

from __future__ import annotations

from datetime import date

from forecast.schema.topic import TopicContent, digest_of


def with_day_written(content: TopicContent, written: date | None) -> TopicContent:
    """Return a report's content with the day since which its priors have been public; the content itself where it has just that."""
    day = None if written is None else written.isoformat()
    if content.get("priors_written") == day:
        return content
    renewed = content.copy()
    renewed.pop("priors_written", None)
    if day is not None:
        renewed["priors_written"] = day
    return {**renewed, "digest": digest_of(renewed)}
