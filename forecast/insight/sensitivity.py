"""Sensitivity: the answers with a prior half and twice as wide, and one of its standard deviations lower and higher.

A prior is changed within its family, through its 5 and 95 % points, on the scale
on which it has no bounds (logarithms of positive values, log odds of shares), so
the changed prior is a statement that anybody can try with ``forecast whatif``.

The published draws are weighed by the ratio of the two priors.  Where those
weights do not carry, as when a prior that the record says little about is made
wider, the draws of that parameter are moved instead, each to the changed prior's
value at the same probability, and weighed by what that does to the likelihood and
to the priors that depend on it; paths are simulated on them anew.  Where that
does not carry either, paths on wider draws are weighed, and only then is the
model conditioned afresh.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.book.files.names import DEFAULT
from forecast.insight.baseline import (
    THINNING,
    Baseline,
    UnknownVariation,
    VariedMeasures,
    refit_measures,
    resimulate_measures,
    reweight_measures,
    thin_draws,
)
from forecast.insight.reweighting import PoolWeights, with_mixed_prior
from forecast.insight.wide_paths import WidePaths, weigh_wide_paths
from forecast.language.arrays import Array
from forecast.language.distributions.pools import PoolFamily
from forecast.language.distributions.traits import ValueKind
from forecast.language.distributions.words import WordForm
from forecast.language.faults import Fault
from forecast.language.ops import NUMPY
from forecast.language.statements import Statement, parse_statement
from forecast.model.errors import Unsound
from forecast.model.mixed_prior import MixedPrior
from forecast.model.model import Model
from forecast.model.prior_ratio import log_block_ratio
from forecast.model.priors import Block, blocks, blocks_of
from forecast.schema.insight import SensitivityContent
from forecast.sentences.named import quoted_name

type PriorChange = Literal["half as wide", "twice as wide", "one sd lower", "one sd higher"]

PRIOR_CHANGES: tuple[tuple[PriorChange, float, float], ...] = (
    ("half as wide", 0.5, 0.0),
    ("twice as wide", 2.0, 0.0),
    ("one sd lower", 1.0, -1.0),
    ("one sd higher", 1.0, 1.0),
)  # name, factor of the width, shift in standard deviations
NORMAL_INTERVAL_WIDTH = 3.289707253902945  # standard deviations between a normal's 5 and 95 % points
SMALLEST_UNIFORM, LARGEST_UNIFORM = 1e-300, 1 - 1e-16  # uniforms that a quantile function can take


@dataclass(frozen=True, slots=True)
class ChangedPrior:
    """A block of a prior with another statement; ``label`` is empty where all its labels share it, ``default`` where several do."""

    block: Block
    label: str
    change: PriorChange
    statement: Statement


def sensitivity(basis: Baseline, wide: WidePaths | None = None) -> tuple[list[SensitivityContent], list[str]]:
    """Return the answers under each changed prior, and a sentence for each that could not be given.

    ``wide`` are paths on draws from more than the published posterior, to be
    tried before the model is conditioned afresh.
    """
    contents: list[SensitivityContent] = []
    priors, notes = changed_priors(basis)
    for changed in priors:
        try:
            varied = measures_under_prior(basis, changed, wide)
        except (UnknownVariation, Unsound, Fault) as reason:
            notes.append(unknown_note(changed, str(reason)))
            continue
        contents.append(
            {
                "parameter": changed.block.name,
                "label": changed.label,
                "change": changed.change,
                "statement": changed.statement.text,
                "values": varied.estimates(),
                "pareto_k": varied.shown_k,
                "refitted": varied.refitted,
            }
        )
    return contents, notes


def changed_priors(basis: Baseline) -> tuple[list[ChangedPrior], list[str]]:
    """Return every prior that can be changed, in each of the ways, and a sentence for each that cannot."""
    priors: list[ChangedPrior] = []
    notes: list[str] = []
    for block in basis.prior if basis.mixed is None else _blocks_of_any(basis.mixed):
        if isinstance(block.family, PoolFamily) or block.family.value_kind is ValueKind.SIMPLEX:
            what = "a pool of distributions" if isinstance(block.family, PoolFamily) else f"a {block.family.name}"
            notes.append(
                f"The prior of {quoted_name(block.name)} is {what}, which is not varied here; `forecast whatif` tries another in its place."
            )
            continue
        label = label_of_block(block)
        for change, width, shift in PRIOR_CHANGES:
            try:
                statement = changed_statement(block, width, shift)
            except Fault as reason:
                notes.append(_unknown(block.name, label, change, str(reason)))
                continue
            if statement is not None:
                priors.append(ChangedPrior(block, label, change, statement))
    return priors, notes


def _blocks_of_any(mixed: MixedPrior) -> list[Block]:
    """The blocks of the priors of all models of a mixture, those that are stated alike once."""
    found: list[Block] = []
    for model in mixed.models:
        found += [block for block in blocks(model) if _same_block(found, block) is None]
    return found


def label_of_block(block: Block) -> str:
    """Return the label that a block of a prior by label is of; ``default`` where it is the prior of several labels, empty where all share it."""
    parameter = block.parameter
    if not parameter.by_label or not parameter.labels:
        return ""
    return parameter.labels[block.positions[0]] if len(block.positions) == 1 else DEFAULT


def unknown_note(changed: ChangedPrior, reason: str) -> str:
    """Say that the answers under a changed prior are not known, and why."""
    return _unknown(changed.block.name, changed.label, changed.change, reason)


def _unknown(name: str, label: str, change: PriorChange, reason: str) -> str:
    return f"What the answers would be with the prior of {quoted_name(name, label)} {change} is not known: {reason}."


def measures_under_prior(basis: Baseline, changed: ChangedPrior, wide: WidePaths | None = None) -> VariedMeasures:
    """Return the measures under a changed prior, by the cheapest way that carries."""
    if basis.mixed is not None and not _is_common(basis.mixed, changed.block):
        return _measures_under_some_priors(basis, basis.mixed, changed, wide)
    model = with_changed_prior(basis.model, changed)
    own = blocks_of(model, model.topic.parameters[changed.block.name])
    new = next(block for block in own if block.positions == changed.block.positions)
    draws = basis.analysis.result.posterior.parameters
    varied = reweight_measures(
        basis,
        *(log_block_ratio((model, new), (basis.model, changed.block), parameters) for parameters in (basis.pool.parameters, draws)),
    )
    if varied is not None:
        return varied
    parameters, weights = _move_draws(basis, changed.block, new)
    if weights.carry:
        return resimulate_measures(basis, model, parameters, weights)
    return (None if wide is None else weigh_wide_paths(basis, wide, model)) or refit_measures(basis, model)


def _is_common(mixed: MixedPrior, block: Block) -> bool:
    """Whether all models of a mixture state a block of the prior alike, and every block whose arguments may name it."""
    first, *others = [blocks(model) for model in mixed.models]
    named = [block, *(its for its in first if its.fixed is None)]
    return all(_same_block(own, its) is not None for own in (first, *others) for its in named)


def _same_block(own: Sequence[Block], block: Block) -> Block | None:
    """The block of a prior that is stated as another one is; None where there is none."""
    its = (one for one in own if (one.name, one.positions, one.statement.text) == (block.name, block.positions, block.statement.text))
    return next(its, None)


def _measures_under_some_priors(basis: Baseline, mixed: MixedPrior, changed: ChangedPrior, wide: WidePaths | None) -> VariedMeasures:
    """The measures where a prior is changed in those models of a mixture that state it so."""
    models = []
    for model in mixed.models:
        own = _same_block(blocks(model), changed.block)
        models.append(model if own is None else with_changed_prior(model, replace(changed, block=own)))
    new = replace(mixed, models=tuple(models))
    on_paths, on_draws = (
        new.log_ratio(parameters, count, basis.model) - mixed.log_ratio(parameters, count)
        for parameters, count in (
            (basis.pool.parameters, len(basis.pool)),
            (basis.analysis.result.posterior.parameters, len(basis.analysis.result.posterior)),
        )
    )
    varied = reweight_measures(basis, on_paths, on_draws)
    if varied is None and wide is not None:
        varied = weigh_wide_paths(basis, replace(wide, pool=with_mixed_prior(wide.pool, new)), models[0])
    return varied or refit_measures(replace(basis, mixed=new), models[0])


def with_changed_prior(model: Model, changed: ChangedPrior) -> Model:
    """Return the model with the changed statement in the prior's place: for all labels of its block, which share one prior."""
    parameter = changed.block.parameter
    if changed.label in parameter.by_label:
        parameter = replace(parameter, by_label={**parameter.by_label, changed.label: changed.statement})
    else:
        parameter = replace(parameter, prior=changed.statement)
    topic = model.topic
    return replace(model, topic=replace(topic, parameters={**topic.parameters, parameter.name: parameter}))


def changed_statement(block: Block, width: float, shift: float) -> Statement | None:
    """Return the block's prior within its family, its width times ``width`` and shifted by ``shift`` standard deviations.

    None where it has no such form: hypotheses, priors that depend on other
    parameters, families of one argument under a shift (their width is their
    place), those without a form in quantiles, and those with a quantile that no float holds.  Raises ``Fault`` where no
    distribution of the family is that wide.
    """
    if block.fixed is None or block.family.discrete:
        return None
    form = _quantile_form(block)
    if form is None or (form.quantiles == 1 and shift):
        return None
    low, middle, high = block.family.points({name: float(np.ravel(value)[0]) for name, value in block.fixed.items()})
    if not form.inside[0] < low <= high < form.inside[1]:  # a value that no float holds
        return None
    named = {name: float(np.ravel(block.fixed[name])[0]) for name in form.names}
    if form.quantiles == 1:
        quantiles = {**named, "p50": middle * width}
    else:
        a, m, b = (_unconstrain(value, form) for value in (low, middle, high))
        move = shift * (b - a) / NORMAL_INTERVAL_WIDTH
        quantiles = {**named, "p5": _constrain(m + (a - m) * width + move, form), "p95": _constrain(m + (b - m) * width + move, form)}
    statement = parse_statement(f"{block.family.name}({', '.join(f'{name}={value:.6g}' for name, value in quantiles.items())})")
    block.family.from_words(quantiles, NUMPY)  # a fault here says that none is that wide
    return statement


def _quantile_form(block: Block) -> WordForm | None:
    """The family's way of being said in two quantiles, or in one where it has one argument to solve for."""
    assert block.fixed is not None
    suiting = [form for form in block.family.forms if form.quantiles in {1, 2} and set(form.names) <= set(block.fixed)]
    two = [form for form in suiting if form.quantiles == 2]
    return next(iter(two or suiting), None)


def _unconstrain(value: float, form: WordForm) -> float:
    lower, upper = form.inside
    if math.isfinite(lower) and math.isfinite(upper):
        return math.log((value - lower) / (upper - value))
    return math.log(value - lower) if math.isfinite(lower) else value


def _constrain(value: float, form: WordForm) -> float:
    lower, upper = form.inside
    if math.isfinite(lower) and math.isfinite(upper):
        return lower + (upper - lower) / (1 + math.exp(-value))
    return lower + math.exp(value) if math.isfinite(lower) else value


def _move_draws(basis: Baseline, old: Block, new: Block) -> tuple[Mapping[str, NDArray[Any]], PoolWeights]:
    """The thinned draws with the block's values at the new prior's quantiles, and their weights."""
    assert old.fixed is not None
    assert new.fixed is not None
    before = thin_draws(basis.pool.parameters)
    uniforms = np.clip(old.family.distribution(before[old.name][:, list(old.positions)], **old.fixed), SMALLEST_UNIFORM, LARGEST_UNIFORM)
    values = np.array(before[old.name], dtype=float)
    values[:, list(old.positions)] = new.family.quantile(uniforms, **new.fixed)
    after = {**before, old.name: values}
    near = np.zeros(len(values), dtype=bool)  # a draw at which some row has no distribution is impossible, not a fault of the book
    log_ratio = basis.model.log_likelihood(after, near=near).sum(axis=1) - basis.pool.total(basis.model)[::THINNING]
    for block in basis.prior:
        if block.fixed is None:
            log_ratio = log_ratio + _log_density_change(basis.model, block, before, after)
    return after, basis.pool.weigh_by(log_ratio)


def _log_density_change(model: Model, block: Block, before: Mapping[str, NDArray[Any]], after: Mapping[str, NDArray[Any]]) -> Array:
    """How the log density of a prior that depends on others changes."""
    columns = list(block.positions)
    return block.log_density(model, after[block.name][:, columns], after) - block.log_density(model, before[block.name][:, columns], before)
