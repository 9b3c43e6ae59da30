"""An order book by levels, and what a trade against it costs: walking the book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from forecast.markets.faults import MarketFault
from forecast.markets.money import check_count, check_price
from forecast.markets.sides import ContractSide, complement


@dataclass(frozen=True, slots=True)
class Level:
    """How many contracts are wanted or offered at a price of YES, from 0 to 1."""

    price: Decimal
    count: Decimal


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Bids and asks on YES, the best first; a side may be empty."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def best_bid(self) -> Level | None:
        """The highest bid, or None."""
        return self.bids[0] if self.bids else None

    @property
    def best_ask(self) -> Level | None:
        """The lowest ask, or None."""
        return self.asks[0] if self.asks else None


@dataclass(frozen=True, slots=True)
class Execution:
    """What walking a book came to: contracts, their cost or proceeds before fees, the fills by level, and what found no counterpart."""

    count: Decimal
    money: Decimal
    fills: tuple[Level, ...]
    unfilled: Decimal  # of a stake money, of a number of contracts contracts

    @property
    def average_price(self) -> Decimal | None:
        """Money for each contract; None where there were none."""
        return self.money / self.count if self.count else None

    @property
    def worst_price(self) -> Decimal | None:
        """The price of the last fill; None where there was none."""
        return self.fills[-1].price if self.fills else None


def make_book(bids: Iterable[Level], asks: Iterable[Level]) -> OrderBook:
    """Return a book whose levels are sorted, with one level for each price; levels without contracts are none.

    Raises ``MarketFault`` for a price outside 0 to 1, for counts below 0, and where the best bid is above the best ask.
    """
    book = OrderBook(_sort_levels(bids, best="highest"), _sort_levels(asks, best="lowest"))
    if book.best_bid and book.best_ask and book.best_bid.price > book.best_ask.price:
        raise MarketFault(
            f"the best bid {book.best_bid.price} is above the best ask {book.best_ask.price}", "these are not the two sides of one book"
        )
    return book


def offers_to_buyer(book: OrderBook, side: ContractSide) -> tuple[Level, ...]:
    """The levels that somebody who buys one side meets, at prices of that side: asks of YES, or bids on YES seen from NO."""
    return book.asks if side == "yes" else tuple(Level(complement(level.price), level.count) for level in book.bids)


def offers_to_seller(book: OrderBook, side: ContractSide) -> tuple[Level, ...]:
    """The levels that somebody who sells one side meets, at prices of that side."""
    return book.bids if side == "yes" else tuple(Level(complement(level.price), level.count) for level in book.asks)


def walk_for_count(levels: Sequence[Level], count: Decimal) -> Execution:
    """Trade ``count`` contracts against levels, the best first, as far as they reach."""
    left = check_count(count)
    fills: list[Level] = []
    for level in levels:
        if not left:
            break
        taken = min(left, level.count)
        fills.append(Level(level.price, taken))
        left -= taken
    return _execution(fills, left)


def walk_for_stake(levels: Sequence[Level], stake: Decimal, *, step: Decimal = Decimal("0.01")) -> Execution:
    """Spend ``stake`` on levels, the best first, in numbers of contracts that are multiples of ``step``; the rest of it stays unspent.

    Before fees.  Raises ``MarketFault`` for a stake not above 0, and for a level at which contracts cost nothing.
    """
    if not stake.is_finite() or stake <= 0 or step <= 0:
        raise MarketFault(f"a stake is above 0, not {stake}")
    left = stake
    fills: list[Level] = []
    for level in levels:
        if not level.price:
            raise MarketFault("contracts are offered for nothing, which no stake can be spent on", "give a number of contracts")
        affordable = (left / level.price / step).to_integral_value(ROUND_DOWN) * step
        if affordable * level.price > left:  # the quotient was rounded up
            affordable -= step
        taken = min(affordable, level.count)
        if taken > 0:
            fills.append(Level(level.price, taken))
            left -= taken * level.price
        if taken < level.count:
            break
    return _execution(fills, left)


def depth_within(levels: Sequence[Level], price: Decimal, *, selling: bool = False) -> Decimal:
    """How many contracts are offered at ``price`` or better: at most at it to a buyer, at least at it to a seller."""
    return sum((level.count for level in levels if (level.price >= price if selling else level.price <= price)), Decimal(0))


def _execution(fills: Sequence[Level], unfilled: Decimal) -> Execution:
    count = sum((fill.count for fill in fills), Decimal(0))
    return Execution(count, sum((fill.price * fill.count for fill in fills), Decimal(0)), tuple(fills), unfilled)


def _sort_levels(levels: Iterable[Level], *, best: Literal["highest", "lowest"]) -> tuple[Level, ...]:
    total: dict[Decimal, Decimal] = {}
    for level in levels:
        price, count = check_price(level.price), level.count
        if not count.is_finite() or count < 0:
            raise MarketFault(f"a level has a number of contracts no less than 0, not {count}")
        if count:
            total[price] = total.get(price, Decimal(0)) + check_count(count)
    return tuple(Level(price, total[price]) for price in sorted(total, reverse=best == "highest"))
