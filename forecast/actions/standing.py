"""Topics of which nothing has changed since they were published: found by the bytes of their files, without reading or checking them.

A topic stands if its files, the settings, the day, the program, the ledger's lines of the topic and the files of its report are what
they were when an update published it and found nothing wrong.  Then it would come to the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from forecast.actions.pages import files_stand, pages_key
from forecast.actions.run import ReportMarks, Run
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SEEDS, prior_path, topic_of_path
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.ledger import canonical_json
from forecast.book.links import topics_mentioned
from forecast.book.reading import READ_SUFFIXES
from forecast.cache.store import CachedResult, Store
from forecast.schema.columns import columns_to_tables
from forecast.schema.topic import TopicContent


@dataclass(frozen=True, slots=True)
class TopicOutcome:
    """What a topic came to: the key under which its content is kept, and what is said of that without reading it."""

    content_key: str
    marks: ReportMarks


@dataclass(frozen=True, slots=True)
class StandingTopic:
    """A topic as it was published: its content, compressed JSON, what is said of it, and the warnings that a check had."""

    content: bytes
    marks: ReportMarks
    warnings: tuple[Problem, ...]


def standing_topics(run: Run, names: Sequence[str], entries: Sequence[Mapping[str, Any]], store: Store) -> dict[str, StandingTopic]:
    """Return those of some topics that stand, by their names; ``entries`` are those of the ledger."""
    if run.referee or store.folder is None:
        return {}
    keys = {name: key for name, key in outcome_keys(run, names, entries).items() if key is not None}
    kept = store.find([*keys.values(), *(pages_key(run, name) for name in keys)])
    outcomes = {name: json.loads(kept[key]) for name, key in keys.items() if key in kept}
    standing = {
        name: outcome for name, outcome in outcomes.items() if files_stand(run, kept.get(pages_key(run, name)), outcome["marks"]["digest"])
    }
    contents = store.find_packed(outcome["content_key"] for outcome in standing.values())
    return {
        name: StandingTopic(contents[outcome["content_key"]], _report_marks(outcome["marks"]), tuple(map(_problem, outcome["warnings"])))
        for name, outcome in standing.items()
        if outcome["content_key"] in contents
    }


def outcomes_to_keep(
    run: Run, entries: Sequence[Mapping[str, Any]], outcomes: Mapping[str, TopicOutcome], warnings: Iterable[Problem]
) -> list[CachedResult]:
    """Return what is kept of topics that have just been published, by which they are found to stand.

    ``entries`` are those of the ledger by now.  A topic whose engines the next update is to compare does not stand.
    """
    outcomes = {name: outcome for name, outcome in outcomes.items() if run.referee is False or outcome.marks.is_compared}
    keys = outcome_keys(run, tuple(outcomes), entries)
    of_topic: dict[str, list[Problem]] = {name: [] for name in outcomes}
    for problem in warnings:
        if (name := topic_of_path(problem.place.path)) in of_topic:
            of_topic[name].append(problem)
    return [
        CachedResult("outcome", key, json.dumps({**asdict(outcome), "warnings": list(map(asdict, of_topic[name]))}).encode())
        for name, outcome in outcomes.items()
        if (key := keys[name]) is not None
    ]


def outcome_keys(run: Run, names: Sequence[str], entries: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """Return the key of what each topic came to, as everything stands; None where a file of it cannot be read."""
    folder = Folder(run.root)
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        lines.setdefault(entry["topic"], []).append(entry)
    return {name: _outcome_key(run, folder, name, lines.get(name, ())) for name in names}


def parse_content(data: bytes) -> TopicContent:
    """Return a content that this program has written to the cache, which needs no checks."""
    content: TopicContent = columns_to_tables(json.loads(data))  # type: ignore[assignment]
    return content


def _report_marks(data: Mapping[str, Any]) -> ReportMarks:
    return ReportMarks(**{**data, "unanswerable": tuple(data["unanswerable"]), "broken": tuple(data["broken"])})


def _problem(data: Mapping[str, Any]) -> Problem:
    return Problem(**{**data, "place": Place(**data["place"])})


def _outcome_key(run: Run, folder: Folder, name: str, lines: Sequence[Mapping[str, Any]]) -> str | None:
    try:
        files = _files_hash(folder, name)
    except FileFault:  # the check says which, and why
        return None
    settings = [run.settings.engine, run.settings.seed, run.settings.draws, run.settings.chances, run.settings.trust]
    day = [run.as_of.isoformat(), run.today.isoformat()]
    ledger = hashlib.sha256(canonical_json(lines[-1]).encode()).hexdigest() if lines else ""  # it says which line was before
    parts = ["outcome", run.environment.key, name, files, settings, day, run.referee, run.insight, run.pages, ledger]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _files_hash(folder: Folder, name: str) -> str:
    """The SHA-256 of everything that reading a topic looks at, and of what its links may lead to."""
    hashed = hashlib.sha256()
    joined, waiting = {name: None}, [name]
    while waiting:
        mentioned = _hash_topic(folder, waiting.pop(0), hashed)
        waiting += [other for other in mentioned if other not in joined and folder.kind(f"{SEEDS}/{other}") == "folder"]
        joined |= dict.fromkeys(waiting)
    return hashed.hexdigest()


def _hash_topic(folder: Folder, name: str, hashed: hashlib._Hash) -> tuple[str, ...]:
    """Add the names and kinds in a topic's folder, and the bytes of what is read; return the topics that its links may name."""
    inside = f"{SEEDS}/{name}"
    mentioned: tuple[str, ...] = ()
    paths = [f"{inside}/{entry}" for entry in folder.names(inside)]
    for path in (*paths, prior_path(name)):
        kind = folder.kind(path)
        hashed.update(f"{path}\0{kind}\0".encode())
        if kind == "file" and path.endswith(READ_SUFFIXES):
            read = folder.read(path)
            hashed.update(hashlib.sha256(read).digest())
            mentioned = topics_mentioned(read.decode(errors="replace")) if path == prior_path(name) else ()
    return mentioned
