"""A distribution function as Metaculus's server takes it: from each place of a scale, standardised, capped and rounded.

Source of the rules: Metaculus/metaculus, ``questions/serializers/common.py``; of standardising: ``docs/openapi.yml``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array, Indices
from forecast.scoring.checks import read_numbers, read_probabilities
from forecast.scoring.metaculus_scale import MetaculusScale, bucket_of_value

LEAST_SHARE = 0.01  # of the probability, spread evenly over the range
CAP = 0.2 * 200  # the most that a step may have, times the number of steps
LEAST_OUTSIDE = 0.001  # what lies beyond an open bound
_UNITS = 10**9  # in one: values are whole numbers of billionths, since the server rounds steps to nine places
_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class ServerCdf:
    """A distribution function ``(n + 1,)`` that the server takes, and the most by which one of its values is off the forecast's own.

    ``outside`` is the probability that the forecast had beyond closed bounds, which the rest has taken over.
    """

    values: tuple[float, ...]
    moved: float
    outside: float


def cdf_of_cases(scale: MetaculusScale, *, values: ArrayLike, weights: ArrayLike) -> Array:
    """Return the distribution function of weighted cases ``(cases,)`` at the places of a scale, ``(n + 1,)``.

    Its first value is the probability of less than the lower bound, and every other that of at most its place, so that a value lies in
    the bucket in which the platform puts it.  Raises ValueError where the weights do not add up to one.
    """
    shares = read_probabilities(weights, name="weights")
    if abs(float(shares.sum()) - 1) > _SUM_TOLERANCE:
        raise ValueError("the weights do not add up to one")
    buckets = bucket_of_value(scale, value=read_numbers(values, name="values"))
    masses = np.bincount(buckets, weights=shares, minlength=scale.buckets + 2)
    return np.minimum(np.cumsum(masses)[:-1], 1.0)


def server_cdf(scale: MetaculusScale, cdf: ArrayLike) -> ServerCdf:
    """Return a distribution function ``(n + 1,)`` as the server takes it: as it is where it fits the rules, and otherwise standardised.

    Standardising takes what lies beyond closed bounds out, spreads 1 % of the probability over the range, gives 0.1 % to what lies
    beyond each open bound, and lowers steps that are too high, scaling the others up by one factor.  Raises ValueError for what is no
    distribution function on the scale, and where nothing lies within closed bounds.
    """
    given = read_probabilities(cdf, name="cdf")
    if given.shape != (scale.buckets + 1,) or (np.diff(given) < 0).any():
        raise ValueError(f"a distribution function on this scale has {scale.buckets + 1} values, which do not fall")
    low = 0.0 if scale.open_lower else float(given[0])
    high = 1.0 if scale.open_upper else float(given[-1])
    if high - low <= 0:
        raise ValueError("no probability lies within the bounds")
    outside = 1 - (high - low)
    standard = given if outside < 1 / _UNITS and _fits(scale, given) else _standardise(scale, (given - low) / (high - low))
    values = _round(scale, standard)
    return ServerCdf(tuple(values.tolist()), float(np.abs(values - given).max()), outside)


def step_bounds(steps: int) -> tuple[int, int]:
    """Return the least and the most that a step of a distribution function may have, in billionths, both included."""
    least, most = math.ceil(_UNITS * LEAST_SHARE / steps), math.floor(_UNITS * min(CAP / steps, 1.0))
    least += least / _UNITS < LEAST_SHARE / steps  # as the server compares them, in binary fractions
    most -= most / _UNITS > CAP / steps
    return least, most


def _fits(scale: MetaculusScale, cdf: Array) -> bool:
    """Whether a distribution function is within the rules as it is, with what rounding may take."""
    steps, margin = np.diff(cdf), 2 / _UNITS
    within = steps.min() >= LEAST_SHARE / scale.buckets + margin and steps.max() <= CAP / scale.buckets - margin
    below = not scale.open_lower or cdf[0] >= LEAST_OUTSIDE + margin
    return bool(within and below and (not scale.open_upper or cdf[-1] <= 1 - LEAST_OUTSIDE - margin))


def _standardise(scale: MetaculusScale, cdf: Array) -> Array:
    """A distribution function that closed bounds hold in, mixed with even shares, and capped."""
    location = np.arange(scale.buckets + 1) / scale.buckets
    kept = 1 - LEAST_SHARE - LEAST_OUTSIDE * scale.open_bounds
    mixed = kept * cdf + LEAST_SHARE * location + (LEAST_OUTSIDE if scale.open_lower else 0.0)
    steps = _cap(np.diff(mixed), CAP / scale.buckets)
    return np.concatenate([mixed[:1], mixed[0] + np.cumsum(steps)])


def _cap(steps: Array, cap: float) -> Array:
    """Steps of which none is above a cap: what is, is lowered to it, and the others are multiplied by the one factor that keeps the sum.

    Raises ValueError where all steps at the cap would be too little.
    """
    total = float(steps.sum())
    if steps.max() <= cap:
        return steps
    if cap * len(steps) < total:
        raise ValueError("the steps cannot add up to so much")
    ordered = np.sort(steps)[::-1]
    left = total - np.concatenate([[0.0], np.cumsum(ordered)[:-1]])  # the sum of the others, where so many are at the cap
    factors = (total - cap * np.arange(len(steps))) / left
    capped = int(np.argmax(factors * ordered <= cap))  # the fewest that must be
    lowered: Array = np.minimum(steps * factors[capped], cap)
    return lowered


def _round(scale: MetaculusScale, cdf: Array) -> Array:
    """A distribution function in billionths, whose steps are within the bounds in whole billionths too."""
    least, most = step_bounds(scale.buckets)
    margin = round(_UNITS * LEAST_OUTSIDE)
    units: Indices = np.rint(cdf * _UNITS).astype(np.int64)
    first = max(int(units[0]), margin) if scale.open_lower else 0
    last = min(int(units[-1]), _UNITS - margin) if scale.open_upper else _UNITS
    steps = np.clip(np.diff(units), least, most)
    left = _spread(steps, last - first - int(steps.sum()), least, most)
    first += left if first + left >= margin else 0  # where all lies beyond an open bound, it gives way to what the steps need
    whole = np.concatenate([[first], first + np.cumsum(steps)])
    return np.asarray(whole / _UNITS, dtype=float)


def _spread(steps: Indices, missing: int, least: int, most: int) -> int:
    """Add what is missing to steps in place (or take it), to those first that have the most room; return what had no room."""
    room = most - steps if missing > 0 else steps - least
    for index in np.argsort(-room, kind="stable"):
        moved = int(min(abs(missing), room[index])) * (1 if missing > 0 else -1)
        steps[index] += moved
        missing -= moved
    return missing
