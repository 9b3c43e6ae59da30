"""Pooled priors in PyMC: the density of a mixture or of a log-odds pool, as a tensor or as source text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.inference.pymc.distributions import TAILS, pymc_distribution
from forecast.inference.pymc.walks import walk_log_density
from forecast.language.distributions.component import Component
from forecast.language.distributions.family import Family
from forecast.language.distributions.pools import LINEAR, PoolFamily
from forecast.language.distributions.walks import Walk

STANDARD = "__standard"  # what follows a parameter's name in that of a variable it follows from
POTENTIAL = "__prior"  # what follows a variable's name in that of the potential that is its prior density
DENSITY = '''
def log_odds_density(x, shares, parts):
    """The log density of a pool whose odds of X <= x are the weighted geometric mean of its parts' odds."""
    below, above = [pm.logcdf(part, x) for part in parts], [pm.logccdf(part, x) for part in parts]
    odds = sum(share * (low - high) for share, low, high in zip(shares, below, above))
    rates = [np.log(share) + pm.logp(part, x) - low - high for share, part, low, high in zip(shares, parts, below, above)]
    return pt.logsumexp(pt.stack(rates), axis=0) - pt.softplus(odds) - pt.softplus(-odds)
'''
MASS = '''
def log_odds_mass(k, shares, parts):
    """The log mass of a pool whose odds of X <= k are the weighted geometric mean of its parts' odds."""

    def upto(k):
        return pt.sigmoid(sum(share * (pm.logcdf(part, k) - pm.logccdf(part, k)) for share, part in zip(shares, parts)))

    k = pt.as_tensor_variable(k)
    return pt.log(upto(k) - upto(k - 1))
'''


@dataclass(frozen=True, slots=True)
class _TensorScores:
    """What a curve over normal scores asks of tensors."""

    def clip(self, x: Any, low: Any, high: Any) -> Any:
        import pytensor.tensor as pt

        return pt.clip(x, low, high)

    def floor(self, x: Any) -> Any:
        import pytensor.tensor as pt

        return pt.floor(x)

    def asarray(self, x: Any) -> Any:
        import pytensor.tensor as pt

        return pt.as_tensor_variable(x)


def declare_at_scores(kind: PoolFamily, key: str, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Declare the normal scores of a mixture in the PyMC model at hand; return their variable and the values.

    The potential makes the density of the values PyMC's own, whatever the curve from
    scores to values; by it NUTS crosses the gap between scenarios that hardly meet.
    """
    import pymc as pm
    import pytensor.tensor as pt

    variable = pm.Flat(f"{key}{STANDARD}", shape=shape)
    t, slope = kind.scores.at(variable, _TensorScores())
    lower, upper = kind.support()
    if np.isfinite(lower) and np.isfinite(upper):
        value, stretch = lower + (upper - lower) * pt.sigmoid(t), np.log(upper - lower) - pt.softplus(t) - pt.softplus(-t)
    elif np.isfinite(lower):
        value, stretch = lower + pt.exp(t), t
    elif np.isfinite(upper):
        value, stretch = upper - pt.exp(-t), -t
    else:
        value, stretch = t, 0.0
    pm.Potential(f"{key}{POTENTIAL}", (log_density_of(kind, {}, value) + pt.log(slope) + stretch).sum())
    return variable, value


def log_density_of(kind: Family, arguments: Mapping[str, Any], value: Any) -> Any:
    """The log density of a family at a tensor of values, by PyMC's own densities and distribution functions."""
    import pymc as pm
    import pytensor.tensor as pt

    if isinstance(kind, Walk):
        return walk_log_density(kind, arguments, value)
    if not isinstance(kind, PoolFamily):
        return pm.logp(pymc_distribution(kind, arguments), value)
    densities = [log_density_of(part.family, part.arguments, value) for part in kind.parts]
    if kind.name == LINEAR:
        return pt.logsumexp(pt.stack([np.log(part.share) + density for part, density in zip(kind.parts, densities, strict=True)]), axis=0)
    odds = _log_odds(kind, value)
    if kind.discrete:
        return pt.log(pt.sigmoid(odds) - pt.sigmoid(_log_odds(kind, value - 1)))
    rates = [
        np.log(part.share) + density - log_cdf(part, value) - log_survival(part, value)
        for part, density in zip(kind.parts, densities, strict=True)
    ]
    return -pt.softplus(-odds) - pt.softplus(odds) + pt.logsumexp(pt.stack(rates), axis=0)


def _log_odds(kind: PoolFamily, value: Any) -> Any:
    """The log odds of X <= value in a log-odds pool."""
    return sum(part.share * (log_cdf(part, value) - log_survival(part, value)) for part in kind.parts)


def log_cdf(part: Component, value: Any) -> Any:
    """The log of P(X <= value); PyMC 6.4 has none for HalfStudentT, a StudentT cut in half."""
    import pymc as pm
    import pytensor.tensor as pt

    if not part.family.pymc_has_logcdf:
        return pt.log1mexp(log_survival(part, value))
    return pm.logcdf(pymc_distribution(part.family, part.arguments), value)


def log_survival(part: Component, value: Any) -> Any:
    """The log of P(X > value), from the lower tail of a mirrored distribution where PyMC's own would be 1 minus a share near 1."""
    import pymc as pm

    share = part.family.pymc_log_survival(value, tuple(float(argument) for argument in part.core), TAILS)
    return share if share is not None else pm.logccdf(pymc_distribution(part.family, part.arguments), value)
