"""Draws at which a statement makes no distribution only since it lies beyond the range of floats.

A rate such as ``exp(base + growth * t)`` overflows at a few draws of wide priors.  What a
statement divides by 0, or takes the logarithm of a negative number for, is no such draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from forecast.book.files.problems import Problem
from forecast.language.arrays import Truth
from forecast.language.distributions.family import Family
from forecast.language.evaluate import Scope, evaluate
from forecast.language.ranged import RangedOps, as_ranged
from forecast.language.statements import Statement
from forecast.model.errors import Unsound


class StatementOverflow(Unsound):
    """A statement makes no distribution at some draws, at all of them only since it lies beyond the range of floats.

    ``draws`` ``(draws,)`` says at which, where that is known.
    """

    def __init__(self, *problems: Problem, draws: Truth | None = None) -> None:
        super().__init__(*problems)
        self.draws = draws


def cells_beyond_floats(statement: Statement, kind: Family, arguments: Mapping[str, Any], scope: Scope, wrong: Truth) -> Truth:
    """Return in which of the cells ``(draws, rows)`` that are ``wrong``, with no number for a density, floats do not reach far enough.

    There every argument that is impossible is so because an operation in it left the range of floats; or all arguments
    are possible, and the density itself cannot be worked out.
    """
    wide = replace(
        scope,
        values={name: as_ranged(value) for name, value in scope.values.items()},
        totals={name: as_ranged(value) for name, value in scope.totals.items()},
    )
    proper, left = np.ones(wrong.shape, dtype=bool), np.zeros(wrong.shape, dtype=bool)
    with np.errstate(all="ignore"):
        given = {name: evaluate(expression, wide, RangedOps()) for name, expression in statement.arguments.items()}
        if not kind.value_kind.is_class:  # whose shares or cutpoints are one argument
            given = kind.from_words(given, RangedOps())
        for name, value in given.items():
            ranged = as_ranged(value)
            if np.ndim(ranged.value) > wrong.ndim:
                continue
            beyond = np.broadcast_to(ranged.beyond, wrong.shape)
            left |= beyond
            if name in kind.domains:
                proper &= beyond | np.broadcast_to(kind.domains[name].holds(np.asarray(ranged.value, dtype=float)), wrong.shape)
        valid = np.broadcast_to(~np.isnan(kind.support(**arguments)[0]), wrong.shape) if wrong.ndim == 2 else ~wrong
    beyond_floats: Truth = wrong & ((left & proper) | valid)
    return beyond_floats
