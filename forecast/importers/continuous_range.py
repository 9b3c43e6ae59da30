"""The places at which a Metaculus CDF is evaluated, and the scale that they lie on.

An export has 201 places from the lower bound to the upper one, but not the point from which a logarithmic scale is counted.
Source: Metaculus, ``utils/the_math/formulas.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from forecast.forecasts.values import ValueFault

PLACES = 201
_EXACT = 1e-9  # of the range: what printing numbers in full may lose
_NEAREST = 1e-7  # what Metaculus takes for the distance of the lower bound from the zero point, where that is smaller


def range_points(low: float, high: float, zero_point: float | None, count: int = PLACES) -> list[float]:
    """Return evenly spaced places on a scale, from ``low`` to ``high``; with ``zero_point`` the scale is logarithmic from there."""
    shares = [at / (count - 1) for at in range(count)]
    if zero_point is None:
        return [low + (high - low) * share for share in shares]
    ratio = (high - zero_point) / max(low - zero_point, _NEAREST)
    return [low + (high - low) * (ratio**share - 1) / (ratio - 1) for share in shares]


def zero_point_of_range(points: Sequence[float], *, slack: float = 0.0) -> float | None:
    """Return the zero point of the scale on which places lie, None for a linear scale; raise ``ValueFault`` where they lie on neither.

    With m the middle place, r = ((high - m) / (m - low))² is the ratio of the distances of the bounds from the zero point,
    and the zero point is (r low - high) / (r - 1).  ``slack`` is by how much a place may be off, beyond rounding: a day
    where dates are cut to days.  Of zero points that fit the roundest is taken.
    """
    if len(points) < 3 or not len(points) % 2 or not points[0] < points[-1]:
        raise ValueFault("these are not the places of a scale", "an export has 201 of them, from the lower bound to the upper one")
    low, high, middle = points[0], points[-1], points[len(points) // 2]
    within = slack + _EXACT * (high - low)
    if _fits(points, None, within):
        return None
    if not low < middle < high or (ratio := ((high - middle) / (middle - low)) ** 2) <= 1:
        raise ValueFault("these places lie neither on a linear scale nor on a logarithmic one")
    found = (ratio * low - high) / (ratio - 1)
    rounded = 0.0 if abs(found) < _EXACT * (high - low) else float(f"{found:.9g}")
    for zero_point in (rounded, found):
        if zero_point < low and _fits(points, zero_point, 2 * within):
            return zero_point
    raise ValueFault("these places lie neither on a linear scale nor on a logarithmic one")


def _fits(points: Sequence[float], zero_point: float | None, within: float) -> bool:
    """Whether the places of a scale are these."""
    try:
        expected = range_points(points[0], points[-1], zero_point, len(points))
    except (OverflowError, ZeroDivisionError):
        return False
    return all(math.isclose(at, point, rel_tol=0, abs_tol=within) for at, point in zip(expected, points, strict=True))
