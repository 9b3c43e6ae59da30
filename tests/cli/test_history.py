"""``forecast history``: an answer over the days of its record."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from forecast.cli.history import sparkline
from tests.cli.conftest import Run, files_of

pytestmark = pytest.mark.medium

YEAR = ("--until", "2025-01-01")


def test_the_whole_table_has_a_line_for_each_day_and_marks_the_rows(run: Run, book: Path):
    """Months' ends and days of news come in order, each with its answer, and nothing is written."""
    before = files_of(book)
    shown = run("history", "next_fault", "--all", *YEAR)
    assert (shown.code, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[:2] == ["ferry.next_fault, replayed: what today's book would have said", "  When will the tenth breakdown be?"]
    days = [line.split()[0] for line in lines[4:-1]]
    assert re.fullmatch(r"  Monte Carlo error of a value: at most [\d.]+ points\. The answer of a report is more exact\.", lines[-1])
    assert days == sorted(days)
    assert {"2024-01-01", "2024-01-31", "2024-10-01", "2025-01-01"} <= {*days}
    marked = [line.split("  ")[-1] for line in lines if re.match(r"\d+ breakdown", line.split("  ")[-1])]
    assert marked == [
        "1 breakdown (1 January to 31 March 2024)",
        "2 breakdowns (1 July to 30 September 2024)",
        "1 breakdown (1 July to 30 September 2024, updated)",
    ]
    assert files_of(book) == before


def test_the_table_has_the_days_on_which_the_printed_answer_changed(run: Run):
    """Days between the first and the last on which the answer is printed as before are left out, and counted; all have them."""
    words = ("history", "ferry.three_more", "--every", "day", "--since", "2024-09-01", "--until", "2024-11-30")

    def days_in(text: str) -> list[list[str]]:
        return [line.split(maxsplit=2)[:2] for line in text.splitlines() if re.match(r"  \d{4}-", line)]

    every, printed = days_in(run(*words, "--all").out), days_in(run(*words).out)
    changed = [row for place, row in enumerate(every) if place in {0, len(every) - 1} or row[1] != every[place - 1][1]]
    assert printed == changed
    assert (len(every), len(printed)) == (91, 4)
    left_out = "  87 days are left out, as the answer is printed as on the day before; --all prints each."
    assert left_out in run(*words).out.splitlines()
    assert "left out" not in run(*words, "--all").out
    assert len(json.loads(run(*words, "--json").out)["points"]) == 91


@pytest.mark.parametrize(
    ("until", "said"),
    [("2024-09-02", ""), ("2024-09-03", "  One day is left out, as the answer is printed as on the day before; --all prints it.")],
)
def test_a_single_day_without_a_change_is_told_as_one(run: Run, until: str, said: str):
    """Two days are the first and the last, so nothing is left out; of three days the middle one is."""
    lines = run("history", "ferry.three_more", "--every", "day", "--since", "2024-09-01", "--until", until).out.splitlines()
    assert [line for line in lines if "left out" in line] == ([said] if said else [])


def test_the_table_of_a_number_says_that_it_follows_the_expected_value(run: Run, book: Path):
    """Under the question stands which number is followed; of a chance nothing of the kind is said."""
    path = book / "seeds" / "ferry" / "topic.toml"
    asked = '\n[questions.in_all]\nasks = "How many times?"\nby = 2025-12-31\nanswer = "total(breakdowns)"\nsettled = "By the log."\n'
    path.write_text(path.read_text(encoding="utf-8") + asked, encoding="utf-8")
    days = ("--since", "2024-12-01", *YEAR)
    lines = run("history", "in_all", *days).out.splitlines()
    assert (lines[1], lines[3]) == ("  How many times?", "  What follows is its expected value.")
    assert re.fullmatch(r"  Monte Carlo error of a value: at most [\d.]+\. The answer of a report is more exact\.", lines[-1])
    assert "What follows" not in run("history", "three_more", *days).out


def test_json_and_csv_have_the_same_numbers(run: Run):
    """Each day's values and errors stand in both, to the digits that CSV has."""
    words = ("history", "ferry.what_is_broken", *YEAR, "--since", "2024-09-01")
    made = json.loads(run(*words, "--json").out)
    rows = list(csv.DictReader(io.StringIO(run(*words, "--csv").out)))
    assert [row["day"] for row in rows] == [point["day"] for point in made["points"]]
    assert [measure["label"] for measure in made["measures"]] == ["hull", "engine"]
    for row, point in zip(rows, made["points"], strict=True):
        assert [float(row["hull"]), float(row["engine"])] == pytest.approx(point["values"], rel=1e-5)
        assert [float(row["error hull"]), float(row["error engine"])] == pytest.approx(point["errors"], rel=1e-5)
        assert row["news"] == "; ".join(point["news"])


def test_a_question_nobody_asks_is_told_with_a_hint(run: Run):
    """A misspelt name gives exit code 1 and the name that was meant."""
    shown = run("history", "next_falt", *YEAR)
    assert shown.code == 1
    assert "no topic asks `next_falt`" in shown.err
    assert "next_fault" in shown.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--until", "2999-01-01"), "is after today"),
        (("--since", "2025-02-01", *YEAR), "is after the last day"),
        (("--csv", "--json"), "either --csv or --json"),
        (("--every", "hour"), "--every"),
    ],
)
def test_a_wrong_command_line_is_refused(run: Run, words: tuple[str, ...], said: str):
    """Days that cannot be asked and options that do not go together give exit code 2."""
    shown = run("history", "next_fault", *words)
    assert shown.code == 2
    assert said in shown.err


def test_days_before_the_record_opens_are_refused(run: Run):
    """An end before the topic opens gives exit code 1 and says when it opens."""
    shown = run("history", "next_fault", "--until", "2023-06-01")
    assert shown.code == 1
    assert "the record opens on 2024-01-01" in shown.err


def test_a_sparkline_shows_probabilities_on_their_whole_scale() -> None:
    """From 0 to 1 a half is in the middle; a number's line spans its own range; long ones are thinned and keep the last."""
    assert sparkline([0.0, 0.5, 1.0], whole=True) == "▁▅█"
    assert sparkline([3.0, 4.0, 5.0], whole=False) == "▁▅█"
    assert sparkline([2.0, 2.0], whole=False) == "▁▁"
    long = sparkline([*([0.0] * 199), 1.0], whole=True)
    assert (len(long), long[-1]) == (51, "█")
