"""A distribution fitted to weighted draws of one value, so that these can be a prior: a mixture of at most five components.

Values between 0 and 1 get Beta distributions, positive ones a Gamma or LogNormals, others Normals.  A mixture is fitted by EM
(Dempster, Laird and Rubin 1977; McLachlan and Peel 2000, chapter 2), to draws gathered into ``FITTED_POINTS`` points of equal weight.  In each step a
Beta comes nearer to its greatest weighted likelihood by Newton's method (Minka 2000, "Estimating a Dirichlet distribution").  Of fits with
different numbers of components the one with the best BIC is kept (Schwarz 1978, doi:10.1214/aos/1176344136), at the effective number of draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.inference.posterior import order_draws
from forecast.language import special
from forecast.language.arrays import Array
from forecast.language.distributions.families import component, family_for
from forecast.language.distributions.family import Family
from forecast.language.pooling import pool
from forecast.language.statements import Statement, parse_statement

MOST_COMPONENTS = 5
FITTED_POINTS = 1_024  # of equal weight that stand for the draws where a mixture is fitted
EM_STEPS = 300  # of EM at most
NEWTON_STEPS_EACH = 2  # of a component within a step of EM
EM_GAIN = 1e-6  # of mean log-likelihood in one step, below which EM has ended
FEWEST_SHARE = 1e-3  # of a component: one with less has nothing to say
GAP_LEVELS: Array = np.linspace(0.01, 0.99, 99)  # of the quantiles that are compared
ARGUMENT_DIGITS = 10  # of the arguments

type Arguments = tuple[float, float]


class NoFit(ValueError):
    """No distribution can be fitted to the draws; its text says why."""


@dataclass(frozen=True, slots=True)
class FittedMixture:
    """A fitted distribution, as the weights and statements of its components, and how far it is from the draws.

    ``kolmogorov`` is the greatest difference of the distribution functions; ``gap`` that of quantiles from the 1 to the 99 % point, in standard
    deviations of the draws, or of their logarithms where ``is_log``.
    """

    parts: tuple[tuple[float, str], ...]
    kolmogorov: float
    gap: float
    is_log: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of component: its family's name and arguments, and its greatest weighted likelihood."""

    name: str
    arguments: tuple[str, str]
    log_density: Callable[[Array, Arguments], Array]
    fit: Callable[[Array, Array, Arguments | None], Arguments]
    most: int = MOST_COMPONENTS

    def statement(self, arguments: Arguments) -> str:
        """The statement of one component."""
        given = ", ".join(
            f"{name}={float(f'{value:.{ARGUMENT_DIGITS}g}')!r}" for name, value in zip(self.arguments, arguments, strict=True)
        )
        return f"{self.name}({given})"


def fit_prior_mixture(values: Array, weights: Array, *, size: float, is_share: bool) -> FittedMixture:
    """Return the distribution that is nearest to weighted draws, ``(draws,)`` each; ``size`` is their effective number.

    ``is_share`` says that the value lies between 0 and 1.  Raises ``NoFit`` where the draws are of one value, or lie on an edge of its range.
    """
    counted = weights > 0
    values, weights = values[counted], weights[counted] / weights[counted].sum()
    if not np.isfinite(values).all():
        raise NoFit("it is not a finite number at some draws")
    if values.min() == values.max():
        raise NoFit(f"it is {values[0]:.6g} at every draw, and a known value needs no prior")
    if is_share and not (values.min() > 0 and values.max() < 1):
        raise NoFit("it is exactly 0 or 1 at some draws, where no continuous distribution has mass")
    kinds = [_BETA] if is_share else [_GAMMA, _LOGNORMAL] if values.min() > 0 else [_NORMAL]
    draws = _Draws.of(values, weights, is_log=not is_share and bool(values.min() > 0))
    best: tuple[float, tuple[tuple[float, str], ...]] | None = None
    for kind in kinds:
        for count in range(1, kind.most + 1):
            parts, mean_log = _em(kind, draws.points, count)
            criterion = size * mean_log - (3 * count - 1) / 2 * np.log(size)
            if best is None or criterion > best[0]:
                best = criterion, _statements(kind, parts)
    assert best is not None
    return draws.compare(best[1])


@dataclass(frozen=True, slots=True)
class _Draws:
    """Draws in order, with points of equal weight that stand for them, ``(points,)``, and quantiles on the scale on which a gap is measured."""

    values: Array
    below: Array
    upto: Array
    points: Array
    quantiles: Array
    scale: float
    is_log: bool

    @classmethod
    def of(cls, values: Array, weights: Array, *, is_log: bool) -> _Draws:
        ordered = order_draws(values, weights)
        levels = (np.arange(FITTED_POINTS) + 0.5) / FITTED_POINTS
        measured = np.log(ordered.values) if is_log else ordered.values
        own = np.diff(ordered.cumulative, prepend=0.0)
        middle = ordered.cumulative - own / 2
        points = np.interp(levels, middle, measured)
        mean = float(own @ measured)
        sd = float(np.sqrt(own @ (measured - mean) ** 2))
        quantiles: Array = np.interp(GAP_LEVELS, middle, measured)
        return cls(
            ordered.values, ordered.cumulative - own, ordered.cumulative, np.exp(points) if is_log else points, quantiles, sd, is_log
        )

    def compare(self, parts: tuple[tuple[float, str], ...]) -> FittedMixture:
        """A distribution with its distance from the draws."""
        statement = pool("mixture", [(weight, parse_statement(text)) for weight, text in parts])
        family = family_for(statement)
        with np.errstate(all="ignore"):
            upto, quantiles = _curves(family, statement, self.values)
        kolmogorov = float(max(np.abs(upto - self.below).max(), np.abs(upto - self.upto).max()))
        measured = np.log(quantiles) if self.is_log else quantiles
        gap = float(np.abs(measured - self.quantiles).max() / self.scale)
        return FittedMixture(parts, kolmogorov, gap, self.is_log)


def _curves(family: Family, statement: Statement, values: Array) -> tuple[Array, Array]:
    """The distribution function at values, and the quantiles at ``GAP_LEVELS``."""
    whole = component(1.0, statement) if not statement.parts else None
    arguments = {} if whole is None else whole.arguments
    return family.distribution(values, **arguments), family.quantile(GAP_LEVELS, **arguments)


def _statements(kind: _Kind, parts: Sequence[tuple[float, Arguments]]) -> tuple[tuple[float, str], ...]:
    kept = [(share, arguments) for share, arguments in parts if share >= FEWEST_SHARE]
    return tuple((float(f"{share:.{ARGUMENT_DIGITS}g}"), kind.statement(arguments)) for share, arguments in kept)


def _em(kind: _Kind, points: Array, count: int) -> tuple[list[tuple[float, Arguments]], float]:
    """The shares and arguments of a mixture of ``count`` components, begun with equal parts of the draws in order, and its mean log density."""
    begun = np.array_split(points, count)
    parts = [kind.fit(some, np.full(len(some), 1 / len(some)), None) for some in begun]
    shares: Array = np.full(count, 1 / count)
    before = -np.inf
    for _ in range(EM_STEPS):
        logs = np.log(np.maximum(shares, np.finfo(float).tiny))[:, None] + np.stack([kind.log_density(points, its) for its in parts])
        whole = np.logaddexp.reduce(logs, axis=0)
        after = float(whole.mean())
        if after - before < EM_GAIN or count == 1:
            break
        before = after
        belongs = np.exp(logs - whole)
        shares = belongs.mean(axis=1)
        parts = [
            kind.fit(points, its / its.sum(), old) if share >= FEWEST_SHARE else old
            for its, share, old in zip(belongs, shares, parts, strict=True)
        ]
    return list(zip(shares.tolist(), parts, strict=True)), after


def _beta_log_density(x: Array, its: Arguments) -> Array:
    a, b = its
    density: Array = (a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - special.betaln(a, b)
    return density


def _fit_beta(x: Array, weights: Array, start: Arguments | None) -> Arguments:
    """A Beta of which the means of log x and of log(1 - x) are as in the draws, from the moments; or some steps towards it from a start."""
    log_x, log_rest = float(weights @ np.log(x)), float(weights @ np.log1p(-x))
    a, b = _beta_of_moments(x, weights) if start is None else start
    for _ in range(100 if start is None else NEWTON_STEPS_EACH):
        both, slope = special.digamma(a + b), special.zeta(2.0, a + b)
        first, second = log_x - special.digamma(a) + both, log_rest - special.digamma(b) + both
        of_a, of_b = special.zeta(2.0, a), special.zeta(2.0, b)  # the derivatives of digamma
        determinant = of_a * of_b - slope * (of_a + of_b)
        step_a = ((of_b - slope) * first + slope * second) / determinant
        step_b = ((of_a - slope) * second + slope * first) / determinant
        size = 1.0
        while a + size * step_a <= 0 or b + size * step_b <= 0:
            size /= 2
        a, b = float(a + size * step_a), float(b + size * step_b)
        if abs(step_a) <= 1e-10 * a and abs(step_b) <= 1e-10 * b:
            break
    return a, b


def _beta_of_moments(x: Array, weights: Array) -> Arguments:
    mean = float(weights @ x)
    variance = max(float(weights @ (x - mean) ** 2), 1e-12 * mean * (1 - mean))
    strength = max(mean * (1 - mean) / variance - 1, 1e-3)
    return mean * strength, (1 - mean) * strength


def _gamma_log_density(x: Array, its: Arguments) -> Array:
    alpha, beta = its
    density: Array = alpha * np.log(beta) - special.gammaln(alpha) + (alpha - 1) * np.log(x) - beta * x
    return density


def _fit_gamma(x: Array, weights: Array, _start: Arguments | None) -> Arguments:
    """The greatest weighted likelihood: log alpha - digamma(alpha) is log of the mean less the mean of logs, by Newton's method in 1 / alpha."""
    mean = float(weights @ x)
    excess = float(np.log(mean) - weights @ np.log(x))
    alpha = (3 - excess + np.sqrt((excess - 3) ** 2 + 24 * excess)) / (12 * excess)
    for _ in range(100):
        wrong = np.log(alpha) - special.digamma(alpha) - excess
        changed = 1 / (1 / alpha + wrong / (alpha**2 * (1 / alpha - special.zeta(2.0, alpha))))
        done = abs(changed - alpha) <= 1e-12 * alpha
        alpha = changed
        if done:
            break
    return float(alpha), float(alpha / mean)


def _normal_log_density(x: Array, its: Arguments) -> Array:
    mu, sigma = its
    density: Array = -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)
    return density


def _fit_normal(x: Array, weights: Array, _start: Arguments | None) -> Arguments:
    """Mean and standard deviation; of the latter a thousandth of all draws' spread at least, or a component would shrink onto one point."""
    mu = float(weights @ x)
    return mu, max(float(np.sqrt(weights @ (x - mu) ** 2)), 1e-3 * float(x.max() - x.min()))


_BETA = _Kind("Beta", ("alpha", "beta"), _beta_log_density, _fit_beta)
_GAMMA = _Kind("Gamma", ("alpha", "beta"), _gamma_log_density, _fit_gamma, most=1)
_NORMAL = _Kind("Normal", ("mu", "sigma"), _normal_log_density, _fit_normal)
_LOGNORMAL = _Kind(
    "LogNormal",
    ("mu", "sigma"),
    lambda x, its: _normal_log_density(np.log(x), its) - np.log(x),
    lambda x, weights, start: _fit_normal(np.log(x), weights, start),
)
