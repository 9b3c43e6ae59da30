"""The Brier score, on both of its scales: the square for one event (0 to 1), and the sum of squares over all classes (0 to 2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_class_probabilities, read_classes, read_probabilities


def brier_score(*, probability: ArrayLike, outcome: ArrayLike) -> Array:
    """The one-sided Brier score (f - o)², from 0 (best) to 1, of the probability of an event.

    ``outcome`` is 1 for yes, 0 for no, or a share between, where a question resolved in part; both broadcast. Used by Manifold,
    ForecastBench and Augur. Computed here and not by scoringrules, which gives the same numbers and refuses shares, because its import
    takes over two seconds. Brier (1950), Monthly Weather Review 78, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    forecast = read_probabilities(probability, name="probability")
    return np.square(forecast - read_probabilities(outcome, name="outcome"))


def brier_score_two_sided(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """The two-sided Brier score Σ (f_i - o_i)² over the classes, from 0 (best) to 2; of two classes it is twice the one-sided score.

    ``probabilities`` is ``(…, classes)``. ``outcome`` has either the same shape, as the share of each class, or one axis less, as the
    class that came true, counted from 0. Brier's own form (1950); used by Fatebook and Good Judgment.
    """
    forecast = read_class_probabilities(probabilities, name="probabilities")
    if np.shape(outcome) == forecast.shape:
        shares = read_class_probabilities(outcome, name="outcome")
    else:
        shares = np.eye(forecast.shape[-1])[read_classes(outcome, probabilities=forecast)]
    return np.square(forecast - shares).sum(axis=-1)
