"""Whether transforms are uniform, as those of calibrated forecasts are: their distribution function less that of the uniform, with a band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.calibration.probability_transforms import SettledTransforms
from forecast.language.arrays import Array, Indices

UNIFORM_LEVEL = 0.9
MOST_POINTS = 100
SIMULATED = 1_000
LEAST_QUESTIONS = 5  # with a curve of their own
TIES = 1e-9  # by which the band takes in curves of the very probability at which it ends; of few transforms many have it


@dataclass(frozen=True, slots=True)
class Uniformity:
    """The excess of the share of transforms up to each of ``point`` ``(points,)`` over that of the uniform, and the band of calibrated forecasts.

    The whole curve of calibrated forecasts lies between ``low`` and ``high`` in 90 cases of 100. ``mean`` and ``spread`` are the mean and the
    standard deviation of the transforms; of the uniform 0.5 and 0.289. A curve that rises and then falls says that outcomes are lower than
    forecast; one that is above and then below says that forecasts are too narrow.
    """

    point: Array
    excess: Array
    low: Array
    high: Array
    mean: float
    spread: float

    @property
    def is_outside(self) -> bool:
        """Whether the curve leaves the band."""
        return bool(((self.excess < self.low - 1e-9) | (self.excess > self.high + 1e-9)).any())


def uniformity(rows: SettledTransforms, *, rng: np.random.Generator) -> Uniformity | None:
    """Return how far the transforms are from uniform; None for those of fewer than five questions.

    Where every forecast counts in full and every question stands alone, the band is that of Säilynoja, Bürkner and Vehtari (2022), Statistics
    and Computing 32, as ArviZ has it. Otherwise what each group of questions adds to the curve is given a random sign, and the band is the
    multiple of the uniform's own standard deviation that holds 90 of 100 such curves.
    """
    if rows.question_count < LEAST_QUESTIONS:
        return None
    values, weight = rows.draw(rng), rows.weight / rows.weight.sum()
    size = min(values.size, MOST_POINTS)
    point = np.arange(1, size) / size
    excess = _shares(values, weight, point) - point
    groups = np.unique(rows.cluster, return_inverse=True)[1]
    if (rows.weight == 1).all() and np.unique(groups).size == groups.size:
        low, high = _independent_band(values.size, point, rng)
    else:
        low, high = _band_by_group(values, weight, groups, point, rng)
    mean = float(weight @ values)
    return Uniformity(point, excess, low, high, mean, float(np.sqrt(weight @ np.square(values - mean))))


def _shares(values: Array, weight: Array, point: Array) -> Array:
    order = np.argsort(values)
    below = np.concatenate([[0.0], np.cumsum(weight[order])])
    found: Array = below[np.searchsorted(values[order], point, side="right")]
    return found


def _independent_band(size: int, point: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands

    pointwise = simulate_confidence_bands(size, 1, point, UNIFORM_LEVEL, SIMULATED, rng)
    low, high = get_pointwise_confidence_band(min(float(pointwise) + TIES, 1.0), size, point)
    return np.asarray(low) - point, np.asarray(high) - point


def _band_by_group(values: Array, weight: Array, groups: Indices, point: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    count = int(groups.max()) + 1
    parts = np.stack([np.bincount(groups, weight * ((values <= at) - at), count) for at in point], axis=1)
    signs = rng.choice(np.array([-1.0, 1.0]), size=(SIMULATED, count))
    spread = np.sqrt(point * (1 - point))
    farthest = np.abs(signs @ parts / spread).max(axis=1)
    half = float(np.quantile(farthest, UNIFORM_LEVEL)) * spread
    return -half, half
