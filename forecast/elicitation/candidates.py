"""Which families can carry a belief: by the values the unknown can have, and which of their arguments are free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forecast.elicitation.judgements import POSITIVE_SUPPORT, REAL_SUPPORT, SHARE_SUPPORT, Support
from forecast.language.distributions.domains import POSITIVE_DOMAIN, WIDTH_DOMAIN
from forecast.language.distributions.families import FAMILIES, family
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.faults import Fault, did_you_mean


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family, the arguments it has from the start, and those that are found; the ``widths`` among them are above 0."""

    family: str
    free: tuple[str, ...]
    widths: frozenset[str]
    fixed: Mapping[str, float] = field(default_factory=dict)


_KINDS_BY_SUPPORT: Mapping[Support, frozenset[ValueKind]] = MappingProxyType(
    {
        REAL_SUPPORT: frozenset({ValueKind.REAL}),
        POSITIVE_SUPPORT: frozenset({ValueKind.NONNEGATIVE, ValueKind.POSITIVE}),
        SHARE_SUPPORT: frozenset({ValueKind.OPEN_SHARE}),
    }
)
_BETWEEN_ENDS = frozenset({ValueKind.INTERVAL})


def candidates(support: Support, *, first: str = "") -> tuple[Candidate, ...]:
    """Return the families whose values are those of a support, the one named ``first`` before the others.

    Between two other ends there are the Triangular, whose mode is free, and the Uniform, whose ends are, within the support's.
    """
    kinds = _KINDS_BY_SUPPORT.get(support, _BETWEEN_ENDS)
    offered = [distribution for distribution in FAMILIES.values() if distribution.free_arguments and distribution.value_kind in kinds]
    return tuple(_candidate(distribution, support) for distribution in sorted(offered, key=lambda option: option.name != first))


def candidate(name: str, support: Support) -> Candidate:
    """Return the family that somebody named; raise ``Fault`` where it is not one of a support's."""
    by_name = {option.family: option for option in candidates(support)}
    if name in by_name:
        return by_name[name]
    family(name)  # says so where there is none of that name
    hint = did_you_mean(name, by_name) or f"one of {', '.join(by_name)}"
    raise Fault(f"{name} is not fitted to an unknown that is {support.words}", hint=hint)


def _candidate(kind: Family, support: Support) -> Candidate:
    free = kind.free_arguments
    widths = frozenset(argument for argument in free if kind.domains[argument] in {POSITIVE_DOMAIN, WIDTH_DOMAIN})
    ends = {"lower": support.lower, "upper": support.upper} if kind.value_kind is ValueKind.INTERVAL else {}
    fixed = {**kind.fixed_arguments, **{name: end for name, end in ends.items() if name not in free}}
    return Candidate(kind.name, free, widths, MappingProxyType(fixed))


def support_of_family(name: str) -> Support | None:
    """Return the values of a family, or None for one whose arguments say where they end."""
    kind = FAMILIES.get(name)
    return None if kind is None else next((support for support, kinds in _KINDS_BY_SUPPORT.items() if kind.value_kind in kinds), None)
