"""The two sides of a binary contract: one pays if its question resolves Yes, the other if No."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

type ContractSide = Literal["yes", "no"]


def other_side(side: ContractSide) -> ContractSide:
    """The opposite side."""
    return "no" if side == "yes" else "yes"


def complement(price: Decimal) -> Decimal:
    """The price of the other side at which both together cost 1."""
    return 1 - price
