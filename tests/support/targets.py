"""Targets with known answers, for the tests of the fast engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from forecast.language.arrays import Array


@dataclass(frozen=True)
class Given:
    """A target from its parts."""

    dimension: int
    start: Callable[[Array], Array]
    log_prior: Callable[[Array], Array]
    log_likelihood: Callable[[Array], Array]
    is_normal: bool = False

    def total_log_likelihood(self, x: Array) -> Array:
        """The log density of all rows together."""
        with np.errstate(over="ignore"):
            total: Array = self.log_likelihood(x).sum(axis=1)
        return total

    def log_likelihood_at(self, x: Array, rows: np.ndarray) -> Array:
        """The log density of some rows."""
        return self.log_likelihood(x)[:, rows]

    @property
    def normal(self) -> np.ndarray:
        """Which coordinates are standard normal in the prior: all or none."""
        return np.full(self.dimension, self.is_normal)


def standard_normal(x: Array) -> Array:
    """Log density of N(0, I)."""
    return -0.5 * (x**2).sum(axis=1) - 0.5 * x.shape[1] * np.log(2 * np.pi)


def by_normal(dimension: int, log_likelihood: Callable[[Array], Array]) -> Given:
    """A target in the prior's own coordinates: N(0, I) times a likelihood."""
    return Given(dimension, special.ndtri, standard_normal, log_likelihood, is_normal=True)


@dataclass(frozen=True)
class Conjugate:
    """x ~ N(0, I); y = A x + noise of known sd: posterior and evidence in closed form."""

    design: Array
    seen: Array
    noise: float

    @property
    def target(self) -> Given:
        """The model in the prior's own coordinates."""

        def rows(x: Array) -> Array:
            return -0.5 * ((self.seen - x @ self.design.T) / self.noise) ** 2 - np.log(self.noise) - 0.5 * np.log(2 * np.pi)

        return by_normal(self.design.shape[1], rows)

    @property
    def covariance(self) -> Array:
        """The posterior's covariance."""
        return np.linalg.inv(np.eye(self.design.shape[1]) + self.design.T @ self.design / self.noise**2)

    @property
    def mean(self) -> Array:
        """The posterior's mean."""
        return self.covariance @ self.design.T @ self.seen / self.noise**2

    @property
    def log_evidence(self) -> float:
        """The log of the marginal density of what was seen."""
        marginal = self.design @ self.design.T + self.noise**2 * np.eye(len(self.seen))
        quadratic = self.seen @ np.linalg.solve(marginal, self.seen)
        return float(-0.5 * (quadratic + np.linalg.slogdet(marginal)[1] + len(self.seen) * np.log(2 * np.pi)))


def conjugate(dimension: int, rows: int, noise: float) -> Conjugate:
    """Return a conjugate model with a fixed random design and data."""
    rng = np.random.default_rng(11)
    design = rng.standard_normal((rows, dimension))
    return Conjugate(design, design @ rng.standard_normal(dimension) + noise * rng.standard_normal(rows), noise)


def eight_schools() -> Given:
    """Means mu ~ N(0, 5), tau ~ HalfCauchy(5), non-centred."""
    seen, error = np.array([28, 8, -3, 7, -1, 1, 18, 12.0]), np.array([15, 10, 16, 11, 9, 11, 10, 18.0])

    def rows(z: Array) -> Array:
        effect = 5 * z[:, :1] + school_spread(z)[:, None] * z[:, 2:]
        return -0.5 * ((seen - effect) / error) ** 2 - np.log(error) - 0.5 * np.log(2 * np.pi)

    return by_normal(10, rows)


def school_spread(z: Array) -> Array:
    """The tau of the eight schools."""
    return 5 * np.tan(np.pi / 2 * special.ndtr(z[:, 1]))


PRISONERS = np.array([109_000, 21_374, 13_000, 64_233, 2_000_000, 2])
REFUSED = np.array([34_004, 14_704, 347, 7_521, 160_000, 2])


def _conflicts_rows(x: Array) -> Array:
    return REFUSED * special.log_expit(x[:, 2:]) + (PRISONERS - REFUSED) * special.log_expit(-x[:, 2:])


def _conflicts_start(u: Array) -> Array:
    mean, strength = special.betaincinv(2, 5, u[:, 0]), 4 * special.gammaincinv(2, u[:, 1])
    share = special.betaincinv((mean * strength)[:, None], ((1 - mean) * strength)[:, None], u[:, 2:]).clip(1e-12, 1 - 1e-12)
    return np.column_stack([special.logit(mean), np.log(strength), special.logit(share)])


def conflicts_in_own_coordinates() -> Given:
    """A hierarchy over six conflicts in logit shares and log strength, centred."""

    def log_prior(x: Array) -> Array:
        mean, strength = special.expit(x[:, 0]), np.exp(x[:, 1])
        a, b = (mean * strength)[:, None], ((1 - mean) * strength)[:, None]
        top = 2 * np.log(mean) + 5 * np.log1p(-mean) - special.betaln(2, 5) + 2 * np.log(strength / 4) - strength / 4
        return top + (a * special.log_expit(x[:, 2:]) + b * special.log_expit(-x[:, 2:]) - special.betaln(a, b)).sum(axis=1)

    return Given(8, _conflicts_start, log_prior, _conflicts_rows)


def conflicts_in_prior_coordinates() -> Given:
    """The same in standard normal coordinates, where the posterior is a thin curved shell."""

    def log_prior(z: Array) -> Array:
        return np.where((np.abs(z) < 8.2).all(axis=1), standard_normal(z), -np.inf)  # where ndtr runs out of digits

    return Given(8, special.ndtri, log_prior, lambda z: _conflicts_rows(_conflicts_start(special.ndtr(z))))


def _walked() -> Array:
    rng = np.random.default_rng(5)
    return rng.poisson(np.exp(1 + np.cumsum(0.3 * rng.standard_normal(24))))


def random_walk() -> tuple[Given, Given]:
    """A 24-step walk of the log of a Poisson mean, with unknown level and step: its own coordinates, and the prior's."""
    seen = _walked()

    def counts(level: Array) -> Array:
        with np.errstate(over="ignore"):
            return seen * level - np.exp(level) - special.gammaln(seen + 1)

    def levels(z: Array) -> Array:
        return 1 + z[:, :1] + np.exp(-1 + 0.5 * z[:, 1:2]) * np.cumsum(z[:, 2:], axis=1)

    def start(u: Array) -> Array:
        z = special.ndtri(u)
        return np.column_stack([1 + z[:, 0], -1 + 0.5 * z[:, 1], levels(z)])

    def log_prior(x: Array) -> Array:
        step = np.exp(x[:, 1])
        moves = np.diff(np.column_stack([x[:, 0], x[:, 2:]]), axis=1) / step[:, None]
        z = np.column_stack([x[:, 0] - 1, (x[:, 1] + 1) / 0.5, moves])
        return standard_normal(z) - np.log(0.5) - 24 * x[:, 1]

    own = Given(26, start, log_prior, lambda x: counts(x[:, 2:]))
    return own, by_normal(26, lambda z: counts(levels(z)))


def random_walk_log_evidence() -> float:
    """The walk's log evidence by quadrature: forward over a grid of levels, for each of a grid of steps.

    A grid twice as fine in both moves it by 3e-5.
    """
    levels, apart = np.linspace(-5, 8, 451, retstep=True)
    steps, between = np.linspace(-6, 6, 41, retstep=True)
    count = len(levels)
    likelihood = np.exp(_walked()[:, None] * levels - np.exp(levels) - special.gammaln(_walked() + 1)[:, None])
    edges = (np.arange(1 - count, count + 1) - 0.5) * apart
    given_step = []
    for step in steps:
        kernel = np.diff(special.ndtr(edges / np.exp(-1 + 0.5 * step)))  # of a move into a cell, so that narrow steps are whole
        mass, total = np.exp(-0.5 * (levels - 1) ** 2) / np.sqrt(2 * np.pi) * apart, 0.0
        for each in likelihood:
            mass = np.convolve(mass, kernel)[count - 1 : 2 * count - 1] * each
            total += np.log(mass.sum())
            mass /= mass.sum()
        given_step.append(total - 0.5 * step**2)
    return float(special.logsumexp(given_step) + np.log(between) - 0.5 * np.log(2 * np.pi))
