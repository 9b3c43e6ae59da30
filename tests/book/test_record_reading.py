"""Reading records by columns: what is read does not depend on what stands in one block, and the last row counts as much as the first."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.book.classes import Classes
from forecast.book.files import csv_blocks
from forecast.book.files.problems import MOST_FOUND, Place
from forecast.book.files.sources import make_source_file
from forecast.book.records import read_rows
from forecast.book.topic import Row
from forecast.book.value_range import ValueRange

pytestmark = pytest.mark.medium

CELLS = (
    "",
    "2025-03-01",
    "2025-03-09",
    "2025-02-30",
    "7",
    "1e999",
    "nan",
    "a",
    " b ",
    "a#b",
    "a\u200bc",
    '"x, y"',
    '"two\nlines"',
    'a"',
    '"',
)
NUMBERS = Classes(("none", "some"), counted=False)
COUNTS = Classes(("a", "b"), counted=True)


def outcome(text: str, classes: Classes | None = None) -> Any:
    """All that reading a record gives."""
    record, problems = read_rows(make_source_file("x.csv", text), classes)
    return problems, record and (list(record.rows), record.covariates, record.label_columns)


@given(
    st.sampled_from(["on,value,source,x", "from,to,value,source,y", "on,value,value_low,source", "value_a,on,source,value_b,known"]),
    st.lists(st.lists(st.sampled_from(CELLS), min_size=3, max_size=5).map(",".join), max_size=12),
    st.sampled_from([None, NUMBERS, COUNTS]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_does_not_depend_on_blocks(monkeypatch: pytest.MonkeyPatch, header: str, lines: list[str], classes: Classes | None):
    """Rows, columns and problems are the same when two lines are read at a time."""
    text = "\n".join([header, *lines])
    whole = outcome(text, classes)
    with monkeypatch.context() as patched:
        patched.setattr(csv_blocks, "FIRST_BLOCK", 1)
        patched.setattr(csv_blocks, "BLOCK", 2)
        assert outcome(text, classes) == whole


def test_every_kind_of_cell_is_read() -> None:
    """Days and ranges, blanks around cells, empty ones, numbers and labels, and a text of two lines."""
    text = (
        "from,to,value,value_low,value_high,known,source,grade,note,origin,id,replaces,x,side\n"
        '2025-01-01, 2025-01-03 ,1.50,,,,"a paper, page 2",A,,,first,,3,left\n'
        '2025-02-01,2025-02-01,,2,,2025-03-01,"two\nlines",,a note,report,,first,,right\n'
        "2025-02-02,2025-02-04,,,9,,s,B,,,,,.5e1,\n"
        "2025-02-02,2025-02-04,,-1,9,,s,B,,,,,4,2\n"
    )
    record, problems = read_rows(make_source_file("x.csv", text))
    day = SimpleNamespace(a=date(2025, 1, 1), b=date(2025, 1, 3), c=date(2025, 2, 1), d=date(2025, 2, 2), e=date(2025, 2, 4))
    places = [Place("x.csv", line) for line in (2, 3, 5, 6)]
    assert record is not None
    assert (problems, record.covariates, record.label_columns) == ((), ("x",), ("side",))
    assert record.rows == [
        Row(places[0], day.a, day.b, 1.5, day.b, "a paper, page 2", "A", id="first", columns={"x": 3.0, "side": "left"}),
        Row(
            *(places[1], day.c, day.c, 2.0, date(2025, 3, 1), "two\nlines", None, "a note", "", "first", {"side": "right"}),
            between=ValueRange(2.0, float("inf")),
            origin="report",
        ),
        Row(places[2], day.d, day.e, 9.0, day.e, "s", "B", columns={"x": 5.0}, between=ValueRange(-float("inf"), 9.0)),
        Row(places[3], day.d, day.e, -1.0, day.e, "s", "B", columns={"x": 4.0, "side": "2"}, between=ValueRange(-1.0, 9.0)),
    ]
    assert [record.cells(row)["source"] for row in record.rows] == ["a paper, page 2", "two\nlines", "s", "s"]


def test_classes_are_read_by_name_and_by_number() -> None:
    """The value of a class is its place, that of counts their sum; both are said in words."""
    named, _ = read_rows(make_source_file("x.csv", "on,value,source\n2025-01-01,some,s\n2025-01-02, none,s\n"), NUMBERS)
    counted, _ = read_rows(
        make_source_file("x.csv", "on,value_b,x,value_a,source\n2025-01-01,2,5,0,s\n2025-01-02,9007199254740993,6,1,s\n"), COUNTS
    )
    assert named is not None
    assert counted is not None
    assert [(row.value, row.said, row.columns) for row in named.rows] == [(1.0, "some", {}), (0.0, "none", {})]
    assert [(row.value, row.said, list(row.columns.items())) for row in counted.rows] == [
        (2.0, "a 0, b 2", [("x", 5.0), ("value_a", 0.0), ("value_b", 2.0)]),
        (9007199254740992.0, "a 1, b 9.00719925474099e+15", [("x", 6.0), ("value_a", 1.0), ("value_b", 9007199254740992.0)]),
    ]


def test_one_text_in_the_last_row_makes_a_column_one_of_labels() -> None:
    """However many rows with numbers stand before it; in a line of the wrong length it does not count."""
    lines = [f"2025-01-01,{at},s,{at},{at}" for at in range(1_000)]
    record, problems = read_rows(
        make_source_file("x.csv", "\n".join(["on,value,source,x,y", *lines, "2025-01-01,1,s,odd,5", "2025-01-01,1,s,5,odd,6"]))
    )
    assert record is not None
    assert (record.covariates, record.label_columns) == (("y",), ("x",))
    assert [problem.message for problem in problems] == ["6 cells, where the header names 5 columns"]
    assert [dict(row.columns) for row in record.rows[998:]] == [{"x": "998", "y": 998.0}, {"x": "999", "y": 999.0}, {"x": "odd", "y": 5.0}]


@pytest.mark.parametrize(("line", "kept"), [("2025-01-01,x,s", 300), ("2025-01-01,1", 300)])
def test_rows_after_too_many_problems_are_left_out(line: str, kept: int) -> None:
    """Those before them are there, so that what else is wrong with them is found."""
    good = "2025-01-01,1,s"
    text = "\n".join(["on,value,source", *[good] * 300, *[line] * (MOST_FOUND + 5), *[good] * 10])
    record, problems = read_rows(make_source_file("x.csv", text))
    assert record is not None
    assert (len(record.rows), len(problems)) == (kept, MOST_FOUND + 1)


def test_problems_of_quotes_come_before_all_others_and_count() -> None:
    """Also where the file has too many others before them."""
    lines = ["2025-01-01,1"] * (MOST_FOUND + 60) + ['2025-01-01,1,"s"x']
    _, problems = read_rows(make_source_file("x.csv", "\n".join(["on,value,source", *lines])))
    assert (problems[0].place.line, problems[0].message) == (len(lines) + 1, "text follows the quote that closes this cell")
    assert [problem.place.line for problem in problems[1:]] == list(range(2, MOST_FOUND + 2))
