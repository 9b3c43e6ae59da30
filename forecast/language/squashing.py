"""Chances written as ``expit`` of a number, or as ``1 / (1 + exp(-number))``: what number that is.

A float has no chance between 1 and 1 - 1e-16, so ``expit(40)`` is 1 and an outcome of 0
impossible; its log-odds, 40, are a number like any other.  ``Bernoulli`` and ``Binomial``
take them as ``logit_p``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forecast.language.distributions.families import FAMILIES
from forecast.language.expressions import Binary, Call, Expression, Name, Number, Unary, map_nodes, walk
from forecast.language.statements import Statement

LOGIT_ARGUMENT = "logit_p"  # of families that take log-odds in place of a chance
HAZARD_WORDINGS = frozenset({"`1 - exp()`", "`-expm1()`"})  # ways to write the chance that a hazard leads to an event


@dataclass(frozen=True, slots=True)
class Squashing:
    """A part of an expression that keeps a number between 0 and 1: itself, the number in it, and how it is written."""

    whole: Expression
    inside: Expression
    wording: str


def takes_logits(statement: Statement) -> bool:
    """Whether a statement's family takes log-odds in place of a chance."""
    return statement.distribution in FAMILIES and LOGIT_ARGUMENT in FAMILIES[statement.distribution].domains


def with_logits(statement: Statement, quantities: Mapping[str, Expression]) -> Statement:
    """Return a statement whose chance ``p`` is given by its log-odds where it is written as ``expit`` of them; the same where not.

    ``quantities`` are looked through where the chance is the name of one.
    """
    if not takes_logits(statement) or "p" not in statement.arguments:
        return statement
    logit = logit_of(statement.arguments["p"], quantities)
    if logit is None:
        return statement
    return replace(
        statement, arguments={**{name: argument for name, argument in statement.arguments.items() if name != "p"}, LOGIT_ARGUMENT: logit}
    )


def logit_of(chance: Expression, quantities: Mapping[str, Expression]) -> Expression | None:
    """Return the log-odds of a chance that is written as ``expit`` of them, as one less that, or as a quantity that is; None where it is not."""
    seen: set[str] = set()
    sign = 1
    while True:
        match chance:
            case Name(name=name) if name in quantities and name not in seen:
                seen.add(name)
                chance = quantities[name]
            case Binary(operator="-", left=Number(value=1.0)):
                chance, sign = chance.right, -sign
            case _:
                logit = expit_argument(chance)
                if logit is None:
                    return None
                return logit if sign > 0 else Unary("-", logit, logit.offset)


def expit_argument(expression: Expression) -> Expression | None:
    """Return the number whose ``expit`` an expression is by its form; None where it has another."""
    match expression:
        case Call(function="expit", arguments=(inside,)):
            return inside
        case Binary(operator="/", left=Number(value=1.0)) if (power := _one_and_power(expression.right)) is not None:
            return power.operand if isinstance(power, Unary) and power.operator == "-" else Unary("-", power, power.offset)
        case Binary(operator="/", left=Call(function="exp", arguments=(inside,))):
            power = _one_and_power(expression.right)
            return inside if power is not None and _without_offsets(power) == _without_offsets(inside) else None
        case _:
            return None


def find_squashings(expression: Expression) -> Iterator[Squashing]:
    """Yield the parts of an expression that keep a number between 0 and 1: ``expit``, the logistic written out, and ``1 - exp(-hazard)``."""
    for node in walk(expression):
        inside = expit_argument(node)
        if inside is not None:
            yield Squashing(node, inside, "`expit`" if isinstance(node, Call) else "the logistic function")
            continue
        match node:
            case Binary(operator="-", left=Number(value=1.0), right=Call(function="exp", arguments=(power,))):
                yield Squashing(node, power, "`1 - exp()`")
            case Unary(operator="-", operand=Call(function="expm1", arguments=(power,))):
                yield Squashing(node, power, "`-expm1()`")
            case _:
                pass


def _one_and_power(expression: Expression) -> Expression | None:
    """The power in ``1 + exp(power)``, in either order."""
    match expression:
        case Binary(operator="+", left=Number(value=1.0), right=Call(function="exp", arguments=(power,))):
            return power
        case Binary(operator="+", left=Call(function="exp", arguments=(power,)), right=Number(value=1.0)):
            return power
        case _:
            return None


def _without_offsets(expression: Expression) -> Expression:
    return map_nodes(expression, lambda node: replace(node, offset=0))
