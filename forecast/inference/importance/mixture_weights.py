"""Points of a target and the density of everything they were drawn from: what importance weights are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.lattice import Lattice, ShiftedCopies
from forecast.inference.importance.proposals import Mixture
from forecast.inference.target import ArithmeticFailure, EvaluatedPoints, Target, evaluate_target
from forecast.language import special
from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a round is drawn from: the prior by ``prior_share`` (0 to 1), and else ``fitted`` (None where all is the prior).

    ``fitted`` is a distribution of the coordinates ``moving``, numbers from 0 up; the
    others, of which nothing is learnt, are standard normal in the prior and here.
    """

    target: Target
    fitted: Mixture | None
    prior_share: float
    moving: NDArray[np.intp]

    def draw(self, net: Lattice | ShiftedCopies, rng: np.random.Generator) -> Array:
        """Draw one point for each of a lattice's, ``(net.size, d)``; the lattice needs ``d + 2`` dimensions."""
        dimension = self.target.dimension
        if self.fitted is None:
            return self.target.start(net.points(dimension, rng))
        uniforms = net.points(dimension + 2, rng)
        from_prior = uniforms[:, -1] < self.prior_share
        x = np.empty((net.size, dimension))
        x[from_prior] = self.target.start(uniforms[from_prior, :dimension])
        rest = uniforms[~from_prior]
        rest[:, -1] = (rest[:, -1] - self.prior_share) / (1 - self.prior_share)
        still = np.setdiff1d(np.arange(dimension), self.moving)
        drawn = np.empty((len(rest), dimension))
        drawn[:, still] = special.ndtri(rest[:, still])
        drawn[:, self.moving] = self.fitted.draw(rest[:, [*self.moving, dimension, dimension + 1]])
        x[~from_prior] = drawn
        return x

    def log_density(self, x: Array, log_prior: Array) -> Array:
        """Log density at points ``(n, d)``, where the prior's is ``log_prior``."""
        if self.fitted is None:
            return log_prior
        still = np.delete(x, self.moving, axis=1)
        unmoved = -0.5 * np.einsum("nd,nd->n", still, still) - 0.5 * still.shape[1] * np.log(2 * np.pi)
        fitted: Array = np.log1p(-self.prior_share) + self.fitted.log_density(x[:, self.moving]) + unmoved
        return np.logaddexp(np.log(self.prior_share) + log_prior, fitted) if self.prior_share > 0 else fitted


@dataclass(frozen=True, slots=True)
class Cloud:
    """Evaluated points and what they were drawn from.

    ``x`` ``(n, d)``, ``log_prior`` and ``log_posterior`` ``(n,)`` are the points';
    ``log_drawn`` ``(n,)`` is the log of the summed densities of the proposals ``drawn``, each
    times its number of points.
    """

    x: Array
    log_prior: Array
    log_posterior: Array
    log_drawn: Array
    drawn: tuple[tuple[Proposal, int], ...]

    @property
    def log_ratio(self) -> Array:
        """Log of posterior over the mixture drawn from ``(n,)``; the mean ratio is the evidence."""
        excluded = np.isneginf(self.log_posterior)
        ratio: Array = np.where(excluded, 0.0, self.log_posterior) - np.where(excluded, 0.0, self.log_drawn) + np.log(len(self.x))
        return np.where(excluded, -np.inf, ratio)


def empty_cloud(dimension: int) -> Cloud:
    """Return a cloud without points."""
    return Cloud(np.empty((0, dimension)), np.empty(0), np.empty(0), np.empty(0), ())


def extend_cloud(cloud: Cloud, proposal: Proposal, net: Lattice | ShiftedCopies, rng: np.random.Generator) -> tuple[Cloud, EvaluatedPoints]:
    """Return the cloud with one more round drawn from ``proposal``, all points weighed anew, and the round itself.

    Each point is evaluated once; what is computed for the older points is one density
    (none where the proposal is the last one's again: then counts alone change).  Raises as ``evaluate_target``
    does, and ArithmeticFailure where a point has no density under what it was drawn from.
    """
    added = evaluate_target(proposal.target, proposal.draw(net, rng))
    drawn = (*cloud.drawn, (proposal, len(added.x)))
    if cloud.drawn and all(earlier is proposal for earlier, _ in cloud.drawn):
        count = sum(number for _, number in drawn)
        older = cloud.log_drawn + np.log(count / (count - len(added.x)))
        newer = np.log(count) + proposal.log_density(added.x, added.log_prior)
    else:
        older = np.logaddexp(cloud.log_drawn, np.log(len(added.x)) + proposal.log_density(cloud.x, cloud.log_prior))
        newer = np.full(len(added.x), -np.inf)
        for earlier, number in drawn:
            newer = np.logaddexp(newer, np.log(number) + earlier.log_density(added.x, added.log_prior))
    joined = Cloud(
        x=np.concatenate([cloud.x, added.x]),
        log_prior=np.concatenate([cloud.log_prior, added.log_prior]),
        log_posterior=np.concatenate([cloud.log_posterior, added.log_posterior]),
        log_drawn=np.concatenate([older, newer]),
        drawn=drawn,
    )
    if not np.isfinite(joined.log_drawn[joined.log_posterior > -np.inf]).all():
        raise ArithmeticFailure("a point has no density under what it was drawn from")
    return joined, added
