"""What chance alone does to a reliability curve: outcomes redrawn as if every probability were right.

A band around the isotonic curve itself, from resampled questions, would be wrong: at probabilities that were rarely given such bands held the
truth in 45 to 80 cases of 100 in place of 90, in simulation, since isotonic regression follows the ends of the data. So the band says where the
curve of a calibrated forecaster would lie, and the band of the truth belongs to the smooth curve (`logistic`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.calibration.isotonic import ReliabilityCurve, brier_parts, isotonic_means, reliability_curve
from forecast.calibration.logistic import LogisticPosterior
from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.language.arrays import Array, Indices

BAND_LEVEL = 0.9
REDRAWN = 500
CORRELATIONS = np.linspace(0, 0.95, 20)  # among which that within a group is sought
TRIALS = 50  # redrawn records for each of them


@dataclass(frozen=True, slots=True)
class ChanceLevels:
    """Of forecasts that are calibrated: ``low`` and ``high`` ``(values,)`` of the curve, pointwise, with 90 % between them.

    ``miscalibration`` is what 95 of 100 of them stay below, ``p_value`` the share with at least as much as was found. ``correlation`` is that of
    questions of one group, on the scale of a normal variable behind each.
    """

    low: Array
    high: Array
    miscalibration: float
    p_value: float
    correlation: float


def chance_levels(rows: SettledForecasts, curve: ReliabilityCurve, smooth: LogisticPosterior, *, rng: np.random.Generator) -> ChanceLevels:
    """Return what forecasts with these probabilities would show if they were calibrated.

    One uniform number is drawn for each question and shared by all its forecasts, each of which is a yes where its probability is above it: so
    each is right at its own probability and forecasts of one question stand or fall together. Questions of one group have a normal correlation,
    that with which the residuals from the smooth curve, added up by group, scatter as much as they do. Consistency resampling for independent forecasts: Bröcker and
    Smith (2007), Weather and Forecasting 22.
    """
    groups = QuestionGroups.of(rows)
    correlation = group_correlation(rows, groups, smooth, rng=rng)
    place = np.searchsorted(curve.probability, rows.probability)
    found = brier_parts(curve).miscalibration
    curves = np.empty((REDRAWN, curve.probability.size))
    sizes = np.empty(REDRAWN)
    total = curve.weight.sum()
    for at in range(REDRAWN):
        outcome = (groups.uniforms(correlation, 1, rng)[0, groups.question] < rows.probability).astype(np.float64)
        happened = np.bincount(place, rows.weight * outcome, curve.probability.size) / curve.weight
        curves[at] = isotonic_means(happened, curve.weight)
        gain = np.square(curve.probability - happened) - np.square(curves[at] - happened)
        sizes[at] = float(curve.weight @ gain / total)
    low, high = np.quantile(curves, [(1 - BAND_LEVEL) / 2, (1 + BAND_LEVEL) / 2], axis=0)
    p_value = (1 + int((sizes >= found - 1e-12).sum())) / (REDRAWN + 1)
    return ChanceLevels(low, high, float(np.quantile(sizes, 0.95)), p_value, correlation)


def chance_curve(rows: SettledForecasts) -> ReliabilityCurve:
    """Return the reliability curve of settled forecasts."""
    return reliability_curve(probability=rows.probability, outcome=rows.outcome, weight=rows.weight)


@dataclass(frozen=True, slots=True)
class QuestionGroups:
    """Which question each row is of, counted from 0 without gaps, and which group each question is in."""

    question: Indices
    group: Indices

    @classmethod
    def of(cls, rows: SettledForecasts) -> QuestionGroups:
        """Return those of some rows."""
        _, first, question = np.unique(rows.question, return_index=True, return_inverse=True)
        return cls(question, np.unique(rows.cluster[first], return_inverse=True)[1])

    @property
    def stand_alone(self) -> bool:
        """Whether each question is a group of its own."""
        return np.unique(self.group).size == self.group.size

    def uniforms(self, correlation: float, count: int, rng: np.random.Generator) -> Array:
        """Return uniform numbers ``(count, questions)``, those of one group with a normal correlation."""
        from scipy.special import ndtr

        if correlation == 0:
            return rng.random((count, self.group.size))
        shared = rng.normal(size=(count, int(self.group.max()) + 1))[:, self.group]
        own = rng.normal(size=(count, self.group.size))
        found: Array = ndtr(np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)
        return found


def group_correlation(rows: SettledForecasts, groups: QuestionGroups, smooth: LogisticPosterior, *, rng: np.random.Generator) -> float:
    """Return the correlation of the normal variables behind the questions of one group.

    It is the one at which products of residuals of different questions are, in redrawn records, as large as they are; 0 where each stands alone.
    """
    if groups.stand_alone:
        return 0.0
    inside = (rows.probability > 0) & (rows.probability < 1)
    chance = smooth.mean_probability(rows.probability[inside])
    question, weight = groups.question[inside], rows.weight[inside] / np.sqrt(chance * (1 - chance))

    def products(outcome: Array) -> float:
        of_question = np.bincount(question, weight * (outcome - chance), groups.group.size)
        of_group = np.bincount(groups.group, of_question)
        return float(np.square(of_group).sum() - np.square(of_question).sum())

    expected = [
        np.mean([products((groups.uniforms(float(its), 1, rng)[0, question] < chance).astype(np.float64)) for _ in range(TRIALS)])
        for its in CORRELATIONS
    ]
    rising = isotonic_means(np.array(expected), np.ones(CORRELATIONS.size))
    return float(np.interp(products(rows.outcome[inside]), rising, CORRELATIONS))
