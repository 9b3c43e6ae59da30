"""A second opinion on a run of the fast engine: whether it has missed a part of the posterior.

The weights of a run cannot show what was never drawn.  So a second proposal is learnt from other
random numbers by other means: climbs from fresh draws of the prior, and a t around each peak that
they reach.  The probability of the neighbourhood of each peak is then measured twice, by draws from
that t and by the run's own, both unbiased.  Where the first is greater by more than their errors, and by more
than is negligible, the run has missed something.

What it cannot see: a part of the posterior that no climb from some dozens of draws of the prior leads
to, one whose peak has next to no volume, such as the mouth of a funnel, and anything in the coordinates of which the run found
nothing to learn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from forecast.inference.cloud import Proposal
from forecast.inference.importance import Sampling
from forecast.inference.laplace import Peak, Tops, Units, climb
from forecast.inference.learning import Learnt, spread_of
from forecast.inference.monte_carlo import (
    REPLICATES,
    Replicated,
    combined_error,
    cut_evenly,
    joint_freedom,
    normal_score,
    proportion_error,
    replicate_sums,
)
from forecast.inference.peaks import Ground, freedom
from forecast.inference.points import ShiftedCopies, lattice
from forecast.inference.proposals import Mixture, StudentT, factor, matched
from forecast.inference.target import Array, evaluate
from forecast.inference.threads import one_thread

COST = 0.4  # of the points that the run took, that its second opinion may take
FEWEST_CLIMBS, MOST_CLIMBS = 4, 48
FROM_PRIOR = 0.5  # of the climbs, that begin at draws of the prior
USUAL_STEPS = 10  # of a climb
DRAWN = 8  # draws of the prior for each climb, of which the first that are possible are climbed from
LOOKED_AT = 512  # draws of the run, by which it is judged what is known
BEYOND = 0.5  # of the distance of the farthest of those from their median, so much farther out climbs are held
COVERED = 0.02  # of the draws are where the proposal is lower than this share's quantile: a point where it is higher is well known
OWN_SHAPE = 0.9  # of the run's correlations, in the first guess at the curvature
HEAVY = 0.995  # of the run's draws weigh less than a point would, for that to be worth a look
COMPARED = (0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995)  # quantiles at which two runs are compared
WIDER = 3.0  # than the run's draws, a second t around a peak
POINTS, MORE_POINTS = 61, 509  # of each replicate, around a peak: at first, and where those leave a doubt
DOUBTFUL = 1.5  # standard errors of difference, from which more points are drawn
NEGLIGIBLE = 0.005  # posterior probability, up to which what a run misses cannot be told from its Monte Carlo errors
FALSE_ALARMS = 0.001  # chance that a run which has missed nothing is said to have
FREEDOM = REPLICATES - 1.0
LARGEST = 300.0  # log of a number whose square is a float too


@dataclass(frozen=True, slots=True)
class Missed:
    """Probability by the second opinion beside the run's, in units of all that the run found, around peaks of which the run has too few draws, and all peaks.

    Peaks that overlap are counted twice, so the shares in words are rough.
    """

    found: float
    by_run: float
    peaks: Mixture

    def __str__(self) -> str:
        whole = self.found + max(1.0 - self.by_run, 0.0)
        return (
            f"a second search, from other starting points, found a part of the posterior that holds {_percent(self.found / whole)} of its "
            f"probability, but {_percent(self.by_run)} of the draws"
        )


def missed_by(sampling: Sampling, *, steps: int, rng: np.random.Generator) -> Missed | None:
    """Return what a run has missed, as far as climbs of ``steps`` steps from elsewhere find it; None where they find nothing, or there is nothing to learn.

    Raises one of ``FAILURES`` where the engine's own arithmetic fails.
    """
    learnt = sampling.learnt
    if learnt is None or not len(learnt.moving):
        return None
    with one_thread():
        drawn = sampling.target.start(rng.random((DRAWN * MOST_CLIMBS, sampling.target.dimension)))[:, learnt.moving]
        ground = Ground(sampling.target, learnt.moving, spread_of(drawn), learnt.row_count)
        seen = _look_at(sampling, learnt, rng)
        allowed = int(COST * (learnt.points + len(sampling.measured.x)))
        climbs = int(np.clip(allowed // (USUAL_STEPS * ground.step_cost), FEWEST_CLIMBS, MOST_CLIMBS))
        starts, held = _starts(ground, seen, drawn, climbs, rng)
        tops = climb(ground.log_posterior, starts, units=seen.units, points=allowed, steps=steps, held=held, known=seen.is_known)
        tops = tops.only(np.flatnonzero(_log_ratio(sampling, ground, tops) > np.quantile(sampling.measured.log_ratio, HEAVY)))
        peaks = ground.distinct(tops.in_units(np.sqrt(ground.spread)), max(1, allowed // (ground.peak_cost + REPLICATES * POINTS)))
        return _missed(sampling, ground, seen, peaks, rng) if peaks else None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run has seen: some of its draws ``(n, d)`` of the moving coordinates, evenly weighted, what it drew from, and what its draws weigh."""

    draws: Array
    fitted: Mixture
    lowest: float  # log density of `fitted` that is usual among the draws
    heaviest: float  # log ratio of posterior to `fitted` that few draws exceed
    units: Units

    def is_known(self, y: Array, heights: Array) -> NDArray[np.bool_]:
        """Which points ``(n, d)`` of these log posteriors lie where the run has drawn as densely as at its draws, and often enough for how high they are."""
        density = self.fitted.log_density(y)
        known: NDArray[np.bool_] = (density >= self.lowest) & (heights - density <= self.heaviest)
        return known

    def narrowed(self, near: StudentT) -> StudentT:
        """A t around the same place, in no direction much wider than the run's draws: what is flat at a peak may be narrow beyond it."""
        run = np.outer(self.units.scale, self.units.scale) * self.units.shape
        precision = np.linalg.inv(near.cholesky @ near.cholesky.T) + np.linalg.inv(WIDER**2 * run)
        return StudentT(near.mean, factor(np.linalg.inv(precision), self.units.scale**2), near.freedom)


def _look_at(sampling: Sampling, learnt: Learnt, rng: np.random.Generator) -> Seen:
    weights, y = np.exp(sampling.weighted.log_weight), sampling.weighted.x[:, learnt.moving]
    draws = y[rng.choice(len(y), size=LOOKED_AT, p=weights / weights.sum())]
    ground_spread = spread_of(y)
    fitted = learnt.fitted or Mixture((matched(y, weights, freedom=freedom(y.shape[1]), spread=ground_spread),), (1.0,))
    mean = weights @ y
    covariance = (y - mean).T @ ((y - mean) * weights[:, None])
    scale = np.sqrt(np.where(np.diag(covariance) > 0, np.diag(covariance), ground_spread))
    shape = OWN_SHAPE * covariance / np.outer(scale, scale)
    np.fill_diagonal(shape, 1.0)
    lowest = float(np.quantile(fitted.log_density(draws), COVERED))
    still = sampling.target.dimension - y.shape[1]
    heaviest = float(np.quantile(sampling.measured.log_ratio, HEAVY)) - 0.5 * still * math.log(2 * math.pi)
    return Seen(draws, fitted, lowest, heaviest, Units(scale, shape))


def _starts(ground: Ground, seen: Seen, drawn: Array, count: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.bool_]]:
    """Where to climb from, and which coordinates are held: draws of the prior, and points farther out than the run's draws, held there."""
    dimension = drawn.shape[1]
    sides = rng.permutation(2 * dimension)[: count - round(FROM_PRIOR * count)]
    columns, up = sides // 2, sides % 2 == 1
    farthest = np.where(up, seen.draws.argmax(axis=0)[columns], seen.draws.argmin(axis=0)[columns])
    beyond = seen.draws[farthest].copy()
    middle = np.median(seen.draws, axis=0)[columns]
    at = np.arange(len(sides))
    beyond[at, columns] += BEYOND * (beyond[at, columns] - middle)
    starts = np.concatenate([drawn, beyond])
    held = np.zeros(starts.shape, dtype=bool)
    held[len(drawn) + at, columns] = True
    possible = np.flatnonzero(np.isfinite(ground.log_posterior(starts)))
    chosen = np.concatenate([possible[possible < len(drawn)][: count - len(sides)], possible[possible >= len(drawn)]])
    return starts[chosen], held[chosen]


def _missed(sampling: Sampling, ground: Ground, seen: Seen, peaks: Sequence[Peak], rng: np.random.Generator) -> Missed | None:
    """Measure the neighbourhood of each peak by draws from around it, and beside it by the run's draws."""
    weighted = sampling.weighted
    cases = Replicated(np.exp(weighted.log_weight), weighted.replicates, weighted.effective_size)
    limit = -float(special.ndtri(FALSE_ALARMS / len(peaks)))
    found, by_run = 0.0, 0.0
    for peak in peaks:
        near = ground.around(peak)
        inside = _is_inside(near, weighted.x[:, ground.moving])
        share, share_error = float(cases.weights @ inside), proportion_error(inside, cases)

        def score(second: Measured, *, share: float = share, share_error: float = share_error) -> float:
            of_run = math.hypot(share_error, second.probability * weighted.log_evidence_error)
            degrees = joint_freedom(second.error, of_run, freedom=(FREEDOM, cases.freedom))
            return normal_score(second.probability - share, math.hypot(second.error, of_run), freedom=degrees)

        proposal = Mixture((near, seen.narrowed(near)), (0.5, 0.5))
        second = _measured(sampling, ground, near, proposal, POINTS, rng)
        if DOUBTFUL < score(second) <= limit and second.probability - share > NEGLIGIBLE / len(peaks):
            second = _measured(sampling, ground, near, proposal, MORE_POINTS, rng)
        if score(second) > limit:
            found, by_run = found + second.probability, by_run + share
    return Missed(found, by_run, ground.around_all(peaks)) if found - by_run > NEGLIGIBLE else None


@dataclass(frozen=True, slots=True)
class Measured:
    """The probability near a peak, in units of the run's evidence, and its standard error."""

    probability: float
    error: float


def _measured(sampling: Sampling, ground: Ground, near: StudentT, drawn_from: Mixture, points: int, rng: np.random.Generator) -> Measured:
    """Measure the neighbourhood of a peak, as far as ``near`` reaches, with draws from around it."""
    proposal = Proposal(ground.target, drawn_from, 0.0, ground.moving)
    net = ShiftedCopies(lattice(points, ground.target.dimension + 2), REPLICATES)
    drawn = evaluate(ground.target, proposal.draw(net, rng), row_count=ground.row_count)
    log_ratio = drawn.log_posterior - proposal.log_density(drawn.x, drawn.log_prior) - sampling.weighted.log_evidence
    inside = _is_inside(near, drawn.x[:, ground.moving])
    excess = max(0.0, float(log_ratio.max(where=inside, initial=0.0)) - LARGEST)  # a run may have missed next to everything
    amounts = np.exp(np.where(inside, log_ratio - excess, -np.inf)) / net.size
    sums = replicate_sums(amounts, cut_evenly(net.size))
    scale = math.exp(min(excess, LARGEST))
    return Measured(scale * float(sums.sum()), scale * math.sqrt(REPLICATES * float(sums.var(ddof=1))))


def _log_ratio(sampling: Sampling, ground: Ground, tops: Tops) -> Array:
    """The log of what a draw of the run would weigh where each climb ended, ``(n,)``."""
    x = np.zeros((len(tops), ground.target.dimension))
    x[:, ground.moving] = tops.places
    ratio: Array = tops.heights - sampling.measured.drawn[0][0].log_density(x, ground.target.log_prior(x))
    return ratio


@dataclass(frozen=True, slots=True)
class Draws:
    """Weighted draws of some values, ``(draws, values)``, as cases."""

    values: Array
    cases: Replicated


def differ(one: Draws, other: Draws, *, rng: np.random.Generator) -> bool:
    """Whether two runs give different distributions of some value, beyond their errors.

    Compared are the shares below the first run's quantiles, all held to a limit that two right runs break once in a thousand times.
    """
    picked = one.values[rng.choice(len(one.values), size=LOOKED_AT, p=one.cases.weights / one.cases.weights.sum())]
    columns = np.flatnonzero(np.ptp(picked, axis=0) > 0)
    points = np.quantile(picked[:, columns], COMPARED, axis=0)
    limit = -float(special.ndtri(FALSE_ALARMS / (2 * max(1, points.size))))
    for column, at in zip(columns.tolist(), points.T, strict=True):
        shares, errors = zip(*(_shares_below(each, column, at) for each in (one, other)), strict=True)
        for first, second, error, other_error in zip(*shares, *errors, strict=True):
            degrees = joint_freedom(error, other_error, freedom=(one.cases.freedom, other.cases.freedom))
            if abs(normal_score(second - first, math.hypot(error, other_error), freedom=degrees)) > limit:
                return True
    return False


def _shares_below(draws: Draws, column: int, points: Array) -> tuple[list[float], list[float]]:
    """The shares of draws below some points in order, ``(points,)``, and their errors, as ``proportion_error`` has them."""
    cases, between = draws.cases, np.searchsorted(points, draws.values[:, column])
    cells = np.bincount(cases.replicates * (len(points) + 1) + between, cases.weights, minlength=REPLICATES * (len(points) + 1))
    below = np.cumsum(cells.reshape(REPLICATES, -1), axis=1)
    total = below[:, -1:] / below[:, -1].sum()
    shares = below[:, :-1].sum(axis=0) / below[:, -1].sum()
    errors = [combined_error(each, cases.effective_replicates) for each in (below[:, :-1] / below[:, -1].sum() - total * shares).T]
    return shares.tolist(), [max(error, 1 / cases.size) for error in errors]


def _percent(share: float) -> str:
    """A share in words for a sentence that gives a reason."""
    if share > 0.99:
        return "more than 99 %"
    return f"{100 * share:.2g} %" if share >= 0.0001 else "less than 0.01 %"


def _is_inside(part: StudentT, y: Array) -> NDArray[np.bool_]:
    """Which points ``(n, d)`` lie where a normal with a peak's curvature has nearly all of its probability."""
    white = np.linalg.solve(part.cholesky, (y - part.mean).T)
    dimension = len(part.mean)
    near: NDArray[np.bool_] = np.einsum("dn,dn->n", white, white) <= dimension + 2 * math.sqrt(2 * dimension)
    return near
