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

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import is_counted, row_amount, total_names
from forecast.book.topic import Row, Stream, Topic
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.language.expressions import indexed_name
from forecast.model.crossing import group_rows, has_events, overlap, related_streams
from forecast.model.errors import Unsound, place_problem, topic_problem
from forecast.model.invalid_values import describe_invalid_arguments
from forecast.model.model import Model
from forecast.model.parts import (
    FamilyArguments,
    PartWeights,
    argument_per_path,
    draw_parts,
    even_weights,
    finer_days,
    is_even,
    log_chance,
    weights_of,
)
from forecast.model.record import StreamRow
from forecast.model.steps import Needs, needs_of, step_scope
from forecast.model.used_names import series_and_streams_used

MOST_DAYS = 400  # of rows that must keep an order; longer ones are ordered by steps of several days
REDRAW_ROUNDS, ORDERS_AT_ONCE = 256, 16_384  # in which impossible orders are drawn again, and how many draws at most in each
FORGOTTEN = 0.01  # share of paths that may still have the order with which they began
MOST_ROUNDS = 24  # in which paths may take another order
MOSTLY = 0.3  # share of paths with a possible order from which impossible ones are left for another round
FRUITLESS = 8  # rounds without any possible order, after which no more is looked for

type Totals = Callable[[date], Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A row's events on its days.

    ``days`` are boundaries from the row's first day to the day after its last;
    ``before`` has, by class (the empty text where there are none), what lies before
    each on each path, ``(boundaries, paths)``.  ``even`` says that it is spread
    evenly over days, and ``adds_up`` that the statement's means of the parts add up
    to the row's.  ``chance`` is the log chance with which its events were put on these days.
    """

    stream: Stream
    named: StreamRow
    days: tuple[date, ...]
    before: Mapping[str, Array]
    even: bool
    adds_up: bool = True
    chance: Array | float = 0.0

    @property
    def row(self) -> Row:
        """The row itself."""
        return self.named.row

    def upto(self, day: date) -> dict[str, Array]:
        """Return what the row adds before a day to each total of its stream, ``(paths,)``; days between boundaries add nothing yet."""
        at = bisect_right(self.days, day) - 1
        if at < 0:
            return {name: np.zeros(len(next(iter(self.before.values()))[0])) for name in total_names(self.stream)}
        totals = {indexed_name(self.stream.name, label): values[at] for label, values in self.before.items()}
        if self.stream.name in totals:
            return totals
        none = np.zeros_like(next(iter(totals.values())))
        return {name: totals.get(name, none) for name in total_names(self.stream)} | {self.stream.name: np.sum([*totals.values()], axis=0)}

    def on(self, paths: NDArray[np.int64]) -> Allocation:
        """Return the allocation on some of the paths, by their numbers."""
        chance = self.chance[paths] if isinstance(self.chance, np.ndarray) else self.chance
        return replace(self, before={label: values[:, paths] for label, values in self.before.items()}, chance=chance)


def unallocated_row(topic: Topic, named: StreamRow, values: Array | None, paths: int) -> Allocation:
    """Return a row of which nothing is allocated yet; ``values`` are those of a range, ``(paths,)``."""
    stream, row = topic.streams[named.stream], named.row
    parts = {"": np.full(paths, row.value) if values is None else values}
    if stream.classes:
        parts = {label: np.full(paths, number) for label in stream.classes if (number := row_amount(stream, row, label))}
    before = {label: np.stack([np.zeros(paths), amounts]) for label, amounts in parts.items()}
    return Allocation(stream, named, (row.start, row.end + ONE_DAY), before, even=is_even(topic, stream))


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
    pairs = related_streams(model.topic)
    updated = list(allocations)
    for together in group_rows([allocation.named for allocation in allocations], pairs):
        members = [allocations[at] for at in together]
        ordered = tuple(_must_keep_order(model, member, pairs) for member in members)
        drawing = _Drawing(model, parameters, totals, rng, ordered)
        drawn = drawing.in_order(members, days) if any(ordered) else drawing.cut(members, days)
        for at, allocation in zip(together, drawn, strict=True):
            updated[at] = allocation
    return tuple(updated)


def _must_keep_order(model: Model, one: Allocation, pairs: frozenset[frozenset[str]]) -> bool:
    """Whether a row's events may be impossible before, or after, those of another stream that its statement uses and that share its days."""
    used = [name for name in series_and_streams_used(model.topic, one.stream.value)[1] if name != one.stream.name] if pairs else []
    return any(
        overlap(one.row, row) and has_events(row, model.records[name].stream) for name in used for row in model.records[name].counted_rows
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
        cut = list(members)
        for at in sorted(range(len(members)), key=lambda at: (members[at].row.start, members[at].row.end)):
            cut[at] = self._cut(cut[at], days, [member for other, member in enumerate(cut) if other != at], weighed=self.ordered[at])
        return cut

    def in_order(self, members: Sequence[Allocation], days: Sequence[date]) -> list[Allocation]:
        """Cut rows to single days, with each order as likely as the statements make it.

        Orders that are possible are drawn by each statement alone, and then each path takes another
        one, or keeps its own, by how likely the statements that use other streams make both
        (independent Metropolis steps), until what it began with is forgotten.
        """
        fine = _fine_days(members, days)
        current, share = self._possible(members, fine)
        have_laws = all(self._has_law(member) for at, member in enumerate(current) if self.ordered[at])
        weights = self._log_weights(current)
        kept, rounds = 1.0, 0
        while kept > FORGOTTEN and rounds < MOST_ROUNDS:
            proposal = self.cut(members, fine) if have_laws and share > MOSTLY else self._possible(members, fine)[0]
            proposal_weights = self._log_weights(proposal)
            taken = np.log(self.rng.random(len(weights))) < np.nan_to_num(proposal_weights - weights, nan=0.0)
            current = [_mix_allocations(one, two, taken) for one, two in zip(current, proposal, strict=True)]
            weights = np.where(taken, proposal_weights, weights)
            kept, rounds = kept * float(1 - taken.mean()), rounds + 1
        return current if have_laws and kept <= FORGOTTEN else [replace(member, adds_up=False) for member in current]

    def _has_law(self, one: Allocation) -> bool:
        """Whether a row's statement says how likely each order of its events is: part by part, whatever its other parts have."""
        shared = bool(family_for(one.stream.value).gamma_shapes) and not self._in_proportion(one)
        return not one.even and not shared and not is_counted(one.stream) and family_for(one.stream.value).discrete

    def _in_proportion(self, one: Allocation) -> bool:
        """Whether the shapes of a row's parts are in proportion to their means, so that its parts are independent."""
        spans = [(start, following - ONE_DAY) for start, following in pairwise(one.days)]
        read = [self._distribution(one, *span, (one,)) for span in spans]
        count = next(iter(one.before.values())).shape[1]
        whole = self._distribution(one, one.row.start, one.row.end, (one,))
        return weights_of(one.stream, "", read, whole, count).shapes is not None

    def _log_weights(self, order: Sequence[Allocation]) -> Array:
        """How much likelier the statements that use other streams make an order than it was to be drawn, as logs, ``(paths,)``."""
        weights = np.zeros(next(iter(order[0].before.values())).shape[1])
        for at, row in enumerate(order):
            if self.ordered[at] and self._has_law(row):
                spans = [(start, following - ONE_DAY) for start, following in pairwise(row.days)]
                weights += np.sum([self.log_density(row, *span, members=order, everything=True) for span in spans], axis=0) - row.chance
        return np.where(np.isnan(weights), -np.inf, weights)

    def _possible(self, members: Sequence[Allocation], fine: Sequence[date]) -> tuple[list[Allocation], float]:
        """Cut rows to single days and draw those paths again on which what happened on a day was impossible after all before it.

        The share of paths on which it was possible at once comes with it.
        """
        drawn = [
            replace(member, before={label: values.copy() for label, values in member.before.items()}, chance=np.array(member.chance))
            for member in self.cut(members, fine)
        ]
        at_once = self.impossible(drawn) < 0
        wrong, share = np.flatnonzero(~at_once), float(at_once.mean())
        fruitless = 0
        for _ in range(REDRAW_ROUNDS):
            if not wrong.size:
                return drawn, share
            if fruitless == FRUITLESS:
                break
            copies = max(1, ORDERS_AT_ONCE // wrong.size)
            tried = np.repeat(wrong, copies)
            own = self.on(tried)
            again = own.cut([member.on(tried) for member in members], fine)
            good = (own.impossible(again) < 0).reshape(-1, copies)
            done, first = good.any(axis=1), good.argmax(axis=1)
            chosen = np.flatnonzero(done) * copies + first[done]
            for at, allocation in enumerate(again):
                for label, values in allocation.before.items():
                    drawn[at].before[label][:, wrong[done]] = values[:, chosen]
                if isinstance(allocation.chance, np.ndarray) and isinstance(its := drawn[at].chance, np.ndarray):
                    its[wrong[done]] = allocation.chance[chosen]
            wrong, fruitless = wrong[~done], 0 if done.any() else fruitless + 1
        self._refuse(drawn, wrong)
        return drawn, share

    def _refuse(self, members: Sequence[Allocation], left: NDArray[np.int64]) -> None:
        """Raise ``Unsound`` unless each path that is left is one at whose parameters the record is impossible in any order, and has no weight."""
        own = self.on(left)
        of_whole = np.stack([own.log_density(member.on(left), member.row.start, member.row.end, members=()) for member in members])
        possible = ~np.isneginf(of_whole).any(axis=0)
        if possible.any():
            at = int(own.impossible([member.on(left) for member in members])[possible].max())
            its = members[at]
            others = ", ".join(
                f"`{name}`" for name in series_and_streams_used(self.model.topic, its.stream.value)[1] if name != its.stream.name
            )
            message = f"no order of the events of this row and of the rows of {others} that share its days was found to be possible"
            hint = f"the statement is {its.stream.value.text}; correct the rows, or split them at days that are known"
            raise Unsound(place_problem(self.model.topic, its.row.place, message, hint))

    def impossible(self, members: Sequence[Allocation]) -> NDArray[np.int64]:
        """The number of a row that has what its statement never gives at the time, on each path, ``(paths,)``; -1 where none has."""
        which = np.full(next(iter(members[0].before.values())).shape[1], -1)
        for at, member in enumerate(members):
            if not self.ordered[at] or not family_for(member.stream.value).discrete:
                continue
            for start, following in pairwise(member.days):
                density = self.log_density(member, start, following - ONE_DAY, members=members)
                which[np.isneginf(density) | np.isnan(density)] = at
        return which

    def log_density(self, one: Allocation, start: date, end: date, *, members: Sequence[Allocation], everything: bool = False) -> Array:
        """The log density of what a row has on some of its days, ``(paths,)``; minus infinity below 0 trials.

        Where it has nothing there it is 0, unless ``everything`` asks for the chance of that as well.
        Of counts of several classes all that is asked is that there are no more than can be.
        """
        first, last = one.days.index(start), one.days.index(end + ONE_DAY)
        parts = {label: values[last] - values[first] for label, values in one.before.items()}
        kind, arguments = self._distribution(one, start, end, members)
        some = np.sum([*parts.values()], axis=0) != 0
        if not one.stream.classes:
            density = kind.log_density(parts[""][:, None], **arguments)[..., 0]
        elif is_counted(one.stream):
            density = np.where(np.sum([*parts.values()], axis=0) > argument_per_path(arguments["n"], len(some)), -np.inf, 0.0)
        else:
            (label,) = parts
            density = kind.log_density([[one.stream.classes.index(label)]], **arguments)[..., 0]
            if everything:
                density = np.where(some, density, kind.log_density([[0]], **arguments)[..., 0])
        trials = argument_per_path(arguments[kind.trials_argument], len(some)) if kind.trials_argument else np.zeros(len(some))
        return np.where(trials < 0, -np.inf, np.where(some | everything, density, 0.0))

    def _cut(self, one: Allocation, days: Sequence[date], others: Sequence[Allocation], *, weighed: bool) -> Allocation:
        """Cut one row at the days that fall inside it; ``weighed`` asks for the chance of what is drawn."""
        wanted = {day for day in days if one.row.start < day <= one.row.end} - set(one.days)
        if not wanted:
            return one
        all_days = tuple(sorted({*one.days, *wanted}))
        weights = self._weights(one, all_days, others)
        bounds = [all_days.index(day) for day in one.days]
        before, chance = {}, one.chance
        for label, values in one.before.items():
            parts = []
            for at, (first, last) in enumerate(pairwise(bounds)):
                drawn, its = self._parts(one, values[at + 1] - values[at], weights[label], slice(first, last), weighed=weighed)
                parts.append(drawn)
                chance = chance + its
            before[label] = np.concatenate([values[:1], np.cumsum(np.concatenate(parts), axis=0)])
            before[label][-1] = values[-1]  # sums of shares of an amount may be off by rounding
        adds_up = one.adds_up and all(part_weights.add_up for part_weights in weights.values())
        return replace(one, days=all_days, before=before, adds_up=adds_up, chance=chance)

    def _weights(self, one: Allocation, days: Sequence[date], others: Sequence[Allocation]) -> dict[str, PartWeights]:
        """The weights of the parts between days, by class."""
        count = next(iter(one.before.values())).shape[1]
        if one.even:
            even = even_weights([(following - day).days for day, following in pairwise(days)], count)
            return dict.fromkeys(one.before, even)
        members = [*others, one]
        fine = finer_days(one.stream, days)
        spans = [(day, following - ONE_DAY) for day, following in pairwise(fine)]
        read = [self._distribution(one, *span, members) for span in spans]
        whole = self._distribution(one, one.row.start, one.row.end, members)
        by_label = {label: weights_of(one.stream, label, read, whole, count, compared=len(one.days) == 2) for label in one.before}
        for part_weights in by_label.values():
            self._check(one, spans, read, part_weights.weights)
        starts = [fine.index(day) for day in days[:-1]]
        return by_label if len(fine) == len(days) else {label: part_weights.join(starts) for label, part_weights in by_label.items()}

    def _parts(self, one: Allocation, value: Array, its: PartWeights, cells: slice, *, weighed: bool) -> tuple[Array, Array | float]:
        """What of a value ``(paths,)`` lies in some parts, ``(parts, paths)``, and the log chance of that."""
        weights, shapes = (None if array is None else np.nan_to_num(array[cells], nan=0.0) for array in (its.weights, its.shapes))
        assert weights is not None
        if family_for(one.stream.value).discrete:
            counts = draw_parts(self.rng, value, weights, shapes)
            return counts, log_chance(counts, weights, shapes) if weighed else 0.0
        return value * (weights / weights.sum(axis=0)), 0.0

    def _check(self, one: Allocation, spans: Sequence[tuple[date, date]], read: Sequence[FamilyArguments], weights: Array) -> None:
        """Raise ``Unsound`` where a statement makes no distribution on some of a row's days; an order may be what makes it none."""
        wrong = np.isnan(weights)
        if not wrong.any() or any(self.ordered):
            return
        at = int(wrong.any(axis=1).argmax())
        (start, end), (kind, arguments) = spans[at], read[at]
        message, hint, _ = describe_invalid_arguments(one.stream.value, kind, arguments, wrong[at][:, None])
        finding = f"{message} (allocating the row of {one.row.start} to {one.row.end}, on {start} to {end})"
        raise Unsound(topic_problem(self.model.topic, ("streams", one.stream.name, "value"), finding, hint))

    def _distribution(self, one: Allocation, start: date, end: date, members: Sequence[Allocation]) -> FamilyArguments:
        """A stream's family and arguments over some days of one of its rows, with the row's own columns."""
        model, stream = self.model, one.stream
        needs: Needs = needs_of(model, [stream])
        totals: dict[str, Array] = {}
        if series_and_streams_used(model.topic, stream.value)[1]:
            totals = dict(self.totals(start))
            for member in members:
                if member.row.start < start <= member.row.end:
                    totals |= {name: totals[name] + more for name, more in member.upto(start).items()}
            totals = {name: values[:, None] for name, values in totals.items()}
        with np.errstate(all="ignore"):
            scope = step_scope(model, [stream], self.parameters, totals, start, end, needs=needs)
            return model.distribution(stream.value, scope.plus(values=_row_columns(model.topic, stream, one.row)))


def _fine_days(members: Sequence[Allocation], days: Sequence[date]) -> list[date]:
    """The days at which rows that must keep an order are cut: each, or each of several where there are many."""
    first, last = min(member.row.start for member in members), max(member.row.end for member in members)
    step = -(-((last - first).days + 1) // MOST_DAYS)
    edges = {edge for member in members for edge in (*member.days, member.row.start, member.row.end + ONE_DAY)}
    return sorted({*days, *edges, *(first + timedelta(days=at) for at in range(0, (last - first).days + 1, step))})


def _mix_allocations(one: Allocation, other: Allocation, taken: NDArray[np.bool_]) -> Allocation:
    """An allocation with what another of the same row has on some paths."""
    before = {label: np.where(taken, other.before[label], values) for label, values in one.before.items()}
    return replace(one, before=before, chance=np.where(taken, other.chance, one.chance))


def _part_ranges(old: Sequence[date], new: Sequence[date]) -> list[tuple[int, int]]:
    """Where each part between old boundaries begins and ends among the new ones."""
    at = [new.index(day) for day in old]
    return list(pairwise(at))


def _row_columns(topic: Topic, stream: Stream, row: Row) -> dict[str, Any]:
    """A row's own columns as a scope has them."""
    columns: dict[str, Any] = {name: np.array([[float(row.columns.get(name, np.nan))]]) for name in stream.covariates}
    for name in (*stream.label_columns, *stream.reported):
        label = row.label(name)
        columns[name] = np.array([[topic.labels[name].index(label) if label else -1]])
    return columns


def unallocated_rows(
    model: Model, rows: Sequence[StreamRow], ranges: Mapping[str, Sequence[tuple[StreamRow, Array]]], paths: int
) -> tuple[Allocation, ...]:
    """Return rows of which nothing is allocated yet, with the values drawn for those that are ranges."""
    drawn = {ranged: values for its in ranges.values() for ranged, values in its}
    return tuple(unallocated_row(model.topic, named, drawn.get(named), paths) for named in rows)
