"""Rows that the days of a question fall inside, and how much of each lies before: why an answer about the past is not certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question, Row
from forecast.language.arrays import Array
from forecast.language.distributions.families import family_for
from forecast.model.crossing import crosses, crossing_rows
from forecast.model.record import StreamRow
from forecast.predict.first_days import first_simulated_day, rows_around
from forecast.predict.paths import Paths
from forecast.predict.questions import find_first_held


@dataclass(frozen=True, slots=True)
class Crossing:
    """A row across a day from which, or up to which, a question counts.

    ``day`` is that day: the last that counts (``by``) or the first (``since``).  ``before`` is what
    of the row lies up to the last day that counts, or before the first, on average over paths, and
    ``error`` the Monte Carlo error of that; ``value`` is what it has in all.  ``counts`` says that these are events, not an
    amount, ``even`` that they are spread evenly over days, and ``adds_up`` as in
    ``forecast.model.allocation``.  Where ``edge`` is ``first``, the first time that the
    question asks for lies within the row; then ``before`` is not used.
    """

    stream: str
    row: Row
    edge: Literal["since", "by", "first"]
    day: date
    value: float
    before: float
    error: float
    counts: bool
    even: bool
    adds_up: bool


def crossings_of(question: Question, paths: Paths) -> tuple[Crossing, ...]:
    """Return the rows that the days of a question fall inside, in the order of its streams and their rows."""
    if question.by is None or not paths.days:
        return ()
    allocations = {allocation.named: allocation for allocation in paths.allocations}
    crossings = []
    found = crossing_rows(paths.model, question)
    for named in found:
        name, row, its = named.stream, named.row, allocations[named]
        value = np.asarray(np.sum([values[-1] for values in its.before.values()], axis=0))
        for edge, day, boundary in (("since", question.since, question.since), ("by", question.by, question.by + ONE_DAY)):
            if day is not None and boundary is not None and crosses(row, boundary):
                crossings.append(
                    Crossing(
                        name,
                        row,
                        "since" if edge == "since" else "by",
                        day,
                        float(value.mean()),
                        *_mean_and_error(its.upto(boundary)[name]),
                        family_for(its.stream.value).discrete,
                        its.even,
                        its.adds_up,
                    )
                )
    return (*crossings, *_crossings_of_first(question, paths, found))


def _mean_and_error(values: Array) -> tuple[float, float]:
    """The mean over paths and its standard error."""
    return float(values.mean()), float(values.std() / np.sqrt(len(values)))


def _crossings_of_first(question: Question, paths: Paths, found: Sequence[StreamRow]) -> list[Crossing]:
    """The rows of several days within which the first time that a question asks for lies, but for those found already."""
    if question.kind != "date":
        return []
    topic = paths.model.topic
    held = find_first_held(question, paths)
    until = first_simulated_day(question, paths)
    columns = np.unique(held.column[held.happened & (held.column > 0)])  # what holds from the start needs no row
    lasts = [held.days[column] - ONE_DAY for column in columns if until is None or held.days[column] <= until]
    rows = dict.fromkeys(named for last in lasts for named in rows_around(question, paths.model, last) if named.row.end >= last)
    return [
        Crossing(name, row, "first", row.end, row.value, 0.0, 0.0, family_for(topic.streams[name].value).discrete, False, True)
        for name, row in ((each.stream, each.row) for each in rows if each not in found)
    ]
