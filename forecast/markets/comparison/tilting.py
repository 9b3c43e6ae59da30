"""What the parameters would have to be for a price: the smallest change of their distribution under which the mean chance is the price.

Of all distributions of the parameters with a given mean of p(θ), the one with the least Kullback-Leibler divergence from the posterior has
weights proportional to exp(λ p(θ)) (Csiszár 1975, doi:10.1214/aop/1176996454).  It is a tilt over parameters: outcomes keep the chances
that the parameters give them, and only what is believed of the parameters moves.  Where log Z(λ) is the logarithm of the mean of
exp(λ p), the tilted mean is its slope, and the divergence λ · mean - log Z(λ).

Where p(θ) is known only as a count of k in n simulated paths, exp(λ k / n) would tilt over outcomes too.  But the falling factorials
k(k-1)...(k-j+1) / n(n-1)...(n-j+1) have the mean p^j, so the series of exp(λ p), cut after j = n, has an unbiased estimate whose terms are
all positive; with λ below 0 it is taken in 1 - p.  Then log Z, the mean and weighted averages over parameters are consistent with as few
paths as there are, and the noise of paths is seen in the effective number of draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.language.arrays import Array, Indices
from forecast.markets.faults import MarketFault

LEAST_EFFECTIVE = 100.0  # draws, below which what they say of a tilted posterior is not shown
MOST_CUT_OFF = 1e-3  # of the mean of exp(λ p), which the last term of the series may make
MOST_HALVINGS = 200  # of the search for λ
MOST_TILT = 1e6  # the largest λ that is tried
CHANCE_TOLERANCE = 1e-12  # of the mean chance

type TiltStatus = Literal["found", "impossible", "not resolved"]


@dataclass(frozen=True, slots=True)
class ChanceDraws:
    """The chance on draws of the parameters: ``happened`` of ``paths`` on each, ``(draws,)``, with ``weights`` that sum to one.

    Where ``paths`` is None, ``happened`` is the chance itself.
    """

    happened: Array
    weights: Array
    paths: Array | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.happened).all() and (self.happened >= 0).all() and np.isfinite(self.weights).all()):
            raise MarketFault("a chance is a number from 0 to 1 on every draw")
        most = 1.0 if self.paths is None else self.paths
        if (self.happened > most).any() or not np.isclose(self.weights.sum(), 1.0):
            raise MarketFault("a chance lies between 0 and 1, and weights sum to one")

    @property
    def shares(self) -> Array:
        """The chance on each draw, with the noise of paths where these are counted; 0 where no path counts, and such a draw has no weight."""
        return self.happened if self.paths is None else self.happened / np.maximum(self.paths, 1)

    @property
    def mean(self) -> float:
        """The mean chance."""
        return float(self.weights @ self.shares)


@dataclass(frozen=True, slots=True)
class Tilt:
    """The posterior with the least change for which the mean chance is ``target``.

    ``weights`` of the draws sum to one.  ``divergence`` is in nats, with its Monte Carlo standard error; ``effective`` is Kish's number of
    draws.  Where the status is not ``found``, weights are the draws' own, and ``reach`` is the interval of mean chances that the draws can
    tell of; None where nothing can be reached.
    """

    status: TiltStatus
    target: float
    weights: Array
    tilt: float = 0.0
    divergence: float = 0.0
    divergence_error: float = 0.0
    effective: float = 0.0
    reach: tuple[float, float] | None = None


def tilt_to(chances: ChanceDraws, target: float, *, bounds: tuple[float, float] = (0.0, 1.0), least: float = LEAST_EFFECTIVE) -> Tilt:
    """Return the tilt of the draws for which the mean chance is ``target``.

    ``bounds`` are chances that no values of the parameters go beyond, by proof, and not by what draws show: a target outside is
    ``impossible``.  One that these draws do not reach, or on fewer effective draws than ``least``, is ``not resolved``: other values of the
    parameters might give it, and the draws cannot say.
    """
    if not bounds[0] < target < bounds[1] and not (bounds[0] == target == bounds[1]):
        return Tilt("impossible", target, chances.weights, reach=None)
    series = _series_of(chances)
    if abs(chances.mean - target) <= CHANCE_TOLERANCE:
        return _tilt_at(series, chances, target, 0.0)
    tilt = _solve_tilt(series, target)
    found = None if tilt is None else _tilt_at(series, chances, target, tilt)
    if found is None or found.effective < least or _cut_off(series, found.tilt) > MOST_CUT_OFF:
        return Tilt("not resolved", target, chances.weights, reach=_reach(series, chances, least))
    return found


@dataclass(frozen=True, slots=True)
class _Series:
    """Distinct counts, the weight of each, and which draw has which; without paths each draw is its own."""

    happened: Array
    paths: Array | None
    weights: Array
    place: Indices


def _series_of(chances: ChanceDraws) -> _Series:
    if chances.paths is None:
        return _Series(chances.happened, None, chances.weights, np.arange(len(chances.weights)))
    cells, place = np.unique(np.stack([chances.happened, chances.paths], axis=1), axis=0, return_inverse=True)
    weights = np.bincount(place.ravel(), chances.weights, minlength=len(cells))
    return _Series(cells[:, 0], cells[:, 1], weights, place.ravel())


def _log_terms(series: _Series, tilt: float) -> tuple[Array, Array]:
    """The logarithms of exp(λ p), up to a constant factor, and of its product with p (with λ below 0: with 1 - p), ``(cells,)`` each."""
    away = tilt < 0
    size = abs(tilt)
    if series.paths is None:
        with np.errstate(divide="ignore"):
            share = 1 - series.happened if away else series.happened
            return size * share, size * share + np.log(share)
    count = series.paths - series.happened if away else series.happened
    most = int(series.paths.max())
    steps = np.arange(most + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(steps < count[:, None], (count[:, None] - steps) / np.maximum(series.paths[:, None] - steps, 1), 0.0)
        log_moments = np.concatenate([np.zeros((len(count), 1)), np.cumsum(np.log(ratios), axis=1)], axis=1)  # of p^j, j from 0 to n + 1
        log_powers = steps * np.log(size) if size else np.where(steps == 0, 0.0, -np.inf)
        log_powers = log_powers - np.cumsum(np.concatenate([[0.0], np.log(np.maximum(steps[1:], 1))]))
        first = np.logaddexp.reduce(log_powers + log_moments[:, :-1], axis=1)
        second = np.logaddexp.reduce(log_powers + log_moments[:, 1:], axis=1)
    return first, second


def _mean_at(series: _Series, tilt: float) -> float:
    """The mean chance under a tilt."""
    log_first, log_second = _log_terms(series, tilt)
    used = series.weights > 0
    largest = float(log_first[used].max())
    first = float(series.weights[used] @ np.exp(log_first[used] - largest))
    mean = float(series.weights[used] @ np.exp(log_second[used] - largest)) / first
    return 1 - mean if tilt < 0 else mean


def _solve_tilt(series: _Series, target: float) -> float | None:
    """The λ of a mean chance, by bisection of a bracket that is doubled until it holds it; None where none does."""
    up = target > _mean_at(series, 0.0)
    sign = 1.0 if up else -1.0
    near, far = 0.0, 1.0
    while (_mean_at(series, sign * far) < target) == up:
        near, far = far, 2 * far
        if far > MOST_TILT:
            return None
    for _ in range(MOST_HALVINGS):
        middle = (near + far) / 2
        mean = _mean_at(series, sign * middle)
        if abs(mean - target) <= CHANCE_TOLERANCE or middle in {near, far}:
            return sign * middle
        near, far = (middle, far) if (mean < target) == up else (near, middle)
    return sign * (near + far) / 2


def _tilt_at(series: _Series, chances: ChanceDraws, target: float, tilt: float) -> Tilt:
    log_first, _ = _log_terms(series, tilt)
    largest = float(log_first[series.weights > 0].max())
    relative = np.exp(np.minimum(log_first - largest, 0.0))[series.place]
    mean = float(chances.weights @ relative)
    weights = chances.weights * relative / mean
    log_mean = np.log(mean) + largest + (tilt if tilt < 0 else 0.0)  # of exp(λ p): with λ below 0 the series is that of 1 - p
    error = float(np.sqrt(np.sum((chances.weights * (relative / mean - 1)) ** 2)))
    return Tilt("found", target, weights, tilt, max(tilt * target - float(log_mean), 0.0), error, float(1 / np.sum(weights**2)))


def _cut_off(series: _Series, tilt: float) -> float:
    """The share of the mean of exp(λ p) that the last term of its series makes; 0 where the chance is known."""
    if series.paths is None or tilt == 0:
        return 0.0
    log_first, _ = _log_terms(series, tilt)
    used = (series.weights > 0) & (series.paths > 0)
    count = series.paths - series.happened if tilt < 0 else series.happened
    logs = np.array([n * np.log(abs(tilt)) - np.sum(np.log(np.arange(1, n + 1))) for n in series.paths])
    last = np.where(used & (count == series.paths), logs, -np.inf)
    largest = float(log_first[used].max())
    return float(series.weights[used] @ np.exp(last[used] - largest)) / float(series.weights[used] @ np.exp(log_first[used] - largest))


def _reach(series: _Series, chances: ChanceDraws, least: float) -> tuple[float, float] | None:
    """The smallest and the greatest mean chance on enough effective draws; None where the draws themselves are fewer."""
    if float(1 / np.sum(chances.weights**2)) < least:
        return None
    return _farthest(series, chances, -1.0, least), _farthest(series, chances, 1.0, least)


def _farthest(series: _Series, chances: ChanceDraws, sign: float, least: float) -> float:
    near, far = 0.0, 1.0
    while _is_resolved(series, chances, sign * far, least) and far < MOST_TILT:
        near, far = far, 2 * far
    for _ in range(30):
        middle = (near + far) / 2
        near, far = (middle, far) if _is_resolved(series, chances, sign * middle, least) else (near, middle)
    return _mean_at(series, sign * near)


def _is_resolved(series: _Series, chances: ChanceDraws, tilt: float, least: float) -> bool:
    return _tilt_at(series, chances, 0.0, tilt).effective >= least and _cut_off(series, tilt) <= MOST_CUT_OFF
