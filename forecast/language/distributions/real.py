"""Families on the whole line: Normal, StudentT, Cauchy.

All are location-scale: a quantile is ``location + scale * z(q)``, so two
quantiles, or one with the location or the scale, are solved in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.domains import POSITIVE_DOMAIN, REAL_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.traits import LocationScale, TensorTails, ValueKind, normal_location_scale
from forecast.language.distributions.words import PriorWords, WordForm

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
ELICITATION_NU = 4.0  # degrees of freedom of what is fitted to judgements: heavier tails than a normal, and a variance
OVERFLOW_DISTANCE = 1e150  # in units of sqrt(nu) or 1, whichever is less: near here squares overflow, and SciPy stops without a word


def solve_location_scale(
    words: PriorWords, scores: tuple[float, ...], points: tuple[Any, ...], *, location: str, scale: str
) -> dict[str, Any]:
    """Solve ``point = location + scale * score`` from two points, or from one with the location or the scale."""
    if location in words.values:
        return {location: words[location], scale: (points[0] - words[location]) / scores[0]}
    if scale in words.values:
        return {location: points[0] - words[scale] * scores[0], scale: words[scale]}
    width = (points[1] - points[0]) / (scores[1] - scores[0])
    return {location: points[0] - scores[0] * width, scale: width}


def check_quantile_side(words: PriorWords, location: str, centre: float = 0.5) -> None:
    """A quantile beside a fixed location must lie on its own side of it."""
    quantile = words.quantiles[0]
    sign = 1.0 if quantile.share > centre else -1.0
    words.require(
        location,
        lambda value: quantile.share != centre and not _is_beyond(value, quantile.value, sign),
        f"{'below' if sign > 0 else 'above'} `{quantile.name}`"
        if quantile.share != centre
        else "given with another quantile than the median",
    )


def _is_beyond(location: float, point: Any, sign: float) -> bool:
    return isinstance(point, (int, float)) and sign * (float(point) - location) <= 0


def normal_log_density_sums(counts: Array, moments: tuple[Array, ...], mu: Array, sigma: Array) -> Array:
    """Return the summed log densities of normals, from the ``moments`` of their values."""
    mean, left, root = moments
    z, width = (mean - mu) / sigma, root / sigma
    return np.asarray(-0.5 * (z * (counts * z + 2 * left / sigma) + width * width) - counts * (np.log(sigma) + HALF_LOG_2PI))


class Normal(Family):
    """Normal(mu=0, sigma=1) or Normal(mu=0, tau).

    log f = -((x - mu) / sigma)² / 2 - log sigma - log(2 pi) / 2, with tau = 1 / sigma².
    Mean mu, sd sigma.
    """

    name = "Normal"
    example = ("Normal(mean=0, sd=4)", "a change in points, up or down")
    value_kind = ValueKind.REAL
    location_scale = normal_location_scale("identity")
    is_normal = True
    is_symmetric = True
    free_arguments = ("mu", "sigma")
    signatures = (Signature((), ("mu", "sigma")), Signature(("tau",), ("mu",)))
    domains: ClassVar[Mapping[str, Domain]] = {"mu": REAL_DOMAIN, "sigma": WIDTH_DOMAIN, "tau": POSITIVE_DOMAIN}

    def _core(self, mu: Any = 0.0, sigma: Any = None, tau: Any = None) -> Core:
        return np.asarray(mu), scale_of(sigma, tau)

    def _log_density(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        z = (x - mu) / sigma
        return np.asarray(-0.5 * z * z - (np.log(sigma) + HALF_LOG_2PI))

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        return groups.moments(groups.values)

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        return normal_log_density_sums(counts, statistics, *core)

    def _distribution(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.ndtr((x - mu) / sigma))

    def _quantile(self, q: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(mu + sigma * special.ndtri(q))

    def _survival(self, x: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(special.ndtr((mu - x) / sigma))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        mu, sigma = core
        return np.asarray(mu - sigma * special.ndtri(share))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return rng.normal(*core, size=size)

    def _mean(self, *core: Array) -> Array:
        return np.broadcast_arrays(*core)[0]

    def _sd(self, *core: Array) -> Array:
        return np.broadcast_arrays(*core)[1]

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return -np.inf, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        if "mu" in words.values:
            check_quantile_side(words, "mu")
        if "sigma" in words.values:
            words.require_width("sigma")
        return solve_location_scale(words, tuple(float(special.ndtri(q)) for q in words.shares), words.points, location="mu", scale="sigma")

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require_width("sd")
        return {"mu": words["mean"], "sigma": words["sd"]}

    forms = (
        WordForm(_from_quantiles, quantiles=2),
        WordForm(_from_moments, ("mean", "sd")),
        WordForm(_from_quantiles, ("mu",), 1),
        WordForm(_from_quantiles, ("sigma",), 1),
    )


class StudentT(Family):
    """StudentT(nu, mu=0, sigma=1) or StudentT(nu, mu=0, lam).

    log f = log Gamma((nu + 1) / 2) - log Gamma(nu / 2) - log(nu pi sigma²) / 2 - (nu + 1) / 2 log(1 + z² / nu),
    z = (x - mu) / sigma, lam = 1 / sigma².  Mean mu for nu > 1, sd sigma sqrt(nu / (nu - 2)) for nu > 2.
    """

    name = "StudentT"
    example = ("StudentT(nu=4, mu=0, sigma=1)", "a measurement with occasional large errors")
    value_kind = ValueKind.REAL
    location_scale = LocationScale("mu", "sigma", "identity", "StudentT", "mu=0, sigma=1", shapes=("nu",))
    is_symmetric = True
    free_arguments = ("mu", "sigma")
    fixed_arguments: ClassVar[Mapping[str, float]] = {"nu": ELICITATION_NU}
    is_slow = True
    signatures = (Signature(("nu",), ("mu", "sigma")), Signature(("nu", "lam"), ("mu",)))
    domains: ClassVar[Mapping[str, Domain]] = {"nu": POSITIVE_DOMAIN, "mu": REAL_DOMAIN, "sigma": WIDTH_DOMAIN, "lam": POSITIVE_DOMAIN}

    def _core(self, nu: Any, mu: Any = 0.0, sigma: Any = None, lam: Any = None) -> Core:
        return np.asarray(nu), np.asarray(mu), scale_of(sigma, lam)

    def _log_density(self, x: Array, *core: Array) -> Array:
        nu, mu, sigma = core
        return student_log_density((x - mu) / sigma, nu) - np.log(sigma)

    def _distribution(self, x: Array, *core: Array) -> Array:
        nu, mu, sigma = core
        return student_share((x - mu) / sigma, nu)

    def _quantile(self, q: Array, *core: Array) -> Array:
        nu, mu, sigma = core
        return np.asarray(mu + sigma * student_score(q, nu))

    def _survival(self, x: Array, *core: Array) -> Array:
        nu, mu, sigma = core
        return student_share((mu - x) / sigma, nu)

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        nu, mu, sigma = core
        return np.asarray(mu - sigma * student_score(share, nu))

    def pymc_log_survival(self, x: Any, core: tuple[float, ...], tails: TensorTails) -> Any:
        """The lower tail on the other side of ``mu``."""
        nu, mu, sigma = core
        return tails.logcdf(self.name, {"nu": nu, "mu": mu, "sigma": sigma}, 2 * mu - x)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        nu, mu, sigma = np.broadcast_arrays(*core)
        return mu + sigma * rng.standard_t(nu, size=size)

    def _mean(self, *core: Array) -> Array:
        nu, mu, _ = np.broadcast_arrays(*core)
        return np.where(nu > 1, mu, np.nan)

    def _sd(self, *core: Array) -> Array:
        nu, _, sigma = core
        return np.where(nu > 2, sigma * np.sqrt(nu / (nu - 2)), np.where(nu > 1, np.inf, np.nan))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return -np.inf, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        words.require("nu", lambda nu: nu > 0, "above 0")
        nu = words.number("nu")
        if "mu" in words.values:
            check_quantile_side(words, "mu")
        if "sigma" in words.values:
            words.require_width("sigma")
        scores = tuple(float(student_score(np.asarray(q), np.asarray(nu))) for q in words.shares)
        if not np.allclose(student_share(np.asarray(scores), np.asarray(nu)), words.shares, rtol=1e-9, atol=0):
            raise words.uncomputable()
        return {"nu": words["nu"], **solve_location_scale(words, scores, words.points, location="mu", scale="sigma")}

    @staticmethod
    def _from_moments(words: PriorWords) -> dict[str, Any]:
        words.require("nu", lambda nu: nu > 2, "above 2 for an sd to exist")
        words.require_width("sd")
        nu = words["nu"]
        return {"nu": nu, "mu": words["mean"], "sigma": words["sd"] * words.ops.sqrt((nu - 2) / nu)}

    forms = (
        WordForm(_from_quantiles, ("nu",), 2),
        WordForm(_from_moments, ("nu", "mean", "sd")),
        WordForm(_from_quantiles, ("nu", "mu"), 1),
        WordForm(_from_quantiles, ("nu", "sigma"), 1),
    )


class Cauchy(Family):
    """Cauchy(alpha, beta): log f = -log(pi beta) - log(1 + ((x - alpha) / beta)²).  No mean and no sd (NaN)."""

    name = "Cauchy"
    example = ("Cauchy(alpha=0, beta=1)", "an error that may be of any size")
    value_kind = ValueKind.REAL
    location_scale = LocationScale("alpha", "beta", "identity", "Cauchy", "alpha=0, beta=1")
    is_symmetric = True
    free_arguments = ("alpha", "beta")
    signatures = (Signature(("alpha", "beta")),)
    domains: ClassVar[Mapping[str, Domain]] = {"alpha": REAL_DOMAIN, "beta": WIDTH_DOMAIN}
    no_words = "a Cauchy has no mean"

    def _core(self, alpha: Any, beta: Any) -> Core:
        return np.asarray(alpha), np.asarray(beta)

    def _log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return -np.log(np.pi * beta) - np.log1p(((x - alpha) / beta) ** 2)

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(np.arctan2(1.0, -(x - alpha) / beta) / np.pi)  # accurate far below, unlike 1/2 + arctan / pi

    def _quantile(self, q: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(alpha + beta * cauchy_score(q))

    def _survival(self, x: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(np.arctan2(1.0, (x - alpha) / beta) / np.pi)

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        alpha, beta = core
        return np.asarray(alpha - beta * cauchy_score(share))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        alpha, beta = np.broadcast_arrays(*core)
        return alpha + beta * rng.standard_cauchy(alpha.shape if size is None else size)

    def _mean(self, *core: Array) -> Array:
        return np.full(np.broadcast_shapes(*(argument.shape for argument in core)), np.nan)

    def _sd(self, *core: Array) -> Array:
        return self._mean(*core)

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return -np.inf, np.inf

    @staticmethod
    def _from_quantiles(words: PriorWords) -> dict[str, Any]:
        if "alpha" in words.values:
            check_quantile_side(words, "alpha")
        if "beta" in words.values:
            words.require_width("beta")
        scores = tuple(float(cauchy_score(np.asarray(q))) for q in words.shares)
        return solve_location_scale(words, scores, words.points, location="alpha", scale="beta")

    forms = (WordForm(_from_quantiles, quantiles=2), WordForm(_from_quantiles, ("alpha",), 1), WordForm(_from_quantiles, ("beta",), 1))


def scale_of(sigma: Any, precision: Any) -> Array:
    """The scale, from itself or from a precision 1 / scale²; 1 where neither is given, as in PyMC."""
    if precision is not None:
        return np.asarray(1 / np.sqrt(precision))
    return np.asarray(1.0 if sigma is None else sigma)


def student_log_density(z: Array, nu: Array) -> Array:
    """The log density of a standard t: the constant by ``betaln``, which keeps its digits at large ``nu``."""
    constant = -special.betaln(0.5, 0.5 * nu) - 0.5 * np.log(nu)
    large = nu > deviances.LARGE_ARGUMENT
    if large.any():
        rising = deviances.log_rising_by_series(0.5 * nu, np.asarray(0.5))
        constant = np.where(large, rising - 0.5 * np.log(np.pi) - 0.5 * np.log(nu), constant)
    return np.asarray(constant - 0.5 * (nu + 1) * np.log1p(z * z / nu))


def student_share(z: Array, nu: Array) -> Array:
    """The distribution function of a standard t: SciPy's, and by the leading term of the tail where that overflows."""
    share = np.asarray(special.stdtr(nu, z))
    far = np.abs(z) > OVERFLOW_DISTANCE * np.minimum(np.sqrt(nu), 1.0)
    if far.any():
        tail = np.exp(_log_tail(nu) - nu * np.log(np.abs(z)))
        share = np.where(far, np.where(z < 0, tail, 1 - tail), share)
    return share


def student_score(q: Array, nu: Array) -> Array:
    """The quantile of a standard t: SciPy's, and by the leading term of the tail far out; infinite where no float holds it."""
    score = np.asarray(special.stdtrit(nu, q))
    far = np.abs(score) > OVERFLOW_DISTANCE * np.minimum(np.sqrt(nu), 1.0)
    if far.any():
        size = np.exp((_log_tail(nu) - np.log(np.minimum(q, 1 - q))) / nu)
        score = np.where(far, np.copysign(size, score), score)
    return score


def _log_tail(nu: Array) -> Array:
    """The log of c where P(T > z) approaches c / z**nu."""
    return student_log_density(np.asarray(0.0), nu) + 0.5 * (nu - 1) * np.log(nu)


def cauchy_score(q: Array) -> Array:
    """The standard Cauchy quantile, accurate in the middle and in both tails."""
    tail = np.minimum(q, 1 - q)
    return np.where(np.abs(q - 0.5) < 0.25, np.tan(np.pi * (q - 0.5)), np.sign(q - 0.5) / np.tan(np.pi * tail))
