"""Hindcasts of settled questions, against closed forms: what was known on each day, and what the prior alone says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.book.topic import Topic
from forecast.insight.hindcasts import Hindcasts, hindcasts
from forecast.model.clock import DAYS_PER_MONTH
from forecast.model.settings import Settings
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

END = date(2025, 5, 31)
PLAIN = Settings()


def sightings(**questions: dict) -> Topic:
    """Gamma-Poisson, watched: quiet but for two on 15 February, known on the 17th; recorded to the end of May."""
    asked = {
        "two": {"answer": "total(seen) >= 2", "by": date(2025, 12, 31)},
        "nine": {"answer": "total(seen) >= 9", "by": date(2025, 4, 30)},
        "six": {"answer": "total(seen) >= 6", "by": date(2025, 12, 31)},
        "count": {"answer": "total(seen)", "by": date(2025, 4, 30)},
    }
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={
            "seen": [
                {"from": OPENS, "to": date(2025, 2, 14), "value": 0},
                {"on": date(2025, 2, 15), "value": 2, "known": date(2025, 2, 17)},
                {"from": date(2025, 2, 16), "to": END, "value": 0},
            ]
        },
        questions=questions or asked,
    )


def chance_of_two(day: date) -> float:
    """The chance of two by the end of the year as of a day before they were known, in closed form."""
    from scipy import stats

    recorded = [OPENS + timedelta(days=n) for n in range((day - OPENS).days + 1)]
    recorded = [each for each in recorded if each != date(2025, 2, 15)]
    return sightings_to_come(2, 4 + len(recorded) / DAYS_PER_MONTH, (date(2025, 12, 31) - recorded[-1]).days, stats)


def sightings_to_come(at_least: int, exposure: float, days: int, stats) -> float:
    """The chance of so many in so many days, of a rate that is Gamma(2, exposure)."""
    return stats.nbinom(2, exposure / (exposure + days / DAYS_PER_MONTH)).sf(at_least - 1)


@pytest.fixture(scope="module")
def made() -> Hindcasts:
    """The hindcasts of all sightings."""
    return hindcasts(sightings(), END, PLAIN, every="week")


def test_questions_that_the_record_settles_are_hindcast_until_they_were_settled(made: Hindcasts):
    """Yes on the day it was known, no on its own date; what is open is left out, and a number is named."""
    ended = {its.settled.question.name: (its.settled.outcome, its.settled.opens, its.settled.settled) for its in made.hindcasts}
    assert ended == {"two": (1, OPENS, date(2025, 2, 17)), "nine": (0, OPENS, date(2025, 4, 30))}
    assert [its.settled.is_due(END) for its in made.hindcasts] == [False, True]
    assert (made.others, made.left_out) == (("count",), ())
    two, nine = ([point.day for point in its.points] for its in made.hindcasts)
    assert (two[0], two[-1], nine[-1]) == (OPENS, date(2025, 2, 12), date(2025, 4, 29))
    assert date(2025, 2, 17) in nine  # a day of news


def test_no_day_sees_what_became_known_after_it(made: Hindcasts):
    """Each day's probability is the closed form of what was known on it, within four of its errors."""
    points = made.hindcasts[0].points
    off = [(point.probability - chance_of_two(point.day)) / point.error for point in points]
    assert len(points) == 7
    assert np.abs(off).max() < 4


def test_the_prior_has_learnt_nothing(made: Hindcasts):
    """It is that of the prior as of the day the question opened, in closed form, and does not know that this day was quiet."""
    from scipy import stats

    for its, (least, by) in zip(made.hindcasts, [(2, date(2025, 12, 31)), (9, date(2025, 4, 30))], strict=True):
        exact = sightings_to_come(least, 4, (by - OPENS).days, stats)
        assert (its.prior.day, its.prior.probability) == (OPENS, pytest.approx(exact, abs=4 * its.prior.error))
        assert its.prior.error < 0.005


def test_a_question_opens_when_it_begins_to_count():
    """Its prior is that of this day: in March nobody had been seen since the first of it, whatever was seen before."""
    from scipy import stats

    since = date(2025, 3, 1)
    asked = {"one": {"answer": "total(seen) >= 1", "since": since, "by": date(2025, 4, 30)}}
    (its,) = hindcasts(sightings(**asked), END, PLAIN, every="month").hindcasts
    assert (its.settled.opens, its.settled.outcome, its.points[0].day) == (since, 0, since)
    assert its.prior.probability == pytest.approx(sightings_to_come(1, 4, (date(2025, 4, 30) - since).days, stats), abs=4 * its.prior.error)


def test_what_is_void_or_was_known_from_the_start_is_not_hindcast():
    """A question whose condition failed is left out; one that was settled on the day it opened is named, since it could not be forecast."""
    late = {"answer": "total(seen) >= 1", "given": "total(seen) >= 5", "by": date(2025, 4, 30)}
    known = {"answer": "total(seen) >= 0", "by": date(2025, 4, 30)}
    made = hindcasts(sightings(late=late, known=known), END, PLAIN)
    assert (made.hindcasts, made.others) == ((), ("known",))


def test_a_topic_that_asks_nothing_or_records_nothing_has_none():
    """Nothing is computed for it."""
    assert hindcasts(replace(sightings(), questions={}), END, PLAIN) == Hindcasts()
    assert hindcasts(make_topic(priors={"rate": "Gamma(alpha=2, beta=4)"}, questions={"busy": "rate > 1"}), END, PLAIN) == Hindcasts()
