"""Priors in words: what they solve to, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from forecast.language.distributions.families import FAMILIES, family
from forecast.language.faults import Fault
from forecast.language.ops import NumpyOps

pytestmark = pytest.mark.medium

OPS = NumpyOps()
ratio = st.floats(1.001, 1e6)
positive = st.floats(1e-9, 1e9)
percent = st.sampled_from([0.1, 1, 2.5, 5, 10, 25, 40])


def _named(low: float, high: float, lower_percent: float) -> dict[str, float]:
    name = f"{lower_percent:g}".replace(".", "_")
    other = f"{100 - lower_percent:g}".replace(".", "_")
    return {f"p{name}": low, f"p{other}": high}


def _quantiles(name: str, words: dict[str, Any], percents: list[float]) -> np.ndarray[Any, Any]:
    kind = family(name)
    return kind.quantile(np.array(percents) / 100, **kind.from_words(words, OPS))


@pytest.mark.parametrize("name", ["LogNormal", "Gamma", "InverseGamma", "Weibull"])
@settings(derandomize=True, max_examples=200, deadline=None)
@given(low=positive, ratio=ratio, percent=percent)
@example(low=1e-6, ratio=1e12, percent=5)
@example(low=1.0, ratio=1 + 1e-6, percent=5)
def test_two_quantiles_of_positive_families_come_back(name: str, low: float, ratio: float, percent: float) -> None:
    """Arguments solved from two quantiles have just those quantiles, however far apart or close together."""
    high = low * ratio
    found = _quantiles(name, _named(low, high, percent), [percent, 100 - percent])
    np.testing.assert_allclose(found, [low, high], rtol=1e-8 * max(1, np.log10(ratio)))


@pytest.mark.parametrize("name", ["Normal", "Cauchy", "Uniform"])
@settings(derandomize=True, max_examples=50, deadline=None)
@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6), percent=percent)
def test_two_quantiles_on_the_line_come_back(name: str, low: float, width: float, percent: float) -> None:
    """Location and scale solved from two quantiles have just those quantiles."""
    found = _quantiles(name, _named(low, low + width, percent), [percent, 100 - percent])
    np.testing.assert_allclose(found, [low, low + width], rtol=1e-10, atol=1e-10 * (abs(low) + width))


@pytest.mark.parametrize("name", ["Beta", "LogitNormal"])
@settings(derandomize=True, max_examples=300, deadline=None)
@given(low=st.floats(1e-7, 0.999), high=st.floats(2e-7, 1 - 1e-7), percent=percent)
@example(low=0.0001, high=0.02, percent=5)
@example(low=1e-8, high=1 - 1e-8, percent=5)
@example(low=0.5, high=0.5001, percent=5)
@example(low=1e-7, high=1.1e-7, percent=0.1)
@example(low=1e-7, high=0.9, percent=40)
@example(low=0.98, high=0.999999, percent=1)
@pytest.mark.slow
def test_two_quantiles_of_shares_come_back(name: str, low: float, high: float, percent: float) -> None:
    """Arguments solved from two shares have just those quantiles."""
    assume(high - low > 1e-4 * min(high, 1 - low))
    kind = family(name)
    solved = kind.from_words(_named(low, high, percent), OPS)
    shares = kind.distribution(np.array([low, high]), **solved)
    np.testing.assert_allclose(shares, [percent / 100, 1 - percent / 100], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "words", "percents"),
    [
        ("HalfNormal", {"p95": 3.0}, [95]),
        ("HalfCauchy", {"p50": 3.0}, [50]),
        ("HalfStudentT", {"nu": 4.0, "p97_5": 3.0}, [97.5]),
        ("Exponential", {"p0_1": 3.0}, [0.1]),
        ("StudentT", {"nu": 4.0, "p5": -1.0, "p95": 4.0}, [5, 95]),
        ("StudentT", {"nu": 4.0, "mu": 1.0, "p95": 4.0}, [95]),
        ("StudentT", {"nu": 4.0, "sigma": 1.0, "p95": 4.0}, [95]),
        ("Normal", {"mu": 1.0, "p95": 4.0}, [95]),
        ("Normal", {"mu": 1.0, "p5": -4.0}, [5]),
        ("Normal", {"sigma": 2.0, "p20": 4.0}, [20]),
        ("Cauchy", {"alpha": 1.0, "p90": 4.0}, [90]),
        ("Cauchy", {"beta": 1.0, "p90": 4.0}, [90]),
        ("LogNormal", {"sigma": 1.0, "p50": 4.0}, [50]),
        ("LogitNormal", {"sigma": 1.0, "p50": 0.4}, [50]),
        ("Weibull", {"alpha": 1.5, "p50": 4.0}, [50]),
        ("Gamma", {"alpha": 1.5, "p50": 4.0}, [50]),
        ("InverseGamma", {"alpha": 1.5, "p50": 4.0}, [50]),
        ("Triangular", {"p5": 1.0, "p50": 4.0, "p95": 9.0}, [5, 50, 95]),
        ("Triangular", {"lower": 0.0, "upper": 10.0, "p50": 4.0}, [50]),
        ("Triangular", {"lower": 0.0, "upper": 10.0, "p20": 4.0}, [20]),
    ],
)
def test_other_quantile_forms_come_back(name: str, words: dict[str, float], percents: list[float]) -> None:
    """One or three quantiles, or quantiles beside PyMC's own arguments, come back from the solved arguments."""
    asked = sorted((float(key[1:].replace("_", ".")), value) for key, value in words.items() if key[0] == "p" and key[1:2].isdigit())
    np.testing.assert_allclose(_quantiles(name, words, percents), [value for _, value in asked], rtol=1e-12)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(mode=st.floats(0, 1), lower=st.floats(-100, 100), width=st.floats(0.01, 100))
def test_three_quantiles_give_back_any_triangular(mode: float, lower: float, width: float) -> None:
    """The 5, 50 and 95 % points of any Triangular lead back to it."""
    kind = family("Triangular")
    arguments = {"lower": lower, "upper": lower + width, "c": min(lower + mode * width, lower + width)}
    low, middle, high = kind.points(arguments)
    solved = kind.from_words({"p5": low, "p50": middle, "p95": high}, OPS)
    np.testing.assert_allclose(kind.points(solved), (low, middle, high), atol=1e-9 * (width + abs(lower)))


MOMENTS = [
    ("Normal", {"mean": -2.0, "sd": 3.0}),
    ("StudentT", {"nu": 4.0, "mean": -2.0, "sd": 3.0}),
    ("LogNormal", {"mean": 2.0, "sd": 3.0}),
    ("Gamma", {"mean": 2.0, "sd": 3.0}),
    ("InverseGamma", {"mean": 2.0, "sd": 3.0}),
    ("Weibull", {"mean": 2.0, "sd": 3.0}),
    ("Weibull", {"mean": 2.0, "sd": 0.01}),
    ("Beta", {"mean": 0.2, "sd": 0.3}),
    ("Uniform", {"mean": 2.0, "sd": 3.0}),
    ("HalfNormal", {"mean": 2.0}),
    ("HalfStudentT", {"nu": 4.0, "mean": 2.0}),
    ("Exponential", {"mean": 2.0}),
    ("Poisson", {"mean": 2.0}),
    ("Bernoulli", {"mean": 0.2}),
    ("Binomial", {"n": 10, "mean": 2.0}),
    ("BetaBinomial", {"n": 10, "mean": 2.0, "strength": 5.0}),
    ("NegativeBinomial", {"mean": 2.0, "sd": 3.0}),
    ("ZeroInflatedPoisson", {"psi": 0.5, "mean": 2.0}),
]


@pytest.mark.parametrize(("name", "words"), MOMENTS)
def test_mean_and_sd_come_back(name: str, words: dict[str, float]) -> None:
    """Arguments solved from a mean, with an sd where one is given, have them."""
    kind = family(name)
    solved = kind.from_words(words, OPS)
    kind.check_constants(solved)
    assert float(kind.mean(**solved)) == pytest.approx(words["mean"], rel=1e-12)
    if "sd" in words:
        assert float(kind.sd(**solved)) == pytest.approx(words["sd"], rel=1e-10)


def test_strength_is_the_number_of_cases_seen() -> None:
    """Beta's mean and strength are shares of pseudo-counts."""
    assert family("Beta").from_words({"mean": 0.25, "strength": 8.0}, OPS) == {"alpha": 2.0, "beta": 6.0}


def test_median_and_factor_are_a_ninety_percent_interval() -> None:
    """For a LogNormal the 5 and 95 % points are the median divided and multiplied by the factor."""
    solved = family("LogNormal").from_words({"median": 3.0, "factor": 4.0}, OPS)
    assert family("LogNormal").points(solved) == pytest.approx((0.75, 3.0, 12.0), rel=1e-12)


@pytest.mark.parametrize("name", ["Gamma", "InverseGamma", "Weibull"])
@settings(derandomize=True, max_examples=50, deadline=None)
@given(median=st.floats(1e-6, 1e6), factor=st.floats(1.01, 100))
def test_median_and_factor_of_other_families(name: str, median: float, factor: float) -> None:
    """The median is exact, and the 95 % point is the squared factor times the 5 % point."""
    low, middle, high = family(name).points(family(name).from_words({"median": median, "factor": factor}, OPS))
    np.testing.assert_allclose([middle, high / low], [median, factor**2], rtol=1e-8)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_pymcs_own_arguments_pass_unchanged(name: str) -> None:
    """Every argument set that PyMC accepts goes through as it is, whatever its values are."""
    for signature in FAMILIES[name].signatures:
        given_arguments = {argument: object() for argument in (*signature.required, *signature.optional)}
        assert FAMILIES[name].from_words(given_arguments, OPS) == given_arguments


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Normal", {"p5": -1.0, "p95": 2.0}),
        ("Cauchy", {"p5": -1.0, "p95": 2.0}),
        ("LogNormal", {"p5": 1.0, "p95": 2.0}),
        ("LogNormal", {"mean": 1.0, "sd": 2.0}),
        ("LogNormal", {"median": 1.0, "factor": 2.0}),
        ("LogitNormal", {"p5": 0.1, "p95": 0.2}),
        ("Weibull", {"p5": 1.0, "p95": 2.0}),
        ("Weibull", {"median": 1.0, "factor": 2.0}),
        ("Gamma", {"mean": 1.0, "sd": 2.0}),
        ("InverseGamma", {"mean": 1.0, "sd": 2.0}),
        ("Beta", {"mean": 0.4, "sd": 0.2}),
        ("Beta", {"mean": 0.4, "strength": 2.0}),
        ("Uniform", {"mean": 0.4, "sd": 2.0}),
        ("Exponential", {"mean": 0.4}),
        ("HalfNormal", {"p95": 0.4}),
        ("NegativeBinomial", {"mean": 2.0, "sd": 3.0}),
    ],
)
def test_closed_forms_work_on_arrays(name: str, words: dict[str, float]) -> None:
    """Words whose values are arrays (other parameters) give the same arguments, element by element."""
    kind = family(name)
    single = kind.from_words(words, OPS)
    arrays = kind.from_words({key: np.full((3, 1), value) for key, value in words.items()}, OPS)
    assert {key: np.shape(value) for key, value in arrays.items()} == dict.fromkeys(single, (3, 1))
    for key, value in single.items():
        np.testing.assert_allclose(arrays[key], value, rtol=1e-14)


NO_PRIOR = "what is known for certain is a number, not a prior"


@pytest.mark.parametrize(
    ("name", "words", "message", "hint", "argument"),
    [
        ("Normal", {"p5": 3, "p95": 1}, "`p5=3` is above `p95=1`", "the 5 % point must lie below the 95 % point, and so on", "p5"),
        ("Normal", {"p5": 1, "p95": 1}, "`p5` and `p95` are equal: Normal would have zero width", NO_PRIOR, "p95"),
        ("Normal", {"p5": 1, "p5_0": 2}, "`p5` and `p5_0` are the same point, given twice", "", "p5_0"),
        ("LogNormal", {"p5": -1, "p95": 1}, "`p5=-1` lies outside the support of LogNormal: its values are above 0", "", "p5"),
        ("Beta", {"p5": 0.1, "p95": 1}, "`p95=1` lies outside the support of Beta: its values are between 0 and 1", "", "p95"),
        ("Beta", {"mean": 0.5, "sd": 0.5}, "`sd=0.5` is too large: a share with mean 0.5 has an sd below 0.5", "", "sd"),
        ("Beta", {"mean": 1.5, "sd": 0.1}, "`mean` of Beta is 1.5; it must be above 0 and below 1", "", "mean"),
        ("Beta", {"mean": 0.5, "strength": 0}, "`strength` of Beta is 0; it must be above 0", "", "strength"),
        ("Normal", {"mean": 0, "sd": 0}, "`sd=0` gives Normal zero width", NO_PRIOR, "sd"),
        ("Normal", {"mean": 0, "sd": -1}, "`sd` of Normal is -1; it must be above 0", "", "sd"),
        ("LogNormal", {"median": 2, "factor": 1}, "`factor=1` gives LogNormal zero width", NO_PRIOR, "factor"),
        ("LogNormal", {"median": -2, "factor": 3}, "`median` of LogNormal is -2; it must be above 0", "", "median"),
        ("Gamma", {"mean": -2, "sd": 3}, "`mean` of Gamma is -2; it must be above 0", "", "mean"),
        ("Normal", {"p5": float("nan"), "p95": 1}, "`p5` is not a finite number", "", "p5"),
        ("Normal", {"p05": 1, "p95": 2}, "`p05` may be read in two ways", "write `p5` or `p0_5`", "p05"),
        ("Beta", {"p025": 0.1, "p95": 0.2}, "`p025` may be read in two ways", "write `p25` or `p2_5`", "p025"),
        ("Normal", {"p0": 1, "p95": 2}, "there is no 0 % point", "write p and a number above 0 and below 100, as in `p5` or `p97_5`", "p0"),
        (
            "Normal",
            {"p5": 1, "p100": 2},
            "there is no 100 % point",
            "write p and a number above 0 and below 100, as in `p5` or `p97_5`",
            "p100",
        ),
        ("Normal", {"mu": 1, "sgima": 2}, "Normal has no argument `sgima`", "did you mean `sigma`?", "sgima"),
        (
            "Normal",
            {"mu": 1, "sigma": 2, "tau": 3},
            "`mu`, `sigma`, `tau` together say more than Normal has parameters for",
            "give (mu, sigma), (tau, mu), (p5, p95), (mean, sd), (mu, p50) or (sigma, p50)",
            "mu",
        ),
        (
            "Cauchy",
            {"mean": 1, "sd": 2},
            "`mean`, `sd` together do not say which Cauchy",
            "a Cauchy has no mean; give (alpha, beta), (p5, p95), (alpha, p50) or (beta, p50)",
            "mean",
        ),
        ("Weibull", {}, "Weibull needs arguments", "give (alpha, beta), (p5, p95), (mean, sd), (median, factor) or (alpha, p50)", ""),
        (
            "Poisson",
            {"p50": 3},
            "`p50` alone does not say which Poisson",
            "the quantiles of a count are steps, which no arguments meet exactly; give (mu) or (mean)",
            "p50",
        ),
        (
            "NegativeBinomial",
            {"mean": 4, "sd": 2},
            "`sd=2` is too small: a NegativeBinomial with mean 4 has an sd above 2",
            "a Poisson has just that sd",
            "sd",
        ),
        ("StudentT", {"nu": 2, "mean": 0, "sd": 1}, "`nu` of StudentT is 2; it must be above 2 for an sd to exist", "", "nu"),
        ("Normal", {"mu": 3, "p95": 1}, "`mu` of Normal is 3; it must be below `p95`", "", "mu"),
        ("Normal", {"mu": 3, "p50": 4}, "`mu` of Normal is 3; it must be given with another quantile than the median", "", "mu"),
        ("Binomial", {"n": 3, "mean": 4}, "`mean` of Binomial is 4; it must be between 0 and `n`, 3", "", "mean"),
        (
            "Triangular",
            {"p5": 0, "p50": 9, "p95": 10},
            "no Triangular has these three quantiles: with the other two, `p50` must be between 3.56254 and 6.43746",
            "",
            "p50",
        ),
        (
            "Triangular",
            {"lower": 0, "upper": 10, "p50": 9},
            "no Triangular from 0 to 10 has this `p50`: it must be between 2.92893 and 7.07107",
            "",
            "p50",
        ),
        (
            "Beta",
            {"p5": 0.3, "p95": 0.3 + 1e-16},
            "no Beta can be computed from `p5` and `p95`: it would be too narrow or too wide",
            "",
            "p95",
        ),
        (
            "Gamma",
            {"p5": 1, "p95": 1 + 1e-15},
            "no Gamma can be computed from `p5` and `p95`: it would be too narrow or too wide",
            "",
            "p95",
        ),
        (
            "Exponential",
            {"p5": 1, "p95": 2},
            "`p5`, `p95` together say more than Exponential has parameters for",
            "give (scale), (lam), (p50) or (mean)",
            "p5",
        ),
        (
            "StudentT",
            {"nu": 4, "p5": 1},
            "`nu`, `p5` together do not say which StudentT",
            "give (nu, mu, sigma), (nu, lam, mu), (nu, p5, p95), (nu, mean, sd), (nu, mu, p50) or (nu, sigma, p50)",
            "nu",
        ),
        ("Categorical", {"yes": 1.0}, "Categorical needs at least two labels", "as in `Categorical(yes=0.3, no=0.7)`", "yes"),
    ],
)
def test_words_that_make_no_prior_are_refused(name: str, words: dict[str, float], message: str, hint: str, argument: str) -> None:
    """Each impossible or unknown way of saying a prior has a message, a hint and the argument at fault."""
    with pytest.raises(Fault) as caught:
        family(name).from_words(words, OPS)
    assert (caught.value.message, caught.value.hint, caught.value.argument) == (message, hint, argument)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Gamma", {"mean": 1e200, "sd": 1e-200}),
        ("Gamma", {"p5": 1e-300, "p95": 1e300}),
        ("Gamma", {"alpha": 1e-6, "p50": 1.0}),
        ("InverseGamma", {"mean": 1e200, "sd": 1e-200}),
        ("LogNormal", {"mean": 1e-200, "sd": 1e200}),
        ("LogNormal", {"mean": 1e200, "sd": 1e-200}),
        ("Beta", {"mean": 0.5, "sd": 1e-200}),
        ("Beta", {"p2_5": 0.8600016676133063, "p5": 0.8600016676133407}),
        ("Weibull", {"mean": 1e-150, "sd": 1e100}),
        ("Weibull", {"mean": 1e200, "sd": 1e-200}),
        ("Weibull", {"alpha": 1e-6, "p50": 1.0}),
        ("Uniform", {"mean": 1e10, "sd": 1e-10}),
        ("Normal", {"p5": -1.7e308, "p95": 1.7e308}),
        ("StudentT", {"nu": 0.001, "p5": 1.0, "p95": 2.0}),
        ("StudentT", {"nu": 1e-31, "mu": 2.0, "p95": 27.0}),
        ("HalfStudentT", {"nu": 0.0001, "p95": 2.0}),
        ("HalfStudentT", {"nu": 1.7e308, "p95": 2.0}),
        ("NegativeBinomial", {"mean": 3.0, "sd": 1e300}),
    ],
)
def test_words_beyond_the_reach_of_floats_are_refused(name: str, words: dict[str, float]) -> None:
    """A prior that exists on paper but whose arguments no float holds is a fault about the words, not a crash or a wrong prior."""
    with pytest.raises(Fault) as caught:
        family(name).from_words(words, OPS)
    said = " and ".join(f"`{word}`" for word in words)
    expected = f"no {name} can be computed from {said}: it would be too narrow or too wide"
    assert (caught.value.message, caught.value.argument) == (expected, list(words)[-1])


ALTERNATIVES = [
    ("Normal", {"mu": 2.0, "tau": 0.25}, {"mu": 2.0, "sigma": 2.0}),
    ("StudentT", {"nu": 4.0, "mu": 2.0, "lam": 0.25}, {"nu": 4.0, "mu": 2.0, "sigma": 2.0}),
    ("LogNormal", {"mu": 2.0, "tau": 0.25}, {"mu": 2.0, "sigma": 2.0}),
    ("HalfNormal", {"tau": 0.25}, {"sigma": 2.0}),
    ("HalfStudentT", {"nu": 4.0, "lam": 0.25}, {"nu": 4.0, "sigma": 2.0}),
    ("Exponential", {"scale": 4.0}, {"lam": 0.25}),
    ("Gamma", {"mu": 4.0, "sigma": 2.0}, {"alpha": 4.0, "beta": 1.0}),
    ("InverseGamma", {"mu": 4.0, "sigma": 2.0}, {"alpha": 6.0, "beta": 20.0}),
    ("Beta", {"mu": 0.25, "nu": 8.0}, {"alpha": 2.0, "beta": 6.0}),
    ("Beta", {"mu": 0.5, "sigma": 0.25}, {"alpha": 1.5, "beta": 1.5}),
    ("LogitNormal", {"mu": 2.0, "tau": 0.25}, {"mu": 2.0, "sigma": 2.0}),
    ("Bernoulli", {"logit_p": 0.0}, {"p": 0.5}),
    ("Binomial", {"n": 7.0, "logit_p": 0.0}, {"n": 7.0, "p": 0.5}),
    ("NegativeBinomial", {"n": 2.0, "p": 0.25}, {"mu": 6.0, "alpha": 2.0}),
]


@pytest.mark.parametrize(("name", "alternative", "native"), ALTERNATIVES)
def test_alternatives_are_the_same_distribution(name: str, alternative: dict[str, float], native: dict[str, float]) -> None:
    """Each of PyMC's alternative argument sets gives the quantiles, densities, mean and sd of the one it stands for."""
    kind, shares = family(name), np.array([0.05, 0.5, 0.95])
    values = kind.quantile(shares, **native)

    def summary(arguments: dict[str, float]) -> np.ndarray[Any, Any]:
        points, density = kind.quantile(shares, **arguments), kind.log_density(values, **arguments)
        return np.array([*points, *density, kind.mean(**arguments), kind.sd(**arguments)])

    np.testing.assert_allclose(summary(alternative), summary(native), rtol=1e-12)


@pytest.mark.parametrize("name", ["Gamma", "InverseGamma", "Beta"])
def test_quantiles_solved_numerically_must_be_numbers(name: str) -> None:
    """A quantile that is another parameter is refused where there is no closed form."""
    with pytest.raises(Fault, match=f"`p95` of {name} must be a number here"):
        family(name).from_words({"p5": 0.1, "p95": np.full((3, 1), 0.5)}, OPS)


@pytest.mark.parametrize(
    ("name", "arguments", "message", "argument"),
    [
        ("Normal", {"mu": 0, "sigma": 0}, "`sigma=0` gives Normal zero width", "sigma"),
        ("Normal", {"mu": 0, "sigma": -1}, "`sigma` of Normal is -1; it must be above 0", "sigma"),
        ("Normal", {"mu": float("inf"), "sigma": 1}, "`mu` is not a finite number", "mu"),
        ("Uniform", {"lower": 2, "upper": 1}, "`lower` of Uniform is 2, above `upper`, 1", "upper"),
        ("Uniform", {"lower": 1}, "`lower` and `upper` of Uniform are both 1: zero width", "lower"),
        ("Triangular", {"lower": 0, "upper": 1, "c": 2}, "`c` of Triangular is 2; it must be between 0 and 1", "c"),
        ("Bernoulli", {"p": 1.5}, "`p` of Bernoulli is 1.5; it must be between 0 and 1", "p"),
        ("Binomial", {"n": 2.5, "p": 0.5}, "`n` of Binomial is 2.5; it must be a whole number, 0 or more", "n"),
        ("Beta", {"mu": 0.5, "sigma": 0.7}, "`sigma=0.7` is too large: a share with mean 0.5 has an sd below 0.5", "sigma"),
        ("Categorical", {"p": np.array([0.5, 0.4])}, "the shares of Categorical add up to 0.9; they must add up to 1", "p"),
        ("DiscreteUniform", {"lower": 2, "upper": 1}, "`lower` of DiscreteUniform is 2, above `upper`, 1", "upper"),
    ],
)
def test_constants_that_make_no_distribution_are_refused(name: str, arguments: dict[str, Any], message: str, argument: str) -> None:
    """Each impossible constant in PyMC's own arguments has a message and names its argument."""
    with pytest.raises(Fault) as caught:
        family(name).check_constants(arguments)
    assert (caught.value.message, caught.value.argument) == (message, argument)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_messages_name_existing_arguments(name: str) -> None:
    """Every argument of every signature has a domain, so that a constant can be checked."""
    signatures = FAMILIES[name].signatures
    assert {argument for each in signatures for argument in (*each.required, *each.optional)} == set(FAMILIES[name].domains)
