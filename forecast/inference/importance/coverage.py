"""Where a run of the fast engine has drawn enough, asked at any draws of the parameters, as another engine's.

The proposal's density is known everywhere, so what a draw of the run would weigh can be computed at points that the
run never drew.  Where that is more than ``MORE`` times its heaviest draw, the run has missed something, as in its own
second opinion.  Where it is no more than the weight at which the run's tail begins, the weights are bounded: there its averages
and their errors hold whatever the tail is like (truncated importance sampling; Ionides 2008, doi:10.1198/106186008X320456).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.engine import Sampling
from forecast.inference.importance.mixture_weights import Proposal
from forecast.inference.importance.second_opinion import MORE, NEGLIGIBLE_MISSED_MASS, negligible_for
from forecast.inference.pareto import FINITE_VARIANCE, tail_length
from forecast.inference.posterior import CoveredDraws
from forecast.inference.target import FAILURES, evaluate_target
from forecast.language.arrays import Array
from forecast.model.coordinates import Coordinates


@dataclass(frozen=True, slots=True)
class RunCoverage:
    """What one hypothesis' run drew from, and the log weights of its heaviest draw and of that at which its tail begins."""

    coordinates: Coordinates
    proposal: Proposal
    row_count: int
    heaviest: float
    tail_from: float

    def log_weights(self, parameters: Mapping[str, NDArray[Any]]) -> Array | None:
        """What draws of the run would weigh at some parameters of its hypothesis, ``(draws,)``; None where its coordinates cannot say."""
        x = self.coordinates.coordinates_of(parameters)
        if x is None or not np.isfinite(x).all():
            return None
        try:
            points = evaluate_target(self.coordinates, x, row_count=self.row_count)
        except FAILURES:
            return None
        weights: Array = points.log_posterior - self.proposal.log_density(points.x, points.log_prior)
        return weights

    def has_hypothesis(self, parameters: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Which draws have the discrete values of the run's hypothesis, ``(draws,)``."""
        count = len(next(iter(parameters.values())))
        held = np.ones(count, dtype=bool)
        for name, values in self.coordinates.hypothesis.values.items():
            held &= (parameters[name] == values).all(axis=1)
        return held


@dataclass(frozen=True, slots=True)
class ProposalCoverage:
    """Where the runs of all hypotheses have drawn enough; ``negligible`` is the probability that they may miss.

    ``own`` ``(draws,)`` says which of their own draws, one run after another, lie where the weights are bounded.
    """

    runs: tuple[RunCoverage, ...]
    own: NDArray[np.bool_]
    negligible: float

    def locate(self, parameters: Mapping[str, NDArray[Any]]) -> CoveredDraws | None:
        """Return which of another engine's draws lie where these weights are bounded, and which the runs have missed; None where that cannot be said."""
        count = len(next(iter(parameters.values())))
        bounded, missed = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)  # a hypothesis without a run is missed whole
        for run in self.runs:
            here = run.has_hypothesis(parameters)
            if not here.any():
                continue
            log_weight = run.log_weights({name: values[here] for name, values in parameters.items()})
            if log_weight is None:
                return None
            bounded[here] = log_weight <= run.tail_from
            missed[here] = log_weight > run.heaviest + math.log(MORE)
        return CoveredDraws(bounded, missed)


def coverage_of(samplings: Sequence[Sampling], pareto_k: float) -> ProposalCoverage | None:
    """Return where the runs of all hypotheses have drawn enough, their largest Pareto k-hat given; None where some of them cannot say.

    Those are runs that learnt or measured nothing, and runs in the coordinates of walks, which no inverse leads to.
    """
    runs, own = [], []
    for sampling in samplings:
        learnt, target = sampling.learnt, sampling.target
        if learnt is None or sampling.failed or not isinstance(target, Coordinates):
            return None
        log_ratio = sampling.measured.log_ratio
        length = tail_length(len(log_ratio))
        tail_from = float(np.partition(log_ratio, -length - 1)[-length - 1])
        runs.append(RunCoverage(target, sampling.measured.drawn[0][0], learnt.row_count, float(log_ratio.max()), tail_from))
        own.append(log_ratio[sampling.measured.log_prior > -np.inf] <= tail_from)  # the draws that are kept
    count = sum(len(kept) for kept in own)
    negligible = negligible_for(pareto_k, count) if pareto_k > FINITE_VARIANCE else NEGLIGIBLE_MISSED_MASS
    return ProposalCoverage(tuple(runs), np.concatenate(own), negligible)
