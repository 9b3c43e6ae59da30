"""How far a parameter reaches: the streams and questions that would move if its prior did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forecast.book.topic import Topic
from forecast.language.expressions import Expression, names_in, streams_in


@dataclass(frozen=True, slots=True)
class Reach:
    """Names of the streams and questions that depend on a parameter, through other parameters, quantities, series and totals too."""

    streams: tuple[str, ...]
    questions: tuple[str, ...]


def reach_of(topic: Topic, parameter: str) -> Reach:
    """Return what depends on a parameter: first what uses it directly, then what uses that, each in the order of the topic's file."""
    uses = _uses(topic)
    depths = {parameter: 0}
    while more := {name for name, used in uses.items() if name not in depths and used & depths.keys()}:
        depths |= dict.fromkeys(more, max(depths.values()) + 1)
    streams, questions = (
        sorted((name for name in names if name in depths), key=depths.__getitem__) for names in (topic.streams, topic.questions)
    )
    return Reach(tuple(streams), tuple(questions))


def _uses(topic: Topic) -> dict[str, set[str]]:
    """What each name of a topic uses, by name: one name space holds them all."""
    uses: dict[str, set[str]] = {}
    for parameter in topic.parameters.values():
        statements = [*parameter.by_label.values(), *([] if parameter.prior is None else [parameter.prior])]
        uses[parameter.name] = _names_used(value for statement in statements for value in statement.arguments.values()) | {parameter.per}
    for quantity in topic.quantities.values():
        uses[quantity.name] = _names_used([quantity.expression])
    for series in topic.series.values():
        uses[series.name] = _names_used([] if series.later is None else [series.later])
    for regime in topic.regimes.values():
        uses[regime.name] = set(regime.parameters)
    for stream in topic.streams.values():
        uses[stream.name] = _names_used([*stream.value.arguments.values(), *stream.next.values()])
    for question in topic.questions.values():
        expressions = [question.answer, question.given, *question.choices.values()]
        uses[question.name] = _names_used(expression for expression in expressions if expression is not None)
    return uses


def _names_used(expressions: Iterable[Expression]) -> set[str]:
    return {name for expression in expressions for name in (*names_in(expression), *streams_in(expression))}
