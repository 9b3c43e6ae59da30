"""The families as PyMC's own distributions, with their arguments as PyMC wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forecast.language.classes import CLASS_FAMILIES
from forecast.language.distributions.bounded import BoundedFamily, inner_arguments
from forecast.language.distributions.family import Family
from forecast.language.distributions.pools import PoolFamily

OVER_CLASSES = ("p", "cutpoints")  # arguments of families over classes that are lists
WHOLE_NUMBER_ARGUMENTS = {"Binomial": ("n",), "Multinomial": ("n",), "BetaBinomial": ("n",), "DiscreteUniform": ("lower", "upper")}


def declare_variable(kind: Family, name: str, arguments: Mapping[str, Any], **keywords: Any) -> Any:
    """Declare a variable of a family in the PyMC model at hand."""
    import pymc as pm

    if kind.name == "OrderedLogistic":  # which would keep every class's share at every draw
        keywords["compute_p"] = False
    return getattr(pm, kind.name)(name, *_inner_distribution(kind, arguments), **_pymc_arguments(kind, arguments), **keywords)


def pymc_distribution(kind: Family, arguments: Mapping[str, Any], **keywords: Any) -> Any:
    """A family as an unnamed PyMC distribution, whose log density can be asked for."""
    import pymc as pm

    return getattr(pm, kind.name).dist(*_inner_distribution(kind, arguments), **_pymc_arguments(kind, arguments), **keywords)


def transform_for(kind: Family, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The transform of a parameter where PyMC's own would leave hard walls: LogitNormal, a pool, and what is cut on one side only."""
    from pymc.distributions import transforms

    if kind.name == "LogitNormal":
        return {"default_transform": transforms.logodds}
    edges = support_edges(kind, arguments)
    if edges is None:
        return {}
    if edges == (-np.inf, np.inf):
        return {}
    lower, upper = (None if np.isinf(edge) else edge for edge in edges)
    return {"default_transform": transforms.Interval(lower, upper)}


def broadcast_arguments(kind: Family, arguments: Mapping[str, Any], shape: tuple[int, ...]) -> dict[str, Any]:
    """Arguments with one value, or one list over classes, for each place of ``shape``: PyMC pads lists only where nothing is left to guess."""
    import pytensor.tensor as pt

    if kind.name not in CLASS_FAMILIES:
        return dict(arguments)
    found = {}
    for name, value in arguments.items():
        tensor = pt.as_tensor_variable(value)
        found[name] = pt.broadcast_to(tensor, (*shape, tensor.shape[-1]) if name in OVER_CLASSES else shape)
    return found


def support_edges(kind: Family, arguments: Mapping[str, Any]) -> tuple[float, float] | None:
    """The edges of a pool, or of a truncated distribution with bounds that are numbers; None for any other."""
    if kind.name != "Truncated" and not isinstance(kind, PoolFamily):
        return None
    lower, upper = kind.support(**arguments)
    return float(np.max(lower)), float(np.min(upper))


def _pymc_arguments(kind: Family, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """PyMC's arguments with those that must be whole numbers as integers; those of a distribution within left out."""
    import pytensor.tensor as pt

    whole = WHOLE_NUMBER_ARGUMENTS.get(kind.name, ())
    return {name: pt.cast(value, "int64") if name in whole else value for name, value in arguments.items() if "." not in name}


def _inner_distribution(kind: Family, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    return (pymc_distribution(kind.inner, inner_arguments(arguments)),) if isinstance(kind, BoundedFamily) else ()
