"""The ratio of two joint priors of the same parameters, at given values of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.model import Model
from forecast.model.priors import blocks


def log_prior_ratio(model: Model, reference: Model, parameters: Mapping[str, NDArray[Any]], draws: int) -> Array:
    """Return the log of a model's joint prior over another's at every draw, ``(draws,)``; both must have the same parameters.

    Where both densities are infinite the ratio is not a number.
    """
    ratio = np.zeros(draws)
    alike = model.topic.quantities == reference.topic.quantities
    if alike and model.topic.parameters == reference.topic.parameters:
        return ratio
    for new, old in zip(blocks(model), blocks(reference), strict=True):
        if new.statement.text != old.statement.text or not (alike or new.fixed is not None):
            values = parameters[new.name]
            ratio = ratio + new.log_density(model, values[:, list(new.positions)], parameters)
            with np.errstate(invalid="ignore"):
                ratio = ratio - old.log_density(reference, values[:, list(old.positions)], parameters)
    return ratio
