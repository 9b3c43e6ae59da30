"""Sums of log densities by sufficient statistics, held against the plain sums, for every family that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from forecast.language.arrays import Array
from forecast.language.distributions.bounded import censored_family, truncated_family
from forecast.language.distributions.families import FAMILIES
from forecast.language.distributions.family import Family
from forecast.language.distributions.groups import ValueGroups
from tests.support.distribution_cases import EXAMPLES

SEED = 7
SIZES = (1, 2, 7, 400)
FAR: Mapping[str, tuple[Mapping[str, float], Mapping[str, Array]]] = {  # where values are drawn from, and the arguments they are judged by
    "Normal": ({"mu": 1e6, "sigma": 1.0}, {"mu": 1e6 + np.linspace(-2, 2, 9), "sigma": np.linspace(0.5, 3, 9)}),
    "LogNormal": ({"mu": 14.0, "sigma": 1e-6}, {"mu": 14 + np.linspace(-2e-6, 2e-6, 9), "sigma": np.linspace(5e-7, 3e-6, 9)}),
    "Gamma": ({"mu": 1e6, "sigma": 1.0}, {"mu": 1e6 + np.linspace(-2, 2, 9), "sigma": np.linspace(0.5, 3, 9)}),
    "InverseGamma": ({"mu": 1e6, "sigma": 1.0}, {"mu": 1e6 + np.linspace(-2, 2, 9), "sigma": np.linspace(0.5, 3, 9)}),
    "Poisson": ({"mu": 1e9}, {"mu": 1e9 + np.linspace(-5e4, 5e4, 9)}),
    "Beta": ({"alpha": 3e9, "beta": 1e12}, {"alpha": 3e9 * np.linspace(0.9999, 1.0001, 9), "beta": np.full(9, 1e12)}),
    "Exponential": ({"scale": 1e6}, {"scale": np.linspace(5e5, 3e6, 9)}),
    "HalfNormal": ({"sigma": 1e6}, {"sigma": np.linspace(5e5, 3e6, 9)}),
    "LogitNormal": ({"mu": 14.0, "sigma": 1e-3}, {"mu": 14 + np.linspace(-2e-3, 2e-3, 9), "sigma": np.linspace(5e-4, 3e-3, 9)}),
    "Uniform": ({"lower": 1e6, "upper": 1e6 + 1}, {"lower": np.full(9, 1e6 - 1), "upper": np.linspace(1e6 + 1, 1e6 + 9, 9)}),
    "DiscreteUniform": ({"lower": 1e6, "upper": 1e6 + 9}, {"lower": np.full(9, 1e6), "upper": np.linspace(1e6 + 9, 1e6 + 90, 9)}),
}


def grouped(kind: Family, drawn_from: Mapping[str, Any], *, equal: bool = False) -> ValueGroups:
    """Groups of one, two and more values of a family."""
    values = kind.draw(np.random.default_rng(SEED), sum(SIZES), **drawn_from)
    starts = np.cumsum((0, *SIZES[:-1]))
    return ValueGroups(np.repeat(values[starts], SIZES) if equal else values, starts)


def varied(arguments: Mapping[str, Any]) -> dict[str, Array]:
    """Arguments around some, ``(draws, 1)`` each; whole ones stay."""
    factors = np.linspace(0.7, 1.4, 9)[:, None]
    return {name: np.full((9, 1), value) if float(value).is_integer() else value * factors for name, value in arguments.items()}


def check_sums(kind: Family, groups: ValueGroups, arguments: Mapping[str, Array]) -> None:
    """The sums over groups are those of the single log densities, to nine digits of these."""
    statistics = kind.statistics(groups)
    assert statistics is not None
    found = np.broadcast_to(kind.log_density_sums(groups.counts, statistics, **arguments), (9, len(SIZES)))
    plain = np.broadcast_to(kind.log_density(groups.values, **arguments), (9, len(groups.values)))
    expected, size = (np.add.reduceat(terms, groups.starts, axis=1) for terms in (plain, np.abs(plain)))
    possible = expected > -np.inf
    assert possible.any()
    np.testing.assert_array_equal(found[~possible], expected[~possible])
    # densities above and below 1 cancel in a sum, and their rounding does not
    assert (np.abs(found[possible] - expected[possible]) <= 1e-9 * np.maximum(size[possible], 1)).all()


WITH_STATISTICS = [
    name
    for name, kind in FAMILIES.items()
    if not kind.value_kind.is_labelled
    and kind.statistics(ValueGroups(kind.draw(np.random.default_rng(SEED), 9, **EXAMPLES[name]), np.array([0, 4]))) is not None
]


@pytest.mark.parametrize("name", WITH_STATISTICS)
@pytest.mark.parametrize("equal", [False, True])
def test_statistics_say_the_sum_of_log_densities(name: str, equal: bool) -> None:  # noqa: FBT001
    """Of groups of one, two, seven and 400 values, different or all equal."""
    check_sums(FAMILIES[name], grouped(FAMILIES[name], EXAMPLES[name], equal=equal), varied(EXAMPLES[name]))


@pytest.mark.parametrize("name", FAR)
def test_statistics_keep_their_digits_where_values_are_large_and_close_together(name: str) -> None:
    """As a Normal with a mean of a million and a spread of 1, and its likes."""
    drawn_from, arguments = FAR[name]
    kind = FAMILIES[name]
    check_sums(kind, grouped(kind, drawn_from), {key: values[:, None] for key, values in arguments.items()})


@pytest.mark.parametrize("inner", ["Normal", "Gamma", "Poisson"])
def test_a_truncated_family_has_the_statistics_of_the_one_within(inner: str) -> None:
    """Values beyond a bound at some draws make the group impossible there, as they do one by one."""
    kind = truncated_family(FAMILIES[inner])
    within = {f"dist.{name}": value for name, value in EXAMPLES[inner].items()}
    groups = grouped(kind, {**within, "lower": 1.0, "upper": 6.0})
    bounds = {"lower": np.array([0.0, 1.0, 2.0] * 3)[:, None], "upper": np.full((9, 1), 6.0)}
    check_sums(kind, groups, {**varied(within), **bounds})


def test_a_censored_family_has_none() -> None:
    """A value at a bound is not one within."""
    assert censored_family(FAMILIES["Normal"]).statistics(ValueGroups(np.zeros(3), np.array([0]))) is None


@pytest.mark.parametrize(
    ("name", "wrong"), [("Poisson", 0.5), ("Poisson", -1.0), ("Gamma", 0.0), ("Beta", 1.0), ("Normal", np.inf), ("Normal", np.nan)]
)
def test_values_that_are_impossible_whatever_the_arguments_have_no_statistics(name: str, wrong: float) -> None:
    """So that the row is found, and named."""
    good = FAMILIES[name].draw(np.random.default_rng(SEED), 3, **EXAMPLES[name])
    assert FAMILIES[name].statistics(ValueGroups(np.append(good, wrong), np.array([0, 2]))) is None


@pytest.mark.parametrize("name", WITH_STATISTICS)
def test_arguments_that_make_no_distribution_give_no_number(name: str) -> None:
    """NaN, as from the density."""
    kind = FAMILIES[name]
    groups = grouped(kind, EXAMPLES[name])
    statistics = kind.statistics(groups)
    assert statistics is not None
    for argument in EXAMPLES[name]:
        wrong = {**EXAMPLES[name], argument: np.nan}
        assert np.isnan(kind.log_density_sums(groups.counts, statistics, **wrong)).all()
