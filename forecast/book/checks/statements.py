"""Whether a statement is a distribution: its name, its arguments, and their numbers where they are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from forecast.book.draft import ParsedText
from forecast.book.files.problems import Problem
from forecast.language.distributions.bounded import BoundedFamily
from forecast.language.distributions.domains import check_domain
from forecast.language.distributions.families import LABELLED, family_for
from forecast.language.distributions.family import Family
from forecast.language.distributions.outcomes import cutpoint_names
from forecast.language.evaluate import evaluate_constant
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement

SUPPORT_ARGUMENTS: Mapping[str, tuple[str, ...]] = {  # discrete families with finitely many values, and the arguments that say which
    "Categorical": (),
    "Bernoulli": (),
    "DiscreteUniform": ("lower", "upper"),
    "Binomial": ("n",),
    "BetaBinomial": ("n",),
}
MOST_ENUMERATED_VALUES = 512  # of discrete priors together, each combination of which is a hypothesis
_ADDS_UP = 1e-9


def family_of(written: ParsedText[Statement]) -> Family | None:
    """Return the family of a statement, None where there is none of that name."""
    try:
        return family_for(written.tree)
    except Fault:
        return None


def constants_of(statement: Statement) -> dict[str, float]:
    """Return PyMC's arguments of a sound statement as numbers; empty where any depends on a name."""
    numbers = {name: evaluate_constant(expression) for name, expression in statement.arguments.items()}
    if any(number is None for number in numbers.values()) or statement.distribution in LABELLED:
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
        numbers = {name: evaluate_constant(expression) for name, expression in statement.arguments.items()}
        if kind.name == "Categorical":
            _check_categorical(kind, numbers)
        elif kind.name == "Dirichlet":
            _check_dirichlet(kind, numbers)
        elif kind.name == "Multinomial":
            _check_multinomial(kind, numbers)
        elif kind.name == "OrderedLogistic":
            _check_ordered(kind, numbers)
        else:
            _check_arguments(kind, numbers)
    except Fault as fault:
        offset = statement.offsets.get(fault.argument, fault.offset or statement.offset)
        yield written.problem(fault.message, fault.hint, offset=offset)


def _check_arguments(kind: Family, numbers: Mapping[str, float | None]) -> None:
    given: dict[str, Any] = {name: np.array([np.nan]) if number is None else np.float64(number) for name, number in numbers.items()}
    with np.errstate(all="ignore"):
        arguments = kind.from_words(given, NUMPY)
    for name, number in numbers.items():
        if number is not None and name in kind.domains and name in arguments:
            check_domain(kind.domains[name], kind.name, name, number)
    if all(number is not None for number in numbers.values()):
        kind.check_constants({name: float(value) for name, value in arguments.items()})


def _check_categorical(kind: Family, numbers: Mapping[str, float | None]) -> None:
    if set(numbers) == {"p"}:
        raise Fault("Categorical takes a share for each label", hint="as in `Categorical(fear=0.3, habit=0.7)`", argument="p")
    _check_labelled(kind, numbers)
    _check_each(kind, "p", numbers)
    _check_sum(kind, numbers)


def _check_dirichlet(kind: Family, numbers: Mapping[str, float | None]) -> None:
    if set(numbers) == {"a"}:
        raise Fault("Dirichlet takes a weight for each label", hint="as in `Dirichlet(left=4, right=5, other=1)`", argument="a")
    _check_labelled(kind, numbers)
    _check_each(kind, "a", numbers)


def _check_multinomial(kind: Family, numbers: Mapping[str, float | None]) -> None:
    _check_labelled(kind, numbers)
    _check_each(kind, "n", {"n": numbers.get("n")})
    shares = {name: number for name, number in numbers.items() if name != "n"}
    _check_each(kind, "p", shares)
    _check_sum(kind, shares)


def _check_labelled(kind: Family, numbers: Mapping[str, float | None]) -> None:
    """Raise ``Fault`` where the arguments of a family over labels are not those it takes."""
    kind.from_words({name: np.float64(np.nan if number is None else number) for name, number in numbers.items()}, NUMPY)


def _check_each(kind: Family, argument: str, numbers: Mapping[str, float | None]) -> None:
    """Raise ``Fault`` where a number, whatever its label, is not in the domain of an argument."""
    for name, number in numbers.items():
        if number is not None:
            check_domain(kind.domains[argument], kind.name, name, number)


def _check_sum(kind: Family, shares: Mapping[str, float | None]) -> None:
    known = [share for share in shares.values() if share is not None]
    total = math.fsum(known)
    if len(known) == len(shares) and abs(total - 1) > _ADDS_UP:
        raise Fault(f"the shares of {kind.name} add up to {total:.10g}; they must add up to 1")


def _check_ordered(kind: Family, numbers: Mapping[str, float | None]) -> None:
    _check_labelled(kind, numbers)
    last = -math.inf
    for name in cutpoint_names(len(numbers) - 1):
        number = numbers[name]
        if number is not None and number <= last:
            raise Fault("the cutpoints of OrderedLogistic must ascend: c1 < c2 < …", argument=name)
        last = last if number is None else number


def has_share_values(written: ParsedText[Statement]) -> bool:
    """Whether a sound statement's values are shares: none below 0 or above 1."""
    if written.tree.distribution in {"Beta", "LogitNormal", "Bernoulli", "Dirichlet"}:
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
    if kind is not None and kind.name in {"Multinomial", "OrderedLogistic"}:
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
    if kind.name in SUPPORT_ARGUMENTS:
        yield from _check_support_arguments(written, kind.name)
        return
    families = ", ".join(SUPPORT_ARGUMENTS)
    message = f"{kind.name} cannot be a prior: it has no last value, and discrete parameters are enumerated"
    yield written.problem(message, f"use one of {families}, or a continuous distribution", offset=written.tree.offset)


def _check_support_arguments(written: ParsedText[Statement], name: str) -> Iterator[Problem]:
    """The arguments that say which values a discrete prior has are numbers, so that the values can be enumerated."""
    for end in SUPPORT_ARGUMENTS[name]:
        expression = written.tree.arguments.get(end)
        if expression is not None and evaluate_constant(expression) is None:
            yield written.problem(
                f"as a prior, {name} needs a number for `{end}`", "discrete parameters are enumerated", offset=written.tree.offsets[end]
            )


def value_count(written: ParsedText[Statement]) -> float:
    """Return how many values a discrete statement has; 0 where that depends on other parameters, or is told elsewhere."""
    if written.tree.distribution in LABELLED:
        return float(len(written.tree.arguments))
    try:
        kind, arguments = family_for(written.tree), constants_of(written.tree)
        lower, upper = kind.support(**arguments) if arguments else (0.0, -1.0)
    except Fault:  # told at the statement
        return 0.0
    count = float(upper) - float(lower) + 1
    return count if math.isfinite(count) else 0.0


def _check_bounds(written: ParsedText[Statement]) -> Iterator[Problem]:
    """The bounds of a prior are numbers, so that both engines know the edges of its support."""
    for name in ("lower", "upper"):
        bound = written.tree.arguments.get(name)
        if bound is not None and evaluate_constant(bound) is None:
            yield written.problem(f"as a prior, Truncated needs a number for `{name}`", offset=written.tree.offsets[name])
