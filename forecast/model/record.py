"""What the record says as of a day: which rows exist then, and how far they reach.

Rows known later do not exist yet, nor do replacements.  Quiet time in a watched
stream is evidence from day to day, so a quiet row is cut at the as-of day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import row_amount
from forecast.book.rows import current_rows, drop_copies, effective_from, sort_rows, truncate_row
from forecast.book.topic import Point, Row, Series, Stream, Topic
from forecast.model.clock import days_covered

FEW_SUMS = 1_000_000  # rows times days whose totals are each added up anew, to the last digit


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """The rows of one stream that exist as of a day, in the order of their days.

    ``through`` is the last day recorded: the day before the topic opens where
    there are no rows.  ``unknown`` are days before it, from and to, of rows that are
    not known yet: what happened then is simulated, as what comes after ``through``.
    """

    stream: Stream
    rows: tuple[Row, ...]
    through: date
    unknown: tuple[tuple[date, date], ...] = ()

    @property
    def counted(self) -> tuple[Row, ...]:
        """The rows without copies of reports that stand before them."""
        return tuple(drop_copies(self.rows, self.stream.label_columns)) if any(row.origin for row in self.rows) else self.rows

    @property
    def ranges(self) -> tuple[Row, ...]:
        """The counted rows of which only a range is known."""
        return tuple(row for row in self.counted if row.between is not None)

    def total_before(self, day: date, label: str = "") -> float:
        """The sum of the rows that had ended before a day, or of one class of them; copies count once, and ranges are left out."""
        return sum((row_amount(self.stream, row, label) for row in self.counted if row.end < day and row.between is None), start=0.0)

    def totals_before(self, days: Sequence[date], label: str = "") -> list[float]:
        """The sums of the rows that had ended before each of some days, as ``total_before`` has them of one."""
        if len(self.rows) * len(days) <= FEW_SUMS:
            return [self.total_before(day, label) for day in days]
        ended = sorted((row.end.toordinal(), row_amount(self.stream, row, label)) for row in self.counted if row.between is None)
        sums = list(accumulate((value for _, value in ended), initial=0.0))
        ends = [end for end, _ in ended]
        return [sums[bisect_left(ends, day.toordinal())] for day in days]


def record_as_of(stream: Stream, as_of: date, *, opens: date) -> StreamRecord:
    """Return the record of a stream as it stood on a day."""
    rows = tuple(sort_rows(truncate_row(row, as_of) for row in visible_rows(stream, as_of)))
    through = max((row.end for row in rows), default=opens - ONE_DAY)
    hidden = [row for row in stream.rows if effective_from(row, stream) > as_of and not row.replaces]
    return StreamRecord(stream, rows, through, uncovered_spans(hidden, rows, through))


def uncovered_spans(hidden: Sequence[Row], rows: Sequence[Row], through: date) -> tuple[tuple[date, date], ...]:
    """Return the days up to ``through``, from and to, that rows not known yet cover and no known row does."""
    if not any(row.start <= through for row in hidden):
        return ()
    days: set[date] = set()
    for row in hidden:
        days.update(row.start + timedelta(days=at) for at in range(days_covered(row.start, min(row.end, through))))
    first, last = min(days, default=through), max(days, default=through)
    for row in rows:
        start = max(row.start, first)
        days.difference_update(start + timedelta(days=at) for at in range(days_covered(start, min(row.end, last))))
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        if spans and spans[-1][1] == day - ONE_DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return tuple(spans)


def visible_rows(stream: Stream, as_of: date) -> list[Row]:
    """Return the rows of a stream that exist and stand as of a day, as they are in the file: quiet time is not cut."""
    return current_rows([row for row in stream.rows if effective_from(row, stream) <= as_of])


def records_as_of(topic: Topic, as_of: date) -> dict[str, StreamRecord]:
    """Return the record of every stream of a topic as it stood on a day."""
    return {name: record_as_of(stream, as_of, opens=topic.opens) for name, stream in topic.streams.items()}


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
