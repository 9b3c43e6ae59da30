"""Marks of a picture as few paths, with places no more precise than can be seen.

Pictures are committed with the reports.  Each digit of each place changes from one report to the next, and what stands between
two changed places costs as much again.  So marks that look alike are one path, whose places stand side by side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from forecast.schema.curves import PlanePoint, needed_points

TOLERANCE = 0.2  # pixels, that a line may lie beside a point that is left out
ELEMENTS = re.compile(r"(?:<(?:line|path) [^>]*/>)+")
ELEMENT = re.compile(r"<(?:line|path) [^>]*/>")
RULE_ELEMENT = re.compile(r'<line transform="translate\(([-\d.]+),([-\d.]+)\)" x2="([-\d.]+)" y2="0"([^>]*)/>')
SYMBOL_ELEMENT = re.compile(r'<path transform="translate\(([-\d.]+),([-\d.]+)\)(?: rotate\(([-\d.]+)\))?" d="([^"]*)"([^>]*)/>')
RECTANGLE_ELEMENT = re.compile(r'<path d="M([-\d.]+),([-\d.]+)h([-\d.]+)v([-\d.]+)h[-\d.]+Z"([^>]*)/>')
LINE_ELEMENT = re.compile(r'<path d="M([-\d.]+,[-\d.]+(?:L[-\d.]+,[-\d.]+)+)(Z?)"([^>]*)/>')
CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
CORNERED = re.compile(r"M([-\d.]+,[-\d.]+(?:L[-\d.]+,[-\d.]+)+)(Z?)")
SQUARE = re.compile(r"M-([\d.]+),-\1h([\d.]+)v\2h-\2Z")


def compact_marks(marks: str) -> str:
    """Return the marks of a picture, as SVG, so that they look the same: neighbours of one kind and style as one path.

    A line's points are rounded to a tenth of a pixel, and those left out without which it looks the same; bars and symbols stand on whole pixels.
    Marks of other kinds than are drawn in ``svg_marks`` stay as they are.
    """
    return ELEMENTS.sub(lambda match: "".join(_join_alike(ELEMENT.findall(match[0]))), marks)


def _join_alike(elements: Sequence[str]) -> Iterator[str]:
    """Elements, those as one path that follow one another and look alike."""
    for (style, _), group in groupby(map(_path_of, elements), key=itemgetter(1, 2)):
        paths = [path for path, _, _ in group]
        yield from [f'<path d="{"".join(paths)}"{style}/>'] if style is not None else paths


def _path_of(element: str) -> tuple[str, str | None, str]:
    """An element's path, the attributes that say how it looks, and its shape: where two overlap, one drawn the other way round would be a hole.

    The element itself and None where it is of no kind known here.
    """
    if match := RULE_ELEMENT.fullmatch(element):
        left, y, width = float(match[1]), _whole(float(match[2])), float(match[3])
        across = _whole(left + width) - _whole(left)
        if across or not _round(width):
            return f"M{_whole(left)},{y}h{across}", match[4], "rule"
        return f"M{_tenths(left)},{y}h{_tenths(width)}", match[4], "rule"
    if match := RECTANGLE_ELEMENT.fullmatch(element):
        left, top, width, height = (float(match[number]) for number in (1, 2, 3, 4))
        across, down = _whole(left + width) - _whole(left), _whole(top + height) - _whole(top)
        if across and down:
            return f"M{_whole(left)},{_whole(top)}h{across}v{down}h{-across}z", match[5], "rectangle"
        return f"M{_tenths(left)},{_tenths(top)}h{_tenths(width)}v{_tenths(height)}h{_tenths(-width)}z", match[5], "rectangle"
    if match := LINE_ELEMENT.fullmatch(element):
        return f"{_polyline(_points(match[1]))}{match[2].lower()}", match[3], element  # each by itself
    if match := SYMBOL_ELEMENT.fullmatch(element):
        symbol = _symbol(match[4], _whole(float(match[1])), _whole(float(match[2])), float(match[3] or 0))
        return (symbol, match[5], match[4]) if symbol else (element, None, "")
    return element, None, ""


def _points(text: str) -> list[PlanePoint]:
    return [(float(x), float(y)) for x, _, y in (point.partition(",") for point in text.split("L"))]


def _polyline(points: Sequence[PlanePoint]) -> str:
    """The path of a line, from point to point: steps have fewer digits than places."""
    kept = [(_round(x), _round(y)) for x, y in (points[index] for index in needed_points(points, tolerance=TOLERANCE))]
    steps = (_place((to[0] - since[0], to[1] - since[1])) for since, to in pairwise(kept))
    return f"M{_place(kept[0])}l{' '.join(steps)}"


def _symbol(shape: str, x: int, y: int, angle: float) -> str:
    """The path of a symbol around a place; empty for a shape that is not known here."""
    if match := CIRCLE.fullmatch(shape):
        radius = _round(float(match[1]))
        r, across = _tenths(radius), _tenths(2 * radius)
        return f"M{_tenths(x + radius)},{y}a{r},{r},0,1,1,-{across},0a{r},{r},0,1,1,{across},0"
    if match := SQUARE.fullmatch(shape):
        side = _tenths(float(match[2]))
        return f"M{_place((x - float(match[1]), y - float(match[1])))}h{side}v{side}h-{side}z"
    if match := CORNERED.fullmatch(shape):
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        corners = [(cos * across - sin * down, sin * across + cos * down) for across, down in _points(match[1])]
        return f"{_polyline([(x + across, y + down) for across, down in corners])}{match[2].lower()}"
    return ""


def _place(point: PlanePoint) -> str:
    return f"{_tenths(point[0])},{_tenths(point[1])}"


def _tenths(pixels: float) -> str:
    return f"{_round(pixels):.1f}".removesuffix(".0")


def _round(pixels: float) -> float:
    """A number of pixels to a tenth, halves upward."""
    return math.floor(pixels * 10 + 0.5) / 10 + 0.0


def _whole(pixels: float) -> int:
    """The nearest whole number of pixels, halves upward."""
    return math.floor(pixels + 0.5)
