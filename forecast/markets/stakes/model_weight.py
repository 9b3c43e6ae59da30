"""How much the model counts beside the market in a pooled chance: estimated from settled questions where there are enough, else stated.

The pool is the weighted geometric mean of odds, and the weight is a parameter between 0 and 1 with a prior: a Normal around the stated
weight, cut at 0 and 1.  Its posterior mean is used, so that few questions move it little.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault
from forecast.markets.stakes.pooling import geometric_mean_of_odds

STATED_WEIGHT = 0.3  # of the model, where too few questions have settled; `tests/studies/stakes.md` says what others cost
STATED_SPREAD = 0.25  # standard deviation of the prior of the weight
ENOUGH_QUESTIONS = 20
_GRID = 2_001


@dataclass(frozen=True, slots=True)
class ModelWeight:
    """The model's share of the pool, from 0 to 1, its standard deviation, and the settled questions it rests on: 0 where it is stated."""

    value: float
    error: float
    questions: int

    @property
    def is_estimated(self) -> bool:
        """Whether settled questions have a say."""
        return self.questions > 0


STATED = ModelWeight(STATED_WEIGHT, STATED_SPREAD, 0)
MODEL_ALONE = ModelWeight(1.0, 0.0, 0)


def estimate_model_weight(model: Array, market: Array, happened: Array) -> ModelWeight:
    """Return the model's weight from what both said of settled questions, ``(questions,)`` each; the stated one where these are fewer than 20.

    The likelihood is that of independent outcomes.  Raises ``MarketFault`` for chances of 0 and 1, whose log odds are infinite.
    """
    if not (model.shape == market.shape == happened.shape):
        raise MarketFault("each settled question has the model's chance, the market's, and its outcome")
    if not ((model > 0) & (model < 1) & (market > 0) & (market < 1)).all():
        raise MarketFault("chances that are pooled lie between 0 and 1, both excluded")
    if len(happened) < ENOUGH_QUESTIONS:
        return STATED
    weights = np.linspace(0, 1, _GRID)
    signs = np.where(happened.astype(bool), 1.0, -1.0)
    ours, theirs = (np.log(chance) - np.log1p(-chance) for chance in (model, market))
    pooled = weights[:, None] * ours + (1 - weights[:, None]) * theirs
    logs = -np.logaddexp(0, -signs * pooled).sum(axis=1) - (weights - STATED_WEIGHT) ** 2 / (2 * STATED_SPREAD**2)
    masses = np.exp(logs - logs.max())
    masses /= masses.sum()
    mean = float(masses @ weights)
    return ModelWeight(mean, sqrt(float(masses @ (weights - mean) ** 2)), len(happened))


def pooled_chance(*, model: float, market: float, weight: float) -> float:
    """The geometric mean of odds of model and market; with a weight of 1 the model's chance."""
    return geometric_mean_of_odds((model, market), (weight, 1 - weight))


def pooled_slope(*, model: float, pooled: float, weight: float) -> float:
    """How a pooled chance q moves with the model's p, by the delta method: w · q (1 - q) / (p (1 - p)); its errors are that times the model's."""
    return weight * pooled * (1 - pooled) / (model * (1 - model))
