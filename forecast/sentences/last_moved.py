"""What moved an answer last, in one sentence, as the first screen of a page has it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from forecast.schema import words
from forecast.schema.insight import InsightContent, MeasureContent
from forecast.sentences.insight_text import (
    is_noticed,
    measure_indices,
    part_text,
    relative_change,
    value_text,
)
from forecast.sentences.news import news_text
from forecast.sentences.printed_parts import PrintedParts, printed_parts


def last_move_sentence(insight: InsightContent, question: str) -> str:
    """Say what moved a question's answer last: from the newest split of a change that moved it, else from its history, else how far it went with time."""
    for find_moves in (_moves, _jumps, _drifts):
        moves = [move for index in measure_indices(insight, question) for move in find_moves(insight, index)]
        if moves:
            return max(moves)[2]
    points = insight["history"]["points"]
    return f"Nothing of note has moved it since {words.day(points[0]['day'])}." if points else "Nothing has moved it."


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
            moved = _change_text(measure, before, after, printed, place)
            yield (
                move["since"],
                relative_change(measure, top["points"][index]),
                f"{words.capitalise(part_text(top).rstrip('.'))}{known}: {moved}.",
            )


def _change_text(measure: MeasureContent, before: float, after: float, printed: PrintedParts, place: int) -> str:
    """How far a part moved an answer: ``down 20 points, from 99 % to 79 %``, ``2 points of the rise from 6 % to 10 %``.

    Where the part is not a share of the whole change, that is said apart.
    """
    part, whole = printed.steps[place], sum(printed.steps)
    name = {"mean": "the expected value", "median": "the median"}.get(measure["kind"], "")
    first, last = value_text(measure, before), value_text(measure, after)
    ends = f"from {first} to {last}"
    size = printed.text(place).lstrip(f"+{words.MINUS}")
    way = "up" if part > 0 else "down"
    if part == whole:
        return f"{f'{name} '.removeprefix('the ') if name else ''}{way} {size}, {ends}"
    if part * whole > 0 and abs(part) < abs(whole):
        return f"{size} of the {'rise' if whole > 0 else 'fall'} {f'in {name} ' if name else ''}{ends}"
    went = f"stayed at {last}" if first == last else f"went {ends}"
    return f"{way} {size}; with all other changes {name or 'the chance'} {went}"


def _jumps(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    measure, points = insight["measures"][index], insight["history"]["points"]
    for before, after in zip(points[-2::-1], points[:0:-1], strict=True):
        change, error = after["values"][index] - before["values"][index], math.hypot(after["errors"][index], before["errors"][index])
        first, last = before["values"][index], after["values"][index]
        differ = value_text(measure, first, error=error) != value_text(measure, last, error=error)
        if after["news"] and is_noticed(measure, change, error=error) and differ:
            sentence = f"{words.capitalise(news_text(after['news']))}: {_from_to(measure, first, last, error=error)}, as of {words.day(after['day'])}."
            yield after["day"], relative_change(measure, change), sentence
            return


def _drifts(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    """How far an answer went over its whole history, where no single day moved it: quiet time does that."""
    measure, points = insight["measures"][index], insight["history"]["points"]
    if not points:
        return
    (before, after), (first, last) = (points[0], points[-1]), (points[0]["values"][index], points[-1]["values"][index])
    error = math.hypot(before["errors"][index], after["errors"][index])
    if is_noticed(measure, last - first, error=error) and value_text(measure, first, error=error) != value_text(measure, last, error=error):
        days = (date.fromisoformat(after["day"]) - date.fromisoformat(before["day"])).days
        passed = f"{words.days(days)} {'has' if days == 1 else 'have'} passed since {words.day(before['day'])}"
        yield (
            before["day"],
            relative_change(measure, last - first),
            f"{words.capitalise(passed)}: {_from_to(measure, first, last, error=error)}.",
        )


def _from_to(measure: MeasureContent, before: float, after: float, *, error: float) -> str:
    """Return ``up from 31 % to 38 %``, ``expected value down from 6.4 to 6.2``."""
    name = {"mean": "expected value ", "median": "median "}.get(measure["kind"], "")
    ends = (value_text(measure, value, error=error) for value in (before, after))
    return f"{name}{'up' if after > before else 'down'} from {' to '.join(ends)}"
