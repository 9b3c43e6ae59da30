"""Split: how much of an answer's doubt is ignorance of the parameters, how much is luck, and which parameters matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from forecast.inference.pymc.tails import is_estimable
from forecast.insight.baseline import THINNING, Baseline
from forecast.insight.sobol_indices import (
    LocalPolynomials,
    closed_sobol_index,
    first_order_sobol_index,
    local_polynomials,
    number_draws,
    order_indices,
)
from forecast.language.arrays import Array
from forecast.schema.insight import SplitContent, SplitPart
from forecast.sentences.split_words import missing_variance_note


def decompose_variance(basis: Baseline) -> list[SplitContent]:
    """Return the split of every measure that is open, varies and has no condition, nor one of annulment."""
    contents: list[SplitContent] = []
    fitted: list[_FittedParameter] | None = None
    answers = basis.analysis.result.answers
    for column, measure in enumerate(basis.measures):
        first, second = basis.cases.numerators[::THINNING, column], basis.thin_cases.numerators[:, column]
        its = measure.question
        if its.given is not None or its.annulled is not None or answers[its.name].status != "open" or measure.kind == "median":
            continue
        if first.var() == 0 or second.var() == 0 or not _has_variance(basis, column):
            continue
        fitted = _fitted_parameters(basis) if fitted is None else fitted
        values = basis.cases.numerators[:, column]
        known = 1.0 if measure.kind != "probability" or measure.is_share_of_cases else variance_share_of_fraction(values)
        whole, parts = closed_sobol_index(first, second), [first_order_sobol_index(values, each.polynomials) for each in fitted]
        if len(parts) == 1:  # all that there is to know: two estimates of one figure, of which the more exact stands for both
            whole = min(whole, *parts, key=itemgetter(1))
            parts = [whole]
        (share, error), parts = order_indices(whole, parts)
        contents.append(
            {
                "question": measure.question.name,
                "label": measure.label,
                "ignorance": known * share,
                "error": known * error,
                "parts": _parts(fitted, parts, known),
            }
        )
    return contents


def missing_variance_notes(basis: Baseline) -> list[str]:
    """Return a sentence for each number whose doubt cannot be split, since its variance cannot be estimated from the draws."""
    return [
        missing_variance_note(measure.question.name)
        for column, measure in enumerate(basis.measures)
        if measure.kind == "mean" and not _has_variance(basis, column)
    ]


def _has_variance(basis: Baseline, column: int) -> bool:
    """Whether the variance of a measure can be estimated: always of a chance."""
    if basis.measures[column].kind == "probability":
        return True
    values = basis.cases.numerators[:, column]
    return is_estimable(values, np.ones(len(values)), power=2)


def variance_share_of_fraction(fractions: Array) -> float:
    """Return how much of the variance of one event is that of the fraction which is its probability, ``(paths,)``: the rest is luck.

    ``Var(f) / (p (1 - p))`` with ``p`` the mean of ``f``, by the law of total variance.
    """
    mean = float(fractions.mean())
    return float(fractions.var() / (mean * (1 - mean)))


@dataclass(frozen=True, slots=True)
class _FittedParameter:
    """A parameter, or one of its labels, and what may be fitted given its value."""

    parameter: str
    label: str
    polynomials: LocalPolynomials


def _fitted_parameters(basis: Baseline) -> list[_FittedParameter]:
    parameters = basis.model.topic.parameters
    if not parameters:  # all doubt is luck
        return []
    draws = number_draws({name: basis.paths.parameters[name] for name in parameters})
    return [
        _FittedParameter(
            parameter.name,
            label,
            local_polynomials(basis.paths.parameters[parameter.name][:, position], draws, categories=bool(parameter.categories)),
        )
        for parameter in parameters.values()
        for position, label in enumerate(parameter.labels or ("",))
    ]


def _parts(fitted: Sequence[_FittedParameter], shares: Sequence[tuple[float, float]], known: float) -> list[SplitPart]:
    parts: list[SplitPart] = [
        {"parameter": its.parameter, "label": its.label, "share": known * min(max(share, 0.0), 1.0), "error": known * error}
        for its, (share, error) in zip(fitted, shares, strict=True)
    ]
    return sorted(parts, key=lambda part: -part["share"])
