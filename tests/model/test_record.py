"""What exists as of a day: rows, replacements, quiet time and series."""

from __future__ import annotations

from datetime import date
from itertools import count

import pytest

from forecast.book.files.problems import Place
from forecast.book.topic import Point, Row, Series, Stream
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement
from forecast.model.record import SeriesShare, record_as_of, series_share

OPENS = date(2026, 1, 1)
_lines = count(2)


def row(start, end, value, *, known=None, **more):
    """A row as the reader of records makes it."""
    return Row(Place("r.csv", next(_lines)), start, end, value, known or end, "a source", **more)


def stream(*rows, watched=False):
    """A stream of counts with rows."""
    return Stream("seen", "things seen", "", parse_statement("Poisson(mu=rate)"), watched, {}, {}, rows, (), ())


def series(*points, later=None):
    """A series of (day, value, known) points."""
    made = tuple(Point(Place("s.csv", next(_lines)), day, value, known, "a source") for day, value, known in points)
    return Series("level", "a level", "", parse_expression(later) if later else None, later or "", made)


def test_a_row_known_later_does_not_exist_yet():
    """A row counts from the day it became known, not from the days it covers."""
    seen = row(date(2026, 1, 5), date(2026, 1, 6), 2, known=date(2026, 2, 1))
    before = record_as_of(stream(seen), date(2026, 1, 31), opens=OPENS)
    after = record_as_of(stream(seen), date(2026, 2, 1), opens=OPENS)
    assert (before.rows, before.through, after.rows, after.through) == ((), date(2025, 12, 31), (seen,), date(2026, 1, 6))


def test_quiet_time_in_a_watched_stream_counts_day_by_day():
    """A quiet row of a watched stream is cut at the as-of day."""
    quiet = row(date(2026, 1, 1), date(2026, 3, 31), 0)
    record = record_as_of(stream(quiet, watched=True), date(2026, 2, 10), opens=OPENS)
    assert ([(each.start, each.end) for each in record.rows], record.through) == (
        [(date(2026, 1, 1), date(2026, 2, 10))],
        date(2026, 2, 10),
    )


def test_quiet_time_elsewhere_counts_when_it_is_known():
    """In a stream nobody watches a row of zero is a reading like any other."""
    quiet = row(date(2026, 1, 1), date(2026, 3, 31), 0)
    assert record_as_of(stream(quiet), date(2026, 3, 30), opens=OPENS).rows == ()


def test_a_replacement_stands_from_its_own_known_day():
    """Until the correction is known the first row counts; then only the correction does."""
    first = row(date(2025, 1, 1), date(2025, 12, 31), 224, known=date(2026, 1, 20), id="y2025")
    second = row(date(2025, 1, 1), date(2025, 12, 31), 223, known=date(2026, 2, 4), replaces="y2025")
    both = stream(first, second)
    assert [record_as_of(both, day, opens=OPENS).rows for day in (date(2026, 2, 3), date(2026, 2, 4))] == [(first,), (second,)]


def test_a_watched_quiet_row_that_replaces_another_waits_for_its_known_day():
    """A correction to quiet time is no quiet time before it is known."""
    first = row(date(2026, 1, 1), date(2026, 1, 31), 0, id="january")
    second = row(date(2026, 1, 1), date(2026, 1, 20), 0, known=date(2026, 2, 15), replaces="january")
    both = stream(first, second, watched=True)
    assert record_as_of(both, date(2026, 2, 14), opens=OPENS).rows == (first,)
    assert record_as_of(both, date(2026, 2, 15), opens=OPENS).rows == (second,)


def test_a_correction_may_cut_quiet_time_before_that_has_passed():
    """Its first part counts from its last day on, and the rest day by day after it: on no day does a day count twice, or not at all."""
    whole = row(date(2026, 1, 1), date(2026, 1, 31), 0, id="january")
    first = row(date(2026, 1, 1), date(2026, 1, 20), 0, replaces="january")
    rest = row(date(2026, 1, 21), date(2026, 1, 31), 0)
    its = stream(whole, first, rest, watched=True)
    days = (date(2026, 1, 19), date(2026, 1, 20), date(2026, 1, 21), date(2026, 2, 1))
    found = {day: [(each.start.day, each.end.day) for each in record_as_of(its, day, opens=OPENS).rows] for day in days}
    assert list(found.values()) == [[(1, 19)], [(1, 20)], [(1, 20), (21, 21)], [(1, 20), (21, 31)]]


def test_a_total_counts_rows_that_had_ended():
    """A row that ends on a day counts from the next day on."""
    record = record_as_of(stream(row(date(2026, 1, 1), date(2026, 1, 10), 3)), date(2026, 2, 1), opens=OPENS)
    assert [record.total_before(day) for day in (date(2026, 1, 10), date(2026, 1, 11))] == [0, 3]


def test_a_series_is_a_step_function_averaged_over_days():
    """Ten days at 100 and ten at 300 average to 200."""
    level = series((date(2026, 1, 1), 100, OPENS), (date(2026, 1, 11), 300, OPENS), (date(2026, 3, 1), 0, OPENS))
    assert series_share(level, date(2026, 1, 1), date(2026, 1, 20), as_of=date(2026, 4, 1)) == SeriesShare(200.0, 0.0)


def test_after_its_last_point_a_series_is_what_later_says():
    """The last point holds on its own day; the days after it belong to `later`."""
    level = series((date(2026, 1, 1), 100, OPENS), (date(2026, 1, 5), 60, OPENS), later="level_later")
    assert series_share(level, date(2026, 1, 4), date(2026, 1, 8), as_of=date(2026, 4, 1)) == SeriesShare((100 + 60) / 5, 3 / 5)


def test_a_series_without_later_keeps_its_last_value():
    """Where a topic says nothing of the time after, the last value stands."""
    level = series((date(2026, 1, 1), 100, OPENS))
    assert series_share(level, date(2026, 5, 1), date(2026, 5, 31), as_of=date(2026, 6, 1)) == SeriesShare(100.0, 0.0)


def test_a_point_known_later_does_not_exist_yet():
    """As of a day before a point is known the series ends at the point before it; a revision takes its day over."""
    level = series(
        (date(2026, 1, 1), 100, date(2026, 1, 1)),
        (date(2026, 1, 11), 300, date(2026, 2, 1)),
        (date(2026, 1, 11), 200, date(2026, 3, 1)),
        later="x",
    )
    asked = (date(2026, 1, 11), date(2026, 1, 11))
    assert [series_share(level, *asked, as_of=day) for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1))] == [
        SeriesShare(0.0, 1.0),
        SeriesShare(300.0, 0.0),
        SeriesShare(200.0, 0.0),
    ]


def test_a_series_has_no_value_before_its_first_point():
    """Asking for days before the series begins is an error that names it."""
    level = series((date(2026, 1, 10), 100, OPENS), later="x")
    with pytest.raises(LookupError, match=r"series `level` begins on 2026-01-10, after 2026-01-01"):
        series_share(level, date(2026, 1, 1), date(2026, 1, 31), as_of=date(2026, 6, 1))
