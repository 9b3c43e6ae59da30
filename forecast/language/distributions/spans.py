"""Families that end at stated points: Uniform and Triangular."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from forecast.language.arrays import Array
from forecast.language.distributions.domains import REAL_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.solve import NoRoot, triangular_mode_share, triangular_unit_quantile
from forecast.language.distributions.traits import ValueKind
from forecast.language.distributions.words import PriorWords, WordForm, verify_solution
from forecast.language.faults import Fault


class Uniform(Family):
    """Uniform(lower=0, upper=1): log f = -log(upper - lower).  Mean the middle, sd (upper - lower) / sqrt(12)."""

    name = "Uniform"
    example = ("Uniform(lower=0, upper=1)", "any value between two bounds, all equally likely")
    value_kind = ValueKind.INTERVAL
    is_symmetric = True
    free_arguments = ("lower", "upper")
    signatures = (Signature((), ("lower", "upper")),)
    domains: ClassVar[Mapping[str, Domain]] = {"lower": REAL_DOMAIN, "upper": REAL_DOMAIN}

    def _core(self, lower: Any = 0.0, upper: Any = 1.0) -> Core:
        return np.asarray(lower), np.asarray(upper)

    def _jointly_valid(self, *core: Array) -> Any:
        lower, upper = core
        return lower < upper

    def _check_jointly(self, arguments: Mapping[str, float]) -> None:
        check_bounds(self.name, arguments)

    def _log_density(self, x: Array, *core: Array) -> Array:
        lower, upper = core
        return np.zeros_like(x) - np.log(upper - lower)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        return groups.ends()

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        least, greatest = statistics
        lower, upper = core
        return np.where((least >= lower) & (greatest <= upper), -counts * np.log(upper - lower), -np.inf)

    def _distribution(self, x: Array, *core: Array) -> Array:
        lower, upper = core
        return np.asarray((x - lower) / (upper - lower))

    def _quantile(self, q: Array, *core: Array) -> Array:
        lower, upper = core
        return np.where(q < 0.5, lower + q * (upper - lower), upper - (1 - q) * (upper - lower))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return rng.uniform(*core, size=size)

    def _mean(self, *core: Array) -> Array:
        lower, upper = core
        return np.asarray(lower + 0.5 * (upper - lower))

    def _sd(self, *core: Array) -> Array:
        lower, upper = core
        return np.asarray((upper - lower) / np.sqrt(12.0))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return core[0], core[1]

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        (q1, q2), (x1, x2) = words.shares, words.points
        width = (x2 - x1) / (q2 - q1)
        return {"lower": x1 - q1 * width, "upper": x2 + (1 - q2) * width}

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require_width("sd")
        half = words["sd"] * math.sqrt(3.0)
        return {"lower": words["mean"] - half, "upper": words["mean"] + half}

    forms = (WordForm(_from_quantiles, quantiles=2), WordForm(_from_moments, ("mean", "sd")))


class Triangular(Family):
    """Triangular(lower=0, upper=1, c=0.5): rises to its mode c, then falls, both in straight lines.

    f = 2 (x - lower) / ((upper - lower) (c - lower)) below c, 2 (upper - x) / ((upper - lower) (upper - c)) from c on;
    the share below c is (c - lower) / (upper - lower).  Mean (lower + upper + c) / 3.
    """

    name = "Triangular"
    example = ("Triangular(lower=2, upper=10, c=4)", "a least, a most and a likeliest value")
    value_kind = ValueKind.INTERVAL
    free_arguments = ("c",)
    signatures = (Signature((), ("lower", "upper", "c")),)
    domains: ClassVar[Mapping[str, Domain]] = {"lower": REAL_DOMAIN, "upper": REAL_DOMAIN, "c": REAL_DOMAIN}
    no_words = "a Triangular takes three quantiles"

    def _core(self, lower: Any = 0.0, upper: Any = 1.0, c: Any = 0.5) -> Core:
        return np.asarray(lower), np.asarray(upper), np.asarray(c)

    def _jointly_valid(self, *core: Array) -> Any:
        lower, upper, c = core
        return (lower < upper) & (lower <= c) & (c <= upper)

    def _check_jointly(self, arguments: Mapping[str, float]) -> None:
        check_bounds(self.name, arguments)
        lower, upper, c = arguments.get("lower", 0.0), arguments.get("upper", 1.0), arguments.get("c", 0.5)
        if not lower <= c <= upper:
            raise Fault(
                f"`c` of Triangular is {c:.6g}; it must be between {lower:.6g} and {upper:.6g}",
                argument="c" if "c" in arguments else next(iter(arguments)),
            )

    def _log_density(self, x: Array, *core: Array) -> Array:
        lower, upper, c = core
        side = np.where(x < c, (x - lower) / (c - lower), np.where(x == c, 1.0, (upper - x) / (upper - c)))
        return np.asarray(np.log(2.0) - np.log(upper - lower) + np.log(side))

    def _distribution(self, x: Array, *core: Array) -> Array:
        lower, upper, c = core
        below = (x - lower) ** 2 / ((upper - lower) * (c - lower))
        return np.where(x < c, below, 1 - (upper - x) ** 2 / ((upper - lower) * np.where(upper > c, upper - c, 1.0)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        lower, upper, c = core
        width = upper - lower
        rising = lower + np.sqrt(q * width * (c - lower))
        return np.where(q * width <= c - lower, rising, upper - np.sqrt((1 - q) * width * (upper - c)))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        lower, upper, c = core
        return rng.triangular(lower, c, upper, size=size)

    def _mean(self, *core: Array) -> Array:
        lower, upper, c = core
        return np.asarray((lower + upper + c) / 3)

    def _sd(self, *core: Array) -> Array:
        lower, upper, c = core
        return np.asarray(np.sqrt(((upper - lower) ** 2 - (c - lower) * (upper - c)) / 18))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return core[0], core[1]

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        shares, points = words.shares, words.numbers()
        try:
            mode = triangular_mode_share(shares, points)
        except NoRoot:
            ends = [[triangular_unit_quantile(share, mode) for share in shares] for mode in (0.0, 1.0)]
            least, most = (points[0] + (middle - low) / (high - low) * (points[2] - points[0]) for low, middle, high in ends)
            raise Fault(
                f"no Triangular has these three quantiles: with the other two, `{words.quantiles[1].name}` must be between {least:.6g} and {most:.6g}",
                argument=words.quantiles[1].name,
            ) from None
        low, _, high = (triangular_unit_quantile(share, mode) for share in shares)
        width = (points[2] - points[0]) / (high - low)
        lower = points[0] - low * width
        upper = lower + width
        c = min(max(lower + mode * width, lower), upper)  # rounding only: the mode's share is between 0 and 1
        return verify_solution(words, Triangular(), {"lower": lower, "upper": upper, "c": c})

    @staticmethod
    def _from_bounds(words: PriorWords) -> dict[str, Any]:
        lower, upper, point, share = words.number("lower"), words.number("upper"), words.numbers()[0], words.shares[0]
        check_bounds(words.family, {"lower": lower, "upper": upper})
        least, most = lower + (1 - math.sqrt(1 - share)) * (upper - lower), lower + math.sqrt(share) * (upper - lower)
        name = words.quantiles[0].name
        if not least <= point <= most:
            raise Fault(
                f"no Triangular from {lower:.6g} to {upper:.6g} has this `{name}`: it must be between {least:.6g} and {most:.6g}",
                argument=name,
            )
        x = (point - lower) / (upper - lower)
        mode = x * x / share if x >= share else 1 - (1 - x) ** 2 / (1 - share)
        return {"lower": lower, "upper": upper, "c": min(max(lower + mode * (upper - lower), lower), upper)}  # rounding only: checked above

    forms = (WordForm(_from_quantiles, quantiles=3), WordForm(_from_bounds, ("lower", "upper"), 1))


def check_bounds(family: str, arguments: Mapping[str, float]) -> None:
    """Raise ``Fault`` unless ``lower`` is below ``upper``, each with PyMC's default where it is not given."""
    lower, upper = arguments.get("lower", 0.0), arguments.get("upper", 1.0)
    at = "upper" if "upper" in arguments else "lower"
    if lower == upper:
        raise Fault(
            f"`lower` and `upper` of {family} are both {lower:.6g}: zero width",
            hint="what is known for certain is a number, not a prior",
            argument=at,
        )
    if lower > upper:
        raise Fault(f"`lower` of {family} is {lower:.6g}, above `upper`, {upper:.6g}", argument=at)
