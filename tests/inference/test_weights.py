"""Averages of weighted draws and their error."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.weights import effective_size, log_sum, relative, weighted_error


def test_error_covers_the_truth_95_times_in_100() -> None:
    """Of 1,000 intervals of 1.96 standard errors, between 930 and 970 hold the mean."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(1000):
        x = 1.5 * rng.standard_normal(1000)
        mean, error = weighted_error(x, -0.5 * x**2 + 0.5 * (x / 1.5) ** 2)
        held += abs(mean) < 1.96 * error
    assert 930 <= held <= 970


def test_equal_weights_give_the_plain_mean_and_its_error() -> None:
    """Without weights the error is the population's standard deviation over root n."""
    values = np.array([1.0, 2.0, 3.0, 6.0])
    assert weighted_error(values, np.full(4, 900.0)) == pytest.approx((3.0, np.sqrt(3.5 / 4)))


def test_draws_without_weight_do_not_count() -> None:
    """An impossible draw changes nothing, even where its value is not finite."""
    values, log_weight = np.array([1.0, 3.0, np.inf]), np.array([-5.0, -5.0, -np.inf])
    assert weighted_error(values, log_weight) == weighted_error(values[:2], log_weight[:2])


def test_sums_survive_the_exponential_range() -> None:
    """Sums and effective sizes are right where exponentials alone would over- or underflow."""
    assert log_sum(np.array([-2000.0, -2000.0])) == pytest.approx(-2000 + np.log(2))
    assert log_sum(np.full(3, -np.inf)) == -np.inf
    assert effective_size(np.array([2000.0, 2000.0, -np.inf])) == pytest.approx(2)
    assert relative(np.array([2000.0, 2000.0 + np.log(3)])).tolist() == pytest.approx([0.25, 0.75])
