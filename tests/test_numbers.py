"""Numbers that no mean, no single middle and no straight axis describe, from the book to the JSON and the picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from forecast.inference.posterior import order_draws
from forecast.predict.density import answer_shape, position
from forecast.predict.distribution import Distribution
from forecast.predict.modes import modes_of

DRAWS = 16_384

DRAWN = {
    "LogNormal": (lambda rng: np.exp(3 + 2.5 * rng.normal(size=DRAWS)), "log"),
    "LogNormal of sigma 1.5": (lambda rng: np.exp(1.5 * rng.normal(size=DRAWS)), "log"),
    "negative LogNormal": (lambda rng: -np.exp(3 + 2.5 * rng.normal(size=DRAWS)), "symlog"),
    "Cauchy": (lambda rng: rng.standard_cauchy(DRAWS), "symlog"),
    "Student with 1.2 degrees of freedom": (lambda rng: 5 + 2 * rng.standard_t(1.2, DRAWS), "symlog"),
    "difference of exponentials of normals": (
        lambda rng: np.exp(4 * rng.normal(size=DRAWS)) - np.exp(4 * rng.normal(size=DRAWS)),
        "symlog",
    ),
    "Cauchy about a million": (lambda rng: 1e6 + rng.standard_cauchy(DRAWS), "linear"),
    "large counts, some none": (lambda rng: np.floor(np.exp(4 + 3 * rng.normal(size=DRAWS))), "symlog"),
    "normal": (lambda rng: rng.normal(size=DRAWS), "linear"),
    "exponential": (lambda rng: rng.exponential(size=DRAWS), "linear"),
    "share near one": (lambda rng: rng.beta(20_000, 0.8, DRAWS), "linear"),
    "share of spread": (lambda rng: rng.beta(0.2, 0.8, DRAWS), "linear"),
    "counts": (lambda rng: rng.poisson(3, DRAWS).astype(float), "linear"),
    "many counts": (lambda rng: rng.poisson(rng.gamma(1, 300, DRAWS)).astype(float), "linear"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_the_picture_of_a_number_has_98_percent_of_it_on_a_fitting_axis(name: str) -> None:
    """Between the first and the last point drawn lie at least 98 % of the draws, and the median is among them."""
    from forecast.schema.curves import axis_transform, visible_part

    draw, scale = DRAWN[name]
    values = draw(np.random.default_rng(1))
    found = answer_shape(order_draws(values, np.full(DRAWS, 1 / DRAWS)))
    assert found.scale == scale
    value = {"scale": found.scale, "linear_within": found.within}
    shown = [x for x, _ in visible_part({"discrete": found.discrete, "x": found.x, "y": found.y}, axis_transform(value))]
    half = 0.5 if found.discrete else 0.0
    assert np.mean((values >= shown[0] - half) & (values <= shown[-1] + half)) >= 0.98
    assert shown[0] - half <= np.median(values) <= shown[-1] + half


@pytest.mark.parametrize("name", DRAWN)
def test_the_middle_half_of_a_number_has_room_on_its_picture(name: str) -> None:
    """It is as wide as a fiftieth of the axis at least; on an even axis a LogNormal's was a thousandth."""
    values = DRAWN[name][0](np.random.default_rng(1))
    found = answer_shape(order_draws(values, np.full(DRAWS, 1 / DRAWS)))
    ends = position(np.array([found.x[0], found.x[-1]]), found.scale, found.within)
    quarters = position(np.quantile(values, [0.25, 0.75]), found.scale, found.within)
    assert found.discrete or np.diff(quarters)[0] >= np.diff(ends)[0] / 50


@pytest.mark.parametrize("name", ["LogNormal", "Cauchy", "negative LogNormal", "large counts, some none", "normal", "exponential"])
def test_a_density_is_one_of_its_axis(name: str) -> None:
    """Over the axis it adds up to the probability that lies between its ends."""
    values = DRAWN[name][0](np.random.default_rng(2))
    found = answer_shape(order_draws(values, np.full(DRAWS, 1 / DRAWS)))
    places = position(np.array(found.x), found.scale, found.within)
    assert np.trapezoid(found.y, places) == pytest.approx(1, abs=0.03)


def test_ranges_orders_of_magnitude_apart_are_both_seen() -> None:
    """Half about 1 and half about 1,000: the axis is logarithmic, each hump as wide and as high as the other."""
    rng = np.random.default_rng(1)
    values = np.where(rng.random(DRAWS) < 0.5, 1.0, 1_000.0) * np.exp(0.25 * rng.normal(size=DRAWS))
    draws = order_draws(values, np.full(DRAWS, 1 / DRAWS))
    found = answer_shape(draws, ranges=[mode.quartiles for mode in modes_of(draws, size=DRAWS)])
    assert found.scale == "log"
    x, y = np.log(np.array(found.x)), np.array(found.y)
    for middle in (0.0, math.log(1_000)):
        hump = np.abs(x - middle) < 1
        assert y[hump].max() == pytest.approx(0.5 / (0.25 * math.sqrt(2 * math.pi)), rel=0.1)
    assert y[np.abs(x - math.log(1_000) / 2) < 1].max() < 0.01 * y.max()


def test_curves_and_points_that_lie_close_together_are_not_rounded_into_one() -> None:
    """Numbers of a list keep six digits of their span; those farther apart keep six digits each."""
    from forecast.schema.json_data import round_numbers

    assert round_numbers({"close": [999_994.123456, 1_000_000.0, 1_000_006.7], "apart": [0.123456789, 12.3456789]}) == {
        "close": [999_994.1235, 1_000_000.0, 1_000_006.7],
        "apart": [0.123457, 12.3457],
    }
    with pytest.raises(ValueError, match="is not finite"):
        round_numbers([1.0, math.inf])


def test_a_number_is_not_rounded_by_more_than_its_error() -> None:
    """Six digits where its error is coarser, as many as the error needs where it is finer, all of what is certain and whole."""
    from forecast.schema.json_data import round_numbers

    fine = {"mean": 500_003.123456, "mean_error": 0.00123456, "sd": 4.87654321}
    coarse = {"value": 0.934326123, "error": 6.21831e-06, "change": 0.123456789}
    prior = {"mean": 300.152345678, "quantiles": [300.1501, 300.151, 300.152, 300.153, 300.154]}
    certain = {"mean": 7_654_321.0, "mean_error": 0.0, "quantiles": [7_654_321.0] * 5}
    history = {"values": [500_003.123456, 0.123456789], "errors": [0.00123456, 0.001]}
    assert [round_numbers(each) for each in (fine, coarse, prior, certain, history)] == [
        {"mean": 500_003.1235, "mean_error": 0.00123456, "sd": 4.87654},
        {"value": 0.934326, "error": 6.21831e-06, "change": 0.123457},
        {"mean": 300.1523457, "quantiles": [300.1501, 300.151, 300.152, 300.153, 300.154]},
        certain,
        {"values": [500_003.1235, 0.123457], "errors": [0.00123456, 0.001]},
    ]
    assert round_numbers(round_numbers(fine)) == round_numbers(fine)


def test_a_published_number_without_a_mean_has_null_and_the_reason() -> None:
    """Mean, its error and the standard deviation are null; quantiles stay; and the median is what it is compared by."""
    from forecast.insight.estimands import StatedValue, stated_measures
    from forecast.report.tables import error_words

    value = {
        "mean": None,
        "mean_error": None,
        "sd": None,
        "no_mean": "there are too few draws",
        "quantiles": [1, 2, 3.5, 4, 5],
        "errors": [0.1] * 5,
    }
    assert stated_measures("size", "distribution", value) == {("size", "", "median"): StatedValue(3.5, 0.1)}
    assert error_words({"status": "open", "kind": "distribution", "value": value}) == (
        "median 3.5, Monte Carlo error 0.1; no expected value: there are too few draws"
    )
    older: dict[str, Any] = {"mean": 3.4, "mean_error": 0.2, "quantiles": [1, 2, 3.5, 4, 5]}
    assert stated_measures("size", "distribution", older) == {
        ("size", "", "mean"): StatedValue(3.4, 0.2),
        ("size", "", "median"): StatedValue(3.5, 0.0),
    }


def test_the_answer_of_a_heavy_tail_has_no_mean_and_a_skewed_one_no_standard_deviation() -> None:
    """A Cauchy has neither, Student's with 1.8 degrees of freedom the first, an exponential both."""
    rng = np.random.default_rng(6)
    found = {
        name: (each.mean is not None, each.sd is not None, bool(each.no_mean))
        for name, each in {
            "cauchy": _distribution(rng.standard_cauchy(DRAWS)),
            "student": _distribution(rng.standard_t(1.8, DRAWS)),
            "exponential": _distribution(rng.exponential(size=DRAWS)),
        }.items()
    }
    assert found == {"cauchy": (False, False, True), "student": (True, False, False), "exponential": (True, True, False)}


def _distribution(values: np.ndarray) -> Distribution:
    from forecast.inference.monte_carlo import ReplicatedCases, block_replicates
    from forecast.predict.distribution import distribution_of

    return distribution_of(values, ReplicatedCases(np.full(DRAWS, 1 / DRAWS), block_replicates(DRAWS), DRAWS))
