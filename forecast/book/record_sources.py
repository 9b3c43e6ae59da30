"""The records of a topic as they are read: once for all its variants."""

from __future__ import annotations

from dataclasses import dataclass, field

from forecast.book.classes import Classes
from forecast.book.files.folder import Folder
from forecast.book.files.layout import SNAKE_CASE, record_path
from forecast.book.files.names import LONGEST_NAME
from forecast.book.files.problems import Problem, Result
from forecast.book.files.sources import SourceFile, read_source_if_any
from forecast.book.records import RecordFile, read_points, read_rows
from forecast.book.topic import Point


@dataclass(frozen=True, slots=True)
class RecordSources:
    """The CSV files of a topic's streams and series; what has been read is kept as long as this."""

    folder: Folder
    topic: str
    _sources: dict[str, Result[SourceFile]] = field(default_factory=dict)
    _rows: dict[tuple[str, Classes | None, str], Result[RecordFile]] = field(default_factory=dict)
    _points: dict[str, tuple[tuple[Point, ...], tuple[Problem, ...]]] = field(default_factory=dict)

    def source(self, name: str) -> Result[SourceFile]:
        """Return the file of a stream or series; none, without a problem, where there is none yet, or where its name can be no file's."""
        if not SNAKE_CASE.fullmatch(name) or len(name) > LONGEST_NAME:  # such as `../x`; the name is a problem of its own
            return Result(None)
        if name not in self._sources:
            self._sources[name] = read_source_if_any(self.folder, record_path(self.topic, name))
        return self._sources[name]

    def rows(self, name: str, source: SourceFile, classes: Classes | None = None, *, unit: str = "") -> Result[RecordFile]:
        """Return the rows of a stream's file, whose numbers have a ``unit``."""
        key = (name, classes, unit)
        if key not in self._rows:
            self._rows[key] = read_rows(source, classes, unit=unit)
        return self._rows[key]

    def points(self, name: str, source: SourceFile) -> tuple[tuple[Point, ...], tuple[Problem, ...]]:
        """Return the points of a series' file."""
        if name not in self._points:
            self._points[name] = read_points(source)
        return self._points[name]
