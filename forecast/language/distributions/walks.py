"""Values that follow one another: GaussianRandomWalk and AR, over the labels of a parameter in their order.

The values of one draw stand along the last axis; what is a density, a quantile or
a distribution function here is so given the value before.  Both begin with a
Normal, said as in PyMC: ``GaussianRandomWalk(sigma=0.3, init_dist=Normal(mu=0,
sigma=1))``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.bounded import prefix_fault_argument
from forecast.language.distributions.domains import REAL_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.real import HALF_LOG_2PI
from forecast.language.faults import Fault
from forecast.language.ops import Ops

INIT = "init_dist."  # what stands before the names of the first value's distribution


class Walk(Family):
    """What both share: a value depends on the one before, and on no other.

    The core arguments are the factor of the value before, what is added, the sd of a step, and mean and sd of the first value.
    """

    chained = True
    inner: ClassVar[Family]
    own: ClassVar[Mapping[str, Domain]]

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return the arguments as PyMC names them; those of the first value, after ``init_dist.``, may be said in words."""
        first = {name.removeprefix(INIT): value for name, value in given.items() if name.startswith(INIT)}
        own = {name: value for name, value in given.items() if not name.startswith(INIT)}
        for name in own:
            if name not in self.own:
                raise Fault(
                    f"{self.name} has no argument `{name}`",
                    hint=f"give {', '.join(f'`{argument}`' for argument in self.own)}",
                    argument=name,
                )
        for name in self.signatures[0].required:
            if name not in own:
                raise Fault(
                    f"{self.name} needs `{name}`", hint=f"give {', '.join(f'`{argument}`' for argument in self.own)}", argument="init_dist"
                )
        with prefix_fault_argument("init_dist"):
            return {**own, **{f"{INIT}{name}": value for name, value in self.inner.from_words(first, ops).items()}}

    def check_constants(self, arguments: Mapping[str, float]) -> None:
        """Raise ``Fault`` where the first value's arguments, or the walk's own, make no distribution."""
        with prefix_fault_argument("init_dist"):
            self.inner.check_constants({name.removeprefix(INIT): value for name, value in arguments.items() if name.startswith(INIT)})
        super().check_constants(arguments)

    def first(self, arguments: Mapping[str, Any]) -> tuple[Any, Any]:
        """Mean and sd of the first value, from arguments of any kind."""
        sigma = arguments.get(f"{INIT}sigma")
        if sigma is None:
            sigma = arguments[f"{INIT}tau"] ** -0.5 if f"{INIT}tau" in arguments else 1.0
        return arguments.get(f"{INIT}mu", 0.0), sigma

    def step(self, arguments: Mapping[str, Any]) -> tuple[Any, Any, Any]:
        """The factor of the value before, what is added, and the sd of a step, from arguments of any kind."""
        raise NotImplementedError

    def go_on(self, rng: np.random.Generator, last: Array, count: int, **arguments: Any) -> Array:
        """Draw the ``count`` values that follow the last ones, ``(draws, 1)``; returns ``(draws, count)``.

        Raises ``ValueError`` where the arguments make no distribution.
        """
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
        if not valid.all():
            raise ValueError(f"arguments of {self.name} that make no distribution")
        steps = self._draw_steps(rng, (len(last), count), core)
        return np.concatenate(list(_following_values(last, core, steps)), axis=1)

    def points_at(self, arguments: Mapping[str, Any], position: int) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % points of one value by itself, a normal, for constant arguments."""
        factor, added, sigma, mean, sd = (
            float(np.ravel(argument)[0]) for argument in self._core(**{name: np.asarray(value) for name, value in arguments.items()})
        )
        for _ in range(position):
            mean, sd = factor * mean + added, math.hypot(factor * sd, sigma)
        low, middle, high = (mean + sd * special.ndtri(np.array([0.05, 0.5, 0.95]))).tolist()
        return low, middle, high

    def values_from_steps(self, standard: Array, **arguments: Any) -> Array:
        """Return the values ``(draws, labels)`` that steps in units of their sd lead to: standard normal ones, where no step is a jump."""
        return self._from_scores(standard, self._core(**{name: np.asarray(value) for name, value in arguments.items()}))

    def steps_of(self, values: Array, **arguments: Any) -> Array:
        """Return the steps, in units of their sd, that lead to values ``(draws, labels)``."""
        mean, sd = self._given_before(values, self._core(**{name: np.asarray(value) for name, value in arguments.items()}))
        steps: Array = (values - mean) / sd
        return steps

    def _draw_steps(self, rng: np.random.Generator, size: tuple[int, int], _core: Core) -> Array:
        """Steps in units of their sd."""
        return rng.standard_normal(size)

    def _core(self, **arguments: Any) -> Core:
        return tuple(np.asarray(argument, dtype=float) for argument in (*self.step(arguments), *self.first(arguments)))

    def _log_density(self, x: Array, *core: Array) -> Array:
        mean, sd = self._given_before(x, core)
        z = (x - mean) / sd
        return np.asarray(-0.5 * z * z - (np.log(sd) + HALF_LOG_2PI))

    def _distribution(self, x: Array, *core: Array) -> Array:
        mean, sd = self._given_before(x, core)
        return np.asarray(special.ndtr((x - mean) / sd))

    def _given_before(self, x: Array, core: Core) -> tuple[Array, Array]:
        """Mean and sd of each value given the one before."""
        factor, added, sigma, first_mean, first_sd = core[:5]
        is_first = np.arange(x.shape[-1]) == 0
        before = np.concatenate([np.zeros_like(x[..., :1]), x[..., :-1]], axis=-1)
        return np.where(is_first, first_mean, factor * before + added), np.where(is_first, first_sd, sigma)

    def _quantile(self, q: Array, *core: Array) -> Array:
        return self._from_scores(special.ndtri(q), core)

    def _from_scores(self, z: Array, core: Core) -> Array:
        first_mean, first_sd = core[3:5]
        first = first_mean + first_sd * z[..., :1]
        return np.concatenate([first, *_following_values(first, core, z[..., 1:])], axis=-1)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return self._quantile(rng.uniform(np.finfo(float).tiny, 1.0, size), *core)

    def _mean(self, *core: Array) -> Array:
        return np.full(np.broadcast_shapes(*(argument.shape for argument in core)), np.nan)

    def _sd(self, *core: Array) -> Array:
        return self._mean(*core)

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return -np.inf, np.inf


def _following_values(last: Array, core: Core, steps: Array) -> Iterator[Array]:
    factor, added, sigma, *_ = core
    value = last
    for index in range(steps.shape[-1]):
        value = factor * value + added + sigma * steps[..., index : index + 1]
        yield value


class RandomWalk(Walk):
    """A walk whose value before stays, and to which ``mu`` is added."""

    name = "GaussianRandomWalk"
    example = ("GaussianRandomWalk(sigma=0.3, init_dist=Normal(mu=0, sigma=1))", "a level that drifts from year to year")
    own: ClassVar[Mapping[str, Domain]] = {"mu": REAL_DOMAIN, "sigma": WIDTH_DOMAIN}

    def step(self, arguments: Mapping[str, Any]) -> tuple[Any, Any, Any]:
        """The value before stays; ``mu`` is added."""
        return 1.0, arguments.get("mu", 0.0), arguments.get("sigma", 1.0)


@cache
def random_walk_family(inner: Family) -> Family:
    """Return the family of ``GaussianRandomWalk`` that begins with another."""

    class GaussianRandomWalk(RandomWalk):
        """GaussianRandomWalk(mu=0, sigma=1, init_dist): each value is the one before plus a Normal(mu, sigma) step."""

        signatures: ClassVar = (Signature((), (*RandomWalk.own, *(f"{INIT}{name}" for name in inner.domains))),)
        domains: ClassVar[Mapping[str, Domain]] = {**RandomWalk.own, **{f"{INIT}{name}": domain for name, domain in inner.domains.items()}}

    GaussianRandomWalk.inner = inner
    return GaussianRandomWalk()


@cache
def autoregression_family(inner: Family) -> Family:
    """Return the family of ``AR``, with one lag, that begins with another."""

    class AR(Walk):
        """AR(rho, sigma=1, init_dist): each value is rho times the one before plus a Normal(0, sigma) step."""

        name = "AR"
        example = ("AR(rho=0.8, sigma=0.3, init_dist=Normal(mu=0, sigma=1))", "a level that drifts and comes back")
        own: ClassVar[Mapping[str, Domain]] = {"rho": REAL_DOMAIN, "sigma": WIDTH_DOMAIN}
        signatures: ClassVar = (Signature(("rho",), ("sigma", *(f"{INIT}{name}" for name in inner.domains))),)
        domains: ClassVar[Mapping[str, Domain]] = {**own, **{f"{INIT}{name}": domain for name, domain in inner.domains.items()}}

        def step(self, arguments: Mapping[str, Any]) -> tuple[Any, Any, Any]:
            """A part of the value before stays, and nothing is added."""
            return arguments["rho"], 0.0, arguments.get("sigma", 1.0)

    AR.inner = inner
    return AR()
