"""Metaculus's scores of a single forecast: baseline, peer and legacy relative. All are better when higher, and 0 is what they compare with.

Source: Metaculus/metaculus, `scoring/score_math.py`. How forecasts of a question are put together stands in `metaculus_question`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers, read_probabilities

OUT_OF_BOUNDS = 0.05  # what the baseline gives to each of the buckets outside the bounds


def baseline_score(*, probability_of_outcome: ArrayLike, options: ArrayLike = 2) -> Array:
    """Metaculus's baseline score 100·ln(p·N) / ln N: 0 for equal probabilities, 100 for certainty, minus infinity for p = 0.

    ``options`` is N, the number of options that could be chosen when the forecast was made; 2 for a binary question. Both broadcast.
    Raises ValueError for N below 2.
    """
    probability = read_probabilities(probability_of_outcome, name="probability_of_outcome")
    number = read_numbers(options, name="options")
    if (number < 2).any():
        raise ValueError("a question has two options or more")
    return 100 * (_log(probability) + np.log(number)) / np.log(number)


def baseline_score_continuous(*, probability_of_bucket: ArrayLike, baseline: ArrayLike) -> Array:
    """Metaculus's baseline score of a numeric, discrete or date question, 50·ln(p / b).

    ``baseline`` is b, of ``baseline_probability``. Raises ValueError where it is 0, and for a p that is negative or infinite. That p is at
    most 1 is checked where a forecast is read, not here: a test of Metaculus's own has p = e/2 for b = 1/2, which scores 50.
    """
    probability = read_numbers(probability_of_bucket, name="probability_of_bucket")
    if ((probability < 0) | np.isinf(probability)).any():
        raise ValueError("probability_of_bucket is negative or infinite")
    reference = read_probabilities(baseline, name="baseline")
    if (reference == 0).any():
        raise ValueError("a baseline is above 0")
    return 50 * (_log(probability) - np.log(reference))


def baseline_probability(*, bucket: ArrayLike, buckets: int, open_bounds: int) -> Array:
    """What the baseline gives to a bucket: 0.05 below and above the bounds, and equal shares of what open bounds leave between them.

    ``bucket`` counts from 0 (below) to ``buckets`` + 1 (above); ``open_bounds`` is 0, 1 or 2.
    """
    outside = np.isin(np.asarray(bucket), (0, buckets + 1))
    return np.where(outside, OUT_OF_BOUNDS, (1 - OUT_OF_BOUNDS * open_bounds) / buckets)


def peer_score(
    *, probability_of_outcome: ArrayLike, geometric_mean: ArrayLike, forecasters: ArrayLike, is_continuous: bool = False
) -> Array:
    """Metaculus's peer score 100·N/(N - 1)·ln(p / GM), halved for numeric, discrete and date questions.

    ``geometric_mean`` is GM, of what the N = ``forecasters`` active members of the crowd gave to what happened, with one's own if one is
    among them. With one active forecaster or none the score is 0. A probability of 0 scores minus infinity, and a mean of 0, to which
    somebody else gave 0, plus infinity.
    """
    probability = read_probabilities(probability_of_outcome, name="probability_of_outcome")
    mean = read_probabilities(geometric_mean, name="geometric_mean")
    scale = peer_factor(forecasters=forecasters, is_continuous=is_continuous)
    with np.errstate(invalid="ignore"):  # 0·∞ and ∞ - ∞, both decided below
        score = scale * (_log(probability) - _log(mean))
    return np.where(scale == 0, 0.0, np.where(probability == 0, -np.inf, score))


def peer_factor(*, forecasters: ArrayLike, is_continuous: bool) -> Array:
    """The factor 100·N/(N - 1) of a peer score, half of it for continuous questions, and 0 where N is 1 or less."""
    number = read_numbers(forecasters, name="forecasters")
    several = number > 1
    full = np.divide(100 * number, number - 1, out=np.zeros_like(number), where=several)
    return full / 2 if is_continuous else full


def relative_legacy_score(*, probability_of_outcome: ArrayLike, community: ArrayLike) -> Array:
    """Metaculus's former relative score log₂(p / c), where c is what the recency-weighted aggregate gave to what happened."""
    probability = read_probabilities(probability_of_outcome, name="probability_of_outcome")
    aggregate = read_probabilities(community, name="community")
    with np.errstate(invalid="ignore"):  # ∞ - ∞, decided below
        score = (_log(probability) - _log(aggregate)) / np.log(2)
    return np.where(probability == 0, -np.inf, score)


def spot_time(
    *,
    opened: float,
    scheduled_close: float,
    actual_close: float | None = None,
    spot_scoring: float | None = None,
    reveal: float | None = None,
) -> float:
    """When Metaculus takes its spot scores, in the unit of the arguments.

    It is the spot scoring time; else the time at which the community prediction is revealed, if after opening; else the actual close;
    else the scheduled one; and never later than the actual close. Source: `questions/models.py`.
    """
    if spot_scoring is not None:
        chosen = spot_scoring
    elif reveal is not None and reveal > opened:
        chosen = reveal
    else:
        chosen = scheduled_close if actual_close is None else actual_close
    return chosen if actual_close is None else min(chosen, actual_close)


def _log(values: Array) -> Array:
    """The logarithm, which is minus infinity at 0."""
    with np.errstate(divide="ignore"):
        return np.log(values)
