"""Draws of counts most of which are 0 or small, in a fraction of the time that NumPy's own take."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from forecast.language.arrays import Array
from forecast.language.distributions.steps import draw_poisson

FEWEST_DRAWS = 256  # below which setting up takes longer than is saved
MOST_TRIALS_INVERTED = 16  # that are counted out
MOST_CLUSTERS = 1.0  # on average, up to which clusters take less time than a Gamma and a Poisson draw
LARGEST_SHARE = 1 - 1e-6  # of a logarithmic distribution, whose draws are whole numbers that NumPy can hold


def draw_negative_binomial(rng: np.random.Generator, mu: Array, alpha: Array, size: Any) -> Array:
    """Return NegativeBinomial draws, of the shape ``size`` (None: that of the arguments, which have one shape).

    Where they are mostly 0, as a Poisson number of clusters whose sizes have a logarithmic distribution (Quenouille 1949,
    doi:10.2307/3001917); else as a Poisson draw with a Gamma rate.
    """
    shape = _shape(mu, size)
    clusters, share = alpha * np.log1p(mu / alpha), mu / (mu + alpha)
    if math.prod(shape) < FEWEST_DRAWS or not (clusters.mean() <= MOST_CLUSTERS and share.max() <= LARGEST_SHARE):
        return draw_poisson(rng, np.asarray(mu * (rng.standard_gamma(alpha, size=size) / alpha)), size)
    number = draw_poisson(rng, clusters, size).astype(np.int64).ravel()
    cells = np.repeat(np.arange(len(number)), number)
    sizes = rng.logseries(np.broadcast_to(share, shape).ravel()[cells])
    return np.bincount(cells, sizes, minlength=len(number)).reshape(shape)


def draw_binomial(rng: np.random.Generator, n: Array, log_p: Array, log_not: Array, size: Any) -> Array:
    """Return Binomial draws, by the logarithms of the chance and of its complement, which broadcast to ``size`` (None: to one another's shape).

    Of few trials each by the inverse of the distribution function at a uniform number (Devroye 1986, Non-uniform random variate generation, III.2).
    """
    n, log_p, log_not = np.broadcast_arrays(n, log_p, log_not)
    shape = _shape(n, size)
    odds = np.exp(log_p - log_not)
    if math.prod(shape) < FEWEST_DRAWS or not (n.max() <= MOST_TRIALS_INVERTED and np.isfinite(odds).all()):
        return np.asarray(rng.binomial(n.astype(np.int64), np.exp(log_p), size=size), dtype=float)
    trials, odds, mass = (np.broadcast_to(array, shape).ravel() for array in (n, odds, np.exp(n * log_not)))
    counts = np.zeros(len(trials))
    at = np.flatnonzero(trials > 0)
    trials, odds, mass = trials[at], odds[at], mass[at]
    left = rng.random(len(at)) - mass
    count = 0
    while len(rest := np.flatnonzero((left > 0) & (trials > count))):
        at, left, trials, odds, mass = at[rest], left[rest], trials[rest], odds[rest], mass[rest]
        count += 1
        counts[at] = count
        mass = mass * odds * (trials - count + 1) / count
        left = left - mass
    return counts.reshape(shape)


def draw_beta_binomial(rng: np.random.Generator, n: Array, alpha: Array, beta: Array, size: Any) -> Array:
    """Return BetaBinomial draws, of the shape ``size`` (None: that of the arguments, which have one shape); chances only where there are trials."""
    shape = _shape(n, size)
    n, alpha, beta = (np.broadcast_to(array, shape) for array in (n, alpha, beta))
    tried = n > 0
    counts = np.zeros(shape)
    counts[tried] = rng.binomial(n[tried].astype(np.int64), rng.beta(alpha[tried], beta[tried]))
    return counts


def _shape(arguments: Array, size: Any) -> tuple[int, ...]:
    """The shape of draws: that of the arguments where ``size`` is None."""
    return arguments.shape if size is None else (size,) if isinstance(size, int) else tuple(size)
