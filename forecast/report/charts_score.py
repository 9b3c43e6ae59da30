"""Pictures of settled questions: what was said through time, or what it scored, beside what others said then."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from forecast.report.drawing import (
    ACCENT,
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
)
from forecast.schema import words
from forecast.schema.score import number_of
from forecast.schema.score_page import SettledContent, StepContent

CHANCE_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
BOTTOM, TOP = 150.0, 14.0
DAY_LENGTH = 86_400.0
HAPPENED = {"yes": 1.0, "no": 0.0}


def question_chart_name(address: str) -> str:
    """Return the name of a question's picture, which holds as long as its address does."""
    return f"question-{hashlib.sha256(address.encode()).hexdigest()[:10]}"


def question_chart(question: SettledContent) -> Chart | None:
    """Return a question's forecasts through time: probabilities beside the others', or else scores; None where there are none to draw."""
    ends = [step["until"] or question["closed"] for person in question["people"] for step in person["steps"]]
    first, last = question["opened"], question["closed"] or max((end for end in ends if end is not None), default=None)
    steps = [step for person in question["people"] for step in person["steps"]]
    if first is None or last is None or not _day(first) < _day(last):
        return None
    chances = bool(steps) and all(step["probability"] is not None for step in steps)
    values = [value for step in steps for value in _values(step, chances=chances)]
    if not values:
        return None
    x, y, shown = _scales(first, last, values, chances=chances)
    sketch = Sketch(188)
    sketch.up(y, shown, left=x.start, right=x.end)
    sketch.across(x, [(x.low, words.day(first[:10])), (x.high, words.day(last[:10]))], y=BOTTOM)
    if chances and question["outcome"] in HAPPENED:
        at = y.at(HAPPENED[question["outcome"]])
        sketch.strokes.append(Stroke(x.start, at, x.end, at, MUTED, 2, "5 3"))
    others = [_rows([step], last, beside=True, chances=chances) for step in steps] if len(question["people"]) == 1 else []
    for rows in others:
        sketch.add(rows, line_mark(SECOND), x=x.of("at"), y=y.of("value"))
    for person in question["people"]:
        for run in _runs(person["steps"]):
            sketch.add(_rows(run, last, chances=chances), line_mark(ACCENT, interpolate="step-after"), x=x.of("at"), y=y.of("value"))
    said = "Probability" if chances else "Score"
    sketch.write(
        x.start, BOTTOM + 32, f"{said}; solid blue: forecasts{'; orange: the others' if any(others) else ''}", colour=MUTED, size=11
    )
    return sketch.make_chart(question_chart_name(question["address"]), question_sentence(question))


def question_sentence(question: SettledContent) -> str:
    """Say what a question's picture shows."""
    count = sum(len(person["steps"]) for person in question["people"])
    who = question["people"][0]["who"] if len(question["people"]) == 1 else f"{len(question['people'])} forecasters"
    beside = (
        " beside what others said when each was made"
        if any(step["beside"] for person in question["people"] for step in person["steps"])
        else ""
    )
    return f"{count} forecast{'' if count == 1 else 's'} of {who} through time{beside}; the outcome: {question['outcome']}."


def _scales(first: str, last: str, values: Sequence[float], *, chances: bool) -> tuple[Scale, Scale, list[tuple[float, str]]]:
    low, high = (0.0, 1.0) if chances else pad_span(min(values), max(values), floor=0.0)
    shown = label_ticks(CHANCE_TICKS if chances else ticks(low, high), "share" if chances else "")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    return Scale(_day(first), _day(last), left, PICTURE_WIDTH - 10), Scale(low, high, BOTTOM, TOP), shown


def _runs(steps: Sequence[StepContent]) -> list[list[StepContent]]:
    """Forecasts that follow upon each other without a gap."""
    runs: list[list[StepContent]] = []
    for step in steps:
        if runs and runs[-1][-1]["until"] == step["at"]:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _rows(steps: Sequence[StepContent], last: str, *, chances: bool, beside: bool = False) -> list[MarkRow]:
    """The points of a line that goes on to the end of its last step."""
    points: list[MarkRow] = []
    for step in steps:
        values = _values(step, chances=chances)
        value = values[-1] if len(values) == 2 else None
        value = value if beside else values[0] if values else None
        if value is not None:
            points += [{"at": _day(step["at"]), "value": value}, {"at": _day(step["until"] or last), "value": value}]
    return points


def _values(step: StepContent, *, chances: bool) -> list[float]:
    """What is drawn of a forecast, and of the others at that time; infinite scores are not drawn."""
    beside = step["beside"]
    own = step["probability"] if chances else None if step["score"] is None else number_of(step["score"])
    other = None if beside is None else beside["probability"] if chances else number_of(beside["score"])
    if own is None or abs(own) == float("inf"):
        return []
    return [own] if other is None or abs(other) == float("inf") else [own, other]


def _day(moment: str) -> float:
    """A moment as a number of days on a time axis."""
    return datetime.fromisoformat(moment).timestamp() / DAY_LENGTH
