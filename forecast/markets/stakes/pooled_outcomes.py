"""Joint outcomes whose marginal chances are the pool of model and market, with the dependence that the model's draws have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.stakes.joint_outcomes import PAYS_YES, VOID, JointOutcomes, with_unseen_outcomes
from forecast.markets.stakes.model_weight import pooled_chance, pooled_slope
from forecast.markets.stakes.outcome_tilting import TiltedOutcomes, tilt_outcomes


@dataclass(frozen=True, slots=True)
class PooledOutcomes:
    """Tilted joint outcomes and, where contracts are not void, the chances that YES pays by the model and the pool, ``(contracts,)``.

    ``slopes`` are how the pooled chances move with the model's, and ``errors`` their Monte Carlo errors.
    """

    tilted: TiltedOutcomes
    model: Array
    pooled: Array
    slopes: Array
    errors: Array


def pool_outcomes(
    drawn: JointOutcomes, prices: Array, refunds: Array, *, weight: float, greatest_unseen: Callable[[float], float]
) -> PooledOutcomes:
    """Return the joint outcomes tilted to the pool of the model's chances and the market's, with the model's ``weight``.

    ``prices`` of YES and ``refunds`` are ``(contracts,)``.  The market's chance that YES pays where it is not void is the one at which its
    price is fair: c (1 - v r) / (1 - v), with v the chance of being void and r the refund.  What no draw has is given the greatest chance that
    the draws leave open.  Raises ``MarketFault`` for a contract that is void on every draw, and prices that have no odds.
    """
    outcomes = with_unseen_outcomes(drawn, greatest_unseen(drawn.effective))
    void, pays = outcomes.chances(VOID), outcomes.chances(PAYS_YES)
    if (void >= 1).any():
        raise MarketFault("a contract is void on every draw", "leave it out")
    model = pays / (1 - void)
    pooled = model if weight == 1 else _pooled_chances(model, prices * (1 - void * refunds) / (1 - void), weight)
    slopes = np.array(
        [pooled_slope(model=float(ours), pooled=float(both), weight=weight) for ours, both in zip(model, pooled, strict=True)]
    )
    errors = slopes * np.sqrt(model * (1 - model) / drawn.effective)
    return PooledOutcomes(tilt_outcomes(outcomes, pooled * (1 - void)), model, pooled, slopes, errors)


def _pooled_chances(model: Array, fair: Array, weight: float) -> Array:
    if not ((fair > 0) & (fair < 1)).all():
        raise MarketFault("a price that is to be pooled lies between 0 and 1", "leave the contract out, or use --model-only")
    return np.array(
        [pooled_chance(model=float(ours), market=float(theirs), weight=weight) for ours, theirs in zip(model, fair, strict=True)]
    )
