"""The page of scores that an update makes: with the record, and only where something has changed."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from forecast.actions.update import UpdateResult, update
from forecast.book.files.folder import Folder
from forecast.model.settings import Settings
from forecast.report.rerender import render_absent_page, rerender_reports
from tests.support.invented_records import collection, said
from tests.support.paths import TINY_BOOK
from tests.support.score_pages import hindcast_sample, score_page_of

pytestmark = pytest.mark.medium

TODAY = date(2026, 6, 1)
PAGES = {"reports/score.json", "reports/score.html", "reports/score.md"}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the tiny book, without reports."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    return root


def updated(book: Path, today: date = TODAY, *, as_of: date | None = None, pages: bool = True) -> UpdateResult:
    """An update of the answers alone, with results kept beside the book."""
    settings = Settings(draws=1_024)
    cache = book.parent / "cache"
    return update(book, as_of=as_of or today, today=today, settings=settings, referee=False, insight=False, pages=pages, cache=cache)


def links_of_index(book: Path) -> tuple[bool, bool]:
    """Whether the index links to the page of scores, as HTML and as Markdown."""
    page, text = ((book / "reports" / name).read_text(encoding="utf-8") for name in ("index.html", "index.md"))
    return 'href="score.html"' in page, "(score.md)" in text


def test_a_book_without_a_record_has_no_page_of_scores(book: Path):
    """Nor does its index link to one."""
    assert PAGES.isdisjoint(updated(book).written)
    assert links_of_index(book) == (False, False)


def test_the_page_is_made_with_the_record_and_where_it_changes(book: Path):
    """The first update after an import makes it and links it; the next writes nothing; a new forecast changes the page alone, and so does a new day its own."""
    updated(book)
    collection(book, [said("ann", 0.9)])
    first = updated(book)
    assert (first.exit_code, first.problems) == (0, ())
    assert set(first.written) >= PAGES
    assert links_of_index(book) == (True, True)
    assert updated(book).written == ()
    collection(book, [said("ann", 0.9), said("bob", 0.4)])
    assert {path for path in updated(book).written if not path.startswith("reports/score/")} == PAGES
    assert set(updated(book, TODAY + timedelta(days=1)).written) >= PAGES


def test_the_index_keeps_its_link_when_topics_change(book: Path):
    """An update that writes the index anew finds the page."""
    collection(book, [said("ann", 0.9)])
    updated(book)
    path = book / "seeds/ferry/topic.toml"
    path.write_text(re.sub(r'title( *)= "', r'title\1= "Another ', path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    assert "reports/index.md" in updated(book).written
    assert links_of_index(book) == (True, True)


def test_without_pages_there_is_its_json_alone(book: Path):
    """`forecast report` then makes the page, and the index with its link."""
    collection(book, [said("ann", 0.9)])
    written = updated(book, pages=False).written
    assert [path for path in written if "score" in path or "index" in path] == ["reports/score.json"]
    assert rerender_reports(book, "reports", None).problems == ()
    assert all((book / path).is_file() for path in PAGES)
    assert links_of_index(book) == (True, True)


def test_a_mistake_in_the_record_stops_no_update(book: Path):
    """It is a warning with its place; the reports are written, and no page of scores."""
    collection(book, [said("ann", 0.9)])
    path = book / "seeds/records/venue/forecasts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "90"), encoding="utf-8")
    done = updated(book)
    (warning,) = [problem for problem in done.problems if "page of scores" in problem.message]
    assert (done.exit_code, warning.level, warning.place.path) == (0, "warning", "seeds/records/venue/forecasts.csv")
    assert "reports/ferry.json" in done.written
    assert links_of_index(book) == (False, False)


def test_a_hindcast_makes_no_page_of_scores(book: Path):
    """It would be one of a day on which the record was not what it is."""
    collection(book, [said("ann", 0.9)])
    assert not any("score" in path for path in updated(book, as_of=date(2025, 1, 1)).written)


def test_hindcasts_on_the_page_are_marked_by_an_update(book: Path):
    """Where a file of a topic has changed since, also in a book without forecasts on record."""
    updated(book)
    score_page_of(book, TODAY, hindcasts=hindcast_sample())
    assert PAGES.isdisjoint(updated(book).written)
    path = book / "priors/ferry.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# another thought\n", encoding="utf-8")
    updated(book)
    assert json.loads((book / "reports/score.json").read_text(encoding="utf-8"))["hindcasts"]["stale"] is True


def test_a_page_that_is_missing_can_be_shown(book: Path):
    """`forecast watch` makes it from its JSON without writing it."""
    collection(book, [said("ann", 0.9)])
    score_page_of(book)
    page = book / "reports/score.html"
    before = page.read_bytes()
    page.unlink()
    assert render_absent_page(Folder(book), "reports", "score") == before
    assert not page.exists()
