"""Joint outcomes whose marginal chances are the pool of model and market, with the dependence that the model's draws have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.stakes.joint_outcomes import PAYS_YES, VOID, JointOutcomes, with_unseen_outcomes
from forecast.markets.stakes.model_weight import pooled_chance, pooled_slope
from forecast.markets.stakes.outcome_tilting import check_attained, tilt_in_part, tilt_outcomes, tilt_to_model


@dataclass(frozen=True, slots=True)
class PooledOutcomes:
    """Joint outcomes by the pool and, where contracts are not void, the chances that YES pays by the model and the pool, ``(contracts,)``.

    ``slopes`` are how the pooled chances move with the model's, and ``errors`` their Monte Carlo errors.  ``is_joint`` where chances were
    pooled together, and ``missed`` how far a price then is from those that are compatible with the others.
    """

    outcomes: JointOutcomes
    model: Array
    pooled: Array
    slopes: Array
    errors: Array
    is_joint: bool = False
    missed: float = 0.0


def pool_outcomes(
    drawn: JointOutcomes,
    prices: Array,
    refunds: Array,
    *,
    weight: float,
    greatest_unseen: Callable[[float], float],
    model: Array | None = None,
) -> PooledOutcomes:
    """Return the joint outcomes tilted to the pool of the model's chances and the market's, with the model's ``weight``.

    ``prices`` of YES and ``refunds`` are ``(contracts,)``.  The market's chance that YES pays where it is not void is the one at which its
    price is fair: c (1 - v r) / (1 - v), with v the chance of being void and r the refund.  What no draw has is given the greatest chance that
    the draws leave open.  ``model`` ``(contracts,)`` are the model's chances where they are known better than from the draws, NaN where not:
    the draws are tilted to them first.

    Each contract's chances are pooled by themselves, as the geometric mean of odds.  Where such chances cannot stand together, as those of
    exclusive outcomes whose sum is not one, the joint outcomes are pooled instead: the model's, and those tilted to the market's chances.
    That is the same for a single contract, and for independent ones.

    Raises ``MarketFault`` for a contract that is void on every draw and for prices that have no odds, and ``ContradictoryChances`` where
    prices contradict each other by more than .02.
    """
    outcomes = with_unseen_outcomes(drawn, greatest_unseen(drawn.effective))
    if (outcomes.chances(VOID) >= 1).any():
        raise MarketFault("a contract is void on every draw", "leave it out")
    if model is not None:
        outcomes = tilt_to_model(outcomes, model)
    void, pays = outcomes.chances(VOID), outcomes.chances(PAYS_YES)
    ours = pays / (1 - void)
    if weight == 1:
        return PooledOutcomes(outcomes, ours, ours, np.ones(len(ours)), _sampling_errors(ours, drawn))
    fair = prices * (1 - void * refunds) / (1 - void)
    tilted = tilt_outcomes(outcomes, _pooled_chances(ours, fair, weight) * (1 - void))
    pooled, missed = tilted.outcomes, 0.0
    if not tilted.reached:
        market = tilt_outcomes(outcomes, fair * (1 - void))
        check_attained(market)
        pooled, missed = tilt_in_part(outcomes, market, 1 - weight), market.missed
    chances = pooled.chances(PAYS_YES) / (1 - pooled.chances(VOID))
    slopes = np.array([pooled_slope(model=float(own), pooled=float(both), weight=weight) for own, both in zip(ours, chances, strict=True)])
    return PooledOutcomes(pooled, ours, chances, slopes, slopes * _sampling_errors(ours, drawn), not tilted.reached, missed)


def _sampling_errors(chances: Array, drawn: JointOutcomes) -> Array:
    found: Array = np.sqrt(chances * (1 - chances) / drawn.effective)
    return found


def _pooled_chances(model: Array, fair: Array, weight: float) -> Array:
    if not ((fair > 0) & (fair < 1)).all():
        raise MarketFault("a price that is to be pooled lies between 0 and 1", "leave the contract out, or use --model-only")
    return np.array(
        [pooled_chance(model=float(ours), market=float(theirs), weight=weight) for ours, theirs in zip(model, fair, strict=True)]
    )
