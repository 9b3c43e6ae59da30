"""How much of a forecast of a date lies before a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forecast.book.files.problems import Place
from forecast.forecasts.forecast import Forecast
from forecast.forecasts.mass_before import mass_before
from forecast.forecasts.question import QuestionScale
from forecast.forecasts.values import ForecastValue, Form, PointMasses, Quantiles

AT = datetime(2026, 1, 1, tzinfo=UTC)
SCALE = QuestionScale(100, 140, low_open=True, high_open=True, steps=2)


def forecast_of(form: Form, value: ForecastValue) -> Forecast:
    """A forecast of somebody."""
    return Forecast(Place("forecasts.csv"), "f", "q", "", "me", AT, None, form, value, AT)


@pytest.mark.parametrize(
    ("form", "value", "day", "mass"),
    [
        ("date", 100.0, 100, 0.0),
        ("date", 100.0, 100.5, 1.0),
        ("samples", (90.0, 100.0, 110.0, 120.0), 105, 0.5),
        ("quantiles", Quantiles((0.05, 0.5, 0.95), (100, 110, 200)), 99, 0.0),
        ("quantiles", Quantiles((0.05, 0.5, 0.95), (100, 110, 200)), 105, 0.275),
        ("quantiles", Quantiles((0.05, 0.5, 0.95), (100, 110, 200)), 201, 0.95),
        ("quantiles", Quantiles((0.05, 0.5), (100, 100)), 100, 0.5),
        ("cdf", (0.1, 0.3, 0.9), 99, 0.0),
        ("cdf", (0.1, 0.3, 0.9), 110, 0.2),
        ("cdf", (0.1, 0.3, 0.9), 150, 0.9),
        ("pmf", PointMasses((99.0, 100.0), (0.25, 0.75)), 100, 0.25),
        ("number", 3.0, 100, None),
    ],
)
def test_the_mass_before_a_moment(form: Form, value: ForecastValue, day: float, mass: float | None):
    """It is read off along straight lines between the points that were said, and no more is claimed beyond them."""
    expected = None if mass is None else pytest.approx(mass, rel=1e-12)
    assert mass_before(forecast_of(form, value), day, SCALE) == expected
