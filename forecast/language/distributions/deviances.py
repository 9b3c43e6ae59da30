"""Log masses and densities by deviances, which keep their digits where counts or shapes are large.

A difference of log Gammas of a million million has no digits left: log Gamma is known to
sixteen digits, and they are used up before the point.  So factorials stand by Stirling's formula,
whose large terms are put together on paper (Loader 2000, Fast and accurate computation of binomial
probabilities):

    log k! = (k + 1/2) log k - k + log sqrt(2 pi) + d(k),    D(k, m) = k log(k / m) + m - k

with d the remainder and D the deviance of ``k`` where ``m`` is expected.  A Poisson's log mass is then
``-D(k, m) - d(k) - log sqrt(2 pi k)``, and every other here is made of such.  ``k`` need not be whole,
so that shapes are counts too.
"""

from __future__ import annotations

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array

LARGE_ARGUMENT = 1e4  # above it a difference of log Gammas is worse than what stands here; below, both have their digits
HALF_LOG_TWO_PI = 0.5 * float(np.log(2 * np.pi))
SERIES = 16.0  # from here on Stirling's series has all the digits
GROWTH_SERIES_LIMIT = 0.4  # relative distance below which the growth is a series


def stirling_remainder(k: Array) -> Array:
    """Return d(k) = log k! - ((k + 1/2) log k - k + log sqrt(2 pi)), for k above 0."""
    far = np.maximum(k, SERIES)
    square = 1 / (far * far)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / far
    near = np.minimum(k, SERIES)
    direct = special.gammaln(near + 1) - (near + 0.5) * np.log(near) + near - HALF_LOG_TWO_PI
    return np.where(k >= SERIES, series, direct)


def growth(t: Array) -> Array:
    """Return (1 + t) log(1 + t) - t, for t from -1 up, with its digits also where it is nearly t² / 2."""
    r = t / (2 + t)  # log(1 + t) = 2 artanh(r)
    square = np.where(np.abs(t) < GROWTH_SERIES_LIMIT, r * r, 0.0)
    terms = np.zeros_like(square)
    for odd in range(25, 1, -2):
        terms = (terms + 1 / odd) * square
    near = t * t - (1 + t) * (t * r - 2 * r * terms)  # log(1 + t) - t = 2 r (r²/3 + r⁴/5 + …) - t r
    return np.where(np.abs(t) < GROWTH_SERIES_LIMIT, near, special.xlog1py(1 + t, t) - t)


def deviance(k: Array, mean: Array, excess: Array | None = None) -> Array:
    """Return D(k, mean); ``excess`` is (k - mean) / mean, where that is known better than by subtraction."""
    t = (k - mean) / mean if excess is None else excess
    return np.where(k > 2 * mean, special.xlogy(k, k) - special.xlogy(k, mean) - (k - mean), mean * growth(t))


def poisson(k: Array, mean: Array) -> Array:
    """Return log(mean**k exp(-mean) / k!)."""
    return np.where(k == 0, -mean, -deviance(k, mean) - stirling_remainder(k) - 0.5 * np.log(k) - HALF_LOG_TWO_PI)


def negative_binomial(k: Array, mean: Array, alpha: Array) -> Array:
    """Return the log mass of a NegativeBinomial; towards the Poisson's as ``alpha`` grows."""
    total = alpha + k
    of_k, of_alpha = (total * (mean / (alpha + mean)), total * (alpha / (alpha + mean)))
    far = -deviance(k, of_k, (k - mean) / mean / (1 + k / alpha)) - deviance(alpha, of_alpha, (mean - k) / total)
    near = (
        stirling_remainder(total)
        - stirling_remainder(alpha)
        - stirling_remainder(k)
        - 0.5 * np.log1p(k / alpha)
        - 0.5 * np.log(k)
        - HALF_LOG_TWO_PI
    )
    return np.where(k == 0, -alpha * np.log1p(mean / alpha), far + near)


def binomial(k: Array, others: Array, log_p: Array, log_q: Array) -> Array:
    """Return log(n! / (k! others!) p**k q**others), with n = k + others."""
    n = k + others
    far = -deviance(k, n * np.exp(log_p)) - deviance(others, n * np.exp(log_q))
    near = (
        stirling_remainder(n)
        - stirling_remainder(k)
        - stirling_remainder(others)
        + 0.5 * (np.log(n) - np.log(k) - np.log(others))
        - HALF_LOG_TWO_PI
    )
    return np.where(k == 0, _count_times_log_share(others, log_q), np.where(others == 0, _count_times_log_share(k, log_p), far + near))


def beta_binomial(k: Array, n: Array, alpha: Array, beta: Array) -> Array:
    """Return the log mass of a BetaBinomial: two NegativeBinomials, given what they add up to."""
    total = alpha + beta
    first, second = n * (alpha / total), n * (beta / total)
    return negative_binomial(k, first, alpha) + negative_binomial(n - k, second, beta) - negative_binomial(n, n, total)


def gamma(x: Array, alpha: Array, beta: Array) -> Array:
    """Return the log density of a Gamma, by shape and rate."""
    return np.log(alpha) - np.log(x) + poisson(alpha, beta * x)


def beta(x: Array, alpha: Array, beta: Array) -> Array:
    """Return the log density of a Beta."""
    log_x, log_rest = np.log(x), np.log1p(-x)
    return binomial(alpha, beta, log_x, log_rest) + np.log(alpha) + np.log(beta) - np.log(alpha + beta) - log_x - log_rest


def log_rising_by_series(a: Array, k: Array) -> Array:
    """Return log Gamma(a + k) - log Gamma(a)."""
    share = k / a
    return k * np.log(a) + a * growth(share) - 0.5 * np.log1p(share) + stirling_remainder(a + k) - stirling_remainder(a)


def _count_times_log_share(count: Array, log_share: Array) -> Array:
    return np.where(count == 0, 0.0, count * log_share)
