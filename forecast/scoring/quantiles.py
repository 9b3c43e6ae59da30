"""Scores of quantiles and intervals: the quantile score, the interval score, and the weighted interval score of several."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers, read_probabilities


def quantile_score(*, quantile: ArrayLike, level: ArrayLike, outcome: ArrayLike) -> Array:
    """The quantile or pinball score (1{y < q} - a)(q - y), in the unit of the outcome; 0 is best.

    ``quantile`` is q, that of ``level`` a; all broadcast. Its mean over outcomes is least at the true quantile. By
    scoringrules.quantile_score. Koenker and Bassett (1978), Econometrica 46, doi:10.2307/1913643.
    """
    from scoringrules import quantile_score as score_quantile

    levels = read_probabilities(level, name="level")
    return np.asarray(
        score_quantile(read_numbers(outcome, name="outcome"), read_numbers(quantile, name="quantile"), levels, backend="numpy")
    )


def interval_score(*, lower: ArrayLike, upper: ArrayLike, alpha: ArrayLike, outcome: ArrayLike) -> Array:
    """The interval or Winkler score of a central interval that misses with probability ``alpha``, in the unit of the outcome; 0 is best.

    It is the interval's width, and 2/alpha times the distance by which the outcome misses it. All broadcast. Raises ValueError where an
    interval ends before it begins or alpha is not above 0. By scoringrules.interval_score. Gneiting and Raftery (2007), JASA 102,
    doi:10.1198/016214506000001437.
    """
    from scoringrules import interval_score as score_interval

    missing = read_probabilities(alpha, name="alpha")
    if (missing == 0).any():
        raise ValueError("alpha is above 0")
    low, high = np.broadcast_arrays(read_numbers(lower, name="lower"), read_numbers(upper, name="upper"))
    if (low > high).any():
        raise ValueError("an interval ends before it begins")
    happened, low, high, missing = np.broadcast_arrays(read_numbers(outcome, name="outcome"), low, high, missing)
    columns = (values.reshape(-1, 1) for values in (happened, low, high, missing))  # of one level each: two axes, as scoringrules asks
    return np.asarray(score_interval(*columns, backend="numpy")).reshape(happened.shape)


def weighted_interval_score(*, median: ArrayLike, lower: ArrayLike, upper: ArrayLike, alpha: ArrayLike, outcome: ArrayLike) -> Array:
    """The weighted interval score of a median and K central intervals, in the unit of the outcome; 0 is best.

    (|y - m| / 2 + Σ alpha_k/2 · IS_k) / (K + 1/2). ``median`` and ``outcome`` are ``(…)``, ``lower`` and ``upper`` ``(…, K)``, ``alpha``
    ``(K,)``. It is the mean quantile score of the 2K + 1 quantiles, twice. The intervals' scores are scoringrules's; they are put together
    here, because without numba scoringrules.weighted_interval_score takes the median itself for its distance from the outcome.
    Bracher and others (2021), PLOS Computational Biology 17, doi:10.1371/journal.pcbi.1008618.
    """
    happened, middle = read_numbers(outcome, name="outcome"), read_numbers(median, name="median")
    levels = read_probabilities(alpha, name="alpha")
    intervals = interval_score(lower=lower, upper=upper, alpha=levels, outcome=happened[..., np.newaxis])
    return (np.abs(happened - middle) / 2 + (intervals * levels / 2).sum(axis=-1)) / (levels.size + 0.5)
