"""Pareto k-hat against ArviZ, and where there is nothing to fit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from forecast.inference.pareto import mass_beyond, pareto_k, tail_pareto_k


@pytest.mark.parametrize("draws", [50, 225, 226, 1000, 4093, 20_000])
@pytest.mark.parametrize("shape", [-0.3, 0.2, 0.5, 0.9, 1.5])
def test_shape_is_that_of_arviz(draws: int, shape: float) -> None:
    """The estimate equals ArviZ's for ratios with light and heavy tails, at every tail-length rule."""
    from arviz_stats.base import array_stats

    uniform = np.random.default_rng(draws).random(draws)
    log_ratios = np.log(np.expm1(-shape * np.log(uniform)) / shape + 1) + 700
    expected = float(array_stats.psislw(-log_ratios)[1])
    assert pareto_k(log_ratios) == pytest.approx(expected, abs=1e-8)


def test_impossible_draws_count_as_draws_without_weight() -> None:
    """Ratios of zero lie outside the tail but lengthen it, as in ArviZ."""
    from arviz_stats.base import array_stats

    log_ratios = np.random.default_rng(1).standard_normal(4000)
    log_ratios[:2000] = -np.inf
    expected = float(array_stats.psislw(np.where(np.isneginf(log_ratios), 1e4, -log_ratios))[1])
    assert pareto_k(log_ratios) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    ("log_ratios", "expected"),
    [
        (np.full(1000, -3.0), -np.inf),  # all equal
        (np.r_[0.0, np.full(999, -np.inf)], np.inf),  # one carries everything
        (np.r_[np.zeros(4), np.full(996, -50.0)], np.inf),  # four do
        (np.r_[np.zeros(500), np.full(500, -np.inf)], -np.inf),  # half, equally
        (np.zeros(20), np.inf),  # too few for a tail
        (np.r_[np.zeros(20), np.full(980, -1.0)], -np.inf),  # two values: bounded
    ],
)
def test_ratios_without_a_tail_to_fit(log_ratios: np.ndarray, expected: float) -> None:
    """Equal largest ratios have no tail; a tail of fewer than five draws is not to be trusted."""
    assert pareto_k(log_ratios) == expected


@pytest.mark.parametrize("tied", [80, 90, 99])
@pytest.mark.parametrize("count", [100, 110, 119])
def test_a_tail_of_ties_has_the_shape_of_one_that_hardly_ties(count: int, tied: int) -> None:
    """Of so many exceedances whose largest three quarters tie, one scale of the grid is infinite: the limit of others, not no number."""
    exceedances = np.r_[np.linspace(0.1, 0.9, count - tied), np.ones(tied)]
    apart = exceedances.copy()
    apart[-1] += 1e-10  # so that no scale of the grid is exactly infinite
    shapes = [tail_pareto_k(np.log(np.r_[1e-3, 1e-3 + each])) for each in (exceedances, apart)]
    assert shapes[0] == pytest.approx(shapes[1], abs=1e-5)
    assert shapes[1] < 0.5


@pytest.mark.parametrize("seed", range(5))
def test_rounding_makes_no_tail(seed: int) -> None:
    """Ratios that differ in their last digits only, as those of one density and its copy do, are equal."""
    rounding = 1e-15 * np.random.default_rng(seed).standard_normal(4096)
    assert pareto_k(rounding) == -np.inf
    steps = np.repeat([0.0, -1.0, -2.0, -3.0], [10, 20, 30, 4036])
    assert pareto_k(steps + rounding) == pytest.approx(pareto_k(steps), abs=1e-9)


def test_a_tail_too_light_for_floating_point_is_still_a_tail() -> None:
    """Where all but a few of the largest ratios vanish beside the first, those few carry everything."""
    log_ratios = -np.arange(4096.0) * 100
    assert pareto_k(log_ratios) > 0.7


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_ratios_that_are_not_numbers_are_refused(bad: float) -> None:
    """NaN and plus infinity raise."""
    with pytest.raises(ValueError, match="finite maximum"):
        pareto_k(np.r_[np.zeros(500), bad])


def test_all_impossible_is_refused() -> None:
    """Ratios that are all zero have no shape."""
    with pytest.raises(ValueError, match="finite maximum"):
        pareto_k(np.full(500, -np.inf))


@pytest.mark.parametrize("shape", [0.3, 0.5, 0.6, 0.7])
def test_the_mass_beyond_the_heaviest_draw_is_that_of_simulated_weights(shape: float) -> None:
    """On average over 4,000 sets of 2,000 Pareto weights, within four standard errors; the mass is by quadrature of the density."""
    draws, times = 2_000, 2.5
    rng = np.random.default_rng(3)
    heaviest = times * np.array([rng.random(draws).min() for _ in range(4_000)]) ** -shape
    beyond = np.array([weight_of_uniforms_below(weight ** (-1 / shape), shape) for weight in heaviest]) / weight_of_uniforms_below(
        1.0, shape
    )
    error = beyond.std(ddof=1) / np.sqrt(len(beyond))
    assert abs(mass_beyond(shape, draws, times=times) - beyond.mean()) < 4 * error + 1e-3 * beyond.mean()


def weight_of_uniforms_below(bound: float, shape: float) -> float:
    """The integral of the weights ``u**-shape`` of uniforms below a bound, by quadrature."""
    return float(integrate.quad(lambda _: 1.0, 0, bound, weight="alg", wvar=(-shape, 0))[0])
