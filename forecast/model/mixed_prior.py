"""The mixture of the joint priors of models that differ in nothing else: weighted by their evidence, such models are together one under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.model.model import Model
from forecast.model.prior_ratio import log_prior_ratio


@dataclass(frozen=True, slots=True)
class MixedPrior:
    """Models with the same parameters, statements and rows, and the prior weight of each; the weights add up to 1."""

    models: tuple[Model, ...]
    weights: tuple[float, ...]

    def log_ratio(self, parameters: Mapping[str, NDArray[Any]], draws: int, reference: Model | None = None) -> Array:
        """Return the log of the mixture over the prior of ``reference``, or of the first model, at every draw, ``(draws,)``; NaN as ``log_prior_ratio`` is."""
        than = self.models[0] if reference is None else reference
        logs = [
            np.log(weight) + log_prior_ratio(model, than, parameters, draws)
            for model, weight in zip(self.models, self.weights, strict=True)
        ]
        ratio: Array = np.logaddexp.reduce(logs, axis=0)
        return ratio
