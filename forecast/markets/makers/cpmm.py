"""Manifold's market maker of one binary question: y^p · n^(1 - p) stays as it is.

Source: manifold, `common/src/calculate-cpmm.ts`.  Amounts are in mana, without fees (`common/src/fees.ts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, inf, isfinite, log, log1p

from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide, other_side

LEAST_PROBABILITY, MOST_PROBABILITY = 0.01, 0.99
LIMIT_TOLERANCE = 1e-9  # a market at its limit reads .9899999999999999 or .010000000000000007


@dataclass(frozen=True, slots=True)
class CpmmPool:
    """The shares that a maker holds, and its exponent p, which is the probability where both are equally many."""

    yes: float
    no: float
    p: float = 0.5

    def __post_init__(self) -> None:
        if not (0 < self.yes < inf and 0 < self.no < inf and 0 < self.p < 1):
            raise MarketFault(f"a pool has shares of both sides and p between 0 and 1, not {self.yes}, {self.no} and {self.p}")

    @property
    def probability(self) -> float:
        """The price of YES: p n / ((1 - p) y + p n)."""
        return self.p * self.no / ((1 - self.p) * self.yes + self.p * self.no)


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought: shares, what they cost, what of the amount could not be spent, and the pool after it."""

    shares: float
    spent: float
    unspent: float
    pool: CpmmPool


def cpmm_shares(pool: CpmmPool, outcome: ContractSide, spend: float) -> float:
    """How many shares ``spend`` buys, wherever the price ends.

    Of YES y + b - (k (b + n)^(p - 1))^(1/p), written as b + y (1 - (n / (n + b))^((1 - p) / p)), which keeps its digits; NO likewise.
    """
    _check_spend(spend)
    return spend - _reserve(pool, outcome) * expm1(-_power(pool, outcome) * log1p(spend / _opposite_reserve(pool, outcome)))


def pool_after_spend(pool: CpmmPool, outcome: ContractSide, spend: float) -> CpmmPool:
    """The pool after ``spend`` went into one side: of the other side it holds that much more."""
    _check_spend(spend)
    other = _opposite_reserve(pool, outcome)
    own = _reserve(pool, outcome) * (other / (other + spend)) ** _power(pool, outcome)
    return CpmmPool(own, other + spend, pool.p) if outcome == "yes" else CpmmPool(other + spend, own, pool.p)


def cpmm_spend_to_reach(pool: CpmmPool, outcome: ContractSide, probability: float) -> float:
    """What must be spent on one side until the price of YES is ``probability``; 0 where it is there or beyond already.

    Odds grow with the power 1/p of the pool's NO shares, and fall with the power 1/(1 - p) of its YES shares.
    """
    if not 0 < probability < 1:
        raise MarketFault(f"a price to reach lies between 0 and 1, not at {probability}")
    now = pool.probability
    if (now >= probability) if outcome == "yes" else (now <= probability):
        return 0.0
    steps = log(probability) - log1p(-probability) - log(now) + log1p(-now)
    exponent = pool.p * steps if outcome == "yes" else -(1 - pool.p) * steps
    return max(0.0, _opposite_reserve(pool, outcome) * expm1(exponent))


def buy_from_pool(
    pool: CpmmPool, outcome: ContractSide, amount: float, *, lowest: float = LEAST_PROBABILITY, highest: float = MOST_PROBABILITY
) -> Purchase:
    """Buy one side for ``amount``, as far as the price of YES stays from ``lowest`` to ``highest``; the rest is not spent.

    A price that is within 1e-9 of its end is at it: nothing more is bought there.
    """
    _check_spend(amount)
    end = highest if outcome == "yes" else lowest
    left = end - pool.probability if outcome == "yes" else pool.probability - end
    spent = 0.0 if left <= LIMIT_TOLERANCE else min(amount, cpmm_spend_to_reach(pool, outcome, end))
    return Purchase(cpmm_shares(pool, outcome, spent), spent, amount - spent, pool_after_spend(pool, outcome, spent))


def sell_to_pool(pool: CpmmPool, outcome: ContractSide, shares: float) -> tuple[float, CpmmPool]:
    """Return what ``shares`` of one side bring, and the pool after it.

    Selling is buying as many shares of the other side and redeeming each pair for 1; what that costs is found by a search (Brent's method).
    """
    from scipy.optimize import brentq

    _check_spend(shares)
    opposite = other_side(outcome)
    if not shares:
        return 0.0, pool
    cost = float(brentq(lambda spend: cpmm_shares(pool, opposite, spend) - shares, 0, shares, xtol=1e-13 * shares, rtol=1e-14))
    return shares - cost, pool_after_spend(pool, opposite, cost)


def _reserve(pool: CpmmPool, outcome: ContractSide) -> float:
    return pool.yes if outcome == "yes" else pool.no


def _opposite_reserve(pool: CpmmPool, outcome: ContractSide) -> float:
    return pool.no if outcome == "yes" else pool.yes


def _power(pool: CpmmPool, outcome: ContractSide) -> float:
    return (1 - pool.p) / pool.p if outcome == "yes" else pool.p / (1 - pool.p)


def _check_spend(spend: float) -> None:
    if not isfinite(spend) or spend < 0:
        raise MarketFault(f"an amount is a number no less than 0, not {spend}")
