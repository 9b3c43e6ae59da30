"""The published paths as cases of every measure, each counting as it does in the answers: of one model, or of all variants together.

What an answer would be on some of the paths is an average over those, so nothing is computed anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from forecast.insight.baseline import Baseline
from forecast.insight.estimands import Measure, cases, is_known, measures_of, zero_rounding_errors
from forecast.insight.weighed_cases import Cases, join_cases, standard_error
from forecast.language.arrays import Array
from forecast.predict.paths import Paths
from forecast.schema.insight import Estimate


@dataclass(frozen=True, slots=True)
class PathGroup:
    """The paths of one model, where they stand among all, and the relative error of the weight that they have together."""

    paths: Paths
    own: slice
    error: float


@dataclass(frozen=True, slots=True)
class PublishedCases:
    """Paths as cases of measures: what they come to as published, ``(measures,)``, and how much each path counts, ``(paths,)``, 1 on average.

    ``values`` are the measures by the cases alone, and ``influence`` how far each path moves them, ``(paths, measures)``: what every change is
    compared with.
    """

    measures: tuple[Measure, ...]
    published: Array
    cases: Cases
    weights: Array
    groups: tuple[PathGroup, ...]
    values: Array
    influence: Array

    def share(self, seen: NDArray[np.bool_]) -> float:
        """The probability of the paths that are ``seen``."""
        return float((self.weights * seen).mean())

    def conditional_estimates(self, seen: NDArray[np.bool_]) -> list[Estimate]:
        """Return the measures given that a path is among those ``seen``; empty where a question's condition then holds on none.

        They are read off the paths, since a published number is rounded: added to a change it could make a chance of -1e-7.
        """
        if not self.share(seen):
            return []
        weighed = self.cases.weigh(self.weights * seen / self.share(seen))
        found = weighed.values()
        changes = found - self.values
        if not is_known(changes, self.measures):
            return []
        errors = self._error(weighed.influence() - self.influence)
        changes, errors = (zero_rounding_errors(values, self.published) for values in (changes, errors))
        values = np.where(changes == 0, self.published, found)
        return [
            {"value": float(value), "change": float(change), "error": float(error)}
            for value, change, error in zip(values, changes, errors, strict=True)
        ]

    def expected_movement(self, outcomes: NDArray[np.int64]) -> tuple[Array, Array]:
        """Return the mean absolute change of each measure when a path's outcome becomes known, and its error, ``(measures,)`` each.

        The noise of each outcome's average would add to its absolute change, so its
        square is taken off first; what is left is not below zero.
        """
        moved, squared = np.zeros((2, len(self.values)))
        for outcome in range(int(outcomes.max()) + 1):
            seen = outcomes == outcome
            share = self.share(seen)
            if not share:
                continue
            weighed = self.cases.weigh(self.weights * seen / share)
            change = weighed.values() - self.values
            change = np.where(np.isfinite(self.values), np.nan_to_num(change), self.values)  # a mean that is not estimated stays so
            noise = self._error(weighed.influence() - self.influence) ** 2
            moved += share * np.sqrt(np.maximum(change**2 - noise, 0.0))
            squared += share**2 * noise
        return zero_rounding_errors(moved, self.values), zero_rounding_errors(np.sqrt(squared), self.values)

    def _error(self, influence: Array) -> Array:
        """The standard error, ``(measures,)``, that influences of paths add up to, with that of the weights that groups of paths have together."""
        of_weights = np.array([group.error * influence[group.own].sum(axis=0) for group in self.groups])
        return np.hypot(standard_error(influence), standard_error(of_weights))


def cases_of_one(basis: Baseline) -> PublishedCases:
    """Return the cases of a topic that stands alone."""
    count = len(basis.paths)
    alone = PathGroup(basis.paths, slice(0, count), 0.0)
    return PublishedCases(basis.measures, basis.published, basis.cases, np.ones(count), (alone,), basis.values, basis.influence)


def cases_of_variants(
    measures: Sequence[Measure], published: Array, variants: Mapping[str, Paths], weights: Mapping[str, float], errors: Mapping[str, float]
) -> PublishedCases:
    """Return the cases of all variants together, from the paths of each, the weights, which add up to 1, and the errors of these.

    A variant's question is its own, and is found by the measure's key.  Variants that share paths are one group of them, whose errors of
    weights add up.
    """
    sharing: dict[int, list[str]] = {}
    for name, paths in variants.items():
        sharing.setdefault(id(paths.totals), []).append(name)
    together_on = {names[0]: names for names in sharing.values()}
    total = sum(len(variants[name]) for name in together_on)
    counts, groups, begin = [], [], 0
    for first, names in together_on.items():
        paths, count = variants[first], len(variants[first])
        counts.append(total * np.sum([weights[name] * _path_weights(variants[name]) for name in names], axis=0))
        weight = math.fsum(weights[name] for name in names)
        relative = math.fsum(errors[name] for name in names) / weight if weight else 0.0
        groups.append(PathGroup(paths, slice(begin, begin + count), relative))
        begin += count
    joined = reduce(join_cases, [cases(group.paths, _own_measures(measures, group.paths)) for group in groups])
    together = np.concatenate(counts)
    weighed = joined.weigh(together)
    return PublishedCases(tuple(measures), published, joined, together, tuple(groups), weighed.values(), weighed.influence())


def _path_weights(paths: Paths) -> Array:
    """How likely each path is, ``(paths,)``, 1 in sum."""
    return np.full(len(paths), 1 / len(paths)) if paths.weights is None else paths.weights


def _own_measures(measures: Sequence[Measure], paths: Paths) -> list[Measure]:
    its = {measure.key: measure for measure in measures_of(paths.model.topic)}
    return [its[measure.key] for measure in measures]
