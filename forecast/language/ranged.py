"""Values that remember whether they are what they are because an operation left the range of floats.

The exponential of 800 is infinite to a computer and 1 / 0 is infinite to everybody; the
first says that a draw lies beyond what can be computed with, the second that a statement
divides by 0.  ``Ranged`` tells them apart: an operation on proper numbers whose result is
infinite, or 0 although no factor is, has left the range, and what follows from it is marked
for as long as it is 0, infinite or no number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from forecast.language.ops import NumpyOps

NUMPY = NumpyOps()

type Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Ranged:
    """An array, and where its values are what they are because an operation left the range of floats."""

    __array_ufunc__: ClassVar[None] = None  # so that NumPy leaves arithmetic to the methods below

    value: Any
    beyond: Any

    def __neg__(self) -> Ranged:
        return Ranged(-self.value, self.beyond)

    def __add__(self, other: Any) -> Ranged:
        return _result(np.add, self, other)

    def __radd__(self, other: Any) -> Ranged:
        return _result(np.add, other, self)

    def __sub__(self, other: Any) -> Ranged:
        return _result(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Ranged:
        return _result(np.subtract, other, self)

    def __mul__(self, other: Any) -> Ranged:
        return _result(np.multiply, self, other, nonzero=True)

    def __rmul__(self, other: Any) -> Ranged:
        return _result(np.multiply, other, self, nonzero=True)

    def __truediv__(self, other: Any) -> Ranged:
        return _result(np.divide, self, other, nonzero=True)

    def __rtruediv__(self, other: Any) -> Ranged:
        return _result(np.divide, other, self, nonzero=True)

    def __pow__(self, other: Any) -> Ranged:
        return _result(np.power, self, other, nonzero=True)

    def __rpow__(self, other: Any) -> Ranged:
        return _result(np.power, other, self, nonzero=True)


def ranged(value: Any) -> Ranged:
    """Return a value as one that remembers; it is marked where it is infinite, which no number in a file is."""
    return value if isinstance(value, Ranged) else Ranged(np.asarray(value), np.isinf(np.asarray(value, dtype=float)))


@dataclass(frozen=True, slots=True)
class RangedOps:
    """The functions of the language over values that remember where they left the range of floats."""

    def number(self, value: float) -> Any:
        """A literal."""
        return NUMPY.number(value)

    def exp(self, x: Any) -> Any:
        """The exponential, which is 0 nowhere and infinite nowhere."""
        return _result(NUMPY.exp, x, nonzero=True)

    def log(self, x: Any) -> Any:
        """The natural logarithm: of 0 it is infinite for everybody."""
        return _ranged_result(NUMPY.log, x)

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""
        return _ranged_result(NUMPY.log1p, x)

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1, which is infinite nowhere."""
        return _result(NUMPY.expm1, x)

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return _ranged_result(NUMPY.sqrt, x)

    def abs(self, x: Any) -> Any:
        """The absolute value."""
        return _ranged_result(NUMPY.abs, x)

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x)): of 0 and of 1 it is infinite for everybody."""
        return _ranged_result(NUMPY.logit, x)

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x)), which is neither 0 nor 1 anywhere."""
        made = _result(NUMPY.expit, x, nonzero=True)
        return Ranged(made.value, made.beyond | ((made.value == 1) & np.isfinite(ranged(x).value)))

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""
        return _ranged_result(NUMPY.minimum, a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""
        return _ranged_result(NUMPY.maximum, a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        return NUMPY.compare(symbol, ranged(a).value, ranged(b).value)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""
        a, b = ranged(a), ranged(b)
        return Ranged(np.where(condition, a.value, b.value), np.where(condition, a.beyond, b.beyond))

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
        values, index = ranged(values), index.value if isinstance(index, Ranged) else index
        marks = NUMPY.take(np.broadcast_to(values.beyond, np.shape(values.value)), index)
        return Ranged(NUMPY.take(values.value, index), np.equal(marks, 1))

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis."""
        found = [ranged(value) for value in values]
        return Ranged(NUMPY.stack([each.value for each in found]), NUMPY.stack([each.beyond for each in found]))


def _result(function: Callable[..., Any], *operands: Any, nonzero: bool = False) -> Ranged:
    """An operation's result, marked where it is infinite, or 0 although it cannot be where ``nonzero``, and all operands are proper numbers."""
    made = _ranged_result(function, *operands)
    proper: Any = np.asarray(True)
    for operand in map(ranged, operands):
        proper = proper & np.isfinite(operand.value) & ((operand.value != 0) if nonzero and len(operands) > 1 else True)
    left = np.isinf(made.value) | ((made.value == 0) if nonzero else False)
    return Ranged(made.value, made.beyond | (proper & left))


def _ranged_result(function: Callable[..., Any], *operands: Any) -> Ranged:
    """A function's value, marked where an operand is and it is 0, infinite or no number itself."""
    found = [ranged(operand) for operand in operands]
    value = np.asarray(function(*(each.value for each in found)))
    beyond: Any = np.asarray(False)
    for each in found:
        beyond = beyond | each.beyond
    return Ranged(value, beyond & ((value == 0) | ~np.isfinite(value)))
