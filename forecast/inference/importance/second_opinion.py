"""A second opinion on a run of the fast engine: whether it has missed a part of the posterior.

The weights of a run cannot show what was never drawn.  So a second proposal is learnt from other random numbers by other means:
climbs from draws of the prior and from beyond the run's own draws, and a t around each place where they end.  Draws from it
measure the probability of all points at which a draw of the run would weigh more than ``MORE`` times its heaviest.  The run has
no draw at any of them, so its answers and their errors know nothing of that probability.  Where it is more
than negligible, the run has missed something.

Where the run draws enough, little lies there: of 20,000 weights with a Pareto distribution of shape k, on average 0.05 % for k = 0.4 and
0.2 % for the largest k that counts as sound, 0.5.  A run with a larger k, which is only compared, may miss twice what its own k explains.

What it cannot see: a part of the posterior that no climb from some dozens of draws of the prior leads to, nor one from beyond
the run's draws along some coordinate; one whose peak has next to no volume, such as the mouth of a funnel; and anything in the
coordinates of which the run found nothing to learn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.adaptation import AdaptedProposal, temper_weights, variance_by_quartiles
from forecast.inference.importance.engine import Sampling
from forecast.inference.importance.laplace import ClimbEnds, ClimbUnits, Peak, climb
from forecast.inference.importance.lattice import ShiftedCopies, lattice
from forecast.inference.importance.mixture_weights import Cloud, Proposal
from forecast.inference.importance.peaks import PeakSearch, degrees_of_freedom
from forecast.inference.importance.proposals import Mixture, MultivariateT, cholesky_factor, match_moments
from forecast.inference.importance.threads import one_thread
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.pareto import mass_beyond
from forecast.inference.target import evaluate_target
from forecast.language.arrays import Array

COST = 0.4  # of the points that the run took, that its second opinion may take
FEWEST_CLIMBS, MOST_CLIMBS = 4, 48
FROM_PRIOR = 0.5  # of the climbs, that begin at draws of the prior, half of them at likely ones
USUAL_STEPS = 15  # of a climb
LIKELY = 4  # effective draws of the prior for each climb, at the power to which likelihoods are tempered
RIDGE_WIDTH = 0.7  # of how much farther out, the width of a t along a ridge
LOOKED_AT = 512  # draws of the run, by which it is judged what is known
HELD_DISTANCES = (0.5, 1.5, 4.0)  # times the distance of the farthest of those from their median, so much farther out climbs are held
COVERED = 0.02  # of the draws are where the proposal is lower than this share's quantile: a point where it is higher is well known
OWN_SHAPE = 0.9  # of the run's correlations, in the first guess at the curvature
WIDER = 3.0  # than the run's draws, a second t around a place
MOST_PROPOSAL_PARTS = 16  # of the second proposal, once it is known which matter
POINTS_PER_REPLICATE = (61, 127, 509)  # of each replicate: of the first draws from around all places, and of those that measure
KEPT = 0.2  # of a part's share, whatever the draws before say
LIGHTER = 2.0  # log of how many times less than the heaviest draw a draw may weigh where a climb has ended, for it to be looked at
MORE = math.e  # times the weight of the heaviest draw, from which a point counts as missed
NEGLIGIBLE_MISSED_MASS = 0.001  # posterior probability that a run may miss; the less, the more effort is made
EXPLAINED = 2.0  # times the probability that the weights' own tail explains on average, which a heavy run may miss
SURE = (2.0, 2.0, 1.0)  # standard errors by which the probability must exceed that or fall short of it, for no more points to be drawn
LARGEST_LOG_EXCESS = 300.0  # log of a number whose square is a float too
TINIEST = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class MissedMass:
    """Probability of what a run has missed, in units of all that it found, and what to draw from there."""

    found: float
    peaks: Mixture

    @property
    def share(self) -> float:
        """The share of the posterior that was missed."""
        return self.found / (1 + self.found)

    def __str__(self) -> str:
        return (
            "a second search, from other starting points, found parts of the posterior that the draws leave out, "
            f"with {_percent_text(self.share)} of its probability"
        )


def find_missed_mass(
    sampling: Sampling, *, steps: int, rng: np.random.Generator, effort: int = 1, negligible: float = NEGLIGIBLE_MISSED_MASS
) -> MissedMass | None:
    """Return what a run has missed, as far as climbs of ``steps`` steps from elsewhere find it; None where they find nothing, or there is nothing to learn.

    ``effort`` times as many climbs are made as usual, and so many times less than ``negligible`` counts.  Raises one of ``FAILURES`` where the engine's own arithmetic fails.
    """
    learnt = sampling.learnt
    if learnt is None or not len(learnt.moving):
        return None
    with one_thread():
        prior = learnt.first
        ground = PeakSearch(sampling.target, learnt.moving, variance_by_quartiles(prior.x[:, learnt.moving]))
        seen = _summarise_run(sampling, learnt, rng)
        allowed = int(effort * COST * (learnt.points + len(sampling.measured.x)))
        climbs = int(np.clip(allowed // (USUAL_STEPS * ground.step_cost), FEWEST_CLIMBS, effort * MOST_CLIMBS))
        starts, held, ridges = _climb_starts(seen, prior, climbs, rng)
        tops = climb(ground.log_posterior, starts, units=seen.units, points=allowed, steps=steps, held=held, known=seen.is_known)
        tops = tops.only(np.flatnonzero(_log_ratio(sampling, ground, tops) > sampling.measured.log_ratio.max() - LIGHTER))
        peaks = ground.distinct(tops.in_units(np.sqrt(ground.spread)), max(1, allowed // ground.peak_cost))
        peaks = [peak.along(*ridges[peak.climb]) if peak.climb in ridges else peak for peak in peaks]
        return _measure_missed_mass(sampling, ground, seen, peaks, negligible / effort, rng) if peaks else None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run has seen: some of its draws ``(n, d)`` of the coordinates ``moving``, evenly weighted, what it drew from, and what its draws weigh."""

    draws: Array
    moving: NDArray[np.intp]
    fitted: Mixture
    lowest: float  # log density of `fitted` that is usual among the draws
    heaviest: float  # log ratio of posterior to `fitted` of the heaviest draw
    units: ClimbUnits

    def is_known(self, y: Array, heights: Array) -> NDArray[np.bool_]:
        """Which points ``(n, d)`` of these log posteriors lie where the run has drawn as densely as at its draws, and often enough for how high they are."""
        density = self.fitted.log_density(y)
        known: NDArray[np.bool_] = (density >= self.lowest) & (heights - density <= self.heaviest)
        return known

    def narrow(self, near: MultivariateT) -> MultivariateT:
        """A t around the same place, in no direction much wider than the run's draws: what is flat at a peak may be narrow beyond it."""
        run = np.outer(self.units.scale, self.units.scale) * self.units.shape
        precision = np.linalg.inv(near.cholesky @ near.cholesky.T) + np.linalg.inv(WIDER**2 * run)
        return MultivariateT(near.mean, cholesky_factor(np.linalg.inv(precision), self.units.scale**2), near.freedom)


def negligible_for(pareto_k: float, draws: int) -> float:
    """Return the posterior probability that a run with heavy weights may miss: ``EXPLAINED`` times what their tail has there on average."""
    return max(NEGLIGIBLE_MISSED_MASS, EXPLAINED * mass_beyond(pareto_k, draws, times=MORE))


def _summarise_run(sampling: Sampling, learnt: AdaptedProposal, rng: np.random.Generator) -> RunSummary:
    weights, y = np.exp(sampling.weighted.log_weight), sampling.weighted.x[:, learnt.moving]
    draws = y[rng.choice(len(y), size=LOOKED_AT, p=weights / weights.sum())]
    ground_spread = variance_by_quartiles(y)
    fitted = learnt.fitted or Mixture((match_moments(y, weights, freedom=degrees_of_freedom(y.shape[1]), spread=ground_spread),), (1.0,))
    mean = weights @ y
    covariance = (y - mean).T @ ((y - mean) * weights[:, None])
    scale = np.sqrt(np.where(np.diag(covariance) > 0, np.diag(covariance), ground_spread))
    shape = OWN_SHAPE * covariance / np.outer(scale, scale)
    np.fill_diagonal(shape, 1.0)
    lowest = float(np.quantile(fitted.log_density(draws), COVERED))
    still = sampling.target.dimension - y.shape[1]
    heaviest = float(sampling.measured.log_ratio.max()) - 0.5 * still * math.log(2 * math.pi)
    return RunSummary(draws, learnt.moving, fitted, lowest, heaviest, ClimbUnits(scale, shape))


def _climb_starts(
    seen: RunSummary, prior: Cloud, count: int, rng: np.random.Generator
) -> tuple[Array, NDArray[np.bool_], dict[int, tuple[int, float]]]:
    """Where to climb from ``(n, d)``, and which coordinates are held: draws of the prior, and points farther out than the run's draws, held there.

    Half of the draws of the prior are likely ones.  Last, for the numbers of the points farther out, which coordinate is held and how
    wide a t along it is.
    """
    possible = np.flatnonzero(np.isfinite(prior.log_posterior))
    from_prior = min(round(FROM_PRIOR * count), len(possible))
    likelihood = (prior.log_posterior - prior.log_prior)[possible]
    chances = temper_weights(likelihood, LIKELY * count)
    carrying = int(np.count_nonzero(chances))  # few where rows are very far from most draws of the prior
    likely = rng.choice(possible, min(from_prior // 2, carrying), replace=False, p=chances)
    unlikely = np.isfinite(prior.log_posterior)
    unlikely[likely] = False
    rest = rng.choice(np.flatnonzero(unlikely), from_prior - len(likely), replace=False)
    dimension = seen.draws.shape[1]
    every = np.concatenate([rng.permutation(2 * dimension) for _ in HELD_DISTANCES])
    sides, far = (values[: count - from_prior] for values in (every, np.repeat(HELD_DISTANCES, 2 * dimension)))
    columns, up = sides // 2, sides % 2 == 1
    farthest = np.where(up, seen.draws.argmax(axis=0)[columns], seen.draws.argmin(axis=0)[columns])
    beyond, at = seen.draws[farthest].copy(), np.arange(len(sides))
    away = far * (beyond[at, columns] - np.median(seen.draws, axis=0)[columns])
    beyond[at, columns] += away
    starts = np.concatenate([prior.x[np.concatenate([likely, rest])][:, seen.moving], beyond])
    held = np.zeros(starts.shape, dtype=bool)
    held[from_prior + at, columns] = True
    ridges = {from_prior + number: (int(columns[number]), float(RIDGE_WIDTH * abs(away[number]))) for number in at.tolist()}
    return starts, held, ridges


def _measure_missed_mass(
    sampling: Sampling, ground: PeakSearch, seen: RunSummary, peaks: Sequence[Peak], negligible: float, rng: np.random.Generator
) -> MissedMass | None:
    """Measure what the run has missed with draws from around the peaks: more of them, from the parts where it seems to be, while there is a doubt."""
    around = ground.around_all(peaks)
    parts, shares = (*around.parts, *map(seen.narrow, around.parts)), np.tile(around.shares, 2) / 2
    for points, sure in zip(POINTS_PER_REPLICATE, SURE, strict=True):
        fitted = Mixture(parts, tuple(shares.tolist()))
        masses = _missed_masses(sampling, Proposal(ground.target, fitted, 0.0, ground.moving), points, rng)
        probability, largest = float(masses.sum()), max(float(masses.max()), TINIEST)
        error = math.sqrt(REPLICATES) * largest * float((masses / largest).sum(axis=0).std(ddof=1))
        if points != POINTS_PER_REPLICATE[0] and probability - sure * error > negligible:
            return MissedMass(probability, fitted)
        if probability + sure * error <= negligible:
            return None
        wanted = np.sqrt(masses.sum(axis=1))
        shares = KEPT * shares + (1 - KEPT) * wanted / wanted.sum()
        best = np.argsort(-shares)[:MOST_PROPOSAL_PARTS]
        parts, shares = tuple(parts[index] for index in best), shares[best] / shares[best].sum()
    return None


def _missed_masses(sampling: Sampling, proposal: Proposal, points: int, rng: np.random.Generator) -> Array:
    """The probability of what the run has missed, in units of its evidence, by draws from another proposal: as a sum over its parts and replicates ``(parts, replicates)``."""
    net = ShiftedCopies(lattice(points, proposal.target.dimension + 2), REPLICATES)
    drawn = evaluate_target(proposal.target, proposal.draw(net, rng))
    weight_in_run = drawn.log_posterior - sampling.measured.drawn[0][0].log_density(drawn.x, drawn.log_prior)
    missed = weight_in_run > sampling.measured.log_ratio.max() + math.log(MORE)
    log_ratio = drawn.log_posterior - proposal.log_density(drawn.x, drawn.log_prior) - sampling.weighted.log_evidence
    excess = max(0.0, float(log_ratio.max(where=missed, initial=0.0)) - LARGEST_LOG_EXCESS)  # a run may have missed next to everything
    amounts = np.exp(np.where(missed, log_ratio - excess, -np.inf)) / net.size
    of_parts = amounts * proposal.fitted.memberships(drawn.x[:, proposal.moving]) if proposal.fitted is not None else amounts[None]
    sums: Array = math.exp(min(excess, LARGEST_LOG_EXCESS)) * of_parts.reshape(len(of_parts), REPLICATES, points).sum(axis=2)
    return sums


def _log_ratio(sampling: Sampling, ground: PeakSearch, tops: ClimbEnds) -> Array:
    """The log of what a draw of the run would weigh where each climb ended, ``(n,)``."""
    x = np.zeros((len(tops), ground.target.dimension))
    x[:, ground.moving] = tops.places
    ratio: Array = tops.heights - sampling.measured.drawn[0][0].log_density(x, ground.target.log_prior(x))
    return ratio


def _percent_text(share: float) -> str:
    """A share in words for a sentence that gives a reason."""
    if share > 0.99:
        return "more than 99 %"
    return f"{100 * share:.2g} %" if share >= 0.0001 else "less than 0.01 %"
