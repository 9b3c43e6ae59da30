"""Conditions that hold, do not hold, or cannot be worked out: 1, 0 and NaN, over NumPy.

What divides by 0 is no number here, whatever its sign, and what compares what is no number
cannot be worked out.  What another part of a condition has decided stays decided, and so
does a branch that is not taken.  A limit is a number: the logarithm of 0, or the exponential
of 1000.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from forecast.language.expressions import Binary, Call, Compare, Conditional, Expression, Index, Logic, Name, Total, Unary, walk
from forecast.language.ops import NumpyOps

SUM_ROUNDING = 1e-9  # relative difference that sums of parts of an amount may have from what they are


def with_undefined(expression: Expression) -> Expression:
    """Return an expression for ``ThreeValued``, whose divisions and powers are functions of it."""
    match expression:
        case Binary():
            left, right = with_undefined(expression.left), with_undefined(expression.right)
            function = {"/": "divide", "**": "power"}.get(expression.operator)
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


def with_tolerance(condition: Expression, quantities: Collection[str]) -> Expression:
    """Return a condition for ``ThreeValued`` in which totals, and what is made of them, are compared as equal where they differ by rounding alone."""
    match condition:
        case Compare(operators=(operator,), operands=(left, right)) if any(
            isinstance(node, Total) or (isinstance(node, Name) and node.name in quantities) for side in (left, right) for node in walk(side)
        ):
            return replace(condition, operators=(operator,), operands=(Call("snap_to", (left, right)), right))
        case Logic():
            return replace(condition, operands=tuple(with_tolerance(operand, quantities) for operand in condition.operands))
        case Unary(operator="not"):
            return replace(condition, operand=with_tolerance(condition.operand, quantities))
        case _:
            return condition


@dataclass(frozen=True, slots=True)
class ThreeValued(NumpyOps):
    """The functions of the language over NumPy, where a condition is 1, 0, or NaN where it cannot be worked out."""

    def divide(self, a: Any, b: Any) -> Any:
        """``a / b``, no number where b is 0."""
        return np.where(np.equal(b, 0), np.nan, np.divide(a, b))

    def power(self, a: Any, b: Any) -> Any:
        """``a ** b``, no number where it divides by 0, or where either is none."""
        undefined = (np.equal(a, 0) & np.less(b, 0)) | np.isnan(a) | np.isnan(b)
        return np.where(undefined, np.nan, np.power(a, b))

    def snap_to(self, a: Any, b: Any) -> Any:
        """``b`` where ``a`` differs from it by rounding alone, else ``a``."""
        return np.where(np.abs(np.subtract(a, b)) <= SUM_ROUNDING * np.abs(b), b, a)

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
