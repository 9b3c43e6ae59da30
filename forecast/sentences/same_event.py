"""Which open questions ask of the same event, so that a page lists it once.

Two questions do where their texts say so: one condition by different days, or as a chance and as a date.  So do two whose chances
are the same number now, whatever is seen next and whichever prior is changed: on every simulated path both come out alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.insight import InsightContent
from forecast.schema.topic import TopicContent
from forecast.sentences.insight_text import measure_indices

FIRST = "first("


def open_events(content: TopicContent, *, lead: str = "") -> list[tuple[AnswerContent, ...]]:
    """Return the open questions in the order of the topic, those of one event together; the event of ``lead`` stands first, led by it."""
    answers = [answer for answer in content["answers"] if answer["status"] not in words.RECORDED]
    answers.sort(key=lambda answer: answer["name"] != lead)
    insight = content["insight"]
    found: list[list[AnswerContent]] = []
    for answer in answers:
        event = next((event for event in found if any(_are_same(insight, answer, other) for other in event)), None)
        if event is None:
            found.append([answer])
        else:
            event.append(answer)
    return [tuple(event) for event in found]


def _are_same(insight: InsightContent | None, one: AnswerContent, other: AnswerContent) -> bool:
    if any(answer["kind"] not in {"probability", "date"} or answer["value"] is None or answer.get("fraction") for answer in (one, other)):
        return False
    return _asked_of(one) == _asked_of(other) or (insight is not None and _has_same_figures(insight, one["name"], other["name"]))


def _asked_of(answer: AnswerContent) -> Sequence[str | None]:
    """What is asked, whatever the day it is asked by."""
    text = "".join(answer["answer"].split())
    event = text[len(FIRST) : -1] if answer["kind"] == "date" and text.startswith(FIRST) else text
    return event, "".join(answer["given"].split()), answer.get("annulled", ""), answer["since"]


def _has_same_figures(insight: InsightContent, one: str, other: str) -> bool:
    """Whether two chances are one number in all that was computed, of which there must be something."""
    first, second = measure_indices(insight, one), measure_indices(insight, other)
    if len(first) != 1 or len(second) != 1:
        return False
    varied = [each["values"] for each in insight["signposts"]] + [each["values"] for each in insight["sensitivity"]]
    values = [(each[first[0]]["value"], each[second[0]]["value"]) for each in varied]
    return (
        bool(values)
        and insight["measures"][first[0]]["value"] == insight["measures"][second[0]]["value"]
        and all(a == b for a, b in values)
        and any(a != values[0][0] for a, _ in values)
    )
