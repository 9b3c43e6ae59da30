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

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forecast.language import special
from forecast.language.arrays import Array

LARGE_ARGUMENT = 1e4  # above it a difference of log Gammas is worse than what stands here; below, both have their digits
HALF_LOG_TWO_PI = 0.5 * float(np.log(2 * np.pi))
SERIES = 16.0  # from here on Stirling's series has all the digits
GROWTH_SERIES_LIMIT = 0.4  # relative distance below which the growth is a series


def where_formula(holds: NDArray[np.bool_], formula: Callable[..., Array], otherwise: Callable[..., Array], *arguments: Array) -> Array:
    """Return the values of one formula where a condition holds and of another elsewhere, each worked out only for its own cells.

    Condition and ``arguments`` broadcast together.
    """
    if holds.all():
        return formula(*arguments)
    if not holds.any():
        return otherwise(*arguments)
    shape = np.broadcast_shapes(holds.shape, *(argument.shape for argument in arguments))
    values, where = np.empty(shape), np.broadcast_to(holds, shape)
    spread = [np.broadcast_to(argument, shape) for argument in arguments]
    for cells, its in ((where, formula), (~where, otherwise)):
        values[cells] = its(*(argument[cells] for argument in spread))
    return values


def stirling_remainder(k: Array) -> Array:
    """Return d(k) = log k! - ((k + 1/2) log k - k + log sqrt(2 pi)), for k above 0."""
    return where_formula(np.asarray(k >= SERIES), _stirling_series, _stirling_difference, np.asarray(k))


def _stirling_series(k: Array) -> Array:
    square = 1 / (k * k)
    return np.asarray((1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / k)


def _stirling_difference(k: Array) -> Array:
    return np.asarray(special.gammaln(k + 1) - (k + 0.5) * np.log(k) + k - HALF_LOG_TWO_PI)


def growth(t: Array) -> Array:
    """Return (1 + t) log(1 + t) - t, for t from -1 up, with its digits also where it is nearly t² / 2."""
    return where_formula(np.asarray(np.abs(t) < GROWTH_SERIES_LIMIT), _growth_series, _growth_difference, np.asarray(t))


def _growth_series(t: Array) -> Array:
    r = t / (2 + t)  # log(1 + t) = 2 artanh(r)
    square = r * r
    terms = np.zeros_like(square)
    for odd in range(25, 1, -2):
        terms = (terms + 1 / odd) * square
    return np.asarray(t * t - (1 + t) * (t * r - 2 * r * terms))  # log(1 + t) - t = 2 r (r²/3 + r⁴/5 + …) - t r


def _growth_difference(t: Array) -> Array:
    return np.asarray(special.xlog1py(1 + t, t) - t)


def deviance(k: Array, mean: Array, excess: Array | None = None) -> Array:
    """Return D(k, mean); ``excess`` is (k - mean) / mean, where that is known better than by subtraction."""
    t = (k - mean) / mean if excess is None else excess
    return where_formula(np.asarray(k > 2 * mean), _large_deviance, _small_deviance, *map(np.asarray, (k, mean, t)))


def _large_deviance(k: Array, mean: Array, _t: Array) -> Array:
    return np.asarray(special.xlogy(k, k) - special.xlogy(k, mean) - (k - mean))


def _small_deviance(_k: Array, mean: Array, t: Array) -> Array:
    return np.asarray(mean * growth(t))


def poisson(k: Array, mean: Array) -> Array:
    """Return log(mean**k exp(-mean) / k!)."""
    return np.where(k == 0, -mean, -deviance(k, mean) - stirling_remainder(k) - 0.5 * np.log(k) - HALF_LOG_TWO_PI)


def negative_binomial(k: Array, mean: Array, alpha: Array) -> Array:
    """Return the log mass of a NegativeBinomial; towards the Poisson's as ``alpha`` grows."""
    total = alpha + k
    of_k, of_alpha = (total * (mean / (alpha + mean)), total * (alpha / (alpha + mean)))
    far = -deviance(k, of_k, (k - mean) / mean / (1 + k / alpha)) - deviance(alpha, of_alpha, (mean - k) / total)
    return np.where(k == 0, -alpha * np.log1p(mean / alpha), far + _remainders(k, alpha))


def _remainders(k: Array, alpha: Array) -> Array:
    """What the deviances leave of a NegativeBinomial's log mass."""
    remainders = stirling_remainder(alpha + k) - stirling_remainder(alpha) - stirling_remainder(k)
    return np.asarray(remainders - 0.5 * np.log1p(k / alpha) - 0.5 * np.log(k) - HALF_LOG_TWO_PI)


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
    return negative_binomial(k, first, alpha) + negative_binomial(n - k, second, beta) - _negative_binomial_at_mean(n, total)


def _negative_binomial_at_mean(mean: Array, alpha: Array) -> Array:
    """The log mass of a NegativeBinomial at its mean, where the deviances are 0."""
    return np.where(mean == 0, 0.0, _remainders(mean, alpha))


def beta_binomial_of_many(k: Array, n: Array, alpha: Array, beta: Array) -> Array:
    """Return the log mass of a BetaBinomial of many trials, with ``alpha`` and ``beta`` of which log Beta has its digits.

    That is log of (n choose k) B(k + alpha, n - k + beta) / B(alpha, beta), whose Gammas of counts are put in pairs.
    """
    pairs = _log_gamma_ratio(k, alpha) + _log_gamma_ratio(n - k, beta) - _log_gamma_ratio(n, alpha + beta)
    return np.asarray(pairs - special.betaln(alpha, beta))


def _log_gamma_ratio(k: Array, a: Array) -> Array:
    """Return log Gamma(k + a) - log k!, for counts ``k``."""
    return where_formula(np.asarray(k >= SERIES), _log_gamma_ratio_by_series, _log_gamma_difference, k, a)


def _log_gamma_ratio_by_series(k: Array, a: Array) -> Array:
    return log_rising_by_series(k + 1, a - 1)


def _log_gamma_difference(k: Array, a: Array) -> Array:
    return np.asarray(special.gammaln(k + a) - special.gammaln(k + 1))


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
