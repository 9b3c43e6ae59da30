"""What a report has of the forecasts on record: as of its day, with the newest first, and reused results filled in anew."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from forecast.actions.resolve import SaidResolution, resolve
from forecast.actions.say import SaidForecast, say
from forecast.actions.show import newest_answers
from forecast.actions.update import UpdateResult, plan_update, update
from forecast.book.reading import read_book
from forecast.content.on_record import questions_on_record
from forecast.model.settings import Settings
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

DAY = date(2025, 6, 1)
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the tiny book."""
    shutil.copytree(TINY_BOOK, tmp_path / "book", ignore=shutil.ignore_patterns("reports"))
    return tmp_path / "book"


def said(root: Path, value: str, *, now: datetime = NOW, **more: str) -> None:
    """Say a forecast, which is written."""
    assert say(root, "three_more", SaidForecast(value, "A guess.", **more), now=now).row is not None


def updated(root: Path, cache: Path) -> UpdateResult:
    """Update the book without comparing engines."""
    done = update(root, as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False, cache=cache)
    assert done.exit_code == 0
    return done


def test_a_report_has_what_was_said_by_its_day(root: Path):
    """What holds then is marked, later forecasts are not there, and a resolution counts from the day it is known."""
    said(root, "30%")
    said(root, "20%", now=NOW + timedelta(hours=2))
    said(root, "60%", who="Ana", on="2025-03-01")
    said(root, "50%", now=NOW + timedelta(days=3))
    assert resolve(root, "three_more", SaidResolution("yes", "2025-07-01", "log"), now=NOW + timedelta(days=40)).problems == ()
    topic = read_book(root)[0].topics["ferry"]
    (asked,) = questions_on_record(root, topic, DAY)
    shown = [(its["who"], its["says"], its["holds"], its["entered_later"], its.get("ended")) for its in asked["forecasts"]]
    assert shown == [("me", "20 %", True, False, None), ("me", "30 %", False, False, "2025-06-01"), ("Ana", "60 %", True, True, None)]
    assert (asked["name"], asked["judged"], asked["by"], "resolution" in asked) == ("three_more", False, "2025-12-31", False)
    (later,) = questions_on_record(root, topic, date(2025, 7, 1))
    assert later["resolution"] == "yes (it happened), decided on 1 July 2025"
    assert questions_on_record(root, topic, date(2025, 1, 1)) == []


def test_a_new_forecast_renders_the_page_and_computes_nothing(root: Path, tmp_path: Path):
    """The answers, and all else in the report, are as they were; the ledger grows by no line."""
    cache = tmp_path / "cache"
    before = updated(root, cache).contents["ferry"]
    assert "on_record" not in before
    said(root, "30%")
    plans = plan_update(root, as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False, cache=cache).plans
    assert (plans["ferry"].steps, plans["ferry"].reason) == ((), "only forecasts on record changed")
    done = updated(root, cache)
    after = done.contents["ferry"]
    assert done.recorded == 0
    assert {key for key in after if after[key] != before.get(key)} == {"on_record", "digest"}
    assert "30 % by me since 1 June 2025" in (root / "reports/ferry.md").read_text().replace("\N{NO-BREAK SPACE}", " ")
    assert updated(root, cache).written == ()
    (shown,) = newest_answers(root, "three_more").answers
    assert shown["on_record"] == after["on_record"][0]


def test_others_forecasts_are_no_input(root: Path, tmp_path: Path):
    """Whatever people say, each answer has the same bytes, computed anew."""
    without = updated(root, tmp_path / "one").contents["ferry"]["answers"]
    said(root, "99.9%")
    assert updated(root, tmp_path / "two").contents["ferry"]["answers"] == without
