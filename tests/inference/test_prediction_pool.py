"""The weights of an optimal prediction pool: against a grid, closed forms, and the conditions of a maximum."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from forecast.inference.prediction_pool import TIMES_FOR_STATED, optimal_pool_weights

STATED = np.array([0.5, 0.3, 0.2])


def objective(weights: np.ndarray, logs: np.ndarray, stated: np.ndarray) -> np.ndarray:
    """What the weights ``(..., forecasters)`` maximise, written out."""
    foreseen = np.log(np.einsum("tv,...v->...t", np.exp(logs), weights)).sum(axis=-1)
    return foreseen + TIMES_FOR_STATED * (stated * np.log(weights)).sum(axis=-1)


@pytest.mark.parametrize(("times", "spread"), [(1, 1.0), (5, 3.0), (40, 1.0), (40, 0.05)])
def test_no_weights_on_a_grid_are_better(times: int, spread: float):
    """Among all weights in steps of 1 % none has a larger objective, and the best of them are next to what is returned."""
    logs = np.random.default_rng(times).normal(0, spread, (times, 3))
    found = optimal_pool_weights(logs, STATED)
    steps = np.arange(1, 99) / 100
    grid = np.array([(one, other, 1 - one - other) for one, other in itertools.product(steps, steps) if one + other < 0.995])
    values = objective(grid, logs, STATED)
    assert values.max() <= objective(found, logs, STATED) + 1e-12
    assert np.abs(grid[values.argmax()] - found).max() < 0.01


def test_a_forecaster_that_alone_foresaw_has_the_share_of_its_days():
    """Where one gave what happened and the others called it impossible, its weight is (T + c a) / (T + c)."""
    logs = np.full((6, 3), -np.inf)
    logs[:, 1] = -2.0
    found = optimal_pool_weights(logs, STATED)
    total = 6 + TIMES_FOR_STATED
    expected = (np.array([0, 6, 0]) + TIMES_FOR_STATED * STATED) / total
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("logs", [np.zeros((0, 3)), np.full((7, 3), -800.0)])
def test_without_anything_to_tell_them_apart_the_weights_are_those_stated(logs: np.ndarray):
    """With no time scored, or all foreseen alike, nothing moves the weights."""
    assert optimal_pool_weights(logs, STATED) == pytest.approx(STATED, rel=1e-9)


@pytest.mark.parametrize("times", [3, 300, 20_000])
def test_the_gradient_is_level_at_the_maximum(times: int):
    """However many times there are, and however unequal the forecasters, the conditions of the maximum hold: each part of the gradient is T + c."""
    rng = np.random.default_rng(3)
    logs = rng.normal(0, 4, (times, 6)) - np.array([0, 0.1, 3, 8, 30, 0])
    stated = np.array([0.9, 0.02, 0.02, 0.02, 0.02, 0.02])
    found = optimal_pool_weights(logs, stated)
    scaled = np.exp(logs - logs.max(axis=1, keepdims=True))
    gradient = (scaled / (scaled @ found)[:, None]).sum(axis=0) + TIMES_FOR_STATED * stated / found
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert gradient == pytest.approx(np.full(6, times + TIMES_FOR_STATED), rel=1e-4)


def test_rounding_stops_no_search():
    """Whatever the densities, near ones too, the weights are found: a step that the objective is too coarse to see is taken."""
    for seed in range(2_000):
        rng = np.random.default_rng(seed)
        stated = np.maximum(rng.dirichlet(np.full(rng.integers(2, 6), rng.choice([0.3, 1.0, 10.0]))), 1e-6)
        logs = rng.normal(size=(rng.integers(0, 60), len(stated))) * rng.choice([1e-9, 1e-6, 1e-3, 0.1, 1.0, 5.0])
        assert optimal_pool_weights(logs, stated / stated.sum()).sum() == pytest.approx(1.0)
