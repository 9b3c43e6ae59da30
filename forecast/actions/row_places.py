"""What is wrong with rows of a file that were to be appended to a record, at their places in that file: the record does not have them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from forecast.book.files.cells import Cells, cell_starts, read_header
from forecast.book.files.csv_blocks import csv_blocks
from forecast.book.files.problems import Problem
from forecast.book.files.sources import SourceFile, make_source_file
from forecast.book.records import MOST_RECORD_ROWS

_QUOTED = re.compile(r"(`[^`]*`)")  # what a file says, which is no mention of a line
_LINE = re.compile(r"\bline (\d+)\b(?: of ([^\s,;:()]+\.csv))?")
_OTHER_DAYS = {"from": "on", "to": "on", "on": "from"}  # where a record has the days of a row in other columns than the file


@dataclass(frozen=True, slots=True)
class _AppendedRows:
    """A record's text with rows behind it that stand in a file."""

    record: SourceFile
    columns: tuple[str, ...]
    begins: Sequence[int]  # the line of the record in which each of these rows begins
    rows: Sequence[Cells]

    def index_of(self, line: int) -> int:
        """The number of the row that a line of the record is of; below 0 for a line that the record has."""
        return bisect_right(self.begins, line) - 1

    def cells_of(self, line: int) -> Cells | None:
        """The row of the file that a line of the record would have been; None for a line that the record has."""
        index = self.index_of(line)
        return self.rows[index] if index >= 0 else None

    def column_at(self, line: int, column: int) -> str:
        """The column in which a line of one of these rows has a character; empty at the row's beginning, which stands for the whole row too."""
        at = self.index_of(line)
        begin = self.begins[at]
        end = self.begins[at + 1] - 1 if at + 1 < len(self.begins) else len(self.record.lines)
        index = sum(start <= (line - begin, column) for start in cell_starts(self.record.lines[begin - 1 : end])) - 1
        return self.columns[index] if 0 < index < len(self.columns) else ""


def problems_in_file(problems: Sequence[Problem], path: str, text: str, rows: Sequence[Cells]) -> tuple[Problem, ...]:
    """Return problems of a record with rows of a file behind it: those of such a row at its place in the file, and lines by the file they are of.

    ``text`` is the record's, whose last rows are these.
    """
    record = make_source_file(path, text)
    header, _ = read_header(record, most=MOST_RECORD_ROWS)
    if header is None:
        return tuple(problems)
    begins = [line for block in csv_blocks(record, header.last_line + 1) for line in block.first]
    appended = _AppendedRows(record, header.order, begins[len(begins) - len(rows) :], rows)
    return tuple(_move_to_file(problem, appended) for problem in problems)


def _move_to_file(problem: Problem, appended: _AppendedRows) -> Problem:
    place = problem.place
    cells = appended.cells_of(place.line) if place.path == appended.record.path else None
    if cells is not None:
        name = appended.column_at(place.line, place.column)
        there = cells.problem(name if name in cells.order else _OTHER_DAYS.get(name, ""), "")
        problem = replace(problem, place=there.place, source=there.source)
    message, hint = (_with_lines(text, place.path, problem.place.path, appended) for text in (problem.message, problem.hint))
    return replace(problem, message=message, hint=hint)


def _with_lines(text: str, was_in: str, stands_in: str, appended: _AppendedRows) -> str:
    """A text that mentions lines, as said of one file and now said of another."""

    def mention(found: re.Match[str]) -> str:
        line, of = int(found[1]), found[2] or was_in
        if of not in {appended.record.path, PurePosixPath(appended.record.path).name}:
            return found[0]
        cells = appended.cells_of(line)
        path, line = (appended.record.path, line) if cells is None else (cells.source.path, cells.line)
        return f"line {line}" if path == stands_in else f"line {line} of {path}"

    parts = _QUOTED.split(text)
    return "".join(part if at % 2 else _LINE.sub(mention, part) for at, part in enumerate(parts))
