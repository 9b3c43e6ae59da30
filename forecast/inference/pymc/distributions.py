"""The families as PyMC's own distributions, with their arguments as PyMC wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.language.distributions.bounded import BoundedFamily, inner_arguments
from forecast.language.distributions.family import Family
from forecast.language.distributions.pools import PoolFamily


@dataclass(frozen=True, slots=True)
class PymcTails:
    """What families write upper tails with: PyTensor's functions, and PyMC's distribution functions."""

    def log(self, x: Any) -> Any:
        """The natural logarithm."""
        import pytensor.tensor as pt

        return pt.log(x)

    def exp(self, x: Any) -> Any:
        """The exponential."""
        import pytensor.tensor as pt

        return pt.exp(x)

    def gammainc(self, shape: Any, x: Any) -> Any:
        """The lower incomplete gamma function, divided by the whole."""
        import pytensor.tensor as pt

        return pt.gammainc(shape, x)

    def gammaincc(self, shape: Any, x: Any) -> Any:
        """The upper incomplete gamma function, divided by the whole."""
        import pytensor.tensor as pt

        return pt.gammaincc(shape, x)

    def betainc(self, alpha: Any, beta: Any, x: Any) -> Any:
        """The incomplete beta function, divided by the whole."""
        import pytensor.tensor as pt

        return pt.betainc(alpha, beta, x)

    def logcdf(self, distribution: str, arguments: Mapping[str, Any], x: Any) -> Any:
        """The log of P(X <= x) by PyMC."""
        import pymc as pm
        import pytensor.tensor as pt

        return pm.logcdf(getattr(pm, distribution).dist(**arguments), pt.as_tensor_variable(x))


TAILS = PymcTails()


def declare_variable(kind: Family, name: str, arguments: Mapping[str, Any], **keywords: Any) -> Any:
    """Declare a variable of a family in the PyMC model at hand."""
    import pymc as pm

    given = {**_pymc_arguments(kind, arguments), **kind.pymc_options, **keywords}
    return getattr(pm, kind.name)(name, *_inner_distribution(kind, arguments), **given)


def pymc_distribution(kind: Family, arguments: Mapping[str, Any], **keywords: Any) -> Any:
    """A family as an unnamed PyMC distribution, whose log density can be asked for."""
    import pymc as pm

    return getattr(pm, kind.name).dist(*_inner_distribution(kind, arguments), **_pymc_arguments(kind, arguments), **keywords)


def transform_for(kind: Family, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The transform of a parameter where PyMC's own would leave hard walls: LogitNormal, a pool, and what is cut on one side only."""
    from pymc.distributions import transforms

    if kind.pymc_transform:
        return {"default_transform": getattr(transforms, kind.pymc_transform)}
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

    if not kind.value_kind.is_class:
        return dict(arguments)
    broadcast = {}
    for name, value in arguments.items():
        tensor = pt.as_tensor_variable(value)
        broadcast[name] = pt.broadcast_to(tensor, (*shape, tensor.shape[-1]) if name == kind.vector_argument else shape)
    return broadcast


def support_edges(kind: Family, arguments: Mapping[str, Any]) -> tuple[float, float] | None:
    """The edges of a pool, or of a truncated distribution with bounds that are numbers; None for any other."""
    if not isinstance(kind, PoolFamily) and not (isinstance(kind, BoundedFamily) and not kind.mixes):
        return None
    lower, upper = kind.support(**arguments)
    return float(np.max(lower)), float(np.min(upper))


def _pymc_arguments(kind: Family, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """PyMC's arguments with those that must be whole numbers as integers; those of a distribution within left out."""
    import pytensor.tensor as pt

    return {
        name: pt.cast(value, "int64") if name in kind.whole_arguments else value for name, value in arguments.items() if "." not in name
    }


def _inner_distribution(kind: Family, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    return (pymc_distribution(kind.inner, inner_arguments(arguments)),) if isinstance(kind, BoundedFamily) else ()
