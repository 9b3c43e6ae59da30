"""The moves a report tells of: since the last news, and since the report before, as plain data with sentences.

The first replays the day before the last row became known with today's book; the
second starts from what the ledger says was published.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.hashes import numbers_hash
from forecast.book.rows import is_quiet
from forecast.book.topic import BASE, Topic
from forecast.book.units import unit_of
from forecast.insight.baseline import Baseline, UnknownVariation
from forecast.insight.estimands import Measure, MeasureKey, StatedValue, certain_but_for_rounding, stated_measures, zero_rounding_errors
from forecast.insight.eve_figures import ReplayedFigures, better_known, figures_on, settled_on, with_figures_on
from forecast.insight.mixed_shapley import mixed_split
from forecast.insight.reweighting import Pool
from forecast.insight.shapley import ShapleySplit, shapley_split
from forecast.insight.state_diff import StateDiff
from forecast.insight.variants_diff import VariantsDiff
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.model.settings import Settings
from forecast.schema import words
from forecast.schema.insight import HistoryContent, MeasureScale, Move, MovePart
from forecast.sentences.change_sentences import change_sentence


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """What was published before: the day, each question's measures by label, and whether the book has been edited since."""

    as_of: date
    values: Mapping[MeasureKey, StatedValue]
    edited: bool

    def tagged_text(self) -> str:
        """What is hashed of it: its fields under words of their own, which stay as they are whatever class is renamed."""
        values = ", ".join(f"{key!r}: {_tag_fields('Stated', value)}" for key, value in sorted(self.values.items()))
        return f"Earlier(as_of={self.as_of!r}, values={{{values}}}, edited={self.edited!r})"


def _tag_fields(tag: str, value: StatedValue) -> str:
    return f"{tag}({', '.join(f'{field.name}={getattr(value, field.name)!r}' for field in fields(value))})"


def earlier_report(entries: Sequence[Mapping[str, Any]], topic: Topic, *, before: date) -> EarlierReport | None:
    """Return what the ledger's ``entries`` last published of a topic as of a day before another; None where there is nothing."""
    whole = [entry for entry in entries if entry["topic"] == topic.name and not entry["hindcast"] and not entry.get("variant")]
    lines = [entry for entry in whole if entry["as_of"] < before.isoformat()]
    if not lines:
        return None
    as_of = max(str(line["as_of"]) for line in lines)
    newest = {str(line["question"]): line for line in lines if line["as_of"] == as_of}
    values = {
        key: stated
        for name, line in newest.items()
        if line["value"] is not None
        for key, stated in stated_measures(name, line["kind"], line["value"]).items()
    }
    day = date.fromisoformat(as_of)
    numbers = numbers_hash(topic, as_of=day)  # once: that of a topic with links has its sources in it
    return EarlierReport(day, values, edited=any(line["inputs"] != numbers for line in newest.values()))


def last_news(model: Model) -> date | None:
    """Return the last day on which a row other than quiet time became known; None where there is none after the topic opened."""
    days = [row.known for stream, row in model.rows if not is_quiet(row, model.topic.streams[stream]) and row.known > model.topic.opens]
    return max(days, default=None)


@dataclass(frozen=True, slots=True)
class PublishedMeasures:
    """The measures of a topic as of a day as they are published, with errors, ``(measures,)`` each; ``split`` divides their change since a day.

    ``news`` is the day of the last news.
    """

    topic: Topic
    as_of: date
    measures: Sequence[Measure]
    values: Array
    errors: Array
    news: date | None
    split: Callable[[date], ShapleySplit]


def published_measures(basis: Baseline, wide: Pool | None = None) -> PublishedMeasures:
    """Return what a topic without variants came to; ``wide`` is a pool as ``shapley_split`` takes it."""
    topic, until = basis.model.topic, basis.model.as_of

    def split(since: date) -> ShapleySplit:
        return shapley_split(StateDiff.between(topic, since, topic, until), basis.measures, basis.settings, wide=wide)

    return PublishedMeasures(topic, until, basis.measures, basis.published, basis.errors, last_news(basis.model), split)


def move_since_news(now: PublishedMeasures, history: HistoryContent) -> tuple[Move | None, HistoryContent]:
    """Return what moved the answers from the eve of the last news to the as-of day, and the history, both with one figure of that eve.

    There is no move where there was no news.  Raises ``Unsound`` where the eve's answers cannot be computed.
    """
    if now.news is None:
        return None, history
    eve = now.news - ONE_DAY
    split = now.split(eve)
    start, replayed = ReplayedFigures(split.before, split.errors), figures_on(history, eve)
    if replayed is not None:
        start, replayed = better_known(start, replayed, settled=settled_on(history, eve))
        history = with_figures_on(history, eve, replayed)
    move = move_content(
        split,
        now.measures,
        topic=now.topic,
        days=(eve, now.as_of),
        ends=(start.values, now.values),
        errors=_error_of_difference(start.errors, now.errors),
        against="replay",
        why=f"since the eve of the last news, {words.day(now.news)}",
    )
    return move, history


def move_since_report(now: PublishedMeasures, earlier: EarlierReport) -> Move:
    """Return what moved the answers since they were last published.

    Where the book was edited since, what its rows and the passing of time do not
    explain is the edits' part, with the noise.  Raises ``Unsound`` where the
    answers as of that day cannot be computed.
    """
    split = now.split(earlier.as_of)
    before, errors = split.before.copy(), split.errors.copy()
    for index, measure in enumerate(now.measures):
        if measure.key in earlier.values:
            stated = earlier.values[measure.key]
            before[index], errors[index] = stated.value, stated.error
    return move_content(
        split,
        now.measures,
        topic=now.topic,
        days=(earlier.as_of, now.as_of),
        ends=(before, now.values),
        errors=_error_of_difference(errors, now.errors),
        against="ledger",
        why=f"since the report of {words.day(earlier.as_of)}",
        edited=earlier.edited,
    )


def moves_of(
    now: PublishedMeasures, earlier: EarlierReport | None, history: HistoryContent, notes: list[str]
) -> tuple[list[Move], HistoryContent]:
    """Return the moves that can be explained, since the report before and since the last news; ``notes`` gets a sentence for each that cannot.

    The history of the same measures is returned with the figures of the eve of the last news that the move has.
    """
    moves: list[Move] = []
    if earlier is not None and earlier.as_of < now.as_of:
        try:
            moves.append(move_since_report(now, earlier))
        except (UnknownVariation, Unsound) as reason:
            notes.append(f"What moved the answers since the report of {earlier.as_of} is not known: {reason}.")
    try:
        since_news, history = move_since_news(now, history)
    except (UnknownVariation, Unsound) as reason:
        notes.append(f"What the last news moved is not known: {reason}.")
    else:
        if since_news is not None:
            moves.append(since_news)
    return moves, history


def move_between(
    old: Topic,
    since: date,
    new: Topic,
    until: date,
    *,
    measures: Sequence[Measure],
    settings: Settings,
    ends: tuple[Array, Array],
    errors: tuple[Array, Array],
) -> Move:
    """Return what moved the answers between two states of a topic; ``ends`` are the measures as each was answered, with ``errors``."""
    split = split_between(VariantsDiff(old, since, new, until), measures, settings)
    return move_content(
        split,
        measures,
        topic=new,
        days=(since, until),
        ends=ends,
        errors=_error_of_difference(*errors),
        against="replay",
        why=f"from {words.day(since)} to {words.day(until)}",
    )


def split_between(
    between: VariantsDiff, measures: Sequence[Measure], settings: Settings, *, wide: Mapping[str, Pool] | None = None
) -> ShapleySplit:
    """Return the split of a change between two states of a topic, with variants or without.  Raises as ``shapley_split`` does."""
    if between.old.variants or between.new.variants:
        return mixed_split(between, measures, settings, wide=wide)
    return shapley_split(between.by_variant[BASE], measures, settings, wide=(wide or {}).get(BASE))


def _error_of_difference(before: Array, after: Array) -> Array:
    """The standard errors of differences of two figures that were computed apart."""
    errors: Array = np.hypot(before, after)
    return errors


def move_content(
    split: ShapleySplit,
    measures: Sequence[Measure],
    *,
    topic: Topic,
    days: tuple[date, date],
    ends: tuple[Array, Array],
    errors: Array,
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
            "bits": [None if math.isnan(bits) else float(bits) for bits in part.bits],
        }
        for part in split.parts
    ]
    before, after = (certain_but_for_rounding(its) for its in ends)
    rest = (after - before) - sum((part.points for part in split.parts), np.zeros(len(measures)))
    rest = zero_rounding_errors(rest, np.maximum(np.abs(before), np.abs(after)))
    parts.append(
        {
            "kind": "model" if edited else "noise",
            "name": "edits" if edited else "noise",
            "about": "edits of the book since then, and Monte Carlo noise" if edited else "Monte Carlo noise",
            "known": "",
            "source": "",
            "points": rest.tolist(),
            "errors": np.nan_to_num(errors).tolist(),
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
        "errors": np.nan_to_num(errors).tolist(),
        "parts": parts,
        "sentences": [
            change_sentence(
                _measure_for_text(measure, topic, float(after[index])),
                float(before[index]),
                float(after[index]),
                [(part["kind"], part["about"], part["points"][index], part["errors"][index]) for part in parts],
                error=float(errors[index]),
            )
            if np.isfinite([before[index], after[index], *(part["points"][index] for part in parts)]).all()
            else ""  # a mean that is not estimated, whose median stands for it
            for index, measure in enumerate(measures)
        ],
    }


def _measure_for_text(measure: Measure, topic: Topic, value: float) -> MeasureScale:
    """What words need to know of a measure."""
    unit = "" if measure.kind == "probability" or measure.question.answer is None else unit_of(topic, measure.question.answer)
    return {"kind": measure.kind, "unit": unit, "settled": value in {0.0, 1.0}}
