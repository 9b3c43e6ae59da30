"""The weighted cases on which a question is read, and what must be so in those that count for it to have an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.book.files.problems import Problem
from forecast.book.topic import Question
from forecast.inference.monte_carlo import ReplicatedCases, block_replicates
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.language.distributions.domains import FARTHEST_VALUE
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression, First, is_condition
from forecast.language.ops import NUMPY
from forecast.model.bounds import misfit_of_share
from forecast.model.errors import Unsound, topic_problem
from forecast.model.invalid_values import share_as_percent
from forecast.model.model import Model
from forecast.model.undefined import may_be_undefined, undefined_cases
from forecast.predict.paths import Paths
from forecast.predict.questions import needs_paths, window_total, with_clocks

WHERE_UNDEFINED = "it divides by 0 there, or takes a root or a logarithm of what has none; ask first whether it can be worked out, as in `total(a) > 0 and ...`"


@dataclass(frozen=True, slots=True)
class Sample:
    """Weighted cases on which a question is read: paths at its deadline, or draws."""

    scope: Scope
    cases: ReplicatedCases


def sample_of(question: Question, posterior: Posterior, paths: Paths) -> Sample:
    """Return the cases of a question: paths where it depends on what is simulated or asks for a date, else the engine's draws."""
    if question.kind == "date" or needs_paths(posterior.model, question):
        return path_sample(question, paths, posterior)
    return Sample(with_clocks(posterior.model, question, posterior.model.scope(posterior.parameters)), posterior.cases)


def path_sample(question: Question, paths: Paths, posterior: Posterior) -> Sample:
    """Return the cases of a question on simulated paths, whatever it asks about."""
    count = len(paths)
    totals = (
        {} if question.by is None else {name: window_total(paths, name, question) for name in paths.totals}
    )  # only parameters have no day
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters)).plus(totals=totals)
    replicates = block_replicates(count) if paths.replicates is None else paths.replicates
    weights = np.full(count, 1 / count) if paths.weights is None else paths.weights
    size = count if paths.weights is None else 1 / float((weights**2).sum())
    return Sample(scope, ReplicatedCases(weights, replicates, min(size, posterior.diagnostics.effective_size)))


def check_defined(question: Question, scope: Scope, model: Model, weights: Array, *, given: bool = False) -> None:
    """Raise ``Unsound`` where a condition of a question, or with ``given`` that on which it is asked, compares what is no number in a case that counts.

    On the days of a ``first`` time such a condition does not hold yet.
    """
    asked: dict[str, Expression] = (
        {} if question.answer is None or isinstance(question.answer, First) else {question.answer_text: question.answer}
    )
    asked |= {question.choice_texts[label]: condition for label, condition in question.choices.items()}
    asked |= {} if question.annulled is None else {question.annulled_text: question.annulled}
    if given:
        asked = {} if question.given is None else {question.given_text: question.given}
    for text, condition in asked.items():
        if is_condition(condition) and may_be_undefined(model.topic, condition):
            wrong = undefined_cases(condition, scope, len(weights)) & (weights > 0)
            if wrong.any():
                share = share_as_percent(float(weights @ wrong / weights.sum()))
                raise Unsound(question_problem(question, model, f"`{text}` cannot be worked out in {share} of the cases", WHERE_UNDEFINED))


def check_exclusive(question: Question, truths: Mapping[str, NDArray[np.bool_]], model: Model, weights: Array) -> None:
    """Raise ``Unsound`` where two choices hold at once in a case that counts."""
    both = (np.sum([*truths.values()], axis=0) > 1) & (weights > 0)
    if both.any():
        holding = [f"`{label}`" for label, truth in truths.items() if truth[both.argmax()]]
        share = share_as_percent(float(weights @ both / weights.sum()))
        message = f"the choices {holding[0]} and {holding[1]} hold at once in {share} of the cases"
        raise Unsound(question_problem(question, model, message, "choices must exclude each other"))


def numbers_of(question: Question, scope: Scope, model: Model, weights: Array) -> Array:
    """Return the number that a question asks for in each case, ``(cases,)``; raise ``Unsound`` where it is none in one that counts."""
    assert question.answer is not None
    with np.errstate(all="ignore"):
        values: Array = np.broadcast_to(np.asarray(evaluate(question.answer, scope, NUMPY), dtype=float), (len(weights), 1))[:, 0]
    counted = weights > 0
    if not counted.any():
        return np.zeros(len(weights))
    values = np.where(counted | np.isfinite(values), values, values[counted.argmax()])
    wrong = ~np.isfinite(values)
    if wrong.any():
        share = share_as_percent(float(weights @ wrong / weights.sum()))
        raise Unsound(question_problem(question, model, f"`{question.answer_text}` is not a finite number in {share} of the cases"))
    if not (np.abs(values) <= FARTHEST_VALUE).all():
        reached = f"reaches values of {np.abs(values).max():.1g} at some draws, beyond the range of a computer's numbers"
        raise Unsound(question_problem(question, model, f"`{question.answer_text}` {reached}"))
    return values


def fractions_of(question: Question, scope: Scope, model: Model, weights: Array) -> Array:
    """Return the fraction that is the probability of a question's event in each case, ``(cases,)``.

    Raises ``Unsound`` where it is no number from 0 to 1 in a case that counts.
    """
    values = numbers_of(question, scope, model, weights)
    total = float(weights.sum())
    misfit = misfit_of_share(values[:, None], weights / total) if total else None
    if misfit is not None:
        share = share_as_percent(misfit.share)
        message = f"`{question.answer_text}` is outside 0 to 1 in {share} of the cases ({misfit.worst:.4g} at worst)"
        keys = ("questions", question.name, "probability")
        raise Unsound(topic_problem(model.topic, keys, message, "it is the probability of one event; a number is asked for with `answer`"))
    return np.clip(np.where(weights > 0, values, 0.0), 0.0, 1.0)  # of those that count, rounding errors at most


def question_problem(question: Question, model: Model, message: str, hint: str = "") -> Problem:
    """Return a problem placed at a question."""
    return topic_problem(model.topic, ("questions", question.name), message, hint)
