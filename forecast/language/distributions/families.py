"""The families by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forecast.language.distributions.bounded import censored, truncated
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
from forecast.language.distributions.walks import autoregression, random_walk
from forecast.language.faults import Fault, did_you_mean
from forecast.language.statements import Statement

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


WRAPPERS: Mapping[str, Callable[[Family], Family]] = MappingProxyType(
    {"Truncated": truncated, "Censored": censored, "GaussianRandomWalk": random_walk, "AR": autoregression}
)
NOT_WRAPPED = frozenset({"Categorical", "Uniform", "DiscreteUniform", "Triangular"})  # bounds of their own, or labels


def family(name: str) -> Family:
    """Return the family of a PyMC name; raise ``Fault`` where there is none."""
    if name not in FAMILIES:
        known = [*FAMILIES, *WRAPPERS]
        raise Fault(f"unknown distribution `{name}`", hint=did_you_mean(name, known) or f"one of {', '.join(sorted(known))}")
    return FAMILIES[name]


def family_for(statement: Statement) -> Family:
    """Return the family a statement names, made of those within it; raise ``Fault`` where there is none."""
    if statement.distribution not in WRAPPERS:
        return family(statement.distribution)
    argument, name = next(iter(statement.inner.items()))
    try:
        inner = family(name)
    except Fault as fault:
        raise Fault(fault.message, hint=fault.hint, argument=argument) from None
    if argument == "init_dist" and name != "Normal":
        raise Fault(f"{statement.distribution} begins with a Normal, not {name}", argument=argument)
    if name in NOT_WRAPPED:
        why = "its values are labels" if name == "Categorical" else "it has bounds of its own"
        raise Fault(f"{name} cannot stand inside {statement.distribution}: {why}", argument=argument)
    return WRAPPERS[statement.distribution](inner)
