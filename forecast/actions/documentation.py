"""The documentation that comes with the program: its pages in four parts, and the text of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DOCS_DIRECTORY = Path(__file__).resolve().parents[1] / "docs"
DOCS_PARTS: Mapping[str, str] = {
    "tutorial": "Tutorial: to learn it",
    "how-to": "How to: to get something done",
    "reference": "Reference: to look something up",
    "explanation": "Explanation: to understand it",
}  # the folders of pages, in the order in which they are listed, with their headings


@dataclass(frozen=True, slots=True)
class DocsPage:
    """A page: its name, which is that of its file, the part that it belongs to, its heading, and its file."""

    name: str
    part: str
    heading: str
    path: Path


def list_pages() -> tuple[DocsPage, ...]:
    """Return all pages, by part, and within a part by name; names are unique."""
    return tuple(
        DocsPage(path.stem, part, _heading(path), path) for part in DOCS_PARTS for path in sorted((DOCS_DIRECTORY / part).glob("*.md"))
    )


def find_page(name: str) -> DocsPage | None:
    """Return the page of a name; None where there is none."""
    return next((page for page in list_pages() if page.name == name), None)


def _heading(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return next(lines).removeprefix("# ").rstrip("\n")
