"""Good Judgment Open's score, in part as it is recalled: no real record has confirmed it yet."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.good_judgment import good_judgment_score

pytestmark = pytest.mark.medium


def test_the_forecast_at_each_days_end_counts():
    """Four days; .6 in the middle of day 2, .9 at the end of day 3: days of .6, .9 and .9, the first left out."""
    score = good_judgment_score(day_ends=[1, 2, 3, 4], times=[1.2, 1.5, 3.0], probabilities=[[0.9, 0.1], [0.4, 0.6], [0.1, 0.9]], outcome=1)
    assert score == pytest.approx((0.32 + 0.02 + 0.02) / 3)


def test_ordered_answers():
    """They are scored by the mean over cut points."""
    arguments = {"day_ends": [1, 2], "times": [0], "probabilities": [[0.15, 0.45, 0.25, 0.15]], "outcome": 2}
    assert good_judgment_score(**arguments) == pytest.approx(0.81)
    assert good_judgment_score(**arguments, is_ordinal=True) == pytest.approx(0.27)


def test_who_has_no_score():
    """Nobody has one whose first forecast is made after the last day's end; days and forecasts out of order are refused."""
    assert np.isnan(good_judgment_score(day_ends=[1, 2], times=[3], probabilities=[[0.5, 0.5]], outcome=0))
    with pytest.raises(ValueError, match="order"):
        good_judgment_score(day_ends=[2, 1], times=[0], probabilities=[[0.5, 0.5]], outcome=0)
