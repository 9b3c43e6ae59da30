"""Families that may have much of their mass nearer to an edge of their support than any float.

Half of a Gamma(0.001, 0.001) lies below 1e-300, where floats end.  A value there is held at the
smallest float whose inverse is one too, which stands for all that are smaller: no sum, product or
density can tell them apart.  Their logarithms are ordinary numbers, so coordinates that are
logarithms (of the odds, for shares) go on beyond, with the density that the family has there.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.language.distributions.family import Family

SMALLEST_HELD_VALUE = float(np.finfo(float).tiny)  # the inverses of smaller floats are infinite
NEAREST_TO_ONE = 1 - float(np.finfo(float).epsneg)
HELD_POSITIVE_VALUES = (SMALLEST_HELD_VALUE, float(np.inf))
HELD_SHARES = (SMALLEST_HELD_VALUE, NEAREST_TO_ONE)


class ClampedFamily(Family):
    """A family whose values are held within ``ends``; its latents are the logarithms of values, or of their odds where both ends are finite."""

    ends: ClassVar[tuple[float, float]] = HELD_POSITIVE_VALUES

    @abstractmethod
    def _latents(self, q: Array, *core: Array) -> Array: ...

    @abstractmethod
    def _latent_log_density(self, x: Array, *core: Array) -> Array: ...

    def hold(self, values: Array) -> Array:
        """Return values with those that lie nearer to an edge than the last float held at that."""
        low, high = self.ends
        return np.minimum(np.maximum(values, low), high) if ((values < low) | (values > high)).any() else values

    def held_latents(self, x: Array) -> Array:
        """Return latents with those of values that are held at an end held there too."""
        low, high = self.ends
        return np.minimum(np.maximum(x, np.log(low)), np.inf if np.isinf(high) else np.log(high) - np.log1p(-high))

    def latents(self, q: ArrayLike, **arguments: Any) -> Array:
        """Return the latents of the quantiles at ``q``, also of those that no float holds."""
        with np.errstate(all="ignore"):
            core, _ = self._prepare(arguments)
            return self._latents(np.asarray(q, dtype=float), *core)

    def latent_log_density(self, x: ArrayLike, **arguments: Any) -> Array:
        """Return the log density of latents, also where no float holds their values; NaN as in ``log_density``."""
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            return np.where(valid, self._latent_log_density(np.asarray(x, dtype=float), *core), np.nan)
