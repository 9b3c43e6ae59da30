"""Shares that add up to 1: Dirichlet.

Its draws are independent Gammas divided by their sum.  The fast engine moves in the
logarithms of those Gammas: one coordinate more than there are free shares, and
nothing that rows can see depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.domains import POSITIVE_DOMAIN, Domain, check_domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.gammas import Gamma
from forecast.language.distributions.labelled import check_each, check_label_arguments
from forecast.language.distributions.shares import Beta
from forecast.language.distributions.traits import ValueKind
from forecast.language.faults import Fault
from forecast.language.ops import Ops

_SMALL = 1e-290  # a Gamma's quantile below has lost digits, or is 0; its logarithm is then found without it
_GAMMA, _BETA = Gamma(), Beta()


class Dirichlet(Family):
    """Dirichlet(label=weight, …): one share for each label, together 1.

    p(x) = Γ(Σ a) / Π Γ(a) · Π x ** (a - 1).  Over arrays the argument is ``a``, with the labels on its
    last axis.  ``log_density`` is that of all shares together, and takes the labels' axis away; everything else is of
    each share alone, whose distribution is Beta(a, Σ a - a).
    """

    name = "Dirichlet"
    example = ("Dirichlet(left=4, right=5, other=1)", "a share for each label, together 1")
    value_kind = ValueKind.SIMPLEX
    vector_argument = "a"
    joint = True
    is_slow = True
    signatures = (Signature(("a",)),)
    domains: ClassVar[Mapping[str, Domain]] = {"a": POSITIVE_DOMAIN}

    def from_words(self, given: Mapping[str, Any], ops: Ops) -> dict[str, Any]:
        """Return ``a``, stacked from the labels' weights; raise ``Fault`` for fewer than two labels."""
        if set(given) == {"a"}:
            return dict(given)
        if len(given) < 2:
            raise Fault(
                "Dirichlet needs at least two labels", hint="as in `Dirichlet(left=4, right=5, other=1)`", argument=next(iter(given), "")
            )
        return {"a": ops.stack(tuple(given.values()))}

    def check_numbers(self, numbers: Mapping[str, float | None]) -> None:
        """Raise ``Fault`` unless each label has a weight, and those that are known are above 0."""
        if set(numbers) == {"a"}:
            raise Fault("Dirichlet takes a weight for each label", hint="as in `Dirichlet(left=4, right=5, other=1)`", argument="a")
        check_label_arguments(self.from_words, numbers)
        check_each(self.domains["a"], self.name, numbers)

    def check_constants(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``Fault`` unless every weight is above 0."""
        for weight in np.ravel(np.asarray(arguments["a"], dtype=float)):
            check_domain(POSITIVE_DOMAIN, self.name, "a", float(weight))

    def log_density(self, value: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the log density of shares ``(…, labels)`` together, ``(…,)``; NaN where the arguments make no distribution.

        As in PyMC, shares below 0 or above 1 are impossible, and whether they add up to 1 is not asked.
        """
        x, a = np.asarray(value, dtype=float), self._core(**arguments)[0]
        with np.errstate(all="ignore"):
            power = np.where((x == 0) & (a <= 1), np.where(a == 1, 0.0, -np.inf), (a - 1) * np.log(x))
            density = (power - special.gammaln(a)).sum(axis=-1) + special.gammaln(a.sum(axis=-1))
            if (large := (a.sum(axis=-1) > deviances.LARGE_ARGUMENT) & (x > 0).all(axis=-1)).any():
                total = a.sum(axis=-1)
                terms = deviances.poisson(a, total[..., None] * x) + np.log(a) - np.log(x)
                density = np.where(large, terms.sum(axis=-1) - deviances.poisson(total, total) - np.log(total), density)
            density = np.where(((x < 0) | (x > 1)).any(axis=-1), -np.inf, density)
        return np.where(POSITIVE_DOMAIN.holds(a).all(axis=-1), density, np.nan)

    def quantile(self, q: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the shares ``(…, labels)`` that uniform numbers ``(…, labels)`` stand for: Gammas at those quantiles, over their sum.

        Of independent uniform numbers it makes a draw of the distribution.
        """
        return self.shares(self.latents(q, **arguments))

    def latents(self, q: ArrayLike, **arguments: ArrayLike) -> Array:
        """Return the logarithms of Gamma(a, 1) quantiles, ``(…, labels)``; NaN where the arguments make no distribution."""
        uniforms, a = np.asarray(q, dtype=float), self._core(**arguments)[0]
        gammas = np.stack([_GAMMA.quantile(uniforms[..., index], alpha=a[..., index], beta=1.0) for index in range(a.shape[-1])], axis=-1)
        with np.errstate(all="ignore"):
            near_zero = (np.log(uniforms) + special.gammaln(a + 1)) / a
            return np.where(gammas < _SMALL, near_zero, np.log(gammas))

    def shares(self, latents: Array) -> Array:
        """Return the shares whose Gammas have the given logarithms, ``(…, labels)``."""
        shares: Array = special.softmax(latents, axis=-1)
        return shares

    def latent_log_density(self, latents: Array, **arguments: ArrayLike) -> Array:
        """Return the joint log density of the Gammas' logarithms, ``(…,)``; NaN where the arguments make no distribution."""
        a = self._core(**arguments)[0]
        with np.errstate(all="ignore"):
            terms = a * latents - np.exp(latents) - special.gammaln(a)
            if (large := a > deviances.LARGE_ARGUMENT).any():
                terms = np.where(large, deviances.poisson(a, np.exp(latents)) + np.log(a), terms)
            density: Array = terms.sum(axis=-1)
        return np.where(POSITIVE_DOMAIN.holds(a).all(axis=-1), density, np.nan)

    def points_at(self, arguments: Mapping[str, Any], position: int) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % points of one share, for constant arguments."""
        a = np.asarray(arguments["a"], dtype=float)
        return _BETA.points({"alpha": float(a[position]), "beta": float(a.sum() - a[position])})

    def _core(self, a: Any) -> Core:
        weights = np.asarray(a, dtype=float)
        return (weights[..., 0, :] if weights.ndim > 2 else weights,)  # stacked from ``(draws, 1)`` each

    def _marginal(self, a: Array) -> tuple[Array, Array]:
        return a, a.sum(axis=-1, keepdims=True) - a

    def _log_density(self, x: Array, *core: Array) -> Array:
        return self.log_density(x, a=core[0])

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta = self._marginal(core[0])
        return np.asarray(special.betainc(alpha, beta, np.clip(x, 0.0, 1.0)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return self.quantile(q, a=core[0])

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        (a,) = core
        gammas = rng.standard_gamma(a, size=a.shape if size is None else size)
        return gammas / gammas.sum(axis=-1, keepdims=True)

    def _mean(self, *core: Array) -> Array:
        return np.asarray(core[0] / core[0].sum(axis=-1, keepdims=True))

    def _sd(self, *core: Array) -> Array:
        mean = self._mean(*core)
        return np.asarray(np.sqrt(mean * (1 - mean) / (core[0].sum(axis=-1, keepdims=True) + 1)))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, 1.0
