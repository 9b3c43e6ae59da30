"""Marks drawn here, without a browser's engine: the few kinds that charts are made of, to the byte as Vega draws them.

Starting Vega takes longer in each process that draws than all pictures of a topic take here,
and each picture fifteen times as long; the architecture page has the figures.  Charts stay
Vega-Lite, and a kind of mark, or an option of one, that is not drawn here is drawn by
Vega.  Tests hold both to the same bytes (over logarithms, of which JavaScript has its own,
to a hundred-millionth of a pixel).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecast.report.drawing import Channel, Layer, MarkOptions, MarkRow

type PixelPoint = tuple[float, float]

KNOWN = {  # the options of each mark that are drawn here
    "rule": {"color", "opacity", "strokeCap", "strokeDash", "strokeWidth"},
    "rect": {"color", "fill", "fillOpacity", "filled", "opacity", "stroke", "strokeDash", "strokeWidth"},
    "line": {"color", "interpolate", "strokeDash", "strokeWidth"},
    "area": {"color", "line", "opacity"},
    "point": {"angle", "color", "filled", "opacity", "shape", "size", "strokeWidth"},
}
CHANNELS = {
    "rule": [{"x", "x2", "y"}],
    "rect": [{"x", "x2", "y", "y2"}],
    "line": [{"x", "y"}],
    "area": [{"x", "y"}, {"x", "y", "y2"}],
    "point": [{"x", "y"}],
}
STYLE_ATTRIBUTES = {  # in the order in which Vega writes them
    "fill": "fill",
    "fillOpacity": "fill-opacity",
    "stroke": "stroke",
    "strokeWidth": "stroke-width",
    "strokeCap": "stroke-linecap",
    "strokeDash": "stroke-dasharray",
    "opacity": "opacity",
}
POINT_SIZE = 30  # square pixels, Vega-Lite's own for a point
HALF_ROOT_3 = math.sqrt(3) / 2


def render_marks(layers: Sequence[Layer]) -> str | None:
    """Return the marks of a chart's layers as SVG, one group; None where one of them is of no kind drawn here."""
    if not all(_is_supported(layer) for layer in layers):
        return None
    return f'<g fill="none" stroke-miterlimit="10" transform="translate(0,0)">{"".join(map(_layer, layers))}</g>'


def _is_supported(layer: Layer) -> bool:
    mark, encoding = layer["mark"], layer["encoding"]
    kind = mark["type"]
    if kind not in KNOWN or set(mark) - {"type"} - KNOWN[kind] or set(encoding) not in CHANNELS[kind]:
        return False
    if "fill" not in mark and "color" not in mark and "stroke" not in mark:
        return False
    match kind:
        case "line":
            return mark.get("interpolate", "linear") in {"linear", "step-after"}
        case "area":
            return set(mark.get("line", {})) <= {"color"} and ("y2" in encoding or encoding["y"]["scale"]["domain"][0] == 0)
        case "point":
            return mark.get("shape", "circle") in SYMBOLS
        case "rect":
            return "color" not in mark or not mark.keys() & {"fill", "stroke"}
        case _:
            return True


def _layer(layer: Layer) -> str:
    mark, rows = layer["mark"], layer["data"]["values"]
    x, y = _Axis.of(layer["encoding"], "x"), _Axis.of(layer["encoding"], "y")
    match mark["type"]:
        case "rule":
            return "".join(_rule(x.span(row), y.at(row), mark) for row in rows)
        case "rect":
            return "".join(_rectangle(x.span(row), y.span(row), mark) for row in rows)
        case "line":
            return _line([(x.at(row), y.at(row)) for row in sorted(rows, key=x.value)], mark)
        case "area":
            return _area(x, y, sorted(rows, key=x.value), mark)
        case _:
            return "".join(_symbol((x.at(row), y.at(row)), mark) for row in rows)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a layer's rows stand along one axis: a field, perhaps a second, on one scale."""

    field: str
    second: str  # empty where there is none
    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    @classmethod
    def of(cls, encoding: Mapping[str, Channel], channel: str) -> _Axis:
        first, second = encoding[channel], encoding.get(f"{channel}2")
        scale = first["scale"]
        (low, high), (start, end) = scale["domain"], scale["range"]
        if high < low:
            low, high, start, end = high, low, end, start
        logarithmic = scale["type"] == "log"
        low, high = (math.log(low), math.log(high)) if logarithmic else (low, high)
        return cls(first["field"], "" if second is None else second["field"], low, high, start, end, logarithmic)

    def value(self, row: MarkRow) -> float:
        return float(row[self.field])

    def at(self, row: MarkRow) -> float:
        return self.pixel(row[self.field])

    def span(self, row: MarkRow) -> tuple[float, float]:
        """Both ends in pixels, as their fields have them."""
        return self.pixel(row[self.field]), self.pixel(row[self.second])

    def pixel(self, value: float) -> float:
        span = self.high - self.low
        part = ((math.log(value) if self.logarithmic else value) - self.low) / span if span else 0.5
        return self.start * (1 - part) + self.end * part


def _rule(across: tuple[float, float], y: float, mark: MarkOptions) -> str:
    first, second = across
    styles = {**mark, "stroke": mark["color"]}
    return f'<line transform="translate({_number(first)},{_number(y)})" x2="{_number(second - first)}" y2="0"{_styles(styles)}/>'


def _rectangle(across: tuple[float, float], down: tuple[float, float], mark: MarkOptions) -> str:
    (left, right), (top, bottom) = sorted(across), sorted(down)
    width = _number(right - left)
    path = f"M{_number(left)},{_number(top)}h{width}v{_number(bottom - top)}h{_number(left - right)}Z"
    return f'<path d="{path}"{_styles(_with_colour(mark, filled=mark.get("filled", True)))}/>'


def _line(points: Sequence[PixelPoint], mark: MarkOptions) -> str:
    steps = _steps(points) if mark.get("interpolate") == "step-after" else points
    path = f"M{'L'.join(map(_place, steps))}{'Z' if len(points) == 1 else ''}"
    return f'<path d="{path}"{_styles({"strokeWidth": 2, **mark, "stroke": mark["color"]})}/>'


def _steps(points: Sequence[PixelPoint]) -> list[PixelPoint]:
    """Points of a line that goes on level until the next point, and there up or down to it."""
    corners = list(points[:1])
    for x, y in points[1:]:
        corners += [(x, corners[-1][1]), (x, y)]
    return corners


def _area(x: _Axis, y: _Axis, rows: Sequence[MarkRow], mark: MarkOptions) -> str:
    tops = [(x.at(row), y.at(row)) for row in rows]
    feet = [y.pixel(row[y.second] if y.second else 0) for row in rows]
    down = [(left, top + (foot - top)) for (left, top), foot in zip(tops, feet, strict=True)]  # as Vega does, which keeps heights
    path = f"M{'L'.join(map(_place, (*tops, *reversed(down))))}Z"
    styles = {"fill": mark["color"], **({"opacity": mark["opacity"]} if "opacity" in mark else {})}
    edge = _line(tops, {"color": mark["line"].get("color", mark["color"])}) if "line" in mark else ""
    return f'<path d="{path}"{_styles(styles)}/>{edge}'


def _symbol(at: PixelPoint, mark: MarkOptions) -> str:
    turned = f" rotate({_number(mark['angle'])})" if "angle" in mark else ""
    path = SYMBOLS[mark.get("shape", "circle")](math.sqrt(mark.get("size", POINT_SIZE)) / 2)
    styles = _with_colour({"strokeWidth": 2, "opacity": 0.7, **mark}, filled=mark.get("filled", False))
    return f'<path transform="translate({_number(at[0])},{_number(at[1])}){turned}" d="{path}"{_styles(styles)}/>'


def _circle(r: float) -> str:
    near, far = _round(r), _round(-r)
    return f"M{near},0A{near},{near},0,1,1,{far},0A{near},{near},0,1,1,{near},0"


def _polygon(*points: PixelPoint) -> str:
    return f"M{'L'.join(map(_place, points))}Z"


SYMBOLS: Mapping[str, Callable[[float], str]] = {  # by half the root of the size in square pixels
    "circle": _circle,
    "square": lambda r: f"M{_round(-r)},{_round(-r)}h{_round(2 * r)}v{_round(2 * r)}h{_round(-2 * r)}Z",
    "stroke": lambda r: f"M{_place((-r, 0))}L{_place((r, 0))}",
    "diamond": lambda r: _polygon((-r, 0), (0, -r), (r, 0), (0, r)),
    "triangle-right": lambda r: _polygon((HALF_ROOT_3 * r, 0), (-HALF_ROOT_3 * r, -r), (-HALF_ROOT_3 * r, r)),
    "triangle-left": lambda r: _polygon((-HALF_ROOT_3 * r, 0), (HALF_ROOT_3 * r, -r), (HALF_ROOT_3 * r, r)),
}


def _with_colour(mark: MarkOptions, *, filled: bool) -> MarkOptions:
    """A mark with its colour as what it is of: what is filled, or the line around."""
    if "color" not in mark:
        return mark
    coloured: MarkOptions = {"fill": mark["color"]} if filled else {"stroke": mark["color"]}
    return {**mark, **coloured}


def _styles(mark: Mapping[str, object]) -> str:
    return "".join(f' {STYLE_ATTRIBUTES[name]}="{_style(mark[name])}"' for name in STYLE_ATTRIBUTES if name in mark)


def _style(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(_number, value))
    return _number(value) if isinstance(value, int | float) else str(value)


def _place(point: PixelPoint) -> str:
    return f"{_round(point[0])},{_round(point[1])}"


def _round(value: float) -> str:
    """A number of a path, to three digits, halves upward."""
    whole = math.floor(value * 1000)
    return _number((whole + (value * 1000 - whole >= 0.5)) / 1000)


def _number(value: float) -> str:
    """A number as JavaScript writes it: the shortest text that is read back as the same."""
    text = repr(float(value))
    if "e" in text:
        digits, power = text.split("e")
        text = format(Decimal(text), "f") if -7 < int(power) < 21 else f"{digits}e{int(power):+d}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text
