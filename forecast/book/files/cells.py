"""A CSV file as cells that know where they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from forecast.book.files.csv_blocks import CsvBlock, csv_blocks, record_at
from forecast.book.files.csv_faults import length_problem, separator_problem
from forecast.book.files.problems import MOST_FOUND, Place, Problem, Result, limit_problems
from forecast.book.files.sources import SourceFile
from forecast.book.files.text_lines import LongTextLines
from forecast.language.characters import ONE_LINE, RefusedCharacter, TextKind, refused_character

CONTROLS = ("Cc", "Cs", "Zl", "Zp")  # categories of characters that end a line or do what nobody sees
_NO_COLUMNS: tuple[str, ...] = ()
MOST_CSV_ROWS = 100_000  # of one file that is read row by row
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


def read_cells(source: SourceFile, kinds: Mapping[str, TextKind], *, most: int = MOST_CSV_ROWS) -> Result[tuple[Cells, tuple[Cells, ...]]]:
    """Return a CSV file's header and records, and what is wrong with its form and its characters.

    ``kinds`` says by column which kind of text its cells are; those of all other columns are labels.
    None where there is no usable header, or where there are more than ``most`` records.  Blank lines are passed over.
    """
    header, problems = read_header(source, most=most)
    if header is None:
        return Result(None, problems)
    gathered = list(problems or quote_problems(source))
    lines: list[Cells] = []
    for block in csv_blocks(source, header.last_line + 1):
        for record in zip(block.first, block.last, block.records, strict=True):
            if len(gathered) > MOST_FOUND:
                return Result((header, tuple(lines)), tuple(limit_problems(gathered)))
            cells, wrong = read_record(header, record, kinds)
            gathered += wrong
            if cells is not None:
                lines.append(cells)
    return Result((header, tuple(lines)), tuple(limit_problems(gathered)))


def read_header(source: SourceFile, *, most: int) -> Result[Cells]:
    """Return a CSV file's header, and where something is wrong with the first quotes, what is with those of the whole file.

    None, with all problems of quotes, where there is no usable header, or where there are more than ``most`` records.
    """
    if (too_much := _size_problem(source, most)) is not None:
        return Result(None, (too_much,))
    read: list[CsvBlock] = []
    for block in csv_blocks(source):
        read.append(block)
        if block.records:
            break
    problems = quote_problems(source) if any(block.problems for block in read) else ()
    first = read[-1]
    if not first.records:
        return Result(None, problems or (source.at(1, 1, "this file is empty", "its first line names the columns"),))
    written = [strip_blanks(text) for text in first.records[0]]
    names = tuple(text.strip() for text in written)
    header = Cells(source, first.first[0], first.last[0], {name: name for name in names}, names)
    if (too_much := _count_problem(header, most)) is not None:
        return Result(None, (too_much,))
    if (separated := separator_problem(source, header.line, names)) is not None:
        return Result(None, (separated,))  # what its quotes would mean between other separators is not asked
    wrong = tuple(_header_problems(header, names)) or tuple(_character_problems(header, written, ["name"] * len(names)))
    return Result(None, (*(problems or quote_problems(source)), *wrong)) if wrong else Result(header, problems)


def read_record(header: Cells, record: tuple[int, int, Sequence[str]], kinds: Mapping[str, TextKind]) -> Result[Cells]:
    """Return a record with its first and last line as cells, and what is wrong with it; None where its numbers and labels are not known."""
    source, names, (line, last_line, written) = header.source, header.order, record
    texts = [strip_blanks(text) for text in written]
    if not any(texts):
        return Result(None, (source.at(line, 1, "a line of empty cells", "delete it"),))
    if len(texts) != len(names):
        starts = cell_starts(source.lines[line - 1 : last_line])
        return Result(None, (length_problem(source, (line, last_line), texts, names, starts),))
    cells = Cells(source, line, last_line, dict(zip(names, texts, strict=True)), names)
    column_kinds: list[TextKind] = [kinds.get(name, "label") for name in names]
    refused = any(refused_cell_character(text, kind) for text, kind in zip(texts, column_kinds, strict=True) if kind in ONE_LINE)
    return Result(None if refused else cells, tuple(_character_problems(cells, texts, column_kinds)))


def cells_at(header: Cells, line: int) -> Cells:
    """Return the cells of the record that begins in a line; it is one that can be read."""
    texts, last = record_at(header.source, line)
    return Cells(header.source, line, last, dict(zip(header.order, map(strip_blanks, texts), strict=True)), header.order)


def quote_problems(source: SourceFile) -> tuple[Problem, ...]:
    """Return what is wrong with the quotes of a whole file, and with the length of its cells: one problem more than are printed at most."""
    return tuple(islice((problem for block in csv_blocks(source) for problem in block.problems), MOST_FOUND + 1))


def _longest_line(source: SourceFile) -> tuple[int, int]:
    """Which line of a file is the longest, counted from 0, and how many characters it has."""
    lines = source.lines
    if isinstance(lines, LongTextLines):
        longest = int(lines.lengths.argmax())
    else:
        longest = max(range(len(lines)), key=lambda index: len(lines[index]))
    return longest, len(lines[longest])


def _filled_lines(source: SourceFile) -> int:
    """How many lines of a file are not empty."""
    if isinstance(source.lines, LongTextLines):
        return int((source.lines.lengths > 0).sum())
    return sum(1 for line in source.lines if line)


def _size_problem(source: SourceFile, most: int) -> Problem | None:
    """The problem of a file that has too many lines, or too long ones, to be taken apart; None for others."""
    if len(source.lines) > 2 * most and (filled := _filled_lines(source)) > 2 * most:
        message = f"this file has {filled:,} lines; at most {most:,} rows can be read"
        return source.at(most, 1, message, "add rows up, as a week's or a month's")
    line, length = _longest_line(source)
    if length > LONGEST_LINE:
        message = f"this line has {length:,} characters; at most {LONGEST_LINE:,} can be read"
        return source.at(line + 1, 1, message, "are its line ends missing?")
    return None


def _count_problem(header: Cells, most: int) -> Problem | None:
    """The problem of a file with more columns or rows than can be read; None for others."""
    source = header.source
    if len(header.order) > MOST_COLUMNS:
        return source.at(header.line, 1, f"{len(header.order):,} columns; at most {MOST_COLUMNS:,} can be read")
    if len(source.lines) - 1 <= most or _filled_lines(source) - 1 <= most:
        return None
    rows = [line for block in csv_blocks(source, header.last_line + 1) for line in block.first]
    if len(rows) > most:
        message = f"this file has {len(rows):,} rows; at most {most:,} can be read"
        return source.at(rows[most], 1, message, "add rows up, as a week's or a month's")
    return None


def strip_blanks(text: str) -> str:
    """Return a cell's text without blanks and tabs around it; a cell of other spaces alone is empty too.

    Other spaces beside text stay: they cannot be seen, and make labels differ.
    """
    return text.strip(" \t") if text.strip() else ""


def cell_starts(lines: Sequence[str]) -> list[tuple[int, int]]:
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


def _character_problems(cells: Cells, written: Sequence[str], kinds: Sequence[TextKind]) -> Iterator[Problem]:
    """The first character of each cell that its kind of text may not hold."""
    for number, (text, kind) in enumerate(zip(written, kinds, strict=True)):
        refused = refused_cell_character(text, kind)
        if refused is not None:
            yield cells.source.at(*_character_place(cells, number, refused), refused.message, refused.hint)


def refused_cell_character(text: str, kind: TextKind) -> RefusedCharacter | None:
    """Return the first character that a cell may not hold; in a number or a day only controls and line ends, since of others there are better hints."""
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
