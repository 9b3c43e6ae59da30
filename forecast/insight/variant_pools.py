"""Pools for the variants of a topic: those that differ only in their priors share one, and together are one model under a mixed prior.

Such variants have one likelihood and one simulation, so a draw of one is a draw of another under another weight, the ratio of the priors.
Weighted by their evidence they are together exactly the model whose prior is the mixture of theirs by prior weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.book.topic import Topic
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.posterior import Posterior
from forecast.insight.replay_pool import DRAWS_PER_PART, WANTED, anchored_pool
from forecast.insight.reweighting import MixtureComponent, Pool, extend_pool, with_rows
from forecast.insight.state_diff import StateDiff
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator


def groups_by_likelihood(topic: Topic, until: date) -> list[tuple[str, ...]]:
    """Return the names of a topic's variants, those together that differ in nothing but their priors, in their order."""
    groups: list[list[str]] = []
    rivals = topic.rivals
    for name, rival in rivals.items():
        its = next((group for group in groups if _differ_in_priors_alone(rivals[group[0]], rival, until)), None)
        if its is None:
            groups.append([name])
        else:
            its.append(name)
    return [tuple(group) for group in groups]


def lenders(topic: Topic, until: date) -> dict[str, str]:
    """Return which variant's draws and paths may serve a variant that differs in its priors alone, by the name of the latter."""
    return {name: group[0] for group in groups_by_likelihood(topic, until) for name in group[1:]}


def _differ_in_priors_alone(one: Topic, other: Topic, day: date) -> bool:
    if one.links != other.links:  # priors that are others on other days; the same link is the same prior on each
        return False
    between = StateDiff(one, day, other, day)
    labels = [{name: (its.per, its.labels) for name, its in topic.parameters.items()} for topic in (one, other)]
    return not between.is_model_edited and labels[0] == labels[1]


def variant_pools(topic: Topic, until: date, settings: Settings, *, published: Mapping[str, Posterior] | None = None) -> dict[str, Pool]:
    """Return a pool for each variant, as ``anchored_pool`` makes it; variants that differ only in their priors get the same one.

    Where the draws of the first of them do not carry another's prior, or its posterior as of ``until``, its own are added.  A variant whose
    prior allows values that the first's excludes has a pool of its own.  ``published``
    are posteriors as of ``until``, where they are known.  Raises ``Unsound`` where a model as of ``until`` cannot be computed.
    """
    known, rivals = published or {}, topic.rivals
    pools: dict[str, Pool] = {}
    for group in groups_by_likelihood(topic, until):
        pool = anchored_pool(rivals[group[0]], until, settings, published=known.get(group[0]))
        together = [group[0]]
        for name in group[1:]:
            if np.isnan(pool.prior_ratio(model_as_of(rivals[name], until))).any():
                pools[name] = anchored_pool(rivals[name], until, settings, published=known.get(name))
            else:
                pool = _extend(pool, rivals[name], until, settings, published=known.get(name))
                together.append(name)
        pools |= dict.fromkeys(together, pool)
    return {name: pools[name] for name in rivals}


def _extend(pool: Pool, rival: Topic, until: date, settings: Settings, *, published: Posterior | None) -> Pool:
    """A pool with a variant's prior and posterior where they are not carried."""
    newest = model_as_of(rival, until)
    bare = with_rows(newest, {}, others=False)
    if not _is_carried(pool, bare):
        rng = generator(settings.seed, rival.name, Purpose.ANCHORS, Purpose.PRIOR)
        prior = prior_draws(newest, rng=generator(settings.seed, rival.name, Purpose.PRIOR))
        pool = extend_pool(pool, MixtureComponent(bare, prior.resample(DRAWS_PER_PART, rng), 0.0))
    if newest.rows and not _is_carried(pool, newest):
        for part in anchored_pool(rival, until, settings, published=published).parts[1:]:
            pool = extend_pool(pool, part)
    return pool


def _is_carried(pool: Pool, model: Model) -> bool:
    weights = pool.weigh(model)
    return weights.carry and weights.effective_size >= WANTED


def pool_of_mixed_prior(pool: Pool, rivals: Mapping[str, Topic], weights: Mapping[str, float], names: Sequence[str], until: date) -> Pool:
    """Return a pool of some variants that differ only in their priors as one of the first, its prior being the mixture of theirs.

    ``weights`` are prior weights; of the mixture they are relative to their sum.  Its parts are not those of the pool, so that no more
    draws can be added to it.
    """
    total = sum(weights[name] for name in names)
    logs = [np.log(weights[name] / total) + pool.prior_ratio(model_as_of(rivals[name], until)) for name in names]
    first = pool.prior_ratio(model_as_of(rivals[names[0]], until))
    return replace(pool, log_ratio=pool.log_ratio + first - np.logaddexp.reduce(logs, axis=0), parts=())
