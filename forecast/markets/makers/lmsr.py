"""The logarithmic market scoring rule: what a trade costs, and the prices before and after it.

Source: Hanson (2003), Information Systems Frontiers 5, doi:10.1023/A:1022058209073.  Shares pay 1 if their outcome happens.
"""

from __future__ import annotations

from math import exp, expm1, log, log1p

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault

_LARGE = 500.0  # exp of it is far from overflowing


def lmsr_cost(shares: ArrayLike, *, liquidity: float) -> float:
    """The cost function b ln Σ exp(q_i / b) of the shares sold of each outcome, ``(outcomes,)``; differences of it are what trades cost.

    Stable for shares of any size: the largest is taken out of the sum.  Raises ``MarketFault`` for fewer than two outcomes, or b not above 0.
    """
    scaled = _scaled_shares(shares, liquidity)
    largest = float(scaled.max())
    return liquidity * (largest + log(np.exp(scaled - largest).sum()))


def lmsr_prices(shares: ArrayLike, *, liquidity: float) -> Array:
    """The price of each outcome, ``(outcomes,)``, exp(q_i / b) / Σ exp(q_j / b): the derivative of the cost.  They add up to one."""
    scaled = _scaled_shares(shares, liquidity)
    weights = np.exp(scaled - scaled.max())
    prices: Array = weights / weights.sum()
    return prices


def lmsr_trade_cost(shares: ArrayLike, *, outcome: int, count: float, liquidity: float) -> float:
    """What ``count`` shares of one outcome cost, below 0 where they are sold: b ln(1 + p (exp(count / b) - 1)), p its price before.

    The same as the difference of two costs, without its loss of digits.
    """
    price, rest = _price_and_rest(shares, outcome, liquidity)
    steps = count / liquidity
    if steps > _LARGE:  # exp(steps) out of the logarithm, so that it cannot overflow
        return count + liquidity * log(price + rest * exp(-steps))
    if steps < 0 and price > 0.5:  # a price near one has lost the digits of what is left to one
        return liquidity * log(rest + price * exp(steps))
    return liquidity * log1p(price * expm1(steps))


def lmsr_shares_for_spend(shares: ArrayLike, *, outcome: int, spend: float, liquidity: float) -> float:
    """How many shares of one outcome ``spend`` buys: b ln(1 + (exp(spend / b) - 1) / p), p its price before."""
    if spend < 0:
        raise MarketFault(f"a spend is no less than 0, not {spend}", "sold shares have a cost below 0")
    price, _ = _price_and_rest(shares, outcome, liquidity)
    steps = spend / liquidity
    if steps > 1:  # likewise
        return spend + liquidity * (log(price * exp(-steps) - expm1(-steps)) - log(price))
    return liquidity * log1p(expm1(steps) / price)


def lmsr_max_loss(outcomes: int, *, liquidity: float) -> float:
    """The most that the maker can lose, from equal prices: b ln n."""
    _check(outcomes, liquidity)
    return liquidity * log(outcomes)


def _price_and_rest(shares: ArrayLike, outcome: int, liquidity: float) -> tuple[float, float]:
    """The price of an outcome, and what is left to one, which is the sum of the others' prices."""
    prices = lmsr_prices(shares, liquidity=liquidity)
    if not 0 <= outcome < prices.size:
        raise MarketFault(f"there is no outcome {outcome} among {prices.size}, counted from 0")
    price = float(prices[outcome])
    if not price:
        raise MarketFault(f"the price of outcome {outcome} is too small for floating point")
    return price, float(np.delete(prices, outcome).sum())


def _scaled_shares(shares: ArrayLike, liquidity: float) -> Array:
    numbers = np.asarray(shares, dtype=np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise MarketFault("the shares are one finite number for each outcome")
    _check(numbers.size, liquidity)
    return numbers / liquidity


def _check(outcomes: int, liquidity: float) -> None:
    if outcomes < 2:
        raise MarketFault("a market has two outcomes or more")
    if not 0 < liquidity < float("inf"):
        raise MarketFault(f"the liquidity b is above 0, not {liquidity}")
