"""Runs to compare: a day's replay, a line of the ledger, a commit, or a report's JSON; each as topics with an as-of day.

What a run was computed from is today's book for a day, and for the others the
book whose inputs have the hash that was published with it: today's, or one found
in git's history.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from forecast.book.files.commits import Commits, open_commits
from forecast.book.files.folder import Folder
from forecast.book.files.git_folder import GitFault
from forecast.book.files.layout import PRIORS, REPORTS, SEEDS
from forecast.book.files.numerals import parse_day
from forecast.book.files.problems import Place, Problem, Result, has_errors
from forecast.book.hashes import numbers_hash
from forecast.book.ledger import canonical_json, line_hash, read_ledger
from forecast.book.reading import read_book
from forecast.book.topic import Book, Topic
from forecast.insight import estimands as measures
from forecast.schema import words
from forecast.schema.topic import ReportFault, TopicContent, read_content

MOST_COMMITS = 500  # of a topic's files, that are searched for the inputs of a published answer
DIGITS_NAMED = 8  # of a line's hash
_HASH = re.compile(r"[0-9a-f]{6,64}")

type PublishedKey = tuple[str, measures.MeasureKey]  # the topic, and what a measure of it is found by


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Topics as of a day, what that is in words, and what was published of it, by topic, question and label."""

    said: str
    as_of: date
    topics: Mapping[str, Topic]
    published: Mapping[PublishedKey, measures.StatedValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """A run that the ledger has: its topic, its day, and the first digits of the hash of one of its lines."""

    topic: str
    as_of: str
    line: str


def newest_runs(root: Path, *, most: int) -> tuple[LedgerRun, ...]:
    """Return the newest runs of topics that a book's ledger has, the newest first; of a topic on one day the last."""
    entries, problems = read_ledger(Folder(root))
    if has_errors(problems):
        return ()
    runs: dict[tuple[str, str], LedgerRun] = {}
    for entry in reversed(entries):
        key = (str(entry["topic"]), str(entry["as_of"]))
        runs.setdefault(key, LedgerRun(*key, line_hash(canonical_json(entry).encode())[:DIGITS_NAMED]))
        if len(runs) == most:
            break
    return tuple(runs.values())


def find_snapshot(book: Book, text: str, *, today: date) -> Result[Snapshot]:
    """Return the run that a text names: a day, which may be `today`, a report's JSON, the hash of a ledger's line (its first six digits at least), or a commit.

    With the run come warnings of what could not be read of it; without one, the errors.
    """
    if (day := today if text == "today" else parse_day(text)) is not None:
        if day > today:
            return Result(None, (_no_snapshot_problem(f"{day} is after today, {today}"),))
        return Result(Snapshot(f"today's book as of {words.day(day)}", day, book.topics))
    if text in book.topics:
        return Result(None, (_no_snapshot_problem(f"`{text}` is a topic, not a run", f"name two runs, and --topic {text}"),))
    try:
        if text.endswith(".json"):
            return _snapshot_of_report(book, Path(text))
        if _HASH.fullmatch(text):
            snapshot = _snapshot_of_ledger_line(book, text)
            if snapshot is not None:
                return snapshot
        return _snapshot_of_commit(book.root, text, today)
    except GitFault as fault:
        return Result(None, (_no_snapshot_problem(f"no run `{text}` was found: {fault}", fault.hint),))


def _snapshot_of_report(book: Book, path: Path) -> Result[Snapshot]:
    if path.exists() and not path.is_file():  # a FIFO would be waited for
        return Result(None, (_no_snapshot_problem(f"{path} is no file"),))
    try:
        content = read_content(path.read_bytes(), name=str(path))
    except (OSError, ValueError, ReportFault) as fault:
        return Result(None, (_no_snapshot_problem(f"{path} cannot be read: {fault}"),))
    return _snapshot_of_inputs(
        book,
        content["name"],
        date.fromisoformat(content["as_of"]),
        content["run"]["hashes"]["numbers"],
        _published_measures(content["name"], content["answers"]),
    )


def _snapshot_of_ledger_line(book: Book, prefix: str) -> Result[Snapshot] | None:
    """The run whose line in the ledger has a hash that begins so; None where no line has."""
    entries, _ = read_ledger(Folder(book.root))
    line = next((entry for entry in entries if line_hash(canonical_json(entry).encode()).startswith(prefix)), None)
    if line is None:
        return None
    same = ("topic", "as_of", "inputs", "made", "seed", "draws", "program", "variant")
    answers = [entry | {"name": entry["question"]} for entry in entries if all(entry.get(key) == line.get(key) for key in same)]
    return _snapshot_of_inputs(
        book, line["topic"], date.fromisoformat(line["as_of"]), line["inputs"], _published_measures(line["topic"], answers)
    )


def _snapshot_of_inputs(
    book: Book, name: str, as_of: date, inputs: str, published: Mapping[PublishedKey, measures.StatedValue]
) -> Result[Snapshot]:
    """The run of a topic whose numbers have a hash: today's topic, or the one that git remembers."""
    described = f"the report of {words.day(as_of)}"
    now = book.topics.get(name)
    if now is not None and numbers_hash(now, as_of=as_of) == inputs:
        return Result(Snapshot(described, as_of, {name: now}, published))
    with open_commits(book.root) as commits:
        paths = [f"{SEEDS}/{name}", f"{PRIORS}/{name}.toml"]
        for commit in () if commits is None else commits.commits_changing(paths, most=MOST_COMMITS):
            assert commits is not None
            topics, problems = _book_at(commits, commit)
            topic = (topics or {}).get(name)
            if topic is not None and numbers_hash(topic, as_of=as_of) == inputs:
                return Result(Snapshot(f"{described}, from commit {commit[:9]}", as_of, {name: topic}, published), problems)
    hint = "a report can be split over what was edited only while git, or the book, still has what it was made from"
    return Result(None, (_no_snapshot_problem(f"the inputs of {described} on `{name}` are neither today's nor in git's history", hint),))


def _snapshot_of_commit(root: Path, text: str, today: date) -> Result[Snapshot]:
    with open_commits(root) as commits:
        commit = None if commits is None else commits.find(text)
        topics, problems = (None, ()) if commits is None or commit is None else _book_at(commits, commit)
        if commits is None or commit is None or topics is None:
            hint = "a run is a day (2025-03-01, or today), a report's JSON, the hash of a ledger's line, or a commit with a sound book"
            return Result(None, (*problems, _no_snapshot_problem(f"no run `{text}`", hint)))
        committed = commits.committed_on(commit)
        contents = _reports_at(commits, commit, topics)
    published = {key: value for name, content in contents.items() for key, value in _published_measures(name, content["answers"]).items()}
    days = {date.fromisoformat(content["as_of"]) for content in contents.values()}
    as_of = min(max(days, default=committed), today)
    return Result(Snapshot(f"commit {commit[:9]}, as of {words.day(as_of)}", as_of, topics, published if len(days) == 1 else {}), problems)


def _reports_at(commits: Commits, commit: str, topics: Mapping[str, Topic]) -> Mapping[str, TopicContent]:
    """The reports that a commit has, by topic, without those in another format: their answers are computed anew."""
    files, _ = commits.files(commit, [f"{REPORTS}/{name}.json" for name in topics])
    contents: dict[str, TopicContent] = {}
    for file in files:
        name = Path(file.path).stem
        with suppress(ReportFault):
            contents[name] = read_content(commits.text(file), name=name)
    return {name: content for name, content in contents.items() if content["name"] == name}


def _book_at(commits: Commits, commit: str) -> Result[Mapping[str, Topic]]:
    """The sound topics of the book as a commit has it, with warnings for files that are not read; None where it has no book."""
    files, problems = commits.files(commit, [SEEDS, PRIORS])
    if not files:
        return Result(None, problems)
    with tempfile.TemporaryDirectory(prefix="forecast-") as directory:
        problems += commits.write(files, into=Path(directory))
        book, wrong = read_book(Path(directory))
    return Result(None if has_errors(wrong) and not book.topics else book.topics, problems)


def _published_measures(name: str, answers: Sequence[Mapping[str, Any]]) -> dict[PublishedKey, measures.StatedValue]:
    """What was published of a topic's answers, measure by measure."""
    return {
        (name, key): stated
        for answer in answers
        if answer["value"] is not None
        for key, stated in measures.stated_measures(answer["name"], answer["kind"], answer["value"]).items()
    }


def _no_snapshot_problem(message: str, hint: str = "") -> Problem:
    return Problem(Place(REPORTS), message, hint)
