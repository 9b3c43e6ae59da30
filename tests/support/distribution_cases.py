"""Arguments for every family, shared by the tests of densities, quantiles and draws."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

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
