"""Priors in words say the same over NumPy, over PyTensor and as PyMC source."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.language.distributions.families import family
from forecast.language.ops import NumpyOps
from forecast.language.source import SourceOps, SourceText, number_text
from forecast.language.tensors import TensorOps

X = 0.4  # the value of the parameter that the words name
CASES = [
    ("Normal", {"mu": "x", "p95": 3.0}),
    ("Normal", {"p5": "x", "p95": 3.0}),
    ("StudentT", {"nu": 4.0, "p5": "x", "p95": 3.0}),
    ("LogNormal", {"median": "x", "factor": 2.0}),
    ("LogNormal", {"p5": 0.1, "p95": "x"}),
    ("LogNormal", {"mean": 3.0, "sd": "x"}),
    ("LogitNormal", {"p5": 0.1, "p95": "x"}),
    ("Beta", {"mean": "x", "strength": 8.0}),
    ("Beta", {"mean": 0.3, "sd": "x"}),
    ("Weibull", {"p5": 0.1, "p95": "x"}),
    ("Gamma", {"mean": "x", "sd": 2.0}),
    ("InverseGamma", {"mean": 2.0, "sd": "x"}),
    ("HalfNormal", {"p95": "x"}),
    ("HalfStudentT", {"nu": 4.0, "p95": "x"}),
    ("Exponential", {"mean": "x"}),
    ("Uniform", {"p5": 0.0, "p95": "x"}),
    ("NegativeBinomial", {"mean": "x", "sd": 4.0}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "words"), CASES)
def test_words_about_another_parameter_are_the_same_in_every_carrier(name: str, words: dict[str, float | str]) -> None:
    """Words that name a parameter give the arguments that its number would give, as tensors and as text."""
    import pymc as pm
    import pytensor.tensor as pt

    def put(value: object) -> dict[str, object]:
        return {word: value if said == "x" else said for word, said in words.items()}

    x = pt.dscalar("x")
    numbers = family(name).from_words(put(X), NumpyOps())
    tensors = family(name).from_words(put(x), TensorOps())
    texts = family(name).from_words(put(SourceText("x")), SourceOps())
    expected = {argument: float(value) for argument, value in numbers.items()}
    for found in (tensors, {argument: eval(number_text(value), {"pm": pm, "pt": pt, "x": x}) for argument, value in texts.items()}):
        values = {argument: float((0 * x + value).eval({x: X}, mode="FAST_COMPILE")) for argument, value in found.items()}
        assert values == pytest.approx(expected, rel=1e-12)
    assert all(np.isfinite(value) for value in expected.values())
