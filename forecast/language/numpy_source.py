"""The functions of the language as text over NumPy, for the simulated futures of an exported program.

A value is a number, or an array over paths; one with a value for each label has the labels on its first axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forecast.language.ops import NUMPY
from forecast.language.source import SourceOps, SourceText, call_text, number_text


@dataclass(frozen=True, slots=True)
class NumpySourceOps(SourceOps):
    """``SourceOps`` over NumPy (``np``) and ``scipy.special``; plain numbers are computed."""

    def exp(self, x: Any) -> Any:
        """The exponential."""
        return call_text("exp", "np.exp", x)

    def log(self, x: Any) -> Any:
        """The natural logarithm."""
        return call_text("log", "np.log", x)

    def log1p(self, x: Any) -> Any:
        """log(1 + x)."""
        return call_text("log1p", "np.log1p", x)

    def expm1(self, x: Any) -> Any:
        """exp(x) - 1."""
        return call_text("expm1", "np.expm1", x)

    def sqrt(self, x: Any) -> Any:
        """The square root."""
        return call_text("sqrt", "np.sqrt", x)

    def abs(self, x: Any) -> Any:
        """The absolute value."""
        return call_text("abs", "np.abs", x)

    def logit(self, x: Any) -> Any:
        """log(x / (1 - x))."""
        return call_text("logit", "special.logit", x)

    def expit(self, x: Any) -> Any:
        """1 / (1 + exp(-x))."""
        return call_text("expit", "special.expit", x)

    def sin(self, x: Any) -> Any:
        """The sine of an angle in radians."""
        return call_text("sin", "np.sin", x)

    def cos(self, x: Any) -> Any:
        """The cosine of an angle in radians."""
        return call_text("cos", "np.cos", x)

    def minimum(self, a: Any, b: Any) -> Any:
        """The smaller."""
        return call_text("minimum", "np.minimum", a, b)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger."""
        return call_text("maximum", "np.maximum", a, b)

    def compare(self, symbol: str, a: Any, b: Any) -> Any:
        """Whether ``a symbol b``."""
        if symbol in {"==", "!="} and (isinstance(a, SourceText) or isinstance(b, SourceText)):
            return SourceText(f"np.{'equal' if symbol == '==' else 'not_equal'}({number_text(a)}, {number_text(b)})")
        return SourceOps.compare(self, symbol, a, b)

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        """``a`` where the condition holds, ``b`` elsewhere."""
        return call_text("where", "np.where", condition, a, b)

    def logical_and(self, a: Any, b: Any) -> Any:
        """Whether both hold."""
        return call_text("logical_and", "np.logical_and", a, b)

    def logical_or(self, a: Any, b: Any) -> Any:
        """Whether either holds."""
        return call_text("logical_or", "np.logical_or", a, b)

    def logical_not(self, a: Any) -> Any:
        """Whether it does not hold."""
        return call_text("logical_not", "np.logical_not", a)

    def take(self, values: Any, index: Any) -> Any:
        """Pick a label: by its number, or on each path by another."""
        if isinstance(index, SourceText):
            return SourceText(f"pick_label({values}, {index})")
        return SourceText(f"{values}[{number_text(index)}]")

    def stack(self, values: Sequence[Any]) -> Any:
        """Join values along a new last axis, broadcasting them against each other."""
        if not any(isinstance(value, SourceText) for value in values):
            return NUMPY.stack(values)
        return SourceText(f"np.stack(np.broadcast_arrays({', '.join(map(number_text, values))}), axis=-1)")
