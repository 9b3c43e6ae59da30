"""Reading the rows of a record by columns: blocks of records whole, and one by one those in which something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.cell_columns import BlockColumns, CellColumns
from forecast.book.classes import Classes
from forecast.book.files.cells import Cells, quote_problems, read_record
from forecast.book.files.csv_blocks import CsvBlock, csv_blocks
from forecast.book.files.numerals import is_number
from forecast.book.files.problems import MOST_FOUND, Problem
from forecast.book.record_columns import OwnColumn, RecordColumns
from forecast.book.row_cells import read_row
from forecast.book.text_column import TextColumn, empty_texts
from forecast.book.topic import Row
from forecast.language.characters import TextKind


@dataclass(frozen=True, slots=True)
class RowsRead:
    """The rows that could be read, which of the columns of their own hold texts, and what is wrong: with the form of records, and with rows."""

    rows: RecordColumns
    labels: tuple[str, ...]
    form: tuple[Problem, ...]
    wrong: tuple[Problem, ...]


@dataclass(slots=True)
class _Reading:
    """A record as far as it has been read: the rows of each block by columns with their lines, and what is wrong.

    ``texts_in`` are columns that were taken for numbers and hold a text.
    """

    header: Cells
    columns: CellColumns
    rows_wanted: bool
    unit: str = ""
    lines: list[NDArray[np.int32]] = field(default_factory=list)
    parts: list[BlockColumns] = field(default_factory=list)
    form: list[Problem] = field(default_factory=list)
    wrong: list[Problem] = field(default_factory=list)
    texts_in: set[str] = field(default_factory=set)

    @property
    def is_done(self) -> bool:
        """Whether no more records are looked at, since there is too much wrong with the file."""
        return len(self.form) > MOST_FOUND

    @property
    def takes_rows(self) -> bool:
        """Whether rows are still read, and not only the form of records."""
        return self.rows_wanted and len(self.wrong) <= MOST_FOUND

    def read(self, block: CsvBlock) -> None:
        """Read the records of a block: those of the right length together, and again by themselves those with something wrong."""
        whole = np.array([at for at, record in enumerate(block.records) if len(record) == len(self.header.order)], dtype=np.int64)
        converted = self.columns.convert([block.records[at] for at in whole] if len(whole) < len(block.records) else block.records)
        kept = np.zeros(len(block.records), dtype=bool)
        kept[whole] = ~converted.wrong
        end = len(kept) if self.takes_rows else 0  # rows from here on are left out
        for at in np.flatnonzero(~kept).tolist():
            if not self.takes_rows and self._has_sound_form(block.records[at]):
                continue
            took_rows = self.takes_rows
            row = self._read_one((block.first[at], block.last[at], block.records[at]))
            if row is not None:
                kept[at] = True
                converted.arrays["value"][np.searchsorted(whole, at)] = row.value
            if took_rows and not self.takes_rows:
                end = at
            if self.is_done:
                end = min(end, at + 1)
                break
        chosen = np.flatnonzero(kept[whole] & (whole < end))
        if len(chosen):
            self.lines.append(np.array(block.first, dtype=np.int32)[whole[chosen]])
            self.parts.append(converted.take(chosen))

    def _read_one(self, record: tuple[int, int, Sequence[str]]) -> Row | None:
        """Read one record by itself, and note what is wrong with it."""
        columns = self.columns
        cells, problems = read_record(self.header, record, columns.kinds)
        self.form += problems
        if cells is None:
            return None
        self.texts_in.update(name for name in columns.covariates if cells[name] and not is_number(cells[name]))
        if self.texts_in or not self.takes_rows:
            return None
        row, problems = read_row(cells, columns.own, columns.labels, columns.classes, unit=self.unit)
        self.wrong += problems
        return row

    def _has_sound_form(self, record: Sequence[str]) -> bool:
        """Whether a record is sure to have nothing wrong with its form, and no text in a column of numbers."""
        text = "".join(record)
        if len(record) != len(self.header.order) or not text.strip() or not text.isprintable() or "#" in text:
            return False
        cells = dict(zip(self.header.order, record, strict=True))
        return all(not cells[name] or is_number(cells[name]) for name in self.columns.covariates)


def read_columns(
    header: Cells,
    own: tuple[str, ...],
    classes: Classes | None,
    kinds: Mapping[str, TextKind],
    *,
    quotes: tuple[Problem, ...],
    rows_wanted: bool = True,
    unit: str = "",
) -> RowsRead:
    """Return the rows below a header, of numbers in a ``unit`` or of ``classes``; ``quotes`` are problems of the quotes of the whole file, if they are known.

    A column of the rows' own holds texts where any of its cells is no number.  Without ``rows_wanted`` only the form
    of records is looked at.
    """
    plain = CellColumns(header.order, own, frozenset(), classes, kinds)
    labels = _text_columns(header, plain, next(csv_blocks(header.source, header.last_line + 1), None))
    are_known = bool(quotes)
    while True:
        reading = _Reading(header, replace(plain, labels=labels, days={}, texts={}), rows_wanted, unit, form=list(quotes))
        is_faulty = False
        for block in csv_blocks(header.source, header.last_line + 1):
            is_faulty |= bool(block.problems)
            if (is_faulty and not are_known) or reading.is_done or reading.texts_in:
                break
            if block.records:
                reading.read(block)
        if (is_faulty or reading.is_done) and not are_known:  # they come first, and count
            quotes, are_known = quote_problems(header.source), True
            if quotes:
                continue
        if not reading.texts_in:
            texts = tuple(name for name in own if name in labels)
            return RowsRead(_joined_rows(reading), texts, tuple(reading.form), tuple(reading.wrong))
        labels |= reading.texts_in


def _text_columns(header: Cells, columns: CellColumns, block: CsvBlock | None) -> frozenset[str]:
    """The columns of the rows' own in which a record of a block has a text, so that most records need not be read again when one is found."""
    found: set[str] = set()
    for name in columns.covariates if block is not None else ():
        assert block is not None
        place = header.order.index(name)
        for first, last, record in zip(block.first, block.last, block.records, strict=True):
            if len(record) == len(header.order) and record[place] and not is_number(record[place]):
                cells, _ = read_record(header, (first, last, record), columns.kinds)
                if cells is not None and cells[name] and not is_number(cells[name]):
                    found.add(name)
                    break
    return frozenset(found)


def _joined_rows(reading: _Reading) -> RecordColumns:
    """The rows of all blocks."""
    columns, parts = reading.columns, reading.parts
    count = sum(map(len, reading.lines))

    def days(name: str) -> NDArray[Any]:
        return _concatenate([part.arrays[name] for part in parts], np.int32)

    def numbers(name: str) -> NDArray[Any]:
        its = [part.arrays[name] for part in parts if name in part.arrays]
        return np.concatenate(its) if its else np.full(count, np.nan)

    def texts(name: str) -> TextColumn:
        if name not in columns.texts:
            return empty_texts(count)
        codes = [part.own[name] if name in columns.labels else part.arrays["said" if name == "value" else name] for part in parts]
        return TextColumn(_concatenate(codes, np.int32), tuple(columns.texts[name].texts))

    names = columns.own_in_order
    own: dict[str, OwnColumn] = {
        name: texts(name) if name in columns.labels else _concatenate([part.own[name] for part in parts], np.float64) for name in names
    }
    counted = {} if columns.classes is None else dict(zip(columns.classes.labels, columns.classes.columns, strict=False))
    is_named = columns.classes is not None and not counted
    return RecordColumns(
        paths=TextColumn(np.ones(count, dtype=np.int32), ("", reading.header.source.path)),
        lines=_concatenate(reading.lines, np.int32),
        starts_at=np.ones(count, dtype=np.int32),
        start=days("start"),
        end=days("end"),
        known=days("known"),
        value=numbers("value"),
        low=numbers("low"),
        high=numbers("high"),
        source=texts("source"),
        grade=texts("grade"),
        note=texts("note"),
        id=texts("id"),
        replaces=texts("replaces"),
        origin=texts("origin"),
        said=texts("value") if is_named else empty_texts(count),
        own=own,
        counted=counted,
    )


def _concatenate(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts], dtype=kind)
