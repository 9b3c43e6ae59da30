"""Where a value lies on a Metaculus question's scale, and what a cumulative distribution gives to its bucket.

A scale has n buckets between its bounds, counted from 1; bucket 0 lies below the lower bound and bucket n + 1 above the upper one.
Source: Metaculus/metaculus, `utils/the_math/formulas.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array, Indices
from forecast.scoring.checks import read_numbers, read_probabilities

DEFAULT_BUCKETS = 200
ROUNDING = 1e-10  # a value this little above the end of a bucket belongs to it


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaculusScale:
    """A numeric, discrete or date question's scale; a date is a number of seconds. ``zero_point`` makes it logarithmic."""

    range_min: float
    range_max: float
    zero_point: float | None = None
    buckets: int = DEFAULT_BUCKETS
    open_lower: bool = False
    open_upper: bool = False

    def __post_init__(self) -> None:
        if not self.range_min < self.range_max:
            raise ValueError("a scale needs range_min below range_max")
        if self.zero_point is not None and self.range_min <= self.zero_point <= self.range_max:
            raise ValueError("a zero point lies outside the range")

    @property
    def open_bounds(self) -> int:
        """How many of the two bounds are open."""
        return int(self.open_lower) + int(self.open_upper)


def location_on_scale(scale: MetaculusScale, *, value: ArrayLike) -> Array:
    """Where values lie: 0 at the lower bound, 1 at the upper one, below 0 or above 1 outside.

    Linear, or with r = (range_max - zero_point) / (range_min - zero_point):
    x = (ln((v - min)(r - 1) + (max - min)) - ln(max - min)) / ln r. Values at or beyond the zero point lie infinitely far outside.
    """
    values = read_numbers(value, name="value")
    width = scale.range_max - scale.range_min
    if scale.zero_point is None:
        return (values - scale.range_min) / width
    ratio = (scale.range_max - scale.zero_point) / (scale.range_min - scale.zero_point)
    inside = (values - scale.range_min) * (ratio - 1) + width
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(inside, 0))
    location: Array = (logs - np.log(width)) / np.log(ratio)
    return location


def bucket_of_value(scale: MetaculusScale, *, value: ArrayLike) -> Indices:
    """The bucket of each value; one on the border of two belongs to the lower, and one on the lower bound to bucket 1."""
    location = location_on_scale(scale, value=value)
    within = np.floor(np.clip(location, 0, 1) * scale.buckets + 1 - ROUNDING)  # what lies outside is put right below
    bucket = np.clip(within, 1, scale.buckets).astype(np.intp)
    return np.where(location < 0, 0, np.where(location > 1, scale.buckets + 1, bucket))


def probability_of_bucket(*, cdf: ArrayLike, bucket: ArrayLike) -> Array:
    """What a cumulative distribution ``(…, n + 1)`` gives to a bucket; 0 and n + 1 are what lies below and above its ends.

    ``bucket`` is a number, or ``(…)``. Raises ValueError for a cdf that falls, and IndexError for a bucket that does not exist.
    """
    cumulative = read_probabilities(cdf, name="cdf")
    if (np.diff(cumulative, axis=-1) < 0).any():
        raise ValueError("a cdf falls")
    index = np.broadcast_to(np.asarray(bucket, dtype=np.intp), cumulative.shape[:-1])
    last = cumulative.shape[-1]
    if ((index < 0) | (index > last)).any():
        raise IndexError(f"a bucket lies outside 0 to {last}")
    upper = np.take_along_axis(cumulative, np.minimum(index, last - 1)[..., np.newaxis], axis=-1)[..., 0]
    lower = np.take_along_axis(cumulative, np.maximum(index - 1, 0)[..., np.newaxis], axis=-1)[..., 0]
    return np.where(index == 0, upper, np.where(index == last, 1 - lower, upper - lower))


def zero_point_of_scale(*, range_min: float, middle: float, range_max: float) -> float | None:
    """The zero point of a scale of which three points are known, the middle one at location 1/2; None where it is linear.

    r = ((max - m) / (m - min))², zero_point = (r·min - max) / (r - 1): Metaculus's ZIP lists the points and not the zero point.
    """
    ratio = ((range_max - middle) / (middle - range_min)) ** 2
    return None if np.isclose(ratio, 1, rtol=1e-9, atol=0) else (ratio * range_min - range_max) / (ratio - 1)
