"""How a question is read: which expressions it has, its totals on its days, its scope."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Question
from forecast.future import Paths
from forecast.language.evaluate import Scope
from forecast.language.expressions import Expression, names_in, streams_in
from forecast.model.clock import ONE_DAY, years_between
from forecast.model.evidence import series_share
from forecast.model.model import Array, Model


def needs_paths(model: Model, question: Question) -> bool:
    """Whether a question's answer depends on a stream's total, and so on simulated paths."""
    return any(streams_in(expression) for expression in expanded(model, question))


def expanded(model: Model, question: Question) -> list[Expression]:
    """The question's expressions and those of every quantity they use."""
    found: list[Expression] = []
    waiting = [e for e in (question.answer, question.given, *question.choices.values()) if e is not None]
    seen: set[str] = set()
    while waiting:
        expression = waiting.pop()
        found.append(expression)
        fresh = [name for name in names_in(expression) if name in model.topic.quantities and name not in seen]
        seen.update(fresh)
        waiting.extend(model.topic.quantities[name].expression for name in fresh)
    return found


def window(paths: Paths, stream: str, question: Question) -> Array:
    """A stream's total over the days that count for a question."""
    if question.by is None:
        raise ValueError(f"question `{question.name}` uses totals but has no date")
    total = paths.through(stream, question.by)
    return total if question.since is None else total - paths.through(stream, question.since - ONE_DAY)


def with_clocks(model: Model, question: Question, scope: Scope) -> Scope:
    """Add ``t`` and the series on the question's day."""
    if question.by is None:
        return scope
    values: dict[str, Any] = {"t": np.array([[years_between(model.topic.opens, question.by)]])}
    used = {name for expression in expanded(model, question) for name in names_in(expression)}
    for name in used & set(model.topic.series):
        share = series_share(model.topic.series[name], question.by, question.by, as_of=model.as_of)
        values[name] = model.series_value(name, share.known, share.later_share, scope)
    return scope.plus(values=values)


def truth_of(value: Any, count: int) -> NDArray[np.bool_]:
    """A condition's value as ``(count,)``."""
    return np.broadcast_to(np.asarray(value, dtype=bool), (count, 1))[:, 0]
