"""Stated Monte Carlo errors are the spread over seeds, and right engines are not disputed: the studies beside this file, on few seeds or all."""

from __future__ import annotations

import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from tests.studies.false_disputes import verdicts
from tests.studies.monte_carlo_errors import COVERED, DRAWS, HIGHEST, LOWEST, SEEDS, TOPICS, Figure, Found, compared, counting, study

FEW = range(1, 25)
LEVEL = 0.001  # how often a sound tool fails a topic, over all its figures together, on either side


def test_a_share_nearer_to_0_than_any_error_has_a_bound_and_one_farther_away_a_ratio() -> None:
    """What most seeds do not see is within two errors of the truth, or not; what they see scatters as its error says, or not."""
    near = [Figure(value, 0.001) for value in (0.0, 0.0, 0.0, 0.0005, 0.003)]
    assert compared("rare: probability", near, None) == Found("rare: probability", 5, None, 0.8, 0.001, None)
    far = [Figure(value, 0.001) for value in (0.009, 0.010, 0.011)]
    assert compared("rare: probability", far, None).ratio == pytest.approx(1.0)
    assert compared("rare: mean", near, None).ratio == pytest.approx(1.303840481)


def test_a_number_without_an_error_varies_by_rounding_alone() -> None:
    """A chance that stands in a file is the same with every seed, but for how its weights are summed."""
    exact = Figure(0.1, 0.0)
    assert compared("asked: annulment", [exact, Figure(0.1 * (1 + 4e-16), 0.0)], None).holds(lowest=0.8, highest=1.25, covered=0.9)
    assert not compared("asked: annulment", [exact, Figure(0.1 + 1e-9, 0.0)], None).holds(lowest=0.8, highest=1.25, covered=0.9)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOPICS)
def test_errors_are_the_spread_over_24_seeds(name: str) -> None:
    """With a quarter of the draws and 24 seeds every ratio lies within what so few seeds leave open, on both sides, and nothing is biased.

    The spread's square has 23 degrees of freedom, that of the errors 15 from each seed; intervals cover by a binomial.
    """
    found = study(TOPICS[name](), seeds=FEW, draws=DRAWS[0])
    ratios = stats.f(len(FEW) - 1, 15 * len(FEW))
    each = LEVEL / len(found)
    limits = (float(ratios.ppf(each) ** 0.5) * LOWEST, float(ratios.isf(each) ** 0.5) * HIGHEST)
    covered = float(stats.binom(len(FEW), COVERED).ppf(each)) / len(FEW)
    assert _outside(found, limits, covered) == []


@pytest.mark.slow
@pytest.mark.study
@pytest.mark.parametrize("draws", DRAWS)
@pytest.mark.parametrize("name", TOPICS)
def test_errors_are_the_spread_over_200_seeds(name: str, draws: int) -> None:
    """With all 200 seeds every ratio lies between 0.8 and 1.25, and every interval of ranks covers in 90 % of seeds, less two errors of 200."""
    found = study(TOPICS[name](), seeds=SEEDS, draws=draws)
    assert _outside(found, (LOWEST, HIGHEST), COVERED - 2 * (COVERED * (1 - COVERED) / len(SEEDS)) ** 0.5) == []


@pytest.mark.slow
@pytest.mark.parametrize("runs", [4, pytest.param(200, marks=pytest.mark.study)])
def test_right_engines_are_not_disputed(runs: int) -> None:
    """Of four runs of both engines none is disputed, and of 200 at most two."""
    assert sum(each.verdict == "disputed" for each in verdicts(counting(), runs=runs)) <= runs // 100


def _outside(found: list[Found], limits: tuple[float, float], covered: float) -> list[Found]:
    return [each for each in found if not each.holds(lowest=limits[0], highest=limits[1], covered=covered)]
