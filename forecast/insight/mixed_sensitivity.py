"""The mixed answers with a prior changed: in every variant that states it alike, each with the evidence that it then has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecast.book.files.names import DEFAULT
from forecast.book.links import PosteriorLink
from forecast.book.topic import BASE, Parameter, Topic
from forecast.insight.baseline import UnknownVariation
from forecast.insight.mixed_estimates import MixedVariants, VariantFigures
from forecast.insight.mixed_leverage import VariantBasis, estimate_changes, performance_weights, published_figures, varied_figures
from forecast.insight.sensitivity import (
    ChangedPrior,
    changed_priors,
    label_of_block,
    measures_under_prior,
    unknown_note,
    with_changed_prior,
)
from forecast.language.arrays import Array
from forecast.language.faults import Fault
from forecast.language.statements import Statement
from forecast.model.errors import Unsound
from forecast.model.model import Model
from forecast.model.priors import Block
from forecast.schema.insight import SensitivityContent, VariedPrior

type _PriorKey = tuple[str, str, str, str]


@dataclass(slots=True)
class _Changes:
    """A changed prior, and the figures of the variants that state the prior alike; or why those of one are not known."""

    changed: ChangedPrior
    figures: dict[str, VariantFigures]
    models: dict[str, Model]
    refitted: bool = False
    unknown: str = ""


def mixed_sensitivity(
    topic: Topic, variants: Mapping[str, VariantBasis], published: Array, *, rivals: Mapping[str, Topic] | None = None
) -> tuple[list[SensitivityContent], list[str]]:
    """Return the mixed answers, ``published`` ``(measures,)``, under each changed prior, and a sentence for each that could not be given.

    ``rivals`` are the topic as it stands and all its variants, where some of ``variants`` stand for several of them.
    """
    stated = topic.rivals if rivals is None else rivals
    models = {name: its.basis.model for name, its in variants.items()}
    before = MixedVariants({name: published_figures(its) for name, its in variants.items()}, performance_weights(topic, variants, models))
    changes: dict[_PriorKey, _Changes] = {}
    notes: list[str] = []
    for name, its in variants.items():
        priors, silent = changed_priors(its.basis)
        notes += [note for note in silent if note not in notes]
        for changed in priors:
            key = (changed.block.name, changed.label, changed.change, changed.statement.text)
            _change_variant(changes.setdefault(key, _Changes(changed, {}, {})), name, its, changed)
    contents: list[SensitivityContent] = []
    for one in changes.values():
        if one.unknown:
            notes.append(unknown_note(one.changed, one.unknown))
            continue
        stacked = performance_weights(topic, variants, models | one.models)
        try:
            estimates = estimate_changes(topic, before, MixedVariants(one.figures, stacked), published)
        except UnknownVariation as reason:
            notes.append(unknown_note(one.changed, str(reason)))
            continue
        variant = variant_of_prior(one.changed.block, stated) or next(iter(one.figures))
        whose: VariedPrior = {} if variant == BASE else {"variant": variant}
        contents.append(
            {
                **whose,
                "parameter": one.changed.block.name,
                "label": one.changed.label,
                "change": one.changed.change,
                "statement": one.changed.statement.text,
                "values": estimates,
                "pareto_k": None,
                "refitted": one.refitted,
            }
        )
    return contents, notes


def variant_of_prior(block: Block, rivals: Mapping[str, Topic]) -> str | None:
    """Return the first of a topic and its variants that states a prior as a block has it, for the same labels, or links it alike; None where none does."""
    parameter, role = block.parameter, label_of_block(block)
    label = parameter.labels[block.positions[0]] if parameter.labels else ""
    link, text = parameter.link_for(label), block.statement.text
    for variant, topic in rivals.items():
        its = topic.parameters.get(block.name)
        if its is None or its.per != parameter.per or role not in (priors := _priors_by_role(its)):
            continue
        stated, linked = priors[role]
        if linked == link and (link is not None or (stated is not None and stated.text == text)):
            return variant
    return None


def _priors_by_role(parameter: Parameter) -> dict[str, tuple[Statement | None, PosteriorLink | None]]:
    """The prior of each label that has one of its own and that of the others, a statement or a link, as ``label_of_block`` names them."""
    own = {*parameter.by_label, *parameter.links} - {""}
    shared = [label for label in parameter.labels or ("",) if label not in own]
    roles = {label: (parameter.by_label.get(label), parameter.link_for(label)) for label in own}
    if shared:
        role = "" if not own or not parameter.labels else shared[0] if len(shared) == 1 else DEFAULT
        roles[role] = parameter.prior, parameter.link_for(shared[0])
    return roles


def _change_variant(changes: _Changes, name: str, its: VariantBasis, changed: ChangedPrior) -> None:
    """Add the figures of one variant under a changed prior, or say why they are not known."""
    try:
        varied = measures_under_prior(its.basis, changed, its.wide)
        changes.models[name] = with_changed_prior(its.basis.model, changed)
        changes.figures[name] = varied_figures(its, varied)
    except (UnknownVariation, Unsound, Fault) as reason:
        changes.unknown = changes.unknown or f"under the variant `{name}`, {reason}"
    else:
        changes.refitted |= varied.refitted
