"""Whether a statement is a distribution: its name, its arguments, and their numbers where they are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from forecast.book.draft import ParsedText
from forecast.book.files.problems import Problem
from forecast.language.distributions.bounded import BoundedFamily
from forecast.language.distributions.families import FAMILIES, family_for, value_kind_of
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import evaluate_constant
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement

MOST_ENUMERATED_VALUES = 512  # of discrete priors together, each combination of which is a hypothesis


def family_of(written: ParsedText[Statement]) -> Family | None:
    """Return the family of a statement, None where there is none of that name."""
    try:
        return family_for(written.tree)
    except Fault:
        return None


def constants_of(statement: Statement) -> dict[str, float]:
    """Return PyMC's arguments of a sound statement as numbers; empty where any depends on a name."""
    numbers = {name: evaluate_constant(expression) for name, expression in statement.arguments.items()}
    if any(number is None for number in numbers.values()) or _is_labelled(statement):
        return {}
    given = {name: np.float64(number) for name, number in numbers.items() if number is not None}
    with np.errstate(all="ignore"):
        return {name: float(value) for name, value in family_for(statement).from_words(given, NUMPY).items()}


def check_statement(written: ParsedText[Statement]) -> Iterator[Problem]:
    """Yield what is wrong with a statement's distribution and arguments; at most one problem."""
    statement = written.tree
    try:
        kind = family_for(statement)
    except Fault as fault:
        yield written.problem(fault.message, fault.hint, offset=statement.offsets.get(fault.argument, statement.offset))
        return
    try:
        kind.check_numbers({name: evaluate_constant(expression) for name, expression in statement.arguments.items()})
    except Fault as fault:
        offset = statement.offsets.get(fault.argument, fault.offset or statement.offset)
        yield written.problem(fault.message, fault.hint, offset=offset)


def has_share_values(written: ParsedText[Statement]) -> bool:
    """Whether a sound statement's values are shares: none below 0 or above 1."""
    if value_kind_of(written.tree) in {ValueKind.OPEN_SHARE, ValueKind.BINARY, ValueKind.SIMPLEX}:
        return True
    kind, arguments = family_for(written.tree), constants_of(written.tree)
    if not arguments:
        return False
    lower, upper = kind.support(**arguments)
    return bool(lower >= 0 and upper <= 1)


def check_prior_family(written: ParsedText[Statement]) -> Iterator[Problem]:
    """A discrete prior is enumerated, so it must have finitely many values; a continuous one must have a density."""
    kind = family_of(written)
    if kind is not None and kind.mixes:
        yield written.problem(
            f"{kind.name} cannot be a prior: it is how a value is seen, not what it is",
            "a prior that ends at a bound is `Truncated(…)`",
            offset=written.tree.offset,
        )
        return
    if kind is not None and not kind.can_be_prior:
        yield written.problem(
            f"{kind.name} cannot be a prior: it is how rows arise",
            "a parameter that is one of some labels is Categorical, and shares of them are Dirichlet",
            offset=written.tree.offset,
        )
        return
    if kind is not None and isinstance(kind, BoundedFamily):
        yield from _check_bounds(written)
    if kind is None or not kind.discrete:
        return
    if (count := value_count(written)) > MOST_ENUMERATED_VALUES:
        shown = f"{count:,.0f}" if count < 1e15 else f"{count:.3g}"
        message = f"this prior has {shown} values, each of which is a hypothesis; at most {MOST_ENUMERATED_VALUES} can be enumerated"
        yield written.problem(message, "use a continuous distribution, or coarser values", offset=written.tree.offset)
        return
    if kind.support_arguments is not None:
        yield from _check_support_arguments(written, kind.name, kind.support_arguments)
        return
    families = ", ".join(name for name, family in FAMILIES.items() if family.support_arguments is not None)
    message = f"{kind.name} cannot be a prior: it has no last value, and discrete parameters are enumerated"
    yield written.problem(message, f"use one of {families}, or a continuous distribution", offset=written.tree.offset)


def _check_support_arguments(written: ParsedText[Statement], name: str, ends: Sequence[str]) -> Iterator[Problem]:
    """The arguments that say which values a discrete prior has are numbers, so that the values can be enumerated."""
    for end in ends:
        expression = written.tree.arguments.get(end)
        if expression is not None and evaluate_constant(expression) is None:
            yield written.problem(
                f"as a prior, {name} needs a number for `{end}`", "discrete parameters are enumerated", offset=written.tree.offsets[end]
            )


def value_count(written: ParsedText[Statement]) -> float:
    """Return how many values a discrete statement has; 0 where that depends on other parameters, or where a mistake is reported elsewhere."""
    if _is_labelled(written.tree):
        return float(len(written.tree.arguments))
    try:
        kind, arguments = family_for(written.tree), constants_of(written.tree)
        lower, upper = kind.support(**arguments) if arguments else (0.0, -1.0)
    except Fault:  # reported at the statement
        return 0.0
    count = float(upper) - float(lower) + 1
    return count if math.isfinite(count) else 0.0


def _check_bounds(written: ParsedText[Statement]) -> Iterator[Problem]:
    """The bounds of a prior are numbers, so that both engines know the edges of its support."""
    for name in ("lower", "upper"):
        bound = written.tree.arguments.get(name)
        if bound is not None and evaluate_constant(bound) is None:
            yield written.problem(f"as a prior, Truncated needs a number for `{name}`", offset=written.tree.offsets[name])


def _is_labelled(statement: Statement) -> bool:
    kind = value_kind_of(statement)
    return kind is not None and kind.is_labelled
