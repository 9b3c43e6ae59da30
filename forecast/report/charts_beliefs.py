"""Pictures of parameters: prior and posterior on one axis with its unit.

The prior is always dashed and vermillion, the posterior solid and blue (Okabe
and Ito's colours), so that colour is never the only sign.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from forecast.book.calendar import CALENDARS
from forecast.report.charts_answers import ROW, bars_chart, name_as_words
from forecast.report.drawing import (
    ACCENT,
    INK,
    MUTED,
    PICTURE_WIDTH,
    SECOND,
    Chart,
    Scale,
    Sketch,
    Stroke,
    label_ticks,
    line_mark,
    log_ticks,
    pad_span,
    text_width,
    ticks,
    vega_mark,
)
from forecast.schema import words
from forecast.schema.consistency import BELIEFS
from forecast.schema.curves import visible_part
from forecast.schema.topic import ParameterContent

FEWEST_STEPS = 3  # values of a parameter up to which they are drawn as intervals, one below the other
MOST_STEP_LABELS = 8  # steps whose names are written
BELIEF_LEFT, BELIEF_RIGHT = 8, PICTURE_WIDTH - 10


def parameter_chart(values: Sequence[ParameterContent]) -> Chart:
    """Prior and posterior of a parameter on one axis: two curves, or two intervals for each label, or two bars for each category."""
    first = values[0]
    name = f"parameter-{first['name']}"
    if first["categories"]:
        bars: list[tuple[str, float | None, float]] = [
            (" ".join(part for part in (value["label"], category["label"]) if part), category["prior"], category["posterior"])
            for value in values
            for category in value["categories"]
        ]
        summary = "; ".join(f"{label} {words.percent(before or 0.0)} before, {words.percent(after)} after" for label, before, after in bars)
        return bars_chart(bars, name=name, alt=f"{name_as_words(first['name'])}, before and after the record: {summary}.")
    if len(values) > FEWEST_STEPS and first["per"] in CALENDARS:
        ends = "; ".join(f"{value['label']}: {belief_sentence(value)}" for value in (first, values[-1]))
        return _bands(values).make_chart(
            name, f"{name_as_words(first['name'])}, {len(values)} values, one for each {first['per']}: {ends}."
        )
    summary = "; ".join(f"{name_as_words(value['label']) + ': ' if value['label'] else ''}{belief_sentence(value)}" for value in values)
    sketch = _curves(first) if has_curves(values) else _intervals(values)
    return sketch.make_chart(name, f"{name_as_words(first['name'])}: {summary}.")


def has_curves(values: Sequence[ParameterContent]) -> bool:
    """Whether a parameter is drawn as two curves: where it has one value, and no categories."""
    return len(values) == 1 and not values[0]["label"] and not values[0]["categories"]


def belief_sentence(parameter: ParameterContent) -> str:
    """Say prior and posterior of one value."""
    texts = []
    for which in BELIEFS:
        low, median, high = words.belief_texts(parameter[which]["quantiles"], parameter["unit"])
        texts.append(f"{which} {median} ({low} to {high})")
    return ", ".join(texts)


def _curves(parameter: ParameterContent) -> Sketch:
    place = math.log if parameter["scale"] == "log" else float
    curves = {which: visible_part(parameter[which]["shape"], place) for which in BELIEFS}
    spread = [x for points in curves.values() for x, _ in points]
    sketch = Sketch(172 if parameter["unit"] in {"", "share"} else 186)
    x = _add_value_axis(sketch, spread, parameter["unit"], logarithmic=parameter["scale"] == "log", y=134)
    y = Scale(0, max(y for points in curves.values() for _, y in points) * 1.05, 134, 26)
    rows = {which: [{"x": position, "y": height} for position, height in points] for which, points in curves.items()}
    sketch.add(rows["posterior"], vega_mark("area", color=ACCENT, opacity=0.16), x=x.of("x"), y=y.of("y"))
    for which, drawn in zip(BELIEFS, (line_mark(SECOND, dash=(5, 3)), line_mark(ACCENT)), strict=True):
        sketch.add(rows[which], drawn, x=x.of("x"), y=y.of("y"))
        if parameter["posterior"]["shape"]["discrete"]:
            sketch.add(rows[which], vega_mark("point", filled=True, size=24, opacity=1, color=drawn["color"]), x=x.of("x"), y=y.of("y"))
    return sketch


def _intervals(parameters: Sequence[ParameterContent]) -> Sketch:
    sketch = Sketch(ROW * len(parameters) + 24 + (34 if parameters[0]["unit"] in {"", "share"} else 48))
    spread = [parameter[which]["quantiles"][index] for parameter in parameters for which in BELIEFS for index in (0, 4)]
    logarithmic = all(parameter["scale"] == "log" for parameter in parameters)
    bottom = 24 + ROW * len(parameters)
    x, y = (
        _add_value_axis(sketch, spread, parameters[0]["unit"], logarithmic=logarithmic, y=bottom),
        Scale(0, sketch.height, 0, sketch.height),
    )
    for which, (shift, colour, dash) in zip(BELIEFS, ((22, SECOND, [5, 3]), (31, ACCENT, [1, 0])), strict=True):
        rows = [
            {"low": quantiles[0], "middle": quantiles[2], "high": quantiles[4], "y": 24 + ROW * index + shift}
            for index, quantiles in enumerate(parameter[which]["quantiles"] for parameter in parameters)
        ]
        sketch.add(rows, vega_mark("rule", strokeWidth=2, color=colour, strokeDash=dash), x=x.of("low"), x2={"field": "high"}, y=y.of("y"))
        sketch.add(rows, vega_mark("point", filled=True, size=45, opacity=1, color=colour), x=x.of("middle"), y=y.of("y"))
    for index, parameter in enumerate(parameters):
        sketch.write(BELIEF_LEFT, 24 + ROW * index + 14, name_as_words(parameter["label"]))
    return sketch


def _bands(parameters: Sequence[ParameterContent]) -> Sketch:
    """One value after another: the posterior as a band of nine chances in ten around its median, the prior's ends and median dashed."""
    values = [parameter[which]["quantiles"][index] for parameter in parameters for which in BELIEFS for index in (0, 4)]
    posterior = [parameter["posterior"]["quantiles"][index] for parameter in parameters for index in (0, 4)]
    room = max(posterior) - min(posterior)  # the prior may be far wider: what leaves the picture is cut
    low, high = pad_span(max(min(values), min(posterior) - room), min(max(values), max(posterior) + room), part=0.02)
    shown = label_ticks(ticks(low, high), parameters[0]["unit"])
    left = max(text_width(label, size=11) for _, label in shown) + 10
    sketch = Sketch(218)
    x, y = Scale(0, max(len(parameters) - 1, 1), left, BELIEF_RIGHT - 14), Scale(low, high, 178, 26)
    sketch.up(y, shown, left=left, right=BELIEF_RIGHT)
    every = -(-len(parameters) // MOST_STEP_LABELS)
    sketch.across(x, [(float(index), parameter["label"]) for index, parameter in enumerate(parameters) if index % every == 0], y=178)
    rows = [
        {
            "step": index,
            **{
                f"{which}{level}": _clip_to_picture(parameter[which]["quantiles"][level], low, high)
                for which in BELIEFS
                for level in (0, 1, 2, 3, 4)
            },
        }
        for index, parameter in enumerate(parameters)
    ]
    for first, last, opacity in ((0, 4, 0.16), (1, 3, 0.28)):
        sketch.add(
            rows,
            vega_mark("area", color=ACCENT, opacity=opacity),
            x=x.of("step"),
            y=y.of(f"posterior{first}"),
            y2={"field": f"posterior{last}"},
        )
    for level in (0, 2, 4):
        sketch.add(rows, line_mark(SECOND, dash=(5, 3)), x=x.of("step"), y=y.of(f"prior{level}"))
    sketch.add(rows, line_mark(ACCENT), x=x.of("step"), y=y.of("posterior2"))
    _add_legend(sketch)
    if parameters[0]["unit"] not in {"", "share"}:
        sketch.write(BELIEF_RIGHT, 13, parameters[0]["unit"], colour=MUTED, size=11, anchor="end")
    return sketch


def _clip_to_picture(value: float, low: float, high: float) -> float:
    """Where a line leaves the picture."""
    return min(max(value, low), high)


def _add_value_axis(sketch: Sketch, spread: Sequence[float], unit: str, *, logarithmic: bool, y: float) -> Scale:
    """Add the axis of the values, and the key of the two lines; return the scale."""
    low, high = min(spread), max(spread)
    low, high = (low, high) if logarithmic and low < high else pad_span(low, high, part=0.0)
    x = Scale(low, high, BELIEF_LEFT, BELIEF_RIGHT, logarithmic)
    shown = log_ticks(low, high) if logarithmic else ticks(low, high)
    sketch.across(x, label_ticks(shown, unit), y=y, title="" if unit == "share" else unit)
    _add_legend(sketch)
    return x


def _add_legend(sketch: Sketch) -> None:
    """Which line is the prior's and which the posterior's."""
    for place, which, colour, dash in ((BELIEF_LEFT, "prior", SECOND, "5 3"), (BELIEF_LEFT + 78, "posterior", ACCENT, "")):
        sketch.strokes.append(Stroke(place, 9, place + 26, 9, colour, 2, dash))
        sketch.write(place + 32, 13, which, colour=INK, size=11)
