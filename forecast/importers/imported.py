"""What is read from a platform's file, before it is known what of it is new: rows of a record, as texts of cells where these are few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from forecast.book.files.problems import Problem
from forecast.forecasts.question import QuestionType
from forecast.forecasts.tables import RowCells
from forecast.forecasts.values import Form


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """A question: the cells of its row, its options as rows and in the order in which forecasts list them, and how it ended."""

    id: str
    type: QuestionType
    line: int
    cells: RowCells
    labels: tuple[str, ...] = ()
    options: tuple[RowCells, ...] = ()
    resolution: RowCells | None = None


@dataclass(frozen=True, slots=True)
class ImportedForecast:
    """A forecast: ``value`` is the text of its cell, ``end`` when it ended, of which nothing is said while it holds."""

    line: int
    question: str
    who: str
    at: datetime
    end: datetime | None
    form: Form
    value: str
    forecasters: str = ""


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """All that a file has for a record, under the names that it gets there; ``left_out`` counts rows that do not fit, by file.

    ``others`` is how many forecasts of other persons were passed over; ``platform`` that of the questions, where the name of the format
    does not say it; ``notes`` are sentences for the user; ``silent_columns`` are columns of questions of which the file says nothing, so
    that what is on record of them holds: of ``text``, ``opens``, ``scheduled_close``, ``actual_close``, ``tags`` and ``url``.
    ``says_outcomes`` is whether the files would say how a question ended.
    """

    questions: Mapping[str, ImportedQuestion]
    forecasts: tuple[ImportedForecast, ...]
    people: tuple[RowCells, ...] = ()
    scores: tuple[RowCells, ...] = ()
    me: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    others: int = 0
    platform: str = ""
    notes: tuple[str, ...] = ()
    says_outcomes: bool = True
    silent_columns: frozenset[str] = frozenset()
