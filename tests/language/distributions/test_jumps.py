"""Walks with jumps as a distribution: density, quantile and draws of their steps, against a mixture integrated by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate, special

from forecast.language.distributions.families import family_for
from forecast.language.distributions.jumps import JumpingWalk
from forecast.language.distributions.normal_mixtures import NormalMixtures, contaminated_normals
from forecast.language.statements import parse_statement

WALK = "GaussianRandomWalk(mu=0.2, sigma=0.3, jump=0.08, jump_sigma=1.5, init_dist=Normal(mu=1, sigma=2))"
GIVEN = {"mu": 0.2, "sigma": 0.3, "jump": 0.08, "jump_sigma": 1.5, "init_dist.mu": 1.0, "init_dist.sigma": 2.0}
KIND = family_for(parse_statement(WALK))
FIRST = 1.4


def step_density(x: Any) -> Any:
    """The density of a step of the walk, by SciPy."""
    from scipy import stats

    return 0.92 * stats.norm.pdf(x, 0.2, 0.3) + 0.08 * stats.norm.pdf(x, 0.2, np.hypot(0.3, 1.5))


def share_below(x: float) -> float:
    """P(step <= x), by integration of the density from the mode."""
    return 0.5 + integrate.quad(step_density, 0.2, x, epsabs=1e-13, epsrel=1e-13, limit=500)[0]


def values_after(first: float, steps: Any) -> Any:
    """Walks of two values ``(steps, 2)``."""
    steps = np.asarray(steps, dtype=float)
    return np.stack([np.full(steps.shape, first), first + steps], axis=-1)


@pytest.mark.parametrize("step", [-6.0, -1.1, -0.4, 0.0, 0.2, 0.25, 0.9, 2.0, 7.5])
def test_density_and_distribution_of_a_step_are_the_mixtures(step: float) -> None:
    """A step's log density is SciPy's mixture of two normals, and its distribution function the integral of that, to 1e-9."""
    from scipy import stats

    values = values_after(FIRST, [step])
    density, share = KIND.log_density(values, **GIVEN)[0], KIND.distribution(values, **GIVEN)[0]
    assert density[0] == pytest.approx(stats.norm.logpdf(FIRST, 1, 2), rel=1e-12)
    assert density[1] == pytest.approx(np.log(step_density(step)), rel=1e-9)
    assert share[1] == pytest.approx(share_below(step), abs=1e-9)


@pytest.mark.parametrize("q", [1e-9, 1e-3, 0.04, 0.2, 0.5, 0.7, 0.97, 0.999])
def test_the_quantile_of_a_step_is_where_the_integral_reaches_it(q: float) -> None:
    """The share of a step's mixture below its quantile is what was asked for, by numeric integration to 1e-9 of a step."""
    step = float(np.diff(KIND.quantile(np.array([[0.5, q]]), **GIVEN))[0, 0])
    assert abs(share_below(step) - q) < 1e-9 * max(step_density(step), 1e-3)


@pytest.mark.parametrize("share", [0.0, 1e-12, 0.03, 0.5, 0.97, 1.0])
@pytest.mark.parametrize("ratio", [1.0, 1.001, 4.0, 1e3, 1e8])
def test_quantiles_of_a_contaminated_normal_have_its_tails(share: float, ratio: float) -> None:
    """In both tails, as far as a float has scores, the log of the share beyond a quantile is what was asked for to 1e-10."""
    scores = np.array([-37.0, -20.0, -8.2, -5.0, -2.0, -1.0, -1e-9, 0.0, 0.5, 3.0, 8.2, 37.0])
    values = contaminated_normals(np.full(1, share), np.full(1, ratio)).values_at_scores(scores)
    with np.errstate(divide="ignore"):
        beyond = np.logaddexp(
            np.log1p(-share) + special.log_ndtr(-np.abs(values)), np.log(share) + special.log_ndtr(-np.abs(values) / ratio)
        )
    np.testing.assert_allclose(beyond, special.log_ndtr(-np.abs(scores)), rtol=1e-10)
    np.testing.assert_array_equal(np.sign(values), np.sign(scores))
    assert (np.diff(values) > 0).all()


def test_quantiles_of_mixtures_apart_are_exact() -> None:
    """Where normals lie far apart, the quantile in the gap between them is found too."""
    mixture = NormalMixtures(np.log([[0.3], [0.7]]), np.array([[-50.0], [40.0]]), np.array([[1.0], [0.2]]))
    scores = special.ndtri(np.array([0.01, 0.29, 0.2999999, 0.3000001, 0.31, 0.99]))
    values = mixture.values_at_scores(scores)
    np.testing.assert_allclose(mixture.distribution(values), special.ndtr(scores), rtol=1e-9)


def test_draws_follow_steps_of_the_mixture() -> None:
    """Steps of draws, and of what goes on from a last value, have the mixture's distribution."""
    from scipy import stats

    rng = np.random.default_rng(1)
    drawn = np.diff(KIND.draw(rng, (2_000, 5), **GIVEN), axis=1).ravel()
    assert isinstance(KIND, JumpingWalk)
    last = np.full((2_000, 1), 3.0)
    going_on = np.diff(KIND.go_on(rng, last, 4, **GIVEN), prepend=last, axis=1).ravel()
    for steps in (drawn, going_on):
        uniforms = KIND.distribution(values_after(FIRST, steps), **GIVEN)[:, 1]
        assert stats.kstest(uniforms, "uniform").pvalue > 0.01
        assert steps.var() == pytest.approx(0.3**2 + 0.08 * 1.5**2, rel=0.1)


def test_points_of_a_late_value_are_those_of_draws() -> None:
    """The 5, 50 and 95 % points of a value by itself are the quantiles of draws, and of the first value those of its normal."""
    from scipy import stats

    assert KIND.points_at(GIVEN, 0) == pytest.approx(stats.norm.ppf([0.05, 0.5, 0.95], 1, 2), rel=1e-9)
    draws = KIND.draw(np.random.default_rng(2), (100_000, 9), **GIVEN)[:, 8]
    shares = [(draws <= point).mean() for point in KIND.points_at(GIVEN, 8)]
    np.testing.assert_allclose(shares, [0.05, 0.5, 0.95], atol=4 * 0.5 / np.sqrt(100_000))


def test_uniforms_come_back_from_values() -> None:
    """The distribution function takes values back to the uniforms that they come from, with arguments by draw."""
    rng = np.random.default_rng(3)
    given = {
        **GIVEN,
        "jump": rng.uniform(size=(200, 1)),
        "jump_sigma": rng.exponential(size=(200, 1)),
        "sigma": rng.exponential(size=(200, 1)),
    }
    uniforms = rng.uniform(size=(200, 6))
    np.testing.assert_allclose(KIND.distribution(KIND.quantile(uniforms, **given), **given), uniforms, rtol=1e-9)


def test_coordinates_of_nuts_come_back_from_values() -> None:
    """The coordinates of NUTS lead to values, and these back to them; the first value's is its standard score."""
    rng = np.random.default_rng(4)
    assert isinstance(KIND, JumpingWalk)
    z = 4 * rng.standard_normal((500, 6))
    values = KIND.values_from_steps(z, **GIVEN)
    np.testing.assert_allclose(KIND.steps_of(values, **GIVEN), z, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(values[:, 0], 1 + 2 * z[:, 0])


@pytest.mark.parametrize("jumps", ["jump=0, jump_sigma=1.5", "jump=0.08, jump_sigma=1e-12"])
def test_without_jumps_to_speak_of_it_is_the_plain_walk(jumps: str) -> None:
    """Where no step jumps, or jumps add nothing, density and quantile are those of a walk without jumps."""
    rng = np.random.default_rng(5)
    plain = family_for(parse_statement("GaussianRandomWalk(mu=0.2, sigma=0.3, init_dist=Normal(mu=1, sigma=2))"))
    without = {name: value for name, value in GIVEN.items() if not name.startswith("jump")}
    given = {**without, **{name: float(value) for name, value in (each.split("=") for each in jumps.split(", "))}}
    uniforms = rng.uniform(size=(50, 5))
    values = plain.quantile(uniforms, **without)
    np.testing.assert_allclose(KIND.quantile(uniforms, **given), values, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(KIND.log_density(values, **given), plain.log_density(values, **without), rtol=1e-12, atol=1e-12)
