"""Posteriors by quadrature: grids, marginals along their axes, and linear models integrated in closed form.

Nothing of the project is used: a truth that shared its densities could share their faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import interpolate, optimize, special  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.language.arrays import Array
from tests.studies.hard.members import Figure

LEVELS = (0.05, 0.5, 0.95)
DEPTH = 30.0  # nats below the top, beyond which a marginal density is left out
EDGE = 1e-7  # the greatest share of the posterior that may lie at the end of a grid which is not the prior's own
LOOKS = 3  # times a box is narrowed
COARSE = 41  # points of each axis while it is
CHUNK = 2**22  # numbers in one piece
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Marginal:
    """A distribution function, and an interval that holds all of its points."""

    cdf: Callable[[float], float]
    low: float
    high: float

    def point(self, level: float) -> float:
        """The point below which a share ``level`` lies."""
        return float(optimize.brentq(lambda value: self.cdf(value) - level, self.low, self.high, xtol=1e-12, rtol=1e-12))


def figures(name: str, marginal: Marginal, *, label: str = "", levels: Sequence[float] = LEVELS) -> Iterator[Figure]:
    """Yield the shares at points of a value, rounded so that they can be read."""
    for level in levels:
        at = float(f"{round(marginal.point(level), 9):.{DIGITS}g}") + 0.0  # no minus zero
        yield Figure(name, marginal.cdf(at), at, label)


def above(question: str, marginal: Marginal, at: float) -> Figure:
    """The probability of a question that asks whether a value is above ``at``."""
    return Figure(question, 1 - marginal.cdf(at))


def below(question: str, marginal: Marginal, at: float) -> Figure:
    """The probability of a question that asks whether a value is below ``at``."""
    return Figure(question, marginal.cdf(at))


@dataclass(frozen=True, slots=True)
class Grid:
    """A posterior on a grid: the axes, each evenly spaced, and weights that sum to one, with the shape of the grid."""

    axes: tuple[Array, ...]
    weight: Array

    @property
    def flat(self) -> tuple[Array, ...]:
        """The coordinates of every point, ``(points,)`` for each axis."""
        return tuple(part.ravel() for part in np.meshgrid(*self.axes, indexing="ij"))

    def marginal(self, axis: int, to_axis: Callable[[float], float] = float, from_axis: Callable[[float], float] = float) -> Marginal:
        """The marginal along an axis, of a value that rises with the axis: ``to_axis`` takes it there and ``from_axis`` back."""
        points = self.axes[axis]
        density = self.weight.sum(axis=tuple(other for other in range(self.weight.ndim) if other != axis))
        density[[0, -1]] *= 2  # whose weights are halved
        rising = interpolate.CubicSpline(points, density).antiderivative()
        whole = float(rising(points[-1]))
        return Marginal(
            lambda value: float(np.clip(rising(min(max(to_axis(value), points[0]), points[-1])) / whole, 0, 1)),
            from_axis(float(points[0])),
            from_axis(float(points[-1])),
        )


def grid(log_density: Callable[..., Array], *axes: Array, open_ends: bool = True) -> Grid:
    """Return the posterior on a grid by the trapezoidal rule; ``log_density`` takes ``(points,)`` for each axis.

    Where ``open_ends`` the density must be next to nothing at every end.
    """
    flat = [part.ravel() for part in np.meshgrid(*axes, indexing="ij")]
    step = max(1, CHUNK // 64)
    found = np.concatenate([log_density(*(part[start : start + step] for part in flat)) for start in range(0, len(flat[0]), step)]).reshape(
        [len(axis) for axis in axes]
    )
    weight = np.exp(found - found.max())
    for index in range(weight.ndim):
        along = np.moveaxis(weight, index, 0)
        along[[0, -1]] *= 0.5
    weight /= weight.sum()
    if open_ends:
        ends = [float(np.moveaxis(weight, index, 0)[end].sum()) for index in range(weight.ndim) for end in (0, -1)]
        assert max(ends) < EDGE, f"shares at the ends of the grid: {ends}"
    return Grid(tuple(axes), weight)


def zoomed(log_density: Callable[..., Array], *box: tuple[float, float], count: int | Sequence[int]) -> Grid:
    """Return the posterior on a grid over the part of a box where it is, found by looking at coarser grids first.

    At an end of the box it may stop short: a box ends where the prior does, or where there is nothing.
    """
    now = list(box)
    for _ in range(LOOKS):
        axes = [np.linspace(low, high, COARSE) for low, high in now]
        flat = [part.ravel() for part in np.meshgrid(*axes, indexing="ij")]
        found = np.asarray(log_density(*flat)).reshape([COARSE] * len(axes))
        for index, axis in enumerate(axes):
            profile = found.max(axis=tuple(other for other in range(found.ndim) if other != index))
            seen = np.flatnonzero(profile > found.max() - DEPTH)
            now[index] = (float(axis[max(seen[0] - 1, 0)]), float(axis[min(seen[-1] + 1, COARSE - 1)]))
    counts = [count] * len(now) if isinstance(count, int) else count
    return grid(log_density, *(np.linspace(*ends, each) for ends, each in zip(now, counts, strict=True)), open_ends=False)


def normals(mean: Array, sd: Array, weight: Array) -> Marginal:
    """The marginal of a value that is normal at every point of a grid: ``(points,)`` means, standard deviations and weights."""
    mean, sd, weight = (np.broadcast_to(part, np.shape(mean)).ravel() for part in (mean, sd, weight.reshape(np.shape(mean))))
    kept = weight > weight.max() * 1e-14
    mean, sd, weight = mean[kept], sd[kept], weight[kept] / weight[kept].sum()
    return Marginal(
        lambda value: float(weight @ special.ndtr((value - mean) / sd)), float((mean - 12 * sd).min()), float((mean + 12 * sd).max())
    )


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model integrated over its coefficients: log evidence ``(points,)``, and mean and sd ``(points, values)`` of linear values."""

    log_evidence: Array
    mean: Array
    sd: Array


def linear(design: Array, seen: Array, *, noise: Array, spread: Array, values: Array | None = None) -> Linear:
    """Integrate ``seen ~ Normal(design @ b, noise)`` over ``b ~ Normal(0, spread)`` at every point of a grid.

    ``design`` is ``(rows, d)`` or ``(points, rows, d)``; ``noise`` ``(points,)`` or ``(points, rows)``; ``spread`` ``(points, d)``;
    ``values`` ``(values, d)`` are the linear values wanted, the coefficients themselves where there are none.
    """
    points, d = spread.shape
    wanted = np.eye(d) if values is None else values
    rows = len(seen)
    noise = np.broadcast_to(noise if noise.ndim == 2 else noise[:, None], (points, rows))
    parts = []
    step = max(1, CHUNK // (d * max(d, rows)))
    for start in range(0, points, step):
        some = slice(start, start + step)
        each = np.broadcast_to(design if design.ndim == 2 else design[some], (len(noise[some]), rows, d)) / noise[some][:, :, None]
        scaled = seen / noise[some]
        precision = np.einsum("pri,prj->pij", each, each, optimize=True)
        precision[:, np.arange(d), np.arange(d)] += spread[some] ** -2.0
        pull = np.einsum("pri,pr->pi", each, scaled)
        root = np.linalg.cholesky(precision)
        inverse = np.linalg.inv(root)
        half = np.einsum("pij,pj->pi", inverse, pull)
        evidence = (
            -np.log(noise[some]).sum(axis=1)
            - np.log(spread[some]).sum(axis=1)
            - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
            + 0.5 * ((half**2).sum(axis=1) - (scaled**2).sum(axis=1))
        )
        across = np.einsum("pij,vj->pvi", inverse, wanted)
        parts.append((evidence, np.einsum("pvi,pi->pv", across, half), np.sqrt((across**2).sum(axis=2))))
    return Linear(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def half_normal(x: Array, sigma: float) -> Array:
    """The log density of a half normal, up to a constant."""
    return -0.5 * (x / sigma) ** 2


def normal(x: Array, mu: float, sigma: float) -> Array:
    """The log density of a normal, up to a constant."""
    return -0.5 * ((x - mu) / sigma) ** 2
