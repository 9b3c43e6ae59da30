"""How much of the doubt of a mixed answer is which variant is right, how much its parameters, and how much luck.

By the law of total variance, what the variants' own answers differ by is the part of structure; within each the split is that of
``insight.variance_decomposition``, and counts by the variant's weight and variance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.inference.monte_carlo import REPLICATES
from forecast.insight.baseline import Baseline
from forecast.insight.estimands import Measure
from forecast.insight.variance_decomposition import decompose_variance
from forecast.language.arrays import Array
from forecast.schema.insight import SplitContent, SplitPart


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One measure under one variant: its weight, mean and variance with their errors, and the split of the variance, if there is any.

    ``together`` is the correlation of the errors of mean and variance: of what is skewed, both are too large at once.
    """

    weight: float
    weight_error: float
    mean: float
    error: float
    variance: float
    variance_error: float
    together: float
    split: SplitContent | None


def decompose_mixed_variance(
    measures: Sequence[Measure], bases: Mapping[str, Baseline], weights: Mapping[str, float], errors: Mapping[str, float]
) -> list[SplitContent]:
    """Return the split of every measure that is split under some variant, given the weights, which add up to 1, and their errors.

    A measure whose variance is not known under one variant has none.
    """
    splits = {name: {(split["question"], split["label"]): split for split in decompose_variance(basis)} for name, basis in bases.items()}
    contents: list[SplitContent] = []
    for measure in measures:
        key = (measure.question.name, measure.label)
        if measure.kind == "median" or not any(key in its for its in splits.values()):
            continue
        doubts = [_doubt(measure, basis, splits[name].get(key), weights[name], errors[name]) for name, basis in bases.items()]
        if all(doubt.split is not None or doubt.variance == 0 for doubt in doubts):
            contents.append(_mixed_split(measure, doubts))
    return contents


def _doubt(measure: Measure, basis: Baseline, split: SplitContent | None, weight: float, weight_error: float) -> _Doubt:
    column = [its.key for its in basis.measures].index(measure.key)
    mean = float(basis.values[column])
    error = float(np.nan_to_num(basis.errors[column]))
    if measure.kind == "probability":
        return _Doubt(weight, weight_error, mean, error, mean * (1 - mean), abs(1 - 2 * mean) * error, float(np.sign(1 - 2 * mean)), split)
    values = basis.cases.numerators[:, column]
    return _Doubt(weight, weight_error, mean, error, float(values.var()), *_variance_error(values), split)


def _variance_error(values: Array) -> tuple[float, float]:
    """The error of a variance, from blocks of paths, and its correlation with that of the mean: Cov(mean, variance) = E[(x - mean)³] / n."""
    error = float(np.std([block.var() for block in np.array_split(values, REPLICATES)], ddof=1) / np.sqrt(REPLICATES))
    away = values - values.mean()
    spread = float(np.sqrt(away.var() * (away**2).var()))
    return error, float((away**3).mean()) / spread if spread > 0 else 0.0


def _mixed_split(measure: Measure, doubts: Sequence[_Doubt]) -> SplitContent:
    """The split, with the errors of each variant's share, answer, variance and weight in it (the delta method)."""
    weight = np.array([doubt.weight for doubt in doubts])
    mean = np.array([doubt.mean for doubt in doubts])
    away = mean - weight @ mean
    between = float(weight @ away**2)
    variance = np.array([doubt.variance for doubt in doubts])
    within_all = float(weight @ variance)
    total = between + within_all
    structure = between / total
    errors = np.array([(doubt.error, doubt.variance_error, doubt.together, doubt.weight_error) for doubt in doubts]).T
    of_means = 2 * weight * away * (1 - structure) * errors[0] / total
    of_variances = -structure * weight * errors[1] / total
    of_weights = (away**2 * (1 - structure) - structure * (variance - within_all)) * errors[3] / total
    structure_error = float(np.sqrt((of_means**2 + 2 * errors[2] * of_means * of_variances + of_variances**2 + of_weights**2).sum()))
    within, within_error = _sum([(_share(doubt, total), doubt.split["ignorance"], doubt.split["error"]) for doubt in doubts if doubt.split])
    return {
        "question": measure.question.name,
        "label": measure.label,
        "ignorance": min(structure + within, 1.0),
        "error": float(np.hypot(structure_error, within_error)),
        "structure": structure,
        "structure_error": structure_error,
        "parts": _mixed_parts(doubts, total),
    }


def _mixed_parts(doubts: Sequence[_Doubt], total: float) -> list[SplitPart]:
    """What would go if one parameter were known, under whichever variant is right."""
    counted: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for doubt in doubts:
        for part in doubt.split["parts"] if doubt.split else ():
            counted.setdefault((part["parameter"], part["label"]), []).append((_share(doubt, total), part["share"], part["error"]))
    parts: list[SplitPart] = []
    for (parameter, label), its in counted.items():
        share, error = _sum(its)
        parts.append({"parameter": parameter, "label": label, "share": share, "error": error})
    return sorted(parts, key=lambda part: -part["share"])


def _share(doubt: _Doubt, total: float) -> float:
    return doubt.weight * doubt.variance / total


def _sum(counted: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """The sum of shares, each counting so much, and its error."""
    return float(sum(count * share for count, share, _ in counted)), float(
        np.sqrt(sum((count * error) ** 2 for count, _, error in counted))
    )
