"""What a forecast says, in words: exactly what was said, since nobody's forecast has a Monte Carlo error."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.resolution import OUTCOMES, Resolution
from forecast.forecasts.times import text_of_days
from forecast.forecasts.values import Buckets, ForecastValue, Form, PointMasses, Quantiles

INTERVAL = (0.05, 0.95)
INTERVAL_WITH_MEDIAN = (0.05, 0.5, 0.95)
_SHOWN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of more quantiles than a line has room for
MOST_SHOWN = 7  # quantiles, or options, of one line


def value_words(form: Form, value: ForecastValue, *, unit: str = "", of_dates: bool = False) -> str:
    """Return a forecast's value in words: ``30 %``, ``0.4 to 3 points (90 % interval)``; ``of_dates`` where numbers are days from 1970 on."""

    def number(at: float) -> str:
        return text_of_days(at) if of_dates else f"{at:.6g}"

    tail = f" {unit}" if unit and not of_dates else ""
    match value:
        case None:
            return "withdrawn"
        case Quantiles():
            return _quantiles_words(value, number, tail)
        case Mapping():
            return _shares_words(value)
        case PointMasses(values, probabilities):
            return _shares_words({f"{number(at)}{tail}": share for at, share in zip(values, probabilities, strict=True)})
        case Buckets(probabilities):
            return f"the probabilities of {len(probabilities)} buckets"
        case tuple():
            return f"a distribution function of {len(value)} points" if form == "cdf" else f"{len(value)} samples"
        case _:
            if form == "probability":
                return percent_words(value)
            return text_of_days(value) if form == "date" else f"{number(value)}{tail}"


def _quantiles_words(quantiles: Quantiles, number: Callable[[float], str], tail: str) -> str:
    """An interval, an interval with its median, or quantiles one by one."""
    levels, values = quantiles.levels, quantiles.values
    if levels == INTERVAL:
        return f"{number(values[0])} to {number(values[1])}{tail} (90 % interval)"
    if levels == INTERVAL_WITH_MEDIAN:
        return f"{number(values[1])}{tail} ({number(values[0])} to {number(values[2])})"
    points = list(zip(levels, values, strict=True))
    shown = points if len(points) <= MOST_SHOWN else [point for point in points if point[0] in _SHOWN_LEVELS]
    more = "" if len(shown) == len(points) else f"; {len(points)} quantiles"
    return ", ".join(f"{100 * level:.6g} % {number(at)}" for level, at in shown) + tail + more


def _shares_words(shares: Mapping[str, float]) -> str:
    """The likeliest of some labels with the probability of each, the likeliest first."""
    ordered = sorted(shares.items(), key=lambda pair: -pair[1])
    more = f", {len(ordered) - MOST_SHOWN} more" if len(ordered) > MOST_SHOWN else ""
    return ", ".join(f"{label} {percent_words(share)}" for label, share in ordered[:MOST_SHOWN]) + more


def percent_words(probability: float) -> str:
    """Return a probability as a percent, to six digits."""
    return f"{100 * probability:.6g} %"


def forecast_line(forecast: Forecast, *, unit: str = "", of_dates: bool = False) -> str:
    """Return what a forecast says, who said it and when, in one line."""
    said = value_words(forecast.form, forecast.value, unit=unit, of_dates=of_dates)
    until = "" if forecast.until is None else f", until {forecast.until:%Y-%m-%d %H:%M} UTC"
    later = "; entered later" if forecast.is_entered_later else ""
    return f"{said} by {forecast.who}, {forecast.at:%Y-%m-%d %H:%M} UTC{until}{later}"


def resolution_words(resolution: Resolution, *, of_dates: bool = False) -> str:
    """Return how a question ended: the outcome's word with its value, and what the word says where it has none."""
    value = resolution.value
    match value:
        case None:
            return f"{resolution.outcome} ({OUTCOMES[resolution.outcome]})"
        case str():
            return value
        case float() | int():
            dated = of_dates or resolution.outcome == "date"
            return f"{resolution.outcome.replace('_', ' ')} {text_of_days(value) if dated else f'{value:.10g}'}"
        case _:
            return ", ".join(f"{option} {percent_words(share)}" for option, share in value.items())
