"""Priors and posteriors of a book's topics side by side, by the fast engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forecast.actions.check import read_checked
from forecast.book.files.problems import Problem, has_errors, in_order
from forecast.elicitation.parameter_summary import Change, changes
from forecast.inference.importance.fit import leaving_out, prior_draws
from forecast.model.custom_model import refusals
from forecast.model.errors import Unsound
from forecast.model.model import model_as_of
from forecast.model.settings import Purpose, Settings, generator
from forecast.predict.analysis import condition_fast, condition_nuts


@dataclass(frozen=True, slots=True)
class Beliefs:
    """By topic, what is believed of each value before and after the record; or problems."""

    problems: tuple[Problem, ...] = ()
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)


def beliefs(root: Path, topics: Sequence[str] | None, *, as_of: date, trust: bool = False) -> Beliefs:
    """Return the priors and posteriors of some topics as of a day; a topic's own model by NUTS, where it is trusted."""
    book, problems = read_checked(root, topics)
    if has_errors(problems):
        return Beliefs(problems)
    found: dict[str, tuple[Change, ...]] = {}
    unsound: list[Problem] = []
    settings = Settings(trust=trust)
    if refused := refusals(book.topics.values(), trust=trust):
        return Beliefs(in_order((*problems, *refused)))
    for topic in book.topics.values():
        try:
            model = model_as_of(topic, as_of)
            conditioned = condition_fast if topic.own is None else condition_nuts
            prior = prior_draws(model, rng=generator(settings.seed, topic.name, Purpose.PRIOR))
            posterior = conditioned(model, settings)
            found[topic.name] = changes(leaving_out(prior, posterior.model), posterior)
        except Unsound as error:
            unsound += error.problems
    return Beliefs(in_order((*problems, *unsound)), {} if unsound else found)
