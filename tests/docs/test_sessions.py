"""What the tutorial and the pages on how to do something show is what happens; ``python -m tests.docs.test_sessions`` records it anew.

A page is read from the top: a block whose language is followed by a path is a file of the book, and in a block of
the console each command is typed, in the book that the page begins or in one that ``forecast init`` made.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecast import system
from forecast.actions.documentation import DocsPage, list_pages
from tests.support.command_line import CliRunner, commands

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
CLOSE = 0.06  # of a number of one or two digits, whose last may differ from machine to machine
PAGES = [page for page in list_pages() if page.part in {"tutorial", "how-to"}]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_commands_print_what_the_page_shows(page: DocsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Typed on the day that the page names, each command ends well and prints what stands below it, but for the last digits of numbers; files that the page names are there."""
    monkeypatch.chdir(tmp_path)
    for module in clocks():
        monkeypatch.setattr(module, "today", NOW.date)
    monkeypatch.setattr(system, "utc_now", lambda: NOW)
    steps = list(run_page(page))
    assert steps
    for command, shown, printed in steps:
        assert NUMBER.sub("#", printed) == NUMBER.sub("#", shown), command
        assert numbers(printed) == pytest.approx(numbers(shown), rel=CLOSE, abs=2), command
    named = re.findall(r"`((?:seeds|priors|reports)/[\w./-]*)`", page.path.read_text(encoding="utf-8"))
    assert [path for path in named if not Path(path).exists()] == []  # in the book that the page has made


def test_each_everyday_question_has_a_page():
    """There is a tutorial, a page for each of the seven everyday questions, and one on markets."""
    assert {page.name for page in PAGES} == {
        "tutorial", "event-by-a-date", "count", "choice", "date", "conditional", "polls", "factors", "market",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_percentages_in_prose_are_those_of_the_blocks(page: DocsPage):
    """What a page says of an answer stands in what was typed or printed."""
    text = page.path.read_text(encoding="utf-8")
    shown = " ".join(block for _, _, block in BLOCK.findall(text))
    prose = re.sub(r"`[^`]*`", "", BLOCK.sub("", text)).replace("90 %", "")
    assert [
        percent for percent in re.findall(r"(\d+)(?= %| to \d+ %)", prose) if f"{percent} %" not in shown and f"{percent} to" not in shown
    ] == []


def run_page(page: DocsPage) -> Iterator[tuple[str, str, str]]:
    """Each command of a page with what the page shows and what it printed."""
    if page.part != "tutorial":
        type_command("forecast init questions")
        os.chdir("questions")
    for language, place, text in BLOCK.findall(page.path.read_text(encoding="utf-8")):
        if place:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            Path(place).write_text(text, encoding="utf-8")
        elif language == "console":
            for command, shown in steps_of(text):
                yield command, shown, type_command(command)


def type_command(command: str) -> str:
    """What a command prints; it must end well."""
    words = shlex.split(command.replace("\\\n", " "))
    if words[0] == "cd":
        os.chdir(words[1])
        return ""
    ran = CliRunner().invoke(commands(), words[1:])
    assert (words[0], ran.exit_code) == ("forecast", 0), (command, ran.output)
    return ran.stdout


def steps_of(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it printed."""
    steps = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    typed = [re.match(r"(?:.*\\\n)*.*\n", step)[0] for step in steps]
    return [(each.removesuffix("\n"), step.removeprefix(each)) for each, step in zip(typed, steps, strict=True)]


def numbers(text: str) -> list[float]:
    """The numbers of an output."""
    return [float(found.replace(",", "").rstrip(".")) for found in NUMBER.findall(text)]


def clocks() -> list:
    """The modules of the command line that ask what day it is."""
    commands()
    return [module for name, module in sys.modules.items() if name.startswith("forecast.cli.") and hasattr(module, "today")]


def record(page: DocsPage) -> None:
    """Write what each command of a page prints below it."""
    printed = iter(list(run_page(page)))

    def filled(match: re.Match[str]) -> str:
        language, place, text = match.groups()
        if language != "console" or place:
            return match[0]
        lines = "".join(f"$ {command}\n{next(printed)[2]}" for command, _ in steps_of(text))
        return f"```console\n{lines}```"

    page.path.write_text(BLOCK.sub(filled, page.path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    for clock in clocks():
        clock.today = NOW.date
    system.utc_now = lambda: NOW
    for each in PAGES:
        if len(sys.argv) == 1 or each.name in sys.argv[1:]:
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                record(each)
