"""A book with a hidden regime through the commands: answered, explained and replayed like any other."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.call_rows import row_behind_call
from forecast.actions.diff import difference
from forecast.actions.hindcast_scores import hindcast_scores
from forecast.actions.history import replay_history
from forecast.actions.update import update
from forecast.actions.why import reasons
from forecast.book.reading import read_book
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.report.graph import graph_of
from forecast.schema.topic import read_content
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

AS_OF = date(2023, 7, 15)
FEW = Settings(draws=4_096)  # what is asked here is what is said, and not how exactly


@pytest.fixture(name="book", scope="module")
def made_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the book with two published days."""
    root = tmp_path_factory.mktemp("hidden") / "book"
    shutil.copytree(ROOT / "tests" / "books" / "hidden", root)
    for day in (date(2023, 1, 15), AS_OF):
        done = update(root, as_of=day, today=day, settings=FEW, referee=False)
        assert done.exit_code == 0
    return root


def test_the_answer_has_reasons(book: Path):
    """`forecast why` says what the answer rests on."""
    told = reasons(book, "many")
    assert not told.problems
    assert told.rests_on


def test_the_report_has_the_states_and_what_moves_them(book: Path):
    """The newest page has a section with the probability of each state, and in the picture of the model `stay` moves the ships."""
    content = read_content((book / "reports" / "harbour.json").read_bytes())
    (regime,) = content["regimes"]
    assert (regime["states"], regime["labels"][-1], regime["observed"]) == (["closed", "open"], "2023", 9)
    assert ("stay", "ships") in graph_of(content).edges
    page = (book / "reports" / "harbour.md").read_text(encoding="utf-8")
    assert "## Hidden regimes" in page
    assert "phase: the probability of each state, given the rows up to its year" in page


def test_a_later_row_moves_the_earlier_day_by_nothing(book: Path):
    """As of the first day the report is what it was before the second half year's row existed."""
    rows = book / "seeds" / "harbour" / "ships.csv"
    whole = read_book(book)[0].topics["harbour"]
    text = rows.read_text(encoding="utf-8")
    try:
        rows.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("2023")), encoding="utf-8")
        cut = read_book(book)[0].topics["harbour"]
    finally:
        rows.write_text(text, encoding="utf-8")
    before, after = (
        analyse(topic, date(2023, 1, 15), Settings(engine="importance"), referee=False).result.answers for topic in (cut, whole)
    )
    assert before["many"].value == after["many"].value


def test_days_are_replayed(book: Path):
    """History and hindcasts take the topic like any other."""
    found = replay_history(book, "many", since=None, until=AS_OF, every="quarter", settings=FEW)
    assert not found.problems
    assert found.history is not None
    assert found.history.points
    assert hindcast_scores(book, until=AS_OF, settings=FEW).left_out == ()


def test_two_runs_and_the_row_behind_a_call_are_told_apart(book: Path):
    """A difference of two runs has its parts, and a row is named that made the forecast what it is."""
    moved = difference(book, "2023-01-15", "2023-07-15", topics=None, today=AS_OF, settings=FEW)
    assert not moved.problems
    assert [its.topic for its in moved.moved] == ["harbour"]
    assert "ships" in row_behind_call(read_book(book)[0], "harbour.many", AS_OF, FEW, outcome=1)
