"""What every picture is made of: marks drawn by Vega-Lite, and around them axes, lines and words set here.

Vega measures each text it sets, which costs more than all the marks of a small
chart together.  So a chart's scales are fixed before it is drawn: Vega-Lite draws
the marks on them, and axes and words are put at places known from the same scales.
A chart is 360 pixels wide, which a telephone shows at full size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NotRequired, TypedDict, Unpack

from forecast.report.escape import escape_hidden_except_whitespace
from forecast.schema import words

PICTURE_WIDTH = 360
INK, MUTED, LINE, ACCENT, SECOND, PAPER = "#1f2933", "#56616b", "#d9dee3", "#0072b2", "#d55e00", "#ffffff"
SIZE = 12  # pixels, of words on a picture
Anchor = Literal["start", "middle", "end"]
type MarkRow = Mapping[str, float]  # what one mark is drawn from: numbers by the names of their fields

# Widths of Arial (and of Liberation Sans, which has the same) in thousandths of the size; 556 for all others.
ARIAL = {
    **dict.fromkeys("ijl'\u2018\u2019|", 222), **dict.fromkeys(" ,.:;!/ftI[]\\\u00a0", 278), **dict.fromkeys('()-r`"·', 333), **dict.fromkeys("ckszvxyJ", 500),
    **dict.fromkeys("+<=>\u2212~", 584), **dict.fromkeys("FTZ", 611), **dict.fromkeys("ABEKPSVXY&", 667), **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778), **dict.fromkeys("mM", 833), "%": 889, "W": 944, **dict.fromkeys("→…@—", 1000),
}  # fmt: skip


class MarkOptions(TypedDict, total=False):
    """How a mark of Vega-Lite looks, in Vega-Lite's own words."""

    angle: float
    color: str
    fill: str
    fillOpacity: float
    filled: bool
    interpolate: str
    line: Mapping[str, str]
    opacity: float
    point: bool
    shape: str
    size: float
    stroke: str
    strokeCap: str
    strokeDash: Sequence[float]
    strokeWidth: float


class Mark(MarkOptions):
    """A mark of Vega-Lite: its kind, and how it looks."""

    type: str


class ScaleSpec(TypedDict):
    """A scale of Vega-Lite, with both ends in values and in pixels."""

    type: Literal["linear", "log"]
    domain: list[float]
    range: list[float]
    nice: bool
    zero: bool


class Channel(TypedDict):
    """What a place of a mark is read from: a field, on a scale; a second end stands on the scale of the first."""

    field: str
    type: NotRequired[Literal["quantitative"]]
    scale: NotRequired[ScaleSpec]
    axis: NotRequired[None]


class LayerData(TypedDict):
    """The rows of a layer."""

    values: Sequence[MarkRow]


class Layer(TypedDict):
    """Marks of one kind, one for each row or one through all of them."""

    data: LayerData
    mark: Mark
    encoding: Mapping[str, Channel]


class ChartSpec(TypedDict):
    """A chart in Vega-Lite: its layers, and around them only what keeps Vega from adding anything."""

    width: NotRequired[float]
    height: NotRequired[float]
    autosize: NotRequired[str]
    padding: NotRequired[float]
    background: NotRequired[None]
    layer: list[Layer]
    config: NotRequired[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Text:
    """Words on a picture: where their anchor stands, in pixels from the top left."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    colour: str = INK
    size: float = SIZE
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line on a picture, under the marks."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = LINE
    width: float = 1
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: a name for its file, the sentence that stands for it, its marks as Vega-Lite, its lines and words.

    ``shapes`` are plain SVG, for what has no scale.
    """

    name: str
    alt: str
    height: float
    spec: ChartSpec
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[Text, ...] = ()
    width: float = PICTURE_WIDTH
    shapes: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels: ``low`` stands at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of a value; the middle where a float cannot tell the ends apart."""
        if not self.low < self.high:
            return (self.start + self.end) / 2
        low, high, here = (math.log(number) if self.logarithmic else number for number in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (here - low) / (high - low)

    def of(self, name: str) -> Channel:
        """Return the encoding of a field on this scale."""
        scale: ScaleSpec = {
            "type": "log" if self.logarithmic else "linear",
            "domain": [self.low, self.high],
            "range": [self.start, self.end],
            "nice": False,
            "zero": False,
        }
        return {"field": name, "type": "quantitative", "scale": scale, "axis": None}


@dataclass(slots=True)
class Sketch:
    """A picture in the making: marks, lines and words, gathered in order."""

    height: float
    layers: list[Layer] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def add(self, values: Iterable[MarkRow], mark: Mark, **encoding: Channel) -> None:
        """Add marks of one kind; nothing where there are no values."""
        rows = list(values)
        if rows:
            kept = [{name: float(f"{value:.7g}") if isinstance(value, float) else value for name, value in row.items()} for row in rows]
            self.layers.append({"data": {"values": kept}, "mark": mark, "encoding": encoding})

    def write(self, x: float, y: float, text: str, *, anchor: Anchor = "start", colour: str = INK, size: float = SIZE) -> None:
        """Add words, shortened to the width that is left for them."""
        room = {"start": PICTURE_WIDTH - x, "end": x, "middle": 2 * min(x, PICTURE_WIDTH - x)}[anchor]
        self.texts.append(Text(x, y, fit_text(text, room, size=size), anchor, colour, size))

    def across(self, scale: Scale, ticks: Sequence[tuple[float, str]], *, y: float, title: str = "", top: float | None = None) -> None:
        """Add an axis along the bottom: a line, ticks with labels, its title; with ``top``, lines up through the picture."""
        self.strokes.append(Stroke(scale.start, y, scale.end, y))
        ends: list[float] = [-math.inf]
        for value, label in ticks:
            x = scale.at(value)
            half = text_width(label, size=11) / 2
            middle = min(max(x, half), PICTURE_WIDTH - half)
            self.strokes.append(Stroke(x, y if top is None else top, x, y + 4))
            if middle - half > ends[-1] + 6:  # no label over another
                self.texts.append(Text(middle, y + 15, label, "middle", MUTED, 11))
                ends.append(middle + half)
        if title:
            self.write(scale.start, y + 31, title, colour=MUTED, size=11)

    def up(self, scale: Scale, ticks: Sequence[tuple[float, str]], *, left: float, right: float = PICTURE_WIDTH) -> None:
        """Add an axis along the left: lines across the picture with their labels."""
        for value, label in ticks:
            y = scale.at(value)
            self.strokes.append(Stroke(left, y, right, y))
            self.texts.append(Text(left - 5, y + 4, label, "end", MUTED, 11))

    def make_chart(self, name: str, alt: str) -> Chart:
        """Return the picture."""
        spec: ChartSpec = {
            "width": PICTURE_WIDTH, "height": self.height, "autosize": "none", "padding": 0, "background": None,
            "layer": self.layers, "config": {"aria": False, "view": {"stroke": None}, "mark": {"invalid": None}},
        }  # fmt: skip
        return Chart(name, alt, self.height, spec, tuple(self.strokes), tuple(self.texts))


def text_width(text: str, *, size: float = SIZE) -> float:
    """Return about how wide a text is, in pixels."""
    return (
        sum(ARIAL.get(character, 667 if character.isupper() else 556 if character < "\u2000" else 1000) for character in text) * size / 1000
    )


def fit_text(text: str, room: float, *, size: float = SIZE) -> str:
    """Return a text as one visible line, cut with an ellipsis where it is wider than its room."""
    line = " ".join(escape_hidden_except_whitespace(text[:500]).split())
    if text_width(line, size=size) <= room:
        return line
    while line and text_width(line, size=size) > room - size:
        line = line[:-1]
    return line.rstrip() + "…"


def wrap_text(text: str, room: float, *, size: float = SIZE, most: int = 2) -> list[str]:
    """Return a text as ``most`` lines or fewer, broken between words where it is wider than its room, the last one cut as ``fit_text`` cuts it."""
    words_left = fit_text(text, math.inf, size=size).split(" ")
    lines: list[str] = []
    while words_left and len(lines) < most - 1:
        count = 1
        while count < len(words_left) and text_width(" ".join(words_left[: count + 1]), size=size) <= room:
            count += 1
        lines.append(fit_text(" ".join(words_left[:count]), room, size=size))
        words_left = words_left[count:]
    return [*lines, fit_text(" ".join(words_left), room, size=size)] if words_left else lines


def vega_mark(mark: str, **more: Unpack[MarkOptions]) -> Mark:
    """Return a mark of Vega-Lite."""
    return {"type": mark, **more}


def line_mark(colour: str, *, dash: Sequence[int] = (), **more: Unpack[MarkOptions]) -> Mark:
    """Return a line of a colour, dashed where asked."""
    dashed: MarkOptions = {"strokeDash": list(dash)} if dash else {}
    return {"type": "line", "color": colour, "strokeWidth": 2, **dashed, **more}


def ticks(low: float, high: float, *, count: int = 5, whole: bool = False) -> list[float]:
    """Return at most ``count`` round values inside a span, evenly apart (1, 2 or 5 times a power of ten)."""
    if low == high:
        return [low]
    power = 10.0 ** math.floor(math.log10(high - low) - 1)
    step = next(factor * power for factor in (1, 2, 5, 10, 20, 50, 100, 200) if _steps(low, high, factor * power)[1] < count)
    step = max(1.0, round(step)) if whole else step
    first = _steps(low, high, step)[0]
    last = first + _steps(low, high, step)[1]
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def _steps(low: float, high: float, step: float) -> tuple[int, int]:
    """The first multiple of a step inside a span, and how many more there are."""
    first = math.ceil(low / step - 1e-9)
    return first, math.floor(high / step + 1e-9) - first


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten inside a span, at most five; where there are fewer than two, 1, 2 and 5 times them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = [10.0**power for power in range(first, last + 1) if low <= 10.0**power <= high]
    if len(powers) >= 2:
        return powers[:: math.ceil(len(powers) / 5)]
    finer = [float(f"{factor}e{power}") for power in range(first, last + 1) for factor in (1, 2, 5)]
    return [value for value in finer if low <= value <= high]


def label_ticks(values: Iterable[float], unit: str) -> list[tuple[float, str]]:
    """Return ticks with their labels: percents for shares, numbers for all else."""
    positions = list(values)
    if unit == "share":
        return list(zip(positions, words.distinct_numbers([float(f"{100 * value:.12g}") for value in positions], " %"), strict=True))
    return list(zip(positions, words.distinct_numbers(positions), strict=True))


def widen_span(low: float, high: float) -> tuple[float, float]:
    """Return a span with a width, also where all values are one."""
    return (low, high) if low < high else (low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2)


def pad_span(low: float, high: float, *, part: float = 0.05, floor: float = -math.inf) -> tuple[float, float]:
    """Return a span with some room at both ends, not below a floor."""
    low, high = widen_span(low, high)
    return max(low - part * (high - low), floor), high + part * (high - low)


def day_number(day: str) -> int:
    """Return a day as a number on a time axis."""
    return date.fromisoformat(day).toordinal()


def time_ticks(first: str, last: str) -> list[tuple[float, str]]:
    """At most four month beginnings, evenly apart, with labels (the first day where the span holds none)."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    for months in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200):
        beginnings = [date(index // 12, index % 12 + 1, 1) for index in range(start.year * 12, end.year * 12 + 12, months) if index >= 12]
        beginnings = [day for day in beginnings if start <= day <= end]
        if len(beginnings) <= 4:
            yearly = all(day.month == 1 for day in beginnings)
            shown = beginnings or [start]
            return [(day.toordinal(), str(day.year) if yearly and beginnings else words.month(day, short=True)) for day in shown]
    return [(start.toordinal(), words.month(start, short=True))]
