"""The day within a simulated step on which a ``first`` condition came true: the events of the step are put on its days.

A simulated path knows totals at the ends of steps.  Of fifty events a year the first comes within a week, and not at any time of its
month alike; so what each stream counted in the step is divided over its days by the stream's statement, as a row of the record is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import is_counted, total_names
from forecast.book.topic import Question, Stream
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.model.model import Model
from forecast.model.parts import FamilyArguments, PartWeights, draw_parts, even_weights, is_even, weights_of
from forecast.model.stationary import has_stationary_increments
from forecast.model.steps import needs_of, step_scope
from forecast.predict.first_days import Numbers, condition_streams, question_generator
from forecast.predict.paths import Paths, next_value
from forecast.predict.questions import truth_before

DIVIDED_AT_ONCE = 2**20  # paths times days that are divided in one piece
READINGS = 1_024  # of a stream's statement, on single days of all steps together
FEWEST_READINGS = 8  # within a step, each for the days around it
SINGLE_DAYS = 31  # that are divided at once; of more, spans of several days are first


def has_days_within_steps(question: Question, model: Model) -> bool:
    """Whether the events of steps can be put on days: every stream of a ``first`` condition counts them, and none is latent.

    What is measured once in a step, is of classes of which none is quiet, or comes together (BetaBinomial), lies on any of its days alike.
    """
    return all(map(_has_days, (model.topic.streams[name] for name in condition_streams(question, model))))


def _has_days(stream: Stream) -> bool:
    family = family_for(stream.value)
    if not family.discrete or family.shares_one_chance:
        return False
    return not stream.latent and (stream.watched or not stream.classes) and not is_counted(stream)


def days_within_steps(question: Question, paths: Paths, of: Numbers, ends: Numbers, asked: NDArray[np.bool_]) -> Numbers:
    """Return the days, as ordinals, on which a condition first held on the paths with numbers ``of``: within the steps that made it hold.

    ``ends`` are the last days of the steps at whose end it first held; they stay as they are where ``asked`` does not say otherwise.
    """
    days = ends.copy()
    places = {day: at for at, day in enumerate(paths.days)}
    lasts = np.unique(ends[asked])
    readings = max(READINGS // max(len(lasts), 1), FEWEST_READINGS)
    for end in lasts:
        last = date.fromordinal(int(end))
        at = places[last + ONE_DAY]
        here = np.flatnonzero(asked & (ends == end))
        length = (paths.days[at] - paths.days[at - 1]).days
        if length == 1:
            continue
        rng = question_generator(question, paths, last)
        for part in np.array_split(here, -(-len(here) * length // DIVIDED_AT_ONCE)):
            days[part] = _Step(question, paths, of[part], at, readings, rng).days()
    return days


@dataclass(frozen=True, slots=True)
class _Counts:
    """What a stream counts in some days of a step, on some paths: ``before`` them, ``events`` in them ``(paths,)``, and the weights of the step's days."""

    before: Array
    events: Array
    weights: PartWeights

    def on(self, paths: Numbers) -> _Counts:
        """Return the same on some of the paths, by their numbers."""
        shapes = None if self.weights.shapes is None else self.weights.shapes[:, paths]
        return _Counts(self.before[paths], self.events[paths], PartWeights(self.weights.weights[:, paths], shapes))

    def divide(self, bounds: Sequence[int], rng: np.random.Generator) -> Array:
        """Draw how many of the events lie between bounds, which are numbers of days of the step, ``(parts, paths)``."""
        weights, shapes = (
            None if of_days is None else np.add.reduceat(of_days[: bounds[-1]], bounds[:-1], axis=0)
            for of_days in (self.weights.weights, self.weights.shapes)
        )
        assert weights is not None
        return draw_parts(rng, self.events, np.nan_to_num(weights), shapes)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that ends before the boundary with number ``at``, on some paths, at whose end the condition holds on all of them.

    ``readings`` is on how many of its days a statement is read at most.
    """

    question: Question
    paths: Paths
    of: Numbers
    at: int
    readings: int
    rng: np.random.Generator

    def days(self) -> Numbers:
        """The first days on which the condition holds, as ordinals."""
        start, following = self.paths.days[self.at - 1 : self.at + 1]
        parameters = {name: values if len(values) == 1 else values[self.of] for name, values in self.paths.parameters.items()}
        streams = [self.paths.model.topic.streams[name] for name in condition_streams(self.question, self.paths.model)]
        counts = {total: its for stream in streams for total, its in self._counts(stream, parameters).items()}
        return start.toordinal() + self._within(parameters, counts, 0, (following - start).days)

    def _within(self, parameters: Mapping[str, NDArray[Any]], counts: Mapping[str, _Counts], low: int, high: int) -> Numbers:
        """The numbers of the first days, of those from ``low`` to before ``high``, before the last of which the condition is known to hold."""
        count = len(next(iter(counts.values())).events)
        parts = high - low if high - low <= SINGLE_DAYS else math.isqrt(high - low)
        bounds = [low + (high - low) * part // parts for part in range(parts + 1)]
        model, start = self.paths.model, self.paths.days[self.at - 1]
        divided = {name: its.divide(bounds, self.rng) for name, its in counts.items()}
        counted = {name: (its.before + np.cumsum(divided[name], axis=0)).T for name, its in counts.items()}
        morrows = [start + timedelta(days=bound) for bound in bounds[1:]]
        first = model.topic.opens if self.question.since is None else self.question.since
        truth = truth_before(self.question, model, parameters, morrows, counted, count=count, first=first)
        part = np.where(truth.any(axis=1), truth.argmax(axis=1), parts - 1)
        days = np.array(bounds[:-1])[part]
        for one in np.unique(part) if parts < high - low else ():
            here = np.flatnonzero(part == one)
            inner = {
                name: replace(its.on(here), before=(its.before + divided[name][:one].sum(axis=0))[here], events=divided[name][one, here])
                for name, its in counts.items()
            }
            own = {name: values if len(values) == 1 else values[here] for name, values in parameters.items()}
            days[here] = self._within(own, inner, bounds[one], bounds[one + 1])
        return days

    def _counts(self, stream: Stream, parameters: Mapping[str, NDArray[Any]]) -> dict[str, _Counts]:
        """What counts in the step of each of a stream's totals."""
        counts = {}
        names = total_names(stream)
        for total, weights in zip(names, self._weights(stream, parameters, [*names.values()]), strict=True):
            totals = self.paths.totals[total]
            before, after = totals[self.of, self.at - 1], totals[self.of, self.at]
            since = 0.0 if self.question.since is None else totals[self.of, self.paths.days.index(self.question.since)]
            counts[total] = _Counts(before - since, after - before, weights)
        return counts

    def _weights(self, stream: Stream, parameters: Mapping[str, NDArray[Any]], labels: Sequence[str]) -> list[PartWeights]:
        """The weights of the step's days for a stream's events of each class, or for all of them (the empty text)."""
        model, (start, following), count = self.paths.model, self.paths.days[self.at - 1 : self.at + 1], len(self.of)
        length = (following - start).days
        even = even_weights([1] * length, count)
        if not self._is_drawn(stream) or is_even(model.topic, stream):
            return [even for _ in labels]
        totals = {name: values[self.of, self.at - 1, None] for name, values in self.paths.totals.items()}
        whole = _distribution_over(model, stream, parameters, totals, start, following - ONE_DAY)
        if has_stationary_increments(model.topic, stream):
            day = _distribution_over(model, stream, parameters, totals, start, start)
            shapes = weights_of(stream, "", [day], whole, count).shapes
            return [replace(even, shapes=None if shapes is None else np.repeat(shapes, length, axis=0))]
        readings = min(length, self.readings)
        days = [start + timedelta(days=length * (2 * at + 1) // (2 * readings)) for at in range(readings)]
        read = [_distribution_over(model, stream, parameters, totals, day, day) for day in days]
        of_days = [read[at * readings // length] for at in range(length)]
        return [weights_of(stream, label, of_days, whole, count) if bool(label) == bool(stream.classes) else even for label in labels]

    def _is_drawn(self, stream: Stream) -> bool:
        """Whether a stream is simulated in the step, and what it counts there is of no row."""
        name, start = stream.name, self.paths.days[self.at - 1]
        spans = self.paths.model.records[name].unknown
        return name in self.paths.starts and (self.paths.starts[name] <= start or any(first <= start <= last for first, last in spans))


def _distribution_over(
    model: Model, stream: Stream, parameters: Mapping[str, NDArray[Any]], totals: Mapping[str, Array], start: date, end: date
) -> FamilyArguments:
    """A stream's family and arguments over some days of a step, with the totals at its start, as it was drawn."""
    needs = needs_of(model, [stream])
    with np.errstate(all="ignore"):
        scope = step_scope(model, [stream], parameters, totals, start, end, needs=needs)
        columns = {name: next_value(stream, name, scope) for name in needs.columns[stream.name]}
        return model.distribution(stream.value, scope.plus(values=columns) if columns else scope)
