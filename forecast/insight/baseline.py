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
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.warm_start import KnownDraws
from forecast.inference.monte_carlo import REPLICATES, relative_error, replicate_sums
from forecast.inference.pareto import pareto_k
from forecast.inference.posterior import Posterior
from forecast.inference.weights import effective_size, log_sum
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
from forecast.model.mixed_prior import MixedPrior
from forecast.model.model import Model
from forecast.model.priors import Block, blocks
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import Analysis
from forecast.predict.answers import paths_for
from forecast.predict.paths import Paths
from forecast.schema.insight import Estimate

REFIT = Budget(enough=5_000, confirm=False)  # half of what is published: a change is reported no more exactly than this
LARGEST_PARETO_K = 0.7  # largest Pareto k-hat of the engine's own draws under other weights
MIXTURE_NOT_CARRIED = "its draws under the priors of one variant do not carry those of the others"
THINNING = 4  # where paths must be simulated anew, one in so many of the published ones is


class UnknownVariation(Exception):
    """A variation whose answers cannot be given, and why, in words."""


@dataclass(frozen=True, slots=True)
class VariedEvidence:
    """The log evidence under a variation, and its standard error: less that of the published model, or, where ``is_whole``, by itself."""

    log: float
    error: float
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class VariedMeasures:
    """The measures under a variation: values, changes from the published ones, and the errors of those, ``(measures,)`` each.

    ``held`` is how probable it is that what each is of is asked.
    """

    values: Array
    changes: Array
    errors: Array
    held: Array
    evidence: VariedEvidence
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
    """An analysis's paths with the cases they make, its draws as a pool, and its measures as published.

    ``mixed`` is the mixture of priors under which these are, that of the model being but the first of it; None where they are under its own.
    """

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
    mixed: MixedPrior | None = None

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
    """Return the measures with the published paths under other weights of their draws; None where those do not carry, or a mean is lost.

    The log ratios of the new density to the published one are given at the draws
    of the paths, ``(paths,)``, and at the engine's own, ``(draws,)``.  The paths'
    draws were resampled by weight, which hides where the engine had few: so it is
    judged on its own draws whether the weights carry, and the errors are theirs.
    """
    weights = basis.pool.weigh_by(on_paths)
    worth = _worth_of_draws(basis, on_draws)
    if not weights.carry or worth is None:
        return None
    size, tail, evidence = worth
    relative = relative_weights(weights)
    weighed = basis.cases.weigh(relative)
    changes = weighed.values() - basis.values
    if lost_means(basis, changes).any():
        return None
    errors = standard_error(weighed.influence() - basis.influence) * math.sqrt(max(weights.effective_size / size, 1.0))
    return varied_measures(basis, changes, errors, weighed.chance_asked, evidence, pareto_k=tail)


def weigh_thin_draws(basis: Baseline, on_paths: Array, on_draws: Array) -> PoolWeights | None:
    """Return the weights of every fourth published draw, ``(thin draws,)``, under log ratios as ``reweight_measures`` takes them; None where they do not carry."""
    weights = basis.pool.weigh_by(on_paths[::THINNING])
    return weights if weights.carry and _worth_of_draws(basis, on_draws) is not None else None


def _worth_of_draws(basis: Baseline, on_draws: Array) -> tuple[float, float, VariedEvidence] | None:
    """The effective size and Pareto k-hat of the engine's own draws under other weights, and the evidence; None where these do not carry."""
    posterior = basis.analysis.result.posterior
    own = posterior.log_weight
    judged = np.where(np.isfinite(own), own + np.where(np.isfinite(own), on_draws, 0.0), -np.inf)
    if not np.isfinite(judged.max()):
        return None
    size, tail = effective_size(judged), pareto_k(judged)
    if size < TRUSTED_EFFECTIVE_SIZE or tail > LARGEST_PARETO_K:
        return None
    total = log_sum(judged)
    moved = replicate_sums(np.exp(judged - total), posterior.replicates) - replicate_sums(np.exp(own), posterior.replicates)
    error = math.sqrt(REPLICATES / (REPLICATES - 1)) * float(np.linalg.norm(moved))
    return size, tail, VariedEvidence(total, error)


def resimulate_measures(basis: Baseline, model: Model, parameters: Mapping[str, NDArray[Any]], weights: PoolWeights) -> VariedMeasures:
    """Return the measures with paths drawn anew under a model, on thinned draws ``parameters`` weighed by ``weights``."""
    relative = relative_weights(weights)
    varied = cases(paths_for(model, parameters, _path_rng(basis.analysis)), basis.measures).weigh(relative)
    changes = varied.values() - basis.thin_values
    errors = standard_error(varied.influence() - basis.thin_influence)
    doubt = math.sqrt(max(1 / weights.effective_size - 1 / len(weights.log_weight), 0.0))
    evidence = VariedEvidence(weights.log_mean, doubt)
    return varied_measures(basis, changes, errors, varied.chance_asked, evidence, pareto_k=weights.pareto_k)


def refit_measures(basis: Baseline, model: Model) -> VariedMeasures:
    """Return the measures of a model conditioned afresh by the fast engine.

    Raises ``UnknownVariation`` where the engine does not vouch for its draws.
    """
    known = KnownDraws(basis.pool.parameters, basis.pool.weigh(model).log_weight)
    posterior = condition(model, rng=basis.rng(Purpose.REFIT), budget=REFIT, known=known)
    if not posterior.diagnostics.converges:
        raise UnknownVariation(f"the fast engine could not be trusted with it ({posterior.diagnostics.reason})")
    posterior = under_mixed_prior(basis, posterior)
    draws = posterior.resample(len(basis.pool), basis.rng(Purpose.REFITTED_DRAWS))
    varied = cases(paths_for(model, draws, basis.rng(Purpose.REFITTED_PATHS)), basis.measures).weigh()
    scale = math.sqrt(max(len(basis.pool) / posterior.diagnostics.effective_size, 1.0))
    changes = varied.values() - basis.published
    errors = np.hypot(standard_error(varied.influence()) * scale, basis.errors)
    return varied_measures(
        basis, changes, errors, varied.chance_asked, evidence_of_posterior(posterior), pareto_k=posterior.diagnostics.pareto_k, refit=True
    )


def under_mixed_prior(basis: Baseline, posterior: Posterior) -> Posterior:
    """Return draws of a model conditioned afresh weighed under the mixture of priors that stands for its own; as they are where there is none.

    Raises ``UnknownVariation`` where they do not carry it.
    """
    if basis.mixed is None:
        return posterior
    counted = np.isfinite(posterior.log_weight)
    ratio = np.where(counted, basis.mixed.log_ratio(posterior.parameters, len(posterior)), 0.0)
    log_weight = posterior.log_weight + ratio
    if not np.isfinite(log_weight.max()):
        raise UnknownVariation(MIXTURE_NOT_CARRIED)
    size, tail, total = effective_size(log_weight), pareto_k(log_weight), log_sum(log_weight)
    if size < TRUSTED_EFFECTIVE_SIZE or tail > LARGEST_PARETO_K:
        raise UnknownVariation(MIXTURE_NOT_CARRIED)
    weighed = replace(posterior, log_weight=log_weight - total)
    found = posterior.diagnostics
    return replace(
        weighed,
        diagnostics=replace(
            found,
            effective_size=min(size, found.effective_size),
            pareto_k=tail,
            log_evidence=None if found.log_evidence is None else found.log_evidence + total,
            log_evidence_error=relative_error(weighed.weights, weighed.replicates),
        ),
    )


def evidence_of_posterior(posterior: Posterior) -> VariedEvidence:
    """Return the evidence that the fast engine found; raise ``UnknownVariation`` where it found none."""
    found = posterior.diagnostics
    if found.log_evidence is None or found.log_evidence_error is None:
        raise UnknownVariation("the fast engine found no evidence")
    return VariedEvidence(found.log_evidence, found.log_evidence_error, is_whole=True)


def ratio_error(log_weight: Array, than: Array) -> float:
    """Return the relative error of the ratio of two sums of weights of the same draws, ``(draws,)`` (the delta method): draws move both, by their shares of each."""
    return float(np.linalg.norm(np.exp(log_weight - log_sum(log_weight)) - np.exp(than - log_sum(than))))


def lost_means(basis: Baseline, changes: Array) -> NDArray[np.bool_]:
    """Return which measures ``(measures,)`` are means that were published and cannot be estimated after some changes."""
    lost: NDArray[np.bool_] = np.isnan(changes) & np.isfinite(basis.published)
    return lost


def varied_measures(
    basis: Baseline, changes: Array, errors: Array, held: Array, evidence: VariedEvidence, *, pareto_k: float | None, refit: bool = False
) -> VariedMeasures:
    """Return varied measures from the changes, their errors, how probable each is asked for, ``(measures,)``, and the evidence; raise ``UnknownVariation`` where an answer has none."""
    if not is_known(changes, basis.measures):
        names = {
            f"“{measure.question.name.replace('_', ' ')}”"
            for measure, change in zip(basis.measures, changes, strict=True)
            if measure.kind != "mean" and not math.isfinite(change)
        }
        raise UnknownVariation(f"{' and '.join(sorted(names))} would have no answer")
    if (lost := lost_means(basis, changes)).any():
        means = {f"“{measure.question.name.replace('_', ' ')}”" for measure, gone in zip(basis.measures, lost, strict=True) if gone}
        raise UnknownVariation(f"the mean of {' and '.join(sorted(means))} could not be estimated")
    changes, errors = (zero_rounding_errors(values, basis.published) for values in (changes, errors))
    return VariedMeasures(basis.published + changes, changes, errors, held, evidence, pareto_k, refit)


def _path_rng(analysis: Analysis) -> np.random.Generator:
    """The same random numbers for every variation's paths."""
    return generator(analysis.settings.seed, analysis.model.topic.name, Purpose.INSIGHT, Purpose.PATHS)
