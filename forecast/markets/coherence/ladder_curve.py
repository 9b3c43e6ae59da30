"""Fair values of a whole ladder: a monotone curve with a piecewise constant hazard, smoothed on the log scale, through bids and asks.

Rungs at t_1 < … < t_n (days from now to the deadlines, or thresholds) have probabilities F_i that rise with t.  With the log hazards theta_k
between rungs, F_i = 1 - exp(-sum over k <= i of exp(theta_k) (t_k - t_{k-1})).  So F lies between 0 and 1 and rises, whatever theta is.

- What a quote says: with x = logit F, m the midpoint of bid and ask and h half their distance, logit m ~ Normal(x, (c h / (m (1 - m)))^2): a
  price of twice the spread says a quarter as much.  Where only a bid is known, its log odds lie below x, and an ask's above, by
  Phi(distance / ``ONE_SIDED_ERROR``).
- Smoothing: theta is a random walk with a drift, theta_{k+1} - theta_k ~ Normal(delta g_k, tau^2 v_k) with delta ~ Normal(0, 1).  v_k is the
  distance of the midpoints of both intervals in units of its mean.  For deadlines g_k is the difference of the logarithms of these midpoints,
  so that with tau = 0 the hazard is that of a Weibull distribution of shape 1 + delta; for thresholds it is the distance as a share of all,
  doubled, and the hazard that of a Gompertz distribution.
- tau and c are chosen from ``SMOOTHNESS`` and ``ERRORS`` by the marginal likelihood (Laplace's approximation) times priors, tau half-normal
  with scale 3 and ln c normal around ln 0.35 with standard deviation 0.6: a midpoint is usually nearer than half a spread.  So a hazard
  that varies is not made even, and few rungs are not followed into their noise; one that goes up and down from rung to rung cannot be told
  from errors, and is smoothed away (`tests/studies/ladders.md`).

theta is the posterior mode, found by Newton's method with step halving, and without the curvature of the
curve itself where the posterior is not concave (Gauss-Newton).
Piecewise exponential hazards: Friedman (1982), *Annals of Statistics* 10, 101-113; random-walk smoothing of log hazards: Gamerman (1991),
*Applied Statistics* 40, 63-79.  That a market's error is in proportion to its spread is an assumption of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from forecast.markets.faults import MarketFault

SMOOTHNESS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # tau
ERRORS = (0.25, 0.5, 1.0)  # c: of a market's midpoint, in half spreads
FEWEST_RUNGS = 4  # for a choice of both; fewer have DEFAULT_SMOOTHNESS and DEFAULT_ERROR
DEFAULT_SMOOTHNESS, DEFAULT_ERROR = 0.8, 0.5
LEAST_HALF_SPREAD = 0.001
ONE_SIDED_ERROR = 0.5  # in log odds
MOST_CURVE_STEPS = 500
_TAU_SCALE = 3.0
_USUAL_ERROR, _ERROR_SPREAD = 0.35, 0.6  # of c: its middle, and the standard deviation of its logarithm
_LEVEL_SPREAD = 10.0  # of the first log hazard around a constant hazard: hardly any prior
_LONGEST_STEP = 2.0  # of a log hazard
_ENOUGH = 1e-7  # of log posterior that a further step would gain


@dataclass(frozen=True, slots=True)
class LadderCurve:
    """A fitted ladder: ``fair`` probabilities at ``positions``, hazards per unit of position between them, and what was chosen.

    All arrays are ``(rungs,)``; ``hazards[k]`` is that between rung k - 1 (or the origin) and rung k.  ``smoothness`` is tau, ``error`` c.
    """

    positions: Array
    fair: Array
    hazards: Array
    smoothness: float
    error: float


@dataclass(frozen=True, slots=True)
class LadderQuotes:
    """Bids and asks on the rungs of a ladder whose probabilities rise with ``positions``, all ``(quotes,)``.

    Several quotes may stand at one position.  A bid or ask that is not known is NaN.  ``origin`` is where the probability is 0, as now for
    deadlines; without one, as for thresholds, nothing ties the probability of the first rung to the hazards after it.
    """

    positions: Array
    bids: Array
    asks: Array
    origin: float | None = None

    def __post_init__(self) -> None:
        if not self.positions.shape == self.bids.shape == self.asks.shape or self.positions.ndim != 1 or len(self.positions) == 0:
            raise MarketFault("a ladder has a position, a bid and an ask for each quote")
        if not np.isfinite(self.positions).all() or (self.origin is not None and self.positions.min() <= self.origin):
            raise MarketFault("the rungs of a ladder of deadlines lie after its beginning")
        known = np.concatenate([self.bids, self.asks])
        known = known[~np.isnan(known)]
        if not ((known >= 0) & (known <= 1)).all() or (self.bids > self.asks).any():
            raise MarketFault("bids and asks lie between 0 and 1, and no bid is above its ask")
        if np.isnan(self.bids + self.asks).all():
            raise MarketFault("a ladder needs a rung with bid and ask")


@dataclass(frozen=True, slots=True)
class _Fit:
    """What is needed at each step.

    ``rung`` and ``odds`` (log odds of a midpoint, or of the one end that is known), ``error`` and ``end`` (0 of a midpoint, 1 of a bid, -1 of
    an ask) are ``(quotes,)``; ``widths`` of the intervals ``(rungs,)``; ``differences`` ``(ties, rungs)`` makes of log hazards the differences
    that are tied, whose prior precision is ``precision``, ``(ties, ties)``; ``level`` is the log hazard of an even one.
    """

    rung: NDArray[np.intp]
    odds: Array
    error: Array
    end: Array
    widths: Array
    differences: Array
    precision: Array
    level: float


def fit_ladder(quotes: LadderQuotes, *, smoothness: float | None = None, error: float | None = None) -> LadderCurve:
    """Return the curve through a ladder; ``smoothness`` is tau and ``error`` c, chosen from the quotes where they are left out.

    Raises ``MarketFault`` where no curve is found.
    """
    positions, rung = np.unique(quotes.positions, return_inverse=True)
    few = len(positions) < FEWEST_RUNGS
    taus = (smoothness,) if smoothness is not None else (DEFAULT_SMOOTHNESS,) if few else SMOOTHNESS
    errors = (error,) if error is not None else (DEFAULT_ERROR,) if few else ERRORS
    found: list[tuple[float, Array, float, float]] = []
    for c in errors:
        theta: Array | None = None
        for tau in taus:
            fit = _prepare(quotes, positions, rung, tau=tau, error=c)
            theta = _find_mode(fit, np.full(len(positions), fit.level) if theta is None else theta)
            found.append((_log_marginal(fit, theta) + _log_prior(tau, c), theta, tau, c))
    _, theta, tau, c = max(found, key=itemgetter(0))
    hazards = np.exp(theta)
    return LadderCurve(positions, -np.expm1(-np.cumsum(hazards * _widths(quotes, positions))), hazards, tau, c)


def _log_prior(tau: float, error: float) -> float:
    return -0.5 * (tau / _TAU_SCALE) ** 2 - 0.5 * (log(error / _USUAL_ERROR) / _ERROR_SPREAD) ** 2


def _widths(quotes: LadderQuotes, positions: Array) -> Array:
    gaps = np.diff(positions)
    first = float(positions[0] - quotes.origin) if quotes.origin is not None else float(gaps.mean()) if len(gaps) else 1.0
    return np.concatenate([[first], gaps])


def _prepare(quotes: LadderQuotes, positions: Array, rung: NDArray[np.intp], *, tau: float, error: float) -> _Fit:
    known = ~(np.isnan(quotes.bids) & np.isnan(quotes.asks))
    bids, asks = quotes.bids[known], quotes.asks[known]
    end = np.where(np.isnan(asks), 1.0, np.where(np.isnan(bids), -1.0, 0.0))
    half = np.maximum((asks - bids) / 2, LEAST_HALF_SPREAD)
    middle = np.where(end == 0, (asks + bids) / 2, np.where(end == 1, bids, asks))
    inside = np.clip(middle, LEAST_HALF_SPREAD, 1 - LEAST_HALF_SPREAD)  # log odds of a price of 0 or 1 are not finite
    widths = _widths(quotes, positions)
    typical = float(inside[end == 0].mean())
    return _Fit(
        rung[known],
        np.log(inside) - np.log1p(-inside),
        np.where(end == 0, error * half / (inside * (1 - inside)), ONE_SIDED_ERROR),
        end,
        widths,
        *_walk(widths, tau, tied_to_origin=quotes.origin is not None),
        log(-np.log1p(-typical) / float(widths.sum())),
    )


def _walk(widths: Array, tau: float, *, tied_to_origin: bool) -> tuple[Array, Array]:
    """The differences of log hazards that are tied, ``(ties, rungs)``, and the precision of their prior, ``(ties, ties)``."""
    first = 0 if tied_to_origin else 1
    middles = np.cumsum(widths) - widths / 2
    distances = np.diff(middles)[first:]
    differences = np.diff(np.eye(len(widths)), axis=0)[first:]
    if not len(distances):
        return differences, np.zeros((0, 0))
    drift = np.diff(np.log(middles)) if tied_to_origin else 2 * distances / distances.sum()
    return differences, np.linalg.inv(np.diag(tau**2 * distances / distances.mean()) + np.outer(drift, drift))


def _find_mode(fit: _Fit, theta: Array) -> Array:
    """The posterior mode of the log hazards, by Newton steps that are halved until they climb."""
    value = _log_posterior(fit, theta)
    for _ in range(MOST_CURVE_STEPS):
        gradient, precision = _slopes(fit, theta)
        step = np.linalg.solve(precision, gradient)
        gain = float(gradient @ step)
        if gain < _ENOUGH:
            return theta
        step *= min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
        better = _log_posterior(fit, theta + step)
        while better <= value and gain > _ENOUGH:
            step, gain = step / 2, gain / 2
            better = _log_posterior(fit, theta + step)
        if better <= value:
            return theta
        theta, value = theta + step, better
    raise MarketFault("no curve was found through this ladder", "are its prices those of one moment?")


def _log_posterior(fit: _Fit, theta: Array) -> float:
    x, _ = _rung_odds(fit, theta)
    steps = fit.differences @ theta
    walk = float(steps @ fit.precision @ steps)
    level = float(((theta[_free(fit)] - fit.level) ** 2).sum()) / _LEVEL_SPREAD**2
    return float(_log_likelihoods(fit, x[fit.rung])[0].sum()) - 0.5 * (walk + level)


def _rung_odds(fit: _Fit, theta: Array) -> tuple[Array, Array]:
    """The log odds at each rung ``(rungs,)``, and their derivatives by the log hazards ``(rungs, rungs)``."""
    increments = np.exp(theta) * fit.widths
    total = np.cumsum(increments)
    odds = total + np.log(-np.expm1(-total))
    slopes = np.tril(np.ones((len(theta), len(theta)))) * increments / -np.expm1(-total)[:, None]
    return odds, slopes


def _free(fit: _Fit) -> NDArray[np.intp]:
    """The log hazards that no neighbour before them ties: the first, and the second where nothing ties it to the first."""
    return np.arange(len(fit.widths) - len(fit.differences))


def _log_likelihoods(fit: _Fit, x: Array) -> tuple[Array, Array, Array]:
    """The log likelihood of each quote at log odds ``x``, its first derivative, and its second, all ``(quotes,)``."""
    from scipy.special import log_ndtr

    z = (x - fit.odds) / fit.error
    two_sided = fit.end == 0
    away = np.where(two_sided, 0.0, fit.end * z)  # from the one end that is known, in the direction in which the curve may be
    log_tail = log_ndtr(away)
    ratio = np.exp(-0.5 * away**2 - 0.5 * log(2 * np.pi) - log_tail)
    value = np.where(two_sided, -0.5 * z**2 - np.log(fit.error), log_tail)
    first = np.where(two_sided, -z, fit.end * ratio) / fit.error
    second = np.where(two_sided, -1.0, -ratio * (away + ratio)) / fit.error**2
    return value, first, second


def _slopes(fit: _Fit, theta: Array) -> tuple[Array, Array]:
    """The gradient of the log posterior ``(rungs,)``, and its negative curvature; without that of the curve where it is not positive definite."""
    odds, slopes = _rung_odds(fit, theta)
    rows = slopes[fit.rung]
    _, first, second = _log_likelihoods(fit, odds[fit.rung])
    smooth = fit.differences.T @ fit.precision @ fit.differences
    level = np.zeros(len(theta))
    level[_free(fit)] = 1 / _LEVEL_SPREAD**2
    gradient = rows.T @ first - smooth @ theta - level * (theta - fit.level)
    expected = (rows.T * -second) @ rows + smooth + np.diag(level)
    exact = expected - _bend(fit, theta, np.bincount(fit.rung, weights=first, minlength=len(theta)))
    return gradient, exact if np.linalg.eigvalsh(exact)[0] > 0 else expected


def _bend(fit: _Fit, theta: Array, pull: Array) -> Array:
    """The second derivatives of the log odds of all rungs by the log hazards, weighted by the pull of the quotes on each, ``(rungs, rungs)``."""
    increments = np.exp(theta) * fit.widths
    total = np.cumsum(increments)
    beyond = pull / -np.expm1(-total)
    after = np.cumsum(beyond[::-1])[::-1]
    twice = np.cumsum((-pull * np.exp(-total) / np.expm1(-total) ** 2)[::-1])[::-1]
    later = np.maximum.outer(np.arange(len(theta)), np.arange(len(theta)))
    return np.asarray(np.diag(increments * after) + np.outer(increments, increments) * twice[later])


def _log_marginal(fit: _Fit, theta: Array) -> float:
    """The log marginal likelihood by Laplace's approximation, apart from constants."""
    _, precision = _slopes(fit, theta)
    scale = float(np.linalg.slogdet(fit.precision)[1] - np.linalg.slogdet(precision)[1])
    return _log_posterior(fit, theta) + 0.5 * scale
