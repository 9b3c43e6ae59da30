"""Whether the record alone settles a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.asking import needs_paths, truth_of, with_clocks
from forecast.book.topic import Question, Row, Stream, Topic
from forecast.future import Paths
from forecast.language.distributions.supports import may_be_negative
from forecast.language.evaluate import evaluate
from forecast.language.expressions import (
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
from forecast.model.classes import totals_before
from forecast.model.clock import ONE_DAY
from forecast.model.model import NUMPY, Model, quantities_of, uses

type Status = Literal["open", "happened", "can no longer happen", "settled", "annulled"]


def status_of(question: Question, model: Model, paths: Paths) -> Status:
    """Whether the record alone settles the question: every stream it uses is recorded to its date, or it has come true."""
    if question.by is None or not needs_paths(model, question):
        return "open"
    if _is_annulled(question, model, paths):
        return "annulled"
    used = set(uses(model.topic, *question.expressions)[1])
    if not used:
        return "open"  # about a value that drifts, which no record settles
    complete = _is_complete(used, question, paths)
    if question.kind not in {"probability", "date"}:
        known = not any(_ranges(question, model, stream, question.by) for stream in used)
        return "settled" if complete and known else "open"
    assert question.answer is not None
    condition = question.answer.condition if isinstance(question.answer, First) else question.answer
    lasting = is_lasting(condition, model.topic)
    now, possibly = _recorded_truth(condition, question, paths, used)
    if now.all() and (complete or lasting or isinstance(question.answer, First)):
        return "happened"
    never = complete and not possibly.any() and (lasting or not isinstance(question.answer, First))
    return "can no longer happen" if never else "open"


def _is_annulled(question: Question, model: Model, paths: Paths) -> bool:
    """Whether the record alone annuls the question: by a condition on totals that holds and must go on to."""
    if question.annulled is None or not is_condition(question.annulled):
        return False
    used = set(uses(model.topic, question.annulled)[1])
    if not used or not (_is_complete(used, question, paths) or is_lasting(question.annulled, model.topic)):
        return False
    return bool(_recorded_truth(question.annulled, question, paths, used)[0].all())


def _is_complete(streams: Iterable[str], question: Question, paths: Paths) -> bool:
    """Whether streams are recorded to the question's date."""
    assert question.by is not None
    return all(stream not in paths.starts or paths.starts[stream] > question.by for stream in streams)


def _recorded_truth(condition: Expression, question: Question, paths: Paths, used: set[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether a condition certainly holds at the end of the record, and whether it may, for each draw of the parameters.

    Where the record has ranges, totals are tried where they are least and where they are most
    for the condition, which tells only of one that follows each of them in one direction.
    """
    assert question.by is not None
    records = paths.model.records
    recorded = min([question.by, *(paths.starts[name] - ONE_DAY for name in used if name in paths.starts)])
    totals = totals_before(records, recorded + ONE_DAY)
    if question.since is not None:
        earlier = totals_before(records, question.since)
        totals = {name: total - earlier[name] for name, total in totals.items()}
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters))
    topic = paths.model.topic
    ranged = {name: rows for name in sorted(used) if (rows := _ranges(question, paths.model, name, recorded))}
    ways = {name: _turns(condition, name, topic) for name in ranged}
    if None in ways.values():
        return np.zeros(len(paths), dtype=bool), np.ones(len(paths), dtype=bool)
    found = []
    for most in (False, True) if ranged else (True,):
        at = {
            name: sum(ends_of(row, topic.streams[name])[int(most == (ways[name] != -1))] for row in rows) for name, rows in ranged.items()
        }
        values = {name: np.array([[total + at.get(name, 0.0)]]) for name, total in totals.items()}
        found.append(truth_of(evaluate(condition, scope.plus(totals=values), NUMPY), len(paths)))
    return np.all(found, axis=0), np.any(found, axis=0)


def _ranges(question: Question, model: Model, stream: str, until: date) -> tuple[Row, ...]:
    """The rows of a stream that a question counts up to a day and of which only a range is known."""
    since = question.since
    return tuple(row for row in model.records[stream].ranges if row.end <= until and (since is None or row.end >= since))


def ends_of(row: Row, stream: Stream) -> tuple[float, float]:
    """Return the ends of a row's range, the lower not below 0 where the stream's values never are."""
    assert row.between is not None
    return (row.between.low if may_be_negative(stream.value) else max(row.between.low, 0.0)), row.between.high


def _turns(condition: Expression, stream: str, topic: Topic) -> int | None:
    """Which way a condition goes as one total grows: 1 may begin to hold, -1 may cease, 0 neither, None where that cannot be told."""
    match condition:
        case Compare(operators=("<" | "<=" | ">" | ">=" as operator,), operands=(left, right)):
            way = _joined(_way(left, topic, stream), _turned(_way(right, topic, stream)))
            return way if operator in {">", ">="} else _turned(way)
        case Logic():
            return reduce(_joined, [_turns(part, stream, topic) for part in condition.operands])
        case Unary(operator="not"):
            return _turned(_turns(condition.operand, stream, topic))
        case _:
            return 0 if stream not in streams_in(condition) and not names_in(condition).keys() & topic.quantities.keys() else None


def is_lasting(condition: Expression, topic: Topic) -> bool:
    """Whether a condition that holds goes on holding, since totals of counts and positive amounts only grow.

    False where that cannot be told from its form.
    """
    match condition:
        case Compare(operators=(operator,), operands=(left, right)):
            way = _joined(_way(left, topic), _turned(_way(right, topic)))
            return way == 0 or way == {">": 1, ">=": 1, "<": -1, "<=": -1}.get(operator)
        case Logic():
            return all(is_lasting(part, topic) for part in condition.operands)
        case _:
            return False


def _way(expression: Expression, topic: Topic, alone: str = "") -> int | None:
    """Which way a value goes as time passes, or as the total of a stream ``alone`` grows: 1 up, -1 down, 0 neither, None where that cannot be told."""
    known: dict[str, int | None] = {}
    for name in quantities_of(topic, expression):
        known[name] = _way_given(topic.quantities[name].expression, topic, alone, known)
    return _way_given(expression, topic, alone, known)


def _way_given(expression: Expression, topic: Topic, alone: str, known: Mapping[str, int | None]) -> int | None:
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
            inner = _way_given(expression.operand, topic, alone, known)
            return _turned(inner) if expression.operator == "-" else inner
        case Binary(operator="+"):
            return _joined(_way_given(expression.left, topic, alone, known), _way_given(expression.right, topic, alone, known))
        case Binary(operator="-"):
            return _joined(_way_given(expression.left, topic, alone, known), _turned(_way_given(expression.right, topic, alone, known)))
        case Binary(operator="*" | "/", right=Number(value=factor)) if factor > 0:
            return _way_given(expression.left, topic, alone, known)
        case Binary(operator="*", left=Number(value=factor)) if factor > 0:
            return _way_given(expression.right, topic, alone, known)
        case Call(function="min" | "max"):
            return reduce(_joined, [_way_given(part, topic, alone, known) for part in expression.arguments])
        case _:
            return None


def _turned(way: int | None) -> int | None:
    return None if way is None else -way


def _joined(one: int | None, other: int | None) -> int | None:
    """The way of a sum."""
    if one is None or other is None or one * other < 0:
        return None
    return one or other
