"""The states of hidden regimes on simulated paths: those of the record's steps given its rows, and those that follow.

They stand beside the parameters, under the regime's name, as the numbers of the states in each step ``(paths, steps)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.regime import Regime
from forecast.language.arrays import Array
from forecast.model.chain_groups import chain_group
from forecast.model.draw_blocks import CELLS_AT_ONCE, blocks_of_draws, draw_count
from forecast.model.forward_filter import draw_past_states, draw_states
from forecast.model.model import Model, Parameters, calendar_code
from forecast.model.regimes import filtered_states, start_of, transition_of


def with_states(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, until: date
) -> Mapping[str, NDArray[Any]]:
    """Return draws with the states of each regime, given all rows of the record, to the end of ``until`` and of the last row.

    Where the record is impossible at a draw, which then counts for nothing, the states do not matter: each is as likely.
    """
    if not model.topic.regimes:
        return parameters
    plain = without_states(model, parameters)
    last = max([until, *(date.fromordinal(int(table.record.rows.end.max())) for table in model.tables.values() if len(table))])
    drawn = {name: _draw_given_rows(model, regime, plain, rng, last) for name, regime in model.topic.regimes.items()}
    return {**plain, **drawn}


def with_fresh_states(model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator) -> Mapping[str, NDArray[Any]]:
    """Return draws with states of each regime as far as the record, drawn without a look at its rows."""
    if not model.topic.regimes:
        return parameters
    plain = without_states(model, parameters)
    drawn: dict[str, NDArray[Any]] = {}
    for name, regime in model.topic.regimes.items():
        chances = np.broadcast_to(start_of(model.topic, regime, plain), (draw_count(plain), len(regime.states)))
        group = chain_group(model, name)
        steps = int(group.steps.max(initial=0)) + 1 if group is not None else 1
        drawn[name] = draw_states(rng, chances, transition_of(model.topic, regime, plain), steps=steps)
    return {**plain, **drawn}


def without_states(model: Model, parameters: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
    """Return draws of the parameters alone."""
    return {name: values for name, values in parameters.items() if name not in model.topic.regimes}


def state_probabilities(model: Model, name: str, parameters: Parameters) -> Array:
    """Return the filtered probabilities of a regime's states in each step up to that of the last row, ``(draws, steps, states)``; of a record without rows those of the first step."""
    regime, group = model.topic.regimes[name], chain_group(model, name)
    parameters = without_states(model, parameters)
    if group is None:
        return np.broadcast_to(start_of(model.topic, regime, parameters)[:, None, :], (draw_count(parameters), 1, len(regime.states)))
    steps = group.steps
    found = np.empty((draw_count(parameters), int(steps.max()) + 1, len(regime.states)))
    for some, chunk in blocks_of_draws(parameters, found.shape[1] * found.shape[2], cells=CELLS_AT_ONCE):
        found[chunk] = filtered_states(model.topic, regime, some, group.density_by_state(model, some), steps).probabilities
    return found


def _draw_given_rows(
    model: Model, regime: Regime, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, last: date
) -> NDArray[np.int64]:
    probabilities = state_probabilities(model, regime.name, parameters)
    transition = transition_of(model.topic, regime, parameters)
    count = calendar_code(model.topic, regime.step, last, last) + 1
    past = draw_past_states(rng, np.where(np.isnan(probabilities), 1 / len(regime.states), probabilities), transition)
    if count <= past.shape[1]:
        return past
    by_path = np.broadcast_to(transition, (len(past), *transition.shape[1:]))
    following = draw_states(rng, by_path[np.arange(len(past)), past[:, -1]], transition, steps=count - past.shape[1])
    return np.concatenate([past, following], axis=1)
