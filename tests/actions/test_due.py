"""What is due: each state comes on its day, and goes when the command has been run."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecast.actions.due import DueLimits, due_questions
from forecast.actions.resolve import SaidResolution, resolve
from forecast.actions.say import SaidForecast, say, withdraw
from forecast.forecasts.record import RecordSource
from forecast.forecasts.source_file import source_text
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
CLOSE = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the tiny book."""
    shutil.copytree(TINY_BOOK, tmp_path / "book")
    return tmp_path / "book"


def said(root: Path, value: str, question: str = "three_more", **more: str) -> None:
    """Say a forecast, which is written."""
    assert say(root, question, SaidForecast(value, "A guess.", **more), now=NOW).row is not None


def due(root: Path, now: datetime, who: str = "", limits: DueLimits | None = None) -> list[tuple[str, str, str]]:
    """State, question and words of what is due, of the question that ends in 2025 and others that are named."""
    done = due_questions(root, now=now, who=who, limits=limits)
    assert done.problems == ()
    return [(its.state, its.question, its.sentence) for its in done.due]


def test_a_question_closes_soon_then_waits_then_is_overdue(root: Path):
    """A week before its close and a week after it, as long as nobody has resolved it."""
    assert due(root, CLOSE - timedelta(days=8)) == []
    name = "ferry.three_more"
    assert due(root, CLOSE - timedelta(days=7)) == [("closes soon", name, "closes on 2025-12-31; without a forecast")]
    closed = "closed on 2025-12-31 and is not resolved"
    assert due(root, CLOSE + timedelta(days=7)) == [("waits for its source", name, closed)]
    assert due(root, CLOSE + timedelta(days=7, seconds=1)) == [("overdue", name, closed)]
    assert due(root, CLOSE + timedelta(days=7), limits=DueLimits(waits=6)) == [("overdue", name, closed)]
    said_of_it = SaidResolution("no", "2025-12-31", "the log")
    assert resolve(root, "three_more", said_of_it, now=CLOSE + timedelta(days=1)).problems == ()
    assert due(root, CLOSE + timedelta(days=9)) == []


def test_a_forecast_grows_stale_and_expires(root: Path):
    """After 30 days, or at its own end; a withdrawal is no lapse."""
    said(root, "30%")
    said(root, "40%", who="Ana", until="2025-06-10")
    assert due(root, NOW + timedelta(days=30)) == []
    later = NOW + timedelta(days=31)
    name = "ferry.three_more"
    assert due(root, later) == [("forecast stale", name, "the forecast of 2025-06-01 is 31 days old")]
    assert due(root, later, limits=DueLimits(stale=31)) == []
    held = "the forecast of 2025-06-01 held until 2025-06-10 23:59 UTC"
    assert due(root, later, "Ana") == [("forecast expired", name, held)]
    assert withdraw(root, "three_more", now=later).row is not None
    assert due(root, later + timedelta(days=40)) == []


def test_a_forecast_of_a_date_that_lies_in_the_past_is_due(root: Path):
    """As soon as more than 5 % of it does."""
    said(root, "2025-06-05 to 2025-10-05", "next_fault", median="2025-07-05")
    assert due(root, datetime(2025, 6, 5, tzinfo=UTC)) == []
    words = "27.5 % of the forecast of 2025-06-01 lies before now"
    assert due(root, datetime(2025, 6, 20, tzinfo=UTC)) == [("forecast partly past", "ferry.next_fault", words)]
    assert due(root, datetime(2025, 6, 20, tzinfo=UTC), limits=DueLimits(past=0.3)) == []


def test_a_wording_that_is_not_asked_any_more_is_due_once_it_has_closed(root: Path):
    """Its forecasts wait for it; the command names the wording."""
    said(root, "30%")
    path = root / "seeds/ferry/topic.toml"
    path.write_text(path.read_text().replace("three times or more in 2025", "three times or more during 2025"))
    assert due(root, NOW + timedelta(days=31)) == []
    done = due_questions(root, now=CLOSE + timedelta(days=30))
    assert [its.state for its in done.due] == ["overdue", "overdue"]
    (asked,) = [its for its in done.due if "--asked" in its.command]
    assert f"forecast resolve ferry.three_more OUTCOME --asked {asked.asked} --on 2025-12-31" in asked.command


def test_questions_of_collections_are_due_as_well(root: Path):
    """Under the name that the collection has for oneself."""
    folder = root / "seeds/records/metaculus"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(source_text(RecordSource("metaculus", "data.zip", "0" * 64, NOW.date(), "UTC", ("seer",))))
    (folder / "questions.csv").write_text(
        "id,text,type,scheduled_close\n41257,Will it?,binary,2026-03-01T00:00:00Z\n7,Old,binary,2025-01-01T00:00:00Z\n"
    )
    said(root, "12%", "metaculus:41257")
    assert due(root, NOW + timedelta(days=40)) == [
        ("overdue", "metaculus:7", "closed on 2025-01-01 and is not resolved"),
        ("forecast stale", "metaculus:41257", "the forecast of 2025-06-01 is 40 days old"),
    ]
