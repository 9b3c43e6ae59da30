"""The pseudospherical score of order 3: the spherical one, with cubes for squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_class_probabilities, read_classes, take_class


def pseudospherical_score(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """The pseudospherical score p_k² / (Σ p_i³)^(2/3), from 0 to 1 (best).

    ``probabilities`` is ``(…, classes)``, ``outcome`` the class that came true, counted from 0.
    Gneiting and Raftery (2007), JASA 102, section 4.1, doi:10.1198/016214506000001437.
    """
    forecast = read_class_probabilities(probabilities, name="probabilities")
    given = take_class(forecast, read_classes(outcome, probabilities=forecast))
    return np.square(given) / np.sum(forecast**3, axis=-1) ** (2 / 3)
