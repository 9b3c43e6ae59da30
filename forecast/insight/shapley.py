"""Moved: an exact split of a change in the answers over what changed between two states of a topic.

Each change's part is its Shapley value: what making it adds, averaged over the
orders in which the changes could have come (Shapley 1953,
doi:10.1515/9781400881970-018).  Orders that make the record contradict itself on
the way (a departure before the arrival) are left out.  Every mixture of changes is
weighed and simulated on the same draws with the same random numbers, so that
little noise is left in the differences.  The parts sum to what these draws say of
the whole; what the published answers differ from that is Monte Carlo noise, and
is a part of its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.insight.baseline import UnknownVariation
from forecast.insight.coalitions import Coalitions, CoalitionTable, coalition_pool
from forecast.insight.estimands import Measure, zero_rounding_errors
from forecast.insight.reweighting import Pool
from forecast.insight.state_diff import StateChange, StateDiff
from forecast.language.arrays import Array
from forecast.model.settings import Purpose, Settings, generator

MOST_CHANGES_EXACT = 5  # changes up to which every order is averaged; with more, a sample of them
MANY_CHANGES = 12  # changes from which the sample is small
ORDERS, FEW_ORDERS = 8, 1  # in the sample, each with its reverse
ORDER_WAYS = 4  # times as many orders are tried as are wanted, since some may contradict the record


@dataclass(frozen=True, slots=True)
class ShapleyValue:
    """One change's part in that of every measure: points, their errors, and bits of log odds (NaN for means, and at chances of 0 and 1).

    ``orders`` are those it is averaged over.
    """

    change: StateChange
    orders: tuple[tuple[str, ...], ...]
    points: Array
    errors: Array
    bits: Array


@dataclass(frozen=True, slots=True)
class ShapleySplit:
    """The parts of a change of every measure, and what the same draws say of its two ends; ``errors`` are those of ``before``."""

    parts: tuple[ShapleyValue, ...]
    before: Array
    after: Array
    errors: Array


def shapley_split(between: StateDiff, measures: Sequence[Measure], settings: Settings, *, wide: Pool | None = None) -> ShapleySplit:
    """Split the change of every measure over the changes between two states of a topic.

    ``wide`` is a pool whose weights may carry at both ends; where they do not, or
    there is none, both ends are conditioned afresh.

    Raises ``Unsound`` where one of the two states cannot be computed, and
    ``UnknownVariation`` where no order of the changes is possible.
    """
    rng = generator(settings.seed, between.new.name, Purpose.ORDERS)
    return split_over(between.changes(), CoalitionTable(between, tuple(measures), settings, coalition_pool(between, settings, wide)), rng)


def split_over(changes: Sequence[StateChange], table: Coalitions, rng: np.random.Generator) -> ShapleySplit:
    """Split the change of every measure over some changes, given the measures of every mixture of them.

    Raises ``UnknownVariation`` where no order of the changes is possible.
    """
    names = tuple(change.name for change in changes)
    orders = list(_orders(names, table, rng))
    start, end = table.value(frozenset()), table.value(frozenset(names))
    if not orders or start is None or end is None:
        raise UnknownVariation("the changes cannot be told apart: in every order some of them contradict the record")
    parts = tuple(_shapley_value(change, orders, table) for change in changes)
    return ShapleySplit(parts, start.measures, end.measures, np.sqrt((start.influence**2).sum(axis=0)))


def _orders(names: tuple[str, ...], table: Coalitions, rng: np.random.Generator) -> Iterator[tuple[str, ...]]:
    """Yield the orders to average over: all that are possible, or a sample, with the order in which things came among them."""
    if len(names) <= MOST_CHANGES_EXACT:
        yield from (order for order in itertools.permutations(names) if _is_possible(order, table))
        return
    wanted = 2 * (ORDERS if len(names) <= MANY_CHANGES else FEW_ORDERS)
    drawn = [tuple(names[index] for index in rng.permutation(len(names))) for _ in range(ORDER_WAYS * wanted)]
    tried = itertools.chain([names, (*names[1:], names[0])], *((order, order[::-1]) for order in drawn))
    yield from itertools.islice((order for order in tried if _is_possible(order, table)), wanted)


def _is_possible(order: tuple[str, ...], table: Coalitions) -> bool:
    return all(table.value(frozenset(order[:count])) is not None for count in range(len(order) + 1))


def _shapley_value(change: StateChange, orders: Sequence[tuple[str, ...]], table: Coalitions) -> ShapleyValue:
    """A change's Shapley value over the orders, with its influence's error."""
    counts: dict[frozenset[str], int] = {}
    for order in orders:
        place = order.index(change.name)
        counts[frozenset(order[:place])] = counts.get(frozenset(order[:place]), 0) + 1
    size = len(table.measures)
    points, bits = np.zeros(size), np.zeros(size)
    shared: Array | None = None
    apart = np.zeros(size)
    for made, count in counts.items():
        share = count / len(orders)
        before, after = table.value(made), table.value(made | {change.name})
        assert before is not None  # orders pass through possible mixtures only
        assert after is not None
        points += share * (after.measures - before.measures)
        bits += share * (_log_odds_bits(after.measures, table.measures) - _log_odds_bits(before.measures, table.measures))
        if before.pooled and after.pooled:
            moved = share * (after.influence - before.influence)
            shared = moved if shared is None else shared + moved
        else:
            apart += (share**2) * ((after.influence**2).sum(axis=0) + (before.influence**2).sum(axis=0))
    errors = np.sqrt((0.0 if shared is None else (shared**2).sum(axis=0)) + apart)
    start, end = table.value(frozenset()), table.value(frozenset(orders[0]))
    assert start is not None
    assert end is not None
    points, errors = (zero_rounding_errors(values, np.maximum(np.abs(start.measures), np.abs(end.measures))) for values in (points, errors))
    return ShapleyValue(change, tuple(orders), points, errors, bits)


def _log_odds_bits(values: Array, measures: Sequence[Measure]) -> Array:
    """Log odds in bits; NaN for means and where a chance is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log2(values) - np.log2(1 - values)
    is_chance = np.array([measure.kind == "probability" for measure in measures], dtype=bool)
    return np.where(is_chance & np.isfinite(odds), odds, math.nan)
