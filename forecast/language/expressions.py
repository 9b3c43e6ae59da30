"""Expressions: the small arithmetic that topics, priors and questions are written in.

An expression is a tree of the nodes below, which ``parsing`` makes of text and
``evaluate`` walks; here is also what can be said of a tree without its values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from forecast.language.faults import Fault

FUNCTIONS: dict[str, tuple[int, int]] = {  # name: least and most arguments
    "exp": (1, 1),
    "log": (1, 1),
    "log1p": (1, 1),
    "expm1": (1, 1),
    "sqrt": (1, 1),
    "abs": (1, 1),
    "min": (2, 8),
    "max": (2, 8),
    "logit": (1, 1),
    "expit": (1, 1),
    "sin": (1, 1),
    "cos": (1, 1),
}


OPPOSITE: Mapping[str, str] = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "==": "!=",
    "!=": "==",
}  # a comparison that holds where another does not


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number."""

    value: float
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, series, column, quantity or clock, by name."""

    name: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """A quoted label: the value of a text column or of a Categorical parameter."""

    label: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x`` or ``not x``."""

    operator: str
    operand: Expression
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right`` with one of ``+ - * / **``."""

    operator: str
    left: Expression
    right: Expression
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    """``a < b <= c``: every neighbouring pair holds."""

    operators: tuple[str, ...]
    operands: tuple[Expression, ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Logic:
    """``a and b and …`` or ``a or b or …``."""

    operator: str
    operands: tuple[Expression, ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Conditional:
    """``then if test else otherwise``."""

    test: Expression
    then: Expression
    otherwise: Expression
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """``name[label]``: the value a ``per`` parameter has for one label."""

    name: str
    index: Expression
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One of the functions of the language, on its arguments."""

    function: str
    arguments: tuple[Expression, ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """``total(stream)``: the sum of a stream so far; ``total(stream, "label")``: of one of its classes."""

    stream: str
    offset: int = 0
    label: str = ""

    @property
    def name(self) -> str:
        """What the total is called among all totals."""
        return indexed_name(self.stream, self.label)


@dataclass(frozen=True, slots=True)
class First:
    """``first(condition)``: the day on which a condition first holds."""

    condition: Expression
    offset: int = 0


type Expression = Number | Name | Label | Unary | Binary | Compare | Logic | Conditional | Index | Call | Total | First


def fold_constant(expression: Expression) -> float | None:
    """Return the value of an expression without names, or None when it has some.

    Raises ``Fault`` when the value is not a finite number.
    """
    match expression:
        case Number():
            return expression.value
        case Unary(operator="-" | "+"):
            inner = fold_constant(expression.operand)
            return None if inner is None else (-inner if expression.operator == "-" else inner)
        case Binary():
            left, right = fold_constant(expression.left), fold_constant(expression.right)
            return None if left is None or right is None else _arithmetic(expression, left, right)
        case _:
            return None


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of a node, left to right."""
    match expression:
        case Unary():
            return (expression.operand,)
        case Binary():
            return (expression.left, expression.right)
        case Compare() | Logic():
            return expression.operands
        case Conditional():
            return (expression.test, expression.then, expression.otherwise)
        case Index():
            return (expression.index,)
        case Call():
            return expression.arguments
        case First():
            return (expression.condition,)
        case _:
            return ()


def map_nodes(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return an expression with every node changed, the innermost first."""
    match expression:
        case Unary():
            expression = replace(expression, operand=map_nodes(expression.operand, change))
        case Binary():
            expression = replace(expression, left=map_nodes(expression.left, change), right=map_nodes(expression.right, change))
        case Compare() | Logic():
            expression = replace(expression, operands=tuple(map_nodes(part, change) for part in expression.operands))
        case Conditional():
            test, then, otherwise = (map_nodes(part, change) for part in children(expression))
            expression = replace(expression, test=test, then=then, otherwise=otherwise)
        case Index():
            expression = replace(expression, index=map_nodes(expression.index, change))
        case Call():
            expression = replace(expression, arguments=tuple(map_nodes(part, change) for part in expression.arguments))
        case First():
            expression = replace(expression, condition=map_nodes(expression.condition, change))
        case _:
            pass
    return change(expression)


def split_expression(expression: Expression, *, height: int, name: Callable[[int], str]) -> tuple[Expression, dict[str, Expression]]:
    """Return an expression with names for what would make it higher than ``height``, and what those names stand for, in order.

    Only numbers get names: a condition that is named is a number.  ``name`` makes the names, from 0 up.
    """
    parts: dict[str, Expression] = {}
    heights: dict[int, int] = {}
    alive: list[Expression] = []  # so that no two nodes have one identity

    def change(node: Expression) -> Expression:
        high = 1 + max((heights[id(part)] for part in children(node)), default=0)
        if high > height and not is_condition(node) and not isinstance(node, First):
            part = name(len(parts))
            parts[part], node, high = node, Name(part, node.offset), 1
        alive.append(node)
        heights[id(node)] = high
        return node

    return map_nodes(expression, change), parts


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield a node and everything below it, depth first."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(children(node))


def names_in(expression: Expression) -> Mapping[str, int]:
    """Return every name an expression uses (not streams, not labels), with its first offset."""
    return _mentions(_Identity(expression)).names


def streams_in(expression: Expression) -> Mapping[str, int]:
    """Return every stream whose ``total`` an expression uses, with its first offset."""
    return _mentions(_Identity(expression)).streams


def totals_in(expression: Expression) -> Mapping[str, Total]:
    """Return every total an expression uses, by its name."""
    return _mentions(_Identity(expression)).totals


@dataclass(frozen=True, slots=True)
class _Mentions:
    """What an expression uses: names and streams with their first offsets, and totals by name."""

    names: Mapping[str, int]
    streams: Mapping[str, int]
    totals: Mapping[str, Total]


class _Identity:
    """An expression as a key: equal to itself alone, since to compare two trees takes as long as to walk one."""

    __slots__ = ("expression",)

    def __init__(self, expression: Expression) -> None:
        self.expression = expression

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.expression is other.expression

    def __hash__(self) -> int:
        return id(self.expression)


@lru_cache(maxsize=4_096)  # statements are read again at every step of every path
def _mentions(identity: _Identity) -> _Mentions:
    names: dict[str, int] = {}
    streams: dict[str, int] = {}
    totals: dict[str, Total] = {}
    for node in walk(identity.expression):
        match node:
            case Name() | Index():
                names.setdefault(node.name, node.offset)
            case Total():
                streams.setdefault(node.stream, node.offset)
                totals[node.name] = node
            case _:
                pass
    return _Mentions(MappingProxyType(names), MappingProxyType(streams), MappingProxyType(totals))


def direct_names(definitions: Mapping[str, Expression]) -> dict[str, tuple[str, ...]]:
    """Return the names of ``definitions`` that each of them uses itself."""
    return {name: tuple(used for used in names_in(expression) if used in definitions) for name, expression in definitions.items()}


def transitive_names(
    expressions: Iterable[Expression], named: Mapping[str, Collection[str]], *, among: Container[str] | None = None
) -> tuple[str, ...]:
    """Return the names that expressions use among those of ``named``, through one another too, each once and after those it uses.

    ``named`` has the names that each uses itself; ``among`` says which count, all where it is
    not given.  Without recursion, since definitions may be chained by the thousand.  There
    must be no circle.
    """
    counted = named if among is None else among
    ordered: dict[str, None] = {}
    for expression in expressions:
        waiting = [name for name in reversed(tuple(names_in(expression))) if name in counted]
        while waiting:
            name = waiting[-1]
            missing = [] if name in ordered else [other for other in named[name] if other in counted and other not in ordered]
            if missing:
                waiting += reversed(missing)
            else:
                ordered.setdefault(waiting.pop())
    return tuple(ordered)


def indexed_name(name: str, label: str) -> str:
    """Return a name with its label as statements write it, ``refuses[korea]``; the name alone where there is no label."""
    return f"{name}[{label}]" if label else name


def is_condition(expression: Expression) -> bool:
    """Whether the value is true or false rather than a number."""
    match expression:
        case Compare() | Logic() | Unary(operator="not"):
            return True
        case Conditional():
            return is_condition(expression.then) and is_condition(expression.otherwise)
        case _:
            return False


def _arithmetic(expression: Binary, left: float, right: float) -> float:
    try:
        match expression.operator:
            case "+":
                value = left + right
            case "-":
                value = left - right
            case "*":
                value = left * right
            case "/":
                value = left / right
            case _:
                value = float(left) ** float(right)
    except ZeroDivisionError:
        raise Fault("division by zero", offset=expression.offset) from None
    except OverflowError:
        value = math.inf
    if isinstance(value, complex) or not math.isfinite(value):
        raise Fault("this is not a finite number", offset=expression.offset)
    return value
