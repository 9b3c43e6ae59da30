"""Forecasts and outcomes on record in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecast.forecasts.forecast import Forecast
from forecast.forecasts.times import text_of_days
from forecast.forecasts.values import PointMasses, Quantiles
from forecast.language.arrays import Array
from forecast.schema import words
from forecast.sentences.score_words import percent_text
from forecast.track_record.number_scores import scale_points
from forecast.track_record.record_questions import RecordQuestion

MOST_SHARES = 4
LEVELS = (0.05, 0.5, 0.95)


def forecast_words(question: RecordQuestion, forecast: Forecast) -> str:
    """Return what a forecast says: a percentage, the likeliest options, or a median with its 90 % interval."""
    value = forecast.value
    match forecast.form, value:
        case "probability", float():
            return percent_text(value)
        case "options", Mapping():
            return _options(value)
        case "quantiles", Quantiles():
            return _quantiles(question, value)
        case "pmf", PointMasses():
            return _range(question, [_mass_point(value, level) for level in LEVELS])
        case "cdf", tuple() if question.wording is not None and question.wording.scale is not None:
            points = scale_points(question.wording.scale)
            if len(value) == points.size:
                return _range(question, [_point(points, value, level) for level in LEVELS])
            return f"a distribution of {len(value)} points"
        case "samples", tuple():
            return _range(question, [float(point) for point in np.quantile(value, LEVELS)])
        case _, float():
            return _number(question, value)
    return forecast.form


def outcome_words(question: RecordQuestion) -> str:
    """Return how a question ended; empty where it has not."""
    resolution, wording = question.resolution, question.wording
    if resolution is None:
        return ""
    scale = None if wording is None else wording.scale
    match resolution.outcome, resolution.value:
        case "label", str(label):
            return label
        case "number" | "date", float(value):
            return _number(question, value)
        case "not_by", float(value):
            return f"not by {_number(question, value)}"
        case "fraction", float(value):
            return f"{value:g} between no and yes"
        case "several", Mapping() as shares:
            return _options(shares)
        case "below", _ if scale is not None:
            return f"below {_number(question, scale.low)}"
        case "above", _ if scale is not None:
            return f"above {_number(question, scale.high)}"
    return resolution.outcome


def _options(shares: Mapping[str, float]) -> str:
    likeliest = sorted(shares.items(), key=lambda its: -its[1])
    shown = ", ".join(f"{name} {percent_text(round(share, 4))}" for name, share in likeliest[:MOST_SHARES])
    rest = len(likeliest) - MOST_SHARES
    return shown if rest <= 0 else f"{shown} and {rest} more"


def _quantiles(question: RecordQuestion, value: Quantiles) -> str:
    found = dict(zip(value.levels, value.values, strict=True))
    if all(level in found for level in LEVELS):
        return _range(question, [found[level] for level in LEVELS])
    shown = [f"{percent_text(level)} point {_number(question, at)}" for level, at in list(found.items())[:MOST_SHARES]]
    if value.beyond is not None:
        shown.append(f"beyond {_number(question, value.beyond.bound)} {percent_text(round(value.beyond.probability, 4))}")
    return ", ".join(shown)


def _mass_point(masses: PointMasses, level: float) -> float:
    """The first value at which a mass function reaches a level."""
    reached = np.cumsum(masses.probabilities) >= level * sum(masses.probabilities)
    return masses.values[int(np.argmax(reached))]


def _point(points: Array, cdf: tuple[float, ...], level: float) -> float:
    """Where a distribution function reaches a level; infinite where that lies beyond its range."""
    if level < cdf[0]:
        return float(-np.inf)
    if level > cdf[-1]:
        return float(np.inf)
    return float(np.interp(level, cdf, points))


def _range(question: RecordQuestion, values: list[float]) -> str:
    low, median, high = (_number(question, value) for value in values)
    return f"{median} (90 %: {low} to {high})"


def _number(question: RecordQuestion, value: float) -> str:
    """A number or a date; a bound where a quantile lies beyond the range."""
    wording = question.wording
    if np.isinf(value):
        assert wording is not None
        assert wording.scale is not None
        return f"above {_number(question, wording.scale.high)}" if value > 0 else f"below {_number(question, wording.scale.low)}"
    if wording is not None and wording.type == "date":
        return words.day(text_of_days(float(np.floor(value))))
    shown = words.number(value)
    return shown + words.unit_tails(wording.unit, shown)[0] if wording is not None and wording.unit else shown
