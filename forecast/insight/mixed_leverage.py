"""The mixed answers had nothing been learnt from a row, a source, a grade or a stream: each variant without it, and its evidence without it.

A row moves a mixed answer in two ways, by what a variant learns from it and by what it says of the variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.book.topic import BASE, Topic
from forecast.insight.baseline import Baseline, UnknownVariation
from forecast.insight.leave_one_out import RowGroup, gone_with, measures_without, model_without, row_groups
from forecast.insight.mixed_estimates import PoolEvidence, VariantFigures, mix_figures, pool_evidence
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


def mixed_leverage(topic: Topic, variants: Mapping[str, VariantBasis]) -> tuple[list[LeverageContent], list[str]]:
    """Return the mixed answers without each group of rows, and a sentence for each that could not be given."""
    base = variants[BASE].basis
    groups = list(row_groups(base.model))
    without = {name: _figures_without(its, groups) for name, its in variants.items()}
    whole = {name: _figures(its, its.basis.published, its.basis.errors, its.basis.model) for name, its in variants.items()}
    published, _ = mix_figures(topic, whole, stacked=_performance_weights(topic, variants, None))
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
        values, errors = mix_figures(topic, figures, stacked=_performance_weights(topic, variants, group))
        estimates: list[Estimate] = [
            {"value": float(value), "change": float(value - before), "error": float(error)}
            for value, before, error in zip(values, published, errors, strict=True)
        ]
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


def _performance_weights(topic: Topic, variants: Mapping[str, VariantBasis], group: RowGroup | None) -> Mapping[str, Array] | None:
    """The weights of variants by what they foresaw of all rows but a group; None where a topic does not weigh by that.  Raises ``Unsound``."""
    if not weighs_by_performance(topic):
        return None
    models = {name: its.basis.model if group is None else model_without(its.basis.model, group) for name, its in variants.items()}
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
    return _figures(its, varied.values, varied.errors, model_without(its.basis.model, group)), wide


def _figures(its: VariantBasis, values: Array, errors: Array, model: Model) -> VariantFigures:
    columns = list(its.columns)
    return VariantFigures(values[columns], np.nan_to_num(errors[columns]), np.ones(len(columns)), _evidence(its.pool, model))


def _evidence(pool: Pool, model: Model) -> PoolEvidence:
    """The evidence of a model's rows; raises ``UnknownVariation`` where the pool's weights do not carry."""
    log_ratios = pool.total(model) + pool.prior_ratio(model) - pool.log_ratio
    if not pool.weigh_by(log_ratios).carry:
        raise UnknownVariation("the draws at hand do not carry its evidence")
    return pool_evidence(pool, log_ratios)
