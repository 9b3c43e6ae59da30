"""Which rows are at fault where a target has no density, and where it is zero."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.target import EvaluatedPoints, NotFinite, evaluate_target, rows_never_possible
from tests.support.targets import by_normal

POINTS = np.random.default_rng(1).normal(size=(300, 1))


@pytest.fixture(params=[2**18, 7])
def _cells(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecast.inference.target.CELLS_IN_CACHE", request.param)


@pytest.mark.usefixtures("_cells")
def test_rows_without_a_density_are_named() -> None:
    """All of those of the first points that have some, and the first such point."""

    def rows(z: np.ndarray) -> np.ndarray:
        far = z[:, 0] > 1
        return np.stack([z[:, 0], np.where(far, np.nan, 0.0), np.where(z[:, 0] > 1.5, np.inf, 0.0), -z[:, 0]], axis=1)

    with pytest.raises(NotFinite) as raised:
        evaluate_target(by_normal(1, rows), POINTS)
    assert raised.value.rows == (1, 2)
    assert raised.value.example == POINTS[POINTS[:, 0] > 1][0]


def test_rows_so_unlikely_together_that_no_float_holds_it_are_impossible() -> None:
    """And not without a density."""
    points = evaluate_target(by_normal(1, lambda z: np.full((len(z), 3), -1e308)), POINTS)
    assert np.isneginf(points.log_likelihood).all()


@pytest.mark.usefixtures("_cells")
def test_rows_that_are_never_possible_are_found_at_points_that_the_prior_allows() -> None:
    """A row that is possible at one point alone is not among them; what the prior excludes does not count."""
    one = int(np.argmax(POINTS[:, 0]))

    def rows(z: np.ndarray) -> np.ndarray:
        rare = np.where(z[:, 0] == POINTS[one, 0], 0.0, -np.inf)
        return np.stack([np.zeros(len(z)), np.full(len(z), -np.inf), rare], axis=1)

    target = by_normal(1, rows)
    every = EvaluatedPoints(POINTS, np.zeros(300), np.full(300, -np.inf))
    assert rows_never_possible(target, every) == (1,)
    without = EvaluatedPoints(POINTS, np.where(np.arange(300) == one, -np.inf, 0.0), np.full(300, -np.inf))
    assert rows_never_possible(target, without) == (1, 2)
    nowhere = EvaluatedPoints(POINTS, np.full(300, -np.inf), np.full(300, -np.inf))
    assert rows_never_possible(target, nowhere) == (0, 1, 2)
