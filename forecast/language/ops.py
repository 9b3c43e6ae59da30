"""What an expression needs beyond Python's operators, for each kind of value.

``evaluate`` and the priors said in words go through an ``Ops``, so that the same
formula serves arrays of draws, PyTensor variables and source text.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from forecast.language import special

_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
)


class Ops(Protocol):
    """The functions of the language over one kind of value.

    ``number`` makes a value of a literal; ``compare`` takes one of ``< <= > >= ==
    !=``; ``take`` picks along the last axis, by label number; ``stack`` joins
    values along a new last axis.
    """

    def number(self, value: float) -> Any:
        """The value of a literal."""

    def exp(self, x: Any) -> Any:
        """The exponential."""

    def log(self, x: Any) -> Any:
        """The natural logarithm."""

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1."""

    def sqrt(self, x: Any) -> Any:
        """The square root."""

    def abs(self, x: Any) -> Any:
        """The absolute value."""

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x))."""

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x))."""

    def sin(self, x: Any) -> Any:
        """The sine of an angle in radians."""

    def cos(self, x: Any) -> Any:
        """The cosine of an angle in radians."""

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold."""

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds."""

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""

    def take(self, values: Any, index: Any) -> Any:
        """Pick along the last axis by label number."""

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis, broadcasting them against each other."""


@dataclass(frozen=True, slots=True)
class NumpyOps:
    """The functions of the language over NumPy arrays and plain numbers."""

    def number(self, value: float) -> Any:
        """A NumPy number: unlike a Python one it divides by zero to infinity instead of stopping."""
        return np.float64(value)

    def exp(self, x: Any) -> Any:
        """The exponential."""
        return np.exp(x)

    def log(self, x: Any) -> Any:
        """The natural logarithm."""
        return np.log(x)

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""
        return np.log1p(x)

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1."""
        return np.expm1(x)

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return np.sqrt(x)

    def abs(self, x: Any) -> Any:
        """The absolute value."""
        return np.abs(x)

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x))."""
        return special.logit(x)

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x))."""
        return special.expit(x)

    def sin(self, x: Any) -> Any:
        """The sine of an angle in radians."""
        return np.sin(x)

    def cos(self, x: Any) -> Any:
        """The cosine of an angle in radians."""
        return np.cos(x)

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""
        return np.minimum(a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""
        return np.maximum(a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        return _COMPARISONS[symbol](a, b)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""
        return np.where(condition, a, b)

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold."""
        return np.logical_and(a, b)

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds."""
        return np.logical_or(a, b)

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""
        return np.logical_not(a)

    def take(self, values: Any, index: Any) -> Any:
        """Pick labels: ``(draws, labels)`` at a label number, at ``(1, rows)`` of them or at ``(draws, 1 or rows)``.

        Returns ``(draws, 1)`` or ``(draws, rows)``; NaN where the number is
        negative, which stands for a label that a row does not have.
        """
        values = np.atleast_2d(values)
        index = np.atleast_2d(index).astype(np.intp)
        if len(index) == 1:
            taken = np.take(values, index[0], axis=1)
        else:
            taken = np.take_along_axis(np.broadcast_to(values, (len(index), values.shape[1])), index, axis=1)
        return np.where(index < 0, np.nan, taken) if (index < 0).any() else taken

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis, broadcasting them against each other."""
        return np.stack(np.broadcast_arrays(*values), axis=-1)


NUMPY = NumpyOps()
