"""A tiny book to run commands on, and the way to run them."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from tests.support.command_line import CliRunner, commands
from tests.support.paths import TINY_BOOK


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and the two outputs."""

    code: int
    out: str
    err: str


type Run = Callable[..., Ran]
type Talk = Callable[..., Ran]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the tiny book, without reports."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    return root


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny book as of 2025, published; to be copied, not changed."""
    from datetime import UTC, datetime

    from forecast.actions.update import update
    from forecast.model.settings import Settings

    root = tmp_path_factory.mktemp("published") / "book"
    shutil.copytree(TINY_BOOK, root, ignore=shutil.ignore_patterns("reports"))
    day, now = date(2025, 1, 1), datetime(2025, 1, 1, 8, 30, tzinfo=UTC)
    done = update(root, as_of=day, today=day, settings=Settings(), referee=False, clock=lambda: now)
    assert done.exit_code == 0
    return root


@pytest.fixture
def published(published_once: Path, tmp_path: Path) -> Path:
    """A copy of the published tiny book."""
    root = tmp_path / "published"
    shutil.copytree(published_once, root)
    return root


@pytest.fixture
def run(book: Path) -> Run:
    """Run a command on the copy of the tiny book (or on another, with ``on``)."""

    def ran(*words: str, on: Path = book) -> Ran:
        result = CliRunner().invoke(commands(), [*words, "--book", str(on)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, *(_without_book(text, on) for text in (result.stdout, result.stderr)))

    return ran


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new book."""
    root = tmp_path / "fresh"
    assert new_book(root, today=date(2026, 11, 26)).problems == ()
    return root


@pytest.fixture
def talk(fresh: Path) -> Talk:
    """Run the dialogue of `forecast new` on a new book, with lines typed one after another."""

    def talked(*words: str, typed: tuple[str, ...]) -> Ran:
        result = CliRunner().invoke(commands(), ["new", *words, "--book", str(fresh)], input="".join(f"{line}\n" for line in typed))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, *(_without_book(text, fresh) for text in (result.stdout, result.stderr)))

    return talked


def _without_book(text: str, root: Path) -> str:
    """What was printed, as where the book is found from here: commands to be typed name it otherwise."""
    return text.replace(f" --book {shlex.quote(str(root))}", "")


def files_of(root: Path) -> dict[str, bytes]:
    """Every file of a book but the lock, with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file() and path.name != ".lock"}
