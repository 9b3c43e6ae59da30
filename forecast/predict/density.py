"""The shape of weighted draws: a mass function for whole numbers, a density for others, on an axis that shows where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast.inference.posterior import OrderedDraws
from forecast.language.arrays import Array

DENSITY_BINS = 512
DENSITY_POINTS = 96
MOST_BARS = 80
NARROWEST_RANGE = 1e-200  # of a narrower range a density, smoothed, overflows
ALL_WHOLE_FROM = 2.0**53  # from here on every float is a whole number
END_LEVELS = (0.002, 0.998)  # levels between which a density is drawn
TRIMMED = (0.0085, 0.9915)  # the same, where the rest would leave no room for it
HEAVY = 20.0  # times the middle half, that a straight axis of values on one side of 0 may span; beyond, it would show little of it
HEAVY_SIDES = 40.0  # the same of values on both sides
SHARE_REACH = 0.1  # values within 0 and 1 that reach this are drawn as shares, on a straight axis
INNER = 0.05  # of values on one side of 0, the level up to which a bent axis is straight

type AxisScale = Literal["linear", "log", "symlog"]


@dataclass(frozen=True, slots=True)
class Shape:
    """Points of a curve: ``y`` is probability for ``discrete`` shapes and density per unit of the axis otherwise.

    The axis is that of ``position``: of x, of its logarithm, or of ``asinh(x / within)``.  ``trimmed`` where the picture leaves
    out the outer two percent on purpose.
    """

    discrete: bool
    x: tuple[float, ...]
    y: tuple[float, ...]
    scale: AxisScale = "linear"
    within: float = 0.0
    trimmed: bool = False


def answer_shape(draws: OrderedDraws, *, ranges: Sequence[tuple[float, float]] = ()) -> Shape:
    """Return the shape of draws on an axis on which at least 98 % of them can be seen.

    The axis is straight unless the middle half would have next to no room on it; then it is logarithmic for positive values, bent
    for others (straight near 0, logarithmic farther out), and where neither helps it is straight and trimmed.  ``ranges`` are
    the quartiles of each range, where draws fall into several; of positive values whose ranges differ by orders of
    magnitude the axis is logarithmic, for on a straight one the lowest is a line at its edge.
    """
    scale, within = _scale(draws, ranges)
    if scale == "linear":
        trimmed = not _is_few_whole_numbers(draws, *draws.quantiles(END_LEVELS)) and _is_heavy(draws, HEAVY_SIDES)
        ends = TRIMMED if trimmed else END_LEVELS
        lower = 0.0 if draws.values[0] >= 0 else -np.inf
        upper = 1.0 if _is_share(draws) else np.inf
        return replace(shape(draws, lower=lower, upper=upper, ends=ends, narrowest=_narrowest_range(ranges)), trimmed=trimmed)
    values = _spread_whole_numbers(draws) if np.array_equal(draws.values, np.round(draws.values)) else draws.values
    placed = [(low, high) for low, high in position(np.array(ranges).reshape(-1, 2), scale, within).tolist()]
    curve = shape(OrderedDraws(position(values, scale, within), draws.cumulative), narrowest=_narrowest_range(placed))
    x = np.exp(curve.x) if scale == "log" else within * np.sinh(curve.x)
    return replace(curve, x=tuple(x.tolist()), scale=scale, within=within)


def position(values: Array, scale: AxisScale, within: float) -> Array:
    """Return where values stand on an axis."""
    places: Array = np.log(values) if scale == "log" else np.arcsinh(values / within) if scale == "symlog" else values
    return places


def _narrowest_range(ranges: Sequence[tuple[float, float]]) -> float | None:
    """The least distance of the quartiles of a range; None where there is none that has a width."""
    return min((high - low for low, high in ranges if high > low), default=None)


def _scale(draws: OrderedDraws, ranges: Sequence[tuple[float, float]]) -> tuple[AxisScale, float]:
    """The scale of the axis for draws, and how far from 0 a bent one is straight."""
    low, high = draws.quantiles(END_LEVELS)
    least = float(draws.values[0])
    if _is_few_whole_numbers(draws, low, high) or _is_share(draws):
        return "linear", 0.0
    twentieth, last = draws.quantiles((0.05, 0.95))
    if least > 0:
        apart = len(ranges) > 1 and ranges[-1][0] > HEAVY * ranges[0][1]
        return ("log", 0.0) if (apart or _is_heavy(draws, HEAVY)) and last > 2 * twentieth else ("linear", 0.0)
    if not _is_heavy(draws, HEAVY_SIDES if twentieth < 0 < last else HEAVY):
        return "linear", 0.0
    weights = np.diff(draws.cumulative, prepend=0.0)
    sizes = np.abs(draws.values)
    order = np.flatnonzero(sizes > 0)
    order = order[np.argsort(sizes[order])]
    upto = np.cumsum(weights[order])
    level = 0.5 if twentieth < 0 < last else INNER
    within = float(sizes[order[np.searchsorted(upto, level * upto[-1])]])
    bends = max(abs(low), abs(high)) > within * HEAVY and (twentieth <= 0 <= last or last > 2 * twentieth)
    return ("symlog", within) if bends else ("linear", 0.0)


def _is_share(draws: OrderedDraws) -> bool:
    return bool(draws.values[0] >= 0 and draws.values[-1] <= 1 and draws.quantiles((END_LEVELS[1],))[0] >= SHARE_REACH)


def _is_heavy(draws: OrderedDraws, times: float) -> bool:
    """Whether what would be drawn of them spans so many times what their middle half does."""
    first, quarter, three_quarters, last = draws.quantiles((END_LEVELS[0], 0.25, 0.75, END_LEVELS[1]))
    return last - first > times * (three_quarters - quarter)


def _is_few_whole_numbers(draws: OrderedDraws, low: float, high: float) -> bool:
    few = high - low < MOST_BARS and max(abs(low), abs(high)) < ALL_WHOLE_FROM
    return few and np.array_equal(draws.values, np.round(draws.values))


def _spread_whole_numbers(draws: OrderedDraws) -> Array:
    """Whole numbers, those that are equal spread evenly around themselves."""
    _, first, count = np.unique(draws.values, return_index=True, return_counts=True)
    rank = np.arange(len(draws.values)) - np.repeat(first, count)
    spread: Array = draws.values + (rank + 0.5) / np.repeat(count, count) - 0.5
    return spread


def shape(
    draws: OrderedDraws,
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
    ends: tuple[float, float] = END_LEVELS,
    narrowest: float | None = None,
) -> Shape:
    """Return the mass function of whole-numbered draws, else a smoothed density within a support.

    The density is a histogram of 512 bins between the points at the levels ``ends``, smoothed
    by a Gaussian of Silverman's width and mirrored at the edges of the support.
    Whole numbers over more than 80 different values are smoothed too.
    """
    low, quarter, three_quarters, high = draws.quantiles((ends[0], 0.25, 0.75, ends[1]))
    if _is_few_whole_numbers(draws, low, high):
        return _mass_shape(draws, low, high)
    if high - low <= max(
        NARROWEST_RANGE, DENSITY_BINS * float(np.spacing(max(abs(low), abs(high))))
    ):  # one value, for all that floats can tell
        return Shape(discrete=True, x=(low,), y=(1.0,))
    edges: Array = np.linspace(low, high, DENSITY_BINS + 1)
    width = edges[1] - edges[0]
    near = (high - low) * 0.02  # a density that comes this near to an edge stands against it
    smooth = _smooth(
        _weights_between(draws, edges) / width,
        _bandwidth(draws, three_quarters - quarter if narrowest is None else narrowest) / width,
        mirror_low=low <= lower + near,
        mirror_high=high >= upper - near,
    )
    centres = (edges[:-1] + edges[1:]) / 2
    x = np.linspace(edges[0], edges[-1], DENSITY_POINTS)  # what is piled up against an end lies in the last half bin
    return Shape(discrete=False, x=tuple(x.tolist()), y=tuple(np.interp(x, centres, smooth).tolist()))


def _mass_shape(draws: OrderedDraws, low: float, high: float) -> Shape:
    inside: Array = np.arange(low, high + 1)
    mass = _weights_between(draws, np.append(inside, high + 1) - 0.5)
    return Shape(discrete=True, x=tuple(inside.tolist()), y=tuple(mass.tolist()))


def _weights_between(draws: OrderedDraws, edges: Array) -> Array:
    """The weight of the draws between each two edges; those on the last edge count as inside, as in a histogram."""
    upto = np.searchsorted(draws.values, edges)
    upto[-1] = np.searchsorted(draws.values, edges[-1], side="right")
    weight: Array = np.diff(np.append(0.0, draws.cumulative)[upto])
    return weight


def _bandwidth(draws: OrderedDraws, quartiles_apart: float) -> float:
    """Silverman's rule, 0.9 min(sd, IQR / 1.34) n^(-1/5), with the effective number of draws."""
    weights = np.diff(draws.cumulative, prepend=0.0)
    mean = weights @ draws.values
    sd = float(np.sqrt(weights @ np.square(draws.values - mean)))
    spread = min(sd, quartiles_apart / 1.34) or sd
    return float(0.9 * spread * (weights @ weights) ** 0.2)


def _smooth(density: Array, bandwidth_in_bins: float, *, mirror_low: bool, mirror_high: bool) -> Array:
    reach = int(min(np.ceil(4 * bandwidth_in_bins), DENSITY_BINS))
    if reach == 0:
        return density
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / bandwidth_in_bins) ** 2)
    left = density[:reach][::-1] if mirror_low else np.zeros(reach)
    right = density[-reach:][::-1] if mirror_high else np.zeros(reach)
    padded = np.concatenate([left, density, right])
    smoothed: Array = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smoothed
