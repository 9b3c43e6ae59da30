"""How a question is read: which expressions it has, its totals on its days, its scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.classes import total_names
from forecast.book.topic import Question, Topic
from forecast.language.arrays import Array
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression, First, Name, is_condition, names_in, streams_in, walk
from forecast.language.ops import NUMPY
from forecast.model.bounds import depends_on_parameters_alone, share_fault, share_quantities, share_values
from forecast.model.clock import years_between
from forecast.model.errors import Unsound, topic_problem
from forecast.model.model import Model, calendar_code, calendars
from forecast.model.record import series_share
from forecast.model.undefined import holds_in
from forecast.model.used_names import expressions_used
from forecast.predict.paths import Paths

CONDITION_CELLS_AT_ONCE = 2**22  # paths times days on which a condition is read in one piece


@dataclass(frozen=True, slots=True)
class FirstHeld:
    """Where the condition of a ``first`` question first holds: the number of the boundary in ``days`` before which it does, ``(paths,)``.

    ``happened`` says on which paths it ever does, and ``first`` is the first day that counts.
    """

    days: tuple[date, ...]
    column: NDArray[np.int64]
    happened: NDArray[np.bool_]
    first: date


def needs_paths(model: Model, question: Question) -> bool:
    """Whether a question's answer depends on a stream's total, or on a calendar step, and so on simulated paths."""
    steps = set(calendars(model.topic))
    used = expressions_used(model.topic, *question.expressions)
    return any(streams_in(expression) or steps & _indexes_in(expression) for expression in used)


def streams_asked(topic: Topic, question: Question, *, condition_alone: bool = False) -> set[str]:
    """Return the streams whose totals a question uses, or the condition of a ``first`` question alone, also through quantities."""
    asked: Sequence[Expression] = question.expressions
    if condition_alone:
        assert isinstance(question.answer, First)
        asked = (question.answer.condition,)
    return {name for expression in expressions_used(topic, *asked) for name in streams_in(expression)}


def window_total(paths: Paths, stream: str, question: Question) -> Array:
    """A stream's total over the days that count for a question."""
    if question.by is None:
        raise ValueError(f"question `{question.name}` uses totals but has no date")
    total = paths.through(stream, question.by)
    return total if question.since is None else total - paths.through(stream, question.since - ONE_DAY)


def find_first_held(question: Question, paths: Paths) -> FirstHeld:
    """Return before which boundary of the days that count the condition of a ``first`` question first holds on each path.

    A condition on totals is read where simulated steps end, one without on every day.
    """
    assert question.by is not None
    days = _boundaries(question, paths)
    first, count = _first_day(question, paths.model), len(paths)
    column, happened = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    at_once = max(1, CONDITION_CELLS_AT_ONCE // count)
    for begin in range(0, len(days), at_once):
        part = days[begin : begin + at_once]
        truth = truth_before(question, paths.model, paths.parameters, part, _window_totals(question, paths, part), count=count, first=first)
        fresh = truth.any(axis=1) & ~happened
        column[fresh] = begin + truth.argmax(axis=1)[fresh]
        happened |= fresh
    return FirstHeld(days, column, happened, first)


def _first_day(question: Question, model: Model) -> date:
    """The first day that counts for a question."""
    return model.topic.opens if question.since is None else question.since


def _boundaries(question: Question, paths: Paths) -> tuple[date, ...]:
    """The days before which the condition of a ``first`` question is read."""
    assert question.by is not None
    if not streams_asked(paths.model.topic, question, condition_alone=True):
        first = min(_first_day(question, paths.model), question.by)
        return tuple(first + timedelta(days=at) for at in range((question.by - first).days + 2))
    first_column = 0 if question.since is None else paths.days.index(question.since)
    return paths.days[first_column : paths.days.index(question.by + ONE_DAY) + 1]


def _window_totals(question: Question, paths: Paths, days: Sequence[date]) -> dict[str, Array]:
    """What counts of each total that the condition of a ``first`` question uses before some boundaries, ``(paths, days)``."""
    topic = paths.model.topic
    asked = [total for stream in streams_asked(topic, question, condition_alone=True) for total in total_names(topic.streams[stream])]
    if not asked:
        return {}
    begin = paths.days.index(days[0])
    counted = {name: paths.totals[name][:, begin : begin + len(days)] for name in asked}
    if question.since is None:
        return counted
    before = paths.days.index(question.since)
    return {name: values - paths.totals[name][:, before : before + 1] for name, values in counted.items()}


def truth_before(
    question: Question,
    model: Model,
    parameters: Mapping[str, NDArray[Any]],
    days: Sequence[date],
    counted: Mapping[str, Array],
    *,
    count: int,
    first: date,
) -> NDArray[np.bool_]:
    """Whether the condition of a ``first`` question holds before each of some days, from what counts of the totals by then, ``(paths, days)``.

    ``first`` is the first day that counts: before it the condition is read as on it, with nothing counted yet.
    """
    assert isinstance(question.answer, First)
    eves = [max(day - ONE_DAY, first) for day in days]
    values: dict[str, Any] = {"t": np.array([[years_between(model.topic.opens, eve) for eve in eves]])}
    values |= {step: np.array([[calendar_code(model.topic, step, eve, eve) for eve in eves]]) for step in calendars(model.topic)}
    scope = model.scope(parameters).plus(totals=counted, values=values)
    return np.broadcast_to(holds_in(model.topic, question.answer.condition, scope, rounded=True), (count, len(days)))


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
            raise Unsound(topic_problem(model.topic, ("questions", question.name), str(error))) from None
        values[name] = model.series_value(name, share.known, share.later_share, scope)
    return scope.plus(values=values)


def _indexes_in(expression: Expression) -> set[str]:
    """Every name that stands in an expression, also as an index."""
    return {node.name for node in walk(expression) if isinstance(node, Name)}


def annulment_probability(question: Question, scope: Scope, model: Model, weights: Array) -> Array | None:
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
        raise Unsound(topic_problem(model.topic, keys, message, "it is the chance that the question is annulled"))
    return chance


def check_shares_asked(question: Question, scope: Scope, model: Model, weights: Array) -> None:
    """Raise ``Unsound`` where a share that a question asks about, through totals or its day, lies outside 0 to 1."""
    named = {name for expression in expressions_used(model.topic, *question.expressions) for name in names_in(expression)}
    for name in share_quantities(model.topic):
        if name in named and not depends_on_parameters_alone(model.topic, name):
            message = share_fault(name, share_values(name, scope), weights, of=f"cases of question `{question.name}`")
            if message:
                raise Unsound(topic_problem(model.topic, ("quantities", name), message))


def truth_of(value: Any, count: int) -> NDArray[np.bool_]:
    """A condition's value as ``(count,)``."""
    return np.broadcast_to(np.asarray(value, dtype=bool), (count, 1))[:, 0]
