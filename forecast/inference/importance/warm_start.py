"""A start from draws that are near a posterior already: the first points come from a fit to them, by a share from the prior.

Analyses condition models that differ little from one that has been conditioned: without a row, with
another prior, as of another day.  Draws of that one, weighed for the new model, say where
its posterior is, though their weights are too uneven to be averaged with.  All else is as in ``engine``: it learns on from
those first points as from others, and measures with fresh points whose weights are exact; so the errors are as honest as
after a start from the prior alone.  A part of the posterior that neither the known draws nor the prior's share reach is missed, as a
start from the prior misses what its points do not reach.  So this is for what is only compared, without a second opinion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.adaptation import CARRYING, temper_weights
from forecast.inference.posterior import systematic_resample
from forecast.inference.weights import effective_size
from forecast.language.arrays import Array
from forecast.model.coordinates import Coordinates
from forecast.model.priors import Hypothesis

POINTS_FITTED = 2_000  # of the known draws, whose coordinates are worked out
FEWEST_PER_DIMENSION = 1.0  # effective draws for each dimension, below which the known draws say too little of where the posterior is


@dataclass(frozen=True, slots=True)
class KnownDraws:
    """Draws of a model's parameters, ``(draws, 1 or labels)`` each, and log weights ``(draws,)`` that bring them near another's posterior."""

    parameters: Mapping[str, NDArray[Any]]
    log_weight: Array

    def points(self, coordinates: Coordinates, rng: np.random.Generator) -> Array | None:
        """Return points ``(n, d)`` spread about as a hypothesis's posterior, in its coordinates; None where the draws say too little of it.

        The draws are picked by their weights, tempered until these carry a fit.
        """
        chosen = self._of_hypothesis(coordinates.hypothesis)
        log_weight = self.log_weight[chosen]
        if not len(log_weight) or effective_size(log_weight) < FEWEST_PER_DIMENSION * coordinates.dimension:
            return None
        weights = temper_weights(log_weight, CARRYING * coordinates.dimension)
        places = np.flatnonzero(chosen)[systematic_resample(weights, POINTS_FITTED, rng)]
        x = coordinates.coordinates_of({name: values[places] for name, values in self.parameters.items()})
        if x is None:
            return None
        x = x[np.isfinite(x).all(axis=1)]
        return x if len(x) > CARRYING * coordinates.dimension else None

    def _of_hypothesis(self, hypothesis: Hypothesis) -> NDArray[np.bool_]:
        """Which draws have a hypothesis's discrete values, and can be."""
        chosen: NDArray[np.bool_] = np.isfinite(self.log_weight)
        for name, values in hypothesis.values.items():
            chosen = chosen & (self.parameters[name] == values).all(axis=1)
        return chosen
