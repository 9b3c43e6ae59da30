"""Records too long to be listed: which of their rows a report lists, and what it says of the rest."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.record_columns import RecordColumns
from forecast.language.arrays import Array
from forecast.model.clock import cut_into_steps
from forecast.model.record import StreamRecord
from forecast.schema.long_records import LongRecord, RecordSpan

LISTED_ENDS = 20  # rows that are listed from each end of a long record
MOST_SPANS = 40
MOST_LISTED_TOTALS = 1_000  # of a long record, whose totals a report keeps


class _Summary(TypedDict):
    mean: float | None
    least: float | None
    greatest: float | None


def listed_numbers(rows: RecordColumns) -> NDArray[np.intp]:
    """Return which rows of a long record are listed, counted from 0: the first and the last, and the one that reaches farthest."""
    ends = [*range(LISTED_ENDS), int(rows.end.argmax()), *range(len(rows) - LISTED_ENDS, len(rows))]
    return np.unique(ends)


def summarise_record(record: StreamRecord) -> LongRecord:
    """Return what a report says of a long record instead of listing its rows."""
    return {"count": len(record.rows), "listed": listed_numbers(record.rows).tolist(), "spans": _spans(record)}


def thin_totals(days: NDArray[np.int64], most: int = MOST_LISTED_TOTALS) -> NDArray[np.int64]:
    """Return at most so many of some days, evenly, the first and the last among them."""
    if len(days) <= most:
        return days
    kept = np.unique(np.linspace(0, len(days) - 1, most).round().astype(int))
    return np.asarray(days[kept], dtype=np.int64)


def _spans(record: StreamRecord) -> list[RecordSpan]:
    """The rows by the months or years in which they end, or by several of these where there would be too many."""
    rows = record.rows
    first, last = (date.fromordinal(int(day)) for day in (rows.end.min(), rows.end.max()))
    months = cut_into_steps("month", first, last, ())
    starts = months if len(months) - 1 <= MOST_SPANS else cut_into_steps("year", first, last, ())
    edges = [*starts[: -1 : -(-(len(starts) - 1) // MOST_SPANS)], starts[-1]]
    which = np.searchsorted([day.toordinal() for day in edges], rows.end, side="right") - 1
    are_numbers = ~rows.ranged if not record.stream.classes else np.zeros(len(rows), dtype=bool)
    return [
        {
            "start": start.isoformat(),
            "end": (following - ONE_DAY).isoformat(),
            "rows": int(np.count_nonzero(which == at)),
            **_summary(rows.value[are_numbers & (which == at)]),
        }
        for at, (start, following) in enumerate(pairwise(edges))
    ]


def _summary(values: Array) -> _Summary:
    if not len(values):
        return {"mean": None, "least": None, "greatest": None}
    return {"mean": float(values.mean()), "least": float(values.min()), "greatest": float(values.max())}
