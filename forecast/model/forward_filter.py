"""A finite-state process over steps, summed out: the forward algorithm, at each draw of the parameters.

A state changes from step to step by a transition matrix, and what is observed within a step depends on the state alone.
``filter_states`` gives each step's density given the steps before it, and the probability of each state given all steps up to
and including it, so that nothing depends on what is observed later.  ``inference/pymc/forward_filter`` is the same over tensors.

Source: Rabiner 1989, doi:10.1109/5.18626, section III.A, with the sums kept as logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class FilteredStates:
    """What the forward algorithm finds at each step.

    ``probabilities`` are those of each state given the observations up to and including the step, ``(draws, steps, states)``;
    ``added`` is the log density of the step's observations given all before, ``(draws, steps)``.  From the first step on that
    is impossible in every state, ``added`` is minus infinity and there are no probabilities (NaN).
    """

    probabilities: Array
    added: Array


def filter_states(log_densities: Array, *, start: Array, transition: Array) -> FilteredStates:
    """Return the filtered states at each draw.

    ``log_densities`` are those of each step's observations in each state, ``(draws, steps, states)``, 0 where nothing is observed;
    ``start`` has the probability of each state in the first step, ``(draws or 1, states)``, and ``transition`` in each row those of
    the states that follow one state, ``(draws or 1, states, states)``.
    """
    draws, steps, states = log_densities.shape
    probabilities, added = np.empty((draws, steps, states)), np.empty((draws, steps))
    foreseen = np.broadcast_to(start, (draws, states))
    with np.errstate(divide="ignore", invalid="ignore"):
        for step in range(steps):
            joint = np.log(foreseen) + log_densities[:, step]
            added[:, step] = np.where(np.isnan(foreseen).any(axis=1), -np.inf, np.logaddexp.reduce(joint, axis=1))
            probabilities[:, step] = np.exp(joint - added[:, step, None])
            foreseen = following_probabilities(probabilities[:, step], transition)
    return FilteredStates(probabilities, added)


def following_probabilities(probabilities: Array, transition: Array) -> Array:
    """Return the probability of each state one step later, ``(draws, states)``, with nothing observed there."""
    following: Array = np.matmul(probabilities[:, None, :], transition)[:, 0]
    return following


def stationary_probabilities(transition: Array) -> Array:
    """Return the probability of each state in the long run, ``(draws, states)``, for transitions ``(draws, states, states)``.

    Raises ``ValueError`` where it depends on the state at the start, as where two states are never left.
    """
    states = transition.shape[-1]
    equations = np.swapaxes(transition, -1, -2) - np.eye(states)
    if (np.linalg.matrix_rank(equations) < states - 1).any():
        raise ValueError("the long run depends on the state at the start")
    whole = np.concatenate([equations, np.ones((*transition.shape[:-2], 1, states))], axis=-2)
    probabilities: Array = np.matmul(np.linalg.pinv(whole), np.eye(states + 1)[:, -1:])[..., 0]
    return probabilities


def draw_states(rng: np.random.Generator, probabilities: Array, transition: Array, *, steps: int) -> NDArray[np.int64]:
    """Draw the states of a step with known probabilities ``(paths, states)`` and of those that follow, ``(paths, steps)``; its own is the first.

    Raises ``ValueError`` where there are no probabilities (NaN).
    """
    if np.isnan(probabilities).any():
        raise ValueError("states without probabilities cannot be drawn")
    paths, count = probabilities.shape
    by_path = np.broadcast_to(transition, (paths, count, count))
    states, chances = np.empty((paths, steps), dtype=np.int64), probabilities
    for step in range(steps):
        states[:, step] = _draw_classes(rng, chances)
        chances = by_path[np.arange(paths), states[:, step]]
    return states


def draw_past_states(rng: np.random.Generator, probabilities: Array, transition: Array) -> NDArray[np.int64]:
    """Draw the states of all steps together given all that was observed, ``(paths, steps)``, from the filtered ``probabilities`` ``(paths, steps, states)``.

    The last step's state has its filtered probabilities; each before it those times the probability of what follows.  Raises ``ValueError``
    where there are no probabilities (NaN).  Source: Chib 1996, doi:10.1016/0304-4076(95)01770-4, section 2.
    """
    if np.isnan(probabilities).any():
        raise ValueError("states without probabilities cannot be drawn")
    paths, steps, count = probabilities.shape
    by_path = np.broadcast_to(transition, (paths, count, count))
    states, chances = np.empty((paths, steps), dtype=np.int64), probabilities[:, -1]
    for step in reversed(range(steps)):
        states[:, step] = _draw_classes(rng, chances)
        if step:
            chances = probabilities[:, step - 1] * by_path[np.arange(paths), :, states[:, step]]
    return states


def _draw_classes(rng: np.random.Generator, chances: Array) -> NDArray[Any]:
    """One class for each row of probabilities or multiples of them, by inversion; one of probability 0 is never drawn."""
    edges = np.cumsum(chances, axis=1)
    lots = rng.uniform(0, 1, (len(chances), 1)) * edges[:, -1:]
    return np.asarray((lots >= edges[:, :-1]).sum(axis=1))
