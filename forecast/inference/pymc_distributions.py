"""The families as PyMC's own distributions, with their arguments as PyMC wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecast.language.distributions import Family
from forecast.language.distributions.bounded import Bounded, inner_arguments
from forecast.language.distributions.walks import Walk

WHOLE = {"Binomial": ("n",), "BetaBinomial": ("n",), "DiscreteUniform": ("lower", "upper")}


def variable_of(kind: Family, name: str, arguments: Mapping[str, Any], **keywords: Any) -> Any:
    """Declare a variable of a family in the PyMC model at hand."""
    import pymc as pm

    return getattr(pm, kind.name)(name, *_within(kind, arguments), **_own(kind, arguments), **keywords)


def distribution_of(kind: Family, arguments: Mapping[str, Any], **keywords: Any) -> Any:
    """A family as an unnamed PyMC distribution, whose log density can be asked for."""
    import pymc as pm

    return getattr(pm, kind.name).dist(*_within(kind, arguments), **_own(kind, arguments), **keywords)


def log_density_of(kind: Family, arguments: Mapping[str, Any], value: Any) -> Any:
    """The log density of values, each beside its own; of a walk given the value before."""
    import pymc as pm
    import pytensor.tensor as pt

    if not isinstance(kind, Walk):
        return pm.logp(distribution_of(kind, arguments), value)
    (first_mean, first_sd), (factor, added, sigma) = kind.first(arguments), kind.step(arguments)
    first = pm.logp(pm.Normal.dist(first_mean, first_sd), value[..., :1])
    steps = pm.logp(pm.Normal.dist(factor * value[..., :-1] + added, sigma), value[..., 1:])
    leading = pt.zeros_like(steps[..., :1])  # as many hypotheses as the steps have
    return pt.concatenate([first + leading, steps], axis=-1) if value.type.shape[-1] != 1 else first


def walked(kind: Walk, arguments: Mapping[str, Any], standard: Any, count: int) -> Any:
    """The values of a walk, ``(labels,)``, that standard normal steps lead to."""
    import pytensor.tensor as pt

    (first_mean, first_sd), (factor, added, sigma) = kind.first(arguments), kind.step(arguments)
    steps = pt.concatenate([pt.atleast_1d(first_mean + first_sd * standard[:1]), pt.atleast_1d(added + sigma * standard[1:])])
    if isinstance(factor, float) and factor == 1:
        return pt.cumsum(steps)
    behind = np.subtract.outer(np.arange(count), np.arange(count))
    return pt.dot(pt.switch(behind >= 0, pt.power(factor, np.maximum(behind, 0)), 0.0), steps)


def transform_for(kind: Family, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The transform of a parameter where PyMC's own would leave hard walls: LogitNormal, and what is cut on one side only."""
    from pymc.distributions import transforms

    if kind.name == "LogitNormal":
        return {"default_transform": transforms.logodds}
    edges = cut_edges(kind, arguments)
    if edges is None:
        return {}
    lower, upper = (None if np.isinf(edge) else edge for edge in edges)
    return {"default_transform": transforms.Interval(lower, upper)}


def cut_edges(kind: Family, arguments: Mapping[str, Any]) -> tuple[float, float] | None:
    """The edges of a truncated distribution with bounds that are numbers; None for any other."""
    if kind.name != "Truncated":
        return None
    lower, upper = kind.support(**arguments)
    return float(np.max(lower)), float(np.min(upper))


def _own(kind: Family, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """PyMC's arguments with those that must be whole numbers as integers; those of a distribution within left out."""
    import pytensor.tensor as pt

    whole = WHOLE.get(kind.name, ())
    return {name: pt.cast(value, "int64") if name in whole else value for name, value in arguments.items() if "." not in name}


def _within(kind: Family, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    return (distribution_of(kind.inner, inner_arguments(arguments)),) if isinstance(kind, Bounded) else ()
