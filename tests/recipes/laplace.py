"""Laplace: a sharp peak with exponential tails on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from forecast.language.arrays import Array
from forecast.language.distributions.domains import REAL_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.real import solve_location_scale
from forecast.language.distributions.traits import LocationScale, ValueKind
from forecast.language.distributions.words import PriorWords, WordForm


class Laplace(Family):
    """Laplace(mu, b): log f = -|x - mu| / b - log(2 b).  Mean mu, sd b sqrt(2)."""

    name = "Laplace"
    example = ("Laplace(mu=0, b=1)", "a change that is mostly small")
    value_kind = ValueKind.REAL
    location_scale = LocationScale("mu", "b", "identity", "Laplace", "mu=0, b=1")
    is_symmetric = True
    free_arguments = ("mu", "b")
    signatures = (Signature(("mu", "b")),)
    domains: ClassVar[Mapping[str, Domain]] = {"mu": REAL_DOMAIN, "b": WIDTH_DOMAIN}

    def _core(self, mu: Any, b: Any) -> Core:
        return np.asarray(mu), np.asarray(b)

    def _log_density(self, x: Array, *core: Array) -> Array:
        mu, b = core
        return np.asarray(-np.abs(x - mu) / b - np.log(2 * b))

    def _distribution(self, x: Array, *core: Array) -> Array:
        mu, b = core
        tail = 0.5 * np.exp(-np.abs(x - mu) / b)
        return np.where(x < mu, tail, 1 - tail)

    def _quantile(self, q: Array, *core: Array) -> Array:
        mu, b = core
        return np.asarray(mu + b * laplace_score(q))

    def _survival(self, x: Array, *core: Array) -> Array:
        mu, b = core
        return self._distribution(2 * mu - x, mu, b)

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        mu, b = core
        return np.asarray(mu - b * laplace_score(share))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return rng.laplace(*core, size=size)

    def _mean(self, *core: Array) -> Array:
        return np.broadcast_arrays(*core)[0]

    def _sd(self, *core: Array) -> Array:
        return np.asarray(np.broadcast_arrays(*core)[1] * np.sqrt(2.0))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return -np.inf, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        scores = tuple(float(laplace_score(np.asarray(share))) for share in words.shares)
        return solve_location_scale(words, scores, words.points, location="mu", scale="b")

    forms = (WordForm(_from_quantiles, quantiles=2),)


def laplace_score(q: Array) -> Array:
    """The standard Laplace quantile, accurate in both tails."""
    return np.where(q < 0.5, np.log(2 * q), -np.log(2 * (1 - q)))
