"""What a question counts, said from its totals day by day: how many so far, and how many by its last day."""

from __future__ import annotations

from forecast.schema import words
from forecast.schema.answers import AnswerContent, CumulativeContent


def cumulative_finding(answer: AnswerContent, total: CumulativeContent) -> str:
    """Return the finding of a picture of what a question counts: ``63 people by 30 June 2026; 95 to 234 by 31 December 2026, nine times in ten (median 139)``."""
    low, _, middle, _, high = total["quantiles"][-1]
    by, spread = words.day(total["days"][-1]), high - low
    ends = f"{words.number(low, spread=spread)} to {words.number(high, spread=spread)}"
    known = recorded_count(total)
    if low == high:
        ahead = f"almost certainly {_amount(answer, words.number(low))} by {by}"
    else:
        shown = ends if known else _amount(answer, ends)
        ahead = f"{shown} by {by}, nine times in ten (median {words.number(middle, spread=spread)})"
    if not known:
        return words.capitalise(ahead)
    least, *_, most = total["quantiles"][known - 1]
    so_far = words.number(least) if least == most else f"{words.number(least)} to {words.number(most)}"
    counted = so_far if so_far == "0" else _amount(answer, so_far)  # "none" at the beginning would read as a value of the program
    return words.capitalise(f"{counted} by {words.day(total['days'][known - 1])}; {ahead}")


def recorded_count(total: CumulativeContent) -> int:
    """Return how many of the days, from the first on, the record covers; 0 where only the eve of the first day that counts is one of them."""
    count = sum(day <= total["through"] for day in total["days"])
    return count if count > 1 else 0


def _amount(answer: AnswerContent, shown: str) -> str:
    """A printed number with the unit of an answer."""
    return words.amount_text(shown, answer["unit"], answer.get("unit_one", ""))
