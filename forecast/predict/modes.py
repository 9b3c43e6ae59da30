"""Modes: whether a number has several likely ranges with an unlikely one between, which its median says nothing of.

Draws are cut into cells of equal probability, whose widths say how dense they lie; so tails, however long, are
no ranges of their own, and nothing must be smoothed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forecast.inference.posterior import OrderedDraws
from forecast.inference.quantile_levels import INTERVAL_LEVELS
from forecast.language.arrays import Array

PROBABILITY_CELLS, FEWEST_CELLS = (
    100,
    10,
)  # cells of equal probability: as many as have enough cases, and the fewest by which anything is said
CASES = 100.0  # that a cell must have: its width is then known to 10 %
VALLEY = 3.0  # a cell between two ranges is so many times as wide as those where either is densest
SMALLEST_MODE = 0.05  # the probability of a range, and of the densest part by which it is judged
FEW_VALUES = 3  # where a number takes no more, each that is likely is a range


@dataclass(frozen=True, slots=True)
class Mode:
    """One likely range: its probability, the 5, 50 and 95 % points of what lies in it, and its quartiles."""

    share: float
    quantiles: tuple[float, ...]
    quartiles: tuple[float, float]


def modes_of(draws: OrderedDraws, *, size: float) -> tuple[Mode, ...]:
    """Return the ranges into which weighted draws fall, from the lowest up; none where they fall into one.

    ``size`` is how many independent cases the draws amount to.  A number that takes only two or three values, each of them likely, has
    each for a range; one that takes more is judged by how much lies between one value and the next, whatever their steps.
    """
    cells = min(PROBABILITY_CELLS, int(size / CASES))
    if cells < FEWEST_CELLS or draws.values[0] == draws.values[-1]:
        return ()
    last = np.append(np.flatnonzero(draws.values[1:] != draws.values[:-1]), len(draws.values) - 1)
    if len(last) <= FEW_VALUES and np.diff(draws.cumulative[last], prepend=0.0).min() >= SMALLEST_MODE * draws.cumulative[-1]:
        ends = [0, *(last + 1).tolist()]
    else:
        edges = _cell_edges(draws, last, cells)
        middles = [float(edges[at] + edges[at + 1]) / 2 for at in sorted(_valleys(np.diff(edges), 0, cells))]
        ends = [0, *(int(np.searchsorted(draws.values, middle, side="right")) for middle in middles), len(draws.values)]
    if len(ends) == 2 or any(first == after for first, after in pairwise(ends)):
        return ()
    return tuple(_mode(draws, first, after) for first, after in pairwise(ends))


def _mode(draws: OrderedDraws, first: int, after: int) -> Mode:
    before = float(draws.cumulative[first - 1]) if first else 0.0
    part = OrderedDraws(draws.values[first:after], draws.cumulative[first:after] - before)
    quarter, three_quarters = part.quantiles((0.25, 0.75))
    return Mode(float(part.cumulative[-1] / draws.cumulative[-1]), tuple(part.quantiles(INTERVAL_LEVELS)), (quarter, three_quarters))


def _cell_edges(draws: OrderedDraws, last: NDArray[np.intp], cells: int) -> Array:
    """The ends of cells of equal probability; each value is spread evenly half way to its neighbours, so that it has a width.

    ``last`` are the places of the last of each of the different values.
    """
    upto, points = draws.cumulative[last] / draws.cumulative[-1], draws.values[last]
    between = (points[1:] + points[:-1]) / 2
    knots = np.concatenate([[2 * points[0] - between[0]], between, [2 * points[-1] - between[-1]]])
    spread: Array = np.interp(np.linspace(0.0, 1.0, cells + 1), np.append(0.0, upto), knots)
    return spread


def _valleys(widths: Array, first: int, last: int) -> Iterator[int]:
    """The cells that part what lies between two cells into likely ranges, the deepest found first."""
    span = max(1, round(SMALLEST_MODE * len(widths)))
    if last - first < 2 * span + 1:
        return
    dense = np.convolve(widths[first:last], np.full(span, 1 / span), mode="valid")  # of each cell and those after it
    inner = np.arange(span, last - first - span)
    left = np.minimum.accumulate(dense)[inner - span]
    right = np.minimum.accumulate(dense[::-1])[::-1][inner + 1]
    peaks = np.maximum(left, right)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.nan_to_num(widths[first:last][inner] / peaks, nan=0.0, posinf=np.inf)
    deepest = int(np.argmax(depth))
    if depth[deepest] < VALLEY:
        return
    at = first + int(inner[deepest])
    yield at
    yield from _valleys(widths, first, at)
    yield from _valleys(widths, at + 1, last)
