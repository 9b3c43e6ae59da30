"""The distribution of a number over weighted cases: mean, points and modes with their errors, and its shape."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forecast.inference.monte_carlo import ReplicatedCases, mean_error, quantile, rank_cases
from forecast.inference.posterior import OrderedDraws
from forecast.inference.pymc.tails import is_estimable, no_mean_reason, tail_shape
from forecast.inference.quantile_levels import QUANTILE_LEVELS
from forecast.language.arrays import Array
from forecast.predict.density import Shape, answer_shape
from forecast.predict.exchanged import HubDistribution, hub_distribution
from forecast.predict.modes import Mode, modes_of

CUMULATIVE_POINTS = 400


@dataclass(frozen=True, slots=True)
class Distribution:
    """A number's distribution: mean, sd, the 5, 25, 50, 75 and 95 % points with their errors, and its shape.

    ``mean`` and its error are None where it does not exist or cannot be estimated from the draws, and ``no_mean`` says why; ``sd``
    is None where the variance cannot.  ``modes`` are the ranges into which it falls, where it falls into several.
    ``intervals`` are the intervals of ranks that cover the true points in 90 % of seeds.  ``cumulative`` holds up to
    400 points ``(value, P(X <= value))`` and ``cumulative_errors`` the errors of these probabilities: what the referee compares by.
    ``exchanged`` is the distribution as the ledger keeps it.
    """

    mean: float | None
    mean_error: float | None
    sd: float | None
    quantiles: tuple[float, ...]
    quantile_errors: tuple[float, ...]
    shape: Shape = field(repr=False)
    cumulative: tuple[tuple[float, float], ...] = field(repr=False)
    cumulative_errors: tuple[float, ...] = field(repr=False)
    intervals: tuple[tuple[float, float], ...] = field(repr=False)
    exchanged: HubDistribution = field(repr=False)
    no_mean: str = ""
    modes: tuple[Mode, ...] = ()


def distribution_of(values: Array, cases: ReplicatedCases) -> Distribution:
    """Return the distribution of weighted cases of a number, ``(cases,)``."""
    mean = float(np.clip(cases.weights @ values, values.min(), values.max()))  # weights add up to 1 but for rounding
    no_mean = no_mean_reason(tail_shape(values, cases.weights))
    has_sd = not no_mean and is_estimable(values, cases.weights, power=2)
    by_rank = rank_cases(values, cases)
    draws = OrderedDraws(by_rank.values, by_rank.cumulative)
    points = [quantile(by_rank, level) for level in QUANTILE_LEVELS]
    modes = modes_of(draws, size=cases.size)
    cumulative = _cumulative_points(draws)
    return Distribution(
        mean=None if no_mean else mean,
        mean_error=None if no_mean else mean_error(values, cases),
        sd=float(np.sqrt(cases.weights @ (values - mean) ** 2)) if has_sd else None,
        quantiles=tuple(point.value for point in points),
        quantile_errors=tuple(point.error for point in points),
        shape=answer_shape(draws, ranges=[mode.quartiles for mode in modes]),
        cumulative=cumulative,
        cumulative_errors=tuple(by_rank.errors_at(np.array([value for value, _ in cumulative])).tolist()),
        intervals=tuple(point.interval for point in points),
        exchanged=hub_distribution(by_rank),
        no_mean=no_mean,
        modes=modes,
    )


def _cumulative_points(draws: OrderedDraws) -> tuple[tuple[float, float], ...]:
    """The distribution function of weighted values at the points that 400 even shares reach."""
    levels = ((np.arange(CUMULATIVE_POINTS) + 0.5) / CUMULATIVE_POINTS).tolist()
    points: Array = np.unique(np.array(draws.quantiles(levels)))
    upto = draws.cumulative[np.searchsorted(draws.values, points, side="right") - 1] / draws.cumulative[-1]
    return tuple(zip(points.tolist(), upto.tolist(), strict=True))
