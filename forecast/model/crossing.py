"""Rows that a day falls inside: which of them something happened in, and which days of a topic are asked about.

A row says that its value happened somewhere within its days.  Where a question
begins or ends to count inside a row, or a simulated step reads a total there, it
matters on which of the days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import is_counted
from forecast.book.rows import is_quiet
from forecast.book.topic import Question, Row, Stream, Topic
from forecast.model.model import Model
from forecast.model.record import StreamRecord, StreamRow
from forecast.model.used_names import series_and_streams_used


def crosses(row: Row, day: date) -> bool:
    """Whether some days of a row lie before a day, and some from it on."""
    return row.start < day <= row.end


def has_events(row: Row, stream: Stream) -> bool:
    """Whether a row says that something happened: not quiet time, and no value of 0."""
    if stream.classes and not is_counted(stream):
        return not is_quiet(row, stream)
    return row.value != 0 or row.between is not None


def long_row_places(record: StreamRecord) -> NDArray[np.intp]:
    """Return the places of a stream's counted rows that have several days and say that something happened, as ``has_events`` has it."""
    rows, stream = record.counted_rows, record.stream
    if stream.classes and not is_counted(stream):
        events = ~rows.is_nothing if stream.watched else np.ones(len(rows), dtype=bool)
    else:
        events = (rows.value != 0) | rows.ranged
    return np.flatnonzero(events & (rows.start < rows.end))


def long_rows(record: StreamRecord) -> Iterator[StreamRow]:
    """Yield the rows whose places ``long_row_places`` returns."""
    return record.rows_at(long_row_places(record))


def question_edges(question: Question) -> tuple[date, ...]:
    """Return the days from which, and before which, a question counts."""
    return tuple(day for day in (question.since, question.by and question.by + ONE_DAY) if day)


def edge_days(topic: Topic, starts: Mapping[str, date], days: Sequence[date]) -> dict[str, set[date]]:
    """Return, by stream, the days before which its total is read: at the edges of questions and scenarios, and at the steps of streams that use it.

    ``starts`` are the first simulated days of streams, and ``days`` the boundaries of steps.
    """
    edges: dict[str, set[date]] = {}
    for question in topic.questions_and_scenarios:
        for name in series_and_streams_used(topic, *question.expressions)[1] if question.by else ():
            edges.setdefault(name, set()).update(question_edges(question))
    for name, start in starts.items():
        stream = topic.streams[name]
        for other in series_and_streams_used(topic, stream.value, *stream.next.values())[1]:
            edges.setdefault(other, set()).update(days[bisect_right(days, start - ONE_DAY) :])
    return edges


def crossed_rows(model: Model, days: Mapping[str, Iterable[date]]) -> tuple[StreamRow, ...]:
    """Return the rows that say that something happened and that one of their stream's ``days`` falls inside."""
    crossed: list[StreamRow] = []
    for name, own in days.items():
        record = model.records[name]
        rows, places = record.counted_rows, long_row_places(record)
        ordered = np.array([*sorted(day.toordinal() for day in own), date.max.toordinal()])
        next_day = ordered[np.searchsorted(ordered, rows.start[places], side="right")]
        crossed += record.rows_at(places[next_day <= rows.end[places]])
    return tuple(crossed)


def crossing_rows(model: Model, question: Question) -> tuple[StreamRow, ...]:
    """Return the rows of a question's streams that the days from which or before which it counts fall inside."""
    if question.by is None:
        return ()
    return crossed_rows(model, dict.fromkeys(series_and_streams_used(model.topic, *question.expressions)[1], question_edges(question)))


def related_streams(topic: Topic) -> frozenset[frozenset[str]]:
    """Return the pairs of streams of which one's statement uses the other's total."""
    return frozenset(
        frozenset({name, other})
        for name, stream in topic.streams.items()
        for other in series_and_streams_used(topic, stream.value)[1]
        if other != name
    )


def overlap(one: Row, other: Row) -> bool:
    """Whether two rows share a day."""
    return one.start <= other.end and other.start <= one.end


def with_related_rows(model: Model, rows: Sequence[StreamRow]) -> tuple[StreamRow, ...]:
    """Return rows, and with them those of related streams that share days with them: these happened in some order."""
    pairs = related_streams(model.topic) if rows else frozenset()
    if not pairs:
        return tuple(rows)
    candidates = [other for name in sorted(frozenset().union(*pairs)) for other in long_rows(model.records[name])]
    taken, waiting = dict.fromkeys(rows), list(rows)
    while waiting:
        one = waiting.pop()
        for other in candidates:
            if other not in taken and frozenset({one.stream, other.stream}) in pairs and overlap(one.row, other.row):
                taken[other] = None
                waiting.append(other)
    return tuple(taken)


def group_rows(rows: Sequence[StreamRow], pairs: frozenset[frozenset[str]]) -> list[list[int]]:
    """Return the numbers of rows in groups: rows of related streams that share days, directly or through others, are in one."""
    left, groups = set(range(len(rows))), []
    while left:
        waiting = [min(left)]
        left.remove(waiting[0])
        together = []
        while waiting:
            at = waiting.pop()
            together.append(at)
            one = rows[at]
            near = [index for index in left if frozenset({one.stream, rows[index].stream}) in pairs and overlap(one.row, rows[index].row)]
            left.difference_update(near)
            waiting += near
        groups.append(sorted(together))
    return groups
