"""What an analysis must agree with that has a closed form: its evidence, a posterior mean, and a prediction."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.predict.analysis import Analysis


def check_exact_answers(made: Analysis, exact: tuple[float, float, float], engine: str) -> None:
    """The questions `stays`, a mean, and `many`, a probability, are within four Monte Carlo errors; so is the fast engine's log evidence, within 0.02."""
    log_evidence, mean, chance = exact
    assert made.result.posterior.diagnostics.converges
    stays: Any = made.result.answers["stays"].value
    many: Any = made.result.answers["many"].value
    error = stays.mean_error if engine == "importance" else stays.sd / float(made.result.posterior.diagnostics.ess_bulk or 0) ** 0.5
    assert 1e-5 < error < 0.02
    assert abs(stays.mean - mean) <= 4 * error
    assert 1e-4 < many.error < 0.03
    assert abs(many.value - chance) <= 4 * many.error
    if engine == "importance":
        assert made.result.posterior.diagnostics.log_evidence == pytest.approx(log_evidence, abs=0.02)
