"""How a question is read: which expressions it has, its totals on its days, its scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Question, Topic
from forecast.future import Paths
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression, First, Name, is_condition, names_in, streams_in, walk
from forecast.model.bounds import depends_on_parameters_alone, share_fault, share_values, shares
from forecast.model.clock import ONE_DAY, years_between
from forecast.model.evidence import series_share
from forecast.model.model import NUMPY, Array, Model, calendar_code, calendars, expressions_used
from forecast.model.unsound import Unsound, at_topic

CELLS_AT_ONCE = 2**22  # paths times days on which a condition is read in one piece


def needs_paths(model: Model, question: Question) -> bool:
    """Whether a question's answer depends on a stream's total, or on a calendar step, and so on simulated paths."""
    steps = set(calendars(model.topic))
    used = expressions_used(model.topic, *question.expressions)
    return any(streams_in(expression) or steps & _indexes_in(expression) for expression in used)


def streams_asked(topic: Topic, question: Question) -> set[str]:
    """Return the streams whose totals a question uses, also through quantities."""
    return {name for expression in expressions_used(topic, *question.expressions) for name in streams_in(expression)}


def window(paths: Paths, stream: str, question: Question) -> Array:
    """A stream's total over the days that count for a question."""
    if question.by is None:
        raise ValueError(f"question `{question.name}` uses totals but has no date")
    total = paths.through(stream, question.by)
    return total if question.since is None else total - paths.through(stream, question.since - ONE_DAY)


def truth_by_day(question: Question, paths: Paths) -> tuple[tuple[date, ...], NDArray[np.bool_]]:
    """The boundaries of the steps that count for a ``first`` question, and whether its condition holds before each, ``(paths, boundaries)``."""
    assert question.by is not None
    first = 0 if question.since is None else paths.days.index(question.since)
    last = paths.days.index(question.by + ONE_DAY)
    days = paths.days[first : last + 1]
    at_once = max(1, CELLS_AT_ONCE // len(paths))
    parts = [_truth_of_days(question, paths, first, *span) for span in _spans(first, last + 1, at_once)]
    return days, parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _spans(first: int, last: int, size: int) -> list[tuple[int, int]]:
    return [(begin, min(begin + size, last)) for begin in range(first, last, size)]


def _truth_of_days(question: Question, paths: Paths, first: int, begin: int, end: int) -> NDArray[np.bool_]:
    """Whether the condition of a ``first`` question, on totals from the boundary ``first`` on, holds before the boundaries ``begin`` to ``end``, ``(paths, end - begin)``."""
    model, days = paths.model, paths.days[begin:end]
    counted = {name: values[:, begin:end] for name, values in paths.totals.items()}
    if question.since is not None:
        counted = {name: values - paths.totals[name][:, first : first + 1] for name, values in counted.items()}
    return truth_before(question, model, paths.parameters, days, counted, count=len(paths))


def truth_before(
    question: Question,
    model: Model,
    parameters: Mapping[str, NDArray[Any]],
    days: Sequence[date],
    counted: Mapping[str, Array],
    *,
    count: int,
) -> NDArray[np.bool_]:
    """Whether the condition of a ``first`` question holds before each of some days, from what counts of the totals by then, ``(paths, days)``."""
    assert isinstance(question.answer, First)
    eves = [max(day - ONE_DAY, model.topic.opens) for day in days]
    values: dict[str, Any] = {"t": np.array([[years_between(model.topic.opens, day - ONE_DAY) for day in days]])}
    values |= {step: np.array([[calendar_code(model.topic, step, eve, eve) for eve in eves]]) for step in calendars(model.topic)}
    scope = model.scope(parameters).plus(totals=counted, values=values)
    return np.broadcast_to(evaluate(question.answer.condition, scope, NUMPY), (count, len(days)))


def with_clocks(model: Model, question: Question, scope: Scope) -> Scope:
    """Add ``t`` and the series on the question's day."""
    if question.by is None:
        return scope
    values: dict[str, Any] = {"t": np.array([[years_between(model.topic.opens, question.by)]])}
    values |= {step: np.array([[calendar_code(model.topic, step, question.by, question.by)]]) for step in calendars(model.topic)}
    used = {name for expression in expressions_used(model.topic, *question.expressions) for name in names_in(expression)}
    for name in used & set(model.topic.series):
        try:
            share = series_share(model.topic.series[name], question.by, question.by, as_of=model.as_of)
        except LookupError as error:
            raise Unsound(at_topic(model.topic, ("questions", question.name), str(error))) from None
        values[name] = model.series_value(name, share.known, share.later_share, scope)
    return scope.plus(values=values)


def _indexes_in(expression: Expression) -> set[str]:
    """Every name that stands in an expression, also as an index."""
    return {node.name for node in walk(expression) if isinstance(node, Name)}


def annulment(question: Question, scope: Scope, model: Model, weights: Array) -> Array | None:
    """The probability of annulment in each case, 0 or 1 where it is a condition, ``(cases,)``; None where the question has none.

    Raises ``Unsound`` where it is no probability in a case that has weight.
    """
    if question.annulled is None:
        return None
    count = len(weights)
    value = evaluate(question.annulled, scope, NUMPY)
    if is_condition(question.annulled):
        return truth_of(value, count).astype(float)
    chance: Array = np.broadcast_to(np.asarray(value, dtype=float), (count, 1))[:, 0]
    wrong = ~((chance >= 0) & (chance <= 1)) & (weights > 0)
    if wrong.any():
        message = f"`{question.annulled_text}` is {chance[wrong][0]:.4g} at some draws, which is no probability"
        keys = ("questions", question.name, "annulled")
        raise Unsound(at_topic(model.topic, keys, message, "it is the chance that the question is annulled"))
    return chance


def check_shares_asked(question: Question, scope: Scope, model: Model, weights: Array) -> None:
    """Raise ``Unsound`` where a share that a question asks about, through totals or its day, lies outside 0 to 1."""
    named = {name for expression in expressions_used(model.topic, *question.expressions) for name in names_in(expression)}
    for name in shares(model.topic):
        if name in named and not depends_on_parameters_alone(model.topic, name):
            message = share_fault(name, share_values(name, scope), weights, of=f"cases of question `{question.name}`")
            if message:
                raise Unsound(at_topic(model.topic, ("quantities", name), message))


def truth_of(value: Any, count: int) -> NDArray[np.bool_]:
    """A condition's value as ``(count,)``."""
    return np.broadcast_to(np.asarray(value, dtype=bool), (count, 1))[:, 0]
