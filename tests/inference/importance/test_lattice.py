"""The lattice: uniform, strictly inside the cube, and evener than chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance.lattice import lattice


@pytest.mark.parametrize("size", [5, 64, 1000, 4096])
def test_points_lie_strictly_inside_the_cube(size: int) -> None:
    """No coordinate is ever 0 or 1, so every quantile function of it is finite."""
    net = lattice(size, 8)
    for seed in range(50):
        points = net.points(8, np.random.default_rng(seed))
        assert points.shape == (net.size, 8)
        assert points.min() > 0
        assert points.max() < 1
        assert np.isfinite(special.ndtri(points)).all()


def test_size_is_the_greatest_prime_that_fits() -> None:
    """4,096 points asked for are 4,093, the prime below."""
    assert [lattice(size, 2).size for size in (5, 6, 7, 1000, 4096)] == [5, 5, 7, 997, 4093]


def test_every_coordinate_is_evenly_spread() -> None:
    """Each margin's distribution function is within two spacings of uniform."""
    net = lattice(1024, 20)
    points = np.sort(net.points(20, np.random.default_rng(3)), axis=0)
    steps = (np.arange(net.size) + 0.5) / net.size
    assert np.abs(points - steps[:, None]).max() < 2 / net.size


def test_shift_makes_each_point_uniform() -> None:
    """Over shifts the first point covers each coordinate evenly: its mean and variance are a uniform's."""
    net = lattice(101, 3)
    rng = np.random.default_rng(4)
    first = np.array([net.points(3, rng)[0] for _ in range(4000)])
    assert np.abs(first.mean(axis=0) - 0.5).max() < 4 * np.sqrt(1 / 12 / 4000)
    assert np.abs(first.var(axis=0) - 1 / 12).max() < 0.006


@pytest.mark.parametrize("dimension", [1, 2, 5, 10, 15])
def test_smooth_functions_are_integrated_at_least_five_times_better_than_by_chance(dimension: int) -> None:
    """The root mean square error for a log-normal mean is a fifth of a random sample's or less."""
    net = lattice(4096, dimension)
    rng = np.random.default_rng(dimension)
    slope = 0.5 / np.sqrt(dimension)

    def mean(uniforms: np.ndarray) -> float:
        return float(np.exp(slope * special.ndtri(uniforms).sum(axis=1)).mean())

    truth = np.exp(0.5 * dimension * slope**2)
    even = np.sqrt(np.mean([(mean(net.points(dimension, rng)) - truth) ** 2 for _ in range(30)]))
    chance = np.sqrt(np.mean([(mean(rng.random((net.size, dimension))) - truth) ** 2 for _ in range(30)]))
    assert even < chance / 5


def test_no_pair_of_coordinates_lies_on_few_lines() -> None:
    """Each of the pairs among 15 coordinates has a smaller error for products than a random sample."""
    net = lattice(4096, 15)
    fraction = np.arange(net.size)[:, None] * net.generator % net.size / net.size
    bernoulli = fraction**2 - fraction + 1 / 6
    squared_error = (bernoulli.T @ bernoulli / net.size)[np.triu_indices(15, 1)]
    of_chance = (1 / 180) ** 2 * 180 / net.size  # E[B2(x)**2] / n
    assert squared_error.max() < of_chance


def test_too_many_dimensions_are_refused() -> None:
    """A lattice is not stretched beyond the dimensions it was made for."""
    with pytest.raises(ValueError, match="a lattice of 2 dimensions has no 3"):
        lattice(101, 2).points(3, np.random.default_rng(1))
