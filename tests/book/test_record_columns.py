"""Rows by columns: the same rows, and arrays that say of each what the row says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files.problems import Place
from forecast.book.record_columns import MOST_KEPT, RecordColumns, record_columns
from forecast.book.rows import current_rows, drop_copies, row_hash, row_hashes, row_names, sort_rows
from forecast.book.topic import Row
from forecast.book.value_range import ValueRange

texts = st.sampled_from(["", "a", "b", "ä ü", 'a "quoted", text'])
numbers = st.floats(allow_nan=False, allow_infinity=False)
days = st.dates(date(1000, 1, 1), date(3000, 12, 31))
ranges = st.sampled_from([None, None, ValueRange(-inf, 3.5), ValueRange(0.25, inf), ValueRange(1.0, 2.0)])


@st.composite
def some_rows(draw: st.DrawFn) -> list[Row]:
    """Rows of one record, some of which correct others or report what others report."""
    rows: list[Row] = []
    for line in range(draw(st.integers(0, 8))):
        named = draw(st.sampled_from(["", "", *(row_hash(row) for row in rows), *(row.id for row in rows)]))
        columns = {"share": draw(numbers), "side": draw(st.sampled_from(["left", "right"])), "count": 2.0}
        rows.append(
            Row(
                place=Place("x.csv", line + 2),
                start=draw(days),
                end=draw(days),
                value=draw(numbers),
                known=draw(days),
                source=draw(texts),
                grade=draw(st.sampled_from([None, "A", "B"])),
                note=draw(texts),
                id=draw(st.sampled_from(["", f"row {line}"])),
                replaces=named,
                columns={name: columns[name] for name in draw(st.permutations(list(columns)))[: draw(st.integers(0, 3))]},
                between=draw(ranges),
                origin=draw(texts),
                said=draw(texts),
            )
        )
    return rows


def by_columns(rows: list[Row]) -> RecordColumns:
    """Rows by columns that have to make each row anew."""
    return replace(record_columns(rows), made=[])


@given(some_rows())
@settings(max_examples=100, deadline=None)
def test_rows_by_columns_are_the_same_rows(rows: list[Row]) -> None:
    """All of them, each by its place, some of them, and their hashes."""
    columns = by_columns(rows)
    assert columns == rows
    assert [columns[at - len(rows)] for at in range(len(rows))] == rows
    assert columns[1:4] == rows[1:4]
    assert columns.take(np.arange(len(rows))[::-1]) == rows[::-1]
    assert columns.is_nothing.tolist() == [row.is_nothing for row in rows]
    assert row_hashes(columns) == [row_hash(row) for row in rows]
    for column in ("grade", "source", "side", "share", "nowhere"):
        assert columns.labels(column).strings() == [row.label(column) for row in rows]
        assert columns.has(column).tolist() == [column in row.columns for row in rows]


@given(some_rows())
@settings(max_examples=100, deadline=None)
def test_what_is_done_to_rows_by_columns_is_done_to_each(rows: list[Row]) -> None:
    """Which stand, which are copies, in which order they are, and how far they reach."""
    columns = by_columns(rows)
    replaced = {row.replaces for row in rows if row.replaces}
    assert current_rows(columns) == [row for row in rows if not row_names(row) & replaced]
    assert sort_rows(columns) == sorted(rows, key=lambda row: (row.start, row.end, row.place))
    first = {(row.origin, row.start, row.end, row.columns.get("side")) if row.origin else row.place: row for row in reversed(rows)}
    assert drop_copies(columns, ("side",)) == sorted(first.values(), key=lambda row: row.place)
    assert columns.up_to(date(2000, 1, 1)) == [replace(row, end=min(row.end, date(2000, 1, 1))) for row in rows]
    assert columns.known_at_end() == [replace(row, known=row.end) for row in rows]
    assert columns.without_ids() == [replace(row, id="") for row in rows]
    assert columns.without_reports() == [row for row in rows if not row.origin]


def test_the_rows_of_a_long_record_are_made_when_they_are_asked_for() -> None:
    """None of them is kept, and those of a short one are, so that each stays the same object."""
    day = date(2026, 1, 1)
    rows = [Row(Place("x.csv", at + 2), day + timedelta(days=at), day, float(at), day, "a source") for at in range(MOST_KEPT + 1)]
    long, short = by_columns(rows), by_columns(rows[:-1])
    assert (long[MOST_KEPT], [*long]) == (rows[-1], rows)
    assert long.made == []
    assert short[3] is short[3] is [*short][3] is short.take(np.array([3]))[0]


def test_a_column_has_numbers_or_texts() -> None:
    """One that has both in rows that somebody made is refused."""
    day = date(2026, 1, 1)
    rows = [Row(Place("x.csv"), day, day, 1.0, day, "a source", columns={"side": cell}) for cell in ("left", 2.0)]
    with pytest.raises(ValueError, match="numbers in some rows and texts in others"):
        record_columns(rows)
