"""Information: how far one more stretch of each stream is expected to move the answers, and signposts to watch for.

The simulated paths hold both what a stream will show and what becomes of the
question, so what an answer would be given what is seen is an average over the
paths where it is seen: what is learnt of the parameters and what has happened by
then are both in it.  Nothing is computed anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import is_counted
from forecast.book.topic import Stream
from forecast.insight.baseline import Baseline
from forecast.insight.estimands import is_known, zero_rounding_errors
from forecast.insight.weighed_cases import Cases
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.language.expressions import indexed_name
from forecast.model.additive import adds_up
from forecast.predict.paths import Paths
from forecast.schema.insight import Estimate, InformationContent, SignpostContent

MONTH = timedelta(days=28)  # the end of a step at least so far off stands for a month from now
REACHES = (1, 3, 6, 12)  # months within which a signpost looks for something likely enough to watch for
WORTH_WATCHING = 0.1  # the chance from which an outcome is
LEAST_CHANCE = 0.01  # below it an outcome is no signpost
FEWEST_PATHS_PER_OUTCOME = 100  # paths that an outcome must have; rarer ones are joined to their neighbours
MOST_OUTCOMES = 12


@dataclass(frozen=True, slots=True)
class FutureIncrement:
    """What a stream, or a class of it, adds from the end of its record to the end of a day, on each path, ``(paths,)``."""

    stream: Stream
    until: date
    values: Array
    label: str = ""

    @property
    def name(self) -> str:
        """What is counted."""
        return f"{self.label} of {self.stream.name}" if self.label else self.stream.name


def information(basis: Baseline) -> list[InformationContent]:
    """Return how far each stream's next month is expected to move each measure (mean absolute change)."""
    contents: list[InformationContent] = []
    for stream, label in _simulated_streams(basis.paths):
        ahead = future_increment(basis.paths, stream, label, months=1)
        if ahead is not None:
            values, errors = expected_movement(basis.cases, _number_outcomes(ahead.values))
            contents.append({"stream": ahead.name, "until": ahead.until.isoformat(), "values": values.tolist(), "errors": errors.tolist()})
    return contents


def signposts(basis: Baseline) -> list[SignpostContent]:
    """Return, for each stream, what would be worth watching for, its chance, and the measures if it is seen and if not.

    A stream that may well show nothing is watched for one or more, over the
    shortest of 1, 3, 6 and 12 months in which that has a chance of 10 %; any other
    for more than its upper and less than its lower quartile within a month.
    """
    posts: list[SignpostContent] = []
    for stream, label in _simulated_streams(basis.paths):
        for ahead, condition, seen in _signpost_conditions(basis.paths, stream, label):
            chance = float(seen.mean())
            if min(chance, 1 - chance) >= LEAST_CHANCE:
                posts.append(
                    {
                        "stream": ahead.name,
                        "condition": condition,
                        "until": ahead.until.isoformat(),
                        "chance": chance,
                        "values": measures_given_seen(basis, seen),
                    }
                )
    return [post for post in posts if post["values"]]


def measures_given_seen(basis: Baseline, seen: NDArray[np.bool_]) -> list[Estimate]:
    """Return the measures given that a path is among those ``seen``; empty where a question's condition then holds on none."""
    weights = seen / seen.mean()
    changes = basis.cases.values(weights) - basis.values
    if not is_known(changes, basis.measures):
        return []
    errors = np.sqrt(((basis.cases.influence(weights) - basis.influence) ** 2).sum(axis=0))
    changes, errors = (zero_rounding_errors(values, basis.published) for values in (changes, errors))
    values = basis.published + changes
    return [
        {"value": float(value), "change": float(change), "error": float(error)}
        for value, change, error in zip(values, changes, errors, strict=True)
    ]


def expected_movement(cases: Cases, outcomes: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the mean absolute change of each measure when a path's outcome becomes known, and its error, ``(measures,)`` each.

    The noise of each outcome's average would add to its absolute change, so its
    square is taken off first; what is left is not below zero.
    """
    base, unmoved = cases.values(), cases.influence()
    moved, squared = np.zeros(len(base)), np.zeros(len(base))
    for outcome in range(int(outcomes.max()) + 1):
        weights = (outcomes == outcome) / np.mean(outcomes == outcome)
        share = float(np.mean(outcomes == outcome))
        change = cases.values(weights) - base
        change = np.where(np.isfinite(base), np.nan_to_num(change), base)  # a mean that is not estimated stays so
        noise = ((cases.influence(weights) - unmoved) ** 2).sum(axis=0)
        moved += share * np.sqrt(np.maximum(change**2 - noise, 0.0))
        squared += share**2 * noise
    return zero_rounding_errors(moved, base), zero_rounding_errors(np.sqrt(squared), base)


def future_increment(paths: Paths, stream: Stream, label: str = "", *, months: int) -> FutureIncrement | None:
    """Return what a stream, or a class of it, adds until the end of a step some months from the as-of day; None where paths end before or its record goes on."""
    wanted = paths.model.as_of + months * MONTH
    column = next((index for index, day in enumerate(paths.days) if day > wanted), None)
    start = paths.starts[stream.name]
    if column is None or paths.days[column] <= start:
        return None
    totals = paths.totals[indexed_name(stream.name, label)]
    return FutureIncrement(stream, paths.days[column] - ONE_DAY, totals[:, column] - totals[:, paths.days.index(start)], label)


def _simulated_streams(paths: Paths) -> Iterator[tuple[Stream, str]]:
    """Every stream that is drawn forward or, of a stream of classes, each of its classes but the quiet one."""
    for name, stream in paths.model.topic.streams.items():
        if name in paths.starts:
            labels = [label for label in stream.classes if not (stream.watched and not is_counted(stream) and label == stream.classes[0])]
            yield from ((stream, label) for label in labels or [""])


def _signpost_conditions(paths: Paths, stream: Stream, label: str) -> Iterator[tuple[FutureIncrement, str, NDArray[np.bool_]]]:
    """What to watch a stream for: two outcomes that exclude each other, in words, and the paths on which each is seen."""
    reaches = [ahead for months in REACHES if (ahead := future_increment(paths, stream, label, months=months)) is not None]
    if not adds_up(paths.model.topic, stream):  # a single value can be watched for, a sum of them cannot
        first = paths.days.index(paths.starts[stream.name])
        reaches = [ahead for ahead in reaches if paths.days[first + 1] == ahead.until + ONE_DAY]
    if not reaches:
        return
    name = reaches[0].name.replace("_", " ")
    if not family_for(stream.value).discrete or (reaches[0].values >= 1).mean() > 1 - WORTH_WATCHING:
        ahead = reaches[0]
        low, high = np.quantile(ahead.values, [0.25, 0.75], method="inverted_cdf")
        yield ahead, f"more than {high:.4g} {name}", ahead.values > high
        yield ahead, f"fewer than {low:.4g} {name}" if float(low).is_integer() else f"less than {low:.4g} {name}", ahead.values < low
        return
    ahead = next((ahead for ahead in reaches if (ahead.values >= 1).mean() >= WORTH_WATCHING), reaches[-1])
    yield ahead, f"one or more {name}", ahead.values >= 1
    yield ahead, f"no {name}", ahead.values < 1


def _number_outcomes(values: Array) -> NDArray[np.int64]:
    """Number the outcomes so that each has enough paths: equal values together, neighbours joined where they are few."""
    order = np.sort(values)
    least = max(
        FEWEST_PATHS_PER_OUTCOME,
        math.ceil(len(values) / MOST_OUTCOMES) if len(np.unique(values)) > MOST_OUTCOMES else FEWEST_PATHS_PER_OUTCOME,
    )
    bounds = [float(order[0])]
    while (at := int(np.searchsorted(order, bounds[-1], side="left")) + least) < len(order):
        following = int(np.searchsorted(order, order[at - 1], side="right"))
        if len(order) - following < FEWEST_PATHS_PER_OUTCOME:
            break
        bounds.append(float(order[following]))
    return np.searchsorted(bounds, values, side="right") - 1
