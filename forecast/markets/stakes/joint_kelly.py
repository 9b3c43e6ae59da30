"""The joint Kelly stake of several dependent contracts: trades that maximise expected log growth over joint outcomes.

Wealth on each state is concave in what is spent, since each further contract costs no less than the one before; so is its expected logarithm,
and all limits are linear.  SciPy's SLSQP solves it with the first levels of each book, and again with further ones where it has bought all
of them.  How far a solution may be from the optimum is bounded by ∇f(x)·(y - x), at the y within the limits that is best for it, over all levels (the
Frank-Wolfe gap, a duality gap: Jaggi 2013, ICML; a linear programme).  Above a bound of 1e-6 there is no advice.

Kelly (1956), Bell System Technical Journal 35, doi:10.1002/j.1538-7305.1956.tb03809.x; for dependent bets Maclean, Thorp and Ziemba (2011),
The Kelly Capital Growth Investment Criterion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.stakes.legs import Trade
from forecast.markets.stakes.spends import SpendSpace, spend_space
from forecast.markets.stakes.stake_problem import StakeProblem, gains, locked_capital

LARGEST_GAP = 1e-6  # in log growth
FIRST_LEVELS = 2  # of each book, to begin with
RESTARTS = 3  # of the search from where it ended, where it ended too early
_NEARLY_ALL = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class JointStake:
    """The trades of each leg, the expected log growth by the draws they were chosen on, and how much the optimum may exceed it."""

    trades: tuple[Trade, ...]
    growth: float
    gap: float


def joint_kelly_stake(problem: StakeProblem) -> JointStake:
    """Return the trades that maximise Σ (1 - u) w_s log W_s + u log W_u, where u is the chance of an unseen outcome in which all collateral is lost.

    Contracts are fractional and fees not rounded.  Raises ``MarketFault`` where the optimum was not found within 1e-6 of log growth.
    """
    if not problem.legs or not problem.cash or not min(problem.limits.each, problem.limits.total):
        return JointStake(tuple(Trade() for _ in problem.legs), 0.0, 0.0)
    levels = [min(FIRST_LEVELS, len(leg.offers)) for leg in problem.legs]
    while True:
        space = spend_space(problem, levels)
        spends = _maximum(space)
        exhausted = [
            leg
            for leg, last in enumerate(space.last_variables(levels))
            if last is not None and spends[last] >= _NEARLY_ALL * space.most[last]
        ]
        more = [leg for leg in exhausted if levels[leg] < len(problem.legs[leg].offers)]
        if not more:
            break
        for leg in more:
            levels[leg] = min(2 * levels[leg], len(problem.legs[leg].offers))
    whole = spend_space(problem, [len(leg.offers) for leg in problem.legs])
    gap = _optimality_gap(whole, whole.spends_of(space, spends))
    for _ in range(RESTARTS):
        if gap > LARGEST_GAP:
            spends = _maximum(space, spends)
            gap = _optimality_gap(whole, whole.spends_of(space, spends))
    trades = space.trades(spends)
    if not gap <= LARGEST_GAP:
        raise MarketFault(f"the joint stake was not found: the optimum may be {gap:.2g} of log growth higher", "leave some contracts out")
    return JointStake(trades, log_growth(problem, trades), max(gap, 0.0))


def log_growth(problem: StakeProblem, trades: Sequence[Trade]) -> float:
    """The expected log of wealth after trades over wealth without them; minus infinity where all may be lost."""
    after = problem.wealth + gains(problem, trades)
    growth = _mean_log(after / problem.wealth, problem.outcomes.weights)
    if not problem.unseen:
        return growth
    rest = 1 - locked_capital(problem, trades) / problem.unseen_wealth
    return (1 - problem.unseen) * growth + problem.unseen * (float(np.log(rest)) if rest > 0 else -inf)


def _mean_log(ratios: Array, weights: Array) -> float:
    return -inf if (ratios <= 0).any() else float(weights @ np.log(ratios))


def _maximum(space: SpendSpace, start: Array | None = None) -> Array:
    from scipy.optimize import minimize

    constraints = [
        {"type": "ineq", "fun": lambda spends: space.bounds - space.matrix @ spends, "jac": lambda _: -space.matrix},
    ]
    found = minimize(
        lambda spends: tuple(-each for each in space.log_wealth(spends)),
        np.zeros(len(space.most)) if start is None else start,
        jac=True,
        method="SLSQP",
        bounds=list(zip(space.least, space.most, strict=True)),
        constraints=constraints,
        options={"maxiter": 1_000, "ftol": 1e-15},
    )
    return space.within_limits(np.clip(found.x, space.least, space.most))


def _optimality_gap(space: SpendSpace, spends: Array) -> float:
    """The most by which the optimum can exceed the value at ``spends``, infinite where that is outside the domain."""
    from scipy.optimize import linprog

    if not space.is_inside(spends):
        return inf
    _, slope = space.log_wealth(spends)
    best = linprog(
        -slope,
        A_ub=space.matrix,
        b_ub=space.bounds,
        bounds=[
            (low if np.isfinite(low) else None, high if np.isfinite(high) else None)
            for low, high in zip(space.least, space.most, strict=True)
        ],
        method="highs",
    )
    return float(-best.fun - slope @ spends) if best.status == 0 else inf
