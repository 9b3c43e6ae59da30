"""What a book may hold at most: each limit is a problem with a place that names it, found in little time."""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.check import future_date_warnings
from forecast.book.files.cells import LONGEST_LINE, MOST_COLUMNS, MOST_CSV_ROWS
from forecast.book.files.folder import MOST_BOOK_FILE_BYTES, MOST_RECORD_BYTES, Folder
from forecast.book.files.problems import MOST_FOUND, Place, Problem, format_problems, limit_problems
from forecast.book.files.sources import make_source_file, parse_document, read_source
from forecast.book.reading import read_book
from forecast.book.records import MOST_RECORD_ROWS, read_points, read_rows
from forecast.language.faults import did_you_mean
from tests.support.paths import TINY_BOOK
from tests.support.small_books import book_of

pytestmark = pytest.mark.medium

HEADER = "on,value,source\n"


def told(problems: tuple[Problem, ...]) -> list[tuple[int, int, str]]:
    """The places and messages of problems."""
    return [(problem.place.line, problem.place.column, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("name", "most", "message"),
    [
        ("large.toml", MOST_BOOK_FILE_BYTES, "this file has 50,000,001 bytes; a file of a book has at most 50,000,000"),
        ("large.csv", MOST_RECORD_BYTES, "this file has 100,000,001 bytes; a CSV file of a book has at most 100,000,000"),
    ],
)
def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, name: str, most: int, message: str) -> None:
    """Its size is enough to refuse it; a record may be larger than other files."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(most + 1)
    source, problems = read_source(Folder(tmp_path), name)
    assert (source, told(problems)) == (None, [(1, 1, message)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = " + "[" * 101 + "]" * 101, (1, 1, "this file is nested too deep: at most 100 tables and lists can stand in one another")),
        ("\na = " + "[" * 100_000, (2, 1, "this file is nested too deep: at most 100 tables and lists can stand in one another")),
        ("a = " + "{a = " * 5_000 + "1" + "}" * 5_000, (1, 1, "this file is nested too deep: at most 100 tables and lists can stand in one another")),
        (".".join("a" * 50_000) + " = 1", (1, 1, "a key of more than 100 parts")),
        ("x = 1\n[" + ".".join(['"a"'] * 50_000) + "]", (2, 2, "a key of more than 100 parts")),
        ("x = {" + ".".join("a" * 50_000) + " = 1}", (1, 6, "a key of more than 100 parts")),
        ("x = 1\ny = " + "9" * 5_000, (2, 5, "this number has too many digits")),
        ("a = [" + "1," * 600_000 + "]", (1, 1, "this file has 600,002 signs that make keys, lists and tables; at most 500,000 can be read")),
        ('a = "' + "x" * 5_000_000 + '"', (1, 1, "this file has 5,000,006 characters besides its comments; at most 5,000,000 can be read")),
    ],
)  # fmt: skip
def test_toml_beyond_a_limit_is_refused_with_its_place(text: str, expected: tuple[int, int, str]) -> None:
    """Nested too deep, too long, or with more signs than can be read in time."""
    began = time.process_time()
    document, problems = parse_document(make_source_file("x.toml", text))
    assert (document, told(problems)) == (None, [expected])
    assert time.process_time() - began < 10


@pytest.mark.parametrize("text", ["a = " + "[" * 100 + "]" * 100, '# "' + ".x" * 3_000_000 + "\na = 1", 'a = "' + "x." * 200_000 + '"'])
def test_toml_within_the_limits_is_read(text: str) -> None:
    """A hundred lists in one another, six million characters of comments, a text of many points."""
    document, problems = parse_document(make_source_file("x.toml", text))
    assert (list(document.content) if document else None, problems) == (["a"], ())


def test_a_hundred_thousand_tables_of_tables_are_read_in_a_moment() -> None:
    """Each begins lists of its own, and none is looked for among the others."""
    began = time.process_time()
    document, problems = parse_document(make_source_file("x.toml", "[[a]]\n[[a.b]]\n" * 20_000))
    assert document is not None
    assert (len(document.content["a"]), problems) == (20_000, ())
    assert document.positions.key(("a", 19_999, "b", 0)) == (40_000, 1)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (",".join(f"c{at}" for at in range(100_000)) + "\n", (1, 1, "100,000 columns; at most 1,000 can be read")),
        (HEADER + "2026-01-01,1," + "s" * LONGEST_LINE + "\n", (2, 1, "this line has 1,000,013 characters; at most 1,000,000 can be read")),
        ("," * 20_000_000, (1, 1, "this line has 20,000,000 characters; at most 1,000,000 can be read")),
    ],
)
def test_a_record_beyond_a_limit_is_refused_with_its_place(text: str, expected: tuple[int, int, str]) -> None:
    """Too many columns, or too long a line."""
    began = time.process_time()
    record, problems = read_rows(make_source_file("x.csv", text))
    assert (record, told(problems)) == (None, [expected])
    assert read_points(make_source_file("x.csv", text)) == ((), problems)
    assert time.process_time() - began < 10


def test_a_record_of_too_many_rows_or_lines_is_refused_with_its_place() -> None:
    """A million rows of a stream, and a hundred thousand points of a series."""
    began = time.process_time()
    rows = make_source_file("x.csv", HEADER + "2026-01-01,1,s\n" * (MOST_RECORD_ROWS + 1))
    lines = make_source_file("x.csv", HEADER + "x\n" * 2 * MOST_RECORD_ROWS)
    assert told(read_rows(rows).problems) == [(MOST_RECORD_ROWS + 2, 1, "this file has 1,000,001 rows; at most 1,000,000 can be read")]
    assert told(read_rows(lines).problems) == [(MOST_RECORD_ROWS, 1, "this file has 2,000,001 lines; at most 1,000,000 rows can be read")]
    points = make_source_file("x.csv", HEADER + "2026-01-01,1,s\n" * (MOST_CSV_ROWS + 1))
    assert told(read_points(points)[1]) == [(MOST_CSV_ROWS + 2, 1, "this file has 100,001 rows; at most 100,000 can be read")]
    assert told(read_points(lines)[1]) == [(MOST_CSV_ROWS, 1, "this file has 2,000,001 lines; at most 100,000 rows can be read")]
    assert time.process_time() - began < 10


def test_a_record_at_the_limits_is_read() -> None:
    """As many rows as there may be, and as many columns."""
    record, problems = read_rows(make_source_file("x.csv", HEADER + "2026-01-01,1,s\n" * MOST_RECORD_ROWS))
    assert record is not None
    assert (len(record.rows), problems) == (MOST_RECORD_ROWS, ())
    columns = [f"c{at}" for at in range(MOST_COLUMNS - 3)]
    record, problems = read_rows(make_source_file("x.csv", f"on,value,source,{','.join(columns)}\n2026-01-01,1,s{',1' * len(columns)}\n"))
    assert record is not None
    assert (record.covariates, problems) == (tuple(columns), ())


@pytest.mark.parametrize("line", ["2026-01-01,x,s", "2026-01-01,1", "2026-13-01,1,s", '2026-01-01,1,"s'])
def test_a_million_bad_lines_give_a_few_problems(line: str) -> None:
    """Those that are found first, and one that says that there are more; printing shows a hundred."""
    began = time.process_time()
    _, problems = read_rows(make_source_file("x.csv", HEADER + f"{line}\n" * MOST_RECORD_ROWS))
    assert 1 <= len(problems) <= MOST_FOUND + 1
    if len(problems) > 1:
        assert problems[-1].message == "there are more than 200 such problems from here on; the others are not looked for"
        lines = format_problems(problems).splitlines()
        assert lines[-1] == "x.csv: … and 101 more"
        assert sum(": error: " in each for each in lines) == 100
    assert time.process_time() - began < 10


def test_as_many_problems_as_are_looked_for_are_all_there() -> None:
    """Only where there are more is anything left out."""
    problems = [Problem(Place("x", line), f"wrong {line}") for line in range(1, 5)]
    assert list(limit_problems(problems, 4)) == problems
    assert [each.message for each in limit_problems(problems, 3)][3:] == [
        "there are more than 3 such problems from here on; the others are not looked for"
    ]


def test_names_are_compared_with_few_others_and_short_ones() -> None:
    """What is far too long is like nothing, and among many names those that begin alike are compared."""
    began = time.process_time()
    names = [f"{letter}{number:05}" for letter in "abcdefghij" for number in range(10_000)]
    assert not did_you_mean("x" * 100_000, [*names, "x" * 99_999])
    assert did_you_mean("rate", [*names, "rates"]) == "did you mean `rates`?"
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("key", "day", "message"),
    [
        ("by", "9999-12-31", "`by`: 9999-12-31 is after 3000-12-31, the last day that a book can hold"),
        ("by", "3001-01-01", "`by`: 3001-01-01 is after 3000-12-31, the last day that a book can hold"),
        ("since", "0001-01-01", "`since`: 0001-01-01 is before 1000-01-01, the first day that a book can hold"),
        ("opens", "0999-12-31", "`opens`: 0999-12-31 is before 1000-01-01, the first day that a book can hold"),
    ],
)
def test_days_beyond_the_calendar_of_a_book_are_problems_of_the_topic(tmp_path: Path, key: str, day: str, message: str) -> None:
    """The message names the first or the last day that is allowed."""
    days = {"opens": "2025-01-01", "by": "2026-12-31", "since": "2025-02-01"} | {key: day}
    _, problems = book_of(tmp_path, step="year", **days)
    assert message in [problem.message for problem in problems]


@pytest.mark.parametrize("column", ["on", "known"])
@pytest.mark.parametrize(("day", "end"), [("9999-12-31", "after 3000-12-31, the last"), ("0001-01-01", "before 1000-01-01, the first")])
def test_days_beyond_the_calendar_of_a_book_are_problems_of_a_row(column: str, day: str, end: str) -> None:
    """In every column that holds a day."""
    cells = {"on": "2026-01-01", "known": "2026-01-02"} | {column: day}
    _, problems = read_rows(make_source_file("x.csv", f"on,known,value,source\n{cells['on']},{cells['known']},1,s\n"))
    assert [problem.message for problem in problems] == [f"`{column}`: {day} is {end} day that a book can hold"]


def test_the_first_and_the_last_day_of_a_book_are_days(tmp_path: Path) -> None:
    """A topic may open on the first and ask by the last, in steps of a year."""
    book, problems = book_of(tmp_path, step="year", opens="1000-01-01", by="3000-12-31", since="1000-01-01")
    assert [problem.message for problem in problems if problem.level == "error"] == []
    assert (book.topics["made"].opens, book.topics["made"].questions["many"].by) == (date(1000, 1, 1), date(3000, 12, 31))


def test_a_record_of_days_to_come_gives_as_many_warnings_as_are_looked_for(tmp_path: Path) -> None:
    """Two thousand rows dated in the future are reported in a moment."""
    rows = "on,value,source\n" + "2999-01-01,1,a paper\n" * 2_000
    book, _ = book_of(tmp_path, rows=rows)
    began = time.process_time()
    found = future_date_warnings(book, date(2026, 1, 1))
    assert len(found) == MOST_FOUND + 1
    assert {problem.level for problem in found} == {"warning"}
    assert time.process_time() - began < 5


def test_a_reasoning_of_a_day_to_come_is_warned_of_where_it_stands(tmp_path: Path) -> None:
    """As `forecast prior set --reviewed` refuses it: on the eve of the day, and no longer on the day; once, although a variant has the prior too."""
    shutil.copytree(TINY_BOOK, tmp_path / "book", ignore=shutil.ignore_patterns("reports"))
    with (tmp_path / "book/seeds/ferry/topic.toml").open("a") as file:
        file.write('\n[variants.other]\nweight = 0.5\nwhy = "Another view of the ferry is possible."\n')
    with (tmp_path / "book/priors/ferry.toml").open("a") as file:
        file.write(
            '\n[variants.other.priors.burstiness]\nprior = "Gamma(mean=4, sd=2)"\nwhy = "They come in larger clusters."\nunit = "shape"\nreviewed = 2026-03-02\n'
        )
    book, problems = read_book(tmp_path / "book")
    assert [problem for problem in problems if problem.level == "error"] == []
    eve, day = (
        [(its.message, its.source) for its in future_date_warnings(book, today) if "reviewed" in its.message]
        for today in (date(2026, 3, 1), date(2026, 3, 2))
    )
    assert (eve, day) == ([("`burstiness` is reviewed on 2026-03-02, after today (2026-03-01)", "reviewed = 2026-03-02")], [])
    assert len([its for its in future_date_warnings(book, date(2024, 1, 14)) if its.message.startswith("`breakdown_rate`")]) == 1
