"""Polymarket's fees, by category and date, and those of Polymarket US, which is another venue.

Sources: docs.polymarket.com/trading/fees and recorded payloads; of Polymarket US, third-party programs that agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeRounding, Role, day_begins, schedule_in_force
from forecast.markets.money import CENT, check_count, round_down_to, round_half_even_to, variance

FEE_PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class PolymarketFees:
    """What takers pay in one category from a moment on: C · rate · (P(1 - P))^exponent, rounded down to five decimals; makers pay nothing."""

    holds_from: datetime
    source: str
    category: str
    rate: Decimal
    exponent: int = 1

    @property
    def rounding(self) -> FeeRounding:
        """Down to five decimals."""
        return FeeRounding(FEE_PLACES, "down")

    def trade_fee(self, price: Decimal, count: Decimal, role: Role = "taker") -> Decimal:
        """The fee of one trade in USDC."""
        exact = Fraction(self.rate) * Fraction(check_count(count)) * variance(price, self.exponent)
        return Decimal(0) if role == "maker" else round_down_to(exact, FEE_PLACES)

    def fee_of_contract(self, price: float) -> float:
        """The taker's fee of one share before rounding, in USDC."""
        return float(self.rate) * (price * (1 - price)) ** self.exponent


@dataclass(frozen=True, slots=True)
class PolymarketUSFees:
    """θ · C · P(1 - P), rounded to cents, half to even; a maker's θ below 0 is a rebate."""

    holds_from: datetime
    source: str
    taker: Decimal
    maker: Decimal = Decimal("-0.0125")

    @property
    def rounding(self) -> FeeRounding:
        """To the nearest cent, of two the even one."""
        return FeeRounding(CENT, "half-even")

    def trade_fee(self, price: Decimal, count: Decimal, role: Role = "taker") -> Decimal:
        """The fee of one trade in dollars; below 0 a rebate."""
        rate = self.taker if role == "taker" else self.maker
        return round_half_even_to(Fraction(rate) * Fraction(check_count(count)) * variance(price), CENT)

    def fee_of_contract(self, price: float) -> float:
        """The taker's fee of one contract before rounding, in dollars."""
        return float(self.taker) * price * (1 - price)


CATEGORY_OF_FEE_TYPE = {
    "sports_fees_v2": "sports",
    "economics_fees": "economics",
    "finance_prices_fees": "finance",
    "general_fees": "general",
    "crypto_fees_v2": "crypto",
}
_READ = "docs.polymarket.com/trading/fees as read from July to September 2026; the day from which it held is not stated"
_RATES = {
    "geopolitics": "0",
    "politics": "0.04",
    "finance": "0.04",
    "tech": "0.04",
    "economics": "0.05",
    "culture": "0.05",
    "weather": "0.05",
    "general": "0.05",
    "crypto": "0.07",
}
POLYMARKET_FEES = (
    *(PolymarketFees(day_begins(2026, 7, 1), _READ, category, Decimal(rate)) for category, rate in _RATES.items()),
    PolymarketFees(
        day_begins(2026, 7, 25),
        "a payload of 25 July 2026, the first seen with .05; it was .03 earlier in 2026, and the day of the change is not stated",
        "sports",
        Decimal("0.05"),
    ),
)
POLYMARKET_US_FEES = (
    PolymarketUSFees(day_begins(2026, 9, 17), "six third-party programs that agree; the venue's own page was not read", Decimal("0.0695")),
)
_FEES_BEGAN = day_begins(2026, 1, 1)


def polymarket_fees_at(category: str, at: datetime, *, schedules: Iterable[PolymarketFees] = POLYMARKET_FEES) -> PolymarketFees:
    """Return the fees of a category at a moment; before 2026 there were none.

    Raises ``MarketFault`` for a category that is not known, and for days of 2026 whose fees are not known: these changed several times.
    """
    known = [schedule for schedule in schedules if schedule.category == category]
    if not known:
        raise MarketFault(f"the fees of the category `{category}` are not known", "give a schedule for it, with its day and source")
    if at < _FEES_BEGAN:
        return PolymarketFees(datetime.min.replace(tzinfo=at.tzinfo), "no fees before 2026", category, Decimal(0))
    return schedule_in_force(known, at, what=f"fees of `{category}`")
