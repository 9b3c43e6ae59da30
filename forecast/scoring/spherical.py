"""The spherical score: the probability of what happened, as a share of the length of all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_class_probabilities, read_classes, take_class


def spherical_score(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """The spherical score p_k / √Σ p_i², from 0 to 1 (best).

    ``probabilities`` is ``(…, classes)``, ``outcome`` the class that came true, counted from 0. scoringrules has no such rule.
    Roby (1965), Psychological Reports 17; Gneiting and Raftery (2007), JASA 102, doi:10.1198/016214506000001437.
    """
    forecast = read_class_probabilities(probabilities, name="probabilities")
    return take_class(forecast, read_classes(outcome, probabilities=forecast)) / np.linalg.norm(forecast, axis=-1)
