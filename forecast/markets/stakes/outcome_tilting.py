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


class ContradictoryChances(MarketFault):
    """Chances that no weights of the joint outcomes come near; ``contract`` is the number of the one that is farthest from its own."""

    def __init__(self, contract: int, missed: float, *, of_model: bool = False) -> None:
        what = "the chance of its answer contradicts" if of_model else "its price contradicts"
        super().__init__(
            f"{what} those of other contracts, given how they depend on each other, by {100 * missed:.0f} points",
            "compare their prices with `forecast market coherence`, or leave it out",
        )
        self.contract = contract


@dataclass(frozen=True, slots=True)
class TiltedOutcomes:
    """Joint outcomes after tilting by ``tilts`` (λ, ``(features,)``), and by how much the chance of each contract misses its target, ``(contracts,)``.

    ``divergence`` is from what they were, in nats.
    """

    outcomes: JointOutcomes
    tilts: Array
    misses: Array
    divergence: float

    @property
    def missed(self) -> float:
        """How far the farthest chance is from its target."""
        return float(self.misses.max())

    @property
    def reached(self) -> bool:
        """Whether every chance is what was wanted, and enough draws remain."""
        return self.missed <= MARGINAL_TOLERANCE and self.outcomes.effective >= LEAST_TILTED_DRAWS


def tilt_outcomes(outcomes: JointOutcomes, pays_yes: Array) -> TiltedOutcomes:
    """Return the nearest joint outcomes in which each contract pays yes with the probability ``pays_yes`` ``(contracts,)``.

    Chances of being void stay as they are.  Where no weights of these states have such marginals (as where one contract implies another
    and is to be likelier), the λ are shrunk, by the least of four penalties that leaves 100 effective draws: then marginals are as near
    as that allows, and ``misses`` say how near.  Raises ``MarketFault`` for what is no probability beside that of being void.
    """
    void = outcomes.chances(VOID)
    if pays_yes.shape != void.shape or not ((pays_yes > 0) & (pays_yes + void < 1)).all():
        raise MarketFault("the chance of a contract to pay yes lies between 0 and its chance of not being void, both excluded")
    features = _features(outcomes)
    wanted = np.append(pays_yes, void[void > 0])
    for penalty in PENALTIES:
        tilts = _dual_optimum(features, outcomes.weights, wanted, penalty)
        tilted = _apply(outcomes, tilts)
        if tilted.effective >= min(LEAST_TILTED_DRAWS, outcomes.effective):
            break
    held = tilted.weights > 0
    divergence = float(tilted.weights[held] @ np.log(tilted.weights[held] / outcomes.weights[held]))
    return TiltedOutcomes(tilted, tilts, np.abs(tilted.chances(PAYS_YES) - pays_yes), max(divergence, 0.0))


def tilt_in_part(outcomes: JointOutcomes, tilted: TiltedOutcomes, share: float) -> JointOutcomes:
    """Return joint outcomes between those that were tilted and what became of them: the logarithmic pool, with a share from 0 to 1 for the latter.

    The product of powers p^(1 - share) q^share of two distributions, of which q is p tilted by λ, is p tilted by share · λ (Genest and
    Zidek 1986, Statistical Science 1, doi:10.1214/ss/1177013825).
    """
    return _apply(outcomes, share * tilted.tilts)


def check_attained(tilted: TiltedOutcomes) -> None:
    """Raise ``ContradictoryChances`` where a chance misses its target by more than .02, or too few effective draws remain."""
    if tilted.missed > LARGEST_MARGINAL_MISS or tilted.outcomes.effective < LEAST_TILTED_DRAWS:
        raise ContradictoryChances(int(tilted.misses.argmax()), tilted.missed)


def tilt_to_model(outcomes: JointOutcomes, model: Array) -> JointOutcomes:
    """Return joint outcomes in which YES of each contract pays with the chance ``model`` ``(contracts,)`` where it is not void; where that is NaN, as before.

    Raises ``ContradictoryChances`` where a chance misses that by more than .02.
    """
    kept = 1 - outcomes.chances(VOID)
    wanted = np.where(np.isnan(model), outcomes.chances(PAYS_YES), model * kept)
    if np.abs(wanted - outcomes.chances(PAYS_YES)).max() <= MARGINAL_TOLERANCE:
        return outcomes
    tilted = tilt_outcomes(outcomes, wanted)
    if tilted.missed > LARGEST_MARGINAL_MISS:
        raise ContradictoryChances(int(tilted.misses.argmax()), tilted.missed, of_model=True)
    return tilted.outcomes


def _features(outcomes: JointOutcomes) -> Array:
    """1 where a contract pays yes and, of those that may be, where it is void, ``(states, features)``."""
    void = outcomes.chances(VOID) > 0
    found: Array = np.hstack([outcomes.rows == PAYS_YES, (outcomes.rows == VOID)[:, void]]).astype(float)
    return found


def _apply(outcomes: JointOutcomes, tilts: Array) -> JointOutcomes:
    """Weights times exp(λ·y), and how many effective draws remain: Kish's share 1 / Σ p (w/p)² of them."""
    from scipy.special import logsumexp

    exponents = np.log(outcomes.weights) + _features(outcomes) @ tilts
    weights = np.exp(exponents - logsumexp(exponents))
    return JointOutcomes(outcomes.rows, weights, outcomes.effective / float(weights @ (weights / outcomes.weights)))


def _dual_optimum(features: Array, weights: Array, wanted: Array, penalty: float) -> Array:
    """The λ at the minimum of the dual with a penalty on λ², found by Newton's method within a trust region."""
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
    found = minimize(dual, start, jac=gradient, hess=curvature, method="trust-exact", options={"gtol": 1e-10, "maxiter": 100})
    optimum: Array = found.x
    return optimum
