"""Arguments for every family, shared by the tests of densities, quantiles and draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from forecast.language.distributions.domains import INNER_SHARE_DOMAIN, POSITIVE_DOMAIN, REAL_DOMAIN, SHARE_DOMAIN, WIDTH_DOMAIN
from forecast.language.distributions.families import FAMILIES
from forecast.language.distributions.family import Family

real = st.floats(-50, 50, allow_subnormal=False)
width = st.floats(1e-3, 1e3, allow_subnormal=False)
shape = st.floats(0.05, 200)
share = st.sampled_from([0.0, 1.0]) | st.floats(1e-6, 1 - 1e-6)
inner = st.floats(1e-3, 1 - 1e-3)
trials = st.integers(0, 3_000)
rate = st.sampled_from([0.0]) | st.floats(1e-6, 2_000)
logit = st.floats(-12, 12)  # beyond, PyMC's log(1 - expit(x)) has lost more than 1e-9

ARGUMENTS: Mapping[tuple[str, ...], Mapping[str, st.SearchStrategy[float]]] = {
    ("Normal",): {"mu": real, "sigma": width},
    ("Normal", "tau"): {"mu": real, "tau": width},
    ("StudentT",): {"nu": shape, "mu": real, "sigma": width},
    ("StudentT", "lam"): {"nu": shape, "mu": real, "lam": width},
    ("Cauchy",): {"alpha": real, "beta": width},
    ("LogNormal",): {"mu": real, "sigma": st.floats(0.01, 10)},
    ("LogNormal", "tau"): {"mu": real, "tau": width},
    ("HalfNormal",): {"sigma": width},
    ("HalfNormal", "tau"): {"tau": width},
    ("HalfStudentT",): {"nu": shape, "sigma": width},
    ("HalfStudentT", "lam"): {"nu": shape, "lam": width},
    ("HalfCauchy",): {"beta": width},
    ("Exponential",): {"lam": width},
    ("Exponential", "scale"): {"scale": width},
    ("Gamma",): {"alpha": shape, "beta": width},
    ("Gamma", "mu"): {"mu": st.floats(0.1, 10), "sigma": st.floats(0.1, 10)},
    ("InverseGamma",): {"alpha": shape, "beta": width},
    ("InverseGamma", "mu"): {"mu": st.floats(0.1, 10), "sigma": st.floats(0.1, 10)},
    ("Weibull",): {"alpha": st.floats(0.1, 20), "beta": width},
    ("Beta",): {"alpha": shape, "beta": shape},
    ("Beta", "mu sigma"): {"mu": st.floats(0.1, 0.9), "sigma": st.floats(0.01, 0.25)},
    ("Beta", "mu nu"): {"mu": inner, "nu": st.floats(0.1, 500)},
    ("LogitNormal",): {"mu": st.floats(-5, 5), "sigma": st.floats(0.05, 5)},
    ("LogitNormal", "tau"): {"mu": st.floats(-5, 5), "tau": st.floats(0.05, 50)},
    ("Uniform",): {"lower": st.floats(-50, 0), "upper": st.floats(0.01, 50)},
    ("Triangular",): {"lower": st.floats(-50, -1), "upper": st.floats(1, 50), "c": st.floats(-1, 1)},
    ("Bernoulli",): {"p": share},
    ("Bernoulli", "logit_p"): {"logit_p": logit},
    ("Binomial",): {"n": trials, "p": share},
    ("Binomial", "logit_p"): {"n": trials, "logit_p": logit},
    ("BetaBinomial",): {"alpha": shape, "beta": shape, "n": st.integers(0, 300)},
    ("Poisson",): {"mu": rate},
    # below, PyMC's log(1 - p) has lost more than 1e-9
    ("NegativeBinomial",): {"mu": st.floats(1e-3, 2_000), "alpha": shape},
    ("NegativeBinomial", "n p"): {"n": shape, "p": st.just(1.0) | st.floats(1e-3, 1 - 1e-6)},
    ("ZeroInflatedPoisson",): {"psi": inner, "mu": rate},
    ("DiscreteUniform",): {"lower": st.integers(-50, 0), "upper": st.integers(1, 50)},
}
IDS = {case: " ".join(case) for case in ARGUMENTS}
CASES = sorted(ARGUMENTS)


def arguments(case: tuple[str, ...]) -> st.SearchStrategy[dict[str, float]]:
    """Any proper arguments of one family, in one of its parametrizations."""
    return st.fixed_dictionaries(dict(ARGUMENTS[case]))


BY_DOMAIN = {id(REAL_DOMAIN): 0.3, id(WIDTH_DOMAIN): 1.7, id(POSITIVE_DOMAIN): 2.5, id(INNER_SHARE_DOMAIN): 0.3, id(SHARE_DOMAIN): 0.3}
CHOSEN: Mapping[str, Mapping[str, Any]] = {  # where values by the domains are none, are symmetric, or make a case of another family
    "StudentT": {"nu": 3.5, "mu": 0.3, "sigma": 1.7},
    "LogNormal": {"mu": 0.3, "sigma": 0.8},
    "Gamma": {"alpha": 2.5, "beta": 0.7},
    "Weibull": {"alpha": 1.7, "beta": 2.1},
    "InverseGamma": {"alpha": 3.5, "beta": 2.1},
    "HalfStudentT": {"nu": 3.5, "sigma": 1.7},
    "Beta": {"alpha": 2.1, "beta": 5.3},
    "LogitNormal": {"mu": 0.3, "sigma": 0.8},
    "Triangular": {"lower": -1.0, "upper": 3.0, "c": 0.2},
    "Uniform": {"lower": -1.0, "upper": 3.0},
    "Categorical": {"p": np.array([0.2, 0.5, 0.3])},
    "Bernoulli": {"p": 0.3},
    "DiscreteUniform": {"lower": -1.0, "upper": 4.0},
    "Binomial": {"n": 9.0, "p": 0.3},
    "BetaBinomial": {"alpha": 2.1, "beta": 5.3, "n": 9.0},
    "Poisson": {"mu": 2.3},
    "NegativeBinomial": {"mu": 2.3, "alpha": 0.7},
    "ZeroInflatedPoisson": {"psi": 0.6, "mu": 2.3},
    "OrderedLogistic": {"eta": np.array(0.4), "cutpoints": np.array([-1.0, 0.5, 2.0])},
    "Multinomial": {"n": np.array(9.0), "p": np.array([0.2, 0.5, 0.3])},
    "Dirichlet": {"a": np.array([2.0, 0.7, 3.0])},
}


def example_of(kind: Family) -> Mapping[str, Any]:
    """Arguments of a family by which it is not symmetric, nor a case of another, unless it always is: chosen, or by their domains."""
    given = kind.signatures[0]
    return CHOSEN.get(kind.name) or {name: BY_DOMAIN[id(kind.domains[name])] for name in (*given.required, *given.optional)}


EXAMPLES: Mapping[str, Mapping[str, Any]] = {name: example_of(kind) for name, kind in FAMILIES.items()}
