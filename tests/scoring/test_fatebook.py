"""Fatebook's score of days, by the worked numbers of its rule (`lib/_scoring.ts`)."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.fatebook import SECONDS_PER_DAY, PersonForecasts, fatebook_relative_scores, fatebook_score


def forecasts_of(*pairs: tuple[float, float]) -> PersonForecasts:
    """Forecasts at days after the creation."""
    days, probabilities = zip(*pairs, strict=True)
    return PersonForecasts(np.array(days) * SECONDS_PER_DAY, np.array(probabilities))


@pytest.mark.parametrize(
    ("days", "pairs", "expected"),
    [
        (4, [(0, 0.9)], 0.02),
        (4, [(2.5, 0.9)], 0.01),
        (4, [(0, 0.5), (0.25, 0.9)], 0.035),
        (2.5, [(0, 0.9)], 0.02),
        (2.5, [(2.25, 0.9)], 0.004),
        (4, [(0, 0.7)], 0.18),
        (0.5, [(0.25, 0.9)], 0.02),
    ],
)
def test_from_creation_to_yes(days: float, pairs: list[tuple[float, float]], expected: float):
    """The table of conventions, and a question shorter than a day, which has its day's score."""
    assert fatebook_score(forecasts_of(*pairs), resolved=days * SECONDS_PER_DAY, outcome=1) == pytest.approx(expected, abs=1e-12)


def test_two_people():
    """Four days; .9 and .7 from the start: -.08 and .08 from the median."""
    people = [forecasts_of((0, 0.9)), forecasts_of((0, 0.7))]
    assert fatebook_relative_scores(people, resolved=4 * SECONDS_PER_DAY, outcome=1).tolist() == pytest.approx([-0.08, 0.08])


def test_who_has_no_score():
    """Somebody alone has no relative score, and nobody has one for forecasts after the resolution."""
    assert np.isnan(fatebook_relative_scores([forecasts_of((0, 0.9))], resolved=SECONDS_PER_DAY, outcome=1)).all()
    assert np.isnan(fatebook_score(forecasts_of((1, 0.9)), resolved=SECONDS_PER_DAY, outcome=1))
    late = [forecasts_of((0, 0.9)), forecasts_of((3, 0.7))]
    assert fatebook_relative_scores(late, resolved=SECONDS_PER_DAY, outcome=1).tolist() == pytest.approx([0, np.nan], nan_ok=True)


def test_what_is_refused():
    """Forecasts out of order, none at all, a share as outcome, and a question resolved before it was asked."""
    with pytest.raises(ValueError, match="order"):
        forecasts_of((2, 0.9), (1, 0.9))
    with pytest.raises(ValueError, match="one forecast or more"):
        PersonForecasts(np.empty(0), np.empty(0))
    with pytest.raises(ValueError, match="yes or 0"):
        fatebook_score(forecasts_of((0, 0.9)), resolved=SECONDS_PER_DAY, outcome=0.5)
    with pytest.raises(ValueError, match="after its creation"):
        fatebook_score(forecasts_of((0, 0.9)), resolved=0, outcome=1)
