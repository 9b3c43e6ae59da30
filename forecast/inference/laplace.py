"""The Laplace start: the top of a posterior and the curvature there, as a first proposal.

In many dimensions, or under much data, no draw of the prior lies near the
posterior, and climbing to it is cheaper than groping.  All differences are taken
in one call of the target, since a target costs by the call as much as by the point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Array = NDArray[np.float64]
type Indices = NDArray[np.intp]
type Flags = NDArray[np.bool_]
type LogDensity = Callable[[Array], Array]

LENGTHS = 2.0 ** np.arange(1, -24, -1)  # of a step, tried in one call of a line search
NEAR = 1e-3  # gain in log density, in nats, below which a step is small
MOST_STEPS = 200  # of a climb
FIRST_WIDTH = 1e-4  # of the first differences
SETTLED = 2  # small steps after one another, at which a climb ends
CELLS_AT_ONCE = 2**21  # points times coordinates that are made in one piece
FLATTEST = 0.1  # curvature, in units of the prior's variance, below which a direction counts as this flat


@dataclass(frozen=True, slots=True)
class Units:
    """What a climb takes for a large change: ``scale`` ``(d,)`` of each coordinate, and ``shape`` ``(d, d)``, a guess at the inverse curvature in those units.

    ``longest`` is the length of a first step, in those units, before the line search: infinite where the guess is a good one.
    """

    scale: Array
    shape: Array
    longest: float = math.inf

    @classmethod
    def of_prior(cls, spread: Array) -> Units:
        """Those of a prior with variances ``spread`` ``(d,)``."""
        return cls(np.sqrt(spread), np.eye(len(spread)), 1.0)


@dataclass(frozen=True, slots=True)
class Tops:
    """Where climbs ended: the places ``(n, d)``, their log ``heights`` ``(n,)``, and rough inverse curvatures ``(n, d, d)`` in units of ``scale`` ``(d,)``."""

    places: Array
    heights: Array
    inverses: Array
    scale: Array

    def __len__(self) -> int:
        return len(self.heights)

    def only(self, which: Indices) -> Tops:
        """Some of them."""
        return Tops(self.places[which], self.heights[which], self.inverses[which], self.scale)

    def in_units(self, scale: Array) -> Tops:
        """The same with another scale ``(d,)``."""
        change = self.scale / scale
        return Tops(self.places, self.heights, self.inverses * np.outer(change, change), scale)


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
def climb(
    log_density: LogDensity, starts: Array, *, units: Units, points: int, steps: int = MOST_STEPS, held: Flags | None = None, known: Callable[[Array], Flags] | None = None
) -> Tops:
    """Climb from each of ``starts`` ``(n, d)`` to a maximum of ``log_density`` (points ``(m, d)`` to ``(m,)``).

    Quasi-Newton steps (BFGS: Nocedal and Wright 2006, 6.1) on central differences, of all climbs together,
    until all have ended, ``points`` points are spent or ``steps`` steps made.  The log density at the starts must be finite; elsewhere it may be minus infinity.
    ``held`` ``(n, d)`` are coordinates that a climb leaves as they are.  A climb that comes to a point
    that is ``known`` ends, and is left out of what is returned.  The result is for drawing from
    near the top: its error is small beside the posterior's width, and no smaller.
    """
    count, dimension = starts.shape
    free = np.ones((count, dimension), dtype=bool) if held is None else ~held
    shapes = units.shape * free[:, :, None] * free[:, None]

    def density(y: Array, of: Indices) -> Array:
        """At points ``(climbs, k, d)`` of the climbs ``of``, ``(climbs, k)``."""
        return _finite(log_density, (starts[of][:, None] + units.scale * y).reshape(-1, dimension)).reshape(y.shape[:2])

    def wanted(of: Indices) -> Indices:
        return of if known is None else of[~known(starts[of] + units.scale * y[of])]

    y = np.zeros((count, dimension))
    left = going = wanted(np.arange(count))
    height, slope, inverse = np.full(count, -np.inf), np.zeros((count, dimension)), shapes.copy()
    if len(going):
        widths = np.full((len(going), dimension), FIRST_WIDTH)
        found = density(np.concatenate([y[going][:, None], _beside(y[going], widths)], axis=1), going)
        height[going] = found[:, 0]
        slope[going] = free[going] * _slopes(found[:, 1:], height[going], widths)
        inverse /= _steepness(slope, units.longest)
    small, steepest = np.zeros(count, dtype=int), np.ones(count, dtype=bool)
    whole = int(np.flatnonzero(LENGTHS == 1)[0])
    spent = len(going) * (1 + 2 * dimension)
    for _ in range(steps):
        if not len(going) or spent > points:
            break
        direction = np.einsum("nij,nj->ni", inverse[going], slope[going])
        widths = _widths(inverse[going])
        # the slope at the end of a whole step is asked for with the line search, since most steps are whole
        line = y[going][:, None] + LENGTHS[:, None] * direction[:, None]
        found = density(np.concatenate([line, _beside(y[going] + direction, widths)], axis=1), going)
        spent += found.size
        found, ends = found[:, : len(LENGTHS)], found[:, len(LENGTHS) :]
        best = found.argmax(axis=1)
        top = found[np.arange(len(going)), best]
        gain = top - height[going]
        rises = gain > 0
        again = going[~rises & ~steepest[going]]  # what was learnt of the curvature misleads
        inverse[again], steepest[again] = shapes[again] / _steepness(slope[again], units.longest), True
        risen, step = going[rises], LENGTHS[best[rises]][:, None] * direction[rises]
        widths, ends, is_whole = widths[rises], ends[rises], best[rises] == whole
        y[risen] += step
        height[risen] = top[rises]
        small[risen] = np.where(gain[rises] < NEAR, small[risen] + 1, 0)
        still = np.isin(risen, wanted(risen))
        left = np.setdiff1d(left, risen[~still])
        still &= small[risen] < SETTLED
        if (still & ~is_whole).any():
            other = still & ~is_whole
            ends[other] = density(_beside(y[risen[other]], widths[other]), risen[other])
            spent += ends[other].size
        risen, step = risen[still], step[still]
        before = slope[risen]
        slope[risen] = free[risen] * _slopes(ends[still], height[risen], widths[still])
        inverse[risen] = _updated(inverse[risen], step, before - slope[risen], before)
        steepest[risen] = False
        going = np.concatenate([again, risen])
    rough = np.where(~free[left][:, :, None] & np.eye(dimension, dtype=bool), units.shape, inverse[left])  # of what was held, nothing was learnt
    return Tops(starts[left] + units.scale * y[left], height[left], rough, units.scale)


@np.errstate(all="ignore")
def peaks_at(log_density: LogDensity, tops: Tops) -> list[Peak]:
    """Measure the curvature where climbs ended."""
    found, scale = [], tops.scale
    for place, height, inverse in zip(tops.places, tops.heights.tolist(), tops.inverses, strict=True):

        def density(y: Array, place: Array = place) -> Array:
            return _finite(log_density, place + scale * y)

        precision = _curvature(density, np.zeros(len(scale)), height, _widths(inverse))
        covariance = inverse if precision is None else _inverted(precision)
        found.append(Peak(place, height, covariance * np.outer(scale, scale)))
    return found


def _finite(log_density: LogDensity, x: Array) -> Array:
    """The log density at points ``(m, d)``; minus infinity at one that is not finite, for a step along a ridge without end may leave the range of floats."""
    inside = np.isfinite(x).all(axis=1)
    found: Array = np.full(len(x), -np.inf)
    found[inside] = log_density(x[inside])
    return found


def _steepness(slope: Array, longest: float) -> Array:
    """How many times too long a step along slopes ``(n, d)`` would be, and at least 1, ``(n, 1, 1)``."""
    return np.maximum(1.0, np.linalg.norm(slope, axis=1) / longest)[:, None, None]


def _widths(inverse: Array) -> Array:
    """Half-widths for differences: a tenth of the width that the curvature known so far implies, within reason."""
    return np.clip(0.1 * np.sqrt(np.diagonal(inverse, axis1=-2, axis2=-1)), 1e-7, 1e-2)


def _beside(y: Array, widths: Array) -> Array:
    """Points to each side of ``y`` ``(n, d)`` along each coordinate, ``(n, 2 d, d)``."""
    moves = widths[:, None] * np.eye(y.shape[1])
    return y[:, None] + np.concatenate([moves, -moves], axis=1)


def _slopes(ends: Array, height: Array, widths: Array) -> Array:
    """Central differences from the densities ``(n, 2 d)`` beside; one-sided, or none, where the density is zero there."""
    above, below = np.split(np.where(np.isfinite(ends), ends, np.nan), 2, axis=1)
    sides = np.stack([(above - height[:, None]) / widths, (height[:, None] - below) / widths])
    known = np.isfinite(sides)
    slopes: Array = np.where(known, sides, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return slopes


def _updated(inverse: Array, step: Array, change: Array, slope: Array) -> Array:
    """The BFGS updates of inverses ``(n, d, d)`` of minus the Hessian; none where the slope falls along the step by no more than rounding."""
    along = np.einsum("nd,nd->n", step, change)
    falls = along > 1e-8 * np.abs(np.einsum("nd,nd->n", step, slope))
    along = np.where(falls, along, 1.0)[:, None, None]
    left = np.eye(step.shape[1]) - step[:, :, None] * change[:, None] / along
    updated = left @ inverse @ left.swapaxes(1, 2) + step[:, :, None] * step[:, None] / along
    # rounding, where the curvature differs too much
    before, after = (np.diagonal(each, axis1=1, axis2=2) for each in (inverse, updated))
    sensible = np.isfinite(updated).all(axis=(1, 2)) & ((after > 0) | (before == 0)).all(axis=1)  # 0 for what is held
    return np.where((falls & sensible)[:, None, None], updated, inverse)


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
