"""Pareto k-hat: how heavy the tail of the importance weights is, hence whether their averages can be trusted.

Up to 0.5 the weights have a variance, and errors measured from replicates hold.  Up to 0.7 smoothed averages
converge at a practical speed (Vehtari et al. 2024); these are not smoothed, and on posteriors with known answers
they were off by up to 5 of their stated errors.  Above it a few draws that have not been seen yet carry much
of the answer.  Here it only diagnoses: the weights are never smoothed.
"""

from __future__ import annotations

import math

import numpy as np

from forecast.language.arrays import Array

FINITE_VARIANCE, CONVERGING = 0.5, 0.7  # shapes up to which weights have a variance, and up to which more draws help
FEWEST_EXCEEDANCES = 5  # exceedances below which no tail is fitted
LOG_RATIO_ROUNDING = 1e-9  # log ratios that differ by no more are equal: a sum of densities of a thousand rows is no more exact
PRIOR_EXCEEDANCES, PRIOR_SHAPE = 10, 0.5  # the weak prior on the shape: as if this many exceedances had said this


def pareto_k(log_ratios: Array) -> float:
    """Return the shape of the generalised Pareto distribution fitted to the largest ratios.

    ``log_ratios`` is ``(draws,)``, in no need of normalisation, minus infinity allowed.
    The tail is the largest ``3 sqrt(draws)``, or a fifth if that is fewer (Vehtari et al.
    2024, JMLR 25(72)); the fit is Zhang and Stephens's (2009, doi:10.1198/tech.2009.08017)
    with the weakly informative prior of the former.

    Returns minus infinity where the ratios have no tail (the largest are all equal, but for
    the rounding of their logarithms), and infinity where it rests on fewer than 5 draws.
    Draws that tie with the tail's cut-off are left out of the fit.  Raises ValueError on
    NaN and plus infinity, and where every ratio is minus infinity.
    """
    if not np.isfinite(log_ratios.max()):
        raise ValueError("log ratios must have a finite maximum")
    length = tail_length(len(log_ratios))
    if length < FEWEST_EXCEEDANCES:
        return np.inf
    return tail_pareto_k(np.sort(np.partition(log_ratios, -length - 1)[-length - 1 :]))


def tail_pareto_k(ordered: Array) -> float:
    """Return the same from the logs of the largest ratios in order: those of the tail, which are as many as ``tail_length`` says, and the one below them."""
    length = len(ordered) - 1
    logs = ordered - ordered[-1]
    tail = np.exp(logs)
    if tail[1] > 0 and logs[1] >= -LOG_RATIO_ROUNDING:
        return -np.inf
    exceedances = tail[1:] - tail[0]
    above = (exceedances > 0) & (logs[1:] > logs[0] + LOG_RATIO_ROUNDING)
    if tail[0] == 0 or not above[_quartile(length)]:  # fewer than a tail, or many that tie
        exceedances = exceedances[above]
        if len(exceedances) < FEWEST_EXCEEDANCES:
            return np.inf
        if logs[1:][above][0] >= -LOG_RATIO_ROUNDING:
            return -np.inf
    return _shape(exceedances)


def mass_beyond(shape: float, draws: int, *, times: float) -> float:
    """Return the average share of all weight beyond ``times`` the heaviest of so many draws, where weights are Pareto of a shape below 1.

    Of weights ``u**-k`` with uniform ``u``, the share ``t**(1 - 1/k)`` of all weight lies beyond ``t``.  The heaviest of ``n`` is the
    power of the smallest of ``n`` uniforms, which is nearly exponential with mean ``1/n``: whence
    ``times**(1 - 1/k) * Gamma(2 - k) * n**(k - 1)``.
    """
    return float(times ** (1 - 1 / shape) * math.gamma(2 - shape) * draws ** (shape - 1))


def tail_length(draws: int) -> int:
    """Return how many of the largest of some draws are their tail."""
    return int(3 * np.sqrt(draws)) if draws > 225 else draws // 5


def _shape(exceedances: Array) -> float:
    """The posterior mean of the shape for sorted ``exceedances``, over a grid of the scale."""
    count = len(exceedances)
    grid = 30 + int(np.sqrt(count))
    inverse_scale = (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * exceedances[_quartile(count)]) + 1 / exceedances[-1]
    shape = np.log1p(-inverse_scale[:, None] * exceedances).mean(axis=1)
    rate = np.divide(-inverse_scale, shape, out=np.full_like(shape, 1 / exceedances.mean()), where=inverse_scale != 0)  # its limit at 0
    fit = count * (np.log(rate) - shape - 1)
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    weight[weight < 10 * np.finfo(float).eps] = 0
    mean = (inverse_scale * weight).sum() / weight.sum()
    estimate = np.log1p(-mean * exceedances).mean()
    return float((count * estimate + PRIOR_EXCEEDANCES * PRIOR_SHAPE) / (count + PRIOR_EXCEEDANCES))


def _quartile(count: int) -> int:
    return int(count / 4 + 0.5) - 1
