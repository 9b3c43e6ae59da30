"""What a report says of why, kept for quick updates of later days on which no number has changed."""

from __future__ import annotations

from datetime import date

from forecast.schema.insight import InsightContent

PAST_LEFT_OUT = "What was to be watched for, or could be learnt, by a day that has passed meanwhile is left out."


def insight_with_day(insight: InsightContent, as_of: date) -> InsightContent:
    """Return what is kept of an insight: with the day of its report."""
    return {**insight, "as_of": as_of.isoformat()}


def insight_on_a_later_day(insight: InsightContent, as_of: date) -> InsightContent | None:
    """Return what of an insight still holds as of a later day on which no number has changed; None as of an earlier one.

    What may be seen by a day that has passed is left out, and a note says so.
    """
    day = as_of.isoformat()
    if insight["as_of"] >= day:
        return None
    signposts = [its for its in insight["signposts"] if its["until"] > day]
    information = [its for its in insight["information"] if its["until"] > day]
    is_whole = len(signposts) == len(insight["signposts"]) and len(information) == len(insight["information"])
    notes = insight["notes"] if is_whole else [*insight["notes"], PAST_LEFT_OUT]
    return {**insight, "signposts": signposts, "information": information, "notes": notes}
