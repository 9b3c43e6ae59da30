"""What a distribution is here: its arguments, its formulas over NumPy, and the ways to say it in words.

A family has PyMC's name and accepts PyMC's parametrizations.  Each subclass
reduces what was given to its own *core* arguments and has one formula for each
of density, distribution function, quantile, draws, mean and sd; the checks,
masks and messages are written once, here.

Everything broadcasts.  Arguments that make no distribution give NaN (never an
exception), so that whoever holds the statement can name it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.language.arrays import Array
from forecast.language.distributions.domains import Domain, check_domain
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.traits import FamilyTraits, ValueKind
from forecast.language.distributions.words import WordForm, arguments_from_words, quantile_name
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY, Ops

Core = tuple[Array, ...]
Size = int | tuple[int, ...] | None

MOST_MASSES_ADDED = 12  # of a range: beyond, two tails take less time


@dataclass(frozen=True, slots=True)
class Signature:
    """One set of arguments PyMC accepts: those it must have, and those with a default."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every argument of the set."""
        return frozenset(self.required + self.optional)

    def accepts(self, names: frozenset[str]) -> bool:
        """Whether exactly these argument names may be given together."""
        return names.issuperset(self.required) and names <= self.names

    def __str__(self) -> str:
        return ", ".join((*self.required, *self.optional)) or "nothing"


class Family(FamilyTraits, ABC):
    """One of PyMC's distributions, over NumPy arrays."""

    name: ClassVar[str]
    discrete: ClassVar[bool] = False
    signatures: ClassVar[tuple[Signature, ...]]
    domains: ClassVar[Mapping[str, Domain]]
    forms: ClassVar[tuple[WordForm, ...]] = ()
    no_words: ClassVar[str] = ""  # why some way of saying it in words does not exist; shown as a hint
    is_slow: ClassVar[bool] = False  # whether quantiles are found by iteration, point by point
    joint: ClassVar[bool] = False  # whether its values come together, one for each label, with one density
    chained: ClassVar[bool] = False  # whether each value along the last axis depends on the one before
    mixes: ClassVar[bool] = False  # whether single points of an otherwise continuous family have mass

    @property
    def is_apart(self) -> bool:
        """Whether each of its values is a distribution by itself, neither joint with others nor chained to them."""
        return not (self.joint or self.chained)

    # what a subclass says

    @abstractmethod
    def _core(self, *args: Any, **arguments: Any) -> Core:
        """Reduce any accepted argument set (by name) to the core arguments."""

    @abstractmethod
    def _log_density(self, x: Array, *core: Array) -> Array: ...

    @abstractmethod
    def _distribution(self, x: Array, *core: Array) -> Array: ...

    @abstractmethod
    def _quantile(self, q: Array, *core: Array) -> Array: ...

    @abstractmethod
    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any: ...

    @abstractmethod
    def _mean(self, *_core: Array) -> Array: ...

    @abstractmethod
    def _sd(self, *_core: Array) -> Array: ...

    @abstractmethod
    def _support(self, *_core: Array) -> tuple[ArrayLike, ArrayLike]: ...

    def _survival(self, x: Array, *core: Array) -> Array:
        """P(X > x); a family that keeps the digits of small shares has a formula of its own."""
        return 1 - self._distribution(x, *core)

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        """The value that ``share`` of the distribution lies above; likewise."""
        return self._quantile(1 - share, *core)

    def _upto(self, x: Array, *core: Array) -> Array:
        """P(X <= x) also at values outside the support, and infinite ones."""
        lower, upper = map(np.asarray, self._support(*core))
        return np.where(x < lower, 0.0, np.where(x >= upper, 1.0, self._distribution(x, *core)))

    def _beyond(self, x: Array, *core: Array) -> Array:
        """P(X > x) likewise."""
        lower, upper = map(np.asarray, self._support(*core))
        return np.where(x < lower, 1.0, np.where(x >= upper, 0.0, self._survival(x, *core)))

    def _below(self, x: Array, *core: Array) -> Array:
        """P(X < x)."""
        return self._upto(x - 1 if self.discrete else x, *core)

    def _from(self, x: Array, *core: Array) -> Array:
        """P(X >= x)."""
        return self._beyond(x - 1 if self.discrete else x, *core)

    def _between(self, lower: Array, upper: Array, *core: Array) -> Array:
        """P(lower <= X <= upper): the masses of a few whole numbers added up, or from whichever tail keeps its digits."""
        if self.discrete and (numbers := _whole_numbers(lower, upper)) <= MOST_MASSES_ADDED:
            first, last = map(np.asarray, self._support(*core))
            masses = (
                np.where((x >= first) & (x <= last) & (x <= upper), np.exp(self._log_density(x, *core)), 0.0)
                for x in (lower + step for step in range(int(numbers)))
            )
            return np.minimum(sum(masses, start=np.zeros(np.shape(lower))), 1.0)
        below = self._below(lower, *core)
        from_above = self._from(lower, *core) - self._beyond(upper, *core)
        return np.where(below > 0.5, from_above, self._upto(upper, *core) - below)

    def _entropy(self, *_core: float) -> float:
        raise NotImplementedError  # of families without a ``shape_argument``, for which nobody asks

    def _statistics(self, _groups: ValueGroups) -> tuple[Array, ...] | None:
        """What the sum of log densities depends on besides the number of values, ``(groups,)`` each; None where only the values say."""
        return None

    def _log_density_sums(self, _counts: Array, _statistics: tuple[Array, ...], *_core: Array) -> Array:
        raise NotImplementedError  # of families without statistics

    def _jointly_valid(self, *_core: Array) -> NDArray[np.bool_]:
        """Whether the core arguments suit each other (each alone is judged by its domain)."""
        return np.asarray(True)

    def _check_jointly(self, arguments: Mapping[str, float]) -> None:
        """Raise ``Fault`` with a message of its own where constants do not suit each other."""

    # what everybody calls

    def log_density(self, value: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the log density (or log mass) at values, by PyMC's arguments; everything broadcasts.

        Minus infinity outside the support and at infinite values, and for a
        discrete family between whole numbers; NaN where the arguments make no
        distribution or the value is NaN.
        """
        x = np.asarray(value, dtype=float)
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            lower, upper = self._support(*core)
            inside = (x >= lower) & (x <= upper) & np.isfinite(x)
            if self.discrete:
                inside &= np.floor(x) == x
            density = np.asarray(self._log_density(x, *core))
            if not inside.all():
                density = np.where(inside, density, np.where(np.isnan(x), np.nan, -np.inf))
        return _mask_invalid(density, valid)

    def statistics(self, groups: ValueGroups) -> tuple[Array, ...] | None:
        """Return sufficient statistics of values in groups, ``(groups,)`` each, for ``log_density_sums``.

        None where the family has none, and where a value is impossible, or no number, whatever the arguments.
        """
        possible = np.isfinite(groups.values) & _holds_values(self.value_kind, groups.values)
        if self.discrete:
            possible &= np.floor(groups.values) == groups.values
        if not possible.all():
            return None
        with np.errstate(all="ignore"):
            return self._statistics(groups)

    def log_density_sums(self, counts: ArrayLike, statistics: tuple[Array, ...], **arguments: ArrayLike) -> Array:
        """Return the sum of the log densities of each group's values, from their number and ``statistics``; everything broadcasts.

        NaN where the arguments make no distribution, as in ``log_density``.  Where a sum is not finite, only the single densities say why.
        """
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            return _mask_invalid(np.asarray(self._log_density_sums(np.asarray(counts, dtype=float), statistics, *core)), valid)

    def distribution(self, value: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the distribution function P(X <= value); NaN as in ``log_density``."""
        x = np.asarray(value, dtype=float)
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            lower, upper = self._support(*core)
            if self.discrete:
                x = np.floor(x)
            share = np.asarray(self._distribution(x, *core))
            share = np.where(x < lower, 0.0, np.where(x >= upper, 1.0, share))
            share = np.where(np.isnan(x), np.nan, share)
        return _mask_invalid(share, valid)

    def log_between(self, lower: ArrayLike, upper: ArrayLike, /, **arguments: ArrayLike) -> Array:
        """Return log P(lower <= X <= upper); the bounds may be infinite, NaN as in ``log_density``."""
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
            if np.isposinf(high).all():
                share = self._from(low, *core)
            elif np.isneginf(low).all():
                share = self._upto(high, *core)
            else:
                share = self._between(low, high, *core)
            return _mask_invalid(np.asarray(np.log(np.maximum(share, 0.0))), valid)

    def quantile(self, q: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the quantile at ``q`` strictly between 0 and 1; NaN at other ``q`` and invalid arguments.

        For a discrete family, the smallest whole number whose distribution
        function reaches ``q``.  A value too small for a float is given as 0.
        """
        shares = np.asarray(q, dtype=float)
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            values = np.asarray(self._quantile(shares, *core))
            proper = (shares > 0) & (shares < 1)
            if not proper.all():
                values = np.where(proper, values, np.nan)
        return _mask_invalid(values, valid)

    def draw(self, rng: np.random.Generator, size: Size = None, **arguments: ArrayLike) -> Array:
        """Return independent draws as floats, of shape ``size`` (None: that of the arguments together).

        Raises ``ValueError`` where arguments make no distribution.
        """
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            if not valid.all():
                raise ValueError(f"arguments of {self.name} that make no distribution")
            return np.asarray(self._draw(rng, size, *core), dtype=float)

    def mean(self, **arguments: ArrayLike) -> Array:
        """Return the mean: infinite where the integral diverges, NaN where there is none (Cauchy)."""
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            return _mask_invalid(np.asarray(self._mean(*core), dtype=float), valid)

    def sd(self, **arguments: ArrayLike) -> Array:
        """Return the standard deviation: infinite where the variance diverges, NaN where the mean does not exist."""
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            return _mask_invalid(np.asarray(self._sd(*core), dtype=float), valid)

    def entropy(self, **arguments: float) -> float:
        """Return the differential entropy, in nats, for constant arguments; raise ``NotImplementedError`` for a family without ``shape_argument``.

        Closed forms (Lazo and Rathie, IEEE Transactions on Information Theory 24, 1978) but for LogitNormal,
        where it is integrated by Gauss-Hermite quadrature.
        """
        if not self.shape_argument:
            raise NotImplementedError(f"no entropy of {self.name}")
        core, _ = self._prepare(arguments)
        return float(self._entropy(*(float(argument) for argument in core)))

    def support(self, **arguments: ArrayLike) -> tuple[Array, Array]:
        """Return the smallest and largest possible values, which may be infinite."""
        with np.errstate(all="ignore"):
            core, valid = self._prepare(arguments)
            lower, upper = self._support(*core)
        return _mask_invalid(np.asarray(lower, dtype=float), valid), _mask_invalid(np.asarray(upper, dtype=float), valid)

    def points(self, arguments: Mapping[str, float]) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % points, for constant arguments."""
        low, middle, high = self.quantile(np.array([0.05, 0.5, 0.95]), **arguments)
        return float(low), float(middle), float(high)

    def points_at(self, arguments: Mapping[str, Any], _position: int) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % points of one of a parameter's values by its place among the labels, for constant arguments."""
        return self.points(arguments)

    def words_of_shape(self, shape: float, *, value: float, share: float) -> dict[str, float]:
        """Return, in words, the member whose ``shape_argument`` is ``shape`` and whose quantile at ``share`` is ``value``.

        Raises ``Fault`` where there is none.
        """
        return {self.shape_argument: shape, quantile_name(share): value}

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return PyMC's arguments for what was given, in PyMC's own names or in words.

        PyMC's own pass unchanged and unchecked (see ``check_constants``).  Words
        are solved exactly; see ``words``.  Raises ``Fault`` for names that are
        unknown, missing or do not go together, and for words that are impossible.
        """
        names = frozenset(given)
        if any(signature.accepts(names) for signature in self.signatures):
            return dict(given)
        return arguments_from_words(
            self.name,
            given,
            ops,
            forms=self.forms,
            native=tuple(self.domains),
            signatures=self.signatures,
            no_words=self.no_words,
            check=self.check_constants,
        )

    def possible_values(self, _numbers: Mapping[str, float | None]) -> range:
        """Return every value of a discrete prior, by the numbers among its arguments as written (None for those not known).

        Its form says which, whatever the arguments that depend on other parameters: see ``support_arguments``.
        """
        lower, upper = self.support()
        return range(int(lower), int(upper) + 1)

    def check_numbers(self, numbers: Mapping[str, float | None]) -> None:
        """Raise ``Fault`` where a statement's arguments, as written, are not those of a distribution; None is a number not known yet."""
        given: dict[str, Any] = {name: np.array([np.nan]) if number is None else np.float64(number) for name, number in numbers.items()}
        with np.errstate(all="ignore"):
            arguments = self.from_words(given, NUMPY)
        for name, number in numbers.items():
            if number is not None and name in self.domains and name in arguments:
                check_domain(self.domains[name], self.name, name, number)
        if all(number is not None for number in numbers.values()):
            self.check_constants({name: float(value) for name, value in arguments.items()})

    def check_constants(self, arguments: Mapping[str, float]) -> None:
        """Raise ``Fault`` where constant arguments, in PyMC's own names, make no distribution; it names the argument."""
        for name, value in arguments.items():
            for element in np.ravel(np.asarray(value, dtype=float)):
                check_domain(self.domains[name], self.name, name, float(element))
        self._check_jointly(arguments)
        with np.errstate(all="ignore"):
            valid = self._prepare(arguments)[1]
        if not valid.all():
            arguments_text = ", ".join(f"{name}={value:.6g}" for name, value in arguments.items())
            raise Fault(f"{self.name}({arguments_text}) is not a distribution", argument=next(iter(arguments), ""))

    def _prepare(self, arguments: Mapping[str, ArrayLike]) -> tuple[Core, NDArray[np.bool_]]:
        """The core arguments, and where they make a distribution; of single numbers, as most priors have, they are remembered."""
        if all(isinstance(value, float) for value in arguments.values()):
            return _cached_core(self, tuple(arguments.items()))
        return self.core_and_validity(arguments)

    def core_and_validity(self, arguments: Mapping[str, ArrayLike]) -> tuple[Core, NDArray[np.bool_]]:
        """Return the core arguments, and where they make a distribution."""
        arrays = {name: np.asarray(value, dtype=float) for name, value in arguments.items()}
        valid: NDArray[np.bool_] = np.asarray(True)
        for name, value in arrays.items():
            valid = valid & self._valid(name, value)
        core = self._core(**arrays)
        return core, np.asarray(valid & self._jointly_valid(*core))

    def _valid(self, _name: str, value: Array) -> NDArray[np.bool_]:
        return self.domains[_name].holds(value)


def _holds_values(kind: ValueKind, values: Array) -> NDArray[np.bool_]:
    """Which values are of a kind, as far as that does not depend on arguments."""
    if kind is ValueKind.OPEN_SHARE:
        return (values > 0) & (values < 1)
    if kind is ValueKind.POSITIVE:
        return values > 0
    return values >= 0 if kind.is_count or kind is ValueKind.NONNEGATIVE else np.ones(values.shape, dtype=bool)


@lru_cache(maxsize=1_024)
def _cached_core(family: Family, arguments: tuple[tuple[str, Any], ...]) -> tuple[Core, NDArray[np.bool_]]:
    return family.core_and_validity(dict(arguments))


def _whole_numbers(lower: Array, upper: Array) -> float:
    """How many whole numbers a range has, at most; infinity where an end is none."""
    count = np.asarray(upper - lower + 1)
    whole = bool(np.isfinite(count).all() and (np.floor(lower) == lower).all())
    return max(float(count.max(initial=0.0)), 0.0) if whole else np.inf


def _mask_invalid(result: Array, valid: NDArray[np.bool_]) -> Array:
    return result if valid.all() else np.where(valid, result, np.nan)
