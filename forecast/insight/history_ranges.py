"""The 90 % ranges of answers as of some days of their history: of numbers, and of chances given the parameters.

They are read from paths that stand draw by draw, on fewer draws than those of a published answer, so they are rougher than that.
Paths are dear, so only a few days have them: the first, those on which news moved an answer most, and the days before these.
Of rival versions they are the points of the mixture, each version weighed as of the day and by how probable it is that the question is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Topic
from forecast.inference.monte_carlo import REPLICATES
from forecast.insight.estimands import Measure, cases
from forecast.insight.replay import ReplayPoint
from forecast.insight.reweighting import Pool
from forecast.insight.weighed_cases import rank_paths
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.answers import paths_for
from forecast.predict.chance_distribution import ChanceDistribution, mixed_chance_points
from forecast.predict.chances import CHANCE_PATHS, Chances

MOST_RANGED_STEPS = 4  # of which both days have ranges
REGULAR_DAYS = 3  # besides, evenly apart
RANGE_DRAWS = 192  # of the parameters, in replicates of as many each
RANGE_LEVELS = (0.05, 0.95)

type Ranges = tuple[tuple[float, float] | None, ...]  # one for each measure


@dataclass(frozen=True, slots=True)
class WeighedNumbers:
    """A number on some paths, in order, and how much each counts, ``(paths,)``."""

    values: Array
    weights: Array


type Spread = WeighedNumbers | ChanceDistribution | None  # of a measure as of a day: None where it has no range


def range_days(points: Sequence[ReplayPoint], closed: Sequence[date | None]) -> tuple[date, ...]:
    """Return the days of a history whose ranges are worked out: both ends of each open measure's largest step, and a few evenly apart.

    Of more than four such steps the last four count.  ``closed`` are the days on which measures were settled, None where they are open.
    """
    columns = [at for at, day in enumerate(closed) if day is None]
    if not points or not columns:
        return ()
    changes = np.nan_to_num(np.abs(np.diff([point.values[columns] for point in points], axis=0)))
    largest = sorted({int(at) for at in changes.argmax(axis=0)} if len(changes) else ())[-MOST_RANGED_STEPS:]
    regular = [round(at * (len(points) - 1) / REGULAR_DAYS) for at in range(REGULAR_DAYS)]
    return tuple(points[at].day for at in sorted({*largest, *(at + 1 for at in largest), *regular}))


def ranges_as_of(
    topic: Topic, pool: Pool, day: date, measures: Sequence[Measure], closed: Sequence[date | None], settings: Settings
) -> Ranges | None:
    """Return the 5 and 95 % points of each open measure of a topic as of a day, None for the others and for those that have none.

    None altogether where the pool's draws do not carry, or the day has no model.
    """
    spreads = spreads_as_of(topic, pool, day, measures, closed, settings)
    return None if spreads is None else tuple(mixed_range([(1.0, spread)]) for spread in spreads)


def spreads_as_of(
    topic: Topic, pool: Pool, day: date, measures: Sequence[Measure], closed: Sequence[date | None], settings: Settings
) -> tuple[Spread, ...] | None:
    """Return how each open measure varies as of a day, None where nothing is known, as ``ranges_as_of`` does."""
    columns = [at for at, settled in enumerate(closed) if settled is None]
    try:
        model = model_as_of(topic, day)
        weights = pool.weigh(model)
        if not weights.carry:
            return None
        drawn = pool.resample(weights, RANGE_DRAWS, _generator(model, settings, Purpose.RESAMPLE))
        spreads = _spreads(drawn, model, [measures[at] for at in columns], _generator(model, settings, Purpose.PATHS))
    except Unsound:
        return None
    found = dict(zip(columns, spreads, strict=True))
    return tuple(found.get(at) for at in range(len(measures)))


def mixed_range(parts: Sequence[tuple[float, Spread]]) -> tuple[float, float] | None:
    """Return the 5 and 95 % points of a mixture of spreads with weights, at least one of them above 0; None where one that counts has no range."""
    counted = [(weight, spread) for weight, spread in parts if weight > 0]
    numbers = [(weight, spread) for weight, spread in counted if isinstance(spread, WeighedNumbers)]
    if len(numbers) == len(counted):
        values = np.concatenate([spread.values for _, spread in numbers])
        upto = np.concatenate([weight * spread.weights / spread.weights.sum() for weight, spread in numbers])
        order = np.argsort(values, kind="stable")
        upto = np.cumsum(upto[order])
        low, high = values[order][np.minimum(np.searchsorted(upto, np.array(RANGE_LEVELS) * upto[-1]), len(upto) - 1)].tolist()
        return (low, high) if np.isfinite([low, high]).all() else None
    chances = [(weight, spread.whole) for weight, spread in counted if not (spread is None or isinstance(spread, WeighedNumbers))]
    if len(chances) < len(counted):
        return None
    low, high = mixed_chance_points(
        [whole for _, whole in chances], np.array([weight for weight, _ in chances]), np.array(RANGE_LEVELS)
    ).tolist()
    return low, high


def _spreads(drawn: Mapping[str, NDArray[Any]], model: Model, measures: Sequence[Measure], rng: np.random.Generator) -> list[Spread]:
    repeated = {name: np.repeat(values, CHANCE_PATHS, axis=0) for name, values in drawn.items()}
    paths = paths_for(model, repeated, rng, dates=any(measure.question.kind == "date" for measure in measures))
    paths = replace(paths, replicates=np.repeat(np.arange(RANGE_DRAWS) * REPLICATES // RANGE_DRAWS, CHANCE_PATHS))
    read = cases(paths, measures)
    chances = Chances(paths, {})
    found: list[Spread] = []
    for column, measure in enumerate(measures):
        if measure.kind == "probability" and not measure.question.is_fraction:
            interval = chances.interval(measure.question, rng)
            found.append(None if interval is None else interval.distribution)
        else:
            ranked = rank_paths(read.numerators[:, column], read.denominators[:, column])
            found.append(WeighedNumbers(ranked.values, ranked.counts) if ranked.counts.sum() > 0 else None)
    return found


def _generator(model: Model, settings: Settings, purpose: Purpose) -> np.random.Generator:
    return generator(settings.seed, model.topic.name, Purpose.HISTORY, Purpose.DRAWN, purpose)
