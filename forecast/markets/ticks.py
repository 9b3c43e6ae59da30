"""The steps in which a contract's prices come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from forecast.markets.faults import MarketFault


@dataclass(frozen=True, slots=True)
class TickRange:
    """Prices from ``start`` to ``end`` come in steps of ``step``."""

    start: Decimal
    end: Decimal
    step: Decimal

    def __post_init__(self) -> None:
        if self.step <= 0:
            raise MarketFault(f"prices come in steps above 0, not of {self.step}")


def is_on_tick(price: Decimal, ticks: tuple[TickRange, ...]) -> bool:
    """Whether an order may have this price: a whole number of steps above the start of a range that holds it.  Without ranges nothing is known."""
    if not ticks:
        raise MarketFault("the ticks of this contract are not known")
    return any(each.start <= price <= each.end and (price - each.start) % each.step == 0 for each in ticks)
