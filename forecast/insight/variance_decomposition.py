"""Split: how much of an answer's doubt is ignorance of the parameters, how much is luck, and which parameters matter.

Two futures drawn apart on the same draw of the parameters share all that the
parameters decide and nothing else, so the covariance of what becomes of a
question in them is the variance that knowing the parameters would take away (Sobol
1993's closed index; the estimator of Janon et al. 2014, doi:10.1051/ps/2013040).
For one parameter the paths are put in bins of its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap

import numpy as np
from numpy.typing import NDArray

from forecast.inference.pymc.tails import is_estimable
from forecast.insight.baseline import THINNING, Baseline
from forecast.language.arrays import Array
from forecast.schema.insight import SplitContent, SplitPart
from forecast.sentences.split_words import missing_variance_note

PARAMETER_BINS = 16
BATCHES = 8  # over which the error of a share is found


def decompose_variance(basis: Baseline) -> list[SplitContent]:
    """Return the split of every measure that is open, varies and has no condition, nor one of annulment."""
    contents: list[SplitContent] = []
    bins: list[_ParameterBins] | None = None
    answers = basis.analysis.result.answers
    for column, measure in enumerate(basis.measures):
        first, second = basis.cases.numerators[::THINNING, column], basis.thin_cases.numerators[:, column]
        its = measure.question
        if its.given is not None or its.annulled is not None or answers[its.name].status != "open" or measure.kind == "median":
            continue
        if first.var() == 0 or second.var() == 0 or not _has_variance(basis, column):
            continue
        bins = _parameter_bins(basis) if bins is None else bins
        values = basis.cases.numerators[:, column]
        known = 1.0 if measure.kind != "probability" or measure.is_share_of_cases else variance_share_of_fraction(values)
        share, error = (known * figure for figure in closed_sobol_index(first, second))
        contents.append(
            {
                "question": measure.question.name,
                "label": measure.label,
                "ignorance": share,
                "error": error,
                "parts": _parts(bins, values, known),
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


def closed_sobol_index(first: Array, second: Array) -> tuple[float, float]:
    """Return the share of a quantity's variance that the parameters decide, and its error, from two futures of each draw, ``(draws,)``."""
    shares = list(starmap(_correlation, zip(np.array_split(first, BATCHES), np.array_split(second, BATCHES), strict=True)))
    error = float(np.std(shares, ddof=1) / np.sqrt(BATCHES))
    return min(max(_correlation(first, second), 0.0), 1.0), error  # a share; noise alone can put its estimate outside


def variance_share_of_fraction(fractions: Array) -> float:
    """Return how much of the variance of one event is that of the fraction which is its probability, ``(paths,)``: the rest is luck.

    ``Var(f) / (p (1 - p))`` with ``p`` the mean of ``f``, by the law of total variance.
    """
    mean = float(fractions.mean())
    return float(fractions.var() / (mean * (1 - mean)))


def first_order_sobol_index(values: Array, bins: NDArray[np.int64]) -> float:
    """Return the share of the variance of ``values`` that knowing the bin takes away, the bins' own noise taken off."""
    counts = np.bincount(bins).astype(float)
    kept = counts > 1
    means = np.bincount(bins, values)[kept] / counts[kept]
    squares = np.bincount(bins, values**2)[kept] / counts[kept]
    weights = counts[kept] / counts[kept].sum()
    between = weights @ (means - weights @ means) ** 2
    noise = weights @ ((squares - means**2) / (counts[kept] - 1)) * (1 - 1 / max(len(means), 2))
    total = values.var()
    return float((between - noise) / total) if total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class _ParameterBins:
    """A parameter, or one of its labels, and the bin of each path by its value, ``(paths,)``."""

    parameter: str
    label: str
    numbers: NDArray[np.int64]


def _parameter_bins(basis: Baseline) -> list[_ParameterBins]:
    return [
        _ParameterBins(
            parameter.name,
            label,
            _bin_numbers(basis.paths.parameters[parameter.name][:, position], categories=bool(parameter.categories)),
        )
        for parameter in basis.model.topic.parameters.values()
        for position, label in enumerate(parameter.labels or ("",))
    ]


def _parts(bins: Sequence[_ParameterBins], values: Array, known: float) -> list[SplitPart]:
    parts: list[SplitPart] = []
    for binned in bins:
        batches = [first_order_sobol_index(values[batch::BATCHES], binned.numbers[batch::BATCHES]) for batch in range(BATCHES)]
        parts.append(
            {
                "parameter": binned.parameter,
                "label": binned.label,
                "share": known * min(max(first_order_sobol_index(values, binned.numbers), 0.0), 1.0),
                "error": known * float(np.std(batches, ddof=1) / np.sqrt(BATCHES)),
            }
        )
    return sorted(parts, key=lambda part: -part["share"])


def _bin_numbers(values: NDArray[np.float64], *, categories: bool) -> NDArray[np.int64]:
    if categories:
        return values.astype(np.int64)
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks * PARAMETER_BINS // len(values)


def _correlation(first: Array, second: Array) -> float:
    """Covariance over variance, with the mean and variance of both futures together."""
    mean = (first.mean() + second.mean()) / 2
    variance = ((first - mean) ** 2 + (second - mean) ** 2).mean() / 2
    return float(((first - mean) * (second - mean)).mean() / variance) if variance > 0 else 0.0
