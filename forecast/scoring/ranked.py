"""Scores of ordered classes, in which a near miss costs less than a wide one: ranked probability, ranked logarithmic, and Good Judgment's."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_class_probabilities, read_classes


def ranked_probability_score(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """The ranked probability score, from 0 (best) to classes - 1: the Brier scores of all cut points, added up.

    ``probabilities`` is ``(…, classes)`` in their order, ``outcome`` the class that came true, counted from 0. By scoringrules.rps_score.
    Epstein (1969), Journal of Applied Meteorology 8.
    """
    from scoringrules import rps_score

    forecast = read_class_probabilities(probabilities, name="probabilities")
    classes = read_classes(outcome, probabilities=forecast)
    return np.asarray(rps_score(classes + 1, forecast, backend="numpy"))


def ordinal_brier_score(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """Good Judgment's score of ordered answers, from 0 (best) to 2: the mean of the two-sided Brier scores of all cut points.

    It is the ranked probability score times 2 / (classes - 1). Arguments as there.
    """
    cut_points = np.shape(probabilities)[-1] - 1
    mean: Array = ranked_probability_score(probabilities=probabilities, outcome=outcome) * 2 / cut_points
    return mean


def ranked_logarithmic_score(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """The ranked logarithmic score, from 0 (best): the logarithmic scores of all cut points, added up, in nats. It may be infinite.

    Arguments as for the ranked probability score. By scoringrules.rls_score, whose last cut point is certain and adds nothing.
    """
    from scoringrules import rls_score

    forecast = read_class_probabilities(probabilities, name="probabilities")
    classes = read_classes(outcome, probabilities=forecast)
    with np.errstate(divide="ignore"):
        return np.asarray(rls_score(classes + 1, forecast, backend="numpy"))
