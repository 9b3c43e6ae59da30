"""Sobol indices: the share of a quantity's variance that all parameters decide, and the share that one of them does.

Two futures drawn apart on the same draw of the parameters share all that the
parameters decide and nothing else, so the covariance of what becomes of a
question in them is the variance that knowing the parameters would take away (Sobol
1993's closed index; the estimator of Janon et al. 2014, doi:10.1051/ps/2013040).

For one parameter the mean given its value is fitted by a parabola in each of many
bins, narrower towards both ends, so that hardly any variance within a bin is lost.  What
the fit owes to noise is taken off by leaving out each draw in turn, which is unbiased
though draws differ in their noise (Kline, Saggio and Solvsten 2020, doi:10.3982/ECTA16410).
In a bin where neighbours differ by far less than they do from the parabola, as at a
threshold or far out in a tail, the noise is what neighbours differ by (Rice 1984,
doi:10.1214/aos/1176346788).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array, Indices

BATCHES = 8  # over which the error of a closed index is found
MIDDLE_BINS = 32
LEAST_IN_BIN = 16  # draws in the narrowest bin at each end
LEAST_ERROR = 0.001  # of a share, for what parabolas miss without a trace; nothing smaller is printed
MUCH_LESS = 0.5  # of the noise about the parabola: below it, that between neighbours is taken
MOST_LEVERAGE = 0.5  # of one draw on its own fitted value; above it the bin has a polynomial of lower degree
LEAST_SQUARE = 1e-12  # below it the mean square of a polynomial in its bin is 0, and one less a leverage
HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a key is lost


def closed_sobol_index(first: Array, second: Array) -> tuple[float, float]:
    """Return the share of a quantity's variance that the parameters decide, and its error, from two futures of each draw, ``(draws,)``."""
    shares = list(starmap(_correlation, zip(np.array_split(first, BATCHES), np.array_split(second, BATCHES), strict=True)))
    error = float(np.std(shares, ddof=1) / np.sqrt(BATCHES))
    return min(max(_correlation(first, second), 0.0), 1.0), error  # a share; noise alone can put its estimate outside


def order_indices(
    closed: tuple[float, float], parts: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float], list[tuple[float, float]]]:
    """Return the closed index and the first-order ones, shares with their errors, such that none of one parameter exceeds that of all.

    Estimates may: they are replaced by the nearest that do not, in units of their errors (isotonic regression; Barlow, Bartholomew,
    Bremner and Brunk 1972, Statistical inference under order restrictions).  Those that become one keep the least error that is sure to
    cover their mean, however they depend on one another.
    """
    pooled, error = closed
    weight = 1 / max(error, LEAST_ERROR) ** 2
    whole, of_errors = weight, weight * error
    ascending = sorted(parts)
    while ascending and ascending[-1][0] > pooled:
        share, its_error = ascending.pop()
        weight = 1 / max(its_error, LEAST_ERROR) ** 2
        pooled, whole, of_errors = (pooled * whole + share * weight) / (whole + weight), whole + weight, of_errors + weight * its_error
    error = of_errors / whole
    return (pooled, error), [(pooled, error) if share > pooled else (share, its_error) for share, its_error in parts]


def number_draws(parameters: Mapping[str, NDArray[Any]]) -> Indices:
    """Return for each path the number of the draw of the parameters, ``(paths, labels)`` each, that it goes on from, ``(paths,)``: copies have one."""
    columns = [column for values in parameters.values() for column in np.asarray(values, dtype=np.float64).T]
    keys = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        keys = (keys * HASH_FACTOR) ^ np.ascontiguousarray(column).view(np.uint64)
    numbers: Indices = np.unique(keys, return_inverse=True)[1]
    return numbers


@dataclass(frozen=True, slots=True)
class LocalPolynomials:
    """What may be fitted to a quantity given one parameter: polynomials that are orthogonal within each bin of its values.

    Draws are in the order of the parameter's values: ``places`` ``(paths,)`` says which of them a path goes on from.  Of each draw,
    ``(draws,)``: the ``counts`` of paths, its ``bins``, and its ``leverage``.  ``starts`` ``(bins,)`` are the first draws of bins.
    ``terms`` ``(draws,)`` are polynomials with ``norms`` ``(bins,)``, infinite where a bin has no such term.
    """

    places: Indices
    counts: Array
    bins: Indices
    starts: Indices
    terms: tuple[Array, ...]
    norms: tuple[Array, ...]
    leverage: Array


def local_polynomials(values: Array, draws: Indices, *, categories: bool = False) -> LocalPolynomials:
    """Return what may be fitted given the ``values`` of a parameter, ``(paths,)``, of which ``draws`` numbers the draws.

    Of categories, and of numbers that take few values, it is the mean of each.
    """
    count = int(draws.max()) + 1
    unsorted = np.empty(count)
    unsorted[draws] = values
    order = np.argsort(unsorted, kind="stable")
    ranks = np.empty(count, dtype=np.int64)
    ranks[order] = np.arange(count)
    its, places = unsorted[order], ranks[draws]
    counts = np.bincount(places, minlength=count).astype(float)
    is_new = np.append(True, its[1:] != its[:-1])
    if categories or int(is_new.sum()) <= MIDDLE_BINS:
        return _orthogonalise(places, counts, np.cumsum(is_new) - 1, ())
    firsts = np.maximum.accumulate(np.where(is_new, np.arange(count), 0))  # equal values are in one bin
    numbers = np.searchsorted(_edges(count), firsts, side="right")
    bins = np.cumsum(np.append(False, numbers[1:] != numbers[:-1]))
    ends = np.append(np.flatnonzero(np.diff(bins)), count - 1)
    low = its[np.append(0, ends[:-1] + 1)]
    width = its[ends] - low
    place_in_bin = (its - low[bins]) / np.where(width > 0, width, 1.0)[bins]
    return _orthogonalise(places, counts, bins, (place_in_bin, place_in_bin**2))


def first_order_sobol_index(values: Array, fitted: LocalPolynomials) -> tuple[float, float]:
    """Return the share of the variance of ``values`` ``(paths,)`` that knowing one parameter takes away, and its error.

    The error is that of the mean over draws of ``(2 m y - m**2 - S y**2) / Var(y)``, with ``m`` the mean given the parameter and ``S`` the
    share (the delta method); of the noise in ``m`` it has twice the squared error that the share has, hence what is taken off it.  It is too small where ``y`` has no
    fourth moment.
    """
    total = float(values.var())
    if total == 0:
        return 0.0, 0.0
    away = values - values.mean()
    counts, starts, bins, leverage = fitted.counts, fitted.starts, fitted.bins, fitted.leverage
    mean = np.bincount(fitted.places, away) / counts
    squares = np.bincount(fitted.places, away**2)
    fit = np.zeros_like(mean)
    for term, norm in zip(fitted.terms, fitted.norms, strict=True):
        fit += term * (np.add.reduceat(counts * term * mean, starts) / norm)[bins]
    alone = leverage > 1 - LEAST_SQUARE  # a bin of one draw says nothing of its mean
    fit[alone] = 0.0
    left_out = np.where(alone, 0.0, counts * mean * (mean - fit) / np.where(alone, 1.0, 1 - leverage))
    missed, unclear = _variance_missed_by_fit(mean, left_out, fitted)
    whole = total * len(values)
    share = (float((counts * fit**2).sum() - (leverage * left_out).sum()) + missed) / whole
    influence = (counts * (2 * fit * mean - fit**2) - share * squares) / whole
    noise = np.maximum(np.add.reduceat(left_out, starts), 0) / np.bincount(bins)
    of_noise = 2 * float((leverage * noise[bins] ** 2).sum()) / whole**2
    squared = max(float((influence**2).sum()) - of_noise, of_noise)
    return share, max(float(np.sqrt(squared + (unclear / whole) ** 2)), LEAST_ERROR)


def _variance_missed_by_fit(mean: Array, left_out: Array, fitted: LocalPolynomials) -> tuple[float, float]:
    """What the parameter decides within bins and no parabola shows, and the noise that is left there, which it may decide too; sums of squares."""
    if len(fitted.terms) == 1:
        return 0.0, 0.0
    bins, counts = fitted.bins, fitted.counts
    apart = np.diff(mean) ** 2 / (1 / counts[1:] + 1 / counts[:-1])
    size = np.bincount(bins)
    pairs = np.append(0.0, np.where(bins[1:] == bins[:-1], apart, 0.0))
    between = np.add.reduceat(pairs, fitted.starts) * size / np.maximum(size - 1, 1)
    about = np.add.reduceat(left_out, fitted.starts)
    clear = between < MUCH_LESS * about
    return float((about - between)[clear].sum()), float(between[clear].sum())


def _edges(count: int) -> Indices:
    """The ranks at which bins begin, without the first: even ones, and at both ends ever narrower ones, by half each."""
    widths = []
    width = count // (2 * MIDDLE_BINS)
    while width >= LEAST_IN_BIN:
        widths.append(width)
        width //= 2
    even = np.arange(1, MIDDLE_BINS) * count // MIDDLE_BINS
    ends = np.array(widths, dtype=np.int64)
    edges: Indices = np.unique(np.concatenate([ends, even, count - ends]))
    return edges


def _orthogonalise(places: Indices, counts: Array, bins: Indices, powers: tuple[Array, ...]) -> LocalPolynomials:
    """Polynomials of bins that stand in order, each power less what those before it have of it; a bin goes without one that a single draw decides."""
    starts = np.flatnonzero(np.append(True, bins[1:] != bins[:-1]))
    size = np.add.reduceat(counts, starts)
    terms, norms = [np.ones(len(counts))], [size]
    leverage = counts / size[bins]
    for power in powers:
        term = power
        for _ in range(2):  # twice, so that rounding leaves nothing
            for other, norm in zip(terms, norms, strict=True):
                term = term - other * (np.add.reduceat(counts * other * term, starts) / norm)[bins]
        norm = np.add.reduceat(counts * term**2, starts)
        more = leverage + counts * term**2 / np.where(norm > 0, norm, 1.0)[bins]
        has_term = (np.maximum.reduceat(more, starts) <= MOST_LEVERAGE) & (norm > LEAST_SQUARE * size)
        norms.append(np.where(has_term, norm, np.inf))
        terms.append(term)
        leverage = leverage + counts * term**2 / norms[-1][bins]
    return LocalPolynomials(places, counts, bins, starts, tuple(terms), tuple(norms), leverage)


def _correlation(first: Array, second: Array) -> float:
    """Covariance over variance, with the mean and variance of both futures together."""
    mean = (first.mean() + second.mean()) / 2
    variance = ((first - mean) ** 2 + (second - mean) ** 2).mean() / 2
    return float(((first - mean) * (second - mean)).mean() / variance) if variance > 0 else 0.0
