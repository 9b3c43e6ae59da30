"""The picture of a track record: mean scores by year, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.report.drawing import (
    ACCENT,
    MUTED,
    PICTURE_WIDTH,
    Chart,
    MarkRow,
    Scale,
    Sketch,
    label_ticks,
    line_mark,
    pad_span,
    text_width,
    ticks,
    vega_mark,
)
from forecast.schema.score import SummaryContent
from forecast.schema.score_page import GroupedScoresContent

TREND_CHART = "by-year"
TREND_MEASURES = ("brier-over-time", "baseline", "peer")  # the first that has a score is drawn
_BOTTOM, _TOP = 150.0, 14.0


def trend_summaries(groups: Sequence[GroupedScoresContent]) -> list[SummaryContent]:
    """Return the finite means of one measure and one forecaster by year; empty where they are of fewer than two years."""
    yearly = [its for group in groups if group["by"] == "year" for its in group["summaries"] if its["group"].isdigit()]
    for name in TREND_MEASURES:
        found = [its for its in yearly if its["measure"] == name and isinstance(its["mean"], float)]
        shown = [its for its in found if its["who"] == found[0]["who"]]
        if len(shown) > 1:
            return shown
    return []


def trend_chart(shown: Sequence[SummaryContent]) -> Chart:
    """Return the means of two or more years as points, with their 95 % intervals as bars."""
    rows: list[MarkRow] = [_row(its) for its in shown]
    low, high = pad_span(min(row["low"] for row in rows), max(row["high"] for row in rows))
    up = label_ticks(ticks(low, high), "")
    left = max(text_width(label, size=11) for _, label in up) + 10
    years = [row["year"] for row in rows]
    x, y = Scale(min(years) - 0.4, max(years) + 0.4, left, PICTURE_WIDTH - 10), Scale(low, high, _BOTTOM, _TOP)
    sketch = Sketch(188)
    sketch.up(y, up, left=x.start, right=x.end)
    sketch.add(
        [row for row in rows if row["low"] < row["high"]],
        vega_mark("rule", color=ACCENT, strokeWidth=2, opacity=0.45),
        x=x.of("year"),
        y=y.of("low"),
        y2={"field": "high"},
    )
    sketch.add(rows, line_mark(ACCENT), x=x.of("year"), y=y.of("mean"))
    sketch.add(rows, vega_mark("point", filled=True, size=40, opacity=1, color=ACCENT), x=x.of("year"), y=y.of("mean"))
    every = max(1, -(-int(max(years) - min(years) + 1) // 8))
    sketch.across(x, [(year, f"{year:.0f}") for year in years if (year - min(years)) % every == 0], y=_BOTTOM)
    better = "higher" if shown[0]["higher_is_better"] else "lower"
    sketch.write(x.start, _BOTTOM + 32, f"Bars: 95 % intervals by question; {better} is better", colour=MUTED, size=11)
    return sketch.make_chart(TREND_CHART, trend_sentence(shown))


def trend_sentence(shown: Sequence[SummaryContent]) -> str:
    """Say what the picture shows."""
    first = shown[0]
    whose = f"{first['who']}: " if first["who"] else ""
    return f"{whose}{first['label']}, mean by the year in which questions closed, {first['group']} to {shown[-1]['group']}"


def _row(its: SummaryContent) -> MarkRow:
    mean = float(its["mean"])
    low, high = its["low"], its["high"]
    return {
        "year": float(its["group"]),
        "mean": mean,
        "low": mean if low is None else low,
        "high": mean if high is None else high,
    }
