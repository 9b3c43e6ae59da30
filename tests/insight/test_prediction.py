"""Points and tails of mixtures, against one distribution's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecast.insight.prediction import _root, prediction
from forecast.language.distributions.families import family
from forecast.language.distributions.family import Family

LEVELS = [0.05, 0.5, 0.95]


def rng() -> np.random.Generator:
    """A generator that every test begins with."""
    return np.random.default_rng(4)


def two_sided(exact: object, value: float) -> float:
    """Twice the smaller of P(X <= x) and P(X >= x), at most 1, of a SciPy distribution of whole numbers."""
    return min(1.0, 2 * min(exact.cdf(value), exact.sf(value - 1)))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("mu", "value"), [(0.3, 0.0), (0.3, 4.0), (20.0, 9.0), (20.0, 70.0)])
def test_counts_are_counted_out_exactly(mu: float, value: float) -> None:
    """Of draws that agree, points and tail are those of the one distribution, also beyond what is counted out."""
    from scipy import stats

    points, tail = prediction(family("Poisson"), {"mu": np.full((16, 1), mu)}, value, rng())
    exact = stats.poisson(mu)
    assert points == tuple(exact.ppf(LEVELS))
    assert tail == pytest.approx(two_sided(exact, value), rel=1e-6, abs=1e-15)


def test_a_mixture_of_two_rates_is_their_mean() -> None:
    """Half the draws at one rate and half at another give the mean of the two distribution functions."""
    from scipy import stats

    mu = np.repeat([1.0, 30.0], 8)[:, None]
    points, tail = prediction(family("Poisson"), {"mu": mu}, 12.0, rng())
    low, high = stats.poisson(1), stats.poisson(30)
    for point, level in zip(points, LEVELS, strict=True):
        assert (low.cdf(point) + high.cdf(point)) / 2 >= level > (low.cdf(point - 1) + high.cdf(point - 1)) / 2
    assert tail == pytest.approx(min(low.cdf(12) + high.cdf(12), low.sf(11) + high.sf(11)))


def test_large_counts_are_drawn() -> None:
    """A BetaBinomial of a million trials takes no sum of a million terms; its points and tail come out within the error of the draws."""
    from scipy import stats

    arguments = {"n": np.full((2_048, 1), 1_000_000.0), "alpha": np.full((2_048, 1), 20.0), "beta": np.full((2_048, 1), 80.0)}
    points, tail = prediction(family("BetaBinomial"), arguments, 130_000.0, rng())
    share = stats.beta(20, 80)
    assert points == pytest.approx(tuple(1e6 * share.ppf(LEVELS)), rel=0.01)
    assert tail == pytest.approx(2 * share.cdf(0.13), rel=0.2)


def test_a_tail_that_no_draw_reached_is_not_said_to_be_none() -> None:
    """Beyond all draws the tail is what their number can show."""
    arguments = {"n": np.full((64, 1), 1e6), "alpha": np.full((64, 1), 5_000.0), "beta": np.full((64, 1), 5_000.0)}
    assert prediction(family("BetaBinomial"), arguments, 999_999.0, rng())[1] == pytest.approx(2 / 513)


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_points_of_continuous_values_are_found_at_any_size(scale: float) -> None:
    """Halving ends on the quantiles of a normal of any width."""
    from scipy import stats

    points, tail = prediction(family("Normal"), {"mu": np.zeros((4, 1)), "sigma": np.full((4, 1), scale)}, 2 * scale, rng())
    assert points == pytest.approx(tuple(scale * stats.norm.ppf(LEVELS)), rel=1e-9, abs=1e-12 * scale)
    assert tail == pytest.approx(2 * stats.norm.sf(2))


def test_points_are_where_halving_finds_them_in_a_fraction_of_the_steps() -> None:
    """Each point of a mixture equals that of plain halving: of like Normals with half of its evaluations, of others with no more than halving takes."""
    alike = {"mu": np.linspace(4.0, 6.0, 40)[:, None], "sigma": np.linspace(1.0, 2.0, 40)[:, None]}
    apart = {"mu": np.repeat([0.0, 3.0, 1e6], 20)[:, None], "sigma": np.tile([0.1, 1.0], 30)[:, None]}
    heavy = {"alpha": np.repeat([-2.0, 40.0], 8)[:, None], "beta": np.repeat([0.5, 100.0], 8)[:, None]}
    for kind, own, most in ((family("Normal"), alike, 26), (family("Normal"), apart, 52), (family("Cauchy"), heavy, 52)):
        asked: list[float] = []

        def share(place: float, kind: Family = kind, own: Any = own, asked: list[float] = asked) -> float:
            asked.append(place)
            return float(np.mean(kind.distribution(np.sinh(place), **own)))

        points, _ = prediction(kind, own, 1.0, rng())
        for level, point in zip(LEVELS, points, strict=True):
            low, high = -30.0, 30.0
            for _ in range(120):
                middle = (low + high) / 2
                low, high = (middle, high) if share(middle) < level else (low, middle)
            assert point == pytest.approx(np.sinh(high), rel=1e-11, abs=1e-11)
            asked.clear()
            ends = np.arcsinh([np.min(kind.quantile(level, **own)), np.max(kind.quantile(level, **own))])
            _root(lambda place, level=level: share(place) - level, *map(float, ends))  # type: ignore[misc]
            assert len(asked) <= most
