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
    log_density: LogDensity,
    starts: Array,
    *,
    units: Units,
    points: int,
    steps: int = MOST_STEPS,
    held: Flags | None = None,
    known: Callable[[Array, Array], Flags] | None = None,
) -> Tops:
    """Climb from each of ``starts`` ``(n, d)`` to a maximum of ``log_density`` (points ``(m, d)`` to ``(m,)``).

    Quasi-Newton steps (BFGS: Nocedal and Wright 2006, 6.1) on central differences, of all climbs together,
    until all have ended, ``points`` points are spent or ``steps`` steps made.  The log density at the starts
    must be finite; elsewhere it may be minus infinity.  ``held`` ``(n, d)`` are coordinates that a climb
    leaves as they are.  A climb that comes to a point that is ``known``, by its place
    and height, ends, and is left out of what is
    returned.  The result is for drawing from near the top: its error is small beside the posterior's width, and no smaller.
    """
    free = np.ones(starts.shape, dtype=bool) if held is None else ~held
    climbs = _Climbs(log_density, starts, units, free, known)
    for _ in range(steps):
        if not len(climbs.going) or climbs.spent > points:
            break
        climbs.step()
    return climbs.tops()


class _Climbs:
    """Climbs under way, in units of ``units.scale`` from their starts: arrays of ``n``, of which those with the numbers ``going`` have not ended."""

    def __init__(
        self, log_density: LogDensity, starts: Array, units: Units, free: Flags, known: Callable[[Array, Array], Flags] | None
    ) -> None:
        self.log_density, self.starts, self.units, self.free, self.known = log_density, starts, units, free, known
        count, dimension = starts.shape
        self.shapes = units.shape * free[:, :, None] * free[:, None]
        self.y = np.zeros(starts.shape)
        self.small, self.steepest = np.zeros(count, dtype=int), np.ones(count, dtype=bool)
        self.spent = count * (1 + 2 * dimension)
        widths = np.full((count, dimension), FIRST_WIDTH)
        found = self.density(np.concatenate([self.y[:, None], _beside(self.y, widths)], axis=1), np.arange(count))
        self.height, self.slope = found[:, 0], free * _slopes(found[:, 1:], found[:, 0], widths)
        self.inverse = self.shapes / _steepness(self.slope, units.longest)
        self.left = self.going = self.not_known(np.arange(count))

    def density(self, y: Array, of: Indices) -> Array:
        """The log density at points ``(climbs, k, d)`` of the climbs ``of``, ``(climbs, k)``."""
        x = self.starts[of][:, None] + self.units.scale * y
        return _finite(self.log_density, x.reshape(-1, y.shape[2])).reshape(y.shape[:2])

    def not_known(self, of: Indices) -> Indices:
        """Those of some climbs that are not at a known point."""
        return of if self.known is None else of[~self.known(self.starts[of] + self.units.scale * self.y[of], self.height[of])]

    def step(self) -> None:
        """Take one step of each climb that has not ended.

        The slope at the end of a whole step is asked for with the line search, since most steps are whole.
        """
        going, here = self.going, self.y[self.going]
        direction = np.einsum("nij,nj->ni", self.inverse[going], self.slope[going])
        widths = _widths(self.inverse[going])
        line = here[:, None] + LENGTHS[:, None] * direction[:, None]
        found = self.density(np.concatenate([line, _beside(here + direction, widths)], axis=1), going)
        self.spent += found.size
        found, ends = found[:, : len(LENGTHS)], found[:, len(LENGTHS) :]
        best = found.argmax(axis=1)
        top = found[np.arange(len(going)), best]
        gain = top - self.height[going]
        rises = gain > 0
        again = going[~rises & ~self.steepest[going]]  # what was learnt of the curvature misleads
        self.inverse[again], self.steepest[again] = self.shapes[again] / _steepness(self.slope[again], self.units.longest), True
        risen, moved = going[rises], LENGTHS[best[rises]][:, None] * direction[rises]
        self.y[risen] += moved
        self.height[risen] = top[rises]
        self.small[risen] = np.where(gain[rises] < NEAR, self.small[risen] + 1, 0)
        still = np.isin(risen, self.not_known(risen))
        self.left = np.setdiff1d(self.left, risen[~still])
        still &= self.small[risen] < SETTLED
        self._bend(risen[still], moved[still], widths[rises][still], ends[rises][still], LENGTHS[best[rises]][still] == 1)
        self.going = np.concatenate([again, risen[still]])

    def _bend(self, risen: Indices, moved: Array, widths: Array, ends: Array, is_whole: Flags) -> None:
        """Learn of the curvature from the slopes where climbs have come to; ``ends`` are the densities beside, right after a whole step."""
        other = ~is_whole
        if other.any():
            ends[other] = self.density(_beside(self.y[risen[other]], widths[other]), risen[other])
            self.spent += ends[other].size
        before = self.slope[risen]
        self.slope[risen] = self.free[risen] * _slopes(ends, self.height[risen], widths)
        self.inverse[risen] = _updated(self.inverse[risen], moved, before - self.slope[risen], before)
        self.steepest[risen] = False

    def tops(self) -> Tops:
        """Where the climbs are that have not come to a known point."""
        left, own = self.left, np.eye(self.starts.shape[1], dtype=bool)
        rough = np.where(~self.free[left][:, :, None] & own, self.units.shape, self.inverse[left])  # of what was held, nothing was learnt
        return Tops(self.starts[left] + self.units.scale * self.y[left], self.height[left], rough, self.units.scale)


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
    steepness: Array = np.maximum(1.0, np.linalg.norm(slope, axis=1) / longest)[:, None, None]
    return steepness


def _widths(inverse: Array) -> Array:
    """Half-widths for differences: a tenth of the width that the curvature known so far implies, within reason."""
    return np.clip(0.1 * np.sqrt(np.diagonal(inverse, axis1=-2, axis2=-1)), 1e-7, 1e-2)


def _beside(y: Array, widths: Array) -> Array:
    """Points to each side of ``y`` ``(n, d)`` along each coordinate, ``(n, 2 d, d)``."""
    moves = widths[:, None] * np.eye(y.shape[1])
    beside: Array = y[:, None] + np.concatenate([moves, -moves], axis=1)
    return beside


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
