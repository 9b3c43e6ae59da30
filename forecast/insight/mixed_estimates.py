"""Figures of variants mixed into one by their weights, with the errors of figures and weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.book.comparable import evidence_obstacle
from forecast.book.topic import Topic
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.weights import log_sum
from forecast.insight.reweighting import Pool
from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class PoolEvidence:
    """A log evidence from a pool's draws, and its standard error."""

    log: float
    error: float


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """Figures under one variant, their errors and the probabilities that what they are of is asked, ``(figures,)`` each, and the evidence."""

    values: Array
    errors: Array
    held: Array
    evidence: PoolEvidence


def weighs_by_evidence(topic: Topic) -> bool:
    """Whether a topic's variants are weighted by their evidence."""
    return topic.combine == "evidence" and not evidence_obstacle(topic)


def pool_evidence(pool: Pool, log_ratios: Array) -> PoolEvidence:
    """Return the evidence from the log of likelihood and prior over what the draws of a pool come from, ``(draws,)``.

    Its error is that of a mean of independent draws, ``sqrt((n / n_eff - 1) / n)``.
    """
    weights = pool.weigh_by(log_ratios)
    relative = math.sqrt(max(1 / weights.effective_size - 1 / len(pool), 0.0)) if weights.effective_size else math.inf
    return PoolEvidence(log_sum(log_ratios) - math.log(len(pool)), relative)


def mix_figures(
    topic: Topic,
    variants: Mapping[str, VariantFigures],
    *,
    prior: Mapping[str, float] | None = None,
    stacked: Mapping[str, Array] | None = None,
) -> tuple[Array, Array]:
    """Return mixed figures and their errors, ``(figures,)`` each.

    A variant counts by its prior weight, by its evidence where the topic weighs by that, and by how probable it is under it that a figure
    is asked for.  Its evidence moves a figure by how far its own lies from the mixed one (the delta method).  ``stacked`` are weights by
    past predictions, by replicate, which count instead; ``prior`` are prior weights, where figures are of several variants each.
    """
    before = topic.prior_weights if prior is None else prior
    weights = stacked_sums(stacked) if stacked else variant_weights(topic, before, {name: its.evidence for name, its in variants.items()})
    amounts = np.array([weights[name] * its.held for name, its in variants.items()])
    shares = amounts / amounts.sum(axis=0)
    counted = np.where(shares > 0, np.array([its.values for its in variants.values()]), 0.0)
    mixed = (shares * counted).sum(axis=0)
    own = (shares * np.array([its.errors for its in variants.values()])) ** 2
    if stacked:
        relative = relative_deviations(stacked)
        deviations = np.array([relative[name] for name in variants]).T @ (shares * (counted - mixed))
        return mixed, np.sqrt(own.sum(axis=0) + (deviations**2).sum(axis=0))
    by_evidence = weighs_by_evidence(topic)
    doubt = np.array([its.evidence.error if by_evidence else 0.0 for its in variants.values()])
    moved = (shares * (counted - mixed) * doubt[:, None]) ** 2
    return mixed, np.sqrt((own + moved).sum(axis=0))


def stacked_sums(by_replicate: Mapping[str, Array]) -> dict[str, float]:
    """Return weights from those by replicate."""
    return {name: float(shares.sum()) for name, shares in by_replicate.items()}


def relative_deviations(by_replicate: Mapping[str, Array]) -> dict[str, Array]:
    """Return how far each replicate moves each weight, relative to it, ``(REPLICATES,)``: their sum of squares is the squared relative error."""
    whole = np.sum([*by_replicate.values()], axis=0)
    scale = math.sqrt(REPLICATES / (REPLICATES - 1))
    return {name: scale * (shares / shares.sum() - whole) for name, shares in by_replicate.items()}


def variant_weights(topic: Topic, prior: Mapping[str, float], evidences: Mapping[str, PoolEvidence]) -> dict[str, float]:
    """Return the weights of variants by their evidence, or the ``prior`` ones where the topic does not weigh by that; they add up to 1."""
    if not weighs_by_evidence(topic):
        return dict(prior)
    largest = max(its.log for its in evidences.values())
    amounts = {name: prior[name] * math.exp(its.log - largest) for name, its in evidences.items()}
    total = math.fsum(amounts.values())
    return {name: amount / total for name, amount in amounts.items()}


def unconditional_questions(topic: Topic) -> Sequence[str]:
    """Return the questions whose answers under variants need no condition to be mixed: neither given something nor to be annulled."""
    return [name for name, question in topic.questions.items() if question.given is None and question.annulled is None]
