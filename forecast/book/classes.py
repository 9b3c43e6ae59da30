"""The classes of a stream: streams whose rows say which class, or how many of each.

A row that says which has its class in `value`; one that says how many has a column
`value_LABEL` for each class.  Inside, the value of the first is the class's number,
and that of the second the number of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.book.topic import Row, Stream
from forecast.language.arrays import Array
from forecast.language.classes import counts_classes
from forecast.language.expressions import indexed_name

if TYPE_CHECKING:
    from forecast.book.record_columns import RecordColumns

QUIET = "none"  # the first class of a watched stream: nothing happened


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a stream in order, and whether a row counts each of them."""

    labels: tuple[str, ...]
    counted: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that count the classes."""
        return tuple(map(count_column, self.labels)) if self.counted else ()


def count_column(label: str) -> str:
    """Return the column that counts a class."""
    return f"value_{label}"


def is_counted(stream: Stream) -> bool:
    """Whether a stream's rows say how many there were of each class."""
    return counts_classes(stream.value)


def total_names(stream: Stream) -> dict[str, str]:
    """Return the names of a stream's totals, each with its class: the stream's own (no class), and one for each class."""
    return {stream.name: "", **{indexed_name(stream.name, label): label for label in stream.classes}}


def row_amount(stream: Stream, row: Row, label: str = "") -> float:
    """Return what a row adds to a total: of the whole stream, or of one class."""
    if not stream.classes:
        return row.value
    if is_counted(stream):
        return float(row.columns[count_column(label)]) if label else row.value
    return float(stream.classes[int(row.value)] == label) if label else 1.0


def row_amounts(stream: Stream, rows: RecordColumns, label: str = "") -> Array:
    """Return what each row adds to a total, as ``row_amount`` has it of one, ``(rows,)``."""
    if not stream.classes:
        return rows.value
    if is_counted(stream):
        counts = rows.own[count_column(label)] if label and len(rows) else rows.value
        assert isinstance(counts, np.ndarray)  # a count is a number
        return counts
    return (rows.value == stream.classes.index(label)).astype(float) if label else np.ones(len(rows))


def class_counts_text(labels: Sequence[str], counts: Mapping[str, float]) -> str:
    """Say how many there were of each class."""
    return ", ".join(f"{label} {counts[label]:.15g}" for label in labels)


def quiet_cells(stream: Stream) -> dict[str, str]:
    """Return the cells of a quiet row's value."""
    if is_counted(stream):
        return {count_column(label): "0" for label in stream.classes}
    return {"value": stream.classes[0] if stream.classes else "0"}
