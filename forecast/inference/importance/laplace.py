"""The Laplace start: the top of a posterior and the curvature there, as a first proposal.

In many dimensions, or under much data, no draw of the prior lies near the
posterior, and climbing to it is cheaper than groping.  All differences are taken
in one call of the target, since a target costs by the call as much as by the point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array, Indices

type Flags = NDArray[np.bool_]
type LogDensity = Callable[[Array], Array]

LINE_SEARCH_LENGTHS = 2.0 ** np.array([1, 0, -1, -2, -3, -4, -6, -8, -11, -14, -18, -23])  # of a step, tried in one call of a line search
SMALL_GAIN = 1e-3  # gain in log density, in nats, below which a step is small
MOST_CLIMB_STEPS = 200  # of a climb
FIRST_WIDTH = 1e-4  # of the first differences
SMALL_STEPS_TO_END = 2  # small steps after one another, at which a climb ends
COORDINATES_AT_ONCE = 2**21  # points times coordinates that are made in one piece
FLATTEST = 0.1  # curvature, in units of the prior's variance, below which a direction counts as this flat


@dataclass(frozen=True, slots=True)
class ClimbUnits:
    """What a climb takes for a large change: ``scale`` ``(d,)`` of each coordinate, and ``shape`` ``(d, d)``, a guess at the inverse curvature in those units.

    ``longest`` is the length of a first step, in those units, before the line search: infinite where the guess is a good one.
    """

    scale: Array
    shape: Array
    longest: float = math.inf

    @classmethod
    def of_prior(cls, spread: Array) -> ClimbUnits:
        """Those of a prior with variances ``spread`` ``(d,)``."""
        return cls(np.sqrt(spread), np.eye(len(spread)), 1.0)


@dataclass(frozen=True, slots=True)
class ClimbEnds:
    """Where climbs ended: the places ``(n, d)``, their log ``heights`` ``(n,)``, rough inverse curvatures ``(n, d, d)`` in units of ``scale`` ``(d,)``.

    ``climbs`` ``(n,)`` are the numbers of the climbs, by the order of their starts.
    """

    places: Array
    heights: Array
    inverses: Array
    scale: Array
    climbs: Indices

    def __len__(self) -> int:
        return len(self.heights)

    def only(self, which: Indices) -> ClimbEnds:
        """Some of them."""
        return ClimbEnds(self.places[which], self.heights[which], self.inverses[which], self.scale, self.climbs[which])

    def in_units(self, scale: Array) -> ClimbEnds:
        """The same with another scale ``(d,)``."""
        change = self.scale / scale
        return replace(self, inverses=self.inverses * np.outer(change, change), scale=scale)


@dataclass(frozen=True, slots=True)
class Peak:
    """A local maximum ``mode`` ``(d,)``, its log ``height``, the inverse curvature ``covariance`` ``(d, d)`` there, and the number of the ``climb`` that found it."""

    mode: Array
    height: float
    covariance: Array
    climb: int = -1

    def along(self, column: int, width: float) -> Peak:
        """A place on a ridge along one coordinate, as a peak: as wide along the ridge, and across it as the curvature says."""
        precision = np.linalg.inv(self.covariance)
        rest = np.delete(np.arange(len(self.mode)), column)
        covariance, slope = np.zeros_like(precision), np.ones(len(self.mode))
        across = np.linalg.inv(precision[np.ix_(rest, rest)])
        slope[rest] = -across @ precision[rest, column]
        covariance[np.ix_(rest, rest)] = across
        return replace(self, covariance=covariance + width**2 * np.outer(slope, slope))

    @property
    def log_volume(self) -> float:
        """Laplace's approximation of the log of the peak's integral, up to a constant of the dimension."""
        return self.height + 0.5 * float(np.linalg.slogdet(self.covariance)[1])


@np.errstate(all="ignore")  # a density may change by more than floats hold; what is not finite is not climbed
def climb(
    log_density: LogDensity,
    starts: Array,
    *,
    units: ClimbUnits,
    points: int,
    steps: int = MOST_CLIMB_STEPS,
    held: Flags | None = None,
    known: Callable[[Array, Array], Flags] | None = None,
) -> ClimbEnds:
    """Climb from each of ``starts`` ``(n, d)`` to a maximum of ``log_density`` (points ``(m, d)`` to ``(m,)``).

    Quasi-Newton steps (BFGS: Nocedal and Wright 2006, 6.1) on central differences, of all climbs together,
    until all have ended, ``points`` points are spent or ``steps`` steps made.  Where the log density at a start
    is minus infinity nothing is climbed.  ``held`` ``(n, d)`` are coordinates that a climb
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
    """Climbs under way, in units of ``units.scale`` from their starts: arrays of ``n``, of which those with the numbers ``going`` have not ended.

    All densities of a step are asked for in one call.  Most steps are whole, so the slope at the end of a whole one is asked for with
    the line search; after another, the climb only ``asks`` for its slope in the next call.
    """

    def __init__(
        self, log_density: LogDensity, starts: Array, units: ClimbUnits, free: Flags, known: Callable[[Array, Array], Flags] | None
    ) -> None:
        self.log_density, self.starts, self.units, self.free, self.known = log_density, starts, units, free, known
        count, dimension = starts.shape
        self.shapes = units.shape * free[:, :, None] * free[:, None]
        self.y, self.moved = np.zeros(starts.shape), np.zeros(starts.shape)
        self.small, self.steepest, self.asks = np.zeros(count, dtype=int), np.ones(count, dtype=bool), np.zeros(count, dtype=bool)
        self.spent = count * (1 + 2 * dimension)
        widths, every = np.full((count, dimension), FIRST_WIDTH), np.arange(count)
        (densities,) = self.densities((np.concatenate([self.y[:, None], _points_beside(self.y, widths)], axis=1), every))
        self.height, self.slope = densities[:, 0], free * _slopes(densities[:, 1:], densities[:, 0], widths)
        self.inverse = self.shapes / _steepness(self.slope, units.longest)
        self.going = every[np.isfinite(self.height)]
        self.going = self.going[~self.are_known(self.going)]
        self.is_left = np.zeros(count, dtype=bool)
        self.is_left[self.going] = True

    def densities(self, *asked: tuple[Array, Indices]) -> list[Array]:
        """The log densities at points ``(climbs, k, d)`` of some climbs, ``(climbs, k)`` for each of ``asked``, in one call."""
        x = [(self.starts[of][:, None] + self.units.scale * y).reshape(-1, y.shape[2]) for y, of in asked]
        densities = _finite_log_density(self.log_density, np.concatenate(x))
        parts = np.split(densities, np.cumsum([len(points) for points in x])[:-1])
        return [part.reshape(y.shape[:2]) for part, (y, _) in zip(parts, asked, strict=True)]

    def are_known(self, of: Indices) -> Flags:
        """Which of some climbs are at a known point."""
        if self.known is None:
            return np.zeros(len(of), dtype=bool)
        return self.known(self.starts[of] + self.units.scale * self.y[of], self.height[of])

    def step(self) -> None:
        """Take one step of each climb that has not ended, or ask for its slope after the last one."""
        asking, going = self.going[self.asks[self.going]], self.going[~self.asks[self.going]]
        direction = np.einsum("nij,nj->ni", self.inverse[going], self.slope[going])
        widths, widths_asked = _difference_widths(self.inverse[going]), _difference_widths(self.inverse[asking])
        line = self.y[going][:, None] + LINE_SEARCH_LENGTHS[:, None] * direction[:, None]
        ends = _points_beside(self.y[going] + direction, widths)
        densities, slopes = self.densities(
            (np.concatenate([line, ends], axis=1), going), (_points_beside(self.y[asking], widths_asked), asking)
        )
        self.spent += densities.size + slopes.size
        self._bend(asking, widths_asked, slopes)
        densities, ends = densities[:, : len(LINE_SEARCH_LENGTHS)], densities[:, len(LINE_SEARCH_LENGTHS) :]
        best = densities.argmax(axis=1)
        top = densities[np.arange(len(going)), best]
        gain = top - self.height[going]
        rises = gain > 0
        again = going[~rises & ~self.steepest[going]]  # what was learnt of the curvature misleads
        self.inverse[again], self.steepest[again] = self.shapes[again] / _steepness(self.slope[again], self.units.longest), True
        risen = going[rises]
        self.moved[risen] = LINE_SEARCH_LENGTHS[best[rises]][:, None] * direction[rises]
        self.y[risen] += self.moved[risen]
        self.height[risen] = top[rises]
        self.small[risen] = np.where(gain[rises] < SMALL_GAIN, self.small[risen] + 1, 0)
        still = ~self.are_known(risen)
        self.is_left[risen[~still]] = False
        still &= self.small[risen] < SMALL_STEPS_TO_END
        whole = LINE_SEARCH_LENGTHS[best[rises]] == 1
        self.asks[risen[still & ~whole]] = True
        self._bend(risen[still & whole], widths[rises][still & whole], ends[rises][still & whole])
        self.going = np.concatenate([asking, again, risen[still]])

    def _bend(self, climbs: Indices, widths: Array, ends: Array) -> None:
        """Learn of the curvature from the slopes where climbs have come to; ``ends`` are the densities beside, by ``widths``."""
        before = self.slope[climbs]
        self.slope[climbs] = self.free[climbs] * _slopes(ends, self.height[climbs], widths)
        self.inverse[climbs] = _update_inverses(self.inverse[climbs], self.moved[climbs], before - self.slope[climbs], before)
        self.steepest[climbs] = self.asks[climbs] = False

    def tops(self) -> ClimbEnds:
        """Where the climbs are that have not come to a known point."""
        left, own = np.flatnonzero(self.is_left), np.eye(self.starts.shape[1], dtype=bool)
        rough = np.where(~self.free[left][:, :, None] & own, self.units.shape, self.inverse[left])  # of what was held, nothing was learnt
        return ClimbEnds(self.starts[left] + self.units.scale * self.y[left], self.height[left], rough, self.units.scale, left)


@np.errstate(all="ignore")
def peaks_at_ends(log_density: LogDensity, tops: ClimbEnds) -> list[Peak]:
    """Measure the curvature where climbs ended, for all of them in a few calls; it is what the climb has learnt where the density is zero nearby."""
    scale, (count, dimension) = tops.scale, tops.places.shape

    def density(y: Array) -> Array:
        """At points ``(tops, k, d)`` around each."""
        x = tops.places[:, None] + scale * y
        return _finite_log_density(log_density, x.reshape(-1, dimension)).reshape(y.shape[:2])

    known, precisions = (
        _curvatures(density, tops.heights, _difference_widths(tops.inverses)) if count else (np.zeros(0, dtype=bool), tops.inverses)
    )
    peaks = []
    for index, (place, height) in enumerate(zip(tops.places, tops.heights.tolist(), strict=True)):
        covariance = _invert_precision(precisions[index]) if known[index] else tops.inverses[index]
        peaks.append(Peak(place, height, covariance * np.outer(scale, scale), int(tops.climbs[index])))
    return peaks


def _finite_log_density(log_density: LogDensity, x: Array) -> Array:
    """The log density at points ``(m, d)``; minus infinity at one that is not finite, for a step along a ridge without end may leave the range of floats."""
    inside = np.isfinite(x).all(axis=1)
    densities: Array = np.full(len(x), -np.inf)
    densities[inside] = log_density(x[inside])
    return densities


def _steepness(slope: Array, longest: float) -> Array:
    """How many times too long a step along slopes ``(n, d)`` would be, and at least 1, ``(n, 1, 1)``."""
    steepness: Array = np.maximum(1.0, np.linalg.norm(slope, axis=1) / longest)[:, None, None]
    return steepness


def _difference_widths(inverse: Array) -> Array:
    """Half-widths for differences: a tenth of the width that the curvature known so far implies, within reason."""
    return np.clip(0.1 * np.sqrt(np.diagonal(inverse, axis1=-2, axis2=-1)), 1e-7, 1e-2)


def _points_beside(y: Array, widths: Array) -> Array:
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


def _update_inverses(inverse: Array, step: Array, change: Array, slope: Array) -> Array:
    """The BFGS updates of inverses ``(n, d, d)`` of minus the Hessian; none where the slope falls along the step by no more than rounding."""
    along = np.einsum("nd,nd->n", step, change)
    falls = along > 1e-8 * np.abs(np.einsum("nd,nd->n", step, slope))
    along = np.where(falls, along, 1.0)[:, None, None]
    left = np.eye(step.shape[1]) - step[:, :, None] * change[:, None] / along
    updated = left @ inverse @ left.swapaxes(1, 2) + step[:, :, None] * step[:, None] / along
    # rounding, where the curvature differs too much
    before, after = (np.diagonal(matrices, axis1=1, axis2=2) for matrices in (inverse, updated))
    sensible = np.isfinite(updated).all(axis=(1, 2)) & ((after > 0) | (before == 0)).all(axis=1)  # 0 for what is held
    return np.where((falls & sensible)[:, None, None], updated, inverse)


def _curvatures(density: Callable[[Array], Array], heights: Array, widths: Array) -> tuple[Flags, Array]:
    """Minus the Hessians ``(n, d, d)`` at points of log ``heights`` ``(n,)``, by central differences over a tenth of each conditional width, and whether they are known.

    They are not where the density is zero nearby.  ``density`` takes points ``(n, k, d)`` relative to those.
    """
    count, dimension = widths.shape
    middle, twice = np.zeros(widths.shape), 2 * heights[:, None]
    for _ in range(2):  # the first gives the widths for the second
        above, below = np.split(density(_points_beside(middle, widths)), 2, axis=1)
        bend = (twice - above - below) / widths**2
        widths = np.where(bend > 0, 0.1 / np.sqrt(np.maximum(bend, 0.01)), widths)
    rows, columns = np.triu_indices(dimension, 1)
    moves = widths[:, :, None] * np.eye(dimension)
    first, second = np.concatenate([np.arange(dimension), rows]), np.concatenate([np.full(dimension, -1), columns])
    up, down = np.empty((count, len(first))), np.empty((count, len(first)))
    at_once = max(1, COORDINATES_AT_ONCE // (count * dimension))
    for begin in range(0, len(first), at_once):
        some = slice(begin, begin + at_once)
        away = moves[:, first[some]] + np.where(second[some, None] < 0, 0.0, moves[:, second[some]])
        up[:, some], down[:, some] = np.split(density(np.concatenate([away, -away], axis=1)), 2, axis=1)
    (above, up), (below, down) = (np.split(values, [dimension], axis=1) for values in (up, down))
    single = twice - above - below
    precision = np.zeros((count, dimension, dimension))
    precision[:, range(dimension), range(dimension)] = single / widths**2
    # f(+i+j) + f(-i-j) - f(+i) - f(-i) - f(+j) - f(-j) + 2 f = 2 h_i h_j H_ij
    mixed = -(up + down + single[:, rows] + single[:, columns] - twice) / (2 * widths[:, rows] * widths[:, columns])
    precision[:, rows, columns] = precision[:, columns, rows] = mixed
    known: Flags = np.isfinite(precision).all(axis=(1, 2))
    return known, precision


def _invert_precision(precision: Array) -> Array:
    values, vectors = np.linalg.eigh(precision)
    covariance: Array = (vectors / np.maximum(values, FLATTEST)) @ vectors.T
    return covariance
