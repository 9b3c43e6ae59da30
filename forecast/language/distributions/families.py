"""The families by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from forecast.language.distributions.bounded import censored_family, truncated_family
from forecast.language.distributions.choices import Categorical, DiscreteUniform
from forecast.language.distributions.component import Component
from forecast.language.distributions.events import NegativeBinomial, Poisson, ZeroInflatedPoisson
from forecast.language.distributions.family import Family
from forecast.language.distributions.gammas import Gamma, InverseGamma
from forecast.language.distributions.half import HalfCauchy, HalfNormal, HalfStudentT
from forecast.language.distributions.outcomes import Multinomial, OrderedLogistic
from forecast.language.distributions.pools import PoolFamily, make_pool
from forecast.language.distributions.positive import Exponential, LogNormal, Weibull
from forecast.language.distributions.real import Cauchy, Normal, StudentT
from forecast.language.distributions.shares import Beta, LogitNormal
from forecast.language.distributions.simplex import Dirichlet
from forecast.language.distributions.spans import Triangular, Uniform
from forecast.language.distributions.trials import Bernoulli, BetaBinomial, Binomial
from forecast.language.distributions.walks import autoregression_family, random_walk_family
from forecast.language.evaluate import Scope, evaluate
from forecast.language.faults import Fault, did_you_mean
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement, parse_statement

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


WRAPPERS: Mapping[str, Callable[[Family], Family]] = MappingProxyType(
    {"Truncated": truncated_family, "Censored": censored_family, "GaussianRandomWalk": random_walk_family, "AR": autoregression_family}
)
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
    if statement.parts:
        return _cached_pool(statement.distribution, tuple((part.share, part.statement.text) for part in statement.parts))
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
        why = "its values are labels" if name in LABELLED else "it has bounds of its own"
        raise Fault(f"{name} cannot stand inside {statement.distribution}: {why}", argument=argument)
    return WRAPPERS[statement.distribution](inner)


@lru_cache(maxsize=256)
def _cached_pool(kind: str, parts: tuple[tuple[float, str], ...]) -> PoolFamily:
    """The family of a pool, which its shares and its parts' texts determine; kept for the table of its quantiles."""
    return make_pool(kind, tuple(component(share, parse_statement(text)) for share, text in parts))


def component(share: float, statement: Statement) -> Component:
    """Return a part of a pool: a sound statement whose arguments are numbers, with its share."""
    kind, ops = family_for(statement), NUMPY
    given = {name: evaluate(expression, Scope(), ops) for name, expression in statement.arguments.items()}
    with np.errstate(all="ignore"):
        return Component(share, kind, MappingProxyType(kind.from_words(given, ops)))
