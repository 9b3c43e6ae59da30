"""What changed an answer last, news or time that passed, in one sentence.

When news moved it last is said as everywhere else: by the days of its history on which it did (``sentences/lead``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

from forecast.schema import words
from forecast.schema.history_points import error_at, points_of, value_at
from forecast.schema.insight import InsightContent, MeasureContent, Move, MovePart
from forecast.sentences.insight_text import (
    SELECTED_ERRORS,
    figure_name,
    is_noticed,
    part_text,
    relative_change,
    value_text,
)
from forecast.sentences.lead import main_measure, notable_steps, step_texts
from forecast.sentences.news import news_text
from forecast.sentences.printed_parts import PrintedParts, printed_parts

NO_EARLIER_DAY = "There is no earlier day to compare it with."
CHANGES_NOTE = (
    "A change may come from news or from the time that passed. “Last moved by news” counts news alone, "
    "on days when the answer changed by clearly more than its Monte Carlo error."
)


def last_move_sentence(insight: InsightContent, question: str) -> str:
    """Say what changed a question's answer last: from the newest split of a change that moved it, else the last news that did, else how far it went with time.

    Of a choice it is said of the likeliest option.
    """
    index = main_measure(insight, question)
    for find_moves in (_moves, _jumps, _drifts):
        moves = [] if index is None else [*find_moves(insight, index)]
        if moves:
            return max(moves)[2]
    points = insight["history"]["points"] if index is None else points_of(insight, index)
    return f"Nothing of note has moved it since {words.day(points[0]['day'])}." if len(points) > 1 else NO_EARLIER_DAY


def _moves(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    measure = insight["measures"][index]
    for move in insight["moves"]:
        before, after = move["before"][index], move["after"][index]
        printed = printed_parts(measure, before, after, [part["points"][index] for part in move["parts"]])
        parts = [
            (part, place)
            for place, part in enumerate(move["parts"])
            if part["kind"] != "noise"
            and printed.steps[place]
            and is_noticed(measure, part["points"][index], error=SELECTED_ERRORS / 2 * part["errors"][index])
        ]
        if parts:
            top, place = max(parts, key=lambda part: abs(part[0]["points"][index]))
            known = f", known {words.day(top['known'])}" if top["known"] and top["kind"] not in {"row", "correction"} else ""
            moved = _change_text(measure, printed, place)
            yield (
                move["since"],
                relative_change(measure, top["points"][index]),
                f"{words.capitalise(_dated_text(top, move).rstrip('.'))}{known}: {moved}.",
            )


def _dated_text(part: MovePart, move: Move) -> str:
    """A part of a change, with the day since which time passed or the book was edited: beside the other parts that stands above them all."""
    since = f"since {'the report of ' if move['against'] == 'ledger' else ''}{words.day(move['since'])}"
    if part["kind"] == "time" and part["about"].endswith(" passed"):
        return f"{part_text(part)} {since}"
    return part_text(part).replace("since then", since) if part["kind"] == "model" else part_text(part)


def _change_text(measure: MeasureContent, printed: PrintedParts, place: int) -> str:
    """How far a part moved an answer: ``down 20 points, from 99 % to 79 %``, ``2 points of the rise from 6 % to 10 %``.

    Where the part is not a share of the whole change, that is said apart.
    """
    part, whole = printed.steps[place], sum(printed.steps)
    name = figure_name(measure)
    first, last = printed.before, printed.after
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
    measure = insight["measures"][index]
    for step in notable_steps(insight, index)[-1:]:
        before, after = step.before, step.after
        change = value_at(after, index) - value_at(before, index)
        texts = step_texts(insight, index, step)
        ends = _change_words(measure, texts.before, texts.after, is_rise=change > 0)
        sentence = f"{words.capitalise(news_text(after['news']))}: {ends}, as of {words.day(after['day'])}{texts.rest}."
        yield after["day"], relative_change(measure, change), sentence


def _drifts(insight: InsightContent, index: int) -> Iterator[tuple[str, float, str]]:
    """How far an answer went over its whole history, where no single day moved it: quiet time does that."""
    measure, points = insight["measures"][index], points_of(insight, index)
    if not points:
        return
    (before, after), (first, last) = (points[0], points[-1]), (value_at(points[0], index), value_at(points[-1], index))
    error = math.hypot(error_at(before, index), error_at(after, index))
    if is_noticed(measure, last - first, error=error) and value_text(measure, first, error=error) != value_text(measure, last, error=error):
        days = (date.fromisoformat(after["day"]) - date.fromisoformat(before["day"])).days
        passed = f"{words.days(days)} {'has' if days == 1 else 'have'} passed since {words.day(before['day'])}"
        yield (
            before["day"],
            relative_change(measure, last - first),
            f"{words.capitalise(passed)}: {_from_to(measure, first, last, errors=(error, error))}.",
        )


def _from_to(measure: MeasureContent, before: float, after: float, *, errors: tuple[float, float]) -> str:
    first, last = (value_text(measure, value, error=error) for value, error in zip((before, after), errors, strict=True))
    return _change_words(measure, first, last, is_rise=after > before)


def _change_words(measure: MeasureContent, first: str, last: str, *, is_rise: bool) -> str:
    """Return ``up from 31 % to 38 %``, ``expected value down from 6.4 to 6.2``, ``chance of “fear” up from 33 % to 48 %``."""
    name = f"{figure_name(measure).removeprefix('the ')} ".lstrip()
    return f"{name}{'up' if is_rise else 'down'} from {first} to {last}"
