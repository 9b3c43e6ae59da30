"""Records too long to be listed row by row: a report counts their rows by spans of time, and lists the first and the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from forecast.schema.topic import RowContent, StreamContent

MOST_LISTED_ROWS = 1_000  # of a stream; of a longer record a report lists a few


class RecordSpan(TypedDict):
    """The rows of a long record that end within some days: how many, and of those whose value is a number its mean, least and greatest.

    These are null where there is none, and where values are classes.
    """

    start: str
    end: str
    rows: int
    mean: float | None
    least: float | None
    greatest: float | None


class LongRecord(TypedDict):
    """A record that is too long to be listed: how many rows it has, which of them ``rows`` lists, counted from 0, and its spans."""

    count: int
    listed: list[int]
    spans: list[RecordSpan]


def row_count(stream: StreamContent) -> int:
    """Return how many rows a stream's record has, whether or not all are listed."""
    return stream["long"]["count"] if "long" in stream else len(stream["rows"])


def listed_rows(stream: StreamContent) -> dict[int, RowContent]:
    """Return the rows that a report lists of a stream, by their numbers in the record."""
    return dict(zip(stream["long"]["listed"] if "long" in stream else range(len(stream["rows"])), stream["rows"], strict=True))
