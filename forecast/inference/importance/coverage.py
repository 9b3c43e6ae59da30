"""Where a run of the fast engine has drawn enough, and where it has missed something, judged at draws of another engine.

The proposal's density is known everywhere, so what a draw of the run would weigh can be computed at points that the
run never drew.  Where that is more than ``MORE`` times its heaviest draw, the run has missed something, as in its own
second opinion; how probable that part is, draws from around it measure.  Where it is no more than the weight at which the run's
tail begins, the weights are bounded: among such draws averages and their errors hold, whatever the tail is like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.engine import Sampling
from forecast.inference.importance.lattice import ShiftedCopies, lattice
from forecast.inference.importance.mixture_weights import Proposal
from forecast.inference.importance.peaks import degrees_of_freedom
from forecast.inference.importance.proposals import best_mixture
from forecast.inference.importance.second_opinion import LARGEST_LOG_EXCESS, MORE, NEGLIGIBLE_MISSED_MASS, negligible_for
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.pareto import tail_length
from forecast.inference.posterior import CoveredDraws
from forecast.inference.target import FAILURES, EvaluatedPoints, evaluate_target
from forecast.language.arrays import Array
from forecast.model.coordinates import Coordinates
from forecast.model.errors import Unsound

PARTS = 4  # of a proposal around the draws that a run has missed, at most
FEWEST_MISSED = 25  # draws of another engine that a run has missed, from which there is something to measure
POINTS = 509  # of each replicate, that measure what was missed
SEED = 7  # of the draws that measure it: they settle a verdict, and no answer comes of them


@dataclass(frozen=True, slots=True)
class RunCoverage:
    """What one hypothesis' run drew from, and the log weights of its heaviest draw and of that at which its tail begins.

    ``moving`` are the coordinates of which the run learnt something; see ``Proposal``.
    """

    coordinates: Coordinates
    proposal: Proposal
    moving: NDArray[np.intp]
    heaviest: float
    tail_from: float

    def has_hypothesis(self, parameters: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Which draws have the discrete values of the run's hypothesis, ``(draws,)``."""
        count = len(next(iter(parameters.values())))
        held = np.ones(count, dtype=bool)
        for name, values in self.coordinates.hypothesis.values.items():
            held &= (parameters[name] == values).all(axis=1)
        return held

    def log_weights(self, points: EvaluatedPoints) -> Array:
        """What draws of the run would weigh at points of its coordinates, ``(points,)``; not finite where they are impossible."""
        with np.errstate(invalid="ignore"):
            weights: Array = points.log_posterior - self.proposal.log_density(points.x, points.log_prior)
        return weights

    def has_missed(self, log_weight: Array) -> NDArray[np.bool_]:
        """Which of some weights are so large that the run has missed something there."""
        missed: NDArray[np.bool_] = log_weight > self.heaviest + math.log(MORE)
        return missed

    def missed_masses(self, missed: Array, log_evidence: float, rng: np.random.Generator) -> Array:
        """The probability of what the run has missed, in units of ``log_evidence``, by draws from around the points ``missed`` ``(n, d)``: by replicate."""
        around = missed[:, self.moving]
        spread = np.maximum(around.var(axis=0), float(np.finfo(float).tiny))
        weights = np.full(len(around), 1 / len(around))
        fitted = best_mixture(around, weights, most=PARTS, freedom=degrees_of_freedom(around.shape[1]), spread=spread, rng=rng)
        proposal = Proposal(self.coordinates, fitted, 0.0, self.moving)
        net = ShiftedCopies(lattice(POINTS, self.coordinates.dimension + 2), REPLICATES)
        drawn = evaluate_target(self.coordinates, proposal.draw(net, rng))
        log_ratio = drawn.log_posterior - proposal.log_density(drawn.x, drawn.log_prior) - log_evidence
        amounts = np.exp(np.minimum(np.where(self.has_missed(self.log_weights(drawn)), log_ratio, -np.inf), LARGEST_LOG_EXCESS))
        masses: Array = amounts.reshape(REPLICATES, POINTS).mean(axis=1)
        return masses


@dataclass(frozen=True, slots=True)
class ProposalCoverage:
    """Where the runs of all hypotheses have drawn enough; ``negligible`` is the probability that they may miss.

    ``bounded_draws`` ``(draws,)`` says which of their own draws, one run after another, lie where the weights are bounded.
    """

    runs: tuple[RunCoverage, ...]
    log_evidence: float
    bounded_draws: NDArray[np.bool_]
    negligible: float

    def locate(self, parameters: Mapping[str, NDArray[Any]]) -> CoveredDraws | None:
        """Return which of another engine's draws lie where these weights are bounded, and which the runs have missed; None where that cannot be said."""
        try:
            return self._locate(parameters)
        except (*FAILURES, Unsound):
            return None

    def _locate(self, parameters: Mapping[str, NDArray[Any]]) -> CoveredDraws | None:
        count = len(next(iter(parameters.values())))
        bounded, missed = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)  # a hypothesis without a run is missed whole
        rng, masses = np.random.default_rng(SEED), np.zeros(REPLICATES)
        for run in self.runs:
            here = run.has_hypothesis(parameters)
            if not here.any():
                continue
            x = run.coordinates.coordinates_of({name: values[here] for name, values in parameters.items()})
            if x is None or not np.isfinite(x).all():
                return None
            log_weight = run.log_weights(evaluate_target(run.coordinates, x))
            bounded[here] = np.isfinite(log_weight) & (log_weight <= run.tail_from)
            missed[here] = run.has_missed(log_weight)
            if missed[here].sum() >= FEWEST_MISSED:
                masses += run.missed_masses(x[missed[here]], self.log_evidence, rng)
        error = float(masses.std(ddof=1)) / math.sqrt(REPLICATES)
        least = max(0.0, float(masses.mean()) - error)
        return CoveredDraws(bounded, missed, least / (1 + least))


def coverage_of(samplings: Sequence[Sampling]) -> ProposalCoverage | None:
    """Return where the runs of all hypotheses have drawn enough; None where some of them cannot say.

    Those are runs that learnt or measured nothing, and runs in the coordinates of walks, which no inverse leads to.
    """
    runs, bounded, negligible = [], [], 0.0
    log_evidence = float(np.logaddexp.reduce([sampling.weighted.log_evidence for sampling in samplings]))
    for sampling in samplings:
        learnt, target = sampling.learnt, sampling.target
        if learnt is None or sampling.failed or not isinstance(target, Coordinates):
            return None
        log_ratio = sampling.measured.log_ratio
        length = tail_length(len(log_ratio))
        tail_from = float(np.partition(log_ratio, -length - 1)[-length - 1])
        runs.append(RunCoverage(target, sampling.measured.drawn[0][0], learnt.moving, float(log_ratio.max()), tail_from))
        bounded.append(log_ratio[sampling.measured.log_prior > -np.inf] <= tail_from)  # the draws that are kept
        negligible += math.exp(sampling.weighted.log_evidence - log_evidence) * _negligible(sampling.weighted.pareto_k, len(log_ratio))
    return ProposalCoverage(tuple(runs), log_evidence, np.concatenate(bounded), negligible)


def _negligible(pareto_k: float, draws: int) -> float:
    """The probability that one run may miss; a run whose weights have no mean may miss everything."""
    if pareto_k <= 0:
        return NEGLIGIBLE_MISSED_MASS
    return negligible_for(pareto_k, draws) if pareto_k < 1 else 1.0
