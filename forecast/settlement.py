"""Whether the record alone settles a question."""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecast.asking import expanded, needs_paths, truth_of, window, with_clocks
from forecast.book.topic import Question
from forecast.future import Paths
from forecast.language.evaluate import evaluate
from forecast.language.expressions import First, streams_in
from forecast.model.clock import ONE_DAY
from forecast.model.model import NUMPY, Model

type Status = Literal["open", "happened", "can no longer happen", "settled"]


def status_of(question: Question, model: Model, paths: Paths) -> Status:
    """Whether the record alone settles the question: every stream it uses is recorded to its date, or it has come true."""
    if question.by is None or not needs_paths(model, question):
        return "open"
    used = {stream for expression in expanded(model, question) for stream in streams_in(expression)}
    complete = all(stream not in paths.starts or paths.starts[stream] > question.by for stream in used)
    if question.kind not in {"probability", "date"}:
        return "settled" if complete else "open"
    now = _recorded_truth(question, paths, used, complete=complete)
    if now is True:
        return "happened"
    return "can no longer happen" if complete else "open"


def _recorded_truth(question: Question, paths: Paths, used: set[str], *, complete: bool) -> bool:
    """Whether the answer holds on every path already at the end of the record, and stays so to its date."""
    assert question.answer is not None
    assert question.by is not None
    condition = question.answer.condition if isinstance(question.answer, First) else question.answer
    recorded = min([question.by, *(paths.starts[name] - ONE_DAY for name in used if name in paths.starts)])
    earliest = paths.days[0]
    if not complete and recorded < earliest:
        return False
    ends = {name: paths.model.records[name].total_before(recorded + ONE_DAY) for name in paths.totals}
    if question.since is not None:
        ends = {name: total - paths.model.records[name].total_before(question.since) for name, total in ends.items()}
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters))
    now = truth_of(evaluate(condition, scope.plus(totals={n: np.array([[v]]) for n, v in ends.items()}), NUMPY), len(paths))
    then = {name: window(paths, name, question) for name in paths.totals}
    later = truth_of(evaluate(condition, scope.plus(totals=then), NUMPY), len(paths))
    return bool(now.all() and (later.all() or isinstance(question.answer, First)))
