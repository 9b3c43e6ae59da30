"""A joint stake as numbers to optimise: how much is spent on each level or curve, wealth as a function of it, and all limits as A x <= b.

Beside the spends, each group of contracts with shared collateral has a variable t for what it locks: at least its cost less what its NO are
certain to pay, whichever of them loses.  Everything is in units of what may be lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.stakes.joint_outcomes import VOID
from forecast.markets.stakes.legs import OfferLevel, Trade
from forecast.markets.stakes.stake_problem import StakeProblem, certain_payout, no_counts, payoffs

LEAST_RATIO = 1e-6  # of wealth, below which the logarithm is continued by its second-order expansion, so that a search may pass through


@dataclass(frozen=True, slots=True)
class Variable:
    """What a spend buys: an offer of a leg, numbered by its level, or shares along its curve where there is none."""

    leg: int
    level: int
    offer: OfferLevel | None


@dataclass(frozen=True, slots=True)
class SpendSpace:
    """Variables with their bounds, limits ``matrix @ x <= bounds``, and what a unit of each adds to wealth over wealth before, by state.

    ``relative`` is ``(states, n)``, 0 for curves and collateral; ``locked`` ``(n,)`` is what a unit of each locks.
    """

    problem: StakeProblem
    variables: tuple[Variable, ...]
    collateral: tuple[tuple[int, ...], ...]  # the groups whose t follow the variables
    relative: Array
    locked: Array
    least: Array
    most: Array
    matrix: Array
    bounds: Array

    def last_variables(self, levels: Sequence[int]) -> list[int | None]:
        """For each leg the variable of its last level, None for a curve."""
        last: list[int | None] = [None] * len(levels)
        for index, variable in enumerate(self.variables):
            if variable.offer is not None:
                last[variable.leg] = index
        return last

    def spends_of(self, other: SpendSpace, spends: Array) -> Array:
        """Spends of a space with fewer levels as spends of this one."""
        known = {(its.leg, its.level): spend for its, spend in zip(other.variables, spends, strict=False)}
        own = [known.get((its.leg, its.level), 0.0) for its in self.variables]
        return np.array([*own, *spends[len(other.variables) :]])

    def trades(self, spends: Array) -> tuple[Trade, ...]:
        """What spends come to for each leg."""
        found = [Trade() for _ in self.problem.legs]
        for variable, spend in zip(self.variables, spends * self.problem.unit, strict=False):
            before = found[variable.leg]
            if variable.offer is None:
                curve = self.problem.legs[variable.leg].curve
                assert curve is not None
                found[variable.leg] = Trade(curve.shares(max(0.0, float(spend))), float(spend), 0.0)
            else:
                count = float(spend) / variable.offer.cost
                fees = before.fees + count * variable.offer.fee
                found[variable.leg] = Trade(before.count + count, before.cost + count * variable.offer.price, fees)
        return tuple(found)

    def log_wealth(self, spends: Array) -> tuple[float, Array]:
        """The expected log of wealth over wealth before, and its gradient."""
        ratios, slopes = self._ratios(spends)
        problem = self.problem
        values, factors = _continued_log(ratios)
        weights = (1 - problem.unseen) * problem.outcomes.weights
        value, gradient = float(weights @ values), (weights * factors) @ self.relative
        for index, slope in slopes.items():
            gradient[index] += float((weights * factors) @ slope)
        if problem.unseen:
            scale = problem.unit / problem.unseen_wealth
            last, factor = _continued_log(np.array([1 - scale * float(self.locked @ spends)]))
            value += problem.unseen * float(last[0])
            gradient = gradient - problem.unseen * scale * float(factor[0]) * self.locked
        return value, gradient

    def is_inside(self, spends: Array) -> bool:
        """Whether wealth stays where the logarithm is itself, and every limit holds up to rounding."""
        ratios, _ = self._ratios(spends)
        rest = 1 - self.problem.unit / self.problem.unseen_wealth * float(self.locked @ spends) if self.problem.unseen else 1.0
        return bool(ratios.min() > LEAST_RATIO and rest > LEAST_RATIO and (self.matrix @ spends <= self.bounds + 1e-9).all())

    def within_limits(self, spends: Array) -> Array:
        """Spends, scaled down where a limit is exceeded by rounding, with each group's collateral as it is.

        Doing nothing keeps all limits and what is locked is convex, so that a smaller multiple locks no more than in proportion.
        """
        scaled = spends * min(
            1.0, *(_largest_factor(its, bound) for its, bound in zip(self.matrix @ spends, self.bounds, strict=True) if bound > 0)
        )
        first, unit = len(self.variables), self.problem.unit
        trades = self.trades(scaled)
        for index, group in enumerate(self.collateral):
            spent = sum(trade.spent for leg, trade in zip(self.problem.legs, trades, strict=True) if leg.contract in group)
            released = certain_payout(no_counts(self.problem, group, trades)) - certain_payout(no_counts(self.problem, group, None))
            scaled[first + index] = (spent - released) / unit
        return scaled

    def _ratios(self, spends: Array) -> tuple[Array, dict[int, Array]]:
        """Wealth over wealth before, ``(states,)``, and of curves how it changes with their spends."""
        problem = self.problem
        ratios = 1 + self.relative @ spends
        slopes: dict[int, Array] = {}
        for index, variable in enumerate(self.variables):
            curve = problem.legs[variable.leg].curve
            if variable.offer is None and curve is not None:
                spend = max(0.0, float(spends[index])) * problem.unit
                paid, back = payoffs(problem.outcomes.rows, problem.legs[variable.leg]), _refund_share(problem, variable.leg)
                ratios = ratios + (curve.shares(spend) * paid + (back - 1) * spend) / problem.wealth
                slopes[index] = problem.unit * (paid / curve.price(spend) + back - 1) / problem.wealth
        return ratios, slopes


def spend_space(problem: StakeProblem, levels: Sequence[int]) -> SpendSpace:
    """Return the space of spends on the first ``levels`` of each leg's offers, and on curves."""
    variables = tuple(_variables(problem, levels))
    groups = tuple(group for group in problem.groups if any(leg.contract in group and leg.side == "no" for leg in problem.legs))
    grouped = {contract for group in groups for contract in group}
    if any(its.offer is None and problem.legs[its.leg].contract in grouped for its in variables):
        raise MarketFault("a maker's contracts share no collateral")
    count, unit = len(variables), problem.unit
    relative = np.zeros((len(problem.wealth), count + len(groups)))
    locked = np.ones(count + len(groups))
    most = np.full(count + len(groups), np.inf)
    for index, its in enumerate(variables):
        leg = problem.legs[its.leg]
        if its.offer is None:
            assert leg.curve is not None
            most[index] = leg.curve.most / unit
        else:
            most[index] = its.offer.count * its.offer.cost / unit
            back = _refund_share(problem, its.leg) * its.offer.price
            relative[:, index] = unit * ((payoffs(problem.outcomes.rows, leg) + back) / its.offer.cost - 1) / problem.wealth
        locked[index] = 0.0 if leg.contract in grouped else 1.0
    least = np.append(np.zeros(count), np.full(len(groups), -np.inf))
    rows, bounds = _limits(problem, variables, groups, locked)
    return SpendSpace(problem, variables, groups, relative, locked, least, np.minimum(most, 10.0 * _largest_spend(problem)), rows, bounds)


def _largest_spend(problem: StakeProblem) -> float:
    """A bound that no variable can reach: NO that share collateral may cost more than the cash at hand."""
    return problem.cash / problem.unit * (1 + max((len(group) for group in problem.groups), default=0))


def _variables(problem: StakeProblem, levels: Sequence[int]) -> Iterator[Variable]:
    for index, (leg, count) in enumerate(zip(problem.legs, levels, strict=True)):
        if leg.curve is not None:
            yield Variable(index, 0, None)
        for level, offer in enumerate(leg.offers[:count]):
            yield Variable(index, level, offer)


def _limits(problem: StakeProblem, variables: Sequence[Variable], groups: Sequence[Sequence[int]], locked: Array) -> tuple[Array, Array]:
    """The limits on each contract, on all together, and what the collateral of each group is at least."""
    size, unit = len(locked), problem.unit
    rows: list[Array] = [locked]
    bounds = [min(problem.cash, problem.limits.total) / unit]
    contract_of = np.array([*(problem.legs[its.leg].contract for its in variables), *([-1] * len(groups))])
    if np.isfinite(problem.limits.each):
        for contract in np.unique(contract_of[: len(variables)]):
            rows.append((contract_of == contract).astype(float))
            bounds.append(problem.limits.each / unit)
    for index, group in enumerate(groups):
        held = no_counts(problem, group, None) / unit
        for loser, count in zip(group, held, strict=True):
            row = np.zeros(size)
            row[len(variables) + index] = -1.0
            for at, its in enumerate(variables):
                leg = problem.legs[its.leg]
                if leg.contract in group and its.offer is not None:
                    pays = leg.side == "no" and leg.contract != loser
                    row[at] = 1 - pays / its.offer.cost
            rows.append(row)
            bounds.append(float(held.sum() - count - certain_payout(held)))
    return np.array(rows), np.array(bounds)


def _refund_share(problem: StakeProblem, leg: int) -> Array:
    """Which share of the price comes back on each state, ``(states,)``."""
    contract = problem.legs[leg].contract
    found: Array = problem.refunds[contract] * (problem.outcomes.rows[:, contract] == VOID)
    return found


def _continued_log(ratios: Array) -> tuple[Array, Array]:
    """The logarithm and its derivative, below ``LEAST_RATIO`` those of its expansion there, which is concave and smooth."""
    at = np.maximum(ratios, LEAST_RATIO)
    beyond = (ratios - at) / LEAST_RATIO
    return np.log(at) + beyond - beyond**2 / 2, np.where(ratios >= LEAST_RATIO, 1 / at, (1 - beyond) / LEAST_RATIO)


def _largest_factor(value: float, bound: float) -> float:
    return min(1.0, bound / value) if value > 0 else 1.0
