"""A CSV file as records, some thousands at a time, each with the lines in which it stands; and what is wrong with its quotes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forecast.book.files.csv_faults import are_sound_quotes, has_sound_quotes, quote_problem
from forecast.book.files.problems import Problem
from forecast.book.files.sources import SourceFile
from forecast.book.files.text_lines import LongTextLines

if TYPE_CHECKING:
    from _csv import Reader

FIRST_BLOCK, BLOCK = 256, 8_192  # lines that are read at a time


@dataclass(frozen=True, slots=True)
class CsvBlock:
    """Records that stand one below the other, as the cells that ``csv`` reads; ``first`` and ``last`` are the lines of each."""

    records: Sequence[list[str]]
    first: Sequence[int]
    last: Sequence[int]
    problems: Sequence[Problem] = field(default_factory=tuple)  # of the quotes of records that are left out
    following: int = 0  # the line after the block


def csv_blocks(source: SourceFile, start: int = 1) -> Iterator[CsvBlock]:
    """Yield the records of a CSV file from a line on, blank lines left out."""
    size = FIRST_BLOCK
    while start <= len(source.lines):
        stop = min(start + size, len(source.lines) + 1)
        block = _sound_block(source, start, stop) or _block_by_record(source, start, stop)
        yield block
        start, size = block.following, BLOCK


def record_at(source: SourceFile, line: int) -> tuple[list[str], int]:
    """Return the cells of the record that begins in a line, and its last line; it is one that can be read."""
    reader = _reader(source, line)
    return next(reader), line + reader.line_num - 1


def _sound_block(source: SourceFile, start: int, stop: int) -> CsvBlock | None:
    """The records of some lines where all their quotes are sound; None where they are not, or where a record reaches beyond them."""
    lines = source.lines[start - 1 : stop - 1]
    text = "\n".join(lines)
    quoted = '"' in text
    if quoted and not are_sound_quotes(text):
        return None
    reader = csv.reader([f"{line}\n" for line in lines] if quoted else lines, strict=True)
    try:
        if not quoted:
            records = list(reader)
            ends: Sequence[int] = range(start, stop)
        else:
            read = [(record, reader.line_num) for record in reader]
            records, ends = [record for record, _ in read], [start - 1 + line for _, line in read]
    except csv.Error:
        return None
    if len(records) != len(ends):
        return None
    begins = ends if len(ends) == len(lines) else [start, *(end + 1 for end in ends[:-1])]
    if not all(records):
        filled = [at for at, record in enumerate(records) if record]
        records, begins, ends = [records[at] for at in filled], [begins[at] for at in filled], [ends[at] for at in filled]
    return CsvBlock(records, begins, ends, (), stop)


def _block_by_record(source: SourceFile, start: int, stop: int) -> CsvBlock:
    """The records that begin in some lines, each looked at by itself."""
    records: list[list[str]] = []
    firsts: list[int] = []
    lasts: list[int] = []
    problems: list[Problem] = []
    first, reader = start, _reader(source, start)
    before = start - 1  # lines that the reader did not see
    while first < stop:
        texts: list[str] | None
        try:
            texts = next(reader)
        except StopIteration:
            break
        except csv.Error:
            texts, last = None, before + reader.line_num
        else:
            last = before + reader.line_num
        if texts is None or not has_sound_quotes("\n".join(source.lines[first - 1 : last])):
            problem, last = quote_problem(source, first, _start_of(source, first))
            problems.append(problem)
            before, reader = last, _reader(source, last + 1)
        elif texts:
            records.append(texts)
            firsts.append(first)
            lasts.append(last)
        first = last + 1
    return CsvBlock(records, firsts, lasts, problems, max(first, stop))


def _start_of(source: SourceFile, line: int) -> int:
    """Where a line begins in the text."""
    if isinstance(source.lines, LongTextLines):
        return int(source.lines.starts[line - 1])
    return sum(len(text) + 1 for text in source.lines[: line - 1])


def _reader(source: SourceFile, first: int) -> Reader:
    return csv.reader((f"{source.lines[index]}\n" for index in range(first - 1, len(source.lines))), strict=True)
