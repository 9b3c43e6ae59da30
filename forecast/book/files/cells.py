"""A CSV file as cells that know where they stand."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from forecast.book.files.csv_faults import has_sound_quotes, length_problem, quote_problem, separator_problem
from forecast.book.files.problems import MOST_FOUND, Place, Problem, Result, limit_problems
from forecast.book.files.sources import SourceFile
from forecast.language.characters import ONE_LINE, RefusedCharacter, TextKind, refused_character

if TYPE_CHECKING:
    from _csv import Reader

CONTROLS = ("Cc", "Cs", "Zl", "Zp")  # categories of characters that end a line or do what nobody sees
_NO_COLUMNS: tuple[str, ...] = ()
MOST_CSV_ROWS = 100_000  # of one file
MOST_COLUMNS = 1_000
LONGEST_LINE = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class Cells:
    """One record of a CSV file: its cells by column name, stripped of surrounding blanks."""

    source: SourceFile
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


def read_cells(source: SourceFile, kinds: Mapping[str, TextKind]) -> Result[tuple[Cells, tuple[Cells, ...]]]:
    """Return a CSV file's header and records, and what is wrong with its form and its characters.

    ``kinds`` says by column which kind of text its cells are; those of all other columns are labels.
    None where there is no usable header.  Blank lines are passed over.
    """
    if (too_much := _size_problem(source)) is not None:
        return Result(None, (too_much,))
    records, problems = _records(source)
    if not records:
        return Result(
            None, (*problems, *(() if problems else (source.at(1, 1, "this file is empty", "its first line names the columns"),)))
        )
    (line, last_line, written), *rest = records
    names = tuple(text.strip() for text in written)
    if (too_much := _count_problem(source, line, names, rest)) is not None:
        return Result(None, (too_much,))
    header = Cells(source, line, last_line, {name: name for name in names}, names)
    wrong = tuple(_header_problems(header, names)) or tuple(_character_problems(header, written, ["name"] * len(names)))
    if wrong:
        return Result(None, (*problems, *wrong))
    column_kinds: list[TextKind] = [kinds.get(name, "label") for name in names]
    lines = []
    for record in rest:
        if len(problems) > MOST_FOUND:
            break
        cells, wrong = _read_record(header, record, column_kinds)
        problems += wrong
        if cells is not None:
            lines.append(cells)
    return Result((header, tuple(lines)), tuple(limit_problems(problems)))


def _read_record(header: Cells, record: tuple[int, int, list[str]], kinds: Sequence[TextKind]) -> Result[Cells]:
    """One record as cells, and what is wrong with it; None where what its numbers and labels are is not known."""
    source, names, (line, last_line, texts) = header.source, header.order, record
    if not any(texts):
        return Result(None, (source.at(line, 1, "a line of empty cells", "delete it"),))
    if len(texts) != len(names):
        starts = cell_starts(source.lines[line - 1 : last_line])
        return Result(None, (length_problem(source, (line, last_line), texts, names, starts),))
    cells = Cells(source, line, last_line, dict(zip(names, texts, strict=True)), names)
    refused = any(_refused_cell_character(text, kind) for text, kind in zip(texts, kinds, strict=True) if kind in ONE_LINE)
    return Result(None if refused else cells, tuple(_character_problems(cells, texts, kinds)))


def _size_problem(source: SourceFile) -> Problem | None:
    """The problem of a file that has too many lines, or too long ones, to be taken apart; None for others."""
    if len(source.lines) > 2 * MOST_CSV_ROWS and (filled := sum(1 for line in source.lines if line)) > 2 * MOST_CSV_ROWS:
        message = f"this file has {filled:,} lines; at most {MOST_CSV_ROWS:,} rows can be read"
        return source.at(MOST_CSV_ROWS, 1, message, "add rows up, as a week's or a month's")
    longest = max(range(len(source.lines)), key=lambda index: len(source.lines[index]))
    if len(source.lines[longest]) > LONGEST_LINE:
        message = f"this line has {len(source.lines[longest]):,} characters; at most {LONGEST_LINE:,} can be read"
        return source.at(longest + 1, 1, message, "are its line ends missing?")
    return None


def _count_problem(source: SourceFile, line: int, names: Sequence[str], rows: Sequence[tuple[int, int, list[str]]]) -> Problem | None:
    """The problem of a file with more columns or rows than can be read; None for others."""
    if len(names) > MOST_COLUMNS:
        return source.at(line, 1, f"{len(names):,} columns; at most {MOST_COLUMNS:,} can be read")
    if len(rows) > MOST_CSV_ROWS:
        message = f"this file has {len(rows):,} rows; at most {MOST_CSV_ROWS:,} can be read"
        return source.at(rows[MOST_CSV_ROWS][0], 1, message, "add rows up, as a week's or a month's")
    return None


def strip_blanks(text: str) -> str:
    """Return a cell's text without blanks and tabs around it; a cell of other spaces alone is empty too.

    Other spaces beside text stay: they cannot be seen, and make labels differ.
    """
    return text.strip(" \t") if text.strip() else ""


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


def _records(source: SourceFile) -> tuple[list[tuple[int, int, list[str]]], list[Problem]]:
    """The records of a CSV file with their first and last lines, and what is wrong with its quotes."""
    records: list[tuple[int, int, list[str]]] = []
    problems: list[Problem] = []
    first = 1
    reader = _reader(source, first)
    starts: list[int] = []  # where each line begins in the text, counted when it is first needed
    before = 0  # lines that the reader did not see
    while True:
        try:
            texts = next(reader)
        except StopIteration:
            return records, problems
        except csv.Error:
            texts, last = None, before + reader.line_num
        else:
            last = before + reader.line_num
        if texts is None or not has_sound_quotes("\n".join(source.lines[first - 1 : last])):
            starts = starts or list(accumulate((len(line) + 1 for line in source.lines), initial=0))
            problem, last = quote_problem(source, first, starts[first - 1])
            problems.append(problem)
            before, reader = last, _reader(source, last + 1)
        elif texts:
            records.append((first, last, [strip_blanks(text) for text in texts]))
        first = last + 1


def _reader(source: SourceFile, first: int) -> Reader:
    return csv.reader((f"{source.lines[index]}\n" for index in range(first - 1, len(source.lines))), strict=True)


def _character_problems(cells: Cells, written: Sequence[str], kinds: Sequence[TextKind]) -> Iterator[Problem]:
    """The first character of each cell that its kind of text may not hold."""
    for number, (text, kind) in enumerate(zip(written, kinds, strict=True)):
        refused = _refused_cell_character(text, kind)
        if refused is not None:
            yield cells.source.at(*_character_place(cells, number, refused), refused.message, refused.hint)


def _refused_cell_character(text: str, kind: TextKind) -> RefusedCharacter | None:
    """The first character that a cell may not hold; in a number or a day only controls and line ends, since of others there are better hints."""
    refused = refused_character(text, kind)
    if refused is None or kind != "cell" or unicodedata.category(refused.character) in CONTROLS:
        return refused
    return None


def _character_place(cells: Cells, number: int, refused: RefusedCharacter) -> tuple[int, int]:
    """Where the first such character of a cell stands: quotes around and inside a cell are none, so it is the first in the file too."""
    lines = cells.source.lines[cells.line - 1 : cells.last_line]
    down, column = cell_starts(lines)[number]
    if refused.character == "\n":
        return cells.line + down, len(lines[down]) + 1
    while (at := lines[down].find(refused.character, column - 1)) < 0:
        down, column = down + 1, 1
    return cells.line + down, at + 1


def _header_problems(header: Cells, names: tuple[str, ...]) -> Iterator[Problem]:
    if (wrong := separator_problem(header.source, header.line, names)) is not None:
        yield wrong
        return
    starts = cell_starts(header.source.lines[header.line - 1 : header.last_line])
    named = len(names)
    while named > 1 and not names[named - 1]:
        named -= 1
    for number, name in enumerate(names[:named]):
        down, column = starts[number]
        if not name:
            yield header.source.at(header.line + down, column, "a column without a name")
        elif name in names[:number]:
            yield header.source.at(header.line + down, column, f"column `{name}` is there twice")
    if named < len(names):
        down, column = starts[named]
        count = "a column" if len(names) - named == 1 else f"{len(names) - named} columns"
        hint = "delete the empty cells at the end of every line: a spreadsheet saves them"
        yield header.source.at(header.line + down, column, f"the header ends in {count} without a name", hint)
