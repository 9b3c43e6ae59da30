"""What the statements and expressions of a topic use: names, quantities, series and totals, through each other too."""

from __future__ import annotations

from collections.abc import Iterator

from forecast.book.linked_topics import all_sources
from forecast.book.topic import Topic
from forecast.language.expressions import Expression, Total, direct_names, names_in, streams_in, totals_in, transitive_names
from forecast.language.statements import Statement


def series_and_streams_used(topic: Topic, *statements: Statement | Expression) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the series and the streams (by ``total``) that statements or expressions use, through quantities too."""
    series: dict[str, None] = {}
    streams: dict[str, None] = {}
    for expression in expressions_used(topic, *statements):
        streams.update(dict.fromkeys(streams_in(expression)))
        series.update({name: None for name in names_in(expression) if name in topic.series})
    return tuple(series), tuple(streams)


def totals_used(topic: Topic, *statements: Statement | Expression) -> dict[str, Total]:
    """Return the totals that statements or expressions use, through quantities too, by their names."""
    return {name: total for expression in expressions_used(topic, *statements) for name, total in totals_in(expression).items()}


def names_used(topic: Topic, *statements: Statement | Expression) -> set[str]:
    """Return the names that statements or expressions use, also through quantities, what series are later, and what moves a regime."""
    names: set[str] = set()
    waiting = list(_expressions_in(statements))
    while waiting:
        fresh = set(names_in(waiting.pop())) - names
        names |= fresh
        names.update(name for regime in fresh & topic.regimes.keys() for name in topic.regimes[regime].parameters)
        waiting += [topic.quantities[name].expression for name in fresh & topic.quantities.keys()]
        waiting += [later for name in fresh & topic.series.keys() if (later := topic.series[name].later) is not None]
    return names


def quantities_used(topic: Topic, *statements: Statement | Expression) -> tuple[str, ...]:
    """Return the quantities that statements or expressions use, through each other too, each after those it uses."""
    return transitive_names(
        _expressions_in(statements), direct_names({name: quantity.expression for name, quantity in topic.quantities.items()})
    )


def _expressions_in(statements: tuple[Statement | Expression, ...]) -> Iterator[Expression]:
    for statement in statements:
        if isinstance(statement, Statement):
            yield from statement.arguments.values()
        else:
            yield statement


def expressions_used(topic: Topic, *statements: Statement | Expression) -> Iterator[Expression]:
    """Yield the expressions of statements, and those of the quantities they use."""
    yield from _expressions_in(statements)
    for name in quantities_used(topic, *statements):
        yield topic.quantities[name].expression


def uses_age(topic: Topic) -> bool:
    """Whether any statement, quantity or question of a topic, or of one that its links lead to, depends on the as-of day through ``age``."""
    joined = (topic, *all_sources(topic).values())
    return any("age" in names_in(expression) for one in joined for rival in one.rivals.values() for expression in rival.expressions)
