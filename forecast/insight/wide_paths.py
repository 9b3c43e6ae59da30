"""Paths on draws from more than the published posterior, simulated once and weighed anew for every model with the same future.

Another prior, or a record from which nothing was learnt, changes how likely draws
of the parameters are, and not what follows from them.  So one path for each
draw of a wide pool serves all such models.  The weights are Pareto smoothed, and
carry up to a k-hat of 0.7.  A model for which they do not is conditioned afresh by the fast
engine, and its draws join the pool, with paths of their own: they may serve other models too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.warm_start import KnownDraws
from forecast.inference.pareto import CONVERGING
from forecast.insight.baseline import (
    Baseline,
    UnknownVariation,
    VariedEvidence,
    VariedMeasures,
    evidence_of_posterior,
    lost_means,
    ratio_error,
    refit_measures,
    under_mixed_prior,
    varied_measures,
)
from forecast.insight.estimands import cases
from forecast.insight.reweighting import Pool, PoolWeights, extend_pool, number_distinct, part_of_posterior
from forecast.insight.smoothing import smooth_weights
from forecast.insight.weighed_cases import Cases, join_cases, standard_error
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.model.settings import Purpose
from forecast.predict.answers import paths_for

WIDE_ENOUGH = 1_500.0  # effective draws that a model must have, copies of one draw counted once
DRAWS_PER_MODEL = 4_096  # of a model that is conditioned afresh
REFIT_OF_PART = Budget(enough=4_000, pareto_k=CONVERGING, confirm=False)


@dataclass(frozen=True, slots=True)
class WidePaths:
    """A pool with one path for each of its distinct draws: the cases these make, and, weighed for the published model, the measures and their influence.

    ``numbers`` ``(draws,)`` are as ``number_distinct`` gives them; ``as_published`` is ``(measures,)``, ``influence`` ``(distinct, measures)``,
    and ``published`` are the weights of the published model.
    """

    pool: Pool
    numbers: NDArray[np.int64]
    cases: Cases
    as_published: Array
    influence: Array
    published: PoolWeights

    def smoothed_weights(self, model: Model) -> tuple[Array, PoolWeights] | None:
        """Return a model's weights relative to their mean, ``(distinct,)``, smoothed, and as they are; None where they do not carry."""
        return _smoothed_weights(self.pool, self.numbers, model)


def wide_paths(basis: Baseline, pool: Pool) -> WidePaths | None:
    """Return paths on all draws of a pool; None where some cannot be drawn forward, or the pool does not carry for the published model."""
    if not pool.parts:
        return None
    draws = _distinct_draws(pool.parameters, number_distinct(pool.parts))
    try:
        made = cases(paths_for(basis.model, draws, basis.rng(Purpose.DRAWN_PATHS)), basis.measures)
    except Unsound:  # at a draw that the published posterior may exclude
        return None
    return _weighed_as_published(basis, pool, made)


def weigh_wide_paths(basis: Baseline, wide: WidePaths, model: Model) -> VariedMeasures | None:
    """Return the measures of a model whose future is the published one's; None where the pool's draws do not carry for it.

    Nor do they where a mean cannot be estimated from them that was published.
    """
    weighed = wide.smoothed_weights(model)
    if weighed is None:
        return None
    weights, of_pool = weighed
    varied = wide.cases.weigh(weights)
    changes = varied.values() - wide.as_published
    if lost_means(basis, changes).any():
        return None
    errors = standard_error(varied.influence() - wide.influence)
    moved, doubt = of_pool.log_mean - wide.published.log_mean, ratio_error(of_pool.log_weight, wide.published.log_weight)
    return varied_measures(basis, changes, errors, varied.chance_asked, VariedEvidence(moved, doubt), pareto_k=of_pool.pareto_k)


def refit_wide_paths(basis: Baseline, wide: WidePaths, model: Model) -> tuple[VariedMeasures, WidePaths]:
    """Return the measures of a model conditioned afresh, and paths that have its draws too.

    What cannot be estimated beside the wider draws is estimated without them.  Raises ``UnknownVariation`` where the fast engine does not
    vouch for its draws.
    """
    known = KnownDraws(wide.pool.parameters, wide.pool.weigh(model).log_weight)
    posterior = condition(model, rng=basis.rng(Purpose.REFIT), budget=REFIT_OF_PART, known=known)
    evidence = posterior.diagnostics.log_evidence
    if not posterior.diagnostics.converges or evidence is None:
        raise UnknownVariation(f"the fast engine could not be trusted with it ({posterior.diagnostics.reason})")
    weighed = under_mixed_prior(basis, posterior)
    part = replace(part_of_posterior(posterior, DRAWS_PER_MODEL, evidence, basis.rng(Purpose.REFITTED_DRAWS)), model=model)
    draws = _distinct_draws(part.draws, number_distinct([part]))
    more = cases(paths_for(model, draws, basis.rng(Purpose.REFITTED_PATHS)), basis.measures)
    wider = _weighed_as_published(basis, extend_pool(wide.pool, part), join_cases(wide.cases, more)) or wide
    varied = weigh_wide_paths(basis, wider, model) or refit_measures(basis, model)
    return replace(varied, evidence=evidence_of_posterior(weighed), pareto_k=weighed.diagnostics.pareto_k, refitted=True), wider


def _distinct_draws(parameters: Mapping[str, NDArray[Any]], numbers: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    places = np.unique(numbers, return_index=True)[1]
    return {name: values[places] for name, values in parameters.items()}


def _weighed_as_published(basis: Baseline, pool: Pool, made: Cases) -> WidePaths | None:
    numbers = number_distinct(pool.parts)
    weighed = _smoothed_weights(pool, numbers, basis.model)
    if weighed is None:
        return None
    as_published = made.weigh(weighed[0])
    return WidePaths(pool, numbers, made, as_published.values(), as_published.influence(), weighed[1])


def _smoothed_weights(pool: Pool, numbers: NDArray[np.int64], model: Model) -> tuple[Array, PoolWeights] | None:
    weights = pool.weigh(model)
    if not np.isfinite(weights.log_weight.max()) or weights.pareto_k > CONVERGING:
        return None
    smoothed: Array = np.bincount(numbers, np.exp(smooth_weights(weights.log_weight)))
    return None if 1 / (smoothed**2).sum() < WIDE_ENOUGH else (smoothed * len(smoothed), weights)
