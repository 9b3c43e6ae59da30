"""A picture of a distribution: its density, its masses, the shares of its labels, or some of its walks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from forecast.language.arrays import Array
from forecast.language.distributions.family import Family
from forecast.report.charts_answers import bars_chart
from forecast.report.drawing import (
    ACCENT,
    PICTURE_WIDTH,
    SECOND,
    Chart,
    Scale,
    Sketch,
    Stroke,
    label_ticks,
    line_mark,
    pad_span,
    ticks,
    vega_mark,
)
from forecast.schema import words

LEFT, RIGHT, DENSITY_TOP, DENSITY_BOTTOM = 8.0, PICTURE_WIDTH - 10.0, 10.0, 96.0
HEIGHT = 122
CURVE_POINTS = 121  # of a density
SHARE_BEYOND = 0.015  # of a density that goes on without end, on either side of the picture
DRAWN_WALKS, WALK_STEPS, WALK_SEED = 5, 20, 1


def distribution_chart(name: str, kind: Family, arguments: Mapping[str, float], *, said: str, labels: Sequence[str] = ()) -> Chart:
    """Return the picture of a distribution with constant arguments; ``said`` is the statement, ``labels`` those of its classes."""
    alt = f"{name}: {said}"
    if kind.chained:
        return _walks(kind, arguments, name=name, alt=alt)
    if labels:
        bars = [(label, None, share) for label, share in zip(labels, _label_shares(kind, arguments, len(labels)), strict=True)]
        return bars_chart(bars, name=name, alt=alt)
    start, end = _span(kind, arguments)
    edge = 0.0 if kind.discrete else (end - start) * 1e-3  # a density may be infinite at an end of its support
    x = np.arange(start, end + 1) if kind.discrete else np.linspace(start + edge, end - edge, CURVE_POINTS)
    with np.errstate(all="ignore"):
        height = np.exp(kind.log_density(x, **arguments))
    sketch = Sketch(HEIGHT)
    room = 0.5 if kind.discrete else 0.0
    across = Scale(start - room, end + room, LEFT, RIGHT)
    up = Scale(0, float(height.max()) * (1.35 if kind.mixes else 1.05), DENSITY_BOTTOM, DENSITY_TOP)
    sketch.across(across, label_ticks(ticks(start, end, whole=kind.discrete), ""), y=DENSITY_BOTTOM)
    rows = [{"x": float(place), "foot": 0.0, "y": float(density)} for place, density in zip(x, height, strict=True)]
    if kind.discrete:
        masses = [{"x": row["x"] - 0.3, "x2": row["x"] + 0.3, "foot": 0.0, "y": row["y"]} for row in rows]
        sketch.add(
            masses, vega_mark("rect", color=ACCENT, opacity=0.7), x=across.of("x"), x2={"field": "x2"}, y=up.of("foot"), y2={"field": "y"}
        )
    else:
        sketch.add(rows, vega_mark("area", color=ACCENT, opacity=0.16), x=across.of("x"), y=up.of("y"))
        sketch.add(rows, line_mark(ACCENT), x=across.of("x"), y=up.of("y"))
    if kind.mixes:
        _add_masses_at_ends(sketch, kind, arguments, across)
    return sketch.make_chart(name, alt)


def _span(kind: Family, arguments: Mapping[str, float]) -> tuple[float, float]:
    """From where to where a distribution is drawn: nearly all of it, and the ends of its support where they are near."""
    low, high = (float(end) for end in kind.support(**arguments))
    first, last = (float(value) for value in kind.quantile(np.array([SHARE_BEYOND, 1 - SHARE_BEYOND]), **arguments))
    near = (last - first) / 2
    return low if first - low < near else first, high if high - last < near else last


def _add_masses_at_ends(sketch: Sketch, kind: Family, arguments: Mapping[str, float], across: Scale) -> None:
    """Where single points of a continuous distribution have mass: a line up, and how much it is."""
    for end in kind.support(**arguments):
        if math.isfinite(float(end)):
            mass = float(np.exp(kind.log_density(end, **arguments)))
            x = across.at(float(end))
            sketch.strokes.append(Stroke(x, DENSITY_BOTTOM, x, DENSITY_TOP, SECOND, 3))
            sketch.write(x - 6, DENSITY_TOP + 8, f"{words.percent(mass)} at {words.number(float(end))}", anchor="end", size=11)


def _label_shares(kind: Family, arguments: Mapping[str, float], count: int) -> Array:
    """The share of each label that is expected."""
    if kind.joint:
        weights = np.asarray(arguments[kind.vector_argument], dtype=float)
        return np.asarray(weights / weights.sum())
    if kind.trials_argument:
        return np.asarray(arguments[kind.vector_argument], dtype=float)
    return np.exp([float(kind.log_density(float(label), **arguments)) for label in range(count)])


def _walks(kind: Family, arguments: Mapping[str, float], *, name: str, alt: str) -> Chart:
    """Some walks of a family whose values follow one another."""
    rng = np.random.default_rng(WALK_SEED)
    paths = np.asarray(kind.draw(rng, (DRAWN_WALKS, WALK_STEPS), **arguments))
    sketch = Sketch(HEIGHT)
    across, up = (
        Scale(0, WALK_STEPS - 1, LEFT + 26, RIGHT),
        Scale(*pad_span(float(paths.min()), float(paths.max())), DENSITY_BOTTOM, DENSITY_TOP),
    )
    sketch.up(up, label_ticks(ticks(up.low, up.high, count=4), ""), left=LEFT + 26, right=RIGHT)
    sketch.across(across, [(float(step), str(step + 1)) for step in (0, 4, 9, 14, 19)], y=DENSITY_BOTTOM)
    for path in paths:
        rows = [{"x": float(step), "y": float(value)} for step, value in enumerate(path)]
        sketch.add(rows, line_mark(ACCENT, opacity=0.6), x=across.of("x"), y=up.of("y"))
    return sketch.make_chart(name, alt)
