"""Poisson draws by inversion: distributed as they should be, at one mean and at many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.language.distributions.steps import MOST_INVERTED, draw_poisson

DRAWS = 200_000


@pytest.mark.parametrize("mean", [1e-6, 0.03, 0.7, 3.0, MOST_INVERTED, MOST_INVERTED + 0.01, 50.0])
def test_draws_have_the_poisson_distribution(mean: float) -> None:
    """Counts of each value are those of the distribution by a chi-square test, on both sides of the mean up to which draws are inverted."""
    drawn = draw_poisson(np.random.default_rng(4), np.full((DRAWS, 1), mean), (DRAWS, 1))
    assert drawn.shape == (DRAWS, 1)
    exact = stats.poisson(mean)
    first, last = int(exact.ppf(1e-4)), max(int(exact.ppf(1 - 1e-4)), 1)
    expected = np.diff(exact.cdf(np.arange(first, last + 1)), prepend=0.0)
    expected[-1] = exact.sf(last - 1)
    seen = np.bincount(np.clip(drawn[:, 0], first, last).astype(int) - first, minlength=len(expected))
    enough = expected * DRAWS > 5
    square = ((seen - expected * DRAWS) ** 2 / (expected * DRAWS))[enough].sum()
    assert stats.chi2(max(enough.sum() - 1, 1)).sf(square) > 1e-3
    assert seen[~enough].sum() <= 20


def test_each_draw_has_its_own_mean() -> None:
    """Of means that differ, each draw has the mean and the variance of its own, and none at a mean of 0 is above 0."""
    means = np.repeat([0.0, 0.2, 2.5, 9.0], DRAWS // 4)
    drawn = draw_poisson(np.random.default_rng(5), means, None).reshape(4, -1)
    for count, mean in zip(drawn, (0.0, 0.2, 2.5, 9.0), strict=True):
        assert count.mean() == pytest.approx(mean, abs=5 * (mean / 50_000) ** 0.5)
        assert count.var() == pytest.approx(mean, abs=5 * ((mean + 2 * mean**2) / 50_000) ** 0.5)


def test_draws_go_up_with_the_mean() -> None:
    """From the same seed no draw at larger means is smaller: what inversion is for, besides time."""
    means = np.linspace(0.1, 4, 1_000)
    low, high = (draw_poisson(np.random.default_rng(6), factor * means, None) for factor in (1.0, 1.5))
    assert (low <= high).all()
    assert (low < high).any()
