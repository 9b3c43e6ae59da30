"""Values that remember whether they are what they are because an operation left the range of floats.

The exponential of 800 is infinite to a computer and 1 / 0 is infinite to everybody; the
first says that a draw lies beyond what can be computed with, the second that a statement
divides by 0.  ``RangedArray`` tells them apart: an operation on proper numbers whose result is
infinite, or 0 although no factor is, has left the range, and what follows from it is marked
for as long as it is 0, infinite or no number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from forecast.language.ops import NUMPY


@dataclass(frozen=True, slots=True, eq=False)
class RangedArray:
    """An array, and where its values are what they are because an operation left the range of floats."""

    __array_ufunc__: ClassVar[None] = None  # so that NumPy leaves arithmetic to the methods below

    value: Any
    beyond: Any

    def __neg__(self) -> RangedArray:
        return RangedArray(-self.value, self.beyond)

    def __add__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.add, self, other)

    def __radd__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.add, other, self)

    def __sub__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.subtract, self, other)

    def __rsub__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.subtract, other, self)

    def __mul__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.multiply, self, other, nonzero=True)

    def __rmul__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.multiply, other, self, nonzero=True)

    def __truediv__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.divide, self, other, nonzero=True)

    def __rtruediv__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.divide, other, self, nonzero=True)

    def __pow__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.power, self, other, nonzero=True)

    def __rpow__(self, other: Any) -> RangedArray:
        return _arithmetic_result(np.power, other, self, nonzero=True)


def as_ranged(value: Any) -> RangedArray:
    """Return a value as one that remembers; it is marked where it is infinite, which no number in a file is."""
    return value if isinstance(value, RangedArray) else RangedArray(np.asarray(value), np.isinf(np.asarray(value, dtype=float)))


@dataclass(frozen=True, slots=True)
class RangedOps:
    """The functions of the language over values that remember where they left the range of floats."""

    def number(self, value: float) -> Any:
        """A literal."""
        return NUMPY.number(value)

    def exp(self, x: Any) -> Any:
        """The exponential, which is 0 nowhere and infinite nowhere."""
        return _arithmetic_result(NUMPY.exp, x, nonzero=True)

    def log(self, x: Any) -> Any:
        """The natural logarithm: of 0 it is infinite for everybody."""
        return _function_result(NUMPY.log, x)

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""
        return _function_result(NUMPY.log1p, x)

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1, which is infinite nowhere."""
        return _arithmetic_result(NUMPY.expm1, x)

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return _function_result(NUMPY.sqrt, x)

    def abs(self, x: Any) -> Any:
        """The absolute value."""
        return _function_result(NUMPY.abs, x)

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x)): of 0 and of 1 it is infinite for everybody."""
        return _function_result(NUMPY.logit, x)

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x)), which is neither 0 nor 1 anywhere."""
        made = _arithmetic_result(NUMPY.expit, x, nonzero=True)
        return RangedArray(made.value, made.beyond | ((made.value == 1) & np.isfinite(as_ranged(x).value)))

    def sin(self, x: Any) -> Any:
        """The sine of an angle in radians."""
        return _function_result(NUMPY.sin, x)

    def cos(self, x: Any) -> Any:
        """The cosine of an angle in radians."""
        return _function_result(NUMPY.cos, x)

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""
        return _function_result(NUMPY.minimum, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""
        return _function_result(NUMPY.maximum, a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        return NUMPY.compare(symbol, as_ranged(a).value, as_ranged(b).value)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""
        a, b = as_ranged(a), as_ranged(b)
        return RangedArray(np.where(condition, a.value, b.value), np.where(condition, a.beyond, b.beyond))

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold."""
        return NUMPY.logical_and(a, b)

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds."""
        return NUMPY.logical_or(a, b)

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""
        return NUMPY.logical_not(a)

    def take(self, values: Any, index: Any) -> Any:
        """Pick along the last axis by label number."""
        values, index = as_ranged(values), index.value if isinstance(index, RangedArray) else index
        marks = NUMPY.take(np.broadcast_to(values.beyond, np.shape(values.value)), index)
        return RangedArray(NUMPY.take(values.value, index), np.equal(marks, 1))

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis."""
        ranged = [as_ranged(value) for value in values]
        return RangedArray(NUMPY.stack([value.value for value in ranged]), NUMPY.stack([value.beyond for value in ranged]))


def _arithmetic_result(function: Callable[..., Any], *operands: Any, nonzero: bool = False) -> RangedArray:
    """An operation's result, marked where it is infinite, or 0 although it cannot be where ``nonzero``, and all operands are proper numbers."""
    made = _function_result(function, *operands)
    proper: Any = np.asarray(True)
    for operand in map(as_ranged, operands):
        proper = proper & np.isfinite(operand.value) & ((operand.value != 0) if nonzero and len(operands) > 1 else True)
    left = np.isinf(made.value) | ((made.value == 0) if nonzero else False)
    return RangedArray(made.value, made.beyond | (proper & left))


def _function_result(function: Callable[..., Any], *operands: Any) -> RangedArray:
    """A function's value, marked where an operand is and it is 0, infinite or no number itself."""
    ranged = [as_ranged(operand) for operand in operands]
    value = np.asarray(function(*(operand.value for operand in ranged)))
    beyond: Any = np.asarray(False)
    for operand in ranged:
        beyond = beyond | operand.beyond
    return RangedArray(value, beyond & ((value == 0) | ~np.isfinite(value)))
