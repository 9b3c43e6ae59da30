"""What the families of whole numbers share: the quantile of a step function, and sums that keep their digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array

MOST_FACTORS, FACTORS_PER_COLUMN = 256, 4  # of a rising factorial: a logarithm each, of which log Beta takes as long as ten
MOST_INVERTED, FEWEST_INVERTED = (
    10.0,
    256,
)  # means of Poisson draws up to which, and numbers of draws from which on, they are found by inversion
FEW_LEFT = 25  # times as many draws as are left, from which on these are looked at alone
GREATEST_INVERTED = 100  # beyond which a mean of 10 has no probability that a float could hold beside 1
POISSON_AS_NORMAL = 1e12  # a mean from which a rounded normal draw is Poisson to all digits, and NumPy's own soon refuses


def discrete_quantile(distribution: Callable[[Array], Array], q: Array, guess: Array, lower: Array, upper: Array) -> Array:
    """Return the smallest whole number in [lower, upper] whose distribution function reaches ``q``.

    Brackets by doubling steps from a guess, then halves; all elements at once.
    """
    shape = np.broadcast_shapes(q.shape, guess.shape, lower.shape, upper.shape)
    q, lower, upper = (np.broadcast_to(array, shape) for array in (q, lower, upper))
    upper = np.minimum(upper, np.finfo(float).max)
    high = np.clip(np.floor(np.where(np.isnan(guess), lower, guess)), lower, upper)
    low = lower - 1.0
    step = 1.0
    while (short := (distribution(high) < q) & (high < upper)).any():
        low = np.where(short, high, low)
        high = np.where(short, np.minimum(high + step, upper), high)
        step *= 2
    step = 1.0
    while (wide := (high - step > low) & (distribution(np.maximum(high - step, lower)) >= q)).any():
        high = np.where(wide, np.maximum(high - step, lower), high)
        step *= 2
    while (wide := (high - low > 1) & (np.nextafter(low, high) < high)).any():  # above 2**53 not every whole number is a float
        middle = np.floor(0.5 * low + 0.5 * high)
        reached = distribution(np.maximum(middle, lower)) >= q
        high = np.where(wide & reached, middle, high)
        low = np.where(wide & ~reached, middle, low)
    return high


def count_times_log_share(count: Array, log_share: Array) -> Array:
    """``count * log_share``, which is 0 at a count of 0 also where the share is 0."""
    return np.where(count == 0, 0.0, count * log_share)


def log_choose(n: Array, k: Array) -> Array:
    """The log of n over k, by ``betaln``, which keeps its digits where n is in the millions."""
    return np.asarray(-np.log1p(n) - special.betaln(n - k + 1, k + 1))


def log_rising_factorial(a: Array, k: Array) -> Array:
    """Return log Gamma(a + k) - log Gamma(a): as a sum where that is short; above 10,000 by ``betaln``, because the difference would lose its digits."""
    if has_few_factors(a, k):
        return sum_log_factors(a, k)
    result = special.gammaln(a + k) - special.gammaln(a)
    large = a > 1e4
    if large.any():
        exact = special.gammaln(k + 1) - np.log(a + k) - special.betaln(a, k + 1)
        result = np.where(large, np.where(k == 0, 0.0, exact), result)
    return np.asarray(result)


def has_few_factors(a: Array, k: Array) -> bool:
    """Whether ``sum_log_factors`` does for these: ``a`` ``(n, 1)``, and whole numbers ``k`` ``(1, m)`` that are small beside how many they are."""
    if not (a.ndim == k.ndim == 2 and a.shape[1] == k.shape[0] == 1 and k.size):
        return False
    return bool(k.min() >= 0 and k.max() <= min(MOST_FACTORS, FACTORS_PER_COLUMN * k.size) and (np.floor(k) == k).all())


def sum_log_factors(a: Array, k: Array) -> Array:
    """Return log Gamma(a + k) - log Gamma(a) as the sum of ``log(a + j)`` over ``j < k``, ``(n, m)``: the sums to each ``j`` serve all ``k``."""
    logs = np.log(a[:, 0] + np.arange(int(k.max()))[:, None])
    sums = np.zeros((len(logs) + 1, len(a)))
    for j, factor in enumerate(logs):  # three times as fast as `cumsum`
        np.add(sums[j], factor, out=sums[j + 1])
    chosen: Array = sums[k[0].astype(np.intp)].T
    return chosen


def draw_poisson(rng: np.random.Generator, mean: Array, size: Any) -> Array:
    """Poisson draws at any finite mean."""
    mean = np.broadcast_to(mean, mean.shape if size is None else size)
    most = mean.max(initial=0.0)
    if most <= MOST_INVERTED and mean.size >= FEWEST_INVERTED:
        return _invert_poisson(rng, mean)
    if most <= POISSON_AS_NORMAL:
        return np.asarray(rng.poisson(mean), dtype=float)
    vast = mean > POISSON_AS_NORMAL
    counts = np.asarray(rng.poisson(np.where(vast, 0.0, mean)), dtype=float)
    return np.where(vast, np.round(mean + np.sqrt(mean) * rng.standard_normal(mean.shape)), counts)


def _invert_poisson(rng: np.random.Generator, mean: Array) -> Array:
    """Poisson draws as the inverse of the distribution function at uniforms: of small means, two to three times as fast as NumPy's own.

    From a uniform the mass of 0, 1, 2 and so on is taken away until nothing is left (Devroye 1986, Non-uniform random variate
    generation, III.2): of all draws together and, once few are left, of those alone.
    """
    mass = np.exp(-mean)
    left, counts, count = rng.random(mean.shape) - mass, np.zeros(mean.shape), 0
    while FEW_LEFT * np.count_nonzero(more := left > 0) > mean.size:
        counts += more
        count += 1
        mass *= mean / count
        left -= mass
    at = np.flatnonzero(more)
    mean, mass, left = mean.ravel()[at], mass.ravel()[at], left.ravel()[at]
    while len(at) and count < GREATEST_INVERTED:
        count += 1
        counts.ravel()[at] = count
        mass = mass * mean / count
        left = left - mass
        rest = left > 0
        at, mean, mass, left = at[rest], mean[rest], mass[rest], left[rest]
    return counts
