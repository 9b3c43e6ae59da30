"""t distributions: their density is that of their draws, and fits find what points were drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.importance.lattice import lattice
from forecast.inference.importance.proposals import Mixture, MultivariateT, best_mixture, match_moments

LEFT = MultivariateT(np.array([-6.0, 0.0]), np.linalg.cholesky(np.array([[1.0, 0.6], [0.6, 1.0]])), 8.0)
RIGHT = MultivariateT(np.array([6.0, 1.0]), 0.5 * np.eye(2), 8.0)
BOTH = Mixture((LEFT, RIGHT), (0.7, 0.3))


def test_density_is_that_of_scipy() -> None:
    """A t and a mixture of them have the densities of an independent implementation."""
    from scipy import stats

    x = np.random.default_rng(1).normal(scale=5, size=(50, 2))
    oracles = [stats.multivariate_t(part.mean, part.cholesky @ part.cholesky.T, df=8).pdf(x) for part in BOTH.parts]
    assert LEFT.log_density(x) == pytest.approx(np.log(oracles[0]), rel=1e-10)
    assert BOTH.log_density(x) == pytest.approx(np.log(0.7 * oracles[0] + 0.3 * oracles[1]), rel=1e-10)


def test_draws_have_the_mean_and_covariance_of_the_mixture() -> None:
    """Draws of each part have its share, mean, and 8/6 of its scale matrix."""
    draws = BOTH.draw(lattice(16_000, 4).points(4, np.random.default_rng(2)))
    left = draws[draws[:, 0] < 0]
    assert len(left) / len(draws) == pytest.approx(0.7, abs=0.002)
    assert left.mean(axis=0) == pytest.approx(LEFT.mean, abs=0.02)
    assert np.cov(left.T) == pytest.approx(8 / 6 * LEFT.cholesky @ LEFT.cholesky.T, abs=0.05)


def test_two_clusters_are_told_apart() -> None:
    """The best mixture of points from two separate parts has two parts, with their means and shares."""
    x = BOTH.draw(np.random.default_rng(3).random((3000, 4)))
    found = best_mixture(x, np.full(3000, 1 / 3000), most=4, freedom=8, spread=np.ones(2), rng=np.random.default_rng(4))
    assert len(found.parts) == 2
    order = np.argsort([part.mean[0] for part in found.parts])
    assert [found.shares[index] for index in order] == pytest.approx([0.7, 0.3], abs=0.03)
    assert found.parts[order[0]].mean == pytest.approx(LEFT.mean, abs=0.15)
    assert found.parts[order[1]].mean == pytest.approx(RIGHT.mean, abs=0.15)


def test_one_cluster_stays_one() -> None:
    """The best mixture of points from one part has one part."""
    x = LEFT.draw(np.random.default_rng(5).random((2000, 3)))
    found = best_mixture(x, np.full(2000, 1 / 2000), most=4, freedom=8, spread=np.ones(2), rng=np.random.default_rng(6))
    assert len(found.parts) == 1


def test_single_point_gives_a_usable_fit() -> None:
    """A fit to one effective point takes the spread of the first points instead of a singular covariance."""
    x = np.random.default_rng(7).standard_normal((10, 3))
    fit = match_moments(x, np.eye(10)[0], freedom=8, spread=np.array([1.0, 4.0, 9.0]))
    assert fit.mean == pytest.approx(x[0])
    assert fit.cholesky @ fit.cholesky.T == pytest.approx(np.diag([0.6, 2.4, 5.4]), abs=1e-6)
