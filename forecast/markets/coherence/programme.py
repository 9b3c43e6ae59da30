"""The mixed-integer programme of orders: whole steps, least sizes, prices in order, and the fee of each fill as a venue rounds it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.markets.coherence.offers import ContractOffers
from forecast.markets.faults import MarketFault
from forecast.markets.order_book import Level
from forecast.markets.sides import ContractSide

GAP = 1e-4  # relative: by how much the best may be missed
_ROUNDING_SLACK = 1e-7  # in units of rounding, against the last digits of a fee that is a whole number of them


@dataclass(frozen=True, slots=True)
class Orders:
    """What may be bought: for each order its contract and side with the contract's sizes and fees, and for each fill its order and level.

    Levels of one order stand together, the best first.
    """

    sides: tuple[tuple[int, ContractSide], ...]
    fills: tuple[tuple[int, Level], ...]
    offered: tuple[ContractOffers, ...]

    @property
    def depths(self) -> Array:
        """How many contracts each fill may have, ``(fills,)``."""
        return np.array([float(level.count) for _, level in self.fills])

    @property
    def fee_rates(self) -> Array:
        """The fee of one contract of each fill before rounding, ``(fills,)``."""
        return np.array([self.offered[order].fees.fee_of_contract(float(level.price)) for order, level in self.fills])


class _Rows:
    """The rows of a programme while they are gathered: lower <= coefficients · variables <= upper."""

    def __init__(self, variables: int) -> None:
        self._variables = variables
        self.matrix: list[Array] = []
        self.lower: list[float] = []
        self.upper: list[float] = []

    def add(self, terms: dict[int, float], lower: float, upper: float) -> None:
        """Add a row with these coefficients and ends."""
        row = np.zeros(self._variables)
        row[list(terms)] = list(terms.values())
        self.matrix.append(row)
        self.lower.append(lower)
        self.upper.append(upper)


class IntegerProgramme:
    """The programme of one set of orders.

    Its variables, in this order: contracts of each fill, its fee in units of rounding, steps of each order, whether there is that order,
    whether each fill uses up its level, and the gain.
    """

    def __init__(self, orders: Orders, margins: Array) -> None:
        self._orders, self._margins = orders, margins
        fills, sides = len(orders.fills), len(orders.sides)
        self._fee, self._steps, self._placed, self._full = fills, 2 * fills, 2 * fills + sides, 2 * fills + 2 * sides
        self._gain = 3 * fills + 2 * sides

    def best_counts(self, seconds: float) -> tuple[list[Decimal], bool]:
        """Return how many contracts each order has at the optimum, and whether it is one within the gap or only what time allowed.

        Raises ``MarketFault`` where the programme cannot be solved.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp

        rows = self._rows()
        lower, upper, integral = self._variables()
        result = milp(
            -np.eye(self._gain + 1)[self._gain],
            integrality=integral,
            bounds=Bounds(lower, upper),
            constraints=LinearConstraint(np.array(rows.matrix), np.array(rows.lower), np.array(rows.upper)),
            options={"time_limit": seconds, "mip_rel_gap": GAP},
        )
        if result.x is None:
            if result.status == 1:  # the limit of time
                return [Decimal(0)] * len(self._orders.sides), False
            raise MarketFault(f"the sizes of these trades could not be found: {result.message}")
        steps = result.x[self._steps : self._placed]
        counts = [round(float(many)) * its.step for many, its in zip(steps, self._orders.offered, strict=True)]
        return counts, result.status == 0

    def _variables(self) -> tuple[Array, Array, NDArray[np.int_]]:
        orders = self._orders
        depths = orders.depths
        most = np.array([sum(depths[fill] for fill in self._fills_of(order)) / float(its.step) for order, its in enumerate(orders.offered)])
        flags = np.ones(len(orders.sides) + len(orders.fills))
        units = np.array([float(orders.offered[order].fees.rounding.unit) for order, _ in orders.fills])
        dearest = np.ceil(orders.fee_rates * depths / units) + 1
        upper = np.concatenate([depths, dearest, np.floor(most + 1e-9), flags, [depths.sum()]])
        whole = [self._way(fill) != "down" for fill in range(len(depths))]
        integral = np.concatenate(
            [[self._is_whole(fill) for fill in range(len(depths))], whole, np.ones(len(most) + len(flags)), [0]]
        ).astype(int)
        return np.zeros(self._gain + 1), upper, integral

    def _rows(self) -> _Rows:
        orders, rows = self._orders, _Rows(self._gain + 1)
        units = [float(orders.offered[order].fees.rounding.unit) for order, _ in orders.fills]
        for margin in self._margins:  # the gain is no more than what each state brings
            terms = {fill: -float(its) for fill, its in enumerate(margin)}
            rows.add({**terms, **{self._fee + fill: unit for fill, unit in enumerate(units)}, self._gain: 1.0}, -np.inf, 0.0)
        for fill, (rate, unit) in enumerate(zip(orders.fee_rates, units, strict=True)):
            slack = 0.5 if self._way(fill) == "half-even" else 0.0
            rows.add({self._fee + fill: 1.0, fill: -float(rate) / unit}, -slack - _ROUNDING_SLACK, np.inf)
        for order, its in enumerate(orders.offered):
            self._add_order(rows, order, its)
        return rows

    def _add_order(self, rows: _Rows, order: int, its: ContractOffers) -> None:
        fills = self._fills_of(order)
        depths = self._orders.depths
        rows.add({**dict.fromkeys(fills, 1.0), self._steps + order: -float(its.step)}, 0.0, 0.0)
        total = float(sum(depths[fill] for fill in fills))
        if its.least_order > its.step:
            rows.add({**dict.fromkeys(fills, 1.0), self._placed + order: -total}, -np.inf, 0.0)
            rows.add({**dict.fromkeys(fills, 1.0), self._placed + order: -float(its.least_order)}, 0.0, np.inf)
        for better, worse in pairwise(fills):  # a level is reached once the better one is used up
            rows.add({better: 1.0, self._full + better: -float(depths[better])}, 0.0, np.inf)
            rows.add({worse: 1.0, self._full + better: -float(depths[worse])}, -np.inf, 0.0)

    def _fills_of(self, order: int) -> list[int]:
        return [fill for fill, (its, _) in enumerate(self._orders.fills) if its == order]

    def _is_whole(self, fill: int) -> bool:
        """Whether a fill has a whole number of contracts whatever the order: where all depths of its order have."""
        order = self._orders.fills[fill][0]
        depths = (self._orders.fills[other][1].count for other in self._fills_of(order))
        return self._orders.offered[order].step == 1 and all(depth % 1 == 0 for depth in depths)

    def _way(self, fill: int) -> str:
        return self._orders.offered[self._orders.fills[fill][0]].fees.rounding.way
