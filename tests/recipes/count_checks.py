"""``forecast count``."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_the_tiny_book_is_counted(run: Run):
    """Its one topic has two streams with seven rows."""
    assert run("count").out == "topics: 1, streams: 2, rows: 7\n"


def test_a_book_with_an_error_is_not_counted(run: Run, book: Path):
    """The problem is printed, and the exit code is 1."""
    (book / "priors/ferry.toml").unlink()
    ran = run("count")
    assert (ran.code, ran.out) == (1, "")
    assert "priors/ferry.toml" in ran.err
