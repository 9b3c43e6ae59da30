"""``forecast report``: pages made again, and opened where asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from tests.support.command_line import CliRunner, commands


def test_report_makes_the_pages_again_and_opens_them(published: Path, monkeypatch: pytest.MonkeyPatch):
    """A deleted page comes back with the bytes it had; --open opens the page of the topic named, without it nothing is opened."""
    opened: list[str] = []
    monkeypatch.setattr(typer, "launch", opened.append)
    page = published / "reports" / "ferry.html"
    was = page.read_bytes()
    page.unlink()
    ran = CliRunner().invoke(commands(), ["report", "ferry", "--book", str(published)])
    assert (ran.exit_code, ran.stdout.startswith("1 files written"), opened) == (0, True, [])
    assert page.read_bytes() == was
    assert CliRunner().invoke(commands(), ["report", "ferry", "--open", "--book", str(published)]).exit_code == 0
    assert opened == [page.resolve().as_uri()]


def test_a_spoilt_report_is_told_and_left(published: Path):
    """A JSON that was changed by hand gives exit code 1 and its place; the page stands."""
    path = published / "reports" / "ferry.json"
    path.write_bytes(path.read_bytes().replace(b'"seed": 1', b'"seed": 7'))
    before = (published / "reports" / "ferry.html").read_bytes()
    ran = CliRunner().invoke(commands(), ["report", "--book", str(published)])
    assert ran.exit_code == 1
    assert "reports/ferry.json" in ran.stderr
    assert "changed after it was written" in ran.stderr
    assert (published / "reports" / "ferry.html").read_bytes() == before


def test_words_must_be_known(published: Path):
    """Another scale than those there are is a wrong command line."""
    assert CliRunner().invoke(commands(), ["report", "--words", "kent", "--book", str(published)]).exit_code == 2
