"""Another distribution with bounds: Truncated, which never leaves them, and Censored, which is seen only within them.

Both take a whole distribution first, as PyMC's do: ``Truncated(Normal(mu=0,
sigma=1), lower=0)``.  Its arguments travel beside the bounds under names such
as ``dist.mu``; a statement keeps which distribution it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.domains import Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.words import constant_of
from forecast.language.faults import Fault
from forecast.language.ops import Ops

DIST = "dist."  # what stands before the names of the inner distribution's arguments
LONGEST_SUM = 1_000_000  # terms of a mean or sd that are added up
FARTHEST_MOMENT_SCORE = 8.2  # normal scores beyond which a uniform number has no digits left
MOMENT_NODES = 4_001
SMALLEST_MASS = 1e-290  # of the inner distribution within the bounds: below, a float loses its digits
CLOSEST = 1e-8  # the least share of a tail that may lie between the bounds: of less, the difference of two tails has too few digits

BOUND_DOMAIN = Domain("a number", lambda x: ~np.isnan(x))


class BoundedFamily(Family):
    """What Truncated and Censored share: an inner family, whose core arguments stand before the two bounds."""

    inner: ClassVar[Family]

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return the inner distribution's arguments as PyMC names them, each after ``dist.``, and the bounds.

        What is said in words (``p5``, ``mean``, …) is said of the distribution without its bounds.
        """
        within = inner_arguments(given)
        bounds = {name: value for name, value in given.items() if not name.startswith(DIST)}
        for name in bounds:
            if name not in {"lower", "upper"}:
                raise Fault(
                    f"{self.name} has no argument `{name}`",
                    hint=f"give `lower`, `upper` or both; what belongs to {self.inner.name} stands in its own brackets",
                    argument=name,
                )
        if not bounds:
            raise Fault(f"{self.name} needs a bound", hint="give `lower`, `upper` or both", argument="dist")
        with prefix_fault_argument("dist"):
            return {**{f"{DIST}{name}": value for name, value in self.inner.from_words(within, ops).items()}, **bounds}

    def check_constants(self, arguments: Mapping[str, float]) -> None:
        """Raise ``Fault`` where the inner distribution, or a bound, makes no distribution."""
        within = inner_arguments(arguments)
        with prefix_fault_argument("dist"):
            self.inner.check_constants(within)
        lower, upper = (constant_of(arguments.get(name, edge)) for name, edge in (("lower", -np.inf), ("upper", np.inf)))
        assert lower is not None
        assert upper is not None
        for name, bound in (("lower", lower), ("upper", upper)):
            if self.discrete and np.isfinite(bound) and not float(bound).is_integer():
                raise Fault(f"`{name}={bound:g}` is not a whole number, and {self.inner.name} counts", argument=name)
        if not lower < upper:
            raise Fault(f"`lower={lower:g}` is not below `upper={upper:g}`", argument="upper")
        with np.errstate(all="ignore"):
            self._check_mass(self._prepare(arguments)[0], "lower" if "lower" in arguments else "upper")

    def _check_mass(self, core: Core, argument: str) -> None:
        """Raise ``Fault`` where too little of the inner distribution is within the bounds for its digits to be known."""
        *within, lower, upper = core
        low, high = (np.asarray(edge, dtype=float) for edge in self.inner._support(*within))
        mass = float(np.max(self._mass(core)))
        if np.max(lower) > np.max(high) or np.min(upper) < np.min(low) or (mass == 0 and self.discrete):
            raise Fault(f"{self.inner.name} is never within these bounds", argument=argument)
        beside = min(float(np.max(self.inner._from(lower, *within))), float(np.max(self.inner._upto(upper, *within))))
        if not beside >= SMALLEST_MASS:
            raise Fault(
                f"the bounds lie so far out that the share of {self.inner.name} within them cannot be computed",
                hint="it is below 1e-290; say it with a distribution that lies within the bounds",
                argument=argument,
            )
        if not self.discrete and not mass >= CLOSEST * beside:
            raise Fault(
                f"the bounds lie so close together that {self.inner.name} cannot be told from a Uniform between them",
                hint="write Uniform, or a number",
                argument=argument,
            )

    def _core(self, **arguments: Any) -> Core:
        within = inner_arguments(arguments)
        bounds = (np.asarray(arguments.get("lower", -np.inf)), np.asarray(arguments.get("upper", np.inf)))
        return (*self.inner._core(**within), *bounds)

    def _jointly_valid(self, *core: Array) -> Any:
        *inner, lower, upper = core
        return self.inner._jointly_valid(*inner) & (lower < upper) & (self._mass(core) > 0)

    def _mass(self, core: Core) -> Array:
        """P(lower <= X <= upper) of the inner distribution."""
        *within, lower, upper = core
        return self.inner._between(lower, upper, *within)

    def _moment(self, core: Core, of: Callable[[Array], Array]) -> Array:
        """The mean of a function of the value: a sum for counts, elsewhere an integral over normal scores."""
        arrays = [np.asarray(argument)[..., None] for argument in core]
        if self.discrete:
            edges = self.quantile_of(np.array([1e-15, 1 - 1e-15]), arrays)
            first, last = float(np.min(edges)), float(np.max(edges))
            if last - first > LONGEST_SUM:
                return np.full(np.broadcast_shapes(*(argument.shape for argument in core)), np.nan)
            k: Array = np.arange(first, last + 1)
            return np.asarray((np.exp(self._log_density(k, *arrays)) * of(k)).sum(axis=-1))
        scores: Array = np.linspace(-FARTHEST_MOMENT_SCORE, FARTHEST_MOMENT_SCORE, MOMENT_NODES)
        density = np.exp(-0.5 * scores**2)
        values = self.quantile_of(special.ndtr(scores), arrays)
        return np.asarray((of(values) * density).sum(axis=-1) / density.sum())

    def quantile_of(self, q: Array, core: list[Array]) -> Array:
        """Quantiles at shares along the last axis, for core arguments that have one."""
        return np.asarray(self._quantile(q, *core))

    def _mean(self, *core: Array) -> Array:
        return self._moment(core, lambda x: x)

    def _sd(self, *core: Array) -> Array:
        mean = self._mean(*core)
        return np.sqrt(np.maximum(self._moment(core, lambda x: (x - mean[..., None]) ** 2), 0.0))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        shape = np.broadcast_shapes(*(argument.shape for argument in core)) if size is None else size
        return self._quantile(np.maximum(rng.random(shape), np.finfo(float).tiny), *core)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        *inner, lower, upper = core
        low, high = self.inner._support(*inner)
        return np.maximum(low, lower), np.minimum(high, upper)


@cache
def truncated_family(inner: Family) -> Family:
    """Return the family of ``Truncated`` around another."""

    class Truncated(BoundedFamily):
        """Truncated(dist, lower, upper): the distribution given that lower <= X <= upper.

        log f = log f_dist(x) - log P(lower <= X <= upper) within the bounds.
        """

        name = "Truncated"
        example = ("Truncated(Normal(mu=2, sigma=2), lower=0)", "a Normal that cannot be negative")
        discrete = inner.discrete
        is_slow = inner.is_slow
        signatures: ClassVar = _signatures(inner)
        domains: ClassVar[Mapping[str, Domain]] = _domains(inner)

        def _log_density(self, x: Array, *core: Array) -> Array:
            return np.asarray(self.inner._log_density(x, *core[:-2]) - np.log(self._mass(core)))

        def _statistics(self, groups: ValueGroups) -> tuple[Array, ...] | None:
            within = self.inner.statistics(groups)
            return None if within is None else (*groups.ends(), *within)

        def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
            least, greatest, *within = statistics
            *inner, lower, upper = core
            sums = self.inner._log_density_sums(counts, tuple(within), *inner) - counts * np.log(self._mass(core))
            return np.where((least >= lower) & (greatest <= upper), sums, -np.inf)

        def _distribution(self, x: Array, *core: Array) -> Array:
            *within, lower, _ = core
            return np.asarray(self.inner._between(lower, x, *within) / self._mass(core))

        def _survival(self, x: Array, *core: Array) -> Array:
            *within, _, upper = core
            return np.asarray(self.inner._between(x + 1 if self.discrete else x, upper, *within) / self._mass(core))

        def _quantile(self, q: Array, *core: Array) -> Array:
            *within, lower, upper = core
            below, mass = self.inner._below(lower, *within), self._mass(core)
            by_lower = self.inner._quantile(below + q * mass, *within)
            if not (below > 0.5).any():
                return np.clip(by_lower, lower, upper)  # the last digit of a share may step over a bound
            by_upper = self.inner._upper_quantile(self.inner._beyond(upper, *within) + (1 - q) * mass, *within)
            return np.clip(np.where(below > 0.5, by_upper, by_lower), lower, upper)

    Truncated.inner = inner
    return Truncated()


@cache
def censored_family(inner: Family) -> Family:
    """Return the family of ``Censored`` around another."""

    class Censored(BoundedFamily):
        """Censored(dist, lower, upper): values beyond a bound are seen as the bound.

        P(lower) = P(X <= lower), P(upper) = P(X >= upper); between them the density is that of dist.
        """

        name = "Censored"
        example = ("Censored(Normal(mu=7, sigma=3), upper=10)", "a reading of a gauge that ends at 10")
        discrete = inner.discrete
        is_slow = inner.is_slow
        signatures: ClassVar = _signatures(inner)
        domains: ClassVar[Mapping[str, Domain]] = _domains(inner)
        mixes = True

        def _log_density(self, x: Array, *core: Array) -> Array:
            *within, lower, upper = core
            density = np.where(
                x >= upper,
                np.log(self.inner._from(upper, *within)),
                np.where(x <= lower, np.log(self.inner._upto(lower, *within)), self.inner._log_density(x, *within)),
            )
            outside = (x < lower) | (x > upper)
            return np.where(outside, -np.inf, density)

        def _jointly_valid(self, *core: Array) -> Any:
            *within, lower, upper = core
            return self.inner._jointly_valid(*within) & (lower < upper)

        def _distribution(self, x: Array, *core: Array) -> Array:
            *within, lower, upper = core
            return np.where(x < lower, 0.0, np.where(x >= upper, 1.0, self.inner._upto(x, *within)))

        def _quantile(self, q: Array, *core: Array) -> Array:
            *within, lower, upper = core
            return np.clip(self.inner._quantile(q, *within), lower, upper)

        def _check_mass(self, _core: Core, _argument: str) -> None:
            """The inner distribution may lie beyond the bounds: then its values are seen as a bound."""

    Censored.inner = inner
    return Censored()


def inner_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the inner distribution under their own names."""
    return {name.removeprefix(DIST): value for name, value in arguments.items() if name.startswith(DIST)}


def _signatures(inner: Family) -> tuple[Signature, ...]:
    """The inner family's argument sets after ``dist.``, each with the bounds."""
    return tuple(
        Signature(
            tuple(f"{DIST}{name}" for name in signature.required), (*(f"{DIST}{name}" for name in signature.optional), "lower", "upper")
        )
        for signature in inner.signatures
    )


def _domains(inner: Family) -> dict[str, Domain]:
    return {**{f"{DIST}{name}": domain for name, domain in inner.domains.items()}, "lower": BOUND_DOMAIN, "upper": BOUND_DOMAIN}


@contextmanager
def prefix_fault_argument(within: str) -> Generator[None]:
    """Let a fault of a distribution that is an argument name its own arguments as they are named here."""
    try:
        yield
    except Fault as fault:
        argument = f"{within}.{fault.argument}" if fault.argument else within
        raise Fault(fault.message, offset=fault.offset, hint=fault.hint, argument=argument) from None
