"""The chance itself: how the probability of something varies with the parameters, read from few paths on each draw of them.

On each draw the share of paths on which it happens is its chance with binomial noise.  With few
paths on many draws the noise is large, but it is known exactly, and many draws say more than many
paths.  So the distribution of the chance is fitted to the counts with the noise in the model: an
exponential family around the Beta with the right mean and variance, by penalised likelihood
(Efron 2016, Empirical Bayes deconvolution estimates, doi:10.1093/biomet/asv068).  Under a condition, where
draws have different numbers of paths on which it holds, its first bends may change with that number, for a draw on which the condition
is likelier may have another chance.

The error of an end is a jackknife over the replicates: the whole fit, from the Beta it starts from, is made again without each of
them (Efron and Stein 1981, doi:10.1214/aos/1176345462).  Near 0 and 1 an end does not move in proportion to the counts, and the
Beta moves too; the slope of the fit knows neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from forecast.inference.monte_carlo import REPLICATES, jackknife_errors
from forecast.inference.posterior import OrderedDraws
from forecast.language import special
from forecast.language.arrays import Array, Indices
from forecast.predict.chance_distribution import ChanceDistribution, DrawnChances, FittedChanceDistribution, FittedChances

CHANCE_LEVELS = np.array([0.05, 0.95])
GRID_CELLS = 128  # of equal probability under the Beta, on which the distribution is found
BENDS = 7  # polynomials by which it may differ from the Beta
TILTS = 1  # of them that may change with how many paths count on a draw
PENALTY = 0.003  # on the square of a polynomial's coefficient, times the fourth power of its degree: on curvature
MOST_NEWTON_STEPS = 50  # of Newton's method at most
CONVERGED_GAIN = 1e-3  # gain in log likelihood below which it ends
LARGEST_VARIANCE_SHARE = 0.98  # of the variance of a chance that is always 0 or 1
SMALLEST_VARIANCE_SHARE = 1e-6  # of the same: below it is one chance for all
SCORE = 1.645  # of a normal's 95 % point
DETECTED_VARIANCE_ERRORS = 2.33  # standard errors of the variance, were it 0, from which on it is taken to be there: a normal's 99 % point


@dataclass(frozen=True, slots=True)
class ChanceInterval:
    """The 5 and 95 % points of a chance given the parameters, their standard errors, and the distribution that they are points of."""

    ends: tuple[float, float]
    errors: tuple[float, float]
    distribution: ChanceDistribution | None = None

    def complement(self) -> ChanceInterval:
        """The interval of the chance of the opposite."""
        (low, high), (low_error, high_error) = self.ends, self.errors
        distribution = None if self.distribution is None else self.distribution.complement()
        return ChanceInterval((1 - high, 1 - low), (high_error, low_error), distribution)


def chance_interval(happened: Array, paths: Array, replicates: Indices, *, weights: Array | None = None) -> ChanceInterval | None:
    """Return the interval of a chance from counts on draws of the parameters; None where no draw has two paths, or only those of one replicate have.

    ``happened`` and ``paths`` are ``(draws,)``: on how many of how many paths of a draw it
    happened.  Draws weigh by their paths, so that under a condition, where only the paths on
    which that holds are counted, likelier draws weigh more.  ``replicates`` is the number of each draw's
    replicate, from which the errors come, and ``weights`` how likely each is, all alike where None; they count for as many draws as they are worth.

    Where the counts vary no more than one chance for all would make them in 99 of 100 sets of draws (fewer, about 97, where it is
    so near 0 or 1 that the counts are skewed), the interval is that one chance, and its error is the spread that could
    have been there unseen.
    """
    any_path = paths > 0
    cells, place = np.unique(np.stack([paths, happened], axis=1)[any_path], axis=0, return_inverse=True)
    count, seen = cells.T
    if not (count > 1).any():
        return None
    draws = None if weights is None else weights[any_path] * (weights[any_path].sum() / (weights[any_path] ** 2).sum())
    copies = np.bincount(replicates[any_path] * len(cells) + place.ravel(), draws, minlength=REPLICATES * len(cells))
    by_replicate = copies.reshape(REPLICATES, len(cells)) * count
    by_replicate = by_replicate * (by_replicate.sum() / (by_replicate @ count).sum())  # as many as there are draws' worth
    counted = by_replicate.sum(axis=0)
    mean, variance = _moments(count, seen, counted)
    size, cases = float(counted.sum()), float(counted @ count)
    middle = (mean * cases + 2) / (cases + 4)  # Agresti and Coull: the plain formula knows no doubt at 0 and 1
    unseen = math.sqrt(2 / size) * middle * (1 - middle) * size / cases  # the standard error of the variance, were it 0
    if variance <= DETECTED_VARIANCE_ERRORS * unseen:
        error = SCORE * math.sqrt(max(variance, 0.0) + unseen)
        return ChanceInterval((mean, mean), (error, error), _one_chance(mean, error, count, seen, counted - by_replicate))
    rests = counted - by_replicate
    if not (rests[:, count > 1] > 0).any(axis=1).all():
        return None
    ends, bends, whole = _fit_ends(count, seen, counted, near=None)
    fits = [_fit_ends(count, seen, rest, near=bends) for rest in rests]
    errors = jackknife_errors(np.array([fit[0] for fit in fits]))
    smallest = 1 / (CHANCE_LEVELS[0] * cases)  # chances below one in the paths beyond an end look all the same
    unseen_end = np.minimum(ends, 1 - ends) < smallest
    errors = np.where(unseen_end, np.maximum(errors, smallest), errors)
    distribution = FittedChanceDistribution(whole, tuple(fit[2] for fit in fits))
    return ChanceInterval((float(ends[0]), float(ends[1])), (float(errors[0]), float(errors[1])), distribution)


def _one_chance(mean: float, error: float, count: Array, seen: Array, rests: Array) -> ChanceDistribution:
    """The distribution of one chance for all draws, whose error is at least that of a spread which could have been there unseen."""
    sizes = rests.sum(axis=1)
    means = np.where(sizes > 0, rests @ (seen / count) / np.maximum(sizes, np.finfo(float).tiny), mean)
    return FittedChanceDistribution(_point_mass(mean), tuple(_point_mass(each) for each in means.tolist()), (error, error))


def _point_mass(chance: float) -> DrawnChances:
    return DrawnChances(OrderedDraws(np.array([chance]), np.ones(1)))


def _moments(count: Array, seen: Array, weights: Array) -> tuple[float, float]:
    """The mean and the variance of the chance, without the binomial noise, from cells of counts ``(cells,)``.

    Where the chance goes with the number of paths, so does the noise: it is taken from each draw's own paths.  A single path says
    nothing of it, and has that of the draws with the fewest paths but one.
    """
    share, size = seen / count, float(weights.sum())
    mean = float(weights @ share) / size
    several = count > 1
    noise = np.where(several, share * (1 - share) / np.maximum(count - 1, 1), 0.0)
    fewest = count == count[several & (weights > 0)].min()
    single = float(weights[fewest] @ noise[fewest]) / float((weights / count)[fewest].sum())
    return mean, float(weights @ ((share - mean) ** 2 - noise) - single * weights[~several].sum()) / size


def _fit_ends(count: Array, seen: Array, weights: Array, *, near: Array | None) -> tuple[Array, Array, FittedChances | DrawnChances]:
    """The ends ``(2,)``, the coefficients of the bends and the whole distribution, from weighted cells of counts ``(cells,)``; ``near`` are coefficients to start from."""
    mean, variance = _moments(count, seen, weights)
    most = mean * (1 - mean)
    if (
        near is not None and variance <= SMALLEST_VARIANCE_SHARE * most
    ):  # what is left of the draws varies no more than one chance for all would
        return np.array([mean, mean]), near, _point_mass(mean)
    strength = most / min(variance, LARGEST_VARIANCE_SHARE * most) - 1
    alpha, beta = mean * strength, (1 - mean) * strength
    bounds: Array = np.arange(GRID_CELLS + 1) / GRID_CELLS
    middles = (bounds[1:] + bounds[:-1]) / 2
    chance = np.clip(special.betaincinv(alpha, beta, middles), np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
    log_mass = seen[:, None] * np.log(chance) + (count - seen)[:, None] * np.log1p(-chance)
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    degrees = np.arange(1, BENDS + 1)
    basis = legendre.legvander(2 * middles - 1, BENDS)[:, 1:] * np.sqrt(2 * degrees + 1)
    levels, level = np.unique(count, return_inverse=True)
    shares = np.bincount(level, weights) / weights.sum()
    away = levels - shares @ levels
    tilt = away / max(math.sqrt(shares @ away**2), 1.0)  # a draw with more paths is a likelier one, whose chance may be another
    tilts = TILTS if len(levels) > 1 else 0
    penalty = PENALTY * np.concatenate([degrees, degrees[:tilts]]) ** 4.0

    def at(bends: Array) -> tuple[float, Array, Array]:
        density = basis @ bends[:BENDS] + tilt[:, None] * (basis[:, :tilts] @ bends[BENDS:])
        density = np.exp(density - density.max(axis=1, keepdims=True))
        density /= density.sum(axis=1, keepdims=True)
        marginal = np.einsum("cm,cm->c", mass, density[level])
        return float(weights @ np.log(marginal)) - 0.5 * float(penalty @ bends**2), density, marginal

    bends = np.zeros(BENDS + tilts) if near is None else near
    height, density, marginal = at(bends)
    for _ in range(MOST_NEWTON_STEPS):
        scores = (mass / marginal[:, None] - 1) * density[level] @ basis
        scores = np.concatenate([scores, tilt[level, None] * scores[:, :tilts]], axis=1)
        information = (scores * weights[:, None]).T @ scores
        step = np.linalg.solve(information + np.diag(penalty), weights @ scores - penalty * bends)
        length, before = 1.0, height
        height, density, marginal = at(bends + step)
        while height < before and length > 1e-6:
            length /= 2
            height, density, marginal = at(bends + length * step)
        bends = bends + length * step
        if height - before < CONVERGED_GAIN:
            break
    cumulated = np.concatenate([[0.0], np.cumsum(shares @ density)])
    ends: Array = special.betaincinv(alpha, beta, np.interp(CHANCE_LEVELS, cumulated, bounds))
    return ends, bends, FittedChances(alpha, beta, cumulated)
