"""Curves with no more points and digits than their pictures show."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from forecast.schema.answers import Curve, DistributionValue

if TYPE_CHECKING:
    from forecast.schema.topic import ParameterContent

LEFT_OUT = 0.001  # of the probability, that a picture's end may leave out where the curve is low
DRAWN_WIDTH, DRAWN_HEIGHT = 340.0, 125.0  # pixels of the largest picture of a curve
CURVE_TOLERANCE = 0.25  # pixels, that a curve may be off in its picture because a point is left out
STEPS = 300  # to which heights are rounded below the peak; places to ten times as many along the axis
MOST_DIGITS = 15  # that a float holds

type PlanePoint = tuple[float, float]


def compact_curve(shape: Curve, place: Callable[[float], float] = float) -> Curve:
    """Return a curve with the points and digits that its picture shows; no point moves by more than half a pixel.

    ``place`` is where a value stands on the axis.  Bars stay as they are; a density is cut to its visible part, whose ends keep their places.
    """
    if shape["discrete"]:
        return shape
    peak = max(shape["y"])
    step = math.floor(math.log10(peak / STEPS))
    points = visible_part(shape, place)
    places = [place(x) for x, _ in points]
    span = places[-1] - places[0]
    drawn = [((at - places[0]) / span * DRAWN_WIDTH, y / peak * DRAWN_HEIGHT) for at, (_, y) in zip(places, points, strict=True)]
    kept = [points[index] for index in needed_points(drawn, tolerance=CURVE_TOLERANCE)]
    inner = [_round_place(x, place, span / (10 * STEPS)) for x, _ in kept[1:-1]]
    xs = [kept[0][0], *inner, kept[-1][0]]
    if any(later <= earlier for earlier, later in pairwise(xs)):
        xs = [x for x, _ in kept]
    return {"discrete": False, "x": xs, "y": [round(y, -step) + 0.0 for _, y in kept], "cut": True}


def has_curve(parameter: ParameterContent, count: int) -> bool:
    """Return whether the picture of a parameter with so many values has curves: others have an interval for each value, or bars for categories."""
    return count == 1 and not parameter["label"] and not parameter["categories"]


def axis_transform(value: DistributionValue) -> Callable[[float], float]:
    """Return where values stand on the axis of an answer's curve."""
    scale, within = value.get("scale", "linear"), value.get("linear_within", 1.0)
    if scale == "log":
        return math.log
    return (lambda x: math.asinh(x / within)) if scale == "symlog" else float


def visible_part(shape: Curve, place: Callable[[float], float] = float) -> list[PlanePoint]:
    """Return the points of a curve without its ends: those below 1 % of its peak, as far as next to no probability lies there.

    ``place`` is where a value stands on the axis, per whose unit the curve is a density.
    """
    points = list(zip(shape["x"], shape["y"], strict=True))
    if shape.get("cut"):
        return points
    peak = max(shape["y"])
    places = [place(x) for x, _ in points]
    parts = [
        y if shape["discrete"] else (b - a) * (y + z) / 2
        for (_, y), (_, z), a, b in zip(points, [*points[1:], (0.0, 0.0)], places, [*places[1:], places[-1]], strict=True)
    ]
    before = [0.0, *accumulate(parts)]
    high = [
        index
        for index, (_, y) in enumerate(points)
        if y >= 0.01 * peak or min(before[index], before[-1] - before[index + 1]) > LEFT_OUT * before[-1]
    ]
    return points[max(high[0] - 1, 0) : high[-1] + 2]


def needed_points(points: Sequence[PlanePoint], *, tolerance: float) -> list[int]:
    """Return the indices of the points of a line that are enough to draw it: both ends, and those without which a point would lie farther off than a tolerance.

    This is the algorithm of Ramer, Douglas and Peucker (doi:10.3138/FM57-6770-U75U-7727).
    """
    kept = {0, len(points) - 1}
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        distance, farthest = _farthest_point(points, first, last)
        if distance > tolerance:
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return sorted(kept)


def _farthest_point(points: Sequence[PlanePoint], first: int, last: int) -> tuple[float, int]:
    """How far a point between two others lies from the stretch between these at most, and the first that does, by its index."""
    (start, height), (end, top) = points[first], points[last]
    along, up = end - start, top - height
    square = along * along + up * up
    longest, farthest = 0.0, first
    for index in range(first + 1, last):
        x, y = points[index]
        x, y = x - start, y - height
        part = (x * along + y * up) / square if square else 0.0
        part = 0.0 if part < 0.0 else min(part, 1.0)
        distance = math.hypot(x - part * along, y - part * up)
        if distance > longest:
            longest, farthest = distance, index
    return longest, farthest


def _round_place(x: float, place: Callable[[float], float], tolerance: float) -> float:
    """A number with the fewest significant digits that leave it where it stands on an axis; as it is where none do."""
    for digits in range(1, MOST_DIGITS):
        rounded = float(f"{x:.{digits}g}")
        if math.copysign(1, rounded) == math.copysign(1, x) and (rounded != 0) == (x != 0) and abs(place(rounded) - place(x)) <= tolerance:
            return rounded
    return x
