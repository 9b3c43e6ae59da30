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
from forecast.insight.event_clauses import at_least_clause, fewer_than_clause, measured_clause, none_clause, one_or_more_clause
from forecast.insight.published_cases import PublishedCases
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.language.expressions import indexed_name
from forecast.model.additive import adds_up
from forecast.model.forward_streams import needed_columns
from forecast.predict.paths import Paths
from forecast.schema.insight import InformationContent, SignpostContent

MONTH = timedelta(days=28)  # the end of a step at least so far off stands for a month from now
REACHES = (1, 3, 6, 12)  # months within which a signpost looks for something likely enough to watch for
WORTH_WATCHING = 0.1  # the chance from which an outcome is
LEAST_CHANCE = 0.01  # below it an outcome is no signpost
FEWEST_PATHS_PER_OUTCOME = 100  # paths that an outcome must have; rarer ones are joined to their neighbours
MOST_OUTCOMES = 12
ROUND_FACTORS = (1, 2, 5)
THRESHOLD_DECIMALS = 12


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


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of a stream, as a clause, and the paths on which it is, ``(paths,)``; whether it is that nothing is counted."""

    ahead: FutureIncrement
    clause: str
    seen: NDArray[np.bool_]
    is_absence: bool = False


def information(published: PublishedCases) -> list[InformationContent]:
    """Return how far each stream's next month is expected to move each measure (mean absolute change)."""
    contents: list[InformationContent] = []
    for stream, label in _simulated_streams(published.groups[0].paths):
        ahead = future_increment(published, stream, label, months=1)
        if ahead is not None and _means_something(published.groups[0].paths, stream, ahead):
            values, errors = published.expected_movement(_number_outcomes(ahead.values))
            contents.append({"stream": ahead.name, "until": ahead.until.isoformat(), "values": values.tolist(), "errors": errors.tolist()})
    return contents


def signposts(published: PublishedCases) -> tuple[list[SignpostContent], list[str]]:
    """Return, for each stream, what would be worth watching for, its chance, and the measures if it is seen and if not; and a sentence for each left out.

    A stream is left out where what is seen of it leaves a mean without an estimate, because too few paths far out carry it.

    A stream that may well show nothing is watched for one or more, over the
    shortest of 1, 3, 6 and 12 months in which that has a chance of 10 %; any other
    for more than its upper and less than its lower quartile within a month, as round numbers.
    """
    posts: list[SignpostContent] = []
    notes: list[str] = []
    for stream, label in _simulated_streams(published.groups[0].paths):
        of_stream: list[SignpostContent] = [
            {
                "stream": sight.ahead.name,
                "condition": sight.clause,
                "absence": sight.is_absence,
                "until": sight.ahead.until.isoformat(),
                "chance": chance,
                "values": published.conditional_estimates(sight.seen),
            }
            for sight in _sights(published, stream, label)
            if min(chance := published.share(sight.seen), 1 - chance) >= LEAST_CHANCE
        ]
        if all(math.isfinite(estimate["value"]) for post in of_stream for estimate in post["values"]):
            posts += of_stream
        else:
            notes.append(f"What to watch for of {stream.about} is left out: a mean cannot be estimated on the paths on which it is seen.")
    return [post for post in posts if post["values"]], notes


def future_increment(published: PublishedCases, stream: Stream, label: str = "", *, months: int) -> FutureIncrement | None:
    """Return what a stream, or a class of it, adds until the end of a step some months from the as-of day, on the paths of every variant.

    None where paths end before or its record goes on.
    """
    increments = [_increment(group.paths, stream, label, months=months) for group in published.groups]
    made = [increment for increment in increments if increment is not None]
    if len(made) < len(increments) or len({until for until, _ in made}) > 1:
        return None
    return FutureIncrement(stream, made[0][0], np.concatenate([values for _, values in made]), label)


def _increment(paths: Paths, stream: Stream, label: str, *, months: int) -> tuple[date, Array] | None:
    wanted = paths.model.as_of + months * MONTH
    column = next((index for index, day in enumerate(paths.days) if day > wanted), None)
    start = paths.starts[stream.name]
    if column is None or paths.days[column] <= start:
        return None
    totals = paths.totals[indexed_name(stream.name, label)]
    return paths.days[column] - ONE_DAY, totals[:, column] - totals[:, paths.days.index(start)]


def _simulated_streams(paths: Paths) -> Iterator[tuple[Stream, str]]:
    """Every stream that somebody records and that is drawn forward or, of a stream of classes, each of its classes but the quiet one."""
    for name, stream in paths.model.topic.streams.items():
        if name in paths.starts and not stream.latent:
            labels = [label for label in stream.classes if not (stream.watched and not is_counted(stream) and label == stream.classes[0])]
            yield from ((stream, label) for label in labels or [""])


def _means_something(paths: Paths, stream: Stream, ahead: FutureIncrement) -> bool:
    """Whether what a stream adds is a number of the world: a sum of counts, or the value of one step.

    Values that do not add up have no sum, nor have counts out of so many as ``next`` says of each step, however short.
    """
    if adds_up(paths.model.topic, stream) and not set(needed_columns(stream)) & set(stream.covariates):
        return True
    return paths.days[paths.days.index(paths.starts[stream.name]) + 1] == ahead.until + ONE_DAY


def _sights(published: PublishedCases, stream: Stream, label: str) -> Iterator[Sight]:
    """What to watch a stream for: two outcomes that exclude each other."""
    paths = published.groups[0].paths
    reaches = [ahead for months in REACHES if (ahead := future_increment(published, stream, label, months=months)) is not None]
    reaches = [ahead for ahead in reaches if _means_something(paths, stream, ahead)]
    if not reaches:
        return
    is_count = family_for(stream.value).discrete
    if not is_count or published.share(reaches[0].values >= 1) > 1 - WORTH_WATCHING:
        ahead = reaches[0]
        low, high = _quartiles(ahead.values, published.weights)
        if is_count:
            few, many = round_threshold(math.ceil(low), high - low), round_threshold(math.floor(high) + 1, high - low)
            yield Sight(ahead, at_least_clause(stream, int(many), label), ahead.values >= many)
            yield Sight(ahead, fewer_than_clause(stream, int(few), label), ahead.values < few, is_absence=few <= 1)
        else:
            is_sum, spread = adds_up(paths.model.topic, stream), high - low
            low, high = round_threshold(low, spread), round_threshold(high, spread)
            yield Sight(ahead, measured_clause(stream, "above", high, spread=spread, is_sum=is_sum), ahead.values > high)
            yield Sight(ahead, measured_clause(stream, "below", low, spread=spread, is_sum=is_sum), ahead.values < low)
        return
    ahead = next((ahead for ahead in reaches if published.share(ahead.values >= 1) >= WORTH_WATCHING), reaches[-1])
    yield Sight(ahead, one_or_more_clause(stream, label), ahead.values >= 1)
    yield Sight(ahead, none_clause(stream, label), ahead.values < 1, is_absence=True)


def _quartiles(values: Array, weights: Array) -> tuple[float, float]:
    """The quartiles of what a stream adds."""
    low, high = (float(point) for point in np.quantile(values, [0.25, 0.75], weights=weights, method="inverted_cdf"))
    return low, high


def round_threshold(value: float, spread: float) -> float:
    """Return a quartile as a round number, a multiple of 1, 2 or 5 times a power of ten that is at most a quarter of what lies between both quartiles.

    Counts below 8 apart stay as they are, and so does what would become 0; nobody chose the quartile itself.
    """
    if spread <= 0:
        return value
    power = 10.0 ** math.floor(math.log10(spread / 4))
    step = max(power * factor for factor in ROUND_FACTORS if power * factor <= spread / 4)
    return round(round(value / step) * step, THRESHOLD_DECIMALS) or value


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
