"""Learning where a posterior is: the first half of the fast engine, whose points are thrown away.

It starts with evenly spread draws of the prior; then, round by round, it tempers the weights
until they carry, fits a few multivariate t distributions to them, draws from those and weighs
*all* points so far by the mixture of everything drawn from (deterministic-mixture AMIS: Cornuet,
Marin, Mira and Robert 2012, doi:10.1111/j.1467-9469.2011.00756.x).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.lattice import Lattice
from forecast.inference.importance.mixture_weights import Cloud, Proposal, empty_cloud, extend_cloud
from forecast.inference.importance.peaks import PeakSearch, degrees_of_freedom
from forecast.inference.importance.proposals import Mixture, best_mixture, match_moments
from forecast.inference.target import (
    FAILURES,
    EvaluatedPoints,
    NoSupport,
    Target,
    evaluate_target,
    failure_message,
    rows_never_possible,
)
from forecast.inference.weights import effective_size, normalize_weights
from forecast.language.arrays import Array

MANY_DIMENSIONS = 15  # from here on the first proposal is Laplace's, unless the first weights carry as they are
FAINT = 0.05  # and wherever the first weights must be tempered to less than this power
PRIOR_SHARE_AT_FIRST = 0.15  # of the first points, where others are known
PROBES = 32  # points at which it is seen whether the rows depend on a coordinate
LOG_DENSITY_TOLERANCE = 1e-6  # nats by which the log-likelihood may differ for numerical reasons, such as quantiles from a table
RELATIVE_TOLERANCE = 1e-9  # and by which share of it, for it is a sum over all rows
STARTS = 3  # climbs of the Laplace start
LAPLACE_ROUNDS = 8  # the points of so many rounds may be spent on the climbs
CARRYING = 20  # effective points for each dimension, that a fit must rest on
WASTEFUL = 0.2  # share of effective points in a round, below which one t is not enough
MOST_MIXTURE_PARTS = 4
FIT_POINTS = 3000  # points that a mixture is fitted to
OF_PEAKS = 0.3  # of the draws that measure, around peaks that are known
HEAVY_SHARE, HEAVY_FREEDOM = 0.15, 3.0  # of the part that goes where the weights are heaviest
LEARNT = 0.25  # share of the effective sample wanted, at which learning ends
LEARNING = 0.5  # share of the points that learning may take
RECENT = 4  # earlier fits that measure beside the last, and rounds by which it is judged whether learning gets anywhere
POOR = 0.02  # share of effective points in a round, below which the Laplace start is tried, and below which learning ends when half of its points are spent
PATIENCE = 3  # rounds of the first points and of fits to them, before the Laplace start is tried for poor rounds


@dataclass(frozen=True, slots=True)
class AdaptedProposal:
    """What has been learnt of a target: a fit (None: the prior) to its coordinates ``moving``, and the points it was learnt from.

    ``failure`` says in words why nothing could be fitted, if so.
    """

    fitted: Mixture | None
    moving: NDArray[np.intp]
    seen: Cloud
    failure: str = ""

    @property
    def first(self) -> Cloud:
        """The points of the first round, which are draws of the prior unless points were known."""
        seen, (proposal, count) = self.seen, self.seen.drawn[0]
        return Cloud(seen.x[:count], seen.log_prior[:count], seen.log_posterior[:count], seen.log_drawn[:count], ((proposal, count),))

    @property
    def points(self) -> int:
        """How many points it was learnt from."""
        return len(self.seen.x)

    @property
    def rounds(self) -> int:
        """In how many rounds."""
        return len(self.seen.drawn)


def adapt_proposal(
    target: Target,
    net: Lattice,
    rng: np.random.Generator,
    *,
    enough: float,
    points: int,
    peaks: Mixture | None = None,
    known: Array | None = None,
) -> AdaptedProposal:
    """Learn where a target's posterior is, for ``enough`` effective draws to be made of at most ``points``, of which learning may take half.

    Learning ends when half of that is spent and the last rounds carry next to nothing.  ``peaks`` are distributions of the moving
    coordinates around peaks that are known already: they are drawn from in the first round after the prior, and stay in the fit.
    ``known`` are points ``(n, d)`` spread about as the posterior: the first round is drawn from a fit to them too.
    Raises NoSupport where no draw of the prior has a positive likelihood, and NotFinite where the density of one is none.
    """
    seen, first = _draw_first_points(target, net, rng, known) or _draw_prior_until_possible(target, net, rng, points)
    moving = _coordinates_to_fit(target, first)
    try:
        with np.errstate(all="ignore"):  # what is not finite is looked for
            seen, fitted = _adapt_in_rounds(target, seen, moving, net, rng, enough=enough, points=points, peaks=peaks)
    except FAILURES as error:  # no proposal can be fitted: the prior is measured with, and its weights say whether it suffices
        return AdaptedProposal(None, moving, seen, failure_message(error))
    return AdaptedProposal(fitted, moving, seen)


def refit_proposal(learnt: AdaptedProposal, cloud: Cloud, rng: np.random.Generator) -> AdaptedProposal:
    """What is learnt from points that have measured: their fit, by as much as the one they were drawn from."""
    if learnt.fitted is None or not len(learnt.moving):
        return learnt
    x = cloud.x[:, learnt.moving]
    power = _tempering_power(cloud.log_ratio, CARRYING * len(learnt.moving))
    fitted = _fit_tempered(
        x, cloud.log_ratio, power, MOST_MIXTURE_PARTS, rng, degrees=degrees_of_freedom(len(learnt.moving)), spread=variance_by_quartiles(x)
    )
    return replace(learnt, fitted=_join_fits(fitted, [learnt.fitted], None))


def _draw_first_points(target: Target, net: Lattice, rng: np.random.Generator, known: Array | None) -> tuple[Cloud, EvaluatedPoints] | None:
    """Points of a fit to known ones and of the prior; None where there is no such fit, or no point is possible."""
    if known is None:
        return None
    try:
        with np.errstate(all="ignore"):
            even = np.full(len(known), 1 / len(known))
            fit = match_moments(known, even, freedom=degrees_of_freedom(target.dimension), spread=variance_by_quartiles(known))
            proposal = Proposal(target, Mixture((fit,), (1.0,)), PRIOR_SHARE_AT_FIRST, np.arange(target.dimension))
            cloud, added = extend_cloud(empty_cloud(target.dimension), proposal, net, rng)
    except FAILURES:
        return None
    return None if np.isneginf(cloud.log_posterior).all() else (cloud, added)


def _draw_prior_until_possible(target: Target, net: Lattice, rng: np.random.Generator, points: int) -> tuple[Cloud, EvaluatedPoints]:
    """Points of the prior, more of them while all are impossible, and the last of them."""
    prior = Proposal(target, None, 1.0, np.arange(target.dimension))
    cloud, added = extend_cloud(empty_cloud(target.dimension), prior, net, rng)
    while np.isneginf(cloud.log_posterior).all():
        if len(cloud.x) + net.size > points:
            raise NoSupport(rows_never_possible(target, EvaluatedPoints(cloud.x, cloud.log_prior, cloud.log_posterior)), len(cloud.x))
        cloud, added = extend_cloud(cloud, prior, net, rng)
    return cloud, added


def _coordinates_to_fit(target: Target, added: EvaluatedPoints) -> NDArray[np.intp]:
    """The coordinates of which there is something to learn.

    Not those that are standard normal in the prior and that no row depends on, at a few of the
    likeliest points: under a hypothesis, the parameters of the others.  They stay as the prior has
    them.  That concerns what is drawn from; the weights are exact even where it errs.
    """
    doubtful = np.flatnonzero(target.normal)
    best = np.argsort(added.log_posterior)[-PROBES:]
    best = best[np.isfinite(added.log_posterior[best])]
    changed = np.repeat(added.x[best][None], len(doubtful), axis=0)
    changed[np.arange(len(doubtful)), :, doubtful] = added.x[: len(best), doubtful].T
    if not changed.size:
        return np.arange(target.dimension)
    before = added.log_likelihood[best]
    after = evaluate_target(target, changed.reshape(-1, target.dimension)).log_likelihood.reshape(changed.shape[:2])
    same = np.isclose(after, before, rtol=RELATIVE_TOLERANCE, atol=LOG_DENSITY_TOLERANCE).all(axis=1)
    return np.delete(np.arange(target.dimension), doubtful[same])


def _adapt_in_rounds(
    target: Target,
    cloud: Cloud,
    moving: NDArray[np.intp],
    net: Lattice,
    rng: np.random.Generator,
    *,
    enough: float,
    points: int,
    peaks: Mixture | None,
) -> tuple[Cloud, Mixture | None]:
    """Draw where the posterior seems to be until the weights carry well, and fit what to measure with (None: the prior)."""
    if not len(moving):
        return cloud, None
    ground = PeakSearch(target, moving, variance_by_quartiles(cloud.x[:, moving]))
    bounded = bool(target.normal.all())  # in other coordinates a hierarchy's density may rise without end
    parts, sought, carrying = 1, False, list[float]()
    while True:
        power = _tempering_power(cloud.log_ratio, CARRYING * len(moving))
        fitted = _fit_tempered(cloud.x[:, moving], cloud.log_ratio, power, parts, rng, degrees=ground.freedom, spread=ground.spread)
        carried = effective_size(cloud.log_ratio) >= LEARNT * enough
        spent = len(cloud.x) + net.size > LEARNING * points
        hopeless = len(cloud.x) > LEARNING * points / 2 and max(carrying[-RECENT:], default=1.0) < POOR
        if carried or spent or hopeless:
            earlier = [fit for proposal, _ in cloud.drawn if (fit := proposal.fitted) is not None and len(proposal.moving) == len(moving)]
            return cloud, _join_fits(fitted, earlier[-RECENT:], peaks)
        if not carrying and peaks is not None:
            fitted = peaks
        elif not sought and (_needs_laplace_start(power, len(moving)) or (bounded and len(carrying) >= PATIENCE and carrying[-1] < POOR)):
            fitted, sought = _laplace_mixture(ground, cloud, net.size * LAPLACE_ROUNDS) or fitted, True
        cloud, _added = extend_cloud(cloud, Proposal(target, fitted, 0.0, moving), net, rng)
        newest = cloud.log_ratio[-net.size :]
        carrying.append(effective_size(newest) / net.size if np.isfinite(newest).any() else 0.0)
        parts = MOST_MIXTURE_PARTS if carrying[-1] < WASTEFUL else 1


def _needs_laplace_start(power: float, dimension: int) -> bool:
    """Whether the first points, whose weights must be tempered to ``power``, are too far from the posterior to learn from."""
    return power < FAINT or (dimension >= MANY_DIMENSIONS and power < 1)


def _join_fits(last: Mixture, recent: list[Mixture], peaks: Mixture | None) -> Mixture:
    """The last fit and, by as much together, the recent ones: a bent posterior is covered better by several.  Known peaks take a share too."""
    shared = [(fit, 0.5 / len(recent)) for fit in recent]
    fits = [(last, 0.5 if recent else 1.0), *shared]
    if peaks is not None:
        fits = [*((fit, (1 - OF_PEAKS) * weight) for fit, weight in fits), (peaks, OF_PEAKS)]
    parts = tuple(part for fit, _ in fits for part in fit.parts)
    return Mixture(parts, tuple(share * weight for fit, weight in fits for share in fit.shares))


def temper_weights(log_weights: Array, wanted: float) -> Array:
    """Return weights tempered so far that they carry about ``wanted`` effective points, summing to one."""
    return normalize_weights(log_weights, _tempering_power(log_weights, wanted))


def _tempering_power(log_ratio: Array, wanted: float) -> float:
    """The largest power, of a geometric ladder from 1 down, at which the tempered weights carry ``wanted`` effective points."""
    power = 1.0
    while power > 1e-8 and 1 / (normalize_weights(log_ratio, power) ** 2).sum() < wanted:
        power *= 0.7
    return power


def _fit_tempered(
    x: Array, log_ratio: Array, power: float, parts: int, rng: np.random.Generator, *, degrees: float, spread: Array
) -> Mixture:
    """A fit to the weights tempered to ``power`` and, once they carry untempered, a part for where the heaviest weights lie.

    That part is matched to the squared weights: it sends points to where a proposal falls
    short of the posterior, which lightens the weights' tail.
    """
    weights = normalize_weights(log_ratio, power)
    if parts == 1:
        body = Mixture((match_moments(x, weights, freedom=degrees, spread=spread),), (1.0,))
    else:
        picked, counts = np.unique(rng.choice(len(weights), size=FIT_POINTS, p=weights), return_counts=True)
        body = best_mixture(x[picked], counts / FIT_POINTS, most=parts, freedom=degrees, spread=spread, rng=rng)
    squared = normalize_weights(log_ratio, 2.0)
    if 1 / (squared**2).sum() < len(spread):
        return body
    heavy = match_moments(x, squared, freedom=HEAVY_FREEDOM, spread=spread)
    return Mixture((*body.parts, heavy), (*((1 - HEAVY_SHARE) * share for share in body.shares), HEAVY_SHARE))


def _laplace_mixture(ground: PeakSearch, cloud: Cloud, points: int) -> Mixture | None:
    """One t for each distinct peak above the best of the first points, found with about ``points`` more; None where no peak has a volume."""
    best = np.argsort(cloud.log_posterior)[::-1][:STARTS]
    starts = cloud.x[best[np.isfinite(cloud.log_posterior[best])]][:, ground.moving]
    peaks = ground.peaks(starts, most=STARTS, points=points)
    return ground.around_all(peaks) if peaks else None


def variance_by_quartiles(x: Array) -> Array:
    """The variance of each coordinate over the first points, by quartiles since a prior may have no variance; 1 for one that does not vary."""
    low, high = np.quantile(x, (0.25, 0.75), axis=0)
    return np.where(high > low, ((high - low) / 1.349) ** 2, 1.0)
