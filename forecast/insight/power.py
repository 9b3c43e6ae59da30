"""Power-scaling: how much a posterior moves when the prior, or the likelihood, counts a little more or less.

The diagnostic of Kallioinen, Paananen, Bürkner and Vehtari (2024,
doi:10.1007/s11222-023-10366-5), with the powers and thresholds of ArviZ's
``psense``: 0.99 and 1.01, and 0.05.  It says where a prior and the record pull
apart, and where the prior speaks and the record hardly does; what that means for
an answer is said by the changed priors of ``sensitivity``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.insight.baseline import THINNING, Baseline, thin_draws
from forecast.language.arrays import Array
from forecast.model.model import Model
from forecast.model.priors import blocks
from forecast.schema.insight import PowerContent

POWERS = (0.99, 1.01)
THRESHOLD = 0.05


def power_scaling(basis: Baseline) -> list[PowerContent]:
    """Return the sensitivities of every value that is not a category."""
    draws = thin_draws(basis.pool.parameters)
    log_prior = _log_prior(basis.model, draws)
    log_likelihood = basis.pool.total(basis.model)[::THINNING]
    contents: list[PowerContent] = []
    for parameter in basis.model.topic.parameters.values():
        if parameter.categories:
            continue
        for position, label in enumerate(parameter.labels or ("",)):
            values = np.asarray(draws[parameter.name][:, position], dtype=float)
            prior, likelihood = power_sensitivity(values, log_prior), power_sensitivity(values, log_likelihood)
            contents.append(
                {
                    "parameter": parameter.name,
                    "label": label,
                    "prior": prior,
                    "likelihood": likelihood,
                    "diagnosis": diagnosis(prior, likelihood),
                }
            )
    return contents


def diagnosis(prior: float, likelihood: float) -> str:
    """Say in words what the two sensitivities mean."""
    if prior >= THRESHOLD and likelihood >= THRESHOLD:
        return "prior and record pull apart"
    if prior >= THRESHOLD:
        return "rests on the prior"
    return "rests on the record" if likelihood >= THRESHOLD else "hardly moved by either"


def power_sensitivity(values: Array, log_part: Array) -> float:
    """Return the gradient of the distance that power-scaling a part of the density moves equally weighted ``values`` ``(draws,)``.

    The distance is the cumulative Jensen-Shannon distance between the draws and
    the draws weighed by the part to a power; the gradient is by the power's
    binary logarithm, averaged over a power below and one above 1.
    """
    lower, upper = (_distance(values, np.exp((power - 1) * (log_part - log_part.max()))) for power in POWERS)
    return (lower / -math.log2(POWERS[0]) + upper / math.log2(POWERS[1])) / 2


def _distance(values: Array, weights: Array) -> float:
    return max(_one_sided_distance(values, weights), _one_sided_distance(-values, weights))


def _one_sided_distance(values: Array, weights: Array) -> float:
    """The cumulative Jensen-Shannon distance of weighted draws from the same draws unweighted, from below (Nguyen and Vreeken 2015)."""
    order = np.argsort(values, kind="stable")
    widths = np.diff(values[order])
    plain = np.linspace(1 / len(values), 1 - 1 / len(values), len(values) - 1)
    moved = np.cumsum(weights[order] / weights.sum())[:-1]
    middle = (plain + moved) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = widths @ (np.nan_to_num(plain * np.log2(plain / middle)) + np.nan_to_num(moved * np.log2(moved / middle)))
    total = widths @ (plain + moved)
    return math.sqrt(max(float(divergence), 0.0) / float(total)) if total > 0 else 0.0


def _log_prior(model: Model, draws: Mapping[str, NDArray[Any]]) -> Array:
    """The joint prior's log density at draws, ``(draws,)``."""
    total = np.zeros(max(len(values) for values in draws.values()))
    for block in blocks(model):
        total = total + block.log_density(model, draws[block.name][:, list(block.positions)], draws)
    return total
