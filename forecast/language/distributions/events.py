"""Counts of events without an upper bound: Poisson, NegativeBinomial, ZeroInflatedPoisson."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.domains import NONNEGATIVE_DOMAIN, POSITIVE_DOMAIN, SHARE_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.small_counts import draw_negative_binomial
from forecast.language.distributions.steps import discrete_quantile, draw_poisson, log_rising_factorial
from forecast.language.distributions.traits import TensorTails, ValueKind
from forecast.language.distributions.words import PriorWords, WordForm, constant_of
from forecast.language.faults import Fault

NO_WORDS_FOR_COUNTS = "the quantiles of a count are steps, which no arguments meet exactly"
PRACTICALLY_POISSON = 1e10  # how much larger than 1 and than mu a NegativeBinomial's alpha is where its shares are the Poisson's
POSITIVE_SHARE_DOMAIN = Domain("above 0 and at most 1", lambda x: (x > 0) & (x <= 1))


def poisson_log_mass(k: Array, mu: Array) -> Array:
    """Return k log mu - mu - log k!; at mu = 0 all the mass is at 0."""
    mass = special.xlogy(k, mu) - mu - special.gammaln(k + 1)
    large = (k > deviances.LARGE_ARGUMENT) | (mu > deviances.LARGE_ARGUMENT)
    return np.where(large, deviances.poisson(k, mu), mass) if large.any() else np.asarray(mass)


def poisson_distribution(k: Array, mu: Array) -> Array:
    """P(X <= k), 0 below 0."""
    return np.where(k < 0, 0.0, special.gammaincc(np.maximum(k, 0.0) + 1, mu))


class Poisson(Family):
    """Poisson(mu): log P(k) = k log mu - mu - log k!.  Mean mu, sd sqrt(mu).  mu = 0 puts all mass at 0."""

    name = "Poisson"
    example = ("Poisson(mu=2.5)", "how many events, which come one by one")
    value_kind = ValueKind.COUNT
    event_process = "rate"
    discrete = True
    signatures = (Signature(("mu",)),)
    domains: ClassVar[Mapping[str, Domain]] = {"mu": NONNEGATIVE_DOMAIN}
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, mu: Any) -> Core:
        return (np.asarray(mu),)

    def _log_density(self, x: Array, *core: Array) -> Array:
        return poisson_log_mass(x, core[0])

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        mean = groups.means(groups.values)
        return mean, groups.sums(poisson_log_mass(groups.values, groups.spread(mean)))

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        mean, at_mean = statistics
        return np.where(mean == 0, -counts * core[0], at_mean - counts * deviances.deviance(mean, core[0]))

    def _distribution(self, x: Array, *core: Array) -> Array:
        return poisson_distribution(x, core[0])

    def _quantile(self, q: Array, *core: Array) -> Array:
        guess = core[0] + np.sqrt(core[0]) * special.ndtri(q)
        return discrete_quantile(lambda k: self._distribution(k, *core), q, guess, np.asarray(0.0), np.asarray(np.inf))

    def _survival(self, x: Array, *core: Array) -> Array:
        return np.where(x < 0, 1.0, special.gammainc(np.maximum(x, 0.0) + 1, core[0]))

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        (mu,) = parameters
        return tails.gammainc(x + 1, mu)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return draw_poisson(rng, core[0], size)

    def _mean(self, *core: Array) -> Array:
        return core[0]

    def _sd(self, *core: Array) -> Array:
        return np.asarray(np.sqrt(core[0]))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: mean >= 0, "0 or more")
        return {"mu": words["mean"]}

    forms = (WordForm(_from_mean, ("mean",)),)


def _log_mass_of_nothing(_x: Array, mu: Array, alpha: Array) -> Array:
    """The log mass of a NegativeBinomial at 0."""
    return np.asarray(0.0 - alpha * np.log1p(mu / alpha))  # no minus 0


class NegativeBinomial(Family):
    """NegativeBinomial(mu, alpha) or NegativeBinomial(n, p): a Poisson whose rate is Gamma with mean mu and shape alpha.

    log P(k) = log Gamma(alpha + k) - log Gamma(alpha) - log k! + k log(mu / (mu + alpha)) + alpha log(alpha / (mu + alpha)).
    n = alpha, p = alpha / (mu + alpha).  Mean mu, variance mu + mu² / alpha.  mu = 0 puts all mass at 0.
    """

    name = "NegativeBinomial"
    example = ("NegativeBinomial(mu=2.5, alpha=1)", "how many events, which come in clumps")
    value_kind = ValueKind.COUNT
    event_process = "rate"
    gamma_shapes = ("alpha", "n")
    discrete = True
    signatures = (Signature(("mu", "alpha")), Signature(("n", "p")))
    domains: ClassVar[Mapping[str, Domain]] = {
        "mu": NONNEGATIVE_DOMAIN,
        "alpha": POSITIVE_DOMAIN,
        "n": POSITIVE_DOMAIN,
        "p": POSITIVE_SHARE_DOMAIN,
    }
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, mu: Any = None, alpha: Any = None, n: Any = None, p: Any = None) -> Core:
        if n is not None:
            return np.asarray(n * (1 - p) / p), np.asarray(n)
        return np.asarray(mu), np.asarray(alpha)

    def _jointly_valid(self, *core: Array) -> Any:
        return NONNEGATIVE_DOMAIN.holds(core[0])

    def _log_density(self, x: Array, *core: Array) -> Array:
        nothing = x == 0
        if 2 * np.count_nonzero(nothing) >= x.size:  # as in records of quiet time
            return deviances.where_formula(nothing, _log_mass_of_nothing, self._log_mass, x, *core)
        return self._log_mass(x, *core)

    def _log_mass(self, x: Array, mu: Array, alpha: Array) -> Array:
        mass = log_rising_factorial(alpha, x) - special.gammaln(x + 1) + special.xlogy(x, mu / (mu + alpha)) - alpha * np.log1p(mu / alpha)
        large = (x > deviances.LARGE_ARGUMENT) | (alpha > deviances.LARGE_ARGUMENT)
        return np.where(large, deviances.negative_binomial(x, mu, alpha), mass) if large.any() else np.asarray(mass)

    def _distribution(self, x: Array, *core: Array) -> Array:
        mu, alpha = core
        above = np.maximum(x, 0.0) + 1
        total = mu + alpha
        share = np.where(
            mu > alpha, special.betainc(alpha, above, alpha / total), special.betaincc(above, alpha, mu / total)
        )  # the smaller share
        poisson = alpha > PRACTICALLY_POISSON * np.maximum(mu, 1.0)
        if poisson.any():
            share = np.where(poisson, poisson_distribution(x, mu), share)
        return np.where(x < 0, 0.0, share)

    def _quantile(self, q: Array, *core: Array) -> Array:
        guess = self._mean(*core) + self._sd(*core) * special.ndtri(q)
        return discrete_quantile(lambda k: self._distribution(k, *core), q, guess, np.asarray(0.0), np.asarray(np.inf))

    def _survival(self, x: Array, *core: Array) -> Array:
        mu, alpha = core
        above = np.maximum(x, 0.0) + 1
        total = mu + alpha
        share = np.where(mu > alpha, special.betaincc(alpha, above, alpha / total), special.betainc(above, alpha, mu / total))
        poisson = alpha > PRACTICALLY_POISSON * np.maximum(mu, 1.0)
        if poisson.any():
            share = np.where(poisson, special.gammainc(above, mu), share)
        return np.where(x < 0, 1.0, share)

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        n, p = parameters
        return tails.betainc(x + 1, n, 1 - p)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        mu, alpha = np.broadcast_arrays(*core)
        return draw_negative_binomial(rng, mu, alpha, size)

    def _mean(self, *core: Array) -> Array:
        return np.broadcast_arrays(*core)[0]

    def _sd(self, *core: Array) -> Array:
        mu, alpha = core
        return np.asarray(np.sqrt(mu) * np.sqrt(1 + mu / alpha))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: mean > 0, "above 0")
        words.require_width("sd")
        mean, sd = constant_of(words["mean"]), constant_of(words["sd"])
        if mean is not None and sd is not None and sd * sd <= mean:  # `**` would stop at an overflow
            raise Fault(
                f"`sd={sd:.6g}` is too small: a NegativeBinomial with mean {mean:.6g} has an sd above {math.sqrt(mean):.6g}",
                hint="a Poisson has just that sd",
                argument="sd",
            )
        return {"mu": words["mean"], "alpha": words["mean"] ** 2 / (words["sd"] ** 2 - words["mean"])}

    forms = (WordForm(_from_moments, ("mean", "sd")),)


class ZeroInflatedPoisson(Family):
    """ZeroInflatedPoisson(psi, mu): with chance psi a Poisson(mu), otherwise 0.

    P(0) = 1 - psi + psi exp(-mu), log P(k) = log psi + k log mu - mu - log k! above.  Mean psi mu, variance psi mu (1 + (1 - psi) mu).
    """

    name = "ZeroInflatedPoisson"
    example = ("ZeroInflatedPoisson(psi=0.6, mu=4)", "how many events, where there may be none to come at all")
    value_kind = ValueKind.COUNT
    discrete = True
    signatures = (Signature(("psi", "mu")),)
    domains: ClassVar[Mapping[str, Domain]] = {"psi": SHARE_DOMAIN, "mu": NONNEGATIVE_DOMAIN}
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, psi: Any, mu: Any) -> Core:
        return np.asarray(psi), np.asarray(mu)

    def _log_density(self, x: Array, *core: Array) -> Array:
        psi, mu = core
        return np.where(x == 0, np.log1p(psi * np.expm1(-mu)), np.log(psi) + poisson_log_mass(x, mu))

    def _distribution(self, x: Array, *core: Array) -> Array:
        psi, mu = core
        return np.where(x < 0, 0.0, 1 - psi * (1 - poisson_distribution(x, mu)))

    def _survival(self, x: Array, *core: Array) -> Array:
        psi, mu = core
        return np.where(x < 0, 1.0, psi * special.gammainc(np.maximum(x, 0.0) + 1, mu))

    def _quantile(self, q: Array, *core: Array) -> Array:
        guess = self._mean(*core) + self._sd(*core) * special.ndtri(q)
        return discrete_quantile(lambda k: self._distribution(k, *core), q, guess, np.asarray(0.0), np.asarray(np.inf))

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        psi, mu = parameters
        return psi * tails.gammainc(x + 1, mu)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        psi, mu = np.broadcast_arrays(*core)
        occurs = rng.random(psi.shape if size is None else size) < psi
        return np.where(occurs, draw_poisson(rng, mu, size), 0.0)

    def _mean(self, *core: Array) -> Array:
        psi, mu = core
        return np.asarray(psi * mu)

    def _sd(self, *core: Array) -> Array:
        psi, mu = core
        return np.asarray(np.sqrt(psi * mu) * np.sqrt(1 + (1 - psi) * mu))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        words.require("psi", lambda psi: 0 < psi <= 1, "above 0 and at most 1")
        words.require("mean", lambda mean: mean >= 0, "0 or more")
        return {"psi": words["psi"], "mu": words["mean"] / words["psi"]}

    forms = (WordForm(_from_mean, ("psi", "mean")),)
