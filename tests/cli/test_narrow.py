"""Output on a narrow terminal, and where no colour is wanted."""

from __future__ import annotations

import pytest

from forecast.cli import lines
from forecast.cli.progress import Bar
from tests.support.command_line import CliRunner, commands

ROWS = [("ferry.late", "12 %", "About one in eight; between 5 and 25 %."), ("ferry.when", "May 2027", "As likely as not.")]


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int | None, rows: list[tuple[str, ...]]
) -> list[str]:
    """The lines of some rows on a terminal so wide, or on none."""
    monkeypatch.setattr(lines, "terminal_width", lambda: width)
    lines.print_columns(rows, right=(1,))
    return capsys.readouterr().out.splitlines()


def test_cells_are_broken_between_words_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Columns stay under one another; where there is room, or no terminal, every row is one line."""
    assert printed(monkeypatch, capsys, 42, ROWS) == [
        "ferry.late      12 %  About one in eight;",
        "                      between 5 and 25 %.",
        "ferry.when  May 2027  As likely as not.",
    ]
    whole = printed(monkeypatch, capsys, None, ROWS)
    assert (len(whole), printed(monkeypatch, capsys, 61, ROWS)) == (2, whole)


def test_a_word_is_never_broken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """A column is as wide as its longest word, and what stands behind it stays aligned."""
    shown = printed(monkeypatch, capsys, 20, [("a_name_of_some_length[label]", "1"), ("b", "2")])
    assert shown == ["a_name_of_some_length[label]  1", f"b{' ' * 29}2"]


def test_an_example_and_its_meaning_stand_under_one_another_in_narrow_help(monkeypatch: pytest.MonkeyPatch):
    """In `--help` no line with a meaning is wider than the terminal."""
    monkeypatch.setattr(lines, "terminal_width", lambda: 60)
    shown = CliRunner().invoke(commands(), ["--help"], env={"COLUMNS": "60"}).stdout.splitlines()
    at = shown.index("    forecast check")
    assert shown[at + 1] == "        is every file sound?"


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch):
    """With NO_COLOR the progress bar, the one thing that has colours, has none."""
    monkeypatch.setenv("NO_COLOR", "1")
    bar = Bar()
    with bar:
        bar._begin()
        assert bar._progress is not None
        assert bar._progress.console.no_color
