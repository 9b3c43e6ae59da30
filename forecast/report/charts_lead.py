"""The picture that a page begins with: the answer over the days of its record, with the news that moved it written on it.

The band is the 90 % range: of the chance itself, or of the number.  A report that has it for today alone shows it as a bar at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.report.charts_answers import published_range
from forecast.report.charts_why import chart_name
from forecast.report.drawing import (
    ACCENT,
    INK,
    MUTED,
    PICTURE_WIDTH,
    SECOND,
    Anchor,
    Chart,
    Scale,
    Sketch,
    Stroke,
    Text,
    day_number,
    fit_text,
    label_ticks,
    line_mark,
    pad_span,
    text_width,
    ticks,
    time_ticks,
    vega_mark,
)
from forecast.schema import words
from forecast.schema.insight import HistoryPoint, MeasureContent
from forecast.schema.topic import TopicContent
from forecast.sentences.insight_text import is_percent, value_text
from forecast.sentences.lead import BASE_RATE, HistoryStep, history_finding, lead_answer, main_measure, notable_steps, reference_forecast
from forecast.sentences.news import first_event

MOST_EVENTS = 4  # written on the line: the last, which the title speaks of, and those that moved it most
EVENT_ROW = 14  # pixels: each event has a line of its own above the plot
PLOT_HEIGHT, FOOT = 130, 30
ROUND_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class _Plot:
    """What is drawn: a measure over points, the range of today, and a chance to compare with."""

    measure: MeasureContent
    index: int
    points: Sequence[HistoryPoint]
    today: tuple[float, float] | None
    reference: float | None

    @property
    def values(self) -> list[float]:
        return [point["values"][self.index] for point in self.points]

    @property
    def band(self) -> list[tuple[HistoryPoint, float, float]]:
        """The points at which the range is known, with its ends; that of today is the published one."""
        if self.today is None:
            return []
        known: list[tuple[HistoryPoint, float, float]] = []
        for point in self.points[:-1]:
            ends = point["ranges"][self.index] if "ranges" in point else None
            if ends is not None:
                known.append((point, ends[0], ends[1]))
        return [*known, (self.points[-1], *self.today)] if known else []


def lead_chart(content: TopicContent) -> Chart | None:
    """Return the picture of the leading answer's history; None where the report has no history of it."""
    plot = _plot_of(content)
    insight = content["insight"]
    if plot is None:
        return None
    assert insight is not None
    found = notable_steps(insight, plot.index)
    largest = sorted(found[:-1], key=lambda step: -_size(step, plot.index))[: MOST_EVENTS - 1]
    steps = [*sorted(largest, key=lambda step: step.after["day"]), *found[-1:]]
    top = EVENT_ROW * len(steps) + 14
    y = Scale(*_span(plot), top + PLOT_HEIGHT, top)
    sketch = Sketch(top + PLOT_HEIGHT + FOOT)
    x = _add_axes(sketch, plot, y, as_of=content["as_of"])
    _add_marks(sketch, plot, x, y)
    _add_events(sketch, steps, plot.index, x, y)
    said = f"{history_finding(insight, plot.index)}."
    written = "; ".join(f"{words.day(step.after['day'])}, {first_event(step.after['news'])}" for step in steps)
    return sketch.make_chart(chart_name("lead", plot.measure), f"{said} {f'News that moved it: {written}.' if written else ''}".rstrip())


def leading_measure(content: TopicContent) -> int | None:
    """Return the place of the measure whose history a page begins with; None where there is none."""
    answer, insight = lead_answer(content), content["insight"]
    if answer is None or insight is None or len(insight["history"]["points"]) < 2:
        return None
    return main_measure(insight, answer["name"])


def _plot_of(content: TopicContent) -> _Plot | None:
    answer, insight, index = lead_answer(content), content["insight"], leading_measure(content)
    if answer is None or insight is None or index is None:
        return None
    reference = reference_forecast(content, answer["name"])
    compared = reference.get("probability") if reference is not None and reference["kind"] == BASE_RATE else None
    return _Plot(insight["measures"][index], index, insight["history"]["points"], published_range(answer), compared)


def _span(plot: _Plot) -> tuple[float, float]:
    """The least and the greatest value of the picture's scale: of percents from 0 to a round one."""
    shown = [*plot.values, *(plot.today or ()), *(end for _, *ends in plot.band for end in ends)]
    shown += [] if plot.reference is None else [plot.reference]
    if is_percent(plot.measure):
        return 0.0, next((top for top in ROUND_SHARES if max(shown) <= top), 1.0)
    return pad_span(min(shown), max(shown), floor=0.0 if min(shown) >= 0 else float("-inf"))


def _add_axes(sketch: Sketch, plot: _Plot, y: Scale, *, as_of: str) -> Scale:
    """Draw both axes, and today's value beside the line's end; return the scale of days."""
    labels = label_ticks(ticks(y.low, y.high, count=5), "share" if is_percent(plot.measure) else plot.measure["unit"])
    left = max(text_width(label, size=11) for _, label in labels) + 10
    last = value_text(plot.measure, plot.values[-1], error=plot.points[-1]["errors"][plot.index])
    right = PICTURE_WIDTH - text_width(last, size=13) - 14
    x = Scale(day_number(plot.points[0]["day"]), day_number(as_of), left, right)
    sketch.up(y, labels, left=left, right=right)
    sketch.across(x, time_ticks(plot.points[0]["day"], as_of), y=y.start)
    height = min(max(y.at(plot.values[-1]) + 4, y.end + 6), y.start)
    sketch.texts.append(Text(right + 9, height, last, "start", INK, 13, bold=True))
    return x


def _add_marks(sketch: Sketch, plot: _Plot, x: Scale, y: Scale) -> None:
    """Draw band, reference and line."""
    band = [{"day": day_number(point["day"]), "low": low, "high": high} for point, low, high in plot.band]
    sketch.add(band, vega_mark("area", color=ACCENT, opacity=0.16), x=x.of("day"), y=y.of("low"), y2={"field": "high"})
    if plot.today is not None and not band:
        low, high = plot.today
        here = x.at(day_number(plot.points[-1]["day"]))
        sketch.strokes.append(Stroke(here, y.at(low), here, y.at(high), ACCENT, 2))
        sketch.strokes += [Stroke(here - 4, y.at(end), here + 4, y.at(end), ACCENT, 1.5) for end in (low, high)]
    if plot.reference is not None:
        height = y.at(plot.reference)
        sketch.strokes.append(Stroke(x.start, height, x.end, height, SECOND, 1.5, "5 3"))
        sketch.write(x.start + 3, height - 4, f"base rate {words.percent(plot.reference)}", colour=SECOND, size=11)
    line = [{"day": day_number(point["day"]), "value": value} for point, value in zip(plot.points, plot.values, strict=True)]
    sketch.add(line, line_mark(ACCENT), x=x.of("day"), y=y.of("value"))
    sketch.add(line[-1:], vega_mark("point", filled=True, size=55, color=ACCENT, opacity=1), x=x.of("day"), y=y.of("value"))


def _add_events(sketch: Sketch, steps: Sequence[HistoryStep], index: int, x: Scale, y: Scale) -> None:
    """Write each event in a row of its own and lead a line down to where it moved the answer.

    Words that stand right of their line go down from the earliest, those left of it from the latest: lines cross few words.
    """
    rightward = [step for step in steps if x.at(day_number(step.after["day"])) <= PICTURE_WIDTH / 2]
    leftward = [step for step in reversed(steps) if step not in rightward]
    for row, step in enumerate([*leftward, *rightward]):
        here = x.at(day_number(step.after["day"]))
        anchor: Anchor = "start" if step in rightward else "end"
        text = f"{words.month(step.after['day'], short=True)}, {first_event(step.after['news'])}"
        room = (PICTURE_WIDTH - here if anchor == "start" else here) - 6
        sketch.texts.append(
            Text(here + (3 if anchor == "start" else -3), EVENT_ROW * row + 11, fit_text(text, room, size=11), anchor, MUTED, 11)
        )
        sketch.strokes.append(Stroke(here, EVENT_ROW * row + 3, here, y.at(step.after["values"][index]), MUTED, 1, "2 2"))


def _size(step: HistoryStep, index: int) -> float:
    return abs(step.after["values"][index] - step.before["values"][index])
