"""The architecture page is short, names every package in the order of imports, and names only modules that exist."""

from __future__ import annotations

import re

from tests.support.paths import ROOT
from tests.test_imports import ORDER

PAGE = (ROOT / "forecast" / "ARCHITECTURE.md").read_text(encoding="utf-8")
LINES = 150


def test_the_page_is_short():
    """It has fewer than 150 lines."""
    assert len(PAGE.splitlines()) < LINES


def test_the_packages_stand_in_the_order_of_imports():
    """The table has every package of the order, and in that order; `reading` is one of `book`'s modules."""
    named = [name.rstrip("/").replace("/", ".") for line in PAGE.splitlines() if line.startswith("| `") for name in first_cell(line)]
    expected = [name for name in ORDER if name not in {"book.reading", "__main__"}]
    assert [name for name in named if name != "language.distributions"] == expected


def test_modules_that_are_named_exist():
    """Whatever looks like the path of a module or folder is one."""
    paths = re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]*)(?:\.py)?`", PAGE)
    assert len(paths) > 20
    places = [ROOT / "forecast", ROOT / "forecast" / "inference", ROOT]
    wrong = [path for path in paths if not any((place / path).is_dir() or (place / f"{path}.py").is_file() for place in places)]
    assert [path for path in wrong if not path.startswith("reports/")] == []


def first_cell(line: str) -> list[str]:
    """The names in the first column of a row."""
    return re.findall(r"`([^`]+)`", line.split("|")[1])
