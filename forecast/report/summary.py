"""What a reader learns of a question at a glance: its answer, what moved it last, what would move it next, its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecast.report.icd203 import Style, sentence
from forecast.report.sparkline import sparkline
from forecast.schema import words
from forecast.sentences.insight_text import from_to, is_noticed, is_share, measures_of, would_move
from forecast.sentences.last_moved import moved_last
from forecast.sentences.printed_parts import printed_parts


@dataclass(frozen=True, slots=True)
class Glance:
    """A question at a glance; the texts after ``said`` are empty where there is no insight, or nothing left to move."""

    said: str
    moved: str = ""
    coming: str = ""
    change: str = ""
    spark: str = ""


def glances(content: Mapping[str, Any], style: Style) -> dict[str, Glance]:
    """Return every question of a topic at a glance."""
    return {answer["name"]: _glance(content["insight"], answer, style) for answer in content["answers"]}


def _glance(insight: Mapping[str, Any] | None, answer: Mapping[str, Any], style: Style) -> Glance:
    said = sentence(answer, style)
    if insight is None:
        return Glance(said)
    index = _shown(insight, answer)
    if index is None:
        return Glance(said)
    spark = _spark(insight, index)
    if answer["status"] in words.RECORDED:
        return Glance(said, spark=spark)
    return Glance(said, moved_last(insight, answer["name"]), would_move(insight, answer["name"]), _change(insight, index), spark)


def _shown(insight: Mapping[str, Any], answer: Mapping[str, Any]) -> int | None:
    """The measure that stands for a question: its only one, or its likeliest choice."""
    return max(measures_of(insight, answer["name"]), key=lambda index: insight["measures"][index]["value"], default=None)


def _change(insight: Mapping[str, Any], index: int) -> str:
    """How far the answer, of a number its expected value, moved since the last report, or the last news: ``+7 points since 15 September 2026``."""
    move = max(insight["moves"], key=lambda each: (each["against"] == "ledger", each["since"]), default=None)
    if move is None:
        return ""
    measure = insight["measures"][index]
    change = move["after"][index] - move["before"][index]
    of = {"mean": "expected value ", "median": "median "}.get(measure["kind"], "")
    since, error = f"since {words.day(move['since'])}", move["errors"][index] if "errors" in move else 0.0
    if not is_noticed(measure, change, error=error):
        return f"{of}unmoved {since}"
    return f"{of}{printed_parts(measure, move['before'][index], move['after'][index], [change]).text(0)} {since}"


def _spark(insight: Mapping[str, Any], index: int) -> str:
    measure, points = insight["measures"][index], insight["history"]["points"]
    values = [point["values"][index] for point in points]
    if len(values) < 2:
        return ""
    said = f"from {words.day(points[0]['day'])}: {from_to(measure, values[0], values[-1])}"
    return sparkline(values, said=said, low=0.0 if is_share(measure) else None)
