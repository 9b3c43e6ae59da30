"""Orders that a venue takes: numbers of contracts in steps, no fewer than its minimum, with fees as it rounds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.order_book import Level, walk_for_count
from forecast.markets.stakes.joint_kelly import log_growth
from forecast.markets.stakes.legs import Trade
from forecast.markets.stakes.stake_problem import StakeProblem, locked_capital

MOST_STEPS_BACK = 1_000  # until rounded fees fit into the limits


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How one leg is ordered: at these levels, in steps, from a minimum on, with these fees.  Without levels it is bought along a maker's curve."""

    levels: tuple[Level, ...] = ()
    fees: FeeSchedule | None = None
    step: Decimal = Decimal(1)
    minimum: Decimal = Decimal(0)

    def trade_below(self, count: float) -> Trade:
        """The largest order of at most ``count`` contracts, each level a fill of its own; none where that is under the minimum."""
        number = (Decimal(count * (1 + 1e-9)) / self.step).to_integral_value(ROUND_DOWN) * self.step
        if number <= 0 or number < self.minimum:
            return Trade()
        walked = walk_for_count(self.levels, number)
        charged = (
            Decimal(0) if self.fees is None else sum((self.fees.trade_fee(fill.price, fill.count) for fill in walked.fills), Decimal(0))
        )
        return Trade(float(walked.count), float(walked.money), float(charged))


def orders_below(problem: StakeProblem, trades: Sequence[Trade], rules: Sequence[OrderRules]) -> tuple[Trade, ...]:
    """Return trades as orders, each rounded down, within all limits; those that lose growth once fees are rounded are left out, one by one.

    What is bought along a curve stays as it is, unless it is under the minimum, which there is of money.
    """
    orders = [_order(problem, index, trade, its) for index, (trade, its) in enumerate(zip(trades, rules, strict=True))]
    most = min(problem.cash, problem.limits.total)
    for _ in range(MOST_STEPS_BACK):
        if locked_capital(problem, orders) <= most * (1 + 1e-12):
            break
        largest = max((index for index, its in enumerate(rules) if its.levels), key=lambda index: orders[index].spent)
        orders[largest] = rules[largest].trade_below(orders[largest].count - float(rules[largest].step))
    else:
        raise MarketFault("no order fits into the limits once fees are rounded", "raise the limits a little")
    while any(order.count for order in orders):
        growth = log_growth(problem, orders)
        without = [log_growth(problem, _without(orders, index)) if order.count else growth for index, order in enumerate(orders)]
        worst = max(range(len(orders)), key=lambda index: without[index])
        if without[worst] <= growth:
            break
        orders = _without(orders, worst)
    return tuple(orders)


def _order(problem: StakeProblem, index: int, trade: Trade, rules: OrderRules) -> Trade:
    if not rules.levels:
        return trade if trade.spent > max(float(rules.minimum), 1e-6 * problem.cash) else Trade()
    order = rules.trade_below(trade.count)
    for _ in range(MOST_STEPS_BACK):
        if order.spent <= problem.limits.each * (1 + 1e-12):
            return order
        order = rules.trade_below(order.count - float(rules.step))
    raise MarketFault(f"no order of leg {index} fits into the limit of one contract once fees are rounded", "raise the limits a little")


def _without(orders: Sequence[Trade], index: int) -> list[Trade]:
    return [Trade() if at == index else order for at, order in enumerate(orders)]
