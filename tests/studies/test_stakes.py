"""Joint stakes beat independent ones, and the default advice survives a wrong model: the study beside this file, on few worlds or all."""

from __future__ import annotations

import pytest

from forecast.markets.stakes.advice import DEFAULT_FRACTION
from forecast.markets.stakes.model_weight import MODEL_ALONE, STATED
from tests.studies.stakes import LIBRARY, TABLE, WORLDS, WrongModel, compare_joint_with_independent, simulate_fates

WRONG = (WrongModel(), WrongModel(one_direction=False))


@pytest.mark.slow
@pytest.mark.parametrize("worlds", [100, pytest.param(WORLDS, marks=pytest.mark.study)])
def test_joint_stakes_beat_independent_ones(worlds: int) -> None:
    """Under the same total limit, with the same draws: the 95 % interval of the paired difference in log growth is above 0."""
    found = compare_joint_with_independent(worlds)
    mean, low, high = found.difference
    assert 0 < low < mean < high
    assert (found.joint > found.independent).mean() > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize(("worlds", "library"), [(400, 40), pytest.param(WORLDS, LIBRARY, marks=pytest.mark.study)])
def test_a_wrong_model_does_not_lose_half(case: WrongModel, worlds: int, library: int) -> None:
    """With a model off by 0.5 log odds and a sharper market, at most 5 % of worlds lose half; the model alone does in more."""
    default = simulate_fates(case, weight=STATED, fraction=DEFAULT_FRACTION, worlds=worlds, library=library)
    alone = simulate_fates(case, weight=MODEL_ALONE, fraction=1.0, worlds=worlds, library=library)
    assert default.half <= 0.05
    assert alone.half > 0.5


def test_the_table_of_the_study_is_that_of_the_default() -> None:
    """The committed table names the default and keeps its promise: at most 5 % of worlds lose half."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if "the default" in line]
    assert len(lines) == 3
    for line in lines:
        _, _, weight, fraction, _, half, _, _ = (cell.strip() for cell in line.split("|"))
        assert (float(weight), float(fraction)) == (STATED.value, DEFAULT_FRACTION)
        assert float(half.removesuffix(" %")) <= 5
