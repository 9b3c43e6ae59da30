"""Families with finitely many values: Bernoulli, Binomial, BetaBinomial, Categorical, DiscreteUniform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from forecast.language.distributions.counts import smallest_reaching
from forecast.language.distributions.domains import COUNT, POSITIVE, REAL, SHARE, Domain
from forecast.language.distributions.family import Array, Core, Family, Signature, Size
from forecast.language.faults import Fault

WHOLE = Domain("a whole number", lambda x: np.isfinite(x) & (np.floor(x) == x))
SUM_SLACK = 1e-9  # how far the probabilities of a Categorical may be from a sum of 1


class Bernoulli(Family):
    """Bernoulli(p) or Bernoulli(logit_p): 1 with probability p, else 0.  Mean p, variance p (1 - p)."""

    name = "Bernoulli"
    discrete = True
    signatures = (Signature(("p",)), Signature(("logit_p",)))
    domains = {"p": SHARE, "logit_p": REAL}

    def core(self, p: Any = None, logit_p: Any = None) -> Core:
        return log_shares(p, logit_p)

    def _log_density(self, x: Array, *core: Array) -> Array:
        log_p, log_q = core
        return np.where(x == 1, log_p, log_q)

    def _distribution(self, x: Array, *core: Array) -> Array:
        return np.where(x >= 1, 1.0, np.exp(core[1]))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return np.where(q <= np.exp(core[1]), 0.0, 1.0)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        return rng.binomial(1, np.exp(core[0]), size=size)

    def _mean(self, *core: Array) -> Array:
        return np.exp(core[0])

    def _sd(self, *core: Array) -> Array:
        return np.exp((core[0] + core[1]) / 2)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, 1.0


class Binomial(Family):
    """Binomial(n, p) or Binomial(n, logit_p): log f = log C(n, x) + x log p + (n - x) log(1 - p).

    Mean n p, variance n p (1 - p).
    """

    name = "Binomial"
    discrete = True
    signatures = (Signature(("n", "p")), Signature(("n", "logit_p")))
    domains = {"n": COUNT, "p": SHARE, "logit_p": REAL}

    def core(self, n: Any = None, p: Any = None, logit_p: Any = None) -> Core:
        return (np.asarray(n), *log_shares(p, logit_p))

    def _log_density(self, x: Array, *core: Array) -> Array:
        n, log_p, log_q = core
        return log_choose(n, x) + _times(x, log_p) + _times(n - x, log_q)

    def _distribution(self, x: Array, *core: Array) -> Array:
        n, log_p, _ = core
        count = np.minimum(np.maximum(x, 0.0), n)
        return np.where(count >= n, 1.0, special.betaincc(count + 1, np.maximum(n - count, 1.0), np.exp(log_p)))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return smallest_reaching(self, q, core)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        n, log_p, _ = core
        return rng.binomial(n.astype(np.int64), np.exp(log_p), size=size)

    def _mean(self, *core: Array) -> Array:
        return core[0] * np.exp(core[1])

    def _sd(self, *core: Array) -> Array:
        n, log_p, log_q = core
        return np.sqrt(n) * np.exp((log_p + log_q) / 2)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, core[0]


class BetaBinomial(Family):
    """BetaBinomial(alpha, beta, n): a Binomial whose p is Beta(alpha, beta).

    log f = log C(n, x) + log B(x + alpha, n - x + beta) - log B(alpha, beta).  Mean n alpha / (alpha + beta),
    variance n m (1 - m) (alpha + beta + n) / (alpha + beta + 1) with m = alpha / (alpha + beta).
    """

    name = "BetaBinomial"
    discrete = True
    signatures = (Signature(("alpha", "beta", "n")),)
    domains = {"alpha": POSITIVE, "beta": POSITIVE, "n": COUNT}

    def core(self, alpha: Any = None, beta: Any = None, n: Any = None) -> Core:
        return np.asarray(alpha), np.asarray(beta), np.asarray(n)

    def _log_density(self, x: Array, *core: Array) -> Array:
        alpha, beta, n = core
        count = np.minimum(np.maximum(x, 0.0), n)
        return log_choose(n, x) + special.betaln(count + alpha, n - count + beta) - special.betaln(alpha, beta)

    def _distribution(self, x: Array, *core: Array) -> Array:
        alpha, beta, n = core
        values = np.arange(np.nanmax(n, initial=0.0) + 1)
        mass = np.exp(self._log_density(values, alpha[..., None], beta[..., None], n[..., None]))
        counted = np.where((values <= x[..., None]) & (values <= n[..., None]), mass, 0.0)
        return np.asarray(counted.sum(axis=-1))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return smallest_reaching(self, q, core)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        alpha, beta, n = core
        shape = np.broadcast_shapes(alpha.shape, beta.shape, n.shape) if size is None else size
        return rng.binomial(n.astype(np.int64), rng.beta(alpha, beta, size=shape))

    def _mean(self, *core: Array) -> Array:
        alpha, beta, n = core
        return np.asarray(n * alpha / (alpha + beta))

    def _sd(self, *core: Array) -> Array:
        alpha, beta, n = core
        strength = alpha + beta
        return np.asarray(np.sqrt(n * alpha * beta * (strength + n) / (strength + 1)) / strength)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, core[2]


class DiscreteUniform(Family):
    """DiscreteUniform(lower, upper): each whole number from lower to upper, equally likely."""

    name = "DiscreteUniform"
    discrete = True
    signatures = (Signature(("lower", "upper")),)
    domains = {"lower": WHOLE, "upper": WHOLE}

    def core(self, lower: Any = None, upper: Any = None) -> Core:
        return np.asarray(lower), np.asarray(upper)

    def _jointly_valid(self, *core: Array) -> Any:
        return core[0] <= core[1]

    def _check_jointly(self, arguments: Mapping[str, float]) -> None:
        if arguments["lower"] > arguments["upper"]:
            raise Fault(
                f"`lower={arguments['lower']:.6g}` of DiscreteUniform is above `upper={arguments['upper']:.6g}`", argument="lower"
            )
        if arguments["lower"] == arguments["upper"]:
            raise Fault(
                "`lower` and `upper` of DiscreteUniform are equal: zero width",
                hint="what is known for certain is a number, not a prior",
                argument="lower",
            )

    def _log_density(self, x: Array, *core: Array) -> Array:
        return np.zeros_like(x) - np.log(core[1] - core[0] + 1)

    def _distribution(self, x: Array, *core: Array) -> Array:
        lower, upper = core
        return np.asarray((np.minimum(x, upper) - lower + 1) / (upper - lower + 1))

    def _quantile(self, q: Array, *core: Array) -> Array:
        return smallest_reaching(self, q, core)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        return rng.integers(core[0].astype(np.int64), core[1].astype(np.int64), size=size, endpoint=True)

    def _mean(self, *core: Array) -> Array:
        return np.asarray((core[0] + core[1]) / 2)

    def _sd(self, *core: Array) -> Array:
        return np.asarray(np.sqrt(((core[1] - core[0] + 1) ** 2 - 1) / 12))

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return core[0], core[1]


class Categorical(Family):
    """Categorical(p): the number of a category, with probability ``p[..., number]``; ``p`` sums to 1 over its last axis.

    In the language its arguments are the categories' names, as in ``Categorical(yes=0.2, no=0.8)``.
    """

    name = "Categorical"
    discrete = True
    signatures = (Signature(("p",)),)
    domains = {"p": SHARE}

    def core(self, p: Any = None) -> Core:
        return (np.asarray(p),)

    def _prepare(self, arguments: Mapping[str, ArrayLike]) -> tuple[Core, NDArray[np.bool_]]:
        p = np.asarray(arguments["p"], dtype=float)
        return (p,), SHARE.holds(p).all(axis=-1) & (np.abs(p.sum(axis=-1) - 1) <= SUM_SLACK)

    def _log_density(self, x: Array, *core: Array) -> Array:
        return np.log(self._pick(core[0], x))

    def _distribution(self, x: Array, *core: Array) -> Array:
        return self._pick(np.cumsum(core[0], axis=-1), x)

    def _quantile(self, q: Array, *core: Array) -> Array:
        cumulative = np.cumsum(core[0], axis=-1)[..., :-1]
        return np.asarray((cumulative < q[..., None]).sum(axis=-1), dtype=float)

    def _draw(self, rng: np.random.Generator, size: Size, *core: Array) -> Any:
        return self._quantile(1 - rng.random(core[0].shape[:-1] if size is None else size), *core)

    def _mean(self, *core: Array) -> Array:
        return np.asarray((core[0] * np.arange(core[0].shape[-1])).sum(axis=-1))

    def _sd(self, *core: Array) -> Array:
        numbers = np.arange(core[0].shape[-1])
        return np.sqrt((core[0] * numbers**2).sum(axis=-1) - self._mean(*core) ** 2)

    def _support(self, *core: Array) -> tuple[Any, Any]:
        return 0.0, core[0].shape[-1] - 1.0

    @staticmethod
    def _pick(values: Array, x: Array) -> Array:
        shape = np.broadcast_shapes(values.shape[:-1], x.shape)
        index = np.clip(np.nan_to_num(np.broadcast_to(x, shape)), 0, values.shape[-1] - 1).astype(np.intp)
        return np.asarray(np.take_along_axis(np.broadcast_to(values, (*shape, values.shape[-1])), index[..., None], axis=-1)[..., 0])


def log_shares(p: Any, logit_p: Any) -> tuple[Array, Array]:
    """The logs of a probability and of its complement, from either."""
    if p is None:
        return np.asarray(special.log_expit(logit_p)), np.asarray(special.log_expit(-logit_p))
    return np.asarray(np.log(p)), np.asarray(np.log1p(-p))


def log_choose(n: Array, x: Array) -> Array:
    """log of n over x, for 0 <= x <= n."""
    count = np.minimum(np.maximum(x, 0.0), n)
    return np.asarray(-special.betaln(n - count + 1, count + 1) - np.log1p(n))


def _times(count: Array, log_share: Array) -> Array:
    """``count * log_share`` with 0 times minus infinity 0."""
    return np.where(count == 0, 0.0, count * log_share)
