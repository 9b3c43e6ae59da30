"""What moved an answer last, in one sentence, as the first screen of a page has it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from forecast.schema import words
from forecast.schema.insight import InsightContent, MeasureContent
from forecast.sentences.insight_text import (
    change_text,
    from_to_text,
    is_noticed,
    measure_indices,
    news_text,
    part_text,
    relative_change,
    value_text,
)
from forecast.sentences.printed_parts import printed_parts


def last_move_sentence(insight: InsightContent, question: str) -> str:
    """Say what moved a question's answer last: from the newest split of a change that moved it, else from its history, else how far it went with time."""
    for find_moves in (_moves, _jumps, _drifts):
        moves = [move for index in measure_indices(insight, question) for move in find_moves(insight, index)]
        if moves:
            return max(moves)[2]
    points = insight["history"]["points"]
    return f"no single event; nothing of note since {words.day(points[0]['day'])}." if points else "no single event."


def _moves(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    measure = insight["measures"][index]
    for move in insight["moves"]:
        before, after = move["before"][index], move["after"][index]
        printed = printed_parts(measure, before, after, [part["points"][index] for part in move["parts"]])
        parts = [
            (part, place)
            for place, part in enumerate(move["parts"])
            if part["kind"] != "noise" and printed.steps[place] and is_noticed(measure, part["points"][index], error=part["errors"][index])
        ]
        if parts:
            top, place = max(parts, key=lambda part: abs(part[0]["points"][index]))
            known = f", known {words.day(top['known'])}" if top["known"] and top["kind"] not in {"row", "correction"} else ""
            whole = _whole_change_text(measure, before, after, part=printed.steps[place], whole=sum(printed.steps))
            sentence = f"{words.capitalise(part_text(top).rstrip('.'))}{known}: {printed.text(place)}{whole}."
            yield move["since"], relative_change(measure, top["points"][index]), sentence


def _whole_change_text(measure: MeasureContent, before: float, after: float, *, part: int, whole: int) -> str:
    """What a part belongs to: `` of the change from 6 % to 10 %``; with the ends alone where it is the whole, and another sentence where it is no share.

    ``part`` and ``whole`` are in printed steps.
    """
    if part == whole:
        return f" ({from_to_text(measure, before, after)})"
    name = {"mean": "the expected value", "median": "the median"}.get(measure["kind"], "the chance")
    ends = f"from {value_text(measure, before)} to {value_text(measure, after)}"
    if part * whole > 0 and abs(part) < abs(whole):
        return f" of the change {'' if measure['kind'] == 'probability' else f'of {name} '}{ends}"
    return f"; with all other changes {name} went {ends}"


def _jumps(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    measure, points = insight["measures"][index], insight["history"]["points"]
    for before, after in zip(points[-2::-1], points[:0:-1], strict=True):
        change, error = after["values"][index] - before["values"][index], math.hypot(after["errors"][index], before["errors"][index])
        first, last = before["values"][index], after["values"][index]
        differ = value_text(measure, first, error=error) != value_text(measure, last, error=error)
        if after["news"] and is_noticed(measure, change, error=error) and differ:
            sentence = f"{words.day(after['day'])}, {news_text(after['news'])}: {from_to_text(measure, first, last, error=error)}."
            yield after["day"], relative_change(measure, change), sentence
            return


def _drifts(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    """How far an answer went over its whole history, where no single day moved it: quiet time does that."""
    measure, points = insight["measures"][index], insight["history"]["points"]
    if not points:
        return
    (before, after), (first, last) = (points[0], points[-1]), (points[0]["values"][index], points[-1]["values"][index])
    error = math.hypot(before["errors"][index], after["errors"][index])
    if is_noticed(measure, last - first, error=error):
        days = (date.fromisoformat(after["day"]) - date.fromisoformat(before["day"])).days
        change = change_text(measure, last - first, error=error)
        sentence = f"{days:,} days passed since {words.day(before['day'])}: {change} ({from_to_text(measure, first, last, error=error)})."
        yield before["day"], relative_change(measure, last - first), sentence
