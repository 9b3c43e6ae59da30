"""Outcomes over several classes: OrderedLogistic, one class of an ordered list, and Multinomial, how many of each class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.choices import Categorical
from forecast.language.distributions.domains import COUNT_DOMAIN, REAL_DOMAIN, SHARE_DOMAIN, Domain
from forecast.language.distributions.events import NO_WORDS_FOR_COUNTS
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.labelled import check_each, check_label_arguments, check_sum
from forecast.language.distributions.traits import ValueKind
from forecast.language.faults import Fault
from forecast.language.ops import Ops


class OrderedLogistic(Categorical):
    """OrderedLogistic(eta, c1, c2, …): one class of an ordered list, by its number; P(class <= k) = expit(c_k - eta).

    Over arrays the arguments are ``eta`` and ``cutpoints``, with these on its last axis, ascending; there is one
    class more than cutpoints.
    """

    name = "OrderedLogistic"
    example = ("OrderedLogistic(eta=0.4, c1=-1, c2=1)", "one of three classes in an order")
    value_kind = ValueKind.ORDERED_CATEGORY
    vector_argument = "cutpoints"
    can_be_prior = False
    support_arguments: ClassVar[tuple[str, ...] | None] = None
    pymc_options: ClassVar[Mapping[str, bool]] = {"compute_p": False}  # which would keep every class's share at every draw
    signatures = (Signature(("eta", "cutpoints")),)
    domains: ClassVar[Mapping[str, Domain]] = {"eta": REAL_DOMAIN, "cutpoints": REAL_DOMAIN}

    def _core(self, *, eta: Any, cutpoints: Any) -> Core:  # type: ignore[override]
        below = np.asarray(cutpoints) - np.asarray(eta)[..., None]
        ends = np.full((*below.shape[:-1], 1), np.inf)
        lower, upper = np.concatenate([-ends, below], axis=-1), np.concatenate([below, ends], axis=-1)
        # from whichever side keeps the digits of a small share
        return (np.where(lower > 0, special.expit(-lower) - special.expit(-upper), special.expit(upper) - special.expit(lower)),)

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return ``eta`` and ``cutpoints``, stacked from c1, c2, …; raise ``Fault`` where one is missing or out of turn."""
        if set(given) == {"eta", "cutpoints"}:
            return dict(given)
        wanted = cutpoint_names(len(given) - ("eta" in given))
        for name in given:
            if name != "eta" and name not in wanted:
                raise Fault(f"OrderedLogistic has no argument `{name}`", hint=_EXAMPLE, argument=name)
        if "eta" not in given or not wanted:
            raise Fault("OrderedLogistic needs `eta` and cutpoints", hint=_EXAMPLE, argument=next(iter(given), ""))
        return {"eta": given["eta"], "cutpoints": ops.stack(tuple(given[name] for name in wanted))}

    def check_numbers(self, numbers: Mapping[str, float | None]) -> None:
        """Raise ``Fault`` unless the cutpoints that are known ascend."""
        check_label_arguments(self.from_words, numbers)
        last = -math.inf
        for name in cutpoint_names(len(numbers) - 1):
            number = numbers[name]
            if number is not None and number <= last:
                raise Fault("the cutpoints of OrderedLogistic must ascend: c1 < c2 < …", argument=name)
            last = last if number is None else number

    def check_constants(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``Fault`` unless the cutpoints ascend."""
        if not bool(self._valid("cutpoints", np.asarray(arguments["cutpoints"], dtype=float)).all()):
            raise Fault("the cutpoints of OrderedLogistic must ascend: c1 < c2 < …", argument="c1")

    def _valid(self, name: str, value: Array) -> NDArray[np.bool_]:
        if name == "eta":
            return np.asarray(REAL_DOMAIN.holds(value))
        return np.asarray(REAL_DOMAIN.holds(value).all(axis=-1) & (np.diff(value, axis=-1) >= 0).all(axis=-1))


class Multinomial(Family):
    """Multinomial(n, label=share, …): how many of n are of each class; P(x) = n! Π p**x / Π x!, where Σ x = n.

    Over arrays the arguments are ``n`` and ``p``, with the classes on its last axis, adding up to 1. Values have the classes
    on their last axis too, and ``log_density`` takes it away.
    """

    name = "Multinomial"
    example = ("Multinomial(n=20, left=0.4, right=0.5, other=0.1)", "how many of twenty chose each")
    value_kind = ValueKind.CATEGORY_COUNTS
    vector_argument = "p"
    trials_argument = "n"
    whole_arguments = ("n",)
    can_be_prior = False
    event_process = "hazard"
    discrete = True
    joint = True
    no_words = NO_WORDS_FOR_COUNTS
    signatures = (Signature(("n", "p")),)
    domains: ClassVar[Mapping[str, Domain]] = {"n": COUNT_DOMAIN, "p": SHARE_DOMAIN}

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return ``n`` and ``p``, stacked from the classes' shares; raise ``Fault`` for fewer than two classes."""
        if set(given) == {"n", "p"}:
            return dict(given)
        shares = {name: value for name, value in given.items() if name != "n"}
        if "n" not in given:
            raise Fault("Multinomial needs `n`, the number of all", hint=_COUNTED, argument=next(iter(given), ""))
        if len(shares) < 2:
            raise Fault("Multinomial needs at least two classes", hint=_COUNTED, argument=next(iter(shares), "n"))
        return {"n": given["n"], "p": ops.stack(tuple(shares.values()))}

    def check_numbers(self, numbers: Mapping[str, float | None]) -> None:
        """Raise ``Fault`` unless ``n`` is a count, each class has a share, and those that are known can add up to 1."""
        check_label_arguments(self.from_words, numbers)
        check_each(self.domains["n"], self.name, {"n": numbers.get("n")})
        shares = {name: number for name, number in numbers.items() if name != "n"}
        check_each(self.domains["p"], self.name, shares)
        check_sum(self.name, shares)

    def check_constants(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``Fault`` unless the shares add up to 1."""
        total = float(np.asarray(arguments["p"], dtype=float).sum(axis=-1))
        if not np.isclose(total, 1):
            raise Fault(f"the shares of Multinomial add up to {total:.6g}; they must add up to 1", argument="n")

    def log_density(self, value: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the log mass of counts ``(…, classes)``; minus infinity for counts that are none or do not add up to ``n``."""
        x = np.asarray(value, dtype=float)
        with np.errstate(all="ignore"):
            (n, p), valid = self._prepare(arguments)
            inside = (COUNT_DOMAIN.holds(x)).all(axis=-1) & (x.sum(axis=-1) == n)
            density = special.gammaln(n + 1) + (special.xlogy(x, p) - special.gammaln(x + 1)).sum(axis=-1)
            if (n > deviances.LARGE_ARGUMENT).any():
                by_deviance = deviances.poisson(x, n[..., None] * p).sum(axis=-1) - deviances.poisson(n, n)
                density = np.where(n > deviances.LARGE_ARGUMENT, by_deviance, density)
            return np.where(valid, np.where(inside, density, -np.inf), np.nan)

    def _core(self, *, n: Any, p: Any) -> Core:
        return np.asarray(n), np.asarray(p)

    def _valid(self, name: str, value: Array) -> NDArray[np.bool_]:
        if name == "n":
            return np.asarray(COUNT_DOMAIN.holds(value))
        return np.asarray(SHARE_DOMAIN.holds(value).all(axis=-1) & np.isclose(value.sum(axis=-1), 1))

    def _log_density(self, x: Array, *core: Array) -> Array:
        return self.log_density(x, n=core[0], p=core[1])

    def _distribution(self, x: Array, *core: Array) -> Array:
        """Of each class by itself, a Binomial's."""
        n, p = core
        return np.asarray(special.bdtr(np.floor(x), n[..., None], p))

    def _quantile(self, q: Array, *core: Array) -> Array:
        raise NotImplementedError("counts of several classes have no quantile")

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        n, p = core
        shape = np.broadcast_shapes(n.shape, p.shape[:-1]) if size is None else size
        counts = np.broadcast_to(n, shape).astype(np.int64)
        return rng.multinomial(counts, np.broadcast_to(p, (*counts.shape, p.shape[-1])))

    def _mean(self, *core: Array) -> Array:
        return np.asarray(core[0][..., None] * core[1])

    def _sd(self, *core: Array) -> Array:
        return np.asarray(np.sqrt(core[0][..., None] * core[1] * (1 - core[1])))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, core[0][..., None]


_EXAMPLE = "as in `OrderedLogistic(eta=pull, c1=low, c2=high)`, with one class more than cutpoints"
_COUNTED = "as in `Multinomial(n=asked, left=0.4, right=0.6)`, or `p=` with a Dirichlet parameter"


def cutpoint_names(count: int) -> tuple[str, ...]:
    """Return c1, c2, … as statements write them."""
    return tuple(f"c{number}" for number in range(1, count + 1))
