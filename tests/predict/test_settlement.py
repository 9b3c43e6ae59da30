"""Whether the record settles a question, on the eve of each kind of date, on the day and on the day after; and with rows across it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

BY = date(2025, 6, 30)
EVE, AFTER = BY - timedelta(days=1), BY + timedelta(days=1)
OPENS = date(2025, 1, 1)


def status(question, rows, as_of, *, statement="Poisson(mu=rate * months)", watched=False):
    """The status of one question, with its sentence's value, by the fast engine."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": {"value": statement, "watched": watched}},
        rows={"seen": rows},
        questions={"asked": question},
    )
    settings = Settings(draws=2_048, chances=False)
    return analyse(topic, as_of, settings, referee=False).result.answers["asked"].status


QUESTIONS = {
    "probability": ({"answer": "total(seen) >= 4", "by": BY}, "can no longer happen"),
    "below": ({"answer": "total(seen) < 4", "by": BY}, "happened"),
    "distribution": ({"answer": "total(seen)", "by": BY}, "settled"),
    "date": ({"answer": "first(total(seen) >= 4)", "by": BY}, "can no longer happen"),
    "shares": ({"choices": {"few": "total(seen) < 4", "many": "total(seen) >= 4"}, "by": BY}, "settled"),
    "since": ({"answer": "total(seen) >= 4", "since": date(2025, 2, 1), "by": BY}, "can no longer happen"),
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_is_open_until_the_record_has_its_last_day(kind):
    """Recorded up to the eve it is open for one more day; recorded through its day, or beyond, it is settled."""
    question, settled = QUESTIONS[kind]
    row = {"from": date(2025, 3, 1), "value": 3}
    found = [status(question, [row | {"to": end}], AFTER) for end in (EVE, BY)]
    assert found == ["open", settled]
    later = [row | {"to": BY}, {"on": AFTER, "value": 0}]
    assert status(question, later, AFTER) == settled


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_watched_question_is_settled_on_its_day(kind):
    """Quiet time reaches the as-of day: on the eve one day is missing, on the day none."""
    question, settled = QUESTIONS[kind]
    rows = [
        {"from": date(2025, 3, 1), "to": date(2025, 3, 31), "value": 3},
        {"from": date(2025, 4, 1), "to": date(2025, 12, 31), "value": 0},
    ]
    found = [status(question, rows, day, watched=True) for day in (EVE, BY, AFTER)]
    assert found == ["open", settled, settled]


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_row_across_the_last_day_leaves_a_question_open(kind):
    """A row that ends the day after may have all of its events then, or before; one that ends on the day has them in time."""
    question, settled = QUESTIONS[kind]
    row = {"from": date(2025, 3, 1), "value": 4}
    reached = {"can no longer happen": "happened", "happened": "can no longer happen"}.get(settled, settled)
    found = [status(question, [row | {"to": end}], date(2025, 8, 1)) for end in (BY, AFTER)]
    assert found == [reached, "open"]


@pytest.mark.parametrize(
    ("start", "expected"), [(date(2025, 1, 31), "open"), (date(2025, 2, 1), "happened"), (date(2025, 2, 2), "happened")]
)
def test_a_row_across_the_first_day_that_counts_leaves_a_question_open(start, expected):
    """A row that begins on the eve of `since` may lie before it; one that begins on the day counts."""
    question = {"answer": "total(seen) >= 1", "since": date(2025, 2, 1), "by": BY}
    assert status(question, [{"from": start, "to": date(2025, 3, 1), "value": 1}], AFTER) == expected


@pytest.mark.parametrize(("end", "expected"), [(date(2025, 1, 31), "can no longer happen"), (date(2025, 2, 1), "open")])
def test_a_row_that_ends_on_the_eve_of_the_first_day_that_counts_does_not(end, expected):
    """What ended before `since` is left out; what reaches its day may count."""
    question = {"answer": "total(seen) >= 1", "since": date(2025, 2, 1), "by": BY}
    rows = [{"from": date(2025, 1, 5), "to": end, "value": 1}, {"from": end + timedelta(days=1), "to": BY, "value": 0}]
    assert status(question, rows, AFTER) == expected


ACROSS = [{"from": OPENS, "to": date(2025, 5, 31), "value": 3}, {"from": date(2025, 6, 1), "to": date(2025, 7, 31), "value": 2}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("total(seen) >= 3", "happened"),
        ("total(seen) >= 4", "open"),
        ("total(seen) >= 6", "can no longer happen"),
        ("total(seen) == 4", "open"),
        ("total(seen) == 2", "can no longer happen"),
        ("total(seen) != 6", "happened"),
        ("total(seen) < 6", "happened"),
        ("total(seen) < 4", "open"),
        ("first(total(seen) >= 3)", "happened"),
        ("first(total(seen) >= 5)", "open"),
        ("first(total(seen) >= 6)", "can no longer happen"),
        ("total(seen)", "open"),
    ],
)
def test_only_what_every_allocation_settles_is_settled(text, expected):
    """With three in time for sure and two that may be, what holds at 3, 4 and 5 is settled."""
    assert status({"answer": text, "by": BY}, ACROSS, date(2025, 9, 1)) == expected


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"few": "total(seen) < 3", "some": "total(seen) >= 3 and total(seen) < 9"}, "settled"),
        ({"few": "total(seen) < 4", "some": "total(seen) >= 4 and total(seen) < 9"}, "open"),
    ],
)
def test_choices_are_settled_where_every_allocation_takes_the_same(choices, expected):
    """Which choice it is can be settled although the number is not."""
    assert status({"choices": choices, "by": BY}, ACROSS, date(2025, 9, 1)) == expected


def test_amounts_that_may_be_negative_settle_nothing_across_a_day():
    """The part of a sum in time may be anything where parts can be negative."""
    rows = [{"from": OPENS, "to": date(2025, 7, 31), "value": 2.0}]
    assert status({"answer": "total(seen) > -100", "by": BY}, rows, date(2025, 9, 1), statement="Normal(mu=rate, sigma=1)") == "open"


def test_a_quiet_row_across_the_last_day_settles_it():
    """A row without events has none on either side."""
    rows = [{"from": OPENS, "to": date(2025, 7, 31), "value": 0}]
    assert status({"answer": "total(seen) >= 1", "by": BY}, rows, date(2025, 9, 1)) == "can no longer happen"


def test_a_range_across_the_last_day_may_have_none_in_time():
    """Of at least two events none need be in time."""
    rows = [{"from": OPENS, "to": date(2025, 7, 31), "low": 2, "high": 5}]
    found = {
        text: status({"answer": text, "by": BY}, rows, date(2025, 9, 1))
        for text in ("total(seen) >= 1", "total(seen) >= 6", "total(seen) >= 0")
    }
    assert found == {"total(seen) >= 1": "open", "total(seen) >= 6": "can no longer happen", "total(seen) >= 0": "happened"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("total(seen) <= 3", "can no longer happen"),
        ("total(seen) < 3", "can no longer happen"),
        ("5 - total(seen) >= 2", "can no longer happen"),
        ("total(seen) == 0", "can no longer happen"),
        ("total(seen) == 4", "open"),
        ("total(seen) == 5", "open"),
        ("0 < total(seen) <= 3", "can no longer happen"),
        ("3 < total(seen) <= 5", "open"),
        ("total(seen) <= 3 and rate > 0", "can no longer happen"),
        ("total(seen) <= 3 or total(seen) >= 9", "open"),
        ("total(seen) <= 3 or total(seen) == 1", "can no longer happen"),
        ("not total(seen) >= 4", "can no longer happen"),
        ("total(seen) <= 4", "open"),
        ("total(seen) >= 5", "open"),
        ("first(total(seen) >= 5)", "open"),
    ],
)
def test_a_condition_that_has_failed_for_good_is_settled_before_its_day(text, expected):
    """Four are recorded, and more may come before the date: what holds of fewer alone can no longer happen."""
    row = {"from": date(2025, 2, 1), "to": date(2025, 3, 31), "value": 4}
    assert status({"answer": text, "by": BY}, [row], date(2025, 4, 15)) == expected


def test_what_has_failed_before_more_is_known_stays_open_where_rows_leave_it_open():
    """A range that reaches from within the condition to beyond it settles nothing."""
    rows = [{"from": date(2025, 2, 1), "to": date(2025, 3, 31), "low": low, "high": 6} for low in (2, 4)]
    assert [status({"answer": "total(seen) <= 3", "by": BY}, [row], date(2025, 4, 15)) for row in rows] == ["open", "can no longer happen"]
