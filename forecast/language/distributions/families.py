"""The families by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forecast.language.distributions.choices import Categorical, DiscreteUniform
from forecast.language.distributions.events import NegativeBinomial, Poisson, ZeroInflatedPoisson
from forecast.language.distributions.family import Family
from forecast.language.distributions.gammas import Gamma, InverseGamma
from forecast.language.distributions.half import HalfCauchy, HalfNormal, HalfStudentT
from forecast.language.distributions.positive import Exponential, LogNormal, Weibull
from forecast.language.distributions.real import Cauchy, Normal, StudentT
from forecast.language.distributions.shares import Beta, LogitNormal
from forecast.language.distributions.spans import Triangular, Uniform
from forecast.language.distributions.trials import Bernoulli, BetaBinomial, Binomial
from forecast.language.faults import Fault, did_you_mean

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "Normal": Normal(),
        "StudentT": StudentT(),
        "Cauchy": Cauchy(),
        "LogNormal": LogNormal(),
        "Gamma": Gamma(),
        "InverseGamma": InverseGamma(),
        "Weibull": Weibull(),
        "Exponential": Exponential(),
        "HalfNormal": HalfNormal(),
        "HalfStudentT": HalfStudentT(),
        "HalfCauchy": HalfCauchy(),
        "Beta": Beta(),
        "LogitNormal": LogitNormal(),
        "Uniform": Uniform(),
        "Triangular": Triangular(),
        "Bernoulli": Bernoulli(),
        "Binomial": Binomial(),
        "BetaBinomial": BetaBinomial(),
        "Poisson": Poisson(),
        "NegativeBinomial": NegativeBinomial(),
        "ZeroInflatedPoisson": ZeroInflatedPoisson(),
        "Categorical": Categorical(),
        "DiscreteUniform": DiscreteUniform(),
    }
)


def family(name: str) -> Family:
    """Return the family of a PyMC name; raise ``Fault`` where there is none."""
    if name not in FAMILIES:
        raise Fault(f"unknown distribution `{name}`", hint=did_you_mean(name, FAMILIES) or f"one of {', '.join(sorted(FAMILIES))}")
    return FAMILIES[name]
