"""Forecasts in words: what was said, to the digit."""

from __future__ import annotations

import pytest

from forecast.forecasts.value_words import value_words
from forecast.forecasts.values import Buckets, ForecastValue, Form, PointMasses, Quantiles


@pytest.mark.parametrize(
    ("form", "value", "words"),
    [
        ("probability", 0.305, "30.5 %"),
        ("options", {"a": 0.2, "b": 0.8}, "b 80 %, a 20 %"),
        ("quantiles", Quantiles((0.05, 0.95), (0.4, 3.0)), "0.4 to 3 points (90 % interval)"),
        ("pmf", PointMasses((0.0, 1.0), (0.25, 0.75)), "1 points 75 %, 0 points 25 %"),
        ("pmf", PointMasses(tuple(map(float, range(9))), (0.6, *[0.05] * 8)), ", ".join(["0 points 60 %", *(f"{at} points 5 %" for at in range(1, 7)), "2 more"])),
        ("buckets", Buckets((0.2, None, 0.5)), "the probabilities of 3 buckets"),
        ("cdf", (0.0, 0.5, 1.0), "a distribution function of 3 points"),
        ("number", 3.25, "3.25 points"),
        ("withdrawn", None, "withdrawn"),
    ],
)  # fmt: skip
def test_each_form_has_its_words(form: Form, value: ForecastValue, words: str):
    """No form is shown as another."""
    assert value_words(form, value, unit="points") == words
