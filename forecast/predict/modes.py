"""Modes: whether a number has several likely ranges with an unlikely one between, which its median says nothing of.

Draws are cut into cells of equal probability, whose widths say how dense they lie; so tails, however long, are
no ranges of their own, and nothing must be smoothed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forecast.inference.posterior import Ordered
from forecast.model.model import Array

CELLS, FEWEST = 100, 10  # cells of equal probability: as many as have enough cases, and the fewest by which anything is said
CASES = 100.0  # that a cell must have: its width is then known to 10 %
VALLEY = 3.0  # a cell between two ranges is so many times as wide as those where either is densest
SMALLEST = 0.05  # the probability of a range, and of the densest part by which it is judged
MOST = 3  # ranges; values that fall into more are described by their quantiles
LEVELS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Mode:
    """One likely range: its probability, and the 5, 50 and 95 % points of what lies in it; ``middle_half`` is how wide that is."""

    share: float
    quantiles: tuple[float, ...]
    middle_half: float


def modes_of(draws: Ordered, *, size: float) -> tuple[Mode, ...]:
    """Return the two or three ranges into which weighted draws fall, from the lowest up; none where they fall into one, or into many.

    ``size`` is how many independent cases the draws amount to.
    """
    cells = min(CELLS, int(size / CASES))
    if cells < FEWEST or draws.values[0] == draws.values[-1]:
        return ()
    edges = _edges(draws, cells)
    valleys = sorted(_valleys(np.diff(edges), 0, cells))
    if not 1 <= len(valleys) < MOST:
        return ()
    middles = [float(edges[at] + edges[at + 1]) / 2 for at in valleys]
    whole = float(draws.cumulative[-1])
    ends = [0, *(int(np.searchsorted(draws.values, middle, side="right")) for middle in middles), len(draws.values)]
    found = []
    for first, last in pairwise(ends):
        if first == last:
            return ()
        before = float(draws.cumulative[first - 1]) if first else 0.0
        part = Ordered(draws.values[first:last], draws.cumulative[first:last] - before)
        share = float(part.cumulative[-1]) / whole
        quarter, three_quarters = part.quantiles((0.25, 0.75))
        found.append(Mode(share, tuple(part.quantiles(LEVELS)), three_quarters - quarter))
    return tuple(found)


def _edges(draws: Ordered, cells: int) -> Array:
    """The ends of cells of equal probability; each whole number is spread evenly around itself, so that it has a width."""
    levels = np.linspace(0.0, 1.0, cells + 1)
    values, cumulative = draws.values, draws.cumulative / draws.cumulative[-1]
    if not np.array_equal(values, np.round(values)):
        places = np.minimum(np.searchsorted(cumulative, levels), len(values) - 1)
        edges: Array = values[places]
        return edges
    last = np.append(np.flatnonzero(values[1:] != values[:-1]), len(values) - 1)
    upto, points = cumulative[last], values[last]
    knots = np.column_stack([points - 0.5, points + 0.5]).ravel()
    shares = np.column_stack([np.append(0.0, upto[:-1]), upto]).ravel()
    spread: Array = np.interp(levels, shares, knots)
    return spread


def _valleys(widths: Array, first: int, last: int) -> Iterator[int]:
    """The cells that part what lies between two cells into likely ranges, the deepest found first."""
    span = max(1, round(SMALLEST * len(widths)))
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
