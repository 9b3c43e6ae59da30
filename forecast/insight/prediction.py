"""A row's prediction: the mixture of one distribution over draws of its arguments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from forecast.inference.quantile_levels import INTERVAL_LEVELS
from forecast.language.arrays import Array
from forecast.language.distributions.family import Family

ROOT_WIDTH = 1e-13  # of a point on its scale: a few hundred units in the last place
SLOW_STEPS = 3  # steps that should halve a bracket
ENUMERATED_VALUES = (8, 64)  # whole numbers from the smallest on whose masses are added up: these many, then these
VALUES_PER_DRAW = 8  # values drawn for each draw of the arguments, where numbers are too large to count out


def prediction(kind: Family, arguments: Mapping[str, Any], value: float, rng: np.random.Generator) -> tuple[tuple[float, ...], float]:
    """Return the 5, 50 and 95 % points of a mixture, and the two-sided tail probability of a value.

    ``arguments`` are ``(draws, 1)`` or constant.  A point is the smallest value
    at which the mixture's distribution function, the mean over draws of the
    family's own, reaches its level.  The tail is the probability of something at
    least as far out: ``2 min(P(X <= x), P(X >= x))``, at most 1.  Both are exact
    for the draws given, but for whole numbers that are too many to count out:
    their points are those of 8 values for each draw, and so is a BetaBinomial's
    tail, which is then never less than these can show.
    """
    if kind.discrete:
        return _discrete_prediction(kind, arguments, value, rng)
    points = tuple(_mixture_quantile(kind, arguments, level) for level in INTERVAL_LEVELS)
    below = _share_below(kind, arguments, value)
    return points, _two_sided_tail(below, 1 - below)


def prediction_of_reports(
    right: tuple[Family, Mapping[str, Any]],
    wrong: tuple[Family, Mapping[str, Any]],
    share: Array,
    seen: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[tuple[float, ...], float]:
    """Return the points of what reports say, and the tail of what is known to lie between two ends.

    ``right`` and ``wrong`` say how values arise in reports that are so, ``share`` ``(draws, 1)``
    how likely one is right.  The points are those of 8 values for each draw; the tail is
    that of something at least as low as the upper end, or as high as the lower.
    """
    low, high = seen
    size = (len(share), VALUES_PER_DRAW)
    values = np.where(rng.random(size) < share, *(kind.draw(rng, size, **arguments) for kind, arguments in (right, wrong)))
    points = tuple(float(point) for point in np.quantile(values, INTERVAL_LEVELS, method="inverted_cdf"))
    below, above = (
        sum(
            float(np.mean(part * np.exp(kind.log_between(*ends, **arguments))))
            for part, (kind, arguments) in ((share, right), (1 - share, wrong))
        )
        for ends in ((-np.inf, high), (low, np.inf))
    )
    return points, _two_sided_tail(below, above)


def _two_sided_tail(below: float, above: float) -> float:
    return min(1.0, max(0.0, 2 * min(below, above)))


def _share_below(kind: Family, arguments: Mapping[str, Any], upto: float) -> float:
    return float(np.mean(kind.distribution(upto, **arguments)))


def _discrete_prediction(
    kind: Family, arguments: Mapping[str, Any], value: float, rng: np.random.Generator
) -> tuple[tuple[float, ...], float]:
    lowest = float(np.min(kind.support(**arguments)[0]))
    reached = np.zeros(0)
    for count in ENUMERATED_VALUES:
        numbers = lowest + np.arange(count)
        reached = np.cumsum(np.exp(kind.log_density(numbers[None, :], **arguments)).mean(axis=0))
        if reached[-1] >= INTERVAL_LEVELS[-1] and value < lowest + count:
            break
    at = int(value - lowest)
    counted, known = reached[-1] >= INTERVAL_LEVELS[-1], at < len(reached)
    drawn = np.zeros(0)
    if not counted or (not known and kind.sums_masses):
        draws = max(np.size(values) for values in arguments.values())
        drawn = np.sort(kind.draw(rng, (draws, VALUES_PER_DRAW), **arguments), axis=None)
    if counted:
        points = tuple(lowest + float(np.searchsorted(reached, level)) for level in INTERVAL_LEVELS)
    else:
        points = tuple(float(point) for point in np.quantile(drawn, INTERVAL_LEVELS, method="inverted_cdf"))
    if known:
        return points, _two_sided_tail(float(reached[at]), 1 - float(reached[at - 1]) if at else 1.0)
    if not kind.sums_masses:
        share, mass = _share_below(kind, arguments, value), float(np.mean(np.exp(kind.log_density(value, **arguments))))
        return points, _two_sided_tail(share, 1 - share + mass)
    below, above = (1 + np.searchsorted(drawn, value, side="right")), 1 + len(drawn) - np.searchsorted(drawn, value, side="left")
    return points, _two_sided_tail(float(below) / (1 + len(drawn)), float(above) / (1 + len(drawn)))


def _mixture_quantile(kind: Family, arguments: Mapping[str, Any], level: float) -> float:
    """Where the share below reaches a level, between the smallest and the largest of the draws' own quantiles, on a scale that suits any size."""
    quantiles = kind.quantile(level, **arguments)
    low, high = math.asinh(float(np.min(quantiles))), math.asinh(float(np.max(quantiles)))
    return math.sinh(_root(lambda place: _share_below(kind, arguments, math.sinh(place)) - level, low, high))


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """The upper end of a bracket around the root of a function that rises, no wider than ``ROOT_WIDTH`` of the root or of 1.

    By the Illinois method (Dowell and Jarratt 1971, doi:10.1007/BF01934364), with a step of halving whenever three steps have not
    halved the bracket.
    """
    below, above = rising(low), rising(high)
    if below >= 0 or above <= 0:  # by rounding, at the end of the draws' own quantiles
        return low if below >= 0 else high
    kept, widths = 0, [high - low]
    while widths[-1] > ROOT_WIDTH * max(1.0, min(abs(low), abs(high))):
        slow = len(widths) > SLOW_STEPS and widths[-1] > widths[-1 - SLOW_STEPS] / 2
        place = (low + high) / 2 if slow else (above * low - below * high) / (above - below)
        if not low < place < high:
            place = (low + high) / 2
        value = rising(place)
        if value >= 0:
            high, above, below, kept = place, value, below / 2 if kept == 1 else below, 1
        else:
            low, below, above, kept = place, value, above / 2 if kept == -1 else above, -1
        widths.append(high - low)
    return high
