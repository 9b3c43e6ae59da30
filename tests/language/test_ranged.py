"""Values that remember where an operation left the range of floats."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.language.evaluate import Scope, evaluate
from forecast.language.parsing import parse_expression
from forecast.language.ranged import RangedOps, as_ranged

BEYOND = {
    "exp(x)": 800.0,
    "exp(-x)": 800.0,
    "expm1(x)": 800.0,
    "1 / exp(-x)": 800.0,
    "exp(x) / (1 + exp(x))": 800.0,
    "exp(x) - exp(x)": 800.0,
    "x * x * x": 1e120,
    "x ** 4": 1e120,
    "1 / (1 / x / x / x)": 1e120,
    "log(exp(-x))": 800.0,
    "1 - expit(x)": 40.0,
    "log(1 - expit(x))": 40.0,
    "2 * x": 1e308,
    "max(exp(x), 3)": 800.0,
    "0 if x > 900 else exp(x)": 800.0,
    "sqrt(exp(x))": 800.0,
}
WITHIN = {
    "1 / x": 0.0,
    "x / x": 0.0,
    "0 * x": 3.0,
    "log(x)": 0.0,
    "log(-1 - x)": 1.0,
    "sqrt(-x)": 1.0,
    "logit(x)": 1.0,
    "x - 1": 1.0,
    "exp(-x) + 1": 800.0,
    "min(exp(x), 3)": 800.0,
    "exp(x) if x > 900 else 1": 800.0,
    "(-1 - x) ** 0.5": 1.0,
}


def _beyond(text: str, x: float) -> bool:
    scope = Scope(values={"x": as_ranged(np.array([[x]]))})
    with np.errstate(all="ignore"):
        return bool(np.all(evaluate(parse_expression(text), scope, RangedOps()).beyond))


@pytest.mark.parametrize("text", BEYOND)
def test_a_value_that_an_overflow_or_an_underflow_has_made_says_so(text: str) -> None:
    """Infinite, 0 or no number, since an operation on proper numbers left the range of floats."""
    assert _beyond(text, BEYOND[text])


@pytest.mark.parametrize("text", WITHIN)
def test_a_value_that_every_computer_would_give_does_not(text: str) -> None:
    """Divisions by 0, roots and logarithms of what has none, and whatever came to be a proper number again."""
    assert not _beyond(text, WITHIN[text])


def test_each_label_of_a_parameter_is_marked_by_itself() -> None:
    """An infinite value of one label does not mark another's."""
    scope = Scope(
        values={"x": as_ranged(np.array([[1.0, 800.0]])), "who": np.array([[1, 0, 1]])},
        labels={"who": ("a", "b")},
        coded={"who": "who"},
        per={"x": "who"},
    )
    with np.errstate(all="ignore"):
        found = evaluate(parse_expression("exp(x[who])"), scope, RangedOps())
    assert found.beyond.tolist() == [[True, False, True]]
