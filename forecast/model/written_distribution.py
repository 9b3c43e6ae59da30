"""A statement at the values of a scope: its family, and its arguments as numbers."""

from __future__ import annotations

from typing import Any

from forecast.language.distributions.families import family_for
from forecast.language.distributions.family import Family
from forecast.language.distributions.traits import ValueKind
from forecast.language.evaluate import Scope, evaluate_all
from forecast.language.ops import Ops
from forecast.language.statements import Statement


def written_distribution(statement: Statement, scope: Scope, ops: Ops) -> tuple[Family, dict[str, Any]]:
    """Return a statement's family and the arguments that it has, as PyMC names them, at a scope's values."""
    given = evaluate_all(statement.arguments, scope, ops)
    kind = family_for(statement)
    if kind.value_kind is ValueKind.CATEGORY:  # a label may be called `p`
        return kind, {"p": ops.stack(tuple(given.values()))}
    return kind, kind.from_words(given, ops)
