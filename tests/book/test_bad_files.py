"""Every broken file gives exactly its message.

A case is a pair in ``tests/book/bad_files/``: ``NAME.toml`` breaks one file of the
tiny book, or of another that ``book`` names (``file``, with ``replace`` and ``with``, or ``append``, or the whole
``content``, or ``delete = true``; further files under ``also``), ``NAME.txt`` is all that ``forecast check`` then says.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from forecast.book.files.problems import format_problems
from forecast.book.reading import read_book
from tests.support.paths import ROOT, TINY_BOOK

pytestmark = pytest.mark.medium

BAD_FILES = ROOT / "tests" / "book" / "bad_files"
CASES = sorted(path.stem for path in BAD_FILES.glob("*.toml"))


@pytest.mark.parametrize("case", CASES)
def test_broken_file_gives_its_exact_message(case: str, tmp_path: Path) -> None:
    """A broken file gives the message beside it, whole, and its topic is not in the book unless all are warnings."""
    book = tmp_path / "book"
    break_book(case, book)
    read, problems = read_book(book)
    assert format_problems(problems) + "\n" == (BAD_FILES / f"{case}.txt").read_text(encoding="utf-8")
    for topic in ("ferry", "vote"):
        if (book / "seeds" / topic).exists():
            own = [problem for problem in problems if problem.place.path.startswith((f"seeds/{topic}/", f"priors/{topic}.toml"))]
            assert (topic in read.topics) == all(problem.level == "warning" for problem in own)


def test_there_are_forty_cases_and_each_is_a_pair() -> None:
    """The cases are at least forty, and every message belongs to a broken file."""
    assert len(CASES) >= 40
    assert sorted(path.stem for path in BAD_FILES.glob("*.txt")) == CASES


def test_the_tiny_book_has_no_problems() -> None:
    """The book that the cases break is itself sound."""
    book, problems = read_book(TINY_BOOK)
    assert (list(book.topics), problems) == (["ferry"], ())


def break_book(case: str, book: Path) -> None:
    """Copy the tiny book and break it as a case says."""
    edit = tomllib.loads((BAD_FILES / f"{case}.toml").read_text(encoding="utf-8"))
    shutil.copytree(ROOT / "tests" / "books" / edit.get("book", "tiny"), book)
    for each in (edit, *edit.get("also", [])):
        _break_file(book, each)


def _break_file(book: Path, edit: Mapping[str, Any]) -> None:
    path = book / edit["file"]
    if edit.get("delete"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    elif "content" in edit:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(edit["content"].encode(edit.get("encoding", "utf-8")))
    elif "append" in edit:
        path.write_text(path.read_text(encoding="utf-8") + edit["append"], encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        assert text.count(edit["replace"]) == 1, "the text to replace stands once in the file"
        path.write_text(text.replace(edit["replace"], edit["with"]), encoding="utf-8")
