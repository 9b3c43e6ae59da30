"""What keeps a page from showing what questions count day by day, in a report's JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from forecast.schema.answers import AnswerContent


def cumulative_faults(answers: Sequence[AnswerContent], *, streams: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the place of each fault in the totals of questions of a report with some streams, and what it is."""
    for number, answer in enumerate(answers):
        if "cumulative" not in answer:
            continue
        place, total = f"answers.{number}.cumulative", answer["cumulative"]
        if not total["streams"] or not {*total["streams"]} <= {*streams}:
            yield f"{place}.streams", "there is no such stream"
        if len(total["days"]) < 2 or len(total["days"]) != len(total["quantiles"]):
            yield place, f"{len(total['days'])} days and points on {len(total['quantiles'])} days make no curve"
        elif any(later <= earlier for earlier, later in pairwise(total["days"])):
            yield f"{place}.days", "these days are not in order"
        elif total["days"][-1] <= total["through"]:
            yield f"{place}.through", "nothing lies after the record"
