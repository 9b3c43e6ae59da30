"""The pseudospherical score: worked numbers, and by a forecast on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.scoring.pseudospherical import pseudospherical_score
from tests.support.invented_records import collection, said, score_of, scored


def test_worked_numbers():
    """Certainty scores 1 or 0, even chances 2^(-2/3), and 80 % 0.64 / 0.52^(2/3)."""
    scores = pseudospherical_score(probabilities=[[0.0, 1.0], [1.0, 0.0], [0.5, 0.5], [0.2, 0.8]], outcome=[1, 1, 1, 1])
    assert scores.tolist() == pytest.approx([1, 0, 2 ** (-2 / 3), 0.64 / 0.52 ** (2 / 3)])


def test_a_forecast_on_record_has_it(tmp_path: Path):
    """80 % for what happened scores 0.64 / 0.52^(2/3)."""
    score, _ = score_of(scored(collection(tmp_path, [said("ann", 0.8)])), "pseudospherical")
    assert score == pytest.approx(0.64 / 0.52 ** (2 / 3))
