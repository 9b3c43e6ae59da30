"""Reliability by isotonic regression, and how a mean Brier score divides into miscalibration, discrimination and uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class ReliabilityCurve:
    """How often what was given a probability happened: ``probability`` ``(values,)``, each once and ascending, and ``frequency``, which never falls.

    ``weight`` is how much each value counts, ``happened`` its own share of yes, before isotonic regression.
    """

    probability: Array
    frequency: Array
    weight: Array
    happened: Array


@dataclass(frozen=True, slots=True)
class BrierParts:
    """A mean one-sided Brier score as ``miscalibration - discrimination + uncertainty``; the first two are never below zero."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def reliability_curve(*, probability: Array, outcome: Array, weight: Array) -> ReliabilityCurve:
    """Return the reliability curve of probabilities ``(rows,)`` with outcomes 1 or 0 and weights.

    Equal probabilities are put together first; the pool-adjacent-violators algorithm then finds the frequencies that never fall as the
    probability rises and come nearest to what happened. No bins are chosen. Raises ValueError without a row of some weight. Dimitriadis,
    Gneiting and Jordan (2021), PNAS 118, doi:10.1073/pnas.2016191118.
    """
    values, place = np.unique(probability, return_inverse=True)
    total = np.bincount(place, weight, values.size)
    if not (total > 0).any():
        raise ValueError("reliability needs a forecast")
    yes = np.bincount(place, weight * outcome, values.size)
    kept = total > 0
    happened = yes[kept] / total[kept]
    return ReliabilityCurve(values[kept], isotonic_means(happened, total[kept]), total[kept], happened)


def isotonic_means(values: Array, weight: Array) -> Array:
    """Return the means ``(values,)`` that never fall and come nearest to some values by weighted squares."""
    from scipy.optimize import isotonic_regression

    fitted: Array = np.asarray(isotonic_regression(values, weights=weight).x, dtype=np.float64)
    return fitted


def brier_parts(curve: ReliabilityCurve) -> BrierParts:
    """Return the parts of the mean Brier score of the forecasts of a curve.

    Miscalibration is by how much the score would be better with the curve's frequencies in place of the probabilities, discrimination by
    how much these are better than always saying the mean, and uncertainty the score of that mean. Forecasts that are calibrated have some
    miscalibration too, the more the fewer they are; see `consistency`. The same source.
    """
    weight = curve.weight / curve.weight.sum()
    mean = float(weight @ curve.happened)
    within = float(weight @ (curve.happened * (1 - curve.happened)))
    score = within + float(weight @ np.square(curve.probability - curve.happened))
    recalibrated = within + float(weight @ np.square(curve.frequency - curve.happened))
    uncertainty = mean * (1 - mean)
    return BrierParts(score, score - recalibrated, uncertainty - recalibrated, uncertainty)
