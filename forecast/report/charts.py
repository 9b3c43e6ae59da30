"""The pictures of a report as Vega-Lite: what each shows, and the sentence that says it.

Prior is always dashed and vermillion, posterior solid and blue (Okabe and Ito's
colours), so that colour is never the only sign.  Charts are 360 pixels wide,
which a telephone shows at full size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from forecast.report import words
from forecast.report.plain import visible

WIDTH = 360
INK, MUTED, LINE, ACCENT, SECOND, PAPER = "#1f2933", "#5b6770", "#d9dee3", "#0072b2", "#d55e00", "#ffffff"
PAST_FOR_FUTURE = 3  # a fan shows at most this many times as much past as future
SHARE_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: a name for its file, the sentence that stands for it, and its Vega-Lite."""

    name: str
    alt: str
    spec: Spec


def topic_charts(content: Mapping[str, Any]) -> dict[str, Chart]:
    """Return every picture of a topic by name."""
    charts = [ladder(content), *(answer_chart(answer) for answer in content["answers"])]
    charts += [fan(stream, as_of=content["as_of"]) for stream in content["streams"]]
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for parameter in content["parameters"]:
        groups.setdefault(parameter["name"], []).append(parameter)
    charts += [parameter_chart(values) for values in groups.values()]
    return {chart.name: chart for chart in charts if chart is not None}


def ladder(content: Mapping[str, Any]) -> Chart | None:
    """Open probabilities as dots on one axis from 0 to 100 %, each with the 90 % interval of the chance itself."""
    asked = [answer for answer in content["answers"] if answer["kind"] == "probability" and answer["status"] == "open"]
    if not asked:
        return None
    values = [
        {
            "row": index,
            "said": f"{_spaced(answer['name'])}: {answer['headline']}",
            "p": answer["value"]["value"],
            **({"low": answer["value"]["chance"][0], "high": answer["value"]["chance"][1]} if answer["value"]["chance"] else {}),
        }
        for index, answer in enumerate(asked)
    ]
    y = {"field": "row", "type": "ordinal", "axis": None}
    x = {"field": "p", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": _axis(values=SHARE_TICKS, format=".0%")}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "strokeWidth": 5, "color": ACCENT, "opacity": 0.3, "strokeCap": "round"},
         "transform": [{"filter": "isValid(datum.low)"}], "encoding": {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 70, "color": ACCENT, "opacity": 1}, "encoding": {"y": y, "x": x}},
        {"mark": {"type": "text", "align": "left", "dy": -13, "color": INK, "fontSize": 12, "limit": 330},
         "encoding": {"y": y, "x": {"datum": 0, "type": "quantitative"}, "text": {"field": "said"}}},
    ]  # fmt: skip
    said = "; ".join(f"{_spaced(answer['name'])} {answer['headline']}" for answer in asked)
    return Chart("answers", f"Probabilities of the open questions: {said}.", _spec(values, layers, height=46 * len(asked) + 22))


def answer_chart(answer: Mapping[str, Any]) -> Chart | None:
    """The picture of an open answer that is not a probability."""
    if answer["status"] != "open":
        return None
    name, value = f"answer-{answer['name']}", answer["value"]
    alt = f"{_sentence(answer['asks'])} {answer['sentence']}"
    match answer["kind"]:
        case "distribution":
            return Chart(name, alt, _distribution(value, answer["unit"]))
        case "date":
            points = [{"day": _instant(point["day"]), "p": point["probability"]} for point in value["curve"]]
            if len(points) < 2:
                return None
            x = _time_x([point["day"] for point in value["curve"]])
            y = {
                "field": "p",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": _axis(values=SHARE_TICKS, format=".0%", grid=True),
            }
            area = {"mark": {"type": "area", "color": ACCENT, "opacity": 0.18}, "encoding": {"x": x, "y": y}}
            line = {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2}, "encoding": {"x": x, "y": y}}
            return Chart(name, alt, _spec(points, [area, line], height=180))
        case "shares":
            bars = [(share["label"], share["value"]) for share in value["shares"]]
            if value["none"] > 0.0005:
                bars.append(("none of these", value["none"]))
            return Chart(name, alt, _bars([(label, None, each) for label, each in bars]))
        case _:
            return None


def fan(stream: Mapping[str, Any], *, as_of: str) -> Chart | None:
    """The running total of a stream that has a future: what is recorded as a step line, what is simulated as bands around a dashed median."""
    future = stream["fan"]
    if future is None:
        return None
    first, last = (date.fromisoformat(day) for day in (future["days"][0], future["days"][-1]))
    past = _windowed([(point["day"], point["total"]) for point in stream["past"]], first - PAST_FOR_FUTURE * (last - first))
    values: list[Spec] = [{"kind": "past", "day": _instant(day), "total": total} for day, total in past]
    for day, (low, lower, middle, upper, high) in zip(future["days"], future["quantiles"], strict=True):
        values.append({"kind": "future", "day": _instant(day), "q05": low, "q25": lower, "q50": middle, "q75": upper, "q95": high})
    days = sorted({*(day for day, _ in past), *future["days"], as_of})
    x = _time_x(days)
    y = {"type": "quantitative", "scale": {"zero": False, "nice": True}, "axis": _axis(tickCount=4, format=",~r", grid=True)}
    when = {"filter": "datum.kind === 'future'"}
    layers: list[Spec] = [
        {"transform": [when], "mark": {"type": "area", "color": ACCENT, "opacity": opacity},
         "encoding": {"x": x, "y": y | {"field": low}, "y2": {"field": high}}}
        for low, high, opacity in (("q05", "q95", 0.16), ("q25", "q75", 0.28))
    ]  # fmt: skip
    layers += [
        {"transform": [when], "mark": {"type": "line", "color": ACCENT, "strokeDash": [5, 3]},
         "encoding": {"x": x, "y": y | {"field": "q50"}}},
        {"transform": [{"filter": "datum.kind === 'past'"}], "mark": {"type": "line", "color": INK, "strokeWidth": 2, "interpolate": "step-after"},
         "encoding": {"x": x, "y": y | {"field": "total"}}},
        {"mark": {"type": "rule", "color": MUTED, "strokeDash": [2, 3]}, "data": {"values": [{"day": _instant(as_of)}]}, "encoding": {"x": x}},
    ]  # fmt: skip
    return Chart(f"stream-{stream['name']}", fan_sentence(stream), _spec(values, layers, height=200))


def fan_sentence(stream: Mapping[str, Any]) -> str:
    """Say what a fan shows."""
    tail = f" ({stream['unit']})" if stream["unit"] not in {"", "share"} else ""
    so_far = f"Recorded up to {words.day(stream['through'])}: {words.number(stream['total'])}{tail}"
    if stream["fan"] is None:
        return f"{so_far}. No future is simulated."
    low, _, middle, _, high = (words.number(value, error=0.005 * max(abs(value), 1)) for value in stream["fan"]["quantiles"][-1])
    by = words.day(stream["fan"]["days"][-1])
    between = f"nine times in ten between {low} and {high}, in the middle {middle}" if low != high else f"almost certainly {middle}"
    return f"{so_far}. By {by}: {between}."


def parameter_chart(values: Sequence[Mapping[str, Any]]) -> Chart:
    """Prior and posterior of a parameter on one axis: two curves, or two intervals for each label, or two bars for each category."""
    first = values[0]
    name = f"parameter-{first['name']}"
    if first["categories"]:
        bars = [
            (" ".join(part for part in (value["label"], category["label"]) if part), category["prior"], category["posterior"])
            for value in values
            for category in value["categories"]
        ]
        said = "; ".join(f"{label} {words.percent(before or 0.0)} before, {words.percent(after)} after" for label, before, after in bars)
        return Chart(name, f"{_spaced(first['name'])}, before and after the record: {said}.", _bars(bars))
    said = "; ".join(f"{_spaced(value['label']) + ': ' if value['label'] else ''}{belief_sentence(value)}" for value in values)
    alt = f"{_spaced(first['name'])}: {said}."
    return Chart(name, alt, _curves(first) if len(values) == 1 and not first["label"] else _intervals(values))


def belief_sentence(parameter: Mapping[str, Any]) -> str:
    """Say prior and posterior of one value."""
    said = []
    for which in ("prior", "posterior"):
        low, _, middle, _, high = parameter[which]["quantiles"]
        shown = [words.in_unit(value, parameter["unit"], error=0.003 * abs(value)) for value in (middle, low, high)]
        said.append(f"{which} {shown[0]} ({shown[1]} to {shown[2]})")
    return ", ".join(said)


def _curves(parameter: Mapping[str, Any]) -> Spec:
    unit, logarithmic = parameter["unit"], parameter["scale"] == "log"
    curves = {which: _visible_part(parameter[which]["shape"]) for which in ("prior", "posterior")}
    values: list[Spec] = [{"of": which, "x": x, "y": y} for which, points in curves.items() for x, y in points]
    spread = [value["x"] for value in values]
    x = {
        "field": "x",
        "type": "quantitative",
        "scale": _x_scale(spread, logarithmic=logarithmic),
        "axis": _number_axis(spread, unit, logarithmic=logarithmic),
    }
    y = {"field": "y", "type": "quantitative", "axis": None}
    of = {"field": "of", "type": "nominal", "scale": {"domain": ["prior", "posterior"], "range": [SECOND, ACCENT]}, "legend": _legend()}
    dash = {"field": "of", "type": "nominal", "scale": {"domain": ["prior", "posterior"], "range": [[5, 3], [1, 0]]}, "legend": _legend()}
    discrete = all(parameter[which]["shape"]["discrete"] for which in curves)
    lines: Spec = {"type": "line", "strokeWidth": 2, **({"point": {"filled": True, "size": 24}} if discrete else {})}
    layers: list[Spec] = [
        {
            "transform": [{"filter": "datum.of === 'posterior'"}],
            "mark": {"type": "area", "color": ACCENT, "opacity": 0.16},
            "encoding": {"x": x, "y": y},
        },
        {"mark": lines, "encoding": {"x": x, "y": y, "color": of, "strokeDash": dash}},
    ]
    return _spec(values, layers, height=140)


def _intervals(parameters: Sequence[Mapping[str, Any]]) -> Spec:
    values = []
    for index, parameter in enumerate(parameters):
        for which in ("prior", "posterior"):
            low, _, middle, _, high = parameter[which]["quantiles"]
            values.append(
                {"row": index, "label": visible(_spaced(parameter["label"])), "of": which, "low": low, "middle": middle, "high": high}
            )
    spread = [value[key] for value in values for key in ("low", "high")]
    logarithmic = all(parameter["scale"] == "log" for parameter in parameters)
    scale = _x_scale(spread, logarithmic=logarithmic)
    axis = _number_axis(spread, parameters[0]["unit"], logarithmic=logarithmic)
    x = {"field": "low", "type": "quantitative", "scale": scale, "axis": axis}
    y = {"field": "row", "type": "ordinal", "axis": None}
    of = {"field": "of", "type": "nominal", "scale": {"domain": ["prior", "posterior"], "range": [SECOND, ACCENT]}, "legend": _legend()}
    dash = {"field": "of", "type": "nominal", "scale": {"domain": ["prior", "posterior"], "range": [[5, 3], [1, 0]]}, "legend": _legend()}
    shift = {"field": "of", "type": "nominal", "scale": {"domain": ["prior", "posterior"], "range": [24, 32]}}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": {"y": y, "yOffset": shift, "x": x, "x2": {"field": "high"}, "color": of, "strokeDash": dash}},
        {"mark": {"type": "point", "filled": True, "size": 45, "opacity": 1}, "encoding": {"y": y, "yOffset": shift, "x": x | {"field": "middle"}, "color": of}},
        {"mark": {"type": "text", "align": "left", "dy": -8, "color": INK, "fontSize": 12, "limit": 330},
         "transform": [{"filter": "datum.of === 'prior'"}],
         "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "label"}}},
    ]  # fmt: skip
    return _spec(values, layers, height=42 * len(parameters) + 64)


def _bars(bars: Sequence[tuple[str, float | None, float]]) -> Spec:
    """Bars from 0 to 100 %: filled for what is believed now, a dashed outline for the prior where there is one."""
    values = [
        {
            "row": index,
            "label": f"{visible(_spaced(label))}: {words.share(after)}",
            "after": after,
            **({} if before is None else {"before": before}),
        }
        for index, (label, before, after) in enumerate(bars)
    ]
    has_prior = any(before is not None for _, before, _ in bars)
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.62, "paddingOuter": 0.31}}
    x = {"field": "after", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": _axis(values=SHARE_TICKS, format=".0%")}
    label = {"type": "text", "align": "left", "baseline": "bottom", "dy": -10, "color": INK, "fontSize": 12, "limit": 340}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "color": ACCENT, "opacity": 0.85}, "encoding": {"y": y, "x": x}},
        {"mark": label, "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "label"}}},
    ]
    if has_prior:
        outline = {"type": "bar", "filled": False, "stroke": SECOND, "strokeDash": [4, 3], "strokeWidth": 2}
        layers.append({"mark": outline, "encoding": {"y": y, "x": x | {"field": "before"}}})
    spec = _spec(values, layers, height=42 * len(bars) + 30)
    if has_prior:
        spec["title"] = _key("filled: posterior, dashed outline: prior")
    return spec


def _distribution(value: Mapping[str, Any], unit: str) -> Spec:
    points = _visible_part(value["shape"])
    discrete = value["shape"]["discrete"]
    values = [{"x": x, "y": y} for x, y in points]
    spread = [x for x, _ in points]
    scale = {"domain": [min(spread) - 0.6, max(spread) + 0.6], "nice": False} if discrete else _x_scale(spread, logarithmic=False)
    x = {"field": "x", "type": "quantitative", "scale": scale, "axis": _number_axis(spread, unit, logarithmic=False, whole=discrete)}
    axis = _axis(tickCount=3, format=".0%", grid=True) if discrete else None
    y = {"field": "y", "type": "quantitative", "axis": axis}
    mark: Spec = (
        {"type": "bar", "width": max(2, min(22, round(240 / (max(spread) - min(spread) + 1.2))))}
        if discrete
        else {"type": "area", "line": {"color": ACCENT}}
    )
    layers: list[Spec] = [
        {"mark": mark | {"color": ACCENT, "opacity": 0.75 if discrete else 0.3}, "encoding": {"x": x, "y": y}},
        {
            "mark": {"type": "rule", "color": INK, "strokeDash": [5, 3]},
            "data": {"values": [{"x": value["quantiles"][2]}]},
            "encoding": {"x": x},
        },
    ]
    return _spec(values, layers, height=160) | {"title": _key("dashed: the median")}


def _visible_part(shape: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The points of a curve between the first and the last that stand above 1 % of its peak."""
    points = list(zip(shape["x"], shape["y"], strict=True))
    peak = max(shape["y"])
    high = [index for index, (_, y) in enumerate(points) if y >= 0.01 * peak]
    return points[max(high[0] - 1, 0) : high[-1] + 2]


def _windowed(past: Sequence[tuple[str, float]], first: date) -> list[tuple[str, float]]:
    """The steps from a day on, begun with the total on that day."""
    kept = [(day, total) for day, total in past if date.fromisoformat(day) >= first]
    before = [total for day, total in past if date.fromisoformat(day) < first]
    return [(first.isoformat(), before[-1]), *kept] if before else kept


def _time_x(days: Sequence[str]) -> Spec:
    ticks = [_instant(tick) for tick in _time_ticks(date.fromisoformat(min(days)), date.fromisoformat(max(days)))]
    yearly = all(datetime.fromtimestamp(tick / 1000, UTC).month == 1 for tick in ticks)
    axis = _axis(values=ticks, format="%Y" if yearly else "%b %Y")
    return {
        "field": "day",
        "type": "temporal",
        "scale": {"type": "utc", "domain": [_instant(min(days)), _instant(max(days))]},
        "axis": axis,
    }


def _time_ticks(first: date, last: date) -> list[str]:
    """At most five month beginnings, evenly apart, within a span (its first day where it holds none)."""
    for months in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200):
        ticks = [
            date(index // 12, index % 12 + 1, 1)
            for index in range(first.year * 12, last.year * 12 + 12, months)
            if first <= date(index // 12, index % 12 + 1, 1) <= last - (last - first) / 12
        ]
        if len(ticks) <= 4:
            return [tick.isoformat() for tick in ticks] or [first.isoformat()]
    return [first.isoformat()]


def _x_scale(spread: Sequence[float], *, logarithmic: bool) -> Spec:
    low, high = min(spread), max(spread)
    if low == high:
        low, high = low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2
    return {"type": "log" if logarithmic else "linear", "domain": [low, high], "nice": False, "zero": False}


def _number_axis(spread: Sequence[float], unit: str, *, logarithmic: bool, whole: bool = False) -> Spec:
    title = "" if unit in {"", "share"} else visible(unit)
    label = ".0%" if unit == "share" and max(spread) - min(spread) > 0.05 else ".1%" if unit == "share" else ",~r"
    more: Spec = {"values": _log_ticks(min(spread), max(spread))} if logarithmic else {"tickCount": 4}
    if whole:
        more = {"tickCount": max(1, min(4, round(max(spread) - min(spread)))), "tickMinStep": 1}
    return _axis(format=label, title=title, titleLimit=340, **more)


def _log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten inside a span, at most five; where there are fewer than two, 1, 2 and 5 times them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = [10.0**power for power in range(first, last + 1) if low <= 10.0**power <= high]
    if len(powers) >= 2:
        return powers[:: math.ceil(len(powers) / 5)]
    finer = [float(f"{factor}e{power}") for power in range(first, last + 1) for factor in (1, 2, 5)]
    return [value for value in finer if low <= value <= high]


def _axis(*, grid: bool = False, title: str = "", **more: Any) -> Spec:
    return {"grid": grid, "title": title or None, **more}


def _legend() -> Spec:
    return {"title": None, "orient": "top", "symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 300}


def _key(text: str) -> Spec:
    return {"text": text, "anchor": "start", "fontSize": 11, "fontWeight": "normal", "color": MUTED, "offset": 8}


def _spec(values: Sequence[Mapping[str, Any]], layers: Sequence[Spec], *, height: int) -> Spec:
    return {
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 6,
        "background": PAPER,
        "data": {"values": list(values)},
        "layer": list(layers),
        "config": {
            "aria": False,
            "font": "Liberation Sans",
            "view": {"stroke": None},
            "axis": {
                "labelColor": MUTED, "titleColor": MUTED, "domainColor": LINE, "tickColor": LINE, "gridColor": LINE,
                "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "labelFlush": False, "labelPadding": 4,
            },
            "legend": {"labelColor": MUTED, "labelFontSize": 11, "offset": 2},
        },
    }  # fmt: skip


def _instant(day: str) -> int:
    """Milliseconds from 1970 to the beginning of a UTC day, which is how Vega counts."""
    return (date.fromisoformat(day) - date(1970, 1, 1)) // timedelta(milliseconds=1)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".", "!")) else f"{text}."
