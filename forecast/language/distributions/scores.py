"""A smooth rising curve through points at evenly spaced normal scores: a pool's quantiles as a coordinate.

A mixture of scenarios that hardly meet has a gap no sampler crosses.  In normal
scores the gap is a step between two points close together, and the rest is nearly normal.  As a
coordinate the curve need not be exact, only smooth and rising: whoever uses it
multiplies by its slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from forecast.language.arrays import Array


class CurveOps(Protocol):
    """What the curve asks of arrays: NumPy's functions, or PyTensor's."""

    def clip(self, x: Any, low: Any, high: Any) -> Any:
        """The nearest value within bounds."""

    def floor(self, x: Any) -> Any:
        """The whole number below."""

    def asarray(self, x: Any) -> Any:
        """An array, of which parts can be taken by index."""


@dataclass(frozen=True, slots=True)
class ScoreCurve:
    """A cubic through ``values`` with ``slopes`` (by cell), both ``(nodes,)``, at scores ``step`` apart; straight beyond the first and last."""

    first: float
    step: float
    values: Array
    slopes: Array

    def at(self, score: Any, ops: CurveOps) -> tuple[Any, Any]:
        """Return the curve and its slope by the score, for arrays or tensors with their own ``clip`` and ``floor``."""
        place = (score - self.first) / self.step
        within = ops.clip(place, 0.0, len(self.values) - 1.0)
        cell = ops.clip(ops.floor(within), 0.0, len(self.values) - 2.0)
        index = cell.astype("int64")
        u = within - cell
        low, rise, first, last = (ops.asarray(part)[index] for part in self._parts)
        c2, c3 = 3 * rise - 2 * first - last, first + last - 2 * rise
        slope = first + u * (2 * c2 + 3 * u * c3)
        return low + u * (first + u * (c2 + u * c3)) + slope * (place - within), slope / self.step

    @property
    def _parts(self) -> tuple[Array, Array, Array, Array]:
        return self.values[:-1], np.diff(self.values), self.slopes[:-1], self.slopes[1:]


def rising_curve(scores: Array, values: Array) -> ScoreCurve:
    """Return the curve through values that rise from one evenly spaced score to the next, which rises throughout.

    Slopes are harmonic means of the rises beside a node (Fritsch and Butland 1984,
    doi:10.1137/0905021), never more than three times the smaller.
    """
    rise = np.diff(values)
    before, after = rise[:-1], rise[1:]
    with np.errstate(all="ignore"):
        middle = np.where((before > 0) & (after > 0), 2 * before * after / (before + after), 0.0)
    return ScoreCurve(float(scores[0]), float(scores[1] - scores[0]), values, np.concatenate([rise[:1], middle, rise[-1:]]))
