"""Buying from Manifold's maker where people have limit orders: whichever is cheaper comes first.

Source: manifold, `common/src/new-bet.ts`, `computeFills`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import LEAST_PROBABILITY, LIMIT_TOLERANCE, MOST_PROBABILITY, CpmmPool, Purchase, buy_from_pool
from forecast.markets.sides import ContractSide


@dataclass(frozen=True, slots=True)
class LimitOrder:
    """Somebody's offer to buy one side while the price of YES is at ``limit``, for up to ``amount`` mana."""

    outcome: ContractSide
    limit: float
    amount: float

    def __post_init__(self) -> None:
        if not 0 < self.limit < 1 or not 0 <= self.amount < inf:
            raise MarketFault(f"a limit order has a price between 0 and 1 and an amount, not {self.limit} and {self.amount}")

    @property
    def shares(self) -> float:
        """How many shares it still buys."""
        return self.amount / (self.limit if self.outcome == "yes" else 1 - self.limit)


def buy_with_limit_orders(
    pool: CpmmPool, orders: Sequence[LimitOrder], outcome: ContractSide, amount: float, *, limit: float | None = None
) -> tuple[Purchase, tuple[LimitOrder, ...]]:
    """Buy one side for ``amount`` from the pool and from the orders of the other side; return what was bought, and the orders with what they have left.

    ``limit`` is the price of YES at which the buyer stops; the pool stops at .01 and .99 in any case.  An order for the other side is met at its
    own price once the pool has reached it; of orders at one price the first in ``orders`` comes first.
    """
    yes = outcome == "yes"
    edge = MOST_PROBABILITY if yes else LEAST_PROBABILITY
    end = edge if limit is None else min(edge, limit) if yes else max(edge, limit)
    left = list(orders)
    met = sorted(
        (each for each, order in enumerate(orders) if order.outcome != outcome), key=lambda each: (1 if yes else -1) * orders[each].limit
    )
    shares, unspent = 0.0, amount
    for index in met:
        order = left[index]
        if (order.limit > end + LIMIT_TOLERANCE) if yes else (order.limit < end - LIMIT_TOLERANCE):
            break
        bought = _buy(pool, outcome, unspent, order.limit)
        pool, unspent, shares = bought.pool, bought.unspent, shares + bought.shares
        price = order.limit if yes else 1 - order.limit
        filled = min(unspent / price, order.shares)
        left[index] = LimitOrder(order.outcome, order.limit, max(0.0, order.amount - filled * (1 - price)))
        shares, unspent = shares + filled, max(0.0, unspent - filled * price)
    rest = _buy(pool, outcome, unspent, end)
    return Purchase(shares + rest.shares, amount - rest.unspent, rest.unspent, rest.pool), tuple(left)


def _buy(pool: CpmmPool, outcome: ContractSide, amount: float, end: float) -> Purchase:
    return buy_from_pool(pool, outcome, amount, highest=end) if outcome == "yes" else buy_from_pool(pool, outcome, amount, lowest=end)
