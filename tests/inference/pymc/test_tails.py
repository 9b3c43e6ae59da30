"""Whether a mean or a variance can be estimated, by the values' own tails."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.pymc.tails import is_estimable, no_mean_reason, tail_shape, tail_shape_of_sorted

pytestmark = pytest.mark.medium

DRAWS = 16_384

HEAVY = {
    "Cauchy": lambda rng: rng.standard_cauchy(DRAWS),
    "half Cauchy": lambda rng: np.abs(rng.standard_cauchy(DRAWS)),
    "Cauchy about a million": lambda rng: 1e6 + rng.standard_cauchy(DRAWS),
    "ratio of normals": lambda rng: rng.normal(size=DRAWS) / rng.normal(size=DRAWS),
    "LogNormal of sigma 4": lambda rng: np.exp(4 * rng.normal(size=DRAWS)),
    "below zero": lambda rng: -np.exp(4 * rng.normal(size=DRAWS)),
    "difference of exponentials of normals": lambda rng: np.exp(4 * rng.normal(size=DRAWS)) - np.exp(4 * rng.normal(size=DRAWS)),
    "counts with a Pareto tail": lambda rng: np.floor(5 * rng.pareto(1.0, DRAWS) * (rng.random(DRAWS) < 0.3)),
    "whole LogNormal of sigma 4": lambda rng: np.floor(np.exp(4 * rng.normal(size=DRAWS))),
    "a Cauchy in one case of five": lambda rng: rng.standard_cauchy(DRAWS) * (rng.random(DRAWS) < 0.2),
}
LIGHT = {
    "normal": lambda rng: rng.normal(size=DRAWS),
    "exponential": lambda rng: rng.exponential(size=DRAWS),
    "LogNormal of sigma 1": lambda rng: np.exp(rng.normal(size=DRAWS)),
    "counts, hardly any": lambda rng: rng.poisson(0.001, DRAWS).astype(float),
    "few counts": lambda rng: rng.poisson(0.1, DRAWS).astype(float),
    "one count": lambda rng: rng.poisson(1.0, DRAWS).astype(float),
    "many counts": lambda rng: rng.poisson(200.0, DRAWS).astype(float),
    "counts of spread": lambda rng: rng.poisson(rng.gamma(0.1, 50, DRAWS)).astype(float),
    "a constant": lambda _rng: np.full(DRAWS, 3.5),
    "yes and no": lambda rng: (rng.random(DRAWS) < 0.2).astype(float),
    "a count of an uncertain rate": lambda rng: rng.poisson(rng.gamma(20, 0.1, DRAWS)).astype(float),
    "the square of such a count": lambda rng: rng.poisson(rng.gamma(20, 0.1, DRAWS)) ** 2.0,
    "a seldom yes": lambda rng: (rng.random(DRAWS) < 0.01).astype(float),
    "a normal from 2 up": lambda rng: np.maximum(rng.normal(size=DRAWS) - 2, 0.0),
}


@pytest.mark.parametrize("name", HEAVY)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_mean_that_does_not_exist_or_rests_on_what_no_draw_shows_is_not_estimable(name: str, seed: int) -> None:
    """By either tail, wherever the middle lies, of whole numbers too."""
    values = HEAVY[name](np.random.default_rng(seed))
    assert not is_estimable(values, np.full(DRAWS, 1 / DRAWS))


@pytest.mark.parametrize("name", LIGHT)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_ordinary_mean_is_estimable(name: str, seed: int) -> None:
    """Also where most values are one, as of rare counts."""
    values = LIGHT[name](np.random.default_rng(seed))
    assert is_estimable(values, np.full(DRAWS, 1 / DRAWS))


@pytest.mark.parametrize("name", [*HEAVY, *LIGHT])
@pytest.mark.parametrize(("times", "more"), [(100, 0), (1e6, 0), (1000, 500), (0.1, 0), (-7, 3), (0.3, 0.1)])
def test_the_shape_of_a_tail_depends_on_no_unit(name: str, times: float, more: float) -> None:
    """A multiple, or another origin, leaves it as it is; of counts and of what else comes in steps too."""
    values, weights = (HEAVY | LIGHT)[name](np.random.default_rng(1)), np.full(DRAWS, 1 / DRAWS)
    for power in (1, 2):
        assert tail_shape(times * values + more, weights, power=power) == pytest.approx(tail_shape(values, weights, power=power), abs=1e-3)


@pytest.mark.parametrize("times", [0.5, 5, 100, 1e6])
def test_a_multiple_of_a_count_is_estimable_under_weights(times: float) -> None:
    """Where draws of uneven weight are taken as often as they weigh."""
    rng = np.random.default_rng(5)
    values, weights = times * rng.poisson(2.0, DRAWS), rng.gamma(2.0, size=DRAWS)
    assert is_estimable(values, weights / weights.sum())


def test_sums_that_differ_by_rounding_are_one_step() -> None:
    """Tenths added in another order are other floats, and the same number."""
    rng = np.random.default_rng(6)
    values = rng.poisson(2.0, DRAWS) * 0.1
    rounded = values * (1 + 2e-16 * rng.integers(-1, 2, DRAWS))
    weights = np.full(DRAWS, 1 / DRAWS)
    assert len(np.unique(rounded)) > len(np.unique(values))
    assert tail_shape(rounded, weights) == pytest.approx(tail_shape(values, weights))
    assert tail_shape(0.3 * (1 + 2e-16 * rng.integers(-1, 2, DRAWS)), weights) == -np.inf


def test_a_variance_needs_a_lighter_tail_than_a_mean() -> None:
    """Student's distribution with 1.8 degrees of freedom has a mean, of k 0.56, and no variance."""
    values, weights = np.random.default_rng(4).standard_t(1.8, DRAWS), np.full(DRAWS, 1 / DRAWS)
    assert (is_estimable(values, weights), is_estimable(values, weights, power=2)) == (True, False)


@pytest.mark.parametrize("times", [0.3, 1, 1000])
def test_the_variance_of_a_count_is_judged_as_that_of_any_number(times: float) -> None:
    """Counts with a Poisson or Gamma-Poisson distribution have one; the floor of Student's with 1.8 degrees of freedom has a mean alone."""
    weights = np.full(DRAWS, 1 / DRAWS)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        for count in (
            rng.poisson(0.3, DRAWS),
            rng.poisson(5, DRAWS),
            rng.poisson(rng.gamma(2, 2, DRAWS)),
            rng.poisson(rng.gamma(1, 1, DRAWS)),
        ):
            assert is_estimable(times * count, weights, power=2)
        heavy = times * np.floor(3 * np.abs(rng.standard_t(1.8, DRAWS)))
        assert (is_estimable(heavy, weights), is_estimable(heavy, weights, power=2)) == (True, False)


@pytest.mark.parametrize("seed", range(20))
def test_a_light_tail_is_light_whatever_the_weights_that_describe_it(seed: int) -> None:
    """A normal distribution weighed from a narrower one, k-hat of whose weights is about 0.64: that they carry is judged apart."""
    values = 0.6 * np.random.default_rng(seed).normal(size=DRAWS)
    weights = np.exp(-0.5 * values**2 * (1 - 1 / 0.36))
    assert is_estimable(values, weights / weights.sum())


@pytest.mark.parametrize("seed", range(3))
def test_a_heavy_tail_is_heavy_where_it_has_little_weight(seed: int) -> None:
    """A Cauchy distribution weighed from one of twice the width; and what has no weight is no tail."""
    rng = np.random.default_rng(seed)
    values = 2 * rng.standard_cauchy(DRAWS)
    weights = (1 + (values / 2) ** 2) / (1 + values**2)
    assert not is_estimable(values, weights / weights.sum())
    outlying = np.append(rng.random(DRAWS), rng.standard_cauchy(100))
    assert is_estimable(outlying, np.append(np.full(DRAWS, 1 / DRAWS), np.zeros(100)))


def test_the_reason_names_the_shape_of_the_tail() -> None:
    """Nothing up to 0.7; above it k-hat; and where there are too few draws, that."""
    few = np.array([1.0, 2.5, 3.5])
    assert [no_mean_reason(shape) for shape in (0.7, 1.04, tail_shape(few, np.full(3, 1 / 3)))] == [
        "",
        "the tail is so heavy (Pareto k-hat 1, above 0.7) that the mean does not exist or is not known from these draws",
        "there are too few draws to tell whether the mean exists",
    ]


def test_values_that_carry_all_the_weight_and_differ_by_rounding_are_one() -> None:
    """Values about 1e12 that differ in their last digits have a mean, though others without weight lie far off; one draw tells of no tail."""
    values = np.concatenate([1e12 + np.linspace(-0.4, 0.4, 1000), np.linspace(0, 10, 1000)])
    even = np.concatenate([np.full(1000, 1.0), np.full(1000, 1e-30)])
    assert tail_shape(values, even / even.sum()) == -np.inf
    single = np.concatenate([[1.0], np.full(1999, 1e-30)])
    assert tail_shape(values, single / single.sum()) == np.inf


def test_values_that_are_sorted_already_have_the_same_tail() -> None:
    """The shape from sorted values is that from the same in any order, under weights too, some of which are 0."""
    rng = np.random.default_rng(4)
    for values in (rng.standard_t(3, DRAWS), np.floor(rng.standard_t(3, DRAWS))):
        weights = np.where(rng.random(DRAWS) < 0.2, 0.0, rng.exponential(size=DRAWS))
        order = np.argsort(values)
        assert tail_shape_of_sorted(values[order], weights[order]) == pytest.approx(tail_shape(values, weights), abs=1e-12)
