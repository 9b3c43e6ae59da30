"""What was simulated under one variant serves another that differs from it in its priors alone.

Both have one simulation: paths follow from draws of the parameters and from nothing else.  So draws, paths, and the paths behind chances are
the lender's, weighed by the ratio of the priors at the draws they came of.  Replicates stay what they were, so that an error measured
from them has both the draws and their weights in it, and what variants share is seen to be shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.other_priors import LARGEST_RATIO_K, weigh_under_other_priors
from forecast.inference.pareto import pareto_k
from forecast.inference.posterior import Posterior
from forecast.inference.weights import normalize_weights
from forecast.language.arrays import Array
from forecast.model.drift import recorded_parameters
from forecast.model.model import Model, calendars
from forecast.model.prior_ratio import log_prior_ratio
from forecast.predict.answers import exact_chances_asked
from forecast.predict.chances import Chances
from forecast.predict.paths import Paths


@dataclass(frozen=True, slots=True)
class Simulation:
    """Draws of a posterior, paths simulated from them, and the paths behind chances, where chances are asked for."""

    posterior: Posterior
    paths: Paths
    chances: Chances | None


def weigh_simulation(lender: Simulation, model: Model, rng: np.random.Generator, *, effort: float = 1.0) -> Simulation | None:
    """Return what was simulated for a model, weighed for another with the same parameters, statements and rows; None where it does not carry that.

    It does not where k-hat of the weights of draws or paths is above 0.5, too few effective draws are left, a path is impossible under the
    other priors, or these say what steps of the calendar beyond the record are like.  ``rng`` and ``effort`` are of chances in closed form.
    """
    if _draws_on_changed_priors(lender.posterior.model, model):
        return None
    posterior = weigh_under_other_priors(lender.posterior, model)
    if posterior is None:
        return None
    paths = _weigh_paths(lender.paths, lender.posterior.model, model)
    if paths is None or lender.chances is None:
        return None if paths is None else Simulation(posterior, paths, None)
    exact = exact_chances_asked(posterior, rng, effort=effort)
    counted = lender.chances.paths
    if counted is None:
        return Simulation(posterior, paths, Chances(None, exact)) if exact.keys() == lender.chances.exact.keys() else None
    weighed = _weigh_paths(counted, lender.posterior.model, model)
    return None if weighed is None else Simulation(posterior, paths, Chances(weighed, exact))


def _weigh_paths(paths: Paths, lender: Model, model: Model) -> Paths | None:
    """Paths of equal weight under the ratio of the priors at their draws; None where that does not carry."""
    draws: Mapping[str, NDArray[Any]] = recorded_parameters(lender.topic, paths.parameters)
    log_ratio: Array = log_prior_ratio(model, lender, draws, len(paths))
    if not np.isfinite(log_ratio).all() or pareto_k(log_ratio) > LARGEST_RATIO_K:
        return None
    return replace(paths, model=model, weights=normalize_weights(log_ratio))


def _draws_on_changed_priors(lender: Model, model: Model) -> bool:
    """Whether values of steps of the calendar are drawn on from a prior that is another."""
    steps = set(calendars(model.topic))
    return any(its.per in steps and its != lender.topic.parameters[name] for name, its in model.topic.parameters.items())
