"""Kalshi's fees: the model fee of a trade, schedules that change by date, and what they are rounded up to.

Sources: Kalshi's fee schedule (rates and table) and docs.kalshi.com, `getting_started/fee_rounding` and `series/fee_changes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeRounding, Role, day_begins, schedule_in_force
from forecast.markets.money import CENT, check_count, round_up_to, variance

TAKER_RATE, MAKER_RATE = Decimal("0.07"), Decimal("0.0175")
QUADRATIC = ("quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees")


@dataclass(frozen=True, slots=True)
class KalshiFees:
    """How a series is charged from a moment on.

    ``taker_multiplier`` is a payload's `fee_multiplier`.  The maker's stands in the regulatory schedule alone: None where it is not known.
    """

    holds_from: datetime
    source: str
    fee_type: str = "quadratic"
    taker_multiplier: Decimal = Decimal(1)
    maker_multiplier: Decimal | None = None

    @property
    def rounding(self) -> FeeRounding:
        """Up to a cent."""
        return FeeRounding(CENT, "up")

    def model_fee(self, price: Decimal, count: Decimal, role: Role = "taker") -> Fraction:
        """Rate · multiplier · C · P(1 - P), exactly, in dollars.  Raises ``MarketFault`` for fees whose formula is not known."""
        return self._rate(role) * Fraction(check_count(count)) * variance(price)

    def trade_fee(self, price: Decimal, count: Decimal, role: Role = "taker") -> Decimal:
        """The fee of one fill, rounded up to a cent, as in the official table; that is what one fill of a whole value costs by either rule.

        What several fills of one order cost, ``order_fees`` says.
        """
        return round_up_to(self.model_fee(price, count, role), CENT)

    def fee_of_contract(self, price: float) -> float:
        """The taker's fee of one contract before rounding, in dollars."""
        return float(self._rate("taker")) * price * (1 - price)

    def _rate(self, role: Role) -> Fraction:
        if self.fee_type not in QUADRATIC:
            raise MarketFault(
                f"the fees of type `{self.fee_type}` are not known",
                f"known are {', '.join(QUADRATIC)}; give the fee of your trade yourself",
            )
        if role == "taker":
            return Fraction(TAKER_RATE) * Fraction(self.taker_multiplier)
        if self.fee_type == "quadratic":
            return Fraction(0)
        if self.maker_multiplier is None:
            raise MarketFault(
                "the maker's multiplier of this series is not known: a payload's `fee_multiplier` is the taker's",
                "take it from Kalshi's regulatory fee schedule",
            )
        return Fraction(MAKER_RATE) * Fraction(self.maker_multiplier)


@dataclass(frozen=True, slots=True)
class KalshiRounding:
    """What the fee of a trade is rounded up to, from a moment on."""

    holds_from: datetime
    source: str
    unit: Decimal


KALSHI_ROUNDING = (
    KalshiRounding(
        day_begins(2026, 3, 1),
        "docs.kalshi.com/getting_started/fee_rounding, text of spring to mid-August 2026; the day from which it held is not stated",
        Decimal("0.0001"),
    ),
    KalshiRounding(
        day_begins(2026, 9, 1),
        "docs.kalshi.com/getting_started/fee_rounding, text of September 2026; changed between mid-August and September, the day is not stated",
        Decimal("0.000001"),
    ),
)


@dataclass(frozen=True, slots=True)
class KalshiOverride:
    """A change for one event, which overrides its series from a moment on; without ``fees`` it clears an earlier one."""

    holds_from: datetime
    source: str
    fees: KalshiFees | None


def kalshi_fees_at(
    series: Iterable[KalshiFees], at: datetime, *, overrides: Iterable[KalshiOverride] = (), waived_until: datetime | None = None
) -> KalshiFees:
    """Return the fees of a market at a moment: those of its series, or of its event where an override is in force, or none while waived.

    ``waived_until`` is a market's `fee_waiver_expiration_time`; at that moment fees begin.  Raises ``MarketFault`` where none are known.
    """
    fees = schedule_in_force(series, at)
    begun = [override for override in overrides if override.holds_from <= at]
    if begun:
        fees = schedule_in_force(begun, at, what="overrides").fees or fees
    if waived_until is not None and at < waived_until:
        return KalshiFees(fees.holds_from, f"waived until {waived_until.isoformat()}; {fees.source}", "quadratic", Decimal(0))
    return fees
