"""Manifold's market of several answers whose probabilities sum to one (`cpmm-multi-1`).

Source: manifold, `common/src/calculate-cpmm-arbitrage.ts`.  Each answer has a pool of its own with p = 1/2; a trade in one is balanced by
trades in the others, so that the probabilities sum to one again.  Amounts are in mana, without fees and limit orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import LEAST_PROBABILITY, LIMIT_TOLERANCE, MOST_PROBABILITY, CpmmPool, cpmm_shares, pool_after_spend
from forecast.markets.sides import ContractSide, other_side

ANSWERS_SUM_TOLERANCE = 1e-6  # of the probabilities that a payload gives


@dataclass(frozen=True, slots=True)
class MultiPurchase:
    """What was bought of one answer: all shares, how many of them through the other answers, and every pool after it."""

    shares: float
    through_others: float
    pools: tuple[CpmmPool, ...]


def check_answers(pools: Sequence[CpmmPool]) -> None:
    """Raise ``MarketFault`` unless these are the pools of two answers or more, each with p = 1/2, whose probabilities sum to one."""
    if len(pools) < 2:
        raise MarketFault("a market whose answers sum to one has two answers or more")
    if any(abs(pool.p - 0.5) > LIMIT_TOLERANCE for pool in pools):
        raise MarketFault("the pool of an answer has p = 0.5")
    total = sum(pool.probability for pool in pools)
    if abs(total - 1) > ANSWERS_SUM_TOLERANCE:
        raise MarketFault(
            f"the probabilities of the answers sum to {total:.6g}, not to one", "are these the pools of all answers at one time?"
        )


def buy_answer(pools: Sequence[CpmmPool], answer: int, outcome: ContractSide, amount: float) -> MultiPurchase:
    """Buy one side of an answer, counted from 0, for ``amount``.

    YES: m NO in each of the k - 1 others are worth m (k - 2) mana and m YES of the answer; what is left buys YES of the answer itself.
    NO: m YES in each of the others are worth m NO of the answer.  m is found by a search (Brent's method) for probabilities that sum to one.
    Raises ``MarketFault`` where the answer would leave .01 to .99, and where the pools are not those of such a market.
    """
    from scipy.optimize import brentq

    check_answers(pools)
    if not 0 <= answer < len(pools):
        raise MarketFault(f"there is no answer {answer} among {len(pools)}, counted from 0")
    if not amount:
        return MultiPurchase(0.0, 0.0, tuple(pools))
    own = pools[answer]
    others = [pool for each, pool in enumerate(pools) if each != answer]
    hedge = other_side(outcome)
    worth = len(pools) - 2 if outcome == "yes" else 0

    def rest(count: float) -> float:
        """What is left for the answer itself once ``count`` shares of each other are bought and redeemed."""
        return amount - sum(cost_of_shares(pool, hedge, count) for pool in others) + count * worth

    def excess(count: float) -> float:
        trades = [pool_after_spend(pool, hedge, cost_of_shares(pool, hedge, count)) for pool in others]
        return pool_after_spend(own, outcome, max(0.0, rest(count))).probability + sum(pool.probability for pool in trades) - 1

    highest = _where_negative(rest, amount)
    most = float(brentq(rest, 0, highest, xtol=1e-14 * highest, rtol=1e-14))
    through = 0.0 if excess(0) * excess(most) >= 0 else float(brentq(excess, 0, most, xtol=1e-14 * most, rtol=1e-14))
    spend = max(0.0, rest(through))
    after = pool_after_spend(own, outcome, spend)
    if not LEAST_PROBABILITY - LIMIT_TOLERANCE <= after.probability <= MOST_PROBABILITY + LIMIT_TOLERANCE:
        raise MarketFault(
            f"{amount:g} mana would move this answer to {after.probability:.4g}, and the venue stops at .01 and .99", "spend less"
        )
    moved = iter([pool_after_spend(pool, hedge, cost_of_shares(pool, hedge, through)) for pool in others])
    return MultiPurchase(
        cpmm_shares(own, outcome, spend) + through,
        through,
        tuple(after if each == answer else next(moved) for each in range(len(pools))),
    )


def cost_of_shares(pool: CpmmPool, outcome: ContractSide, shares: float) -> float:
    """What ``shares`` of one side cost in a pool with p = 1/2: of NO (s - y - n + √(4 y s + (y + n - s)²)) / 2."""
    opposite = pool.yes if outcome == "no" else pool.no
    over = pool.yes + pool.no - shares
    root = sqrt(over * over + 4 * opposite * shares)
    return 2 * opposite * shares / (root + over) if over > 0 else (root - over) / 2


def _where_negative(function: Callable[[float], float], start: float) -> float:
    """A number at which a function that falls below 0 is below it, by doubling."""
    highest = start
    for _ in range(200):
        if function(highest) < 0:
            return highest
        highest *= 2
    raise MarketFault("no number of shares uses up this amount", "is it a number above 0, and are the pools sound?")
