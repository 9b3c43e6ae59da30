"""Pooling probabilities: the geometric mean of odds, extremising, the weighted mean, and Bayes' rule for one event."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite, log, log1p

from forecast.markets.faults import MarketFault


def geometric_mean_of_odds(probabilities: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """The probability whose log odds are the weighted mean of the log odds of ``probabilities``.

    Satopää et al. (2014), International Journal of Forecasting 30, doi:10.1016/j.ijforecast.2013.09.009.  Raises ``MarketFault`` for
    probabilities of 0 or 1, whose log odds are infinite, and for weights that are not above 0 in sum or below 0.
    """
    shares = _shares(probabilities, weights)
    return _probability(sum(share * log_odds(each) for share, each in zip(shares, probabilities, strict=True)))


def arithmetic_mean_of_probabilities(probabilities: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """The weighted mean of probabilities, each from 0 to 1."""
    if any(not 0 <= each <= 1 for each in probabilities):
        raise MarketFault("a probability lies between 0 and 1")
    shares = _shares(probabilities, weights)
    return sum(share * each for share, each in zip(shares, probabilities, strict=True))


def extremise(probability: float, factor: float) -> float:
    """Move a probability away from 1/2, or towards it where ``factor`` is below 1: its log odds are multiplied by it.

    Baron et al. (2014), Decision Analysis 11, doi:10.1287/deca.2014.0293.
    """
    if not 0 < factor < float("inf"):
        raise MarketFault(f"a factor is above 0, not {factor}")
    return probability if factor == 1 and 0 < probability < 1 else _probability(factor * log_odds(probability))


def posterior_probability(prior: float, *, if_true: float, if_false: float) -> float:
    """Bayes' rule: the probability of a hypothesis after evidence that has these probabilities if it is true and if it is false."""
    if any(not 0 <= each <= 1 for each in (prior, if_true, if_false)):
        raise MarketFault("a probability lies between 0 and 1")
    joint, other = prior * if_true, (1 - prior) * if_false
    if not joint + other:
        raise MarketFault("the evidence is impossible whether the hypothesis is true or false")
    return joint / (joint + other)


def log_odds(probability: float) -> float:
    """The natural logarithm of p / (1 - p).  Raises ``MarketFault`` outside 0 to 1 and at its ends."""
    if not 0 < probability < 1:
        raise MarketFault(f"the log odds of {probability} are not finite", "a probability lies between 0 and 1, both excluded")
    return log(probability) - log1p(-probability)


def _probability(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


def _shares(values: Sequence[float], weights: Sequence[float] | None) -> list[float]:
    chosen = [1.0] * len(values) if weights is None else list(weights)
    if len(chosen) != len(values):
        raise MarketFault(f"there are {len(values)} probabilities and {len(chosen)} weights")
    total = sum(chosen)
    if not chosen or any(not each >= 0 for each in chosen) or not (isfinite(total) and total > 0):
        raise MarketFault("weights are numbers no less than 0, at least one of them above 0")
    return [each / total for each in chosen]
