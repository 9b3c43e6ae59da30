"""A change and its largest parts, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.schema.insight import MeasureScale, Move
from forecast.sentences.change_bounds import bound_text
from forecast.sentences.insight_text import is_percent, part_text, value_text
from forecast.sentences.printed_parts import printed_parts

SMALLEST_REPORTED_CHANGE = 0.005  # a change of a chance that is worth a word, and of a mean as a share of it
NEWS_STANDARD_ERRORS = 2.0  # standard errors of a difference, within which it is no news
MOST_PARTS_NAMED = 3  # parts that a sentence names
ROUNDING_PART = 1e-9  # of a number: what sums in another order leave of a difference


def change_sentence(
    measure: MeasureScale, before: float, after: float, parts: Sequence[tuple[str, str, float, float]], *, error: float = 0.0
) -> str:
    """Say a change and its largest parts, as in: Down from 14 % to 10 %: 64 days passed (-3 points).

    A part has its kind, what it is about, its points and their Monte Carlo error; ``error`` is that of the whole change.  A part within
    two errors is not named: where the named ones do not add up to the change, what is left is said as the rest.
    """
    least = SMALLEST_REPORTED_CHANGE if is_percent(measure) else SMALLEST_REPORTED_CHANGE * max(abs(before), abs(after))
    printed = printed_parts(measure, before, after, [points for _, _, points, _ in parts])
    noticed = [
        at
        for at, (kind, _, points, of_part) in enumerate(parts)
        if kind != "noise" and abs(points) >= max(least, NEWS_STANDARD_ERRORS * of_part)
    ]
    largest = sorted((at for at in noticed if printed.steps[at]), key=lambda at: -abs(parts[at][2]))[:MOST_PARTS_NAMED]
    rest = [at for at in range(len(parts)) if at not in largest]
    named = "; ".join(f"{parts[at][1]} ({printed.text(at)})" for at in largest)
    if largest and sum(printed.steps[at] for at in rest):
        named += f"; {'Monte Carlo noise' if [parts[at][0] for at in rest] == ['noise'] else 'the rest'} ({printed.text(*rest)})"
    then, now = printed.before, printed.after
    change, error = (0.0 if abs(value) <= ROUNDING_PART * max(abs(before), abs(after)) else value for value in (after - before, error))
    if abs(change) < max(least, NEWS_STANDARD_ERRORS * error) or then == now:
        now = value_text(measure, after)  # alone, it needs no digits that make a change
        if change == 0 and error == 0:
            return f"Not moved, still {now}{f': {named}' if named else ''}."
        return f"Moved by {bound_text(measure, change, error=error) or 'an unknown amount'}, now {now}{f': {named}' if named else ''}."
    return f"{'Up' if after > before else 'Down'} from {then} to {now}{f': {named}' if named else ''}."


def move_sentence(measure: MeasureScale, move: Move, at: int) -> str:
    """Return what moved the measure at a place, made from a report's numbers; empty where the report has no sentence, since a mean is not known."""
    if at >= len(move["sentences"]) or not move["sentences"][at]:
        return ""
    errors = move.get("errors", ())
    parts = [(part["kind"], part_text(part), part["points"][at], part["errors"][at]) for part in move["parts"]]
    return change_sentence(measure, move["before"][at], move["after"][at], parts, error=errors[at] if at < len(errors) else 0.0)
