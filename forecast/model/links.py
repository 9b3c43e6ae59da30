"""Links in a model: as of a day, what carries another topic's posterior stands as an ordinary prior, so that no engine knows of links."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from forecast.book.topic import Parameter, Topic
from forecast.language.expressions import names_in
from forecast.model.errors import Unsound, prior_problem


def bind_links(topic: Topic, as_of: date) -> Topic:
    """Return a topic whose links are the priors that carry these posteriors as of a day; itself where it has none.

    Raises ``Unsound`` where a posterior cannot be computed or carried, and where nobody has set out to compute those of other topics.
    """
    if not topic.links:
        return topic
    return replace(topic, parameters={name: _bind(topic, its, as_of) for name, its in topic.parameters.items()})


def resolve_links(topic: Topic, as_of: date) -> Topic:
    """Return a topic with what carries posteriors as of a day for good: no other day will change it.  Raises as ``bind_links`` does."""
    if not topic.links:
        return topic
    bound = bind_links(topic, as_of)
    return replace(bound, parameters={name: replace(its, links={}) for name, its in bound.parameters.items()}, sources={}, carried=None)


def without_linked(topic: Topic) -> Topic:
    """Return a topic without the parameters whose priors are links, or depend on such: what can be said of it when nothing is computed."""
    gone: set[str] = set()
    for name, its in topic.parameters.items():  # each after those its prior names
        statements = [*([its.prior] if its.prior is not None else []), *its.by_label.values()]
        named = {other for statement in statements for argument in statement.arguments.values() for other in names_in(argument)}
        if its.links or named & gone or its.per in gone:
            gone.add(name)
    return replace(topic, parameters={name: its for name, its in topic.parameters.items() if name not in gone}) if gone else topic


def _bind(topic: Topic, parameter: Parameter, as_of: date) -> Parameter:
    if not parameter.links:
        return parameter
    if topic.carried is None:
        label, link = next(iter(parameter.links.items()))
        message = f"the prior of `{parameter.name}` is `{link.text}`, and what was asked for computes no other topic"
        raise Unsound(prior_problem(topic, (parameter.name, "prior", *([label] if label else [])), message))
    carrying = {label: topic.carried.fit(link, as_of).statement for label, link in parameter.links.items()}
    by_label = {**parameter.by_label, **{label: statement for label, statement in carrying.items() if label}}
    return replace(parameter, prior=carrying.get("", parameter.prior), by_label=by_label)
