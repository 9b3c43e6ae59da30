"""Priors and posteriors of a book's topics side by side, by the fast engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.actions.check import read_checked_book
from forecast.book.files.problems import Problem, has_errors, sort_problems
from forecast.book.topic import BASE
from forecast.elicitation.parameter_summary import ParameterUpdate, parameter_updates
from forecast.inference.importance.prior_sampling import exclude_overflow_draws, prior_draws
from forecast.insight.carried_posteriors import with_carried_posteriors
from forecast.model.custom_model import trust_problems
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import condition_fast, condition_nuts


@dataclass(frozen=True, slots=True)
class PriorPosteriorTable:
    """By topic, what is believed of each value before and after the record; or problems."""

    problems: tuple[Problem, ...] = ()
    changes: Mapping[str, tuple[ParameterUpdate, ...]] = field(default_factory=dict)


def prior_posterior_table(root: Path, topics: Sequence[str] | None, *, as_of: date, trust: bool = False) -> PriorPosteriorTable:
    """Return the priors and posteriors of some topics as of a day; a topic's own model by NUTS, where it is trusted."""
    book, problems = read_checked_book(root, topics)
    if has_errors(problems):
        return PriorPosteriorTable(problems)
    changes: dict[str, tuple[ParameterUpdate, ...]] = {}
    unsound: list[Problem] = []
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
            model = model_as_of(with_carried_posteriors(topic, as_of, settings), as_of)
            conditioned = condition_fast if topic.own is None else condition_nuts
            prior = prior_draws(model, rng=generator(settings.seed, topic.name, Purpose.PRIOR))
            posterior = conditioned(model, settings)
            changes[name] = parameter_updates(exclude_overflow_draws(prior, posterior.model), posterior)
        except Unsound as error:
            unsound += error.problems
    return PriorPosteriorTable(sort_problems((*problems, *unsound)), {} if unsound else changes)
