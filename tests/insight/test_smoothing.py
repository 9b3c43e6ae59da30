"""Pareto smoothing, against ArviZ and against averages that are known."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.pareto import pareto_k
from forecast.insight.smoothing import _fit, smooth_weights


@pytest.mark.parametrize("shape", [-0.3, 0.2, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("draws", [200, 4_096, 16_384])
def test_smoothed_weights_are_those_of_arviz(shape: float, draws: int) -> None:
    """On Pareto weights of several shapes every smoothed log weight equals that of ArviZ's ``psislw``, and so does k-hat."""
    from arviz_stats.base import array_stats
    from scipy import stats

    ratios = np.log(stats.genpareto(shape).rvs(draws, random_state=5) + 0.1)
    theirs, khat = array_stats.psislw(-ratios[None, :])
    np.testing.assert_allclose(smooth_weights(ratios), np.ravel(theirs), rtol=1e-9, atol=1e-9)
    tail = np.sort(np.exp(ratios - ratios.max()))[-int(min(3 * np.sqrt(draws), draws / 5)) - 1 :]
    fitted = _fit(tail[1:] - tail[0])
    assert fitted is not None
    assert fitted[0] == pytest.approx(pareto_k(ratios), rel=1e-9) == pytest.approx(float(np.ravel(khat)[0]), rel=1e-9)


def test_smoothing_lessens_the_error_of_an_average() -> None:
    """From a Normal of half the width, a mean of squares is off by less with smoothed weights than without, from both sides, over 200 seeds."""
    from scipy import stats

    plain, smoothed = [], []
    for seed in range(200):
        x = np.random.default_rng(seed).normal(0, 0.6, 4_096)
        ratios = stats.norm(0, 1).logpdf(x) - stats.norm(0, 0.6).logpdf(x)
        weights = np.exp(ratios - ratios.max())
        plain.append((weights @ x**2) / weights.sum())
        smoothed.append(np.exp(smooth_weights(ratios)) @ x**2)
    assert pareto_k(ratios) > 0.5
    off = np.sqrt(np.mean((np.array(smoothed) - 1) ** 2))
    assert 0.01 < off < 0.95 * np.sqrt(np.mean((np.array(plain) - 1) ** 2))


def test_weights_without_a_tail_stay_as_they_are() -> None:
    """Equal weights, weights that are mostly zero, and fewer than 25 weights are normalised and nothing else."""
    for ratios in (np.zeros(1000), np.where(np.arange(1000) < 3, 1.5, -np.inf), np.linspace(0, 3, 20)):
        np.testing.assert_allclose(np.exp(smooth_weights(ratios)), np.exp(ratios) / np.exp(ratios).sum(), rtol=1e-12)
