"""Arithmetic of importance weights."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.weights import effective_size, log_sum, normalize_weights


def test_sums_survive_the_exponential_range() -> None:
    """Sums and effective sizes are right where exponentials alone would over- or underflow."""
    assert log_sum(np.array([-2000.0, -2000.0])) == pytest.approx(-2000 + np.log(2))
    assert log_sum(np.full(3, -np.inf)) == -np.inf
    assert effective_size(np.array([2000.0, 2000.0, -np.inf])) == pytest.approx(2)
    assert normalize_weights(np.array([2000.0, 2000.0 + np.log(3)])).tolist() == pytest.approx([0.25, 0.75])
