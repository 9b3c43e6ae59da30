"""Whether probabilities tell what happens from what does not, with an interval by groups of questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.language.arrays import Array
from forecast.track_record.intervals import LEVEL


@dataclass(frozen=True, slots=True)
class Separation:
    """The chance that a random yes was given more than a random no, ties counting one half, and its 95 % interval; None where there is none."""

    chance: float
    low: float | None
    high: float | None


def separation(rows: SettledForecasts) -> Separation | None:
    """Return how well forecasts separate yes from no, by weight; None without a yes or without a no.

    The area under the ROC curve. Its error adds up what each group of questions contributes, and the interval is Student's t with one degree
    of freedom less than there are groups, on the scale of log odds. None where the area is 0 or 1, or where there are fewer than three groups.
    Obuchowski (1997), Biometrics 53, for clusters.
    """
    yes = rows.outcome > 0
    weight = np.where(yes, rows.weight / max(rows.weight[yes].sum(), 1e-300), rows.weight / max(rows.weight[~yes].sum(), 1e-300))
    if not yes.any() or yes.all():
        return None
    values, place = np.unique(rows.probability, return_inverse=True)
    of_yes = np.bincount(place, weight * yes, values.size)
    of_no = np.bincount(place, weight * ~yes, values.size)
    no_below, yes_above = _middle_sums(of_no), 1 - _middle_sums(of_yes)
    area = float(of_yes @ no_below)
    count = rows.clusters
    if not 0 < area < 1 or count < 3:
        return Separation(area, None, None)
    influence = weight * (np.where(yes, no_below[place], yes_above[place]) - area)
    sums = np.bincount(np.unique(rows.cluster, return_inverse=True)[1], influence)
    from scipy.special import expit, logit, stdtrit

    error = np.sqrt(count / (count - 1) * np.square(sums).sum()) / (area * (1 - area))
    half = stdtrit(count - 1, (1 + LEVEL) / 2) * error
    return Separation(area, float(expit(logit(area) - half)), float(expit(logit(area) + half)))


def _middle_sums(values: Array) -> Array:
    """What lies below each value, with half of its own."""
    found: Array = np.cumsum(values) - values / 2
    return found
