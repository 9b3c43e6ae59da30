"""The architecture page lists the modules there are, in the words they open with."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_module_stands_in_the_architecture_page_with_the_sentence_it_opens_with():
    """The table of modules equals the modules and the first lines of their docstrings."""
    page = (ROOT / "forecast" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    assert table == [row(path) for path in sorted((ROOT / "forecast").rglob("*.py"))]


def test_decisions_stand_in_the_order_of_their_dates():
    """Each decision is a paragraph of its own that opens with its date, none before an earlier one."""
    page = (ROOT / "forecast" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    paragraphs = page.split("## Decisions\n")[1].strip().split("\n\n")
    dates = [found[1] if (found := re.match(r"\*\*(\d{4}-\d\d-\d\d)\. ", paragraph)) else paragraph for paragraph in paragraphs]
    assert dates == sorted(dates)
    assert len(dates) == len(re.findall(r"(?m)^\*\*\d{4}-", page))


def row(path: Path) -> str:
    """The line of the table that a module must have."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, f"{path} opens without a docstring"
    return f"| `{path.relative_to(ROOT / 'forecast').as_posix()}` | {' '.join(docstring.split('\n\n')[0].split())} |"


if __name__ == "__main__":
    print("\n".join(row(path) for path in sorted((ROOT / "forecast").rglob("*.py"))))  # noqa: T201 - prints the table to paste
