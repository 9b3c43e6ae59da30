"""Writing what an update found: the ledger first, then the reports, under one lock.

The ledger goes first because it alone cannot be made again: nothing is ever
shown in a report that the ledger does not hold.  A run killed in between leaves
the old reports and a ledger one group longer; the next update finds its lines
there and writes the reports.  A line is due where the newest one for the same
question rests on something else: other inputs, another as-of day, other settings, another
verdict, or another wording of the question than that which it gives.  Hindcasts are compared with
hindcasts of the same day, so that replaying does not grow the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from forecast.actions.cache import read_published_report, report_directories, report_directory
from forecast.book.files.folder import Folder
from forecast.book.files.layout import LEDGER, report_path, topic_names
from forecast.book.files.locking import hold_lock
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.files.sources import read_source_if_any
from forecast.book.hashes import priors_hash
from forecast.book.index_order import index_order
from forecast.book.ledger import LEDGER_FORMAT, append_entries, format_time, read_ledger
from forecast.book.topic import Book, Topic
from forecast.book.used_rows import used_rows
from forecast.forecasts.own_questions import hash_as_asked
from forecast.report.failures import TopicFailure, failure_bytes, failure_path, readable_failures
from forecast.report.files import remove_pictures, write_files
from forecast.report.pages import render_index
from forecast.report.rerender import record_reports, render_missing_pages
from forecast.schema.topic import TopicContent
from forecast.system import utc_now

COMPARED = ("as_of", "inputs", "engine", "seed", "draws", "verdict", "program")
DRAWN = frozenset({"shape", "curve"})  # parts of an answer's value that only pictures need


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What was written: the files whose bytes changed, relative to the book, and how many lines the ledger gained."""

    written: tuple[str, ...] = ()
    recorded: int = 0
    problems: tuple[Problem, ...] = ()


def publish(
    book: Book,
    contents: Mapping[str, TopicContent],
    files: Mapping[str, Mapping[str, bytes]],
    *,
    standing: Mapping[str, TopicContent] | None = None,
    failures: Sequence[TopicFailure] = (),
    as_of: date,
    today: date,
    pages: bool = True,
    index: bool = True,
    read: Callable[[Folder], tuple[Sequence[Mapping[str, Any]], tuple[Problem, ...]]] = read_ledger,
    clock: Callable[[], datetime] = utc_now,
) -> PublishResult:
    """Record answers in the ledger and write the reports of some topics, the index of all, and the HTML pages that any report lacks.

    ``files`` are those that each content makes, rendered before, so that under
    the lock only the index and missing pages are rendered; none for a report whose files stand already.  ``standing`` are
    the contents of topics of which nothing has changed, which only the index shows.  Without ``pages`` only
    these files are written, and without ``index`` the index is left as it is.  The topics of ``failures`` keep their last
    report, and get a mark.  ``read`` gives the ledger's entries, and ``clock`` the time that new lines of the ledger
    say they were written at.

    Writes nothing where an input was changed since it was read, or where the
    ledger is broken.
    """
    folder = Folder(book.root)
    due: list[dict[str, Any]] = []
    try:
        with hold_lock(book.root):
            changed = tuple(_changed_inputs(folder, book))
            entries, broken = read(folder)
            broken = tuple(problem for problem in broken if problem.level == "error")
            wrong_day = () if as_of < today else clock_problems(entries, today)
            if changed or broken or wrong_day:
                return PublishResult(problems=(*changed, *broken, *wrong_day))
            directory = report_directory(as_of=as_of, today=today)
            for path in (*(path for of_topic in files.values() for path in of_topic), "index.html", "index.md"):
                folder.place(f"{directory}/{path}")  # before the ledger says that they are published
            for name in (*contents, *(failure.name for failure in failures)):
                folder.place(failure_path(name, directory))
            lines = new_ledger_lines(entries, contents, book.topics, today=today, at=clock())
            torn = append_entries(folder, lines)
            due = lines
            written = write_reports(
                folder, directory, contents, files, failures, standing=standing or {}, pages=pages, index=index and pages
            )
            missing, unmade = _render_missing_pages(folder) if pages else ((), ())
    except FileFault as fault:
        return PublishResult(recorded=len(due), problems=(fault.problem, *([_unwritten_reports_problem()] if due else [])))
    warnings = () if torn is None else (_torn_line_warning(torn.kept_in.name),)
    return PublishResult((*written, *missing), len(due), (*warnings, *unmade))


def clock_problems(entries: Sequence[Mapping[str, Any]], today: date) -> tuple[Problem, ...]:
    """Return the problem of a day that is before the newest on which the ledger has answers, hindcasts aside; none where time has gone on.

    Publishing on such a day would put a line after a later one, which cannot be true.
    """
    newest = max((entry["as_of"] for entry in entries if not entry["hindcast"]), default="")
    if newest <= today.isoformat():
        return ()
    message = f"today is {today}, but the book has answers of {newest}: is the clock right?"
    hint = f"set the clock right; --as-of {today} replays this day as a hindcast"
    return (Problem(Place(LEDGER, len(entries)), message, hint),)


def new_ledger_lines(
    entries: Sequence[Mapping[str, Any]],
    contents: Mapping[str, TopicContent],
    topics: Mapping[str, Topic],
    *,
    today: date,
    at: datetime,
) -> list[dict[str, Any]]:
    """Return the ledger's next lines: one for each answer whose newest line does not say the same.

    The first of a topic has the hashes of the rows it used, unless the last line of that topic that has some has the same.
    """
    newest = {_line_identity(entry): entry for entry in entries}
    rows_before = {_record_identity(entry): entry["rows"] for entry in entries if "rows" in entry}
    due: list[dict[str, Any]] = []
    for name, content in contents.items():
        lines = [
            line for line in _ledger_lines(content, topics[name], today, at) if _is_new_answer(line, newest.get(_line_identity(line), {}))
        ]
        if lines:
            used = used_rows(topics[name], date.fromisoformat(content["as_of"]))
            if used != rows_before.get(_record_identity(lines[0]), {}):
                lines[0]["rows"] = used
        due += lines
    return due


def write_reports(
    folder: Folder,
    directory: str,
    contents: Mapping[str, TopicContent],
    files: Mapping[str, Mapping[str, bytes]],
    failures: Sequence[TopicFailure] = (),
    *,
    standing: Mapping[str, TopicContent],
    pages: bool = True,
    index: bool = True,
) -> tuple[str, ...]:
    """Write each topic's JSON and pages, the marks of failures, then the index of all the book's topics; return the paths of what changed.

    A topic without files has them already.  Call it under the book's lock.  Raises ``FileFault``.
    """
    written: list[str] = []
    for name in contents:
        written += write_files(folder, directory, files[name])
        if pages and files[name]:
            remove_pictures(folder, directory, [name], but=files[name])
        if folder.kind(mark := failure_path(name, directory)) is not None:
            folder.remove(mark)
            written.append(mark)
    written += write_files(
        folder, directory, {failure_path(failure.name, "").removeprefix("/"): failure_bytes(failure) for failure in failures}
    )
    if not index:
        return tuple(written)
    topics = topic_names(folder)
    known = {**standing, **contents}
    others = {name: read_published_report(folder.root, report_path(name, directory)) for name in topics if name not in known}
    every = {**{name: content for name, content in others.items() if content is not None}, **known}
    failed = readable_failures(folder.root, [name for name in topics if name not in contents], directory)
    index_files = render_index(
        [every[name] for name in sorted(every)], failures=failed, records=record_reports(folder, directory), order=index_order(folder)
    )
    written += write_files(folder, directory, index_files)
    return tuple(written)


def pages_of_unchanged_reports(written: Sequence[str]) -> tuple[str, ...]:
    """Return which of the written files are HTML pages whose Markdown was not written with them: all that a fresh clone lacks."""
    pages, texts = ({path.removesuffix(ending) for path in written if path.endswith(ending)} for ending in (".html", ".md"))
    return tuple(f"{path}.html" for path in sorted(pages - texts))


def _render_missing_pages(folder: Folder) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The HTML pages that today's reports and hindcasts lack, made from their JSON: their paths, and a warning for each that cannot be made."""
    try:
        directories = report_directories(folder)
    except FileFault as fault:
        return (), (replace(fault.problem, level="warning"),)
    return render_missing_pages(folder, directories)


def _ledger_lines(content: TopicContent, topic: Topic, today: date, at: datetime) -> Iterator[dict[str, Any]]:
    priors = priors_hash(topic)
    run, verdict = content["run"], content["verdict"]["verdict"]
    engine = content["engine"]["engine"]
    both = "importance and nuts" if verdict in {"agreed", "disputed"} else engine
    for answer in content["answers"]:
        if answer["value"] is None:
            continue
        yield {
            "format": LEDGER_FORMAT,
            "at": format_time(at),
            "topic": content["name"],
            "question": answer["name"],
            "asked": hash_as_asked(topic.questions[answer["name"]]),
            "kind": answer["kind"],
            "by": answer["by"],
            "status": answer["status"],
            "value": {name: part for name, part in answer["value"].items() if name not in DRAWN},
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
            "priors": priors,
            "seed": run["seed"],
            "draws": run["draws"],
        }


def _is_new_answer(line: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    reworded = "asked" in before and before["asked"] != line["asked"]  # of a line that does not say it is taken to be the same
    return reworded or any(before.get(name) != line[name] for name in COMPARED)


def _line_identity(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two lines speak of the same thing."""
    return line["topic"], line["question"], line.get("variant", ""), line["as_of"] if line["hindcast"] else None


def _record_identity(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two lines rest on one record."""
    return line["topic"], line["as_of"] if line["hindcast"] else None


def _changed_inputs(folder: Folder, book: Book) -> Iterator[Problem]:
    """The inputs that are no longer what was read: writing would show answers that are out of date already."""
    for topic in book.topics.values():
        for path, text in topic.texts.items():
            if _current_text(folder, path, topic) != text:
                yield Problem(
                    Place(path), "this file was changed while its answers were computed; nothing was written", "run the update again"
                )


def _current_text(folder: Folder, path: str, topic: Topic) -> str | None:
    source, problems = read_source_if_any(folder, path)
    if source is None:
        return None if problems or topic.texts[path] else ""
    return source.text


def _unwritten_reports_problem() -> Problem:
    message = "the ledger has the new answers, but their reports could not be written"
    return Problem(Place(LEDGER), message, "run `forecast update` again once that is fixed; it writes the reports")


def _torn_line_warning(kept_in: str) -> Problem:
    message = f"the ledger's last line was torn (it had no line end); it was set aside in {kept_in}"
    return Problem(Place(LEDGER), message, "look at it: another program or a full disk cut it", level="warning")
