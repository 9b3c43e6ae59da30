"""Where the values of a statement lie, whatever its arguments."""

from __future__ import annotations

from forecast.language.distributions.families import FAMILIES
from forecast.language.evaluate import evaluate_constant
from forecast.language.statements import Statement


def may_be_negative(statement: Statement) -> bool:
    """Return whether a statement's values may be negative, and their total fall, for all that its form says."""
    named = (statement.distribution, *statement.inner.values())
    if not any(name in FAMILIES and FAMILIES[name].value_kind.may_be_negative for name in named):
        return False
    bound = statement.arguments.get("lower") if statement.inner else None
    lowest = None if bound is None else evaluate_constant(bound)
    return lowest is None or lowest < 0
