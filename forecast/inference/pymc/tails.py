"""Tails: whether a mean, or a variance, exists and can be estimated from draws.

A mean of draws is always a number, also where the distribution has no mean, or has one that rests on values
so rare that no draw shows them; and the spread of such numbers from seed to seed says nothing of how
far they are off.  What tells is the shape of the values' own tails: above 0.7 an average is not
known from any number of draws that can be afforded (Vehtari et al. 2024, JMLR 25(72)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forecast.inference.pareto import FEWEST_EXCEEDANCES, tail_length, tail_pareto_k
from forecast.language.arrays import Array

HEAVIEST_TAIL = 0.7  # Pareto k-hat of a tail, above which an average is not estimated
FEW_TAIL_CASES, MANY_TAIL_CASES = (
    0.25,
    3.0,
)  # of a tail's cases: where fewer are above a step, it is taken too, unless there are more with it
ALIKE = 1e-12  # of a value: what is no farther from it differs by the rounding of a sum
IN_STEPS = 0.5  # of the cases: where fewer values differ, they come in steps


def tail_shape(values: Array, weights: Array, *, power: int = 1) -> float:
    """Return Pareto k-hat of the heavier tail of ``|value - median|**power``, whose mean is asked for, of weighted cases, both ``(cases,)``.

    ``power`` is 1 for the mean and 2 for the variance.  Each side of the median is a tail of its own.  The tail is that of
    the distribution which the weights describe; whether the weights themselves carry is judged apart, by the engine.  Minus
    infinity where all values are one; infinity where there are too few cases to fit a tail.  It does not depend on
    the unit of the values, nor on where their 0 is, whether or not they come in steps.
    """
    if weights.min() == weights.max():
        return tail_shape_of_sorted(np.sort(values), weights, power=power)
    order = np.argsort(values, kind="stable")
    return tail_shape_of_sorted(values[order], weights[order], power=power)


def tail_shape_of_sorted(values: Array, weights: Array, *, power: int = 1) -> float:
    """Return the same of values that ascend: for values that are weighed again and again, so that they are sorted once."""
    if not weights.all():
        values, weights = values[weights > 0], weights[weights > 0]
    steps = len(_last_indices(values))
    if steps == 1:
        return -np.inf
    alike = values if weights.min() == weights.max() else _resample_evenly(values, weights)
    length = tail_length(len(alike))
    if (
        alike is not values and len(_last_indices(alike)) == 1
    ):  # all the weight is on values that rounding alone tells apart, or on one draw
        return -np.inf if length >= FEWEST_EXCEEDANCES else np.inf
    beyond = _powers_from_step if steps <= IN_STEPS * len(values) else _powers_from_median
    return max(_tail_pareto_k(beyond(side, length, power), length) for side in (alike, -alike[::-1]))


def is_estimable(values: Array, weights: Array, *, power: int = 1) -> bool:
    """Whether the weighted mean of values, or with ``power`` 2 their variance, can be estimated from these cases."""
    return tail_shape(values, weights, power=power) <= HEAVIEST_TAIL


def no_mean_reason(shape: float) -> str:
    """Return why a mean whose tail has this Pareto k-hat is not published; empty where it may be."""
    if shape <= HEAVIEST_TAIL:
        return ""
    if np.isinf(shape):
        return "there are too few draws to tell whether the mean exists"
    return f"the tail is so heavy (Pareto k-hat {shape:.2g}, above {HEAVIEST_TAIL:g}) that the mean does not exist or is not known from these draws"


def _tail_pareto_k(beyond: Array, length: int) -> float:
    """Pareto k-hat of a tail of so many values in order, and the one below; what is not beyond its beginning counts as nothing."""
    if length < FEWEST_EXCEEDANCES:
        return np.inf if beyond[-1] > 0 else -np.inf
    with np.errstate(divide="ignore"):
        terms = np.log(np.maximum(beyond, 0.0))
    return tail_pareto_k(terms) if np.isfinite(terms[-1]) else -np.inf


def _powers_from_median(order: Array, length: int, power: int) -> Array:
    """How far each value of the tail, and the one below it, is above the median, to a power; of values in order, and in units of the greatest."""
    away = order[-length - 1 :] - order[(len(order) - 1) // 2]
    powers: Array = (away / away[-1]) ** power if away[-1] > 0 else away
    return powers


def _resample_evenly(order: Array, weights: Array) -> Array:
    """As many values as the weights of values in order are worth, each as often as its weight says."""
    upto = np.cumsum(weights)
    count = max(int(upto[-1] ** 2 / (weights @ weights)), 1)  # their effective number
    levels = (np.arange(count) + 0.5) / count
    resampled: Array = order[np.minimum(np.searchsorted(upto, levels * upto[-1]), len(order) - 1)]
    return resampled


def _last_indices(order: Array) -> NDArray[np.intp]:
    """The place of the last of each of the different values among sorted ones."""
    return np.flatnonzero(np.append(np.diff(order) > ALIKE * np.abs(order[1:]), True))


def _powers_from_step(order: Array, length: int, power: int) -> Array:
    """The same, less that of a value of which no more are above it than make a tail, those that are equal spread evenly up to the next that occurs.

    Values that are equal make no tail, and a value that most have, such as 0, would make one of all others.  Above the
    greatest the next is taken to be as far as the one below.
    """
    last = _last_indices(order)
    count = np.diff(last, prepend=-1)
    gaps = np.diff(order[last])
    gaps = np.append(gaps, gaps[-1:])
    places = np.arange(len(order) - length - 1, len(order))
    step = np.searchsorted(last, places)
    rank = places - (last - count + 1)[step]
    spread = order[last][step] + np.where(count > 1, gaps, 0.0)[step] * (rank + 0.5) / count[step]
    first = step[0]  # all that are above it fit into the tail
    above = len(order) - 1 - last[first]
    with_it = above + count[first]
    begins = first if above < FEWEST_EXCEEDANCES or (above < length * FEW_TAIL_CASES and with_it < length * MANY_TAIL_CASES) else first + 1
    middle = order[(len(order) - 1) // 2]
    away, least = spread - middle, order[last][begins] - middle
    powers: Array = (away / away[-1]) ** power - (least / away[-1]) ** power if away[-1] > 0 else away - least
    return np.where(away > least, powers, 0.0)
