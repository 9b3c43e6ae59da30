"""Where things stand in a book, and which topics it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from forecast.book.problems import Place, Problem
from forecast.language.faults import did_you_mean

SEEDS, PRIORS, REPORTS = "seeds", "priors", "reports"
TOPIC_FILE = "topic.toml"
MODEL_FILE = "model.py"
SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")


def find_root(start: Path) -> Path | None:
    """Return the nearest directory, from ``start`` upwards, that holds a ``seeds`` directory; None without any."""
    start = start.resolve()
    return next((directory for directory in (start, *start.parents) if (directory / SEEDS).is_dir()), None)


def root_problem(root: Path) -> Problem | None:
    """Return the problem of a directory that is no book, or None for a book."""
    if (root / SEEDS).is_dir():
        return None
    return Problem(
        Place(SEEDS),
        "this directory is not a book: it has no `seeds` directory",
        hint="go to a book's directory, or name one with --book DIR",
    )


def topic_path(topic: str) -> str:
    """Return the path of a topic's own file, relative to the book."""
    return f"{SEEDS}/{topic}/{TOPIC_FILE}"


def model_path(topic: str) -> str:
    """Return the path of a topic's own model, relative to the book."""
    return f"{SEEDS}/{topic}/{MODEL_FILE}"


def record_path(topic: str, name: str) -> str:
    """Return the path of the CSV file of a stream or series, relative to the book."""
    return f"{SEEDS}/{topic}/{name}.csv"


def prior_path(topic: str) -> str:
    """Return the path of a topic's prior file, relative to the book."""
    return f"{PRIORS}/{topic}.toml"


def ledger_path(root: Path) -> Path:
    """Return the path of the ledger."""
    return root / REPORTS / "ledger.jsonl"


def topic_names(root: Path) -> tuple[str, ...]:
    """Return the names of a book's topics: the directories in ``seeds`` that have a ``topic.toml``, sorted."""
    seeds = root / SEEDS
    if not seeds.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in seeds.iterdir() if (entry / TOPIC_FILE).is_file()))


def choose_topics(root: Path, wanted: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Return the topics to read (all where none are wanted by name) and the problems of their names."""
    found = topic_names(root)
    chosen = found if wanted is None else tuple(name for name in dict.fromkeys(wanted) if name in found)
    problems = [
        Problem(Place(topic_path(name)), f"no topic `{name}` in this book", hint=did_you_mean(name, found) or _listing(found))
        for name in dict.fromkeys(wanted or ())
        if name not in found
    ]
    problems += [
        Problem(
            Place(topic_path(name)),
            f"the topic's name `{name}` is not in snake_case",
            hint="small letters, digits and _, beginning with a letter",
        )
        for name in chosen
        if not SNAKE_CASE.fullmatch(name)
    ]
    if wanted is None:
        problems += _strays(root, found)
    return chosen, tuple(problems)


def _strays(root: Path, topics: Sequence[str]) -> list[Problem]:
    """Directories in seeds without a topic file, and prior files without a topic."""
    problems = [
        Problem(Place(f"{SEEDS}/{entry.name}"), f"this directory has no `{TOPIC_FILE}`, so nothing in it is read")
        for entry in sorted((root / SEEDS).iterdir())
        if entry.is_dir() and entry.name not in topics and not entry.name.startswith((".", "_"))
    ]
    priors = root / PRIORS
    if priors.is_dir():
        problems += [
            Problem(Place(f"{PRIORS}/{entry.name}"), f"no topic `{entry.stem}` uses these priors", hint=did_you_mean(entry.stem, topics))
            for entry in sorted(priors.glob("*.toml"))
            if entry.stem not in topics
        ]
    return problems


def _listing(names: Sequence[str]) -> str:
    return f"topics here: {', '.join(names)}" if names else ""
