"""Scores beside those of a named reference, as a ratio and as a difference, and ForecastBench's own scale.

All take scores of which lower is better, such as mean Brier scores over the same questions; all are better when higher.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers, read_probabilities


def skill_ratio(*, score: ArrayLike, reference: ArrayLike) -> Array:
    """The skill score 1 - S / S_ref: 1 is perfect, 0 is no better than the reference.

    Minus infinity where only the reference is perfect, and NaN where both are: then the ratio means nothing. It is not proper; see `rules`.
    Murphy (1988), Monthly Weather Review 116.
    """
    own, other = np.broadcast_arrays(read_numbers(score, name="score"), read_numbers(reference, name="reference"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Array = 1 - own / other
    return ratio


def skill_difference(*, score: ArrayLike, reference: ArrayLike) -> Array:
    """How much lower a score is than the reference's, S_ref - S, in the unit of the score. ForecastBench calls it a Brier skill score.

    NaN where both are infinite.
    """
    with np.errstate(invalid="ignore"):
        return read_numbers(reference, name="reference") - read_numbers(score, name="score")


def brier_index(*, brier: ArrayLike) -> Array:
    """ForecastBench's Brier index 100·(1 - √B), from 0 to 100 (best), of a mean one-sided Brier score: 50 for B = 0.25."""
    return 100 * (1 - np.sqrt(read_probabilities(brier, name="brier")))


def brier_index_difference(*, brier: ArrayLike, reference: ArrayLike) -> Array:
    """By how many points of the Brier index a mean Brier score beats the reference's."""
    return brier_index(brier=brier) - brier_index(brier=reference)
