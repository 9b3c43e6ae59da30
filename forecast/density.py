"""The shape of weighted draws: a mass function for whole numbers, a density for others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.inference.posterior import Ordered
from forecast.model.model import Array

BINS = 512
POINTS = 96
MOST_BARS = 80
NARROWEST = 1e-200  # of a narrower range a density, smoothed, overflows
WHOLE = 2.0**53  # from here on every float is a whole number


@dataclass(frozen=True, slots=True)
class Shape:
    """Points of a curve: ``y`` is probability for ``discrete`` shapes and density per unit otherwise."""

    discrete: bool
    x: tuple[float, ...]
    y: tuple[float, ...]


def shape(draws: Ordered, *, lower: float = -np.inf, upper: float = np.inf) -> Shape:
    """Return the mass function of whole-numbered draws, else a smoothed density within a support.

    The density is a histogram of 512 bins between the 0.2 and 99.8 % points, smoothed
    by a Gaussian of Silverman's width and mirrored at the edges of the support.
    Whole numbers over more than 80 different values are smoothed too.
    """
    low, quarter, three_quarters, high = draws.quantiles((0.002, 0.25, 0.75, 0.998))
    if high - low < MOST_BARS and max(abs(low), abs(high)) < WHOLE and np.array_equal(draws.values, np.round(draws.values)):
        return _mass(draws, low, high)
    if high - low <= max(NARROWEST, BINS * float(np.spacing(max(abs(low), abs(high))))):  # one value, for all that floats can tell
        return Shape(discrete=True, x=(low,), y=(1.0,))
    edges: Array = np.linspace(low, high, BINS + 1)
    width = edges[1] - edges[0]
    near = (high - low) * 0.02  # a density that comes this near to an edge stands against it
    smooth = _smooth(
        _between(draws, edges) / width,
        _bandwidth(draws, three_quarters - quarter) / width,
        mirror_low=low <= lower + near,
        mirror_high=high >= upper - near,
    )
    centres = (edges[:-1] + edges[1:]) / 2
    x = np.linspace(centres[0], centres[-1], POINTS)
    return Shape(discrete=False, x=tuple(x.tolist()), y=tuple(np.interp(x, centres, smooth).tolist()))


def _mass(draws: Ordered, low: float, high: float) -> Shape:
    inside: Array = np.arange(low, high + 1)
    mass = _between(draws, np.append(inside, high + 1) - 0.5)
    return Shape(discrete=True, x=tuple(inside.tolist()), y=tuple(mass.tolist()))


def _between(draws: Ordered, edges: Array) -> Array:
    """The weight of the draws between each two edges; those on the last edge count as inside, as in a histogram."""
    upto = np.searchsorted(draws.values, edges)
    upto[-1] = np.searchsorted(draws.values, edges[-1], side="right")
    weight: Array = np.diff(np.append(0.0, draws.cumulative)[upto])
    return weight


def _bandwidth(draws: Ordered, quartiles_apart: float) -> float:
    """Silverman's rule, 0.9 min(sd, IQR / 1.34) n^(-1/5), with the effective number of draws."""
    weights = np.diff(draws.cumulative, prepend=0.0)
    mean = weights @ draws.values
    sd = float(np.sqrt(weights @ np.square(draws.values - mean)))
    spread = min(sd, quartiles_apart / 1.34) or sd
    return float(0.9 * spread * (weights @ weights) ** 0.2)


def _smooth(density: Array, bandwidth_in_bins: float, *, mirror_low: bool, mirror_high: bool) -> Array:
    reach = int(min(np.ceil(4 * bandwidth_in_bins), BINS))
    if reach == 0:
        return density
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / bandwidth_in_bins) ** 2)
    left = density[:reach][::-1] if mirror_low else np.zeros(reach)
    right = density[-reach:][::-1] if mirror_high else np.zeros(reach)
    padded = np.concatenate([left, density, right])
    smoothed: Array = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smoothed
