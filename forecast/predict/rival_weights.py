"""How much each variant of a topic counts: its prior weight times its evidence, its prior weight alone, or as its past predictions say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class Performance:
    """Weights by past predictions, by replicate, ``(REPLICATES,)`` each, and how many rows became known on how many days, which were scored.

    ``reason`` is why variants cannot be weighed so; then there are no weights.
    """

    by_replicate: Mapping[str, Array]
    rows: int
    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class RivalWeights:
    """The weights of variants by replicate, ``(REPLICATES,)`` each; all of them together sum to one.

    ``combine`` is how they came about, and ``reason`` why not as the topic asks; ``evidences`` are those that are known, ``by_evidence``
    the weights that they would give where they do not, and ``performance`` what was scored where predictions give them.
    """

    by_replicate: Mapping[str, Array]
    combine: Combination
    reason: str
    evidences: Mapping[str, Evidence]
    by_evidence: Mapping[str, float] = field(default_factory=dict)
    performance: Performance | None = None

    def weight(self, variant: str) -> float:
        """The weight of one variant."""
        return float(self.by_replicate[variant].sum())

    def of_all(self) -> dict[str, float]:
        """The weight of each variant; they add up to 1."""
        return {name: self.weight(name) for name in self.by_replicate}

    def errors(self) -> dict[str, float]:
        """The Monte Carlo error of each weight."""
        return {name: self.error(name) for name in self.by_replicate}

    def error(self, variant: str) -> float:
        """Its Monte Carlo error."""
        whole = np.sum([*self.by_replicate.values()], axis=0)
        effective = float(whole.sum() ** 2 / (whole**2).sum())
        return combined_error(self.by_replicate[variant] - self.weight(variant) * whole, effective)


def rival_weights(
    topic: Topic, posteriors: Mapping[str, Posterior], settings: Settings, performance: Performance | None = None
) -> RivalWeights:
    """Return how much each variant of a topic counts, the topic as it stands among them, given the posterior of each.

    ``performance`` is what the variants have foreseen, for a topic that weighs them by that.
    """
    evidences: dict[str, Evidence] = {}
    obstacle = evidence_obstacle(topic)
    for name, posterior in posteriors.items() if not obstacle else ():
        try:
            evidences[name] = evidence_of(posterior, generator(settings.seed, topic.name, posterior.engine, Purpose.EVIDENCE, name))
        except NoBridge as unknown:
            obstacle = obstacle or f"the evidence of `{name}` is not known: {unknown}"
    weighed = {} if obstacle else weights_by_evidence(topic.prior_weights, evidences)
    if topic.combine == "evidence" and not obstacle:
        return RivalWeights(weighed, "evidence", "", evidences)
    by_evidence = {name: float(weight.sum()) for name, weight in weighed.items()}
    if topic.combine == "stacking" and performance is not None and not performance.reason:
        return RivalWeights(performance.by_replicate, "stacking", "", evidences, by_evidence, performance)
    reasons = {"evidence": obstacle, "stated": "", "stacking": "" if performance is None else performance.reason}
    return RivalWeights(stated_weights(topic.prior_weights), "stated", reasons[topic.combine], evidences, by_evidence)


def stated_weights(prior_weights: Mapping[str, float]) -> dict[str, Array]:
    """Return prior weights by replicate."""
    return {name: np.full(REPLICATES, weight / REPLICATES) for name, weight in prior_weights.items()}


def weights_by_evidence(prior_weights: Mapping[str, float], evidences: Mapping[str, Evidence]) -> dict[str, Array]:
    """Return weights in proportion to prior weight times evidence, by replicate."""
    largest = max(evidence.log for evidence in evidences.values())
    amounts = {name: weight * np.exp(evidences[name].log - largest) * evidences[name].relative for name, weight in prior_weights.items()}
    total = float(np.sum([*amounts.values()]))
    return {name: amount / total for name, amount in amounts.items()}
