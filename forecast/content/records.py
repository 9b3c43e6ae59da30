"""Streams as plain data: the rows that exist, their running total, and the fan of simulated totals."""

from __future__ import annotations

import math
from datetime import date
from typing import TypedDict

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import row_amounts
from forecast.content.long_records import listed_numbers, summarise_record, thin_totals
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.expressions import indexed_name
from forecast.model.additive import adds_up
from forecast.model.model import Model, RowTable
from forecast.model.record import StreamRecord, unrecorded_days
from forecast.predict.paths import Paths
from forecast.predict.settlement import range_ends
from forecast.schema import words
from forecast.schema.json_data import row_as_data
from forecast.schema.long_records import MOST_LISTED_ROWS, LongRecord
from forecast.schema.topic import ClassTotal, Fan, PastPoint, RowContent, StreamContent

MOST_FAN_DAYS = 72  # more steps than this are thinned, evenly, keeping the last


class _StreamExtras(TypedDict, total=False):
    """What only some streams have."""

    unit_one: str
    seen: str
    texts: dict[str, str]
    entering: str
    classes: list[ClassTotal]
    long: LongRecord
    latent: bool


def stream_contents(model: Model, paths: Paths) -> list[StreamContent]:
    """Return every stream with its record as of the model's day and its simulated future."""
    quiet = unrecorded_days(model.records, model.as_of)
    return [_stream_content(record, model, paths, quiet[name]) for name, record in model.records.items()]


def _stream_content(record: StreamRecord, model: Model, paths: Paths, quiet: int) -> StreamContent:
    """One stream; ``quiet`` are the days that are not recorded."""
    stream = record.stream
    counted = adds_up(model.topic, stream) and not stream.latent
    entering_text = _entering_text(record)
    unit_one: _StreamExtras = {"unit_one": stream.phrases.unit_one} if stream.phrases.unit_one else {}
    seen: _StreamExtras = {"seen": words.range_text(*_total_range(record))} if record.ranges and counted else {}
    texts: _StreamExtras = {"texts": dict(stream.entering_texts)} if stream.entering_texts else {}
    entering: _StreamExtras = {"entering": entering_text} if entering_text else {}
    classes: _StreamExtras = {"classes": _class_totals(record, paths)} if stream.classes else {}
    long: _StreamExtras = {"long": summarise_record(record)} if len(record.rows) > MOST_LISTED_ROWS else {}
    latent: _StreamExtras = {"latent": True} if stream.latent else {}
    return {
        "name": stream.name,
        "about": stream.about,
        "unit": stream.unit,
        **unit_one,
        "statement": stream.value.text,
        "watched": stream.watched,
        "next": dict(stream.next_texts),
        "rows": _rows(record, model.tables[stream.name]),
        "total": _least_total(record, record.through + ONE_DAY) if counted else None,
        "through": record.through.isoformat(),
        "unrecorded_days": 0 if stream.latent else quiet,
        "past": _past_totals(record, model.topic.opens) if counted else [],
        "fan": _fan(stream.name, record, paths) if counted else None,
        **seen,
        **texts,
        **entering,
        **classes,
        **long,
        **latent,
    }


def _class_totals(record: StreamRecord, paths: Paths) -> list[ClassTotal]:
    """How often each class was seen, and will have been by the last day simulated."""
    stream = record.stream
    return [
        {
            "label": label,
            "total": sum(row_amounts(stream, record.rows, label).tolist()),
            "quantiles": None if fan is None else fan["quantiles"][-1],
        }
        for label in stream.classes
        for fan in [_fan(stream.name, record, paths, label)]
    ]


class _Entry(TypedDict, total=False):
    """How a row enters the likelihood, where it does so in a way of its own."""

    copy: bool
    weight: float


def _rows(record: StreamRecord, table: RowTable) -> list[RowContent]:
    """The rows of a record, of a long one a few, and of each how it enters where it does so in a way of its own."""
    numbers = listed_numbers(record.rows) if len(record.rows) > MOST_LISTED_ROWS else np.arange(len(record.rows))
    rows = record.rows.take(numbers)
    if table.entry is None:
        return [row_as_data(row) for row in rows]
    entries = zip(table.entry.is_counted[numbers], table.entry.weights[0, numbers], strict=True)
    ways = (_entry(counted=counted, weight=None if record.stream.weight is None else float(weight)) for counted, weight in entries)
    return [{**row_as_data(row), **way} for row, way in zip(rows, ways, strict=True)]


def _entry(*, counted: bool, weight: float | None) -> _Entry:
    copied: _Entry = {} if counted else {"copy": True}
    weighed: _Entry = {} if weight is None else {"weight": weight}
    return {**copied, **weighed}


def _entering_text(record: StreamRecord) -> str:
    """Say how rows enter the likelihood, where it is not each in full and as a value that is right."""
    texts, sentences = record.stream.entering_texts, []
    if record.stream.latent:
        sentences.append("Nobody records this count: each simulated future draws it, step by step, from the day after the record ends.")
    if record.stream.once:
        sentences.append("Evidence that exists once: what its rows say is learnt from, and neither added up nor expected again.")
    if "weight" in texts:
        sentences.append(f"Rows are weighed: the likelihood of each is raised to the power of `{texts['weight']}`.")
    if "reliability" in texts:
        sentences.append(
            f"A report is right with probability `{texts['reliability']}`; where it is wrong its value arises from `{texts['wrong']}`."
        )
    if len(record.rows.origin.distinct()) < np.count_nonzero(record.rows.origin.filled):
        sentences.append("Reports of one origin are right or wrong together, and copies of one count once.")
    return " ".join(sentences)


def _total_range(record: StreamRecord) -> tuple[float, float]:
    """The least and the largest total that the record allows."""
    known = record.total_before(record.through + ONE_DAY)
    ends = [range_ends(row, record.stream) for row in record.ranges]
    return known + sum(low for low, _ in ends), known + sum(high for _, high in ends)


def _least_total(record: StreamRecord, day: date) -> float:
    """What the record says of a total before a day at the least; a range without a lower end says nothing."""
    lows = [range_ends(row, record.stream)[0] for row in record.ranges if row.end < day]
    return record.total_before(day) + sum(low for low in lows if math.isfinite(low))


def _past_totals(record: StreamRecord, opens: date) -> list[PastPoint]:
    rows = record.rows
    first = min(opens.toordinal(), int(rows.start.min(initial=opens.toordinal()))) - 1
    ordinals = np.unique(np.append(rows.end, first)).astype(np.int64)
    days = [date.fromordinal(day) for day in (thin_totals(ordinals) if len(rows) > MOST_LISTED_ROWS else ordinals).tolist()]
    totals = record.totals_before([day + ONE_DAY for day in days])
    if record.ranges:
        totals = [_least_total(record, day + ONE_DAY) for day in days]
    return [{"day": day.isoformat(), "total": float(total)} for day, total in zip(days, totals, strict=True)]


def _fan(name: str, record: StreamRecord, paths: Paths, label: str = "") -> Fan | None:
    """The 5, 25, 50, 75 and 95 % points of the total on the eves of the simulated boundaries, from where it is not known for sure on."""
    if name not in paths.starts:
        return None
    begin = min([paths.starts[name], *(row.end + ONE_DAY for row in record.ranges)])
    columns = [index for index, day in enumerate(paths.days) if day >= begin]
    if len(columns) < 2:
        return None
    if len(columns) > MOST_FAN_DAYS:
        kept = np.unique(np.linspace(0, len(columns) - 1, MOST_FAN_DAYS).round().astype(int))
        columns = [columns[index] for index in kept]
    totals = paths.totals[indexed_name(name, label)]
    ranks = np.maximum(np.ceil(len(totals) * np.array(QUANTILE_LEVELS) - 1), 0).astype(
        np.intp
    )  # of the inverse of the distribution function
    quantiles = [np.sort(totals[:, index])[ranks].tolist() for index in columns]
    return {"days": [(paths.days[index] - ONE_DAY).isoformat() for index in columns], "quantiles": quantiles}
