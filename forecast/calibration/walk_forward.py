"""What recalibrated probabilities would have gained, each made with what was known before it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from forecast.calibration.consistency import QuestionGroups, group_correlation
from forecast.calibration.logistic import logistic_posterior
from forecast.calibration.recalibration_topic import entry_days, has_odds
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.language.arrays import Array
from forecast.track_record.intervals import LEVEL

FIRST_FIT = 5  # questions that must be settled before anything is recalibrated
REDRAWN_GAINS = 2_000
REDRAWN_AT_ONCE = 1_000_000
DAY_UNIT = "datetime64[D]"

type Recalibrate = Callable[[SettledForecasts], Array]
type FitAsOf = Callable[[np.datetime64], Recalibrate | None]


@dataclass(frozen=True, slots=True)
class Gain:
    """The mean gain of recalibration by question: in log score with its 95 % interval, and in the Brier score; positive for better."""

    questions: int
    clusters: int
    log: float
    low: float
    high: float
    brier: float


def fit_days(rows: SettledForecasts, *, growth: float) -> Iterator[np.datetime64]:
    """Yield the days of the record on which to fit: the first with five settled questions, and each by which there are ``growth`` times as many."""
    _, first = np.unique(rows.question, return_index=True)
    days, counts = np.unique(np.sort(entry_days(rows)[first]), return_counts=True)
    wanted = FIRST_FIT
    for day, settled in zip(days, np.cumsum(counts), strict=True):
        if settled >= wanted:
            yield day
            wanted = max(ceil(growth * int(settled)), int(settled) + 1)


def recalibrated_forward(rows: SettledForecasts, fit: FitAsOf, *, growth: float) -> Array:
    """Return recalibrated probabilities ``(rows,)``, each from the newest fit to questions that were settled, and known to be, on an earlier day; NaN where there is none.

    ``fit`` returns None for a day whose fit is not to be used; then the one before stays.
    """
    found = np.full(rows.probability.size, np.nan)
    made = rows.at.astype(DAY_UNIT)
    recalibrate: Recalibrate | None = None
    for day, until in pairwise((*fit_days(rows, growth=growth), None)):
        assert day is not None  # only the last is
        chosen = (made > day) & has_odds(rows) & (True if until is None else made <= until)
        if chosen.any():
            recalibrate = fit(day) or recalibrate
            if recalibrate is not None:
                found[chosen] = recalibrate(rows.rows(chosen))
    return found


def recalibration_gain(rows: SettledForecasts, recalibrated: Array, *, rng: np.random.Generator) -> Gain | None:
    """Return the gain over the rows that have a recalibrated probability; None without one.

    A question's gain is that of its forecasts, each by its weight. Scores of few questions are far from normal (Student's interval held 0 in
    87 to 90 of 100 records of 12 questions for forecasters without bias), so outcomes are drawn anew, half of the time as if the raw probabilities were right and half as if the recalibrated ones
    were, and the interval is the mean less the quantiles of what is drawn around its expectation. Questions share their outcome among their
    forecasts, and those of one group are correlated (`consistency`).
    """
    tested = ~np.isnan(recalibrated)
    its, new = rows.rows(tested), recalibrated[tested]
    if not new.size:
        return None
    raw, size = its.probability, its.question_count
    weight = its.weight / size
    if_yes, if_no = np.log(new / raw), np.log1p(-new) - np.log1p(-raw)
    found = float(weight @ np.where(its.outcome > 0, if_yes, if_no))
    drawn = np.concatenate([_redraw_gains(its, new, weight, chance, rng) for chance in (raw, new)])
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    brier = float(weight @ (np.square(raw - its.outcome) - np.square(new - its.outcome)))
    return Gain(size, its.clusters, found, found - float(high), found - float(low), brier)


def _redraw_gains(rows: SettledForecasts, new: Array, weight: Array, chance: Array, rng: np.random.Generator) -> Array:
    """Gains around their expectation, of outcomes that happen with some chances."""
    groups = QuestionGroups.of(rows)
    correlation = 0.0 if groups.stand_alone else group_correlation(rows, groups, logistic_posterior(rows), rng=rng)
    if_yes, if_no = weight * np.log(new / rows.probability), weight * (np.log1p(-new) - np.log1p(-rows.probability))
    expected = float((chance * if_yes + (1 - chance) * if_no).sum())
    at_once = max(1, REDRAWN_AT_ONCE // chance.size)
    found: list[Array] = []
    for first in range(0, REDRAWN_GAINS // 2, at_once):
        uniform = groups.uniforms(correlation, min(at_once, REDRAWN_GAINS // 2 - first), rng)
        found.append(np.where(uniform[:, groups.question] < chance, if_yes, if_no).sum(axis=1) - expected)
    return np.concatenate(found)
