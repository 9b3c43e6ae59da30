"""Checks of totals within rows: a row whose statement uses a total that another row leaves open on its first day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import accumulate

from forecast.book.checks.scopes import find_used_names
from forecast.book.draft import Draft, StreamDraft
from forecast.book.files.problems import Problem
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
            starts, reaching = _starts_and_latest_ends(draft.streams[name])
            for row in current_rows(own.rows) if own is not None and reaching else ():
                at = bisect_left(starts, row.start) - 1
                if at >= 0 and reaching[at].end >= row.start:
                    assert own is not None
                    other = reaching[at]
                    column = "on" if row.start == row.end and own.cells[row.place]["on"] else "from"
                    message = f"this row begins within line {other.place.line} of {name}.csv ({other.start} to {other.end}), and its statement uses `total({name})`"
                    hint = "the likelihood takes what that row counts as happening on its last day; split the rows at days that are known"
                    yield replace(own.at_cell(row, column, message, hint), level="warning")


def _starts_and_latest_ends(stream: StreamDraft) -> tuple[list[date], list[Row]]:
    """The first days of the rows of several days that say that something happened, in order, and for each the row that ends last of it and those before."""
    if stream.record is None:
        return [], []
    none_is_quiet = stream.table.watched or stream.classes is None or stream.classes.counted
    rows = [row for row in sort_rows(current_rows(stream.record.rows)) if row.start < row.end and not (row.is_nothing and none_is_quiet)]
    return [row.start for row in rows], list(accumulate(rows, _later_end))


def _later_end(one: Row, other: Row) -> Row:
    return other if other.end > one.end else one
