"""Priors in words: from quantiles, mean and sd, … to PyMC's arguments.

- ``pNN`` is the quantile at NN %: ``p5``, ``p50``, ``p95``; a point is written
  ``_``, so ``p2_5`` is that at 2.5 %.
- ``mean`` with ``sd``; for one-parameter families ``mean`` alone.
- ``mean`` with ``strength``: as if that many cases had been seen.
- ``median`` with ``factor``: the median, and a 90 % interval whose ends are
  ``factor``² apart.  For a LogNormal that is exactly from ``median / factor`` to
  ``median * factor``.

A family lists its ``WordForm``s.  What is constant is checked here, with a message
of its own for each mistake; what varies (another parameter) cannot be, and gives
NaN where it makes no distribution.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from forecast.language.distributions.domains import INNER_SHARE_DOMAIN
from forecast.language.faults import Fault, did_you_mean, percentage_hint
from forecast.language.ops import Ops

WORDS = ("mean", "sd", "strength", "median", "factor")
_QUANTILE = re.compile(r"p(\d+(?:_\d+)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class QuantileWord:
    """The value a prior has at a share: ``p5=2`` is name ``p5``, share 0.05, value 2."""

    name: str
    share: float
    value: Any


@dataclass(frozen=True, slots=True)
class PriorWords:
    """What was given: named values, and quantiles in the order of their shares."""

    family: str
    ops: Ops
    values: Mapping[str, Any]
    quantiles: tuple[QuantileWord, ...]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares of the quantiles, ascending."""
        return tuple(quantile.share for quantile in self.quantiles)

    @property
    def points(self) -> tuple[Any, ...]:
        """The values of the quantiles, by ascending share."""
        return tuple(quantile.value for quantile in self.quantiles)

    def number(self, name: str) -> float:
        """A named value that must be a number, because it is solved for numerically."""
        return self._number(name, self.values[name])

    def numbers(self) -> tuple[float, ...]:
        """The quantiles' values, which must be numbers, because they are solved for numerically."""
        return tuple(self._number(quantile.name, quantile.value) for quantile in self.quantiles)

    def require(self, name: str, holds: Callable[[float], bool], wording: str, *, hint: str = "") -> None:
        """Raise ``Fault`` where a constant value is not as the wording says ("it must be …")."""
        value = constant_of(self.values[name])
        if value is not None and not holds(value):
            if not hint and wording == INNER_SHARE_DOMAIN.wording:
                hint = percentage_hint(value)
            raise Fault(f"`{name}` of {self.family} is {value:.6g}; it must be {wording}", hint=hint, argument=name)

    def require_width(self, name: str, zero: float = 0.0) -> None:
        """Raise ``Fault`` where a constant that says how wide the prior is leaves it none."""
        if constant_of(self.values[name]) == zero:
            raise Fault(
                f"`{name}={zero:g}` gives {self.family} zero width",
                hint="what is known for certain is a number, not a prior",
                argument=name,
            )
        self.require(name, lambda value: value > zero, f"above {zero:g}")

    def uncomputable(self) -> Fault:
        """The fault of words that are possible on paper and out of a float's reach."""
        named = (*self.values, *(quantile.name for quantile in self.quantiles))
        names = " and ".join(f"`{name}`" for name in named)
        return Fault(f"no {self.family} can be computed from {names}: it would be too narrow or too wide", argument=named[-1])

    def _number(self, name: str, value: Any) -> float:
        number = constant_of(value)
        if number is None:
            raise Fault(
                f"`{name}` of {self.family} must be a number here: it is solved for numerically",
                hint="use an argument set that may name parameters, such as PyMC's own",
                argument=name,
            )
        return np.float64(number)


@dataclass(frozen=True, slots=True)
class WordForm:
    """One way to say a family in words: these names and this many quantiles, and how to solve it.

    ``inside`` holds the open interval the quantiles must lie in.
    """

    solve: Callable[[PriorWords], dict[str, Any]]
    names: tuple[str, ...] = ()
    quantiles: int = 0
    inside: tuple[float, float] = (-math.inf, math.inf)

    def __str__(self) -> str:
        shown = {0: (), 1: ("p50",), 2: ("p5", "p95"), 3: ("p5", "p50", "p95")}[self.quantiles]
        return ", ".join((*self.names, *shown))


class ArgumentSet(Protocol):
    """What the messages ask of a set of PyMC's own arguments, beside its text."""

    @property
    def names(self) -> frozenset[str]:
        """Every argument of the set."""


def constant_of(value: Any) -> float | None:
    """Return the number a value is, or None where it varies (an array of draws, a tensor)."""
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return float(value)
    return None


def quantile_share(name: str) -> float | None:
    """Return the share a ``pNN`` stands for, or None where the name is not one.

    Raises ``Fault`` for NN that is not above 0 and below 100, and for one that begins with a needless 0: ``p05`` may be meant for 5 or 0.5 %.
    """
    match = _QUANTILE.fullmatch(name)
    if match is None:
        return None
    percent = float(match[1].replace("_", "."))
    if not 0 < percent < 100:
        raise Fault(
            f"there is no {percent:g} % point", hint="write p and a number above 0 and below 100, as in `p5` or `p97_5`", argument=name
        )
    if re.match(r"0\d", match[1]):
        hint = f"write `{quantile_name(percent / 100)}` or `{quantile_name(percent / 1_000)}`"
        raise Fault(f"`{name}` may be read in two ways", hint=hint, argument=name)
    return percent / 100


def quantile_name(share: float) -> str:
    """Return the language's word for a quantile: ``p5`` for 0.05, ``p2_5`` for 0.025."""
    return "p" + f"{round(100 * share, 10):.10f}".rstrip("0").rstrip(".").replace(".", "_")


def arguments_from_words(
    family: str,
    given: Mapping[str, Any],
    ops: Ops,
    *,
    forms: Sequence[WordForm],
    native: Sequence[str],
    signatures: Sequence[ArgumentSet],
    no_words: str,
    check: Callable[[Mapping[str, float]], None],
) -> dict[str, Any]:
    """Return PyMC's arguments for a prior said in words; raise ``Fault`` where it cannot be.

    ``check`` raises ``Fault`` where solved constants make no distribution.
    """
    values: dict[str, Any] = {}
    quantiles: list[QuantileWord] = []
    accepted = _accepted_arguments_text(forms, signatures)
    for name, argument in given.items():
        number = constant_of(argument)
        value = argument if number is None else np.float64(number)  # which overflows to infinity, where Python's float stops
        if name in native or name in WORDS:
            values[name] = value
        elif (share := quantile_share(name)) is not None:
            quantiles.append(QuantileWord(name, share, value))
        else:
            words = {word for form in forms for word in form.names}
            raise Fault(f"{family} has no argument `{name}`", hint=did_you_mean(name, {*native, *words}) or accepted, argument=name)
    quantiles.sort(key=lambda quantile: quantile.share)
    for form in forms:
        if frozenset(form.names) == frozenset(values) and form.quantiles == len(quantiles):
            words_given = PriorWords(family, ops, values, tuple(quantiles))
            _check_finite(given)
            _check_quantiles(words_given, form.inside)
            with np.errstate(all="ignore"):
                solved = form.solve(words_given)
                if all(constant_of(value) is not None for value in solved.values()):
                    try:
                        check(solved)
                    except Fault:  # the words were possible, so what they solve to has left the range of floats
                        raise words_given.uncomputable() from None
            return solved
    too_many = any(_needs_only_part(form, values, len(quantiles)) for form in forms) or any(
        0 < len(signature.names) < len(given) and given.keys() >= signature.names for signature in signatures
    )
    raise _unmatched_words_fault(family, given, accepted, no_words, too_many=too_many)


def _accepted_arguments_text(forms: Sequence[WordForm], signatures: Sequence[ArgumentSet]) -> str:
    sets = [f"({option})" for option in (*signatures, *forms)]
    return "give " + (f"{', '.join(sets[:-1])} or {sets[-1]}" if len(sets) > 1 else sets[0])


def _needs_only_part(form: WordForm, values: Mapping[str, Any], quantiles: int) -> bool:
    """Whether a form needs only a part of what was given."""
    return values.keys() >= set(form.names) and form.quantiles <= quantiles


def _unmatched_words_fault(family: str, given: Mapping[str, Any], accepted: str, no_words: str, *, too_many: bool) -> Fault:
    if too_many:
        names = ", ".join(f"`{name}`" for name in given)
        message = f"{names} together say more than {family} has parameters for"
    elif given:
        names = ", ".join(f"`{name}`" for name in given)
        message = f"{names} alone does not say which {family}" if len(given) == 1 else f"{names} together do not say which {family}"
    else:
        message = f"{family} needs arguments"
    return Fault(message, hint=f"{no_words}; {accepted}" if no_words else accepted, argument=next(iter(given), ""))


def _check_finite(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        number = constant_of(value)
        if number is not None and not math.isfinite(number):
            raise Fault(f"`{name}` is not a finite number", argument=name)


def _check_quantiles(words: PriorWords, inside: tuple[float, float]) -> None:
    lower, upper = inside
    for quantile in words.quantiles:
        value = constant_of(quantile.value)
        if value is not None and not lower < value < upper:
            where = f"above {lower:g}" if math.isinf(upper) else f"between {lower:g} and {upper:g}"
            raise Fault(
                f"`{quantile.name}={value:.6g}` lies outside the support of {words.family}: its values are {where}",
                hint=percentage_hint(value) if inside == (0, 1) else "",
                argument=quantile.name,
            )
    for before, after in zip(words.quantiles, words.quantiles[1:], strict=False):
        if before.share == after.share:
            raise Fault(f"`{before.name}` and `{after.name}` are the same point, given twice", argument=after.name)
        low, high = constant_of(before.value), constant_of(after.value)
        if low is None or high is None or low < high:
            continue
        if low == high:
            raise Fault(
                f"`{before.name}` and `{after.name}` are equal: {words.family} would have zero width",
                hint="what is known for certain is a number, not a prior",
                argument=after.name,
            )
        raise Fault(
            f"`{before.name}={low:.6g}` is above `{after.name}={high:.6g}`",
            hint="the 5 % point must lie below the 95 % point, and so on",
            argument=before.name,
        )


class HasDistribution(Protocol):
    """What ``verify_solution`` asks of a family."""

    def distribution(self, value: Any, **arguments: Any) -> Any:
        """The distribution function."""


def verify_solution(words: PriorWords, family: HasDistribution, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return numerically solved arguments, once the distribution function confirms them to 1e-9; otherwise raise ``Fault``."""
    shares = family.distribution(np.array(words.numbers()), **arguments)
    if not (np.abs(shares - np.array(words.shares)) <= 1e-9).all():
        raise words.uncomputable()
    return arguments
