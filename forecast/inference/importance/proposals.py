"""Multivariate t distributions to draw from, and their fit to weighted points, one or a few at a time.

A t has tails heavy enough to cover what it was fitted to; a mixture of a few
follows a posterior with several modes or a bend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.gammas import Gamma

MOST_EM_STEPS = 20  # of expectation-maximisation at most; a proposal need not be a maximum
GAIN = 0.002  # mean log density that a step must gain for another to follow
FEWEST_POINTS_PER_PART = 10  # effective points for each part and dimension, below which no more parts are tried
RIDGE = 1e-9  # relative, keeps a covariance invertible where a coordinate follows from others


@dataclass(frozen=True, slots=True)
class MultivariateT:
    """A multivariate t with ``mean`` ``(d,)``, lower triangular ``cholesky`` of its scale matrix ``(d, d)`` and ``freedom``."""

    mean: Array
    cholesky: Array
    freedom: float

    def log_density(self, x: Array) -> Array:
        """Log density at points ``(n, d)``."""
        white = np.linalg.inv(self.cholesky) @ (x - self.mean).T
        distance = np.einsum("dn,dn->n", white, white)
        density: Array = _log_constant(self.cholesky, self.freedom) - (self.freedom + len(self.mean)) / 2 * np.log1p(
            distance / self.freedom
        )
        return density

    def draw(self, uniforms: Array) -> Array:
        """Map uniforms ``(n, d + 1)`` to draws ``(n, d)``; the last column makes the chi-square."""
        return self.scale_normals(special.ndtri(uniforms[:, :-1]), _stretch(self.freedom, uniforms[:, -1]))

    def scale_normals(self, normals: Array, stretch: Array) -> Array:
        """Map standard normals ``(n, d)`` to draws, each pushed out from the mean ``stretch`` ``(n,)`` times as far as a normal's."""
        placed: Array = self.mean + normals @ self.cholesky.T * stretch[:, None]
        return placed


@dataclass(frozen=True, slots=True)
class Mixture:
    """A few t distributions and the share of the draws that each takes, summing to one."""

    parts: tuple[MultivariateT, ...]
    shares: tuple[float, ...]

    def log_density(self, x: Array) -> Array:
        """Log density at points ``(n, d)``."""
        return _log_sum_and_shares(self._logs(x))[0]

    def memberships(self, x: Array) -> Array:
        """The probability that points ``(n, d)`` come from each part, ``(parts, n)``."""
        return _log_sum_and_shares(self._logs(x))[1]

    def _logs(self, x: Array) -> Array:
        return np.stack([np.log(share) + part.log_density(x) for part, share in zip(self.parts, self.shares, strict=True)])

    def draw(self, uniforms: Array) -> Array:
        """Map uniforms ``(n, d + 2)`` to draws ``(n, d)``; the last column picks the part."""
        picked = np.searchsorted(np.cumsum(self.shares)[:-1], uniforms[:, -1], side="right")
        normals = special.ndtri(uniforms[:, :-2])
        stretch = {freedom: _stretch(freedom, uniforms[:, -2]) for freedom in {part.freedom for part in self.parts}}
        draws: Array = np.empty_like(normals)
        for index, part in enumerate(self.parts):
            mine = picked == index
            draws[mine] = part.scale_normals(normals[mine], stretch[part.freedom][mine])
        return draws


def match_moments(x: Array, weights: Array, *, freedom: float, spread: Array) -> MultivariateT:
    """Return a t centred and scaled by the weighted mean and covariance of points ``(n, d)``.

    The covariance of few effective points is shrunk towards its diagonal; of fewer than
    two for each dimension, towards the variances ``spread`` ``(d,)`` of the first points.
    """
    mean = weights @ x
    centred = x - mean
    covariance = centred.T @ (centred * weights[:, None])
    dimension = len(mean)
    effective = 1 / (weights**2).sum()
    diagonal = np.diag(covariance).copy() if effective >= 2 * dimension else spread
    own = effective / (effective + 0.5 * dimension)
    covariance = own * covariance + (1 - own) * np.diag(diagonal)
    return MultivariateT(mean, cholesky_factor(covariance, spread), freedom)


def fit_mixture(x: Array, weights: Array, *, parts: int, freedom: float, spread: Array, rng: np.random.Generator) -> tuple[Mixture, float]:
    """Return a mixture of at most ``parts`` t distributions fitted to weighted points by expectation-maximisation, and its mean log density.

    Centres start far apart in the points' own covariance (as in k-means++).  A part left
    with fewer effective points than it has dimensions is dropped.  This minimises the
    Kullback-Leibler divergence from the weighted points (Cappé et al. 2008,
    doi:10.1007/s11222-008-9059-x).
    """
    whole = match_moments(x, weights, freedom=freedom, spread=spread)
    away = _distances_from_centres((x - whole.mean) @ np.linalg.inv(whole.cholesky).T, weights, parts, rng)
    dimension, best = x.shape[1], (Mixture((whole,), (1.0,)), float(weights @ whole.log_density(x)))
    membership = (away.argmin(axis=0) == np.arange(parts)[:, None]).astype(float)
    pull = np.ones_like(membership)
    reached = -np.inf
    for _ in range(MOST_EM_STEPS):
        shared = weights * membership
        shares = shared.sum(axis=1)
        kept = shares**2 >= (dimension + 1) * (shared**2).sum(axis=1)
        kept &= shares > 0
        if not kept.any():
            return best
        shares, pulled = shares[kept], (shared * pull)[kept]
        means = pulled @ x / pulled.sum(axis=1)[:, None]
        centred = x - means[:, None]
        lower = cholesky_factor((centred * pulled[:, :, None]).swapaxes(1, 2) @ centred / shares[:, None, None], spread)
        white = centred @ np.linalg.inv(lower).swapaxes(1, 2)
        distance = np.einsum("pnd,pnd->pn", white, white)
        shares /= shares.sum()
        height = np.log(shares) + _log_constant(lower, freedom)
        total, membership = _log_sum_and_shares(height[:, None] - (freedom + dimension) / 2 * np.log1p(distance / freedom))
        pull = (freedom + dimension) / (freedom + distance)
        fit = float(weights @ total)
        components = tuple(MultivariateT(mean, part, freedom) for mean, part in zip(means, lower, strict=True))
        best = Mixture(components, tuple(shares.tolist())), fit
        if fit < reached + GAIN:
            break
        reached = fit
    return best


def best_mixture(x: Array, weights: Array, *, most: int, freedom: float, spread: Array, rng: np.random.Generator) -> Mixture:
    """Return the mixture of 1, 2, 4, … up to ``most`` parts with the best Bayesian information criterion at the effective number of points."""
    dimension = x.shape[1]
    effective = float(1 / (weights**2).sum())

    def criterion(candidate: tuple[Mixture, float]) -> float:
        mixture, fit = candidate
        count = len(mixture.parts) * (1 + dimension + dimension * (dimension + 1) / 2)
        return float(effective * fit - count / 2 * np.log(effective))

    whole = Mixture((match_moments(x, weights, freedom=freedom, spread=spread),), (1.0,))
    candidates = [(whole, float(weights @ whole.log_density(x)))]
    parts = 1
    while parts <= most and (parts == 1 or effective >= FEWEST_POINTS_PER_PART * parts * dimension):
        candidates.append(fit_mixture(x, weights, parts=parts, freedom=freedom, spread=spread, rng=rng))
        parts *= 2
    return max(candidates, key=criterion)[0]


def cholesky_factor(covariance: Array, spread: Array) -> Array:
    """Return the lower Cholesky factor of a covariance ``(..., d, d)``, by correlations so that units of very different size do no harm.

    ``spread`` ``(d,)`` gives the size of a coordinate whose variance is zero.
    """
    scale = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    scale = np.where(scale > 0, scale, RIDGE * np.sqrt(spread))
    correlation = covariance / (scale[..., :, None] * scale[..., None, :])
    try:
        lower: Array = np.linalg.cholesky(correlation + RIDGE * np.eye(len(spread)))
    except np.linalg.LinAlgError:  # rounding has made it indefinite: its nearest that is not
        values, vectors = np.linalg.eigh(correlation)
        positive = (vectors * np.maximum(values, 0.0)[..., None, :]) @ vectors.swapaxes(-1, -2)
        lower = np.linalg.cholesky(positive + RIDGE * len(spread) * np.eye(len(spread)))
    return scale[..., None] * lower


def _stretch(freedom: float, shares: Array) -> Array:
    """What a t's draws have over a normal's: one over the root of a chi-square by its freedom, at ``shares`` of the chi-square."""
    chi_square = Gamma().quantile(shares, alpha=freedom / 2, beta=0.5)
    return np.sqrt(freedom / chi_square)


def _distances_from_centres(white: Array, weights: Array, parts: int, rng: np.random.Generator) -> Array:
    """Squared distances ``(parts, n)`` of whitened points ``(n, d)`` from ``parts`` of them, each picked far from those before."""
    away = np.empty((parts, len(white)))
    chances = weights
    for part in range(parts):
        apart = white - white[rng.choice(len(white), p=chances)]
        away[part] = np.einsum("nd,nd->n", apart, apart)
        chances = weights * away[: part + 1].min(axis=0)
        total = chances.sum()
        chances = chances / total if total > 0 else weights  # all points may stand in one place
    return away


def _log_constant(cholesky: Array, freedom: float) -> Array:
    """The log density of a t at its centre, for scale factors ``(..., d, d)``."""
    d = cholesky.shape[-1]
    volume = np.log(np.diagonal(cholesky, axis1=-2, axis2=-1)).sum(axis=-1)
    constant: Array = special.gammaln((freedom + d) / 2) - special.gammaln(freedom / 2) - d / 2 * np.log(freedom * np.pi) - volume
    return constant


def _log_sum_and_shares(logs: Array) -> tuple[Array, Array]:
    """The log of the sum over the first axis of exponentials of ``(parts, n)`` finite values, and each part's share of it."""
    largest = logs.max(axis=0)
    values = np.exp(logs - largest)
    total = values.sum(axis=0)
    values /= total
    log_total: Array = largest + np.log(total)
    return log_total, values
