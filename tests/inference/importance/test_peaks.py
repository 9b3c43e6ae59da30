"""Peaks above some points: which are distinguished, what they cost, and what is drawn around them."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.importance.laplace import ClimbEnds, ClimbUnits, climb, peaks_at_ends
from forecast.inference.importance.peaks import EVEN_SHARE, PeakSearch, degrees_of_freedom
from forecast.language.arrays import Array
from tests.support.targets import Given, by_normal, conjugate

PLACES = np.array([[1.5, 1.0], [-1.5, 1.0], [0.0, -2.0]])
WIDTHS = np.array([0.1, 0.2, 0.05])


def three_modes(z: Array) -> Array:
    """Three round normals of equal height in the first two coordinates."""
    away = ((z[:, None, :2] - PLACES) ** 2).sum(axis=2) / WIDTHS**2
    return np.logaddexp.reduce(-0.5 * away, axis=1)[:, None]


def ground(target: Given, moving: list[int] | None = None) -> PeakSearch:
    """The ground of a target with a standard normal prior, of one row."""
    columns = np.arange(target.dimension) if moving is None else np.array(moving)
    return PeakSearch(target, columns, np.ones(len(columns)))


def expected_peak(index: int) -> tuple[Array, float]:
    """Place and variance of a mode of ``three_modes`` times the standard normal prior."""
    variance = 1 / (1 + WIDTHS[index] ** -2)
    return PLACES[index] * variance / WIDTHS[index] ** 2, float(variance)


def test_each_peak_is_found_once_however_many_climbs_come_to_it() -> None:
    """With its place and its covariance, the highest first."""
    starts = np.repeat(PLACES, 4, axis=0) + 0.3 * np.random.default_rng(1).normal(size=(12, 2))
    found = ground(by_normal(2, three_modes)).peaks(starts, most=10, points=100_000)
    assert len(found) == 3
    order = [int(np.argmin(((PLACES - peak.mode) ** 2).sum(axis=1))) for peak in found]
    assert sorted(order) == [0, 1, 2]
    assert [peak.height for peak in found] == sorted((peak.height for peak in found), reverse=True)
    for index, peak in zip(order, found, strict=True):
        mode, variance = expected_peak(index)
        np.testing.assert_allclose(peak.mode, mode, atol=0.25 * np.sqrt(variance))
        np.testing.assert_allclose(peak.covariance, variance * np.eye(2), atol=0.02 * variance)


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_peaks_are_returned_than_are_asked_for(most: int) -> None:
    """The highest of them."""
    every, some = (ground(by_normal(2, three_modes)).peaks(PLACES, most=count, points=100_000) for count in (10, most))
    assert [peak.height for peak in some] == [peak.height for peak in every[:most]]


def test_a_place_without_volume_is_no_peak() -> None:
    """At an edge, where the density is zero to one side and the climb has learnt of no curvature."""
    here = ground(by_normal(2, lambda z: np.where(z[:, :1] > 0, -z[:, :1], -np.inf)))
    at_edge = ClimbEnds(np.zeros((1, 2)), np.zeros(1), np.zeros((1, 2, 2)), np.ones(2), np.zeros(1, dtype=np.intp))
    (edge,) = peaks_at_ends(here.log_posterior, at_edge)
    assert edge.log_volume == -np.inf
    assert here.distinct(at_edge, 3) == []


def test_coordinates_that_stand_still_are_at_zero() -> None:
    """The density is that of the others, with the prior's at 0 for those."""
    target = by_normal(5, lambda z: three_modes(z[:, [3, 1]]) + z[:, :1] ** 2 - z[:, 2:3])
    y = np.random.default_rng(1).normal(size=(6, 2))
    whole = np.zeros((6, 5))
    whole[:, [1, 3]] = y
    expected = target.log_prior(whole) + target.log_likelihood(whole)[:, 0]
    np.testing.assert_allclose(ground(target, [1, 3]).log_posterior(y), expected)


@pytest.mark.parametrize("dimension", [1, 3, 7])
def test_the_cost_of_a_step_and_of_a_peak_is_how_many_points_they_evaluate(dimension: int) -> None:
    """A step may ask for its end again, which is said of no step beforehand."""
    asked: list[int] = []
    model = conjugate(dimension, 9, 0.3).target

    def rows(z: Array) -> Array:
        asked.append(len(z))
        return model.log_likelihood(z)

    here = PeakSearch(by_normal(dimension, rows), np.arange(dimension), np.ones(dimension))
    starts = np.zeros((1, dimension))
    climb(here.log_posterior, starts, units=ClimbUnits.of_prior(here.spread), points=10**6, steps=0)
    at_start = sum(asked)
    asked.clear()
    tops = climb(here.log_posterior, starts, units=ClimbUnits.of_prior(here.spread), points=10**6, steps=1)
    assert sum(asked) - at_start in {here.step_cost, here.step_cost + 2 * dimension}
    asked.clear()
    peaks_at_ends(here.log_posterior, tops)
    assert sum(asked) == here.peak_cost


def test_draws_around_all_peaks_are_shared_by_the_roots_of_their_volumes_and_by_a_tenth_evenly() -> None:
    """Each around its own peak, as wide as that."""
    here = ground(by_normal(2, three_modes))
    found = here.peaks(PLACES, most=3, points=100_000)
    mixture = here.around_all(found)
    root = np.exp([0.5 * peak.log_volume for peak in found])
    np.testing.assert_allclose(mixture.shares, (1 - EVEN_SHARE) * root / root.sum() + EVEN_SHARE / 3)
    assert sum(mixture.shares) == pytest.approx(1)
    for part, peak in zip(mixture.parts, found, strict=True):
        np.testing.assert_array_equal(part.mean, peak.mode)
        np.testing.assert_allclose(part.cholesky @ part.cholesky.T, peak.covariance, rtol=1e-6, atol=1e-12)
        assert part.freedom == here.freedom


def test_a_t_has_eight_degrees_of_freedom_or_one_for_each_dimension() -> None:
    """Whichever are more."""
    assert [degrees_of_freedom(dimension) for dimension in (1, 8, 9, 40)] == [8, 8, 9, 40]
