"""Events of a row on its days: drawn on each path, given how many there are and the path's parameters.

The statement is read for the parts of the row's days with the scope a row of these
days would have; how events divide over the parts then follows from ``parts``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.classes import amount, is_counted, total_names
from forecast.book.topic import Row, Stream, Topic
from forecast.language.distributions import family_for
from forecast.language.expressions import indexed
from forecast.model.clock import ONE_DAY
from forecast.model.crossing import groups, overlap, related, says_something
from forecast.model.misfit import no_distribution
from forecast.model.model import Array, Model, uses
from forecast.model.parts import TRIED, Read, Weights, column, drawn_parts, even_weights, finer_days, is_even, weights_of
from forecast.model.steps import Needs, needs_of, step_scope
from forecast.model.unsound import Unsound, at_place, at_topic

MOST_DAYS = 400  # of rows that must keep an order; longer ones are ordered by steps of several days
ROUNDS, AT_ONCE = 256, 16_384  # in which impossible orders are drawn again, and how many draws at most in each
FRUITLESS = 8  # rounds without any possible order, after which no more is looked for

type Totals = Callable[[date], Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A row's events on its days.

    ``days`` are boundaries from the row's first day to the day after its last;
    ``before`` has, by class (the empty text where there are none), what lies before
    each on each path, ``(boundaries, paths)``.  ``even`` says that it is spread
    evenly over days, and ``adds_up`` that the statement's means of the parts add up
    to the row's.
    """

    stream: Stream
    row: Row
    days: tuple[date, ...]
    before: Mapping[str, Array]
    even: bool
    adds_up: bool = True

    @property
    def named(self) -> tuple[str, Row]:
        """The row with its stream's name."""
        return self.stream.name, self.row

    def upto(self, day: date) -> dict[str, Array]:
        """Return what the row adds before a day to each total of its stream, ``(paths,)``; days between boundaries add nothing yet."""
        at = bisect_right(self.days, day) - 1
        if at < 0:
            return {name: np.zeros(len(next(iter(self.before.values()))[0])) for name in total_names(self.stream)}
        found = {indexed(self.stream.name, label): values[at] for label, values in self.before.items()}
        if self.stream.name in found:
            return found
        none = np.zeros_like(next(iter(found.values())))
        return {name: found.get(name, none) for name in total_names(self.stream)} | {self.stream.name: np.sum([*found.values()], axis=0)}

    def on(self, paths: NDArray[np.int64]) -> Allocation:
        """Return the allocation on some of the paths, by their numbers."""
        return replace(self, before={label: values[:, paths] for label, values in self.before.items()})


def whole(topic: Topic, stream: Stream, row: Row, values: Array | None, paths: int) -> Allocation:
    """Return a row of which nothing is allocated yet; ``values`` are those of a range, ``(paths,)``."""
    parts = {"": np.full(paths, row.value) if values is None else values}
    if stream.classes:
        parts = {label: np.full(paths, number) for label in stream.classes if (number := amount(stream, row, label))}
    before = {label: np.stack([np.zeros(paths), each]) for label, each in parts.items()}
    return Allocation(stream, row, (row.start, row.end + ONE_DAY), before, even=is_even(topic, stream))


def allocate(
    model: Model,
    parameters: Mapping[str, NDArray[Any]],
    allocations: Sequence[Allocation],
    days: Sequence[date],
    totals: Totals,
    rng: np.random.Generator,
) -> tuple[Allocation, ...]:
    """Cut allocations at those of ``days`` that fall inside them; parts that they have already are kept, and cut further.

    ``totals`` gives the topic's totals before a day, ``(paths,)`` each, as they are
    without these rows until the day after each of them ends.  Rows of streams that use
    each other's totals are drawn together, and orders that a statement makes impossible
    are drawn again.  Raises ``Unsound``, placed at the row, where no order is possible,
    and where a statement makes no distribution.
    """
    pairs = related(model.topic)
    found = list(allocations)
    for together in groups([each.named for each in allocations], pairs):
        members = [allocations[at] for at in together]
        ordered = tuple(_must_keep_order(model, each, pairs) for each in members)
        drawing = _Drawing(model, parameters, totals, rng, ordered)
        drawn = drawing.in_order(members, days) if any(ordered) else drawing.cut(members, days)
        for at, each in zip(together, drawn, strict=True):
            found[at] = each
    return tuple(found)


def _must_keep_order(model: Model, one: Allocation, pairs: frozenset[frozenset[str]]) -> bool:
    """Whether a row's events may be impossible before, or after, those of another stream that its statement uses and that share its days."""
    used = [name for name in uses(model.topic, one.stream.value)[1] if name != one.stream.name] if pairs else []
    return any(
        overlap(one.row, row) and says_something(row, model.records[name].stream) for name in used for row in model.records[name].counted
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws of rows that belong together, on some paths; ``ordered`` says of each whether other streams can make its events impossible."""

    model: Model
    parameters: Mapping[str, NDArray[Any]]
    totals: Totals
    rng: np.random.Generator
    ordered: tuple[bool, ...]

    def on(self, paths: NDArray[np.int64]) -> _Drawing:
        """Return the same on some of the paths, by their numbers."""
        parameters = {name: values if len(values) == 1 else values[paths] for name, values in self.parameters.items()}
        return replace(
            self,
            parameters=parameters,
            totals=lambda day: {name: values[paths] for name, values in self.totals(day).items()},
        )

    def cut(self, members: Sequence[Allocation], days: Sequence[date]) -> list[Allocation]:
        """Cut rows in the order of their days; each sees of the others what has been allocated by then."""
        found = list(members)
        for at in sorted(range(len(members)), key=lambda at: (members[at].row.start, members[at].row.end)):
            found[at] = self._cut(found[at], days, [each for other, each in enumerate(found) if other != at])
        return found

    def in_order(self, members: Sequence[Allocation], days: Sequence[date]) -> list[Allocation]:
        """Cut rows to single days and draw those paths again on which what happened on a day was impossible after all before it."""
        fine = _fine(members, days)
        found = [replace(each, before={label: values.copy() for label, values in each.before.items()}) for each in self.cut(members, fine)]
        wrong = np.flatnonzero(self.impossible(found) >= 0)
        fruitless = 0
        for _ in range(ROUNDS):
            if not wrong.size:
                return found
            if fruitless == FRUITLESS:
                break
            copies = max(1, AT_ONCE // wrong.size)
            tried = np.repeat(wrong, copies)
            own = self.on(tried)
            again = own.cut([each.on(tried) for each in members], fine)
            good = (own.impossible(again) < 0).reshape(-1, copies)
            done, first = good.any(axis=1), good.argmax(axis=1)
            chosen = np.flatnonzero(done) * copies + first[done]
            for at, each in enumerate(again):
                for label, values in each.before.items():
                    found[at].before[label][:, wrong[done]] = values[:, chosen]
            wrong, fruitless = wrong[~done], 0 if done.any() else fruitless + 1
        self._refuse(found, wrong)
        return found

    def _refuse(self, found: Sequence[Allocation], left: NDArray[np.int64]) -> None:
        """Raise ``Unsound`` unless each path that is left is one at whose parameters the record is impossible in any order, and has no weight."""
        own = self.on(left)
        of_whole = np.stack([own.log_density(each.on(left), each.row.start, each.row.end, members=()) for each in found])
        possible = ~np.isneginf(of_whole).any(axis=0)
        if possible.any():
            at = int(own.impossible([each.on(left) for each in found])[possible].max())
            its = found[at]
            others = ", ".join(f"`{name}`" for name in uses(self.model.topic, its.stream.value)[1] if name != its.stream.name)
            message = f"no order of the events of this row and of the rows of {others} that share its days was found to be possible"
            hint = f"the statement is {its.stream.value.text}; correct the rows, or split them at days that are known"
            raise Unsound(at_place(self.model.topic, its.row.place, message, hint))

    def impossible(self, found: Sequence[Allocation]) -> NDArray[np.int64]:
        """The number of a row that has what its statement never gives at the time, on each path, ``(paths,)``; -1 where none has."""
        which = np.full(next(iter(found[0].before.values())).shape[1], -1)
        for at, each in enumerate(found):
            if not self.ordered[at] or not family_for(each.stream.value).discrete:
                continue
            for start, following in pairwise(each.days):
                density = self.log_density(each, start, following - ONE_DAY, members=found)
                which[np.isneginf(density) | np.isnan(density)] = at
        return which

    def log_density(self, one: Allocation, start: date, end: date, *, members: Sequence[Allocation]) -> Array:
        """The log density of what a row has on some of its days, ``(paths,)``; 0 where it has nothing there, and minus infinity below 0 trials.

        Of counts of several classes all that is asked is that there are no more than can be.
        """
        first, last = one.days.index(start), one.days.index(end + ONE_DAY)
        parts = {label: values[last] - values[first] for label, values in one.before.items()}
        kind, arguments = self._distribution(one, start, end, members)
        some = np.sum([*parts.values()], axis=0) != 0
        if not one.stream.classes:
            density = kind.log_density(parts[""][:, None], **arguments)[..., 0]
        elif is_counted(one.stream):
            density = np.where(np.sum([*parts.values()], axis=0) > column(arguments["n"], len(some)), -np.inf, 0.0)
        else:
            (label,) = parts
            density = kind.log_density([[one.stream.classes.index(label)]], **arguments)[..., 0]
        trials = column(arguments["n"], len(some)) if one.stream.value.distribution in TRIED else np.zeros(len(some))
        return np.where(trials < 0, -np.inf, np.where(some, density, 0.0))

    def _cut(self, one: Allocation, days: Sequence[date], others: Sequence[Allocation]) -> Allocation:
        """Cut one row at the days that fall inside it."""
        wanted = {day for day in days if one.row.start < day <= one.row.end} - set(one.days)
        if not wanted:
            return one
        all_days = tuple(sorted({*one.days, *wanted}))
        weights = self._weights(one, all_days, others)
        bounds = [all_days.index(day) for day in one.days]
        before = {}
        for label, values in one.before.items():
            parts = [
                self._parts(one, values[at + 1] - values[at], weights[label], slice(first, last))
                for at, (first, last) in enumerate(pairwise(bounds))
            ]
            before[label] = np.concatenate([values[:1], np.cumsum(np.concatenate(parts), axis=0)])
            before[label][-1] = values[-1]  # sums of shares of an amount may be off by rounding
        return replace(one, days=all_days, before=before, adds_up=one.adds_up and all(each.add_up for each in weights.values()))

    def _weights(self, one: Allocation, days: Sequence[date], others: Sequence[Allocation]) -> dict[str, Weights]:
        """The weights of the parts between days, by class."""
        count = next(iter(one.before.values())).shape[1]
        if one.even:
            even = even_weights([(following - day).days for day, following in pairwise(days)], count)
            return dict.fromkeys(one.before, even)
        members = [*others, one]
        fine = finer_days(one.stream, days)
        spans = [(day, following - ONE_DAY) for day, following in pairwise(fine)]
        read = [self._distribution(one, *span, members) for span in spans]
        known = self._distribution(one, one.row.start, one.row.end, members) if len(one.days) == 2 else None
        found = {label: weights_of(one.stream, label, read, known, count) for label in one.before}
        for each in found.values():
            self._check(one, spans, read, each.weights)
        starts = [fine.index(day) for day in days[:-1]]
        return found if len(fine) == len(days) else {label: each.joined(starts) for label, each in found.items()}

    def _parts(self, one: Allocation, value: Array, its: Weights, cells: slice) -> Array:
        """What of a value ``(paths,)`` lies in some parts, ``(parts, paths)``."""
        weights, shapes = (None if each is None else np.nan_to_num(each[cells], nan=0.0) for each in (its.weights, its.shapes))
        assert weights is not None
        if family_for(one.stream.value).discrete:
            return drawn_parts(self.rng, value, weights, shapes)
        return value * (weights / weights.sum(axis=0))

    def _check(self, one: Allocation, spans: Sequence[tuple[date, date]], read: Sequence[Read], weights: Array) -> None:
        """Raise ``Unsound`` where a statement makes no distribution on some of a row's days; an order may be what makes it none."""
        wrong = np.isnan(weights)
        if not wrong.any() or any(self.ordered):
            return
        at = int(wrong.any(axis=1).argmax())
        (start, end), (kind, arguments) = spans[at], read[at]
        message, hint, _ = no_distribution(one.stream.value, kind, arguments, wrong[at][:, None])
        told = f"{message} (allocating the row of {one.row.start} to {one.row.end}, on {start} to {end})"
        raise Unsound(at_topic(self.model.topic, ("streams", one.stream.name, "value"), told, hint))

    def _distribution(self, one: Allocation, start: date, end: date, members: Sequence[Allocation]) -> Read:
        """A stream's family and arguments over some days of one of its rows, with the row's own columns."""
        model, stream = self.model, one.stream
        needs: Needs = needs_of(model, [stream])
        totals: dict[str, Array] = {}
        if uses(model.topic, stream.value)[1]:
            totals = dict(self.totals(start))
            for each in members:
                if each.row.start < start <= each.row.end:
                    totals |= {name: totals[name] + more for name, more in each.upto(start).items()}
            totals = {name: values[:, None] for name, values in totals.items()}
        with np.errstate(all="ignore"):
            scope = step_scope(model, [stream], self.parameters, totals, start, end, needs=needs)
            return model.distribution(stream.value, scope.plus(values=_columns(model.topic, stream, one.row)))


def _fine(members: Sequence[Allocation], days: Sequence[date]) -> list[date]:
    """The days at which rows that must keep an order are cut: each, or each of several where there are many."""
    first, last = min(each.row.start for each in members), max(each.row.end for each in members)
    step = -(-((last - first).days + 1) // MOST_DAYS)
    edges = {edge for each in members for edge in (*each.days, each.row.start, each.row.end + ONE_DAY)}
    return sorted({*days, *edges, *(first + timedelta(days=at) for at in range(0, (last - first).days + 1, step))})


def _within(old: Sequence[date], new: Sequence[date]) -> list[tuple[int, int]]:
    """Where each part between old boundaries begins and ends among the new ones."""
    at = [new.index(day) for day in old]
    return list(pairwise(at))


def _columns(topic: Topic, stream: Stream, row: Row) -> dict[str, Any]:
    """A row's own columns as a scope has them."""
    found: dict[str, Any] = {name: np.array([[float(row.columns.get(name, np.nan))]]) for name in stream.covariates}
    for name in (*stream.label_columns, *stream.reported):
        label = row.label(name)
        found[name] = np.array([[topic.labels[name].index(label) if label else -1]])
    return found


def rows_as_allocations(
    model: Model, rows: Sequence[tuple[str, Row]], ranges: Mapping[str, Sequence[tuple[Row, Array]]], paths: int
) -> tuple[Allocation, ...]:
    """Return rows of which nothing is allocated yet, with the values drawn for those that are ranges."""
    streams = model.topic.streams
    return tuple(
        whole(model.topic, streams[name], row, next((values for each, values in ranges.get(name, ()) if each is row), None), paths)
        for name, row in rows
    )
