"""The row that mattered most to the score of a forecast, against closed forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from forecast.book.topic import Topic
from forecast.insight.influential_row import RowInfluences, row_that_mattered_most
from forecast.insight.leave_one_out import MOST_ROWS_ONE_BY_ONE
from forecast.model.settings import Settings
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

SEEN = [3.0, 0.0, 9.0, 2.0, 1.0, 4.0]
LAST = OPENS + timedelta(days=5)
AHEAD = 15
PLAIN = Settings()


def sightings(seen: list[float] = SEEN) -> Topic:
    """Counts at one rate on days in turn, and what fifteen more days bring."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": seen},
        questions={
            "many": {"answer": "total(seen) >= 60", "by": LAST + timedelta(days=AHEAD)},
            "when": {"answer": "first(total(seen) >= 60)", "by": LAST + timedelta(days=AHEAD)},
            "count": {"answer": "total(seen)", "by": LAST + timedelta(days=AHEAD)},
            "busy": "rate > 3",
        },
    )


def chance(seen: list[float], learnt: list[float]) -> float:
    """The chance of 60 in all, of which some have been ``seen``, where the rate was ``learnt`` from some of these: a negative binomial."""
    from scipy import stats

    shape, exposure = 2 + sum(learnt), 1 + len(learnt)
    return stats.nbinom(shape, exposure / (exposure + AHEAD)).sf(60 - sum(seen) - 1)


@pytest.mark.parametrize("outcome", [0, 1])
def test_the_row_is_that_of_the_closed_form(outcome: int):
    """Of six rows it is the one without which the Brier score changes most, by as much as the closed form says within four errors."""
    topic = sightings()
    whole = chance(SEEN, SEEN)
    changes = []
    for row in range(len(SEEN)):
        without = chance(SEEN, SEEN[:row] + SEEN[row + 1 :])
        changes.append(((without - outcome) ** 2 - (whole - outcome) ** 2, row, without))
    exact, row, without = max(changes, key=lambda change: abs(change[0]))
    found = row_that_mattered_most(topic, topic.questions["many"], LAST, PLAIN, outcome=outcome)
    assert (found.rows, found.notes) == (6, ())
    assert found.most is not None
    assert (found.most.stream, found.most.row.start) == ("seen", OPENS + timedelta(days=row))
    assert found.most.probability == pytest.approx(whole, abs=0.02)
    assert found.most.without - found.most.probability == pytest.approx(without - whole, abs=4 * max(found.most.error, 0.002))
    assert found.most.brier == pytest.approx(exact, abs=0.02)
    assert (found.most.bits > 0) == (found.most.brier > 0) == (outcome == 1)


def test_a_row_that_became_known_later_is_not_among_them():
    """As of the second day there are two rows, and neither is the great one of the third."""
    topic = sightings()
    found = row_that_mattered_most(topic, topic.questions["many"], OPENS + timedelta(days=1), PLAIN, outcome=1)
    assert found.rows == 2
    assert found.most is not None
    assert found.most.row.start <= OPENS + timedelta(days=1)


def test_a_question_for_a_date_is_whether_it_happens_by_then():
    """It has the row of the question for the same event."""
    topic = sightings()
    rows = [row_that_mattered_most(topic, topic.questions[name], LAST, PLAIN, outcome=1).most for name in ("many", "when")]
    assert rows[0] is not None
    assert rows[1] is not None
    assert (rows[0].row, rows[0].probability) == (rows[1].row, pytest.approx(rows[1].probability, abs=0.02))


def test_there_may_be_no_such_row():
    """Where nothing was recorded, where there are too many rows to leave each out, and where no row moves anything."""
    none = sightings([])
    assert row_that_mattered_most(none, none.questions["many"], LAST, PLAIN, outcome=1) == RowInfluences(None, 0)
    long = sightings([1.0] * (MOST_ROWS_ONE_BY_ONE + 1))
    day = OPENS + timedelta(days=MOST_ROWS_ONE_BY_ONE)
    asked = replace(long.questions["many"], by=day + timedelta(days=3))
    found = row_that_mattered_most(long, asked, day, PLAIN, outcome=1)
    assert found == RowInfluences(None, 0, (f"{MOST_ROWS_ONE_BY_ONE + 1} rows are not left out one by one",))
    sure = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": "Poisson(mu=rate)", "coin": "Bernoulli(p=0.5)"},
        rows={"seen": [3.0, 4.0]},
        questions={"heads": {"answer": "total(coin) >= 2", "by": date(2025, 1, 5)}},
    )
    assert row_that_mattered_most(sure, sure.questions["heads"], OPENS + timedelta(days=1), PLAIN, outcome=1) == RowInfluences(None, 2)


@pytest.mark.parametrize(("name", "outcome"), [("count", 1), ("many", 2)])
def test_a_question_without_yes_or_no_is_refused(name: str, outcome: int):
    """A number has no such score, and an outcome is 0 or 1."""
    topic = sightings()
    with pytest.raises(ValueError, match="has no yes or no"):
        row_that_mattered_most(topic, topic.questions[name], LAST, PLAIN, outcome=outcome)
