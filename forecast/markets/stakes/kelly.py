"""The Kelly stake of one binary bet in closed form, and the expected growth of the logarithm of wealth.

Source: Kelly (1956), Bell System Technical Journal 35, doi:10.1002/j.1538-7305.1956.tb03809.x.  For one bet only the mean of a probability
matters, however uncertain it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log1p

from forecast.markets.faults import MarketFault


@dataclass(frozen=True, slots=True)
class BinaryChances:
    """How a contract may end: with which probability it pays, loses, or is void; these add up to one.

    Where it is void, ``refund`` of what was paid for it comes back; fees do not.
    """

    pays: float
    void: float = 0.0
    refund: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.pays <= 1 and 0 <= self.void <= 1 and self.pays + self.void <= 1 + 1e-12 and 0 <= self.refund <= 1):
            raise MarketFault(f"these are no probabilities of one contract: pays {self.pays}, void {self.void}, refund {self.refund}")

    @property
    def loses(self) -> float:
        """The probability that it pays nothing."""
        return max(0.0, 1 - self.pays - self.void)


def kelly_fraction(probability: float, price: float, *, fee: float = 0.0) -> float:
    """The share of wealth to spend on a contract, fees included: (p - c) / (1 - c), where c is price and fee of a contract; 0 without an edge.

    ``price`` and ``fee`` are of one contract, which pays 1.  Raises ``MarketFault`` for what is no probability or no price.
    """
    cost = price + fee
    if not 0 <= probability <= 1 or not 0 < price < 1 or not 0 <= fee < inf:
        raise MarketFault(f"no bet has probability {probability}, price {price} and fee {fee}")
    return 0.0 if cost >= 1 else max(0.0, (probability - cost) / (1 - cost))


def deferred_probability(probability: float, price: float, *, deference: float) -> float:
    """The mean of one's own probability and the market's price, which has the weight ``deference``, from 0 to 1."""
    if not (0 <= probability <= 1 and 0 <= price <= 1 and 0 <= deference <= 1):
        raise MarketFault("a probability, a price and a deference lie between 0 and 1")
    return (1 - deference) * probability + deference * price


def expected_log_growth(chances: BinaryChances, *, bankroll: float, count: float, cost: float, fees: float = 0.0) -> float:
    """The mean of ln(wealth after / wealth before) where ``count`` contracts are bought for ``cost`` and ``fees``.

    Minus infinity where everything may be lost.  Raises ``MarketFault`` for a bankroll not above 0, or less than what is spent.
    """
    if not bankroll > 0 or cost < 0 or count < 0 or cost + fees > bankroll:
        raise MarketFault(f"{cost + fees:g} for {count:g} contracts cannot be spent of {bankroll:g}")
    spent = cost + fees
    gains = ((chances.pays, count - spent), (chances.loses, -spent), (chances.void, chances.refund * cost - spent))
    return sum(chance * _log_ratio(gain / bankroll) for chance, gain in gains if chance)


def _log_ratio(change: float) -> float:
    return -inf if change <= -1 else log1p(change)
