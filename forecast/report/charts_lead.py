"""The picture that a page begins with: the answer over the days of its record, with the news that moved it written on it.

The band is the 90 % range: of the chance itself, or of the number.  A report that has it for today alone shows it as a bar at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from forecast.report.charts_answers import published_range
from forecast.report.charts_why import add_history_lines, chart_name
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
    label_ticks,
    pad_span,
    text_width,
    ticks,
    time_ticks,
    vega_mark,
    wrap_text,
)
from forecast.schema import words
from forecast.schema.history_points import error_at, points_of, unbroken_runs, unknown_days, value_at
from forecast.schema.insight import HistoryPoint, InsightContent, MeasureContent
from forecast.schema.topic import TopicContent
from forecast.sentences.forecasts import BASE_RATE
from forecast.sentences.insight_text import is_percent, statistic_name, value_text
from forecast.sentences.lead import HistoryStep, history_finding, lead_answer, main_measure, notable_steps, reference_forecast
from forecast.sentences.news import event_in_words, event_label

MOST_EVENTS = 4  # written on the line: the last, which the title speaks of, and those that moved it most
EVENT_ROW = 14  # pixels: each event has lines of its own above the plot
EVENT_LINES = 4  # at most
EVENT_SIZE = 11
LEAST_ROOM = 110  # pixels for the words of an event: with less they stand across a line
PLOT_HEIGHT, FOOT = 130, 30
MOST_YEARS = 8  # that the picture goes back: of a longer record the last years would be too narrow to read
ROUND_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class _Plot:
    """What is drawn: a measure over points, the days on which it is not known, the range of today, and a chance to compare with."""

    measure: MeasureContent
    index: int
    points: Sequence[HistoryPoint]
    unknown: Sequence[str]
    today: tuple[float, float] | None
    reference: float | None

    @property
    def values(self) -> list[float]:
        return [value_at(point, self.index) for point in self.points]

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


@dataclass(frozen=True, slots=True)
class _EventText:
    """News that moved the answer: where its line stands, its words in lines, and on which side of the line they are."""

    step: HistoryStep
    here: float
    lines: tuple[str, ...]
    anchor: Anchor


def lead_chart(content: TopicContent) -> Chart | None:
    """Return the picture of the leading answer's history; None where the report has no history of it."""
    plot = _plot_of(content)
    insight = content["insight"]
    if plot is None:
        return None
    assert insight is not None
    first_day = plot.points[0]["day"]
    found = [step for step in notable_steps(insight, plot.index) if step.after["day"] >= first_day]
    largest = sorted(found[:-1], key=lambda step: -_size(step, plot.index))[: MOST_EVENTS - 1]
    steps = [*sorted(largest, key=lambda step: step.after["day"]), *found[-1:]]
    low, high = _span(plot)
    labels = label_ticks(ticks(low, high, count=5), "share" if is_percent(plot.measure) else plot.measure["unit"])
    x = _day_scale(plot, labels, as_of=content["as_of"])
    events = _event_texts(steps, x)
    top = EVENT_ROW * sum(len(event.lines) for event in events) + 14
    y = Scale(low, high, top + PLOT_HEIGHT, top)
    sketch = Sketch(top + PLOT_HEIGHT + FOOT)
    _add_axes(sketch, plot, labels, x, y, as_of=content["as_of"])
    _add_marks(sketch, plot, x, y)
    if plot.reference is not None:
        label = f"base rate {words.percent(plot.reference)}"
        lines = [(event.here, y.at(value_at(event.step.after, plot.index))) for event in events]
        place = _free_place(plot, text_width(label, size=EVENT_SIZE), [y.at(value) for value, _ in labels], lines, x, y)
        sketch.write(*place, label, colour=SECOND, size=EVENT_SIZE)
    _add_events(sketch, events, plot.index, y)
    said = f"{history_finding(insight, plot.index)}."
    written = "; ".join(event_in_words(step.after["news"], step.after["day"]) for step in steps)
    return sketch.make_chart(chart_name("lead", plot.measure), f"{said} {f'News that moved it: {written}.' if written else ''}".rstrip())


def lead_points(insight: InsightContent, index: int, as_of: str) -> list[HistoryPoint]:
    """Return the days that the picture shows: those of the last years where there are two of them, else all."""
    points, today = points_of(insight, index), date.fromisoformat(as_of)
    begin = today - timedelta(days=365.25 * MOST_YEARS)
    late = [point for point in points if date.fromisoformat(point["day"]) >= begin]
    return late if len(late) > 1 else points


def leading_measure(content: TopicContent) -> int | None:
    """Return the place of the measure whose history a page begins with; None where there is none."""
    answer, insight = lead_answer(content), content["insight"]
    if answer is None or insight is None or not insight["history"]["points"]:
        return None
    index = main_measure(insight, answer["name"])
    return index if index is not None and len(points_of(insight, index)) >= 2 else None


def _plot_of(content: TopicContent) -> _Plot | None:
    answer, insight, index = lead_answer(content), content["insight"], leading_measure(content)
    if answer is None or insight is None or index is None:
        return None
    reference = reference_forecast(content, answer["name"])
    compared = reference.get("probability") if reference is not None and reference["kind"] == BASE_RATE else None
    points = lead_points(insight, index, content["as_of"])
    return _Plot(insight["measures"][index], index, points, unknown_days(insight, index), published_range(answer), compared)


def _span(plot: _Plot) -> tuple[float, float]:
    """The least and the greatest value of the picture's scale: of percents from 0 to a round one."""
    shown = [*plot.values, *(plot.today or ()), *(end for _, *ends in plot.band for end in ends)]
    shown += [] if plot.reference is None else [plot.reference]
    if is_percent(plot.measure):
        return 0.0, next((top for top in ROUND_SHARES if max(shown) <= top), 1.0)
    return pad_span(min(shown), max(shown), floor=0.0 if min(shown) >= 0 else float("-inf"))


def _value_today(plot: _Plot) -> tuple[str, str]:
    """Today's value at the line's end, and which number of a distribution it is, where the large figure is another."""
    return value_text(plot.measure, plot.values[-1], error=error_at(plot.points[-1], plot.index)), statistic_name(plot.measure)


def _day_scale(plot: _Plot, labels: Sequence[tuple[float, str]], *, as_of: str) -> Scale:
    """The scale of days, between the labels of the other axis and today's value."""
    value, name = _value_today(plot)
    left = max(text_width(label, size=11) for _, label in labels) + 10
    right = PICTURE_WIDTH - max(text_width(value, size=13), text_width(name, size=11)) - 14
    return Scale(day_number(plot.points[0]["day"]), day_number(as_of), left, right)


def _add_axes(sketch: Sketch, plot: _Plot, labels: Sequence[tuple[float, str]], x: Scale, y: Scale, *, as_of: str) -> None:
    """Draw both axes, and today's value beside the line's end."""
    sketch.up(y, labels, left=x.start, right=x.end)
    sketch.across(x, time_ticks(plot.points[0]["day"], as_of), y=y.start)
    value, name = _value_today(plot)
    height = min(max(y.at(plot.values[-1]) + 4, y.end + 6), y.start)
    sketch.texts.append(Text(x.end + 9, height, value, "start", INK, 13, bold=True))
    if name:
        sketch.texts.append(Text(x.end + 9, height - 14, name, "start", MUTED, 11))


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
    add_history_lines(sketch, unbroken_runs(plot.points, plot.unknown), plot.index, x, y)
    last = [{"day": day_number(plot.points[-1]["day"]), "value": plot.values[-1]}]
    sketch.add(last, vega_mark("point", filled=True, size=55, color=ACCENT, opacity=1), x=x.of("day"), y=y.of("value"))


def _free_place(
    plot: _Plot, width: float, grid: Sequence[float], lines: Sequence[tuple[float, float]], x: Scale, y: Scale
) -> tuple[float, float]:
    """Return where words of a width are best read beside the line of the reference, above it or below.

    That is where fewest lines cross them: that of the answer, and those of news, each at so far across and down to so far; then those
    of the ``grid``.  Of places as good as each other it is the one above, at the left.
    """
    assert plot.reference is not None
    height = y.at(plot.reference)
    answer = [(x.at(day_number(point["day"])), y.at(value)) for point, value in zip(plot.points, plot.values, strict=True)]
    lefts = [x.start + 3, *(here + 4 for here, _ in lines if here + 4 + width <= x.end), x.end - width - 3]
    baselines = [height - 4, *([height + 12] if height + 15 <= y.start else [])]

    def count_crossed(left: float, baseline: float) -> tuple[int, int]:
        top, bottom, first, last = baseline - 10, baseline + 3, left - 2, left + width + 2
        news = sum(first < here < last and end > top for here, end in lines)
        across = sum(
            from_x < last and to_x > first and max(from_y, to_y) > top and min(from_y, to_y) < bottom
            for (from_x, from_y), (to_x, to_y) in pairwise(answer)
        )
        return news + across, sum(top < line < bottom for line in grid)

    places = [(left, baseline) for baseline in baselines for left in lefts]
    return min(places, key=lambda place: (*count_crossed(*place), baselines.index(place[1]), place[0]))


def _event_texts(steps: Sequence[HistoryStep], x: Scale) -> list[_EventText]:
    """Set the words of each event, from the top down, in lines that end before another event's line where there is room.

    Words that stand right of their line go down from the earliest, those left of it from the latest: lines cross few words.
    """
    places = {step.after["day"]: x.at(day_number(step.after["day"])) for step in steps}
    rightward = [step for step in steps if places[step.after["day"]] <= PICTURE_WIDTH / 2]
    leftward = [step for step in reversed(steps) if step not in rightward]
    first_line = min((places[step.after["day"]] for step in leftward), default=PICTURE_WIDTH)
    events: list[_EventText] = []
    for step in [*leftward, *rightward]:
        here = places[step.after["day"]]
        anchor: Anchor = "start" if step in rightward else "end"
        until = first_line if first_line - here >= LEAST_ROOM else PICTURE_WIDTH
        text = event_label(step.after["news"], step.after["day"])
        room = (until - here if anchor == "start" else here) - 6
        events.append(_EventText(step, here, tuple(wrap_text(text, room, size=EVENT_SIZE, most=EVENT_LINES)), anchor))
    return events


def _add_events(sketch: Sketch, events: Sequence[_EventText], index: int, y: Scale) -> None:
    """Write each event and lead a line down to where it moved the answer."""
    row = 0
    for event in events:
        aside = 3 if event.anchor == "start" else -3
        for line, text in enumerate(event.lines, start=row):
            sketch.texts.append(Text(event.here + aside, EVENT_ROW * line + 11, text, event.anchor, MUTED, EVENT_SIZE))
        sketch.strokes.append(Stroke(event.here, EVENT_ROW * row + 3, event.here, y.at(value_at(event.step.after, index)), MUTED, 1, "2 2"))
        row += len(event.lines)


def _size(step: HistoryStep, index: int) -> float:
    return abs(value_at(step.after, index) - value_at(step.before, index))
