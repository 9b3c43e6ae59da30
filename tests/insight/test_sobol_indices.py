"""Shares of variance that parameters decide, against closed forms, with their errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecast.insight.baseline import baseline_of
from forecast.insight.sobol_indices import closed_sobol_index, first_order_sobol_index, local_polynomials, number_draws, order_indices
from forecast.insight.variance_decomposition import decompose_variance
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

PATHS = 8_192
SEEDS = 80
type Drawn = tuple[np.ndarray, np.ndarray]


def both_count_normal(rng: np.random.Generator) -> Drawn:
    """A sum of two Normal parameters of variances 1 and 9."""
    own = rng.normal(0, 1, PATHS)
    return own, own + rng.normal(0, 3, PATHS)


def product_of_uniforms(rng: np.random.Generator) -> Drawn:
    """A product of two Uniform parameters."""
    own = rng.random(PATHS)
    return own, own * rng.random(PATHS)


def poisson_of_gamma(rng: np.random.Generator) -> Drawn:
    """A count whose rate has mean 6 and variance 6."""
    rate = rng.gamma(6, 1, PATHS)
    return rate, rng.poisson(rate).astype(float)


def coin(rng: np.random.Generator) -> Drawn:
    """A toss with a Beta(0.3, 3) chance: the share is 1 / (1 + 3.3)."""
    chance = rng.beta(0.3, 3, PATHS)
    return chance, (rng.random(PATHS) < chance).astype(float)


def unrelated(rng: np.random.Generator) -> Drawn:
    """A skewed number that has nothing to do with the parameter."""
    return rng.normal(0, 1, PATHS), rng.exponential(1, PATHS)


def category(rng: np.random.Generator) -> Drawn:
    """One of three numbers as likely as one another, -1, 0 or 1, and Normal noise of variance 1."""
    own = rng.integers(0, 3, PATHS).astype(float)
    return own, own + rng.normal(0, 1, PATHS)


@pytest.mark.parametrize(
    ("make", "exact"),
    [
        (both_count_normal, 0.1),
        (product_of_uniforms, 3 / 7),
        (poisson_of_gamma, 0.5),
        (coin, 1 / 4.3),
        (unrelated, 0.0),
        (category, 0.4),
    ],
)
def test_a_share_lies_about_the_exact_one_by_its_stated_error(make: Callable[[np.random.Generator], Drawn], exact: float) -> None:
    """Over 80 seeds the mean is within four of its errors, and the spread is 0.75 to 1.3 times the stated error: neither too small nor too large."""
    shares, errors = [], []
    for seed in range(SEEDS):
        own, values = make(np.random.default_rng(seed))
        share, error = first_order_sobol_index(values, local_polynomials(own, np.arange(PATHS)))
        shares.append(share)
        errors.append(error)
    spread = float(np.std(shares))
    assert np.mean(shares) == pytest.approx(exact, abs=4 * spread / np.sqrt(SEEDS) + 0.001)
    assert 0.75 < spread / np.mean(errors) < 1.3


@pytest.mark.parametrize(
    "function",
    [lambda rate: rate, lambda rate: np.exp(rate / 8), lambda rate: rate > 2.7, np.sin, lambda rate: 1 / (0.1 + rate)],
    ids=["itself", "exponential", "threshold", "wave", "hyperbola"],
)
def test_what_one_parameter_decides_is_all_its_doing(function: Callable[[np.ndarray], np.ndarray]) -> None:
    """Of a function of one skewed parameter the share is 1, within four stated errors, which are below one percent."""
    for seed in range(10):
        rate = np.random.default_rng(seed).gamma(2, 1, PATHS)
        share, error = first_order_sobol_index(function(rate).astype(float), local_polynomials(rate, np.arange(PATHS)))
        assert share == pytest.approx(1, abs=4 * error)
        assert error < 0.01


def test_copies_of_a_draw_are_no_draws_of_their_own() -> None:
    """Where paths go on from copies of draws, what another parameter decides is not taken for noise of this one's."""
    shares, errors = [], []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        sources = rng.integers(0, PATHS // 4, PATHS)
        own, other = rng.normal(0, 1, PATHS)[sources], rng.normal(0, 1, PATHS)[sources]
        draws = number_draws({"own": own[:, None], "other": other[:, None]})
        assert len(np.unique(draws)) == len(np.unique(sources))
        share, error = first_order_sobol_index(own + other, local_polynomials(own, draws))
        shares.append(share)
        errors.append(error)
    spread = float(np.std(shares))
    assert np.mean(shares) == pytest.approx(0.5, abs=4 * spread / np.sqrt(SEEDS))
    assert 0.75 < spread / np.mean(errors) < 1.3


def test_paths_of_one_draw_have_one_number() -> None:
    """Draws are told apart by any of their parameters, labels included."""
    one = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 2.0], [4.0, 2.0]])
    assert number_draws({"one": one})[0] == number_draws({"one": one})[2]
    assert len(set(number_draws({"one": one}).tolist())) == 3
    assert len(set(number_draws({"one": one, "kind": np.array([[0], [0], [1], [0]])}).tolist())) == 4


def test_the_only_parameter_of_a_topic_has_all_of_the_ignorance() -> None:
    """Of a rate with a skewed prior the share is 1, and of the count that it drives what its Gamma-Poisson mixture says; 92.7 % ± 0.4 was said of the first."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=1, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate * years)"}},
        questions={"rate_now": "rate", "how_many": {"answer": "total(seen)", "by": OPENS.replace(year=OPENS.year + 1)}},
    )
    splits = decompose_variance(baseline_of(analyse(topic, OPENS, Settings(), referee=False)))
    assert [(each["ignorance"], each["error"]) for each in splits] == [
        (each["parts"][0]["share"], each["parts"][0]["error"]) for each in splits
    ]  # the figure of all parameters is that of the only one, and not another estimate of it
    found = {each["question"]: each["parts"][0] for each in splits}
    assert found["rate_now"]["share"] == pytest.approx(1, abs=4 * found["rate_now"]["error"])
    assert found["rate_now"]["error"] < 0.01
    assert found["how_many"]["share"] == pytest.approx(1 / 2, abs=4 * found["how_many"]["error"])
    assert found["how_many"]["error"] < 0.03


def test_both_futures_of_a_draw_count_alike() -> None:
    """Which of two futures is called the first changes neither the share nor its error."""
    rng = np.random.default_rng(6)
    chance = rng.beta(2, 2, 800)
    one, other = ((rng.random(800) < chance).astype(float) for _ in range(2))
    other[:40] = 1.0
    assert closed_sobol_index(one, other) == pytest.approx(closed_sobol_index(other, one), rel=1e-12)


def test_ignorance_is_the_share_of_variance_between_draws() -> None:
    """For coins with Beta(2, 2) chances, a fifth of a toss's variance is ignorance of the chance: Var(p) = 1/20 of 1/4."""
    rng = np.random.default_rng(4)
    chance = rng.beta(2, 2, 200_000)
    share, error = closed_sobol_index((rng.random(200_000) < chance).astype(float), (rng.random(200_000) < chance).astype(float))
    assert share == pytest.approx(0.2, abs=4 * error)
    assert error < 0.01


@pytest.mark.parametrize("seed", range(20))
def test_ordered_indices_are_the_nearest_that_are_in_order(seed: int):
    """Against a general minimiser of the squared distances in units of the errors."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    estimates, errors = rng.uniform(0.1, 0.4, 5), rng.uniform(0.005, 0.05, 5)
    closed, parts = order_indices((estimates[0], errors[0]), list(zip(estimates[1:], errors[1:], strict=True)))
    found = np.array([closed[0], *(share for share, _ in parts)])
    best = minimize(
        lambda x: (((x - estimates) / errors) ** 2).sum(),
        np.full(5, estimates.max()),
        constraints=[{"type": "ineq", "fun": lambda x: x[0] - x[1:]}],
        options={"ftol": 1e-14, "maxiter": 1_000},
    )
    np.testing.assert_allclose(found, best.x, atol=1e-5)
    assert (found[1:] <= found[0]).all()
    kept = estimates[1:] < found[0]
    np.testing.assert_array_equal(found[1:][kept], estimates[1:][kept])
    moved = [closed, *(part for part, stays in zip(parts, kept, strict=True) if not stays)]
    assert len({error for _, error in moved}) == 1
    assert min(errors) <= closed[1] <= max(errors)


def test_indices_in_order_are_left_alone():
    """With their errors."""
    assert order_indices((0.5, 0.01), [(0.2, 0.02), (0.5, 0.0)]) == ((0.5, 0.01), [(0.2, 0.02), (0.5, 0.0)])
    assert order_indices((0.5, 0.01), []) == ((0.5, 0.01), [])
