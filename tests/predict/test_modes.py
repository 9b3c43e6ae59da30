"""Whether a number falls into several likely ranges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast.inference.posterior import order_draws
from forecast.predict.modes import Mode, modes_of

DRAWS = 8_192
Draw = Callable[[np.random.Generator], NDArray[np.float64]]

ONE: dict[str, Draw] = {
    "normal": lambda rng: rng.normal(size=DRAWS),
    "uniform": lambda rng: rng.random(DRAWS),
    "Cauchy": lambda rng: rng.standard_cauchy(DRAWS),
    "LogNormal of sigma 4": lambda rng: np.exp(4 * rng.normal(size=DRAWS)),
    "counts": lambda rng: rng.poisson(3, DRAWS).astype(float),
    "many counts": lambda rng: rng.poisson(200, DRAWS).astype(float),
    "counts of spread": lambda rng: rng.poisson(rng.gamma(0.5, 100, DRAWS)).astype(float),
    "pairs": lambda rng: 2.0 * rng.poisson(4, DRAWS),
    "counts by the hundred": lambda rng: 100.0 * rng.poisson(0.3, DRAWS) + 500,
    "tenths": lambda rng: 0.1 * rng.poisson(5, DRAWS),
    "halves, few": lambda rng: 0.5 * rng.poisson(0.7, DRAWS),
    "squares": lambda rng: rng.poisson(rng.gamma(20, 0.1, DRAWS)) ** 2.0,
    "evenly 0 to 3": lambda rng: rng.integers(0, 4, DRAWS).astype(float),
    "a seldom yes": lambda rng: (rng.random(DRAWS) < 0.03).astype(float),
    "normal from 0 up": lambda rng: np.maximum(0.0, rng.normal(size=DRAWS)),
    "two that run into each other": lambda rng: rng.normal(size=DRAWS) + 3 * (rng.random(DRAWS) < 0.5),
}


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_has_one_likely_range_is_not_cut(name: str, seed: int) -> None:
    """However long its tail, and whatever steps it comes in."""
    assert _modes(ONE[name](np.random.default_rng(seed))) == ()


def test_two_humps_are_two_ranges_with_their_shares_and_points() -> None:
    """Seven in ten about 2, three in ten about 30."""
    rng = np.random.default_rng(1)
    found = _modes(np.where(rng.random(DRAWS) < 0.7, rng.normal(2, 0.4, DRAWS), rng.normal(30, 3, DRAWS)))
    assert [mode.share for mode in found] == pytest.approx([0.7, 0.3], abs=0.02)
    assert [mode.quantiles for mode in found] == [
        pytest.approx((2 - 0.4 * 1.645, 2, 2 + 0.4 * 1.645), abs=0.06),
        pytest.approx((30 - 3 * 1.645, 30, 30 + 3 * 1.645), abs=0.6),
    ]
    assert [high - low for low, high in (mode.quartiles for mode in found)] == [pytest.approx(0.54, abs=0.04), pytest.approx(4.05, abs=0.4)]


def test_none_or_several_is_two_ranges_of_whole_numbers() -> None:
    """Nothing with a chance of 30 %, and otherwise about 8."""
    rng = np.random.default_rng(2)
    none, some = _modes((rng.random(DRAWS) < 0.7) * rng.poisson(8, DRAWS).astype(float))
    assert none.quantiles == (0, 0, 0)
    assert some.quantiles == (4, 8, 13)
    assert none.share + some.share == pytest.approx(1)


@pytest.mark.parametrize("count", [3, 4, 7])
def test_as_many_humps_are_as_many_ranges(count: int) -> None:
    """Three, four, or seven, with next to nothing between."""
    rng = np.random.default_rng(3)
    found = _modes(rng.choice(5 * np.arange(count), DRAWS) + rng.normal(0, 0.3, DRAWS))
    assert [round(mode.quantiles[1]) for mode in found] == list(range(0, 5 * count, 5))
    assert [mode.share for mode in found] == [pytest.approx(1 / count, abs=0.02)] * count


@pytest.mark.parametrize(("times", "more"), [(1, 0), (100, 0), (0.1, 3)])
def test_two_or_three_values_are_ranges_in_any_unit(times: float, more: float) -> None:
    """An even yes and no is 0 or 1, as a hundred times it is 0 or 100; five values or more have their median among them."""
    rng = np.random.default_rng(3)
    for values in ([0.0, 1.0], [0.0, 1.0, 2.0]):
        found = _modes(more + times * rng.choice(values, DRAWS))
        assert [mode.quantiles for mode in found] == [(more + times * value,) * 3 for value in values]
        assert sum(mode.share for mode in found) == pytest.approx(1)
    assert _modes(more + times * rng.choice([0.0, 1.0, 2.0, 3.0, 4.0], DRAWS)) == ()
    assert len(_modes(more + times * ((rng.random(DRAWS) < 0.7) * rng.poisson(8, DRAWS)))) == 2


def test_few_cases_say_nothing_of_ranges() -> None:
    """Fewer than a thousand cases do not tell a hump from noise."""
    rng = np.random.default_rng(4)
    values = np.where(rng.random(DRAWS) < 0.5, rng.normal(0, 0.5, DRAWS), rng.normal(10, 0.5, DRAWS))
    assert modes_of(order_draws(values, np.full(DRAWS, 1 / DRAWS)), size=900) == ()


def _modes(values: NDArray[np.float64]) -> tuple[Mode, ...]:
    return modes_of(order_draws(values, np.full(len(values), 1 / len(values))), size=len(values))
