"""Shapes of weighted draws: masses, and densities within their support."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.inference.posterior import order_draws, weighted_quantiles
from forecast.predict.density import shape


def test_whole_numbers_have_their_masses():
    """The mass of each whole number is the weight of the draws there, also of those that nobody drew."""
    found = shape(order_draws(np.array([3.0, 1.0, 1.0, 4.0]), np.array([0.2, 0.1, 0.3, 0.4])))
    assert (found.discrete, found.x) == (True, (1.0, 2.0, 3.0, 4.0))
    assert found.y == pytest.approx((0.4, 0.0, 0.2, 0.4))


def test_a_density_is_that_of_what_was_drawn():
    """Weighted draws have the density of their distribution, within a few percent of its height."""
    rng = np.random.default_rng(1)
    values = rng.standard_normal(100_000) * 1.5
    weights = stats.norm.pdf(values) / stats.norm.pdf(values, scale=1.5)
    found = shape(order_draws(values, weights / weights.sum()))
    assert np.abs(np.array(found.y) - stats.norm.pdf(found.x)).max() < 0.02


@pytest.mark.parametrize(("lower", "height"), [(0.0, 1.0), (-np.inf, 0.5)])
def test_a_density_against_an_edge_is_mirrored_there(lower, height):
    """At the edge of the support an exponential keeps its height; where there is no edge half of it is smoothed away."""
    values = stats.expon.ppf((np.arange(50_000) + 0.5) / 50_000)
    found = shape(order_draws(values, np.full(50_000, 1 / 50_000)), lower=lower)
    assert found.y[0] == pytest.approx(height, abs=0.08)


def test_equal_weights_are_no_special_case():
    """Quantiles of equally weighted draws are those of draws whose weights differ by nothing that matters."""
    values = np.random.default_rng(2).standard_normal(1_001)
    equal = np.full(1_001, 1 / 1_001)
    unequal = equal * (1 + 1e-12 * np.arange(1_001))
    levels = (0.0, 0.05, 0.5, 0.951, 1.0)
    assert weighted_quantiles(values, equal, levels) == weighted_quantiles(values, unequal, levels)
    assert weighted_quantiles(values, equal, (0.5,)) == (float(np.median(values)),)
