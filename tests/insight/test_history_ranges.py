"""The 90 % ranges of a history, against closed forms, and the days that have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.insight.estimands import measures_of
from forecast.insight.history import history
from forecast.insight.history_ranges import MOST_RANGED_STEPS, range_days, ranges_as_of
from forecast.insight.replay import ReplayPoint
from forecast.insight.replay_pool import anchored_pool
from forecast.model.clock import DAYS_PER_MONTH
from forecast.model.settings import Settings
from tests.insight.test_history import YEAR_END, sightings

pytestmark = pytest.mark.medium

LAST = date(2025, 4, 30)
SEEDS = 8


@pytest.mark.parametrize("day", [date(2025, 2, 14), LAST])
def test_the_ranges_of_a_day_are_the_closed_form(day: date) -> None:
    """Of Gamma-Poisson counts: a chance rises with the rate, so its points are those at the rate's; a number's are negative binomial."""
    from scipy import stats

    topic = sightings()
    measures = measures_of(topic)
    closed = [None] * len(measures)
    found = []
    for seed in range(SEEDS):
        settings = replace(Settings(), seed=seed)
        ranges = ranges_as_of(anchored_pool(topic, LAST, settings), day, measures, closed, settings)
        assert ranges is not None
        found.append(ranges)
    seen = 2 if day == LAST else 0
    shape, exposure = 2 + seen, 4 + ((day - date(2024, 12, 31)).days) / DAYS_PER_MONTH
    left = (YEAR_END - day).days / DAYS_PER_MONTH
    rates = stats.gamma(shape, scale=1 / exposure).ppf([0.05, 0.95])
    for at, threshold in ((0, 6), (2, None)):
        ends = np.mean([ranges[at] for ranges in found], axis=0)
        if threshold is None:
            wanted = seen + stats.nbinom(shape, exposure / (exposure + left)).ppf([0.05, 0.95])
            assert ends == pytest.approx(wanted, abs=0.6)
        else:
            wanted = stats.poisson(rates * left).sf(threshold - 1 - seen)
            assert ends == pytest.approx(wanted, abs=0.03)
    assert all(ranges[3] is None for ranges in found)  # of the parameters alone: its chance is 0 or 1


def test_a_settled_measure_has_no_range() -> None:
    """What the record has decided is not simulated; the same day gives the same ranges again."""
    topic = sightings()
    measures, pool = measures_of(topic), anchored_pool(topic, LAST, Settings())
    closed = [None, date(2025, 2, 17), None, None]
    first = ranges_as_of(pool, LAST, measures, closed, Settings())
    assert first is not None
    assert (first[0] is None, first[1], first[2] is None) == (False, None, False)
    assert first == ranges_as_of(pool, LAST, measures, closed, Settings())


def test_both_ends_of_the_largest_steps_have_ranges() -> None:
    """The day of news that moved an open measure most, and the day before in the history; not those of settled ones; few days in all."""
    topic = sightings()
    days = [date(2025, 1, 31), date(2025, 2, 14), date(2025, 2, 16), date(2025, 2, 17), date(2025, 3, 31), LAST]
    replayed = history(topic, days, Settings())
    found = range_days(replayed.points, replayed.settled)
    assert {date(2025, 2, 16), date(2025, 2, 17)} <= set(found)
    assert found[0] == replayed.points[0].day
    points = [ReplayPoint(date(2025, 1, 1 + at), np.array([float(at == 9), 0.1 * at]), np.zeros(2), np.ones(2)) for at in range(20)]
    assert {date(2025, 1, 9), date(2025, 1, 10)} <= set(range_days(points, (None, None)))
    assert date(2025, 1, 10) not in range_days(points, (date(2025, 1, 10), None))
    many = [ReplayPoint(date(2025, 1, 1 + at), np.eye(20)[at], np.zeros(20), np.ones(20)) for at in range(20)]
    assert len(range_days(many, (None,) * 20)) <= 2 * MOST_RANGED_STEPS + 3
    assert range_days((), (None,)) == ()
    assert range_days(points, (date(2025, 1, 10),) * 2) == ()
