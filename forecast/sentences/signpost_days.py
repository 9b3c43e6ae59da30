"""From which day on a signpost counts: the first after its stream's record, which may have ended long ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from forecast.schema import words
from forecast.schema.insight import SignpostContent
from forecast.schema.topic import TopicContent

LONG_UNRECORDED = 90  # days without a record, beyond which "more by the end of December" would be read as more from today on

type FirstDays = Mapping[str, date]
NO_LATE_RECORDS: FirstDays = {}


def first_days(content: TopicContent) -> dict[str, date]:
    """Return the day after the record of each stream whose record ended long before the report's day."""
    return {
        stream["name"]: date.fromisoformat(stream["through"]) + timedelta(days=1)
        for stream in content["streams"]
        if stream["unrecorded_days"] > LONG_UNRECORDED
    }


def first_day_of(post: SignpostContent, since: FirstDays) -> date | None:
    """Return the day from which on a signpost counts, where that is long ago; None where it is not."""
    return since.get(post["stream"].rpartition(" of ")[2])


def watched_days(post: SignpostContent, since: FirstDays) -> str:
    """Return when a signpost is seen: ``by 31 December 2026``, or ``from 1 July to 31 December 2026`` where it counts from long ago on."""
    first = first_day_of(post, since)
    return f"by {words.day(post['until'])}" if first is None else f"from {words.day_range(first, date.fromisoformat(post['until']))}"
