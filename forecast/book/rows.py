"""Rows in their record: which still stand, from when each counts, and which are copies of one observation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from forecast.book.topic import Row, Stream


def standing(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that no other of them replaces."""
    replaced = {row.replaces for row in rows if row.replaces}
    return [row for row in rows if not row.id or row.id not in replaced]


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows in the order of their days."""
    return sorted(rows, key=lambda row: (row.start, row.end, row.place))


def is_quiet(row: Row, stream: Stream) -> bool:
    """Whether a row is quiet time in a watched stream."""
    return stream.watched and row.is_nothing


def is_gradual(row: Row, stream: Stream) -> bool:
    """Whether a row is evidence from day to day: quiet time, unless it corrects another row."""
    return is_quiet(row, stream) and not row.replaces


def counts_from(row: Row, stream: Stream) -> date:
    """Return the day from which a row exists: its first where it is evidence from day to day, otherwise the day it became known."""
    return row.start if is_gradual(row, stream) else row.known


def observation(row: Row, label_columns: Iterable[str]) -> tuple[object, ...]:
    """Return what a report of an origin is about: rows that agree in this are copies."""
    return (row.origin, row.start, row.end, *(row.columns.get(column) for column in label_columns))


def without_copies(rows: Sequence[Row], label_columns: Sequence[str]) -> list[Row]:
    """Return the rows without the copies of those before them."""
    found: dict[object, Row] = {}
    for index, row in enumerate(rows):
        found.setdefault(observation(row, label_columns) if row.origin else index, row)
    return list(found.values())
