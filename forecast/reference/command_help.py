"""The page of commands: what each says at ``--help``."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from forecast.cli.commands import commands
from forecast.reference.markdown import code_block, markdown_table, page_text

PROGRAM = "forecast"
WIDTH = 100  # characters of a line of help
COMMANDS_WORDS = "Each command works on the book that the current directory belongs to, or on `--book DIR`. Exit codes are 0 where all is well, 1 where a file has problems, 2 for a wrong command line, and 3 where not all was computed, or what was is not to be trusted."


def commands_page() -> str:
    """Return the text of the page."""
    with _width(WIDTH):
        helps = dict(_help_texts())
    rows = [(f"[`{name}`](#{name.replace(' ', '-')})", about) for name, (about, _) in helps.items() if name != PROGRAM]
    parts = [COMMANDS_WORDS, markdown_table(("command", "what it does"), rows)]
    for name, (_, text) in helps.items():
        parts += [f"## {name}", code_block(text, "text")]
    return page_text("Commands", parts)


def _help_texts() -> Iterator[tuple[str, tuple[str, str]]]:
    """Each command by its whole name, with its short help and what ``--help`` prints."""
    program = typer.main.get_command(commands())
    context = program.make_context(PROGRAM, [], resilient_parsing=True)
    yield PROGRAM, ("", program.get_help(context))
    yield from _below(program, context, PROGRAM)


def _below(group: Any, context: Any, name: str) -> Iterator[tuple[str, tuple[str, str]]]:
    members: Mapping[str, Any] = group.commands
    for word, command in members.items():
        whole = f"{name} {word}"
        inner = command.make_context(word, [], parent=context, resilient_parsing=True)
        yield whole, (command.get_short_help_str(limit=200), command.get_help(inner))
        if hasattr(command, "commands"):
            yield from _below(command, inner, whole)


@contextmanager
def _width(columns: int) -> Generator[None]:
    """Have help as wide as asked, whatever the terminal."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(columns)
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
