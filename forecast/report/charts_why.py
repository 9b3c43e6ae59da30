"""Pictures of why: a change split into its parts, an answer over the days of the record, and how far each prior moves it.

Where something rises it is blue and its bar is whole, where it falls vermillion
and hatched by its dashed outline; the signs stand beside them as text too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from forecast.report.charts_answers import name_as_words, published_range
from forecast.report.drawing import (
    ACCENT,
    INK,
    MUTED,
    PICTURE_WIDTH,
    SECOND,
    Anchor,
    Channel,
    Chart,
    MarkRow,
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
    wrap_text,
)
from forecast.schema import words
from forecast.schema.answers import AnswerContent
from forecast.schema.history_points import error_at, points_of, unbroken_runs, unknown_days, value_at
from forecast.schema.insight import HistoryPoint, InsightContent, MeasureContent, MeasureTarget, Move, SensitivityContent
from forecast.schema.topic import TopicContent
from forecast.sentences.insight_text import (
    from_to_text,
    is_noticed,
    is_percent,
    measure_name,
    move_to_report,
    named_value_text,
    open_measure_indices,
    part_text,
    relative_change,
    value_text,
)
from forecast.sentences.printed_parts import NO_CHANGE, PrintedParts, changed_text, printed_parts

MOST_WATERFALLS = 4  # pictures of one change; the table has every measure
MOST_WATERFALL_PARTS = 6  # bars of one waterfall; the smallest parts stand together
MOST_TORNADOS = 6
MOST_HISTORY_POINTS = 180  # of a history's line, besides those at news
LONGEST_PLAIN = 40  # characters of a label that a picture's name holds whole
MOST_PRIORS = 7  # rows of one tornado
BAR_ROW_HEIGHT = 34
LABEL_LINE = 14  # pixels that a second line of a row's words adds
CHANGE_MARKS = (  # how each change of a prior is marked
    ("one sd lower", "triangle-left", True),
    ("one sd higher", "triangle-right", True),
    ("half as wide", "circle", True),
    ("twice as wide", "circle", False),
)


@dataclass(frozen=True, slots=True)
class HistoryRanges:
    """What a history has beside its line: the 90 % ranges of some days, each with its ends, and today's range over variants, None where there is none."""

    band: tuple[tuple[str, float, float], ...] = ()
    rivals: tuple[float, float] | None = None


def waterfall_charts(insight: InsightContent) -> list[Chart]:
    """The split of the change that is reported, as bars from before to after, for each open measure that it moved (the most moved ones)."""
    move = move_to_report(insight)
    if move is None:
        return []
    measures = insight["measures"]
    moved = [
        index
        for index in open_measure_indices(insight)
        if any(
            is_noticed(measures[index], part["points"][index], error=part["errors"][index])
            for part in move["parts"]
            if part["kind"] != "noise"
        )
    ]
    order = sorted(moved, key=lambda index: -max(relative_change(measures[index], part["points"][index]) for part in move["parts"]))
    return [_waterfall(move, measures[index], index) for index in sorted(order[:MOST_WATERFALLS])]


def history_charts(content: TopicContent, insight: InsightContent) -> list[Chart]:
    """Each measure over the days of the record, settled probabilities too."""
    settled = insight["history"]["settled"]
    answers = {answer["name"]: answer for answer in content["answers"]}
    charts = []
    for index, measure in enumerate(insight["measures"]):
        if measure["settled"] and measure["kind"] != "probability":
            continue
        points = points_of(insight, index)
        if len(points) < 2:
            continue
        answer = answers.get(measure["question"])
        ranges = HistoryRanges() if answer is None or measure["settled"] else history_ranges(answer, measure, index, points)
        runs = unbroken_runs(_thin_points(points), unknown_days(insight, index))
        charts.append(_history(measure, index, runs, settled[index], ranges=ranges, as_of=content["as_of"]))
    return charts


def history_ranges(answer: AnswerContent, measure: MeasureContent, index: int, points: Sequence[HistoryPoint]) -> HistoryRanges:
    """Return the ranges that a report has of a measure: of days, the last of which has the published one, and over variants."""
    band: list[tuple[str, float, float]] = []
    for point in points[:-1]:
        ends = point["ranges"][index] if "ranges" in point else None
        if ends is not None:
            band.append((point["day"], ends[0], ends[1]))
    today = None if measure["label"] else published_range(answer)
    band = [*band, (points[-1]["day"], *today)] if band and today is not None else []
    over = [its for its in answer["variants"]["ranges"] if its["label"] == measure["label"]] if "variants" in answer else []
    is_alike = measure["kind"] != "mean"  # of numbers the range over variants is that of medians
    rivals = (over[0]["low"], over[0]["high"]) if over and is_alike and over[0]["low"] < over[0]["high"] else None
    return HistoryRanges(tuple(band), rivals)


def tornado_charts(insight: InsightContent, versions: Sequence[str]) -> Iterator[Chart]:
    """How far each prior moves each open measure, the strongest prior first; ``versions`` has those whose own priors they are."""
    for index in open_measure_indices(insight)[:MOST_TORNADOS]:
        chart = _tornado(insight["measures"][index], index, insight["sensitivity"], versions)
        if chart is not None:
            yield chart


def chart_name(kind: str, measure: MeasureTarget) -> str:
    """The name of a measure's picture, which is a file's: a label that is not a short word in small letters is distinguished by its hash.

    Capital letters count as small ones on many file systems; no label holds the
    hyphen that stands before a hash, so that no label is another's name.
    """
    plain = re.sub(r"[^a-z0-9_]+", "_", measure["label"])
    is_plain = plain == measure["label"] and len(plain) <= LONGEST_PLAIN
    label = plain if is_plain else f"{plain[:LONGEST_PLAIN]}-{sha256(measure['label'].encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return "-".join(part for part in (kind, measure["question"], label) if part)


def _waterfall(move: Move, measure: MeasureContent, index: int) -> Chart:
    before, after = move["before"][index], move["after"][index]
    parts, printed = _few_parts(move, measure, index)
    rows: list[tuple[str, float, float, str]] = []
    here = before
    for about, points, points_text in parts:
        if points_text != NO_CHANGE:
            rows.append((about, here, here + points, points_text))
        here += points
    values = [before, after, *(value for _, start, end, _ in rows for value in (start, end))]
    low, high = pad_span(min(values), max(values), part=0.08)
    labels = [wrap_text(words.capitalise(about), PICTURE_WIDTH - text_width(change) - 30) for about, _, _, change in rows]
    tops = [BAR_ROW_HEIGHT]
    for label in labels:
        tops.append(tops[-1] + BAR_ROW_HEIGHT + LABEL_LINE * (len(label) - 1))
    sketch = Sketch(tops[-1] + BAR_ROW_HEIGHT + 30)
    x, y = Scale(low, high, 8, PICTURE_WIDTH - 12), Scale(0, sketch.height, 0, sketch.height)
    unit = "share" if is_percent(measure) else measure["unit"]
    sketch.across(
        x,
        [tick for tick in label_ticks(ticks(low, high, count=4), unit) if not is_percent(measure) or 0 <= tick[0] <= 1],
        y=sketch.height - 24,
    )
    bars: list[MarkRow] = []
    for (_, start, end, change), label, top in zip(rows, labels, tops, strict=False):
        sketch.texts.append(_right_text(top, change))
        sketch.texts += [Text(8, top + 14 + LABEL_LINE * line, text) for line, text in enumerate(label)]
        bar = top + 20 + LABEL_LINE * (len(label) - 1)
        bars.append({"from": start, "to": end, "top": bar, "end": bar + 10, "rises": end >= start})
        sketch.strokes.append(Stroke(x.at(start), top - 3, x.at(start), bar + 10, MUTED, 1, "2 2"))
    last = tops[-1]
    sketch.strokes.append(Stroke(x.at(after), last - 4, x.at(after), last + 20, MUTED, 1, "2 2"))
    corners: dict[str, Channel] = {"x": x.of("from"), "x2": {"field": "to"}, "y": y.of("top"), "y2": {"field": "end"}}
    sketch.add([bar for bar in bars if bar["rises"]], vega_mark("rect", color=ACCENT), **corners)
    falling = vega_mark("rect", fill=SECOND, fillOpacity=0.45, stroke=SECOND, strokeDash=[3, 2], strokeWidth=1.5)
    sketch.add([bar for bar in bars if not bar["rises"]], falling, **corners)
    ends = [{"value": before, "y": 25}, {"value": after, "y": last + 25}]
    sketch.add(ends, vega_mark("point", filled=True, size=90, opacity=1, color=INK), x=x.of("value"), y=y.of("y"))
    for top, day, shown in ((0, move["since"], printed.before), (last, move["until"], printed.after)):
        _label(sketch, top, words.day(day), room=70)
        sketch.texts.append(_right_text(top, shown, bold=True))
    summary = "; ".join(f"{about}: {change}" for about, _, _, change in rows)
    alt = f"{measure_name(measure)}, {changed_text(measure, before, after)} from {words.day(move['since'])} to {words.day(move['until'])}: {summary}."
    return sketch.make_chart(chart_name("moved", measure), alt)


def _few_parts(move: Move, measure: MeasureContent, index: int) -> tuple[list[tuple[str, float, str]], PrintedParts]:
    """The largest parts in their order, and the rest together: what each is, its points, and these as they are printed; and all parts."""
    parts = move["parts"]
    printed = printed_parts(measure, move["before"][index], move["after"][index], [part["points"][index] for part in parts])
    large = sorted(range(len(parts)), key=lambda at: -abs(parts[at]["points"][index]))[
        : MOST_WATERFALL_PARTS if len(parts) <= MOST_WATERFALL_PARTS else MOST_WATERFALL_PARTS - 1
    ]
    kept = [(part_text(parts[at]), parts[at]["points"][index], printed.text(at)) for at in sorted(large)]
    rest = [at for at in range(len(parts)) if at not in large]
    together = sum(parts[at]["points"][index] for at in rest)
    return ([*kept, (f"{len(rest)} smaller parts together", together, printed.text(*rest))] if rest else kept), printed


def _thin_points(points: Sequence[HistoryPoint]) -> list[HistoryPoint]:
    """Points enough for a line as wide as the picture: the days of news and those before them, the ends, and every so many others."""
    every = -(-len(points) // MOST_HISTORY_POINTS)
    last = len(points) - 1
    return [
        point
        for index, point in enumerate(points)
        if index % every == 0 or index == last or point["news"] or points[min(index + 1, last)]["news"]
    ]


def _history(
    measure: MeasureContent, index: int, runs: Sequence[Sequence[HistoryPoint]], settled: str | None, *, ranges: HistoryRanges, as_of: str
) -> Chart:
    points = [point for run in runs for point in run]
    values = [value_at(point, index) for point in points]
    unit = "share" if is_percent(measure) else measure["unit"]
    shown_values = [*values, *(end for _, *ends in ranges.band for end in ends), *(ranges.rivals or ())]
    least, most = min(shown_values), max(shown_values)
    low, high = (
        (0.0, _axis_maximum(shown_values)) if is_percent(measure) else pad_span(least, most, floor=0.0 if least >= 0 else float("-inf"))
    )
    shown = label_ticks(ticks(low, high, count=5), unit)
    left, last = (
        max(text_width(label, size=11) for _, label in shown) + 10,
        value_text(measure, values[-1], error=error_at(points[-1], index)),
    )
    right = PICTURE_WIDTH - text_width(last, size=12) - 14
    sketch = Sketch(150)
    x, y = Scale(day_number(points[0]["day"]), day_number(as_of), left, right), Scale(low, high, 120, 14 if settled is None else 28)
    sketch.up(y, shown, left=left, right=right)
    sketch.across(x, time_ticks(points[0]["day"], as_of), y=120)
    _add_ranges(sketch, ranges, x, y, today=points[-1]["day"])
    line_points = [{"day": day_number(point["day"]), "value": value} for point, value in zip(points, values, strict=True)]
    add_history_lines(sketch, runs, index, x, y)
    news = [mark for mark, point in zip(line_points, points, strict=True) if point["news"]]
    sketch.add(
        news, vega_mark("point", shape="stroke", angle=90, size=60, color=INK, strokeWidth=1.5, opacity=1), x=x.of("day"), y=y.of("value")
    )
    sketch.add(line_points[-1:], vega_mark("point", filled=True, size=45, color=ACCENT, opacity=1), x=x.of("day"), y=y.of("value"))
    sketch.texts.append(_bold_text(x.at(day_number(as_of)) + 7, min(max(y.at(values[-1]) + 4, 12), 124), last))
    summary = f"{measure_name(measure)} from {words.day(points[0]['day'])}, {_went_text(measure, values[0], values[-1])}"
    if settled is not None:
        here = x.at(day_number(settled))
        sketch.strokes.append(Stroke(here, 4, here, 120, MUTED, 1.5, "4 3"))
        anchor: Anchor = "end" if here > PICTURE_WIDTH / 2 else "start"
        sketch.write(here - 4 if anchor == "end" else here + 4, 12, f"settled {words.day(settled)}", colour=MUTED, size=11, anchor=anchor)
        summary += f"; settled on {words.day(settled)}"
    if ranges.rivals is not None:
        low_text, high_text = (value_text(measure, end) for end in ranges.rivals)
        versions = (
            f"rival versions of the model {low_text} to {high_text}" if low_text != high_text else f"all versions of the model {low_text}"
        )
        summary += f"; under {versions} now"
    largest = max(zip(points[1:], points, strict=False), key=lambda pair: abs(value_at(pair[0], index) - value_at(pair[1], index)))
    day, change = largest[0]["day"], _went_text(measure, value_at(largest[1], index), value_at(largest[0], index))
    step = f" The largest step: {change} by {words.day(day)}." if "→" in change else ""
    return sketch.make_chart(chart_name("history", measure), f"{summary}.{step}")


def add_history_lines(sketch: Sketch, runs: Sequence[Sequence[HistoryPoint]], index: int, x: Scale, y: Scale) -> None:
    """Draw a measure's line, broken where it is not known; a day that is known alone is a dot."""
    for run in runs:
        marks = [{"day": day_number(point["day"]), "value": value_at(point, index)} for point in run]
        alone = vega_mark("point", filled=True, size=12, color=ACCENT, opacity=1)
        sketch.add(marks, line_mark(ACCENT) if len(marks) > 1 else alone, x=x.of("day"), y=y.of("value"))


def _went_text(measure: MeasureContent, before: float, after: float) -> str:
    """From where to where a measure went, or that it is printed alike at both ends."""
    is_same = value_text(measure, before) == value_text(measure, after)
    return f"{named_value_text(measure, after)} at both ends" if is_same else from_to_text(measure, before, after)


def _add_ranges(sketch: Sketch, ranges: HistoryRanges, x: Scale, y: Scale, *, today: str) -> None:
    """Draw the band of the 90 % ranges, straight between the days that have one, and at the end the range over variants as a bar."""
    band = [{"day": day_number(day), "low": low, "high": high} for day, low, high in ranges.band]
    sketch.add(band, vega_mark("area", color=ACCENT, opacity=0.16), x=x.of("day"), y=y.of("low"), y2={"field": "high"})
    if ranges.rivals is not None:
        here = x.at(day_number(today))
        low, high = (y.at(end) for end in ranges.rivals)
        sketch.strokes.append(Stroke(here, low, here, high, SECOND, 2))
        sketch.strokes += [Stroke(here - 4, end, here + 4, end, SECOND, 1.5) for end in (low, high)]


def _tornado(measure: MeasureContent, index: int, sensitivity: Sequence[SensitivityContent], versions: Sequence[str]) -> Chart | None:
    by_prior: dict[str, dict[str, float]] = {}
    for variation, version in zip(sensitivity, versions, strict=True):
        name = " ".join(part for part in (variation["parameter"], variation["label"]) if part)
        name = f"{name} ({version})" if version else name
        by_prior.setdefault(name, {})[variation["change"]] = variation["values"][index]["value"]
    spans = {name: max(changes.values()) - min(changes.values()) for name, changes in by_prior.items()}
    names = sorted((name for name in by_prior if spans[name] > 0), key=lambda name: -spans[name])[:MOST_PRIORS]
    if not names:
        return None
    every = [value for name in names for value in by_prior[name].values()] + [measure["value"]]
    low, high = pad_span(min(every), max(every), part=0.08)
    sketch = Sketch(BAR_ROW_HEIGHT * len(names) + 36)
    x, y = Scale(low, high, 10, PICTURE_WIDTH - 12), Scale(0, sketch.height, 0, sketch.height)
    unit = "share" if is_percent(measure) else measure["unit"]
    sketch.across(x, label_ticks(ticks(low, high, count=4), unit), y=sketch.height - 24)
    here = x.at(measure["value"])
    sketch.strokes.append(Stroke(here, 4, here, sketch.height - 24, INK, 1, "3 3"))
    spanned = [
        {"low": min(by_prior[name].values()), "high": max(by_prior[name].values()), "y": BAR_ROW_HEIGHT * row + 25}
        for row, name in enumerate(names)
    ]
    sketch.add(spanned, vega_mark("rule", color=ACCENT, opacity=0.3, strokeWidth=6), x=x.of("low"), x2={"field": "high"}, y=y.of("y"))
    for change, shape, filled in CHANGE_MARKS:
        rows = [
            {"value": by_prior[name][change], "y": BAR_ROW_HEIGHT * row + 25} for row, name in enumerate(names) if change in by_prior[name]
        ]
        mark = vega_mark("point", shape=shape, filled=filled, size=55, opacity=1, color=ACCENT if filled else SECOND, strokeWidth=1.8)
        sketch.add(rows, mark, x=x.of("value"), y=y.of("y"))
    for row, name in enumerate(names):
        _label(sketch, BAR_ROW_HEIGHT * row, name_as_words(name), room=10)
    top = by_prior[names[0]]
    summary = "; ".join(f"{change} {value_text(measure, value)}" for change, value in top.items())
    now = named_value_text(measure, measure["value"])
    alt = f"{measure_name(measure)}, {now}, with each prior changed; the strongest is {name_as_words(names[0])}: {summary}."
    return sketch.make_chart(chart_name("tornado", measure), alt)


def _axis_maximum(values: Sequence[float]) -> float:
    """The least of a few round percents that is above all values."""
    return next((top for top in (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8) if max(values) <= top), 1.0)


def _label(sketch: Sketch, top: float, text: str, *, room: float) -> None:
    """A row's words, on ground of their own, left of what stands at the right."""
    sketch.texts.append(Text(8, top + 14, fit_text(text, PICTURE_WIDTH - 8 - room)))


def _right_text(top: float, text: str, *, bold: bool = False) -> Text:
    return Text(PICTURE_WIDTH - 8, top + 14, text, "end", INK, 12, bold)


def _bold_text(x: float, y: float, text: str) -> Text:
    return Text(x, y, text, "start", INK, 12, True)
