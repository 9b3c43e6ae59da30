"""The rows of a model: those of all its streams as one sequence, in the order of the log-likelihood's columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from forecast.book.record_columns import RecordColumns
from forecast.book.topic import Row


@dataclass(frozen=True, slots=True)
class ModelRows(Sequence[tuple[str, Row]]):
    """The rows of several streams one after the other, each with its stream's name; each is made when it is asked for."""

    records: Mapping[str, RecordColumns]

    def __len__(self) -> int:
        return sum(map(len, self.records.values()))

    @overload
    def __getitem__(self, at: int) -> tuple[str, Row]: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[tuple[str, Row], ...]: ...
    def __getitem__(self, at: int | slice) -> tuple[str, Row] | tuple[tuple[str, Row], ...]:
        """Return a row, or some of them."""
        if isinstance(at, slice):
            return tuple(self[index] for index in range(*at.indices(len(self))))
        index = at + len(self) if at < 0 else at
        for name, rows in self.records.items():
            if 0 <= index < len(rows):
                return name, rows[index]
            index -= len(rows)
        raise IndexError(at)

    def __iter__(self) -> Iterator[tuple[str, Row]]:
        """Yield each row with its stream's name."""
        for name, rows in self.records.items():
            for row in rows:
                yield name, row
