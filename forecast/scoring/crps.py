"""The continuous ranked probability score ∫ (F(x) - 1{y ≤ x})² dx of draws, mass functions, quantile sets and cumulative distributions.

Its unit is that of the outcome, and 0 is best; of a single point it is the absolute error. Cut at c, the integral ends there: then an
outcome of which only "beyond c" is known can be scored (∫₀^c (F(t) - 1{T ≤ t})² dt, which does not depend on where beyond c it lies). The cut
must have been chosen before the outcome was known. Matheson and Winkler (1976), Management Science 22, doi:10.1287/mnsc.22.10.1087; with
weights on a range, Gneiting and Ranjan (2011), Journal of Business and Economic Statistics 29, doi:10.1198/jbes.2010.08110.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecast.language.arrays import Array
from forecast.scoring.checks import read_numbers, read_probabilities


def crps_of_draws(*, draws: ArrayLike, outcome: ArrayLike) -> Array:
    """The CRPS of the empirical distribution of draws ``(…, draws)`` at outcomes ``(…)``, by scoringrules.crps_ensemble.

    The estimator is the quantile decomposition, exact for the draws as they are; it exceeds the CRPS of the distribution that they come
    from by half their mean distance over their number.
    """
    from scoringrules import crps_ensemble

    return np.asarray(
        crps_ensemble(read_numbers(outcome, name="outcome"), read_numbers(draws, name="draws"), estimator="qd", backend="numpy")
    )


def crps_cut_of_draws(*, draws: ArrayLike, cut: ArrayLike, outcome: ArrayLike) -> Array:
    """The CRPS of draws ``(…, draws)`` cut at ``cut`` ``(…)``; an outcome beyond it, and infinity too, means "not until then".

    It is the CRPS of what lies beyond the cut moved to it, as scoringrules.twcrps_ensemble has it.
    """
    end = read_numbers(cut, name="cut")
    cut_draws = np.minimum(read_numbers(draws, name="draws"), end[..., np.newaxis])
    return crps_of_draws(draws=cut_draws, outcome=np.minimum(read_numbers(outcome, name="outcome"), end))


def crps_of_masses(*, values: ArrayLike, probabilities: ArrayLike, outcome: ArrayLike) -> Array:
    """The CRPS of a mass function, ``probabilities`` of ``values`` ``(…, values)``, at outcomes ``(…)``, by scoringrules.crps_ensemble.

    Probabilities count in proportion to their sum. An outcome need not be among the values.
    """
    from scoringrules import crps_ensemble

    shares, at = read_probabilities(probabilities, name="probabilities"), read_numbers(values, name="values")
    happened = read_numbers(outcome, name="outcome")
    return np.asarray(crps_ensemble(happened, at, ens_w=np.broadcast_to(shares, at.shape), estimator="qd", backend="numpy"))


def crps_cut_of_masses(*, values: ArrayLike, probabilities: ArrayLike, cut: ArrayLike, outcome: ArrayLike) -> Array:
    """The CRPS of a mass function cut at ``cut`` ``(…)``: that of what lies beyond it moved to it, as of draws."""
    end = read_numbers(cut, name="cut")
    at = np.minimum(read_numbers(values, name="values"), end[..., np.newaxis])
    return crps_of_masses(values=at, probabilities=probabilities, outcome=np.minimum(read_numbers(outcome, name="outcome"), end))


def crps_of_quantiles(*, quantiles: ArrayLike, levels: ArrayLike, outcome: ArrayLike) -> Array:
    """Twice the mean quantile score of a set of quantiles ``(…, levels)``, which the CRPS is for ever more levels.

    ``levels`` is ``(levels,)``, strictly between 0 and 1, each with one weight: where they are not evenly spaced, the tails they crowd in
    count for more. By scoringrules.crps_quantile. Raises ValueError for quantiles that fall while levels rise.
    """
    from scoringrules import crps_quantile

    values, shares = read_numbers(quantiles, name="quantiles"), read_probabilities(levels, name="levels")
    if (np.diff(shares) <= 0).any() or (np.diff(values, axis=-1) < 0).any():
        raise ValueError("levels rise, and quantiles do not fall")
    return np.asarray(crps_quantile(read_numbers(outcome, name="outcome"), values, shares, backend="numpy"))


def crps_cut_of_quantiles(*, quantiles: ArrayLike, levels: ArrayLike, cut: ArrayLike, outcome: ArrayLike) -> Array:
    """Twice the mean quantile score of a set of quantiles cut at ``cut`` ``(…)``: those beyond it, and the outcome, are moved to it.

    So a quantile of which only "beyond the cut" is known may stand at the cut. Other arguments as for the whole.
    """
    end = read_numbers(cut, name="cut")
    at = np.minimum(read_numbers(quantiles, name="quantiles"), end[..., np.newaxis])
    return crps_of_quantiles(quantiles=at, levels=levels, outcome=np.minimum(read_numbers(outcome, name="outcome"), end))


def crps_of_cdf(*, points: ArrayLike, cdf: ArrayLike, outcome: ArrayLike, is_discrete: bool = False) -> Array:
    """The CRPS of a cumulative distribution over the range of its points: linear between them or, where it is discrete, level but for its masses.

    ``cdf`` is ``(…, points)``, ``points`` the same or ``(points,)`` and rising, ``outcome`` ``(…)``. A cdf that starts above 0 or ends below
    1 has mass beyond the bounds, of which nobody said where; it counts for what it is within them, and so do outcomes beyond them, infinite
    ones too. Exact: the square of a linear function is integrated piece by piece. scoringrules has no such form.
    The mass of a discrete one lies at the middles of its buckets: so Metaculus stores whole numbers, with points half a unit beside them.
    Without mass and outcome beyond the bounds its score is that of the mass function. Raises ValueError for points that do not rise or a
    cdf that falls.
    """
    return crps_cut_of_cdf(points=points, cdf=cdf, cut=np.inf, outcome=outcome, is_discrete=is_discrete)


def crps_cut_of_cdf(*, points: ArrayLike, cdf: ArrayLike, cut: ArrayLike, outcome: ArrayLike, is_discrete: bool = False) -> Array:
    """The CRPS of a cumulative distribution over the range of its points, cut at ``cut`` ``(…)``. Other arguments as for the whole."""
    at, cumulative = read_numbers(points, name="points"), read_probabilities(cdf, name="cdf")
    if (np.diff(at, axis=-1) <= 0).any() or (np.diff(cumulative, axis=-1) < 0).any():
        raise ValueError("points rise, and a cdf does not fall")
    end, happened = read_numbers(cut, name="cut")[..., np.newaxis], read_numbers(outcome, name="outcome")[..., np.newaxis]
    edges: Array = np.concatenate([at[..., :1], bucket_middles(at), at[..., -1:]], axis=-1) if is_discrete else at
    left, right = np.minimum(edges[..., :-1], end), np.minimum(edges[..., 1:], end)
    middle = np.minimum(np.maximum(happened, left), right)
    if is_discrete:
        squares: Array = (middle - left) * cumulative**2 + (right - middle) * (1 - cumulative) ** 2
        return squares.sum(axis=-1)
    first, slope = cumulative[..., :-1], np.diff(cumulative, axis=-1) / np.diff(at, axis=-1)
    at_left, at_middle, at_right = (first + slope * (x - at[..., :-1]) for x in (left, middle, right))
    below = (middle - left) * _mean_square(at_left, at_middle)
    above = (right - middle) * _mean_square(1 - at_middle, 1 - at_right)
    return (below + above).sum(axis=-1)


def bucket_middles(points: Array) -> Array:
    """The middles of the buckets between points ``(…, points)``, ``(…, points - 1)``: the values of a discrete question."""
    middles: Array = (points[..., :-1] + points[..., 1:]) / 2
    return middles


def _mean_square(start: Array, end: Array) -> Array:
    """The mean square of a linear function from one value to another."""
    return (start**2 + start * end + end**2) / 3
