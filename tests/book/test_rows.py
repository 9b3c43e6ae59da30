"""Rows in their record: which still stand, and which are copies."""

from __future__ import annotations

from datetime import date

from forecast.book.problems import Place
from forecast.book.rows import in_order, standing, without_copies
from forecast.book.topic import Row


def row(line: int, **more) -> Row:
    """A row of one day that stands in a line of its file."""
    day = more.pop("day", date(2026, 1, line))
    return Row(Place("seen.csv", line), day, day, 1.0, day, "a source", **more)


def test_a_row_stands_until_another_replaces_it():
    """Of a row, its correction and the correction's correction the last alone stands, and rows without an id all do."""
    rows = [row(1, id="a"), row(2, id="b", replaces="a"), row(3, replaces="b"), row(4)]
    assert standing(rows) == rows[2:]
    assert standing(rows[:2]) == rows[1:2]


def test_rows_are_ordered_by_their_days_and_then_by_their_lines():
    """Rows of one day follow one another as they do in the file."""
    early, first, second = row(3, day=date(2025, 1, 1)), row(1), row(2, day=date(2026, 1, 1))
    assert in_order([second, early, first]) == [early, first, second]


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
    assert without_copies(rows, ("place",)) == rows[:4]
