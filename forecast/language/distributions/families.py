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
from forecast.language.distributions.outcomes import Multinomial, OrderedLogistic
from forecast.language.distributions.positive import Exponential, LogNormal, Weibull
from forecast.language.distributions.real import Cauchy, Normal, StudentT
from forecast.language.distributions.shares import Beta, LogitNormal
from forecast.language.distributions.simplex import Dirichlet
from forecast.language.distributions.spans import Triangular, Uniform
from forecast.language.distributions.trials import Bernoulli, BetaBinomial, Binomial
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
        "OrderedLogistic": OrderedLogistic(),
        "Multinomial": Multinomial(),
        "Dirichlet": Dirichlet(),
        "DiscreteUniform": DiscreteUniform(),
    }
)


WRAPPERS: Mapping[str, Callable[[Family], Family]] = MappingProxyType({"Truncated": truncated, "Censored": censored})
LABELLED = frozenset({"Categorical", "OrderedLogistic", "Multinomial", "Dirichlet"})  # of or over labels
NOT_WRAPPED = LABELLED | frozenset({"Uniform", "DiscreteUniform", "Triangular"})  # bounds of their own, or labels


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
    within = statement.inner["dist"]
    try:
        inner = family(within)
    except Fault as fault:
        raise Fault(fault.message, hint=fault.hint, argument="dist") from None
    if within in NOT_WRAPPED:
        why = "its values are labels" if within in LABELLED else "it has bounds of its own"
        raise Fault(f"{within} cannot stand inside {statement.distribution}: {why}", argument="dist")
    return WRAPPERS[statement.distribution](inner)
