"""Variants whose draws and paths are another's, together with that one: weighed by evidence they are one model under the mixture of their priors.

What is asked of such a model is asked once, and what its variants have in common has one error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.book.topic import BASE, Topic
from forecast.inference.other_priors import weigh_by_prior_ratio
from forecast.insight.baseline import Baseline, baseline_of
from forecast.insight.mixed_estimates import weighs_by_evidence
from forecast.insight.reweighting import Pool, with_mixed_prior
from forecast.model.mixed_prior import MixedPrior
from forecast.model.settings import Purpose, generator
from forecast.predict.analysis import Analysis, EngineResult, simulate_future
from forecast.predict.mixture import RivalResult, mix_answers
from forecast.predict.paths import Paths
from forecast.predict.rival_weights import RivalWeights


@dataclass(frozen=True, slots=True)
class VariantUnits:
    """A topic with one variant for each unit, whose weight is that of all in it, and the baseline and the pool of each by the name of its first."""

    topic: Topic
    bases: Mapping[str, Baseline]
    pools: Mapping[str, Pool]


def with_paths_of_its_own(analysis: Analysis) -> Analysis:
    """Return an analysis with paths that are all as likely, simulated from its draws where its paths were another's."""
    if analysis.result.paths.weights is None:
        return analysis
    return replace(analysis, result=replace(analysis.result, paths=_paths_of(analysis)))


def variant_units(
    topic: Topic, analyses: Mapping[str, Analysis], bases: Mapping[str, Baseline], pools: Mapping[str, Pool], weights: RivalWeights
) -> VariantUnits:
    """Return a topic's variants in units: those that share draws and a pool together, where evidence weighs them, and each of the others by itself.

    ``bases`` are those of ``baseline_of`` for each variant, ``pools`` those of ``variant_pools``.
    """
    kept_bases, kept_pools, variants = dict(bases), dict(pools), dict(topic.variants)
    for names in _groups_of_one_pool(analyses, pools) if weighs_by_evidence(topic) else ():
        first, *others = names
        total = sum(topic.prior_weights[name] for name in names)
        mixed = MixedPrior(tuple(analyses[name].model for name in names), tuple(topic.prior_weights[name] / total for name in names))
        together = _analysis_of_unit({name: analyses[name] for name in names}, mixed, weights)
        if together is None:
            continue
        kept_bases[first] = replace(baseline_of(together), mixed=mixed)
        kept_pools[first] = with_mixed_prior(pools[first], mixed)
        for name in others:
            del kept_bases[name], kept_pools[name], variants[name]
        if first != BASE:  # of the topic as it stands the weight is what the others leave
            variants[first] = replace(variants[first], weight=total)
    return VariantUnits(replace(topic, variants=variants), kept_bases, kept_pools)


def _groups_of_one_pool(analyses: Mapping[str, Analysis], pools: Mapping[str, Pool]) -> list[Sequence[str]]:
    """The names of two variants or more whose draws are the same, and whose pool is."""
    sharing: dict[tuple[int, int], list[str]] = {}
    for name, its in analyses.items():
        sharing.setdefault((id(its.result.posterior.parameters), id(pools[name])), []).append(name)
    return [names for names in sharing.values() if len(names) > 1 and analyses[names[0]].result.paths.weights is None]


def _analysis_of_unit(analyses: Mapping[str, Analysis], mixed: MixedPrior, weights: RivalWeights) -> Analysis | None:
    """The analysis of variants that share draws as one model under the mixture of their priors; None where the draws do not carry it."""
    names = [*analyses]
    lender = analyses[names[0]]
    drawn = lender.result.posterior
    posterior = weigh_by_prior_ratio(drawn, lender.model, mixed.log_ratio(drawn.parameters, len(drawn)))
    if posterior is None:
        return None
    called = {name: BASE if name == names[0] else name for name in names}  # the first stands for the topic among them
    whole = sum(weights.weight(name) for name in names)
    own = replace(weights, by_replicate={called[name]: weights.by_replicate[name] / whole for name in names})
    rivals = {called[name]: RivalResult(its.result.posterior, its.result.paths, its.result.answers) for name, its in analyses.items()}
    rng = generator(lender.settings.seed, lender.model.topic.name, Purpose.ANSWERS, Purpose.INSIGHT)
    with np.errstate(all="ignore"):
        answers = mix_answers(rivals, own, rng)
    unit = replace(lender, result=EngineResult(posterior, lender.result.paths, answers))
    return replace(unit, result=replace(unit.result, paths=_paths_of(unit)))


def _paths_of(analysis: Analysis) -> Paths:
    return simulate_future(analysis.result.posterior, replace(analysis.settings, chances=False)).paths
