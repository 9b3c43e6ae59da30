"""Kalshi's prices and counts: dollars as texts since 2026, whole cents before, and never both in one file."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from forecast.markets.faults import MarketFault
from forecast.markets.venues.payload_nodes import PayloadNode

type KalshiUnit = Literal["dollars", "cents"]

_PRICES = frozenset(
    (
        *("yes_bid", "yes_ask", "no_bid", "no_ask", "last_price", "previous_price", "previous_yes_bid", "previous_yes_ask"),
        *("yes_price", "no_price", "open", "high", "low", "close", "mean", "previous", "yes", "no"),
    )
)

_PRICE_KEYS = _PRICES | {f"{key}_dollars" for key in _PRICES}


def kalshi_unit(payload: PayloadNode) -> KalshiUnit:
    """Return in which unit a payload has its prices: dollars where it has none at all.  Raises ``MarketFault`` where it has both."""
    found: dict[KalshiUnit, str] = {}
    level = [payload.value]
    while level:
        below: list[object] = []
        for outer in level:
            if isinstance(outer, list):
                below.extend(inner for inner in outer if isinstance(inner, dict | list))
            elif isinstance(outer, dict):
                for key in (name for name in outer if name in _PRICE_KEYS):
                    unit = _unit_of(key, outer[key])
                    if unit is not None:
                        found.setdefault(unit, key)
                below.extend(inner for inner in outer.values() if isinstance(inner, dict | list))
        level = below
    if len(found) == 2:
        raise MarketFault(
            f"this file mixes prices in dollars (`{found['dollars']}`) and in cents (`{found['cents']}`)", "keep the fields of one kind"
        )
    return next(iter(found), "dollars")


def kalshi_price(node: PayloadNode, key: str, unit: KalshiUnit) -> Decimal | None:
    """Return a price of an object in dollars, from 0 to 1; None where it is missing or null."""
    found = node.get(key if unit == "cents" else f"{key}_dollars")
    return None if found is None else price_in_dollars(found, unit)


def price_in_dollars(node: PayloadNode, unit: KalshiUnit) -> Decimal:
    """Return a value as a price in dollars; raise ``MarketFault`` outside 0 to 1, or where cents are not whole."""
    number = node.decimal()
    if unit == "cents":
        if number != number.to_integral_value():
            node.refuse("a whole number of cents")
        number /= 100
    if not 0 <= number <= 1:
        node.refuse("a price from 0 to 1 dollar")
    return number


def kalshi_count(node: PayloadNode, key: str) -> Decimal | None:
    """Return a number of contracts, which may be fractional; None where it is missing."""
    found = node.get(f"{key}_fp") or node.get(key)
    if found is None:
        return None
    count = found.decimal()
    if count < 0:
        found.refuse("a number of contracts")
    return count


def _unit_of(key: str, value: object) -> KalshiUnit | None:
    """The unit of a price under a key; None where it is no price: null, or an object with prices in it."""
    if value is None:
        return None
    if key.endswith("_dollars"):
        return "dollars"
    return "cents" if isinstance(value, int | Decimal | list) and not isinstance(value, bool) else None
