"""A pool that serves a topic's whole record: draws of its prior, of its newest posterior, and of a few days between.

With the prior, early days carry; with the newest posterior, late ones.  Where a
day's weights come out short, the posterior as of that day is added: an anchor.
Days on which something became known, and their eves, are the extremes, since
between them the record says only that nothing happened; so the anchors follow
from the record, and a day's numbers do not depend on which other days are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from forecast.book.calendar import ONE_DAY
from forecast.book.topic import Topic
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.importance.warm_start import KnownDraws
from forecast.inference.posterior import Posterior
from forecast.insight.record_events import news, thin_days
from forecast.insight.reweighting import TRUSTED_PARETO_K, MixtureComponent, Pool, extend_pool, part_of_posterior, pool_of, with_rows
from forecast.insight.summed_rows import sum_rows
from forecast.language.arrays import Array
from forecast.language.distributions.nested import WALKS
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator

DRAWS_PER_PART = 4_096  # of each part
SCOUTS = 1_024  # of each part, by which it is judged how much a day's weights are worth
ANCHOR_EFFECTIVE_DRAWS = 4_000.0  # effective draws that an anchor's own run must reach
WANTED = 1_500.0  # effective draws a day should have, for whose sake anchors are added
MOST_ANCHORS = 12
MOST_DAYS_JUDGED = 64  # days of news for whose sake anchors are added; of more, so many are taken evenly
MOST_OF_WALKS, SHORT = 32, 60  # where a walk of at most so many steps drifts away from its days, more are needed


def anchored_pool(
    topic: Topic,
    until: date,
    settings: Settings,
    *,
    days: Sequence[date] = (),
    since: date | None = None,
    published: Posterior | None = None,
) -> Pool:
    """Return a pool whose weights carry as of every day of the record up to ``until``, where that can be reached.

    Anchors are added for the days of news, their eves, and ``days``, until each
    is worth 1,500 draws or twelve are in (32 where the topic drifts).  Deterministic in the topic, the seed
    and, where ``days`` need anchors of their own, in them.  A day that still
    does not carry is for the caller to find by weighing it.  ``published`` is the posterior as of ``until`` where the fast engine has
    drawn it: otherwise it is drawn here.  Raises ``Unsound``
    where the model as of ``until`` cannot be computed.
    """
    newest = model_as_of(topic, until)
    draws = prior_draws(newest, rng=generator(settings.seed, topic.name, Purpose.PRIOR))
    bare = with_rows(newest, {name: [] for name in newest.tables})
    parts: list[MixtureComponent] = [
        MixtureComponent(bare, draws.resample(DRAWS_PER_PART, generator(settings.seed, topic.name, Purpose.ANCHORS, Purpose.PRIOR)), 0.0)
    ]
    if not newest.rows:
        return pool_of(parts)
    parts += _anchor_parts(newest, settings, published)
    begin = max(topic.opens, since or topic.opens)
    known = sorted({begin, *thin_days(sorted(day for day in news(topic, until) if day >= begin), MOST_DAYS_JUDGED)})
    for asked in ([*known, *(day - ONE_DAY for day in known)], days):
        parts = _with_anchors(parts, _models(topic, sorted({day for day in asked if begin <= day <= until})), settings)
    return pool_of(parts)


def pool_with_anchors(pool: Pool, topic: Topic, until: date, settings: Settings, days: Sequence[date]) -> Pool:
    """Return a pool of ``anchored_pool`` with anchors for more days: the same as that gives where they are among its ``days``."""
    models = _models(topic, sorted({day for day in days if topic.opens <= day <= until}))
    return pool_of(_with_anchors(list(pool.parts), models, settings))


def _with_anchors(parts: list[MixtureComponent], models: Sequence[Model], settings: Settings) -> list[MixtureComponent]:
    """The parts and, while some day is short, the posterior as of the worst one; judged by a few of each part's draws."""
    tried = {part.model.as_of for part in parts}
    scouts = pool_of([part.first(SCOUTS) for part in parts])
    totals = _totals(scouts, models)
    while len(parts) <= _most_anchors(models):
        short: dict[tuple[float, date], tuple[Model, KnownDraws]] = {}
        for model, total in zip(models, totals, strict=True):
            weights = scouts.weigh(model, total)
            size = weights.effective_size * DRAWS_PER_PART / SCOUTS if weights.pareto_k <= TRUSTED_PARETO_K else 0.0
            if size < WANTED and model.as_of not in tried:
                short[size, model.as_of] = model, KnownDraws(scouts.parameters, weights.log_weight)
        if not short:
            break
        worst, known = short[min(short)]
        tried.add(worst.as_of)
        for part in _anchor_parts(worst, settings, known=known):
            parts, few = [*parts, part], part.first(SCOUTS)
            more = _totals(pool_of([few]), models)
            scouts, totals = extend_pool(scouts, few), [np.concatenate(both) for both in zip(totals, more, strict=True)]
    return parts


def _totals(pool: Pool, models: Sequence[Model]) -> list[Array]:
    """The log-likelihood of the rows of each of some models, which ascend in their days, at a pool's draws, ``(draws,)`` each."""
    totals, summed = [], None
    for model in models:
        summed = sum_rows(pool, model, summed)
        totals.append(summed.total)
    return totals


def _most_anchors(models: Sequence[Model]) -> int:
    """How many anchors there may be: a topic that drifts forgets its early days, so that each may need its own."""
    parameters = models[0].topic.parameters.values() if models else ()
    steps = [len(parameter.labels) for parameter in parameters if parameter.prior is not None and parameter.prior.distribution in WALKS]
    return MOST_OF_WALKS if steps and max(steps) <= SHORT else MOST_ANCHORS


def _anchor_parts(
    model: Model, settings: Settings, published: Posterior | None = None, *, known: KnownDraws | None = None
) -> list[MixtureComponent]:
    """Draws of a day's posterior, or none where the fast engine does not vouch for them; ``published`` is used where it does.

    It starts from draws that are ``known`` to be near.
    """
    name, day = model.topic.name, model.as_of.isoformat()
    usable = published is not None and published.diagnostics.sound and published.diagnostics.log_evidence is not None
    posterior = published if usable else None
    try:
        if posterior is None:
            budget = Budget(enough=ANCHOR_EFFECTIVE_DRAWS, confirm=False)
            posterior = condition(model, rng=generator(settings.seed, name, Purpose.ANCHOR, day), budget=budget, known=known)
    except Unsound:  # nothing can be said as of that day; whoever asks for it learns why
        return []
    evidence = posterior.diagnostics.log_evidence
    if not posterior.diagnostics.converges or evidence is None:
        return []
    rng = generator(settings.seed, name, Purpose.ANCHOR, day, Purpose.RESAMPLE)
    return [replace(part_of_posterior(posterior, DRAWS_PER_PART, evidence, rng), model=model)]


def _models(topic: Topic, days: Sequence[date]) -> list[Model]:
    """The topic as of each day on which it can be computed."""
    models = []
    for day in days:
        try:
            models.append(model_as_of(topic, day))
        except Unsound:  # such a day has no history; whoever asks for it learns why
            continue
    return models
