"""The energy score of draws of several quantities at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers

FEW_DRAWS = 500  # beyond, an array of all pairs of draws takes too much memory


def energy_score(*, draws: ArrayLike, outcome: ArrayLike) -> Array:
    """The energy score E|X - y| - E|X - X'|/2 of draws, with Euclidean distances; 0 is best. With one quantity it is the CRPS.

    ``draws`` is ``(…, draws, quantities)``, ``outcome`` ``(…, quantities)``. Quantities need a common unit, or to be divided by a scale.
    By scoringrules.es_ensemble: of up to 500 draws in NumPy, beyond in numba, which looks at one pair at a time.
    Gneiting and Raftery (2007), JASA 102, doi:10.1198/016214506000001437.
    """
    from scoringrules import es_ensemble

    points = read_numbers(draws, name="draws")
    backend = "numpy" if points.shape[-2] <= FEW_DRAWS else "numba"
    return np.asarray(es_ensemble(read_numbers(outcome, name="outcome"), points, backend=backend))
