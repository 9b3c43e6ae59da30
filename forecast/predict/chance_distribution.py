"""The distribution of a chance over the draws of the parameters, whole and without each replicate, and mixtures of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.inference.monte_carlo import REPLICATES, jackknife_errors
from forecast.inference.posterior import OrderedDraws, order_draws
from forecast.language import special
from forecast.language.arrays import Array, Indices

HALVINGS = 60  # of 0 to 1, in search of a point of a mixture


@dataclass(frozen=True, slots=True)
class FittedChances:
    """A fitted distribution: that of a Beta in cells of equal probability, with the probability ``cumulated`` at their bounds."""

    alpha: float
    beta: float
    cumulated: Array

    def below(self, chances: Array) -> Array:
        """The probability of a chance no greater than each of some, ``(n,)``."""
        bounds = np.linspace(0.0, 1.0, len(self.cumulated))
        shares: Array = np.interp(special.betainc(self.alpha, self.beta, chances), bounds, self.cumulated / self.cumulated[-1])
        return shares

    def complement(self) -> FittedChances:
        """The distribution of the chance of the opposite."""
        return FittedChances(self.beta, self.alpha, self.cumulated[-1] - self.cumulated[::-1])


@dataclass(frozen=True, slots=True)
class DrawnChances:
    """Chances that are known on each draw."""

    draws: OrderedDraws

    def below(self, chances: Array) -> Array:
        """The probability of a chance no greater than each of some, ``(n,)``."""
        place = np.searchsorted(self.draws.values, chances, side="right")
        shares: Array = np.append(0.0, self.draws.cumulative)[place] / self.draws.cumulative[-1]
        return shares

    def complement(self) -> DrawnChances:
        """The distribution of the chance of the opposite."""
        before = np.append(0.0, self.draws.cumulative[:-1])
        return DrawnChances(OrderedDraws(1 - self.draws.values[::-1], self.draws.cumulative[-1] - before[::-1]))


@dataclass(frozen=True, slots=True)
class FittedChanceDistribution:
    """How a chance is distributed, and how without each of the replicates; ``least_errors`` are those of its 5 and 95 % points at least."""

    whole: FittedChances | DrawnChances
    without: tuple[FittedChances | DrawnChances, ...]
    least_errors: tuple[float, float] = (0.0, 0.0)

    def complement(self) -> FittedChanceDistribution:
        """The distribution of the chance of the opposite."""
        low, high = self.least_errors
        return FittedChanceDistribution(self.whole.complement(), tuple(part.complement() for part in self.without), (high, low))


@dataclass(frozen=True, slots=True)
class DrawnChanceDistribution:
    """The same of chances that are known on weighted draws in replicates, ``(draws,)`` each; worked out only where it is asked for."""

    chances: Array
    weights: Array
    replicates: Indices

    @property
    def whole(self) -> DrawnChances:
        """Of all draws."""
        return DrawnChances(order_draws(self.chances, self.weights))

    @property
    def without(self) -> tuple[DrawnChances, ...]:
        """Of the draws without those of each replicate."""
        rests = [self.replicates != replicate for replicate in range(REPLICATES)]
        return tuple(DrawnChances(order_draws(self.chances[rest], self.weights[rest])) for rest in rests)

    @property
    def least_errors(self) -> tuple[float, float]:
        """Nothing is hidden in chances that are known."""
        return 0.0, 0.0

    def complement(self) -> DrawnChanceDistribution:
        """The distribution of the chance of the opposite."""
        return DrawnChanceDistribution(1 - self.chances, self.weights, self.replicates)


type ChanceDistribution = FittedChanceDistribution | DrawnChanceDistribution


def chance_mixture_points(parts: Sequence[tuple[Array, ChanceDistribution]], levels: Array) -> tuple[Array, Array]:
    """Return points of a mixture at some levels, and their errors, from the weight of each part by replicate ``(REPLICATES,)`` and its distribution.

    The errors are a jackknife over the replicates, so that the error of the weights is in them.
    """
    weights = np.array([shares for shares, _ in parts])
    points = mixed_chance_points([distribution.whole for _, distribution in parts], weights.sum(axis=1), levels)
    rests = zip(*(distribution.without for _, distribution in parts), strict=True)
    without = [mixed_chance_points(rest, weights.sum(axis=1) - weights[:, at], levels) for at, rest in enumerate(rests)]
    shares = weights.sum(axis=1) / weights.sum()
    least = shares @ np.array([distribution.least_errors for _, distribution in parts])
    return points, np.maximum(jackknife_errors(np.array(without)), least)


def mixed_chance_points(parts: Sequence[FittedChances | DrawnChances], weights: Array, levels: Array) -> Array:
    """Return the points of a mixture at some levels, ``(levels,)``, from its parts and their weights, ``(parts,)``."""
    low, high = np.zeros(len(levels)), np.ones(len(levels))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        reached = sum(weight * part.below(middle) for weight, part in zip(weights, parts, strict=True)) / weights.sum() >= levels
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return high
