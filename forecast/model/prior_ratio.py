"""The ratio of two joint priors of the same parameters, at given values of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.model import Model
from forecast.model.priors import Block, blocks


def log_prior_ratio(model: Model, reference: Model, parameters: Mapping[str, NDArray[Any]], draws: int) -> Array:
    """Return the log of a model's joint prior over another's at every draw, ``(draws,)``; both must have the same parameters.

    It is NaN where both densities are infinite, and where the reference's prior excludes values that the model's allows: no weights of
    draws that cannot have these values give averages under the model's prior.
    """
    ratio = np.zeros(draws)
    alike = model.topic.quantities == reference.topic.quantities
    if alike and model.topic.parameters == reference.topic.parameters:
        return ratio
    for new, old in zip(blocks(model), blocks(reference), strict=True):
        if new.statement.text != old.statement.text or not (alike or new.fixed is not None):
            ratio = ratio + log_block_ratio((model, new), (reference, old), parameters)
    return ratio


def log_block_ratio(changed: tuple[Model, Block], reference: tuple[Model, Block], parameters: Mapping[str, NDArray[Any]]) -> Array:
    """Return the log of one block's prior over another of the same values at every draw, ``(draws,)``; NaN as ``log_prior_ratio`` is.

    Each block is given with the model whose statements its arguments name.
    """
    (model, new), (other, old) = changed, reference
    values = parameters[new.name]
    numerator = new.log_density(model, values[:, list(new.positions)], parameters)
    with np.errstate(invalid="ignore"):
        ratio = numerator - old.log_density(other, values[:, list(old.positions)], parameters)
    return np.where(_covers(old.support(other, parameters), new.support(model, parameters)), ratio, np.nan)


def _covers(wide: tuple[Array, Array], narrow: tuple[Array, Array]) -> NDArray[np.bool_]:
    """Whether one support has all of another's values, for each draw or for all of them at once."""
    covered = np.atleast_1d((wide[0] <= narrow[0]) & (wide[1] >= narrow[1]))
    return np.asarray(covered.all(axis=-1))
