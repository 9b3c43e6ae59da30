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
from forecast.insight.baseline import VariedEvidence
from forecast.insight.reweighting import Pool
from forecast.language.arrays import Array


@dataclass(frozen=True, slots=True)
class PoolEvidence:
    """A log evidence from draws, and its standard error; ``change_error`` is that of how far it is from the published model's."""

    log: float
    error: float
    change_error: float = 0.0


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


def varied_evidence(published: PoolEvidence, varied: VariedEvidence) -> PoolEvidence:
    """Return the evidence of a variation; one that was found by itself shares no error with that of the published model."""
    if varied.is_whole:
        return PoolEvidence(varied.log, varied.error, math.hypot(varied.error, published.error))
    return PoolEvidence(published.log + varied.log, math.hypot(varied.error, published.error), varied.error)


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
    mixed, shares, pull = _mixed_and_pull(_weights(topic, variants, prior=prior, stacked=stacked), variants)
    own = (shares * _stack([its.errors for its in variants.values()])) ** 2
    if stacked:
        return mixed, np.sqrt(own.sum(axis=0) + (_deviations(stacked, variants, pull) ** 2).sum(axis=0))
    doubt = _stack([its.evidence.error if weighs_by_evidence(topic) else 0.0 for its in variants.values()])
    moved = (pull * doubt[:, None]) ** 2
    return mixed, np.sqrt((own + moved).sum(axis=0))


def figure_shares(
    topic: Topic,
    variants: Mapping[str, VariantFigures],
    *,
    prior: Mapping[str, float] | None = None,
    stacked: Mapping[str, Array] | None = None,
) -> Array:
    """Return how much each variant counts in each mixed figure, ``(variants, figures)``; the arguments are those of ``mix_figures``."""
    return _mixed_and_pull(_weights(topic, variants, prior=prior, stacked=stacked), variants)[1]


@dataclass(frozen=True, slots=True)
class MixedVariants:
    """The figures of all variants, and their weights by past predictions, by replicate, where the topic weighs by those."""

    figures: Mapping[str, VariantFigures]
    stacked: Mapping[str, Array] | None = None


def mix_changes(topic: Topic, before: MixedVariants, after: MixedVariants) -> tuple[Array, Array]:
    """Return how far a change moves mixed figures, and the errors of that, ``(figures,)`` each.

    The ``errors`` of those after are of each variant's own change, 0 where it has none.  An evidence before and after is estimated from the
    same draws: its error is common to both, but for ``change_error``.  So are weights by past predictions, replicate by replicate.
    """
    mixed, shares, pull = _mixed_and_pull(_weights(topic, after.figures, stacked=after.stacked), after.figures)
    was, shares_before, pull_before = _mixed_and_pull(_weights(topic, before.figures, stacked=before.stacked), before.figures)
    own = (shares * _stack([its.errors for its in after.figures.values()])) ** 2
    own = own + ((shares - shares_before) * _stack([its.errors for its in before.figures.values()])) ** 2
    if before.stacked and after.stacked:
        deviations = _deviations(after.stacked, after.figures, pull) - _deviations(before.stacked, before.figures, pull_before)
        return mixed - was, np.sqrt(own.sum(axis=0) + (deviations**2).sum(axis=0))
    by_evidence = weighs_by_evidence(topic)
    common = _stack([its.evidence.error if by_evidence else 0.0 for its in before.figures.values()])[:, None]
    residual = _stack([its.evidence.change_error if by_evidence else 0.0 for its in after.figures.values()])[:, None]
    moved = ((pull - pull_before) * common) ** 2 + (pull * residual) ** 2
    return mixed - was, np.sqrt((own + moved).sum(axis=0))


def _weights(
    topic: Topic,
    variants: Mapping[str, VariantFigures],
    *,
    prior: Mapping[str, float] | None = None,
    stacked: Mapping[str, Array] | None = None,
) -> Mapping[str, float]:
    if stacked:
        return stacked_sums(stacked)
    return variant_weights(topic, topic.prior_weights if prior is None else prior, {name: its.evidence for name, its in variants.items()})


def _mixed_and_pull(weights: Mapping[str, float], variants: Mapping[str, VariantFigures]) -> tuple[Array, Array, Array]:
    """Mixed figures ``(figures,)``, the share of each variant in each, and how far its weight pulls it, ``(variants, figures)``."""
    amounts = np.array([weights[name] * its.held for name, its in variants.items()])
    shares = amounts / amounts.sum(axis=0)
    counted = np.where(shares > 0, _stack([its.values for its in variants.values()]), 0.0)
    mixed = (shares * counted).sum(axis=0)
    return mixed, shares, shares * (counted - mixed)


def _deviations(stacked: Mapping[str, Array], variants: Mapping[str, VariantFigures], pull: Array) -> Array:
    """How far each replicate of the weights moves each mixed figure, ``(REPLICATES, figures)``."""
    relative = relative_deviations(stacked)
    moved: Array = np.array([relative[name] for name in variants]).T @ pull
    return moved


def _stack(figures: Sequence[Array | float]) -> Array:
    return np.array(figures, dtype=float)


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
