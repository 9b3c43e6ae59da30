"""How much of a forecast of a date lies before a moment: what has not happened by now cannot have happened before."""

from __future__ import annotations

from bisect import bisect_right

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.question import QuestionScale
from forecast.forecasts.values import PointMasses, Quantiles


def mass_before(forecast: Forecast, days: float, scale: QuestionScale | None = None) -> float | None:
    """Return the probability that a forecast of a date gives to the time before a moment, in days from the beginning of 1970.

    Between quantiles, and between the points of a distribution function, it is interpolated along a straight line; before the
    first quantile nothing is known of its shape, so no more is said than that the mass there is 0, and after the last
    all that the last level says.  None where the forecast has no such probability.
    """
    match forecast.form, forecast.value:
        case "date", float(at):
            return float(at < days)
        case "quantiles", Quantiles(levels, values):
            return _interpolate(values, levels, days, before=0.0, after=levels[-1])
        case "pmf", PointMasses(points, probabilities):
            return sum(share for at, share in zip(points, probabilities, strict=True) if at < days)
        case "samples", tuple(samples):
            return sum(1 for at in samples if at < days) / len(samples)
        case "cdf", tuple(heights) if scale is not None and scale.zero_point is None and len(heights) == scale.steps + 1:
            width = (scale.high - scale.low) / scale.steps
            points = tuple(scale.low + width * step for step in range(scale.steps + 1))
            return _interpolate(points, heights, days, before=0.0, after=heights[-1])
        case _:
            return None


def _interpolate(points: tuple[float, ...], heights: tuple[float, ...], at: float, *, before: float, after: float) -> float:
    """The height at a point; ``before`` the first and ``after`` the last where it lies beyond them."""
    upper = bisect_right(points, at)
    if upper == 0:
        return before
    if upper == len(points):
        return after
    share = (at - points[upper - 1]) / (points[upper] - points[upper - 1])
    return heights[upper - 1] + share * (heights[upper] - heights[upper - 1])
