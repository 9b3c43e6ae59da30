"""Mixtures of the changes between two states of a topic, coalitions of them as Shapley values have it: what every measure is under each.

Every mixture is weighed and simulated on the same draws with the same random numbers, where the two states have the same parameters.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.weights import log_sum
from forecast.insight.estimands import Measure, cases, is_known
from forecast.insight.reweighting import MixtureComponent, Pool, pool_of, relative_weights, with_rows
from forecast.insight.state_diff import StateDiff
from forecast.insight.weighed_cases import Cases
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import condition_fast
from forecast.predict.answers import paths_for

DRAWS_PER_POSTERIOR = 2_560  # of each of the two posteriors, in the pool on which every mixture is weighed
DRAWS_OF_PRIOR = 1_024


@dataclass(frozen=True, slots=True)
class CoalitionValue:
    """The measures of one mixture, how far each draw moves them, ``(draws, measures)``, and whether the draws are the pool's."""

    measures: Array
    influence: Array
    pooled: bool


@dataclass(frozen=True, slots=True)
class CoalitionCases:
    """The cases of one mixture with their weights relative to the mean, ``(draws,)``, and the log evidence of its rows.

    ``pooled`` says whether the draws are the pool's; otherwise the evidence is of a run of its own, with its error.
    """

    cases: Cases
    weights: Array
    log_evidence: float
    evidence_error: float
    pooled: bool


class Coalitions(Protocol):
    """The measures of every mixture of some changes."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is measured."""

    def value(self, made: frozenset[str]) -> CoalitionValue | None:
        """Return the measures with some changes made; None where the record then contradicts itself."""


@dataclass(frozen=True, slots=True)
class CoalitionTable:
    """The measures of every mixture of changes that was asked for; each is worked out once."""

    between: StateDiff
    measures: tuple[Measure, ...]
    settings: Settings
    pool: Pool | None  # None where the two states have different parameters: then each mixture is conditioned afresh
    known: dict[frozenset[str], CoalitionValue | None] = field(default_factory=dict)

    def value(self, made: frozenset[str]) -> CoalitionValue | None:
        """Return the measures with some changes made; None where the record then contradicts itself."""
        if made not in self.known:
            self.known[made] = self._value(made)
        return self.known[made]

    def weigh(self, made: frozenset[str]) -> CoalitionCases | None:
        """Return the cases with some changes made, simulated anew each time; None where the record then contradicts itself."""
        try:
            model = self.between.model(made)
            if self.pool is not None:
                log_ratios = self.pool.total(model) + self.pool.prior_ratio(model) - self.pool.log_ratio
                weights = self.pool.weigh_by(log_ratios)
                if np.isneginf(weights.log_weight.max()):
                    return None
                if weights.carry:
                    measured = cases(paths_for(model, self.pool.parameters, self._rng(Purpose.PATHS)), self.measures)
                    log_evidence = log_sum(log_ratios) - math.log(len(self.pool))
                    return CoalitionCases(measured, relative_weights(weights), log_evidence, 0.0, pooled=True)
            posterior = condition_fast(model, self.settings, confirm=False)
            draws = posterior.resample(DRAWS_PER_POSTERIOR * 2, self._rng(Purpose.DRAWS))
            measured = cases(paths_for(model, draws, self._rng(Purpose.PATHS)), self.measures)
            diagnostics = posterior.diagnostics
            assert diagnostics.log_evidence is not None  # the fast engine always gives it
            error = diagnostics.log_evidence_error or 0.0
            return CoalitionCases(measured, np.ones(DRAWS_PER_POSTERIOR * 2), diagnostics.log_evidence, error, pooled=False)
        except Unsound:
            return None

    def _value(self, made: frozenset[str]) -> CoalitionValue | None:
        found = self.weigh(made)
        if found is None:
            return None
        measured = found.cases.weigh(found.weights)
        return self._value_if_known(CoalitionValue(measured.values(), measured.influence(), pooled=found.pooled))

    def _value_if_known(self, value: CoalitionValue) -> CoalitionValue | None:
        """None where a question's condition holds on no path."""
        return value if is_known(value.measures, self.measures) else None

    def _rng(self, purpose: Purpose) -> np.random.Generator:
        return generator(self.settings.seed, self.between.new.name, Purpose.MOVED, purpose)


def coalition_pool(between: StateDiff, settings: Settings, wide: Pool | None) -> Pool | None:
    """Return draws of the prior and of both ends' posteriors, where they have the same parameters.  Raises ``Unsound``."""
    if not between.same_unknowns:
        return None
    names = frozenset(change.name for change in between.changes())
    parts = [
        _end_posterior(between.model(made), settings, wide, which)
        for which, made in ((Purpose.NEW, names), (Purpose.OLD, frozenset[str]()))
    ]
    bare = with_rows(parts[0][0], {}, others=False)
    rng = generator(settings.seed, between.new.name, Purpose.MOVED, Purpose.PRIOR)
    return pool_of(
        [*itertools.starmap(MixtureComponent, parts), MixtureComponent(bare, prior_draws(bare, rng=rng).resample(DRAWS_OF_PRIOR, rng), 0.0)]
    )


def _end_posterior(model: Model, settings: Settings, wide: Pool | None, which: Purpose) -> tuple[Model, Mapping[str, NDArray[Any]], float]:
    """One end's model, draws of its posterior, and its log evidence: from the wide pool where that carries."""
    rng = generator(settings.seed, model.topic.name, Purpose.MOVED, Purpose.DRAWS, which)
    if wide is not None:
        weights = wide.weigh(model)
        if weights.carry and weights.effective_size >= DRAWS_PER_POSTERIOR / 2:
            return model, wide.resample(weights, DRAWS_PER_POSTERIOR, rng), wide.log_evidence(model)
    posterior = condition_fast(model, settings, confirm=False)
    evidence = posterior.diagnostics.log_evidence
    assert evidence is not None  # the fast engine always gives it
    return model, posterior.resample(DRAWS_PER_POSTERIOR, rng), evidence
