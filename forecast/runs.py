"""Runs to compare: a day's replay, a line of the ledger, a commit, or a report's JSON; each as topics with an as-of day.

What a run was computed from is today's book for a day, and for the others the
book whose inputs have the hash that was published with it: today's, or one found
in git's history.
"""

from __future__ import annotations

import io
import re
import subprocess  # noqa: S404 - git is asked what was edited, and only that
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from forecast.book.folder import Folder
from forecast.book.hashes import numbers_hash
from forecast.book.layout import PRIORS, REPORTS, SEEDS
from forecast.book.ledger import canonical, line_hash, read_ledger
from forecast.book.problems import Place, Problem, has_errors
from forecast.book.reading import read_book
from forecast.book.topic import Book, Topic
from forecast.insight.measures import measured
from forecast.report import words
from forecast.report.shape import ReportFault, read_content

MOST_COMMITS = 500  # of a topic's files, that are searched for the inputs of a published answer
_HASH = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class Run:
    """Topics as of a day, what that is in words, and what was published of it, by topic, question and label."""

    said: str
    as_of: date
    topics: Mapping[str, Topic]
    published: Mapping[tuple[str, str, str], float] = field(default_factory=dict)


def find_run(book: Book, text: str, *, today: date) -> tuple[Run | None, tuple[Problem, ...]]:
    """Return the run that a text names: a day, a report's JSON, the hash of a ledger's line (its first six digits at least), or a commit."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        if day > today:
            return None, (_no_run(f"{day} is after today, {today}"),)
        return Run(f"today's book as of {words.day(day)}", day, book.topics), ()
    if text.endswith(".json"):
        return _of_report(book, Path(text))
    if _HASH.fullmatch(text):
        found = _of_ledger(book, text)
        if found is not None:
            return found
    return _of_commit(book.root, text, today)


def _of_report(book: Book, path: Path) -> tuple[Run | None, tuple[Problem, ...]]:
    try:
        content = read_content(path.read_bytes(), name=str(path))
    except (OSError, ReportFault) as fault:
        return None, (_no_run(f"{path} cannot be read: {fault}"),)
    return _of_inputs(book, content["name"], date.fromisoformat(content["as_of"]), content["run"]["hashes"]["numbers"], content["answers"])


def _of_ledger(book: Book, prefix: str) -> tuple[Run | None, tuple[Problem, ...]] | None:
    """The run whose line in the ledger has a hash that begins so; None where no line has."""
    entries, _ = read_ledger(Folder(book.root))
    line = next((entry for entry in entries if line_hash(canonical(entry).encode()).startswith(prefix)), None)
    if line is None:
        return None
    same = ("topic", "as_of", "inputs", "made", "seed", "draws", "program")
    answers = [entry | {"name": entry["question"]} for entry in entries if all(entry.get(key) == line.get(key) for key in same)]
    return _of_inputs(book, line["topic"], date.fromisoformat(line["as_of"]), line["inputs"], answers)


def _of_inputs(book: Book, name: str, as_of: date, inputs: str, answers: list[dict[str, Any]]) -> tuple[Run | None, tuple[Problem, ...]]:
    """The run of a topic whose numbers have a hash: today's topic, or the one that git remembers."""
    published = {
        (name, answer["name"], label): value for answer in answers for label, value in measured(answer["kind"], answer["value"]).items()
    }
    said = f"the report of {words.day(as_of)}"
    now = book.topics.get(name)
    if now is not None and numbers_hash(now, as_of=as_of) == inputs:
        return Run(said, as_of, {name: now}, published), ()
    for commit in _commits(book.root, name):
        topic = (_book_at(book.root, commit) or {}).get(name)
        if topic is not None and numbers_hash(topic, as_of=as_of) == inputs:
            return Run(f"{said}, from commit {commit[:9]}", as_of, {name: topic}, published), ()
    hint = "a report can be split over what was edited only while git, or the book, still has what it was made from"
    return None, (_no_run(f"the inputs of {said} on `{name}` are neither today's nor in git's history", hint),)


def _of_commit(root: Path, text: str, today: date) -> tuple[Run | None, tuple[Problem, ...]]:
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{text}^{{commit}}").decode().strip()
    topics = _book_at(root, commit) if commit else None
    if topics is None:
        hint = "a run is a day (2025-03-01), a report's JSON, the hash of a ledger's line, or a commit with a sound book"
        return None, (_no_run(f"no run `{text}`", hint),)
    published: dict[tuple[str, str, str], float] = {}
    days: set[date] = set()
    for name in topics:
        try:
            content = read_content(_git(root, "show", f"{commit}:./{REPORTS}/{name}.json"), name=name)
        except ReportFault:
            continue  # no report then, or one in another format: its answers are computed anew
        days.add(date.fromisoformat(content["as_of"]))
        for answer in content["answers"]:
            published |= {(name, answer["name"], label): value for label, value in measured(answer["kind"], answer["value"]).items()}
    committed = date.fromisoformat(_git(root, "show", "-s", "--format=%cs", commit).decode().strip())
    as_of = min(max(days, default=committed), today)
    return Run(f"commit {commit[:9]}, as of {words.day(as_of)}", as_of, topics, published if len(days) == 1 else {}), ()


def _commits(root: Path, topic: str) -> Iterator[str]:
    """The commits that touched a topic's files, newest first."""
    paths = [f"{SEEDS}/{topic}", f"{PRIORS}/{topic}.toml"]
    yield from _git(root, "log", f"--max-count={MOST_COMMITS}", "--format=%H", "--", *paths).decode().split()


def _book_at(root: Path, commit: str) -> Mapping[str, Topic] | None:
    """The sound topics of the book as a commit has it; None where it has no book."""
    packed = _git(root, "archive", "--format=tar", commit, SEEDS, PRIORS)
    if not packed:
        return None
    with tempfile.TemporaryDirectory(prefix="forecast-") as directory:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(directory, filter="data")
        book, problems = read_book(Path(directory))
    return None if has_errors(problems) and not book.topics else book.topics


def _git(root: Path, *words_of_command: str) -> bytes:
    """What git prints in the book's directory; empty where it refuses or is not there."""
    try:
        return subprocess.run(["git", "-C", str(root), *words_of_command], capture_output=True, check=False).stdout
    except FileNotFoundError:
        return b""


def _no_run(message: str, hint: str = "") -> Problem:
    return Problem(Place(REPORTS), message, hint)
