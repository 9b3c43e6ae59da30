"""Small books written to files, for tests of what files may hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forecast.book.files.problems import Problem
from forecast.book.reading import read_book
from forecast.book.topic import Book

PRIOR = 'prior = "{prior}"\nwhy = "A number made up for a test."\nunit = "events a year"\n'


def write_book(
    root: Path,
    *,
    opens: str = "2025-01-01",
    step: str = "month",
    by: str = "2026-12-31",
    since: str = "",
    value: str = "Poisson(mu=rate * years)",
    answer: str = "total(events) >= 1",
    quantities: Mapping[str, str] | None = None,
    priors: Mapping[str, str] | None = None,
    rows: str = "",
    more: str = "",
) -> None:
    """Write a book of the one topic ``made``, with one stream and one question."""
    for folder in ("seeds/made", "priors", "reports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    asked = f"by = {by}\n" if by else ""
    asked += f"since = {since}\n" if since else ""
    named = "".join(f'{name} = "{text}"\n' for name, text in (quantities or {}).items())
    (root / "seeds/made/topic.toml").write_text(
        f'title = "Made"\nopens = {opens}\nstep = "{step}"\n\n'
        f'[streams.events]\nabout = "what happens"\nunit = "events"\nvalue = "{value}"\n\n'
        f'[questions.many]\nasks = "How many?"\n{asked}answer = "{answer}"\nsettled = "By the record."\n\n'
        f"[quantities]\n{named}\n{more}",
        encoding="utf-8",
    )
    given = priors if priors is not None else {"rate": "Gamma(alpha=2, beta=2)"}
    text = "\n".join(f"[{name}]\n{PRIOR.format(prior=prior)}" for name, prior in given.items())
    (root / "priors/made.toml").write_text(text, encoding="utf-8")
    if rows:
        (root / "seeds/made/events.csv").write_text(rows, encoding="utf-8")


def book_of(root: Path, **parts: str) -> tuple[Book, tuple[Problem, ...]]:
    """Write a book and read it."""
    write_book(root, **parts)  # type: ignore[arg-type]
    return read_book(root)
