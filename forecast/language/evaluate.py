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
from collections.abc import Callable, Collection, Mapping
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
    direct_names,
    is_condition,
    names_in,
    transitive_names,
    walk,
)
from forecast.language.faults import Fault, did_you_mean
from forecast.language.ops import NUMPY, Ops

_EMPTY: Mapping[str, Any] = MappingProxyType({})
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names of an expression stand for.

    ``values`` holds parameters, series, columns and clocks; ``totals`` the
    streams' sums; ``quantities`` named sub-expressions, each worked out once in an
    evaluation; ``named`` holds the quantities that each names, where that is known
    beforehand.  ``labels`` gives the labels of each label set, ``coded`` the label set
    of each name whose value is a label's number, ``per`` that of each name with
    one value for each label.
    """

    values: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    totals: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    quantities: Mapping[str, Expression] = field(default_factory=lambda: _EMPTY)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _EMPTY)
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
    return _value(expression, with_quantities(scope, (expression,), ops), ops)


def evaluate_all(expressions: Mapping[str, Expression], scope: Scope, ops: Ops) -> dict[str, Any]:
    """Return the values of several expressions by their names; what quantities they share is worked out once.  Raises as ``evaluate`` does."""
    scope = with_quantities(scope, expressions.values(), ops)
    return {name: _value(expression, scope, ops) for name, expression in expressions.items()}


def with_quantities(
    scope: Scope, expressions: Collection[Expression], ops: Ops, *, look: Callable[[str, Any], None] | None = None
) -> Scope:
    """Return a scope in which the quantities that expressions name are values, each worked out once.

    Quantities that only other quantities use are let go after the last of these, so that
    a chain of a thousand holds no more than a few values at a time.  ``look`` sees the name
    and the value of each, and may raise.
    """
    if not scope.quantities:
        return scope
    named = scope.named or direct_names(scope.quantities)
    order = transitive_names(expressions, named, among=scope.quantities)
    if not order:
        return scope
    last = {used: name for name in order for used in named[name]}
    kept = {name for expression in expressions for name in names_in(expression)}
    values = dict(scope.values)
    inner = replace(scope, values=values)
    for name in order:
        values[name] = _number(scope.quantities[name], inner, ops)
        if look is not None:
            look(name, values[name])
        for used in named[name]:
            if last[used] == name and used not in kept:
                values.pop(used, None)
    return replace(scope, values=values, quantities={name: quantity for name, quantity in scope.quantities.items() if name not in values})


def _value(expression: Expression, scope: Scope, ops: Ops) -> Any:
    """The value of an expression in a scope whose quantities are values."""
    match expression:
        case Number():
            return ops.number(expression.value)
        case Name() | Total() | Index():
            return _look_up(expression, scope, ops)
        case Unary() | Binary():
            return _compute(expression, scope, ops)
        case Compare():
            return _compare(expression, scope, ops)
        case Logic():
            join = ops.logical_and if expression.operator == "and" else ops.logical_or
            return reduce(join, [_value(part, scope, ops) for part in expression.operands])
        case Conditional():
            test = _value(expression.test, scope, ops)
            return ops.where(test, _number(expression.then, scope, ops), _number(expression.otherwise, scope, ops))
        case Call():
            return _call(expression, scope, ops)
        case Label() | First():
            raise _misplacement(expression)


def _misplacement(expression: Label | First) -> Fault:
    """What is wrong with a node that has no value where it stands."""
    if isinstance(expression, First):
        return Fault("`first` can only be the whole of an answer", offset=expression.offset)
    return Fault(f'the label "{expression.label}" stands alone', offset=expression.offset, hint="compare it with ==, or index with it")


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


def _look_up(expression: Name | Total | Index, scope: Scope, ops: Ops) -> Any:
    """What a scope has under the name of a value, a total, or a value of several with the number or label of one of them."""
    if isinstance(expression, Total):
        return _look_up_name(scope.totals, expression.name, expression.offset)
    values = _look_up_name(scope.values, expression.name, expression.offset)
    if isinstance(expression, Name):
        return values
    code = label_code(expression.index, scope.per[expression.name], scope)
    return ops.take(values, _value(expression.index, scope, ops) if code is None else code)


def _look_up_name(values: Mapping[str, Any], name: str, offset: int) -> Any:
    if name not in values:
        raise Fault(f"unknown name `{name}`", offset=offset, hint=did_you_mean(name, values))
    return values[name]


def _number(expression: Expression, scope: Scope, ops: Ops) -> Any:
    """The value as a number: a condition counts 1 where it holds and 0 where not."""
    value = _value(expression, scope, ops)
    return ops.where(value, ops.number(1.0), ops.number(0.0)) if is_condition(expression) else value


def _compute(expression: Unary | Binary, scope: Scope, ops: Ops) -> Any:
    """What an operator other than a comparison gives."""
    if isinstance(expression, Binary):
        left, right = _number(expression.left, scope, ops), _number(expression.right, scope, ops)
        return _ARITHMETIC[expression.operator](left, right)
    if expression.operator == "not":
        return ops.logical_not(_value(expression.operand, scope, ops))
    operand = _number(expression.operand, scope, ops)
    return -operand if expression.operator == "-" else operand


def _compare(expression: Compare, scope: Scope, ops: Ops) -> Any:
    comparisons = []
    for symbol, left, right in zip(expression.operators, expression.operands[:-1], expression.operands[1:], strict=True):
        labelled = _label_comparison(left, right, scope)
        if labelled is None:
            comparisons.append(ops.compare(symbol, _number(left, scope, ops), _number(right, scope, ops)))
        else:
            comparisons.append(ops.compare(symbol, _value(labelled[0], scope, ops), ops.number(labelled[1])))
    return reduce(ops.logical_and, comparisons)


def _label_comparison(left: Expression, right: Expression, scope: Scope) -> tuple[Name, int] | None:
    """The name whose value is a label and the number of the label it is compared with; None where numbers are compared."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Name) and one.name in scope.coded:
            code = label_code(other, scope.coded[one.name], scope)
            if code is not None:
                return one, code
    return None


def _call(expression: Call, scope: Scope, ops: Ops) -> Any:
    arguments = [_number(part, scope, ops) for part in expression.arguments]
    match expression.function:
        case "min":
            return reduce(ops.minimum, arguments)
        case "max":
            return reduce(ops.maximum, arguments)
        case function:
            return getattr(ops, function)(*arguments)


def evaluate_constant(expression: Expression) -> float | None:
    """Return the number an expression without names is; None where it has some.

    Raises ``Fault`` where it is not a finite number.
    """
    if any(isinstance(node, Name | Index | Label | Total | First) for node in walk(expression)):
        return None
    with np.errstate(all="ignore"):
        value = float(evaluate(expression, Scope(), NUMPY))
    if not math.isfinite(value):
        raise Fault("this is not a finite number", offset=expression.offset)
    return value
