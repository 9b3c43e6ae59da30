"""Which streams can be drawn forward, and what is missing where one cannot."""

from __future__ import annotations

from forecast.book.topic import Stream
from forecast.language.expressions import names_in


def needed_columns(stream: Stream) -> tuple[str, ...]:
    """Return the stream's own columns that its statement uses."""
    used = {name for expression in stream.value.arguments.values() for name in names_in(expression)}
    return tuple(name for name in stream.own_columns if name in used)


def undeclared_columns(stream: Stream) -> tuple[str, ...]:
    """Return the columns that a stream's statement uses and of which ``next`` does not say what they will be."""
    return tuple(name for name in needed_columns(stream) if name not in stream.next)


def has_future(stream: Stream) -> bool:
    """Whether a stream can be drawn forward: it is no evidence that exists once, and uses no own column, or ``next`` says what that will be."""
    return not stream.once and not undeclared_columns(stream)
