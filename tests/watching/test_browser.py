"""``forecast watch`` in a real browser: what is saved is on the page at once, and a mistake comes and goes."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast.actions.update import update
from forecast.model.settings import Settings
from tests.cli.conftest import TINY_BOOK
from tests.cli.test_watch import watching
from tests.support.chromium import Chromium, find_chromium

SECONDS = 60  # long enough for a machine that does much else

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine")]


def test_a_save_is_on_the_page_and_a_mistake_comes_and_goes(tmp_path: Path):
    """A new prior changes the answer on the open page; a broken file shows its line above the last good report; mended, it goes."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    today = datetime.now(UTC).date()
    update(root, as_of=today, today=today, settings=Settings(), referee=False)
    prior = root / "priors/ferry.toml"
    sound = prior.read_text()
    with watching(root) as (_, port), Chromium() as page:
        page.open(f"http://127.0.0.1:{port}/ferry.html")
        wait_until(page, "document.querySelector('.answers') !== null")
        page.run("document.querySelector('details').open = true")
        folded = page.run("document.querySelector('summary').textContent")
        published = page.run("document.querySelector('.answers').textContent")
        changed = sound.replace("p95=0.6", "p95=6")
        prior.write_text(changed)
        wait_until(page, f"document.querySelector('.answers').textContent !== {json.dumps(published)}")
        assert "Draft, not published" in text_of(page)
        assert folded in page.run("[...document.querySelectorAll('details[open] > summary')].map(each => each.textContent)")
        prior.write_text(changed.replace("[burstiness]", "[burstiness"))
        wait_until(page, "document.querySelector('[role=alert]') !== null")
        assert text_of(page).index("priors/ferry.toml:11:12: error: `]` is missing") < text_of(page).index("Will the ferry")
        prior.write_text(changed)
        wait_until(page, "document.querySelector('[role=alert]') === null")
        assert "Draft, not published" in text_of(page)
        prior.write_text(sound)
        wait_until(page, "!document.body.innerText.includes('Draft')")
        assert page.run("document.querySelector('.answers').textContent") == published
        assert complaints(page) == []


def test_a_page_says_when_the_server_has_stopped(tmp_path: Path):
    """When `forecast watch` ends, an open page says that it no longer changes."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    with watching(root) as (process, port), Chromium() as page:
        page.open(f"http://127.0.0.1:{port}/")
        wait_until(page, "document.body.innerText.includes('Drafts, not published: ferry')")
        process.terminate()
        wait_until(page, "document.body.innerText.includes('no longer changes')")
        assert process.wait(timeout=SECONDS) == 0


def wait_until(page: Chromium, condition: str) -> None:
    """Return when an expression is true in the page; fail when it has not been for long."""
    until = time.monotonic() + SECONDS
    while not page.run(f"document.body !== null && ({condition})"):
        assert time.monotonic() < until, text_of(page)
        time.sleep(0.01)


def text_of(page: Chromium) -> str:
    """What can be read on the page."""
    return page.run("document.body.innerText")


def complaints(page: Chromium) -> list[str]:
    """Errors and warnings of the console, violations of the page's policy among them."""
    logged = [each["entry"]["text"] for each in page.seen("Log.entryAdded")]
    return logged + [str(each) for each in page.seen("Runtime.exceptionThrown")]
