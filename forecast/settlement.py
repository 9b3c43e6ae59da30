"""Whether the record alone settles a question."""

from __future__ import annotations

from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.asking import expanded, needs_paths, truth_of, with_clocks
from forecast.book.topic import Question, Topic
from forecast.future import Paths
from forecast.language.evaluate import evaluate
from forecast.language.expressions import Binary, Call, Compare, Expression, First, Index, Logic, Name, Number, Total, Unary, streams_in
from forecast.model.classes import totals_before
from forecast.model.clock import ONE_DAY
from forecast.model.model import NUMPY, Model

BOTH_SIGNS = frozenset({"Normal", "StudentT", "Cauchy", "Uniform", "Triangular", "DiscreteUniform"})  # whose totals may fall

type Status = Literal["open", "happened", "can no longer happen", "settled"]


def status_of(question: Question, model: Model, paths: Paths) -> Status:
    """Whether the record alone settles the question: every stream it uses is recorded to its date, or it has come true."""
    if question.by is None or not needs_paths(model, question):
        return "open"
    used = {stream for expression in expanded(model, question) for stream in streams_in(expression)}
    complete = all(stream not in paths.starts or paths.starts[stream] > question.by for stream in used)
    if question.kind not in {"probability", "date"}:
        return "settled" if complete else "open"
    assert question.answer is not None
    condition = question.answer.condition if isinstance(question.answer, First) else question.answer
    lasting = is_lasting(condition, model.topic)
    now = _recorded_truth(condition, question, paths, used)
    if now.all() and (complete or lasting or isinstance(question.answer, First)):
        return "happened"
    never = complete and not now.any() and (lasting or not isinstance(question.answer, First))
    return "can no longer happen" if never else "open"


def _recorded_truth(condition: Expression, question: Question, paths: Paths, used: set[str]) -> NDArray[np.bool_]:
    """Whether a condition holds at the end of the record, for each draw of the parameters."""
    assert question.by is not None
    records = paths.model.records
    recorded = min([question.by, *(paths.starts[name] - ONE_DAY for name in used if name in paths.starts)])
    totals = totals_before(records, recorded + ONE_DAY)
    if question.since is not None:
        earlier = totals_before(records, question.since)
        totals = {name: total - earlier[name] for name, total in totals.items()}
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters))
    return truth_of(evaluate(condition, scope.plus(totals={n: np.array([[v]]) for n, v in totals.items()}), NUMPY), len(paths))


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


def _way(expression: Expression, topic: Topic) -> int | None:
    """Which way a value goes as time passes: 1 up, -1 down, 0 neither, None where that cannot be told."""
    match expression:
        case Number() | Index():
            return 0
        case Name(name=name) if name in topic.quantities:
            return _way(topic.quantities[name].expression, topic)
        case Name(name=name):
            return 0 if name in topic.parameters else None
        case Total(stream=stream):
            return None if topic.streams[stream].value.distribution in BOTH_SIGNS else 1
        case Unary(operator="-" | "+"):
            inner = _way(expression.operand, topic)
            return _turned(inner) if expression.operator == "-" else inner
        case Binary(operator="+"):
            return _joined(_way(expression.left, topic), _way(expression.right, topic))
        case Binary(operator="-"):
            return _joined(_way(expression.left, topic), _turned(_way(expression.right, topic)))
        case Binary(operator="*" | "/", right=Number(value=factor)) if factor > 0:
            return _way(expression.left, topic)
        case Binary(operator="*", left=Number(value=factor)) if factor > 0:
            return _way(expression.right, topic)
        case Call(function="min" | "max"):
            return reduce(_joined, [_way(part, topic) for part in expression.arguments])
        case _:
            return None


def _turned(way: int | None) -> int | None:
    return None if way is None else -way


def _joined(one: int | None, other: int | None) -> int | None:
    """The way of a sum."""
    if one is None or other is None or one * other < 0:
        return None
    return one or other
