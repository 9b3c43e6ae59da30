"""What ranges leave open, drawn on each path: how masses are added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from forecast.language.arrays import Array
from forecast.language.distributions.events import Poisson
from forecast.model import ranges
from forecast.model.ranges import _quantiles_by_masses


@dataclass
class CountedPoisson:
    """A Poisson that notes how many numbers it is asked for."""

    asked: list[int] = field(default_factory=list)

    def log_density(self, values: Array, **arguments: Any) -> Array:
        """The density, and how many numbers it was asked of."""
        self.asked.append(np.broadcast_shapes(values.shape, arguments["mu"].shape)[1])
        return Poisson().log_density(values, **arguments)

    def log_between(self, lower: Any, upper: Any, **arguments: Any) -> Array:
        """The log probability of a range."""
        return Poisson().log_between(lower, upper, **arguments)


def cells(mu: float, lower: float, upper: float, count: int = 200) -> tuple[Mapping[str, Any], Array, Array, Array]:
    """A rate, the ends of a range, and shares, for each of some cells."""
    shares = np.random.default_rng(3).random(count)
    return {"mu": np.full(count, mu)}, np.full(count, lower), np.full(count, upper), shares


@pytest.mark.parametrize(("mu", "lower", "upper"), [(0.01, 3, np.inf), (40.0, 3, np.inf), (5.0, 0, 2), (90.0, -np.inf, 60)])
def test_a_value_in_a_range_does_not_depend_on_how_many_masses_are_added_up_at_first(
    mu: float, lower: float, upper: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values found with a few masses, and those for which more are needed, are those found with 256 masses for all."""
    found = _quantiles_by_masses(Poisson(), *cells(mu, lower, upper))
    monkeypatch.setattr(ranges, "MASSES_SUMMED", (256,))
    np.testing.assert_array_equal(found, _quantiles_by_masses(Poisson(), *cells(mu, lower, upper)))


def test_many_masses_are_added_up_only_where_few_do_not_suffice() -> None:
    """Of values far from their range no more than 8 masses each are asked for."""
    family = CountedPoisson()
    _quantiles_by_masses(family, *cells(0.01, 3, np.inf))  # type: ignore[arg-type]
    assert family.asked == [8]
