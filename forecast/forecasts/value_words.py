"""What a forecast says, in words: exactly what was said, since nobody's forecast has a Monte Carlo error."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.resolution import OUTCOMES, Resolution
from forecast.forecasts.times import text_of_days
from forecast.forecasts.values import ForecastValue, Form, Quantiles

INTERVAL = (0.05, 0.95)
INTERVAL_WITH_MEDIAN = (0.05, 0.5, 0.95)
SHOWN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of more quantiles than a line has room for
MOST_SHOWN = 7  # quantiles, or options, of one line


def value_words(form: Form, value: ForecastValue, *, unit: str = "", of_dates: bool = False) -> str:
    """Return a forecast's value in words: ``30 %``, ``0.4 to 3 points (90 % interval)``; ``of_dates`` where numbers are days from 1970 on."""

    def number(at: float) -> str:
        return text_of_days(at) if of_dates else f"{at:.6g}"

    tail = f" {unit}" if unit and not of_dates else ""
    match value:
        case None:
            return "withdrawn"
        case Quantiles(levels, values) if levels == INTERVAL:
            return f"{number(values[0])} to {number(values[1])}{tail} (90 % interval)"
        case Quantiles(levels, values) if levels == INTERVAL_WITH_MEDIAN:
            return f"{number(values[1])}{tail} ({number(values[0])} to {number(values[2])})"
        case Quantiles(levels, values):
            points = list(zip(levels, values, strict=True))
            shown = points if len(points) <= MOST_SHOWN else [point for point in points if point[0] in SHOWN_LEVELS]
            more = "" if len(shown) == len(points) else f"; {len(points)} quantiles"
            return ", ".join(f"{100 * level:.6g} % {number(at)}" for level, at in shown) + tail + more
        case Mapping():
            shares = sorted(value.items(), key=lambda pair: -pair[1])
            more = f", {len(shares) - MOST_SHOWN} more" if len(shares) > MOST_SHOWN else ""
            return ", ".join(f"{option} {percent_words(share)}" for option, share in shares[:MOST_SHOWN]) + more
        case tuple():
            return f"a distribution function of {len(value)} points" if form == "cdf" else f"{len(value)} samples"
        case _:
            if form == "probability":
                return percent_words(value)
            return text_of_days(value) if form == "date" else f"{number(value)}{tail}"


def percent_words(probability: float) -> str:
    """Return a probability as a percent, to six digits."""
    return f"{100 * probability:.6g} %"


def forecast_words(forecast: Forecast, *, unit: str = "", of_dates: bool = False) -> str:
    """Return what a forecast says, who said it and when, in one line."""
    said = value_words(forecast.form, forecast.value, unit=unit, of_dates=of_dates)
    until = "" if forecast.until is None else f", until {forecast.until:%Y-%m-%d %H:%M} UTC"
    later = "; entered later" if forecast.is_entered_later else ""
    return f"{said} by {forecast.who}, {forecast.at:%Y-%m-%d %H:%M} UTC{until}{later}"


def outcome_words(resolution: Resolution, *, of_dates: bool = False) -> str:
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
