"""What carries the posteriors that links name, as of any day: the published ones as of today, and replays of earlier days.

A replay weighs one pool of draws of the other topic, as a history does, and conditions afresh where its weights do not carry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from forecast.book.comparable import evidence_obstacle
from forecast.book.files.problems import Problem
from forecast.book.hashes import numbers_hash
from forecast.book.linked_topics import all_sources, linked_names, with_carried, with_questions
from forecast.book.links import LinkFit, PosteriorLink
from forecast.book.topic import Topic
from forecast.inference.importance.engine import Budget
from forecast.inference.importance.fit import condition
from forecast.insight.mixed_estimates import stacked_sums
from forecast.insight.published import published_answers
from forecast.insight.replay_pool import ANCHOR_EFFECTIVE_DRAWS, anchored_pool
from forecast.insight.reweighting import Pool
from forecast.insight.stacking import past_performance
from forecast.language.arrays import Array
from forecast.model.custom_model import refuse_custom_model
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.model.used_names import uses_age
from forecast.predict.carried_draws import carry, fit_draws, linked_draws


@dataclass(frozen=True, slots=True)
class _ReplayedDraws:
    """Weighted draws of a value as of a day, ``(draws,)`` each, their effective number, and the log evidence of the rows."""

    values: Array
    weights: Array
    size: float
    log_evidence: float | None


@dataclass(frozen=True, slots=True)
class ReplayedPosteriors:
    """The posteriors of topics, by name, as of ``as_of`` and earlier days, for most of which ``since`` is the first.

    ``known`` has what carries them, or why nothing does, by address and day, ``states`` likewise by address and what the topic knew, and
    ``pools`` the draws that serve earlier days, by topic and variant; all only grow, and what they hold follows from the topics and settings.
    """

    topics: Mapping[str, Topic]
    since: date
    as_of: date
    settings: Settings
    known: dict[tuple[str, date], LinkFit | Unsound] = field(default_factory=dict, repr=False)
    states: dict[tuple[str, str], LinkFit] = field(default_factory=dict, repr=False)
    pools: dict[tuple[str, str], Pool] = field(default_factory=dict, repr=False)

    def fit(self, link: PosteriorLink, day: date) -> LinkFit:
        """Return what carries the posterior that a link names as of a day.  Raises ``Unsound``, at the link."""
        key = link.address, day
        if key not in self.known:
            try:
                self.known[key] = self._published_fit(link, day) if day >= self.as_of else self._replayed_fit(link, day)
            except Unsound as unsound:
                self.known[key] = unsound
        found = self.known[key]
        if isinstance(found, Unsound):
            raise _at(link, found)
        return found

    def _topic(self, link: PosteriorLink) -> Topic:
        """The topic that a link names, of whose questions only that counts which the link names."""
        return with_carried(with_questions(self.topics[link.topic], {link.name}), self)

    def _published_fit(self, link: PosteriorLink, day: date) -> LinkFit:
        topic = self._topic(link)
        published = published_answers(topic, day, replace(self.settings, chances=False))
        weights = None if published.weights is None else {name: published.weights.weight(name) for name in published.results}
        return carry(link, topic, {name: result.posterior for name, result in published.results.items()}, weights)

    def _replayed_fit(self, link: PosteriorLink, day: date) -> LinkFit:
        topic = self._topic(link)
        state = self._state(link, topic, day)
        if state == self._state(link, topic, self.as_of):
            return self.fit(link, self.as_of)
        if state not in self.states:
            self.states[state] = self._replay(link, topic, day)
        return self.states[state]

    def _state(self, link: PosteriorLink, topic: Topic, day: date) -> tuple[str, str]:
        """The link with all that determines the posterior as of a day."""
        return link.address, f"{numbers_hash(topic, as_of=day)} {day if uses_age(topic) else ''}"

    def _replay(self, link: PosteriorLink, topic: Topic, day: date) -> LinkFit:
        drawn = {name: self._replayed_draws(link, name, rival, day) for name, rival in topic.rivals.items()}
        shares = dict(topic.prior_weights)
        logs = [its.log_evidence for its in drawn.values()]
        if topic.combine == "stacking":
            shares = stacked_sums(past_performance(topic, day, self.settings).by_replicate) or shares
        elif len(drawn) > 1 and topic.combine == "evidence" and not evidence_obstacle(topic) and None not in logs:
            largest = max(log for log in logs if log is not None)
            shares = {name: shares[name] * math.exp((its.log_evidence or 0.0) - largest) for name, its in drawn.items()}
        total = math.fsum(shares.values())
        values = np.concatenate([its.values for its in drawn.values()])
        weights = np.concatenate([shares[name] / total * its.weights for name, its in drawn.items()])
        size = 1 / math.fsum((shares[name] / total) ** 2 / its.size for name, its in drawn.items())
        return fit_draws(link, topic, values, weights, size=size, sound=True)

    def _replayed_draws(self, link: PosteriorLink, variant: str, topic: Topic, day: date) -> _ReplayedDraws:
        model = model_as_of(topic, day)
        refuse_custom_model(model, "its posterior is not replayed")
        key = link.topic, variant
        if key not in self.pools:
            self.pools[key] = anchored_pool(topic, self.as_of, self.settings, since=self.since)
        pool = self.pools[key]
        weights = pool.weigh(model)
        if not weights.carry:
            return self._conditioned_draws(link, model)
        evidence = pool.log_evidence(model) if len(pool.parts) > 1 else 0.0
        return _ReplayedDraws(linked_draws(link, model, pool.parameters), weights.relative, weights.effective_size, evidence)

    def _conditioned_draws(self, link: PosteriorLink, model: Model) -> _ReplayedDraws:
        rng = generator(self.settings.seed, link.topic, Purpose.ANCHOR, model.as_of.isoformat())
        posterior = condition(model, rng=rng, budget=Budget(enough=ANCHOR_EFFECTIVE_DRAWS, confirm=False))
        diagnostics = posterior.diagnostics
        if not diagnostics.converges:
            message = f"the posterior of `{link.topic}` as of {model.as_of} is not known: {diagnostics.reason}"
            raise Unsound(Problem(link.place, message))
        values = linked_draws(link, model, posterior.parameters)
        return _ReplayedDraws(values, posterior.weights, diagnostics.effective_size, diagnostics.log_evidence)


def with_carried_posteriors(topic: Topic, as_of: date, settings: Settings, known: Mapping[str, LinkFit] | None = None) -> Topic:
    """Return a topic whose links can be followed as of a day and earlier ones; itself where it has none.

    Nothing is computed before it is asked for.  ``known`` has what carries posteriors as of that day already, by address.
    """
    if not linked_names(topic):
        return topic
    return with_carried(
        topic,
        ReplayedPosteriors(
            all_sources(topic), topic.opens, as_of, settings, {(address, as_of): its for address, its in (known or {}).items()}
        ),
    )


def _at(link: PosteriorLink, unsound: Unsound) -> Unsound:
    """Why a posterior is not to be had, at the place of the link that needs it."""
    if all(problem.place == link.place for problem in unsound.problems):
        return unsound
    reason = unsound.problems[0].message
    return Unsound(Problem(link.place, f"`{link.topic}`, whose posterior this is, cannot be computed: {reason}"))
