"""Trades that bring a profit whatever happens: a linear programme over states, then the same in sizes and fees that a venue allows.

Over states s and offers l the linear programme maximises z subject to z <= sum over l of x_l (payout of l in s - price_l - fee_l) and
0 <= x_l <= depth_l.  Its optimum is 0 where some probability of the states puts every contract between bid and ask, fees included (duality;
de Finetti's theorem), and then there is nothing to gain.  Otherwise a mixed-integer programme has orders in whole steps, the least size of an
order, levels filled in the order of their prices, and the fee of each fill as it is rounded.  What it finds is computed again in exact
arithmetic, and counts only if that is above 0.

Fees that a venue rounds down are taken before rounding, so that a gain below one unit of rounding for each fill may be missed there.  Both
programmes are solved by HiGHS (Huangfu and Hall 2018) through SciPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.markets.coherence.offers import ContractOffers, FilledOrder, fill_order
from forecast.markets.coherence.payouts import Payouts, least_result
from forecast.markets.coherence.programme import IntegerProgramme, Orders
from forecast.markets.faults import MarketFault
from forecast.markets.sides import ContractSide

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

LEAST_GAIN = 1e-9  # currency units; below it the optimum of a linear programme is 0
SECONDS = 10.0  # for the best sizes of one set of trades


@dataclass(frozen=True, slots=True)
class LockedGain:
    """Trades, and the least that they bring in any state, exactly.

    ``bound`` is the optimum of the linear programme, in currency units: what no trades can exceed, apart from fees rounded down.  ``optimal``
    is false where time ran out before better sizes could be ruled out.
    """

    trades: tuple[FilledOrder, ...]
    gain: Fraction
    bound: float
    optimal: bool = True

    @property
    def cost(self) -> Decimal:
        """What the trades cost, without fees."""
        return sum((trade.cost for trade in self.trades), Decimal(0))

    @property
    def fees(self) -> Decimal:
        """What they cost in fees."""
        return sum((trade.fee for trade in self.trades), Decimal(0))


def best_gain(offered: Sequence[ContractOffers], payouts: Payouts, *, seconds: float = SECONDS) -> LockedGain | None:
    """Return the trades whose least result over all states is the highest; None where none brings more than 0 after fees.

    ``payouts`` are of the contracts in the order of ``offered``.  Raises ``MarketFault`` where a programme cannot be solved.
    """
    if payouts.yes.shape[1] != len(offered):
        raise MarketFault(f"there are payouts of {payouts.yes.shape[1]} contracts and offers on {len(offered)}")
    orders = list_orders(offered)
    if not orders.fills:
        return None
    margins = margins_of(orders, payouts)
    bound = linear_bound(orders, margins)
    if bound <= LEAST_GAIN:
        return None
    counts, optimal = IntegerProgramme(orders, margins).best_counts(seconds)
    trades = tuple(
        fill_order(offered[contract], side, count) for (contract, side), count in zip(orders.sides, counts, strict=True) if count
    )
    gain = least_result(trades, offered, payouts) if trades else Fraction(0)
    return LockedGain(trades, gain, bound, optimal) if gain > 0 else None


def list_orders(offered: Sequence[ContractOffers]) -> Orders:
    """Return what may be bought: an order for each side of each contract on which anything is offered."""
    sides: list[tuple[int, ContractSide]] = []
    fills = []
    for contract, its in enumerate(offered):
        for side in ("yes", "no"):
            levels = its.levels(side)
            if sum((level.count for level in levels), Decimal(0)) >= its.least_order:
                fills += [(len(sides), level) for level in levels]
                sides.append((contract, side))
    return Orders(tuple(sides), tuple(fills), tuple(offered[contract] for contract, _ in sides))


def margins_of(orders: Orders, payouts: Payouts) -> Array:
    """Return what one contract of each fill brings in each state before fees, ``(states, fills)``."""
    columns = []
    for order, level in orders.fills:
        (contract, side), its = orders.sides[order], orders.offered[order]
        pays = payouts.yes[:, contract] if side == "yes" else 1 - payouts.yes[:, contract]
        void, price = payouts.void[contract], float(level.price)
        columns.append((1 - void) * pays + void * float(its.refund or 0) * price - price)
    return np.column_stack(columns)


def linear_bound(orders: Orders, margins: Array) -> float:
    """Return the optimum of the linear programme: fees before rounding, and any fraction of a contract."""
    from scipy.optimize import linprog

    states, fills = margins.shape
    gains = margins - orders.fee_rates
    result = linprog(
        np.append(np.zeros(fills), -1.0),
        A_ub=np.column_stack([-gains, np.ones(states)]),
        b_ub=np.zeros(states),
        bounds=[*((0.0, depth) for depth in orders.depths), (0.0, None)],
        method="highs",
    )
    _check_solved(result)
    return float(result.x[-1])


def _check_solved(result: OptimizeResult) -> None:
    if not result.success:
        raise MarketFault(f"the linear programme of these offers could not be solved: {result.message}")


def fair_weights(orders: Orders, margins: Array) -> NDArray[np.float64] | None:
    """Return probabilities of the states at which no offer has an expected gain after fees before rounding, ``(states,)``; None if there are none.

    They prove that nothing can be gained: this is the dual of ``linear_bound``, solved by itself.
    """
    from scipy.optimize import linprog

    states = len(margins)
    result = linprog(
        np.zeros(states),
        A_ub=(margins - orders.fee_rates).T,
        b_ub=np.zeros(len(orders.fills)),
        A_eq=np.ones((1, states)),
        b_eq=[1.0],
        bounds=(0.0, 1.0),
        method="highs",
    )
    return np.asarray(result.x) if result.success else None
