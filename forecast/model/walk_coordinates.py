"""Coordinates for walks: standard normal steps away from where the rows put the walk, given the other parameters.

A walk over many steps with a row for each is too long for proposals that are
fitted to points.  But given the other parameters it is nearly Gaussian, around a
mode that Newton's method finds (the inner step of Rue, Martino and Chopin 2009,
doi:10.1111/j.1467-9868.2008.00700.x): each row counts as a reading of its label's
value, with the row's slope and curvature, and the walk given such readings is what
Kalman's filter gives forwards, and backwards one value given the next (Frühwirth-Schnatter
1994, doi:10.1111/j.1467-9892.1994.tb00184.x).  So the coordinates of a walk are the
standard normal steps of that backward pass, and what is left to learn is the other parameters.

Where steps may jump, value and steps are mixtures of normals instead: see ``jump_coordinates``.
This is a change of variables and nothing more: the weights are exact.  The rows'
curvature is taken as if each moved with its own label's value alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language import special
from forecast.language.arrays import Array, Indices
from forecast.language.distributions.jumps import JUMP, JUMP_SIGMA, JumpingWalk
from forecast.language.distributions.real import HALF_LOG_2PI
from forecast.language.distributions.walks import Walk
from forecast.model.chain_groups import table_groups
from forecast.model.coordinates import Coordinates, prior_coordinates
from forecast.model.draw_blocks import CELLS_AT_ONCE
from forecast.model.jump_coordinates import ConditionalJumpingWalk, JumpingStep
from forecast.model.model import Model
from forecast.model.priors import Block, Hypothesis
from forecast.model.used_names import names_used

CLIMBS, FIRST_CLIMBS = 3, 60  # Newton steps at each draw, and where the climb of all of them begins
STRIDE = 0.02  # of a step's sd: half the width of the differences


@dataclass(frozen=True, slots=True)
class WalkCoordinates:
    """A target whose walks stand in steps away from their conditional mode; all else is as in ``base``.

    ``begins`` holds, for each walk, the values from which every climb begins.  To the
    engine the prior is that of the other parameters and a standard normal; what the walks'
    own prior says beside it stands in the likelihood's last column.
    """

    base: Coordinates
    begins: Mapping[str, Array]

    @property
    def model(self) -> Model:
        """The model."""
        return self.base.model

    @property
    def hypothesis(self) -> Hypothesis:
        """The values of the discrete parameters."""
        return self.base.hypothesis

    @property
    def dimension(self) -> int:
        """How many coordinates there are."""
        return self.base.dimension

    @property
    def normal(self) -> NDArray[np.bool_]:
        """Which coordinates are standard normal before any row: those of the walks are, to the engine."""
        normal = self.base.normal.copy()
        for _, columns in _walks(self.base):
            normal[columns] = True
        return normal

    @property
    def limited(self) -> NDArray[np.bool_]:
        """Which coordinates end where uniforms run out of digits: the prior's own, and no walk's."""
        return self.base.normal

    @property
    def uncentred(self) -> NDArray[np.bool_]:
        """Which coordinates are the prior's own of parameters whose prior depends on others: none that matter here."""
        return np.zeros(self.dimension, dtype=bool)

    @property
    def has_jumps(self) -> bool:
        """Whether a walk has steps that are sometimes large."""
        return any(isinstance(block.family, JumpingWalk) for block, _ in _walks(self.base))

    @property
    def in_words(self) -> str:
        """Which coordinates these are."""
        return f"{self.base.in_words}, the walks by steps from where the rows put them"

    def start(self, uniforms: Array) -> Array:
        """Map uniforms ``(draws, dimension)`` to draws of what the engine takes for the prior."""
        x = self.base.start(uniforms)
        for _, columns in _walks(self.base):
            x[:, columns] = special.ndtri(uniforms[:, columns])
        return x

    def log_prior(self, x: Array) -> Array:
        """The log density of the other parameters' prior and of standard normal steps."""
        density = self.base.log_prior(x, without={block.name for block, _ in _walks(self.base)})
        for _, columns in _walks(self.base):
            density = density - (0.5 * x[:, columns] ** 2 + HALF_LOG_2PI).sum(axis=1)
        return density

    def log_likelihood(self, x: Array) -> Array:
        """Log density of each row, and last that of the hypothesis with the walks' prior over that of standard normal steps."""
        values, change = self._place_walks(x)
        rows = self.base.log_likelihood(values)
        rows[:, -1] += change
        return rows

    def log_likelihood_at(self, x: Array, rows: Indices) -> Array:
        """The same of some rows, ``(draws, len(rows))``."""
        values, change = self._place_walks(x)
        density = self.base.log_likelihood_at(values, rows)
        density[:, rows == self.model.row_count] += change[:, None]
        return density

    def total_log_likelihood(self, x: Array) -> Array:
        """Log density of all rows together, with the same terms beside it, ``(draws,)``."""
        values, change = self._place_walks(x)
        with np.errstate(over="ignore"):
            return self.base.total_log_likelihood(values) + change

    def parameters(self, x: Array) -> dict[str, NDArray[Any]]:
        """Return the parameters at each point: name to ``(draws, 1 or labels)``."""
        return self.base.parameters(self._place_walks(x)[0])

    def log_hypothesis(self, parameters: Mapping[str, Any], draws: int) -> Array:
        """The prior log probability of the hypothesis at each draw of the other parameters, ``(draws,)``."""
        return self.base.log_hypothesis(parameters, draws)

    def _place_walks(self, x: Array) -> tuple[Array, Array]:
        """The points in the base's coordinates, and the walks' log prior and Jacobian over the density of their steps.

        A climb works out each row at each point, so points are placed a few at a time.
        """
        size = max(1, CELLS_AT_ONCE // max(1, self.model.row_count))
        if len(x) <= size:
            return self._place_some(x)
        placed, changes = zip(*(self._place_some(x[begin : begin + size]) for begin in range(0, len(x), size)), strict=True)
        return np.concatenate(placed), np.concatenate(changes)

    def _place_some(self, x: Array) -> tuple[Array, Array]:
        placed, change = x.copy(), np.zeros(len(x))
        for block, columns in _walks(self.base):
            placed[:, columns] = self.begins[block.name]
        for block, columns in _walks(self.base):
            z = x[:, columns]
            with np.errstate(all="ignore"):  # a walk without width, or one that has left the range of floats, is impossible
                given = _climb_to_mode(self.base, block, columns, placed, CLIMBS)
                values, terms = given.place(z)
                placed[:, columns] = np.nan_to_num(values, posinf=0.0, neginf=0.0)
                change = change + block.log_density(self.model, placed[:, columns], self.base.parameters(placed), wandering=True)
                for term in terms:
                    change = change + term
        return placed, np.where(np.isfinite(change), change, -np.inf)


def make_walk_coordinates(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis) -> WalkCoordinates | None:
    """Return coordinates for a model with walks, None for one without."""
    base = prior_coordinates(model, prior, hypothesis)
    base = replace(base, own=tuple(own or isinstance(block.family, Walk) for block, own in zip(prior, base.own, strict=True)))
    if not _walks(base):
        return None
    middle = base.start(np.full((1, base.dimension), 0.5))
    begins: dict[str, Array] = {}
    for block, columns in _walks(base):
        with np.errstate(all="ignore"):
            conditional = _climb_to_mode(base, block, columns, middle, FIRST_CLIMBS)
        begins[block.name] = conditional.middle()[0]
        middle[:, columns] = begins[block.name]
    return WalkCoordinates(base, begins)


def _walks(base: Coordinates) -> list[tuple[Block, slice]]:
    return [(block, columns) for block, columns, own in base.parts() if own and isinstance(block.family, Walk)]


@dataclass(frozen=True, slots=True)
class ConditionalWalk:
    """A walk given readings of its values, from the last value backwards.

    The last value has mean ``mean[:, -1]``; each other has ``mean + gain (the next - foreseen)``;
    all have standard deviations ``sd``.  Arrays are ``(draws, labels)``, for ``gain`` and ``foreseen`` one label less.
    """

    mean: Array
    gain: Array
    foreseen: Array
    sd: Array

    def middle(self) -> Array:
        """The mode ``(draws, labels)``."""
        return self._walk_values(np.zeros_like(self.mean))

    def place(self, z: Array) -> tuple[Array, tuple[Array, ...]]:
        """The values that standard normal steps ``(draws, labels)`` lead to, and terms ``(draws,)`` that make up less the log of their density."""
        return self._walk_values(z), (np.log(self.sd).sum(axis=1), (0.5 * z**2 + HALF_LOG_2PI).sum(axis=1))

    def _walk_values(self, z: Array) -> Array:
        values: Array = self.mean + self.sd * z
        for index in range(values.shape[1] - 2, -1, -1):
            values[:, index] += self.gain[:, index] * (values[:, index + 1] - self.foreseen[:, index])
        return values


def _climb_to_mode(base: Coordinates, block: Block, columns: slice, points: Array, climbs: int) -> ConditionalWalk | ConditionalJumpingWalk:
    """Newton's method from the walk that stands in ``points`` ``(draws, dimension)``, halving steps that lead down."""
    parameters = base.parameters(points)
    step = _step_of(base.model, block, parameters, len(points))
    model = _with_rows_moved_by(base.model, block)
    picks = _label_indicators(model, block)
    value = best = points[:, columns].copy()
    reached = np.full(len(points), -np.inf)
    slope, curvature = np.zeros_like(best), np.zeros_like(best)
    stride = STRIDE * np.minimum(np.minimum(step.sigma, step.first_sd), 1e3)
    stride = np.maximum(stride, 1e-5 * step.first_sd)  # finer, and the differences have no digits left
    for _ in range(climbs):
        rows = [_row_log_densities(model, {**parameters, block.name: value + side * stride}) for side in (0, 1, -1)]
        height = np.where(np.isfinite(rows[0]).all(axis=1), rows[0].sum(axis=1) + step.log_density(value), -np.inf)
        better = (height >= reached)[:, None]
        reached = np.maximum(height, reached)
        new_slope = np.nan_to_num((rows[1] - rows[2]) @ picks / (2 * stride), posinf=0.0, neginf=0.0)
        new_curvature = np.nan_to_num(np.maximum((2 * rows[0] - rows[1] - rows[2]) @ picks, 0.0) / stride**2, posinf=0.0, neginf=0.0)
        best = np.where(better, value, best)
        slope, curvature = np.where(better, new_slope, slope), np.where(better, new_curvature, curvature)
        following = step.condition_on_readings(curvature, curvature * best + slope).middle()
        value = np.where(better & np.isfinite(following), following, 0.5 * (best + value))
    return step.condition_on_readings(curvature, curvature * best + slope)


def _with_rows_moved_by(model: Model, block: Block) -> Model:
    """The model with the rows of those streams alone that a parameter moves, and of those on the same chain."""
    moved = {name for name, table in model.tables.items() if block.name in names_used(model.topic, table.stream.value)}
    kept = {name for group in table_groups(model.tables) if group.keys() & moved for name in group}
    return replace(model, tables={name: table for name, table in model.tables.items() if name in kept})


def _row_log_densities(model: Model, parameters: Mapping[str, NDArray[Any]]) -> Array:
    """The log density of each row; where a statement makes no distribution the row is impossible, as in ``Coordinates``."""
    return model.log_likelihood(parameters, near=np.zeros(max(len(values) for values in parameters.values()), dtype=bool))


def _label_indicators(model: Model, block: Block) -> Array:
    """Which label each row has, as ``(rows, labels)`` of ones and zeros."""
    indicators = []
    for table in model.tables.values():
        codes = table.columns.get(block.parameter.per)
        own = np.full(len(table), -1) if codes is None else codes[0]
        indicators.append(own[:, None] == np.arange(block.size))
    return np.concatenate(indicators).astype(float) if indicators else np.zeros((0, block.size))


@dataclass(frozen=True, slots=True)
class _Step:
    """A walk's prior given the other parameters: how a value follows the one before, and the first; each ``(draws, 1)``."""

    factor: Array
    added: Array
    sigma: Array
    first_mean: Array
    first_sd: Array
    labels: int

    def log_density(self, value: Array) -> Array:
        """Up to a constant, ``(draws,)``."""
        first = (value[:, :1] - self.first_mean) / self.first_sd
        steps = (value[:, 1:] - self.factor * value[:, :-1] - self.added) / self.sigma
        density: Array = -0.5 * (first[:, 0] ** 2 + (steps**2).sum(axis=1))
        return density

    def condition_on_readings(self, precision: Array, reading: Array) -> ConditionalWalk:
        """The walk given independent readings of its values, by their ``precision`` and by precision times what was read."""
        shape = precision.shape
        mean, variance, sd = np.empty(shape), np.empty(shape), np.empty(shape)
        gain, foreseen = np.empty((shape[0], shape[1] - 1)), np.empty((shape[0], shape[1] - 1))
        ahead, width = self.first_mean[:, 0], self.first_sd[:, 0] ** 2
        for index in range(self.labels):
            variance[:, index] = width / (1 + width * precision[:, index])
            mean[:, index] = ahead + variance[:, index] * (reading[:, index] - precision[:, index] * ahead)
            if index < self.labels - 1:
                ahead = self.factor[:, 0] * mean[:, index] + self.added[:, 0]
                width = self.factor[:, 0] ** 2 * variance[:, index] + self.sigma[:, 0] ** 2
                foreseen[:, index], gain[:, index] = ahead, self.factor[:, 0] * variance[:, index] / width
                sd[:, index] = np.sqrt(variance[:, index] / width) * self.sigma[:, 0]
        sd[:, -1] = np.sqrt(variance[:, -1])
        return ConditionalWalk(mean, gain, foreseen, sd)


def _step_of(model: Model, block: Block, parameters: Mapping[str, NDArray[Any]], draws: int) -> _Step | JumpingStep:
    """A walk's prior at draws of the other parameters."""
    kind = block.family
    assert isinstance(kind, Walk)
    arguments = block.arguments(model, parameters)
    parts = (*kind.step(arguments), *kind.first(arguments))
    factor, added, sigma, mean, sd = (np.broadcast_to(np.asarray(part, dtype=float), (draws, 1)) for part in parts)
    if not isinstance(kind, JumpingWalk):
        return _Step(factor, added, sigma, mean, sd, block.size)
    jump, jump_sigma = (np.broadcast_to(np.asarray(arguments[name], dtype=float), (draws, 1)) for name in (JUMP, JUMP_SIGMA))
    return JumpingStep(added, sigma, jump, jump_sigma, mean, sd, block.size)
