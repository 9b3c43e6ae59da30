"""The evidence of a model from draws of its posterior, by bridge sampling.

Beside the posterior's draws stand draws of a proposal that was fitted to half of the replicates, and is held against the other half, in
turn.  The bridge is the optimal one of Meng and Wong (1996, Statistica Sinica 6, 831-860), found by iteration as in Gronau et al.
(2017, doi:10.1016/j.jmp.2017.09.005).  It is asked for in each replicate by itself too, so that its error is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.peaks import degrees_of_freedom
from forecast.inference.importance.proposals import Mixture, best_mixture
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.posterior import Posterior
from forecast.inference.target import FAILURES, evaluate_target
from forecast.language.arrays import Array, Indices
from forecast.model.coordinates import Coordinates, own_coordinates
from forecast.model.errors import Unsound
from forecast.model.priors import blocks, hypotheses

PROPOSAL_PARTS = 4  # of the proposal, at most
PROPOSED_PER_DRAW = 4  # draws of the proposal for each of the posterior's
MOST_ITERATIONS = 1_000  # of the iteration, which settles in a dozen
SETTLED = 1e-10  # change of the log evidence at which it ends
FEWEST_BRIDGED = 64  # of a hypothesis, below which its evidence is the whole one by its share


class NoBridge(Exception):
    """Draws from which the evidence cannot be told, and why, in words."""


def bridge_log_evidences(posterior: Posterior, rng: np.random.Generator) -> Array:
    """Return the log evidence by replicate ``(REPLICATES,)``; the log of their mean exponential is the whole one.

    Draws with weights are resampled, each replicate by itself.
    Where the topic has discrete values each combination has a bridge of its own, and those with few draws are counted by their share.
    Raises ``NoBridge`` where the parameters do not tell their coordinates, or a density fails.
    """
    model = posterior.model
    prior = blocks(model)
    if (posterior.log_weight != posterior.log_weight[0]).any():
        drawn, replicate = posterior.resample_replicates(len(posterior), rng)
        posterior = replace(
            posterior, parameters=drawn, log_weight=np.full(len(posterior), -np.log(len(posterior))), replicate=replicate, diverging=None
        )
    whole, counted = np.full(REPLICATES, -np.inf), np.zeros(REPLICATES)
    replicates = posterior.replicates
    try:
        for hypothesis in hypotheses(model, prior):
            target = own_coordinates(model, prior, hypothesis)
            here = _has_values(posterior, hypothesis.values)
            if here.sum() < FEWEST_BRIDGED * REPLICATES / 4:
                continue
            parameters = {name: values[here] for name, values in posterior.parameters.items()}
            whole = np.logaddexp(whole, _bridges(target, parameters, replicates[here], rng))
            counted += np.bincount(replicates[here], minlength=REPLICATES)
    except (*FAILURES, Unsound) as error:
        raise NoBridge(f"a density could not be worked out ({error})") from None
    every = np.bincount(replicates, minlength=REPLICATES)
    if not (counted > 0).all():
        raise NoBridge("no combination of discrete values has draws enough")
    log_evidences: Array = whole + np.log(every / counted)
    return log_evidences


def _has_values(posterior: Posterior, values: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    held = np.ones(len(posterior), dtype=bool)
    for name, its in values.items():
        held &= (posterior.parameters[name] == its).all(axis=1)
    return held


def _bridges(target: Coordinates, parameters: Mapping[str, NDArray[Any]], replicates: Indices, rng: np.random.Generator) -> Array:
    """The log evidence of one hypothesis by replicate, scaled so that their mean is that of all draws together."""
    if target.dimension == 0:
        return np.full(REPLICATES, float(evaluate_target(target, np.zeros((1, 0))).log_posterior[0]))
    x = target.coordinates_of(parameters)
    if x is None:
        raise NoBridge("shares do not tell their coordinates")
    if not np.isfinite(x).all():
        raise NoBridge("a draw stands on the edge of what is possible")
    density = evaluate_target(target, x).log_posterior
    by_replicate = np.full(REPLICATES, -np.inf)
    pooled = []
    for side in (0, 1):
        judged = replicates % 2 == side
        proposal = _fit_proposal(x[~judged], rng)
        proposed = proposal.draw(rng.random((PROPOSED_PER_DRAW * int(judged.sum()), x.shape[1] + 2)))
        on_draws = density[judged] - proposal.log_density(x[judged])
        on_proposed = evaluate_target(target, proposed).log_posterior - proposal.log_density(proposed)
        pooled.append(bridge(on_draws, on_proposed))
        parts = np.arange(len(proposed)) * (REPLICATES // 2) // len(proposed) * 2 + side
        for replicate in range(side, REPLICATES, 2):
            by_replicate[replicate] = bridge(on_draws[replicates[judged] == replicate], on_proposed[parts == replicate])
    together = float(np.logaddexp.reduce(pooled)) - np.log(2)
    scaled: Array = by_replicate + together - (float(np.logaddexp.reduce(by_replicate)) - np.log(REPLICATES))
    return scaled


def _fit_proposal(x: Array, rng: np.random.Generator) -> Mixture:
    weights = np.full(len(x), 1 / len(x))
    return best_mixture(
        x, weights, most=PROPOSAL_PARTS, freedom=degrees_of_freedom(x.shape[1]), spread=np.maximum(x.var(axis=0), 1e-300), rng=rng
    )


def bridge(on_draws: Array, on_proposed: Array) -> float:
    """Return the log evidence from log ratios of the density, not normalised, to the proposal's: at the posterior's draws and at the proposal's.

    The iteration of Gronau et al. (2017), equation 15, with ratios taken to the median of those at the draws.
    """
    if not len(on_draws):
        return -np.inf
    middle = float(np.median(on_draws))
    share = len(on_draws) / (len(on_draws) + len(on_proposed))
    draws, proposed = np.exp(on_draws - middle), np.exp(on_proposed - middle)
    ratio = 1.0
    for _ in range(MOST_ITERATIONS):
        above = float((proposed / (share * proposed + (1 - share) * ratio)).mean())
        below = float((1 / (share * draws + (1 - share) * ratio)).mean())
        before, ratio = ratio, above / below
        if abs(np.log(ratio / before)) < SETTLED:
            break
    return middle + float(np.log(ratio))
