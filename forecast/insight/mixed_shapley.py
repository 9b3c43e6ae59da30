"""The split of a change in mixed answers: every mixture of changes is made under each variant, and mixed with the weights that it gives.

A row moves a mixed answer by what each variant learns from it and by what it says of the variants; both are the row's part.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from forecast.book.topic import Topic
from forecast.inference.monte_carlo import REPLICATES
from forecast.insight.baseline import UnknownVariation
from forecast.insight.coalitions import CoalitionCases, CoalitionTable, CoalitionValue, coalition_pool
from forecast.insight.estimands import Measure, is_known
from forecast.insight.mixed_estimates import relative_deviations
from forecast.insight.reweighting import Pool
from forecast.insight.shapley import ShapleySplit, split_over
from forecast.insight.stacking import NOTHING_SCORED, past_performance, weighs_by_performance
from forecast.insight.state_diff import StateDiff
from forecast.insight.variants_diff import VariantsDiff, VariantWeighing
from forecast.insight.weighed_cases import join_cases
from forecast.language.arrays import Array
from forecast.model.settings import Purpose, Settings, generator


def mixed_split(
    between: VariantsDiff, measures: Sequence[Measure], settings: Settings, *, wide: Mapping[str, Pool] | None = None
) -> ShapleySplit:
    """Split the change of every measure of mixed answers over the changes between two states of a topic.

    ``wide`` are pools of variants, as ``shapley_split`` takes one.  Raises ``Unsound`` and ``UnknownVariation`` as that does.
    """
    pools = wide or {}
    before, after = (
        _performance_weights(between.old, between.since, settings, wide),
        _performance_weights(between.new, between.until, settings, wide),
    )
    between = replace(between, stacked=(before, after))
    tables = {
        name: CoalitionTable(its, _measures_under(its, measures), settings, coalition_pool(its, settings, pools.get(name)))
        for name, its in between.by_variant.items()
    }
    rng = generator(settings.seed, between.new.name, Purpose.ORDERS)
    return split_over(between.changes(), MixedCoalitions(between, tuple(measures), tables), rng)


@dataclass(frozen=True, slots=True)
class MixedCoalitions:
    """The measures of mixed answers under every mixture of changes that was asked for; each is worked out once."""

    between: VariantsDiff
    measures: tuple[Measure, ...]
    tables: Mapping[str, CoalitionTable]
    known: dict[frozenset[str], CoalitionValue | None] = field(default_factory=dict)

    def value(self, made: frozenset[str]) -> CoalitionValue | None:
        """Return the measures with some changes made; None where the record then contradicts itself under a variant that counts."""
        if made not in self.known:
            self.known[made] = self._value(made)
        return self.known[made]

    def _value(self, made: frozenset[str]) -> CoalitionValue | None:
        weighing = self.between.weights_before_rows(made)
        found: dict[str, CoalitionCases] = {}
        for name in self.tables:
            if weighing.amounts.get(name, 0.0) > 0:
                its = self.tables[name].weigh(made)
                if its is None:
                    return None
                found[name] = its
        value = self._mix(found, weighing)
        return value if is_known(value.measures, self.measures) else None

    def _mix(self, found: Mapping[str, CoalitionCases], weighing: VariantWeighing) -> CoalitionValue:
        """The measures of the cases of all variants together, and how far each draw of each moves them."""
        joined = functools.reduce(join_cases, [its.cases for its in found.values()])
        largest = max(its.log_evidence for its in found.values())
        scaled = []
        for name, its in found.items():
            evidence = np.exp(its.log_evidence - largest) if weighing.by_evidence else 1.0
            scaled.append(weighing.amounts[name] * evidence * its.weights / its.weights.sum())
        weights = np.concatenate(scaled)
        measured = joined.weigh(weights / weights.mean())
        influence, blocks, begin = measured.influence(), [], 0
        deviations = relative_deviations(weighing.replicates) if weighing.replicates else {}
        by_weights: Array = np.zeros((REPLICATES, len(self.measures)))
        for name, table in self.tables.items():
            if name not in found:  # without weight, its draws move nothing
                blocks.append(np.zeros((1 if table.pool is None else len(table.pool), len(self.measures))))
                continue
            end = begin + len(found[name].weights)
            moved = influence[begin:end]
            blocks.append(_own_influence(moved, found[name], by_evidence=weighing.by_evidence))
            by_weights = by_weights + np.outer(deviations.get(name, np.zeros(REPLICATES)), moved.sum(axis=0))
            begin = end
        blocks.append(by_weights)
        return CoalitionValue(measured.values(), np.concatenate(blocks), pooled=all(its.pooled for its in found.values()))


def _own_influence(moved: Array, its: CoalitionCases, *, by_evidence: bool) -> Array:
    """How far each draw of a variant moves the measures, ``(draws, measures)``, whose weight among variants is its evidence's or fixed.

    Draws of a pool weigh a variant as they weigh what is measured: then the sum over them is in doubt as a sum is.  With a fixed weight it
    is not, and with the evidence of a run of its own as that is: one more line.
    """
    whole = moved.sum(axis=0)
    if by_evidence and its.pooled:
        return moved - whole / len(moved)
    own: Array = moved - np.outer(its.weights / its.weights.sum(), whole)
    return np.concatenate([own, whole[None] * its.evidence_error]) if by_evidence else own


def _measures_under(between: StateDiff, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """Measures of a topic's questions as a variant asks them."""
    return tuple(replace(measure, question=between.new.questions[measure.question.name]) for measure in measures)


def _performance_weights(topic: Topic, day: date, settings: Settings, wide: Mapping[str, Pool] | None) -> Mapping[str, Array] | None:
    """The weights of a topic's variants by what they have foreseen up to a day; None where it does not weigh them so, or nothing was to be foreseen.

    Raises ``UnknownVariation`` where they are not known.
    """
    if not weighs_by_performance(topic):
        return None
    performance = past_performance(topic, day, settings, pools=wide)
    if performance.reason not in {"", NOTHING_SCORED}:
        raise UnknownVariation(performance.reason)
    return performance.by_replicate or None
