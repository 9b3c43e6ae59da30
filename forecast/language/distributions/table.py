"""Quantiles of many points for one set of constant parameters: a table, measured before it is trusted.

Inverting an incomplete gamma or beta function costs 0.5 to 7 microseconds a point, and the
engine asks for thousands at a time, round after round, so that the tables are remembered.  In normal scores ``z`` the log (or logit) of a
quantile is smooth with a known slope, ``phi(z) / density``, so cubic Hermite
interpolation over 1,025 nodes is good to about 1e-10 at a tenth of the cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.language import special
from forecast.language.arrays import Array

FEWEST_TABLE_POINTS = 64  # points below which a table does not pay
TABLE_NODES = 1_025
FARTHEST_TABLE_SCORE = 8.3  # normal scores beyond are computed one by one: uniforms from normal scores end there
TABLE_STEP = 2 * FARTHEST_TABLE_SCORE / (TABLE_NODES - 1)
CLOSE_ENOUGH = 1e-9  # largest error of the log or logit at the middles of the cells, where it is largest


@dataclass(frozen=True, slots=True)
class QuantileTable:
    """A smooth function of the normal score between evenly spaced nodes, by the coefficients ``(4, cells)`` of each cell's cubic.

    ``smooth`` says which cells may be interpolated, ``(cells,)``; None where all may.
    """

    cubics: Array
    exact: Callable[[Array, Array], Array]
    smooth: NDArray[np.bool_] | None = None

    def at(self, q: Array) -> Array:
        """The function at shares ``q``: interpolated, or computed where ``q`` is beyond the last node or in a cell that is not smooth."""
        scores = (special.ndtri(q) + FARTHEST_TABLE_SCORE) / TABLE_STEP
        computed = ~((scores >= 0) & (scores <= TABLE_NODES - 1))
        if self.smooth is not None:
            computed |= ~self.smooth[_cells_of(np.where(computed, 0.0, scores))]
        if not computed.any():
            return _evaluate_cubics(scores, self.cubics)
        result = _evaluate_cubics(np.where(computed, 0.0, scores), self.cubics)
        result[computed] = self.exact(q[computed], 1 - q[computed])
        return result


def tabulate(exact: Callable[[Array, Array], Array], slope: Callable[[Array, Array], Array], *, every: int = 16) -> QuantileTable | None:
    """Return the table of a function, or None where interpolation would not be good enough.

    Where every cell is checked, those in which it is not are left out of it, and the table is None where that is most of them.

    ``exact`` gives the function (the log or logit of a quantile) from the shares
    below and above, each with all its digits;
    ``slope(value, log_phi)`` its derivative by normal score, given the value and
    the normal log density.  One in ``every`` cells is checked, which is enough for a curve that is smooth throughout.
    """
    nodes: Array = np.linspace(-FARTHEST_TABLE_SCORE, FARTHEST_TABLE_SCORE, TABLE_NODES)
    values = exact(special.ndtr(nodes), special.ndtr(-nodes))
    slopes = slope(values, -0.5 * nodes**2 - 0.5 * np.log(2 * np.pi)) * TABLE_STEP
    middles: Array = np.arange((every - 1) // 2, TABLE_NODES - 1, every, dtype=float) + 0.5
    between = nodes[0] + middles * TABLE_STEP
    cubics = _hermite_coefficients(values, slopes)
    error = np.abs(_evaluate_cubics(middles, cubics) - exact(special.ndtr(between), special.ndtr(-between)))
    close = error <= CLOSE_ENOUGH  # an error that is NaN is not small
    if close.all():
        return QuantileTable(cubics, exact)
    return QuantileTable(cubics, exact, close) if every == 1 and close.mean() > 0.5 else None


def _hermite_coefficients(values: Array, slopes: Array) -> Array:
    """The coefficients ``(4, cells)`` of the cubics that have these values and slopes at the nodes, constant first."""
    rise = np.diff(values)
    c2 = 3 * rise - 2 * slopes[:-1] - slopes[1:]
    c3 = slopes[:-1] + slopes[1:] - 2 * rise
    return np.stack([values[:-1], slopes[:-1], c2, c3])


def _evaluate_cubics(scores: Array, cubics: Array) -> Array:
    """The cubics at scores in units of a cell, by Horner's rule."""
    cell = _cells_of(scores)
    t = scores - cell
    c0, c1, c2, c3 = cubics
    values: Array = c0[cell] + t * (c1[cell] + t * (c2[cell] + t * c3[cell]))
    return values


def _cells_of(scores: Array) -> NDArray[np.intp]:
    """The cell in which each score lies, in units of a cell."""
    return np.minimum(scores.astype(np.intp), TABLE_NODES - 2)
