"""Options that several commands share."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from forecast.actions.new.books import new_book
from forecast.cli.options import book_words, day, past_moment, today
from tests.support.command_line import CliRunner, commands


@pytest.mark.parametrize("text", ["20260101", "2026-W01-1", "2026-1-1", "٢٠٢٦-٠١-٠١", "2026-01-01T00:00", "2026-02-30", "01.01.2026", ""])
def test_a_day_has_one_spelling(text: str):
    """Four digits, two and two, each of 0 to 9, with hyphens, as in files: other spellings that Python reads are refused."""
    assert day("2026-01-01") == date(2026, 1, 1)
    with pytest.raises(typer.BadParameter, match="is not a date: write it as in 2026-10-12"):
        day(text)


def test_today_is_a_day_of_every_option():
    """As `--on today` of `observe`: of days in the past, and of the day that a replay is as of."""
    assert day("today") == day(" Today ") == today()
    for words in (["resolve", "ferry.three_more", "yes", "--on", "today"], ["history", "--until", "today"], ["update", "--as-of", "today"]):
        assert "is not a date" not in CliRunner().invoke(commands(), [*words, "--book", "/nowhere"]).stderr


@pytest.mark.medium
def test_commands_that_are_printed_name_the_book_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Typed as they stand, in another directory, they are about that book; where it is found from here they name none."""
    root = tmp_path / "my book"
    assert new_book(root, today=date(2026, 11, 26)).problems == ()
    monkeypatch.chdir(tmp_path)

    def ran(*words: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(commands(), [*words])
        return done.exit_code, done.stdout, done.stderr

    named = ("--book", "my book")
    words = ("--like", "hazard", "--asks", "Will it close?", "--prior", "rate=0.02 to 0.5", "--why", "rate=It has closed before.")
    _, out, _ = ran("new", "bridge", *words, *named)
    printed = out.partition("Next:\n")[2].splitlines()
    assert [" --book 'my book'" in line.partition("      (")[0] for line in printed] == [True] * 4
    assert ran(*shlex.split(printed[2])[1:])[0] == 0
    _, _, err = ran("observe", "bridge.events", "--on", "today", "--value", "1", *named)
    in_full = shlex.split(err.partition("In full: ")[2].strip())
    code, out, _ = ran(*["I cross it" if word == "..." else word for word in in_full[1:]])
    assert (code, out.splitlines()[-1]) == (0, "Next: forecast update bridge --book 'my book'")
    _, out, _ = ran("prior", "set", "bridge.rate", "Gamma(p5=0.1, p95=1)", "--why", "It closes often.", *named)
    assert out.splitlines()[-1] == "Next: forecast update bridge --book 'my book'"
    monkeypatch.chdir(root)
    assert "--book" not in ran("new", "tunnel", *words)[1]
    assert book_words(None, allow_links=True) == " --allow-links"


def test_a_moment_of_an_option_is_past():
    """`now` is now; a time is read in its zone; what is no time and what has not come are refused, with the option's name."""
    now = datetime(2026, 10, 2, 12, tzinfo=UTC)
    assert past_moment("now", now=now, option="--at") == now
    assert past_moment("2026-10-02T13:30:00+02:00", now=now, option="--at") == datetime(2026, 10, 2, 11, 30, tzinfo=UTC)
    for text, message in (("2026-10-02T12:00:01Z", "has not come yet"), ("soon", "`soon` is no time")):
        with pytest.raises(typer.BadParameter, match=message) as refused:
            past_moment(text, now=now, option="--at")
        assert refused.value.param_hint == "--at"


def options_of(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every option of the command line, with the words of its command and its arguments."""
    for name, each in getattr(command, "commands", {}).items():
        yield from options_of(each, (*words, name))
    arguments = ("x" for parameter in command.params if parameter.param_type_name == "argument")
    words = (*words, *arguments)
    yield from ((words, parameter) for parameter in command.params if parameter.param_type_name == "option")


def test_no_option_is_taken_for_a_path():
    """`--netcdf --help` wrote a file of that name: every option that takes a path refuses another option in its place."""
    app = commands()
    paths = [
        (words, its.opts[0])
        for words, its in options_of(typer.main.get_command(app))
        if "Path" in str(its.type_descriptor.annotation) or "FILE" in str(its.metavar)
    ]
    assert (("export", "x"), "--netcdf") in paths
    assert (("export", "x"), "--target") in paths
    assert (("check", "x"), "--book") in paths
    for words, option in paths:
        result = CliRunner().invoke(app, [*words, option, "--help"])
        assert (result.exit_code, "`--help` stands where a path belongs" in " ".join(result.stderr.split())) == (2, True), (words, option)
