"""Families of counts without an upper end: Poisson, NegativeBinomial, ZeroInflatedPoisson."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from forecast.language.distributions.domains import NOT_NEGATIVE, POSITIVE, SHARE, Domain
from forecast.language.distributions.family import Array, Core, Family, Signature, Size
from forecast.language.distributions.words import Form, Words, constant_of
from forecast.language.faults import Fault

OPEN_SHARE = Domain("above 0 and at most 1", lambda x: (x > 0) & (x <= 1))
POISSON_FROM = 1e10  # PyMC takes a NegativeBinomial for a Poisson from here on, where gamma functions run out of digits


def smallest_reaching(family: Family, q: Array, core: Core) -> Array:
    """The smallest whole number whose distribution function reaches ``q``, by doubling and halving."""
    lower, upper = (np.asarray(bound, dtype=float) for bound in family._support(*core))
    lowest = np.broadcast_to(lower, np.broadcast_shapes(q.shape, lower.shape, *(each.shape for each in core))).astype(float)
    low = lowest - 1
    high = np.minimum(lowest + 1, upper)
    reached = family._distribution(high, *core) >= q
    while not (reached | (high >= upper) | (high > 2.0**60)).all():
        low = np.where(reached, low, high)
        high = np.where(reached, high, np.minimum(lowest + 2 * (high - lowest), upper))
        reached = (family._distribution(high, *core) >= q) | np.isnan(q)
    while (apart := high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = family._distribution(middle, *core) >= q
        high, low = np.where(apart & enough, middle, high), np.where(apart & ~enough, middle, low)
    return high


class Poisson(Family):
    """Poisson(mu): log f = x log mu - mu - log x!.  Mean and variance mu; at mu = 0 always 0."""

    name = "Poisson"
    discrete = True
    signatures = (Signature(("mu",)),)
    domains = {"mu": NOT_NEGATIVE}

    def core(self, mu: Any = None) -> Core:
        return (np.asarray(mu),)

    def _log_density(self, x: Array, *core: Array) -> Array:
        return poisson_log_density(x, core[0])

    def _distribution(self, x: Array, *core: Array) -> Array:
        return np.asarray(special.pdtr(np.maximum(x, 0.0), core[0]))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return smallest_reaching(self, q, core)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        return rng.poisson(*core, size=size)

    def _mean(self, *core: Array) -> Array:
        return core[0]

    def _sd(self, *core: Array) -> Array:
        return np.sqrt(core[0])

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_mean(words: Words) -> dict[str, Any]:
        words.require("mean", lambda mean: mean >= 0, "0 or more")
        return {"mu": words["mean"]}

    forms = (Form(_from_mean, ("mean",)),)


class NegativeBinomial(Family):
    """NegativeBinomial(mu, alpha) or NegativeBinomial(n, p): a Poisson whose rate is Gamma(alpha, alpha / mu).

    log f = log C(x + alpha - 1, x) + alpha log(alpha / (alpha + mu)) + x log(mu / (alpha + mu)); n = alpha,
    p = alpha / (alpha + mu).  Mean mu, variance mu + mu² / alpha; at mu = 0 always 0.
    """

    name = "NegativeBinomial"
    discrete = True
    signatures = (Signature(("mu", "alpha")), Signature(("n", "p")))
    domains = {"mu": NOT_NEGATIVE, "alpha": POSITIVE, "n": POSITIVE, "p": OPEN_SHARE}

    def core(self, mu: Any = None, alpha: Any = None, n: Any = None, p: Any = None) -> Core:
        if mu is None:
            return np.asarray(n * (1 - p) / p), np.asarray(n)
        return np.asarray(mu), np.asarray(alpha)

    def _log_density(self, x: Array, *core: Array) -> Array:
        mu, alpha = core
        count = np.where(x >= 0, x, 0.0)
        ways = -special.betaln(count + 1, alpha) - np.log(count + alpha)
        density = ways - alpha * np.log1p(mu / alpha) + special.xlogy(x, mu / (mu + alpha))
        return np.where(alpha > POISSON_FROM, poisson_log_density(x, mu), density)

    def _distribution(self, x: Array, *core: Array) -> Array:
        mu, alpha = core
        return np.asarray(special.betainc(alpha, np.maximum(x, 0.0) + 1, alpha / (alpha + mu)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return smallest_reaching(self, q, core)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        mu, alpha = core
        shape = np.broadcast_shapes(np.shape(mu), np.shape(alpha)) if size is None else size
        return rng.poisson(np.asarray(mu / alpha) * rng.standard_gamma(alpha, size=shape))

    def _mean(self, *core: Array) -> Array:
        return np.asarray(core[0] + 0 * core[1])

    def _sd(self, *core: Array) -> Array:
        mu, alpha = core
        return np.sqrt(mu + mu**2 / alpha)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_moments(words: Words) -> dict[str, Any]:
        words.require("mean", lambda mean: mean > 0, "above 0")
        words.require_width("sd")
        mean, sd = constant_of(words["mean"]), constant_of(words["sd"])
        if mean is not None and sd is not None and sd**2 <= mean:
            raise Fault(
                f"`sd={sd:.6g}` is too small: a NegativeBinomial with mean {mean:.6g} has an sd above {mean**0.5:.6g}",
                hint="counts spread no wider than that are a Poisson",
                argument="sd",
            )
        return {"mu": words["mean"], "alpha": words["mean"] ** 2 / (words["sd"] ** 2 - words["mean"])}

    forms = (Form(_from_moments, ("mean", "sd")),)


class ZeroInflatedPoisson(Family):
    """ZeroInflatedPoisson(psi, mu): 0 with probability 1 - psi, else Poisson(mu).

    Mean psi mu, variance psi mu (1 + (1 - psi) mu).
    """

    name = "ZeroInflatedPoisson"
    discrete = True
    signatures = (Signature(("psi", "mu")),)
    domains = {"psi": SHARE, "mu": NOT_NEGATIVE}

    def core(self, psi: Any = None, mu: Any = None) -> Core:
        return np.asarray(psi), np.asarray(mu)

    def _log_density(self, x: Array, *core: Array) -> Array:
        psi, mu = core
        none = np.logaddexp(np.log1p(-psi), np.log(psi) - mu)
        return np.where(x == 0, none, np.log(psi) + poisson_log_density(x, mu))

    def _distribution(self, x: Array, *core: Array) -> Array:
        psi, mu = core
        return np.asarray(1 - psi + psi * special.pdtr(np.maximum(x, 0.0), mu))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return smallest_reaching(self, q, core)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        psi, mu = core
        shape = np.broadcast_shapes(np.shape(psi), np.shape(mu)) if size is None else size
        return rng.poisson(mu, size=shape) * (rng.random(shape) < psi)

    def _mean(self, *core: Array) -> Array:
        return np.asarray(core[0] * core[1])

    def _sd(self, *core: Array) -> Array:
        psi, mu = core
        return np.sqrt(psi * mu * (1 + (1 - psi) * mu))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf


def poisson_log_density(x: Array, mu: Array) -> Array:
    """x log mu - mu - log x!, with 0 log 0 = 0."""
    return np.asarray(special.xlogy(x, mu) - mu - special.gammaln(np.where(x >= 0, x, 0.0) + 1))
