"""Measures: the numbers by which answers are compared.

A probability is measured by itself, a date by the probability that it has
happened by the deadline, shares by each choice, a distribution by its mean.
Each is a ratio of two sums over simulated paths, so it can be weighed anew when
the weights of the paths change, and nothing is simulated again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.answers import Answer, Dates, Distribution, Probability, Shares
from forecast.asking import annulment, truth_by_day, truth_of, window, with_clocks
from forecast.book.topic import Question, Topic
from forecast.future import Paths
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Name
from forecast.model.model import NUMPY, Array
from forecast.model.unsound import Unsound
from forecast.predict.samples import check_defined, check_exclusive, numbers_of
from forecast.settlement import status_of

ROUNDING = 1e-9  # of a number: far above what sums in another order leave, far below what anybody reads


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of one answer; ``label`` names the choice where there are several."""

    question: Question
    label: str

    @property
    def kind(self) -> Literal["probability", "mean"]:
        """Whether it is a probability or a mean in the question's unit."""
        return "mean" if self.question.kind == "distribution" else "probability"


@dataclass(frozen=True, slots=True)
class Cases:
    """Paths as cases of every measure: ``(paths, measures)`` numerators and denominators.

    A measure is the weighted sum of its numerators over that of its
    denominators: 1 everywhere, or 1 where the question's condition holds, times
    the chance that it is not annulled.
    """

    numerators: Array
    denominators: Array

    def values(self, weights: Array | None = None) -> Array:
        """Return each measure, ``(measures,)``, with weights ``(paths,)``; NaN where its condition holds on no path, or its question is not answerable."""
        w = np.ones(len(self.numerators)) if weights is None else weights
        below = w @ self.denominators
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(below > 0, (w @ self.numerators) / below, np.nan)

    def influence(self, weights: Array | None = None) -> Array:
        """Return how far each path moves each measure, ``(paths, measures)``: their sum of squares is the squared error.

        The delta method for a ratio with self-normalised weights (Owen 2013, Monte Carlo theory, methods and examples, 9.2).
        """
        w = np.ones(len(self.numerators)) if weights is None else weights
        below = np.maximum(w @ self.denominators, np.finfo(float).tiny)
        moved: Array = w[:, None] * (self.numerators - np.nan_to_num(self.values(weights)) * self.denominators) / below
        return moved


def unrounded(values: Array, scale: Array) -> Array:
    """Return values with 0 for those that are rounding errors of a difference of numbers as large as ``scale``."""
    return np.where(np.abs(values) <= ROUNDING * np.abs(scale), 0.0, values)


def measures_of(topic: Topic) -> tuple[Measure, ...]:
    """Return the measures of a topic's questions, in their order."""
    return tuple(Measure(question, label) for question in topic.questions.values() for label in _labels(question, topic))


def answered(measures: Sequence[Measure], answers: Mapping[str, Answer]) -> tuple[Measure, ...]:
    """Return the measures of those questions that have an answer."""
    return tuple(measure for measure in measures if answers[measure.question.name].value is not None)


def published_values(answers: Mapping[str, Answer], measures: Sequence[Measure]) -> tuple[Array, Array]:
    """Return each measure as the answers have it, and its Monte Carlo error."""
    found = [_published(answers[measure.question.name], measure.label) for measure in measures]
    return np.array([value for value, _ in found]), np.array([error for _, error in found])


def cases(paths: Paths, measures: Sequence[Measure]) -> Cases:
    """Read every measure's numerator and denominator off simulated paths: 0 everywhere where its question is not answerable on them."""
    numerators, denominators = np.zeros((2, len(paths), len(measures)))
    columns: dict[str, list[int]] = {}
    for column, measure in enumerate(measures):
        columns.setdefault(measure.question.name, []).append(column)
    for its in columns.values():
        with np.errstate(all="ignore"), suppress(Unsound):  # what is no number is looked for
            counted, values = _question_cases(paths, [measures[column] for column in its])
            numerators[:, its], denominators[:, its] = counted[:, None] * values, counted[:, None]
    return Cases(numerators, denominators)


def _question_cases(paths: Paths, measures: Sequence[Measure]) -> tuple[Array, Array]:
    """How much each path counts for one question, ``(paths,)``, and its measures' values on it, ``(paths, measures)``.

    Raises ``Unsound`` where the question is not answerable, as ``answer`` finds it.
    """
    question, count = measures[0].question, len(paths)
    scope = _scope(paths, question)
    check_defined(question, scope, paths.model, np.ones(count), given=True)
    held = np.ones(count, dtype=bool) if question.given is None else truth_of(evaluate(question.given, scope, NUMPY), count)
    check_defined(question, scope, paths.model, held.astype(float))
    counted = _proper(question, paths, scope, held)
    if question.kind == "distribution":
        return counted, numbers_of(question, scope, paths.model, counted)[:, None]
    values = np.stack([_value(measure, paths, scope) for measure in measures], axis=1)
    if question.choices:
        check_exclusive(question, {measure.label: values[:, at] > 0 for at, measure in enumerate(measures)}, paths.model, counted)
    return counted, values


def _proper(question: Question, paths: Paths, scope: Scope, held: NDArray[np.bool_]) -> Array:
    """How much each path counts, ``(paths,)``: that its condition holds and, unless the record has annulled the question, that it is not."""
    counted = held.astype(float)
    chances = annulment(question, scope, paths.model, counted)
    if chances is None or status_of(question, paths.model, paths) == "annulled":
        return counted
    return counted * (1 - chances)


def _labels(question: Question, topic: Topic) -> tuple[str, ...]:
    if question.kind != "shares":
        return ("",)
    if question.choices:
        return tuple(question.choices)
    assert isinstance(question.answer, Name)
    return topic.parameters[question.answer.name].categories


def _published(answer: Answer, label: str) -> tuple[float, float]:
    match answer.value:
        case Probability(value=value, error=error):
            return value, error
        case Distribution(mean=mean, mean_error=error):
            return mean, error
        case Dates(not_by_then=never, error=error):
            return 1 - never, error
        case Shares(values=values, errors=errors):
            return values[label], errors[label]
        case None:
            raise ValueError(f"`{answer.question.name}` has no answer, and so no measure")


def _scope(paths: Paths, question: Question) -> Scope:
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters))
    return scope if question.by is None else scope.plus(totals={name: window(paths, name, question) for name in paths.totals})


def _value(measure: Measure, paths: Paths, scope: Scope) -> Array:
    """One measure's value on each path, 0 or 1, ``(paths,)``."""
    question, count = measure.question, len(paths)
    if question.kind == "date":
        return _happened(question, paths).astype(float)
    if question.choices:
        return truth_of(evaluate(question.choices[measure.label], scope, NUMPY), count).astype(float)
    assert question.answer is not None
    if question.kind == "shares":
        assert isinstance(question.answer, Name)
        code = paths.model.topic.parameters[question.answer.name].categories.index(measure.label)
        return np.broadcast_to(scope.values[question.answer.name][:, 0] == code, (count,)).astype(float)
    return truth_of(evaluate(question.answer, scope, NUMPY), count).astype(float)


def _happened(question: Question, paths: Paths) -> NDArray[np.bool_]:
    """Whether a ``first`` condition has held at the end of any step that counts, ``(paths,)``."""
    happened: NDArray[np.bool_] = truth_by_day(question, paths)[1].any(axis=1)
    return happened


def measured(kind: str, value: Mapping[str, Any]) -> dict[str, float]:
    """Return the measures of an answer's value as reports and the ledger hold it, by label; none of a distribution without a mean.

    Raises ``KeyError`` and ``TypeError`` for a value that has not its kind's form.
    """
    match kind:
        case "probability":
            return {"": float(value["value"])}
        case "distribution":
            return {} if value.get("mean") is None else {"": float(value["mean"])}
        case "date":
            return {"": 1 - float(value["not_by_then"])}
        case _:
            return {str(share["label"]): float(share["value"]) for share in value["shares"]}
