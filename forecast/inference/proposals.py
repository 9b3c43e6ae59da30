"""Multivariate t distributions to draw from, and their fit to weighted points, one or a few at a time.

A t has tails heavy enough to cover what it was fitted to; a mixture of a few
follows a posterior with several modes or a bend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

type Array = NDArray[np.float64]

STEPS = 20  # of expectation-maximisation; a proposal need not be a maximum
FEWEST = 10  # effective points for each part and dimension, below which no more parts are tried
RIDGE = 1e-9  # relative, keeps a covariance invertible where a coordinate follows from others


@dataclass(frozen=True, slots=True)
class StudentT:
    """A multivariate t with ``mean`` ``(d,)``, lower triangular ``cholesky`` of its scale matrix ``(d, d)`` and ``freedom``."""

    mean: Array
    cholesky: Array
    freedom: float

    def distance(self, x: Array) -> Array:
        """Squared Mahalanobis distance of points ``(n, d)``."""
        inverse = np.linalg.inv(self.cholesky)
        squared: Array = (((x - self.mean) @ inverse.T) ** 2).sum(axis=1)
        return squared

    def log_density(self, x: Array) -> Array:
        """Log density at points ``(n, d)``."""
        d, nu = len(self.mean), self.freedom
        constant = (
            special.gammaln((nu + d) / 2) - special.gammaln(nu / 2) - d / 2 * np.log(nu * np.pi) - np.log(np.diag(self.cholesky)).sum()
        )
        density: Array = constant - (nu + d) / 2 * np.log1p(self.distance(x) / nu)
        return density

    def draw(self, uniforms: Array) -> Array:
        """Map uniforms ``(n, d + 1)`` to draws ``(n, d)``; the last column makes the chi-square."""
        chi_square = 2 * special.gammaincinv(self.freedom / 2, uniforms[:, -1])
        normals = special.ndtri(uniforms[:, :-1])
        draws: Array = self.mean + normals @ self.cholesky.T / np.sqrt(chi_square / self.freedom)[:, None]
        return draws


@dataclass(frozen=True, slots=True)
class Mixture:
    """A few t distributions and the share of the draws that each takes, summing to one."""

    parts: tuple[StudentT, ...]
    shares: tuple[float, ...]

    def log_density(self, x: Array) -> Array:
        """Log density at points ``(n, d)``."""
        density: Array = np.log(self.shares[0]) + self.parts[0].log_density(x)
        for part, share in zip(self.parts[1:], self.shares[1:], strict=True):
            density = np.logaddexp(density, np.log(share) + part.log_density(x))
        return density

    def draw(self, uniforms: Array) -> Array:
        """Map uniforms ``(n, d + 2)`` to draws ``(n, d)``; the last column picks the part."""
        picked = np.searchsorted(np.cumsum(self.shares)[:-1], uniforms[:, -1], side="right")
        draws = np.empty((len(uniforms), len(self.parts[0].mean)))
        for index, part in enumerate(self.parts):
            mine = picked == index
            draws[mine] = part.draw(uniforms[mine, :-1])
        return draws


def matched(x: Array, weights: Array, *, freedom: float, spread: Array) -> StudentT:
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
    return StudentT(mean, factor(covariance, spread), freedom)


def split(x: Array, weights: Array, *, parts: int, freedom: float, spread: Array, rng: np.random.Generator) -> Mixture:
    """Return a mixture of at most ``parts`` t distributions fitted to weighted points by expectation-maximisation.

    Centres start far apart in the points' own covariance (as in k-means++).  A part left
    with fewer effective points than it has dimensions is dropped.  This minimises the
    Kullback-Leibler divergence from the weighted points (Cappé et al. 2008,
    doi:10.1007/s11222-008-9059-x).
    """
    whole = matched(x, weights, freedom=freedom, spread=spread)
    white = (x - whole.mean) @ np.linalg.inv(whole.cholesky).T
    centres = white[[rng.choice(len(x), p=weights)]]
    for _ in range(parts - 1):
        away = weights * ((white[:, None] - centres) ** 2).sum(axis=2).min(axis=1)
        centres = np.vstack([centres, white[rng.choice(len(x), p=away / away.sum())]])
    nearest = ((white[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    membership = (nearest[:, None] == np.arange(parts)).astype(float)
    pull = np.ones_like(membership)
    mixture = Mixture((whole,), (1.0,))
    for _ in range(STEPS):
        mixture = _maximised(x, weights, membership, pull, freedom=freedom, spread=spread)
        logs = np.stack([np.log(share) + part.log_density(x) for part, share in zip(mixture.parts, mixture.shares, strict=True)], axis=1)
        membership = np.exp(logs - logs.max(axis=1, keepdims=True))
        membership /= membership.sum(axis=1, keepdims=True)
        pull = np.stack([(freedom + x.shape[1]) / (freedom + part.distance(x)) for part in mixture.parts], axis=1)
    return mixture


def best_mixture(x: Array, weights: Array, *, most: int, freedom: float, spread: Array, rng: np.random.Generator) -> Mixture:
    """Return the mixture of 1 to ``most`` parts with the best Bayesian information criterion at the effective number of points."""
    dimension = x.shape[1]
    effective = float(1 / (weights**2).sum())

    def criterion(mixture: Mixture) -> float:
        count = len(mixture.parts) * (1 + dimension + dimension * (dimension + 1) / 2)
        return float(effective * (weights @ mixture.log_density(x)) - count / 2 * np.log(effective))

    candidates = [Mixture((matched(x, weights, freedom=freedom, spread=spread),), (1.0,))]
    for parts in range(1, most + 1):
        if parts > 1 and effective < FEWEST * parts * dimension:
            break
        candidates.append(split(x, weights, parts=parts, freedom=freedom, spread=spread, rng=rng))
    return max(candidates, key=criterion)


def factor(covariance: Array, spread: Array) -> Array:
    """Return the lower Cholesky factor of a covariance ``(d, d)``, by correlations so that units of very different size do no harm.

    ``spread`` ``(d,)`` gives the size of a coordinate whose variance is zero.
    """
    scale = np.sqrt(np.diag(covariance))
    scale = np.where(scale > 0, scale, RIDGE * np.sqrt(spread))
    correlation = covariance / np.outer(scale, scale)
    lower: Array = np.linalg.cholesky(correlation + RIDGE * np.eye(len(scale)))
    return scale[:, None] * lower


def _maximised(x: Array, weights: Array, membership: Array, pull: Array, *, freedom: float, spread: Array) -> Mixture:
    shared = weights[:, None] * membership
    shares = shared.sum(axis=0)
    parts, kept = [], []
    for index, share in enumerate(shares):
        mine = shared[:, index]
        if share <= 0 or share**2 / (mine**2).sum() < x.shape[1] + 1:
            continue
        pulled = mine * pull[:, index]
        mean = pulled @ x / pulled.sum()
        centred = x - mean
        covariance = centred.T @ (centred * pulled[:, None]) / share
        parts.append(StudentT(mean, factor(covariance, spread), freedom))
        kept.append(float(share))
    if not parts:
        return Mixture((matched(x, weights, freedom=freedom, spread=spread),), (1.0,))
    return Mixture(tuple(parts), tuple(share / sum(kept) for share in kept))
