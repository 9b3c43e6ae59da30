"""Whether the record alone settles a question."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import row_amount, total_names
from forecast.book.topic import Question, Row, Stream, Topic
from forecast.language.distributions.families import value_kind_of
from forecast.language.distributions.supports import may_be_negative
from forecast.language.expressions import (
    OPPOSITE,
    Binary,
    Call,
    Compare,
    Expression,
    First,
    Index,
    Logic,
    Name,
    Number,
    Total,
    Unary,
    is_condition,
    names_in,
    streams_in,
)
from forecast.model.crossing import crosses, has_events
from forecast.model.model import Model
from forecast.model.record import StreamRecord
from forecast.model.undefined import holds_in
from forecast.model.used_names import quantities_used, series_and_streams_used
from forecast.predict.paths import Paths
from forecast.predict.questions import needs_paths, truth_of, with_clocks

MOST_TRIED = 512  # combinations of open totals
PARTING_OPERATOR: Mapping[int | None, str] = {1: ">", -1: "<", 0: "!="}  # where two sides that part in a direction are never equal again

type Status = Literal["open", "happened", "can no longer happen", "settled", "annulled"]


def status_of(question: Question, model: Model, paths: Paths) -> Status:
    """Whether the record alone settles the question: every stream it uses is recorded to its date, or it has come true.

    Where a row lies across a day from which or before which the question counts, it
    is settled only if it is so however much of the row lies on either side.
    """
    if question.by is None or not needs_paths(model, question):
        return "open"
    if _is_annulled(question, model, paths):
        return "annulled"
    if question.is_fraction:
        return "open"  # its event is in no row
    used = set(series_and_streams_used(model.topic, *question.expressions)[1])
    if not used:
        return "open"  # about a value that drifts, which no record settles
    complete = is_complete(used, question, paths)
    if question.kind not in {"probability", "date"}:
        return "settled" if complete and _is_known(question, model, paths, used) else "open"
    assert question.answer is not None
    condition = question.answer.condition if isinstance(question.answer, First) else question.answer
    lasting = is_lasting(condition, model.topic)
    now, possibly = _recorded_truth(condition, question, paths, used)
    if now.all() and (complete or lasting or isinstance(question.answer, First)):
        return "happened"
    is_first = isinstance(question.answer, First)
    never = complete and not possibly.any() and (lasting or not is_first)
    if not never and not is_first:
        against = failing_condition(condition, model.topic)
        never = against is not None and bool(_recorded_truth(against, question, paths, used)[0].all())
    return "can no longer happen" if never else "open"


def _is_annulled(question: Question, model: Model, paths: Paths) -> bool:
    """Whether the record alone annuls the question: by a condition on totals that holds and must go on to."""
    if question.annulled is None or not is_condition(question.annulled):
        return False
    used = set(series_and_streams_used(model.topic, question.annulled)[1])
    if not used or not (is_complete(used, question, paths) or is_lasting(question.annulled, model.topic)):
        return False
    return bool(_recorded_truth(question.annulled, question, paths, used)[0].all())


def is_complete(streams: Collection[str], question: Question, paths: Paths) -> bool:
    """Return whether streams are recorded to the question's date, without days in between of rows that are not known yet."""
    assert question.by is not None
    records, since = paths.model.records, question.since or date.min
    unknown = {stream for stream in streams if any(first <= question.by and last >= since for first, last in records[stream].unknown)}
    return all(stream not in paths.starts or (paths.starts[stream] > question.by and stream not in unknown) for stream in streams)


def _is_known(question: Question, model: Model, paths: Paths, used: set[str]) -> bool:
    """Whether what a question counts to its date is known, or its choices each hold or not whatever the totals are."""
    assert question.by is not None
    if not any(_open_rows(question, model, name, question.by) for name in used):
        return True
    truths = [_recorded_truth(condition, question, paths, used) for condition in question.choices.values()]
    return bool(truths) and all(now.all() or not possibly.any() for now, possibly in truths)


def _recorded_truth(condition: Expression, question: Question, paths: Paths, used: set[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether a condition certainly holds at the end of the record, and whether it may, for each draw of the parameters.

    Where rows leave totals open, by a range or since they lie across the edge of what is
    counted, totals are tried at all combinations of their values where they are counts and
    few, and otherwise where they are least and where they are most for the condition, which
    tells only of one that follows each of them in one direction.
    """
    assert question.by is not None
    topic, records = paths.model.topic, paths.model.records
    recorded = min([question.by, *(paths.starts[name] - ONE_DAY for name in used if name in paths.starts)])
    totals = {name: total for stream in records for name, total in certain_totals(question, paths.model, stream, recorded).items()}
    spans = {stream: its for stream in sorted(used) if (its := open_spans(question, paths.model, stream, recorded))}
    combinations = _combinations(condition, spans, topic)
    if combinations is None:
        return np.zeros(len(paths), dtype=bool), np.ones(len(paths), dtype=bool)
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters))
    truths = []
    for more in combinations:
        values = {name: np.array([[total + more.get(name, 0.0)]]) for name, total in totals.items()}
        with np.errstate(all="ignore"):  # totals within the record may make no number where those at its end do
            truths.append(truth_of(holds_in(topic, condition, scope.plus(totals=values)), len(paths)))
    return np.all(truths, axis=0), np.any(truths, axis=0)


def _combinations(
    condition: Expression, spans: Mapping[str, Mapping[str, tuple[float, float]]], topic: Topic
) -> list[dict[str, float]] | None:
    """What open totals may add up to: every combination where they are few, else the two that are least and most for the condition.

    None where they are too many, and the condition does not follow each of them in one direction.
    """
    choices = _enumerate_totals(topic, spans)
    if choices is not None:
        return [{name: value for part in chosen for name, value in part.items()} for chosen in itertools.product(*choices)]
    ways = {stream: _direction_of_condition(condition, stream, topic) for stream in spans}
    if None in ways.values():
        return None
    return [
        {name: span[int(most == (ways[stream] != -1))] for stream, its in spans.items() for name, span in its.items()}
        for most in (False, True)
    ]


def certain_totals(question: Question, model: Model, stream: str, until: date) -> dict[str, float]:
    """Return what a question counts of a stream's totals up to a day for sure: rows that leave nothing open."""
    record, since = model.records[stream], question.since
    rows = [
        row
        for row in record.counted_rows
        if row.end <= until and (since is None or row.end >= since) and not _is_open(row, record, since, until)
    ]
    return {name: math.fsum(row_amount(record.stream, row, label) for row in rows) for name, label in total_names(record.stream).items()}


def _open_rows(question: Question, model: Model, stream: str, until: date) -> tuple[Row, ...]:
    """The rows of a stream that leave open how much a question counts up to a day: ranges, and rows across the edge of what is counted."""
    record, since = model.records[stream], question.since
    counted = [row for row in record.counted_rows if row.start <= until and (since is None or row.end >= since)]
    return tuple(row for row in counted if _is_open(row, record, since, until))


def _is_open(row: Row, record: StreamRecord, since: date | None, until: date) -> bool:
    crossing = crosses(row, until + ONE_DAY) or (since is not None and crosses(row, since))
    return row.between is not None or (crossing and has_events(row, record.stream))


def open_spans(question: Question, model: Model, stream: str, until: date) -> dict[str, tuple[float, float]]:
    """Return the least and the largest that open rows add to each total of a stream; empty where there are none."""
    its, since = model.topic.streams[stream], question.since
    spans: dict[str, tuple[float, float]] = {}
    for row in _open_rows(question, model, stream, until):
        inside = row.end <= until and (since is None or row.start >= since)
        for name, label in total_names(its).items():
            low, high = range_ends(row, its) if row.between is not None else (row_amount(its, row, label),) * 2
            if not inside:
                low, high = (-math.inf, math.inf) if may_be_negative(its.value) else (0.0, high)
            before = spans.get(name, (0.0, 0.0))
            spans[name] = before[0] + low, before[1] + high
    return spans


def _enumerate_totals(topic: Topic, spans: Mapping[str, Mapping[str, tuple[float, float]]]) -> list[list[dict[str, float]]] | None:
    """Every value that open totals may have, stream by stream; None where they are not counts, are of classes, or too many."""
    kinds = [value_kind_of(topic.streams[stream].value) for stream in spans]
    if any(kind is None or not kind.is_count for kind in kinds):
        return None
    ends = [its[stream] for stream, its in spans.items()]
    if not all(math.isfinite(end) for pair in ends for end in pair) or math.prod(high - low + 1 for low, high in ends) > MOST_TRIED:
        return None
    return [[{stream: float(value)} for value in range(int(low), int(high) + 1)] for stream, (low, high) in zip(spans, ends, strict=True)]


def range_ends(row: Row, stream: Stream) -> tuple[float, float]:
    """Return the ends of a row's range, the lower not below 0 where the stream's values never are."""
    assert row.between is not None
    return (row.between.low if may_be_negative(stream.value) else max(row.between.low, 0.0)), row.between.high


def _direction_of_condition(condition: Expression, stream: str, topic: Topic) -> int | None:
    """Which way a condition goes as one total grows: 1 may begin to hold, -1 may cease, 0 neither, None where that cannot be determined."""
    match condition:
        case Compare(operators=("<" | "<=" | ">" | ">=" as operator,), operands=(left, right)):
            way = _direction_of_sum(_direction(left, topic, stream), _opposite_direction(_direction(right, topic, stream)))
            return way if operator in {">", ">="} else _opposite_direction(way)
        case Logic():
            return reduce(_direction_of_sum, [_direction_of_condition(part, stream, topic) for part in condition.operands])
        case Unary(operator="not"):
            return _opposite_direction(_direction_of_condition(condition.operand, stream, topic))
        case _:
            return 0 if stream not in streams_in(condition) and not names_in(condition).keys() & topic.quantities.keys() else None


def is_lasting(condition: Expression, topic: Topic) -> bool:
    """Whether a condition that holds goes on holding, since totals of counts and positive amounts only grow.

    False where that cannot be determined from its form.
    """
    match condition:
        case Compare(operators=(operator,), operands=(left, right)):
            way = direction_between(left, right, topic)
            return way == 0 or way == {">": 1, ">=": 1, "<": -1, "<=": -1}.get(operator)
        case Logic():
            return all(is_lasting(part, topic) for part in condition.operands)
        case _:
            return False


def failing_condition(condition: Expression, topic: Topic) -> Expression | None:
    """Return a condition that lasts, and under which another has failed for good; None where none follows from its form."""
    match condition:
        case Compare(operators=(operator,), operands=(left, right)):
            turned = PARTING_OPERATOR.get(direction_between(left, right, topic)) if operator == "==" else OPPOSITE[operator]
            against = None if turned is None else Compare((turned,), (left, right))
            return against if against is not None and is_lasting(against, topic) else None
        case Compare(operators=operators, operands=operands):
            pairs = zip(operators, itertools.pairwise(operands), strict=True)
            return failing_condition(Logic("and", tuple(Compare((operator,), pair) for operator, pair in pairs)), topic)
        case Logic(operator=operator, operands=operands):
            parts = [failing_condition(part, topic) for part in operands]
            failing = tuple(part for part in parts if part is not None)
            if not failing or (operator == "or" and len(failing) < len(parts)):
                return None
            return Logic("or" if operator == "and" else "and", failing) if len(failing) > 1 else failing[0]
        case Unary(operator="not", operand=operand):
            return operand if is_lasting(operand, topic) else None
        case _:
            return None


def direction_between(left: Expression, right: Expression, topic: Topic) -> int | None:
    """Return which way the difference of two values goes as time passes: 1 up, -1 down, 0 neither, None where that cannot be determined."""
    return _direction_of_sum(_direction(left, topic), _opposite_direction(_direction(right, topic)))


def _direction(expression: Expression, topic: Topic, alone: str = "") -> int | None:
    """Which way a value goes as time passes, or as the total of a stream ``alone`` grows: 1 up, -1 down, 0 neither, None if undetermined."""
    known: dict[str, int | None] = {}
    for name in quantities_used(topic, expression):
        known[name] = _direction_given(topic.quantities[name].expression, topic, alone, known)
    return _direction_given(expression, topic, alone, known)


def _direction_given(expression: Expression, topic: Topic, alone: str, known: Mapping[str, int | None]) -> int | None:
    """Which way a value goes, where that of the quantities it uses is known."""
    match expression:
        case Number() | Index():
            return 0
        case Name(name=name) if name in known:
            return known[name]
        case Name(name=name):
            return 0 if name in topic.parameters else None
        case Total(stream=stream):
            if alone:
                return int(stream == alone)
            return None if may_be_negative(topic.streams[stream].value) else 1
        case Unary(operator="-" | "+"):
            inner = _direction_given(expression.operand, topic, alone, known)
            return _opposite_direction(inner) if expression.operator == "-" else inner
        case Binary():
            return _direction_of_operation(expression, topic, alone, known)
        case Call(function="min" | "max"):
            return reduce(_direction_of_sum, [_direction_given(part, topic, alone, known) for part in expression.arguments])
        case _:
            return None


def _direction_of_operation(expression: Binary, topic: Topic, alone: str, known: Mapping[str, int | None]) -> int | None:
    """Which way a sum, a difference, or a multiple goes; for other products and quotients it cannot be determined."""
    left = _direction_given(expression.left, topic, alone, known)
    right = _direction_given(expression.right, topic, alone, known)
    match expression:
        case Binary(operator="+"):
            return _direction_of_sum(left, right)
        case Binary(operator="-"):
            return _direction_of_sum(left, _opposite_direction(right))
        case Binary(operator="*" | "/", right=Number(value=factor)) if factor > 0:
            return left
        case Binary(operator="*", left=Number(value=factor)) if factor > 0:
            return right
        case _:
            return None


def _opposite_direction(way: int | None) -> int | None:
    return None if way is None else -way


def _direction_of_sum(one: int | None, other: int | None) -> int | None:
    """The way of a sum."""
    if one is None or other is None or one * other < 0:
        return None
    return one or other
