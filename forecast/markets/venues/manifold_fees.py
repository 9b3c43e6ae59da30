"""Manifold's fees: none now.  Source: manifold, `common/src/fees.ts`, TAKER_FEE_CONSTANT = 0."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecast.markets.fee_schedules import FeeRounding, Role, day_begins
from forecast.markets.money import CENT, check_count, check_price


@dataclass(frozen=True, slots=True)
class NoFees:
    """A venue that charges nothing from a moment on."""

    holds_from: datetime
    source: str

    @property
    def rounding(self) -> FeeRounding:
        """There is nothing to round."""
        return FeeRounding(CENT, "down")

    def trade_fee(self, price: Decimal, count: Decimal, role: Role = "taker") -> Decimal:  # noqa: ARG002 - nobody pays
        """Zero, in the venue's currency."""
        check_price(price)
        check_count(count)
        return Decimal(0)

    def fee_of_contract(self, price: float) -> float:  # noqa: ARG002 - at no price
        """Zero."""
        return 0.0


MANIFOLD_FEES = (NoFees(day_begins(2026, 8, 1), "manifold 1e3ad3b, common/src/fees.ts, read in August 2026; earlier bets carried fees"),)
