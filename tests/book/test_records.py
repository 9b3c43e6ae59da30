"""CSV records: rows written are rows read, and every cell knows its place."""

from __future__ import annotations

import csv
import shutil
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.files.cells import cell_starts
from forecast.book.files.problems import Place
from forecast.book.files.sources import make_source_file
from forecast.book.reading import read_book
from forecast.book.records import header_line, read_points, read_rows, record_line
from forecast.book.topic import Point, Row
from tests.support.paths import TINY_BOOK

COLUMNS = ("from", "to", "asked", "conflict", "value", "known", "source", "grade", "note", "id", "replaces")
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=' ",;\n'), max_size=12).map(str.strip)
sources = texts.filter(bool)
ids = texts.map(lambda text: " ".join(text.split()))
days = st.dates(date(2000, 1, 1), date(2030, 1, 1))
numbers = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)
labels = ids.map(lambda text: f"label {text.replace('#', '')}".strip())


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """A row as it would be read back, its place aside."""
    start, end = sorted([draw(days), draw(days)])
    columns: dict[str, float | str] = {"asked": draw(numbers), "conflict": draw(labels)}
    grade = draw(st.sampled_from([None, "A", "B", "C", "D"]))
    return Row(Place("x.csv"), start, end, draw(numbers), draw(days), draw(sources), grade, draw(texts), draw(ids), draw(ids), columns)


@given(st.lists(rows(), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_rows_written_are_the_rows_read(written: list[Row]) -> None:
    """A record written line by line is read back as the same values."""
    text = header_line(COLUMNS)
    for row in written:
        cells = {"from": row.start, "to": row.end, "value": row.value, "known": row.known, "source": row.source, **row.columns}
        text += record_line(COLUMNS, {**cells, "grade": row.grade, "note": row.note, "id": row.id, "replaces": row.replaces})
    record, problems = read_rows(make_source_file("x.csv", text))
    assert record is not None
    assert problems == ()
    assert [without_place(row) for row in record.rows] == [without_place(row) for row in written]
    assert (record.covariates, record.label_columns) == (("asked",), ("conflict",))


@given(st.lists(texts, min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_cells_start_where_csv_starts_them(cells: list[str]) -> None:
    """The place of each cell is where its text begins, also behind quoted commas and line ends."""
    line = record_line([str(number) for number in range(len(cells))], {str(number): cell for number, cell in enumerate(cells)})
    lines = tuple(line.rstrip("\n").split("\n")) if line.strip("\n") else ("",)
    starts = cell_starts(lines)
    assert len(starts) == len(cells)
    for (down, column), cell in zip(starts, cells, strict=True):
        rest = "\n".join([lines[down][column - 1 :], *lines[down + 1 :]])
        assert next(csv.reader(rest.splitlines(keepends=True) or ["\n"]), [""])[:1] == ([cell] if rest else [])


def test_defaults_of_a_row() -> None:
    """Without `known` a row is known on its last day, and `on` makes both days one; a byte order mark does no harm."""
    record, problems = read_rows(make_source_file("x.csv", "on,value,source\n2024-05-06,2,Log\n"))
    assert record is not None
    day = date(2024, 5, 6)
    assert (record.rows, problems) == ((Row(Place("x.csv", 2), day, day, 2.0, day, "Log"),), ())


def test_points_of_a_series() -> None:
    """A series' point holds its date, value and source; it is known on its day unless the file says otherwise."""
    points, problems = read_points(make_source_file("x.csv", "date,value,source,grade,note\n2024-05-06,2,Log,D,by eye\n"))
    day = date(2024, 5, 6)
    assert (points, problems) == ((Point(Place("x.csv", 2), day, 2.0, day, "Log", "D", "by eye"),), ())


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("2024-01-01,0x10,A", "`value` is not a number: 0x10", 12),
        ("2024-01-01,1_000,A", "`value` is not a number: 1_000", 12),
        ('2024-01-01,"1,000",A', "`value` is not a number: 1,000", 12),
        ("2024-01-01,1e999,A", "`value` is not a finite number: 1e999", 12),
        ("20240101,1,A", "`on` is not a date: 20240101", 1),
        ("2024-W01-1,1,A", "`on` is not a date: 2024-W01-1", 1),
        (",1,A", "`on` is missing", 1),
        ('2024-01-01,1,"A', "this quote is never closed", 14),
        (",,", "a line of empty cells", 1),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_with_its_place(line: str, message: str, column: int) -> None:
    """Numbers are plain decimals and dates are ISO days; anything else is a problem at the cell."""
    _, problems = read_rows(make_source_file("x.csv", f"on,value,source\n{line}\n"))
    assert [(problem.message, problem.place) for problem in problems] == [(message, Place("x.csv", 2, column))]


def without_place(row: Row) -> tuple[object, ...]:
    """A row's values."""
    return (row.start, row.end, row.value, row.known, row.source, row.grade, row.note, row.id, row.replaces, dict(row.columns))


def test_a_row_longer_than_a_step_that_its_statement_reads_is_warned_of(tmp_path):
    """Where a parameter walks over months, a warning at a row of a quarter says that the month of its middle is read."""
    book = tmp_path / "book"
    shutil.copytree(TINY_BOOK, book)
    topic, priors = book / "seeds" / "ferry" / "topic.toml", book / "priors" / "ferry.toml"
    topic.write_text(topic.read_text().replace("breakdown_rate *", "exp(breakdown_rate[month]) *"))
    told = 'per = "month"\nprior = "GaussianRandomWalk(sigma=0.3, init_dist=Normal(mu=0, sigma=1))"'
    priors.write_text(priors.read_text().replace('prior    = "LogNormal(p5=0.02, p95=0.6)"', told))
    read, problems = read_book(book)
    assert list(read.topics) == ["ferry"]
    assert [(problem.level, problem.place.line, problem.message) for problem in problems] == [
        ("warning", line, "this row covers 3 months, and its statement reads the month of its middle") for line in (2, 3, 4, 5)
    ]


@pytest.mark.parametrize(
    ("unit", "hint"),
    [
        ("per cent", "write it without the sign: 51"),
        ("share", "write it as a share: 0.51"),
        ("", "write it without the sign: 0.51 as a share, or 51 in percent"),
    ],
)
@pytest.mark.parametrize("line", ["value,source\n2025-01-01,51%,Log", "value_low,value_high,value,source\n2025-01-01,51%,60,,Log"])
def test_a_percent_sign_has_the_hint_of_the_streams_unit(unit: str, hint: str, line: str):
    """The number that is right in this stream is named alone."""
    _, problems = read_rows(make_source_file("x.csv", f"on,{line}\n"), unit=unit)
    assert [problem.hint for problem in problems] == [hint]
