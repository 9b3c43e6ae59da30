"""The fast engine: adaptive importance sampling.

First it learns where the posterior is.  It starts with evenly spread draws of the prior;
then, round by round, it tempers the weights until they carry, fits a few multivariate t
distributions to them, draws from those and weighs *all* points so far by the mixture of
everything drawn from (deterministic-mixture AMIS: Cornuet, Marin, Mira and Robert 2012,
doi:10.1111/j.1467-9469.2011.00756.x).

Then it measures: fresh points from what it has learnt, with a share of the prior kept so
that no weight exceeds the likelihood over that share.  The points it learnt from are left
out, for a proposal is high where the points it was fitted to happen to lie, and weights
that share it with them are too small: in 26 dimensions the evidence came out low by four
of its standard errors.

The weights are exact and are not smoothed: Pareto k-hat only says whether to trust them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.inference.cloud import Cloud, Proposal, empty, extended
from forecast.inference.laplace import Peak, climb
from forecast.inference.pareto import pareto_k
from forecast.inference.points import Lattice, lattice
from forecast.inference.proposals import Mixture, StudentT, best_mixture, factor, matched
from forecast.inference.target import Array, NoSupport, Target, evaluate
from forecast.inference.weights import effective_size, log_sum, relative

MANY_DIMENSIONS = 15  # from here on the first proposal is Laplace's
FAINT = 0.05  # and wherever the first weights must be tempered to less than this power
STARTS = 3  # climbs of the Laplace start
CARRYING = 20  # effective points for each dimension, that a fit must rest on
WASTEFUL = 0.2  # share of effective points in a round, below which one t is not enough
MOST_PARTS = 4
FIT_POINTS = 3000  # points that a mixture is fitted to
HEAVY_SHARE, HEAVY_FREEDOM = 0.15, 3.0  # of the part that goes where the weights are heaviest
LEARNT = 0.5  # share of the effective sample wanted, at which learning ends
LEARNING = 0.5  # share of the points that learning may take
RECENT = 4  # earlier fits that measure beside the last
PRIOR_SHARE = 0.05  # of the points that measure


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
    points: int = 131_072
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


def sample(target: Target, *, rng: np.random.Generator, budget: Budget | None = None) -> Weighted:
    """Draw from a target's posterior until the budget's ``enough`` is reached or its points are spent.

    Deterministic given ``rng``.  Raises NoSupport where no draw of the prior has a positive
    likelihood, and NotFinite where a density is NaN or plus infinity; both name the rows.
    """
    from threadpoolctl import threadpool_limits

    budget = budget or Budget()
    if target.dimension == 0:
        return _without_unknowns(target, budget)
    # the matrices are small: on a busy machine threads make them ten times slower, and their number could move the last digit
    with threadpool_limits(limits=1, user_api="blas"):
        return _sampled(target, budget, rng)


def _sampled(target: Target, budget: Budget, rng: np.random.Generator) -> Weighted:
    """Learn where the posterior is, then measure."""
    net = lattice(max(5, min(budget.at_once, budget.points // 4)), target.dimension + 2)
    seen, row_count = _supported(target, net, budget, rng)
    seen, learnt = _learn(target, seen, net, budget, rng)
    proposal = Proposal(target, learnt, PRIOR_SHARE)
    room = max(1, budget.cells // max(1, row_count) // net.size)
    left = max(1, (budget.points - len(seen.x)) // net.size)
    measured = empty(target.dimension)
    for _ in range(min(room, left)):
        measured, _added = extended(measured, proposal, net, rng, keep_rows=True)
        if _enough(measured.log_ratio, budget):
            break
    if np.isneginf(measured.log_posterior).all():
        raise NoSupport((), len(seen.x) + len(measured.x))
    return _weighted(measured, len(seen.drawn) + len(measured.drawn), len(seen.x), budget, cramped=room < left)


def _supported(target: Target, net: Lattice, budget: Budget, rng: np.random.Generator) -> tuple[Cloud, int]:
    """Points of the prior, more of them while all are impossible, and the number of rows."""
    prior = Proposal(target, None, 1.0)
    cloud, added = extended(empty(target.dimension), prior, net, rng, keep_rows=False)
    never = np.isneginf(added.log_likelihood).all(axis=0)
    while np.isneginf(cloud.log_posterior).all():
        if len(cloud.x) + net.size > budget.points:
            raise NoSupport(tuple(int(row) for row in np.flatnonzero(never)), len(cloud.x))
        cloud, added = extended(cloud, prior, net, rng, keep_rows=False)
        never &= np.isneginf(added.log_likelihood).all(axis=0)
    return cloud, added.log_likelihood.shape[1]


def _learn(target: Target, cloud: Cloud, net: Lattice, budget: Budget, rng: np.random.Generator) -> tuple[Cloud, Mixture]:
    """Draw where the posterior seems to be until the weights carry well, and fit what to measure with."""
    spread, freedom = _spread(cloud.x), _freedom(target.dimension)
    parts, sought = 1, False
    while True:
        power = _power(cloud.log_ratio, CARRYING * target.dimension)
        fitted = _fitted(cloud, relative(cloud.log_ratio, power), parts, freedom, spread, rng)
        carried = effective_size(cloud.log_ratio) >= LEARNT * budget.enough
        if carried or len(cloud.x) + net.size > LEARNING * budget.points:
            return cloud, _joint(fitted, [proposal.fitted for proposal, _ in cloud.drawn if proposal.fitted is not None][-RECENT:])
        if not sought and (power < FAINT or target.dimension >= MANY_DIMENSIONS):
            fitted, sought = _laplace(target, cloud, spread, freedom), True
        cloud, _added = extended(cloud, Proposal(target, fitted, 0.0), net, rng, keep_rows=False)
        newest = cloud.log_ratio[-net.size :]
        carrying = effective_size(newest) / net.size if np.isfinite(newest).any() else 0.0
        parts = MOST_PARTS if carrying < WASTEFUL else 1


def _joint(last: Mixture, recent: list[Mixture]) -> Mixture:
    """The last fit and, by as much together, the recent ones: a bent posterior is covered better by several."""
    if not recent:
        return last
    fits = [(last, 0.5), *((fit, 0.5 / len(recent)) for fit in recent)]
    parts = tuple(part for fit, _ in fits for part in fit.parts)
    return Mixture(parts, tuple(share * weight for fit, weight in fits for share in fit.shares))


def _enough(log_ratio: Array, budget: Budget) -> bool:
    if np.isneginf(log_ratio).all():
        return False
    return effective_size(log_ratio) >= budget.enough and pareto_k(log_ratio) <= budget.pareto_k


def _power(log_ratio: Array, wanted: float) -> float:
    """The largest power, of a geometric ladder from 1 down, at which the tempered weights carry ``wanted`` effective points."""
    power = 1.0
    while power > 1e-8 and 1 / (relative(log_ratio, power) ** 2).sum() < wanted:
        power *= 0.7
    return power


def _fitted(cloud: Cloud, weights: Array, parts: int, freedom: float, spread: Array, rng: np.random.Generator) -> Mixture:
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


def _laplace(target: Target, cloud: Cloud, spread: Array, freedom: float) -> Mixture:
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


def _weighted(cloud: Cloud, rounds: int, learning: int, budget: Budget, *, cramped: bool) -> Weighted:
    log_ratio = cloud.log_ratio
    count, effective, shape = len(log_ratio), effective_size(log_ratio), pareto_k(log_ratio)
    reason = _reason(effective, shape, count, learning, budget, cramped=cramped)
    possible = cloud.log_prior > -np.inf
    rows = np.concatenate(cloud.rows)
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
        converged=not reason,
        reason=reason,
    )


def _reason(effective: float, shape: float, count: int, learning: int, budget: Budget, *, cramped: bool) -> str:
    """Why the draws do not suffice; empty where they do."""
    faults = []
    if effective < budget.enough:
        faults.append(
            f"after {learning:,} points to learn from, {count:,} are worth {effective:,.0f} independent draws, of {budget.enough:,.0f} wanted"
        )
    if shape > budget.pareto_k:
        faults.append(f"the Pareto k-hat of their weights is {shape:.2f}, above {budget.pareto_k:g}")
    if faults and cramped:
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
