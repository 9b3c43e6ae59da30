"""Whether a question's condition has failed for good by the record alone, which makes the question void, and on which days.

A condition on totals of counts fails for good before the deadline where no growth of
these totals can make it true again: ``total(u) == 0`` once something was seen, but not
``total(u) >= 3`` before the record reaches the deadline.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import itemgetter

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question, Topic
from forecast.language.arrays import Truth
from forecast.language.evaluate import Scope
from forecast.language.expressions import OPPOSITE, Compare, Expression, Logic, Unary
from forecast.model.model import Model
from forecast.model.record import series_share
from forecast.model.undefined import holds_in
from forecast.model.used_names import series_and_streams_used, totals_used
from forecast.predict.paths import Paths
from forecast.predict.questions import truth_of, with_clocks
from forecast.predict.settlement import certain_totals, direction_between, is_complete, open_spans

MOST_PATHS = 1_024  # draws of the parameters at which a condition is read that names some; all must agree
MOST_CORNERS = 64  # combinations of the ends of what rows leave open


@dataclass(frozen=True, slots=True)
class ConditionFailure:
    """The days within which a condition failed for good: one day where the record says on which."""

    first: date
    last: date


def find_condition_failure(question: Question, model: Model, paths: Paths) -> ConditionFailure | None:
    """Return when the record alone made a question's condition fail for good; None where it may still hold, or is not the record's to say."""
    if question.given is None or question.by is None:
        return None
    series, streams = series_and_streams_used(model.topic, question.given)
    if not series and not streams:
        return None
    if _has_failed(question, model, paths, until=model.topic.opens - ONE_DAY):  # whatever is recorded: nothing could make it hold
        return None
    days = _counted_spans(question, model, streams)
    if not days or not _has_failed(question, model, paths, until=days[-1][1]):
        at_deadline = _is_fully_recorded(question, paths, series, streams) and _has_failed(
            question, model, paths, until=question.by, whole=True
        )
        return ConditionFailure(question.by, question.by) if at_deadline else None
    first, last = 0, len(days) - 1
    while first < last:  # what has failed for good stays so
        middle = (first + last) // 2
        if _has_failed(question, model, paths, until=days[middle][1]):
            last = middle
        else:
            first = middle + 1
    return ConditionFailure(*days[last])


def _counted_spans(question: Question, model: Model, streams: Collection[str]) -> list[tuple[date, date]]:
    """The days of rows that a question counts, as spans in the order of their ends."""
    assert question.by is not None
    since = question.since or date.min
    spans: dict[date, date] = {}
    for row in (row for name in streams for row in model.records[name].counted_rows):
        if row.end >= since and row.start <= question.by:
            end = min(row.end, question.by)
            spans[end] = min(spans.get(end, date.max), max(row.start, since))
    return sorted(((start, end) for end, start in spans.items()), key=itemgetter(1))


def _is_fully_recorded(question: Question, paths: Paths, series: Collection[str], streams: Collection[str]) -> bool:
    """Whether all that a condition reads is recorded to the question's date."""
    assert question.by is not None
    model, by = paths.model, question.by
    known = all(series_share(model.topic.series[name], by, by, as_of=model.as_of).later_share == 0 for name in series)
    return known and by <= model.as_of and is_complete(streams, question, paths)


def _has_failed(question: Question, model: Model, paths: Paths, *, until: date, whole: bool = False) -> bool:
    """Whether the record up to a day alone makes a condition fail for good, whatever its rows leave open and at each draw.

    ``whole`` says that nothing more can come.
    """
    assert question.given is not None
    assert question.by is not None
    totals: dict[str, float] = {}
    spans: dict[str, tuple[float, float]] = {}
    for name in model.records:
        recorded = min(until, question.by, paths.starts[name] - ONE_DAY if name in paths.starts else until)
        totals |= certain_totals(question, model, name, recorded)
        spans |= open_spans(question, model, name, recorded)
    count = min(MOST_PATHS, len(paths))
    scope = with_clocks(model, question, model.scope({name: values[:count] for name, values in paths.parameters.items()}))
    return bool(_Reader(model.topic, scope, totals, spans, whole, count).fates(question.given)[1].all())


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads whether conditions hold for good, and whether they fail for good, ``(draws,)`` each."""

    topic: Topic
    scope: Scope
    totals: Mapping[str, float]
    spans: Mapping[str, tuple[float, float]]  # what rows leave open, in addition
    whole: bool
    count: int

    def fates(self, condition: Expression) -> tuple[Truth, Truth]:
        """Whether a condition holds for good, and whether it fails for good."""
        match condition:
            case Compare():
                pairs = zip(condition.operators, condition.operands[:-1], condition.operands[1:], strict=True)
                return _join_fates(list(itertools.starmap(self._comparison_fates, pairs)))
            case Logic(operator="and"):
                return _join_fates([self.fates(part) for part in condition.operands])
            case Logic():
                fails, holds = _join_fates([self.fates(part)[::-1] for part in condition.operands])
                return holds, fails
            case Unary(operator="not"):
                return self.fates(condition.operand)[::-1]
            case _:
                return self._as_it_is(condition, Unary("not", condition))

    def _comparison_fates(self, operator: str, left: Expression, right: Expression) -> tuple[Truth, Truth]:
        """The fates of a comparison, from which way the difference of its sides goes as totals grow."""
        compared = Compare((operator,), (left, right))
        way = direction_between(left, right, self.topic)
        if way is None:
            return self._as_it_is(compared, Compare((OPPOSITE[operator],), (left, right)))
        above, below = (self._always(Compare((sign,), (left, right))) for sign in "><")
        rising, falling = self.whole or way in {0, 1}, self.whole or way in {0, -1}
        match operator:
            case ">" | ">=" | "<" | "<=":
                stays, turns = (rising, falling) if operator in {">", ">="} else (falling, rising)
                return self._if(stays, compared), self._if(turns, Compare((OPPOSITE[operator],), (left, right)))
            case _:
                apart = (above if rising else self._never) | (below if falling else self._never)
                alike = self._if(rising and falling, Compare(("==",), (left, right)))
                return (alike, apart) if operator == "==" else (apart, alike)

    def _as_it_is(self, condition: Expression, opposite: Expression) -> tuple[Truth, Truth]:
        """The fates of a condition of any form: as it is now, where nothing more can come and no row leaves anything open."""
        known = self.whole and not self.spans.keys() & totals_used(self.topic, condition).keys()
        return self._if(known, condition), self._if(known, opposite)

    def _if(self, known: bool, condition: Expression) -> Truth:  # noqa: FBT001 - read as a sentence: if known, always the condition
        return self._always(condition) if known else self._never

    def _always(self, condition: Expression) -> Truth:
        """Whether a condition that goes one way in each total holds at all values that rows leave open: at the ends of their spans."""
        named = sorted(self.spans.keys() & totals_used(self.topic, condition).keys())
        if 2 ** len(named) > MOST_CORNERS:
            return self._never
        corners = itertools.product(*(self.spans[name] for name in named))
        return reduce(np.logical_and, [self._truth(condition, dict(zip(named, corner, strict=True))) for corner in corners])

    def _truth(self, condition: Expression, more: Mapping[str, float]) -> Truth:
        totals = {name: np.array([[total + more.get(name, 0.0)]]) for name, total in self.totals.items()}
        with np.errstate(all="ignore"):
            return truth_of(holds_in(self.topic, condition, self.scope.plus(totals=totals)), self.count)

    @property
    def _never(self) -> Truth:
        return np.zeros(self.count, dtype=bool)


def _join_fates(fates: Sequence[tuple[Truth, Truth]]) -> tuple[Truth, Truth]:
    """The fates of all of some conditions together."""
    return reduce(np.logical_and, [holds for holds, _ in fates]), reduce(np.logical_or, [fails for _, fails in fates])
