"""One walk over an expression, whatever its values are: arrays, tensors or source text.

The algebra of a topic exists once, in its file.  ``evaluate`` walks it with
Python's own arithmetic and, for what operators cannot say on every kind of
value, with an ``Ops`` of ``forecast.language.ops``.

Shapes over NumPy: a parameter is ``(draws, 1)``, one with labels ``(draws,
labels)``, a column of rows ``(1, rows)``; results broadcast.  Over PyTensor the
draws' axis is missing.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from forecast.language.expressions import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expression,
    First,
    Index,
    Label,
    Logic,
    Name,
    Number,
    Total,
    Unary,
    is_condition,
    walk,
)
from forecast.language.faults import Fault, did_you_mean
from forecast.language.ops import NumpyOps, Ops

_EMPTY: Mapping[str, Any] = MappingProxyType({})
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of an expression stand for.

    ``values`` holds parameters, series, columns and clocks; ``totals`` the
    streams' sums; ``quantities`` named sub-expressions, walked where they are
    used.  ``labels`` gives the labels of each label set, ``coded`` the label set
    of each name whose value is a label's number, ``per`` that of each name with
    one value for each label.
    """

    values: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    totals: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    quantities: Mapping[str, Expression] = field(default_factory=lambda: _EMPTY)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _EMPTY)
    coded: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    per: Mapping[str, str] = field(default_factory=lambda: _EMPTY)

    def plus(self, **changes: Mapping[str, Any]) -> Scope:
        """Return the scope with some of its mappings extended."""
        merged = {name: {**getattr(self, name), **more} for name, more in changes.items()}
        return replace(self, **merged)


def evaluate(expression: Expression, scope: Scope, ops: Ops) -> Any:
    """Return the value of an expression: an array, a tensor or text, as the scope's values are.

    Raises ``Fault`` for a name that the scope does not know.
    """
    match expression:
        case Number():
            return ops.number(expression.value)
        case Name():
            return _name(expression, scope, ops)
        case Total():
            return _look_up(scope.totals, expression.name, expression.offset)
        case Unary(operator="not"):
            return ops.logical_not(evaluate(expression.operand, scope, ops))
        case Unary():
            operand = _number(expression.operand, scope, ops)
            return -operand if expression.operator == "-" else operand
        case Binary():
            left, right = _number(expression.left, scope, ops), _number(expression.right, scope, ops)
            return _ARITHMETIC[expression.operator](left, right)
        case Compare():
            return _compare(expression, scope, ops)
        case Logic():
            join = ops.logical_and if expression.operator == "and" else ops.logical_or
            return reduce(join, [evaluate(part, scope, ops) for part in expression.operands])
        case Conditional():
            test = evaluate(expression.test, scope, ops)
            return ops.where(test, _number(expression.then, scope, ops), _number(expression.otherwise, scope, ops))
        case Index():
            return _index(expression, scope, ops)
        case Call():
            return _call(expression, scope, ops)
        case Label():
            raise Fault(
                f'the label "{expression.label}" stands alone', offset=expression.offset, hint="compare it with ==, or index with it"
            )
        case First():
            raise Fault("`first` can only be the whole of an answer", offset=expression.offset)


def label_code(expression: Expression, label_set: str, scope: Scope) -> int | None:
    """Return the number of the label an expression spells, or None when it spells none."""
    match expression:
        case Label():
            text = expression.label
        case Name() if expression.name not in scope.values and expression.name not in scope.quantities:
            text = expression.name
        case _:
            return None
    labels = scope.labels[label_set]
    if text not in labels:
        raise Fault(f'no label "{text}" in `{label_set}`', offset=expression.offset, hint=did_you_mean(text, labels))
    return labels.index(text)


def _name(expression: Name, scope: Scope, ops: Ops) -> Any:
    if expression.name in scope.quantities:
        return _number(scope.quantities[expression.name], scope, ops)
    return _look_up(scope.values, expression.name, expression.offset)


def _look_up(values: Mapping[str, Any], name: str, offset: int) -> Any:
    if name not in values:
        raise Fault(f"unknown name `{name}`", offset=offset, hint=did_you_mean(name, values))
    return values[name]


def _number(expression: Expression, scope: Scope, ops: Ops) -> Any:
    """The value as a number: a condition counts 1 where it holds and 0 where not."""
    value = evaluate(expression, scope, ops)
    return ops.where(value, ops.number(1.0), ops.number(0.0)) if is_condition(expression) else value


def _compare(expression: Compare, scope: Scope, ops: Ops) -> Any:
    pairs = zip(expression.operators, expression.operands[:-1], expression.operands[1:], strict=True)
    return reduce(ops.logical_and, [_compare_pair(symbol, left, right, scope, ops) for symbol, left, right in pairs])


def _compare_pair(symbol: str, left: Expression, right: Expression, scope: Scope, ops: Ops) -> Any:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Name) and one.name in scope.coded:
            code = label_code(other, scope.coded[one.name], scope)
            if code is not None:
                return ops.compare(symbol, evaluate(one, scope, ops), ops.number(code))
    return ops.compare(symbol, _number(left, scope, ops), _number(right, scope, ops))


def _index(expression: Index, scope: Scope, ops: Ops) -> Any:
    values = _look_up(scope.values, expression.name, expression.offset)
    code = label_code(expression.index, scope.per[expression.name], scope)
    return ops.take(values, evaluate(expression.index, scope, ops) if code is None else code)


def _call(expression: Call, scope: Scope, ops: Ops) -> Any:
    arguments = [_number(part, scope, ops) for part in expression.arguments]
    match expression.function:
        case "min":
            return reduce(ops.minimum, arguments)
        case "max":
            return reduce(ops.maximum, arguments)
        case function:
            return getattr(ops, function)(*arguments)


def number_of(expression: Expression) -> float | None:
    """Return the number an expression without names is; None where it has some.

    Raises ``Fault`` where it is not a finite number.
    """
    if any(isinstance(node, Name | Index | Label | Total | First) for node in walk(expression)):
        return None
    with np.errstate(all="ignore"):
        value = float(evaluate(expression, Scope(), NumpyOps()))
    if not math.isfinite(value):
        raise Fault("this is not a finite number", offset=expression.offset)
    return value
