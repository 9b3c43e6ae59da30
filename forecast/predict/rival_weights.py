"""How much each variant of a topic counts: its prior weight times its evidence, or its prior weight alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.book.comparable import evidence_obstacle
from forecast.book.topic import Combination, Topic
from forecast.inference.importance.bridge_sampling import NoBridge
from forecast.inference.importance.evidence import Evidence, evidence_of
from forecast.inference.monte_carlo import REPLICATES, combined_error
from forecast.inference.posterior import Posterior
from forecast.language.arrays import Array
from forecast.model.settings import Purpose, Settings, generator


@dataclass(frozen=True, slots=True)
class RivalWeights:
    """The weights of variants by replicate, ``(REPLICATES,)`` each; all of them together sum to one.

    ``combine`` is how they came about, and ``reason`` why not as the topic asks; ``evidences`` are those that are known.
    """

    by_replicate: Mapping[str, Array]
    combine: Combination
    reason: str
    evidences: Mapping[str, Evidence]

    def weight(self, variant: str) -> float:
        """The weight of one variant."""
        return float(self.by_replicate[variant].sum())

    def error(self, variant: str) -> float:
        """Its Monte Carlo error."""
        whole = np.sum([*self.by_replicate.values()], axis=0)
        effective = float(whole.sum() ** 2 / (whole**2).sum())
        return combined_error(self.by_replicate[variant] - self.weight(variant) * whole, effective)


def rival_weights(topic: Topic, posteriors: Mapping[str, Posterior], settings: Settings) -> RivalWeights:
    """Return how much each variant of a topic counts, the topic as it stands among them, given the posterior of each."""
    evidences: dict[str, Evidence] = {}
    obstacle = evidence_obstacle(topic)
    for name, posterior in posteriors.items() if not obstacle else ():
        try:
            evidences[name] = evidence_of(posterior, generator(settings.seed, topic.name, posterior.engine, Purpose.EVIDENCE, name))
        except NoBridge as unknown:
            obstacle = obstacle or f"the evidence of `{name}` is not known: {unknown}"
    if topic.combine == "stated" or obstacle:
        return RivalWeights(stated_weights(topic.prior_weights), "stated", obstacle if topic.combine == "evidence" else "", evidences)
    return RivalWeights(weights_by_evidence(topic.prior_weights, evidences), "evidence", "", evidences)


def stated_weights(prior_weights: Mapping[str, float]) -> dict[str, Array]:
    """Return prior weights by replicate."""
    return {name: np.full(REPLICATES, weight / REPLICATES) for name, weight in prior_weights.items()}


def weights_by_evidence(prior_weights: Mapping[str, float], evidences: Mapping[str, Evidence]) -> dict[str, Array]:
    """Return weights in proportion to prior weight times evidence, by replicate."""
    largest = max(evidence.log for evidence in evidences.values())
    amounts = {name: weight * np.exp(evidences[name].log - largest) * evidences[name].relative for name, weight in prior_weights.items()}
    total = float(np.sum([*amounts.values()]))
    return {name: amount / total for name, amount in amounts.items()}
