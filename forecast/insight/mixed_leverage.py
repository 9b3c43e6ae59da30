"""The mixed answers had nothing been learnt from a row, a source, a grade or a stream: each variant without it, and its evidence without it.

A row moves a mixed answer in two ways, by what a variant learns from it and by what it says of the variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.book.topic import BASE, Topic
from forecast.insight.baseline import Baseline, UnknownVariation, VariedMeasures, evidence_of_posterior
from forecast.insight.estimands import zero_rounding_errors
from forecast.insight.leave_one_out import RowGroup, gone_with, measures_without, model_without, row_groups
from forecast.insight.mixed_estimates import (
    MixedVariants,
    PoolEvidence,
    VariantFigures,
    mix_changes,
    pool_evidence,
    varied_evidence,
    weighs_by_evidence,
)
from forecast.insight.one_step_scores import one_step_scores
from forecast.insight.reweighting import Pool
from forecast.insight.stacking import stacked_weights, weighs_by_performance
from forecast.insight.wide_paths import WidePaths, wide_paths
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.schema.insight import Estimate, LeverageContent


@dataclass(frozen=True)
class VariantBasis:
    """What leverage and sensitivity of one variant are worked out from: its baseline, a pool of wider draws, the columns of the measures, and its evidence."""

    basis: Baseline
    pool: Pool
    columns: tuple[int, ...]
    evidence: PoolEvidence

    @cached_property
    def wide(self) -> WidePaths | None:
        """Paths on the pool's draws, as ``wide_paths`` gives them."""
        return wide_paths(self.basis, self.pool)


def mixed_leverage(topic: Topic, variants: Mapping[str, VariantBasis], published: Array) -> tuple[list[LeverageContent], list[str]]:
    """Return the mixed answers, ``published`` ``(measures,)``, without each group of rows, and a sentence for each that could not be given."""
    base = variants[BASE].basis
    groups = list(row_groups(base.model))
    without = {name: _figures_without(its, groups) for name, its in variants.items()}
    before = MixedVariants(
        {name: published_figures(its) for name, its in variants.items()},
        performance_weights(topic, variants, {name: its.basis.model for name, its in variants.items()}),
    )
    contents: list[LeverageContent] = []
    notes: list[str] = []
    for place, group in enumerate(groups):
        figures: dict[str, VariantFigures] = {}
        unknown = ""
        for name, its in without.items():
            found = its[place]
            if isinstance(found, str):
                unknown = unknown or f"under the variant `{name}`, {found}"
            else:
                figures[name] = found
        if unknown:
            notes.append(f"What the answers would be without the rows of `{group.name}` is not known: {unknown}.")
            continue
        models = {name: model_without(its.basis.model, group) for name, its in variants.items()}
        try:
            estimates = estimate_changes(topic, before, MixedVariants(figures, performance_weights(topic, variants, models)), published)
        except UnknownVariation as reason:
            notes.append(f"What the answers would be without the rows of `{group.name}` is not known: {reason}.")
            continue
        contents.append(
            {
                "kind": group.kind,
                "name": group.name,
                "stream": group.stream,
                "row": group.row,
                "rows": len(group.columns),
                "values": estimates,
                "pareto_k": None,
                "refitted": False,
            }
        )
    return contents, notes


def performance_weights(topic: Topic, variants: Mapping[str, VariantBasis], models: Mapping[str, Model]) -> Mapping[str, Array] | None:
    """Return the weights of variants by what a model of each foresaw of its rows; None where a topic does not weigh by that.  Raises ``Unsound``."""
    if not weighs_by_performance(topic):
        return None
    return stacked_weights(topic.prior_weights, {name: one_step_scores(model, variants[name].pool) for name, model in models.items()})


def _figures_without(its: VariantBasis, groups: list[RowGroup]) -> list[VariantFigures | str]:
    """The measures and the evidence of one variant without each group, or why they are not known; groups of the same rows share them."""
    basis, wide = its.basis, its.wide
    known: dict[tuple[int, ...], VariantFigures | str] = {}
    for group, gone in zip(groups, gone_with(basis, groups), strict=True):
        if group.columns in known:
            continue
        try:
            varied, wide = measures_without(basis, group, gone, wide)
            known[group.columns] = varied_figures(its, varied)
        except (UnknownVariation, Unsound) as reason:
            known[group.columns] = str(reason)
    return [known[group.columns] for group in groups]


def published_figures(its: VariantBasis) -> VariantFigures:
    """Return the measures of one variant as published."""
    columns, basis = list(its.columns), its.basis
    held = basis.cases.weigh().chance_asked
    return VariantFigures(basis.published[columns], np.nan_to_num(basis.errors[columns]), held[columns], its.evidence)


def varied_figures(its: VariantBasis, varied: VariedMeasures) -> VariantFigures:
    """Return the measures of one variant under a variation, with the errors of their changes, and its evidence then."""
    columns, evidence = list(its.columns), varied_evidence(its.evidence, varied.evidence)
    return VariantFigures(varied.values[columns], np.nan_to_num(varied.errors[columns]), varied.held[columns], evidence)


def published_evidence(topic: Topic, basis: Baseline, pool: Pool) -> PoolEvidence:
    """Return the evidence of a published variant: by a pool whose draws carry it, else as the fast engine found it; none where the topic does not weigh by it.

    Raises ``UnknownVariation`` where it counts and neither knows it.
    """
    if not weighs_by_evidence(topic):
        return PoolEvidence(0.0, 0.0)
    log_ratios = pool.log_ratios(basis.model)
    if pool.weigh_by(log_ratios).carry:
        return pool_evidence(pool, log_ratios)
    found = evidence_of_posterior(basis.analysis.result.posterior)
    return PoolEvidence(found.log, found.error)


def estimate_changes(topic: Topic, before: MixedVariants, after: MixedVariants, published: Array) -> list[Estimate]:
    """Return the mixed measures, ``published`` ``(measures,)``, after a change of some variants or all, and how far they are from those before.

    Raises ``UnknownVariation`` where that leaves a mean without an estimate.
    """
    unchanged = {name: replace(its, errors=np.zeros_like(its.errors)) for name, its in before.figures.items()}
    figures = {name: after.figures.get(name, its) for name, its in unchanged.items()}
    changes, errors = mix_changes(topic, before, replace(after, figures=figures))
    changes, errors = (zero_rounding_errors(values, published) for values in (changes, errors))
    if not (np.isfinite(changes) & np.isfinite(errors)).all():
        raise UnknownVariation("a mean could not be estimated under every version of the model")
    return [
        {"value": float(value), "change": float(change), "error": float(error)}
        for value, change, error in zip(published + changes, changes, errors, strict=True)
    ]
