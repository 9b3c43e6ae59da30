"""Rows as the JSON that is hashed of them, some thousands at a time: the same text as ``json`` makes of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from json.encoder import encode_basestring
from math import isnan

import numpy as np
from numpy.typing import NDArray

from forecast.book.record_columns import RecordColumns, days_of
from forecast.book.text_column import FEW_ROWS, TextColumn

_AT_ONCE = 16_384  # rows whose texts are in memory together


def identity_texts(rows: RecordColumns) -> Iterator[str]:
    """Yield of each row the text that ``forecast.book.rows.row_hash`` hashes: days, value or range, columns, origin, ``id`` and ``replaces``."""
    for some in _chunks(rows):
        days = (_day_texts(its[some]) for its in (rows.start, rows.end, rows.known))
        names = (encode_texts(its, some) for its in (rows.origin, rows.id, rows.replaces))
        cells = _own_texts(rows, some, ("[", ", ", "]"), ", ")
        for start, end, known, value, columns, origin, name, replaces in zip(*days, _value_texts(rows, some), cells, *names, strict=True):
            yield f"[{start}, {end}, {known}, {value}, [{columns}], {origin}, {name}, {replaces}]"


def numbers_texts(rows: RecordColumns, *, is_known_hashed: bool, reported: Sequence[str]) -> Iterator[str]:
    """Yield chunks of rows as all of them that changes numbers, in canonical JSON, separated by commas.

    ``reported`` are the columns that count as labels beside the rows' own; when each row was known only where that is asked for.
    """
    for some in _chunks(rows):
        days = [_day_texts(its[some]) for its in (rows.start, rows.end)]
        known = _day_texts(rows.known[some]) if is_known_hashed else ["null"] * len(days[0])
        numbers = map(repr, rows.value[some].tolist())
        names = (encode_texts(its, some) for its in (rows.id, rows.replaces))
        cells = _own_texts(rows, some, ("", ":", ""), ",")
        parts = zip(*days, numbers, known, cells, *names, _entering_texts(rows, some, reported), strict=True)
        yield ",".join(
            f"[{start},{end},{number},{seen},{{{columns}}},{name},{replaces}{entering}]"
            for start, end, number, seen, columns, name, replaces, entering in parts
        )


def words_texts(rows: RecordColumns) -> Iterator[str]:
    """Yield chunks of rows as the words that stand beside their numbers, in canonical JSON, separated by commas."""
    for some in _chunks(rows):
        grades = [encode_basestring(grade) if grade else "null" for grade in rows.grade.strings(some)]
        texts = zip(encode_texts(rows.source, some), grades, encode_texts(rows.note, some), strict=True)
        yield ",".join(f"[{source},{grade},{note}]" for source, grade, note in texts)


def encode_texts(column: TextColumn, rows: slice) -> list[str]:
    """Return the texts of some rows as JSON."""
    return list(map(encode_basestring, column.strings(rows)))


def _chunks(rows: RecordColumns) -> Iterator[slice]:
    for first in range(0, len(rows), _AT_ONCE):
        yield slice(first, first + _AT_ONCE)


def _day_texts(days: NDArray[np.int32]) -> list[str]:
    if len(days) <= FEW_ROWS:
        return [f'"{day.isoformat()}"' for day in days_of(days)]
    different, places = np.unique(days, return_inverse=True)
    texts = [f'"{date.fromordinal(day).isoformat()}"' for day in different.tolist()]
    return list(map(texts.__getitem__, places.tolist()))


def _value_texts(rows: RecordColumns, some: slice) -> list[str]:
    """Values in lists of one, and of ranges their ends as texts."""
    values = [f"[{value!r}]" for value in rows.value[some].tolist()]
    for at in np.flatnonzero(rows.ranged[some]).tolist():
        values[at] = f'["{rows.low[some][at].item()}", "{rows.high[some][at].item()}"]'
    return values


def _own_texts(rows: RecordColumns, some: slice, marks: tuple[str, str, str], separator: str) -> list[str]:
    """The cells of the rows' own columns by name, with ``marks`` before, between and after name and cell."""
    texts: list[list[str]] = []
    for name, its in sorted(rows.own.items()):
        before, after = f"{marks[0]}{encode_basestring(name)}{marks[1]}", marks[2]
        if isinstance(its, TextColumn):
            texts.append([f"{before}{encode_basestring(text)}{after}" if text else "" for text in its.strings(some)])
        else:
            texts.append([f"{before}{number!r}{after}" if not isnan(number) else "" for number in its[some].tolist()])
    if not texts:
        return [""] * len(rows.start[some])
    return [separator.join(filter(None, cells)) for cells in zip(*texts, strict=True)]


def _entering_texts(rows: RecordColumns, some: slice, reported: Sequence[str]) -> list[str]:
    """How rows enter the likelihood, where that is not by their value alone: a range, an origin, and what is reported as a label."""
    count = len(rows.start[some])
    ranged = rows.ranged[some]
    if not reported and not ranged.any() and not rows.origin.filled[some].any():
        return [""] * count
    labels = {name: encode_texts(rows.labels(name), some) for name in reported}
    ends = {"low": rows.low[some].tolist(), "high": rows.high[some].tolist()}
    origins = rows.origin.strings(some)
    texts = []
    for at, is_range in enumerate(ranged.tolist()):
        entering = {name: f'"{its[at]}"' for name, its in ends.items()} if is_range else {}
        entering |= {"origin": encode_basestring(origins[at])} if origins[at] else {}
        entering |= {name: its[at] for name, its in labels.items()}
        texts.append(f",{{{','.join(f'"{name}":{text}' for name, text in sorted(entering.items()))}}}" if entering else "")
    return texts
