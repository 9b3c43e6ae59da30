"""The climb: finds a top and its curvature, beside cliffs too."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.importance.laplace import ClimbUnits, climb, peaks_at_ends


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

    peak = peaks_at_ends(density, climb(density, np.zeros(dimension)[None], units=ClimbUnits.of_prior(np.ones(dimension)), points=10**6))[0]
    deviations = np.linalg.solve(np.linalg.cholesky(covariance), peak.mode - mean)
    assert np.abs(deviations).max() < 0.25
    assert np.abs(np.linalg.solve(covariance, peak.covariance) - np.eye(dimension)).max() < 0.02
    assert peak.height == pytest.approx(0, abs=0.1)


def test_banana_is_climbed_to_its_top() -> None:
    """A curved ridge (Rosenbrock's) leads to its top, not to a standstill."""

    def density(x: np.ndarray) -> np.ndarray:
        return -0.5 * (1 - x[:, 0]) ** 2 - 50 * (x[:, 1] - x[:, 0] ** 2) ** 2

    peak = peaks_at_ends(density, climb(density, np.array([-1.5, 2.0])[None], units=ClimbUnits.of_prior(np.ones(2)), points=10**6))[0]
    assert peak.height > -0.01
    assert np.abs(peak.mode - 1).max() < 0.2


def test_edge_of_the_support_is_no_obstacle() -> None:
    """A density that is zero on one side of its top still gives a finite peak."""

    def density(x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0] > 0, -x[:, 0], -np.inf)

    peak = peaks_at_ends(density, climb(density, np.array([2.0])[None], units=ClimbUnits.of_prior(np.ones(1)), points=10**6))[0]
    assert 0 < peak.mode[0] < 0.01
    assert np.isfinite(peak.covariance).all()


def _two_tops(x: np.ndarray) -> np.ndarray:
    """Two round normals, of standard deviation 0.3, at 2 and at -2 in every coordinate; the second is lower by one nat."""
    upper, lower = (-0.5 * (((x - side) / 0.3) ** 2).sum(axis=1) for side in (2.0, -2.0))
    return np.logaddexp(upper, lower - 1)


STARTS = np.array([[1.0, 2.5], [-1.0, -2.5], [0.5, 1.0], [3.0, 3.0], [-3.0, -1.0]])


def test_climbs_made_together_are_those_made_alone() -> None:
    """Each ends at its own top, and where it would have ended by itself."""
    together = climb(_two_tops, STARTS, units=ClimbUnits.of_prior(np.ones(2)), points=10**6)
    alone = [climb(_two_tops, start[None], units=ClimbUnits.of_prior(np.ones(2)), points=10**6) for start in STARTS]
    np.testing.assert_allclose(together.places, np.concatenate([each.places for each in alone]), rtol=1e-9)
    np.testing.assert_allclose(together.heights, [float(each.heights[0]) for each in alone], atol=1e-9)
    np.testing.assert_allclose(together.inverses, np.concatenate([each.inverses for each in alone]), rtol=1e-6)
    np.testing.assert_allclose(np.sign(together.places), np.sign(STARTS.sum(axis=1))[:, None] * np.ones((1, 2)))
    np.testing.assert_allclose(np.abs(together.places), 2, atol=0.05)


def test_what_is_held_stays_and_the_rest_climbs() -> None:
    """To the top of the density given the held coordinates, which of a correlated normal is its conditional mean."""
    precision = np.array([[2.0, -1.2, 0.3], [-1.2, 3.0, 0.5], [0.3, 0.5, 1.0]])

    def density(x: np.ndarray) -> np.ndarray:
        return -0.5 * np.einsum("ni,ij,nj->n", x, precision, x)

    starts = np.array([[5.0, 1.0, 1.0], [1.0, -4.0, 1.0], [1.0, 1.0, 1.0]])
    held = np.array([[True, False, False], [False, True, False], [False, False, False]])
    found = climb(density, starts, units=ClimbUnits.of_prior(np.ones(3)), points=10**6, held=held)
    for place, start, holds in zip(found.places, starts, held, strict=True):
        expected = start.copy()
        free = ~holds
        expected[free] = -np.linalg.solve(precision[np.ix_(free, free)], precision[np.ix_(free, holds)] @ start[holds])
        np.testing.assert_array_equal(place[holds], start[holds])
        np.testing.assert_allclose(place, expected, atol=0.03)
    assert np.isfinite(found.inverses).all()
    assert (np.linalg.eigvalsh(found.inverses) > 0).all()


def test_a_climb_that_comes_to_a_known_point_is_left_out() -> None:
    """Those that begin at one take no step; the other climbs go on."""
    known_at: list[np.ndarray] = []

    def known(places: np.ndarray, heights: np.ndarray) -> np.ndarray:
        np.testing.assert_allclose(heights, _two_tops(places))
        known_at.append(places)
        return places.sum(axis=1) > 3

    found = climb(_two_tops, STARTS, units=ClimbUnits.of_prior(np.ones(2)), points=10**6, known=known)
    np.testing.assert_allclose(found.places, -2 * np.ones((2, 2)), atol=0.05)
    assert len(known_at[0]) == len(STARTS)
    every = climb(_two_tops, STARTS, units=ClimbUnits.of_prior(np.ones(2)), points=10**6, known=lambda places, _: places[:, 0] > -np.inf)
    assert len(every) == 0


def test_climbs_end_where_they_are_when_their_points_or_steps_are_spent() -> None:
    """No step is begun once the points are spent, and none beyond the number allowed."""
    spent: list[int] = []

    def density(x: np.ndarray) -> np.ndarray:
        spent.append(len(x))
        return -50 * (x[:, 1] - x[:, 0] ** 2) ** 2 - 0.5 * (1 - x[:, 0]) ** 2

    starts = np.array([[-1.5, 2.0], [2.0, -1.0]])
    one_step = 2 * (24 + 2 * 2)
    for points, steps, calls in ((0, 10, 1), (10**6, 0, 1), (11, 10, 2), (10**6, 1, 2)):
        spent.clear()
        found = climb(density, starts, units=ClimbUnits.of_prior(np.ones(2)), points=points, steps=steps)
        whole = [each for each in spent if each >= one_step / 2]
        assert len(whole) == calls - 1
        assert (found.heights >= density(starts)).all()


def test_the_first_step_is_no_longer_than_units_say() -> None:
    """From a steep place: one unit where the prior gives the units, twice that in the line search; where the guess is a good one, as far as that says."""
    seen: list[float] = []

    def density(x: np.ndarray) -> np.ndarray:
        seen.append(float(np.abs(x - 100).max()))
        return -0.5 * (x[:, 0] / 0.1) ** 2

    start = np.array([[100.0]])
    climb(density, start, units=ClimbUnits.of_prior(np.full(1, 4.0)), points=10**6, steps=1)
    assert 2 * 2.0 <= max(seen) < 2 * 2.0 + 0.02  # with the differences beside its end
    seen.clear()
    found = climb(density, start, units=ClimbUnits(np.full(1, 2.0), np.full((1, 1), 0.01 / 4)), points=10**6, steps=1)
    assert max(seen) == pytest.approx(2 * 100, rel=1e-3)
    assert abs(found.places[0, 0]) < 0.01


def test_what_is_learnt_of_the_curvature_is_the_same_in_other_units() -> None:
    """The covariance that it implies does not change."""
    tops = climb(_two_tops, STARTS, units=ClimbUnits.of_prior(np.array([1.0, 9.0])), points=10**6)
    scale = np.array([0.2, 5.0])
    other = tops.in_units(scale)
    np.testing.assert_array_equal(other.places, tops.places)
    np.testing.assert_allclose(other.inverses * np.outer(scale, scale), tops.inverses * np.outer(tops.scale, tops.scale), rtol=1e-12)
    some = tops.only(np.array([3, 0]))
    np.testing.assert_array_equal(some.heights, tops.heights[[3, 0]])
    assert len(some) == 2
