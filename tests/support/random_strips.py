"""Random strips of contracts with planted incoherence, and the best trades on small ones by trying all of them in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import numpy as np
from numpy.typing import NDArray

from forecast.markets.coherence.offers import ContractOffers
from forecast.markets.coherence.states import Ending, ExclusiveGroup, Implication, Relations
from forecast.markets.fee_schedules import day_begins
from forecast.markets.order_book import Level
from forecast.markets.venues.kalshi_fees import KalshiFees

KALSHI = KalshiFees(day_begins(2026, 1, 1), "invented for this test")
FREE = KalshiFees(day_begins(2026, 1, 1), "invented for this test", taker_multiplier=Decimal(0))


@dataclass(frozen=True, slots=True)
class Strip:
    """Contracts with their offers in cents, ``{(contract, side): [(price, count), …]}``, the best first, and how they hang together."""

    offers: dict[tuple[int, str], list[tuple[int, int]]]
    relations: Relations
    states: list[tuple[int, ...]]
    fee_percent: int  # of C · P · (1 - P): 7 or 0

    @property
    def contracts(self) -> int:
        """How many."""
        return len(self.states[0])

    def offered(self) -> tuple[ContractOffers, ...]:
        """The same as the project has it."""

        def levels(contract: int, side: str) -> tuple[Level, ...]:
            return tuple(Level(Decimal(price) / 100, Decimal(count)) for price, count in self.offers.get((contract, side), []))

        fees = KALSHI if self.fee_percent else FREE
        return tuple(ContractOffers(f"c{at}", levels(at, "yes"), levels(at, "no"), fees) for at in range(self.contracts))


def ladder(rungs: int) -> tuple[Relations, list[tuple[int, ...]]]:
    """Each rung implies the next; the states by hand."""
    steps = tuple(Implication(Ending(at), Ending(at + 1)) for at in range(rungs - 1))
    return Relations(implications=steps), [(0,) * (rungs - many) + (1,) * many for many in range(rungs + 1)]


def exclusive(options: int, *, exhaustive: bool) -> tuple[Relations, list[tuple[int, ...]]]:
    """At most one happens, or exactly one; the states by hand."""
    states = [tuple(int(at == which) for at in range(options)) for which in range(options)]
    group = ExclusiveGroup(tuple(Ending(at) for at in range(options)), exhaustive)
    return Relations(groups=(group,)), states if exhaustive else [(0,) * options, *states]


def random_strip(rng: np.random.Generator, *, contracts: int, levels: int, most_depth: int, planted: float) -> Strip:
    """Return a strip whose books lie around a probability of the states; each contract is then moved with the chance ``planted``."""
    kind = int(rng.integers(3))
    relations, states = ladder(contracts) if kind == 0 else exclusive(contracts, exhaustive=kind == 1)
    weights = rng.dirichlet(np.ones(len(states)))
    chances = weights @ np.array(states)
    offers: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for at, chance in enumerate(chances):
        moved = chance + (rng.normal(0, 0.12) if rng.random() < planted else 0.0)
        middle = int(np.clip(round(100 * moved), 2, 98))
        ask, bid = min(middle + int(rng.integers(1, 4)), 99), max(middle - int(rng.integers(1, 4)), 1)
        for side, best in (("yes", ask), ("no", 100 - bid)):
            prices = sorted({min(best + int(step), 99) for step in np.cumsum([0, *rng.integers(1, 4, levels - 1)])})
            if rng.random() < 0.9:  # else one side of the book is empty
                offers[at, side] = [(price, int(rng.integers(1, most_depth + 1))) for price in prices]
    return Strip(offers, relations, states, 7 if rng.random() < 0.7 else 0)


def best_by_trying(strip: Strip) -> int:
    """Return the highest least result over all states that any whole numbers of contracts have, in cents; 0 where nothing is above it."""
    sides = list(strip.offers)
    costs = [_costs(strip.offers[side], strip.fee_percent) for side in sides]
    paid = []
    for state in strip.states:
        pays = [100 if state[contract] == (side == "yes") else 0 for contract, side in sides]
        paid.append(_sums([each * np.arange(len(cost)) for each, cost in zip(pays, costs, strict=True)]))
    return int((np.min(paid, axis=0) - _sums(costs)).max())


def _costs(levels: list[tuple[int, int]], fee_percent: int) -> NDArray[np.int64]:
    """What 0, 1, 2, … contracts cost with fees, level by level, each fee rounded up to a cent, in cents."""
    most = sum(count for _, count in levels)
    costs = []
    for wanted in range(most + 1):
        left, total = wanted, 0
        for price, count in levels:
            taken = min(left, count)
            total += price * taken - (-fee_percent * taken * price * (100 - price) // 10_000)
            left -= taken
        costs.append(total)
    return np.array(costs, dtype=np.int64)


def _sums(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The sum of one entry of each part, for all combinations."""
    total = np.zeros(1, dtype=np.int64)
    for part in parts:
        total = (total[:, None] + part).ravel()
    return total


def states_by_trying(relations: Relations, contracts: int) -> list[tuple[int, ...]]:
    """All 0-1 vectors that no relation forbids, by trying all of them."""

    def allowed(state: tuple[int, ...]) -> bool:
        happens = lambda ending: bool(state[ending.contract]) == ending.pays  # noqa: E731
        follows = all(happens(its.second) for its in relations.implications if happens(its.first))
        counts = [(sum(happens(ending) for ending in group.endings), group.exhaustive) for group in relations.groups]
        return follows and all(many == 1 if exhaustive else many <= 1 for many, exhaustive in counts)

    return [state for state in product((0, 1), repeat=contracts) if allowed(state)]
