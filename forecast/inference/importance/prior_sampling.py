"""Draws of the joint prior, by lattices, hypothesis by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.engine import POINTS_PER_ROUND
from forecast.inference.importance.lattice import lattice
from forecast.inference.monte_carlo import FEW_REPLICATES, block_replicates
from forecast.inference.posterior import Diagnostics, Posterior, with_draw_count
from forecast.language.arrays import Indices
from forecast.language.distributions.domains import FARTHEST_VALUE
from forecast.model.coordinates import prior_coordinates
from forecast.model.left_out import draws_beyond_floats
from forecast.model.model import Model
from forecast.model.priors import blocks, hypotheses

FEWEST_AT_ONCE = 64  # draws of each of many hypotheses
VALUES_AT_ONCE = 2**26  # draws times parameters, half a gigabyte


def prior_draws(model: Model, *, rng: np.random.Generator, draws: int = 16_384, at_once: int = POINTS_PER_ROUND) -> Posterior:
    """Return draws of the joint prior: the model's posterior before any row.  They come by lattices of ``at_once`` points at most.

    Draws that the model leaves out have no weight.
    """
    prior = blocks(model)
    all_hypotheses = hypotheses(model, prior)
    dimension = prior_coordinates(model, prior, all_hypotheses[0]).dimension
    room = max(FEWEST_AT_ONCE, VALUES_AT_ONCE // (len(all_hypotheses) * max(1, dimension)))
    net = lattice(min(at_once, room), dimension + 2)  # the engine's own by default, which is found once
    shifts = max(1, round(draws / len(all_hypotheses) / net.size))
    parts, log_weights = [], []
    for hypothesis in all_hypotheses:
        coordinates = prior_coordinates(model, prior, hypothesis)
        for _ in range(shifts):
            parameters = coordinates.parameters(coordinates.start(net.points(dimension, rng)))
            parts.append({name: np.broadcast_to(values, (net.size, values.shape[1])) for name, values in parameters.items()})
            log_weights.append(coordinates.log_hypothesis(parameters, net.size))
    stacked = stack_parameters(parts)
    for block in prior:
        reached = float(np.abs(stacked[block.name][:, list(block.positions)]).max())
        if not reached <= FARTHEST_VALUE:
            raise block.out_of_range(reached)
    log_weight = np.concatenate(log_weights)
    log_weight = log_weight - np.logaddexp.reduce(log_weight)
    size = 1 / np.exp(2 * log_weight).sum()
    diagnostics = Diagnostics(engine="prior", draws=len(log_weight), effective_size=float(size), sound=True)
    replicate = np.tile(_replicates_of_hypothesis(shifts, net.size, rng.spawn(1)[0]), len(all_hypotheses))
    drawn = Posterior(model, "prior", with_draw_count(stacked, len(log_weight)), log_weight, diagnostics, replicate=replicate)
    return exclude_overflow_draws(drawn, model)


def _replicates_of_hypothesis(shifts: int, points: int, rng: np.random.Generator) -> Indices:
    """The replicate of each draw under one hypothesis, ``(shifts * points,)``: each replicate has its share of every hypothesis.

    Replicates are whole shifted lattices, which are independent of each other; where there are fewer than errors can be measured
    from, their points in random order, whose errors are those of independent draws and no smaller than the true ones.
    """
    draws = block_replicates(shifts * points)
    if shifts < FEW_REPLICATES:
        return rng.permutation(draws)
    return np.repeat(block_replicates(shifts), points)


def exclude_overflow_draws(prior: Posterior, model: Model) -> Posterior:
    """Return draws of a prior with no weight for those that its model, as it has turned out, leaves out."""
    if model.beyond is None:
        return prior
    log_weight = np.where(draws_beyond_floats(model, prior.parameters), -np.inf, prior.log_weight)
    log_weight = log_weight - np.logaddexp.reduce(log_weight)
    diagnostics = replace(prior.diagnostics, effective_size=float(1 / np.exp(2 * log_weight).sum()))
    return replace(prior, model=model, log_weight=log_weight, diagnostics=diagnostics)


def stack_parameters(parts: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Join the parameters of several runs, draw after draw."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
