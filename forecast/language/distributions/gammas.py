"""Gamma and InverseGamma: one shape, solved for numerically from quantiles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.domains import POSITIVE_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.edged import ClampedFamily
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.half import POSITIVE_BOUNDS
from forecast.language.distributions.positive import require_median_and_factor
from forecast.language.distributions.solve import NoRoot, gamma_alpha, log_gamma_quantile
from forecast.language.distributions.table import FEWEST_TABLE_POINTS, QuantileTable, tabulate
from forecast.language.distributions.traits import TensorTails, ValueKind
from forecast.language.distributions.words import PriorWords, WordForm, verify_solution


class Gamma(ClampedFamily):
    """Gamma(alpha, beta) or Gamma(mu, sigma): log f = alpha log beta - log Gamma(alpha) + (alpha - 1) log x - beta x.

    alpha = mu² / sigma², beta = mu / sigma².  Mean alpha / beta, sd sqrt(alpha) / beta.
    At 0 the density is taken as 0 unless alpha is 1, as PyMC does.  SciPy's incomplete gamma function loses digits
    farther than 4.5 sds from the mean once alpha is above a million; distribution function and quantile inherit that.
    """

    name = "Gamma"
    example = ("Gamma(p5=0.05, p95=2)", "a rate: nine chances in ten that it lies between the two")
    value_kind = ValueKind.POSITIVE
    free_arguments = ("alpha", "beta")
    shape_argument = "alpha"
    is_slow = True
    signatures = (Signature(("alpha", "beta")), Signature(("mu", "sigma")))
    domains: ClassVar[Mapping[str, Domain]] = {
        "alpha": POSITIVE_DOMAIN,
        "beta": POSITIVE_DOMAIN,
        "mu": POSITIVE_DOMAIN,
        "sigma": WIDTH_DOMAIN,
    }

    def _core(self, alpha: Any = None, beta: Any = None, mu: Any = None, sigma: Any = None) -> Core:
        if alpha is None:
            alpha, beta = (mu / sigma) ** 2, mu / sigma**2
        return np.asarray(alpha), np.asarray(beta)

    def _jointly_valid(self, *core: Array) -> Any:
        alpha, beta = core
        return POSITIVE_DOMAIN.holds(alpha) & POSITIVE_DOMAIN.holds(beta)

    def _log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        density = special.xlogy(alpha - 1, x) - beta * x + (alpha * np.log(beta) - special.gammaln(alpha))
        large = alpha > deviances.LARGE_ARGUMENT
        density = np.where(large, deviances.gamma(x, alpha, beta), density) if large.any() else density
        return np.where((x == 0) & (alpha != 1), -np.inf, density)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        mean = groups.means(groups.values)
        return mean, *groups.bends(groups.values, mean)

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        mean, away, bend = statistics
        alpha, beta = core
        return np.asarray(counts * self._log_density(mean, *core) + (alpha - 1) * bend + away * (alpha - 1 - beta * mean))

    def _latents(self, q: Array, *core: Array) -> Array:
        alpha, beta = np.broadcast_arrays(*core)
        return _log_quantiles(*np.broadcast_arrays(alpha, q, 1 - q)) - np.log(beta)

    def _latent_log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(alpha * (np.log(beta) + x) - beta * np.exp(x) - special.gammaln(alpha))

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.gammainc(alpha, beta * np.maximum(x, 0.0)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        if alpha.size == 1 and q.size >= FEWEST_TABLE_POINTS:
            table = _log_table(alpha.item())
            if table is not None:
                return np.exp(table.at(q)) / beta
        return np.asarray(special.gammaincinv(alpha, q) / beta)

    def _survival(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.gammaincc(alpha, beta * np.maximum(x, 0.0)))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.gammainccinv(alpha, share) / beta)

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        alpha, scale = parameters
        return tails.gammaincc(alpha, x / scale)

    def pymc_log_survival(self, x: Any, core: tuple[float, ...], tails: TensorTails) -> Any:
        """Likewise, in logarithms."""
        alpha, beta = core
        return tails.log(tails.gammaincc(alpha, beta * x))

    def _entropy(self, *core: float) -> float:
        alpha, beta = core
        return float(alpha - math.log(beta) + special.gammaln(alpha) + (1 - alpha) * special.digamma(alpha))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        alpha, beta = np.broadcast_arrays(*core)
        return rng.standard_gamma(alpha, size=size) / beta

    def _mean(self, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(alpha / beta)

    def _sd(self, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(np.sqrt(alpha) / beta)

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        return verify_solution(words, Gamma(), _gamma_from_quantiles(words, words.shares, words.numbers()))

    @staticmethod
    def _from_alpha(words: PriorWords) -> dict[str, Any]:
        words.require("alpha", lambda alpha: alpha > 0, "above 0")
        log_quantile = log_gamma_quantile(words.number("alpha"), words.shares[0])
        return {"alpha": words["alpha"], "beta": _finite_exp(words, log_quantile) / words.points[0]}

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: mean > 0, "above 0")
        words.require_width("sd")
        return {"alpha": (words["mean"] / words["sd"]) ** 2, "beta": words["mean"] / words["sd"] ** 2}

    @staticmethod
    def _from_factor(words: PriorWords) -> dict[str, Any]:
        require_median_and_factor(words)
        return _gamma_from_median(words, words.number("median"))

    forms = (
        WordForm(_from_quantiles, quantiles=2, inside=POSITIVE_BOUNDS),
        WordForm(_from_moments, ("mean", "sd")),
        WordForm(_from_factor, ("median", "factor")),
        WordForm(_from_alpha, ("alpha",), 1, POSITIVE_BOUNDS),
    )


class InverseGamma(Family):
    """InverseGamma(alpha, beta=1) or InverseGamma(mu, sigma): 1 / x is Gamma(alpha, beta).

    log f = alpha log beta - log Gamma(alpha) - (alpha + 1) log x - beta / x; alpha = 2 + mu² / sigma², beta = mu (alpha - 1).
    Mean beta / (alpha - 1) for alpha > 1, sd mean / sqrt(alpha - 2) for alpha > 2, otherwise infinite (NaN without a mean).
    """

    name = "InverseGamma"
    example = ("InverseGamma(alpha=3, beta=2)", "a variance")
    value_kind = ValueKind.POSITIVE
    free_arguments = ("alpha", "beta")
    shape_argument = "alpha"
    is_slow = True
    signatures = (Signature(("alpha",), ("beta",)), Signature(("mu", "sigma")))
    domains: ClassVar[Mapping[str, Domain]] = {
        "alpha": POSITIVE_DOMAIN,
        "beta": POSITIVE_DOMAIN,
        "mu": POSITIVE_DOMAIN,
        "sigma": WIDTH_DOMAIN,
    }

    def _core(self, alpha: Any = None, beta: Any = None, mu: Any = None, sigma: Any = None) -> Core:
        if alpha is None:
            alpha = 2 + (mu / sigma) ** 2
            beta = mu * (alpha - 1)
        return np.asarray(alpha), np.asarray(1.0 if beta is None else beta)

    def _jointly_valid(self, *core: Array) -> Any:
        alpha, beta = core
        return POSITIVE_DOMAIN.holds(alpha) & POSITIVE_DOMAIN.holds(beta)

    def _log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        density = (alpha * np.log(beta) - special.gammaln(alpha)) - (alpha + 1) * np.log(x) - beta / x
        large = alpha > deviances.LARGE_ARGUMENT
        density = np.where(large, deviances.poisson(alpha, beta / x) + np.log(alpha) - np.log(x), density) if large.any() else density
        return np.where(x > 0, density, -np.inf)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        mean = groups.means(1 / groups.values)
        return mean, *groups.bends(1 / groups.values, mean)

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        mean, away, bend = statistics
        alpha, beta = core
        return np.asarray(counts * self._log_density(1 / mean, *core) + (alpha + 1) * bend + away * (alpha + 1 - beta * mean))

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.gammaincc(alpha, beta / np.maximum(x, 0.0)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        if alpha.size == 1 and q.size >= FEWEST_TABLE_POINTS:
            table = _inverse_log_table(alpha.item())
            if table is not None:
                return np.exp(table.at(q)) * beta
        return np.asarray(beta / special.gammainccinv(alpha, q))

    def _survival(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.gammainc(alpha, beta / np.maximum(x, 0.0)))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(beta / special.gammaincinv(alpha, share))

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        alpha, beta = parameters
        return tails.gammainc(alpha, beta / x)

    def _entropy(self, *core: float) -> float:
        alpha, beta = core
        return float(alpha + math.log(beta) + special.gammaln(alpha) - (1 + alpha) * special.digamma(alpha))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        alpha, beta = np.broadcast_arrays(*core)
        return beta / rng.standard_gamma(alpha, size=size)

    def _mean(self, *core: Array) -> Array:
        alpha, beta = core
        return np.where(alpha > 1, beta / (alpha - 1), np.inf)

    def _sd(self, *core: Array) -> Array:
        alpha, beta = core
        return np.where(alpha > 2, beta / (alpha - 1) / np.sqrt(alpha - 2), np.where(alpha > 1, np.inf, np.nan))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        return verify_solution(words, InverseGamma(), _inverse_gamma_from_quantiles(words, words.shares, words.numbers()))

    @staticmethod
    def _from_alpha(words: PriorWords) -> dict[str, Any]:
        words.require("alpha", lambda alpha: alpha > 0, "above 0")
        return {"alpha": words["alpha"], "beta": words.points[0] * float(special.gammainccinv(words.number("alpha"), words.shares[0]))}

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: mean > 0, "above 0")
        words.require_width("sd")
        alpha = 2 + (words["mean"] / words["sd"]) ** 2
        return {"alpha": alpha, "beta": words["mean"] * (alpha - 1)}

    @staticmethod
    def _from_factor(words: PriorWords) -> dict[str, Any]:
        require_median_and_factor(words)
        return _gamma_from_median(words, 1 / words.number("median"))

    forms = (
        WordForm(_from_quantiles, quantiles=2, inside=POSITIVE_BOUNDS),
        WordForm(_from_moments, ("mean", "sd")),
        WordForm(_from_factor, ("median", "factor")),
        WordForm(_from_alpha, ("alpha",), 1, POSITIVE_BOUNDS),
    )


def _gamma_from_quantiles(words: PriorWords, shares: tuple[float, ...], points: tuple[float, ...]) -> dict[str, Any]:
    """Shape and rate of the Gamma with two quantiles: their ratio gives the shape, either gives the rate."""
    alpha = _alpha(words, shares[0], shares[1], math.log(points[1]) - math.log(points[0]))
    return {"alpha": alpha, "beta": _finite_exp(words, log_gamma_quantile(alpha, shares[1]) - math.log(points[1]))}


def _inverse_gamma_from_quantiles(words: PriorWords, shares: tuple[float, ...], points: tuple[float, ...]) -> dict[str, Any]:
    return _gamma_from_quantiles(words, (1 - shares[1], 1 - shares[0]), (1 / points[1], 1 / points[0]))


def _gamma_from_median(words: PriorWords, median: float) -> dict[str, Any]:
    """Shape and rate from a median and the ratio of the 95 % to the 5 % point (the same for 1 / x)."""
    alpha = _alpha(words, 0.05, 0.95, 2 * math.log(words.number("factor")))
    return {"alpha": alpha, "beta": _finite_exp(words, log_gamma_quantile(alpha, 0.5) - math.log(median))}


def _alpha(words: PriorWords, low_share: float, high_share: float, log_ratio: float) -> float:
    try:
        return gamma_alpha(low_share, high_share, log_ratio)
    except NoRoot:
        raise words.uncomputable() from None


def _finite_exp(words: PriorWords, log_rate: float) -> float:
    if not -700 < log_rate < 700:
        raise words.uncomputable()
    return math.exp(log_rate)


@lru_cache(maxsize=256)
def _log_table(alpha: float) -> QuantileTable | None:
    shape = np.asarray(alpha)
    return tabulate(lambda below, above: _log_quantiles(shape, below, above), lambda value, log_phi: _log_slope(shape, value, log_phi))


@lru_cache(maxsize=256)
def _inverse_log_table(alpha: float) -> QuantileTable | None:
    shape = np.asarray(alpha)
    return tabulate(lambda below, above: -_log_quantiles(shape, above, below), lambda value, log_phi: _log_slope(shape, -value, log_phi))


def _log_quantiles(alpha: Array, below: Array, above: Array) -> Array:
    """The logs of Gamma(alpha, 1) quantiles, ``alpha`` one or one for each, from the smaller of the shares below and above it."""
    value = np.empty_like(below)
    low = below <= above
    shape = np.broadcast_to(alpha, below.shape)
    value[low] = special.gammaincinv(shape[low], below[low])
    value[~low] = special.gammainccinv(shape[~low], above[~low])
    # below the smallest floats the lower tail is x**alpha / Gamma(alpha + 1)
    return np.asarray(np.where(value > 1e-290, np.log(value), (np.log(below) + special.gammaln(alpha + 1)) / alpha))


def _log_slope(alpha: Array, log_y: Array, log_phi: Array) -> Array:
    """The derivative of the log of a Gamma(alpha, 1) quantile by its normal score."""
    return np.asarray(np.exp(log_phi - (alpha * log_y - np.exp(log_y) - special.gammaln(alpha))))
