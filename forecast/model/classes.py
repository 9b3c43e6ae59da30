"""Classes as arrays: what the rows of a stream say, and what its draws add to its totals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import count_column, is_counted, total_names
from forecast.book.topic import Stream
from forecast.language.arrays import Array
from forecast.language.expressions import indexed_name
from forecast.model.record import StreamRecord


def observed_values(stream: Stream, values: Array, columns: Mapping[str, NDArray[Any]]) -> Array:
    """Return what the statement is of: ``values`` ``(…, rows)``, or the counts of the classes ``(…, rows, classes)``."""
    if not is_counted(stream):
        return values
    return np.stack([columns[count_column(label)] for label in stream.classes], axis=-1)


def added_totals(stream: Stream, drawn: Array) -> dict[str, Array]:
    """Return what drawn values ``(draws, rows)``, or ``(draws, rows, classes)``, add to each of a stream's totals, ``(draws, rows)``."""
    if not stream.classes:
        return {stream.name: drawn}
    if is_counted(stream):
        parts = {indexed_name(stream.name, label): drawn[..., index] for index, label in enumerate(stream.classes)}
        return {stream.name: drawn.sum(axis=-1), **parts}
    parts = {indexed_name(stream.name, label): (drawn == index).astype(float) for index, label in enumerate(stream.classes)}
    return {stream.name: np.ones_like(drawn), **parts}


def value_between_totals(stream: Stream, before: Mapping[str, Array], after: Mapping[str, Array]) -> Array:
    """Return the value of one draw from the totals before and after it: the inverse of ``added_totals``."""
    if not stream.classes:
        return after[stream.name] - before[stream.name]
    names = [indexed_name(stream.name, label) for label in stream.classes]
    counts = np.stack([after[name] - before[name] for name in names], axis=-1)
    return counts if is_counted(stream) else np.asarray(counts @ np.arange(len(names), dtype=float))


def zero_value(stream: Stream) -> Array:
    """Return the value that says that nothing happened, ``(1, 1)``, or ``(1, 1, classes)``."""
    return np.zeros((1, 1, len(stream.classes)) if is_counted(stream) else (1, 1))


def totals_before(records: Mapping[str, StreamRecord], day: date) -> dict[str, float]:
    """Return every total of every stream over the rows that had ended before a day, by the totals' names."""
    return {total: record.total_before(day, label) for record in records.values() for total, label in total_names(record.stream).items()}
