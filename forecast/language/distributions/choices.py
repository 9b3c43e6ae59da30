"""One of a few values: Categorical, over labels, and DiscreteUniform, over whole numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.language.distributions.domains import REAL_DOMAIN, SHARE_DOMAIN, Domain, check_domain, known_number
from forecast.language.distributions.events import NO_WORDS_FOR_COUNTS
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.labelled import check_each, check_label_arguments, check_sum
from forecast.language.distributions.spans import check_bounds
from forecast.language.distributions.traits import ValueKind
from forecast.language.faults import Fault
from forecast.language.ops import Ops


class Categorical(Family):
    """Categorical(label=share, …): one label, by its number in the order they are written; P(k) = p[k].

    Over arrays the argument is ``p``, with the categories on its last axis, adding up to 1 within 1e-5 as PyMC asks.
    Labels have no mean and no sd (NaN).
    """

    name = "Categorical"
    example = ("Categorical(fear=0.3, belief=0.5, other=0.2)", "one of some labels")
    value_kind = ValueKind.CATEGORY
    vector_argument = "p"
    support_arguments: ClassVar[tuple[str, ...] | None] = ()
    event_process = "hazard"
    discrete = True
    signatures = (Signature(("p",)),)
    domains: ClassVar[Mapping[str, Domain]] = {"p": SHARE_DOMAIN}

    def _core(self, p: Any) -> Core:
        return (np.asarray(p),)

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return ``p``, stacked from the labels' shares; raise ``Fault`` for fewer than two labels."""
        if set(given) == {"p"}:
            return dict(given)
        if len(given) < 2:
            raise Fault(
                "Categorical needs at least two labels", hint="as in `Categorical(yes=0.3, no=0.7)`", argument=next(iter(given), "")
            )
        return {"p": ops.stack(tuple(given.values()))}

    def check_numbers(self, numbers: Mapping[str, float | None]) -> None:
        """Raise ``Fault`` unless each label has a share, and those that are known can add up to 1."""
        if set(numbers) == {"p"}:
            raise Fault("Categorical takes a share for each label", hint="as in `Categorical(fear=0.3, habit=0.7)`", argument="p")
        check_label_arguments(self.from_words, numbers)
        check_each(self.domains["p"], self.name, numbers)
        check_sum(self.name, numbers)

    def check_constants(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``Fault`` unless ``p`` holds shares that add up to 1."""
        shares = np.asarray(arguments["p"], dtype=float)
        for share in np.ravel(shares):
            check_domain(SHARE_DOMAIN, self.name, "p", float(share))
        total = np.ravel(shares.sum(axis=-1))
        if not np.isclose(total, 1).all():
            wrong = float(total[~np.isclose(total, 1)][0])
            raise Fault(f"the shares of Categorical add up to {wrong:.6g}; they must add up to 1", argument="p")

    def possible_values(self, numbers: Mapping[str, float | None]) -> range:
        """One number for each label."""
        return range(len(numbers))

    def _valid(self, _name: str, value: Array) -> NDArray[np.bool_]:
        return np.asarray(SHARE_DOMAIN.holds(value).all(axis=-1) & np.isclose(value.sum(axis=-1), 1))

    def _log_density(self, x: Array, *core: Array) -> Array:
        (p,) = core
        code = np.where((x >= 0) & (x < p.shape[-1]), x, 0).astype(np.intp)
        if p.ndim == 1:
            return np.asarray(np.log(p)[code])
        shape = np.broadcast_shapes(x.shape, p.shape[:-1])
        taken = np.take_along_axis(np.broadcast_to(p, (*shape, p.shape[-1])), np.broadcast_to(code, shape)[..., None], axis=-1)
        return np.asarray(np.log(taken[..., 0]))

    def _distribution(self, x: Array, *core: Array) -> Array:
        (p,) = core
        return np.asarray((p * (np.arange(p.shape[-1]) <= x[..., None])).sum(axis=-1))

    def _quantile(self, q: Array, *core: Array) -> Array:
        up_to = np.cumsum(core[0], axis=-1)[..., :-1]
        return np.asarray((up_to < q[..., None]).sum(axis=-1), dtype=float)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return self._quantile(np.asarray(rng.random(core[0].shape[:-1] if size is None else size)), *core)

    def _mean(self, *core: Array) -> Array:
        return np.full(core[0].shape[:-1], np.nan)

    def _sd(self, *core: Array) -> Array:
        return self._mean(*core)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, float(core[0].shape[-1] - 1)


class DiscreteUniform(Family):
    """DiscreteUniform(lower, upper): every whole number from lower to upper, both included and, as in PyMC, rounded down.

    P(k) = 1 / N with N = upper - lower + 1.  Mean (lower + upper) / 2, sd sqrt((N² - 1) / 12).
    """

    name = "DiscreteUniform"
    example = ("DiscreteUniform(lower=1, upper=6)", "a whole number, all equally likely")
    value_kind = ValueKind.INTERVAL
    whole_arguments = ("lower", "upper")
    support_arguments = ("lower", "upper")
    discrete = True
    signatures = (Signature(("lower", "upper")),)
    domains: ClassVar[Mapping[str, Domain]] = {"lower": REAL_DOMAIN, "upper": REAL_DOMAIN}
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, lower: Any, upper: Any) -> Core:
        return np.asarray(np.floor(lower)), np.asarray(np.floor(upper))

    def _jointly_valid(self, *core: Array) -> Any:
        return core[0] <= core[1]

    def _check_jointly(self, arguments: Mapping[str, float]) -> None:
        if np.floor(arguments["lower"]) >= np.floor(arguments["upper"]):
            check_bounds(self.name, {name: float(np.floor(value)) for name, value in arguments.items()})

    def possible_values(self, numbers: Mapping[str, float | None]) -> range:
        """Every whole number from ``lower`` to ``upper``."""
        return range(math.floor(known_number(numbers["lower"])), math.floor(known_number(numbers["upper"])) + 1)

    def _log_density(self, x: Array, *core: Array) -> Array:
        lower, upper = core
        return np.zeros_like(x) - np.log(upper - lower + 1)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        return groups.ends()

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        least, greatest = statistics
        lower, upper = core
        return np.where((least >= lower) & (greatest <= upper), -counts * np.log(upper - lower + 1), -np.inf)

    def _distribution(self, x: Array, *core: Array) -> Array:
        lower, upper = core
        return np.asarray((x - lower + 1) / (upper - lower + 1))

    def _quantile(self, q: Array, *core: Array) -> Array:
        lower, upper = core
        count = upper - lower + 1
        above = np.ceil(q * count)
        above = np.where((above - 1) / count >= q, above - 1, above)  # q * count may round up past a step
        return np.asarray(lower + np.maximum(above, 1) - 1)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        lower, upper = core
        return rng.integers(lower.astype(np.int64), upper.astype(np.int64), size=size, endpoint=True)

    def _mean(self, *core: Array) -> Array:
        return np.asarray(0.5 * (core[0] + core[1]))

    def _sd(self, *core: Array) -> Array:
        return np.asarray(np.sqrt(((core[1] - core[0] + 1) ** 2 - 1) / 12))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return core[0], core[1]
