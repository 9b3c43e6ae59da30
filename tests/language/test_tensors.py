"""The tensor walk gives what the NumPy walk gives."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.language.evaluate import Scope, evaluate
from forecast.language.ops import NumpyOps
from forecast.language.parsing import parse_expression
from forecast.language.tensors import TensorOps

EXPRESSIONS = [
    "a * x + rate[group] ** 2 / (1 + b)",
    "exp(-a) + log(b) + log1p(b) + expm1(a) + sqrt(b) + abs(-a)",
    "min(a, b, x) + max(a, x)",
    "logit(expit(a))",
    "sin(a * x) + cos(b - x)",
    "a if x > 1 and not b < 0 or x == 3 else -b",
    "(x >= 1) + (a != b) + (0 < x <= 2)",
    'rate["two"] - rate[one] * (group == "two")',
    "rate[cause] * (cause == two) + 2 * 3",
]


@pytest.mark.slow
@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("code", [0, 1])
def test_tensors_and_arrays_agree(text, code):
    """Every function and operator of the language has the same value over PyTensor and over NumPy, to the last digits."""
    import pytensor
    import pytensor.tensor as pt

    a, b, rate = 0.7, 1.9, np.array([0.4, 2.5])
    x, group = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0, 1, 1, 0])
    shared = {
        "labels": {"group": ("one", "two"), "cause": ("one", "two")},
        "coded": {"group": "group", "cause": "cause"},
        "per": {"rate": "group"},
    }
    arrays = Scope(
        values={
            "a": np.array([[a]]),
            "b": np.array([[b]]),
            "rate": rate[None],
            "x": x[None],
            "group": group[None],
            "cause": np.array([[code]]),
        },
        **shared,
    )
    expected = np.broadcast_to(evaluate(parse_expression(text), arrays, NumpyOps()), (1, 4))[0]
    va, vb, vrate = pt.dscalar(), pt.dscalar(), pt.dvector()
    tensors = Scope(values={"a": va, "b": vb, "rate": vrate, "x": x, "group": group, "cause": np.array([[code]])}, **shared)
    value = evaluate(parse_expression(text), tensors, TensorOps())
    found = pytensor.function([va, vb, vrate], value, mode="FAST_COMPILE", on_unused_input="ignore")(a, b, rate)
    np.testing.assert_allclose(np.broadcast_to(found, (1, 4))[0], expected, rtol=1e-12)
