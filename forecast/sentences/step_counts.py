"""Streams whose simulated steps do not add up: their counts are out of so many in each step, however short it is."""

from __future__ import annotations

from forecast.language.expressions import Expression, Name, walk
from forecast.language.faults import Fault
from forecast.language.parsing import parse_expression
from forecast.language.statements import parse_statement
from forecast.schema.topic import StreamContent

STEP_LENGTHS = frozenset(("days", "months", "years"))  # of a step: what is given by them adds up


def counts_of_each_step(stream: StreamContent) -> dict[str, str]:
    """Return the columns that ``next`` gives to each simulated step alike, whatever its length, and that the statement uses; by name with their texts."""
    try:
        used = {name for argument in parse_statement(stream["statement"]).arguments.values() for name in _names(argument)}
        return {name: text for name, text in stream["next"].items() if name in used and not _names(parse_expression(text)) & STEP_LENGTHS}
    except Fault:
        return {}


def _names(expression: Expression) -> set[str]:
    return {node.name for node in walk(expression) if isinstance(node, Name)}
