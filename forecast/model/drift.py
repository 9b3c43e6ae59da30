"""Parameters with one value for each calendar step, carried on beyond the record.

A walk goes on from its last value; any other prior gives each new step a value of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.book.topic import Topic
from forecast.language.arrays import Array
from forecast.language.distributions.walks import Walk
from forecast.model.errors import Unsound, prior_problem
from forecast.model.model import Model, calendar_code, calendars
from forecast.model.priors import Block, blocks


def extend_parameters(
    model: Model, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, until: date
) -> Mapping[str, NDArray[Any]]:
    """Return draws ``(draws, 1 or labels)`` with the values of calendar steps drawn on as far as a day's.

    Parameters that have no value for each step stay as they are.  Raises
    ``Unsound`` where a prior cannot be drawn from.
    """
    steps = calendars(model.topic)
    if not steps:
        return parameters
    needed = {step: calendar_code(model.topic, step, until, until) + 1 for step in steps}
    extended = dict(parameters)
    for block in blocks(model):
        if block.parameter.per in needed:
            extended[block.name] = _extend_block(
                model, block, extended, rng, count=needed[block.parameter.per] - len(block.parameter.labels)
            )
    return extended


def recorded_parameters(topic: Topic, parameters: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return draws without what ``extend_parameters`` has drawn on: what is known of a step beyond the record is luck, and drawn anew on other draws."""
    return {name: values[:, : _recorded_labels(topic, name)] for name, values in parameters.items() if name not in topic.regimes}


def _recorded_labels(topic: Topic, name: str) -> int:
    """How many values of what stands under a name the record knows: one for each label, or the one there is."""
    return max(1, len(topic.parameters[name].labels)) if name in topic.parameters else 1


def _extend_block(model: Model, block: Block, parameters: Mapping[str, NDArray[Any]], rng: np.random.Generator, *, count: int) -> Array:
    values: Array = np.asarray(parameters[block.name], dtype=float)
    if count <= 0:
        return values
    draws = max(len(array) for array in parameters.values())
    values = np.broadcast_to(values, (draws, values.shape[1]))
    following = replace(block, positions=tuple(range(values.shape[1], values.shape[1] + count)))
    try:
        arguments = following.arguments(model, parameters)
        if isinstance(block.family, Walk):
            more = block.family.go_on(rng, values[:, -1:], count, **arguments)
        else:
            more = block.family.draw(rng, (draws, count), **arguments)
    except ValueError as error:
        raise Unsound(prior_problem(model.topic, (block.name, "prior"), f"`{block.statement.text}` cannot be drawn on: {error}")) from None
    return np.concatenate([values, more], axis=1)
