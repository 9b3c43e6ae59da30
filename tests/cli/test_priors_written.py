"""Replays of days before the priors were written say so: `update --as-of`, its pages, and `history`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.update import update
from forecast.model.settings import Settings
from tests.cli.conftest import Run

pytestmark = pytest.mark.medium

WRITTEN = date(2026, 3, 1)
SENTENCE = "Priors written 14 months later: they have been in the ledger since 1 March 2026."


@pytest.fixture
def hindcast(book: Path) -> Path:
    """The tiny book, whose first report was a hindcast as of 2025, made in March 2026."""
    done = update(book, as_of=date(2025, 1, 1), today=WRITTEN, settings=Settings(), referee=False)
    assert done.exit_code == 0
    return book


@pytest.mark.slow
def test_a_hindcast_says_that_its_priors_were_written_later(hindcast: Path, run: Run) -> None:
    """The day is that of the ledger's first line, also for a report made again later; terminal, pages, index and JSON have it."""
    ran = run("update", "--as-of", "2025-01-01", "--no-referee")
    assert f"  NOTE: {SENTENCE}" in ran.out.splitlines()
    reports = hindcast / "reports" / "as-of" / "2025-01-01"
    for page in ("ferry.md", "ferry.html"):
        text = (reports / page).read_text(encoding="utf-8").replace("\u00a0", " ")
        assert SENTENCE in text
        assert "the first of these days: they have been in the ledger since 1 March 2026." in text
        assert "; written 1 March 2026, when it first entered the ledger" in text
    for page in ("index.md", "index.html"):
        assert ", a hindcast, priors written 14 months later" in (reports / page).read_text(encoding="utf-8")
    assert json.loads((reports / "ferry.json").read_text(encoding="utf-8"))["priors_written"] == WRITTEN.isoformat()


@pytest.mark.slow
def test_an_edited_prior_is_written_on_the_day_of_the_update(hindcast: Path) -> None:
    """What the ledger has not published yet an update publishes."""
    priors = hindcast / "priors" / "ferry.toml"
    priors.write_text(priors.read_text(encoding="utf-8").replace("p95=0.6", "p95=0.7"), encoding="utf-8")
    for today in (date(2026, 5, 1), date(2026, 5, 2)):
        done = update(hindcast, as_of=date(2025, 1, 1), today=today, settings=Settings(), referee=False, insight=False)
        assert done.contents["ferry"]["priors_written"] == "2026-05-01"


def test_a_history_says_how_much_later_than_its_first_day(hindcast: Path, run: Run) -> None:
    """Table and JSON say since when the ledger has the priors; nothing is said of days after."""
    first = ("history", "ferry.three_more", "--since", "2025-01-01", "--until", "2025-03-01")
    said = "  Priors written 14 months after 1 January 2025, the first of these days: they have been in the ledger since 1 March 2026."
    assert said in run(*first).out.splitlines()
    assert json.loads(run(*first, "--json").out)["priors_written"] == WRITTEN.isoformat()
    later = run("history", "ferry.three_more", "--since", "2026-03-01", "--until", "2026-04-01")
    assert later.code == 0
    assert "Priors written" not in later.out


def test_a_history_of_unpublished_priors_says_that(book: Path, run: Run) -> None:
    """Without a ledger nobody can know when they were written."""
    said = "  The ledger has not published these priors: they may have been written with all of this known."
    assert said in run("history", "ferry.three_more", "--since", "2025-01-01", "--until", "2025-02-01").out.splitlines()
