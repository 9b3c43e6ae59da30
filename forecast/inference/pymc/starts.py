"""Points for NUTS to start from, where it finds none of its own: draws of the fast engine, spread apart.

PyMC starts near the middle of the priors, which the rows may make impossible wherever it
looks.  The fast engine has draws where they are possible.  So that the chains can still show by
their R-hat that they have not met, they do not begin at draws but farther apart than these: each draw is moved
away from the mean, to twice its distance, or as far as the density allows (Gelman and Rubin 1992,
doi:10.1214/ss/1177011136, on overdispersed starts).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.posterior import Posterior, systematic_resample
from forecast.inference.pymc.location_scale import standardize
from forecast.inference.pymc.model import FreeVariable, RenderedModel
from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.pools import PoolFamily
from forecast.language.distributions.walks import Walk
from forecast.model.coordinates import unconstrain
from forecast.model.model import Model

STARTING_POINTS = 512  # to choose from by a chain's seed, so that two chains hardly ever have the same
TEMPERED = 0.5  # power of the draws' weights, so that few of them do not stand for all
STRETCHES = (2.0, 1.5, 1.25, 1.0)  # distance from the mean, in that of the draw


def overdispersed_starts(posterior: Posterior, rendered: RenderedModel, density: Callable[[Array], tuple[Any, Any]], *, seed: int) -> Array:
    """Return points ``(points, values)`` in the sampler's coordinates with a finite density and gradient; none where no draw has them.

    ``density`` is the compiled log density of one point ``(values,)``, with its gradient.
    """
    rng = np.random.default_rng(seed)
    tempered = np.exp(TEMPERED * (posterior.log_weight - posterior.log_weight.max()))
    order = rng.permutation(len(tempered))
    picked = order[systematic_resample(tempered[order], STARTING_POINTS, rng)]
    drawn = unconstrain_draws(posterior.model, rendered, {name: values[picked] for name, values in posterior.parameters.items()})
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if not len(drawn):
        return drawn
    middle = drawn.mean(axis=0)
    spread = (_farthest_possible_point(middle, point, density) for point in drawn)
    points = [point for point in spread if point is not None]
    return np.array(points) if points else drawn[:0]


def with_starting_points(compiled: Any, points: Array) -> Any:
    """Return nutpie's compiled model with chains that start at one of some points, by their seeds."""

    def at_seed(seed: Any = None) -> NDArray[np.float64]:
        return np.ascontiguousarray(points[int(np.random.default_rng(seed).integers(len(points)))])

    return dataclasses.replace(compiled, initial_point_func=at_seed)


def unconstrain_draws(model: Model, rendered: RenderedModel, parameters: Mapping[str, NDArray[Any]]) -> Array:
    """Return parameters ``(draws, 1 or labels)`` in the coordinates in which NUTS moves, ``(draws, values)``.

    Not finite where a value stands on the edge of its support.
    """
    with np.errstate(all="ignore"):
        parts = [_unconstrain_variable(model, free, parameters) for free in rendered.free]
    return np.concatenate(parts, axis=1)


def _unconstrain_variable(model: Model, free: FreeVariable, parameters: Mapping[str, NDArray[Any]]) -> Array:
    block = free.block
    value: Array = np.asarray(parameters[block.name], dtype=float)[:, list(block.positions)]
    if free.form == "scores":
        assert isinstance(block.family, PoolFamily)
        value = block.family.scores_at(value)
    if free.form == "standard" and isinstance(block.family, Walk):
        value = block.family.steps_of(value, **block.arguments(model, parameters))
    elif free.form == "standard":
        assert block.family.location_scale is not None
        value = standardize(block.family.location_scale, block.arguments(model, parameters), value)
    match free.transform:
        case "identity":
            return value
        case "log":
            return np.asarray(np.log(value))
        case "logit":
            return np.asarray(special.logit(value))
        case "simplex":
            logs = np.log(value)
            return np.asarray(logs[:, :-1] - logs.mean(axis=1, keepdims=True))
    lower, upper = (free.lower, free.upper) if free.form == "flat" else block.support(model, parameters)
    return unconstrain(value, np.asarray(lower), np.asarray(upper))


def _farthest_possible_point(middle: Array, point: Array, density: Callable[[Array], tuple[Any, Any]]) -> Array | None:
    """The point as far from the middle as the density allows, at most twice as far as it is; None where it has none itself."""
    for stretch in STRETCHES:
        moved = middle + stretch * (point - middle)
        value, gradient = density(moved)
        if np.isfinite(value) and np.isfinite(gradient).all():
            return np.asarray(moved)
    return None
