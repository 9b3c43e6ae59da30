"""Conditions that hold, do not hold, or cannot be worked out: 1, 0 and NaN, over NumPy.

What divides by 0 is no number here, whatever its sign, and what compares what is no number
cannot be worked out.  What another part of a condition has decided stays decided, and so
does a branch that is not taken.  A limit is a number: the logarithm of 0, or the exponential
of 1000.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecast.language.expressions import Binary, Call, Compare, Conditional, Expression, Index, Logic, Unary
from forecast.language.ops import NumpyOps


def with_undefined(expression: Expression) -> Expression:
    """Return an expression for ``ThreeValued``, whose divisions and powers are functions of it."""
    match expression:
        case Binary():
            left, right = with_undefined(expression.left), with_undefined(expression.right)
            function = {"/": "divided", "**": "raised"}.get(expression.operator)
            return replace(expression, left=left, right=right) if function is None else Call(function, (left, right), expression.offset)
        case Unary():
            return replace(expression, operand=with_undefined(expression.operand))
        case Compare() | Logic():
            return replace(expression, operands=tuple(map(with_undefined, expression.operands)))
        case Conditional():
            test, then, otherwise = map(with_undefined, (expression.test, expression.then, expression.otherwise))
            return replace(expression, test=test, then=then, otherwise=otherwise)
        case Index():
            return replace(expression, index=with_undefined(expression.index))
        case Call():
            return replace(expression, arguments=tuple(map(with_undefined, expression.arguments)))
        case _:
            return expression


@dataclass(frozen=True, slots=True)
class ThreeValued(NumpyOps):
    """The functions of the language over NumPy, where a condition is 1, 0, or NaN where it cannot be worked out."""

    def divided(self, a: Any, b: Any) -> Any:
        """``a / b``, no number where b is 0."""
        return np.where(np.equal(b, 0), np.nan, np.divide(a, b))

    def raised(self, a: Any, b: Any) -> Any:
        """``a ** b``, no number where it divides by 0, or where either is none."""
        undefined = (np.equal(a, 0) & np.less(b, 0)) | np.isnan(a) | np.isnan(b)
        return np.where(undefined, np.nan, np.power(a, b))

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        return np.where(np.isnan(a) | np.isnan(b), np.nan, NumpyOps.compare(self, symbol, a, b))

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` where it does not."""
        return np.where(np.isnan(condition), np.nan, np.where(np.not_equal(condition, 0), a, b))

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold; they do not where either does not."""
        return np.where(np.equal(a, 0) | np.equal(b, 0), 0.0, np.multiply(a, b))

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds; one does where it can be worked out that it does."""
        return np.where(np.equal(a, 1) | np.equal(b, 1), 1.0, np.add(a, b))

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""
        return np.subtract(1.0, a)
