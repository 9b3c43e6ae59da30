"""The fast engine: adaptive importance sampling.

First it learns where the posterior is, as ``adaptation`` does.  Then it measures: fresh points
from what it has learnt, with a share of the prior kept so that no weight exceeds the likelihood
over that share.  The points it learnt from are left out, for a proposal is high where the points
it was fitted to happen to lie, and weights that share it with them are too small: in 26
dimensions the evidence came out low by four of its standard errors.

The weights are exact and are not smoothed: Pareto k-hat only says whether to trust them.  Above 0.5 they may have
no variance, which the measured errors suppose, so a run is sound up to there.

The points that measure come in 16 replicates, each a shift of a lattice of its own, from which
``monte_carlo`` reads the errors of whatever is computed from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from forecast.inference import monte_carlo
from forecast.inference.importance.adaptation import AdaptedProposal, adapt_proposal, refit_proposal
from forecast.inference.importance.lattice import Lattice, ShiftedCopies, lattice
from forecast.inference.importance.mixture_weights import Cloud, Proposal, empty_cloud, extend_cloud
from forecast.inference.importance.proposals import Mixture
from forecast.inference.importance.threads import one_thread
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.pareto import CONVERGING, FINITE_VARIANCE, pareto_k
from forecast.inference.target import FAILURES, NoSupport, Target, evaluate_target, failure_message, rows_never_possible
from forecast.inference.weights import effective_size, log_sum
from forecast.language.arrays import Array, Indices

PRIOR_SHARE = 0.05  # of the points that measure
FAINTEST = 1e11  # a log density beyond has fewer than five digits behind the point, and weights are differences of such
COORDINATES_KEPT = 2**25  # points times coordinates, a quarter of a gigabyte, of which a few copies are at work
POINTS_PER_ROUND = 4_096  # points of a round that learns, and the least of one that measures
FARTHER = 1.25  # times the points of a budget may be spent where that suffices, which costs less than another engine's run
UNLIKELY, HOPELESS = 0.5, 0.9  # share of the effective draws wanted, of which fewer are to be expected of those points: no more are drawn
MOST_AT_ONCE, TWICE = 65_536, 2  # points of a round that measures at most, and times all those before
FEWEST_MEASURED = 400  # effective draws, 25 of each replicate, below which the replicates' errors are not to be trusted


@dataclass(frozen=True, slots=True)
class Budget:
    """How much to compute, and what suffices.

    ``enough`` effective draws give a probability a Monte Carlo error of at most 0.5
    percentage points; ``pareto_k`` is the largest shape of the weights' tail with which the run counts as sound;
    ``points`` are drawn at most, ``at_once`` in a round.  ``effort`` is how many times as many effective draws as ``enough`` are measured: what is learnt before does not depend on it.  ``confirm`` says whether
    a run is called sound only after a second opinion, as what is published is; what is only compared with that needs none.
    """

    enough: float = 10_000
    pareto_k: float = FINITE_VARIANCE
    points: int = 131_072
    at_once: int = POINTS_PER_ROUND
    effort: float = 1.0
    confirm: bool = True

    @property
    def wanted(self) -> float:
        """The effective draws to measure."""
        return self.enough * self.effort

    @property
    def allowed(self) -> int:
        """The points to learn from and to measure with, at most."""
        return math.ceil(self.points * max(self.effort, 1.0))


@dataclass(frozen=True, slots=True)
class WeightedDraws:
    """Weighted draws of a target's posterior, and how far to trust them.

    ``x`` is ``(n, d)``; ``log_weight`` ``(n,)`` is normalised to a log sum of 0;
    ``replicates`` ``(n,)`` is the number of each draw's replicate.  Draws that the prior excludes are left out;
    draws that the likelihood excludes are kept, since other rows may allow them.
    ``reason`` says in words why not, where not ``converged``; ``short`` that too few effective draws are the only reason; ``heavy``
    that the only reasons are these and weights that may have no variance, though their averages converge.
    """

    x: Array
    log_weight: Array
    replicates: Indices
    log_evidence: float
    log_evidence_error: float
    effective_size: float
    pareto_k: float
    rounds: int
    converged: bool
    reason: str
    short: bool = False
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """A target's draws so far, and what is needed to draw more of them without learning anew."""

    target: Target
    weighted: WeightedDraws
    learnt: AdaptedProposal | None  # None where nothing is unknown
    measured: Cloud

    @property
    def failed(self) -> bool:
        """Whether the engine's arithmetic failed while it measured, so that what is left are the points learnt from."""
        return self.learnt is not None and not len(self.measured.x)


def sample(target: Target, *, rng: np.random.Generator, budget: Budget | None = None) -> WeightedDraws:
    """Draw from a target's posterior until the budget's ``enough`` is reached or its points are spent.

    Deterministic given ``rng``.  Raises NoSupport where no draw of the prior has a positive
    likelihood, and NotFinite where the density of one is NaN or plus infinity; both name the rows.  What goes
    wrong in the engine's own arithmetic, or at points where no draw of the prior lies, makes the draws not converged.
    """
    return start_sampling(target, rng=rng, budget=budget or Budget()).weighted


def start_sampling(
    target: Target, *, rng: np.random.Generator, budget: Budget, peaks: Mixture | None = None, known: Array | None = None
) -> Sampling:
    """Learn where a target's posterior is, then measure; as ``sample``, and more can be drawn.  ``peaks`` and ``known`` are as ``adapt_proposal`` takes them."""
    if target.dimension == 0:
        return Sampling(target, _draws_without_unknowns(target, budget), None, empty_cloud(0))
    budget = _limit_to_memory(target, budget)
    with one_thread():
        net = _learning_lattice(target, budget)
        learnt = adapt_proposal(target, net, rng, enough=budget.enough, points=budget.points, peaks=peaks, known=known)
        return _sample_from_proposal(target, learnt, empty_cloud(target.dimension), budget, rng)


def continue_sampling(sampling: Sampling, *, rng: np.random.Generator, budget: Budget) -> Sampling:
    """Measure further with what has been learnt, for a budget that wants more or allows more points."""
    if sampling.learnt is None:
        return start_sampling(sampling.target, rng=rng, budget=budget)
    budget = _limit_to_memory(sampling.target, budget)
    with one_thread():
        return _sample_from_proposal(sampling.target, sampling.learnt, sampling.measured, budget, rng)


def refit_and_sample(sampling: Sampling, *, rng: np.random.Generator, budget: Budget) -> Sampling:
    """Fit once more, to the points that have measured, and measure anew with that fit beside the old one.

    Where none have measured there is nothing to fit to.  Raises one of ``FAILURES`` where the fit fails.
    """
    if sampling.learnt is None or sampling.failed:
        return sampling
    budget = _limit_to_memory(sampling.target, budget)
    with one_thread():
        learnt = refit_proposal(sampling.learnt, sampling.measured, rng)
        budget = replace(budget, points=budget.points + learnt.points)
        return _sample_from_proposal(sampling.target, learnt, empty_cloud(sampling.target.dimension), budget, rng)


def _limit_to_memory(target: Target, budget: Budget) -> Budget:
    """The budget with as few points as fit into memory: each has as many coordinates as there are unknown values."""
    most = int(COORDINATES_KEPT / (target.dimension * max(budget.effort, 1.0)))
    return replace(budget, points=min(budget.points, most))


def _learning_lattice(target: Target, budget: Budget) -> Lattice:
    return lattice(max(5, min(budget.at_once, budget.points // 4)), target.dimension + 2)


def _sample_from_proposal(target: Target, learnt: AdaptedProposal, measured: Cloud, budget: Budget, rng: np.random.Generator) -> Sampling:
    """Measure with what has been learnt; where that fails, or no point is possible, what is left are the points learnt from, which do not suffice."""
    try:
        with np.errstate(all="ignore"):  # what is not finite is looked for
            measured = _draw_until_enough(target, learnt, measured, budget, rng)
    except FAILURES as error:
        if learnt.fitted is None:  # it is the prior's own draw
            raise
        return _failed_sampling(target, learnt, failure_message(error), budget)
    if np.isneginf(measured.log_posterior).all():
        return _failed_sampling(target, learnt, f"none of the {len(measured.x):,} points it measured with is possible", budget)
    weighted = _weigh_draws(measured, learnt.rounds + len(measured.drawn), learnt.points, budget)
    if learnt.failure and not weighted.converged:
        weighted = replace(weighted, reason=f"{weighted.reason}; nothing could be learnt: {learnt.failure}")
    return Sampling(target, weighted, learnt, measured)


def _failed_sampling(target: Target, learnt: AdaptedProposal, reason: str, budget: Budget) -> Sampling:
    seen = _weigh_draws(learnt.seen, learnt.rounds, 0, budget)
    weighted = replace(seen, converged=False, short=False, heavy=False, reason=f"the engine's arithmetic failed: {reason}")
    return Sampling(target, weighted, learnt, empty_cloud(target.dimension))


def _draw_until_enough(target: Target, learnt: AdaptedProposal, measured: Cloud, budget: Budget, rng: np.random.Generator) -> Cloud:
    """Draw until the budget's ``enough`` is reached, or that is not to be expected of the points allowed."""
    before = measured.drawn[0][0] if measured.drawn else None
    proposal = before or Proposal(target, learnt.fitted, PRIOR_SHARE, learnt.moving)
    left = math.ceil(FARTHER * budget.allowed) - learnt.points
    while not (measured.drawn and _is_enough(measured.log_ratio, budget)):
        net = _next_replicates(target, budget, measured, left - len(measured.x))
        if net is None:
            break
        measured, _added = extend_cloud(measured, proposal, net, rng)
    return measured


def _next_replicates(target: Target, budget: Budget, measured: Cloud, left: int) -> ShiftedCopies | None:
    """The next points to measure with: as many as seem to be missing, in steps of ``at_once``; None where too few are left, after the first."""
    step = max(5, min(budget.at_once, budget.points // 4) // REPLICATES)  # of one replicate
    drawn = len(measured.x)
    carrying = effective_size(measured.log_ratio) / drawn if np.isfinite(measured.log_posterior).any() else 1.0
    hopeless = UNLIKELY if len(measured.drawn) == 1 else HOPELESS  # a few heavy weights mislead about the first round
    if drawn and carrying * (drawn + left) < hopeless * budget.wanted:  # more points, at the same rate, would not suffice
        return None
    missing = budget.wanted / carrying - drawn
    most = min(left, MOST_AT_ONCE, TWICE * drawn or left) // (REPLICATES * step)
    if most < 1 and drawn:
        return None
    steps = max(1, min(math.ceil(missing / (REPLICATES * step)), most))
    return ShiftedCopies(lattice(steps * step, target.dimension + 2), REPLICATES)


def _is_enough(log_ratio: Array, budget: Budget) -> bool:
    if np.isneginf(log_ratio).all():
        return False
    return effective_size(log_ratio) >= budget.wanted and pareto_k(log_ratio) <= max(budget.pareto_k, CONVERGING)


def _weigh_draws(cloud: Cloud, rounds: int, learning: int, budget: Budget) -> WeightedDraws:
    log_ratio = cloud.log_ratio
    count, effective, shape = len(log_ratio), effective_size(log_ratio), pareto_k(log_ratio)
    total = log_sum(log_ratio)
    evidence = total - float(np.log(count))
    reason = _not_converged_reason(evidence, effective, shape, count, learning, budget)
    possible = cloud.log_prior > -np.inf
    numbers = [number for _, number in cloud.drawn]
    evenly = all(number % REPLICATES == 0 for number in numbers)  # as those that measure are
    replicates = (
        np.concatenate([np.repeat(np.arange(REPLICATES), number // REPLICATES) for number in numbers])
        if evenly
        else monte_carlo.block_replicates(count)
    )
    return WeightedDraws(
        x=cloud.x[possible],
        log_weight=log_ratio[possible] - total,
        replicates=replicates[possible],
        log_evidence=evidence,
        log_evidence_error=monte_carlo.relative_error(np.exp(log_ratio - total), replicates),
        effective_size=effective,
        pareto_k=shape,
        rounds=rounds,
        converged=not reason,
        reason=reason,
        short=effective >= FEWEST_MEASURED and bool(reason) and reason == _shortage_message(effective, count, learning, budget),
        heavy=effective >= FEWEST_MEASURED and budget.pareto_k < shape <= CONVERGING and abs(evidence) <= FAINTEST,
    )


def _not_converged_reason(evidence: float, effective: float, shape: float, count: int, learning: int, budget: Budget) -> str:
    """Why the draws do not suffice; empty where they do."""
    faults = []
    if not abs(evidence) <= FAINTEST:
        faults.append(f"the rows are so unlikely under the priors (log evidence {evidence:.1g}) that a computer cannot tell draws apart")
    if shortage := _shortage_message(effective, count, learning, budget):
        faults.append(shortage)
    if heaviness := _heavy_tail_message(shape, budget):
        faults.append(heaviness)
    return "; ".join(faults)


def _heavy_tail_message(shape: float, budget: Budget) -> str:
    """That the weights' tail is too heavy; empty where it is not."""
    return "" if shape <= budget.pareto_k else f"the Pareto k-hat of their weights is {shape:.3g}, above {budget.pareto_k:g}"


def _shortage_message(effective: float, count: int, learning: int, budget: Budget) -> str:
    """That there are too few effective draws; empty where there are enough."""
    if effective >= budget.wanted:
        return ""
    worth = "one independent draw" if round(effective) == 1 else f"{effective:,.0f} independent draws"
    return f"after learning from {learning:,} points, the next {count:,} are worth {worth}, and {budget.wanted:,.0f} were wanted"


def _draws_without_unknowns(target: Target, budget: Budget) -> WeightedDraws:
    """Nothing to sample: one point, repeated as often as draws are wanted."""
    point = evaluate_target(target, np.empty((1, 0)))
    evidence = float(point.log_posterior[0])
    if np.isneginf(evidence):
        raise NoSupport(rows_never_possible(target, point), 1)
    count = math.ceil(budget.wanted)
    return WeightedDraws(
        x=np.empty((count, 0)),
        log_weight=np.full(count, -np.log(count)),
        replicates=monte_carlo.block_replicates(count),
        log_evidence=evidence,
        log_evidence_error=0.0,
        effective_size=float(count),
        pareto_k=-np.inf,
        rounds=1,
        converged=True,
        reason="",
    )
