"""Of which day what a report says of why is: sections of an earlier report are kept where no number has changed since."""

from __future__ import annotations

from forecast.schema.insight import InsightContent
from forecast.schema.topic import TopicContent
from forecast.schema.words import day


def insight_day_sentence(content: TopicContent) -> str:
    """Return that a report does not say why, or that what it says is of an earlier day; empty where it is of the report's own."""
    insight = content["insight"]
    if insight is not None:
        return kept_insight_sentence(insight)
    asked = (
        ""
        if "code" in content or any("long" in stream for stream in content["streams"])
        else f" `{content['run']['command']}` computes it."
    )
    return f"What changed these answers last, and what would move them next, was not computed for this report.{asked}"


def kept_insight_sentence(insight: InsightContent) -> str:
    """Return of which earlier day all that is said of why is; empty where it is of the report's own."""
    if "as_of" not in insight:
        return ""
    return (
        f"What moved these answers, what they rest on, and what would change them was computed on {day(insight['as_of'])}; "
        "no number has changed since then."
    )
