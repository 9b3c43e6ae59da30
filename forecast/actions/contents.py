"""What many topics came to, compressed in memory: a book of ten thousand topics fits where each topic's report is unpacked when it is read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forecast.actions.run import ReportMarks, TopicResult
from forecast.actions.settled import SettledAnswer, settled_answers
from forecast.actions.standing import parse_content
from forecast.book.files.problems import Problem
from forecast.cache.store import COMPRESSION
from forecast.schema.insight import ImpliedContent
from forecast.schema.topic import TopicContent, content_bytes


@dataclass(frozen=True, slots=True)
class PackedResult:
    """A topic's result, compressed: the JSON of its report (empty where there is none) and its files.

    ``content_key`` is the key under which the content is kept; ``settled`` are the questions that the record has decided; ``problems``, ``failed`` and ``trace`` are those of ``TopicResult``.
    """

    content: bytes = b""
    marks: ReportMarks | None = None
    implied: tuple[ImpliedContent, ...] = ()
    files: PackedFiles = field(default_factory=lambda: PackedFiles({}))
    content_key: str = ""
    problems: tuple[Problem, ...] = ()
    failed: bool = False
    trace: str = ""
    settled: tuple[SettledAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class PackedFiles(Mapping[str, bytes]):
    """The files of a report by their paths, each unpacked when it is asked for."""

    packed: Mapping[str, bytes]

    def __getitem__(self, path: str) -> bytes:
        return zlib.decompress(self.packed[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)


@dataclass(frozen=True, slots=True)
class Contents(Mapping[str, TopicContent]):
    """The contents of reports by topic, each made anew from its JSON when it is asked for."""

    packed: Mapping[str, bytes]

    def __getitem__(self, name: str) -> TopicContent:
        return parse_content(zlib.decompress(self.packed[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)


def pack_result(result: TopicResult) -> PackedResult:
    """Return a result compressed."""
    content = result.content
    if content is None:
        return PackedResult(problems=result.problems, failed=result.failed, trace=result.trace)
    files = {path: zlib.compress(data, COMPRESSION) for path, data in result.files.items()}
    packed = files.get(f"{content['name']}.json") or zlib.compress(content_bytes(content), COMPRESSION)
    implied = tuple(content.get("implied", ()))
    settled = settled_answers(content["answers"])
    return PackedResult(
        packed, marks_of(content), implied, PackedFiles(files), result.content_key, result.problems, result.failed, settled=settled
    )


def marks_of(content: TopicContent) -> ReportMarks:
    """Return what is said of a report without unpacking it; questions that are void or annulled are not among those it cannot answer."""
    unanswerable = tuple(answer["name"] for answer in content["answers"] if answer["status"] == "not answerable")
    is_compared = content["verdict"]["verdict"] != "not refereed" or "code" in content  # with its own model there is one engine only
    relations = content.get("relations", [])
    broken = tuple(relation["name"] for relation in relations if relation["verdict"] == "fails")
    return ReportMarks(content["digest"], bool(content["warnings"]), unanswerable, is_compared, bool(relations), broken)
