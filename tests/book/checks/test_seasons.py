"""Rows that are as long as a good part of a season are warned of, and no others."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.templates import TemplateInput
from forecast.actions.observe import Observation, observe
from forecast.book.reading import read_book
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.small

TODAY = date(2026, 11, 30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A book with a topic that counts by the season."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    own = TemplateInput("How many people will be rescued in 2027?")
    assert new_topic(tmp_path / "book", "lake", kind="seasonal", own=own, today=TODAY, opens=date(2020, 1, 1)).problems == ()
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (
            date(2024, 12, 31),
            "this row covers 366 days, and the season in `events`, which repeats every 365, is read at the middle of the row",
        ),
        (
            date(2024, 3, 31),
            "this row covers 91 days, and the season in `events`, which repeats every 365, is read at the middle of the row",
        ),
        (
            date(2024, 2, 15),
            "this row covers 46 days, and the season in `events`, which repeats every 365, is read at the middle of the row",
        ),
        (date(2024, 2, 14), ""),
        (date(2024, 1, 31), ""),
    ],
)
def test_a_row_longer_than_an_eighth_of_the_year_is_warned_of(root: Path, last: date, said: str):
    """As it is added, with what to do, and whenever the book is read."""
    done = observe(root, "lake.events", Observation(date(2024, 1, 1), last, "12", "A log"), today=TODAY)
    assert (done.problems, [problem.message for problem in done.warnings]) == ((), [said] if said else [])
    assert all("write a row for each month or less" in problem.hint for problem in done.warnings)
    assert [problem.message for problem in read_book(root, ["lake"])[1]] == ([said] if said else [])


def test_one_warning_of_the_last_row_stands_for_all(root: Path):
    """Who adds a row is told of that row, and how many are like it."""
    for year in (2022, 2023, 2024):
        done = observe(root, "lake.events", Observation(date(year, 1, 1), date(year, 12, 31), "12", "A log"), today=TODAY)
    (warning,) = done.warnings
    assert (warning.place.line, warning.message.endswith("is read at the middle of the row, and 2 more are as long")) == (4, True)
    assert observe(root, "lake.events", Observation(date(2025, 1, 1), date(2025, 1, 31), "1", "A log"), today=TODAY).warnings == ()


@pytest.mark.parametrize(
    ("wave", "days"),
    [
        ("cos(2 * 3.141593 * t + sine)", 365),
        ("sin(6.283185 * (t - 0.2))", 365),
        ("cos(-t * 6.283185 / 2)", 731),
        ("cos(6.283185 * t) * sin(12.56637 * t)", 183),
        ("cos(cosine * t)", 0),
        ("cos(cosine)", 0),
        ("cosine * t", 0),
    ],
)
def test_the_season_is_the_shortest_wave_of_the_clock(root: Path, wave: str, days: int):
    """In whichever way it is written; where its length is unknown, or nothing comes round, nothing is said."""
    path = root / "seeds/lake/topic.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index('season = "')
    path.write_text(f'{text[:start]}season = "exp({wave} + 0 * sine * cosine)"\n{text[text.index(chr(10), start) + 1 :]}', encoding="utf-8")
    done = observe(root, "lake.events", Observation(date(2023, 1, 1), date(2023, 12, 31), "12", "A log"), today=TODAY)
    assert done.problems == ()
    assert [f"repeats every {days}," in problem.message for problem in done.warnings] == ([True] if days else [])
