"""Functions as text over NumPy, which the futures of an exported program are computed by."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from scipy import special

from forecast.language.numpy_source import NumpySourceOps
from forecast.language.ops import NUMPY, Ops
from forecast.language.source import SourceText

X, Y, HOLDS, FAILS = np.array([0.2, 0.7]), np.array([0.6, 0.7]), np.array([True, False]), np.array([False, False])
ARGUMENTS = {
    "compare": ("==", "X", "Y"),
    "where": ("HOLDS", "X", "Y"),
    "logical_and": ("HOLDS", "FAILS"),
    "logical_or": ("HOLDS", "FAILS"),
    "logical_not": ("HOLDS",),
    "minimum": ("X", "Y"),
    "maximum": ("X", "Y"),
}
ELSEWHERE = {"number", "take", "stack"}  # what they make of labels has its own test, with whole programs


@pytest.mark.parametrize("function", sorted({name for name in vars(Ops) if not name.startswith("_")} - ELSEWHERE))
def test_every_function_is_text_that_numpy_computes_to_the_same_value(function):
    """None is left to PyTensor, of which a simulated future has no variables."""
    names = ARGUMENTS.get(function, ("X",))
    scope = {"np": np, "special": special, "X": X, "Y": Y, "HOLDS": HOLDS, "FAILS": FAILS}
    text = getattr(NumpySourceOps(), function)(*(SourceText(name) if name.isupper() else name for name in names))
    value = eval(text.text, dict(scope))
    np.testing.assert_allclose(value, getattr(NUMPY, function)(*(scope.get(name, name) for name in names)), rtol=1e-12)
    assert len(inspect.signature(getattr(NumpySourceOps, function)).parameters) == len(names) + 1
