"""Pictures of the answers: probabilities on one axis, a distribution, a date's probability over time, shares as bars."""

from __future__ import annotations

from collections.abc import Sequence

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
    Stroke,
    day_number,
    label_ticks,
    line_mark,
    log_ticks,
    pad_span,
    ticks,
    time_ticks,
    vega_mark,
)
from forecast.schema import words
from forecast.schema.answers import (
    AnswerContent,
    DatePoint,
    DistributionValue,
    ProbabilityValue,
    is_date,
    is_distribution,
    is_probability,
    is_shares,
)
from forecast.schema.curves import axis_transform, visible_part
from forecast.schema.topic import TopicContent
from forecast.sentences.answer_text import answer_text

SHARE_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
ROW = 44  # pixels: a line of words, and the mark under it
NARROW = 0.001  # of a span, beside its values: drawn from its beginning on
FEWEST_SHOWN = 0.0005  # a rest smaller than this has no bar


def probability_chart(content: TopicContent) -> Chart | None:
    """Open probabilities as dots on one axis from 0 to 100 %, each with the 90 % interval of the chance itself."""
    open_answers = _open_probabilities(content)
    if not open_answers:
        return None
    sketch = Sketch(ROW * len(open_answers) + 34)
    x, y = share_scale(), Scale(0, sketch.height, 0, sketch.height)
    rows: list[MarkRow] = [{"p": value["value"], "y": ROW * index + 30} for index, (_, value) in enumerate(open_answers)]
    bars = [
        {"low": value["chance"][0], "high": value["chance"][1], "y": row["y"]}
        for (_, value), row in zip(open_answers, rows, strict=True)
        if value["chance"]
    ]
    bar = vega_mark("rule", strokeWidth=6, color=ACCENT, opacity=0.35, strokeCap="round")
    sketch.add(bars, bar, x=x.of("low"), x2={"field": "high"}, y=y.of("y"))
    sketch.add(rows, vega_mark("point", filled=True, size=80, color=ACCENT, opacity=1), x=x.of("p"), y=y.of("y"))
    for index, (answer, _) in enumerate(open_answers):
        sketch.write(4, ROW * index + 16, f"{name_as_words(answer['name'])}: {answer['headline']}")
    sketch.across(x, share_labels(), y=sketch.height - 22, top=2)
    summary = "; ".join(f"{name_as_words(answer['name'])} {answer['headline']}" for answer, _ in open_answers)
    return sketch.make_chart("answers", f"Probabilities of the open questions: {summary}.")


def probability_caption(content: TopicContent) -> str:
    """Say what the marks of the picture of the open probabilities are; of bars only where it has one."""
    if not any(value["chance"] for _, value in _open_probabilities(content)):
        return "Dot: the probability."
    return "Dot: the probability. Bar: which probabilities are plausible (90 % range); beyond that it is luck."


def _open_probabilities(content: TopicContent) -> list[tuple[AnswerContent, ProbabilityValue]]:
    return [
        (answer, value)
        for answer in content["answers"]
        if (value := answer["value"]) is not None and is_probability(value, answer["kind"]) and answer["status"] == "open"
    ]


def answer_chart(answer: AnswerContent) -> Chart | None:
    """The picture of an open answer that is not a probability."""
    name, value, kind = f"answer-{answer['name']}", answer["value"], answer["kind"]
    if answer["status"] != "open" or value is None:
        return None
    alt = f"{_sentence(answer['asks'])} {answer_text(answer)}"
    if is_distribution(value, kind):
        return _distribution_chart(value, answer["unit"], name=name, alt=alt)
    if is_date(value, kind):
        return _date_chart(value["curve"], name=name, alt=alt) if len(value["curve"]) > 1 else None
    if is_shares(value, kind):
        shares: list[tuple[str, float | None, float]] = [(share["label"], None, share["value"]) for share in value["shares"]]
        if value["none"] > FEWEST_SHOWN:
            shares.append(("none of these", None, value["none"]))
        return bars_chart(shares, name=name, alt=alt)
    return None


def bars_chart(bars: Sequence[tuple[str, float | None, float]], *, name: str, alt: str) -> Chart:
    """Bars from 0 to 100 %: filled for what is believed now, a dashed outline for the prior where there is one."""
    has_prior = any(before is not None for _, before, _ in bars)
    top = 22 if has_prior else 0
    sketch = Sketch(ROW * len(bars) + top + 34)
    x, y = share_scale(), Scale(0, sketch.height, 0, sketch.height)
    if has_prior:
        sketch.write(4, 13, "filled: posterior; dashed outline: prior", colour=MUTED, size=11)
    places = [top + ROW * index + 23 for index in range(len(bars))]
    filled = [{"from": 0, "to": after, "top": place, "end": place + 14} for place, (_, _, after) in zip(places, bars, strict=True)]
    outlined = [
        {"from": 0, "to": before, "top": place - 2, "end": place + 16}
        for place, (_, before, _) in zip(places, bars, strict=True)
        if before is not None
    ]
    corners: dict[str, Channel] = {"x": x.of("from"), "x2": {"field": "to"}, "y": y.of("top"), "y2": {"field": "end"}}
    sketch.add(filled, vega_mark("rect", color=ACCENT, opacity=0.85), **corners)
    sketch.add(outlined, vega_mark("rect", filled=False, stroke=SECOND, strokeDash=[4, 3], strokeWidth=2), **corners)
    for place, (label, _, after) in zip(places, bars, strict=True):
        sketch.write(4, place - 6, f"{name_as_words(label)}: {words.share(after)}")
    sketch.across(x, share_labels(), y=sketch.height - 22)
    return sketch.make_chart(name, alt)


def share_scale(left: float = 6, right: float = PICTURE_WIDTH - 10) -> Scale:
    """From 0 to 1 across the picture."""
    return Scale(0, 1, left, right)


def share_labels() -> list[tuple[float, str]]:
    """0, 25, 50, 75 and 100 %."""
    return label_ticks(SHARE_TICKS, "share")


def axis_note(value: DistributionValue) -> str:
    """Say what is unusual about the axis of an answer's curve; empty where nothing is."""
    scale = value.get("scale", "linear")
    if scale == "log":
        return "logarithmic axis"
    if scale == "symlog":
        return "logarithmic axis beyond the middle" if value["quantiles"][0] < 0 < value["quantiles"][4] else "logarithmic axis"
    return "the outer 2 % are not shown" if value.get("trimmed") else ""


def published_range(answer: AnswerContent) -> tuple[float, float] | None:
    """Return the ends of the 90 % range of today: of a chance itself, or of a number; None where there is no such range."""
    value = answer["value"]
    if value is None:
        return None
    if is_probability(value, answer["kind"]) and value["chance"] is not None:
        return value["chance"][0], value["chance"][1]
    if is_distribution(value, answer["kind"]) and not value.get("modes"):
        return value["quantiles"][0], value["quantiles"][-1]
    return None


def name_as_words(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def _distribution_chart(value: DistributionValue, unit: str, *, name: str, alt: str) -> Chart:
    straight = axis_transform(value)
    ends = [straight(end) for end in (value["shape"]["x"][0], value["shape"]["x"][-1])]
    begins = ends[0] if ends[1] - ends[0] < NARROW * max(abs(ends[0]), abs(ends[1])) else 0.0  # marks have seven digits

    def place(x: float) -> float:
        return straight(x) - begins

    points = [(place(x), y) for x, y in visible_part(value["shape"], place)]
    spread, heights = [x for x, _ in points], [y for _, y in points]
    discrete = value["shape"]["discrete"]
    low, high = (min(spread) - 0.6, max(spread) + 0.6) if discrete else pad_span(min(spread), max(spread), part=0.0)
    sketch = Sketch(186 if unit in {"", "share"} else 200)
    left = 40 if discrete else 8
    x, y = Scale(low, high, left, PICTURE_WIDTH - 10), Scale(0, max(heights) * 1.06, 146, 20)
    modes, note = value.get("modes", ()), axis_note(value)
    dashed = "dashed: the middle of each range" if modes else "dashed: the median"
    sketch.write(left, 12, f"{dashed}; {note}" if note else dashed, colour=MUTED, size=11)
    rows = [{"x": position, "y": height} for position, height in points]
    if discrete:
        sketch.up(y, label_ticks(ticks(0, max(heights), count=4), "share"), left=left, right=PICTURE_WIDTH - 10)
        width = max(1.5, min(22.0, 0.8 * (x.at(1) - x.at(0))))
        half = width / 2 * (high - low) / (x.end - x.start)
        bars = [{"from": position - half, "to": position + half, "zero": 0, "y": height} for position, height in points]
        sketch.add(
            bars, vega_mark("rect", color=ACCENT, opacity=0.75), x=x.of("from"), x2={"field": "to"}, y=y.of("zero"), y2={"field": "y"}
        )
    else:
        sketch.add(rows, vega_mark("area", color=ACCENT, opacity=0.3, line={"color": ACCENT}), x=x.of("x"), y=y.of("y"))
    for middle in [mode["quantiles"][1] for mode in modes] or [value["quantiles"][2]]:
        here = x.at(place(middle))
        sketch.strokes.append(Stroke(here, 18, here, 146, INK, 1, "5 3"))
    whole = discrete and high - low < 1e6
    if value.get("scale", "linear") == "linear":
        marks = [(tick - begins, label) for tick, label in label_ticks(ticks(low + begins, high + begins, whole=whole), unit)]
    else:
        ends = [x for x, _ in visible_part(value["shape"], place)]
        marks = [(place(tick), label) for tick, label in label_ticks(_symlog_ticks(min(ends), max(ends), value), unit)]
    sketch.across(x, marks, y=146, title="" if unit == "share" else unit)
    return sketch.make_chart(name, f"{alt} The picture has a {note}." if note.startswith("log") else alt)


def _symlog_ticks(low: float, high: float, value: DistributionValue) -> list[float]:
    """Powers of ten on each side of 0 that lie in a span, and 0 where it does."""
    if value["scale"] == "log":
        return log_ticks(low, high)
    within = value["linear_within"]
    above = log_ticks(max(low, within), high) if high > max(low, within) else []
    below = [-tick for tick in log_ticks(max(-high, within), -low)][::-1] if -low > max(-high, within) else []
    if not below or not above:
        return [*below, *([0.0] if low <= 0 <= high else []), *above]
    return [*below[:: -(-len(below) // 2)][:2], 0.0, *above[::-1][:: -(-len(above) // 2)][:2][::-1]]


def _date_chart(curve: Sequence[DatePoint], *, name: str, alt: str) -> Chart:
    sketch = Sketch(190)
    days = [point["day"] for point in curve]
    x, y = Scale(day_number(days[0]), day_number(days[-1]), 44, PICTURE_WIDTH - 10), Scale(0, 1, 160, 10)
    rows = [{"day": day_number(point["day"]), "p": point["probability"]} for point in curve]
    sketch.up(y, share_labels(), left=44, right=PICTURE_WIDTH - 10)
    sketch.across(x, time_ticks(days[0], days[-1]), y=160)
    sketch.add(rows, vega_mark("area", color=ACCENT, opacity=0.18), x=x.of("day"), y=y.of("p"))
    sketch.add(rows, line_mark(ACCENT), x=x.of("day"), y=y.of("p"))
    return sketch.make_chart(name, alt)


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".", "!")) else f"{text}."
