"""Positive families: Exponential, LogNormal, Weibull (closed forms throughout)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.domains import POSITIVE_DOMAIN, REAL_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.edged import ClampedFamily
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.half import POSITIVE_BOUNDS
from forecast.language.distributions.real import HALF_LOG_2PI, normal_log_density_sums, scale_of, solve_location_scale
from forecast.language.distributions.solve import NoRoot, weibull_alpha
from forecast.language.distributions.traits import ValueKind, normal_location_scale
from forecast.language.distributions.words import PriorWords, WordForm

NORMAL_95 = 1.6448536269514722  # the 95 % point of a standard normal


class Exponential(Family):
    """Exponential(lam) or Exponential(scale=1): log f = -log scale - x / scale, lam = 1 / scale.  Mean and sd are scale."""

    name = "Exponential"
    example = ("Exponential(mean=2)", "a waiting time, or a positive number of which only the mean is known")
    value_kind = ValueKind.NONNEGATIVE
    free_arguments = ("scale",)
    signatures = (Signature((), ("scale",)), Signature(("lam",)))
    domains: ClassVar[Mapping[str, Domain]] = {"lam": POSITIVE_DOMAIN, "scale": WIDTH_DOMAIN}

    def _core(self, lam: Any = None, scale: Any = None) -> Core:
        return (np.asarray(1 / lam) if lam is not None else np.asarray(1.0 if scale is None else scale),)

    def _log_density(self, x: Array, *core: Array) -> Array:
        return -np.log(core[0]) - x / core[0]

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        return (groups.means(groups.values),)

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        return counts * self._log_density(statistics[0], *core)

    def _distribution(self, x: Array, *core: Array) -> Array:
        return -np.expm1(-x / core[0])

    def _quantile(self, q: Array, *core: Array) -> Array:
        return -core[0] * np.log1p(-q)

    def _survival(self, x: Array, *core: Array) -> Array:
        return np.exp(-x / core[0])

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        return -core[0] * np.log(share)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return rng.exponential(core[0], size=size)

    def _mean(self, *core: Array) -> Array:
        return core[0]

    def _sd(self, *core: Array) -> Array:
        return core[0]

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantile(words: PriorWords) -> dict[str, Any]:
        return {"scale": words.points[0] / -math.log1p(-words.shares[0])}

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        words.require_width("mean")
        return {"scale": words["mean"]}

    forms = (WordForm(_from_quantile, quantiles=1, inside=POSITIVE_BOUNDS), WordForm(_from_mean, ("mean",)))


class LogNormal(ClampedFamily):
    """LogNormal(mu=0, sigma=1) or LogNormal(mu=0, tau): log x is Normal(mu, sigma).

    log f = log Normal(log x; mu, sigma) - log x.  Median exp(mu), mean m = exp(mu + sigma² / 2), sd m sqrt(exp(sigma²) - 1).
    """

    name = "LogNormal"
    example = ("LogNormal(median=20, factor=3)", "a positive number of which the order of magnitude is known")
    value_kind = ValueKind.POSITIVE
    location_scale = normal_location_scale("log")
    is_normal = True
    free_arguments = ("mu", "sigma")
    shape_argument = "sigma"
    signatures = (Signature((), ("mu", "sigma")), Signature(("tau",), ("mu",)))
    domains: ClassVar[Mapping[str, Domain]] = {"mu": REAL_DOMAIN, "sigma": WIDTH_DOMAIN, "tau": POSITIVE_DOMAIN}

    def _core(self, mu: Any = 0.0, sigma: Any = None, tau: Any = None) -> Core:
        return np.asarray(mu), scale_of(sigma, tau)

    def _log_density(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        log_x = np.log(x)
        z = (log_x - mu) / sigma
        return np.where(x > 0, -0.5 * z * z - (np.log(sigma) + HALF_LOG_2PI) - log_x, -np.inf)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        log_x = np.log(groups.values)
        return (*groups.moments(log_x), groups.sums(log_x))

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        *moments, summed = statistics
        return normal_log_density_sums(counts, tuple(moments), *core) - summed

    def _latents(self, q: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(mu + sigma * special.ndtri(q))

    def _latent_log_density(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        z = (x - mu) / sigma
        return np.asarray(-0.5 * z * z - (np.log(sigma) + HALF_LOG_2PI))

    def _distribution(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.ndtr((np.log(np.maximum(x, 0.0)) - mu) / sigma))

    def _quantile(self, q: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(np.exp(mu + sigma * special.ndtri(q)))

    def _survival(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.ndtr((mu - np.log(np.maximum(x, 0.0))) / sigma))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(np.exp(mu - sigma * special.ndtri(share)))

    def _entropy(self, *core: float) -> float:
        mu, sigma = core
        return mu + 0.5 + math.log(sigma) + HALF_LOG_2PI

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return rng.lognormal(*core, size=size)

    def _mean(self, *core: Array) -> Array:
        mu, sigma = core
        return np.exp(mu + 0.5 * sigma**2)

    def _sd(self, *core: Array) -> Array:
        return self._mean(*core) * np.sqrt(np.expm1(core[1] ** 2))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        scores = tuple(float(special.ndtri(q)) for q in words.shares)
        return solve_location_scale(words, scores, tuple(words.ops.log(point) for point in words.points), location="mu", scale="sigma")

    @staticmethod
    def _from_sigma(words: PriorWords) -> dict[str, Any]:
        words.require_width("sigma")
        return LogNormal._from_quantiles(words)

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: mean > 0, "above 0")
        words.require_width("sd")
        variance = words.ops.log1p((words["sd"] / words["mean"]) ** 2)
        return {"mu": words.ops.log(words["mean"]) - variance / 2, "sigma": words.ops.sqrt(variance)}

    @staticmethod
    def _from_factor(words: PriorWords) -> dict[str, Any]:
        require_median_and_factor(words)
        return {"mu": words.ops.log(words["median"]), "sigma": words.ops.log(words["factor"]) / NORMAL_95}

    forms = (
        WordForm(_from_quantiles, quantiles=2, inside=POSITIVE_BOUNDS),
        WordForm(_from_moments, ("mean", "sd")),
        WordForm(_from_factor, ("median", "factor")),
        WordForm(_from_sigma, ("sigma",), 1, POSITIVE_BOUNDS),
    )


class Weibull(ClampedFamily):
    """Weibull(alpha, beta): log f = log(alpha / beta) + (alpha - 1) log(x / beta) - (x / beta)^alpha.

    (x / beta)^alpha is Exponential(1).  Mean beta Gamma(1 + 1 / alpha), E[X²] = beta² Gamma(1 + 2 / alpha).
    """

    name = "Weibull"
    example = ("Weibull(alpha=1.5, beta=4)", "a lifetime whose hazard rises")
    value_kind = ValueKind.POSITIVE
    free_arguments = ("alpha", "beta")
    shape_argument = "alpha"
    signatures = (Signature(("alpha", "beta")),)
    domains: ClassVar[Mapping[str, Domain]] = {"alpha": POSITIVE_DOMAIN, "beta": WIDTH_DOMAIN}

    def _core(self, alpha: Any, beta: Any) -> Core:
        return np.asarray(alpha), np.asarray(beta)

    def _log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        ratio = x / beta
        return np.asarray(np.log(alpha / beta) + special.xlogy(alpha - 1, ratio) - ratio**alpha)

    def _latents(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(np.log(beta) + np.log(-np.log1p(-q)) / alpha)

    def _latent_log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        power = alpha * (x - np.log(beta))
        return np.asarray(np.log(alpha) + power - np.exp(power))

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return -np.expm1(-((np.maximum(x, 0.0) / beta) ** alpha))

    def _quantile(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(beta * (-np.log1p(-q)) ** (1 / alpha))

    def _survival(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.exp(-((np.maximum(x, 0.0) / beta) ** alpha))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(beta * (-np.log(share)) ** (1 / alpha))

    def _entropy(self, *core: float) -> float:
        alpha, beta = core
        return np.euler_gamma * (1 - 1 / alpha) + math.log(beta / alpha) + 1

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        alpha, beta = np.broadcast_arrays(*core)
        return beta * rng.weibull(alpha, size=size)

    def _mean(self, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(beta * special.gamma(1 + 1 / alpha))

    def _sd(self, *core: Array) -> Array:
        alpha, _ = core
        return np.asarray(self._mean(*core) * np.sqrt(np.expm1(special.gammaln(1 + 2 / alpha) - 2 * special.gammaln(1 + 1 / alpha))))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _solve(words: PriorWords, scores: tuple[float, ...], logs: tuple[Any, ...]) -> dict[str, Any]:
        # log x = log beta + log(-log(1 - q)) / alpha
        if "alpha" in words.values:
            words.require("alpha", lambda alpha: alpha > 0, "above 0")
            return {"alpha": words["alpha"], "beta": words.ops.exp(logs[0] - scores[0] / words["alpha"])}
        inverse = (logs[1] - logs[0]) / (scores[1] - scores[0])
        return {"alpha": 1 / inverse, "beta": words.ops.exp(logs[0] - scores[0] * inverse)}

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        scores = tuple(math.log(-math.log1p(-q)) for q in words.shares)
        return Weibull._solve(words, scores, tuple(words.ops.log(point) for point in words.points))

    @staticmethod
    def _from_factor(words: PriorWords) -> dict[str, Any]:
        require_median_and_factor(words)
        ops = words.ops
        low, middle, high = (math.log(-math.log1p(-q)) for q in (0.05, 0.5, 0.95))
        inverse = 2 * ops.log(words["factor"]) / (high - low)
        return {"alpha": 1 / inverse, "beta": ops.exp(ops.log(words["median"]) - middle * inverse)}

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: mean > 0, "above 0")
        words.require_width("sd")
        mean, sd = words.number("mean"), words.number("sd")
        try:
            alpha = weibull_alpha(mean, sd)
        except NoRoot:
            raise words.uncomputable() from None
        return {"alpha": alpha, "beta": mean / float(special.gamma(1 + 1 / alpha))}

    forms = (
        WordForm(_from_quantiles, quantiles=2, inside=POSITIVE_BOUNDS),
        WordForm(_from_moments, ("mean", "sd")),
        WordForm(_from_factor, ("median", "factor")),
        WordForm(_from_quantiles, ("alpha",), 1, POSITIVE_BOUNDS),
    )


def require_median_and_factor(words: PriorWords) -> None:
    """Raise ``Fault`` unless the median is above 0 and the factor above 1."""
    words.require("median", lambda median: median > 0, "above 0")
    words.require_width("factor", zero=1.0)
