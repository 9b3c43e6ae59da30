"""A fair price beside bid and ask: whether the difference is more than the spread, the fees and our own doubt, and what it is worth a year."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.comparison.deviation import (
    Deviation,
    chance_if_not_void,
    combine_in_quadrature,
    expected_value,
    fair_prices,
)
from forecast.markets.sides import ContractSide

DAYS_A_YEAR = 365.25
FAIR_PRICE_LEVELS = (0.05, 0.95)

type PriceVerdict = Literal["within the spread", "within the fees", "within our doubt", "beyond our doubt"]
"""How far a difference goes: the fair price lies between bid and ask; beyond, but no more than fees; more, but not at the nearer end of the
fair price's 90 % interval; or more even there."""


@dataclass(frozen=True, slots=True)
class OurChance:
    """The chance of our question, and the 5 to 95 % interval of the chance given the parameters; both ends are the chance where it is settled."""

    value: float
    interval: tuple[float, float]

    @property
    def has_range(self) -> bool:
        """Whether the interval is one of chances: of a question that parameters alone decide, and of a class, its ends are 0 or 1."""
        return has_range(self.value, *self.interval)


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What a comparison needs of a contract: the side that pays with our Yes, its three probabilities, what a void one refunds, and fees.

    ``fee`` is the taker's fee of one contract at a price, before rounding.
    """

    side: ContractSide
    deviation: Deviation
    refund: float
    fee: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class FairPrice:
    """The price of the contract's YES at which buying gains nothing before fees, and its 90 % interval by both doubts, of chance and contract."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class BestPurchase:
    """Buying one contract of a side at the price that is offered: what it is expected to gain after fees, and at the nearer end of our doubt.

    ``gain_a_year`` is the gain on what is spent, compounded to a year of as many ``days``; None where it is resolved within a day, or
    where that is no number that a float holds.
    """

    side: ContractSide
    price: float
    fee: float
    gain: float
    gain_at_end: float
    days: int | None
    gain_a_year: float | None


@dataclass(frozen=True, slots=True)
class PriceComparison:
    """A fair price beside a bid and an ask of YES, either of which may be missing; ``purchase`` is the better of both sides' that are offered."""

    fair: FairPrice
    bid: float | None
    ask: float | None
    verdict: PriceVerdict
    purchase: BestPurchase | None


def has_range(chance: float, low: float, high: float) -> bool:
    """Return whether an interval is one of chances, and not of what is no or yes on each draw of the parameters."""
    return not (0 < chance < 1 and {low, high} <= {0.0, 1.0})


def fair_price(chance: OurChance, terms: ContractTerms) -> FairPrice:
    """Return the fair price of the contract's YES, at the means of its three probabilities, with its interval.

    The ends of our chance's interval make one interval of the price, and the draws of the deviation, at the mean chance, another; as doubts
    that are independent they are combined as roots of sums of squares.  A price cannot leave 0 to 1, whatever the two come to.
    """

    def price(of_chance: float, deviation: Deviation) -> Array:
        return fair_prices(of_chance, deviation, side=terms.side, refund=terms.refund).yes

    means = terms.deviation.means
    middle = float(price(chance.value, means))
    ends = sorted(float(price(end, means)) for end in chance.interval)
    low, high = np.quantile(np.atleast_1d(price(chance.value, terms.deviation)), FAIR_PRICE_LEVELS).tolist()
    interval = combine_in_quadrature(middle, [(ends[0], ends[1]), (low, high)])
    return FairPrice(middle, (max(interval[0], 0.0), min(interval[1], 1.0)))


def compare_price(
    chance: OurChance, terms: ContractTerms, *, bid: float | None, ask: float | None, days: int | None = None
) -> PriceComparison:
    """Return how a fair price compares with a bid and an ask of the contract's YES; None is what is not offered.

    Buying NO costs 1 less the bid.  ``days`` are those until the contract is resolved.
    """
    fair = fair_price(chance, terms)
    offers: list[tuple[ContractSide, float]] = []
    offers += [("yes", ask)] if ask is not None else []
    offers += [("no", 1 - bid)] if bid is not None else []
    purchases = [_purchase(chance.value, fair, terms, side, price, days) for side, price in offers]
    best = max(purchases, key=lambda its: its.gain, default=None)
    return PriceComparison(fair, bid, ask, _verdict(fair, bid, ask, best), best)


def gain_a_year(gain: float, spent: float, days: int | None) -> float | None:
    """Return the gain on what is spent, compounded to a year: (1 + gain / spent)^(365.25 / days) - 1; None within a day, or beyond floats."""
    if days is None or days < 1 or spent <= 0:
        return None
    growth = 1 + gain / spent
    if growth <= 0:
        return -1.0
    power = math.log(growth) * DAYS_A_YEAR / days
    return None if power > math.log(1e6) else math.expm1(power)


def _verdict(fair: FairPrice, bid: float | None, ask: float | None, best: BestPurchase | None) -> PriceVerdict:
    if (bid is None or fair.value >= bid) and (ask is None or fair.value <= ask):
        return "within the spread"
    if best is None or best.gain <= 0:
        return "within the fees"
    return "beyond our doubt" if best.gain_at_end > 0 else "within our doubt"


def _purchase(chance: float, fair: FairPrice, terms: ContractTerms, side: ContractSide, price: float, days: int | None) -> BestPurchase:
    """What buying a side is expected to gain; at the nearer end, its fair price is that of the interval."""
    means, fee = terms.deviation.means, terms.fee(price)
    ours = float(chance_if_not_void(chance, means))
    pays = ours if side == terms.side else 1 - ours
    gain = expected_value(pays, price, void=float(means.void), refund=terms.refund, fee=fee)
    kept = 1 - float(means.void) * terms.refund
    nearer = fair.value - fair.interval[0] if side == "yes" else fair.interval[1] - fair.value
    return BestPurchase(side, price, fee, gain, gain - kept * nearer, days, gain_a_year(gain, price + fee, days))
