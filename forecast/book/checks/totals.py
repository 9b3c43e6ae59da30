"""Checks of totals within rows: a row whose statement uses a total that another row leaves open on its first day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from forecast.book.checks.scopes import find_used_names
from forecast.book.draft import Draft, StreamDraft
from forecast.book.files.problems import Problem
from forecast.book.records import RecordFile
from forecast.book.rows import current_rows, sort_rows
from forecast.book.topic import Row


def check_crossed_totals(draft: Draft) -> Iterator[Problem]:
    """Warn of rows that begin within a row of a stream whose total their statement uses."""
    for stream in draft.streams.values():
        own = stream.record
        used = frozenset().union(
            *(find_used_names(draft, expression).streams for expression in (*stream.value.tree.arguments.values(), *stream.entering))
        )
        for name in sorted(used & draft.streams.keys()) if own is not None else ():
            for row, other in _rows_within(own, draft.streams[name]) if own is not None else ():
                assert own is not None
                column = own.day_column(row) if row.start == row.end else "from"
                message = f"this row begins within line {other.place.line} of {name}.csv ({other.start} to {other.end}), and its statement uses `total({name})`"
                hint = "the likelihood takes what that row counts as happening on its last day; split the rows at days that are known"
                yield replace(own.at_cell(row, column, message, hint), level="warning")


def _rows_within(own: RecordFile, stream: StreamDraft) -> Iterator[tuple[Row, Row]]:
    """The rows that begin after the first day of a row of a stream, and not after its last, each with the one of them that ends last.

    Only rows of several days that say that something happened count.
    """
    if stream.record is None or not (stream.record.rows.start < stream.record.rows.end).any():
        return
    none_is_quiet = stream.table.watched or stream.classes is None or stream.classes.counted
    others = sort_rows(current_rows(stream.record.rows))
    others = others.where((others.start < others.end) & ~(others.is_nothing & none_is_quiet))
    if not len(others):
        return
    rows = current_rows(own.rows)
    latest = np.maximum.accumulate(others.end)
    begun = np.searchsorted(others.start, rows.start, side="left") - 1
    within = (begun >= 0) & (latest[begun] >= rows.start)
    for at in np.flatnonzero(within).tolist():
        yield rows[at], others[int(np.searchsorted(latest, latest[begun[at]]))]
