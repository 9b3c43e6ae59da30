"""What one holds of contracts, and what trades have come to: from one's own fills, settlements and voids, in the order of time.

Holdings are valued at their average cost. A sale realises what it brings over that, a settlement what the side pays, a void the share of
the cost that comes back; fees are part of the cost of a purchase, and are taken off a sale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from forecast.book.files.problems import Place
from forecast.markets.faults import MarketFault
from forecast.markets.quotes import PriceInterval
from forecast.markets.sides import ContractSide

type PositionAction = Literal["buy", "sell", "settle", "void"]
POSITION_ACTIONS: tuple[PositionAction, ...] = ("buy", "sell", "settle", "void")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OwnTrade:
    """One row of ``positions.csv``: so many contracts of a side bought or sold at a price each, or what a side paid when it ended.

    ``price`` of a settlement is what a contract of ``side`` paid, from 0 to 1; of a void the share of the cost that came back. ``count`` of
    both is that of all contracts held where it is None. ``fee`` is of the whole row, below 0 a rebate; 0 where the row has none, which
    ``has_fee`` tells.
    """

    place: Place
    contract: str
    at: datetime
    action: PositionAction
    side: ContractSide
    count: Decimal | None
    price: Decimal
    fee: Decimal
    id: str = ""
    has_fee: bool = True


@dataclass(frozen=True, slots=True)
class SideHolding:
    """What is held of one side of a contract: contracts, what they cost with fees, and what trades of it have brought in so far."""

    contract: str
    side: ContractSide
    count: Decimal = _ZERO
    cost: Decimal = _ZERO
    realised: Decimal = _ZERO
    fees: Decimal = _ZERO
    bought: Decimal = _ZERO  # contracts bought so far, and what was paid for them without fees
    paid: Decimal = _ZERO

    @property
    def average_cost(self) -> Decimal | None:
        """The cost of one contract that is held, with fees; None where there is none."""
        return self.cost / self.count if self.count else None

    @property
    def average_price(self) -> Decimal | None:
        """The mean price of all contracts that were bought, without fees; None where there was none."""
        return self.paid / self.bought if self.bought else None

    def value_at(self, price: Decimal) -> Decimal:
        """What the contracts bring at a price, before fees."""
        return self.count * price

    def unrealised_gain(self, price: Decimal) -> Decimal:
        """What they would bring at a price over what they cost."""
        return self.value_at(price) - self.cost


@dataclass(frozen=True, slots=True)
class ContractPosition:
    """Both sides of a contract together."""

    contract: str
    yes: SideHolding
    no: SideHolding

    @property
    def cost(self) -> Decimal:
        """What is invested in it."""
        return self.yes.cost + self.no.cost

    @property
    def realised(self) -> Decimal:
        """What trades of it have brought in."""
        return self.yes.realised + self.no.realised

    @property
    def most_loss(self) -> Decimal:
        """What is lost if it ends in the worse way: one side pays, since each contract of it pays 1."""
        return self.cost - min(self.yes.count, self.no.count)

    def is_open(self) -> bool:
        """Whether anything is held."""
        return bool(self.yes.count or self.no.count)


@dataclass(slots=True)
class _Book:
    holdings: dict[tuple[str, ContractSide], SideHolding] = field(default_factory=dict)

    def of(self, contract: str, side: ContractSide) -> SideHolding:
        """What is held of a side so far."""
        return self.holdings.get((contract, side)) or SideHolding(contract, side)


def positions_of(fills: Iterable[OwnTrade], *, until: datetime | None = None) -> Mapping[str, ContractPosition]:
    """Return positions by contract after the fills up to a moment, in the order of time; of one moment in the order of the file.

    Raises ``MarketFault``, naming the row, for a sale of more than is held, for a trade after the contract has ended, and where its two
    sides do not pay 1 together.
    """
    book = _Book()
    endings: dict[str, OwnTrade] = {}
    for fill in sorted((its for its in fills if until is None or its.at <= until), key=lambda its: its.at):
        _check_ending(endings, fill)
        book.holdings[fill.contract, fill.side] = _after(book.of(fill.contract, fill.side), fill)
    names = dict.fromkeys(contract for contract, _ in book.holdings)
    return {name: ContractPosition(name, book.of(name, "yes"), book.of(name, "no")) for name in names}


def cash_flow(fills: Sequence[OwnTrade], *, until: datetime | None = None) -> Mapping[str, Decimal]:
    """Return what trading each contract has brought in less what was paid for it, fees included.  Raises ``MarketFault`` as ``positions_of``."""
    found = positions_of(fills, until=until)
    return {name: its.realised - its.cost for name, its in found.items()}


def price_of_side(interval: PriceInterval, side: ContractSide) -> Decimal:
    """What one contract of a side can be sold at: the bid of YES, or what is left of 1 above the ask."""
    return interval.bid if side == "yes" else 1 - interval.ask


def _check_ending(endings: dict[str, OwnTrade], fill: OwnTrade) -> None:
    """Raise ``MarketFault`` where a row contradicts how its contract ended by an earlier one, and keep the first that says how."""
    end = endings.get(fill.contract)
    if fill.action in {"buy", "sell"}:
        if end is not None and fill.at > end.at:
            raise MarketFault(
                f"{fill.place.path}:{fill.place.line}: `{fill.contract}` had ended before this trade, "
                f"by line {end.place.line} at {end.at.isoformat(timespec='minutes')}",
                "is the time of one of them wrong?",
            )
        return
    if end is None:
        endings[fill.contract] = fill
        return
    if end.action != fill.action:
        other = "void" if end.action == "void" else "settled"
        raise MarketFault(
            f"{fill.place.path}:{fill.place.line}: `{fill.contract}` is {other} by line {end.place.line}", "one of the two rows is wrong"
        )
    pays = end.price if end.side == fill.side else 1 - end.price
    if fill.action == "settle" and fill.price != pays:
        raise MarketFault(
            f"{fill.place.path}:{fill.place.line}: {fill.side} of `{fill.contract}` pays {fill.price}, and by line {end.place.line} it pays {pays}",
            "the two sides of a contract pay 1 together",
        )


def _after(held: SideHolding, fill: OwnTrade) -> SideHolding:
    """A holding after one row."""
    count = held.count if fill.count is None else fill.count
    if fill.action == "buy":
        cost = count * fill.price
        return replace(
            held,
            count=held.count + count,
            cost=held.cost + cost + fill.fee,
            fees=held.fees + fill.fee,
            bought=held.bought + count,
            paid=held.paid + cost,
        )
    if count > held.count:
        words = {"sell": "sold", "settle": "settled", "void": "void"}
        raise MarketFault(
            f"{fill.place.path}:{fill.place.line}: {count} contracts of `{fill.contract}` {fill.side} are {words[fill.action]}, and {held.count} were held",
            "is a purchase missing before it?",
        )
    part = held.cost * count / held.count if held.count else _ZERO
    brought = part * fill.price if fill.action == "void" else count * fill.price
    return replace(
        held,
        count=held.count - count,
        cost=held.cost - part,
        realised=held.realised + brought - fill.fee - part,
        fees=held.fees + fill.fee,
    )
