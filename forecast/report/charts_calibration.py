"""Pictures of calibration: how often what was given a probability happened, and where outcomes of numbers fell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forecast.report.drawing import (
    ACCENT,
    INK,
    MUTED,
    PICTURE_WIDTH,
    SECOND,
    Chart,
    MarkRow,
    Scale,
    Sketch,
    Stroke,
    label_ticks,
    line_mark,
    pad_span,
    text_width,
    ticks,
    vega_mark,
)
from forecast.schema.calibration import NumberCalibrationContent, ProbabilityCalibrationContent

QUARTER_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
SIDE = (14.0, 304.0)  # top and bottom of the square
WEIGHT_BARS = (318.0, 346.0)  # of the weights
BAR_COUNT = 20


def reliability_chart(its: ProbabilityCalibrationContent, name: str, alt: str) -> Chart:
    """Return the reliability of probabilities: the isotonic curve in the band of calibrated forecasts, the smooth curve with its band, the weights."""
    labels = label_ticks(QUARTER_TICKS, "share")
    left = max(text_width(label, size=11) for _, label in labels) + 10
    x, y = Scale(0, 1, left, PICTURE_WIDTH - 12), Scale(0, 1, SIDE[1], SIDE[0])
    sketch = Sketch(412)
    sketch.up(y, labels, left=x.start, right=x.end)
    curve, smooth = its["curve"], its["smooth"]
    chance = _rows(curve, ("probability", "frequency", "low", "high"))
    drawn = _rows(smooth, ("probability", "frequency", "low", "high"))
    sketch.add(chance, vega_mark("area", color=MUTED, opacity=0.22), x=x.of("probability"), y=y.of("low"), y2={"field": "high"})
    sketch.add(drawn, vega_mark("area", color=SECOND, opacity=0.18), x=x.of("probability"), y=y.of("low"), y2={"field": "high"})
    sketch.strokes.append(Stroke(x.start, y.start, x.end, y.end, INK, 1, "5 3"))
    sketch.add(drawn, line_mark(SECOND), x=x.of("probability"), y=y.of("frequency"))
    sketch.add(chance, line_mark(ACCENT), x=x.of("probability"), y=y.of("frequency"))
    if len(chance) <= 20:
        sketch.add(chance, vega_mark("point", filled=True, size=24, opacity=1, color=ACCENT), x=x.of("probability"), y=y.of("frequency"))
    _draw_weights(sketch, its, x)
    sketch.across(x, labels, y=WEIGHT_BARS[1])
    sketch.write(x.start, WEIGHT_BARS[1] + 31, "Across: forecast (bars: its share). Up: observed frequency", colour=MUTED, size=11)
    sketch.write(x.start, WEIGHT_BARS[1] + 46, "Blue: isotonic curve; grey: its range by chance if calibrated", colour=MUTED, size=11)
    sketch.write(x.start, WEIGHT_BARS[1] + 61, "Orange: smooth curve with its band; dashed: calibrated", colour=MUTED, size=11)
    return sketch.make_chart(name, alt)


def uniformity_chart(its: NumberCalibrationContent, name: str, alt: str) -> Chart:
    """Return the excess of transforms over the uniform, with the band of calibrated forecasts."""
    values = [*its["low"], *its["high"], *its["excess"]]
    low, high = pad_span(min(values), max(values))
    shown = label_ticks(ticks(low, high), "share")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    x, y = Scale(0, 1, left, PICTURE_WIDTH - 12), Scale(low, high, 190, 14)
    sketch = Sketch(240)
    sketch.up(y, shown, left=x.start, right=x.end)
    ends: list[MarkRow] = [{"point": 0.0, "excess": 0.0, "low": 0.0, "high": 0.0}]
    rows = [*ends, *_rows(its, ("point", "excess", "low", "high")), {**ends[0], "point": 1.0}]
    sketch.add(rows, vega_mark("area", color=MUTED, opacity=0.22), x=x.of("point"), y=y.of("low"), y2={"field": "high"})
    sketch.strokes.append(Stroke(x.start, y.at(0), x.end, y.at(0), INK, 1, "5 3"))
    sketch.add(rows, line_mark(ACCENT), x=x.of("point"), y=y.of("excess"))
    sketch.across(x, label_ticks(QUARTER_TICKS, "share"), y=190)
    sketch.write(x.start, 221, "Across: share of the forecast. Up: outcomes up to there, less", colour=MUTED, size=11)
    sketch.write(x.start, 236, "that share; grey: its range by chance if calibrated", colour=MUTED, size=11)
    return sketch.make_chart(name, alt)


def _draw_weights(sketch: Sketch, its: ProbabilityCalibrationContent, x: Scale) -> None:
    sums = [0.0] * BAR_COUNT
    for probability, weight in zip(its["curve"]["probability"], its["curve"]["weight"], strict=True):
        sums[min(int(probability * BAR_COUNT), BAR_COUNT - 1)] += weight
    y = Scale(0, max(sums), WEIGHT_BARS[1], WEIGHT_BARS[0])
    bars: list[MarkRow] = [
        {"from": (at + 0.1) / BAR_COUNT, "to": (at + 0.9) / BAR_COUNT, "zero": 0.0, "weight": value}
        for at, value in enumerate(sums)
        if value > 0
    ]
    sketch.add(
        bars, vega_mark("rect", color=ACCENT, opacity=0.75), x=x.of("from"), x2={"field": "to"}, y=y.of("zero"), y2={"field": "weight"}
    )


def _rows(content: Mapping[str, object], names: Sequence[str]) -> list[MarkRow]:
    columns = [content[name] for name in names]
    lists = [column for column in columns if isinstance(column, list)]
    return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]
