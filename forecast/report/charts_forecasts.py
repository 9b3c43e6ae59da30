"""A picture of the forecasts on record of a question: each person's probability over time, as steps."""

from __future__ import annotations

from collections.abc import Sequence

from forecast.report.charts_answers import name_as_words
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
    day_number,
    label_ticks,
    line_mark,
    text_width,
    ticks,
    time_ticks,
    vega_mark,
    wrap_text,
)
from forecast.schema.on_record import ForecastContent, RecordedQuestion

MOST_DRAWN = 4  # forecasters: those who spoke last
_STYLES: tuple[tuple[str, tuple[int, ...]], ...] = ((ACCENT, ()), (SECOND, ()), (INK, (4, 3)), (MUTED, (2, 2)))
_BOTTOM, _HEIGHT, _LINE = 120, 146, 13


def forecasts_chart(question: RecordedQuestion, *, as_of: str) -> Chart | None:
    """Return the probabilities that were said over time; None where there are fewer than two."""
    said = [its for its in question["forecasts"] if "probability" in its]
    first = min((its["day"] for its in said), default=as_of)
    if len(said) < 2 or first >= as_of:
        return None
    names = list(dict.fromkeys(its["who"] for its in said))[:MOST_DRAWN]
    shown = label_ticks(ticks(0, 1, count=5), "share")
    left = max(text_width(label, size=11) for _, label in shown) + 10
    sketch = Sketch(150)
    x = Scale(day_number(first), day_number(as_of), left, PICTURE_WIDTH - 110)
    y = Scale(0, 1, _BOTTOM, 14)
    sketch.up(y, shown, left=left, right=x.end)
    sketch.across(x, time_ticks(first, as_of), y=_BOTTOM)
    ends = sorted(((said_of[0]["probability"], name) for name in names if (said_of := _of(said, name))), reverse=True)
    labels = {name: wrap_text(f"{_of(said, name)[0]['says']} {name}", PICTURE_WIDTH - x.end - 6, size=11) for _, name in ends}
    places = _label_places([(y.at(value) + 4, len(labels[name])) for value, name in ends])
    colours: dict[str, str] = {}
    for name, (colour, dash) in zip(names, _STYLES, strict=False):
        for steps in _runs(_of(said, name), as_of):
            sketch.add(steps, line_mark(colour, dash=dash), x=x.of("day"), y=y.of("value"))
            sketch.add(steps[:1], vega_mark("point", filled=True, size=25, color=colour, opacity=1), x=x.of("day"), y=y.of("value"))
        colours[name] = colour
    for (_, name), place in zip(ends, places, strict=True):
        for line, text in enumerate(labels[name]):
            sketch.write(x.end + 6, place + _LINE * line, text, colour=colours[name], size=11)
    described = "; ".join(f"{name} {_of(said, name)[0]['says']}" for name in names)
    return sketch.make_chart(
        chart_of_forecasts(question), f"{name_as_words(question['name'])}, forecasts over time; the last: {described}."
    )


def _label_places(wanted: Sequence[tuple[float, int]]) -> list[float]:
    """The heights of labels, the highest first, from where each would stand and how many lines it has: none over another, all within the picture."""
    places: list[float] = []
    free = 0.0
    for height, lines in wanted:
        places.append(max(height, free))
        free = places[-1] + _LINE * lines
    below = float(_HEIGHT)
    for index in reversed(range(len(places))):  # from the bottom up, those that would stand too low
        places[index] = min(places[index], below - _LINE * (wanted[index][1] - 1))
        below = places[index] - _LINE
    return places


def chart_of_forecasts(question: RecordedQuestion) -> str:
    """Return the name of a question's picture."""
    return f"forecasts-{question['name']}"


def _of(said: Sequence[ForecastContent], name: str) -> list[ForecastContent]:
    return [its for its in said if its["who"] == name]


def _runs(said: Sequence[ForecastContent], as_of: str) -> list[list[MarkRow]]:
    """The corners of one person's lines, a new line after a time without a forecast; forecasts come newest first."""
    runs: list[list[MarkRow]] = []
    before = ""
    for its in reversed(said):
        day, value, ended = its["day"], its["probability"], its.get("ended", as_of)
        if not runs or day > before:
            runs.append([])
        runs[-1] += [{"day": day_number(day), "value": value}, {"day": day_number(ended), "value": value}]
        before = ended
    return runs
