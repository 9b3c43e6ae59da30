"""The published result as a basis: what its answers would be under other weights, another future, or another model.

Three ways, from the cheapest: the same paths weighed anew; new paths on the
same or moved draws, with the same random numbers; and the model conditioned
afresh.  Each gives the change of every measure with its Monte Carlo error, and
the value as the published one plus that change, so that what is common to both
sides leaves no noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.warm_start import KnownDraws
from forecast.inference.pareto import pareto_k
from forecast.inference.weights import effective_size
from forecast.insight.estimands import (
    Measure,
    answered_measures,
    cases,
    is_known,
    measures_of,
    published_values,
    with_medians,
    zero_rounding_errors,
)
from forecast.insight.reweighting import TRUSTED_EFFECTIVE_SIZE, Pool, PoolWeights, pool_of_posterior, relative_weights
from forecast.insight.weighed_cases import Cases, standard_error
from forecast.language.arrays import Array
from forecast.model.drift import recorded_parameters
from forecast.model.model import Model
from forecast.model.priors import Block, blocks
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import Analysis
from forecast.predict.answers import paths_for
from forecast.predict.paths import Paths
from forecast.schema.insight import Estimate

REFIT = Budget(enough=5_000, confirm=False)  # half of what is published: a change is reported no more exactly than this
LARGEST_PARETO_K = 0.7  # largest Pareto k-hat of the engine's own draws under other weights
THINNING = 4  # where paths must be simulated anew, one in so many of the published ones is


class UnknownVariation(Exception):
    """A variation whose answers cannot be given, and why, in words."""


@dataclass(frozen=True, slots=True)
class VariedMeasures:
    """The measures under a variation: values, changes from the published ones, and the errors of those, ``(measures,)`` each.

    ``held`` is how probable it is that what each is of is asked.
    """

    values: Array
    changes: Array
    errors: Array
    held: Array
    pareto_k: float | None
    refitted: bool

    def estimates(self) -> list[Estimate]:
        """Return one estimate for each measure, as plain data."""
        parts = zip(self.values, self.changes, self.errors, strict=True)
        return [{"value": float(value), "change": float(change), "error": float(error)} for value, change, error in parts]

    @property
    def shown_k(self) -> float | None:
        """Pareto k-hat as plain data: null where there was none, or no tail to fit."""
        return self.pareto_k if self.pareto_k is not None and math.isfinite(self.pareto_k) else None


@dataclass(frozen=True, slots=True)
class Baseline:
    """An analysis's paths with the cases they make, its draws as a pool, and its measures as published."""

    analysis: Analysis
    measures: tuple[Measure, ...]
    published: Array
    errors: Array
    pool: Pool
    cases: Cases
    thin_cases: Cases
    values: Array  # of the cases, and of the thin ones, and their influence: what every change is compared with
    thin_values: Array
    influence: Array
    thin_influence: Array
    prior: tuple[Block, ...]

    @property
    def model(self) -> Model:
        """The published model."""
        return self.analysis.model

    @property
    def paths(self) -> Paths:
        """The published paths."""
        return self.analysis.result.paths

    @property
    def settings(self) -> Settings:
        """How it was computed."""
        return self.analysis.settings

    def rng(self, *purpose: Purpose) -> np.random.Generator:
        """A generator of its own for each purpose."""
        return generator(self.settings.seed, self.model.topic.name, Purpose.INSIGHT, *purpose)


def baseline_of(analysis: Analysis) -> Baseline:
    """Return the basis that an analysis makes."""
    model, result = analysis.model, analysis.result
    measures = with_medians(answered_measures(measures_of(model.topic), result.answers))
    published, errors = published_values(result.answers, measures)
    draws = recorded_parameters(model.topic, result.paths.parameters)
    pool = pool_of_posterior(result.posterior, draws)
    published_cases = cases(result.paths, measures)
    thin = cases(paths_for(model, thin_draws(draws), _path_rng(analysis)), measures)
    as_published, of_thin = published_cases.weigh(), thin.weigh()
    return Baseline(
        analysis,
        measures,
        published,
        errors,
        pool,
        published_cases,
        thin,
        as_published.values(),
        of_thin.values(),
        as_published.influence(),
        of_thin.influence(),
        blocks(model),
    )


def thin_draws(parameters: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the draws that stand for the published ones where paths are simulated anew."""
    return {name: values[::THINNING] for name, values in parameters.items()}


def reweight_measures(basis: Baseline, on_paths: Array, on_draws: Array) -> VariedMeasures | None:
    """Return the measures with the published paths under other weights of their draws; None where those do not carry.

    The log ratios of the new density to the published one are given at the draws
    of the paths, ``(paths,)``, and at the engine's own, ``(draws,)``.  The paths'
    draws were resampled by weight, which hides where the engine had few: so it is
    judged on its own draws whether the weights carry, and the errors are theirs.
    """
    weights = basis.pool.weigh_by(on_paths)
    own = basis.analysis.result.posterior.log_weight
    judged = np.where(np.isfinite(own), own + np.where(np.isfinite(own), on_draws, 0.0), -np.inf)
    if not weights.carry or not np.isfinite(judged.max()):
        return None
    size, tail = effective_size(judged), pareto_k(judged)
    if size < TRUSTED_EFFECTIVE_SIZE or tail > LARGEST_PARETO_K:
        return None
    relative = relative_weights(weights)
    weighed = basis.cases.weigh(relative)
    changes = weighed.values() - basis.values
    errors = standard_error(weighed.influence() - basis.influence) * math.sqrt(max(weights.effective_size / size, 1.0))
    return varied_measures(basis, changes, errors, weighed.chance_asked, pareto_k=tail)


def resimulate_measures(basis: Baseline, model: Model, parameters: Mapping[str, NDArray[Any]], weights: PoolWeights) -> VariedMeasures:
    """Return the measures with paths drawn anew under a model, on thinned draws ``parameters`` weighed by ``weights``."""
    relative = relative_weights(weights)
    varied = cases(paths_for(model, parameters, _path_rng(basis.analysis)), basis.measures).weigh(relative)
    changes = varied.values() - basis.thin_values
    errors = standard_error(varied.influence() - basis.thin_influence)
    return varied_measures(basis, changes, errors, varied.chance_asked, pareto_k=weights.pareto_k)


def refit_measures(basis: Baseline, model: Model) -> VariedMeasures:
    """Return the measures of a model conditioned afresh by the fast engine.

    Raises ``UnknownVariation`` where the engine does not vouch for its draws.
    """
    known = KnownDraws(basis.pool.parameters, basis.pool.weigh(model).log_weight)
    posterior = condition(model, rng=basis.rng(Purpose.REFIT), budget=REFIT, known=known)
    if not posterior.diagnostics.converges:
        raise UnknownVariation(f"the fast engine could not be trusted with it ({posterior.diagnostics.reason})")
    draws = posterior.resample(len(basis.pool), basis.rng(Purpose.REFITTED_DRAWS))
    varied = cases(paths_for(model, draws, basis.rng(Purpose.REFITTED_PATHS)), basis.measures).weigh()
    scale = math.sqrt(max(len(basis.pool) / posterior.diagnostics.effective_size, 1.0))
    changes = varied.values() - basis.published
    errors = np.hypot(standard_error(varied.influence()) * scale, basis.errors)
    return varied_measures(basis, changes, errors, varied.chance_asked, pareto_k=posterior.diagnostics.pareto_k, refit=True)


def varied_measures(
    basis: Baseline, changes: Array, errors: Array, held: Array, *, pareto_k: float | None, refit: bool = False
) -> VariedMeasures:
    """Return varied measures from the changes, their errors and how probable each is asked for, ``(measures,)``; raise ``UnknownVariation`` where an answer has none."""
    if not is_known(changes, basis.measures):
        names = {
            measure.question.name
            for measure, change in zip(basis.measures, changes, strict=True)
            if measure.kind != "mean" and not math.isfinite(change)
        }
        raise UnknownVariation(f"{' and '.join(sorted(names))} would have no answer")
    changes, errors = (zero_rounding_errors(values, basis.published) for values in (changes, errors))
    return VariedMeasures(basis.published + changes, changes, errors, held, pareto_k, refit)


def _path_rng(analysis: Analysis) -> np.random.Generator:
    """The same random numbers for every variation's paths."""
    return generator(analysis.settings.seed, analysis.model.topic.name, Purpose.INSIGHT, Purpose.PATHS)
