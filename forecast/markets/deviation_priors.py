"""What is believed of the ways in which a contract may end otherwise than our question: three probabilities, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.book.files.problems import Place
from forecast.language.distributions.component import Component

_MIDPOINTS = (np.arange(4096) + 0.5) / 4096


@dataclass(frozen=True, slots=True)
class DeviationPrior:
    """What is believed of one probability: a number, or a distribution on 0 to 1."""

    text: str
    why: str
    place: Place
    believed: float | Component

    def quantiles(self, levels: ArrayLike) -> NDArray[np.float64]:
        """Return its quantiles at levels between 0 and 1, an array of their shape; of a number that number."""
        at = np.asarray(levels, dtype=float)
        if isinstance(self.believed, Component):
            return np.asarray(self.believed.family.quantile(at, **self.believed.arguments), dtype=float)
        return np.full(at.shape, self.believed)

    @property
    def mean(self) -> float:
        """Its mean; where its family has no formula for that, the mean of 4,096 quantiles at evenly spaced levels."""
        if not isinstance(self.believed, Component):
            return self.believed
        mean = float(self.believed.family.mean(**self.believed.arguments))
        return mean if np.isfinite(mean) else float(self.quantiles(_MIDPOINTS).mean())


@dataclass(frozen=True, slots=True)
class DeviationPriors:
    """How a contract may end otherwise than our question.

    With probability ``void`` it is void: ``Contract.refund`` times the price paid comes back, and fees do not.  Otherwise its ``side`` pays
    with probability ``yes_if_yes`` where our question resolves Yes, and ``yes_if_no`` where it resolves No.  On one draw, contracts with
    the same settlement source stand at the same quantile level of their own priors.
    """

    yes_if_yes: DeviationPrior
    yes_if_no: DeviationPrior
    void: DeviationPrior
