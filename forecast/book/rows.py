"""Rows in their record: which still stand, by what a later row can name them, from when each counts, and which are copies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.book.record_columns import RecordColumns, record_columns
from forecast.book.row_texts import identity_texts
from forecast.book.text_column import TextColumn
from forecast.book.topic import Row, Stream
from forecast.language.arrays import Truth

HASH_DIGITS = 8  # of a row's hash: among 10,000 rows two are alike once in a hundred records, and then neither can be named by it


def current_rows(rows: Sequence[Row]) -> RecordColumns:
    """Return the rows that no other of them replaces, by its ``id`` or by its hash; they are as they stand in the file, not cut."""
    its = record_columns(rows)
    replaced = frozenset(its.replaces.distinct())
    if not replaced:
        return its
    gone = np.array([name in replaced for name in its.id.texts])[its.id.codes]
    if any(map(is_row_hash, replaced)):
        gone |= np.array([hashed in replaced for hashed in row_hashes(its)])
    return its.where(~gone)


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


def row_hashes(rows: Sequence[Row]) -> list[str]:
    """Return the hash of each row."""
    return [hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS] for text in identity_texts(record_columns(rows))]


def is_row_hash(name: str) -> bool:
    """Whether a name has the form of a row's hash."""
    return len(name) == HASH_DIGITS and not set(name) - set("0123456789abcdef")


def sort_rows(rows: Iterable[Row]) -> RecordColumns:
    """Return rows in the order of their days."""
    its = record_columns(rows if isinstance(rows, Sequence) else tuple(rows))
    order = row_order(its)
    return its if order is None else its.take(order)


def row_order(rows: RecordColumns) -> NDArray[np.intp] | None:
    """Return the places of rows in the order of their days; None where they are in that order."""
    days = (rows.start.astype(np.int64) << 32) + rows.end
    if (days[1:] > days[:-1]).all():
        return None
    paths = np.argsort(np.argsort(rows.paths.texts))[rows.paths.codes]
    return np.lexsort((rows.starts_at, rows.lines, paths, days))  # the last key counts first


def is_quiet(row: Row, stream: Stream) -> bool:
    """Whether a row is quiet time in a watched stream."""
    return stream.watched and row.is_nothing


def is_gradual(row: Row, stream: Stream) -> bool:
    """Whether a row is evidence from day to day: quiet time, unless it corrects another row."""
    return is_quiet(row, stream) and not row.replaces


def are_gradual(rows: RecordColumns, stream: Stream) -> Truth:
    """Return which rows are evidence from day to day, as ``is_gradual`` says it of one, ``(rows,)``."""
    return rows.is_nothing & ~rows.replaces.filled if stream.watched else np.zeros(len(rows), dtype=bool)


def effective_days(rows: RecordColumns, stream: Stream) -> NDArray[np.int32]:
    """Return the day from which each row exists, as ordinals ``(rows,)``: its first where it is evidence from day to day, otherwise the day it became known."""
    return np.where(are_gradual(rows, stream), rows.start, rows.known) if stream.watched else rows.known


def rows_as_of(stream: Stream, as_of: date) -> RecordColumns:
    """Return the rows of a stream that exist as of a day, corrected ones too, in the order of the file; quiet time is cut at the day."""
    return existing_rows(stream, as_of).up_to(as_of)


def existing_rows(stream: Stream, as_of: date) -> RecordColumns:
    """Return the rows of a stream that exist as of a day, as they are in the file: quiet time is not cut."""
    rows = record_columns(stream.rows)
    return rows.where(effective_days(rows, stream) <= as_of.toordinal())


def cell_groups(rows: RecordColumns, columns: Iterable[str]) -> NDArray[np.intp]:
    """Return a number for each row that those with the same cells in some columns of their own share, ``(rows,)``."""
    groups = np.zeros(len(rows), dtype=np.intp)
    for column in columns:
        codes = _cell_codes(rows, column)
        groups = np.unique(groups * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)[1]
    return groups


def first_of_origin(rows: RecordColumns) -> NDArray[np.intp]:
    """Return the place of the first row of the same origin, ``(rows,)``: its own of a row without one."""
    return _first_alike(rows, ())


def first_of_observation(rows: RecordColumns, label_columns: Iterable[str]) -> NDArray[np.intp]:
    """Return the place of the first row that tells of the same observation, ``(rows,)``.

    Rows of one origin with the same days and labels are copies of it; a row without an origin has its own.
    """
    return _first_alike(rows, (rows.start, rows.end, *(_cell_codes(rows, column) for column in label_columns)))


def _first_alike(rows: RecordColumns, keys: Sequence[NDArray[np.int32]]) -> NDArray[np.intp]:
    """The place of the first row with the same origin and keys, ``(rows,)``."""
    first = np.arange(len(rows))
    reports = np.flatnonzero(rows.origin.filled)
    group = rows.origin.codes[reports].astype(np.int64)
    for key in keys:
        group = np.unique(group, return_inverse=True)[1] * 2**32 + key[reports]
    at, same = np.unique(group, return_index=True, return_inverse=True)[1:]
    first[reports] = reports[at[same]]
    return first


def _cell_codes(rows: RecordColumns, column: str) -> NDArray[np.int32]:
    """A number for each different cell of a column of the rows' own."""
    its = rows.own.get(column)
    if its is None:
        return np.zeros(len(rows), dtype=np.int32)
    return its.codes if isinstance(its, TextColumn) else np.unique(its, return_inverse=True)[1].astype(np.int32)


def drop_copies(rows: Sequence[Row], label_columns: Sequence[str]) -> RecordColumns:
    """Return the rows without the copies of those before them."""
    its = record_columns(rows)
    if its.origin.is_empty:
        return its
    return its.take(first_of_observation(its, label_columns) == np.arange(len(its)))
