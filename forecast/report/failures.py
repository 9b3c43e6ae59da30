"""Topics that an update could not compute: a mark beside the last report, so that the index and ``show`` know it until an update succeeds.

The mark is a file of its own, since the last report stands as it was published.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict, TypeGuard

from forecast.book.files.folder import Folder
from forecast.book.files.layout import REPORTS
from forecast.book.files.problems import FileFault, Problem
from forecast.schema import words
from forecast.schema.json_data import format_json
from forecast.schema.topic import ReportFault, remake_hint

FAILURE_FORMAT = 1
TEXTS = ("name", "title", "as_of")


class FailureContent(TypedDict):
    """A failure's file."""

    format: int
    name: str
    title: str
    as_of: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class TopicFailure:
    """A topic that could not be computed as of a day, and why, in one sentence for each problem."""

    name: str
    title: str
    as_of: str
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What happened, in words; it says nothing of a report before."""
        return f"Not computed as of {words.day(self.as_of)}: {'; '.join(self.reasons)}."


def failure_of_topic(name: str, title: str, as_of: date, problems: Sequence[Problem]) -> TopicFailure:
    """Return the failure that problems are, each with the file and the line where it lies."""
    reasons = (
        f"{problem.message} ({problem.place.path}{f', line {problem.place.line}' if problem.source else ''})" for problem in problems
    )
    return TopicFailure(name, title, as_of.isoformat(), tuple(dict.fromkeys(reasons)))


def failure_path(topic: str, directory: str = REPORTS) -> str:
    """Return the path of a topic's mark, relative to the book; no topic's name has a dot, so no report is called so."""
    return f"{directory}/{topic}.failed.json"


def failure_bytes(failure: TopicFailure) -> bytes:
    """Return the file that a failure makes."""
    content: FailureContent = {
        "format": FAILURE_FORMAT,
        "name": failure.name,
        "title": failure.title,
        "as_of": failure.as_of,
        "reasons": list(failure.reasons),
    }
    return (format_json(content) + "\n").encode()


def read_failure(root: Path, topic: str, directory: str = REPORTS) -> TopicFailure | None:
    """Return the failure of a topic that a directory of reports has a mark of; None where there is none.

    Raises ``ReportFault`` for a mark that this program did not write whole.
    """
    path, folder = failure_path(topic, directory), Folder(root)
    try:
        if folder.kind(path) is None:
            return None
        content: object = json.loads(folder.read(path).decode())
    except FileFault as fault:
        raise ReportFault(fault.problem.message) from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        content = None
    if not _is_whole(content, topic):
        raise ReportFault(f"{path} is not whole; {remake_hint(path, topic)}")
    return TopicFailure(content["name"], content["title"], content["as_of"], tuple(content["reasons"]))


def failures_in(root: Path, topics: Sequence[str], directory: str = REPORTS) -> dict[str, TopicFailure]:
    """Return the failures of some topics; raise ``ReportFault`` as ``read_failure`` does."""
    by_topic = {topic: read_failure(root, topic, directory) for topic in topics}
    return {topic: failure for topic, failure in by_topic.items() if failure is not None}


def readable_failures(root: Path, topics: Sequence[str], directory: str = REPORTS) -> dict[str, TopicFailure]:
    """Return the failures that some topics have marks of; as with reports, one that is not whole marks nothing."""
    failures: dict[str, TopicFailure] = {}
    for topic in topics:
        with suppress(ReportFault):  # `forecast show` says so
            failures |= failures_in(root, [topic], directory)
    return failures


def _is_whole(content: object, topic: str) -> TypeGuard[FailureContent]:
    if not isinstance(content, dict) or content.get("format") != FAILURE_FORMAT or content.keys() != {"format", *TEXTS, "reasons"}:
        return False
    reasons = content["reasons"]
    if not all(isinstance(content[name], str) for name in TEXTS) or not isinstance(reasons, list) or not reasons:
        return False
    try:
        day = date.fromisoformat(content["as_of"]).isoformat()
    except ValueError:
        return False
    return content["name"] == topic and day == content["as_of"] and all(isinstance(reason, str) for reason in reasons)
