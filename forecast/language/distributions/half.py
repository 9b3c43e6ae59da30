"""One-parameter widths: HalfNormal, HalfStudentT, HalfCauchy.

Each is the absolute value of a centred family, so one quantile says all:
``scale = point / z(q)`` with z the quantile function at scale 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.domains import POSITIVE_DOMAIN, WIDTH_DOMAIN, Domain
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.groups import ValueGroups
from forecast.language.distributions.real import ELICITATION_NU, HALF_LOG_2PI, scale_of, student_log_density, student_score, student_share
from forecast.language.distributions.traits import TensorTails, ValueKind
from forecast.language.distributions.words import PriorWords, WordForm

POSITIVE_BOUNDS = (0.0, math.inf)


class HalfNormal(Family):
    """HalfNormal(sigma=1) or HalfNormal(tau): log f = log 2 + log Normal(x; 0, sigma), tau = 1 / sigma².

    Mean sigma sqrt(2 / pi), sd sigma sqrt(1 - 2 / pi).
    """

    name = "HalfNormal"
    example = ("HalfNormal(sigma=2.5)", "how much groups differ")
    value_kind = ValueKind.NONNEGATIVE
    is_normal = True
    half_of = "Normal"
    free_arguments = ("sigma",)
    signatures = (Signature((), ("sigma",)), Signature(("tau",)))
    domains: ClassVar[Mapping[str, Domain]] = {"sigma": WIDTH_DOMAIN, "tau": POSITIVE_DOMAIN}

    def _core(self, sigma: Any = None, tau: Any = None) -> Core:
        return (scale_of(sigma, tau),)

    def _log_density(self, x: Array, *core: Array) -> Array:
        (sigma,) = core
        z = x / sigma
        return np.asarray(-0.5 * z * z - (np.log(sigma) + HALF_LOG_2PI - np.log(2.0)))

    def _statistics(self, groups: ValueGroups) -> tuple[Array, ...]:
        return (np.sqrt(groups.means(groups.values**2)),)

    def _log_density_sums(self, counts: Array, statistics: tuple[Array, ...], *core: Array) -> Array:
        return np.asarray(counts * self._log_density(statistics[0], *core))

    def _distribution(self, x: Array, *core: Array) -> Array:
        return np.asarray(special.erf(x / core[0] / np.sqrt(2.0)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return np.asarray(core[0] * half_normal_score(q))

    def _survival(self, x: Array, *core: Array) -> Array:
        return np.asarray(special.erfc(x / core[0] / np.sqrt(2.0)))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        return np.asarray(-core[0] * special.ndtri(0.5 * share))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return np.abs(rng.normal(0.0, core[0], size=size))

    def _mean(self, *core: Array) -> Array:
        return np.asarray(core[0] * np.sqrt(2 / np.pi))

    def _sd(self, *core: Array) -> Array:
        return np.asarray(core[0] * np.sqrt(1 - 2 / np.pi))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantile(words: PriorWords) -> dict[str, Any]:
        return {"sigma": words.points[0] / float(half_normal_score(np.asarray(words.shares[0])))}

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        words.require_width("mean")
        return {"sigma": words["mean"] * math.sqrt(math.pi / 2)}

    forms = (WordForm(_from_quantile, quantiles=1, inside=POSITIVE_BOUNDS), WordForm(_from_mean, ("mean",)))


class HalfStudentT(Family):
    """HalfStudentT(nu, sigma=1) or HalfStudentT(nu, lam): log f = log 2 + log StudentT(x; nu, 0, sigma), lam = 1 / sigma².

    Mean 2 sigma sqrt(nu) / ((nu - 1) B(1/2, nu / 2)) for nu > 1; E[X²] = sigma² nu / (nu - 2) for nu > 2.
    """

    name = "HalfStudentT"
    example = ("HalfStudentT(nu=4, sigma=2.5)", "how much groups differ, where they may differ a lot")
    value_kind = ValueKind.NONNEGATIVE
    free_arguments = ("sigma",)
    fixed_arguments: ClassVar[Mapping[str, float]] = {"nu": ELICITATION_NU}
    half_of = "StudentT"
    pymc_has_logcdf = False
    is_slow = True
    signatures = (Signature(("nu",), ("sigma",)), Signature(("nu", "lam")))
    domains: ClassVar[Mapping[str, Domain]] = {"nu": POSITIVE_DOMAIN, "sigma": WIDTH_DOMAIN, "lam": POSITIVE_DOMAIN}

    def _core(self, nu: Any, sigma: Any = None, lam: Any = None) -> Core:
        return np.asarray(nu), scale_of(sigma, lam)

    def _log_density(self, x: Array, *core: Array) -> Array:
        nu, sigma = core
        return student_log_density(x / sigma, nu) - np.log(0.5 * sigma)

    def _distribution(self, x: Array, *core: Array) -> Array:
        nu, sigma = core
        z = np.maximum(x, 0.0) / sigma
        near = 2 * z * np.exp(student_log_density(np.asarray(0.0), nu))
        middle = np.where(z > 1, 1 - 2 * student_share(-z, nu), special.betainc(0.5, nu / 2, z * z / (nu + z * z)))
        return np.where(z * z < 1e-20 * nu, near, middle)

    def _quantile(self, q: Array, *core: Array) -> Array:
        nu, sigma = core
        return np.asarray(sigma * half_student_score(q, nu))

    def _survival(self, x: Array, *core: Array) -> Array:
        nu, sigma = core
        return np.where(x <= sigma, 1 - self._distribution(x, *core), 2 * student_share(-np.maximum(x, 0.0) / sigma, nu))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        nu, sigma = core
        return np.asarray(-sigma * student_score(0.5 * share, nu))

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC has no distribution function of it: twice the lower tail of the StudentT."""
        nu, sigma = parameters
        return 2 * tails.exp(tails.logcdf(self.half_of, {"nu": nu, "mu": 0.0, "sigma": sigma}, -x))

    def pymc_log_survival(self, x: Any, core: tuple[float, ...], tails: TensorTails) -> Any:
        """Likewise, in logarithms."""
        nu, sigma = core
        return math.log(2) + tails.logcdf(self.half_of, {"nu": nu, "mu": 0, "sigma": sigma}, -x)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        nu, sigma = np.broadcast_arrays(*core)
        return np.abs(sigma * rng.standard_t(nu, size=size))

    def _mean(self, *core: Array) -> Array:
        nu, sigma = core
        return np.where(nu > 1, sigma * half_student_mean(nu), np.inf)

    def _sd(self, *core: Array) -> Array:
        nu, sigma = core
        return np.where(nu > 2, sigma * np.sqrt(nu / (nu - 2) - half_student_mean(nu) ** 2), np.where(nu > 1, np.inf, np.nan))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantile(words: PriorWords) -> dict[str, Any]:
        words.require("nu", lambda nu: nu > 0, "above 0")
        nu = words.number("nu")
        score = float(half_student_score(np.asarray(words.shares[0]), np.asarray(nu)))
        if not abs(float(HalfStudentT().distribution(score, nu=nu)) - words.shares[0]) <= 1e-9:
            raise words.uncomputable()
        return {"nu": words["nu"], "sigma": words.points[0] / score}

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        words.require("nu", lambda nu: nu > 1, "above 1 for a mean to exist")
        words.require_width("mean")
        return {"nu": words["nu"], "sigma": words["mean"] / float(half_student_mean(np.asarray(words.number("nu"))))}

    forms = (WordForm(_from_quantile, ("nu",), 1, POSITIVE_BOUNDS), WordForm(_from_mean, ("nu", "mean")))


class HalfCauchy(Family):
    """HalfCauchy(beta): log f = log 2 - log(pi beta) - log(1 + (x / beta)²).  Mean infinite, sd NaN; the median is beta."""

    name = "HalfCauchy"
    example = ("HalfCauchy(beta=1)", "how much groups differ, with no upper limit in mind")
    value_kind = ValueKind.NONNEGATIVE
    half_of = "Cauchy"
    free_arguments = ("beta",)
    signatures = (Signature(("beta",)),)
    domains: ClassVar[Mapping[str, Domain]] = {"beta": WIDTH_DOMAIN}
    no_words = "a HalfCauchy has no mean"

    def _core(self, beta: Any) -> Core:
        return (np.asarray(beta),)

    def _log_density(self, x: Array, *core: Array) -> Array:
        (beta,) = core
        return -np.log(0.5 * np.pi * beta) - np.log1p((x / beta) ** 2)

    def _distribution(self, x: Array, *core: Array) -> Array:
        return np.asarray(2 / np.pi * np.arctan(x / core[0]))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return np.asarray(core[0] * half_cauchy_score(q))

    def _survival(self, x: Array, *core: Array) -> Array:
        return np.asarray(2 / np.pi * np.arctan2(core[0], np.maximum(x, 0.0)))

    def _upper_quantile(self, share: Array, *core: Array) -> Array:
        return np.asarray(core[0] / np.tan(0.5 * np.pi * share))

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        return np.abs(core[0] * rng.standard_cauchy(core[0].shape if size is None else size))

    def _mean(self, *core: Array) -> Array:
        return np.full(core[0].shape, np.inf)

    def _sd(self, *core: Array) -> Array:
        return np.full(core[0].shape, np.nan)

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, np.inf

    @staticmethod
    def _from_quantile(words: PriorWords) -> dict[str, Any]:
        return {"beta": words.points[0] / float(half_cauchy_score(np.asarray(words.shares[0])))}

    forms = (WordForm(_from_quantile, quantiles=1, inside=POSITIVE_BOUNDS),)


def half_normal_score(q: Array) -> Array:
    """The quantile of |Z|: by erfinv from below, by the normal's own tail from above."""
    return np.asarray(np.where(q < 0.5, np.sqrt(2.0) * special.erfinv(q), -special.ndtri(0.5 * (1 - q))))


def half_student_score(q: Array, nu: Array) -> Array:
    """The quantile of |T|: by the t's own tail; by T² / (nu + T²), which is a Beta, where that runs out of digits; by a series next to 0.

    Next to 0 the distribution function is ``2 f(0) (x - (nu + 1) / (6 nu) x³ + …)``.
    """
    q, nu = np.broadcast_arrays(q, nu)
    score = -student_score(0.5 * (1 - q), nu)
    low = q < 0.1
    if not low.any():
        return score
    share, freedom = q[low], nu[low]
    beta = special.betaincinv(0.5, 0.5 * freedom, share)
    first = 0.5 * share * np.exp(-student_log_density(np.asarray(0.0), freedom))
    score = np.array(score)
    series = first * (1 + (freedom + 1) / (6 * freedom) * first**2)
    by_beta = np.where(beta < 0.5, np.sqrt(freedom * beta / (1 - beta)), score[low])
    score[low] = np.where(share < 1e-4 * np.minimum(freedom, 1.0), series, by_beta)
    return score


def half_student_mean(nu: Array) -> Array:
    """E|T| for nu > 1."""
    return np.asarray(2 * np.sqrt(nu) / (nu - 1) * np.exp(-special.betaln(0.5, 0.5 * nu)))


def half_cauchy_score(q: Array) -> Array:
    """The standard HalfCauchy quantile, accurate in both tails."""
    return np.where(q < 0.5, np.tan(0.5 * np.pi * q), 1 / np.tan(0.5 * np.pi * (1 - q)))
