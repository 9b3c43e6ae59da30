"""Draws of a prior that are left out since a statement lies beyond the range of floats there, as long as they are few.

No finite count is possible at an infinite rate: such draws are impossible, not the topic.
How many there are is counted on the prior and reported.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.draw_blocks import blocks_of_draws, choose_draws, draw_count
from forecast.model.likelihood import density_of_rows
from forecast.model.model import Model, Parameters, RowTable
from forecast.model.overflow import cells_beyond_floats
from forecast.model.total_log_likelihood import draws_to_look_at, total_log_likelihood

MOST_BEYOND = 0.1  # of the prior, above which a topic is refused


def without_overflow(model: Model, parameters: Parameters, weights: Array) -> Model:
    """Return a model in which draws are impossible at which a statement lies beyond floats, given weighted draws of its prior.

    Raises ``Unsound``, as the log-likelihood does, where they are more than a tenth of the prior.
    """
    share = float(weights @ draws_beyond_floats(model, parameters))
    if share > MOST_BEYOND:
        total_log_likelihood(model, parameters)
    return replace(model, beyond=share)


def draws_beyond_floats(model: Model, parameters: Parameters) -> NDArray[np.bool_]:
    """Whether some row's statement makes no distribution at each draw only since it lies beyond the range of floats, ``(draws,)``."""
    draws = draw_count(parameters)
    beyond = np.zeros(draws, dtype=bool)
    for name, table in model.tables.items():
        doubtful = np.flatnonzero(draws_to_look_at(model, name, parameters)) if len(table) else np.zeros(0, dtype=np.intp)
        if len(doubtful):
            chosen = choose_draws(parameters, doubtful, draws)
            for some, chunk in blocks_of_draws(chosen, len(table)):
                beyond[doubtful[chunk]] |= _draws_beyond_floats(model, table, some)
    return beyond


def _draws_beyond_floats(model: Model, table: RowTable, parameters: Parameters) -> NDArray[np.bool_]:
    draws = draw_count(parameters)
    beyond = np.zeros(draws, dtype=bool)
    for statement, scope in product((table.stream.value, table.stream.wrong), model.row_scopes(table, parameters)):
        if statement is None:
            continue
        with np.errstate(all="ignore"):
            kind, arguments = model.distribution(statement, scope)
            density = density_of_rows(kind, arguments, table.seen, table.entry)
            wrong = np.broadcast_to(np.isnan(density), (draws, len(table)))
            arguments = model.distribution_as_written(statement, scope)[1] if wrong.any() else arguments
        if wrong.any():
            beyond |= cells_beyond_floats(statement, kind, arguments, scope, wrong).any(axis=1)
    return beyond
