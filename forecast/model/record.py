"""What the record says as of a day: which rows exist then, and how far they reach.

Rows known later do not exist yet, nor do replacements.  Quiet time in a watched
stream is evidence from day to day, so a quiet row is cut at the as-of day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import row_amounts
from forecast.book.record_columns import RecordColumns, record_columns
from forecast.book.rows import current_rows, drop_copies, effective_days, existing_rows, sort_rows
from forecast.book.topic import Point, Row, Series, Stream, Topic
from forecast.language.arrays import Array, Truth
from forecast.model.clock import days_covered
from forecast.model.forward_streams import has_future

FEW_SUMS = 1_000_000  # rows times days whose totals are each added up anew, to the last digit


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One of a stream's rows that count, by its place ``at`` among them: rows that say the same on the same days are two.

    A `Row` is made of its columns each time that it is asked for, so that it cannot be known by being the same object.
    """

    stream: str
    at: int
    row: Row = field(compare=False)


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """The rows of one stream that exist as of a day, in the order of their days.

    ``through`` is the last day recorded: the day before the topic opens where
    there are no rows.  ``unknown`` are days before it, from and to, of rows that are
    not known yet: what happened then is simulated, as what comes after ``through``.
    """

    stream: Stream
    rows: RecordColumns
    through: date
    unknown: tuple[tuple[date, date], ...] = ()

    @property
    def counted_rows(self) -> RecordColumns:
        """The rows without copies of reports that stand before them."""
        return drop_copies(self.rows, self.stream.label_columns)

    @property
    def ranges(self) -> RecordColumns:
        """The counted rows of which only a range is known."""
        if not self.rows.ranged.any():
            return self.rows[:0]
        rows = self.counted_rows
        return rows.where(rows.ranged)

    def rows_at(self, places: NDArray[np.integer]) -> Iterator[StreamRow]:
        """Yield the counted rows at some places among them."""
        at = np.asarray(places, dtype=np.int64)
        yield from map(StreamRow, repeat(self.stream.name), at.tolist(), self.counted_rows.rows_at(at))

    def total_before(self, day: date, label: str = "") -> float:
        """The sum of the rows that had ended before a day, or of one class of them; copies count once, and ranges are left out."""
        return self.totals_before([day], label)[0]

    def totals_before(self, days: Sequence[date], label: str = "") -> list[float]:
        """The sums of the rows that had ended before each of some days, as ``total_before`` has them of one."""
        totals: list[float] = self.totals_at(np.array([day.toordinal() for day in days], dtype=np.int64), label).tolist()
        return totals

    def totals_at(self, days: NDArray[np.integer], label: str = "") -> Array:
        """The same before days given as ordinals, ``(days,)``.  Of few rows that are no whole numbers each sum is added up anew, to the last digit."""
        rows = self.counted_rows
        rows = rows.where(~rows.ranged)
        amounts = row_amounts(self.stream, rows, label)
        if len(self.rows) * len(days) <= FEW_SUMS and not (amounts == np.trunc(amounts)).all():
            return np.array([sum(amounts[rows.end < day].tolist(), start=0.0) for day in days.tolist()])
        order = np.lexsort((amounts, rows.end))
        sums = np.concatenate([[0.0], np.cumsum(amounts[order])])
        totals: Array = sums[np.searchsorted(rows.end[order], days, side="left")]
        return totals


def record_as_of(stream: Stream, as_of: date, *, opens: date) -> StreamRecord:
    """Return the record of a stream as it stood on a day."""
    rows = sort_rows(visible_rows(stream, as_of).up_to(as_of))
    through = date.fromordinal(int(rows.end.max())) if rows else opens - ONE_DAY
    written = record_columns(stream.rows)
    hidden = (effective_days(written, stream) > as_of.toordinal()) & ~written.replaces.filled
    unknown = uncovered_spans(written.where(hidden), rows, through) if hidden.any() else ()
    return StreamRecord(stream, rows, through, unknown)


def uncovered_spans(hidden: Sequence[Row], rows: Sequence[Row], through: date) -> tuple[tuple[date, date], ...]:
    """Return the days up to ``through``, from and to, that rows not known yet cover and no known row does."""
    unknown, known, last = record_columns(hidden), record_columns(rows), through.toordinal()
    unknown = unknown.where(unknown.start <= last)
    if not unknown:
        return ()
    first = int(unknown.start.min())
    is_open = _covered_days(unknown, first, last) & ~_covered_days(known, first, last)
    edges = np.flatnonzero(np.diff(is_open, prepend=False, append=False)).reshape(-1, 2) + first
    return tuple((date.fromordinal(start), date.fromordinal(following - 1)) for start, following in edges.tolist())


def _covered_days(rows: RecordColumns, first: int, last: int) -> Truth:
    """Whether any of some rows covers each day from the first to the last."""
    changes = np.zeros(last - first + 2, dtype=np.int64)
    within = (rows.end >= first) & (rows.start <= last)
    np.add.at(changes, np.maximum(rows.start[within], first) - first, 1)
    np.add.at(changes, np.minimum(rows.end[within], last) - first + 1, -1)
    covered: Truth = np.cumsum(changes)[:-1] > 0
    return covered


def visible_rows(stream: Stream, as_of: date) -> RecordColumns:
    """Return the rows of a stream that exist and stand as of a day, as they are in the file: quiet time is not cut."""
    return current_rows(existing_rows(stream, as_of))


def records_as_of(topic: Topic, as_of: date) -> dict[str, StreamRecord]:
    """Return the record of every stream of a topic as it stood on a day."""
    return {name: record_as_of(stream, as_of, opens=topic.opens) for name, stream in topic.streams.items()}


def with_latent_ends(records: Mapping[str, StreamRecord], opens: date) -> dict[str, StreamRecord]:
    """Return the records of a topic, in which those of latent streams, which are empty, end where the first of the others leaves a day open."""
    recorded = [record for record in records.values() if not record.stream.latent and has_future(record.stream)]
    ends = [min([record.through, *(first - ONE_DAY for first, _ in record.unknown)]) for record in recorded]
    through = min(ends, default=opens - ONE_DAY)
    return {name: replace(record, through=through) if record.stream.latent else record for name, record in records.items()}


@dataclass(frozen=True, slots=True)
class SeriesShare:
    """A series' average over an interval: ``known + later_share * later``."""

    known: float
    later_share: float


def series_share(series: Series, start: date, end: date, *, as_of: date) -> SeriesShare:
    """Average a series over ``start … end`` (both included) with what was known as of a day.

    Raises ``LookupError`` where the interval begins before the first known
    point, or where nothing is known and the topic does not say what comes later.
    """
    points = known_points(series, as_of)
    if not points:
        if series.later is None:
            raise LookupError(f"nothing is known of series `{series.name}` as of {as_of}, and it has no `later`")
        return SeriesShare(0.0, 1.0)
    if start < points[0].day:
        raise LookupError(f"series `{series.name}` begins on {points[0].day}, after {start}")
    last = points[-1].day
    days = days_covered(start, end)
    known = 0.0
    for point, following in zip(points, [*points[1:], None], strict=True):
        until = following.day - ONE_DAY if following else last
        known += point.value * _overlap_days(start, end, point.day, until)
    later_days = _overlap_days(start, end, last + ONE_DAY, end)
    if series.later is None:
        return SeriesShare((known + points[-1].value * later_days) / days, 0.0)
    return SeriesShare(known / days, later_days / days)


def known_points(series: Series, as_of: date) -> list[Point]:
    """Return the points known as of a day, by day; of two for one day, the one known last."""
    latest: dict[date, Point] = {}
    for point in sorted(series.points, key=lambda point: (point.known, point.place)):
        if point.known <= as_of:
            latest[point.day] = point
    return [latest[day] for day in sorted(latest)]


def unrecorded_days(records: Mapping[str, StreamRecord], as_of: date) -> dict[str, int]:
    """Return, for each stream, how many days lie between its last row and the as-of day."""
    return {name: max((as_of - record.through) // timedelta(days=1), 0) for name, record in records.items()}


def _overlap_days(start: date, end: date, first: date, last: date) -> int:
    return max(0, days_covered(max(start, first), min(end, last)))
