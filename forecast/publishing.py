"""Writing what an update found: the ledger first, then the reports, under one lock.

The ledger goes first because it alone cannot be made again: nothing is ever
shown in a report that the ledger does not hold.  A run killed in between leaves
the old reports and a ledger one group longer; the next update finds its lines
there and writes the reports.  A line is due where the newest one for the same
question says something else was asked of the same numbers: other inputs, another
as-of day, other settings or another verdict.  Hindcasts are compared with
hindcasts of the same day, so that replaying does not grow the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecast.book.layout import REPORTS, ledger_path, topic_names
from forecast.book.ledger import append, read_ledger
from forecast.book.problems import Place, Problem
from forecast.book.sources import read_source
from forecast.book.topic import Book, Topic
from forecast.book.writing import Busy, locked, write_whole
from forecast.remembering import published, report_directory
from forecast.report.pages import render_index

COMPARED = ("as_of", "inputs", "engine", "seed", "draws", "verdict", "program")
DRAWN = frozenset({"shape", "curve"})  # parts of an answer's value that only pictures need


@dataclass(frozen=True, slots=True)
class Published:
    """What was written: the files whose bytes changed, relative to the book, and how many lines the ledger gained."""

    written: tuple[str, ...] = ()
    recorded: int = 0
    problems: tuple[Problem, ...] = ()


def publish(
    book: Book, contents: Mapping[str, Mapping[str, Any]], files: Mapping[str, Mapping[str, bytes]], *, as_of: date, today: date
) -> Published:
    """Record answers in the ledger and write the reports of some topics, and the index of all.

    ``files`` are those that each content makes, rendered before, so that the
    lock is held for writing only.

    Writes nothing where an input was changed since it was read, or where the
    ledger is broken.
    """
    root = book.root
    path = ledger_path(root)
    try:
        with locked(root):
            changed = tuple(_changed_since(root, book))
            entries, broken = read_ledger(path)
            broken = tuple(problem for problem in broken if "torn" not in problem.message)
            if changed or broken:
                return Published(problems=(*changed, *broken))
            due = due_lines(entries, contents, today=today)
            torn = append(path, due)
            written = write_reports(report_directory(root, as_of=as_of, today=today), contents, files, known=topic_names(root))
    except Busy as busy:
        return Published(problems=(Problem(Place(f"{REPORTS}/.lock"), str(busy), "try again when it has finished"),))
    told = () if torn is None else (_torn(torn.kept_in.name),)
    return Published(tuple(str(file.relative_to(root)) for file in written), len(due), told)


def due_lines(entries: Sequence[Mapping[str, Any]], contents: Mapping[str, Mapping[str, Any]], *, today: date) -> list[dict[str, Any]]:
    """Return the ledger's next lines: one for each answer whose newest line does not say the same."""
    newest = {_same(entry): entry for entry in entries}
    lines = [line for content in contents.values() for line in _lines(content, today)]
    return [line for line in lines if any(newest.get(_same(line), {}).get(name) != line[name] for name in COMPARED)]


def write_reports(
    directory: Path, contents: Mapping[str, Mapping[str, Any]], files: Mapping[str, Mapping[str, bytes]], *, known: Sequence[str]
) -> tuple[Path, ...]:
    """Write each topic's JSON and pages, then the index of all topics that have a report there; return what changed.

    ``known`` are the book's topics: a report of none of them is not in the index.
    Call it under the book's lock: temporary files that a killed run left are removed.
    """
    for leftover in directory.rglob(".*.tmp"):
        leftover.unlink()
    written: list[Path] = []
    for name in contents:
        written += [path for file, data in files[name].items() if _write(path := directory / file, data)]
        for picture in (directory / name).glob("*.svg"):
            if f"{name}/{picture.name}" not in files[name]:
                picture.unlink()  # of a question or a value that is no longer asked
    others = {name: published(directory / f"{name}.json") for name in known if name not in contents}
    every = {**{name: found for name, found in others.items() if found is not None}, **contents}
    index = render_index([every[name] for name in sorted(every)])
    written += [path for file, data in index.items() if _write(path := directory / file, data)]
    return tuple(written)


def _lines(content: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    run, verdict = content["run"], content["verdict"]["verdict"]
    engine = content["engine"]["engine"]
    both = engine if verdict == "not refereed" else "importance and nuts"
    for answer in content["answers"]:
        yield {
            "topic": content["name"],
            "question": answer["name"],
            "kind": answer["kind"],
            "by": answer["by"],
            "status": answer["status"],
            "value": {name: each for name, each in answer["value"].items() if name not in DRAWN},
            "given": answer["given_probability"] if answer["given"] else None,
            **({"annulled": answer["annulment"]["probability"]} if "annulment" in answer else {}),
            "as_of": content["as_of"],
            "made": today.isoformat(),
            "hindcast": run["hindcast"],
            "engine": engine,
            "engines": both,
            "verdict": verdict,
            "sound": not content["warnings"],
            "program": run["versions"]["forecast"],
            "versions": run["versions"],
            "inputs": run["hashes"]["numbers"],
            "seed": run["seed"],
            "draws": run["draws"],
        }


def _same(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two lines speak of the same thing."""
    return line.get("topic"), line.get("question"), line.get("as_of") if line.get("hindcast") else None


def _write(path: Path, data: bytes) -> bool:
    """Write a file where its bytes would change; say whether they did."""
    if path.is_file() and path.read_bytes() == data:
        return False
    write_whole(path, data)
    return True


def _changed_since(root: Path, book: Book) -> Iterator[Problem]:
    """The inputs that are no longer what was read: writing would show answers that are out of date already."""
    for topic in book.topics.values():
        for path, text in topic.texts.items():
            if _text_now(root, path, topic) != text:
                yield Problem(
                    Place(path), "this file was changed while its answers were computed; nothing was written", "run the update again"
                )


def _text_now(root: Path, path: str, topic: Topic) -> str | None:
    if not (root / path).exists():
        return None if topic.texts[path] else ""
    source, _ = read_source(root, path)
    return None if source is None else source.text


def _torn(kept_in: str) -> Problem:
    message = f"the ledger's last line was torn (it had no line end); it was set aside in {kept_in}"
    return Problem(Place(f"{REPORTS}/ledger.jsonl"), message, "look at it: another program or a full disk cut it", level="warning")
