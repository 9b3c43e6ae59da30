"""A CSV file as cells that know where they stand."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forecast.book.problems import Place, Problem
from forecast.book.sources import Source
from forecast.language.characters import Kind, Refused, refused_character

BLANKS = " \t"  # what may stand around a cell
_NO_COLUMNS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cells:
    """One record of a CSV file: its cells by column name, stripped of surrounding blanks."""

    source: Source
    line: int
    last_line: int
    values: Mapping[str, str]
    order: tuple[str, ...] = field(default=_NO_COLUMNS)

    def __getitem__(self, column: str) -> str:
        """Return a cell's text, empty where the file has no such column."""
        return self.values.get(column, "")

    @property
    def place(self) -> Place:
        """Where the record begins."""
        return Place(self.source.path, self.line)

    def problem(self, column: str, message: str, hint: str = "") -> Problem:
        """Return a problem at the start of a cell; at the start of the record where there is no such column."""
        line, at = self.line, 1
        if column in self.order:
            starts = cell_starts(self.source.lines[self.line - 1 : self.last_line])
            line_on, at = starts[self.order.index(column)]
            line += line_on
        return self.source.at(line, at, message, hint)


def read_cells(source: Source, kinds: Mapping[str, Kind]) -> tuple[tuple[Cells, tuple[Cells, ...]] | None, tuple[Problem, ...]]:
    """Return a CSV file's header and records, and what is wrong with its form and its characters.

    ``kinds`` says by column which kind of text its cells are; those of all other columns are labels.
    None where there is no usable header.  Blank lines are passed over.
    """
    records, problems = _records(source)
    if not records:
        return None, (*problems, *(() if problems else (source.at(1, 1, "this file is empty", "its first line names the columns"),)))
    (line, last_line, written), *rest = records
    names = [text.strip() for text in written]
    header = Cells(source, line, last_line, {name: name for name in names}, tuple(names))
    wrong = tuple(_header_problems(header, names)) or tuple(_character_problems(header, written, ["name"] * len(names)))
    if wrong:
        return None, (*problems, *wrong)
    lines = []
    column_kinds: list[Kind] = [kinds.get(name, "label") for name in names]
    for line, last_line, written in rest:
        if len(written) != len(names):
            problems.append(_wrong_length(source, line, last_line, written, names))
            continue
        cells = Cells(source, line, last_line, dict(zip(names, (text.strip() for text in written), strict=True)), tuple(names))
        problems += _character_problems(cells, written, column_kinds)
        if any(refused_character(text.strip(BLANKS), kind) for text, kind in zip(written, column_kinds, strict=True) if kind != "prose"):
            continue  # what its numbers and labels are is not known
        if not any(cells.values.values()):
            problems.append(source.at(line, 1, "a line of empty cells", "delete it"))
        else:
            lines.append(cells)
    return (header, tuple(lines)), tuple(problems)


def cell_starts(lines: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where each cell of one record starts: lines down from its first line, and column from 1."""
    starts = [(0, 1)]
    in_quotes = quoted_cell = False
    for down, line in enumerate(lines):
        for offset, character in enumerate(line):
            if character == '"' and (quoted_cell or (down, offset + 1) == starts[-1]):
                quoted_cell = True
                in_quotes = not in_quotes  # a doubled quote leaves and enters again
            elif character == "," and not in_quotes:
                quoted_cell = False
                starts.append((down, offset + 2))
    return starts


def _records(source: Source) -> tuple[list[tuple[int, int, list[str]]], list[Problem]]:
    reader = csv.reader((f"{line}\n" for line in source.lines), strict=True)
    records: list[tuple[int, int, list[str]]] = []
    first = 1
    while True:
        try:
            texts = next(reader)
        except StopIteration:
            return records, []
        except csv.Error as error:
            return records, [source.at(first, 1, f"this line is not CSV: {error}", "a cell with commas or quotes stands in quotes")]
        if texts:
            records.append((first, reader.line_num, texts))
        first = reader.line_num + 1


def _character_problems(cells: Cells, written: Sequence[str], kinds: Sequence[Kind]) -> Iterator[Problem]:
    """The first character of each cell that its kind of text may not hold; blanks around a cell are no part of it."""
    for number, (text, kind) in enumerate(zip(written, kinds, strict=True)):
        refused = refused_character(text.strip(BLANKS), kind)
        if refused is not None:
            yield cells.source.at(*_place_of(cells, number, refused), refused.message, refused.hint)


def _place_of(cells: Cells, number: int, refused: Refused) -> tuple[int, int]:
    """Where the first such character of a cell stands: quotes around and inside a cell are none, so it is the first in the file too."""
    lines = cells.source.lines[cells.line - 1 : cells.last_line]
    down, column = cell_starts(lines)[number]
    if refused.character == "\n":
        return cells.line + down, len(lines[down]) + 1
    while (at := lines[down].find(refused.character, column - 1)) < 0:
        down, column = down + 1, 1
    return cells.line + down, at + 1


def _header_problems(header: Cells, names: list[str]) -> Iterator[Problem]:
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        yield header.problem(names[0], "the columns are not separated by commas", "save the file as comma-separated")
        return
    for number, name in enumerate(names):
        if not name:
            yield header.source.at(
                header.line, cell_starts(header.source.lines[header.line - 1 : header.last_line])[number][1], "a column without a name"
            )
        elif name in names[:number]:
            column = cell_starts(header.source.lines[header.line - 1 : header.last_line])[number][1]
            yield header.source.at(header.line, column, f"column `{name}` is there twice")


def _wrong_length(source: Source, line: int, last_line: int, texts: list[str], names: list[str]) -> Problem:
    starts = cell_starts(source.lines[line - 1 : last_line])
    down, column = starts[len(names)] if len(texts) > len(names) and len(starts) > len(names) else (0, 1)
    message = f"{len(texts)} cells, where the header names {len(names)} columns"
    return source.at(
        line + down,
        column,
        message,
        "a cell with commas in it stands in quotes" if len(texts) > len(names) else "an empty cell still has its comma",
    )
