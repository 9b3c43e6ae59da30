"""Which families can carry a belief: by the values the unknown can have, and which of their arguments are free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forecast.elicitation.judgements import POSITIVE_SUPPORT, REAL_SUPPORT, SHARE_SUPPORT, Support
from forecast.language.distributions.families import family
from forecast.language.faults import Fault, did_you_mean

TAIL = 4.0  # degrees of freedom where a family has them: heavier than normal, and with a variance


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family, the arguments it has from the start, and those that are found; the ``widths`` among them are above 0."""

    family: str
    free: tuple[str, ...]
    widths: frozenset[str]
    fixed: Mapping[str, float] = field(default_factory=dict)


_TWO = {  # families of two free arguments
    "Normal": ("mu", "sigma"),
    "StudentT": ("mu", "sigma"),
    "Cauchy": ("alpha", "beta"),
    "LogNormal": ("mu", "sigma"),
    "Gamma": ("alpha", "beta"),
    "Weibull": ("alpha", "beta"),
    "InverseGamma": ("alpha", "beta"),
    "Beta": ("alpha", "beta"),
    "LogitNormal": ("mu", "sigma"),
}
_ONE = {"Exponential": "scale", "HalfNormal": "sigma", "HalfStudentT": "sigma", "HalfCauchy": "beta"}
_LOCATIONS = frozenset({("Normal", "mu"), ("StudentT", "mu"), ("Cauchy", "alpha"), ("LogNormal", "mu"), ("LogitNormal", "mu")})
_FIXED = {"StudentT": {"nu": TAIL}, "HalfStudentT": {"nu": TAIL}}
_BY_SUPPORT: Mapping[Support, tuple[str, ...]] = MappingProxyType(
    {
        REAL_SUPPORT: ("Normal", "StudentT", "Cauchy"),
        POSITIVE_SUPPORT: ("LogNormal", "Gamma", "Weibull", "InverseGamma", "Exponential", "HalfNormal", "HalfStudentT", "HalfCauchy"),
        SHARE_SUPPORT: ("Beta", "LogitNormal"),
    }
)


def candidates(support: Support, *, first: str = "") -> tuple[Candidate, ...]:
    """Return the families whose values are those of a support, the one named ``first`` before the others.

    Between two other ends there are the Triangular, whose mode is free, and the Uniform, whose ends are, within the support's.
    """
    names = _BY_SUPPORT.get(support)
    if names is None:
        return tuple(
            sorted((_triangular(support), Candidate("Uniform", ("lower", "upper"), frozenset())), key=lambda each: each.family != first)
        )
    return tuple(_candidate(name) for name in sorted(names, key=lambda name: name != first))


def candidate(name: str, support: Support) -> Candidate:
    """Return the family that somebody named; raise ``Fault`` where it is not one of a support's."""
    found = {each.family: each for each in candidates(support)}
    if name in found:
        return found[name]
    family(name)  # says so where there is none of that name
    hint = did_you_mean(name, found) or f"one of {', '.join(found)}"
    raise Fault(f"{name} is not fitted to an unknown that is {support.words}", hint=hint)


def _candidate(name: str) -> Candidate:
    free = _TWO.get(name) or (_ONE[name],)
    widths = frozenset(argument for argument in free if (name, argument) not in _LOCATIONS)
    return Candidate(name, free, widths, MappingProxyType(_FIXED.get(name, {})))


def _triangular(support: Support) -> Candidate:
    return Candidate("Triangular", ("c",), frozenset(), MappingProxyType({"lower": support.lower, "upper": support.upper}))


def support_of_family(name: str) -> Support | None:
    """Return the values of a family, or None for one whose arguments say where they end."""
    return next((support for support, names in _BY_SUPPORT.items() if name in names), None)
