"""Where conditions hold, and in which cases they cannot be worked out, since they divide by 0 or compare what is no number.

NumPy says of 1/0 that it exceeds every number, and of every comparison with 0/0 that it does
not hold, which would count as Yes or as No without a word.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from forecast.book.topic import Topic
from forecast.language.arrays import Truth
from forecast.language.distributions.families import family_for
from forecast.language.evaluate import Scope, evaluate
from forecast.language.expressions import Binary, Call, Expression, walk
from forecast.language.ops import NUMPY
from forecast.language.three_valued import ThreeValued, with_tolerance, with_undefined
from forecast.model.used_names import expressions_used, series_and_streams_used

ALWAYS_NUMBERS = frozenset({"min", "max", "abs", "exp", "expm1", "expit", "sin", "cos"})  # functions that have a value everywhere


def may_be_undefined(topic: Topic, condition: Expression) -> bool:
    """Return whether a condition divides, takes powers or calls functions, through quantities too, so that it may meet what is no number."""
    return any(
        (isinstance(node, Binary) and node.operator in {"/", "**"}) or (isinstance(node, Call) and node.function not in ALWAYS_NUMBERS)
        for expression in expressions_used(topic, condition)
        for node in walk(expression)
    )


def undefined_cases(condition: Expression, scope: Scope, count: int) -> Truth:
    """Return in which cases neither the condition nor its opposite holds, ``(cases,)``."""
    return np.broadcast_to(np.isnan(_three_valued_truth(condition, scope)), (count, 1))[:, 0]


def holds_in(topic: Topic, condition: Expression, scope: Scope, *, rounded: bool = False) -> Any:
    """Return where a condition holds, in the shape of its values; where it cannot be worked out it does not.

    ``rounded`` says that totals may be off by rounding, which matters for those of amounts: parts of rows add up to what was recorded.
    """
    if rounded and any(not family_for(topic.streams[name].value).discrete for name in series_and_streams_used(topic, condition)[1]):
        return np.equal(_three_valued_truth(with_tolerance(condition, topic.quantities), scope), 1)
    if not may_be_undefined(topic, condition):
        return np.asarray(evaluate(condition, scope, NUMPY), dtype=bool)
    return np.equal(_three_valued_truth(condition, scope), 1)


def _three_valued_truth(condition: Expression, scope: Scope) -> Any:
    """A condition's value: 1 where it holds, 0 where not, NaN where that cannot be worked out."""
    quantities = {name: with_undefined(expression) for name, expression in scope.quantities.items()}
    with np.errstate(all="ignore"):
        return np.asarray(evaluate(with_undefined(condition), replace(scope, quantities=quantities), ThreeValued()), dtype=float)
