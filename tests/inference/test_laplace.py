"""The climb: finds a top and its curvature, beside cliffs too."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.laplace import Units, climb, peaks_at


@pytest.mark.parametrize("dimension", [1, 5, 30])
def test_gaussian_is_found(dimension: int) -> None:
    """Mode, within a quarter of a standard deviation, and covariance, within 2 %, of a correlated Gaussian far from the start, 1,000 times narrower than the scale."""
    rng = np.random.default_rng(dimension)
    root = 1e-3 * (np.eye(dimension) + 0.3 * rng.standard_normal((dimension, dimension)))
    covariance = root @ root.T
    mean = rng.standard_normal(dimension)

    def density(x: np.ndarray) -> np.ndarray:
        away = x - mean
        return -0.5 * (away * np.linalg.solve(covariance, away.T).T).sum(axis=1)

    peak = peaks_at(density, climb(density, np.zeros(dimension)[None], units=Units.of_prior(np.ones(dimension)), points=10**6))[0]
    deviations = np.linalg.solve(np.linalg.cholesky(covariance), peak.mode - mean)
    assert np.abs(deviations).max() < 0.25
    assert np.abs(np.linalg.solve(covariance, peak.covariance) - np.eye(dimension)).max() < 0.02
    assert peak.height == pytest.approx(0, abs=0.1)


def test_banana_is_climbed_to_its_top() -> None:
    """A curved ridge (Rosenbrock's) leads to its top, not to a standstill."""

    def density(x: np.ndarray) -> np.ndarray:
        return -0.5 * (1 - x[:, 0]) ** 2 - 50 * (x[:, 1] - x[:, 0] ** 2) ** 2

    peak = peaks_at(density, climb(density, np.array([-1.5, 2.0])[None], units=Units.of_prior(np.ones(2)), points=10**6))[0]
    assert peak.height > -0.01
    assert np.abs(peak.mode - 1).max() < 0.2


def test_edge_of_the_support_is_no_obstacle() -> None:
    """A density that is zero on one side of its top still gives a finite peak."""

    def density(x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0] > 0, -x[:, 0], -np.inf)

    peak = peaks_at(density, climb(density, np.array([2.0])[None], units=Units.of_prior(np.ones(1)), points=10**6))[0]
    assert 0 < peak.mode[0] < 0.01
    assert np.isfinite(peak.covariance).all()
