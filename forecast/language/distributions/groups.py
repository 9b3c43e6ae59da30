"""Values in groups, from which a family works out sufficient statistics: what the sum of log densities of each group depends on.

A formula is written around a group's mean, so that its digits do not depend on how far the values lie from 0.  What rounding leaves
of the sum of the distances from that mean counts too: a shape of 1e12 multiplies it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array, Indices

NEARBY = 0.5  # relative distance from the mean up to which it tells the log of the ratio best


@dataclass(frozen=True, slots=True)
class ValueGroups:
    """Values ``(rows,)`` group after group, and where each of the groups, none of them empty, begins, ``(groups,)``."""

    values: Array
    starts: Indices

    @property
    def counts(self) -> Array:
        """How many values each group has, ``(groups,)``."""
        counts: Array = np.diff(self.starts, append=len(self.values)).astype(float)
        return counts

    def sums(self, numbers: Array) -> Array:
        """The sum over each group of a number for each value, ``(groups,)``."""
        total: Array = np.add.reduceat(numbers, self.starts)
        return total

    def means(self, numbers: Array) -> Array:
        """The mean over each group, corrected by that of what is left."""
        first = self.sums(numbers) / self.counts
        mean: Array = first + self.sums(numbers - self.spread(first)) / self.counts
        return mean

    def spread(self, of_groups: Array) -> Array:
        """A number for each group as one for each value, ``(rows,)``."""
        each: Array = np.repeat(of_groups, self.counts.astype(np.intp))
        return each

    def moments(self, numbers: Array) -> tuple[Array, Array, Array]:
        """The mean of each group, and of the distances from it the sum, which rounding leaves, and the root of the summed squares."""
        mean = self.means(numbers)
        away = numbers - self.spread(mean)
        return mean, self.sums(away), np.sqrt(self.sums(away**2))

    def bends(self, numbers: Array, mean: Array) -> tuple[Array, Array]:
        """Return sums over each group of relative distances ``a`` of positive numbers from its ``mean``, and of ``log(1 + a) - a``."""
        middle = self.spread(mean)
        return self._bend_sums((numbers - middle) / middle, np.log(numbers) - np.log(middle))

    def bends_of_rest(self, numbers: Array, mean: Array) -> tuple[Array, Array]:
        """The same of what numbers below 1, and their means, leave of 1."""
        middle = self.spread(mean)
        return self._bend_sums((middle - numbers) / (1 - middle), np.log1p(-numbers) - np.log1p(-middle))

    def _bend_sums(self, away: Array, log_ratios: Array) -> tuple[Array, Array]:
        return self.sums(away), self.sums(np.where(np.abs(away) <= NEARBY, np.log1p(away), log_ratios) - away)

    def ends(self) -> tuple[Array, Array]:
        """The least and the greatest value of each group."""
        least: Array = np.minimum.reduceat(self.values, self.starts)
        greatest: Array = np.maximum.reduceat(self.values, self.starts)
        return least, greatest
