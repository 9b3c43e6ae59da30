"""A made-up insight for a report's content: of the right shape, plausible in size, and the same every time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from forecast.schema.json_data import round_numbers
from forecast.schema.topic import digest_of

CHANGES = (("half as wide", 0.3), ("twice as wide", -0.4), ("one sd lower", -0.5), ("one sd higher", 0.7))


def with_insight(content: Mapping[str, Any], *, text: str = "") -> dict[str, Any]:
    """The content with a made-up insight, ``text`` in everything of it that comes from a file, and the digest that fits."""
    made = round_numbers({**content, "insight": made_insight(content, text=text)})
    made["digest"] = digest_of(made)
    return made


def made_insight(content: Mapping[str, Any], *, text: str = "") -> dict[str, Any]:
    """Everything a report says of why, made up."""
    rng = np.random.default_rng(7)
    measures = [measure for answer in content["answers"] for measure in _measures(answer)]
    return {
        "measures": measures,
        "moves": _moves(content, measures, rng, text),
        "leverage": _leverage(content, measures, rng),
        "sensitivity": [
            {"parameter": p["name"], "label": p["label"], "change": change, "statement": p["statement"], "values": _estimates(measures, rng, size),
             "pareto_k": 0.2, "refitted": change == "twice as wide"}
            for p in content["parameters"] if not p["categories"] for change, size in CHANGES
        ],
        "power": [
            {"parameter": p["name"], "label": p["label"], "prior": 0.12, "likelihood": 0.03,
             "diagnosis": "potential strong prior / weak likelihood" if index % 3 == 0 else ""}
            for index, p in enumerate(content["parameters"]) if not p["categories"]
        ],
        "surprise": _surprise(content, rng),
        "score": _score(content, rng),
        "checks": [
            {"stream": s["name"], "statistic": statistic, "seen": seen, "quantiles": [0.4 * seen, 0.7 * seen, seen, 1.4 * seen + 1, 2 * seen + 2], "tail": 0.31}
            for s in content["streams"] if s["rows"]
            for statistic, seen in (("sum", sum(r["value"] for r in s["rows"])), ("largest", max(r["value"] for r in s["rows"])))
        ],
        "information": [
            {"stream": s["name"], "until": "2026-12-23", "values": [_size(m) * float(rng.uniform(0.1, 0.6)) for m in measures], "errors": [0.001] * len(measures)}
            for s in content["streams"] if s["fan"]
        ],
        "signposts": [
            {"stream": s["name"], "condition": condition, "absence": absence, "until": "2027-01-31", "chance": chance,
             "values": _estimates(measures, rng, size)}
            for s in content["streams"] if s["fan"]
            for condition, absence, chance, size in (
                (f"at least one event is recorded under “{s['name'].replace('_', ' ')}”", False, 0.12, 1.2),
                (f"no event is recorded under “{s['name'].replace('_', ' ')}”", True, 0.88, -0.16),
            )
        ],
        "history": _history(content, measures, text),
        "split": [
            {"question": m["question"], "label": m["label"], "ignorance": 0.37, "error": 0.02,
             "parts": [{"parameter": p["name"], "label": p["label"], "share": 0.25 / (index + 1), "error": 0.01} for index, p in enumerate(content["parameters"][:4])]}
            for m in measures if not m["settled"]
        ],
        "notes": [text or "The answers with the prior of `apart` half as wide are not known: the weights do not carry."],
    }  # fmt: skip


def _measures(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    value, settled = answer["value"], answer["status"] != "open"
    common = {"question": answer["name"], "label": "", "kind": "probability", "unit": "", "settled": settled}
    match answer["kind"]:
        case "probability":
            return [common | {"value": value["value"], "error": value["error"]}]
        case "date":
            return [common | {"value": 1 - value["not_by_then"], "error": value["error"]}]
        case "shares":
            return [common | {"label": each["label"], "value": each["value"], "error": each["error"]} for each in value["shares"]]
        case _:
            return [common | {"kind": "mean", "unit": answer["unit"], "value": value["mean"], "error": value["mean_error"]}]


def _size(measure: Mapping[str, Any]) -> float:
    """How far a measure is moved by something of note."""
    if measure["settled"]:
        return 0.0
    value = measure["value"]
    return 0.4 * value * (1 - value) if measure["kind"] == "probability" or measure["unit"] == "share" else 0.2 * abs(value)


def _estimates(measures: list[dict[str, Any]], rng: np.random.Generator, size: float) -> list[dict[str, float]]:
    changes = [size * _size(measure) * float(rng.uniform(0.2, 1)) for measure in measures]
    return [
        {"value": measure["value"] + change, "change": change, "error": 0.0 if measure["settled"] else 0.0021}
        for measure, change in zip(measures, changes, strict=True)
    ]


def _moves(content: Mapping[str, Any], measures: list[dict[str, Any]], rng: np.random.Generator, text: str) -> list[dict[str, Any]]:
    parts = [("time", "time", "69 days passed and nothing new became known in them", "", "", 0.2)]
    rows = [(stream["name"], row) for stream in content["streams"] for row in stream["rows"] if row["known"] > "2026-06-01"]
    parts += [
        ("row", name, text or f"{name}: {row['value']:g}, {row['start']} to {row['end']}", row["known"], row["source"], 0.1 + row["value"])
        for name, row in rows
    ]
    if content["parameters"]:
        parts.append(
            (
                "prior",
                content["parameters"][0]["name"],
                text or "prior edited: Beta(p5=0.01, p95=0.6) → as it is now",
                "2026-11-02",
                "",
                -0.4,
            )
        )
    parts.append(("noise", "noise", "Monte Carlo noise", "", "", 0.01))
    moved = []
    for kind, name, about, known, source, size in parts:
        changes = [size * _size(measure) * float(rng.uniform(0.1, 0.5)) for measure in measures]
        moved.append(
            {"kind": kind, "name": name, "about": about, "known": known, "source": source, "points": changes,
             "errors": [0.0 if measure["settled"] else 0.001 for measure in measures],
             "bits": [None if measure["kind"] == "mean" else change * 3 for measure, change in zip(measures, changes, strict=True)]}
        )  # fmt: skip
    after = [measure["value"] for measure in measures]
    before = [value - sum(part["points"][index] for part in moved) for index, value in enumerate(after)]
    why = "since the report of 15 September 2026"
    sentences = [f"Up to {value:.3g}: {text or 'rows became known'}." for value in after]
    return [{"since": "2026-09-15", "until": content["as_of"], "against": "ledger", "why": why, "before": before, "after": after,
             "parts": moved, "sentences": sentences}]  # fmt: skip


def _leverage(content: Mapping[str, Any], measures: list[dict[str, Any]], rng: np.random.Generator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for stream in content["streams"]:
        for index, row in enumerate(stream["rows"]):
            found.append({"kind": "row", "name": stream["name"], "stream": stream["name"], "row": index, "rows": 1,
                          "values": _estimates(measures, rng, -0.8 if row["value"] else 0.05), "pareto_k": 0.31, "refitted": False})  # fmt: skip
    every = [(stream["name"], row) for stream in content["streams"] for row in stream["rows"]]
    for kind, names in (
        ("source", sorted({row["source"] for _, row in every})),
        ("grade", sorted({row["grade"] for _, row in every if row["grade"]})),
        ("stream", sorted({name for name, _ in every})),
    ):
        for name in names:
            count = sum(name in {stream, row["source"], row["grade"]} for stream, row in every)
            found.append({"kind": kind, "name": name, "stream": name if kind == "stream" else "", "row": None, "rows": count,
                          "values": _estimates(measures, rng, -0.5), "pareto_k": None if kind == "stream" else 0.62, "refitted": kind == "stream"})  # fmt: skip
    return found


def _surprise(content: Mapping[str, Any], rng: np.random.Generator) -> list[dict[str, Any]]:
    return [
        {"stream": stream["name"], "row": index, "known": row["known"], "value": row["value"], "low": 0.0, "middle": 0.3 * row["value"],
         "high": 0.8 * row["value"] + 1, "tail": float(rng.uniform(0.02, 0.2) if row["value"] else rng.uniform(0.4, 1)),
         "log_score": -1.3, "prior_log_score": -1.9, "bits": float(rng.normal(0.3, 0.6))}
        for stream in content["streams"] for index, row in enumerate(stream["rows"])
    ]  # fmt: skip


def _score(content: Mapping[str, Any], rng: np.random.Generator) -> list[dict[str, Any]]:
    days = sorted({row["known"] for stream in content["streams"] for row in stream["rows"]})
    steps = rng.uniform(0.1, 0.9, size=(len(days), 2))
    topic, prior = -np.cumsum(steps[:, 0]), -np.cumsum(1.4 * steps[:, 1])
    return [{"day": day, "topic": float(one), "prior": float(other)} for day, one, other in zip(days, topic, prior, strict=True)]


def _history(content: Mapping[str, Any], measures: list[dict[str, Any]], text: str) -> dict[str, Any]:
    first, last = date.fromisoformat(content["opens"]), date.fromisoformat(content["as_of"])
    first = max(first, last - timedelta(days=800))
    news: dict[str, list[str]] = {}
    for stream in content["streams"]:
        for row in stream["rows"]:
            news.setdefault(row["known"], []).append(text or f"{stream['name'].replace('_', ' ')}: {row['value']:g}")
    days = {first + timedelta(days=7 * week) for week in range(((last - first).days // 7) + 1)} | {last}
    days |= {date.fromisoformat(day) for day in news if first <= date.fromisoformat(day) <= last}
    ordered = sorted(days)
    settled_on = [ordered[len(ordered) * 2 // 3].isoformat() if measure["settled"] else None for measure in measures]
    points = []
    for index, day in enumerate(ordered):
        part = index / max(len(ordered) - 1, 1)
        values = []
        for at, measure in enumerate(measures):
            wave = 1 + 0.5 * (1 - part) * math.sin(at + 9 * part) + (0.4 if part < 0.8 else 0) * (1 - part)
            is_set = settled_on[at] is not None and day.isoformat() >= settled_on[at]
            value = measure["value"] if is_set or part == 1 else measure["value"] * wave
            values.append(min(value, 1.0) if measure["kind"] == "probability" else value)
        errors = [0.0 if measure["settled"] else 0.003 for measure in measures]
        points.append({"day": day.isoformat(), "values": values, "errors": errors, "news": news.get(day.isoformat(), [])})
    return {"points": points, "settled": settled_on}
