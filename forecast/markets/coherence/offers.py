"""What is offered on one contract: for each side the levels that a buyer meets, with fees and the sizes in which one may trade."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.order_book import Level, OrderBook, offers_to_buyer
from forecast.markets.quotes import PriceInterval
from forecast.markets.sides import ContractSide, complement


@dataclass(frozen=True, slots=True)
class ContractOffers:
    """A contract that can be bought: ``yes`` and ``no`` are offers to a buyer of that side, the best first, at prices of that side.

    An order has a multiple of ``step`` contracts, and at least ``minimum``.  ``refund`` is the share of the price that a void contract gives
    back; None where it cannot be void.  ``depth_known`` is false where the venue's file had no depth, so that one order of the least size was
    assumed to be there.
    """

    name: str
    yes: tuple[Level, ...]
    no: tuple[Level, ...]
    fees: FeeSchedule
    step: Decimal = Decimal(1)
    minimum: Decimal = Decimal(1)
    refund: Decimal | None = None
    depth_known: bool = True

    def __post_init__(self) -> None:
        if self.step <= 0 or self.minimum < 0:
            raise MarketFault(f"orders have a size above 0, not {self.step} or {self.minimum}")

    def levels(self, side: ContractSide) -> tuple[Level, ...]:
        """The offers on one side."""
        return self.yes if side == "yes" else self.no

    @property
    def least_order(self) -> Decimal:
        """The smallest order: the first multiple of the step that reaches the minimum."""
        return max((self.minimum / self.step).to_integral_value(ROUND_CEILING), Decimal(1)) * self.step


@dataclass(frozen=True, slots=True)
class FilledOrder:
    """An order for one side of a contract that is filled at once: its fills by level, their cost, and the fee of each added up."""

    contract: str
    side: ContractSide
    fills: tuple[Level, ...]
    cost: Decimal
    fee: Decimal

    @property
    def count(self) -> Decimal:
        """How many contracts."""
        return sum((fill.count for fill in self.fills), Decimal(0))

    @property
    def limit(self) -> Decimal:
        """The price of the last fill, which is the limit of the order."""
        return self.fills[-1].price


def levels_of_book(book: OrderBook) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Return what a book offers to buyers of YES and of NO."""
    return offers_to_buyer(book, "yes"), offers_to_buyer(book, "no")


def levels_of_interval(interval: PriceInterval, *, assumed: Decimal) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """Return what the best bid and ask offer to buyers of YES and of NO; a depth that is not known counts as ``assumed`` contracts."""
    ask_depth = assumed if interval.ask_depth is None else interval.ask_depth
    bid_depth = assumed if interval.bid_depth is None else interval.bid_depth
    yes = (Level(interval.ask, ask_depth),) if ask_depth else ()
    no = (Level(complement(interval.bid), bid_depth),) if bid_depth else ()
    return yes, no


def fill_order(offered: ContractOffers, side: ContractSide, count: Decimal) -> FilledOrder:
    """Return the trade that buys ``count`` contracts of one side, each level one fill with its fee as the venue rounds it.

    Raises ``MarketFault`` where so many are not offered, or where an order cannot have that size.
    """
    if count % offered.step or count < offered.minimum:
        raise MarketFault(f"an order of `{offered.name}` cannot have {count} contracts")
    fills, left = [], count
    for level in offered.levels(side):
        taken = min(left, level.count)
        if taken:
            fills.append(Level(level.price, taken))
        left -= taken
    if left:
        raise MarketFault(f"no more than {count - left} contracts of `{offered.name}` are offered, not {count}")
    cost = sum((fill.price * fill.count for fill in fills), Decimal(0))
    fee = sum((offered.fees.trade_fee(fill.price, fill.count) for fill in fills), Decimal(0))
    return FilledOrder(offered.name, side, tuple(fills), cost, fee)
