"""The rows of a record by columns: arrays over all rows, and a ``Row`` only where one is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import starmap
from math import isnan
from typing import cast, overload

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import class_counts_text
from forecast.book.files.problems import Place
from forecast.book.text_column import TextColumn, empty_texts, text_column
from forecast.book.topic import Grade, Row
from forecast.book.value_range import ValueRange
from forecast.language.arrays import Array, Truth

MOST_KEPT = 1_000  # rows of a record whose `Row`s are kept once they have been asked for
_AT_ONCE = 4_096  # rows that are made at a time

type OwnColumn = Array | TextColumn


@dataclass(frozen=True, slots=True, eq=False)
class RecordColumns(Sequence[Row]):
    """Rows by columns, each ``(rows,)``: what ``Row`` says of one holds of each.

    Days are ordinals.  ``low`` and ``high`` are the ends of the range that a value lies in, not a number where it is
    known.  In ``own`` a column of numbers has no number where a row has no cell.  ``counted`` are the columns that
    count the classes of a stream, by label; ``said`` follows from them there.
    """

    paths: TextColumn
    lines: NDArray[np.int32]
    starts_at: NDArray[np.int32]  # characters into its line
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    known: NDArray[np.int32]
    value: Array
    low: Array
    high: Array
    source: TextColumn
    grade: TextColumn
    note: TextColumn
    id: TextColumn
    replaces: TextColumn
    origin: TextColumn
    said: TextColumn
    own: Mapping[str, OwnColumn]
    counted: Mapping[str, str] = field(default_factory=dict)
    made: list[Row] = field(default_factory=list)  # all rows once they have been made, if they are kept

    def __len__(self) -> int:
        return len(self.start)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> RecordColumns: ...
    def __getitem__(self, at: int | slice) -> Row | RecordColumns:
        """Return a row, or some of them."""
        if isinstance(at, slice):
            return self.take(np.arange(len(self))[at])
        index = at + len(self) if at < 0 else at
        if not 0 <= index < len(self):
            raise IndexError(at)
        return self._all_rows()[index] if len(self) <= MOST_KEPT or self.made else self._rows(slice(index, index + 1))[0]

    def __iter__(self) -> Iterator[Row]:
        """Yield each row."""
        if len(self) <= MOST_KEPT or self.made:
            yield from self._all_rows()
            return
        for first in range(0, len(self), _AT_ONCE):
            yield from self._rows(slice(first, first + _AT_ONCE))

    def __eq__(self, other: object) -> bool:
        """Whether other rows are the same, by columns or not."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    @property
    def ranged(self) -> Truth:
        """Whether of each row only a range is known."""
        ranged: Truth = ~np.isnan(self.low)
        return ranged

    @property
    def is_nothing(self) -> Truth:
        """Whether each row says that nothing was seen, as ``Row.is_nothing`` has it."""
        nothing: Truth = (self.value == 0) & ~self.ranged & ~self.origin.filled
        return nothing

    def has(self, column: str) -> Truth:
        """Whether each row has a cell in a column of its own."""
        its = self.own.get(column)
        if its is None:
            return np.zeros(len(self), dtype=bool)
        cells: Truth = its.filled if isinstance(its, TextColumn) else ~np.isnan(its)
        return cells

    def labels(self, column: str) -> TextColumn:
        """Return the texts of a column whose values are labels, as ``Row.label`` has that of one row."""
        match column:
            case "grade":
                return self.grade
            case "source":
                return self.source
        its = self.own.get(column)
        if its is None:
            return empty_texts(len(self))
        return its if isinstance(its, TextColumn) else text_column("" if isnan(number) else str(number) for number in its.tolist())

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> RecordColumns:
        """Return some of the rows: those at some places, or those that are true."""
        kept = [self.made[row] for row in np.arange(len(self))[rows].tolist()] if self.made else []
        return RecordColumns(
            paths=self.paths.take(rows),
            lines=self.lines[rows],
            starts_at=self.starts_at[rows],
            start=self.start[rows],
            end=self.end[rows],
            known=self.known[rows],
            value=self.value[rows],
            low=self.low[rows],
            high=self.high[rows],
            source=self.source.take(rows),
            grade=self.grade.take(rows),
            note=self.note.take(rows),
            id=self.id.take(rows),
            replaces=self.replaces.take(rows),
            origin=self.origin.take(rows),
            said=self.said.take(rows),
            own={name: its.take(rows) if isinstance(its, TextColumn) else its[rows] for name, its in self.own.items()},
            counted=self.counted,
            made=kept,
        )

    def where(self, chosen: Truth) -> RecordColumns:
        """Return the rows of which something is true; the same where it is of all."""
        return self if chosen.all() else self.take(np.flatnonzero(chosen))

    def rows_where(self, chosen: Truth) -> Iterator[Row]:
        """Yield the rows of which something is true; they are made some at a time."""
        return self.rows_at(np.flatnonzero(chosen))

    def rows_at(self, places: NDArray[np.integer]) -> Iterator[Row]:
        """Yield the rows at some places; they are made some at a time."""
        if len(self) <= MOST_KEPT:
            yield from (self[at] for at in places.tolist())
            return
        for first in range(0, len(places), _AT_ONCE):
            yield from self.take(places[first : first + _AT_ONCE])

    def up_to(self, day: date) -> RecordColumns:
        """Return the rows, each as far as a day."""
        longer = self.end > day.toordinal()
        if not longer.any():
            return self
        cut = (
            [replace(row, end=day) if is_cut else row for row, is_cut in zip(self.made, longer.tolist(), strict=True)] if self.made else []
        )
        return replace(self, end=np.minimum(self.end, np.int32(day.toordinal())), made=cut)

    def known_at_end(self) -> RecordColumns:
        """Return the rows as if each had been known on its last day."""
        return replace(self, known=self.end, made=[replace(row, known=row.end) for row in self.made])

    def without_reports(self) -> RecordColumns:
        """Return the rows that are of no origin."""
        return self if self.origin.is_empty else self.take(~self.origin.filled)

    def without_ids(self) -> RecordColumns:
        """Return the rows, none with an ``id``."""
        return replace(self, id=empty_texts(len(self)), made=[replace(row, id="") for row in self.made])

    def _all_rows(self) -> list[Row]:
        if not self.made and len(self):
            self.made.extend(self._rows(slice(0, len(self))))
        return self.made

    def _rows(self, rows: slice) -> list[Row]:
        """Make some rows that stand next to one another."""
        places = map(Place, self.paths.strings(rows), self.lines[rows].tolist(), self.starts_at[rows].tolist())
        days = (days_of(its[rows]) for its in (self.start, self.end, self.known))
        between = [
            None if isnan(low) else ValueRange(low, high)
            for low, high in zip(self.low[rows].tolist(), self.high[rows].tolist(), strict=True)
        ]
        grades = [cast("Grade", grade) if grade else None for grade in self.grade.strings(rows)]
        columns = self._own_cells(rows)
        texts = (self.note.strings(rows), self.id.strings(rows), self.replaces.strings(rows))
        start, end, known = days
        values = (start, end, self.value[rows].tolist(), known, self.source.strings(rows), grades, *texts)
        return list(
            starmap(Row, zip(places, *values, columns, between, self.origin.strings(rows), self._words(rows, columns), strict=True))
        )

    def _own_cells(self, rows: slice) -> list[dict[str, float | str]]:
        """The cells that each of some rows has in columns of its own."""
        cells: list[dict[str, float | str]] = [{} for _ in range(*rows.indices(len(self)))]
        for name, its in self.own.items():
            if isinstance(its, TextColumn):
                for cell, text in zip(cells, its.strings(rows), strict=True):
                    if text:
                        cell[name] = text
            else:
                for cell, number in zip(cells, its[rows].tolist(), strict=True):
                    if not isnan(number):
                        cell[name] = number
        return cells

    def _words(self, rows: slice, columns: Sequence[Mapping[str, float | str]]) -> list[str]:
        """What each of some rows says in words."""
        if not self.counted:
            return self.said.strings(rows)
        labels = tuple(self.counted)
        return [class_counts_text(labels, {label: float(cells[name]) for label, name in self.counted.items()}) for cells in columns]


def record_columns(rows: Sequence[Row]) -> RecordColumns:
    """Return rows by columns; the same where they are already.

    Raises ``ValueError`` where a column of the rows' own has numbers in some rows and texts in others.
    """
    if isinstance(rows, RecordColumns):
        return rows
    names = dict.fromkeys(name for row in rows for name in row.columns)
    return RecordColumns(
        paths=text_column(row.place.path for row in rows),
        lines=np.array([row.place.line for row in rows], dtype=np.int32),
        starts_at=np.array([row.place.column for row in rows], dtype=np.int32),
        start=_ordinals(row.start for row in rows),
        end=_ordinals(row.end for row in rows),
        known=_ordinals(row.known for row in rows),
        value=np.array([row.value for row in rows], dtype=float),
        low=np.array([np.nan if row.between is None else row.between.low for row in rows]),
        high=np.array([np.nan if row.between is None else row.between.high for row in rows]),
        source=text_column(row.source for row in rows),
        grade=text_column(row.grade or "" for row in rows),
        note=text_column(row.note for row in rows),
        id=text_column(row.id for row in rows),
        replaces=text_column(row.replaces for row in rows),
        origin=text_column(row.origin for row in rows),
        said=text_column(row.said for row in rows),
        own={name: _own_column([row.columns.get(name) for row in rows]) for name in names},
        made=list(rows),
    )


def days_of(ordinals: NDArray[np.int32]) -> list[date]:
    """Return the days that have some ordinals."""
    return list(map(date.fromordinal, ordinals.tolist()))


def _ordinals(days: Iterable[date]) -> NDArray[np.int32]:
    return np.array([day.toordinal() for day in days], dtype=np.int32)


def _own_column(cells: Sequence[float | str | None]) -> OwnColumn:
    texts = [cell for cell in cells if isinstance(cell, str)]
    if not texts:
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=float)
    if len(texts) + cells.count(None) < len(cells):
        raise ValueError("a column has numbers in some rows and texts in others")
    return text_column(cell if isinstance(cell, str) else "" for cell in cells)
