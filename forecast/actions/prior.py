"""Priors and posteriors of a book's topics side by side, by the engine whose draws a report publishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from forecast.actions.check import read_checked_book
from forecast.book.files.problems import Problem, has_errors, sort_problems
from forecast.book.topic import BASE, Topic
from forecast.elicitation.parameter_summary import ParameterUpdate, parameter_updates
from forecast.inference.importance.prior_sampling import exclude_overflow_draws, prior_draws
from forecast.inference.posterior import Posterior
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound
from forecast.model.model import Model, model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import condition_fast, published_result, settings_for


@dataclass(frozen=True, slots=True)
class PriorPosteriorTable:
    """By topic, what is believed of each value before and after the record; or problems.

    ``distrusted`` are the topics of whose posterior no engine has sound draws.
    """

    problems: tuple[Problem, ...] = ()
    changes: Mapping[str, tuple[ParameterUpdate, ...]] = field(default_factory=dict)
    distrusted: tuple[str, ...] = ()


def prior_posterior_table(root: Path, topics: Sequence[str] | None, *, as_of: date, trust: bool = False) -> PriorPosteriorTable:
    """Return the priors and posteriors of some topics as of a day; a topic's own model by NUTS, where it is trusted."""
    book, problems = read_checked_book(root, topics)
    if has_errors(problems):
        return PriorPosteriorTable(problems)
    changes: dict[str, tuple[ParameterUpdate, ...]] = {}
    unsound: list[Problem] = []
    distrusted: list[str] = []
    settings = Settings(trust=trust)
    if refused := trust_problems(book.topics.values(), trust=trust):
        return PriorPosteriorTable(sort_problems((*problems, *refused)))
    each = {
        name if variant == BASE else f"{name}, {variant}": rival
        for name, topic in book.topics.items()
        for variant, rival in topic.rivals.items()
    }
    for name, topic in each.items():
        try:
            carried = with_carried_posteriors(topic, as_of, settings)
            model = model_as_of(carried, as_of)
            prior = prior_draws(model, rng=generator(settings.seed, topic.name, Purpose.PRIOR))
            posterior = _published_posterior(carried, model, settings)
            distrusted += [] if posterior.diagnostics.sound else [name]
            changes[name] = parameter_updates(exclude_overflow_draws(prior, posterior.model), posterior)
        except Unsound as error:
            unsound += error.problems
    return PriorPosteriorTable(sort_problems((*problems, *unsound)), {} if unsound else changes, tuple(distrusted))


def _published_posterior(topic: Topic, model: Model, settings: Settings) -> Posterior:
    """The draws that a report publishes; nothing is simulated where those of the fast engine are."""
    if settings_for(topic, settings).engine == "auto":
        posterior = condition_fast(model, settings)
        if posterior.diagnostics.sound:
            return posterior
    return published_result(topic, model.as_of, replace(settings, chances=False)).posterior
