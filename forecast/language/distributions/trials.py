"""Counts out of a number of trials: Bernoulli, Binomial, BetaBinomial."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import starmap
from typing import Any, ClassVar

import numpy as np

from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions import deviances
from forecast.language.distributions.domains import COUNT_DOMAIN, LOG_ODDS_DOMAIN, POSITIVE_DOMAIN, SHARE_DOMAIN, Domain, known_number
from forecast.language.distributions.events import NO_WORDS_FOR_COUNTS
from forecast.language.distributions.family import Core, Family, Signature
from forecast.language.distributions.small_counts import draw_beta_binomial, draw_binomial
from forecast.language.distributions.steps import (
    count_times_log_share,
    discrete_quantile,
    has_few_factors,
    log_choose,
    sum_log_factors,
)
from forecast.language.distributions.traits import TensorTails, ValueKind
from forecast.language.distributions.words import PriorWords, WordForm, constant_of
from forecast.language.faults import Fault

MOST_TERMS = 1_000_000  # of the sums of a BetaBinomial
MOST_SUM_CELLS = 2**32  # terms times values
MODERATE_SHAPE = 500.0  # alpha and beta up to which a BetaBinomial of many trials needs no deviances


def log_chances(p: Any, logit_p: Any) -> tuple[Array, Array]:
    """Return log p and log(1 - p), keeping the digits of a chance given by its logit."""
    if logit_p is not None:
        return np.asarray(special.log_expit(logit_p)), np.asarray(special.log_expit(-logit_p))
    return np.asarray(np.log(p)), np.asarray(np.log1p(-p))


class Bernoulli(Family):
    """Bernoulli(p) or Bernoulli(logit_p): log P(1) = log p, log P(0) = log(1 - p), p = expit(logit_p).  Mean p."""

    name = "Bernoulli"
    example = ("Bernoulli(p=0.3)", "whether something happened")
    value_kind = ValueKind.BINARY
    support_arguments = ()
    event_process = "hazard"
    discrete = True
    signatures = (Signature(("p",)), Signature(("logit_p",)))
    domains: ClassVar[Mapping[str, Domain]] = {"p": SHARE_DOMAIN, "logit_p": LOG_ODDS_DOMAIN}
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, p: Any = None, logit_p: Any = None) -> Core:
        return log_chances(p, logit_p)

    def possible_values(self, _numbers: Mapping[str, float | None]) -> range:
        """0 and 1."""
        return range(2)

    def _log_density(self, x: Array, *core: Array) -> Array:
        log_p, log_not = core
        return np.where(x == 0, log_not, log_p)

    def _distribution(self, x: Array, *core: Array) -> Array:
        return np.where(x < 0, 0.0, np.where(x < 1, np.exp(core[1]), 1.0))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return np.where(q <= np.exp(core[1]), 0.0, 1.0)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        log_p, _ = core
        return rng.random(log_p.shape if size is None else size) < np.exp(log_p)

    def _mean(self, *core: Array) -> Array:
        return np.asarray(np.exp(core[0]))

    def _sd(self, *core: Array) -> Array:
        return np.asarray(np.exp(0.5 * (core[0] + core[1])))

    def _support(self, *_core: Array) -> tuple[Any, Any]:
        return 0.0, 1.0

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        words.require("mean", lambda mean: 0 <= mean <= 1, "between 0 and 1")
        return {"p": words["mean"]}

    forms = (WordForm(_from_mean, ("mean",)),)


class Binomial(Family):
    """Binomial(n, p) or Binomial(n, logit_p): log P(k) = log(n over k) + k log p + (n - k) log(1 - p).  Mean n p."""

    name = "Binomial"
    example = ("Binomial(n=12, p=0.3)", "how many of twelve")
    value_kind = ValueKind.COUNT
    trials_argument = "n"
    whole_arguments = ("n",)
    support_arguments = ("n",)
    event_process = "hazard"
    discrete = True
    signatures = (Signature(("n", "p")), Signature(("n", "logit_p")))
    domains: ClassVar[Mapping[str, Domain]] = {"n": COUNT_DOMAIN, "p": SHARE_DOMAIN, "logit_p": LOG_ODDS_DOMAIN}
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, n: Any, p: Any = None, logit_p: Any = None) -> Core:
        return np.asarray(n), *log_chances(p, logit_p)

    def possible_values(self, numbers: Mapping[str, float | None]) -> range:
        """0 to ``n``."""
        return range(int(known_number(numbers["n"])) + 1)

    def _log_density(self, x: Array, *core: Array) -> Array:
        n, log_p, log_not = core
        mass = log_choose(n, x) + count_times_log_share(x, log_p) + count_times_log_share(n - x, log_not)
        large = n > deviances.LARGE_ARGUMENT
        return np.where(large, deviances.binomial(x, n - x, log_p, log_not), mass) if large.any() else mass

    def _distribution(self, x: Array, *core: Array) -> Array:
        n, log_p, _ = core
        share = special.betaincc(np.maximum(x, 0.0) + 1, np.maximum(n - x, 1.0), np.exp(log_p))
        return np.where(x < 0, 0.0, np.where(x >= n, 1.0, share))

    def _survival(self, x: Array, *core: Array) -> Array:
        n, log_p, _ = core
        share = special.betainc(np.maximum(x, 0.0) + 1, np.maximum(n - x, 1.0), np.exp(log_p))
        return np.where(x < 0, 1.0, np.where(x >= n, 0.0, share))

    def _quantile(self, q: Array, *core: Array) -> Array:
        guess = self._mean(*core) + self._sd(*core) * special.ndtri(q)
        return discrete_quantile(lambda k: self._distribution(k, *core), q, guess, np.asarray(0.0), core[0])

    def pymc_survival(self, x: Any, parameters: tuple[Any, ...], tails: TensorTails) -> Any:
        """PyMC takes one minus the lower tail."""
        n, p = parameters
        return tails.betainc(x + 1, n - x, p)

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        n, log_p, log_not = core
        return draw_binomial(rng, n, log_p, log_not, size)

    def _mean(self, *core: Array) -> Array:
        return np.asarray(core[0] * np.exp(core[1]))

    def _sd(self, *core: Array) -> Array:
        n, log_p, log_not = core
        return np.asarray(np.sqrt(n) * np.exp(0.5 * (log_p + log_not)))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, core[0]

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        _check_mean(words, strictly=False)
        return {"n": words["n"], "p": words["mean"] / words["n"]}

    forms = (WordForm(_from_mean, ("n", "mean")),)


class BetaBinomial(Family):
    """BetaBinomial(alpha, beta, n): a Binomial(n, p) whose p is Beta(alpha, beta).

    log P(k) = log(n over k) + log B(k + alpha, n - k + beta) - log B(alpha, beta).  With m = alpha / (alpha + beta): mean n m,
    variance n m (1 - m) (alpha + beta + n) / (alpha + beta + 1).  Its distribution function is a sum: time grows with n,
    and beyond a million terms it is NaN.
    """

    name = "BetaBinomial"
    example = ("BetaBinomial(alpha=3, beta=7, n=12)", "how many of twelve, where the share differs from group to group")
    value_kind = ValueKind.COUNT
    trials_argument = "n"
    whole_arguments = ("n",)
    support_arguments = ("n",)
    sums_masses = True
    discrete = True
    shares_one_chance = True
    signatures = (Signature(("alpha", "beta", "n")),)
    domains: ClassVar[Mapping[str, Domain]] = {"alpha": POSITIVE_DOMAIN, "beta": POSITIVE_DOMAIN, "n": COUNT_DOMAIN}
    no_words = NO_WORDS_FOR_COUNTS

    def _core(self, alpha: Any, beta: Any, n: Any) -> Core:
        return np.asarray(n), np.asarray(alpha), np.asarray(beta)

    def possible_values(self, numbers: Mapping[str, float | None]) -> range:
        """0 to ``n``."""
        return range(int(known_number(numbers["n"])) + 1)

    def _log_density(self, x: Array, *core: Array) -> Array:
        n, alpha, beta = core
        factors = ((alpha, x), (beta, n - x), (alpha + beta, n))
        if all(starmap(has_few_factors, factors)):
            hits, misses, trials = starmap(sum_log_factors, factors)
            return np.asarray(log_choose(n, x) + hits + misses - trials)
        shape = np.maximum(alpha, beta)
        large = (shape > deviances.LARGE_ARGUMENT) | ((n > deviances.LARGE_ARGUMENT) & (shape > MODERATE_SHAPE))
        return deviances.where_formula(large, deviances.beta_binomial, _log_mass_by_log_beta, x, n, alpha, beta)

    def _distribution(self, x: Array, *core: Array) -> Array:
        n, alpha, beta = core
        below = np.minimum(x, n)
        last = np.max(below, initial=-1.0, where=np.isfinite(below))
        cells = math.prod(np.broadcast_shapes(x.shape, n.shape, alpha.shape, beta.shape))
        if last > MOST_TERMS or (last + 1) * cells > MOST_SUM_CELLS:
            return np.full(np.broadcast_shapes(x.shape, n.shape, alpha.shape, beta.shape), np.nan)
        if n.size == alpha.size == beta.size == 1:
            masses = np.exp(self._log_density(np.arange(last + 1), *(argument.reshape(()) for argument in core)))
            cumulated = np.concatenate([[0.0], np.cumsum(masses)])
            return np.asarray(cumulated[np.where(np.isfinite(below), np.maximum(below, -1.0) + 1, 0).astype(np.intp)])
        total = np.zeros(np.broadcast_shapes(x.shape, n.shape, alpha.shape, beta.shape))
        for k in range(int(last) + 1):
            total = total + np.where(k <= below, np.exp(self._log_density(np.asarray(float(k)), *core)), 0.0)
        return np.where(x >= n, 1.0, total)

    def _quantile(self, q: Array, *core: Array) -> Array:
        guess = self._mean(*core) + self._sd(*core) * special.ndtri(q)
        return discrete_quantile(lambda k: np.where(k >= core[0], 1.0, self._distribution(k, *core)), q, guess, np.asarray(0.0), core[0])

    def _draw(self, rng: np.random.Generator, size: Any, *core: Array) -> Any:
        n, alpha, beta = np.broadcast_arrays(*core)
        return draw_beta_binomial(rng, n, alpha, beta, size)

    def _mean(self, *core: Array) -> Array:
        n, alpha, beta = core
        return np.asarray(n * alpha / (alpha + beta))

    def _sd(self, *core: Array) -> Array:
        n, alpha, beta = core
        total = alpha + beta
        return np.sqrt(n * alpha * beta * (total + n) / (total + 1)) / total

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, core[0]

    @staticmethod
    def _from_mean(words: PriorWords) -> dict[str, Any]:
        _check_mean(words, strictly=True)
        words.require("strength", lambda strength: strength > 0, "above 0")
        share = words["mean"] / words["n"]
        return {"alpha": share * words["strength"], "beta": (1 - share) * words["strength"], "n": words["n"]}

    forms = (WordForm(_from_mean, ("n", "mean", "strength")),)


def _log_mass_by_log_beta(x: Array, n: Array, alpha: Array, beta: Array) -> Array:
    """The log mass of a BetaBinomial, where Gammas of ``alpha`` and ``beta`` keep their digits."""
    return deviances.where_formula(n > deviances.LARGE_ARGUMENT, deviances.beta_binomial_of_many, _log_mass_of_few, x, n, alpha, beta)


def _log_mass_of_few(x: Array, n: Array, alpha: Array, beta: Array) -> Array:
    return np.asarray(log_choose(n, x) + special.betaln(x + alpha, n - x + beta) - special.betaln(alpha, beta))


def _check_mean(words: PriorWords, *, strictly: bool) -> None:
    """The mean of a count is between 0 and its number of trials."""
    words.require("n", lambda n: n > 0 and n == round(n), "a whole number above 0")
    n, mean = constant_of(words["n"]), constant_of(words["mean"])
    if n is not None and mean is not None and not (0 < mean < n if strictly else 0 <= mean <= n):
        wording = f"above 0 and below `n`, {n:.6g}" if strictly else f"between 0 and `n`, {n:.6g}"
        raise Fault(f"`mean` of {words.family} is {mean:.6g}; it must be {wording}", argument="mean")
