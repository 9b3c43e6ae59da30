"""Draws of the parameters become simulated paths of every stream, jointly.

The past is the record, the same on every path but for values of which only a
range is known: they are drawn on each.  A stream's future starts the
day after its last row ends: time nobody has recorded is forecast, not assumed
quiet.  All streams of a topic are drawn forward together in steps, each step
with the totals at its start; latent streams after the others, with those of the others at its end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import total_names
from forecast.book.record_columns import days_of
from forecast.book.topic import Stream
from forecast.language.arrays import Array, Indices
from forecast.language.evaluate import Scope, evaluate, label_code
from forecast.language.ops import NUMPY, Ops
from forecast.model.allocation import Allocation, allocate, unallocated_rows
from forecast.model.classes import added_totals
from forecast.model.clock import cut_into_steps
from forecast.model.crossing import crossed_rows, edge_days, with_related_rows
from forecast.model.drift import extend_parameters
from forecast.model.errors import Unsound, topic_problem
from forecast.model.forward_streams import has_future
from forecast.model.invalid_values import describe_invalid_arguments
from forecast.model.model import Model
from forecast.model.overflow import StatementOverflow, cells_beyond_floats
from forecast.model.ranges import draw_ranges
from forecast.model.record import StreamRow
from forecast.model.regime_draws import with_states
from forecast.model.stationary import has_stationary_increments
from forecast.model.steps import Needs, needs_of, step_scope
from forecast.predict.recorded_totals import RecordedTotal, divide_rows, recorded_totals

TOTALS_KEPT = 2**26  # days times paths times totals that are kept, half a gigabyte, where not all are needed
MOST_TOTALS = 3 * 2**26  # of those that are needed
MOST_PAST_DAYS = 256  # days of the record whose totals are kept; of a longer record, only those that are asked for
FEWEST_KEPT = 24  # days of the simulated future, for its picture


@dataclass(frozen=True, slots=True)
class Paths:
    """Simulated futures joined to the recorded past.

    ``days`` are the boundaries, or those of them that are kept; ``totals[stream][:, i]`` is the stream's sum
    over the days before ``days[i]``, shape ``(paths, boundaries)``; that of one of
    its classes stands under ``stream[label]``.
    ``parameters`` are the draws the paths came from, ``(paths, 1 or labels)``; those with one value
    for each calendar step go on to the last day's, and beside them stand the states of hidden regimes, ``(paths, steps)``.
    ``starts`` gives the first simulated day of each stream that has a future.
    ``ranges`` are the rows of which a range was known, with what was drawn of each,
    ``(paths,)``; ``allocations`` the rows whose events had to be put on days; ``lots``
    is the seed of what else is drawn of the past.
    ``replicates`` is the number of each path's replicate, ``(paths,)``; None for paths that are all independent of one another.
    ``is_whole`` says whether all boundaries of the simulated future are kept.
    ``weights`` are how likely each path is, ``(paths,)``, 1 in sum; None where all are as likely.
    """

    model: Model
    parameters: Mapping[str, NDArray[Any]]
    days: tuple[date, ...]
    totals: Mapping[str, Array]
    starts: Mapping[str, date]
    ranges: Mapping[str, Sequence[tuple[StreamRow, Array]]] = field(default_factory=dict)
    allocations: tuple[Allocation, ...] = ()
    lots: int = 0
    replicates: Indices | None = None
    is_whole: bool = True
    weights: Array | None = None

    def __repr__(self) -> str:
        """What is simulated, how often and how far."""
        days = f", {self.days[0]} to {self.days[-1]}" if self.days else ""
        streams = ", ".join(self.starts) or "none"
        return f"<Paths of {self.model.topic.name} as of {self.model.as_of}: {len(self):,} paths{days}, streams simulated: {streams}>"

    def __len__(self) -> int:
        return len(next(iter(self.totals.values()))) if self.totals else max(len(v) for v in self.parameters.values())

    def through(self, stream: str, day: date) -> Array:
        """A stream's sum over all days up to and including a day that is the eve of a boundary, ``(paths, 1)``."""
        column = bisect_left(self.days, day + ONE_DAY)
        if column == len(self.days) or self.days[column] != day + ONE_DAY:
            raise ValueError(f"{day} is not the last day of a step")
        return self.totals[stream][:, column, None]


def simulate(
    model: Model,
    parameters: Mapping[str, NDArray[Any]],
    rng: np.random.Generator,
    *,
    until: date,
    cuts: tuple[date, ...] = (),
    daily: Collection[tuple[date, date]] = (),
    whole: bool = False,
) -> Paths:
    """Draw every stream forward to the end of ``until`` on each draw of the parameters.

    With ``whole``, steps between which nobody asks for totals are drawn as one, where that is the same by distribution.
    ``cuts`` are days on which a step must begin (deadlines' morrows).  Where the totals at all
    boundaries would take too much memory, those at ``cuts`` are kept, all within the spans
    ``daily``, and as many of the others, evenly spread, as there is room for.  Raises
    ``Unsound`` where a statement cannot be drawn from, and where what must be kept is too much.
    """
    paths = max((len(values) for values in parameters.values()), default=1)
    parameters = with_states(model, extend_parameters(model, parameters, rng, until=until), rng, until=until)
    timeline = timeline_of(model, until, cuts, whole=whole)
    days, starts = timeline.days, timeline.starts
    ranges = draw_ranges(model, parameters, rng, paths=paths)
    recorded = recorded_totals(model, days, ranges)
    lots = int(rng.spawn(1)[0].integers(2**63))  # a generator of its own, so that what is simulated does not depend on what is allocated
    allocations = _allocate_crossed_rows(model, parameters, ranges, days, starts, recorded=recorded, lots=lots, paths=paths)
    recorded = divide_rows(recorded, allocations, days)
    kept = _days_to_keep(model, days, paths, len(recorded), timeline.required, daily)
    kept = _without_past(kept, timeline, daily)
    totals = _draw_totals(model, parameters, rng, timeline=timeline, recorded=recorded, kept=kept, paths=paths)
    of_days = tuple(days[step] for step in kept)
    is_whole = set(of_days) >= set(days[bisect_left(days, timeline.first_drawn) :])
    return Paths(model, parameters, of_days, totals, starts, ranges, allocations, lots, is_whole=is_whole)


@dataclass(frozen=True, slots=True)
class PathTimeline:
    """The days at which steps begin and the record is read, and which of them no one may leave out.

    ``starts`` is the first day after each stream's record, ``unknown`` the spans within it whose rows are not known yet, and
    ``first_drawn`` the first day on which anything is drawn.
    """

    days: tuple[date, ...]
    required: frozenset[date]
    starts: Mapping[str, date]
    unknown: Mapping[str, Sequence[tuple[date, date]]]
    first_drawn: date

    def is_drawn(self, stream: str, day: date) -> bool:
        """Whether a stream is drawn in the step that begins on a day."""
        return stream in self.starts and (self.starts[stream] <= day or _lies_in(day, self.unknown[stream]))


def timeline_of(model: Model, until: date, cuts: Sequence[date], *, whole: bool) -> PathTimeline:
    """Return the days at which steps begin, with one at each of ``cuts``; with ``whole``, time is not cut where that is the same by distribution."""
    topic = model.topic
    starts = {name: model.records[name].through + ONE_DAY for name, stream in topic.streams.items() if has_future(stream)}
    past = {day + ONE_DAY for record in model.records.values() for day in days_of(np.unique(record.rows.end))}
    unknown = {name: model.records[name].unknown for name in starts}
    bounds = [day for spans in unknown.values() for first, last in spans for day in (first, last + ONE_DAY)]
    begin = min([topic.opens, *past, *starts.values(), until])
    first_drawn = min([*starts.values(), *bounds, until + ONE_DAY])
    whole = whole and all(has_stationary_increments(topic, topic.streams[name]) for name in starts)
    steps = (
        cut_into_steps(None if whole else topic.step, first_drawn, until, [*starts.values(), *cuts, *past, *bounds])
        if first_drawn <= until
        else (until + ONE_DAY,)
    )
    days = tuple(sorted({begin, *(day for day in past if day < first_drawn), *(day for day in cuts if begin < day < first_drawn), *steps}))
    return PathTimeline(days, frozenset({begin, *starts.values(), *bounds, *cuts, days[-1]}), starts, unknown, first_drawn)


def _draw_totals(
    model: Model,
    parameters: Mapping[str, NDArray[Any]],
    rng: np.random.Generator,
    *,
    timeline: PathTimeline,
    recorded: Mapping[str, RecordedTotal],
    kept: Sequence[int],
    paths: int,
) -> dict[str, Array]:
    """Draw all streams forward together, step by step; the totals before each day that is kept, ``(paths, days kept)``."""
    days = timeline.days
    places = {step: place for place, step in enumerate(kept)}
    totals = {total: np.empty((len(kept), paths)) for total in recorded}  # a row for each day, so that a day is contiguous
    gained = {total: np.zeros(paths) for total in recorded}  # of days not known yet: it stays in the totals
    needs: dict[frozenset[str], Needs] = {}
    seen_by_latent = [total for stream in model.topic.streams.values() if not stream.latent for total in total_names(stream)]
    for step, start in enumerate(days):
        moving = [stream for name, stream in model.topic.streams.items() if timeline.is_drawn(name, start)] if step + 1 < len(days) else []
        if not moving and step not in places:
            continue
        place = places.get(step)
        now = {
            total: its.add_to(gained[total], step, days, np.empty(paths) if place is None else totals[total][place])
            for total, its in recorded.items()
        }
        for latent in (False, True):
            together = [stream for stream in moving if stream.latent == latent]
            if not together:
                continue
            names = frozenset(stream.name for stream in together)
            if names not in needs:
                needs[names] = needs_of(model, together)
            if latent:
                now |= {total: recorded[total].add_to(gained[total], step + 1, days, np.empty(paths)) for total in seen_by_latent}
            drawn = _draw_step(model, together, parameters, now, rng, interval=(start, days[step + 1] - ONE_DAY), needs=needs[names])
            for total, amounts in drawn.items():
                gained[total] += amounts
    return {total: values.T for total, values in totals.items()}


def _draw_step(
    model: Model,
    streams: Sequence[Stream],
    parameters: Mapping[str, NDArray[Any]],
    totals: Mapping[str, Array],
    rng: np.random.Generator,
    *,
    interval: tuple[date, date],
    needs: Needs,
) -> dict[str, Array]:
    """What one step adds to the totals of the streams that are drawn in it, ``(paths,)``, given all totals."""
    before = {name: values[:, None] for name, values in totals.items()}
    paths = len(next(iter(totals.values())))
    with np.errstate(all="ignore"):
        scope = step_scope(model, streams, parameters, before, *interval, needs=needs)
    added: dict[str, Array] = {}
    for stream in streams:
        drawn = _draw_values(model, stream, needs.columns[stream.name], scope, rng, interval=interval, paths=paths)
        added |= {total: amounts[:, 0] for total, amounts in added_totals(stream, drawn).items()}
    return added


def _days_to_keep(
    model: Model, days: tuple[date, ...], paths: int, totals: int, required: Collection[date], daily: Collection[tuple[date, date]]
) -> tuple[int, ...]:
    """The numbers of the days whose totals are kept: all where there is room for all of them."""
    if len(days) * paths * totals <= TOTALS_KEPT:
        return tuple(range(len(days)))
    kept = {step for step, day in enumerate(days) if day in required or any(first <= day <= last for first, last in daily)}
    if len(kept) * paths * totals > MOST_TOTALS:
        raise _too_many_totals(model, len(kept), paths, totals)
    room = max(TOTALS_KEPT // (paths * totals), FEWEST_KEPT)
    return tuple(sorted(kept | set(np.linspace(0, len(days) - 1, room).round().astype(int).tolist())))


def _without_past(kept: tuple[int, ...], timeline: PathTimeline, daily: Collection[tuple[date, date]]) -> tuple[int, ...]:
    """Those of the days kept that a long record leaves: of the past, in which all paths are alike, only days that somebody asks for."""
    past = bisect_left(timeline.days, timeline.first_drawn)
    if past <= MOST_PAST_DAYS or daily:
        return kept
    return tuple(step for step in kept if step >= past or timeline.days[step] in timeline.required)


def _too_many_totals(model: Model, days: int, paths: int, totals: int) -> Unsound:
    last = max((its.by, name) for name, its in model.topic.questions.items() if its.by)[1]
    size = f"{totals} total{'s' if totals > 1 else ''} on {days:,} days and {paths:,} paths are {days * paths * totals:,} numbers"
    message = f"{size}; at most {MOST_TOTALS:,} can be kept"
    return Unsound(
        topic_problem(model.topic, ("questions", last, "by"), message, "take a coarser `step`, an earlier `by`, or fewer `--draws`")
    )


def _lies_in(day: date, spans: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in spans)


def next_value(stream: Stream, column: str, scope: Scope, ops: Ops = NUMPY) -> Any:
    """What a column of the stream's own rows will be: a number, or a label's number."""
    expression = stream.next[column]
    if column in stream.label_columns:
        code = label_code(expression, column, scope)
        if code is not None:
            return np.array([[code]])
    return evaluate(expression, scope, ops)


def _allocate_crossed_rows(
    model: Model,
    parameters: Mapping[str, NDArray[Any]],
    ranges: Mapping[str, Sequence[tuple[StreamRow, Array]]],
    days: tuple[date, ...],
    starts: Mapping[str, date],
    *,
    recorded: Mapping[str, RecordedTotal],
    lots: int,
    paths: int,
) -> tuple[Allocation, ...]:
    """Put the events of rows that a day asked about falls inside on days."""
    drawn_from = {name: min([start, *(first for first, _ in model.records[name].unknown)]) for name, start in starts.items()}
    rows = with_related_rows(model, crossed_rows(model, edge_days(model.topic, drawn_from, days)))
    if not rows:
        return ()

    def before(day: date) -> Mapping[str, Array]:
        at = bisect_right(days, day) - 1
        totals = {name: its.at(at, days, paths) if at >= 0 else np.zeros(paths) for name, its in recorded.items()}
        return {
            name: values + more
            for (name, values), more in zip(totals.items(), totals_beyond(model, ranges, days[-1], day, totals), strict=True)
        }

    whole_rows = unallocated_rows(model, rows, ranges, paths)
    return allocate(model, parameters, whole_rows, days, before, np.random.default_rng(lots))


def totals_beyond(
    model: Model, ranges: Mapping[str, Sequence[tuple[StreamRow, Array]]], last: date, day: date, totals: Iterable[str]
) -> Iterator[Array | float]:
    """Yield what the rows that end from ``last``, where simulated steps end, to the eve of a day add to each of some totals."""
    named = {total: (record, label) for record in model.records.values() for total, label in total_names(record.stream).items()}
    for total in totals:
        record, label = named[total]
        if day <= last:
            yield 0.0
            continue
        drawn = [values for ranged, values in ranges.get(record.stream.name, ()) if last <= ranged.row.end < day]
        yield record.total_before(day, label) - record.total_before(last, label) + sum(drawn, start=np.zeros(1))


def _draw_values(
    model: Model,
    stream: Stream,
    needed: tuple[str, ...],
    scope: Scope,
    rng: np.random.Generator,
    *,
    interval: tuple[date, date],
    paths: int,
) -> Array:
    try:
        with np.errstate(all="ignore"):
            columns = {name: next_value(stream, name, scope) for name in needed}
            scope = scope.plus(values=columns) if columns else scope
            kind, arguments = model.distribution_as_written(stream.value, scope)
            values: Array = np.asarray(kind.draw(rng, (paths, 1), **arguments), dtype=float)
    except ValueError as error:
        wrong = np.broadcast_to(np.isnan(kind.support(**arguments)[0]), (paths, 1))
        if not wrong.any():
            raise _draw_error(model, stream, interval, str(error)) from None
        message, hint, _ = describe_invalid_arguments(stream.value, kind, arguments, wrong)
        keys = ("streams", stream.name, "value")
        problem = topic_problem(model.topic, keys, f"{message} (simulating {interval[0]} to {interval[1]})", hint)
        if (wrong & ~cells_beyond_floats(stream.value, kind, arguments, scope, wrong)).any():
            raise Unsound(problem) from None
        raise StatementOverflow(problem, draws=wrong[:, 0]) from None
    finite = np.isfinite(values)
    if not finite.all():
        raise StatementOverflow(*_draw_error(model, stream, interval, "a draw is not a finite number").problems, draws=~finite.all(axis=1))
    return values


def _draw_error(model: Model, stream: Stream, interval: tuple[date, date], reason: str) -> Unsound:
    message = f"`{stream.value.text}` cannot be drawn for {interval[0]} to {interval[1]}: {reason}"
    return Unsound(topic_problem(model.topic, ("streams", stream.name, "value"), message, hint="look at the tails of the priors it uses"))
