"""The day on which a ``first`` condition came true within the record: the events of its rows are put on days.

A simulated path knows totals at the ends of rows and steps.  Where the condition
came true at the end of a row of several days, it came true on one of them.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question
from forecast.language.arrays import Array
from forecast.language.expressions import First
from forecast.model.allocation import Allocation, Totals, allocate, unallocated_rows
from forecast.model.clock import cut_into_steps
from forecast.model.crossing import long_rows, with_related_rows
from forecast.model.model import Model
from forecast.model.record import StreamRow
from forecast.model.used_names import series_and_streams_used
from forecast.predict.paths import Paths, totals_beyond
from forecast.predict.questions import truth_before

type Numbers = NDArray[np.int64]

MOST_SINGLE_DAYS = 62  # of rows that are cut at every day at once; longer ones are cut at months first


def condition_streams(question: Question, model: Model) -> tuple[str, ...]:
    """Return the streams whose totals the condition of a ``first`` question uses."""
    assert isinstance(question.answer, First)
    return series_and_streams_used(model.topic, question.answer.condition)[1]


def first_simulated_day(question: Question, paths: Paths) -> date | None:
    """Return the first day on which a stream of a ``first`` question is simulated; None where none ever is."""
    days = [paths.starts[name] for name in condition_streams(question, paths.model) if name in paths.starts]
    days += [
        first for name in condition_streams(question, paths.model) if name in paths.starts for first, _ in paths.model.records[name].unknown
    ]
    return min(days, default=None)


def days_within_rows(question: Question, paths: Paths, of: Numbers, ends: Numbers, recorded: NDArray[np.bool_]) -> Numbers:
    """Return the days, as ordinals, on which a condition first held on the paths with numbers ``of``: within the rows that made it hold.

    ``ends`` are the last days of the steps at whose end it first held; they stay as
    they are where ``recorded`` does not say that the step is one of the record, and
    where no row of several days ends there.
    """
    days = ends.copy()
    for end in np.unique(ends[recorded]):
        last = date.fromordinal(int(end))
        rows = rows_around(question, paths.model, last) if question.since is None or last >= question.since else ()
        if rows:
            here = np.flatnonzero(recorded & (ends == end))
            days[here] = _Search(question, paths, question_generator(question, paths, last)).days(of[here], rows, last)
    return days


def question_generator(question: Question, paths: Paths, day: date) -> np.random.Generator:
    """Return a generator of its own for a question and a day, from the seed of the paths."""
    return np.random.default_rng([paths.lots, zlib.crc32(question.name.encode()), day.toordinal()])


def rows_around(question: Question, model: Model, last: date) -> tuple[StreamRow, ...]:
    """Return the rows of several days within which a condition that holds at the end of ``last`` may have come true.

    Those are the rows that reach that day, and those that share days with them.
    """
    streams = condition_streams(question, model)
    rows = [named for name in streams for named in long_rows(model.records[name]) if named.row.start <= last]
    reaching = [named.row for named in rows if named.row.end >= last]
    if not reaching:
        return ()
    first = min(row.start for row in reaching)
    return tuple(named for named in rows if named.row.end >= first)


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for the first day of a question's condition on its paths."""

    question: Question
    paths: Paths
    rng: np.random.Generator

    def days(self, of: Numbers, rows: Sequence[StreamRow], last: date) -> Numbers:
        """The first days, as ordinals, on the paths with numbers ``of``, on all of which the condition holds at the end of ``last``."""
        since, model = self.question.since, self.paths.model
        known = {allocation.named: allocation for allocation in self.paths.allocations}
        together = with_related_rows(model, rows)
        ranges = {name: [(named, values[of]) for named, values in its] for name, its in self.paths.ranges.items()}
        fresh = unallocated_rows(model, together, ranges, len(of))
        allocations = [known[allocation.named].on(of) if allocation.named in known else allocation for allocation in fresh]
        first = min(allocation.row.start for allocation in allocations if allocation.named in rows)
        first = first if since is None else max(first, since)
        return self._within(of, allocations, first, last)

    def _within(self, of: Numbers, allocations: Sequence[Allocation], first: date, last: date) -> Numbers:
        """Cut rows at months, or at days where few are left, and look in which part the condition came true."""
        single = (last - first).days < MOST_SINGLE_DAYS
        days = cut_into_steps(
            "day" if single else "month",
            first,
            last,
            [day for allocation in allocations for day in (allocation.row.start, allocation.row.end + ONE_DAY)],
        )
        parameters = {name: values if len(values) == 1 else values[of] for name, values in self.paths.parameters.items()}
        base = self._base(of)
        fine = allocate(self.paths.model, parameters, allocations, days, base, self.rng)
        totals = self._totals_by_day(of, fine, days, base)
        begin = self.paths.model.topic.opens if self.question.since is None else self.question.since
        truth = truth_before(self.question, self.paths.model, parameters, days[1:], totals, count=len(of), first=begin)
        column = np.where(truth.any(axis=1), truth.argmax(axis=1), len(days) - 2)
        if single:
            return np.array([day.toordinal() for day in days])[column]
        ordinals = np.empty(len(of), dtype=np.int64)
        for part in np.unique(column):
            here = np.flatnonzero(column == part)
            ordinals[here] = self._within(of[here], [allocation.on(here) for allocation in fine], days[part], days[part + 1] - ONE_DAY)
        return ordinals

    def _base(self, of: Numbers) -> Totals:
        """The totals before a day on some paths, without what has been allocated of rows until they end."""
        paths = self.paths

        def before(day: date) -> Mapping[str, Array]:
            at = bisect_right(paths.days, day) - 1
            if at < 0:
                return {name: np.zeros(len(of)) for name in paths.totals}
            totals = {name: values[of, at] for name, values in paths.totals.items()}
            ranges = {name: [(named, drawn[of]) for named, drawn in its] for name, its in paths.ranges.items()}
            more = totals_beyond(paths.model, ranges, paths.days[-1], day, totals)
            totals = {name: values + added for (name, values), added in zip(totals.items(), more, strict=True)}
            for allocation in paths.allocations:
                if allocation.row.start < paths.days[at] <= allocation.row.end:
                    totals |= {name: totals[name] - less for name, less in allocation.on(of).upto(paths.days[at]).items()}
            return totals

        return before

    def _totals_by_day(self, of: Numbers, fine: Sequence[Allocation], days: Sequence[date], base: Totals) -> dict[str, Array]:
        """What counts of each total before each day but the first, ``(paths, days - 1)``."""
        since = self.question.since
        cut = {allocation.named for allocation in fine}
        others = [allocation.on(of) for allocation in self.paths.allocations if allocation.named not in cut]
        columns = []
        for day in (*days[1:], *([] if since is None else [since])):
            totals = dict(base(day))
            for allocation in (*fine, *others):
                if allocation.row.start < day <= allocation.row.end:
                    totals |= {name: totals[name] + more for name, more in allocation.upto(day).items()}
            columns.append(totals)
        earlier = dict.fromkeys(columns[0], 0.0) if since is None else columns.pop()
        return {name: np.stack([column[name] - earlier[name] for column in columns], axis=1) for name in columns[0]}
