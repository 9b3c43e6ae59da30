"""What is the same for all topics of one update, and what each of them comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.book.files.problems import Problem
from forecast.cache.fingerprint import Environment
from forecast.cache.store import CachedResult
from forecast.model.settings import Settings
from forecast.schema.topic import TopicContent


@dataclass(frozen=True, slots=True)
class Run:
    """How an update computes: the book, the day, the settings, and the program that does it."""

    root: Path
    as_of: date
    today: date
    settings: Settings
    referee: bool | None
    environment: Environment
    fast: bool = False  # whether NUTS is left out even where the fast engine is not trusted
    insight: bool = True  # whether to ask why
    pages: bool = True  # whether to make pages beside the JSON

    @property
    def is_hindcast(self) -> bool:
        """Whether the day is before today."""
        return self.as_of < self.today


@dataclass(frozen=True, slots=True)
class ReportMarks:
    """What an update says of a report without unpacking it.

    That is its digest, whether its numbers are not to be trusted, which questions it cannot answer, whether the engines have been
    compared as far as they can be, whether it has relations to other topics, and which of these do not hold.
    """

    digest: str
    is_distrusted: bool
    unanswerable: tuple[str, ...]
    is_compared: bool = True
    is_related: bool = False
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicResult:
    """What one topic came to: the content of its report and its files, or nothing where its problems forbid it.

    ``kept`` are results to be found again by a later run, the content itself under ``content_key``.
    ``failed`` says that the problems were found only when it was computed; ``trace`` is the traceback of an exception that nobody foresaw.
    """

    content: TopicContent | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    kept: tuple[CachedResult, ...] = ()
    content_key: str = ""
    failed: bool = False
    trace: str = ""
