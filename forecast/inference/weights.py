"""Arithmetic of importance weights on the log scale: their sum and their effective number."""

from __future__ import annotations

import numpy as np

from forecast.language.arrays import Array


def log_sum(log_values: Array) -> float:
    """Return the log of the sum of exponentials of ``(n,)`` values; minus infinity where all are."""
    largest = float(log_values.max())
    if np.isneginf(largest):
        return largest
    return largest + float(np.log(np.exp(log_values - largest).sum()))


def normalize_weights(log_weight: Array, power: float = 1.0) -> Array:
    """Return weights ``exp(power * log_weight)`` scaled to sum to one; at least one must be finite."""
    with np.errstate(over="ignore"):  # a weight too small for a float is 0
        weights: Array = np.exp(power * (log_weight - log_weight.max()))
    return weights / weights.sum()


def effective_size(log_weight: Array) -> float:
    """Return Kish's effective number of draws, ``(sum w)**2 / sum w**2``."""
    return float(1 / (normalize_weights(log_weight) ** 2).sum())
