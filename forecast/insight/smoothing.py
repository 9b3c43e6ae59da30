"""Pareto smoothed importance sampling: the largest weights put where a Pareto tail has them on average.

A few draws carry much of a weighted average where the weights' tail is heavy.  Their
weights are replaced by the quantiles of the generalised Pareto distribution fitted to
the tail, which moves the average a little and its error by much: up to a k-hat of 0.7 it
then converges at a practical speed (Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72); for
leaving rows out Vehtari, Gelman and Gabry 2017, doi:10.1007/s11222-016-9696-4).
"""

from __future__ import annotations

import numpy as np

from forecast.inference.pareto import FEWEST_EXCEEDANCES, PRIOR_EXCEEDANCES, PRIOR_SHAPE, tail_length
from forecast.inference.weights import log_sum
from forecast.language.arrays import Array


def smooth_weights(log_ratios: Array) -> Array:
    """Return log weights ``(draws,)`` with a log sum of 0, their largest smoothed.

    ``log_ratios`` is ``(draws,)``, minus infinity allowed, with a finite maximum.  The tail
    is that of ``inference.pareto.pareto_k``; where it has fewer than five weights, or a quarter of
    it ties with its cut-off, no Pareto distribution can be fitted, and the weights stay as they are.
    No weight exceeds the largest before.
    """
    logs = log_ratios - log_ratios.max()
    length = tail_length(len(logs))
    if length < FEWEST_EXCEEDANCES:
        return logs - log_sum(logs)
    order = np.argsort(logs, kind="stable")[-length - 1 :]
    tail = np.exp(logs[order])
    fitted = _fit(tail[1:] - tail[0])
    if fitted is None:
        return logs - log_sum(logs)
    shape, scale = fitted
    beyond = -np.log1p(-(np.arange(length) + 0.5) / length)
    quantiles = tail[0] + scale * (beyond if shape == 0 else np.expm1(shape * beyond) / shape)
    smoothed = logs.copy()
    smoothed[order[1:]] = np.log(np.minimum(quantiles, 1.0))
    return smoothed - log_sum(smoothed)


def _fit(exceedances: Array) -> tuple[float, float] | None:
    """The shape and scale of the generalised Pareto distribution of sorted ``exceedances`` (Zhang and Stephens 2009, doi:10.1198/tech.2009.08017).

    None where none can be fitted.  The shape has the weak prior of ``inference.pareto``.
    """
    count = len(exceedances)
    quartile = exceedances[int(count / 4 + 0.5) - 1]
    if not quartile > exceedances[0] >= 0:
        return None
    grid = 30 + int(np.sqrt(count))
    inverse_scale = (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * quartile) + 1 / exceedances[-1]
    shapes = np.log1p(-inverse_scale[:, None] * exceedances).mean(axis=1)
    fit = count * (np.log(-inverse_scale / shapes) - shapes - 1)
    weights = np.exp(fit - fit.max())
    weights /= weights.sum()
    weights[weights < 10 * np.finfo(float).eps] = 0
    mean = float((inverse_scale * weights).sum() / weights.sum())
    shape = float(np.log1p(-mean * exceedances).mean())
    if not np.isfinite(shape) or mean == 0:
        return None
    return (count * shape + PRIOR_EXCEEDANCES * PRIOR_SHAPE) / (count + PRIOR_EXCEEDANCES), -shape / mean
