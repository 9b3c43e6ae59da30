"""Distributions on their own: quantiles against distribution functions, draws, moments, edges, names."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.language.distributions.families import FAMILIES, family
from forecast.language.distributions.table import FEWEST_TABLE_POINTS
from forecast.language.faults import Fault
from tests.support.distribution_cases import ARGUMENTS, CASES, IDS, arguments

pytestmark = pytest.mark.medium

CONTINUOUS = [case for case in CASES if not family(case[0]).discrete]
DISCRETE = [case for case in CASES if family(case[0]).discrete]


@pytest.mark.parametrize("case", CONTINUOUS, ids=IDS.get)
@settings(derandomize=True, max_examples=60, deadline=None)
@given(data=st.data())
def test_quantile_inverts_the_distribution_function(case: tuple[str, ...], data: st.DataObject) -> None:
    """The distribution function at a quantile is its share, in both tails."""
    kind, chosen = family(case[0]), data.draw(arguments(case))
    q = np.array([1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.99, 1 - 1e-6])
    values = kind.quantile(q, **chosen)
    width = np.finfo(float).eps * 8 * (np.abs(values) + 50 * (kind.name in {"Uniform", "Triangular"}))  # the spacing of floats at the value
    least, most = kind.distribution(values - width, **chosen), kind.distribution(values + width, **chosen)
    usable = (
        values > 1e-290 if np.isfinite(kind.support(**chosen)[0]) and kind.support(**chosen)[0] == 0 else np.abs(values) < 1e150
    )  # beyond, squares overflow
    assert ((least <= q * (1 + 1e-9)) & (most >= q * (1 - 1e-9)))[usable].all()


@pytest.mark.parametrize("case", DISCRETE, ids=IDS.get)
@settings(derandomize=True, max_examples=40, deadline=None)
@given(data=st.data())
def test_discrete_quantile_is_the_first_number_to_reach_the_share(case: tuple[str, ...], data: st.DataObject) -> None:
    """The distribution function reaches the share at the quantile and not one below it."""
    kind, chosen = family(case[0]), data.draw(arguments(case))
    q = np.array([1e-6, 0.05, 0.5, 0.95, 1 - 1e-6])
    values = kind.quantile(q, **chosen)
    assert (np.floor(values) == values).all()
    assert (kind.distribution(values, **chosen) >= q).all()
    assert (kind.distribution(values - 1, **chosen) < q).all()


@pytest.mark.parametrize("case", DISCRETE, ids=IDS.get)
@settings(derandomize=True, max_examples=20, deadline=None)
@given(data=st.data())
def test_masses_add_up_to_the_distribution_function(case: tuple[str, ...], data: st.DataObject) -> None:
    """Summing the masses from the lowest value gives the distribution function."""
    kind, chosen = family(case[0]), data.draw(arguments(case))
    lower, upper = kind.support(**chosen)
    values = np.arange(float(lower), float(lower) + min(400.0, float(upper) - float(lower) + 1))
    summed = np.cumsum(np.exp(kind.log_density(values, **chosen)))
    np.testing.assert_allclose(kind.distribution(values, **chosen), summed, rtol=1e-8, atol=1e-12)


def _scipy() -> dict[str, Callable[..., Any]]:
    from scipy import stats

    return {
        "Normal": stats.norm,
        "StudentT": stats.t,
        "Cauchy": stats.cauchy,
        "LogNormal": lambda mu, sigma: stats.lognorm(sigma, scale=np.exp(mu)),
        "HalfNormal": lambda sigma: stats.halfnorm(scale=sigma),
        "HalfCauchy": lambda beta: stats.halfcauchy(scale=beta),
        "Exponential": lambda lam: stats.expon(scale=1 / lam),
        "Gamma": lambda alpha, beta: stats.gamma(alpha, scale=1 / beta),
        "InverseGamma": lambda alpha, beta: stats.invgamma(alpha, scale=beta),
        "Weibull": lambda alpha, beta: stats.weibull_min(alpha, scale=beta),
        "Beta": stats.beta,
        "Uniform": lambda lower, upper: stats.uniform(lower, upper - lower),
        "Triangular": lambda lower, upper, c: stats.triang((c - lower) / (upper - lower), lower, upper - lower),
        "Bernoulli": stats.bernoulli,
        "Binomial": stats.binom,
        "BetaBinomial": lambda alpha, beta, n: stats.betabinom(n, alpha, beta),
        "Poisson": stats.poisson,
        "NegativeBinomial": lambda mu, alpha: stats.nbinom(alpha, alpha / (mu + alpha)),
        "DiscreteUniform": lambda lower, upper: stats.randint(lower, upper + 1),
    }


@pytest.mark.parametrize("name", sorted(_scipy()))
@settings(derandomize=True, max_examples=40, deadline=None)
@given(data=st.data())
def test_distribution_function_is_scipys(name: str, data: st.DataObject) -> None:
    """The distribution function agrees with SciPy's, as do the mean and the sd where they are finite."""
    kind, chosen = family(name), data.draw(arguments((name,)))
    theirs = _scipy()[name](*(chosen[argument] for argument in ARGUMENTS[name,]))
    values = np.unique(kind.quantile(np.array([1e-4, 0.1, 0.5, 0.9, 0.9999]), **chosen))
    np.testing.assert_allclose(kind.distribution(values, **chosen), theirs.cdf(values), rtol=1e-7, atol=1e-11)
    if name not in {"Cauchy", "HalfCauchy", "InverseGamma", "StudentT", "LogNormal", "Weibull"}:
        np.testing.assert_allclose([kind.mean(**chosen), kind.sd(**chosen)], [theirs.mean(), theirs.std()], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("Normal", {"mu": 2.0, "sigma": 3.0}),
        ("StudentT", {"nu": 9.0, "mu": 1.0, "sigma": 2.0}),
        ("LogNormal", {"mu": 0.5, "sigma": 0.4}),
        ("HalfNormal", {"sigma": 2.0}),
        ("HalfStudentT", {"nu": 9.0, "sigma": 2.0}),
        ("Exponential", {"lam": 0.25}),
        ("Gamma", {"mu": 3.0, "sigma": 2.0}),
        ("InverseGamma", {"alpha": 9.0, "beta": 3.0}),
        ("Weibull", {"alpha": 1.5, "beta": 2.0}),
        ("Beta", {"mu": 0.3, "nu": 5.0}),
        ("LogitNormal", {"mu": -1.0, "sigma": 1.5}),
        ("Uniform", {"lower": -1.0, "upper": 3.0}),
        ("Triangular", {"lower": -1.0, "upper": 3.0, "c": 0.0}),
        ("Bernoulli", {"logit_p": -1.0}),
        ("Binomial", {"n": 12, "p": 0.2}),
        ("BetaBinomial", {"alpha": 2.0, "beta": 3.0, "n": 12}),
        ("Poisson", {"mu": 2.5}),
        ("Poisson", {"mu": 3e15}),
        ("NegativeBinomial", {"mu": 3.0, "alpha": 1.5}),
        ("ZeroInflatedPoisson", {"psi": 0.4, "mu": 3.0}),
        ("DiscreteUniform", {"lower": -2, "upper": 5}),
    ],
)
def test_draws_have_the_right_mean_and_sd(name: str, chosen: dict[str, float]) -> None:
    """The mean and sd of 200,000 draws lie within four standard errors of the family's."""
    kind = family(name)
    draws = kind.draw(np.random.default_rng(20), 200_000, **chosen)
    mean, sd = float(kind.mean(**chosen)), float(kind.sd(**chosen))
    assert abs(draws.mean() - mean) < 4 * sd / np.sqrt(len(draws))
    fourth = np.mean((draws - mean) ** 4)
    assert abs(draws.var() - sd**2) < 4 * np.sqrt((fourth - sd**4) / len(draws))


@pytest.mark.parametrize(("name", "chosen"), [("Cauchy", {"alpha": 1.0, "beta": 2.0}), ("HalfCauchy", {"beta": 2.0})])
def test_draws_without_a_mean_have_the_right_quartiles(name: str, chosen: dict[str, float]) -> None:
    """Draws of families without a mean fall below each quartile as often as they should."""
    draws = family(name).draw(np.random.default_rng(20), 100_000, **chosen)
    below = [(draws < quartile).mean() for quartile in family(name).quantile(np.array([0.25, 0.5, 0.75]), **chosen)]
    np.testing.assert_allclose(below, [0.25, 0.5, 0.75], atol=4 * 0.5 / np.sqrt(100_000))


def test_categorical_draws_its_labels_in_their_shares() -> None:
    """Labels come up in proportion to their shares, row by row of arguments."""
    p = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    draws = family("Categorical").draw(np.random.default_rng(3), (50_000, 2), p=p)
    found = [[(draws[:, row] == label).mean() for label in range(3)] for row in range(2)]
    np.testing.assert_allclose(found, p, atol=4 * 0.5 / np.sqrt(50_000))
    np.testing.assert_array_equal(family("Categorical").quantile(np.array([0.3, 0.05]), p=p), [0, 0])


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("Gamma", {"alpha": 2.5, "beta": 3.0}),
        ("Gamma", {"alpha": 0.02, "beta": 3.0}),
        ("Gamma", {"alpha": 2e6, "beta": 3.0}),
        ("InverseGamma", {"alpha": 3.0, "beta": 2.0}),
        ("Beta", {"alpha": 2.0, "beta": 5.0}),
        ("Beta", {"alpha": 0.3, "beta": 90.0}),
        ("Beta", {"alpha": 0.01, "beta": 0.02}),
        ("Beta", {"alpha": 1e5, "beta": 1e6}),
    ],
)
def test_many_quantiles_at_once_are_the_ones_found_singly(name: str, chosen: dict[str, float]) -> None:
    """A large array of quantiles, which may come from a table, equals the same quantiles found a few at a time."""
    q = np.concatenate([[1e-300, 1e-20], np.random.default_rng(1).random(FEWEST_TABLE_POINTS + 10)])
    at_once = family(name).quantile(q, **chosen)
    picked = np.r_[0:40, len(q) - 40 : len(q)]
    np.testing.assert_allclose(
        at_once[picked],
        family(name).quantile(q[picked], **chosen),
        rtol=1e-9,
        atol=1e-300,
    )


@pytest.mark.parametrize(
    ("name", "value", "chosen", "expected"),
    [
        ("Poisson", [0, 1, -1, 0.5], {"mu": 0.0}, [0, -np.inf, -np.inf, -np.inf]),
        ("NegativeBinomial", [0, 1, -1], {"mu": 0.0, "alpha": 2.0}, [0, -np.inf, -np.inf]),
        ("NegativeBinomial", [0, 3], {"n": 2.0, "p": 1.0}, [0, -np.inf]),
        ("Binomial", [0, 1], {"n": 0, "p": 0.3}, [0, -np.inf]),
        ("Binomial", [0, 5, 6], {"n": 5, "p": 1.0}, [-np.inf, 0, -np.inf]),
        ("Binomial", [0, 5], {"n": 5, "p": 0.0}, [0, -np.inf]),
        ("BetaBinomial", [0, 1], {"alpha": 2.0, "beta": 3.0, "n": 0}, [0, -np.inf]),
        ("Bernoulli", [0, 1, 2], {"p": 1.0}, [-np.inf, 0, -np.inf]),
        ("Bernoulli", [1], {"logit_p": -800.0}, [-800]),
        ("ZeroInflatedPoisson", [0, 1], {"psi": 0.0, "mu": 3.0}, [0, -np.inf]),
        ("Beta", [0, 1, -0.1, 1.1], {"alpha": 1.0, "beta": 1.0}, [0, 0, -np.inf, -np.inf]),
        ("Beta", [0, 1], {"alpha": 0.5, "beta": 2.0}, [np.inf, -np.inf]),
        ("Weibull", [0], {"alpha": 1.0, "beta": 1.0}, [0]),
        ("Triangular", [0, 1, 2], {"lower": 0.0, "upper": 2.0, "c": 2.0}, [-np.inf, np.log(0.5), 0]),
        ("Normal", [np.inf, np.nan], {"mu": 0.0, "sigma": 1.0}, [-np.inf, np.nan]),
        ("Gamma", [np.inf, 0], {"alpha": 1.0, "beta": 1.0}, [-np.inf, 0]),
    ],
)
def test_log_density_at_the_edges(name: str, value: list[float], chosen: dict[str, float], expected: list[float]) -> None:
    """At edges and limits of the arguments the log density is the limit, not NaN."""
    np.testing.assert_allclose(family(name).log_density(value, **chosen), expected, atol=1e-13)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("Normal", {"mu": 0.0, "sigma": 0.0}),
        ("Normal", {"mu": np.nan, "sigma": 1.0}),
        ("Normal", {"mu": 0.0, "tau": -1.0}),
        ("Gamma", {"mu": 1.0, "sigma": -1.0}),
        ("Beta", {"mu": 0.5, "sigma": 0.6}),
        ("Binomial", {"n": 2.5, "p": 0.5}),
        ("Binomial", {"n": 2, "p": 1.5}),
        ("Poisson", {"mu": -1.0}),
        ("Uniform", {"lower": 1.0, "upper": 1.0}),
        ("Triangular", {"lower": 0.0, "upper": 1.0, "c": 2.0}),
        ("Categorical", {"p": np.array([0.5, 0.6])}),
        ("Exponential", {"lam": 0.0}),
    ],
)
def test_arguments_that_make_no_distribution_give_nan(name: str, chosen: dict[str, Any]) -> None:
    """Impossible arguments give NaN for density, distribution function, quantile, mean and sd, and draws refuse."""
    kind = family(name)
    found = [
        kind.log_density(1.0, **chosen),
        kind.distribution(1.0, **chosen),
        kind.quantile(0.5, **chosen),
        kind.mean(**chosen),
        kind.sd(**chosen),
    ]
    assert np.isnan(found).all()
    with pytest.raises(ValueError, match="no distribution"):
        kind.draw(np.random.default_rng(0), 3, **chosen)


def test_only_the_impossible_elements_are_nan() -> None:
    """One impossible argument among many spoils its own row alone."""
    found = family("Normal").log_density(np.zeros((1, 2)), mu=np.zeros((3, 1)), sigma=np.array([[1.0], [0.0], [2.0]]))
    assert np.isnan(found).tolist() == [[False, False], [True, True], [False, False]]


@pytest.mark.parametrize("name", sorted(name for name, kind in FAMILIES.items() if not kind.joint))
def test_everything_broadcasts(name: str) -> None:
    """Arguments of shape (3, 1) with values of shape (1, 2) give (3, 2)."""
    kind = family(name)
    chosen: dict[str, Any] = {
        "mu": 0.4,
        "alpha": 2.0,
        "nu": 3.0,
        "sigma": 0.3,
        "beta": 2.0,
        "lower": 0.0,
        "upper": 3.0,
        "psi": 0.4,
        "p": 0.4,
        "n": 4.0,
        "c": 1.0,
        "scale": 2.0,
    }
    names = [*kind.signatures[0].required, *kind.signatures[0].optional]
    given_arguments = {each: np.full((3, 1), chosen.get(each, 0.0)) for each in names}
    if name == "OrderedLogistic":
        given_arguments["cutpoints"] = np.full((3, 1, 1), 0.3)
    if name == "Categorical":
        given_arguments = {"p": np.full((3, 1, 2), 0.5)}
    shapes = [
        kind.log_density(np.full((1, 2), 1.0), **given_arguments).shape,
        kind.distribution(np.full((1, 2), 1.0), **given_arguments).shape,
        kind.quantile(np.full((1, 2), 0.5), **given_arguments).shape,
        kind.draw(np.random.default_rng(0), (3, 2), **given_arguments).shape,
    ]
    assert shapes == [(3, 2)] * 4
    assert kind.draw(np.random.default_rng(0), **given_arguments).shape == (3, 1)


def test_counts_in_the_millions_keep_their_digits() -> None:
    """The mass of a Binomial with n = 2,000,000 sums to 1 to eight digits."""
    values = np.arange(900_000, 1_100_000)
    assert abs(np.exp(family("Binomial").log_density(values, n=2_000_000, p=0.5)).sum() - 1) < 1e-8


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("Poisson", {"mu": 1e30}),
        ("Poisson", {"mu": 1e308}),
        ("NegativeBinomial", {"mu": 1e30, "alpha": 3.0}),
        ("NegativeBinomial", {"mu": 1e12, "alpha": 0.05}),
        ("Binomial", {"n": 1e30, "p": 0.5}),
        ("ZeroInflatedPoisson", {"psi": 0.5, "mu": 1e160}),
    ],
)
def test_quantiles_of_counts_too_large_for_every_whole_number_end(name: str, chosen: dict[str, float]) -> None:
    """Where floats are farther apart than whole numbers a quantile is still found, in order and where the distribution function says."""
    kind, q = family(name), np.array([0.05, 0.5, 0.95])
    values = kind.quantile(q, **chosen)
    assert (np.diff(values) >= 0).all()
    assert (kind.distribution(values, **chosen) >= q).all()
    assert (kind.distribution(np.nextafter(values, -1) - 1, **chosen) < q).all()


@pytest.mark.parametrize(
    ("name", "q", "chosen", "expected"),
    [
        ("StudentT", [0.05, 0.95], {"nu": 0.001, "mu": 0.0, "sigma": 1.0}, [-np.inf, np.inf]),
        ("Beta", [1e-12, 0.05], {"alpha": 0.001, "beta": 0.001}, [0.0, 0.0]),
    ],
)
def test_quantiles_no_float_holds_are_infinite_or_zero(name: str, q: list[float], chosen: dict[str, float], expected: list[float]) -> None:
    """A quantile beyond the largest float is infinite and one below the smallest is 0, instead of the number at which a solver stopped."""
    np.testing.assert_array_equal(family(name).quantile(np.array(q), **chosen), expected)


@pytest.mark.parametrize("nu", [0.02, 0.1, 1.0, 4.0, 1e6])
def test_half_student_quantiles_keep_their_digits_near_zero(nu: float) -> None:
    """Small quantiles of a HalfStudentT have their share to nine digits, across the three formulas that give them."""
    q = np.array([1e-300, 1e-12, 0.99e-4, 1.01e-4, 1e-3, 0.099, 0.101])
    kind = family("HalfStudentT")
    np.testing.assert_allclose(kind.distribution(kind.quantile(q, nu=nu, sigma=1.0), nu=nu, sigma=1.0), q, rtol=1e-9)


def test_an_unknown_family_is_refused_with_the_nearest_name() -> None:
    """A misspelt distribution is a fault that suggests the right one."""
    with pytest.raises(Fault) as caught:
        family("Lognormal")
    assert (caught.value.message, caught.value.hint) == ("unknown distribution `Lognormal`", "did you mean `LogNormal`?")


def test_registry_names_are_the_families_own() -> None:
    """Each family is registered under its own name."""
    assert {name: kind.name for name, kind in FAMILIES.items()} == {name: name for name in FAMILIES}


@pytest.mark.parametrize(
    ("name", "given_arguments"),
    [
        ("Poisson", {"mu": 3.2}),
        ("NegativeBinomial", {"mu": 0.4, "alpha": 0.3}),
        ("Binomial", {"n": 9.0, "p": 0.7}),
        ("BetaBinomial", {"n": 9.0, "alpha": 0.4, "beta": 2.0}),
        ("DiscreteUniform", {"lower": 2.0, "upper": 6.0}),
    ],
)
def test_masses_of_a_short_range_add_up_to_what_the_tails_leave(name: str, given_arguments: dict[str, float]) -> None:
    """The probability of a few whole numbers is that of all up to the last less that of all before the first, beyond the support too."""
    chosen = family(name)
    for low, high in itertools.product(range(-2, 11), range(-2, 11)):
        expected = chosen.distribution(high, **given_arguments) - chosen.distribution(low - 1, **given_arguments) if high >= low else 0.0
        assert np.exp(chosen.log_between(low, high, **given_arguments)) == pytest.approx(float(expected), abs=1e-13), (low, high)
