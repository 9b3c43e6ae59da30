"""What may be bought: one side of a contract, level by level of a book or along a market maker's curve, with fees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

from forecast.markets.faults import MarketFault
from forecast.markets.makers.cpmm import (
    LEAST_PROBABILITY,
    LIMIT_TOLERANCE,
    MOST_PROBABILITY,
    CpmmPool,
    cpmm_shares,
    cpmm_spend_to_reach,
    pool_after_spend,
)
from forecast.markets.order_book import Level
from forecast.markets.sides import ContractSide


@dataclass(frozen=True, slots=True)
class OfferLevel:
    """Up to ``count`` contracts at one price, each with a fee (before rounding), in currency units."""

    price: float
    fee: float
    count: float

    def __post_init__(self) -> None:
        if not (0 <= self.price < 1 and 0 <= self.fee < inf and self.price + self.fee > 0 and self.count > 0):
            raise MarketFault(f"no offer has price {self.price}, fee {self.fee} and {self.count} contracts")

    @property
    def cost(self) -> float:
        """Price and fee of a contract."""
        return self.price + self.fee


@dataclass(frozen=True, slots=True)
class MakerCurve:
    """Manifold's maker seen by a buyer of one side: shares grow with the spend, ever more slowly, up to ``most``; there are no fees."""

    pool: CpmmPool
    side: ContractSide

    @property
    def most(self) -> float:
        """What may be spent until the maker stops at .01 or .99."""
        end = MOST_PROBABILITY if self.side == "yes" else LEAST_PROBABILITY
        at_end = abs(self.pool.probability - end) <= LIMIT_TOLERANCE
        return 0.0 if at_end else cpmm_spend_to_reach(self.pool, self.side, end)

    def shares(self, spend: float) -> float:
        """How many shares a spend buys."""
        return cpmm_shares(self.pool, self.side, spend)

    def price(self, spend: float) -> float:
        """The price of the next share of this side after a spend."""
        after = pool_after_spend(self.pool, self.side, spend).probability
        return after if self.side == "yes" else 1 - after


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of the contract numbered ``contract``, which may be bought from ``offers``, the cheapest first, or along a ``curve``."""

    contract: int
    side: ContractSide
    offers: tuple[OfferLevel, ...] = ()
    curve: MakerCurve | None = None

    def __post_init__(self) -> None:
        costs = [offer.cost for offer in self.offers]
        if costs != sorted(costs):
            raise MarketFault("offers come the cheapest first, fees included")
        if bool(self.offers) == (self.curve is not None):
            raise MarketFault("a leg has offers of a book or a maker's curve, and one of them alone")

    @property
    def first_offer(self) -> OfferLevel:
        """The cheapest contract that may be bought."""
        return self.offers[0] if self.curve is None else OfferLevel(self.curve.price(0.0), 0.0, inf)


@dataclass(frozen=True, slots=True)
class Trade:
    """What is bought of a leg: contracts, their cost without fees, and fees."""

    count: float = 0.0
    cost: float = 0.0
    fees: float = 0.0

    @property
    def spent(self) -> float:
        """Cost and fees."""
        return self.cost + self.fees


def leg_on_levels(contract: int, side: ContractSide, levels: Iterable[Level], fee_of_contract: Callable[[float], float]) -> Leg | None:
    """Return a leg whose levels are at prices of its side (``offers_to_buyer``); None where nobody offers it below 1 with its fee.

    Levels at which a contract costs 1 or more with its fee can only lose, and are left out.  A fee that falls faster with the price than the
    price rises would make the cost of further contracts fall; then levels are sorted by cost, which a buyer who may choose does too.
    """
    offers = [OfferLevel(price, fee_of_contract(price), float(level.count)) for level in levels if 0 < (price := float(level.price)) < 1]
    kept = sorted((offer for offer in offers if offer.cost < 1), key=lambda offer: offer.cost)
    return Leg(contract, side, tuple(kept)) if kept else None


def leg_on_pool(contract: int, side: ContractSide, pool: CpmmPool) -> Leg | None:
    """Return a leg along Manifold's curve; None where the maker has stopped."""
    curve = MakerCurve(pool, side)
    return Leg(contract, side, curve=curve) if curve.most > 0 else None
