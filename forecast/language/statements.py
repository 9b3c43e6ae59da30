"""Statements: one distribution with its arguments, as in ``Normal(mu=0, sigma=1)``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forecast.language.expressions import Expression
from forecast.language.faults import Fault
from forecast.language.parsing import character_offset, python_tree, tree_of


@dataclass(frozen=True, slots=True)
class Statement:
    """A distribution by its PyMC name, and an expression for each argument.

    ``offset`` is that of the distribution's name; ``offsets`` those of the arguments' names.
    """

    distribution: str
    arguments: Mapping[str, Expression]
    text: str
    offset: int
    offsets: Mapping[str, int]


def parse_statement(text: str) -> Statement:
    """Return the statement a text makes; raise ``Fault`` where it makes none.

    Whether the distribution exists and the arguments suit it is judged by
    ``forecast.language.distributions``, not here.
    """
    node = python_tree(text)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise Fault("a statement is a distribution with named arguments", hint="as in `Normal(mu=0, sigma=1)`")
    at = character_offset(node, text)
    if node.args:
        raise Fault(
            "arguments are given by name",
            offset=character_offset(node.args[0], text),
            hint=f"as in `{node.func.id}(name=value)`",
        )
    arguments: dict[str, Expression] = {}
    offsets: dict[str, int] = {}
    for keyword in node.keywords:
        offset = character_offset(keyword, text)
        if keyword.arg is None:
            raise Fault("starred arguments are not part of the language", offset=offset)
        if keyword.arg in arguments:
            raise Fault(f"`{keyword.arg}` is given twice", offset=offset)
        arguments[keyword.arg] = tree_of(keyword.value, text, depth=1)
        offsets[keyword.arg] = offset
    return Statement(node.func.id, MappingProxyType(arguments), text, at, MappingProxyType(offsets))
