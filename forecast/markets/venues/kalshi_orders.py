"""What the fills of one Kalshi order cost: each is rounded to what a member can hold, and what was rounded off comes back in whole units.

Source: docs.kalshi.com/getting_started/fee_rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from forecast.markets.fee_schedules import Role
from forecast.markets.money import CENT, check_count, check_price, round_down_to, round_up_to
from forecast.markets.venues.kalshi_fees import KalshiFees, KalshiRounding


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade of an order: at which price of its own side, how many contracts, bought or sold, as taker or maker."""

    price: Decimal
    count: Decimal
    action: Literal["buy", "sell"] = "buy"
    role: Role = "taker"

    @property
    def revenue(self) -> Decimal:
        """What comes in before fees; below 0 for a buyer."""
        value = check_price(self.price) * check_count(self.count)
        return -value if self.action == "buy" else value


@dataclass(frozen=True, slots=True)
class FillFee:
    """The fee of one fill in dollars: ``net`` is what is paid, ``accumulated`` what the order has left to give back after it."""

    trade_fee: Decimal
    rounding: Decimal
    rebate: Decimal
    accumulated: Decimal
    balance: Decimal  # by how much the member's money changes, fees included

    @property
    def net(self) -> Decimal:
        """Trade fee and rounding less the rebate."""
        return self.trade_fee + self.rounding - self.rebate


def fill_fee(fill: Fill, trade_fee: Decimal, *, accumulated: Decimal = Decimal(0), precision: Decimal = CENT) -> FillFee:
    """Return what a fill costs whose trade fee is known, after fills of the same order that left ``accumulated``.

    ``precision`` is what a member's balance is kept in: a cent, or $.0001 for direct members.  The balance is rounded down to it; the difference
    is added to the order's accumulator; whole units come back, no more than the fill's own fee.
    """
    exact = fill.revenue - trade_fee
    rounding = exact - round_down_to(Fraction(exact), precision)
    total = accumulated + rounding
    rebate = min(round_down_to(Fraction(total), precision), round_down_to(Fraction(trade_fee + rounding), precision))
    return FillFee(trade_fee, rounding, rebate, total - rebate, fill.revenue - trade_fee - rounding + rebate)


def order_fees(fills: Iterable[Fill], fees: KalshiFees, rounding: KalshiRounding, *, precision: Decimal = CENT) -> tuple[FillFee, ...]:
    """Return the fees of an order's fills in their order, takers' and makers' in one accumulator; raise ``MarketFault`` where a fee is not known."""
    paid: list[FillFee] = []
    accumulated = Decimal(0)
    for fill in fills:
        trade_fee = round_up_to(fees.model_fee(fill.price, fill.count, fill.role), rounding.unit)
        paid.append(fill_fee(fill, trade_fee, accumulated=accumulated, precision=precision))
        accumulated = paid[-1].accumulated
    return tuple(paid)
