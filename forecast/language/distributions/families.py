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
from forecast.language.distributions.jumps import JUMP_ARGUMENTS, jumping_walk_family
from forecast.language.distributions.nested import RANDOM_WALK
from forecast.language.distributions.outcomes import Multinomial, OrderedLogistic
from forecast.language.distributions.pools import PoolFamily, make_pool
from forecast.language.distributions.positive import Exponential, LogNormal, Weibull
from forecast.language.distributions.real import Cauchy, Normal, StudentT
from forecast.language.distributions.shares import Beta, LogitNormal
from forecast.language.distributions.simplex import Dirichlet
from forecast.language.distributions.spans import Triangular, Uniform
from forecast.language.distributions.traits import ValueKind
from forecast.language.distributions.trials import Bernoulli, BetaBinomial, Binomial
from forecast.language.distributions.walks import autoregression_family, random_walk_family
from forecast.language.evaluate import Scope, evaluate
from forecast.language.faults import Fault, did_you_mean
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement, parse_statement

FAMILIES: Mapping[str, Family] = MappingProxyType(  # where several are offered or named, they stand in this order
    {
        kind.name: kind
        for kind in (
            Normal(),
            StudentT(),
            Cauchy(),
            LogNormal(),
            Gamma(),
            Weibull(),
            InverseGamma(),
            Exponential(),
            HalfNormal(),
            HalfStudentT(),
            HalfCauchy(),
            Beta(),
            LogitNormal(),
            Triangular(),
            Uniform(),
            Categorical(),
            Bernoulli(),
            DiscreteUniform(),
            Binomial(),
            BetaBinomial(),
            Poisson(),
            NegativeBinomial(),
            ZeroInflatedPoisson(),
            OrderedLogistic(),
            Multinomial(),
            Dirichlet(),
        )
    }
)


WRAPPERS: Mapping[str, Callable[[Family], Family]] = MappingProxyType(
    {"Truncated": truncated_family, "Censored": censored_family, "GaussianRandomWalk": random_walk_family, "AR": autoregression_family}
)


def family(name: str) -> Family:
    """Return the family of a PyMC name; raise ``Fault`` where there is none."""
    if name not in FAMILIES:
        known = [*FAMILIES, *WRAPPERS]
        raise Fault(f"unknown distribution `{name}`", hint=did_you_mean(name, known) or f"one of {', '.join(sorted(known))}")
    return FAMILIES[name]


def value_kind_of(statement: Statement) -> ValueKind | None:
    """Return what the values of the family are that a statement names; None where it names none, or one made of others."""
    kind = FAMILIES.get(statement.distribution)
    return None if kind is None else kind.value_kind


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
    if argument == "init_dist" and not isinstance(inner, Normal):
        raise Fault(f"{statement.distribution} begins with a Normal, not {name}", argument=argument)
    if inner.value_kind.is_labelled or inner.value_kind is ValueKind.INTERVAL:
        why = "its values are labels" if inner.value_kind.is_labelled else "it has bounds of its own"
        raise Fault(f"{name} cannot stand inside {statement.distribution}: {why}", argument=argument)
    if statement.distribution == RANDOM_WALK and not JUMP_ARGUMENTS.isdisjoint(statement.arguments):
        return jumping_walk_family(inner)
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
