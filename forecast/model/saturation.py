"""Rows that are impossible only since a chance next to 0 or 1 has been rounded to it.

The greatest float below 1 is 1 - 1e-16, so ``expit(40)`` is 1, and an outcome of 0 has no chance
where it has one of 4e-18.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.language.arrays import Truth
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Expression
from forecast.language.ops import NUMPY
from forecast.language.squashing import HAZARD_WORDINGS, Squashing, find_squashings, takes_logits
from forecast.language.statements import Statement
from forecast.model.model import Model, Parameters, RowTable
from forecast.model.used_names import expressions_used


def rounded_chances(model: Model, parameters: Parameters) -> tuple[Truth, dict[str, str]]:
    """Return in which rows, by draw, a chance is rounded to 0 or 1, ``(draws, rows)``, and for each stream how the first such chance is written."""
    draws = max((len(values) for values in parameters.values()), default=1)
    parts = [np.zeros((draws, 0), dtype=bool)]
    wordings: dict[str, str] = {}
    for name, table in model.tables.items():
        any_rounded = np.zeros((draws, len(table)), dtype=bool)
        for squashing in _squashings(model, table.stream.value) if len(table) else ():
            rounded = _is_rounded(squashing, model, table, parameters, any_rounded.shape)
            if rounded.any():
                wordings.setdefault(name, squashing.wording)
            any_rounded |= rounded
        parts.append(any_rounded)
    return np.concatenate(parts, axis=1), wordings


def rounding_hint(statement: Statement, wording: str) -> str:
    """Return what to do where a statement's chance, written in some way, is rounded to 0 or 1."""
    if takes_logits(statement):
        given = "n=..., " if "n" in statement.arguments else ""
        log_odds = "log(expm1(hazard))" if wording in HAZARD_WORDINGS else "..."
        return f"give the log-odds themselves, as in `{statement.distribution}({given}logit_p={log_odds})`"
    return "keep the chance away from 0 and 1, as in `0.001 + 0.998 * expit(...)`"


def _squashings(model: Model, statement: Statement) -> list[Squashing]:
    return [squashing for expression in expressions_used(model.topic, statement) for squashing in find_squashings(expression)]


def _is_rounded(squashing: Squashing, model: Model, table: RowTable, parameters: Parameters, shape: tuple[int, int]) -> Truth:
    rounded: Truth = np.zeros(shape, dtype=bool)
    for scope in model.row_scopes(table, parameters):
        with np.errstate(all="ignore"):
            whole, inside = (np.broadcast_to(_numbers(part, scope), shape) for part in (squashing.whole, squashing.inside))
        rounded |= ((whole == 0) | (whole == 1)) & np.isfinite(inside) & (inside != 0)
    return rounded


def _numbers(expression: Expression, scope: Scope) -> Any:
    return np.asarray(evaluate(expression, scope, NUMPY), dtype=float)
