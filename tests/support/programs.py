"""Exported PyMC programs, run as they are."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import numpy as np

from forecast.inference.pymc.model import pymc_model
from forecast.inference.pymc.program import pymc_source
from forecast.model.model import Model


def printed_by(program: str) -> dict[str, tuple[float, ...]]:
    """The table that a program prints: for each parameter its mean and standard deviation, for each hypothesis its share."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the program is run for its table
        exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    return {line[:40].strip(): tuple(float(cell) for cell in line[40:].split()) for line in printed.getvalue().splitlines()[1:]}


def check_program_density(model: Model) -> None:
    """Assert that the log density of the exported program changes from point to point as that of PyMC's model here does."""
    program: dict[str, Any] = {}
    exec(pymc_source(model), program)
    ours = pymc_model(model)
    point = ours.initial_point()
    assert {*program["model"].initial_point()} == {*point}
    rng = np.random.default_rng(8)
    points = [{name: value + rng.normal(0, 0.3, np.shape(value)) for name, value in point.items()} for _ in range(3)]
    densities = [[float(density(each)) for each in points] for density in (program["model"].compile_logp(), ours.compile_logp())]
    np.testing.assert_allclose(*np.diff(densities, axis=1), rtol=1e-9, atol=1e-9)
