"""Pictures of fit and of doubt: what the model says its own record would be, the log score it earned, and what is ignorance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from forecast.report.charts_answers import name_as_words, share_labels, share_scale
from forecast.report.drawing import (
    ACCENT,
    INK,
    MUTED,
    PICTURE_WIDTH,
    SECOND,
    Channel,
    Chart,
    MarkRow,
    Scale,
    Sketch,
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
from forecast.schema.insight import InsightContent, PredictiveCheckContent
from forecast.sentences.insight_text import measure_name
from forecast.sentences.split_words import RIGHT_VERSION, share_with_error

FIT_ROW_HEIGHT = 38
LABEL_DISTANCE = 14.0  # between the middles of two words
type ScoreLine = Literal["topic", "prior", "still"]
SCORE_LINES: Mapping[ScoreLine, tuple[str, Sequence[int], str]] = {  # colour, dash and word of each line, the most important first
    "topic": (ACCENT, (), "learning"),
    "prior": (SECOND, (5, 3), "prior"),
    "still": (MUTED, (1, 3), "no drift"),
}
FIT_LEFT, FIT_RIGHT = 10, PICTURE_WIDTH - 12


def checks_chart(insight: InsightContent) -> Chart | None:
    """Each stream's record against records its posterior would make: every line on its own scale, what was seen as a diamond."""
    checks = insight["checks"]
    if not checks:
        return None
    sketch = Sketch(FIT_ROW_HEIGHT * len(checks) + 10)
    y = Scale(0, sketch.height, 0, sketch.height)
    across = Scale(0, 1, FIT_LEFT, FIT_RIGHT)
    rows: list[MarkRow] = []
    for index, check in enumerate(checks):
        low, *_, high = check["quantiles"]
        first, last = pad_span(min(low, check["seen"]), max(high, check["seen"]), part=0.06)
        q05, q25, q50, q75, q95, seen = ((value - first) / (last - first) for value in (*check["quantiles"], check["seen"]))
        rows.append({"q05": q05, "q25": q25, "q50": q50, "q75": q75, "q95": q95, "seen": seen, "y": FIT_ROW_HEIGHT * index + 27})
        sketch.write(FIT_LEFT - 4, FIT_ROW_HEIGHT * index + 15, check_sentence(check))
    for lower, upper, width, opacity in (("q05", "q95", 3, 0.45), ("q25", "q75", 9, 0.45)):
        sketch.add(
            rows,
            vega_mark("rule", color=ACCENT, strokeWidth=width, opacity=opacity),
            x=across.of(lower),
            x2={"field": upper},
            y=y.of("y"),
        )
    sketch.add(
        rows, vega_mark("point", shape="stroke", angle=90, size=110, strokeWidth=2, color=INK, opacity=1), x=across.of("q50"), y=y.of("y")
    )
    mark = vega_mark("point", shape="diamond", filled=True, size=95, color=SECOND, opacity=1)
    sketch.add(rows, mark, x=across.of("seen"), y=y.of("y"))
    summary = "; ".join(check_sentence(check) for check in checks)
    return sketch.make_chart("checks", f"The record against what the model would make of it: {summary}.")


def check_sentence(check: PredictiveCheckContent) -> str:
    """Say what was seen and what was predicted of one statistic."""
    tail = "share" if check["statistic"] == "share of zeros" else ""
    seen, low, high = (
        words.share(value) if tail else words.number(value, error=0.003 * abs(value))
        for value in (check["seen"], check["quantiles"][0], check["quantiles"][-1])
    )
    return f"{name_as_words(check['stream'])}, {check['statistic']}: {seen}, predicted {low if low == high else words.ends_text(low, high)}"


def score_chart(insight: InsightContent) -> Chart | None:
    """The log score earned row by row: the topic's as a whole line, its prior's dashed."""
    score = insight["score"]
    if len(score) < 2:
        return None
    sketch = Sketch(190)
    shown_lines = [which for which in SCORE_LINES if which in score[0]]
    values = [point[which] for point in score for which in shown_lines]
    low, high = pad_span(min(values), max(values))
    shown = label_ticks(ticks(low, high), "")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    right = PICTURE_WIDTH - 62
    x, y = Scale(day_number(score[0]["day"]), day_number(score[-1]["day"]), left, right), Scale(low, high, 158, 10)
    sketch.up(y, shown, left=left, right=right)
    sketch.across(x, time_ticks(score[0]["day"], score[-1]["day"]), y=158)
    rows = [{"day": day_number(point["day"]), **{which: point[which] for which in shown_lines}} for point in score]
    for which in reversed(shown_lines):
        colour, dash, _ = SCORE_LINES[which]
        sketch.add(rows, line_mark(colour, dash=dash, interpolate="step-after"), x=x.of("day"), y=y.of(which))
    ends = _separate_labels({which: y.at(score[-1][which]) + 4 for which in shown_lines})
    for which, place in ends.items():
        sketch.write(right + 6, place, SCORE_LINES[which][2], colour=INK)
    return sketch.make_chart("score", score_sentence(insight))


def _separate_labels(ends: Mapping[ScoreLine, float]) -> dict[ScoreLine, float]:
    """The heights of words beside the ends of lines, moved so that none stands on another."""
    ordered = sorted(ends, key=lambda which: ends[which])
    if len(ordered) == 2:
        above, below = ordered
        if ends[below] - ends[above] >= LABEL_DISTANCE:
            return dict(ends)
        middle = min(max(sum(ends.values()) / 2, 20), 152)
        return {above: middle - LABEL_DISTANCE / 2, below: middle + LABEL_DISTANCE / 2}
    placed: dict[ScoreLine, float] = {}
    lowest = 12.0
    for left, which in zip(range(len(ordered), 0, -1), ordered, strict=True):
        placed[which] = min(max(ends[which], lowest), 162 - LABEL_DISTANCE * (left - 1))
        lowest = placed[which] + LABEL_DISTANCE
    return placed


def score_sentence(insight: InsightContent) -> str:
    """Say what the topic earned over its own prior."""
    last = insight["score"][-1]
    gain = last["topic"] - last["prior"]
    better = "better" if gain >= 0 else "worse"
    first = insight["score"][0]
    still = ""
    if "still" in last:
        more = last["topic"] - last["still"]
        still = (
            f" Had nothing drifted it would have been {words.number(last['still'], error=0.01)}: the drift earned "
            f"{words.number(more, error=0.01)} more."
            if more >= 0
            else f" Had nothing drifted it would have been {words.number(last['still'], error=0.01)}: the drift cost {words.number(-more, error=0.01)}."
        )
    return (
        f"From {words.day(first['day'])} to {words.day(last['day'])} the rows earned a log score of {words.number(last['topic'], error=0.01)}, "
        f"against {words.number(last['prior'], error=0.01)} by the prior alone: {words.number(abs(gain), error=0.01)} {better} for learning.{still}"
    )


def split_chart(insight: InsightContent) -> Chart | None:
    """How much of each answer's doubt is ignorance: the filled part; the rest is luck."""
    split = [measure for measure in insight["split"] if measure["parts"] or measure["ignorance"] > 0]
    if not split:
        return None
    sketch = Sketch(FIT_ROW_HEIGHT * len(split) + 60)
    sketch.write(6, 13, "filled: ignorance; outlined: luck", colour=MUTED, size=11)
    x, y = share_scale(), Scale(0, sketch.height, 0, sketch.height)
    rows = [
        {
            "zero": 0,
            "one": 1,
            "ignorance": min(max(measure["ignorance"], 0.0), 1.0),
            "top": FIT_ROW_HEIGHT * index + 42,
            "end": FIT_ROW_HEIGHT * index + 52,
        }
        for index, measure in enumerate(split)
    ]
    sides: dict[str, Channel] = {"y": y.of("top"), "y2": {"field": "end"}}
    sketch.add(rows, vega_mark("rect", filled=False, stroke=ACCENT, strokeWidth=1), x=x.of("zero"), x2={"field": "one"}, **sides)
    sketch.add(rows, vega_mark("rect", color=ACCENT, opacity=0.85), x=x.of("zero"), x2={"field": "ignorance"}, **sides)
    for index, measure in enumerate(split):
        sketch.write(
            6, FIT_ROW_HEIGHT * index + 37, f"{measure_name(measure)}: {share_with_error(measure['ignorance'], error=measure['error'])}"
        )
    sketch.across(x, share_labels(), y=sketch.height - 24)
    known = f"the parameters and of {RIGHT_VERSION}" if any("structure" in measure for measure in split) else "the parameters"
    summary = "; ".join(f"{measure_name(measure)} {share_with_error(measure['ignorance'], error=measure['error'])}" for measure in split)
    return sketch.make_chart("split", f"The share of each answer's doubt that is ignorance of {known}: {summary}. The rest is luck.")
