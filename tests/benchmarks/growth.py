"""How a cost grows with the size of what is computed: its exponent, and what one more costs."""

from __future__ import annotations

from collections.abc import Sequence
from math import log


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the exponent b of the power law ``cost = a * size**b`` that fits best: the slope of log cost against log size, by least squares.

    1 says that twice the size costs twice as much.  A fixed cost at the start, as of imports, has to be taken off before.
    Raises ``ValueError`` for fewer than two sizes, or a cost of 0 or less.
    """
    if len(sizes) < 2:
        raise ValueError("an exponent needs two sizes")
    xs, ys = [log(size) for size in sizes], [log(cost) for cost in costs]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True)) / sum((x - x_mean) ** 2 for x in xs)


def marginal_costs(sizes: Sequence[float], costs: Sequence[float]) -> list[float]:
    """Return what one more costs between each size and the next."""
    steps = zip(sizes, sizes[1:], costs, costs[1:], strict=False)
    return [(more - fewer) / (larger - smaller) for smaller, larger, fewer, more in steps]
