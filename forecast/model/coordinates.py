"""Two coordinate systems for a model's continuous parameters, as targets of the fast engine.

*The prior's own*: each value is its prior's quantile function of a uniform
number, so a standard normal vector is a draw of the joint prior and hierarchies
come out non-centred.  Right where data are sparse.

*The parameter's own*: each value on an unconstrained scale (log, logit, …) with
the prior's density and the Jacobian; hierarchies stay centred.  Right where data
are rich.

Each target has one hypothesis fixed.  The prior probability of the hypothesis
at each draw is added to the likelihood as a last column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from forecast.model.model import Array, Model
from forecast.model.priors import Block, Hypothesis

FARTHEST = 8.2  # a uniform number nearer to 1 than the normal's tail beyond this cannot be told from 1


@dataclass(frozen=True, slots=True)
class Coordinates:
    """What both systems share: the model, its prior as blocks and one hypothesis."""

    model: Model
    prior: tuple[Block, ...]
    hypothesis: Hypothesis

    @property
    def continuous(self) -> tuple[Block, ...]:
        """The blocks that have coordinates."""
        return tuple(block for block in self.prior if not block.family.discrete)

    @property
    def dimension(self) -> int:
        """How many coordinates there are."""
        return sum(block.size for block in self.continuous)

    def parameters(self, x: Array) -> dict[str, NDArray[Any]]:
        """Return the parameters at each point: name to ``(draws, 1 or labels)``."""
        raise NotImplementedError

    def log_likelihood(self, x: Array) -> Array:
        """Log density of each row at each point, and last the hypothesis' prior log probability: ``(draws, rows + 1)``."""
        parameters = self.parameters(x)
        rows = np.broadcast_to(self.model.log_likelihood(parameters), (len(x), len(self.model.rows)))
        return np.concatenate([rows, self.log_hypothesis(parameters, len(x))[:, None]], axis=1)

    def log_hypothesis(self, parameters: Mapping[str, Any], draws: int) -> Array:
        """The prior log probability of the hypothesis at each draw of the other parameters, ``(draws,)``."""
        total = np.zeros(draws)
        for block in self.prior:
            if block.family.discrete:
                values = self.hypothesis.values[block.name][:, list(block.positions)]
                total = total + block.log_density(self.model, values, parameters)
        return total

    def known(self, draws: int) -> dict[str, NDArray[Any]]:
        """The parameters that the hypothesis fixes, repeated for each draw."""
        values: dict[str, NDArray[Any]] = {
            name: np.broadcast_to(codes, (draws, codes.shape[1])) for name, codes in self.hypothesis.values.items()
        }
        return values


@dataclass(frozen=True, slots=True)
class PriorCoordinates(Coordinates):
    """Standard normal coordinates: each value is its prior's quantile of ``Phi(x)``."""

    def start(self, uniforms: Array) -> Array:
        """Map uniforms ``(draws, dimension)`` to draws of the prior."""
        points: Array = special.ndtri(uniforms)
        return points

    def log_prior(self, x: Array) -> Array:
        """The standard normal log density; minus infinity beyond 8.2, where uniforms run out of digits."""
        density: Array = -0.5 * (x**2).sum(axis=1) - 0.5 * self.dimension * np.log(2 * np.pi)
        return np.where((np.abs(x) <= FARTHEST).all(axis=1), density, -np.inf)

    def parameters(self, x: Array) -> dict[str, NDArray[Any]]:
        """Return the parameters at each point: name to ``(draws, 1 or labels)``."""
        uniforms = special.ndtr(np.clip(x, -FARTHEST, FARTHEST))  # points beyond have no prior density: see log_prior
        return _by_quantiles(self, uniforms)


@dataclass(frozen=True, slots=True)
class OwnCoordinates(Coordinates):
    """Unconstrained coordinates: the identity, a log or a logit of each value, by its support."""

    def start(self, uniforms: Array) -> Array:
        """Map uniforms ``(draws, dimension)`` to draws of the prior."""
        parameters = _by_quantiles(self, uniforms)
        x = np.empty_like(uniforms)
        at = 0
        for block in self.continuous:
            values = parameters[block.name][:, list(block.positions)]
            lower, upper = block.family.support(**block.arguments(self.model, parameters))
            x[:, at : at + block.size] = _unconstrain(values, np.asarray(lower), np.asarray(upper))
            at += block.size
        return x

    def parameters(self, x: Array) -> dict[str, NDArray[Any]]:
        """Return the parameters at each point: name to ``(draws, 1 or labels)``."""
        return self._walk(x)[0]

    def log_prior(self, x: Array) -> Array:
        """The joint prior log density of the coordinates, Jacobian included."""
        return self._walk(x)[1]

    def _walk(self, x: Array) -> tuple[dict[str, NDArray[Any]], Array]:
        parameters = self.known(len(x))
        density = np.zeros(len(x))
        at = 0
        for block in self.prior:
            if block.family.discrete:
                continue
            lower, upper = block.family.support(**block.arguments(self.model, parameters))
            values, jacobian = _constrain(x[:, at : at + block.size], np.asarray(lower), np.asarray(upper))
            density = density + block.log_density(self.model, values, parameters) + jacobian.sum(axis=1)
            _place(parameters, block, values)
            at += block.size
        # a value rounded onto the very edge of its support has no usable density
        return parameters, np.where(np.isfinite(density), density, -np.inf)


def _by_quantiles(coordinates: Coordinates, uniforms: Array) -> dict[str, NDArray[Any]]:
    parameters = coordinates.known(len(uniforms))
    at = 0
    for block in coordinates.prior:
        if block.family.discrete:
            continue
        arguments = block.arguments(coordinates.model, parameters)
        with np.errstate(all="ignore"):
            values = block.family.quantile(uniforms[:, at : at + block.size], **arguments)
        if np.isnan(values).any():
            raise block.not_a_distribution()
        _place(parameters, block, np.broadcast_to(values, (len(uniforms), block.size)))
        at += block.size
    return parameters


def _place(parameters: dict[str, NDArray[Any]], block: Block, values: Array) -> None:
    labels = max(1, len(block.parameter.labels))
    if block.size == labels:
        parameters[block.name] = values
        return
    whole = parameters.setdefault(block.name, np.full((len(values), labels), np.nan))
    whole[:, list(block.positions)] = values


def _constrain(x: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    """Values in ``(lower, upper)`` and the log of the derivative, for unconstrained ``x``."""
    if np.isfinite(lower).all() and np.isfinite(upper).all():
        share = special.expit(x)
        return lower + (upper - lower) * share, np.log(upper - lower) + special.log_expit(x) + special.log_expit(-x)
    if np.isfinite(lower).all():
        return lower + np.exp(x), x
    if np.isfinite(upper).all():
        return upper - np.exp(x), x
    return x, np.zeros_like(x)


def _unconstrain(values: Array, lower: Array, upper: Array) -> Array:
    """The inverse of ``_constrain``; a draw that underflowed onto an edge stands at the smallest number beside it."""
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
