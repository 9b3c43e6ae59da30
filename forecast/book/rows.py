"""Rows in their record: which still stand, by what a later row can name them, from when each counts, and which are copies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from forecast.book.topic import Row, Stream

HASH_DIGITS = 8  # of a row's hash: among 10,000 rows two are alike once in a hundred records, and then neither can be named by it


def current_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that no other of them replaces, by its ``id`` or by its hash; they are as they stand in the file, not cut."""
    replaced = {row.replaces for row in rows if row.replaces}
    if not replaced:
        return list(rows)
    return [row for row in rows if not replaced & row_names(row)]


def row_names(row: Row) -> frozenset[str]:
    """Return the names by which another row can replace this one: its ``id``, where it has one, and its hash."""
    return frozenset({row_hash(row), *([row.id] if row.id else [])})


def row_hash(row: Row) -> str:
    """Return eight hexadecimal digits of the SHA-256 of what a row says: days, value or range, ``known``, columns, origin, ``id`` and ``replaces``.

    Source, grade and note can be improved without changing it.
    """
    days = [row.start.isoformat(), row.end.isoformat(), row.known.isoformat()]
    value = [row.value] if row.between is None else [str(row.between.low), str(row.between.high)]
    hashed = [*days, value, sorted(row.columns.items()), row.origin, row.id, row.replaces]
    return hashlib.sha256(json.dumps(hashed, ensure_ascii=False).encode()).hexdigest()[:HASH_DIGITS]


def is_row_hash(name: str) -> bool:
    """Whether a name has the form of a row's hash."""
    return len(name) == HASH_DIGITS and not set(name) - set("0123456789abcdef")


def sort_rows(rows: Iterable[Row]) -> list[Row]:
    """Return rows in the order of their days."""
    return sorted(rows, key=lambda row: (row.start, row.end, row.place))


def is_quiet(row: Row, stream: Stream) -> bool:
    """Whether a row is quiet time in a watched stream."""
    return stream.watched and row.is_nothing


def is_gradual(row: Row, stream: Stream) -> bool:
    """Whether a row is evidence from day to day: quiet time, unless it corrects another row."""
    return is_quiet(row, stream) and not row.replaces


def effective_from(row: Row, stream: Stream) -> date:
    """Return the day from which a row exists: its first where it is evidence from day to day, otherwise the day it became known."""
    return row.start if is_gradual(row, stream) else row.known


def rows_as_of(stream: Stream, as_of: date) -> list[Row]:
    """Return the rows of a stream that exist as of a day, corrected ones too, in the order of the file; quiet time is cut at the day."""
    return [truncate_row(row, as_of) for row in stream.rows if effective_from(row, stream) <= as_of]


def truncate_row(row: Row, day: date) -> Row:
    """Return a row as far as a day."""
    return replace(row, end=day) if row.end > day else row


def observation_key(row: Row, label_columns: Iterable[str]) -> tuple[object, ...]:
    """Return what a report of an origin is about: rows that agree in this are copies."""
    return (row.origin, row.start, row.end, *(row.columns.get(column) for column in label_columns))


def drop_copies(rows: Sequence[Row], label_columns: Sequence[str]) -> list[Row]:
    """Return the rows without the copies of those before them."""
    kept: dict[object, Row] = {}
    for index, row in enumerate(rows):
        kept.setdefault(observation_key(row, label_columns) if row.origin else index, row)
    return list(kept.values())
