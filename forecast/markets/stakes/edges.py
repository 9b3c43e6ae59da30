"""Whether a bet has an edge that exceeds what is not known about it: twice the error of the chance and the stated doubt together."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from forecast.markets.sides import ContractSide
from forecast.markets.stakes.kelly import BinaryChances
from forecast.markets.stakes.legs import OfferLevel

ERRORS_NEEDED = 2.0


@dataclass(frozen=True, slots=True)
class Edge:
    """One side of a contract at its first offer, in chances.

    ``break_even`` is the chance at which it gains nothing, fees and refund included; ``error`` is the Monte Carlo error of the chance that
    it pays, and ``doubt`` the standard deviation that is stated for it, as by the priors of how a contract deviates.
    """

    side: ContractSide
    chances: BinaryChances
    offer: OfferLevel
    break_even: float
    error: float
    doubt: float

    @property
    def value(self) -> float:
        """The chance above the one at which nothing is gained, which is the expected gain of one contract in currency units."""
        return self.chances.pays - self.break_even

    @property
    def needed(self) -> float:
        """What the edge must exceed: two errors."""
        return ERRORS_NEEDED * hypot(self.error, self.doubt)

    @property
    def suffices(self) -> bool:
        """Whether anything may be staked on it."""
        return self.value > self.needed

    @property
    def refusal(self) -> str:
        """Why nothing is staked, empty where something may be."""
        if self.suffices:
            return ""
        points = 100 * self.value
        if self.value <= 0:
            return f"no edge: {points:+.2g} points after fees"
        parts = f"Monte Carlo {100 * self.error:.2f}, stated doubt {100 * self.doubt:.2f}"
        return f"the edge of {points:.2f} points is under two errors, {100 * self.needed:.2f} points ({parts})"


def edge_of(side: ContractSide, chances: BinaryChances, offer: OfferLevel, *, error: float, doubt: float = 0.0) -> Edge:
    """Return the edge of one side: it pays with more than price + fee - P(void) · refund · price, or loses money in the long run."""
    break_even = offer.cost - chances.void * chances.refund * offer.price
    return Edge(side, chances, offer, break_even, error, doubt)
