"""Source text as values: the same walk over an expression yields readable, correctly bracketed Python for PyMC.

A ``SourceText`` meets Python's own operators in ``evaluate`` and in the priors said in
words; what comes out is the text of the computation.  Numbers stay numbers until
they meet a ``SourceText``, so that what can be computed is shown as its result.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecast.language.ops import NUMPY

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = 1, 2, 3, 4, 5  # how tightly Python's operators bind
_LOOSEST = 0  # a comparison
_DIGITS = 15  # significant digits kept of a computed number


@dataclass(frozen=True, slots=True)
class SourceText:
    """A piece of Python text, and how tightly its outermost operator binds."""

    text: str
    binding: int = _ATOM

    def __add__(self, other: Any) -> SourceText:
        return _join_operands(self, "+", other, _SUM)

    def __radd__(self, other: Any) -> SourceText:
        return _join_operands(other, "+", self, _SUM)

    def __sub__(self, other: Any) -> SourceText:
        return _join_operands(self, "-", other, _SUM)

    def __rsub__(self, other: Any) -> SourceText:
        return _join_operands(other, "-", self, _SUM)

    def __mul__(self, other: Any) -> SourceText:
        return _join_operands(self, "*", other, _PRODUCT)

    def __rmul__(self, other: Any) -> SourceText:
        return _join_operands(other, "*", self, _PRODUCT)

    def __truediv__(self, other: Any) -> SourceText:
        return _join_operands(self, "/", other, _PRODUCT)

    def __rtruediv__(self, other: Any) -> SourceText:
        return _join_operands(other, "/", self, _PRODUCT)

    def __pow__(self, other: Any) -> SourceText:
        return _power(self, other)

    def __rpow__(self, other: Any) -> SourceText:
        return _power(other, self)

    def __neg__(self) -> SourceText:
        return SourceText(f"-{_bracket_operand(self, _SIGN)}", _SIGN)

    # NumPy's numbers must leave the arithmetic to the operators above
    __array_ufunc__ = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class SourceOps:
    """The functions of the language as text over PyTensor (``pt``); plain numbers are computed."""

    def number(self, value: float) -> Any:
        """A plain number, written out where it meets text."""
        return NUMPY.number(value)

    def exp(self, x: Any) -> Any:
        """The exponential."""
        return call_text("exp", "pt.exp", x)

    def log(self, x: Any) -> Any:
        """The natural logarithm."""
        return call_text("log", "pt.log", x)

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""
        return call_text("log1p", "pt.log1p", x)

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1."""
        return call_text("expm1", "pt.expm1", x)

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return call_text("sqrt", "pt.sqrt", x)

    def abs(self, x: Any) -> Any:
        """The absolute value."""
        return call_text("abs", "pt.abs", x)

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x))."""
        return call_text("logit", "pm.math.logit", x)

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x))."""
        return call_text("expit", "pm.math.sigmoid", x)

    def sin(self, x: Any) -> Any:
        """The sine of an angle in radians."""
        return call_text("sin", "pt.sin", x)

    def cos(self, x: Any) -> Any:
        """The cosine of an angle in radians."""
        return call_text("cos", "pt.cos", x)

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""
        return call_text("minimum", "pt.minimum", a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""
        return call_text("maximum", "pt.maximum", a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        if not _is_text(a, b):
            return NUMPY.compare(symbol, a, b)
        if symbol in {"==", "!="}:  # Python's own would compare the tensors' identity
            return SourceText(f"pt.{'eq' if symbol == '==' else 'neq'}({number_text(a)}, {number_text(b)})")
        return SourceText(f"{_bracket_operand(a, _SUM)} {symbol} {_bracket_operand(b, _SUM)}", _LOOSEST)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""
        return call_text("where", "pt.switch", condition, a, b)

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold."""
        return call_text("logical_and", "pt.and_", a, b)

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds."""
        return call_text("logical_or", "pt.or_", a, b)

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""
        return call_text("logical_not", "pt.invert", a)

    def take(self, values: Any, index: Any) -> Any:
        """Pick a label: ``values[index]``."""
        return SourceText(f"{values}[{number_text(index)}]")

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis, broadcasting them against each other."""
        parts = ", ".join(number_text(value) for value in values)
        if not _is_text(*values):
            return SourceText(f"[{parts}]")
        return SourceText(f"pt.stack(pt.broadcast_arrays({parts}), axis=-1)")


def number_text(value: Any) -> str:
    """The text of a value: a ``SourceText`` as it stands, a number with 15 significant digits, whole ones without a point."""
    if isinstance(value, SourceText):
        return value.text
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.{_DIGITS}g}"


def _join_operands(left: Any, symbol: str, right: Any, binding: int) -> SourceText:
    # the right side of - and / needs brackets at equal binding; for + and * they keep the order of rounding
    return SourceText(f"{_bracket_operand(left, binding)} {symbol} {_bracket_operand(right, binding + 1)}", binding)


def _power(base: Any, exponent: Any) -> SourceText:
    return SourceText(f"{_bracket_operand(base, _ATOM)}**{_bracket_operand(exponent, _POWER)}", _POWER)


def _bracket_operand(value: Any, least: int) -> str:
    text = number_text(value)
    binding = value.binding if isinstance(value, SourceText) else (_SIGN if text.startswith("-") else _ATOM)
    return text if binding >= least else f"({text})"


def call_text(function: str, name: str, *values: Any) -> Any:
    """Return the call of what a program has under ``name``, or what ``function`` of NumPy's gives where all values are numbers."""
    if not _is_text(*values):
        return getattr(NUMPY, function)(*values)
    return SourceText(f"{name}({', '.join(number_text(value) for value in values)})")


def _is_text(*values: Any) -> bool:
    for value in values:
        if not isinstance(value, SourceText | numbers.Number) and not hasattr(value, "dtype"):
            raise TypeError(f"neither a number nor source text: {value!r}")
    return any(isinstance(value, SourceText) for value in values)
