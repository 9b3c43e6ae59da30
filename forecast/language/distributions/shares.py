"""Families of a share, between 0 and 1: Beta and LogitNormal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.domains import INNER_SHARE_DOMAIN, POSITIVE_DOMAIN, REAL_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.edged import HELD_SHARES, ClampedFamily
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.real import HALF_LOG_2PI, normal_log_density_sums, scale_of, solve_location_scale
from forecast.language.distributions.solve import NoRoot, beta_alpha_beta, increasing_root
from forecast.language.distributions.table import FEWEST_TABLE_POINTS, QuantileTable, tabulate
from forecast.language.distributions.traits import TensorTails, ValueKind, normal_location_scale
from forecast.language.distributions.words import PriorWords, WordForm, verify_solution
from forecast.language.faults import Fault

SHARES = (0.0, 1.0)
SMALLEST_EXACT_QUANTILE = 1e-300  # below, the first term of the tail has all the digits
PRACTICALLY_NORMAL = 1e12  # an alpha and beta above which a Beta is skewed by less than a millionth of its sd


class Beta(ClampedFamily):
    """Beta(alpha, beta), Beta(mu, sigma) or Beta(mu, nu): log f = (alpha - 1) log x + (beta - 1) log(1 - x) - log B(alpha, beta).

    alpha = mu nu, beta = (1 - mu) nu, nu = mu (1 - mu) / sigma² - 1.  Mean alpha / (alpha + beta),
    variance mean (1 - mean) / (alpha + beta + 1).  In words ``strength`` is nu: as if that many cases had been seen.
    """

    name = "Beta"
    example = ("Beta(mean=0.85, strength=8)", "a share, as if eight cases had been seen")
    value_kind = ValueKind.OPEN_SHARE
    free_arguments = ("alpha", "beta")
    shape_argument = "alpha"
    ends = HELD_SHARES
    is_slow = True
    signatures = (Signature(("alpha", "beta")), Signature(("mu", "sigma")), Signature(("mu", "nu")))
    domains: ClassVar[Mapping[str, Domain]] = {
        "alpha": POSITIVE_DOMAIN,
        "beta": POSITIVE_DOMAIN,
        "mu": INNER_SHARE_DOMAIN,
        "sigma": WIDTH_DOMAIN,
        "nu": POSITIVE_DOMAIN,
    }

    def _core(self, alpha: Any = None, beta: Any = None, mu: Any = None, sigma: Any = None, nu: Any = None) -> Core:
        if alpha is None:
            strength = mu * (1 - mu) / sigma**2 - 1 if nu is None else nu
            alpha, beta = mu * strength, (1 - mu) * strength
        return np.asarray(alpha), np.asarray(beta)

    def _jointly_valid(self, *core: Array) -> Any:
        alpha, beta = core
        return POSITIVE_DOMAIN.holds(alpha) & POSITIVE_DOMAIN.holds(beta)

    def _check_jointly(self, arguments: Mapping[str, float]) -> None:
        if "sigma" in arguments:
            _check_sd(mean=arguments["mu"], sd=arguments["sigma"], name="sigma")

    def _log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        density = special.xlogy(alpha - 1, x) + special.xlog1py(beta - 1, -x) - special.betaln(alpha, beta)
        large = ((alpha > deviances.LARGE_ARGUMENT) | (beta > deviances.LARGE_ARGUMENT)) & (x > 0) & (x < 1)
        return np.where(large, deviances.beta(x, alpha, beta), density) if large.any() else np.asarray(density)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        mean = groups.means(groups.values)
        return mean, *groups.bends(groups.values, mean), *groups.bends_of_rest(groups.values, mean)

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        mean, away, bend, away_of_rest, bend_of_rest = statistics
        alpha, beta = core
        bent = (alpha - 1) * bend + (beta - 1) * bend_of_rest
        return np.asarray(counts * self._log_density(mean, *core) + bent + ((alpha - 1) * away + (beta - 1) * away_of_rest))

    def _latents(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        low, high = _lower_logit(alpha, beta, q), -_lower_logit(beta, alpha, 1 - q)
        return np.where(low < 0, low, high)

    def _latent_log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(alpha * special.log_expit(x) + beta * special.log_expit(-x) - special.betaln(alpha, beta))

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.betainc(alpha, beta, np.minimum(np.maximum(x, 0.0), 1.0)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        if alpha.size == beta.size == 1 and q.size >= FEWEST_TABLE_POINTS:
            table = _logit_table(alpha.item(), beta.item())
            if table is not None:
                return np.asarray(special.expit(table.at(q)))
        return _lower_quantile(alpha, beta, q)

    def _survival(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.betaincc(alpha, beta, x))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(special.betainccinv(alpha, beta, share))

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        alpha, beta = parameters
        return tails.betainc(beta, alpha, 1 - x)

    def pymc_log_survival(self, x: Any, core: tuple[float, ...], tails: TensorTails) -> Any:
        """The lower tail of the mirrored Beta."""
        alpha, beta = core
        return tails.logcdf(self.name, {"alpha": beta, "beta": alpha}, 1 - x)

    def _entropy(self, *core: float) -> float:
        alpha, beta = core
        psi = special.digamma
        from_ends = (alpha - 1) * psi(alpha), (beta - 1) * psi(beta)
        return float(special.betaln(alpha, beta) - from_ends[0] - from_ends[1] + (alpha + beta - 2) * psi(alpha + beta))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return rng.beta(core[0], core[1], size=size)

    def _mean(self, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(alpha / (alpha + beta))

    def _sd(self, *core: Array) -> Array:
        alpha, beta = core
        return np.sqrt(alpha * beta / (alpha + beta + 1)) / (alpha + beta)

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, 1.0

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        (low_share, high_share), (low, high) = words.shares, words.numbers()
        try:
            alpha, beta = beta_alpha_beta(low_share, low, high_share, high)
        except NoRoot:
            raise words.uncomputable() from None
        return verify_solution(words, Beta(), {"alpha": alpha, "beta": beta})

    def words_of_shape(self, shape: float, *, value: float, share: float) -> dict[str, float]:
        """Return ``alpha``, which is the shape, and ``beta``, with which the distribution function at ``value`` rises."""
        wanted = float(special.logit(share))

        def excess(log_beta: float) -> float:
            reached = float(special.betainc(shape, math.exp(log_beta), value))
            return float(special.logit(reached) - wanted)

        try:
            return {"alpha": shape, "beta": math.exp(increasing_root(excess, 0.0, lowest=-60, highest=60))}
        except NoRoot:
            raise Fault(f"no {self.name} of this shape has the quantile") from None

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: 0 < mean < 1, "above 0 and below 1")
        words.require_width("sd")
        mean, sd = words["mean"], words["sd"]
        if isinstance(mean, (int, float)) and isinstance(sd, (int, float)):
            _check_sd(mean=mean, sd=sd, name="sd")
        strength = mean * (1 - mean) / sd**2 - 1
        return {"alpha": mean * strength, "beta": (1 - mean) * strength}

    @staticmethod
    def _from_strength(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: 0 < mean < 1, "above 0 and below 1")
        words.require("strength", lambda strength: strength > 0, "above 0")
        return {"alpha": words["mean"] * words["strength"], "beta": (1 - words["mean"]) * words["strength"]}

    forms = (
        WordForm(_from_quantiles, quantiles=2, inside=SHARES),
        WordForm(_from_strength, ("mean", "strength")),
        WordForm(_from_moments, ("mean", "sd")),
    )


def _check_sd(*, mean: float, sd: float, name: str) -> None:
    most = math.sqrt(mean * (1 - mean))
    if sd >= most:
        raise Fault(f"`{name}={sd:.6g}` is too large: a share with mean {mean:.6g} has an sd below {most:.6g}", argument=name)


def _lower_logit(alpha: Array, beta: Array, q: Array) -> Array:
    """The log-odds of a Beta quantile, also of one that no float holds."""
    value = _lower_quantile(alpha, beta, q)
    logit: Array = np.where(
        value > SMALLEST_EXACT_QUANTILE, special.logit(value), (np.log(q * alpha) + special.betaln(alpha, beta)) / alpha
    )
    return logit


def _lower_quantile(alpha: Array, beta: Array, q: Array) -> Array:
    """The Beta quantile, also where ``betaincinv`` gives up or stops at its smallest number.

    That is in the far lower tail, where x**alpha / (alpha B(alpha, beta)) is q, and for an alpha and beta so large that a normal has all the digits.
    """
    value = special.betaincinv(alpha, beta, q)
    lost = np.isnan(value)
    low = (value < SMALLEST_EXACT_QUANTILE) | (lost & (q < 1e-100))
    if low.any():
        value = np.where(low, np.exp((np.log(q * alpha) + special.betaln(alpha, beta)) / alpha), value)
    if lost.any():
        mean = 1 / (1 + beta / alpha)
        vast = lost & (np.minimum(alpha, beta) > PRACTICALLY_NORMAL)
        value = np.where(vast, mean + np.sqrt(mean * (1 - mean) / (alpha + beta)) * special.ndtri(q), value)
    return np.asarray(value)


@lru_cache(maxsize=256)
def _logit_table(alpha: float, beta: float) -> QuantileTable | None:
    a, b = np.asarray(alpha), np.asarray(beta)
    return tabulate(lambda below, above: _logit_quantiles(a, b, below, above), lambda value, log_phi: _logit_slope(a, b, value, log_phi))


def _logit_quantiles(alpha: Array, beta: Array, below: Array, above: Array) -> Array:
    """The logits of Beta quantiles, each from the smaller of the shares below and above it."""
    low = _lower_quantile(alpha, beta, np.minimum(below, 0.5))
    high = _lower_quantile(beta, alpha, np.minimum(above, 0.5))  # the distance from 1
    return np.asarray(np.where(below <= above, np.log(low) - np.log1p(-low), np.log1p(-high) - np.log(high)))


def _logit_slope(alpha: Array, beta: Array, logit: Array, log_phi: Array) -> Array:
    return np.asarray(np.exp(log_phi - (alpha * special.log_expit(logit) + beta * special.log_expit(-logit) - special.betaln(alpha, beta))))


class LogitNormal(Family):
    """LogitNormal(mu=0, sigma=1) or LogitNormal(mu=0, tau): logit x is Normal(mu, sigma).

    log f = log Normal(logit x; mu, sigma) - log x - log(1 - x).  Median expit(mu).  Mean and sd have no closed form
    and are integrated here by Gauss-Hermite quadrature (64 nodes; good to about 1e-6 for sigma up to 3); they are not among its words.
    """

    name = "LogitNormal"
    example = ("LogitNormal(p5=0.1, p95=0.6)", "a share whose log odds are a Normal")
    value_kind = ValueKind.OPEN_SHARE
    location_scale = normal_location_scale("logit")
    is_normal = True
    free_arguments = ("mu", "sigma")
    shape_argument = "sigma"
    pymc_transform = "logodds"
    signatures = (Signature((), ("mu", "sigma")), Signature(("tau",), ("mu",)))
    domains: ClassVar[Mapping[str, Domain]] = {"mu": REAL_DOMAIN, "sigma": WIDTH_DOMAIN, "tau": POSITIVE_DOMAIN}
    no_words = "the mean and sd of a LogitNormal have no closed form: use two quantiles, or a Beta"

    def _core(self, mu: Any = 0.0, sigma: Any = None, tau: Any = None) -> Core:
        return np.asarray(mu), scale_of(sigma, tau)

    def _log_density(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        z = (special.logit(x) - mu) / sigma
        density = -0.5 * z * z - (np.log(sigma) + HALF_LOG_2PI) - np.log(x) - np.log1p(-x)
        return np.where((x > 0) & (x < 1), density, -np.inf)

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        x = groups.values
        return (*groups.moments(special.logit(x)), groups.sums(np.log(x) + np.log1p(-x)))

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        *moments, summed = statistics
        return normal_log_density_sums(counts, tuple(moments), *core) - summed

    def _distribution(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.ndtr((special.logit(np.minimum(np.maximum(x, 0.0), 1.0)) - mu) / sigma))

    def _quantile(self, q: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.expit(mu + sigma * special.ndtri(q)))

    def _survival(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.ndtr((mu - special.logit(np.minimum(np.maximum(x, 0.0), 1.0))) / sigma))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.expit(mu - sigma * special.ndtri(share)))

    def _entropy(self, *core: float) -> float:
        mu, sigma = core
        nodes, weights = np.polynomial.hermite_e.hermegauss(128)
        logits = mu + sigma * nodes
        slope = float(weights @ (special.log_expit(logits) + special.log_expit(-logits))) / math.sqrt(2 * math.pi)
        return 0.5 + math.log(sigma) + HALF_LOG_2PI + slope

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return special.expit(rng.normal(*core, size=size))

    def _moment(self, power: int, *core: Array) -> Array:
        nodes, weights = np.polynomial.hermite_e.hermegauss(64)
        mu, sigma = (np.asarray(argument)[..., None] for argument in core)
        values = special.expit(mu + sigma * nodes) ** power
        return np.asarray((values * weights).sum(axis=-1) / np.sqrt(2 * np.pi))

    def _mean(self, *core: Array) -> Array:
        return self._moment(1, *core)

    def _sd(self, *core: Array) -> Array:
        return np.sqrt(self._moment(2, *core) - self._moment(1, *core) ** 2)

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, 1.0

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        if "sigma" in words.values:
            words.require_width("sigma")
        scores = tuple(float(special.ndtri(q)) for q in words.shares)
        return solve_location_scale(words, scores, tuple(words.ops.logit(point) for point in words.points), location="mu", scale="sigma")

    forms = (WordForm(_from_quantiles, quantiles=2, inside=SHARES), WordForm(_from_quantiles, ("sigma",), 1, SHARES))
