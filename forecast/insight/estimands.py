"""Measures: the numbers by which answers are compared.

A probability is measured by itself, a date by the probability that it has
happened by the deadline, shares by each choice, a distribution by its mean or,
where that cannot be estimated, its median.  Each is read off simulated paths as cases
with weights, so it can be weighed anew when the weights of the paths change, and
nothing is simulated again.

Which of the two stands for a number is known only when everything has been computed: a wider prior
may have no mean where the published one has.  So both are measured, ``with_medians``, and
``insight.chosen`` leaves one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Question, Topic
from forecast.insight.weighed_cases import Cases, rank_paths
from forecast.language.arrays import Array
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Name
from forecast.language.ops import NUMPY
from forecast.model.errors import Unsound
from forecast.predict.answers import Answer, Dates, Probability, Shares
from forecast.predict.distribution import Distribution
from forecast.predict.paths import Paths
from forecast.predict.questions import annulment_probability, find_first_held, truth_of, window_total, with_clocks
from forecast.predict.samples import check_defined, check_exclusive, fractions_of, numbers_of
from forecast.predict.settlement import status_of

MEDIAN_INDEX = 2  # the median among the published quantiles
RELATIVE_ROUNDING_ERROR = 1e-9  # of a number: far above what sums in another order leave, far below what anybody reads


type MeasureKind = Literal["probability", "mean", "median"]
type MeasureKey = tuple[str, str, MeasureKind]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of one answer; ``label`` names the choice where there are several, ``number`` what stands for a distribution."""

    question: Question
    label: str
    number: Literal["mean", "median"] = "mean"

    @property
    def kind(self) -> MeasureKind:
        """Whether it is a probability, or a mean or median in the question's unit."""
        return self.number if self.question.kind == "distribution" else "probability"

    @property
    def is_share_of_cases(self) -> bool:
        """Whether it is the share of the cases in which something holds, and not the mean of a fraction or a number."""
        return self.kind == "probability" and not self.question.is_fraction

    @property
    def key(self) -> MeasureKey:
        """What it is found by: its question, label and kind."""
        return self.question.name, self.label, self.kind


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A measure as it was published, and its Monte Carlo error (0 where none was stated)."""

    value: float
    error: float


def zero_rounding_errors(values: Array, scale: Array) -> Array:
    """Return values with 0 for those that are rounding errors of a difference of numbers as large as ``scale``."""
    return np.where(np.abs(values) <= RELATIVE_ROUNDING_ERROR * np.abs(scale), 0.0, values)


def certain_but_for_rounding(values: Array) -> Array:
    """Return values with 1 for those that rounding errors alone keep from it: the sum of all weights, where every path agrees."""
    return np.where(np.abs(values - 1) <= RELATIVE_ROUNDING_ERROR, 1.0, values)


def measures_of(topic: Topic) -> tuple[Measure, ...]:
    """Return the measures of a topic's questions, in their order."""
    return tuple(Measure(question, label) for question in topic.questions.values() for label in _labels(question, topic))


def answered_measures(measures: Sequence[Measure], answers: Mapping[str, Answer]) -> tuple[Measure, ...]:
    """Return the measures of those questions that have an answer."""
    return tuple(measure for measure in measures if answers[measure.question.name].value is not None)


def with_medians(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Return the measures and, after all of them, the median of each mean."""
    return (*measures, *(replace(measure, number="median") for measure in measures if measure.kind == "mean"))


def is_known(values: Array, measures: Sequence[Measure]) -> bool:
    """Whether a condition holds on some path wherever there is one, given values of the measures ``(measures,)``: a mean may not be estimable."""
    return bool(np.isfinite(values[[measure.kind != "mean" for measure in measures]]).all())


def published_values(answers: Mapping[str, Answer], measures: Sequence[Measure]) -> tuple[Array, Array]:
    """Return each measure as the answers have it, and its Monte Carlo error; NaN for a mean that is not published."""
    published = [_published_value(answers[measure.question.name], measure) for measure in measures]
    return np.array([value for value, _ in published]), np.array([error for _, error in published])


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
    numbers = {name: its for name, its in columns.items() if measures[its[0]].kind in {"mean", "median"}}
    by_question = {name: rank_paths(numerators[:, its[0]], denominators[:, its[0]]) for name, its in numbers.items()}
    means, medians = (
        {column: by_question[measure.question.name] for column, measure in enumerate(measures) if measure.kind == kind}
        for kind in ("mean", "median")
    )
    return Cases(numerators, denominators, means, medians)


def _question_cases(paths: Paths, measures: Sequence[Measure]) -> tuple[Array, Array]:
    """How much each path counts for one question, ``(paths,)``, and its measures' values on it, ``(paths, measures)``.

    Raises ``Unsound`` where the question is not answerable, as ``answer`` finds it.
    """
    question, count = measures[0].question, len(paths)
    scope = _scope(paths, question)
    check_defined(question, scope, paths.model, np.ones(count), given=True)
    held = np.ones(count, dtype=bool) if question.given is None else truth_of(evaluate(question.given, scope, NUMPY), count)
    check_defined(question, scope, paths.model, held.astype(float))
    counted = _path_weights(question, paths, scope, held)
    if question.kind == "distribution":
        return counted, numbers_of(question, scope, paths.model, counted)[:, None]
    if question.is_fraction:
        return counted, fractions_of(question, scope, paths.model, counted)[:, None]
    values = np.stack([_value(measure, paths, scope) for measure in measures], axis=1)
    if question.choices:
        check_exclusive(question, {measure.label: values[:, at] > 0 for at, measure in enumerate(measures)}, paths.model, counted)
    return counted, values


def _path_weights(question: Question, paths: Paths, scope: Scope, held: NDArray[np.bool_]) -> Array:
    """How much each path counts, ``(paths,)``: that its condition holds and, unless the record has annulled the question, that it is not."""
    counted = held.astype(float)
    chances = annulment_probability(question, scope, paths.model, counted)
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


def _published_value(answer: Answer, measure: Measure) -> tuple[float, float]:
    match answer.value:
        case Distribution(quantiles=quantiles, quantile_errors=errors) if measure.kind == "median":
            return quantiles[MEDIAN_INDEX], errors[MEDIAN_INDEX]
        case Probability(value=value, error=error):
            return value, error
        case Distribution(mean=mean, mean_error=error):
            return (np.nan, np.nan) if mean is None or error is None else (mean, error)
        case Dates(not_by_then=never, error=error):
            return 1 - never, error
        case Shares(values=values, errors=errors):
            return values[measure.label], errors[measure.label]
        case None:
            raise ValueError(f"`{answer.question.name}` has no answer, and so no measure")


def _scope(paths: Paths, question: Question) -> Scope:
    scope = with_clocks(paths.model, question, paths.model.scope(paths.parameters))
    return scope if question.by is None else scope.plus(totals={name: window_total(paths, name, question) for name in paths.totals})


def _value(measure: Measure, paths: Paths, scope: Scope) -> Array:
    """One measure's value on each path, 0 or 1, ``(paths,)``."""
    question, count = measure.question, len(paths)
    if question.kind == "date":
        return _has_happened(question, paths).astype(float)
    if question.choices:
        return truth_of(evaluate(question.choices[measure.label], scope, NUMPY), count).astype(float)
    assert question.answer is not None
    if question.kind == "shares":
        assert isinstance(question.answer, Name)
        code = paths.model.topic.parameters[question.answer.name].categories.index(measure.label)
        return np.broadcast_to(scope.values[question.answer.name][:, 0] == code, (count,)).astype(float)
    return truth_of(evaluate(question.answer, scope, NUMPY), count).astype(float)


def _has_happened(question: Question, paths: Paths) -> NDArray[np.bool_]:
    """Whether a ``first`` condition has held at the end of any step that counts, ``(paths,)``."""
    return find_first_held(question, paths).happened


def stated_measures(question: str, kind: str, value: Mapping[str, Any]) -> dict[MeasureKey, StatedValue]:
    """Return the measures of an answer's value as reports and the ledger hold it, with their errors, by their keys.

    A mean that was not published is not there.  Raises ``KeyError`` and ``TypeError`` for a value that has not its kind's form.
    """
    match kind:
        case "probability":
            return {(question, "", "probability"): StatedValue(float(value["value"]), _error(value.get("error")))}
        case "distribution":
            stated: dict[MeasureKey, StatedValue] = {}
            if value.get("mean") is not None:
                stated[question, "", "mean"] = StatedValue(float(value["mean"]), _error(value.get("mean_error")))
            if "quantiles" in value:
                error = value["errors"][MEDIAN_INDEX] if "errors" in value else None
                stated[question, "", "median"] = StatedValue(float(value["quantiles"][MEDIAN_INDEX]), _error(error))
            return stated
        case "date":
            return {(question, "", "probability"): StatedValue(1 - float(value["not_by_then"]), _error(value.get("error")))}
        case _:
            return {
                (question, str(share["label"]), "probability"): StatedValue(float(share["value"]), _error(share.get("error")))
                for share in value["shares"]
            }


def _error(error: float | None) -> float:
    return 0.0 if error is None else float(error)
