"""Mixtures of normals, many at once: density, distribution function and quantile, exact in both tails.

The components stand along the first axis of log shares, means and standard deviations;
the other axes broadcast with the values.  A share may be 0 (log share of minus infinity).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.real import HALF_LOG_2PI

MOST_QUANTILE_STEPS, FIRST_HALVING = 150, 20  # of a search, and from where on every other one halves the bracket
NEAR_QUANTILE = 1e-13  # of the least standard deviation and of the value


@dataclass(frozen=True, slots=True)
class NormalMixtures:
    """Mixtures of normals: ``log_share``, ``mean`` and ``sd`` are ``(components, ...)``."""

    log_share: Array
    mean: Array
    sd: Array

    def log_density(self, x: Array) -> Array:
        """The log density at values that broadcast with the mixtures."""
        z = (x - self.mean) / self.sd
        return _log_sum(self.log_share - 0.5 * z * z - np.log(self.sd) - HALF_LOG_2PI)

    def distribution(self, x: Array) -> Array:
        """P(X <= x)."""
        share: Array = (np.exp(self.log_share) * special.ndtr((x - self.mean) / self.sd)).sum(axis=0)
        return share

    def values_at_scores(self, score: Array) -> Array:
        """The quantiles at ``ndtr(score)``, in the tail on whose side the score is.

        Newton's method on the log of the tail's share, within a bracket that the components' own quantiles make;
        where a step leaves the bracket or there have been many, its middle.  NaN where an argument is NaN.
        """
        shape = np.broadcast_shapes(np.shape(score), self.mean.shape[1:])
        count = len(self.mean)
        flat = np.broadcast_to(score, shape).ravel()
        log_share, mean, sd = (np.broadcast_to(part, (count, *shape)).reshape(count, -1) for part in (self.log_share, self.mean, self.sd))
        side = np.where(flat > 0, -1.0, 1.0)  # the upper tail is the lower one of the mirrored mixture
        with np.errstate(all="ignore"):
            values = side * _lower_quantiles(side * flat, log_share, side * mean, sd)
        return np.asarray(values.reshape(shape), dtype=float)


def contaminated_normals(share: Array, ratio: Array) -> NormalMixtures:
    """Return standard normals of which a share is ``ratio`` times as wide: Tukey's contaminated normal (1960)."""
    share, ratio = np.broadcast_arrays(np.asarray(share, dtype=float), np.asarray(ratio, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_share = np.stack([np.log1p(-share), np.log(share)])
    return NormalMixtures(log_share, np.zeros_like(log_share), np.stack([np.ones_like(ratio), ratio]))


def _lower_quantiles(score: Array, log_share: Array, mean: Array, sd: Array) -> Array:
    """The quantiles ``(n,)`` at scores of 0 or below, of mixtures ``(components, n)``."""
    own = mean + sd * score
    possible = log_share > -np.inf
    low, high = np.where(possible, own, np.inf).min(axis=0), np.where(possible, own, -np.inf).max(axis=0)
    wanted, least = special.log_ndtr(score), sd.min(axis=0)
    value: Array = 0.5 * (low + high)
    open_ = np.flatnonzero(high - low > NEAR_QUANTILE * (least + np.abs(value)))
    for index in range(MOST_QUANTILE_STEPS):
        if not len(open_):
            break
        at, shares, spread = value[open_], log_share[:, open_], sd[:, open_]
        z = (at - mean[:, open_]) / spread
        below = _log_sum(shares + special.log_ndtr(z))
        slope = np.exp(_log_sum(shares - 0.5 * z * z - np.log(spread) - HALF_LOG_2PI) - below)
        excess = below - wanted[open_]
        low[open_], high[open_] = np.where(excess < 0, at, low[open_]), np.where(excess < 0, high[open_], at)
        step = at - excess / slope
        halves = (index >= FIRST_HALVING and index % 2 == 0) | ~((step >= low[open_]) & (step <= high[open_]))
        step = np.where(halves, 0.5 * (low[open_] + high[open_]), step)
        value[open_] = step
        open_ = open_[np.abs(step - at) > NEAR_QUANTILE * (least[open_] + np.abs(step))]
    return value


def _log_sum(logs: Array) -> Array:
    """The log of a sum over the first axis, given the logs of its terms."""
    highest = logs.max(axis=0)
    total: Array = np.log(np.exp(logs - highest).sum(axis=0)) + highest
    return total
