"""Streams with stationary, independent increments: what their days bring adds up to what the statement says of all of these days together.

A Poisson whose mean is in proportion to the length of an interval is such a stream, and so is a NegativeBinomial
whose mean and shape both are: over intervals one after another their values add up to one of the same family for all of them (Sato 1999,
Lévy processes and infinitely divisible distributions).  Then any number of steps may be drawn as one.
"""

from __future__ import annotations

from collections.abc import Mapping

from forecast.book.topic import Stream, Topic
from forecast.language.distributions.families import family_for
from forecast.language.expressions import Binary, Conditional, Expression, Name, names_in
from forecast.model.forward_streams import needed_columns
from forecast.model.model import calendars
from forecast.model.used_names import names_used, series_and_streams_used

LENGTHS = frozenset({"days", "months", "years"})  # clocks that are the length of an interval


def has_stationary_increments(topic: Topic, stream: Stream) -> bool:
    """Return whether what a stream brings in an interval depends on nothing but its length, and adds up from interval to interval.

    False where the form of its statement does not say so.
    """
    kind, arguments = family_for(stream.value), stream.value.arguments
    growing = {"mu", *kind.gamma_shapes}
    return (
        kind.event_process == "rate"
        and not stream.classes
        and not stream.value.inner
        and kind.domains.keys() >= arguments.keys()
        and all(_is_fixed(topic, stream, stream.next[column]) for column in needed_columns(stream) if column in stream.next)
        and all((_is_in_proportion if name in growing else _is_fixed)(topic, stream, its) for name, its in arguments.items())
    )


def _is_in_proportion(topic: Topic, stream: Stream, expression: Expression) -> bool:
    """Whether a value is a multiple of an interval's length that no interval changes."""
    known: dict[str, bool] = {}
    waiting = [name for name in names_in(expression) if name in topic.quantities]
    while waiting:  # a chain of quantities may be longer than calls can be nested
        inner = topic.quantities[waiting[-1]].expression
        unknown = [name for name in names_in(inner) if name in topic.quantities and name not in known]
        if unknown:
            waiting += unknown
        else:
            known[waiting.pop()] = _is_multiple(topic, stream, inner, known)
    return _is_multiple(topic, stream, expression, known)


def _is_multiple(topic: Topic, stream: Stream, expression: Expression, known: Mapping[str, bool]) -> bool:
    """The same, where it is ``known`` of the quantities in it."""
    match expression:
        case Name(name=name):
            return known.get(name, name in LENGTHS)
        case Binary(operator="*", left=left, right=right):
            pairs = ((left, right), (right, left))
            return any(_is_multiple(topic, stream, one, known) and _is_fixed(topic, stream, other) for one, other in pairs)
        case Binary(operator="/", left=left, right=right):
            return _is_multiple(topic, stream, left, known) and _is_fixed(topic, stream, right)
        case Binary(operator="+" | "-", left=left, right=right):
            return all(_is_multiple(topic, stream, part, known) for part in (left, right))
        case Conditional(test=test, then=then, otherwise=otherwise):
            return _is_fixed(topic, stream, test) and all(_is_multiple(topic, stream, part, known) for part in (then, otherwise))
        case _:
            return False


def _is_fixed(topic: Topic, stream: Stream, expression: Expression) -> bool:
    """Whether a value is the same in all intervals: it uses parameters, and what the stream's own columns will be."""
    if any(series_and_streams_used(topic, expression)):
        return False
    steps = calendars(topic)
    return all(
        name in stream.own_columns or (name in topic.parameters and topic.parameters[name].per not in steps)
        for name in names_used(topic, expression) - topic.quantities.keys()
    )
