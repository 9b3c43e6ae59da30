"""Coordinates for a model's continuous parameters, as targets of the fast engine.

Each block of parameters has one of two:

*the prior's own*: each value is its prior's quantile function of a uniform
number, so a standard normal coordinate is a draw of the prior, and hierarchies
come out non-centred.  Right where data are sparse.

*the parameter's own*: the value on an unconstrained scale (log, logit, …) with
the prior's density and the Jacobian; hierarchies stay centred.  Right where data
are rich, and cheaper where a quantile function has no closed form and its
arguments vary.  A coordinate goes on where its value is too small for a float; see ``distributions.edged``.

Each target has one hypothesis fixed.  The prior probability of the hypothesis
at each draw is added to the likelihood as a last column.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language import special
from forecast.language.arrays import Array, Indices
from forecast.language.distributions.edged import ClampedFamily
from forecast.language.distributions.simplex import Dirichlet
from forecast.language.expressions import Expression
from forecast.language.statements import Statement
from forecast.model.chosen_rows import log_likelihood_of
from forecast.model.model import Model
from forecast.model.priors import Block, Hypothesis
from forecast.model.total_log_likelihood import total_log_likelihood
from forecast.model.used_names import names_used

FARTHEST_NORMAL = 8.2  # a uniform number nearer to 1 than the normal's tail beyond this cannot be distinguished from 1
NEAR_NORMAL = 5.0  # a normal is farther from its middle than this six times in ten million


@dataclass(frozen=True)
class Coordinates:
    """A model's prior as blocks, one hypothesis, and for each continuous block whether it has its own coordinates."""

    model: Model
    prior: tuple[Block, ...]
    hypothesis: Hypothesis
    own: tuple[bool, ...]  # for each block; of no meaning for discrete ones

    @property
    def dimension(self) -> int:
        """How many coordinates there are."""
        return sum(block.size for block in self.prior if not block.family.discrete)

    @property
    def normal(self) -> NDArray[np.bool_]:
        """Which coordinates are the prior's own, hence standard normal before any row."""
        return np.array([not own for block, _, own in self.parts() for _ in range(block.size)], dtype=bool)

    @property
    def limited(self) -> NDArray[np.bool_]:
        """Which coordinates end where uniforms run out of digits: the prior's own."""
        return self.normal

    @property
    def uncentred(self) -> NDArray[np.bool_]:
        """Which coordinates are the prior's own of parameters whose prior depends on others."""
        return np.array([not own and block.fixed is None for block, _, own in self.parts() for _ in range(block.size)], dtype=bool)

    @property
    def in_words(self) -> str:
        """Which coordinates these are."""
        kinds = {own for block, own in zip(self.prior, self.own, strict=True) if not block.family.discrete}
        return {(): "none", (False,): "the prior's own", (True,): "the parameters' own"}.get(
            tuple(kinds), "some of the prior's, some of the parameters'"
        )

    def start(self, uniforms: Array) -> Array:
        """Map uniforms ``(draws, dimension)`` to draws of the prior in these coordinates."""
        parameters = self.fixed_parameters(len(uniforms))
        x: Array = special.ndtri(uniforms)
        needed = self._needed_by_prior
        for block, columns, own in self.parts():
            if not own and block.name not in needed:
                continue
            values = _prior_quantiles(self.model, block, uniforms[:, columns], parameters)
            _set_values(parameters, block, values)
            if own and not np.isfinite(values).all():
                raise block.out_of_range(float(np.abs(values).max()))
            if own:
                x[:, columns] = _own_start(self.model, block, values, uniforms[:, columns], parameters)
                if not np.isfinite(x[:, columns]).all():
                    raise block.too_near_an_edge()
        return x

    def parameters(self, x: Array, needed: Container[str] | None = None) -> dict[str, NDArray[Any]]:
        """Return the parameters at each point: name to ``(draws, 1 or labels)``; where given, only those ``needed``."""
        parameters = self.fixed_parameters(len(x))
        for block, columns, own in self.parts():
            if needed is None or block.name in needed:
                _set_values(parameters, block, self._values(block, x, columns, parameters, own=own)[0])
        return parameters

    def coordinates_of(self, parameters: Mapping[str, NDArray[Any]]) -> Array | None:
        """Return the coordinates ``(draws, dimension)`` of parameters of this hypothesis, the inverse of ``parameters``; None where they do not tell.

        Shares do not tell their coordinates, of which there is one more.  Not finite where a value stands on the edge of
        its support, or so far out that its prior's own coordinate has no digits left.
        """
        x = np.empty((len(next(iter(parameters.values()))), self.dimension))
        for block, columns, own in self.parts():
            if isinstance(block.family, Dirichlet):
                return None
            values = np.asarray(parameters[block.name], dtype=float)[:, list(block.positions)]
            arguments = block.arguments(self.model, parameters)
            if not own:
                x[:, columns] = special.ndtri(block.family.distribution(values, **arguments))
                continue
            lower, upper = (np.asarray(end) for end in block.family.support(**arguments))
            x[:, columns] = np.where((values > lower) & (values < upper), unconstrain(values, lower, upper), np.nan)
        return x

    def log_prior(self, x: Array, *, without: Container[str] = ()) -> Array:
        """The joint prior log density of the coordinates, Jacobian included; some parameters may be left out.

        Minus infinity where a prior's own coordinate is beyond 8.2, where uniforms
        run out of digits, where a value is rounded onto the very edge of its support, and where
        a parameter in its own coordinates has wandered so far that the prior of another is none.
        """
        parameters = self.fixed_parameters(len(x))
        density = np.zeros(len(x))
        needed = self._needed_by_prior
        for block, columns, own in self.parts():
            if block.name in without:
                _set_values(parameters, block, x[:, columns])
                continue
            if not own:
                with np.errstate(invalid="ignore"):  # infinite density at an edge, and a coordinate beyond its reach
                    density = density + _log_standard_normal(x[:, columns])
            if not own and block.name not in needed:
                continue
            values, jacobian = self._values(block, x, columns, parameters, own=own)
            if own:
                with np.errstate(invalid="ignore"):  # infinite density at an edge, and the edge infinitely far away
                    density = density + _own_density(self.model, block, x[:, columns], values, jacobian, parameters)
            _set_values(parameters, block, values)
        return np.where(np.isfinite(density), density, -np.inf)

    def log_likelihood(self, x: Array) -> Array:
        """Log density of each row at each point, and last the hypothesis' prior log probability: ``(draws, rows + 1)``.

        A statement must make a distribution wherever the prior may go.  At a
        point with a prior coordinate beyond 5, or in the parameters' own
        coordinates, which wander farther than any prior draw, a row for which it
        makes none is impossible instead, and so is every row where a prior makes none.
        """
        parameters = self.parameters(x, self._needed_by_rows)
        lost = self._lacks_parameters(parameters, len(x))
        if lost.any():
            density = np.full((len(x), self.model.row_count + 1), -np.inf)
            if not lost.all():
                density[~lost] = self.log_likelihood(x[~lost])
            return density
        rows = np.broadcast_to(self.model.log_likelihood(parameters, near=self._near(x)), (len(x), self.model.row_count))
        return np.concatenate([rows, self.log_hypothesis(parameters, len(x))[:, None]], axis=1)

    def log_likelihood_at(self, x: Array, rows: Indices) -> Array:
        """The same of some rows, ``(draws, len(rows))``, the last the hypothesis; a row is impossible wherever its statement makes no distribution."""
        parameters, last = self.parameters(x, self._needed_by_rows), self.model.row_count
        density = np.empty((len(x), len(rows)))
        density[:, rows < last] = log_likelihood_of(self.model, parameters, rows[rows < last].tolist())
        density[:, rows == last] = self.log_hypothesis(parameters, len(x))[:, None]
        return np.where(self._lacks_parameters(parameters, len(x))[:, None], -np.inf, density)

    def total_log_likelihood(self, x: Array) -> Array:
        """Log density of all rows together at each point, with the hypothesis' prior log probability: ``(draws,)``; raises as ``log_likelihood``."""
        parameters = self.parameters(x, self._needed_by_rows)
        lost = self._lacks_parameters(parameters, len(x))
        if lost.any():
            total = np.full(len(x), -np.inf)
            if not lost.all():
                total[~lost] = self.total_log_likelihood(x[~lost])
            return total
        rows = total_log_likelihood(self.model, parameters, near=self._near(x))
        with np.errstate(over="ignore"):
            return rows + self.log_hypothesis(parameters, len(x))

    def _lacks_parameters(self, parameters: Mapping[str, NDArray[Any]], draws: int) -> NDArray[np.bool_]:
        """Which draws are impossible since a prior made no distribution there, so that they have no parameters."""
        lost = np.zeros(draws, dtype=bool)
        for block, _, own in self.parts():
            if not own and block.fixed is None and block.name in parameters:
                lost |= np.isnan(parameters[block.name][:, list(block.positions)]).any(axis=1)
        return lost

    def log_hypothesis(self, parameters: Mapping[str, Any], draws: int) -> Array:
        """The prior log probability of the hypothesis at each draw of the other parameters, ``(draws,)``."""
        total = np.zeros(draws)
        for block in self.prior:
            if block.family.discrete:
                values = self.hypothesis.values[block.name][:, list(block.positions)]
                total = total + block.log_density(self.model, values, parameters)
        return total

    def fixed_parameters(self, draws: int) -> dict[str, NDArray[Any]]:
        """The parameters that the hypothesis fixes, repeated for each draw."""
        return {name: np.broadcast_to(codes, (draws, codes.shape[1])) for name, codes in self.hypothesis.values.items()}

    def parts(self) -> Iterator[tuple[Block, slice, bool]]:
        """Each continuous block, which coordinates are its, and whether they are its own."""
        at = 0
        for block, own in zip(self.prior, self.own, strict=True):
            if not block.family.discrete:
                yield block, slice(at, at + block.size), own
                at += block.size

    def _values(self, block: Block, x: Array, columns: slice, parameters: Mapping[str, Any], *, own: bool) -> tuple[Array, Array]:
        """A block's values and, in its own coordinates, the log of their derivative by the coordinate; its own are the ``columns`` of ``x``."""
        if own and isinstance(block.family, Dirichlet):
            return block.family.shares(x[:, columns]), x[:, columns]  # the density of its coordinates is that of the Gammas behind it
        if own:
            lower, upper = block.support(self.model, parameters)
            if not isinstance(block.family, ClampedFamily):
                return constrain(x[:, columns], np.asarray(lower), np.asarray(upper))
            values, jacobian = constrain(block.family.held_latents(x[:, columns]), np.asarray(lower), np.asarray(upper))
            return block.family.hold(values), jacobian
        uniforms = special.ndtr(
            np.clip(x[:, columns], -FARTHEST_NORMAL, FARTHEST_NORMAL)
        )  # points beyond have no prior density: see log_prior
        return _prior_quantiles(self.model, block, uniforms, parameters, near=lambda: self._near(x, alone=True)), x[:, columns]

    def _near(self, x: Array, *, alone: bool = False) -> NDArray[np.bool_]:
        """Which points are no farther than draws of the prior: by all coordinates, or by those ``alone`` that are the prior's own."""
        near = np.ones(len(x), dtype=bool)
        for _, columns, own in self.parts():
            near &= alone if own else (np.abs(x[:, columns]) <= NEAR_NORMAL).all(axis=1)
        return near

    @cached_property
    def _needed_by_prior(self) -> set[str]:
        """The parameters whose values the density of the priors in their own coordinates needs."""
        return self._with_parents([block.statement for block, _, own in self.parts() if own and block.fixed is None])

    @cached_property
    def _needed_by_rows(self) -> set[str]:
        """The parameters whose values the rows and the hypothesis' probability need."""
        rows = [part for table in self.model.tables.values() if len(table) for part in (table.stream.value, *table.stream.entering)]
        return self._with_parents([*rows, *(block.statement for block in self.prior if block.family.discrete)])

    def _with_parents(self, statements: Sequence[Statement | Expression]) -> set[str]:
        """The names that statements use, and those that the priors of these use."""
        topic = self.model.topic
        names = names_used(topic, *statements)
        for block in reversed(self.prior):  # each stands after those it depends on
            if block.name in names and block.fixed is None:
                names |= names_used(topic, block.statement)
        return names


def prior_coordinates(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis) -> Coordinates:
    """The prior's own coordinates, but for hierarchies whose quantiles would be found by iteration at each draw."""
    return Coordinates(model, prior, hypothesis, tuple(block.fixed is None and block.family.is_slow for block in prior))


def own_coordinates(model: Model, prior: tuple[Block, ...], hypothesis: Hypothesis) -> Coordinates:
    """The parameters' own coordinates, for all of them."""
    return Coordinates(model, prior, hypothesis, (True,) * len(prior))


def _log_standard_normal(x: Array) -> Array:
    density: Array = -0.5 * (x**2).sum(axis=1) - 0.5 * x.shape[1] * np.log(2 * np.pi)
    return np.where((np.abs(x) <= FARTHEST_NORMAL).all(axis=1), density, -np.inf)


def _own_start(model: Model, block: Block, values: Array, uniforms: Array, parameters: Mapping[str, Any]) -> Array:
    """The own coordinates of values that uniforms stand for."""
    if isinstance(block.family, Dirichlet):
        return block.family.latents(uniforms, **block.arguments(model, parameters))
    arguments = block.arguments(model, parameters)
    lower, upper = block.family.support(**arguments)
    x = unconstrain(values, np.asarray(lower), np.asarray(upper))
    if isinstance(block.family, ClampedFamily) and (beyond := (values <= block.family.ends[0]) | (values >= block.family.ends[1])).any():
        return np.where(beyond, block.family.latents(uniforms, **arguments), x)
    return x


def _own_density(model: Model, block: Block, x: Array, values: Array, jacobian: Array, parameters: Mapping[str, Any]) -> Array:
    """The log density of a block's own coordinates ``(draws,)``; a draw that has wandered to where there is none is impossible."""
    if isinstance(block.family, Dirichlet):
        density = block.family.latent_log_density(x, **block.arguments(model, parameters))
        return np.where(np.isnan(density), -np.inf, density)
    total: Array = block.log_density(model, values, parameters, wandering=True) + jacobian.sum(axis=1)
    if isinstance(block.family, ClampedFamily) and (beyond := block.family.held_latents(x) != x).any():
        arguments = block.arguments(model, parameters)
        with np.errstate(all="ignore"):
            held = block.family.log_density(values, **arguments) + jacobian
            total = total + np.where(beyond, block.family.latent_log_density(x, **arguments) - held, 0.0).sum(axis=1)
    return total


def _prior_quantiles(
    model: Model, block: Block, uniforms: Array, parameters: Mapping[str, Any], *, near: Callable[[], NDArray[np.bool_]] | None = None
) -> Array:
    """A block's values at uniforms, NaN where the arguments make no distribution; ``Unsound`` where that is at a point ``near``, as all are by default."""
    arguments = block.arguments(model, parameters)
    with np.errstate(all="ignore"):
        values = block.family.quantile(uniforms, **arguments)
    wrong = np.isnan(values)
    if wrong.any() and (near is None or (wrong & near()[:, None]).any()):
        raise block.not_a_distribution(arguments, wrong)
    if isinstance(block.family, ClampedFamily):
        values = block.family.hold(values)
    return np.broadcast_to(values, uniforms.shape)


def _set_values(parameters: dict[str, NDArray[Any]], block: Block, values: Array) -> None:
    labels = max(1, len(block.parameter.labels))
    if block.size == labels:
        parameters[block.name] = values
        return
    whole = parameters.setdefault(block.name, np.full((len(values), labels), np.nan))
    whole[:, list(block.positions)] = values


def constrain(x: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Values in ``(lower, upper)`` and the log of the derivative, for unconstrained ``x``; infinite where a float ends, which no prior allows."""
    if np.isfinite(lower).all() and np.isfinite(upper).all():
        share = special.expit(x)
        return lower + (upper - lower) * share, np.log(upper - lower) + special.log_expit(x) + special.log_expit(-x)
    with np.errstate(over="ignore"):
        if np.isfinite(lower).all():
            return lower + np.exp(x), x
        if np.isfinite(upper).all():
            return upper - np.exp(x), x
    return x, np.zeros_like(x)


def unconstrain(values: Array, lower: Array, upper: Array) -> Array:
    """The inverse of ``constrain``; a draw that underflowed onto an edge stands at the smallest number beside it."""
    tiny = np.finfo(float).tiny
    if np.isfinite(lower).all() and np.isfinite(upper).all():
        share = np.clip((values - lower) / (upper - lower), tiny, 1 - np.finfo(float).epsneg)
        unconstrained: Array = special.logit(share)
        return unconstrained
    if np.isfinite(lower).all():
        return np.log(np.maximum(values - lower, tiny))
    if np.isfinite(upper).all():
        return np.log(np.maximum(upper - values, tiny))
    return values
