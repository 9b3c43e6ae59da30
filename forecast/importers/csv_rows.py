"""A CSV file of a platform's export, in a ZIP or by itself, as rows with the lines in which they begin; a row that cannot be read is left out with its reason."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.book.files.problems import FileFault, Place, Problem
from forecast.importers.archive import Archive
from forecast.importers.leaving_out import LeftOut
from forecast.importers.plain_file import text_lines

MOST_HEADINGS = 200
_UNREADABLE = re.compile(r"[\0\udc80-\udcff]")  # bytes that are no UTF-8 stand as lone surrogates


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row's cells by heading, and the line in which it begins."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, heading: str) -> str:
        """Return a cell's text, empty where the file has no such column."""
        return self.cells.get(heading, "")


def csv_rows(archive: Archive, member: str, required: tuple[str, ...], left_out: LeftOut) -> Iterator[CsvRow]:
    """Yield the rows of a file in a ZIP.

    A row may lack its last cell, which Metaculus does not write for questions that are not resolved.
    Raises ``FileFault`` where a heading that is ``required`` is missing, or a heading stands twice.
    """
    yield from _rows(archive.path(member), archive.lines(member), (required,), left_out, lacking=1)


def plain_csv_rows(path: Path, layouts: Sequence[tuple[str, ...]], left_out: LeftOut, *, hint: str = "") -> Iterator[CsvRow]:
    """Yield the rows of a file that is not packed; ``hint`` says what else can be done where it has other headings.

    Raises ``FileFault`` where the first line has all headings of none of the ``layouts``, or a heading stands twice.
    """
    yield from _rows(path.name, text_lines(path), layouts, left_out, lacking=0, hint=hint)


def _rows(
    path: str, lines: Iterator[str], layouts: Sequence[tuple[str, ...]], left_out: LeftOut, *, lacking: int, hint: str = ""
) -> Iterator[CsvRow]:
    """Rows, of which each may lack as many of its last cells."""
    reader = csv.reader(lines, strict=True)
    try:
        headings = [heading.strip() for heading in next(reader, [])]
    except csv.Error as error:
        raise FileFault(Problem(Place(path), f"the first line cannot be read: {error}")) from None
    required = next((layout for layout in layouts if set(layout) <= set(headings)), layouts[0])
    _check_headings(path, headings, required, hint)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            left_out.add(path, line, f"this row cannot be read: {error}")
            continue
        if not cells:
            continue
        if not len(headings) - lacking <= len(cells) <= len(headings):
            left_out.add(path, line, f"this row has {len(cells)} cells, and the file has {len(headings)} headings")
        elif any(map(_UNREADABLE.search, cells)):
            left_out.add(path, line, "this row holds a NUL character, or bytes that are not UTF-8")
        else:
            yield CsvRow(line, dict(zip(headings, cells, strict=False)))


def _check_headings(path: str, headings: list[str], required: tuple[str, ...], hint: str) -> None:
    if len(headings) > MOST_HEADINGS:
        raise FileFault(Problem(Place(path), f"this file has {len(headings):,} columns; at most {MOST_HEADINGS:,} can be read"))
    for heading in required:
        if heading not in headings:
            known = ", ".join(f"`{name}`" for name in required)
            needed = f"its first line must name {known}{f'; {hint}' if hint else ''}"
            raise FileFault(Problem(Place(path), f"this file has no column `{heading}`", needed))
    if twice := next((heading for heading in headings if heading and headings.count(heading) > 1), ""):
        raise FileFault(Problem(Place(path), f"this file has two columns `{twice}`"))
