"""The Kelly stake of one binary bet with fees and slippage: walking an order book, or along a market maker's curve.

Expected log growth is concave in what is bought, since each further contract costs no less than the one before.  Its optimum is where the slope
is 0, which is searched on each level of a book (Brent's method).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from math import inf

from forecast.markets.faults import MarketFault
from forecast.markets.fee_schedules import FeeSchedule
from forecast.markets.order_book import Level, OrderBook, offers_to_buyer, walk_for_count
from forecast.markets.sides import ContractSide
from forecast.markets.stakes.kelly import BinaryChances, expected_log_growth

_RUIN = -1e100  # the slope where everything may be lost; finite, since the search interpolates


@dataclass(frozen=True, slots=True)
class KellyStake:
    """What to buy of one side: contracts, their cost, fees, and what that does to wealth.  All are 0 where there is no edge.

    ``cost`` is without fees; ``fees`` are exact for a book, where each level is one fill; ``growth`` is the expected log growth;
    ``expected_gain`` is in currency units, after fees.
    """

    side: ContractSide
    count: float
    cost: float
    fees: float
    growth: float
    expected_gain: float

    @property
    def spent(self) -> float:
        """Cost and fees."""
        return self.cost + self.fees


def optimal_count(levels: Sequence[Level], chances: BinaryChances, bankroll: float, fee_of_contract: Callable[[float], float]) -> float:
    """How many contracts maximise expected log growth, bought level by level, as a number that may be fractional; fees before rounding."""
    from scipy.optimize import brentq

    _check_bankroll(bankroll)
    count = cost = fees = 0.0
    for level in levels:
        price, most = float(level.price), float(level.count)
        fee = fee_of_contract(price)
        most = min(most, (bankroll - cost - fees) / (price + fee) if price + fee else inf)

        def slope(more: float, at: tuple[float, ...] = (count, cost, fees, price, fee)) -> float:
            held, paid, charged, each, charge = at
            return _slope(chances, bankroll, (held + more, paid + more * each, charged + more * charge), (each, charge))

        if not most > 0 or slope(0.0) <= 0:
            break
        more = most if slope(most) >= 0 else float(brentq(slope, 0, most, xtol=1e-12 * most, rtol=1e-14))
        count, cost, fees = count + more, cost + more * price, fees + more * fee
        if more < float(level.count):
            break
    return count


def kelly_stake_on_book(
    book: OrderBook, chances: BinaryChances, *, side: ContractSide, bankroll: float, fees: FeeSchedule, step: Decimal = Decimal(1)
) -> KellyStake:
    """Return what to buy of one side of a book; ``chances`` are those of that side.

    The optimum is rounded down to a multiple of ``step`` contracts, and fees are then exact; where they eat up the growth, nothing is bought.
    """
    offers = offers_to_buyer(book, side)
    wanted = optimal_count(offers, chances, bankroll, fees.fee_of_contract)
    count = _multiple_below(wanted, step)
    while count > 0:
        walked = walk_for_count(offers, count)
        charged = sum((fees.trade_fee(fill.price, fill.count) for fill in walked.fills), Decimal(0))
        spent = float(walked.money + charged)
        if spent <= bankroll:
            return _stake_or_none(side, chances, bankroll, (float(walked.count), float(walked.money), float(charged)))
        count = min(count - step, _multiple_below(float(count) * bankroll / spent, step))  # rounded fees do not fit into the bankroll
    return KellyStake(side, 0.0, 0.0, 0.0, 0.0, 0.0)


def _multiple_below(number: float, step: Decimal) -> Decimal:
    """The largest multiple of ``step`` that is no more than a number, whose last digits the search has left open."""
    return (Decimal(number * (1 + 1e-10)) / step).to_integral_value(ROUND_DOWN) * step


def kelly_stake_on_curve(
    shares: Callable[[float], float],
    marginal_price: Callable[[float], float],
    chances: BinaryChances,
    *,
    side: ContractSide,
    bankroll: float,
    most: float = inf,
) -> KellyStake:
    """Return what to buy from a market maker without fees: ``shares(spend)``, the next of which costs ``marginal_price(spend)``.

    ``most`` bounds the spend, as where the maker stops; at most the whole bankroll is spent.
    """
    from scipy.optimize import brentq

    _check_bankroll(bankroll)

    def slope(spend: float) -> float:
        price = marginal_price(spend)
        return _slope(chances, bankroll, (shares(spend), spend, 0.0), (price, 0.0))

    end = min(bankroll, most)
    if not end > 0 or slope(0.0) <= 0:
        return KellyStake(side, 0.0, 0.0, 0.0, 0.0, 0.0)
    spend = end if slope(end) >= 0 else float(brentq(slope, 0, end, xtol=1e-13 * end, rtol=1e-14))
    return _stake_or_none(side, chances, bankroll, (shares(spend), spend, 0.0))


def _slope(chances: BinaryChances, bankroll: float, held: tuple[float, float, float], next_contract: tuple[float, float]) -> float:
    """How expected log growth changes with the next contract, when contracts, their cost and fees are ``held``."""
    count, cost, fees = held
    price, fee = next_contract
    outcomes = (
        (chances.pays, bankroll - cost - fees + count, 1 - price - fee),
        (chances.loses, bankroll - cost - fees, -price - fee),
        (chances.void, bankroll - cost - fees + chances.refund * cost, chances.refund * price - price - fee),
    )
    if any(chance and wealth <= 0 and change < 0 for chance, wealth, change in outcomes):
        return _RUIN
    return sum(chance * change / wealth for chance, wealth, change in outcomes if chance and wealth > 0)


def _stake_or_none(side: ContractSide, chances: BinaryChances, bankroll: float, bought: tuple[float, float, float]) -> KellyStake:
    count, cost, fees = bought
    if cost + fees <= bankroll:
        growth = expected_log_growth(chances, bankroll=bankroll, count=count, cost=cost, fees=fees)
        if growth > 0:
            gain = chances.pays * count + chances.void * chances.refund * cost - cost - fees
            return KellyStake(side, count, cost, fees, growth, gain)
    return KellyStake(side, 0.0, 0.0, 0.0, 0.0, 0.0)


def _check_bankroll(bankroll: float) -> None:
    if not 0 < bankroll < inf:
        raise MarketFault(f"a bankroll is above 0, not {bankroll}")
