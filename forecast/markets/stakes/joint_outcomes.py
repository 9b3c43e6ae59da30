"""How several contracts end together: weighted draws of joint outcomes, each different row once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide

PAYS_NO: Final = 0
PAYS_YES: Final = 1
VOID: Final = 2

type OutcomeRows = NDArray[np.int8]
"""How each contract ends on each draw, ``(draws, contracts)``: ``PAYS_NO``, ``PAYS_YES`` or ``VOID``."""


@dataclass(frozen=True, slots=True)
class JointOutcomes:
    """Joint outcomes of contracts, ``rows`` ``(states, contracts)``, and their probabilities ``weights`` ``(states,)``, which add up to one.

    ``effective`` is how many independent draws they amount to.
    """

    rows: OutcomeRows
    weights: Array
    effective: float

    @property
    def contracts(self) -> int:
        """How many contracts there are."""
        return int(self.rows.shape[1])

    def chances(self, outcome: int) -> Array:
        """The probability that each contract ends in one way, ``(contracts,)``."""
        found: Array = self.weights @ (self.rows == outcome)
        return found

    def contracts_chosen(self, contracts: Sequence[int]) -> JointOutcomes:
        """The joint outcomes of some contracts, in their order."""
        return joint_outcomes(self.rows[:, list(contracts)], self.weights, effective=self.effective)


def joint_outcomes(draws: OutcomeRows, weights: Array | None = None, *, effective: float | None = None) -> JointOutcomes:
    """Return draws ``(draws, contracts)`` with each different row once; without ``weights`` ``(draws,)`` they count alike.

    ``effective`` is by default (Σw)² / Σw² of the weights (Kish 1965).  Raises ``MarketFault`` where there is no draw, an outcome is none of
    the three, or weights are not above 0 in sum, or below 0.
    """
    if draws.ndim != 2 or not draws.size or not np.isin(draws, (PAYS_NO, PAYS_YES, VOID)).all():
        raise MarketFault("joint outcomes are draws by contracts, each of which pays yes, pays no or is void")
    given = np.full(len(draws), 1 / len(draws)) if weights is None else weights
    total = float(given.sum())
    if given.shape != (len(draws),) or not (given >= 0).all() or not 0 < total < np.inf:
        raise MarketFault("the weights of draws are numbers no less than 0, one for each, at least one of them above 0")
    counted = given > 0
    rows, state = np.unique(draws[counted], axis=0, return_inverse=True)
    shares = np.bincount(state.reshape(-1), given[counted] / total, minlength=len(rows))
    size = total**2 / float(given @ given) if effective is None else effective
    return JointOutcomes(rows.astype(np.int8), shares, size)


def with_unseen_outcomes(outcomes: JointOutcomes, chance: float) -> JointOutcomes:
    """Give each way for one contract to end that no draw has a probability: the greatest that draws leave open, ``chance``.

    For each contract that pays yes, or no, on no draw, draws in which it ends so and all others as they do take that much from the rest.
    """
    missing = [
        (contract, outcome)
        for outcome in (PAYS_YES, PAYS_NO)
        for contract, seen in enumerate(outcomes.chances(outcome))
        if not seen and outcomes.chances(VOID)[contract] < 1
    ]
    if not missing:
        return outcomes
    if not 0 < chance * len(missing) < 1:
        raise MarketFault(f"{len(missing)} outcomes that no draw has cannot have a probability of {chance} each")
    rows, weights = [outcomes.rows], [outcomes.weights * (1 - chance * len(missing))]
    for contract, outcome in missing:
        changed = outcomes.rows.copy()
        changed[changed[:, contract] != VOID, contract] = outcome
        rows.append(changed)
        weights.append(outcomes.weights * chance)
    return joint_outcomes(np.vstack(rows), np.concatenate(weights), effective=outcomes.effective)


def paying_outcome(side: ContractSide) -> int:
    """The outcome in which one side of a contract pays."""
    return PAYS_YES if side == "yes" else PAYS_NO
