"""How much later than a day its priors were written, by the ledger: whoever wrote them may have known what came after."""

from __future__ import annotations

from datetime import date

from forecast.schema.topic import TopicContent
from forecast.schema.words import day

DAYS_IN_A_MONTH = 30.4375
MOST_MONTHS = 60  # beyond which a time is said in years


def time_between(first: date, last: date) -> str:
    """Return the time from one day to a later one in months, in days where it is less than half a month, or in years where it is more than five: ``24 months``, ``1 day``."""
    days = (last - first).days
    months = round(days / DAYS_IN_A_MONTH)
    count, unit = (round(months / 12), "year") if months > MOST_MONTHS else (months, "month") if months else (days, "day")
    return f"{count} {unit}" if count == 1 else f"{count:,} {unit}s"


def written_later(content: TopicContent, replayed: str = "") -> str:
    """Return ``priors written 24 months later`` for a replay of a day, that of the report where none is given; empty where they stood by then."""
    first = date.fromisoformat(replayed or content["as_of"])
    written = content.get("priors_written")
    if written is None or date.fromisoformat(written) <= first:
        return ""
    return f"priors written {time_between(first, date.fromisoformat(written))} later"


def hindcast_sentence(content: TopicContent) -> str:
    """Return how much later than its day a report's priors were written, with the day since which the ledger has them; empty where they stood by then."""
    later = written_later(content)
    return f"P{later[1:]}: they have been in the ledger since {day(content['priors_written'])}." if later else ""


def replay_sentence(first: date, written: date) -> str:
    """Return how much later than the first of several replayed days the priors were written; empty where they stood by then."""
    if written <= first:
        return ""
    return f"Priors written {time_between(first, written)} after {day(first)}, the first of these days: they have been in the ledger since {day(written)}."
