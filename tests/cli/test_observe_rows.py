"""``forecast observe --rows``: the rows of a file are appended, all or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

RECORD = "seeds/ferry/breakdowns.csv"


def test_every_row_of_a_file_is_appended(run: Run, book: Path, tmp_path: Path):
    """Rows stand in the order of the file, whatever the order of its columns, and take the source of the command where they name none."""
    before = (book / RECORD).read_text(encoding="utf-8")
    file = tmp_path / "rows.csv"
    file.write_text(
        "\ufeffvalue,from,to,source\r\n1,2024-12-01,2024-12-10,\r\n0,2024-12-11,2024-12-20,The harbour's log\r\n", encoding="utf-8"
    )
    ran = run("observe", "ferry.breakdowns", "--rows", str(file), "--source", "The daily paper", "--json")
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    after = (book / RECORD).read_text(encoding="utf-8")
    assert after.startswith(before)
    assert after[len(before) :].splitlines() == made["rows"]
    assert [row.split(",")[:3] for row in made["rows"]] == [["2024-12-01", "2024-12-10", "1"], ["2024-12-11", "2024-12-20", "0"]]
    assert ["The daily paper" in made["rows"][0], "The harbour's log" in made["rows"][1]] == [True, True]
    assert len(set(made["hashes"])) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from,to,value,source\n2024-12-01,2024-12-10,1,log\n2024-12-11,2024-12-31x,1,log\n", "`2024-12-31x` is no day"),
        ("from,to,value,source\n2024-12-01,2024-12-10,1,log\n2024-12-11,2024-12-20,-3,log\n", "-3"),
        ("from,to,value,source\n2024-12-01,2024-12-10,1,log\n2024-12-01,2024-12-10,1,log\n", "overlaps line"),
        ("from,to,value,source\n2024-12-01,2024-12-10,1,log\n2099-12-11,2099-12-20,1,log\n", "after today"),
        ("from,to,value\n2024-12-01,2024-12-10,1\n", "`source` is missing"),
        ("from,to,value,source\n", "no row is in this file"),
        ("to,value,source\n2024-12-10,1,log\n", "no column is named `on`\n"),
        ("from,to,count,source\n2024-12-01,2024-12-10,1,log\n", "no column is named `value`\n"),
    ],
)
def test_nothing_is_written_where_one_row_is_wrong(run: Run, book: Path, tmp_path: Path, text: str, said: str):
    """A row that cannot stand keeps the others out, and is named."""
    before = (book / RECORD).read_bytes()
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    ran = run("observe", "ferry.breakdowns", "--rows", str(tmp_path / "rows.csv"))
    assert (ran.code, said in ran.err) == (1, True), ran.err
    assert (book / RECORD).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("value,from,to,source\n1,2024-12-01,2024-12-10,log\n\n-3,2024-12-11,2024-12-20,log\n", "4:1: error: the value -3 is"),
        (
            "source,from,value,to\nlog,2024-12-01,1,2024-12-10\nlog,2024-12-11,1.5,2024-12-20\n",
            "3:16: error: the value 1.5 is not a whole number",
        ),
        ("from,to,value,source\n2024-12-01,2024-12-10,1,log\n2024-12-01,2024-12-10,1,log\n", "3:1: error: this row overlaps line 2 ("),
        ("on,value,source\n2024-12-11,1,log\n2024-12-11,1,log\n", "3:1: error: this row overlaps line 2 ("),
        (
            "from,to,value,source\n2024-12-01,2024-12-10,1,log\n2024-07-02,2024-07-03,1,log\n",
            "3:1: error: this row overlaps line 5 of seeds/ferry/breakdowns.csv (",
        ),
        (
            "from,to,value,source\n2024-12-01,2024-12-10,1,log\n2099-12-11,2099-12-20,1,log\n",
            "3:1: error: it ends on 2099-12-20, after today",
        ),
        ("from,to,source,value\n2024-12-01,2024-12-10,,1\n", "2:23: error: `source` is missing"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_at_its_place_in_the_file(run: Run, tmp_path: Path, text: str, said: str):
    """The file as it was typed, the line in it, and the cell where one is meant; never a line that the record does not have."""
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    ran = run("observe", "ferry.breakdowns", "--rows", str(tmp_path / "rows.csv"))
    first = ran.err.splitlines()[0]
    assert (ran.code, first.startswith(f"{tmp_path / 'rows.csv'}:{said}")) == (1, True), ran.err
    assert "seeds/ferry/breakdowns.csv:" not in ran.err


def test_a_note_of_several_lines_moves_no_place(run: Run, tmp_path: Path):
    """The row behind it, and the row itself, are told at their lines in the file."""
    head, good = "on,value,source,note\n", '2024-12-01,1,log,"one\n\nthree"\n'
    file = tmp_path / "rows.csv"
    for rows, said in (
        (good + good.replace("12-01", "12-02") + "2024-12-03,-3,log,\n", "8:12: error: the value -3 is"),
        (good + good.replace("2024-12-01,1", "2024-12-02,-3") + "2024-12-03,1,log,\n", "5:12: error: the value -3 is"),
        (good + good + "2024-12-03,1,log,\n", "5:1: error: this row overlaps line 2 ("),
    ):
        file.write_text(head + rows, encoding="utf-8")
        ran = run("observe", "ferry.breakdowns", "--rows", str(file))
        assert ran.err.startswith(f"{file}:{said}"), ran.err


def test_the_line_of_the_file_is_shown_with_the_fault(run: Run, tmp_path: Path):
    """What is shown is the line as the user wrote it, not as the record would have it."""
    (tmp_path / "rows.csv").write_text("note,value,from,to,source\nloud,-3,2024-12-11,2024-12-20,log\n", encoding="utf-8")
    ran = run("observe", "ferry.breakdowns", "--rows", str(tmp_path / "rows.csv"))
    assert "loud,-3,2024-12-11,2024-12-20,log" in ran.err


def test_a_row_that_is_said_twice_names_the_file_of_the_first(run: Run, book: Path, tmp_path: Path):
    """Where the record has the row, its line and the record are named; where the file has, its own line."""
    file = tmp_path / "rows.csv"
    file.write_text("on,counted,weather,value,source\n2024-12-01,60,calm,4,log\n", encoding="utf-8")
    assert run("observe", "ferry.late", "--rows", str(file)).code == 0
    line = len((book / "seeds/ferry/late.csv").read_text(encoding="utf-8").splitlines())
    ran = run("observe", "ferry.late", "--rows", str(file))
    assert ran.err.startswith(f"{file}:2:1: error: this row stands in line {line} of seeds/ferry/late.csv already")
    file.write_text("on,counted,weather,value,source\n2024-12-05,60,calm,4,log\n2024-12-05,60,calm,4,log\n", encoding="utf-8")
    ran = run("observe", "ferry.late", "--rows", str(file))
    assert ran.err.startswith(f"{file}:3:1: error: this row stands in line 2 already")


def test_headings_of_another_kind_of_file_are_one_problem_of_that_file(run: Run, tmp_path: Path):
    """Whatever the number of rows, the file's own headings are named, and those of a record."""
    path = tmp_path / "polls.csv"
    path.write_text("date,pollster,yes\n2024-12-01,A,52\n2024-12-02,B,55\n", encoding="utf-8")
    ran = run("observe", "ferry.breakdowns", "--rows", str(path), "--source", "log")
    lines = ran.err.splitlines()
    assert (ran.code, lines[0].endswith("polls.csv:1:1: error: no column is named `on` and none `value`")) == (1, True)
    assert lines[-1] == (
        "    a record has on, or from and to, then value, source and the columns of the stream; this file has date, pollster, yes"
    )
    assert ran.err.count("error:") == 1


def test_a_row_that_stands_already_is_refused(run: Run, book: Path, tmp_path: Path):
    """A file that was appended once is not appended again, and a file does not say one thing twice."""
    (tmp_path / "rows.csv").write_text("on,counted,weather,value,source\n2024-12-01,60,calm,4,log\n", encoding="utf-8")
    assert run("observe", "ferry.late", "--rows", str(tmp_path / "rows.csv")).code == 0
    before = (book / "seeds/ferry/late.csv").read_bytes()
    for text in ("2024-12-01,60,calm,4,log\n", "2024-12-05,60,calm,4,log\n2024-12-05,60,calm,4,log\n"):
        (tmp_path / "rows.csv").write_text(f"on,counted,weather,value,source\n{text}", encoding="utf-8")
        ran = run("observe", "ferry.late", "--rows", str(tmp_path / "rows.csv"))
        assert (ran.code, "this row stands in line" in ran.err) == (1, True), ran.err
    assert (book / "seeds/ferry/late.csv").read_bytes() == before


def test_a_file_goes_with_no_other_cell(run: Run, tmp_path: Path):
    """What is of one row is refused beside a file, and a row alone needs a source."""
    ran = run("observe", "ferry.breakdowns", "--rows", str(tmp_path / "none.csv"), "--value", "1")
    assert (ran.code, "has whole rows" in ran.err) == (2, True)
    ran = run("observe", "ferry.breakdowns", "--rows", str(tmp_path / "none.csv"))
    assert (ran.code, "No such file" in ran.err) == (1, True)
    ran = run("observe", "ferry.breakdowns", "--on", "2024-12-01", "--value", "1")
    assert (ran.code, "--source" in ran.err) == (2, True)
