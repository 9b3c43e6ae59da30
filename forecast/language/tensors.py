"""The functions of the language over PyTensor variables, for the referee's model.

Whatever has no tensor in it stays a NumPy array, so that what is known before
sampling is computed once, here, and graphs stay small.

A value has shape ``()``, ``(labels,)`` or ``(rows,)``.  Where the discrete values
of several hypotheses are carried at once, a leading axis ``(hypotheses, 1)``,
``(hypotheses, labels)`` broadcasts against those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.language.ops import NUMPY

_TENSOR_NAMES = {"expit": "sigmoid", "logical_and": "and_", "logical_or": "or_", "logical_not": "invert", "where": "switch"}
_COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "neq"}


@dataclass(frozen=True, slots=True)
class TensorOps:
    """The functions of the language over PyTensor variables, and over NumPy arrays among them."""

    def number(self, value: float) -> Any:
        """A NumPy number."""
        return NUMPY.number(value)

    def exp(self, x: Any) -> Any:
        """The exponential."""
        return _apply("exp", x)

    def log(self, x: Any) -> Any:
        """The natural logarithm."""
        return _apply("log", x)

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""
        return _apply("log1p", x)

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1."""
        return _apply("expm1", x)

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return _apply("sqrt", x)

    def abs(self, x: Any) -> Any:
        """The absolute value."""
        return _apply("abs", x)

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x))."""
        if not is_tensor(x):
            return NUMPY.logit(x)
        return _apply("log", x) - _apply("log1p", -x)

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x))."""
        return _apply("expit", x)

    def sin(self, x: Any) -> Any:
        """The sine of an angle in radians."""
        return _apply("sin", x)

    def cos(self, x: Any) -> Any:
        """The cosine of an angle in radians."""
        return _apply("cos", x)

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""
        return _apply("minimum", a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""
        return _apply("maximum", a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        if not is_tensor(a, b):
            return NUMPY.compare(symbol, a, b)
        import pytensor.tensor as pt

        return getattr(pt, _COMPARISONS[symbol])(a, b)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""
        return _apply("where", condition, a, b)

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold."""
        return _apply("logical_and", a, b)

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds."""
        return _apply("logical_or", a, b)

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""
        return _apply("logical_not", a)

    def take(self, values: Any, index: Any) -> Any:
        """Pick labels along the last axis: ``(labels,)`` at a number, ``(rows,)`` of them or ``(hypotheses, 1)``.

        Of ``(hypotheses, labels)`` each hypothesis' own is picked.  A negative
        number stands for a label that a row does not have: as in NumPy, the
        caller leaves such rows out.
        """
        codes = np.asarray(index).astype(np.intp)
        if values.ndim < 2:
            return values[codes]
        if codes.ndim < 2:
            return values[:, np.atleast_1d(codes)]
        picked = np.broadcast_to(codes, (values.shape[0], codes.shape[1])) if not is_tensor(values) else codes
        return values[np.arange(len(picked))[:, None], picked]

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis, broadcasting them against each other."""
        if not is_tensor(*values):
            return NUMPY.stack(values)
        import pytensor.tensor as pt

        return pt.stack(pt.broadcast_arrays(*(pt.as_tensor_variable(value) for value in values)), axis=-1)


def is_tensor(*values: Any) -> bool:
    """Whether any of the values is a PyTensor variable."""
    from pytensor.graph.basic import Variable

    return any(isinstance(value, Variable) for value in values)


def _apply(function: str, *values: Any) -> Any:
    if not is_tensor(*values):
        return getattr(NUMPY, function)(*values)
    import pytensor.tensor as pt

    return getattr(pt, _TENSOR_NAMES.get(function, function))(*values)


TENSORS = TensorOps()
