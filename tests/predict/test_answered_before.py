"""What happened before a question was asked may answer it: `check` warns where the question does not say from when it counts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from forecast.actions.check import check
from forecast.book.files.folder import Folder
from forecast.book.files.problems import Place
from forecast.book.ledger import append_entries
from forecast.book.rows import row_hash
from forecast.book.topic import Topic
from forecast.predict.answered_before import questions_answered_before
from tests.support.building import OPENS, make_topic
from tests.support.small_books import write_book

ASKED, BY = date(2025, 6, 1), date(2025, 12, 31)
EVE = ASKED - timedelta(days=1)


def asked(topic: Topic, day: date = ASKED, as_of: date = date(2025, 9, 1)) -> dict[str, str]:
    """The answers that were there before a day, by question."""
    return {question.name: answer for question, answer in questions_answered_before(topic, dict.fromkeys(topic.questions, day), as_of)}


def topic_of(rows: list[dict], questions: dict, **more) -> Topic:
    """A topic with a watched stream of events."""
    stream = {"value": "Poisson(mu=rate * months)", "watched": True}
    given = {name: {"by": BY, **each} for name, each in questions.items()}
    return make_topic(priors={"rate": "Gamma(alpha=2, beta=4)"}, streams={"seen": stream}, rows={"seen": rows}, questions=given, **more)


TWICE = {"from": OPENS, "to": date(2025, 3, 31), "value": 2}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"answer": "total(seen) >= 1"}, "yes"),
        ({"answer": "total(seen) > 1.5 and total(seen) > 0"}, "yes"),
        ({"answer": "total(seen) >= 2 + rate * 0"}, None),  # whether a product goes up or down with time cannot be determined
        ({"answer": "twice >= 4"}, "yes"),
        ({"answer": "total(seen) < 2"}, "no"),
        ({"answer": "2 > total(seen)"}, "no"),
        ({"answer": "not total(seen) >= 1"}, "no"),
        ({"answer": "total(seen) <= 1 and rate > 0"}, "no"),
        ({"answer": "total(seen) >= 3"}, None),
        ({"answer": "total(seen) < 3"}, None),
        ({"answer": "total(seen) == 2"}, None),  # another one may come
        ({"answer": "total(seen) == 1"}, "no"),
        ({"answer": "0 < total(seen) < 2"}, "no"),
        ({"answer": "total(seen) >= 1", "given": "total(seen) < 2"}, "it is void"),
        ({"answer": "total(seen) >= 1", "given": "total(seen) < 3"}, "yes"),
        ({"answer": "total(seen)", "given": "total(seen) == 0"}, "it is void"),
        ({"answer": "total(seen)"}, None),
        ({"answer": "first(total(seen) >= 2)"}, "it has happened"),
        ({"answer": "first(total(seen) >= 3)"}, None),
        ({"choices": {"many": "total(seen) >= 2", "few": "total(seen) < 2"}}, "`many`"),
        ({"choices": {"many": "total(seen) >= 3", "few": "total(seen) < 3"}}, None),
        ({"answer": "total(seen) >= 3", "annulled": "total(seen) >= 1"}, "it is annulled"),
        ({"answer": "total(seen) >= 1", "since": ASKED}, None),
        ({"answer": "total(seen) >= 1", "since": OPENS}, None),  # it says that the whole record is meant
        ({"answer": "total(seen) >= 1", "by": EVE}, None),  # a question about the past
        ({"answer": "total(seen) >= 1", "by": ASKED}, "yes"),
        ({"answer": "rate > 0", "by": None}, None),
    ],
)
def test_a_question_that_is_answered_for_good_before_it_is_asked_is_found(question, answer):
    """By totals that can only grow, in either direction; nothing is said of one that is open, says from when it counts, or asks about the past."""
    topic = topic_of([TWICE], {"asked": question}, quantities={"twice": "2 * total(seen)"})
    assert asked(topic) == ({} if answer is None else {"asked": answer})


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"on": EVE, "value": 1}, True),
        ({"on": ASKED, "value": 1}, True),  # the answer of that day has it
        ({"from": EVE, "to": ASKED, "value": 1}, True),
        ({"on": ASKED + timedelta(days=1), "value": 1}, False),
        ({"from": ASKED, "to": ASKED + timedelta(days=1), "value": 1}, False),  # it may have been the day after
        ({"on": EVE, "value": 1, "known": date(2025, 9, 1)}, True),  # found out afterwards
        ({"on": EVE, "value": 1, "known": date(2025, 9, 2)}, False),  # not known yet
        ({"from": OPENS, "to": EVE, "value": 0}, False),
    ],
)
def test_rows_count_that_end_by_the_day_the_question_is_asked(row, found):
    """On the eve, the day, across both, and across the day after; known by now."""
    assert bool(asked(topic_of([row], {"asked": {"answer": "total(seen) >= 1"}}))) == found


def test_a_row_that_was_corrected_since_says_what_its_correction_says():
    """Where the correction takes the event back nothing is answered; corrections by hash are followed."""
    first = topic_of([TWICE], {"asked": {"answer": "total(seen) >= 1"}})
    (row,) = first.streams["seen"].rows
    correction = {**TWICE, "value": 0, "replaces": row_hash(row), "known": date(2025, 8, 1)}
    topic = topic_of([TWICE, correction], {"asked": {"answer": "total(seen) >= 1"}})
    assert (asked(topic), asked(topic, as_of=date(2025, 7, 31))) == ({}, {"asked": "yes"})


def test_each_question_is_held_against_its_own_day():
    """Of two questions the one that was asked after the event is found."""
    topic = topic_of([TWICE], {"early": {"answer": "total(seen) >= 1"}, "late": {"answer": "total(seen) >= 1"}})
    days = {"early": date(2025, 3, 1), "late": ASKED}
    assert [(question.name, answer) for question, answer in questions_answered_before(topic, days, ASKED)] == [("late", "yes")]


def test_nothing_is_said_where_the_model_cannot_be_computed():
    """A series that begins later than the question leaves it open."""
    topic = topic_of([TWICE], {"asked": {"answer": "total(seen) >= 1 and level > 2"}}, series={"level": [(date(2025, 8, 1), 3)]})
    assert asked(topic) == {}


LINE = {"topic": "made", "question": "many", "kind": "probability", "value": {"value": 1.0}, "hindcast": False, "engine": "importance"}
LINE |= {"verdict": "agreed", "inputs": "0", "seed": 1, "draws": 256, "program": "0.3.0", "made": "2025-06-01"}


@pytest.mark.parametrize(
    ("lines", "when"),
    [
        ([], "today (2025-09-01)"),
        ([LINE | {"as_of": "2025-06-01"}, LINE | {"as_of": "2025-08-01"}], "2025-06-01, when it was first published,"),
        ([LINE | {"as_of": "2025-06-01", "hindcast": True}], "today (2025-09-01)"),
        ([LINE | {"as_of": "2025-06-01", "question": "other"}], "today (2025-09-01)"),
        ([LINE | {"as_of": "2025-06-01", "topic": "other"}], "today (2025-09-01)"),
    ],
)
def test_check_warns_with_the_day_on_which_the_question_was_first_published(tmp_path: Path, lines: list[dict], when: str):
    """A question that no line of the ledger has, hindcasts aside, is taken to be asked today; the hint says both ways out."""
    write_book(tmp_path, by="2025-12-31", rows="on,value,source\n2025-03-01,2,a list\n")
    append_entries(Folder(tmp_path), lines)
    day = "2025-06-01" if when.startswith("2025") else "2025-09-01"
    found = [
        (problem.place, problem.level, problem.message, problem.hint)
        for problem in check(tmp_path, None, as_of=date(2025, 9, 1)).problems
        if "already answer" in problem.message
    ]
    assert found == [
        (
            Place("seeds/made/topic.toml", 10, 12),
            "warning",
            f"rows up to {when} already answer this question: yes",
            f"`since = {day[:-1]}2` counts from the day after; `since = 2025-01-01` says that the whole record is meant",
        )
    ]


def test_a_question_with_since_is_not_warned_of(tmp_path: Path):
    """Either day that the hint names will do."""
    for since in ("2025-09-02", "2025-01-01"):
        write_book(tmp_path, by="2025-12-31", since=since, rows="on,value,source\n2025-03-01,2,a list\n")
        assert [problem for problem in check(tmp_path, None, as_of=date(2025, 9, 1)).problems if "already" in problem.message] == []
