"""Pieces of a Markdown page that is made by the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE_REMARK = "<!-- Made by `python -m forecast.reference.pages`; edits are lost. -->"


def page_text(heading: str, parts: Iterable[str]) -> str:
    """Return a page: its heading, a remark that it is made, and its parts, each a paragraph, a heading, a table or a block."""
    return "\n\n".join((f"# {heading}", MADE_REMARK, *parts)) + "\n"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, with ``|`` escaped in its cells."""
    lines = [tuple(head), tuple("---" for _ in head), *(tuple(_cell(cell) for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code_block(text: str, language: str = "") -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
