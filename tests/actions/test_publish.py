"""What an update writes into the ledger."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.actions.update import update
from forecast.book.files.folder import Folder
from forecast.book.hashes import priors_hash
from forecast.book.ledger import append_entries, read_ledger
from forecast.book.reading import read_book
from forecast.book.used_rows import used_rows
from forecast.forecasts.own_questions import hash_as_asked
from forecast.model.settings import Settings
from tests.support.paths import ROOT, TINY_BOOK

pytestmark = pytest.mark.medium

DAY = date(2025, 1, 1)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the tiny book."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    return root


def publish(root: Path, as_of: date = DAY, today: date = DAY, hour: int = 8, seed: int = 1) -> list[dict]:
    """Update a book at an hour of a day, and return the lines the ledger gained."""
    before = len(read_ledger(Folder(root))[0])
    done = update(
        root,
        as_of=as_of,
        today=today,
        settings=Settings(draws=256, seed=seed),
        referee=False,
        insight=False,
        clock=lambda: datetime(today.year, today.month, today.day, hour, 5, tzinfo=UTC),
    )
    assert done.exit_code == 0
    return list(read_ledger(Folder(root))[0][before:])


def test_a_new_line_says_its_format_its_time_and_the_rows_it_used(book: Path):
    """The time is the clock's; the rows stand once, in the first line of a topic, as long as they are the same."""
    used = used_rows(read_book(book)[0].topics["ferry"], DAY)
    lines = publish(book)
    assert [(line["format"], line["at"], line["status"], line.get("rows"), line.get("variant")) for line in lines] == [
        (2, "2025-01-01T08:05:00Z", "open", used, None),
        (2, "2025-01-01T08:05:00Z", "open", None, None),
        (2, "2025-01-01T08:05:00Z", "open", None, None),
    ]
    again = publish(book, hour=9, seed=2)
    assert [(line["at"], line.get("rows")) for line in again] == [("2025-01-01T09:05:00Z", None)] * 3


def test_a_line_has_more_of_a_distribution_than_a_report_shows(book: Path):
    """A date has the 23 quantiles of forecasting hubs, as does a number; of pictures it has nothing."""
    _, when, _ = publish(book)
    assert when["question"] == "next_fault"
    assert sorted(when["value"]) == ["error", "errors", "hub_quantiles", "intervals", "not_by_then", "quantiles"]
    assert len(when["value"]["hub_quantiles"]) == 23


def test_a_line_says_of_which_question_and_which_priors_it_is(book: Path):
    """It has the hash of the question as asked; a new wording makes a line of its own, even where no number has changed."""
    lines = publish(book)
    topic = read_book(book)[0].topics["ferry"]
    assert [line["asked"] for line in lines] == [hash_as_asked(topic.questions[line["question"]]) for line in lines]
    assert {line["priors"] for line in lines} == {priors_hash(topic)}
    assert publish(book, hour=9) == []
    file = book / "seeds/ferry/topic.toml"
    asks = topic.questions[lines[1]["question"]].asks
    file.write_text(file.read_text().replace(asks, f"{asks} Say when."))
    (again,) = publish(book, hour=10)
    assert (again["question"], again["asked"] == lines[1]["asked"]) == (lines[1]["question"], False)
    assert (again["value"], again["priors"]) == (lines[1]["value"], lines[1]["priors"])


def test_a_line_that_does_not_say_what_was_asked_is_not_repeated(book: Path):
    """Older lines have no hash of the question: what they say is not said again for that."""
    lines = publish(book)
    ledger = book / "reports/ledger.jsonl"
    ledger.unlink()
    append_entries(
        Folder(book), [{name: each for name, each in line.items() if name not in {"asked", "priors", "previous"}} for line in lines]
    )
    assert publish(book, hour=9) == []


def test_every_field_of_a_line_is_described(book: Path):
    """The table of ``reports/README.md`` has each field that is written, and those that are there at times."""
    text = (ROOT / "reports" / "README.md").read_text()
    table = text.partition("## A line of the ledger")[2].splitlines()
    described = {name for row in table if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    written = {name for line in publish(book) for name in line} - {"previous"}
    assert written | {"variant", "annulled"} == described


def test_a_new_row_is_hashed_with_the_others_and_a_hindcast_has_its_own(book: Path):
    """Lines of one record have its hashes once; a hindcast is held against hindcasts of its day."""
    publish(book)
    record = book / "seeds/ferry/late.csv"
    record.write_text(record.read_text() + "2024-12-09,2024-12-15,70,calm,3,Passenger count\n")
    topic = read_book(book)[0].topics["ferry"]
    summer = date(2024, 7, 1)
    found = [publish(book), publish(book, as_of=summer), publish(book, as_of=summer, seed=2), publish(book, seed=2)]
    assert [[line.get("rows") for line in lines] for lines in found] == [
        [used_rows(topic, DAY), None, None],
        [used_rows(topic, summer), None, None],
        [None] * 3,
        [None] * 3,
    ]


def test_the_clock_moves_no_byte_of_a_report(book: Path, tmp_path: Path):
    """The same book, day and seed at another hour give the same reports, and a ledger that differs in its times alone."""
    other = tmp_path / "other"
    shutil.copytree(book, other)
    early, late = publish(book), publish(other, hour=23)
    bare = [[{name: each for name, each in line.items() if name not in {"at", "previous"}} for line in lines] for lines in (early, late)]
    assert bare[0] == bare[1]
    reports = [
        {path.name: path.read_bytes() for path in (root / "reports").rglob("*.*") if path.suffix != ".jsonl"} for root in (book, other)
    ]
    assert reports[0] == reports[1]
    assert "ferry.json" in reports[0]
