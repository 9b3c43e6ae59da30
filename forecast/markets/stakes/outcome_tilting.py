"""Joint outcomes with other marginal probabilities and the dependence they had: exponential tilting of their weights.

Of all probabilities of the same joint outcomes that have the wanted marginals, these are the nearest by Kullback-Leibler divergence
(Csiszár 1975, Annals of Probability 3, doi:10.1214/aop/1176996454): each state's weight is multiplied by exp(Σ λ_j) over the contracts j that
pay yes in it.  The λ minimise log Σ w_s exp(λ·y_s) - λ·target, which is convex.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.stakes.joint_outcomes import PAYS_YES, VOID, JointOutcomes

MARGINAL_TOLERANCE = 1e-6  # of a marginal that counts as reached
LARGEST_MARGINAL_MISS = 0.02  # of a marginal, beyond which the wanted ones contradict the draws
LEAST_TILTED_DRAWS = 100.0  # draws, below which tilted ones say too little
PENALTIES = (1e-10, 1e-4, 1e-3, 1e-2)  # of λ², in this order until enough draws remain


@dataclass(frozen=True, slots=True)
class TiltedOutcomes:
    """Joint outcomes after tilting, the divergence from what they were (in nats), and by how much the farthest marginal misses its target."""

    outcomes: JointOutcomes
    divergence: float
    missed: float

    @property
    def reached(self) -> bool:
        """Whether every marginal is what was wanted."""
        return self.missed <= MARGINAL_TOLERANCE


class ContradictoryChances(MarketFault):
    """Chances that no weights of the joint outcomes come near; ``contract`` is the number of the one that is farthest from its own."""

    def __init__(self, contract: int, missed: float) -> None:
        super().__init__(
            f"its chance contradicts how the contracts depend on each other in the draws, by {100 * missed:.0f} points",
            "compare their prices with `forecast market coherence`, or leave it out",
        )
        self.contract = contract


def tilt_outcomes(outcomes: JointOutcomes, pays_yes: Array) -> TiltedOutcomes:
    """Return the nearest joint outcomes in which each contract pays yes with the probability ``pays_yes`` ``(contracts,)``.

    Chances of being void stay as they are.  Where no weights of these states have such marginals (as where one contract implies another
    and is to be likelier), the λ are shrunk, by the least of four penalties that leaves 100 effective draws: then marginals are as near
    as that allows, and ``missed`` says how near.  Raises ``ContradictoryChances`` where that is farther than .02, or none leaves so many
    draws, and ``MarketFault`` for what is no probability beside that of being void.
    """
    void = outcomes.chances(VOID)
    if pays_yes.shape != void.shape or not ((pays_yes > 0) & (pays_yes + void < 1)).all():
        raise MarketFault("the chance of a contract to pay yes lies between 0 and its chance of not being void, both excluded")
    features = np.hstack([outcomes.rows == PAYS_YES, (outcomes.rows == VOID)[:, void > 0]]).astype(float)
    wanted = np.append(pays_yes, void[void > 0])
    for penalty in PENALTIES:
        weights = _tilted_weights(features, outcomes.weights, wanted, penalty)
        ratio = weights / outcomes.weights
        effective = outcomes.effective / float(weights @ ratio)  # 1 / Σ p (w/p)², Kish's share of draws that remain
        misses = np.abs(weights @ features - wanted)
        if effective >= min(LEAST_TILTED_DRAWS, outcomes.effective):
            break
    missed = float(misses.max())
    if missed > LARGEST_MARGINAL_MISS or effective < min(LEAST_TILTED_DRAWS, outcomes.effective):
        raise ContradictoryChances(int(misses[: len(pays_yes)].argmax()), missed)
    held = weights > 0
    divergence = float(weights[held] @ np.log(ratio[held]))
    return TiltedOutcomes(JointOutcomes(outcomes.rows, weights, effective), max(divergence, 0.0), missed)


def _tilted_weights(features: Array, weights: Array, wanted: Array, penalty: float) -> Array:
    """Weights at the minimum of the dual with a penalty on λ², found by Newton's method within a trust region."""
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    logs = np.log(weights)

    def shares(tilts: Array) -> Array:
        exponents = logs + features @ tilts
        found: Array = np.exp(exponents - logsumexp(exponents))
        return found

    def dual(tilts: Array) -> float:
        return float(logsumexp(logs + features @ tilts) - tilts @ wanted + penalty / 2 * tilts @ tilts)

    def gradient(tilts: Array) -> Array:
        found: Array = shares(tilts) @ features - wanted + penalty * tilts
        return found

    def curvature(tilts: Array) -> Array:
        among = shares(tilts)
        mean = among @ features
        found: Array = (features * among[:, None]).T @ features - np.outer(mean, mean) + penalty * np.eye(len(mean))
        return found

    start = np.zeros(features.shape[1])
    found = minimize(dual, start, jac=gradient, hess=curvature, method="trust-exact", options={"gtol": 1e-10, "maxiter": 500})
    return shares(found.x)
