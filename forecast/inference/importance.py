"""The fast engine: adaptive importance sampling with deterministic-mixture weights (AMIS).

It starts with evenly spread draws of the prior.  While the effective sample is short
it tempers the weights until they carry, fits a few multivariate t distributions to
them, draws from those and weighs *all* points so far by the mixture of everything
drawn from (Cornuet, Marin, Mira and Robert 2012, doi:10.1111/j.1467-9469.2011.00756.x).
The prior stays in the mixture, so no weight exceeds the likelihood times the points
drawn over the points drawn from the prior.  Each point is evaluated once.

The weights are exact and are not smoothed: Pareto k-hat only says whether to trust them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecast.inference.laplace import Peak, climb
from forecast.inference.pareto import pareto_k
from forecast.inference.points import Lattice, lattice
from forecast.inference.proposals import Mixture, StudentT, best_mixture, factor, log_mixture, matched
from forecast.inference.target import Array, Evaluated, NoSupport, Target, evaluate
from forecast.inference.weights import effective_size, log_sum, relative

MANY_DIMENSIONS = 15  # from here on the first proposal is Laplace's
FAINT = 0.05  # and wherever the first weights must be tempered to less than this power
STARTS = 3  # climbs of the Laplace start
CARRYING = 20  # effective points for each dimension, that a fit must rest on
WASTEFUL = 0.2  # share of effective points in a round, below which one t is not enough
MOST_PARTS = 4
HEAVY_SHARE, HEAVY_FREEDOM = 0.15, 3.0  # of the part that goes where the weights are heaviest
FIT_POINTS = 3000  # points that a mixture is fitted to


@dataclass(frozen=True, slots=True)
class Budget:
    """How much to compute, and what suffices.

    ``enough`` effective draws give a probability a Monte Carlo error of at most 0.5
    percentage points; ``pareto_k`` is the largest shape of the weights' tail to trust;
    ``points`` are drawn at most, ``at_once`` in a round; and at most ``cells`` numbers
    (points times rows) are kept.
    """

    enough: float = 10_000
    pareto_k: float = 0.7
    points: int = 65_536
    at_once: int = 4_096
    cells: int = 2**26


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weighted draws of a target's posterior, and how far to trust them.

    ``x`` is ``(n, d)``; ``log_weight`` ``(n,)`` is normalised to a log sum of 0;
    ``log_likelihood`` is ``(n, rows)``.  Draws that the prior excludes are left out;
    draws that the likelihood excludes are kept, since other rows may allow them.
    ``reason`` says in words why not, where not ``converged``.
    """

    x: Array
    log_weight: Array
    log_likelihood: Array
    log_evidence: float
    log_evidence_error: float
    effective_size: float
    pareto_k: float
    rounds: int
    converged: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Cloud:
    """All points so far: ``mixture`` is the log of the summed densities times counts that they were drawn from."""

    points: tuple[Evaluated, ...]
    x: Array
    log_prior: Array
    log_posterior: Array
    mixture: Array
    from_prior: int
    drawn: tuple[tuple[Mixture, int], ...]

    @property
    def log_ratio(self) -> Array:
        """Log of posterior over mixture, such that the mean ratio over the points is the evidence."""
        excluded = np.isneginf(self.log_posterior)
        ratio: Array = np.where(excluded, 0.0, self.log_posterior) - np.where(excluded, 0.0, self.mixture) + np.log(len(self.x))
        return np.where(excluded, -np.inf, ratio)


def sample(target: Target, *, rng: np.random.Generator, budget: Budget | None = None) -> Weighted:
    """Draw from a target's posterior until the budget's ``enough`` is reached or its points are spent.

    Deterministic given ``rng``.  Raises NoSupport where no draw of the prior has a positive
    likelihood, and NotFinite where a density is NaN or plus infinity; both name the rows.
    """
    budget = budget or Budget()
    if target.dimension == 0:
        return _without_unknowns(target, budget)
    net = lattice(min(budget.at_once, budget.points), target.dimension + 2)
    cloud, rounds = _first(target, net, budget, rng)
    spread = _spread(cloud.x)
    limit = min(budget.points, budget.cells // max(1, cloud.points[0].log_likelihood.shape[1]))
    freedom = _freedom(target.dimension)
    parts, sought = 1, False
    while not _enough(cloud.log_ratio, budget) and len(cloud.x) + net.size <= limit:
        log_ratio = cloud.log_ratio
        power = _power(log_ratio, CARRYING * target.dimension)
        if not sought and (power < FAINT or target.dimension >= MANY_DIMENSIONS):
            proposal, sought = _laplace(target, cloud, spread, freedom), True
        else:
            proposal = _fitted(cloud, relative(log_ratio, power), parts, freedom, spread, rng)
        cloud = _extended(cloud, target, proposal, net, rng)
        rounds += 1
        newest = cloud.log_ratio[-net.size :]
        carrying = effective_size(newest) / net.size if np.isfinite(newest).any() else 0.0
        parts = MOST_PARTS if carrying < WASTEFUL else 1
    return _weighted(cloud, rounds, budget, limit)


def _first(target: Target, net: Lattice, budget: Budget, rng: np.random.Generator) -> tuple[_Cloud, int]:
    """Points of the prior; more of them while all are impossible."""
    points: list[Evaluated] = []
    while True:
        points.append(evaluate(target, target.start(net.points(target.dimension, rng))))
        count = len(points) * net.size
        if np.isfinite(points[-1].log_posterior).any():
            break
        if count + net.size > budget.points:
            never = np.all([np.isneginf(batch.log_likelihood).all(axis=0) for batch in points], axis=0)
            raise NoSupport(tuple(int(row) for row in np.flatnonzero(never)), count)
    x, log_prior, log_posterior = _joined(points)
    return _Cloud(tuple(points), x, log_prior, log_posterior, np.log(count) + log_prior, count, ()), len(points)


def _extended(cloud: _Cloud, target: Target, proposal: Mixture, net: Lattice, rng: np.random.Generator) -> _Cloud:
    """The cloud with one more round, drawn from ``proposal``."""
    added = evaluate(target, proposal.draw(net.points(target.dimension + 2, rng)))
    drawn = (*cloud.drawn, (proposal, net.size))
    older = np.logaddexp(cloud.mixture, np.log(net.size) + proposal.log_density(cloud.x))
    newer = log_mixture(added.x, np.log(cloud.from_prior) + added.log_prior, drawn)
    return replace(
        cloud,
        points=(*cloud.points, added),
        x=np.concatenate([cloud.x, added.x]),
        log_prior=np.concatenate([cloud.log_prior, added.log_prior]),
        log_posterior=np.concatenate([cloud.log_posterior, added.log_posterior]),
        mixture=np.concatenate([older, newer]),
        drawn=drawn,
    )


def _enough(log_ratio: Array, budget: Budget) -> bool:
    return effective_size(log_ratio) >= budget.enough and pareto_k(log_ratio) <= budget.pareto_k


def _power(log_ratio: Array, wanted: float) -> float:
    """The largest power, of a geometric ladder from 1 down, at which the tempered weights carry ``wanted`` effective points."""
    power = 1.0
    while power > 1e-8 and 1 / (relative(log_ratio, power) ** 2).sum() < wanted:
        power *= 0.7
    return power


def _fitted(cloud: _Cloud, weights: Array, parts: int, freedom: float, spread: Array, rng: np.random.Generator) -> Mixture:
    """A fit to the tempered weights and, once they carry untempered, a part for where the heaviest weights lie.

    That part is matched to the squared weights: it sends points to where a proposal falls
    short of the posterior, which lightens the weights' tail.
    """
    if parts == 1:
        body = Mixture((matched(cloud.x, weights, freedom=freedom, spread=spread),), (1.0,))
    else:
        picked, counts = np.unique(rng.choice(len(weights), size=FIT_POINTS, p=weights), return_counts=True)
        body = best_mixture(cloud.x[picked], counts / FIT_POINTS, most=parts, freedom=freedom, spread=spread, rng=rng)
    squared = relative(cloud.log_ratio, 2.0)
    if 1 / (squared**2).sum() < len(spread):
        return body
    heavy = matched(cloud.x, squared, freedom=HEAVY_FREEDOM, spread=spread)
    return Mixture((*body.parts, heavy), (*((1 - HEAVY_SHARE) * share for share in body.shares), HEAVY_SHARE))


def _laplace(target: Target, cloud: _Cloud, spread: Array, freedom: float) -> Mixture:
    """One t for each distinct peak above the best of the first points, shared by the peaks' volumes."""
    scale = np.sqrt(spread)
    best = np.argsort(cloud.log_posterior)[::-1][:STARTS]
    peaks: list[Peak] = []
    for start in best[np.isfinite(cloud.log_posterior[best])]:
        peak = climb(lambda x: evaluate(target, x).log_posterior, cloud.x[start], scale=scale)
        if all(_apart(peak, other) for other in peaks):
            peaks.append(peak)
    shares = relative(np.array([peak.log_volume for peak in peaks]), 0.5)
    parts = tuple(StudentT(peak.mode, factor(peak.covariance, spread), freedom) for peak in peaks)
    return Mixture(parts, tuple(float(share) for share in 0.9 * shares + 0.1 / len(peaks)))


def _apart(peak: Peak, other: Peak) -> bool:
    away = peak.mode - other.mode
    return float(away @ np.linalg.solve(peak.covariance + other.covariance, away)) > 0.5 * len(away)


def _freedom(dimension: int) -> float:
    return max(8.0, float(dimension))


def _spread(x: Array) -> Array:
    """The variance of each coordinate over the first points, by quartiles since a prior may have no variance; 1 for one that does not vary."""
    low, high = np.quantile(x, (0.25, 0.75), axis=0)
    return np.where(high > low, ((high - low) / 1.349) ** 2, 1.0)


def _joined(points: list[Evaluated]) -> tuple[Array, Array, Array]:
    return (
        np.concatenate([batch.x for batch in points]),
        np.concatenate([batch.log_prior for batch in points]),
        np.concatenate([batch.log_posterior for batch in points]),
    )


def _weighted(cloud: _Cloud, rounds: int, budget: Budget, limit: int) -> Weighted:
    log_ratio = cloud.log_ratio
    count, effective, shape = len(log_ratio), effective_size(log_ratio), pareto_k(log_ratio)
    possible = cloud.log_prior > -np.inf
    rows = np.concatenate([batch.log_likelihood for batch in cloud.points])
    total = log_sum(log_ratio)
    return Weighted(
        x=cloud.x[possible],
        log_weight=log_ratio[possible] - total,
        log_likelihood=rows if possible.all() else rows[possible],
        log_evidence=total - float(np.log(count)),
        log_evidence_error=float(np.sqrt(max(0.0, 1 / effective - 1 / count))),  # rounding can make equal weights' error negative
        effective_size=effective,
        pareto_k=shape,
        rounds=rounds,
        converged=(reason := _reason(effective, shape, count, budget, limit)) == "",
        reason=reason,
    )


def _reason(effective: float, shape: float, count: int, budget: Budget, limit: int) -> str:
    """Why the draws do not suffice; empty where they do."""
    faults = []
    if effective < budget.enough:
        faults.append(f"{count:,} points are worth {effective:,.0f} independent draws, of {budget.enough:,.0f} wanted")
    if shape > budget.pareto_k:
        faults.append(f"the Pareto k-hat of their weights is {shape:.2f}, above {budget.pareto_k:g}")
    if faults and limit < budget.points:
        faults.append("the number of rows left memory for no more")
    return "; ".join(faults)


def _without_unknowns(target: Target, budget: Budget) -> Weighted:
    """Nothing to sample: one point, repeated as often as draws are wanted."""
    point = evaluate(target, np.empty((1, 0)))
    evidence = float(point.log_posterior[0])
    if np.isneginf(evidence):
        raise NoSupport(tuple(int(row) for row in np.flatnonzero(np.isneginf(point.log_likelihood[0]))), 1)
    count = int(np.ceil(budget.enough))
    return Weighted(
        x=np.empty((count, 0)),
        log_weight=np.full(count, -np.log(count)),
        log_likelihood=np.repeat(point.log_likelihood, count, axis=0),
        log_evidence=evidence,
        log_evidence_error=0.0,
        effective_size=float(count),
        pareto_k=-np.inf,
        rounds=1,
        converged=True,
        reason="",
    )
