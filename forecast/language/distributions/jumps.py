"""Walks with jumps: random walks some of whose steps are large.

With ``jump=p`` and ``jump_sigma=s`` a step is Normal(mu, sigma) with probability 1 - p and
Normal(mu, sqrt(sigma^2 + s^2)) with probability p: Tukey's contaminated normal ("A survey of sampling from
contaminated distributions", 1960), and a local level whose innovations are a mixture of two normals (Harrison and
Stevens 1976, Journal of the Royal Statistical Society B 38).  Which steps were large is summed out.

NUTS moves a step by a coordinate z, of which sigma z + s h(z) is the step without mu: nearly in units of sigma where no
jump is needed, and of s beyond, so that neither width has to do with where a jump stands.  h is odd and smooth, and
rises as a line beyond ``JUMP_BEND``.  The density of z is made that of the step, whatever h.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.domains import POSITIVE_DOMAIN, SHARE_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.normal_mixtures import NormalMixtures, contaminated_normals
from forecast.language.distributions.roots import find_roots
from forecast.language.distributions.walks import INIT, RandomWalk
from forecast.language.faults import Fault
from forecast.language.ops import Ops

JUMP_BEND, BEND_SHARPNESS = 3.0, 4.0  # the coordinate beyond which a step is a jump, and how sharp the bend there is
JUMP, JUMP_SIGMA = "jump", "jump_sigma"
JUMP_ARGUMENTS = frozenset({JUMP, JUMP_SIGMA})


class JumpingWalk(RandomWalk):
    """A walk with jumps, whose core arguments are those of a walk, the share of steps that are large, and the sd of a jump in units of a step's."""

    own: ClassVar[Mapping[str, Domain]] = {**RandomWalk.own, JUMP: SHARE_DOMAIN, JUMP_SIGMA: POSITIVE_DOMAIN}

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return the arguments as PyMC names them; both that make jumps must be there."""
        if JUMP not in given:
            raise Fault(
                f"`{JUMP_SIGMA}` says how large the jumps of a walk are, and `{JUMP}` is missing, which says how often there is one",
                hint=f"give `{JUMP}`, the share of steps that are large, as in `{JUMP}=0.05`",
                argument=JUMP_SIGMA,
            )
        if JUMP_SIGMA not in given:
            raise Fault(
                f"`{JUMP}` says how often a walk jumps, and `{JUMP_SIGMA}` is missing, which says how far",
                hint=f"give `{JUMP_SIGMA}`, the standard deviation of what a jump adds to a step",
                argument=JUMP,
            )
        return super().from_words(given, ops)

    def jumps(self, arguments: Mapping[str, Any]) -> tuple[Any, Any]:
        """The share of steps that are large, and the sd of a jump in units of a step's, from arguments of any kind."""
        _, _, sigma = self.step(arguments)
        return arguments[JUMP], arguments[JUMP_SIGMA] / sigma

    def values_from_steps(self, standard: Array, **arguments: Any) -> Array:
        """Return the values ``(draws, labels)`` that the coordinates of NUTS lead to."""
        core = self._core(**{name: np.asarray(value) for name, value in arguments.items()})
        return self._from_scores(standard + _after_first(standard, core[-1]) * _bend(standard), core)

    def steps_of(self, values: Array, **arguments: Any) -> Array:
        """Return the coordinates of NUTS that lead to values ``(draws, labels)``."""
        steps = super().steps_of(values, **arguments)
        jump_sd = _after_first(values, self._core(**{name: np.asarray(value) for name, value in arguments.items()})[-1])
        side, size = np.sign(steps), np.abs(steps)
        return side * find_roots(lambda z: z + jump_sd * _bend(z) - size, size / (1 + jump_sd), size)

    def points_at(self, arguments: Mapping[str, Any], position: int) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % points of one value by itself, for constant arguments: a mixture of normals by the number of jumps so far."""
        core = self._core(**{name: np.asarray(value) for name, value in arguments.items()})
        _, added, sigma, mean, sd, jump, jump_sd = (float(np.ravel(argument)[0]) for argument in core)
        jumps = np.arange(position + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_share = special.xlogy(jumps, jump) + special.xlog1py(position - jumps, -jump)
        log_share = log_share + np.log([float(math.comb(position, count)) for count in jumps])
        variance = sd**2 + sigma**2 * (position + jumps * jump_sd**2)
        mixture = NormalMixtures(log_share[:, None], np.full((len(jumps), 1), mean + position * added), np.sqrt(variance)[:, None])
        low, middle, high = mixture.values_at_scores(special.ndtri(np.array([0.05, 0.5, 0.95]))).tolist()
        return low, middle, high

    def _core(self, **arguments: Any) -> Core:
        return (*super()._core(**arguments), *(np.asarray(argument, dtype=float) for argument in self.jumps(arguments)))

    def _log_density(self, x: Array, *core: Array) -> Array:
        mean, sd = self._given_before(x, core)
        return np.asarray(_mixtures(x, core).log_density((x - mean) / sd) - np.log(sd))

    def _distribution(self, x: Array, *core: Array) -> Array:
        mean, sd = self._given_before(x, core)
        return _mixtures(x, core).distribution((x - mean) / sd)

    def _quantile(self, q: Array, *core: Array) -> Array:
        return self._from_scores(_mixtures(q, core).values_at_scores(special.ndtri(q)), core)

    def _draw_steps(self, rng: np.random.Generator, size: tuple[int, int], core: Core) -> Array:
        *_, jump, jump_sd = core
        steps: Array = rng.standard_normal(size) * np.where(rng.random(size) < jump, np.hypot(1.0, jump_sd), 1.0)
        return steps


def _mixtures(values: Array, core: Core) -> NormalMixtures:
    """The distributions of the steps that lead to values ``(draws, labels)``, in units of ``sigma``; the first value is no step."""
    *_, jump, jump_sd = core
    return contaminated_normals(jump, np.hypot(1.0, _after_first(values, jump_sd)))


def _after_first(values: Array, jump_sd: Array) -> Array:
    """The sd of a jump at each of the values ``(draws, labels)``: none at the first, which is no step."""
    is_first = (np.arange(values.shape[-1]) == 0).reshape((1,) * (values.ndim - 1) + (-1,))
    return np.where(is_first, 0.0, jump_sd)


def _bend(z: Array) -> Array:
    """What of a coordinate counts in units of a jump's sd."""
    bent: Array = (
        np.logaddexp(0.0, BEND_SHARPNESS * (z - JUMP_BEND)) - np.logaddexp(0.0, BEND_SHARPNESS * (-z - JUMP_BEND))
    ) / BEND_SHARPNESS
    return bent


@cache
def jumping_walk_family(inner: Family) -> Family:
    """Return the family of ``GaussianRandomWalk`` with jumps that begins with another."""

    class GaussianRandomWalk(JumpingWalk):
        """GaussianRandomWalk(mu=0, sigma=1, jump, jump_sigma, init_dist): each value is the one before plus a step that is sometimes large.

        log f = log((1 - jump) N(x - before; mu, sigma) + jump N(x - before; mu, sqrt(sigma^2 + jump_sigma^2))).
        """

        signatures: ClassVar = (Signature((JUMP, JUMP_SIGMA), (*RandomWalk.own, *(f"{INIT}{name}" for name in inner.domains))),)
        domains: ClassVar[Mapping[str, Domain]] = {**JumpingWalk.own, **{f"{INIT}{name}": domain for name, domain in inner.domains.items()}}

    GaussianRandomWalk.inner = inner
    return GaussianRandomWalk()
