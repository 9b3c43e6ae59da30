"""Simulated paths as cases of measures, weighed: what every measure comes to under some weights, and how far each path moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forecast.inference.pymc.tails import HEAVIEST_TAIL, tail_shape_of_sorted
from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class RankedPaths:
    """The paths that count for a number, in the order of what is measured: their places, what is measured, and how much each counts."""

    places: NDArray[np.intp]
    values: Array
    counts: Array


@dataclass(frozen=True, slots=True)
class Cases:
    """Paths as cases of every measure: ``(paths, measures)`` numerators and denominators.

    A measure is the weighted sum of its numerators over that of its
    denominators: 1 everywhere, or 1 where the question's condition holds, times
    the chance that it is not annulled.  ``means`` are the columns of means, ``medians`` those of medians, each with its
    ranked paths; a median is that of numerator over denominator.
    """

    numerators: Array
    denominators: Array
    means: Mapping[int, RankedPaths] = field(default_factory=dict)
    medians: Mapping[int, RankedPaths] = field(default_factory=dict)

    def weigh(self, weights: Array | None = None) -> WeighedCases:
        """Return the cases with weights ``(paths,)``, 1 each where none are given."""
        w = np.ones(len(self.numerators)) if weights is None else weights
        ranks: dict[int, _WeighedRanks] = {}  # a mean and the median beside it have the same
        for ranked in (*self.means.values(), *self.medians.values()):
            if id(ranked) not in ranks:
                weighted = w[ranked.places] * ranked.counts
                ranks[id(ranked)] = _WeighedRanks(ranked, weighted, np.cumsum(weighted))
        means, medians = ({column: ranks[id(ranked)] for column, ranked in its.items()} for its in (self.means, self.medians))
        below = w @ self.denominators
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios: Array = np.where(below > 0, (w @ self.numerators) / below, np.nan)
        for column, weighed in medians.items():
            ratios[column] = weighed.quantiles((0.5,))[0]
        return WeighedCases(self, w, below, ratios, means, medians)

    def values(self, weights: Array | None = None) -> Array:
        """Return each measure, ``(measures,)``, with weights ``(paths,)``, as ``WeighedCases`` does."""
        return self.weigh(weights).values()

    def influence(self, weights: Array | None = None) -> Array:
        """Return how far each path moves each measure, ``(paths, measures)``, as ``WeighedCases`` does."""
        return self.weigh(weights).influence()


@dataclass(frozen=True, slots=True)
class _WeighedRanks:
    """Ranked paths with how much each weighs, and the sums of that up to each, ``(ranked paths,)``."""

    ranked: RankedPaths
    weights: Array
    upto: Array

    def quantiles(self, levels: Sequence[float]) -> list[float]:
        """Weighted quantiles of what is measured; NaN where no path counts."""
        upto = self.upto
        if not len(upto) or upto[-1] <= 0:
            return [np.nan for _ in levels]
        ranks = np.minimum(np.searchsorted(upto, np.array(levels) * upto[-1]), len(upto) - 1)
        return [float(value) for value in self.ranked.values[ranks]]


@dataclass(frozen=True, slots=True)
class WeighedCases:
    """Cases with weights ``(paths,)``: what values and influences have in common is worked out once.

    ``below`` are the weighted sums of denominators, ``ratios`` the measures as if every mean could be estimated, ``(measures,)`` each.
    """

    cases: Cases
    weights: Array
    below: Array
    ratios: Array
    means: Mapping[int, _WeighedRanks]
    medians: Mapping[int, _WeighedRanks]

    @property
    def chance_asked(self) -> Array:
        """How probable it is that what each measure is of is asked: that its condition holds and nothing annuls it, ``(measures,)``."""
        chance: Array = self.below / self.weights.sum()
        return chance

    def values(self) -> Array:
        """Return each measure, ``(measures,)``.

        NaN where its condition holds on no path or its question is not answerable, and for a mean that cannot be estimated.
        """
        estimates = self.ratios.copy()
        for column, weighed in self.means.items():
            if (weighed.weights > 0).any() and tail_shape_of_sorted(weighed.ranked.values, weighed.weights) > HEAVIEST_TAIL:
                estimates[column] = np.nan
        return estimates

    def influence(self) -> Array:
        """Return how far each path moves each measure, ``(paths, measures)``: their sum of squares is the squared error.

        The delta method for a ratio with self-normalised weights (Owen 2013, Monte Carlo theory, methods and examples, 9.2).
        """
        below = np.maximum(self.below, np.finfo(float).tiny)
        moved: Array = np.nan_to_num(self.ratios) * self.cases.denominators
        np.subtract(self.cases.numerators, moved, out=moved)
        moved *= self.weights[:, None]
        moved /= below
        for column, weighed in self.medians.items():
            moved[:, column] = self._influence_on_median(column, weighed)
        return moved

    def _influence_on_median(self, column: int, weighed: _WeighedRanks) -> Array:
        """``w (1/2 - [x <= median]) / (W f)``: the density ``f`` is the slope between two quantiles, as in ``monte_carlo.quantile``."""
        numerators, denominators = self.cases.numerators[:, column], self.cases.denominators[:, column]
        weighted = self.weights * denominators
        total = weighted.sum()
        if total <= 0:
            return np.zeros(len(weighted))
        reach = min(0.5 * float(np.sqrt((weighted**2).sum())) / total, 0.25)
        low, middle, high = weighed.quantiles((0.5 - reach, 0.5, 0.5 + reach))
        if low == high:
            return np.zeros(len(weighted))
        upto = numerators <= middle * denominators
        influence: Array = weighted * (0.5 - upto) / total * (high - low) / (2 * reach)
        return influence


def join_cases(first: Cases, second: Cases) -> Cases:
    """Return the cases of some paths and of others, measured alike, one after the other."""
    numerators, denominators = (
        np.concatenate([one, other]) for one, other in ((first.numerators, second.numerators), (first.denominators, second.denominators))
    )
    joined: dict[int, RankedPaths] = {}  # of a mean and of the median beside it once

    def join(one: RankedPaths, other: RankedPaths) -> RankedPaths:
        if id(one) not in joined:
            joined[id(one)] = _join_ranks(one, other, len(first.numerators))
        return joined[id(one)]

    means, medians = (
        {column: join(ranked, of_second[column]) for column, ranked in of_first.items()}
        for of_first, of_second in ((first.means, second.means), (first.medians, second.medians))
    )
    return Cases(numerators, denominators, means, medians)


def _join_ranks(first: RankedPaths, second: RankedPaths, paths: int) -> RankedPaths:
    """The ranks of the first ``paths`` and of others together; two runs in order are merged, which takes far less time than to sort."""
    values = np.concatenate([first.values, second.values])
    order = np.argsort(values, kind="stable")
    places = np.concatenate([first.places, paths + second.places])
    return RankedPaths(places[order], values[order], np.concatenate([first.counts, second.counts])[order])


def rank_paths(numerators: Array, denominators: Array) -> RankedPaths:
    """Return the paths that count, in the order of numerator over denominator, ``(paths,)`` each."""
    counted = np.flatnonzero(denominators > 0)
    counts = denominators[counted]
    values = numerators[counted] / counts
    order = np.argsort(values, kind="stable")
    return RankedPaths(counted[order], values[order], counts[order])


def standard_error(influence: Array) -> Array:
    """Return the standard error that influences ``(paths, measures)`` add up to, ``(measures,)``."""
    error: Array = np.sqrt(np.einsum("pm,pm->m", influence, influence))
    return error
