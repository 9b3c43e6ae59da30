"""What an update takes from the reports before: verdicts that still hold, and rows that were used in published answers.

Rows are read from the ledger too, which cannot be made again.  A verdict holds as long as nothing
that changes numbers has changed: the topic and the rows visible on the day, the
seed, the number of paths and the engine.  The
as-of day is part of that only where a statement uses ``age``, the years to that
day: rows cut at the day are in the hash of the topic already, and questions end
on days of their own.  A verdict made with other versions of what computes holds too, and says with which.
Numbers are never taken from a report, for anybody may have written it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS, report_path
from forecast.book.files.problems import FileFault, Place, Problem
from forecast.book.hashes import numbers_hash
from forecast.book.rows import row_hash, rows_as_of
from forecast.book.topic import Row, Topic
from forecast.book.used_rows import LostRow, lost_rows, unmatched_indices
from forecast.book.value_range import ValueRange
from forecast.cache.folder import CACHE_VARIABLE
from forecast.cache.keys import verdict_key
from forecast.cache.store import Store
from forecast.model.errors import prior_problem, source_line, topic_problem
from forecast.model.settings import Settings
from forecast.report.files import read_report
from forecast.schema.columns import columns_to_tables
from forecast.schema.insight import ImpliedContent
from forecast.schema.json_data import finite_or_none, round_numbers, row_as_data
from forecast.schema.topic import CheckValue, ReportFault, TopicContent, VerdictContent, digest_of, validate_content
from forecast.schema.words import range_text

if TYPE_CHECKING:
    from forecast.inference.referee import Verdict

HINDCASTS = "as-of"
DAY_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")  # of a directory of hindcasts


def report_directory(*, as_of: date, today: date) -> str:
    """Return where in a book the reports of a day are written: hindcasts apart, so that today's reports are not overwritten."""
    return REPORTS if as_of == today else f"{REPORTS}/{HINDCASTS}/{as_of.isoformat()}"


def report_directories(folder: Folder) -> tuple[str, ...]:
    """Return every directory of a book that has reports, or had: today's, and those of hindcasts.  Raises ``FileFault``."""
    hindcasts = f"{REPORTS}/{HINDCASTS}"
    return (REPORTS, *(f"{hindcasts}/{name}" for name in folder.names(hindcasts) if DAY_NAME.fullmatch(name)))


def store_warnings(store: Store) -> list[Problem]:
    """Return a warning where results could not be read from the store or kept in it; they have been computed all the same."""
    if not store.fault:
        return []
    message = f"results cannot be kept from run to run: {store.fault}"
    return [Problem(Place(REPORTS), message, f"remove that file, or set {CACHE_VARIABLE} to another folder", level="warning")]


def verdict_as_data(verdict: Verdict) -> VerdictContent:
    """Return a referee's verdict as a report keeps it, with one check for each figure compared, the worst first."""
    checks: list[dict[str, CheckValue]] = [
        {
            "kind": comparison.kind,
            "name": comparison.name,
            "label": comparison.label,
            "what": comparison.what,
            "fast": finite_or_none(comparison.fast),
            "nuts": finite_or_none(comparison.nuts),
            "errors_apart": finite_or_none(comparison.z),
        }
        for comparison in sorted(verdict.comparisons, key=lambda comparison: -abs(comparison.z))
    ]
    return {"verdict": verdict.verdict, "sentence": verdict.sentence, "checks": checks}


def reusable_reports(root: Path, topic: str, *, as_of: date, today: date) -> tuple[dict[str, Any], ...]:
    """Return the reports of a topic that may remember something of use as of a day, as they stand: that day's, and the newest."""
    places = dict.fromkeys((report_directory(as_of=as_of, today=today), REPORTS))
    contents = (_read_unverified_report(root, report_path(topic, directory)) for directory in places)
    return tuple(content for content in contents if content is not None)


def cached_verdict(
    reports: Sequence[Mapping[str, Any]], topic: Topic, *, as_of: date, settings: Settings, computing: Mapping[str, str]
) -> VerdictContent | None:
    """Return the verdict that one of some reports keeps for the same calculation; None where none was made with the referee.

    One that was made with other versions than ``computing`` says with which.  A report that is not whole remembers nothing, and "not
    refereed" is no verdict: older versions wrote it where the referee failed.
    """
    for report in reports:
        made_with = _verdict_versions(report)
        if made_with is None:
            continue
        content = _report_of_calculation(report, verdict_key(topic, as_of=as_of, settings=settings, computing=made_with))
        if content is None or content["verdict"]["verdict"] == "not refereed":
            continue
        verdict = content["verdict"].copy()
        verdict.pop("versions", None)
        return verdict if made_with == computing else {**verdict, "versions": dict(made_with)}
    return None


def read_published_report(root: Path, path: str) -> TopicContent | None:
    """Return the content of a report's JSON at a path in the book; None where there is none, or none that is whole."""
    try:
        return read_report(root, path)
    except ReportFault:
        return None


def newest_report(root: Path, topic: Topic) -> dict[str, Any] | None:
    """Return the newest report of a topic as it stands, None where there is none; whoever says something from it looks whether it is whole."""
    return _read_unverified_report(root, report_path(topic.name))


def edited_rows(topic: Topic, content: Mapping[str, Any] | None, entries: Sequence[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """Return a problem for each row used in the newest published answers that is no longer in the record as it was.

    ``content`` is the newest report, ``entries`` are those of the ledger.  Rows are compared by what moves numbers: days,
    value, ``known``, ``id``, ``replaces`` and the other columns.  The report says more of a row, so what it tells is not
    repeated from the ledger.
    """
    missing = _missing_rows(topic, content)
    hashes = {hashed for _, hashed in missing}
    places = {problem.place for problem, _ in missing if problem.place.line > 1}
    more = [_lost_row_problem(topic, lost) for lost in lost_rows(topic, entries) if lost.hash not in hashes]
    return (*(problem for problem, _ in missing), *(problem for problem in more if problem.place not in places))


def _missing_rows(topic: Topic, content: Mapping[str, Any] | None) -> list[tuple[Problem, str]]:
    """The problems of rows that the newest report has and the record has no longer, each with the row's hash."""
    if content is None:
        return []
    try:
        as_of = date.fromisoformat(content["as_of"])
        whole = [stream for stream in content["streams"] if "long" not in stream]  # the rows of others are in the ledger alone
        used = {stream["name"]: stream["rows"] for stream in whole if stream["name"] in topic.streams}
        missing = [row for name, rows in used.items() for row in _missing_rows_of_stream(topic, name, rows, as_of)]
        return missing if missing and _is_whole(content) else []  # a digest costs more than all else
    except (ValueError, KeyError, TypeError, AttributeError):
        return []  # a report that is not whole remembers nothing; the next update makes it again


def _read_unverified_report(root: Path, path: str) -> dict[str, Any] | None:
    """A report's JSON, whatever is in it; None where there is none that can be read."""
    folder = Folder(root)
    try:
        if folder.kind(path) is None:
            return None
        content = json.loads(folder.read(path))
    except (FileFault, ValueError, RecursionError):
        return None
    return columns_to_tables(content) if isinstance(content, dict) else None


def _verdict_versions(report: Mapping[str, Any]) -> dict[str, str] | None:
    """The versions with which a report's verdict was made, as it states them; None where it does not."""
    try:
        made_with = report["verdict"].get("versions", report["run"]["versions"])
    except (KeyError, TypeError, AttributeError):
        return None
    return made_with if isinstance(made_with, dict) else None


def _report_of_calculation(report: Mapping[str, Any], key: str) -> TopicContent | None:
    """A report whose verdict is of a calculation, if it is whole; only what fits is checked, which takes its time."""
    try:
        return validate_content(report) if report["run"]["hashes"].get("refereed") == key else None
    except (KeyError, TypeError, AttributeError, ReportFault):
        return None


def cached_implications(topic: Topic, content: Mapping[str, Any] | None) -> tuple[Problem, ...] | None:
    """Return what the newest report says that the priors imply, as warnings; None where the topic's numbers have changed since."""
    if content is None:
        return None
    try:
        if content["run"]["hashes"]["numbers"] != numbers_hash(topic, as_of=date.fromisoformat(content["as_of"])):
            return None
        implied = content.get("implied", ())
        return warnings_of(topic, implied) if not implied or _is_whole(content) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _is_whole(content: Mapping[str, Any]) -> bool:
    """Whether a report is as it was written."""
    return bool(content["digest"] == digest_of(content))


def warnings_of(topic: Topic, implied: Iterable[ImpliedContent]) -> tuple[Problem, ...]:
    """Return what priors imply, as a report keeps it, as warnings with their places in the topic's files."""
    at = {"priors": prior_problem, "topic": topic_problem}
    return tuple(
        replace(at[warning["file"]](topic, tuple(warning["keys"]), warning["message"], warning["hint"]), level="warning")
        for warning in implied
    )


def _missing_rows_of_stream(topic: Topic, stream: str, used: list[dict[str, Any]], as_of: date) -> Iterator[tuple[Problem, str]]:
    rows = rows_as_of(topic.streams[stream], as_of)
    now, before = [_identity(row_as_data(row)) for row in rows], [_identity(row) for row in used]
    unnamed = [_identity({**row_as_data(row), "id": ""}) if row.id else None for row in rows]
    known = frozenset(before)
    others = tuple(row for row, identity in zip(rows, now, strict=True) if identity not in known)
    for at in unmatched_indices(before, now, unnamed):
        yield _edited_row_problem(topic, stream, used[at], as_of, others), _hash_of(used[at])


def _hash_of(used: Mapping[str, Any]) -> str:
    """The hash of a row as a report keeps it; not its own where its numbers have more digits than a report's."""
    low, high = used.get("low"), used.get("high")
    ends = ValueRange(-math.inf if low is None else low, math.inf if high is None else high) if "low" in used else None
    start, end, known = (date.fromisoformat(used[day]) for day in ("start", "end", "known"))
    parts = {name: used[name] for name in ("id", "replaces", "columns")}
    row = Row(Place(""), start, end, used["value"], known, used["source"], between=ends, origin=used.get("origin", ""), **parts)
    return row_hash(row)


def _lost_row_problem(topic: Topic, lost: LostRow) -> Problem:
    """The problem of a row, or of a run of rows, that the ledger has the hash of and the record has no longer."""
    place = Place(f"seeds/{topic.name}/{lost.stream}.csv") if lost.row is None else lost.row.place
    verb = "is gone or was edited" if lost.row is None else "was edited"
    message = f"a row used in the answers as of {lost.as_of} {verb}; its hash was `{lost.hash}`"
    if not lost.hash:
        message = (
            f"of the {lost.count} rows from here on, as the answers as of {lost.as_of} used them, one is gone, was edited or was moved"
        )
    hint = "restore it, and append a row that replaces it; `forecast check --rows` shows the hashes of rows"
    return Problem(place, message, hint, "" if lost.row is None else source_line(topic, place))


def _edited_row_problem(topic: Topic, stream: str, used: Mapping[str, Any], as_of: date, others: tuple[Row, ...]) -> Problem:
    """The problem of a used row, placed at the row that seems to have been made of it, or at the file."""
    alike = [row for row in others if row.start.isoformat() == used["start"]]
    place = alike[0].place if alike else Place(f"seeds/{topic.name}/{stream}.csv")
    days = used["start"] if used["start"] == used["end"] else f"{used['start']} to {used['end']}"
    value = used.get("said") or (range_text(used["low"], used["high"]) if "low" in used else f"{used['value']:g}")
    was = f"{days}, value {value}, known {used['known']}"
    verb = "was edited" if alike else "is gone or was edited"
    message = f"a row used in the answers as of {as_of} {verb}; it was {was}"
    return Problem(
        place,
        message,
        "restore it, and append a row that replaces it; `forecast check --rows` shows the hashes of rows",
        source_line(topic, place) if alike else "",
    )


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    fields = ("start", "end", "value", "known", "id", "replaces", "low", "high", "origin")
    return *((name, round_numbers(row[name])) for name in fields if name in row), *sorted(
        (name, round_numbers(value)) for name, value in row["columns"].items()
    )
