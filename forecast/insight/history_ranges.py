"""The 90 % ranges of answers as of some days of their history: of numbers, and of chances given the parameters.

They are read from paths that stand draw by draw, on fewer draws than those of a published answer, so they are rougher than that.
Paths are dear, so only a few days have them: the first, those on which news moved an answer most, and the days before these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.monte_carlo import REPLICATES
from forecast.insight.estimands import Measure, cases
from forecast.insight.replay import ReplayPoint
from forecast.insight.reweighting import Pool
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.answers import paths_for
from forecast.predict.chances import CHANCE_PATHS, Chances

MOST_RANGED_STEPS = 4  # of which both days have ranges
REGULAR_DAYS = 3  # besides, evenly apart
RANGE_DRAWS = 192  # of the parameters, in replicates of as many each
RANGE_LEVELS = (0.05, 0.95)

type Ranges = tuple[tuple[float, float] | None, ...]  # one for each measure


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


def ranges_as_of(pool: Pool, day: date, measures: Sequence[Measure], closed: Sequence[date | None], settings: Settings) -> Ranges | None:
    """Return the 5 and 95 % points of each open measure as of a day, None for the others and for those that have none.

    None altogether where the pool's draws do not carry, or the day has no model.
    """
    columns = [at for at, settled in enumerate(closed) if settled is None]
    try:
        model = model_as_of(pool.reference.topic, day)
        weights = pool.weigh(model)
        if not weights.carry:
            return None
        drawn = pool.resample(weights, RANGE_DRAWS, _generator(model, settings, Purpose.RESAMPLE))
        ends = _ranges(drawn, model, [measures[at] for at in columns], _generator(model, settings, Purpose.PATHS))
    except Unsound:
        return None
    found = dict(zip(columns, ends, strict=True))
    return tuple(found.get(at) for at in range(len(measures)))


def _ranges(drawn: Mapping[str, NDArray[Any]], model: Model, measures: Sequence[Measure], rng: np.random.Generator) -> Ranges:
    repeated = {name: np.repeat(values, CHANCE_PATHS, axis=0) for name, values in drawn.items()}
    paths = paths_for(model, repeated, rng, dates=any(measure.question.kind == "date" for measure in measures))
    paths = replace(paths, replicates=np.repeat(np.arange(RANGE_DRAWS) * REPLICATES // RANGE_DRAWS, CHANCE_PATHS))
    weighed = cases(paths, measures).weigh()
    chances = Chances(paths, {})
    found: list[tuple[float, float] | None] = []
    for column, measure in enumerate(measures):
        ranks = weighed.means.get(column) or weighed.medians.get(column)
        if ranks is not None:
            low, high = ranks.quantiles(RANGE_LEVELS)
            found.append((low, high) if np.isfinite([low, high]).all() else None)
        else:
            interval = chances.interval(measure.question, rng)
            found.append(None if interval is None else interval.ends)
    return tuple(found)


def _generator(model: Model, settings: Settings, purpose: Purpose) -> np.random.Generator:
    return generator(settings.seed, model.topic.name, Purpose.HISTORY, Purpose.DRAWN, purpose)
