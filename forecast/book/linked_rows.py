"""Which streams' rows say something of a parameter: only through these can a row that another topic has, too, count twice for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forecast.book.topic import Parameter, Stream, Topic
from forecast.language.expressions import Compare, Conditional, Expression, Logic, Name, Number, children


def bears_on(topic: Topic, stream: Stream, parameters: Collection[str]) -> bool:
    """Return whether what a stream's rows arise from depends on parameters, also through quantities, series and the priors of others.

    What stands behind ``… if age >= 0 else``, or before ``if age < 0``, is of the future alone.
    """
    return bool(_names_behind(topic, (*stream.value.arguments.values(), *stream.entering)) & set(parameters))


def _names_behind(topic: Topic, expressions: Collection[Expression]) -> set[str]:
    names: set[str] = set()
    waiting = list(expressions)
    while waiting:
        fresh = set(_names_of_past(waiting.pop())) - names
        names |= fresh
        for name in fresh:
            if name in topic.quantities:
                waiting.append(topic.quantities[name].expression)
            if name in topic.series and (later := topic.series[name].later) is not None:
                waiting.append(later)
            if name in topic.parameters:
                waiting += _prior_expressions(topic.parameters[name])
    return names


def _prior_expressions(parameter: Parameter) -> Iterator[Expression]:
    statements = [*([parameter.prior] if parameter.prior is not None else []), *parameter.by_label.values()]
    return (argument for statement in statements for argument in statement.arguments.values())


def _is_of_future(test: Expression) -> bool:
    """Whether a condition can hold of the future alone."""
    match test:
        case Compare(operators=("<",), operands=(Name(name="age"), Number(value=0))):
            return True
        case Logic(operator="and"):
            return any(_is_of_future(part) for part in test.operands)
        case _:
            return False


def _names_of_past(expression: Expression) -> Iterator[str]:
    match expression:
        case Name():
            yield expression.name
        case Conditional(test=Compare(operators=(">",) | (">=",), operands=(Name(name="age"), Number(value=0)))):
            yield from _names_of_past(expression.then)
        case Conditional() if _is_of_future(expression.test):
            yield from _names_of_past(expression.otherwise)
        case _:
            if (name := getattr(expression, "name", None)) is not None:
                yield name
            for part in children(expression):
                yield from _names_of_past(part)
