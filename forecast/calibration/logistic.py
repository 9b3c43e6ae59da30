"""A smooth curve of reliability: the log odds of what happened as a line in the log odds that were given, with its posterior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

import numpy as np

from forecast.calibration.settled_forecasts import SettledForecasts
from forecast.language.arrays import Array

SHIFT_SD = 0.5  # of the prior of the shift, around 0
SLOPE_FACTOR = 2.0  # the prior of the slope has nine chances in ten between one over this and this
SLOPE_SD = log(SLOPE_FACTOR) / 1.6448536269514722  # of its logarithm
SPREADS = np.array([SHIFT_SD, SLOPE_SD])
NODES, REACH = 43, 6.0  # of the quadrature in each direction, and how far it goes, in standard deviations
TURN = 0.5  # radians by which the nodes are turned, so that few of them agree in what is asked of them
ODDS_AT_ONCE = 2_000  # values of log odds in one array
NEWTON_TOLERANCE, NEWTON_STEPS = 1e-9, 100
WEAK = 5.0  # times the prior's spread: where the likelihood is centred, which may have no maximum of its own


@dataclass(frozen=True, slots=True)
class LogisticPosterior:
    """Points ``(nodes,)`` of shift and slope with their weights, which add up to 1.

    ``left_out`` counts forecasts of exactly 0 or 1, which have no log odds.
    """

    shift: Array
    slope: Array
    weight: Array
    left_out: int

    def mean_probability(self, probability: Array) -> Array:
        """Return the posterior mean of what probabilities ``(values,)`` between 0 and 1 come to."""
        return self.weight @ _chances(self.shift, self.slope, probability)

    def bounds(self, probability: Array, *, level: float) -> tuple[Array, Array]:
        """Return the ends of the central interval at each probability ``(values,)``."""
        return weighted_bounds(_chances(self.shift, self.slope, probability), self.weight, level=level)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Distinct log odds and outcomes with their weights, and where the likelihood is evaluated: ``centre + stretch @ (point - centre)``."""

    odds: Array
    outcome: Array
    weight: Array
    centre: Array
    stretch: Array

    def places(self, points: Array) -> Array:
        found: Array = self.centre + (points - self.centre) @ self.stretch.T
        return found


def logistic_posterior(rows: SettledForecasts) -> LogisticPosterior:
    """Return the posterior of shift and slope given forecasts that are settled.

    The model is ``logit P(yes) = shift + slope · logit p`` with ``shift ~ Normal(0, 0.5)`` and ``slope ~ LogNormal(median=1, factor=2)``, a
    forecast's log-likelihood times its weight. Forecasts of one question, and questions of one group, are not independent: where groups have
    several rows, the likelihood is drawn out from its centre until it is as wide as the scatter between groups says, by direction, and never
    narrower than it was (Chandler and Bate 2007, Biometrika 94; Ribatet, Cooley and Davison 2012, Statistica Sinica 22). Few groups are
    allowed for by the ratio of Student's quantile to the normal one. Integrated by the trapezoid rule on a grid around the mode.
    """
    inside = (rows.probability > 0) & (rows.probability < 1)
    kept = rows.rows(inside)
    odds = np.log(kept.probability) - np.log1p(-kept.probability)
    values, place = np.unique(np.stack([odds, kept.outcome]), axis=1, return_inverse=True)
    weight = np.bincount(place.ravel(), kept.weight, values.shape[1])
    plain = _Rows(values[0], values[1], weight, np.zeros(2), np.eye(2))
    adjusted = plain
    if np.unique(kept.cluster).size < kept.cluster.size:
        centre = _mode(plain, np.zeros(2), spread=WEAK)
        adjusted = replace(plain, centre=centre, stretch=_stretch(plain, odds, kept, centre))
    return _quadrature(adjusted, left_out=int((~inside).sum()))


def weighted_bounds(values: Array, weight: Array, *, level: float) -> tuple[Array, Array]:
    """Return the ends of the central interval of each column of ``values`` ``(nodes, columns)`` under one set of weights."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    below = np.cumsum(weight[order], axis=0)
    middle = below - weight[order] / 2
    ends = [
        np.array([np.interp(share, middle[:, at], ordered[:, at]) for at in range(values.shape[1])])
        for share in ((1 - level) / 2, (1 + level) / 2)
    ]
    return ends[0], ends[1]


def _chances(shift: Array, slope: Array, probability: Array) -> Array:
    """``(nodes, values)``."""
    odds = np.log(probability) - np.log1p(-probability)
    return _expit(shift[:, np.newaxis] + slope[:, np.newaxis] * odds)


def _expit(value: Array) -> Array:
    from scipy.special import expit

    found: Array = expit(value)
    return found


def _mode(rows: _Rows, start: Array, *, spread: float = 1.0) -> Array:
    """The mode of (shift, log slope), by Newton's method with halved steps where it overshoots; ``spread`` widens the prior."""
    at = start
    value = _log_posterior(at[np.newaxis], rows, spread=spread)[0]
    for _ in range(NEWTON_STEPS):
        step = np.linalg.solve(_curvature(at, rows, spread=spread), _gradient(at, rows, spread=spread))
        while (after := _log_posterior((at + step)[np.newaxis], rows, spread=spread)[0]) < value - NEWTON_TOLERANCE:
            step = step / 2
        at, value = at + step, after
        if np.abs(step).max() < NEWTON_TOLERANCE:
            break
    return at


def _directions(at: Array, odds: Array) -> tuple[Array, Array]:
    """The derivatives of each row's log odds by shift and log slope ``(2, rows)``, and its chance."""
    inner = np.stack([np.ones_like(odds), np.exp(at[1]) * odds])
    return inner, _expit(at[0] + inner[1])


def _gradient(at: Array, rows: _Rows, *, spread: float) -> Array:
    inner, chance = _directions(rows.places(at), rows.odds)
    found: Array = rows.stretch.T @ (inner @ (rows.weight * (rows.outcome - chance))) - at / np.square(spread * SPREADS)
    return found


def _curvature(at: Array, rows: _Rows, *, spread: float) -> Array:
    """The expected curvature, which is positive definite."""
    inner, chance = _directions(rows.places(at), rows.odds)
    own = (inner * (rows.weight * chance * (1 - chance))) @ inner.T
    found: Array = rows.stretch.T @ own @ rows.stretch + np.diag(1 / np.square(spread * SPREADS))
    return found


def _log_posterior(points: Array, rows: _Rows, *, spread: float = 1.0) -> Array:
    """Up to a constant, at points ``(points, 2)`` of shift and log slope."""
    places = rows.places(points)
    found: Array = -np.square(points / (spread * SPREADS)).sum(axis=1) / 2
    sign = np.where(rows.outcome > 0, -1.0, 1.0)
    for first in range(0, rows.odds.size, ODDS_AT_ONCE):
        part = slice(first, first + ODDS_AT_ONCE)
        inner = places[:, :1] + np.exp(places[:, 1:]) * rows.odds[part]
        found -= np.logaddexp(0, sign[part] * inner) @ rows.weight[part]
    return found


def _stretch(plain: _Rows, odds: Array, kept: SettledForecasts, centre: Array) -> Array:
    """By how much to shorten differences from the centre, so that curvature and scatter between groups agree."""
    from scipy.special import ndtri, stdtrit

    inner, chance = _directions(centre, odds)
    own = _curvature(centre, plain, spread=np.inf) + 1e-12 * np.eye(2)
    groups = np.unique(kept.cluster, return_inverse=True)[1]
    count = int(groups.max()) + 1
    sums = np.stack([np.bincount(groups, row * kept.weight * (kept.outcome - chance), count) for row in inner])
    few = (stdtrit(count - 1, 0.95) / ndtri(0.95)) ** 2 * count / (count - 1) if count > 1 else 1.0
    lower = np.linalg.inv(np.linalg.cholesky(own))
    scatter, axes = np.linalg.eigh(lower @ sums @ sums.T @ lower.T)
    root = (axes / np.sqrt(np.maximum(scatter * few, 1.0))) @ axes.T
    found: Array = lower.T @ root @ np.linalg.inv(lower.T)
    return found


def _quadrature(rows: _Rows, *, left_out: int) -> LogisticPosterior:
    mode = _mode(rows, rows.centre)
    axis = np.linspace(-REACH, REACH, NODES)
    grid = np.stack([each.ravel() for each in np.meshgrid(axis, axis)], axis=1)
    turn = np.array([[np.cos(TURN), -np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]])
    points = mode + grid @ turn @ np.linalg.cholesky(np.linalg.inv(_curvature(mode, rows, spread=1.0))).T
    log_weight = _log_posterior(points, rows)
    found = np.exp(log_weight - log_weight.max())
    return LogisticPosterior(points[:, 0], np.exp(points[:, 1]), found / found.sum(), left_out)
