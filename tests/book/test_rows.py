"""Rows in their record: which still stand, and which are copies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from forecast.book.files.problems import Place
from forecast.book.rows import current_rows, drop_copies, row_hash, row_names, sort_rows
from forecast.book.topic import Row
from forecast.book.value_range import ValueRange


def row(line: int, **more) -> Row:
    """A row of one day that stands in a line of its file."""
    day = more.pop("day", date(2026, 1, line))
    return Row(Place("seen.csv", line), day, day, 1.0, day, "a source", **more)


def test_a_row_stands_until_another_replaces_it():
    """Of a row, its correction and the correction's correction the last alone stands, and rows without an id all do."""
    rows = [row(1, id="a"), row(2, id="b", replaces="a"), row(3, replaces="b"), row(4)]
    assert current_rows(rows) == rows[2:]
    assert current_rows(rows[:2]) == rows[1:2]


def test_rows_are_ordered_by_their_days_and_then_by_their_lines():
    """Rows of one day follow one another as they do in the file."""
    early, first, second = row(3, day=date(2025, 1, 1)), row(1), row(2, day=date(2026, 1, 1))
    assert sort_rows([second, early, first]) == [early, first, second]


def test_copies_are_of_one_origin_about_the_same_days_and_labels():
    """Of several reports of one origin the first counts, unless days or labels differ; rows without an origin all count."""
    day = date(2026, 1, 1)
    rows = [
        row(1, day=day),
        row(2, day=day),
        row(3, day=day, origin="wire", columns={"place": "north"}),
        row(4, day=day, origin="wire", columns={"place": "south"}),
        row(5, day=day, origin="wire", columns={"place": "north", "asked": 3.0}),
    ]
    assert drop_copies(rows, ("place",)) == rows[:4]


def test_a_row_is_replaced_by_its_hash_as_by_its_id():
    """A correction may name a row by either; a chain of corrections leaves the last."""
    old = row(1)
    new = row(2, replaces=row_hash(old))
    last = row(3, replaces=row_hash(new))
    assert (current_rows([old, new]), current_rows([old, new, last])) == ([new], [last])
    assert row_names(row(1, id="a")) == {"a", row_hash(row(1, id="a"))}


@pytest.mark.parametrize(
    "changed",
    [
        {"start": date(2025, 12, 31)},
        {"end": date(2026, 1, 2)},
        {"value": 2.0},
        {"known": date(2026, 1, 2)},
        {"between": ValueRange(1.0, 2.0)},
        {"columns": {"asked": 3.0}},
        {"origin": "wire"},
        {"id": "a"},
        {"replaces": "a"},
    ],
)
def test_whatever_a_row_says_changes_its_hash(changed):
    """Each field that moves numbers, or names the row, is in the hash."""
    assert row_hash(replace(row(1), **changed)) != row_hash(row(1))


def test_where_a_row_stands_and_what_is_said_of_its_source_do_not_change_its_hash():
    """A source, a grade and a note may be improved, and lines may move."""
    other = replace(row(1), place=Place("seen.csv", 9), source="another", grade="A", note="a note")
    assert row_hash(other) == row_hash(row(1)) == "e52fca3a"
