"""The mixed answers had nothing been learnt from a row, a source, a grade or a stream: each variant without it, and its evidence without it.

A row moves a mixed answer in two ways, by what a variant learns from it and by what it says of the variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecast.book.topic import BASE, Topic
from forecast.insight.baseline import Baseline, UnknownVariation, VariedMeasures
from forecast.insight.estimands import zero_rounding_errors
from forecast.insight.leave_one_out import RowGroup, gone_with, measures_without, model_without, row_groups
from forecast.insight.mixed_estimates import MixedVariants, VariantFigures, mix_changes, pool_evidence
from forecast.insight.one_step_scores import one_step_scores
from forecast.insight.reweighting import Pool
from forecast.insight.stacking import stacked_weights, weighs_by_performance
from forecast.insight.wide_paths import WidePaths, wide_paths
from forecast.language.arrays import Array
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.schema.insight import Estimate, LeverageContent


@dataclass(frozen=True, slots=True)
class VariantBasis:
    """What the leverage of one variant is worked out from: its baseline, a pool for its evidence, and the columns of the measures."""

    basis: Baseline
    pool: Pool
    columns: tuple[int, ...]


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
                unknown = unknown or f"under `{name}` it is not known: {found}"
            else:
                figures[name] = found
        if unknown:
            notes.append(f"What the answers would be without the rows of `{group.name}` cannot be said: {unknown}.")
            continue
        models = {name: model_without(its.basis.model, group) for name, its in variants.items()}
        estimates = estimate_changes(topic, before, MixedVariants(figures, performance_weights(topic, variants, models)), published)
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
    """The measures and the evidence of one variant without each group, or why they are not known."""
    basis, wide = its.basis, wide_paths(its.basis, its.pool)
    found: list[VariantFigures | str] = []
    for group, gone in zip(groups, gone_with(basis, groups), strict=True):
        try:
            figures, wide = _without(its, group, gone, wide)
            found.append(figures)
        except (UnknownVariation, Unsound) as reason:
            found.append(str(reason))
    return found


def _without(
    its: VariantBasis, group: RowGroup, gone: tuple[Array, Array], wide: WidePaths | None
) -> tuple[VariantFigures, WidePaths | None]:
    varied, wide = measures_without(its.basis, group, gone, wide)
    return varied_figures(its, varied, model_without(its.basis.model, group)), wide


def published_figures(its: VariantBasis) -> VariantFigures:
    """Return the measures of one variant as published; raise ``UnknownVariation`` where its evidence is not known."""
    columns, basis = list(its.columns), its.basis
    held = basis.cases.weigh().chance_asked
    evidence = pool_evidence(its.pool, _log_ratios(its.pool, basis.model))
    return VariantFigures(basis.published[columns], np.nan_to_num(basis.errors[columns]), held[columns], evidence)


def varied_figures(its: VariantBasis, varied: VariedMeasures, model: Model) -> VariantFigures:
    """Return the measures of one variant under a variation, with the errors of their changes, and the evidence of a model in its place.

    Raises ``UnknownVariation`` where the pool's draws do not carry that.
    """
    columns = list(its.columns)
    evidence = pool_evidence(its.pool, _log_ratios(its.pool, model), than=_log_ratios(its.pool, its.basis.model))
    return VariantFigures(varied.values[columns], np.nan_to_num(varied.errors[columns]), varied.held[columns], evidence)


def estimate_changes(topic: Topic, before: MixedVariants, after: MixedVariants, published: Array) -> list[Estimate]:
    """Return the mixed measures, ``published`` ``(measures,)``, after a change of some variants or all, and how far they are from those before."""
    unchanged = {name: replace(its, errors=np.zeros_like(its.errors)) for name, its in before.figures.items()}
    figures = {name: after.figures.get(name, its) for name, its in unchanged.items()}
    changes, errors = mix_changes(topic, before, replace(after, figures=figures))
    changes, errors = (zero_rounding_errors(values, published) for values in (changes, errors))
    return [
        {"value": float(value), "change": float(change), "error": float(error)}
        for value, change, error in zip(published + changes, changes, errors, strict=True)
    ]


def _log_ratios(pool: Pool, model: Model) -> Array:
    """The log of likelihood and prior of a model over what a pool's draws come from; raises ``UnknownVariation`` where they do not carry."""
    log_ratios = pool.total(model) + pool.prior_ratio(model) - pool.log_ratio
    if not pool.weigh_by(log_ratios).carry:
        raise UnknownVariation("the draws at hand do not carry its evidence")
    return log_ratios
