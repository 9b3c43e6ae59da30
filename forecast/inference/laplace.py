"""The Laplace start: the top of a posterior and the curvature there, as a first proposal.

In many dimensions, or under much data, no draw of the prior lies near the
posterior, and climbing to it is cheaper than groping.  All differences are taken
in one call of the target, since a target costs by the call as much as by the point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]

STEPS = 2.0 ** np.arange(1, -24, -1)  # step lengths tried in one call of a line search
NEAR = 1e-3  # gain in log density, in nats, below which a climb ends
CLIMB = 200  # steps at most
CELLS_AT_ONCE = 2**21  # points times coordinates that are made in one piece
FLATTEST = 0.1  # curvature, in units of the prior's variance, below which a direction counts as this flat


@dataclass(frozen=True, slots=True)
class Peak:
    """A local maximum ``mode`` ``(d,)``, its log ``height`` and the inverse curvature ``covariance`` ``(d, d)`` there."""

    mode: Array
    height: float
    covariance: Array

    @property
    def log_volume(self) -> float:
        """Laplace's approximation of the log of the peak's integral, up to a constant of the dimension."""
        return self.height + 0.5 * float(np.linalg.slogdet(self.covariance)[1])


@np.errstate(all="ignore")  # a density may change by more than floats hold; what is not finite is not climbed
def climb(log_density: Callable[[Array], Array], start: Array, *, scale: Array) -> Peak:
    """Climb from ``start`` ``(d,)`` to a maximum of ``log_density`` (points ``(n, d)`` to ``(n,)``), and measure its curvature.

    ``scale`` ``(d,)`` is the size of a large change of each coordinate, such as the
    prior's standard deviation; it need not be accurate.  Quasi-Newton steps (BFGS:
    Nocedal and Wright 2006, 6.1) on central differences.  The log density at the start
    must be finite; elsewhere it may be minus infinity.  The result is for drawing from
    near the top: its error is small beside the posterior's width, and no smaller.
    """

    def density(y: Array) -> Array:
        x = start + scale * y
        inside = np.isfinite(x).all(axis=1)  # a step along a ridge without end may leave the range of floats
        found: Array = np.full(len(x), -np.inf)
        found[inside] = log_density(x[inside])
        return found

    y = np.zeros(len(start))
    height = float(density(y[None])[0])
    inverse = np.eye(len(start))
    slope = _slope(density, y, height, np.full(len(y), 1e-4))
    inverse /= max(1.0, float(np.linalg.norm(slope)))
    small, steepest = 0, True
    for _ in range(CLIMB):
        direction = inverse @ slope
        found = density(y + STEPS[:, None] * direction)
        best = int(found.argmax())
        gain = float(found[best]) - height
        if not gain > 0:
            if steepest:
                break
            inverse, steepest = np.eye(len(y)) / max(1.0, float(np.linalg.norm(slope))), True  # what was learnt of the curvature misleads
            continue
        steepest = False
        step = STEPS[best] * direction
        new_slope = _slope(density, y + step, float(found[best]), _widths(inverse))
        inverse = _updated(inverse, step, slope - new_slope, slope)
        y, height, slope = y + step, float(found[best]), new_slope
        small = small + 1 if gain < NEAR else 0
        if small == 2:
            break
    precision = _curvature(density, y, height, _widths(inverse))
    covariance = inverse if precision is None else _inverted(precision)
    return Peak(start + scale * y, height, covariance * np.outer(scale, scale))


def _widths(inverse: Array) -> Array:
    """Half-widths for differences: a tenth of the width that the curvature known so far implies, within reason."""
    return np.clip(0.1 * np.sqrt(np.diag(inverse)), 1e-7, 1e-2)


def _slope(density: Callable[[Array], Array], y: Array, height: float, widths: Array) -> Array:
    """Central differences; one-sided, or none, beside a place where the density is zero."""
    moves = np.diag(widths)
    ends = density(np.concatenate([y + moves, y - moves]))
    ends = np.where(np.isfinite(ends), ends, np.nan)
    above, below = ends[: len(y)], ends[len(y) :]
    sides = np.stack([(above - height) / widths, (height - below) / widths])
    known = np.isfinite(sides)
    slope: Array = np.where(known, sides, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return slope


def _updated(inverse: Array, step: Array, change: Array, slope: Array) -> Array:
    """The BFGS update of the inverse of minus the Hessian; none where the slope falls along the step by no more than rounding."""
    along = float(step @ change)
    if along <= 1e-8 * abs(float(step @ slope)):
        return inverse
    left = np.eye(len(step)) - np.outer(step, change) / along
    updated: Array = left @ inverse @ left.T + np.outer(step, step) / along
    return (
        updated if np.isfinite(updated).all() and (np.diag(updated) > 0).all() else inverse
    )  # rounding, where the curvature differs too much


def _curvature(density: Callable[[Array], Array], y: Array, height: float, widths: Array) -> Array | None:
    """Minus the Hessian by central differences over a tenth of each conditional width; None where the density is zero nearby."""
    for _ in range(2):  # the first gives the widths for the second
        moves = np.diag(widths)
        above, below = np.split(density(np.concatenate([y + moves, y - moves])), 2)
        bend = (2 * height - above - below) / widths**2
        if not np.isfinite(bend).all():
            return None
        widths = np.where(bend > 0, 0.1 / np.sqrt(np.maximum(bend, 0.01)), widths)
    moves = np.diag(widths)
    rows, columns = np.triu_indices(len(y), 1)
    above, below = np.split(density(np.concatenate([y + moves, y - moves])), 2)
    up, down = np.empty(len(rows)), np.empty(len(rows))
    for begin in range(0, len(rows), max(1, CELLS_AT_ONCE // len(y))):
        some = slice(begin, begin + max(1, CELLS_AT_ONCE // len(y)))
        pairs = moves[rows[some]] + moves[columns[some]]
        up[some], down[some] = np.split(density(np.concatenate([y + pairs, y - pairs])), 2)
    if not np.isfinite(np.concatenate([above, below, up, down])).all():
        return None
    single = 2 * height - above - below
    precision = np.diag(single / widths**2)
    # f(+i+j) + f(-i-j) - f(+i) - f(-i) - f(+j) - f(-j) + 2 f = 2 h_i h_j H_ij
    mixed = -(up + down + single[rows] + single[columns] - 2 * height) / (2 * widths[rows] * widths[columns])
    precision[rows, columns] = precision[columns, rows] = mixed
    return precision if np.isfinite(precision).all() else None


def _inverted(precision: Array) -> Array:
    values, vectors = np.linalg.eigh(precision)
    covariance: Array = (vectors / np.maximum(values, FLATTEST)) @ vectors.T
    return covariance
