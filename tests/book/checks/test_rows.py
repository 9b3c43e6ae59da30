"""Checks of rows as columns: they find what a look at each row finds, and point at the rows that a reader would."""

from __future__ import annotations

from datetime import date, timedelta
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.book.calendar import CALENDARS, step_index, step_numbers
from forecast.book.checks.values import check_value, suspect_values
from forecast.book.files.problems import Place
from forecast.book.reading import read_book
from forecast.book.record_columns import record_columns
from forecast.book.topic import Row
from forecast.book.value_range import ValueRange
from forecast.language.statements import parse_statement
from tests.support.small_books import book_of, write_book

pytestmark = pytest.mark.medium

DAY = date(2026, 1, 1)
STATEMENTS = (
    "Normal(mu=rate, sigma=1)",
    "Poisson(mu=rate)",
    "Binomial(n=20, p=rate)",
    "Binomial(n=asked, p=rate)",
    "Bernoulli(p=rate)",
    "Exponential(lam=rate)",
    "LogNormal(mu=rate, sigma=1)",
    "Beta(alpha=rate, beta=2)",
    "Uniform(lower=0, upper=6)",
    "TruncatedNormal(mu=1, sigma=1, lower=0)",
    "BetaBinomial(n=20000, alpha=rate, beta=2)",
    "Censored(Normal(mu=rate, sigma=1), lower=0)",
)
RANGES = (
    *(None, ValueRange(1.0, 2.5), ValueRange(7.0, 9.0), ValueRange(40.0, inf), ValueRange(-3.0, -1.0)),
    *(ValueRange(-inf, 0.0), ValueRange(0.0, inf), ValueRange(0.5, 1.5), ValueRange(2.0, 4.0)),
)
values = st.sampled_from([0.0, 1.0, 0.5, -1.0, 7.0, 21.0, 1e-200, 1e200, 2.0**53, 2.5]) | st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.sampled_from(STATEMENTS),
    st.lists(st.tuples(values, st.sampled_from([None, 3.0, 30.0]), st.sampled_from(RANGES)), max_size=6),
)
@settings(max_examples=250, deadline=None)
def test_no_wrong_value_is_left_out(statement: str, given_rows: list[tuple[float, float | None, ValueRange | None]]) -> None:
    """Every row whose value, or range, its statement can never give is among those that are looked at."""
    rows = [
        Row(Place("x.csv", at), DAY, DAY, value, DAY, "s", columns={} if asked is None else {"asked": asked}, between=between)
        for at, (value, asked, between) in enumerate(given_rows)
    ]
    stream: Any = SimpleNamespace(value=SimpleNamespace(tree=parse_statement(statement), text=statement), classes=None)
    record: Any = SimpleNamespace(at_cell=lambda row, *_: row.place.line)
    wrong = [line for row in rows for line in check_value(stream, record, row)]
    suspect = suspect_values(stream, record_columns(rows)).tolist()
    assert all(suspect[line] for line in wrong)


@given(st.lists(st.dates(date(1000, 1, 1), date(3000, 12, 31)), min_size=2, max_size=2), st.sampled_from(CALENDARS))
def test_steps_of_many_days_are_as_far_apart_as_those_of_two(days: list[date], step: Any) -> None:
    """Counted from the calendar, before 1970 too."""
    first, last = step_numbers(step, record_columns([Row(Place("x"), day, day, 0, day, "s") for day in days]).start).tolist()
    assert last - first == step_index(step, *days)


def overlaps(tmp_path: Path, spans: list[tuple[int, int, str]], *, watched: bool) -> list[tuple[int, str]]:
    """The lines and messages of overlaps in a record of rows from one day of January to another, each with a label."""
    lines = [f"{DAY + timedelta(days=first - 1)},{DAY + timedelta(days=last - 1)},1,s,{label}" for first, last, label in spans]
    value = "Poisson(mu=rate * years)" + ('"\nwatched = true  # "' if watched else "")
    _, problems = book_of(tmp_path, value=value, rows="\n".join(["from,to,value,source,place", *lines]))
    return [
        (problem.place.line, problem.message) for problem in problems if "overlap" in problem.message or "the same as" in problem.message
    ]


@pytest.mark.parametrize("label", ["north", "south"])
def test_a_row_overlaps_the_one_before_it_that_reaches_farthest(tmp_path: Path, label: str) -> None:
    """Not the last before it, and none with another label; one warning stands for all."""
    spans = [(1, 20, "north"), (2, 30, "south"), (3, 4, "north"), (15, 16, label)]
    (found,) = overlaps(tmp_path, spans, watched=False)
    more = "; 1 more row overlaps another"
    assert found == (4, f"this row overlaps line 2 (2026-01-01 to 2026-01-20){more}")


def test_the_later_line_is_the_one_that_overlaps(tmp_path: Path) -> None:
    """Also where it comes first in time."""
    assert overlaps(tmp_path, [(5, 9, "north"), (1, 5, "north"), (9, 9, "south")], watched=False) == [
        (3, "this row overlaps line 2 (2026-01-05 to 2026-01-09)")
    ]
    assert overlaps(tmp_path, [(5, 9, "north"), (5, 9, "north")], watched=False) == [
        (3, "this row says the same as line 2 (2026-01-05 to 2026-01-09)")
    ]


def test_each_overlap_in_a_watched_stream_is_told(tmp_path: Path) -> None:
    """With the row that it overlaps."""
    spans = [(1, 20, "north"), (3, 4, "north"), (15, 16, "north"), (21, 22, "north"), (1, 1, "south")]
    assert overlaps(tmp_path, spans, watched=True) == [
        (line, "this row overlaps line 2 (2026-01-01 to 2026-01-20) in a watched stream") for line in (3, 4)
    ]


@pytest.mark.parametrize(
    ("unit", "values", "warned"),
    [
        ("per cent", "48.5 520 51", [3]),
        ("%", "101", [2]),
        ("percent", "48.5 100 -3", []),
        ("per cent", "140 211 180", []),  # of growth several may be
        ("people", "48.5 520 51", []),
    ],
)
def test_a_number_of_people_among_percents_is_warned_of(tmp_path: Path, unit: str, values: str, warned: list[int]) -> None:
    """A value above 100 that stands alone is likelier to be what was counted than its share; it is no error."""
    lines = "".join(f"2025-0{month}-01,{value},a poll\n" for month, value in enumerate(values.split(), 1))
    write_book(tmp_path, value="Normal(mu=rate, sigma=50)", answer="rate > 1", rows=f"on,value,source\n{lines}")
    topic = tmp_path / "seeds/made/topic.toml"
    topic.write_text(topic.read_text().replace('unit = "events"', f'unit = "{unit}"'))
    found = [problem for problem in read_book(tmp_path)[1] if "more than 100" in problem.message]
    assert [(problem.place.line, problem.level) for problem in found] == [(line, "warning") for line in warned]
