"""The moves a report tells of: since the last news, and since the report before, as plain data with sentences.

The first replays the day before the last row became known with today's book; the
second starts from what the ledger says was published.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from forecast.book.hashes import numbers_hash
from forecast.book.rows import is_quiet
from forecast.book.topic import Topic
from forecast.concluding import Settings
from forecast.insight.basis import Basis
from forecast.insight.between import Between
from forecast.insight.measures import Measure, measured, unrounded
from forecast.insight.moved import Split, split
from forecast.insight.pool import Pool
from forecast.model.clock import ONE_DAY
from forecast.model.model import Array, Model
from forecast.report import words
from forecast.report.content import unit_of
from forecast.report.shape_insight import Move, MovePart
from forecast.report.telling import as_text, change_text, is_share

SMALLEST = 0.005  # a change of a chance that is worth a word, and of a mean as a share of it
MOST_TOLD = 3  # parts that a sentence names


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was published before: the day, each question's measures by label, and whether the book has been edited since."""

    as_of: date
    values: Mapping[tuple[str, str], float]
    edited: bool


def earlier_report(entries: Sequence[Mapping[str, Any]], topic: Topic, *, before: date) -> Earlier | None:
    """Return what the ledger's ``entries`` last published of a topic as of a day before another; None where there is nothing."""
    whole = [entry for entry in entries if entry["topic"] == topic.name and not entry["hindcast"] and not entry.get("variant")]
    lines = [entry for entry in whole if entry["as_of"] < before.isoformat()]
    if not lines:
        return None
    as_of = max(str(line["as_of"]) for line in lines)
    newest = {str(line["question"]): line for line in lines if line["as_of"] == as_of}
    values = {
        (name, label): value
        for name, line in newest.items()
        if line["value"] is not None
        for label, value in measured(line["kind"], line["value"]).items()
    }
    day = date.fromisoformat(as_of)
    return Earlier(day, values, edited=any(line["inputs"] != numbers_hash(topic, as_of=day) for line in newest.values()))


def last_news(model: Model) -> date | None:
    """Return the last day on which a row other than quiet time became known; None where there is none after the topic opened."""
    days = [row.known for stream, row in model.rows if not is_quiet(row, model.topic.streams[stream]) and row.known > model.topic.opens]
    return max(days, default=None)


def move_since_news(basis: Basis, wide: Pool | None = None) -> Move | None:
    """Return what moved the answers from the eve of the last news to the as-of day; None where there was no news.

    ``wide`` is a pool as ``split`` takes it.  Raises ``Unsound`` where the eve's
    answers cannot be computed.
    """
    model = basis.model
    news = last_news(model)
    if news is None:
        return None
    eve = news - ONE_DAY
    found = split(Between(model.topic, eve, model.topic, model.as_of), basis.measures, basis.settings, wide=wide)
    return move(
        found,
        basis.measures,
        topic=model.topic,
        days=(eve, model.as_of),
        ends=(found.before, basis.published),
        against="replay",
        why=f"since the eve of the last news, {words.day(news)}",
    )


def move_since_report(basis: Basis, earlier: Earlier, wide: Pool | None = None) -> Move:
    """Return what moved the answers since they were last published.

    Where the book was edited since, what its rows and the passing of time do not
    explain is the edits' part, with the noise.  Raises ``Unsound`` where the
    answers as of that day cannot be computed.
    """
    topic, until = basis.model.topic, basis.model.as_of
    found = split(Between(topic, earlier.as_of, topic, until), basis.measures, basis.settings, wide=wide)
    keys = [(measure.question.name, measure.label) for measure in basis.measures]
    before = np.array([earlier.values.get(key, found.before[index]) for index, key in enumerate(keys)])
    return move(
        found,
        basis.measures,
        topic=topic,
        days=(earlier.as_of, until),
        ends=(before, basis.published),
        against="ledger",
        why=f"since the report of {words.day(earlier.as_of)}",
        edited=earlier.edited,
    )


def move_between(
    old: Topic, since: date, new: Topic, until: date, *, measures: Sequence[Measure], settings: Settings, ends: tuple[Array, Array]
) -> Move:
    """Return what moved the answers between two states of a topic; ``ends`` are the measures as each was answered."""
    found = split(Between(old, since, new, until), measures, settings)
    return move(
        found, measures, topic=new, days=(since, until), ends=ends, against="replay", why=f"from {words.day(since)} to {words.day(until)}"
    )


def move(
    found: Split,
    measures: Sequence[Measure],
    *,
    topic: Topic,
    days: tuple[date, date],
    ends: tuple[Array, Array],
    against: Literal["ledger", "replay"],
    why: str,
    edited: bool = False,
) -> Move:
    """Return a split as plain data: the parts, and with them the rest, so that they sum to the published change exactly."""
    parts: list[MovePart] = [
        {
            "kind": part.change.kind,
            "name": part.change.name,
            "about": part.change.about,
            "known": "" if part.change.known is None else part.change.known.isoformat(),
            "source": part.change.added[0].source if part.change.added else "",
            "points": part.points.tolist(),
            "errors": part.errors.tolist(),
            "bits": [None if math.isnan(each) else float(each) for each in part.bits],
        }
        for part in found.parts
    ]
    before, after = ends
    rest = (after - before) - sum((part.points for part in found.parts), np.zeros(len(measures)))
    rest = unrounded(rest, np.maximum(np.abs(before), np.abs(after)))
    parts.append(
        {
            "kind": "model" if edited else "noise",
            "name": "edits" if edited else "noise",
            "about": "the book was edited since, and Monte Carlo noise" if edited else "Monte Carlo noise",
            "known": "",
            "source": "",
            "points": rest.tolist(),
            "errors": [0.0] * len(measures),
            "bits": [None] * len(measures),
        }
    )
    return {
        "since": days[0].isoformat(),
        "until": days[1].isoformat(),
        "against": against,
        "why": why,
        "before": before.tolist(),
        "after": after.tolist(),
        "parts": parts,
        "sentences": [
            sentence(
                _shown(measure, topic, float(after[index])),
                float(before[index]),
                float(after[index]),
                [(part["kind"], part["about"], part["points"][index]) for part in parts],
            )
            for index, measure in enumerate(measures)
        ],
    }


def sentence(measure: Mapping[str, Any], before: float, after: float, parts: Sequence[tuple[str, str, float]]) -> str:
    """Say a change and its largest parts, as in: Down from 14 % to 10 %: 64 days passed (-3 points)."""
    least = SMALLEST if is_share(measure) else SMALLEST * max(abs(before), abs(after))
    told = sorted((part for part in parts if abs(part[2]) >= least and part[0] != "noise"), key=lambda part: -abs(part[2]))[:MOST_TOLD]
    said = "; ".join(f"{about} ({change_text(measure, points, error=abs(points) / 20)})" for _, about, points in told)
    then, now = as_text(measure, before), as_text(measure, after)
    if abs(after - before) < least or then == now:
        return f"Hardly moved, {now}{f': {said}' if said else ''}."
    return f"{'Up' if after > before else 'Down'} from {then} to {now}{f': {said}' if said else ''}."


def _shown(measure: Measure, topic: Topic, value: float) -> dict[str, Any]:
    """What words need to know of a measure."""
    unit = "" if measure.kind == "probability" or measure.question.answer is None else unit_of(topic, measure.question.answer)
    return {"kind": measure.kind, "unit": unit, "value": value, "settled": value in {0.0, 1.0}}
