"""The picture of a stream: what is recorded as a step line, what is simulated as bands around a dashed median."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from forecast.report.drawing import (
    ACCENT,
    INK,
    MUTED,
    PICTURE_WIDTH,
    Chart,
    Scale,
    Sketch,
    Stroke,
    Text,
    day_number,
    label_ticks,
    line_mark,
    pad_span,
    text_width,
    ticks,
    time_ticks,
    vega_mark,
)
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.is_counts import are_readings
from forecast.schema.topic import ClassTotal, RowContent, StreamContent
from forecast.sentences.cumulative import cumulative_finding, recorded_count
from forecast.sentences.step_counts import counts_of_each_step

PAST_FOR_FUTURE = 3  # a fan shows at most this many times as much past as future
COUNTS_FROM = 0.0


def fan_chart(stream: StreamContent, *, as_of: str) -> Chart | None:
    """The running total of a stream that has a future; None for one that has none or whose steps do not add up, and for classes, which a sentence tells."""
    future = stream["fan"]
    if future is None or "classes" in stream or counts_of_each_step(stream):
        return None
    first, last = (day_number(day) for day in (future["days"][0], future["days"][-1]))
    whole = recorded_line([(point["day"], point["total"]) for point in stream["past"]], stream["rows"])
    past = _past_window(whole, first - PAST_FOR_FUTURE * (last - first))  # a number, since no date is so early where the future is long
    days = sorted({*(date.fromordinal(day).isoformat() for day, _ in past), *future["days"], as_of})
    totals = [total for _, total in past] + [value for quantiles in future["quantiles"] for value in quantiles]
    low, high = pad_span(min(totals), max(totals), floor=COUNTS_FROM if min(totals) >= 0 else float("-inf"))
    shown = label_ticks(ticks(low, high, whole=all(total == round(total) for total in totals)), "")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    sketch = Sketch(200)
    x, y = Scale(day_number(days[0]), day_number(days[-1]), left, PICTURE_WIDTH - 10), Scale(low, high, 170, 18)
    sketch.up(y, shown, left=left, right=PICTURE_WIDTH - 10)
    sketch.across(x, time_ticks(days[0], days[-1]), y=170)
    here = x.at(day_number(as_of))
    sketch.strokes.append(Stroke(here, 16, here, 170, MUTED, 1, "2 3"))
    sketch.write(here, 11, words.day(as_of), colour=MUTED, size=11, anchor="end" if here > PICTURE_WIDTH / 2 else "start")
    _add_bands(sketch, list(zip(future["days"], future["quantiles"], strict=True)), x, y)
    recorded = [{"day": day, "total": total} for day, total in past]
    sketch.add(recorded, line_mark(INK), x=x.of("day"), y=y.of("total"))
    return sketch.make_chart(f"stream-{stream['name']}", fan_sentence(stream))


def cumulative_chart(answer: AnswerContent, streams: Sequence[StreamContent], *, as_of: str) -> Chart | None:
    """What a question counts: the total so far, and the fan of what it may come to by its last day; None of one that counts no total."""
    if "cumulative" not in answer or answer["status"] != "open":
        return None
    total = answer["cumulative"]
    known = recorded_count(total)
    points = list(zip(total["days"], total["quantiles"], strict=True))
    certain = [(day, quantiles[0]) for day, quantiles in points[:known] if quantiles[0] == quantiles[-1]]
    rows = [row for stream in streams if stream["name"] in total["streams"] for row in stream["rows"]]
    line = recorded_line(certain, rows)
    ahead = points[max(len(certain) - 1, 0) :]
    low, high = pad_span(0.0, max(quantiles[-1] for _, quantiles in points), floor=min(0.0, *(quantiles[0] for _, quantiles in points)))
    shown = label_ticks(ticks(low, high, whole=all(value == round(value) for _, quantiles in points for value in quantiles)), "")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    ends = _end_labels(points[-1][1])
    right = PICTURE_WIDTH - max(text_width(label, size=11) for _, label, _ in ends) - 14
    sketch = Sketch(200)
    first = min(points[0][0], as_of)
    x, y = Scale(day_number(first), day_number(points[-1][0]), left, right), Scale(low, high, 170, 18)
    sketch.up(y, shown, left=left, right=right)
    sketch.across(x, time_ticks(first, points[-1][0]), y=170)
    here = x.at(day_number(as_of))
    sketch.strokes.append(Stroke(here, 16, here, 170, MUTED, 1, "2 3"))
    sketch.write(here, 11, words.day(as_of), colour=MUTED, size=11, anchor="end" if here > PICTURE_WIDTH / 2 else "start")
    _add_bands(sketch, ahead, x, y)
    sketch.add([{"day": day, "total": value} for day, value in line], line_mark(INK), x=x.of("day"), y=y.of("total"))
    lowest = 12.0
    for value, label, bold in ends:
        lowest = max(y.at(value) + 4, lowest)
        sketch.texts.append(Text(right + 7, lowest, label, "start", INK if bold else MUTED, 11, bold))
        lowest += 13
    return sketch.make_chart(chart_of_total(answer), f"{answer['asks']} {cumulative_finding(answer, total)}.")


def chart_of_total(answer: AnswerContent) -> str:
    """Return the name of the picture of what a question counts."""
    return f"total-{answer['name']}"


def _end_labels(quantiles: Sequence[float]) -> list[tuple[float, str, bool]]:
    """What is written beside the fan's end, from the top: the median, in bold, between the ends of the 90 % range that print otherwise."""
    low, _, middle, _, high = quantiles
    top, median, bottom = (words.number(value, spread=high - low) for value in (high, middle, low))
    above = [(high, top, False)] if top != median else []
    below = [(low, bottom, False)] if bottom != median else []
    return [*above, (middle, median, True), *below]


def _add_bands(sketch: Sketch, points: Sequence[tuple[str, Sequence[float]]], x: Scale, y: Scale) -> None:
    """Draw the bands that hold half and nine tenths of what is simulated, and the dashed median."""
    bands = [dict(zip(("day", "q05", "q25", "q50", "q75", "q95"), (day_number(day), *quantiles), strict=True)) for day, quantiles in points]
    for lower, upper, opacity in (("q05", "q95", 0.16), ("q25", "q75", 0.28)):
        sketch.add(bands, vega_mark("area", color=ACCENT, opacity=opacity), x=x.of("day"), y=y.of(lower), y2={"field": upper})
    sketch.add(bands, line_mark(ACCENT, dash=(5, 3)), x=x.of("day"), y=y.of("q50"))


def fan_sentence(stream: StreamContent) -> str:
    """Say what a fan shows."""
    if are_readings(stream) and stream["rows"]:
        last = max(stream["rows"], key=itemgetter("end"))
        value = words.range_text(last["low"], last["high"]) if "low" in last else words.number(last["value"])
        rest = "Its rows are not added up" if stream["total"] is None else "No future is simulated"
        return f"Last recorded on {words.day(last['end'])}: {_with_unit(value, stream)}. {rest}."
    if stream["total"] is None:
        return "Nothing is recorded."
    so_far = f"Recorded up to {words.day(stream['through'])}: {_with_unit(stream.get('seen', words.number(stream['total'])), stream)}"
    if "classes" in stream:
        so_far = f"Recorded up to {words.day(stream['through'])}: {', '.join(map(_recorded_text, stream['classes']))}"
    if stream["fan"] is None:
        return f"{so_far}. No future is simulated."
    if each := counts_of_each_step(stream):
        given = words.join_words([f"“{name.replace('_', ' ')}” is {text}" for name, text in each.items()])
        return f"{so_far}. In each simulated step, however short, {given}, so that steps do not add up: no later total is shown."
    if "classes" in stream:
        return f"{so_far}. By {words.day(stream['fan']['days'][-1])}, 90 % range: {', '.join(map(_forecast_text, stream['classes']))}."
    low, median, high = _quantile_texts(stream["fan"]["quantiles"][-1][::2])
    by = words.day(stream["fan"]["days"][-1])
    ahead = f"median {median}, 90 % range {low} to {high}" if low != high else f"almost certainly {median}"
    return f"{so_far}. By {by}: {ahead}."


def recorded_line(past: Sequence[tuple[str, float]], rows: Sequence[RowContent]) -> list[tuple[int, float]]:
    """Return the corners of the line of what is recorded, as day numbers and totals: level, and by a row's value up on its day, or evenly over its days.

    Of several rows that end on one day the shortest counts, and of one that begins before the last change the days since.
    """
    began: dict[str, str] = {}
    for row in rows:
        began[row["end"]] = max(row["start"], began.get(row["end"], row["start"]))
    line: list[tuple[int, float]] = []
    for day, total in past:
        here = day_number(day)
        if line and total != line[-1][1]:
            line.append((max(day_number(began.get(day, day)), line[-1][0]), line[-1][1]))
        line.append((here, total))
    return line


def _with_unit(shown: str, stream: StreamContent) -> str:
    """A printed number of a stream with its unit: ``2 men``, ``31 (odds of …)``."""
    unit, one = stream["unit"], stream.get("unit_one", "")
    return words.amount_text(shown, unit, one) + words.unit_tails(unit, shown, one)[1]


def _recorded_text(class_total: ClassTotal) -> str:
    return f"{class_total['label']} {words.number(class_total['total'])}"


def _forecast_text(class_total: ClassTotal) -> str:
    assert class_total["quantiles"] is not None
    low, high = _quantile_texts((class_total["quantiles"][0], class_total["quantiles"][-1]))
    return f"{class_total['label']} {low if low == high else f'{low} to {high}'}"


def _quantile_texts(points: Sequence[float]) -> tuple[str, ...]:
    """Points of what lies ahead, from the least up: whole ones below 100, three digits of others, more where they lie close together."""
    spread = points[-1] - points[0]
    finest = spread / 100 if spread > 0 else math.inf
    return tuple(words.number(value, error=min(0.005 * max(abs(value), 1), finest), spread=spread) for value in points)


def _past_window(past: Sequence[tuple[int, float]], first: int) -> list[tuple[int, float]]:
    """A line from a day on, begun at the height that it has there."""
    kept = [(day, total) for day, total in past if day >= first]
    before = [(day, total) for day, total in past if day < first]
    if not before:
        return kept
    (day, total), (later, end) = before[-1], kept[0] if kept else before[-1]
    height = total if later == day else total + (end - total) * (first - day) / (later - day)
    return [(first, height), *kept]
