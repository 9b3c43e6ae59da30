"""The chance itself by closed form: the probability that a total passes a threshold, on each draw of the parameters.

Where what a stream brings is stationary (``forecast.model.stationary``), all days ahead together have the distribution that the
statement gives an interval of that length, and the chance is one of its tails: no path need be simulated for it.  The ends of its
interval are then quantiles over draws of the parameters, without the noise of paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Question, Stream
from forecast.inference.monte_carlo import ReplicatedCases, quantile, rank_cases
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.language.distributions.family import Family
from forecast.language.evaluate import evaluate
from forecast.language.expressions import Compare, Expression, Total
from forecast.language.ops import NUMPY
from forecast.model.draw_blocks import draw_count
from forecast.model.forward_streams import has_future
from forecast.model.model import Model
from forecast.model.stationary import has_stationary_increments
from forecast.model.steps import needs_of, step_scope
from forecast.model.used_names import series_and_streams_used
from forecast.predict.chance_distribution import DrawnChanceDistribution
from forecast.predict.chance_interval import CHANCE_LEVELS, ChanceInterval
from forecast.predict.paths import next_value
from forecast.predict.questions import with_clocks
from forecast.predict.settlement import certain_totals, open_spans

REVERSED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


@dataclass(frozen=True, slots=True)
class Passing:
    """That the total of a stream of what lies ahead, ``first`` to ``last``, and ``known`` before it, compares with a ``threshold`` as ``operator`` says."""

    stream: Stream
    operator: str
    threshold: Expression
    first: date
    last: date
    known: float


def find_passing(question: Question, model: Model) -> Passing | None:
    """Return what a question asks where its chance has a closed form; None where it has none, or that is not seen."""
    if question.kind != "probability" or question.given is not None or question.annulled is not None or question.by is None:
        return None
    match question.answer:
        case Compare(operators=(operator,), operands=(Total(stream=name, label=""), threshold)) if operator in REVERSED:
            pass
        case Compare(operators=(operator,), operands=(threshold, Total(stream=name, label=""))) if operator in REVERSED:
            operator = REVERSED[operator]
        case _:
            return None
    stream, record = model.topic.streams[name], model.records[name]
    if series_and_streams_used(model.topic, threshold)[1] or not (has_future(stream) and has_stationary_increments(model.topic, stream)):
        return None
    first, last = max(record.through + ONE_DAY, question.since or date.min), question.by
    is_open = record.unknown or open_spans(question, model, name, last)
    if first > last or is_open:
        return None
    return Passing(stream, operator, threshold, first, last, certain_totals(question, model, name, last)[name])


def exact_intervals(
    posterior: Posterior, questions: Sequence[Question], rng: np.random.Generator, *, draws: int
) -> dict[str, ChanceInterval]:
    """Return the intervals of the chances that have a closed form, by the names of their questions, from draws of the parameters."""
    model = posterior.model
    asked = [(question, passing) for question in questions if (passing := find_passing(question, model)) is not None]
    if not asked:
        return {}
    drawn, replicates = posterior.resample_replicates(draws, rng)
    cases = ReplicatedCases(np.full(draws, 1 / draws), replicates, min(draws, posterior.diagnostics.effective_size))
    intervals = {question.name: _exact_interval(chance_of_passing(passing, question, model, drawn), cases) for question, passing in asked}
    return {name: interval for name, interval in intervals.items() if interval is not None}


def chance_of_passing(passing: Passing, question: Question, model: Model, parameters: Mapping[str, NDArray[Any]]) -> Array:
    """Return the chance on each draw of the parameters, ``(draws,)``; NaN where a statement makes no distribution there."""
    kind, arguments = _distribution_ahead(passing, model, parameters)
    threshold = evaluate(passing.threshold, with_clocks(model, question, model.scope(parameters)), NUMPY)
    ahead = np.asarray(threshold, dtype=float) - passing.known
    match passing.operator:
        case ">":
            log_chance = kind.log_between(np.floor(ahead) + 1, np.inf, **arguments)
        case ">=":
            log_chance = kind.log_between(np.ceil(ahead), np.inf, **arguments)
        case "<":
            log_chance = kind.log_between(-np.inf, np.ceil(ahead) - 1, **arguments)
        case _:
            log_chance = kind.log_between(-np.inf, np.floor(ahead), **arguments)
    chances: Array = np.broadcast_to(np.exp(log_chance), (draw_count(parameters), 1))[:, 0]
    return chances


def _exact_interval(chances: Array, cases: ReplicatedCases) -> ChanceInterval | None:
    """The interval of a chance that is known on each of some draws, ``(draws,)``; None where it is no number on one."""
    if not np.isfinite(chances).all():
        return None
    by_rank = rank_cases(chances, cases)
    low, high = (quantile(by_rank, level) for level in CHANCE_LEVELS.tolist())
    distribution = DrawnChanceDistribution(chances, cases.weights, cases.replicates)
    return ChanceInterval((low.value, high.value), (low.error, high.error), distribution)


def _distribution_ahead(passing: Passing, model: Model, parameters: Mapping[str, NDArray[Any]]) -> tuple[Family, dict[str, Any]]:
    """The family and the arguments of all that a stream brings ahead."""
    stream = passing.stream
    needs = needs_of(model, [stream])
    with np.errstate(all="ignore"):
        scope = step_scope(model, [stream], parameters, {}, passing.first, passing.last, needs=needs)
        columns = {name: next_value(stream, name, scope) for name in needs.columns[stream.name]}
        return model.distribution_as_written(stream.value, scope.plus(values=columns) if columns else scope)
