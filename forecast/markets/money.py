"""Exact money: prices and counts as decimals, fees as fractions, and rounding to a unit such as a cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from forecast.markets.faults import MarketFault

CENT = Decimal("0.01")
MOST_CONTRACTS = 10**15  # of one trade or level
MOST_PLACES = 60  # behind the point; prices of settled markets have been seen with 39


def round_up_to(amount: Fraction, unit: Decimal) -> Decimal:
    """The smallest multiple of ``unit`` that is no less than ``amount``."""
    return ceil(amount / Fraction(unit)) * unit


def round_down_to(amount: Fraction, unit: Decimal) -> Decimal:
    """The largest multiple of ``unit`` that is no more than ``amount``; of negative amounts the one further from 0."""
    return floor(amount / Fraction(unit)) * unit


def round_half_even_to(amount: Fraction, unit: Decimal) -> Decimal:
    """The nearest multiple of ``unit``, and of two that are as near the even one."""
    return round(amount / Fraction(unit)) * unit


def check_price(price: Decimal) -> Decimal:
    """Return a price, from 0 to 1 currency units; raise ``MarketFault`` where it is outside or no number."""
    if not _has_few_decimals(price) or not 0 <= price <= 1:
        raise MarketFault(f"a price lies between 0 and 1, not at {price}")
    return price


def check_count(count: Decimal) -> Decimal:
    """Return a number of contracts, above 0; raise ``MarketFault`` otherwise."""
    if not _has_few_decimals(count) or not 0 < count <= MOST_CONTRACTS:
        raise MarketFault(f"a number of contracts is above 0 and at most {MOST_CONTRACTS:,}, not {count}")
    return count


def variance(price: Decimal, exponent: int = 1) -> Fraction:
    """(P(1 - P)) to the power of ``exponent``, exactly: how fees of most venues depend on the price."""
    exact = Fraction(check_price(price))
    return (exact * (1 - exact)) ** exponent


def _has_few_decimals(number: Decimal) -> bool:
    """Whether a number is finite and has no more than 60 decimals, so that exact arithmetic with it is short."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_PLACES
