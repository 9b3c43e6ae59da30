"""Hidden regimes of a topic: how their states follow one another at each draw, and what rows add to the log-likelihood with the states summed out.

Rows are taken in the order of their steps, and each adds its density given all before it, in its own step too, so that the sum is
that of the forward algorithm (``model/forward_filter``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.regime import Regime
from forecast.book.topic import Stream, Topic
from forecast.language.arrays import Array
from forecast.model.draw_blocks import CELLS_AT_ONCE
from forecast.model.errors import Unsound, topic_problem
from forecast.model.forward_filter import FilteredStates, filter_states, following_probabilities, stationary_probabilities
from forecast.model.likelihood import Entry
from forecast.model.used_names import names_used


def regime_of(topic: Topic, stream: Stream) -> Regime | None:
    """Return the regime that a stream's statement uses, through quantities too; None where it uses none."""
    if not topic.regimes:
        return None
    used = names_used(topic, stream.value)
    return next((regime for name, regime in topic.regimes.items() if name in used), None)


def cells_at_once(entry: Entry | None) -> int | None:
    """Return how many draws times rows are worked out in one piece, as ``blocks_of_draws`` takes it: many where a regime is summed out step by step."""
    return None if entry is None or entry.regime is None else CELLS_AT_ONCE // len(entry.regime.states)


def transition_of(topic: Topic, regime: Regime, parameters: Mapping[str, Any]) -> Array:
    """Return the probability of each state after each at each draw, ``(draws or 1, states, states)``, one state's followers in a row."""
    if regime.stay:
        stay, states = np.asarray(parameters[regime.stay], dtype=float), len(regime.states)
        same = np.broadcast_to(stay, (len(stay), states))[..., None]
        return np.where(np.eye(states, dtype=bool), same, (1 - same) / (states - 1))
    rows = [_shares_of(topic, regime, regime.transition[state], parameters) for state in regime.states]
    return np.stack(np.broadcast_arrays(*rows), axis=1)


def start_of(topic: Topic, regime: Regime, parameters: Mapping[str, Any]) -> Array:
    """Return the probability of each state in the step in which the topic opens, ``(draws or 1, states)``.

    With ``stay`` moves between two states are as frequent one way as the other in the long run, so that a state's share is in
    proportion to how long it lasts, ``1 / (1 - stay)``.  Raises ``Unsound`` where the long run depends on the first state.
    """
    if regime.start:
        return _shares_of(topic, regime, regime.start, parameters)
    if regime.stay:
        stay, states = np.asarray(parameters[regime.stay], dtype=float), len(regime.states)
        if stay.shape[1] == 1:
            return np.full((1, states), 1 / states)
        with np.errstate(divide="ignore"):
            lasting = 1 / (1 - stay)
        forever = np.isinf(lasting)  # rounded to 1: it is in one of these in the long run
        lasting = np.where(forever.any(axis=1, keepdims=True), forever, lasting)
        shares: Array = lasting / lasting.sum(axis=1, keepdims=True)
        return shares
    try:
        return stationary_probabilities(transition_of(topic, regime, parameters))
    except ValueError:
        message = f"at some draws the long run of `{regime.name}` depends on the state at the start"
        raise Unsound(topic_problem(topic, ("regimes", regime.name, "start"), message, "give `start` a Dirichlet parameter")) from None


def chain_terms(topic: Topic, regime: Regime, parameters: Mapping[str, Any], by_state: Array, steps: NDArray[np.int64]) -> Array:
    """Return what each row adds to the log-likelihood given all rows before it, ``(draws, rows)``.

    ``by_state`` are the log densities of the rows in each state, ``(draws, rows, states)``, and ``steps`` the steps they lie in, ``(rows,)``,
    which must ascend.  Raises ``ValueError`` where they do not.
    """
    if (np.diff(steps) < 0).any():
        raise ValueError("rows must stand in the order of their steps")
    start, transition = start_of(topic, regime, parameters), transition_of(topic, regime, parameters)
    states = filter_states(_sum_by_step(by_state, steps), start=start, transition=transition)
    terms = np.empty(by_state.shape[:2])
    with np.errstate(divide="ignore", invalid="ignore"):
        for step in np.unique(steps).tolist():
            rows = np.flatnonzero(steps == step)
            before = following_probabilities(states.probabilities[:, step - 1], transition) if step else start
            whole = np.logaddexp.reduce(np.log(before)[:, None, :] + by_state[:, rows].cumsum(axis=1), axis=2)
            ahead = np.concatenate([np.zeros((len(whole), 1)), whole[:, :-1]], axis=1)
            gained = whole - ahead
            terms[:, rows] = np.where(np.isnan(gained) | np.isneginf(whole), -np.inf, gained)
    return terms


def filtered_states(
    topic: Topic, regime: Regime, parameters: Mapping[str, Any], by_state: Array, steps: NDArray[np.int64]
) -> FilteredStates:
    """Return the filtered states at each draw from the rows' log densities in each state, as ``chain_terms`` takes them; at least one step."""
    start, transition = start_of(topic, regime, parameters), transition_of(topic, regime, parameters)
    return filter_states(_sum_by_step(by_state, steps), start=start, transition=transition)


def _sum_by_step(by_state: Array, steps: NDArray[np.int64]) -> Array:
    """The log density of each step's rows in each state, ``(draws, steps, states)``, from those of the rows; at least one step."""
    summed = np.zeros((len(by_state), int(steps.max(initial=0)) + 1, by_state.shape[2]))
    for row, step in enumerate(steps.tolist()):
        summed[:, step] += by_state[:, row]
    return summed


def _shares_of(topic: Topic, regime: Regime, name: str, parameters: Mapping[str, Any]) -> Array:
    """A Dirichlet parameter's shares in the order of the states, ``(draws, states)``."""
    labels = topic.parameters[name].labels
    shares: Array = np.asarray(parameters[name], dtype=float)[:, [labels.index(state) for state in regime.states]]
    return shares
