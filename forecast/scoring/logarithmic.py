"""The logarithmic score, in nats and bits, of probabilities, of densities, and of outcomes that are only known to lie beyond a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_class_probabilities, read_classes, read_numbers, read_probabilities, take_class


def probability_of_outcome(*, probability: ArrayLike, outcome: ArrayLike) -> Array:
    """What a forecast gave to what happened: p where ``outcome`` is 1, 1 - p where it is 0. Raises ValueError for other outcomes."""
    forecast, happened = np.broadcast_arrays(read_probabilities(probability, name="probability"), read_numbers(outcome, name="outcome"))
    if not np.isin(happened, (0, 1)).all():
        raise ValueError("outcome is 1 for yes or 0 for no")
    return np.where(happened == 1, forecast, 1 - forecast)


def probability_of_class(*, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """What a forecast ``(…, classes)`` gave to the class that came true, counted from 0."""
    forecast = read_class_probabilities(probabilities, name="probabilities")
    return take_class(forecast, read_classes(outcome, probabilities=forecast))


def log_score(*, probability_of_outcome: ArrayLike) -> Array:
    """The logarithmic score -ln p, in nats, of the probability given to what happened: 0 is best, and p = 0 scores infinity.

    Computed here and not by scoringrules, whose import takes over two seconds and whose -ln |f + y - 1| loses probabilities below 1e-16.
    Good (1952), Rational decisions, JRSS B 14, doi:10.1111/j.2517-6161.1952.tb00104.x.
    """
    return -_log(read_probabilities(probability_of_outcome, name="probability_of_outcome"))


def log_score_bits(*, probability_of_outcome: ArrayLike) -> Array:
    """The logarithmic score in bits, -log₂ p: one for each halving of the probability given to what happened."""
    bits: Array = log_score(probability_of_outcome=probability_of_outcome) / np.log(2)
    return bits


def log_score_of_density(*, density: ArrayLike) -> Array:
    """The logarithmic score -ln f(y), in nats per unit of y, of the density given to what happened; the lower the better.

    A change of units adds the same to everybody's score. Raises ValueError for a negative density.
    """
    densities = read_numbers(density, name="density")
    if (densities < 0).any():
        raise ValueError("density has a negative value")
    return -_log(densities)


def log_score_censored(*, survival: ArrayLike) -> Array:
    """The logarithmic score -ln S(c), in nats, where all that is known is that the outcome lies beyond c.

    ``survival`` is the forecast's S(c) = 1 - F(c). Outcomes that were seen are scored by ``log_score_of_density``; the mean of both is a
    proper score of the whole distribution up to c, as the likelihood of a censored sample is.
    """
    return log_score(probability_of_outcome=survival)


def _log(values: Array) -> Array:
    """The logarithm, which is minus infinity at 0."""
    with np.errstate(divide="ignore"):
        return np.log(values)
