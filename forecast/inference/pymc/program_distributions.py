"""Distributions as source text of a PyMC program: arguments, densities, transforms, and what pools need besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from forecast.inference.pymc.distributions import support_edges
from forecast.inference.pymc.plan import CannotSample
from forecast.inference.pymc.pools import DENSITY, MASS
from forecast.inference.pymc.program_walks import walk_density_text
from forecast.language.distributions.bounded import BoundedFamily, inner_arguments
from forecast.language.distributions.families import FAMILIES
from forecast.language.distributions.family import Family
from forecast.language.distributions.pools import LINEAR, LOG_ODDS, PoolFamily
from forecast.language.distributions.walks import Walk
from forecast.language.source import SourceText, number_text


def arguments_text(kind: Family, arguments: Mapping[str, Any]) -> str:
    """Return a distribution's arguments as they stand between its brackets."""
    if isinstance(kind, PoolFamily):
        return f"w={_shares_text(kind)}, comp_dists={_parts_text(kind)}"
    shown = [_distribution_text(kind.inner, inner_arguments(arguments))] if isinstance(kind, BoundedFamily) else []
    for name, value in arguments.items():
        if "." in name:
            continue
        text = number_text(value)
        whole = name in kind.whole_arguments and isinstance(value, SourceText)
        shown.append(f'{name}=pt.cast({text}, "int64")' if whole else f"{name}={text}")
    return ", ".join(shown)


def density_text(kind: Family, arguments: Mapping[str, Any], value: str) -> str:
    """Return the log density of a distribution at what a text names."""
    if kind.name == LOG_ODDS and isinstance(kind, PoolFamily):
        return f"log_odds_{'mass' if kind.discrete else 'density'}({value}, {_shares_text(kind)}, {_parts_text(kind)})"
    if isinstance(kind, Walk):
        return walk_density_text(kind, arguments, value)
    return f"pm.logp({_distribution_text(kind, arguments)}, {value})"


def transform_text(kind: Family, arguments: Mapping[str, Any]) -> str:
    """Return the transform that a declaration names because PyMC would choose none, or one that stops at a wall."""
    if kind.pymc_transform:
        return f", default_transform=pm.distributions.transforms.{kind.pymc_transform}"
    edges = support_edges(kind, arguments)
    if edges is None:
        return ""
    if edges == (-np.inf, np.inf):
        return ", default_transform=None" if kind.name == LINEAR else ""
    lower, upper = ("None" if np.isinf(edge) else number_text(edge) for edge in edges)
    return f", default_transform=pm.distributions.transforms.Interval({lower}, {upper})"


def helper_functions(kinds: Iterable[Family]) -> list[str]:
    """Return the functions that a program needs for the pools among some families."""
    pools = {kind.discrete for kind in kinds if kind.name == LOG_ODDS}
    return [text.rstrip() for text, discrete in ((DENSITY, False), (MASS, True)) if discrete in pools]


def _shares_text(kind: PoolFamily) -> str:
    return f"[{', '.join(number_text(part.share) for part in kind.parts)}]"


def _parts_text(kind: PoolFamily) -> str:
    """The parts of a pool; a HalfStudentT, whose distribution function PyMC 6.4 lacks, is a StudentT cut in half."""
    shown = []
    for part in kind.parts:
        if not part.family.pymc_has_logcdf and kind.name == LOG_ODDS:
            shown.append(_half_text(part.family, part.arguments))
        else:
            shown.append(_distribution_text(part.family, part.arguments))
    return f"[{', '.join(shown)}]"


def _half_text(kind: Family, arguments: Mapping[str, Any]) -> str:
    """A family as one half of the distribution around 0 whose absolute value it is."""
    whole = FAMILIES.get(kind.half_of)
    if whole is None or whole.location_scale is None:
        raise CannotSample(f"PyMC has no distribution function of {kind.name}, so that a pool of log odds cannot be written")
    inner = "".join(f", {name}={number_text(value)}" for name, value in arguments.items())
    return f"pm.Truncated.dist(pm.{whole.name}.dist({whole.location_scale.location}=0{inner}), lower=0)"


def _distribution_text(kind: Family, arguments: Mapping[str, Any]) -> str:
    return f"pm.{kind.name}.dist({arguments_text(kind, arguments)})"
