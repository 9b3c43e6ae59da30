"""What a crowd says together: the recency-weighted aggregate of Metaculus, and the geometric mean of those who are active.

Everything is worked out for many moments at once: ``active`` is ``(moments, forecasts)``, true where a forecast stands at a moment, and
forecasts are in the order of their starts. Source: Metaculus/metaculus, `utils/the_math/aggregations.py` and `measures.py`.
"""

from __future__ import annotations

import numpy as np

from forecast.language.arrays import Array, Truth

FLOOR = 0.001  # the least that Metaculus lets a forecaster give to an option
EQUAL_UP_TO = 2  # so many forecasters have equal weights


def active_at(moments: Array, *, starts: Array, ends: Array) -> Truth:
    """Which forecasts stand at which moments ``(moments, forecasts)``: from their start on, and no longer at their end."""
    at = moments[:, np.newaxis]
    return (starts <= at) & (at < ends)


def recency_weights(active: Truth) -> Array:
    """The weight exp(√n - √N) of the n-th oldest of N active forecasts ``(moments, forecasts)``, 0 of the others.

    With one or two forecasts the weights are equal. Weights are not divided by their sum.
    """
    rank = np.cumsum(active, axis=1)
    number = rank[:, -1:]
    weights = np.where(number > EQUAL_UP_TO, np.exp(np.sqrt(rank) - np.sqrt(number)), 1.0)
    return np.where(active, weights, 0.0)


def weighted_median(values: Array, *, weights: Array) -> Array:
    """The weighted median at each moment ``(moments,)`` of values ``(forecasts,)`` with weights ``(moments, forecasts)``.

    It is the mean of the first value at which half of the weight is reached and of the first at which it is exceeded.
    """
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[:, order], axis=1)
    share = cumulative / cumulative[:, -1:]
    lower, upper = np.argmax(share >= 0.5, axis=1), np.argmax(share > 0.5, axis=1)
    ordered = values[order]
    median: Array = 0.5 * (ordered[lower] + ordered[upper])
    return median


def weighted_mean(values: Array, *, weights: Array) -> Array:
    """The weighted mean at each moment ``(moments, …)`` of values ``(forecasts, …)``: of probabilities, or of whole cdfs."""
    mean: Array = np.tensordot(weights, values, axes=1) / weights.sum(axis=1).reshape(-1, *[1] * (values.ndim - 1))
    return mean


def share_out_medians(medians: Array) -> Array:
    """Medians of each option ``(…, options)`` as probabilities that add up to one.

    What each has above 0.001 is divided by the sum of that, multiplied by 1 - 0.001·options, and raised by 0.001.
    """
    above = medians - FLOOR
    shared: Array = above / above.sum(axis=-1, keepdims=True) * (1 - FLOOR * medians.shape[-1]) + FLOOR
    return shared


def log_geometric_mean(logs: Array, *, active: Truth) -> Array:
    """The mean of logarithms ``(forecasts,)`` over the active ones at each moment ``(moments,)``; minus infinity if one of them is.

    The geometric mean of probabilities is its exponential. Moments at which nobody is active are the caller's to leave out.
    """
    impossible = np.isneginf(logs)
    members = active.astype(np.float64)
    mean = members @ np.where(impossible, 0.0, logs) / members.sum(axis=1)
    return np.where(members @ impossible.astype(np.float64) > 0, -np.inf, mean)
