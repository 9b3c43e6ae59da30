"""Whether forecasts tell questions that resolve yes from those that resolve no, however well they are calibrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array, Truth
from forecast.scoring.checks import read_numbers, read_probabilities


def mean_difference(*, probability: ArrayLike, outcome: ArrayLike) -> float:
    """The mean probability of what happened minus that of what did not, from -1 to 1 (best).

    ``probability`` and ``outcome`` (1 or 0) are ``(questions,)``. Raises ValueError without a yes or without a no. Yates (1982),
    Organizational Behavior and Human Performance 30; asked for in Metaculus#2865.
    """
    forecast, happened = _read(probability, outcome)
    return float(forecast[happened].mean() - forecast[~happened].mean())


def chance_yes_above_no(*, probability: ArrayLike, outcome: ArrayLike) -> float:
    """The chance that a random yes was given more than a random no, ties counting one half: the area under the ROC curve.

    From 0 to 1 (best); 1/2 for forecasts that tell nothing. Arguments and errors as for the mean difference. Hanley and McNeil (1982),
    Radiology 143, doi:10.1148/radiology.143.1.7063747.
    """
    forecast, happened = _read(probability, outcome)
    values, place = np.unique(forecast, return_inverse=True)
    yes = np.bincount(place[happened], minlength=values.size)
    no = np.bincount(place[~happened], minlength=values.size)
    lower = np.cumsum(no) - no
    return float(yes @ (lower + no / 2) / (yes.sum() * no.sum()))


def _read(probability: ArrayLike, outcome: ArrayLike) -> tuple[Array, Truth]:
    """Both as arrays of one length, with a yes and a no at least."""
    forecast, happened = read_probabilities(probability, name="probability"), read_numbers(outcome, name="outcome")
    if forecast.shape != happened.shape or forecast.ndim != 1:
        raise ValueError("a probability and an outcome for each question")
    if not np.isin(happened, (0, 1)).all():
        raise ValueError("outcome is 1 for yes or 0 for no")
    if happened.all() or not happened.any():
        raise ValueError("discrimination needs a yes and a no")
    return forecast, happened == 1
