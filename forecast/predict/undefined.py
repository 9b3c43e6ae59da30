"""In which cases a condition compares what is no number, such as 0/0: it then neither holds nor fails.

NumPy says of every comparison with such a value that it does not hold, which would count
as No without a word.  What another part of the condition has decided stays decided:
``total(u) > 0 and hits / total(u) > 0.5`` is defined where nothing was seen.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from forecast.asking import truth_of
from forecast.book.topic import Topic
from forecast.language.evaluate import Scope, evaluate, with_quantities
from forecast.language.expressions import Binary, Call, Compare, Conditional, Expression, Index, Logic, Name, Unary, walk
from forecast.model.model import NUMPY, expressions_used

ALWAYS_NUMBERS = frozenset({"min", "max", "abs", "exp", "expm1", "expit"})  # functions that have a value everywhere

type Truth = NDArray[np.bool_]


def may_be_undefined(topic: Topic, condition: Expression) -> bool:
    """Return whether a condition divides, takes powers or calls functions, through quantities too, so that it may meet what is no number."""
    return any(
        (isinstance(node, Binary) and node.operator in {"/", "**"}) or (isinstance(node, Call) and node.function not in ALWAYS_NUMBERS)
        for expression in expressions_used(topic, condition)
        for node in walk(expression)
    )


def undefined_in(condition: Expression, scope: Scope, count: int) -> Truth:
    """Return in which cases neither the condition nor its opposite holds, ``(cases,)``."""
    with np.errstate(all="ignore"):
        return _fates(condition, with_quantities(scope, (condition,), NUMPY), count)[1]


def _fates(condition: Expression, scope: Scope, count: int) -> tuple[Truth, Truth]:
    """Whether a condition holds, and whether it is undefined, in each case."""
    match condition:
        case Logic():
            fates = [_fates(part, scope, count) for part in condition.operands]
            unknown: Truth = reduce(np.logical_or, [undefined for _, undefined in fates])
            if condition.operator == "and":
                decided = reduce(np.logical_or, [~holds & ~undefined for holds, undefined in fates])
                return reduce(np.logical_and, [holds for holds, _ in fates]), unknown & ~decided
            holds = reduce(np.logical_or, [holds for holds, _ in fates])
            return holds, unknown & ~holds
        case Unary(operator="not"):
            holds, undefined = _fates(condition.operand, scope, count)
            return ~holds & ~undefined, undefined
        case Conditional():
            test, unknown = _fates(condition.test, scope, count)
            then, otherwise = (_fates(part, scope, count) for part in (condition.then, condition.otherwise))
            return np.where(test, then[0], otherwise[0]), unknown | np.where(test, then[1], otherwise[1])
        case Compare() if len(condition.operators) > 1:
            pairs = zip(condition.operators, condition.operands[:-1], condition.operands[1:], strict=True)
            return _fates(Logic("and", tuple(Compare((operator,), (left, right)) for operator, left, right in pairs)), scope, count)
        case Compare():
            holds = truth_of(evaluate(condition, scope, NUMPY), count)
            missing = [_is_missing(operand, scope, count) for operand in condition.operands]
            return holds, reduce(np.logical_or, missing)
        case _:
            return truth_of(evaluate(condition, scope, NUMPY), count), np.zeros(count, dtype=bool)


def _is_missing(value: Expression, scope: Scope, count: int) -> Truth:
    """Whether a value that is compared is no number, in each case; labels and what cannot be worked out apart are."""
    if not any(isinstance(node, Binary | Call | Name | Index) for node in walk(value)) or _is_label(value, scope):
        return np.zeros(count, dtype=bool)
    return truth_of(np.isnan(np.asarray(evaluate(value, scope, NUMPY), dtype=float)), count)


def _is_label(value: Expression, scope: Scope) -> bool:
    """Whether a value is a label, or a name that is coded as one."""
    return isinstance(value, Name) and (value.name in scope.coded or value.name not in scope.values)
