"""Statements: one distribution with its arguments, as in ``Normal(mu=0, sigma=1)``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forecast.language.distributions.nested import NESTED_FORMS, NestedForm
from forecast.language.expressions import Expression
from forecast.language.faults import Fault
from forecast.language.parsing import character_offset, parse_python, translate_in_text


@dataclass(frozen=True, slots=True)
class Statement:
    """A distribution by its PyMC name, and an expression for each argument.

    ``offset`` is that of the distribution's name; ``offsets`` those of the arguments' names.
    Where an argument is a distribution itself, ``inner`` has its name by the argument's, and its
    own arguments stand among the others after the argument's name and a point: in
    ``Truncated(Normal(mu=0), lower=0)`` they are ``dist.mu`` and ``lower``.
    """

    distribution: str
    arguments: Mapping[str, Expression]
    text: str
    offset: int
    offsets: Mapping[str, int]
    inner: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parts: tuple[WeightedStatement, ...] = ()


@dataclass(frozen=True, slots=True)
class WeightedStatement:
    """A part of a pool: its share of the weight, and its distribution."""

    share: float
    statement: Statement


def parse_statement(text: str) -> Statement:
    """Return the statement a text makes; raise ``Fault`` where it makes none.

    Whether the distribution exists and the arguments suit it is judged by
    ``forecast.language.distributions``, not here.
    """
    node = parse_python(text)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise Fault("a statement is a distribution with named arguments", hint="as in `Normal(mu=0, sigma=1)`")
    return _statement(node, node.func.id, text)


def _statement(node: ast.Call, name: str, text: str) -> Statement:
    form = NESTED_FORMS.get(name)
    arguments: dict[str, Expression] = {}
    offsets: dict[str, int] = {}
    inner: dict[str, str] = {}
    unnamed = list(node.args)
    if form is not None and form.stands_first and unnamed:
        node = ast.Call(node.func, [], [ast.keyword(form.argument, unnamed.pop(0)), *node.keywords], lineno=1, col_offset=node.col_offset)
    if unnamed:
        raise Fault("arguments are given by name", offset=character_offset(unnamed[0]), hint=f"as in `{name}(name=value)`")
    for keyword in node.keywords:
        offset = character_offset(keyword if hasattr(keyword, "col_offset") else keyword.value)
        if keyword.arg is None:
            raise Fault("starred arguments are not part of the language", offset=offset)
        if keyword.arg in offsets:
            raise Fault(f"`{keyword.arg}` is given twice", offset=offset)
        offsets[keyword.arg] = offset
        if form is not None and keyword.arg == form.argument:
            whole = _inner_statement(keyword.value, name, form, text)
            inner[form.argument] = whole.distribution
            arguments |= {f"{form.argument}.{key}": value for key, value in whole.arguments.items()}
            offsets |= {f"{form.argument}.{key}": value for key, value in whole.offsets.items()}
        else:
            arguments[keyword.arg] = translate_in_text(text, keyword.value, depth=1)
    if form is not None and form.argument not in inner:
        what = "a distribution" if form.stands_first else f"`{form.argument}`, the distribution of its first value"
        raise Fault(f"{name} needs {what}", offset=character_offset(node), hint=f"as in `{form.example}`")
    return Statement(name, MappingProxyType(arguments), text, character_offset(node), MappingProxyType(offsets), MappingProxyType(inner))


def _inner_statement(node: ast.expr, name: str, form: NestedForm, text: str) -> Statement:
    """The distribution that is an argument of another."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise Fault(f"`{form.argument}` of {name} is a distribution", offset=character_offset(node), hint=f"as in `{form.example}`")
    if node.func.id in NESTED_FORMS:
        raise Fault(f"{node.func.id} cannot stand inside {name}", offset=character_offset(node))
    return _statement(node, node.func.id, text)
