"""The deadlines that the words of a question name, and the days of a new topic that follow from them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.deadlines import named_day, named_deadline, without_deadline
from forecast.actions.new.question_days import contradiction, day_note, days_of_question
from forecast.actions.new.templates import TemplateInput
from forecast.schema import words
from tests.support.new_topics import new_topic

TODAY = date(2026, 11, 29)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("by 31 December 2026", "2026-12-31"),
        ("by the 3rd of March, 2027", "2027-03-03"),
        ("by March 3, 2027", "2027-03-03"),
        ("by Dec. 3 2027", "2027-12-03"),
        ("by Sept 2027", "2027-09-30"),
        ("by 2027-03-03", "2027-03-03"),
        ("before 2027-03-03", "2027-03-02"),
        ("on or before 3 March 2027", "2027-03-03"),
        ("no later than 3 March 2027", "2027-03-03"),
        ("before April 2027", "2027-03-31"),
        ("before 2028", "2027-12-31"),
        ("before the end of 2027", "2027-12-31"),
        ("by the end of February 2028", "2028-02-29"),
        ("by the end of 2027", "2027-12-31"),
        ("through 2027", "2027-12-31"),
        ("by Q2 2027", "2027-06-30"),
        ("by November", "2026-11-30"),
        ("by October", "2027-10-31"),
        ("by 29 November", "2027-11-29"),
        ("by 30 November", "2026-11-30"),
        ("by the end of the year", "2026-12-31"),
        ("by year's end", "2026-12-31"),
        ("by the end of next month", "2026-12-31"),
    ],
)
def test_a_deadline_is_the_last_day_that_counts(said: str, day: str):
    """A day is itself, a month or a year ends with its last day, "before" is the eve, and without a year it is the next to come."""
    for asks in (f"Will the bridge close {said}?", f"{said.capitalize()}: will the bridge close?"):
        deadline = named_deadline(asks, TODAY)
        assert deadline is not None
        assert (deadline.said.lower(), str(deadline.day)) == (said.lower(), day)
    assert without_deadline(f"Will the bridge close {said}?") == "Will the bridge close?"
    assert without_deadline(f"{said.capitalize()}, will the bridge close?") == "will the bridge close?"


@pytest.mark.parametrize(
    ("said", "since", "by"),
    [
        ("in the next 6 months", "", "2027-05-29"),
        ("within 30 days", "", "2026-12-29"),
        ("within 30 days of the vote", "", ""),
        ("within two weeks from now", "", "2026-12-13"),
        ("over the coming year", "", "2027-11-29"),
        ("in the next decade", "", "2036-11-29"),
        ("in the next ten games", "", ""),
        ("from 1 January 2027 to 31 March 2027", "2027-01-01", "2027-03-31"),
        ("between 1 January and 31 March 2027", "2027-01-01", "2027-03-31"),
        ("from December 15, 2026 through January 5, 2027", "2026-12-15", "2027-01-05"),
        ("from 15 December to 5 January", "2026-12-15", "2027-01-05"),
        ("between January and March 2027", "2027-01-01", "2027-03-31"),
        ("from 2026-11-01 to 2027-02-28", "", "2027-02-28"),
        ("this year", "", "2026-12-31"),
        ("this month", "", "2026-11-30"),
        ("next year", "2027-01-01", "2027-12-31"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("more often than this year", "", ""),
        ("in Q1 2027", "2027-01-01", "2027-03-31"),
        ("in the fourth quarter of 2026", "", "2026-12-31"),
        ("in the second half of 2027", "2027-07-01", "2027-12-31"),
        ("in H1 of 2028", "2028-01-01", "2028-06-30"),
        ("in February", "2027-02-01", "2027-02-28"),
        ("during November", "", "2026-11-30"),
        ("in May 2028", "2028-05-01", "2028-05-31"),
    ],
)
def test_the_time_that_a_question_is_about_is_the_time_that_counts(said: str, since: str, by: str):
    """The next so many months begin today; this year, a quarter, a half and a month are themselves; nothing is read into other words."""
    found = days_of_question(f"Will it close {said}?", since=None, by=None, counts=True, today=TODAY)
    assert (str(found.since or ""), str(found.by or ""), found.unclear) == (since, by, None)


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("Will it close this winter?", "this winter"),
        ("Will it close by Christmas?", "by Christmas"),
        ("Will it close next week?", "next week"),
        ("Will it close tomorrow?", "tomorrow"),
        ("Will it close in early 2027?", "in early 2027"),
        ("Will it close in the spring of 2027?", "in the spring of 2027"),
        ("Will it close before Easter 2027?", "before Easter"),
        ("Will it close in the 2027-28 season?", "2027-28"),
        ("Will it close in 2027/28?", "2027/28"),
        ("Will it close by 1/3/2027?", "1/3/2027"),
        ("Will it close by Q2?", "by Q2"),
        ("Will it close between March and January 2027 or from May to June 2027?", "between March and January 2027"),
        ("Will it close in winter?", ""),
        ("Will it close within thirty days?", "within thirty days"),
        ("Will it close in the next eighteen months?", "next eighteen months"),
        ("Will it close in two weeks' time?", "in two weeks' time"),
        ("Will it close in the last week of 2026?", "the last week of"),
        ("Will it close by 2050 at the latest?", "by 2050"),
        ("Will it close after 2050?", "after 2050"),
        ("Will it close in 2027 and in 2028?", "in 2028"),
        ("Will it close in the 2030s?", "in the 2030s"),
        ("Will it close by the end of the decade?", "by the end of the decade"),
        ("Will it close this century?", "this century"),
        ("Will it close by mid-century?", "mid-century"),
        ("Will it close for the 2030 World Cup?", "2030"),
        ("Will it close for the 2027 World Cup?", ""),
        ("Will it be the first since 2020?", ""),
        ("Will more than 2300 of the 2500 houses close?", ""),
        ("Will it be the first in 20 years?", ""),
        ("Will it close in the early stages?", ""),
        ("Will it close by 2027-02-28?", ""),
        ("Will it close?", ""),
    ],
)
def test_a_time_whose_days_are_not_plain_is_not_replaced_by_another(asks: str, said: str):
    """A season, a feast, a week, and a date in figures of two kinds leave it unclear, unless the last day is given."""
    unclear = days_of_question(asks, since=None, by=None, counts=True, today=TODAY).unclear
    assert ("" if unclear is None else unclear.said) == said
    assert days_of_question(asks, since=None, by=date(2027, 8, 31), counts=True, today=TODAY).unclear is None


@pytest.mark.parametrize(
    ("asks", "since", "by"),
    [
        ("Will it close by the end of 2899?", None, date(2899, 12, 31)),
        ("Will it close before 2350?", None, date(2349, 12, 31)),
        ("Will it close through 2250?", None, date(2250, 12, 31)),
        ("Will it close in 2250?", date(2250, 1, 1), date(2250, 12, 31)),
        ("Will it close in May 2240?", date(2240, 5, 1), date(2240, 5, 31)),
        ("Will it close in Q3 2240?", date(2240, 7, 1), date(2240, 9, 30)),
        ("Will 2250 people come in 2027?", date(2027, 1, 1), date(2027, 12, 31)),
        ("Will it fall to 2300 in 2028?", date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_year_far_away_is_the_one_that_is_meant(asks: str, since: date | None, by: date):
    """Years of the whole calendar are read as near ones are, and numbers of four digits are no years."""
    days = days_of_question(asks, since=None, by=None, counts=True, today=TODAY)
    assert (days.since, days.by) == (since, by)


def test_a_time_that_ends_today_is_refused(root: Path):
    """On its last day this month is no time to come; it is not the year after."""
    done = new_topic(root, "mine", kind="hazard", own=TemplateInput("Will it close this month?"), today=date(2026, 11, 30))
    assert [problem.message for problem in done.problems] == [
        "the last day that counts would be 2026-11-30, which is not after today (2026-11-30)"
    ]


@pytest.mark.parametrize(
    "said", ["by 2027", "by summer 2027", "by the middle of 2027", "by mid-2027", "by 31 June 2027", "by May 2027 or by June 2027"]
)
def test_a_deadline_that_could_be_several_days_is_no_day(root: Path, said: str):
    """Such a question is refused with what to give, and with it taken."""
    asks = f"Will the bridge close {said}?"
    own = TemplateInput(asks, base_rate="3 in 20 years")
    refused = new_topic(root, "bridge", kind="hazard", own=own, today=TODAY)
    assert [problem.hint for problem in refused.problems] == ["give the last day that counts, as in --by 2027-06-30"]
    assert not (root / "seeds/bridge").exists()
    assert new_topic(root, "bridge", kind="hazard", own=own, today=TODAY, by=date(2027, 8, 31)).problems == ()


@pytest.mark.parametrize(
    "asks", ["Will it rise by 2000 euros?", "Will it grow by 3 % in 2027?", "Will it stand by its maker?", "May it be?"]
)
def test_other_words_are_no_deadline(asks: str):
    """What follows "by" may be an amount or anything else."""
    assert (named_deadline(asks, TODAY), without_deadline(asks)) == (None, asks)


def test_a_day_that_is_asked_about_is_not_one_before_which():
    """On a day is that day; of several none is meant."""
    assert named_day("Will it rain on 5 May 2027?", TODAY) == date(2027, 5, 5)
    assert named_day("Will it rain on May 5?", TODAY) == date(2027, 5, 5)
    assert named_day("Will it rain on 5 May or on 6 May 2027?", TODAY) is None
    assert named_day("Will it close on or before 5 May 2027?", TODAY) is None


@pytest.mark.parametrize(
    ("kind", "asks", "since", "by"),
    [
        ("hazard", "Will it close by 31 March 2027?", TODAY, "2027-03-31"),
        ("hazard", "Will it close in 2026?", TODAY, "2026-12-31"),
        ("hazard", "Will it close on 5 May 2027?", date(2027, 5, 5), "2027-05-05"),
        ("count", "How many will close before April 2028?", TODAY, "2028-03-31"),
        ("ladder", "Will it close by 31 March 2028?", TODAY, "2028-03-31"),
        ("level", "Will it be above 150 on 5 May 2027?", None, "2027-05-05"),
        ("level", "Will it be above 150 in March 2027?", None, "2027-03-31"),
        ("reference", "Will the hall be open by June 2027?", None, "2027-06-30"),
    ],
)
def test_a_new_topic_ends_on_the_day_that_its_question_names(root: Path, kind: str, asks: str, since: date | None, by: str):
    """In every kind with a last day it is the one in the words, where none is given."""
    done = new_topic(root, "mine", kind=kind, own=TemplateInput(asks), today=TODAY)
    assert done.problems == ()
    *_, question = done.topic.questions.values()
    assert (question.since, str(question.by)) == (since, by)


def test_what_is_judged_ends_on_the_day_that_its_question_names(root: Path):
    """A question without a model closes on that day."""
    done = new_topic(root, "mine", kind="judgement", own=TemplateInput("Will it close by 31 March 2027?"), today=TODAY)
    assert [judged.by for judged in done.topic.judged.values()] == [date(2027, 3, 31)]


def test_a_deadline_that_has_passed_is_refused(root: Path):
    """The question asks about no day to come."""
    done = new_topic(root, "mine", kind="hazard", own=TemplateInput("Will it close by 31 March 2026?"), today=TODAY)
    assert [problem.message for problem in done.problems] == [
        "the last day that counts would be 2026-03-31, which is not after today (2026-11-29)"
    ]


def test_words_and_days_that_differ_are_told_apart():
    """Only another day than the one in the words contradicts them."""
    asks = "Will it close by 31 March 2027?"
    differing = [contradiction(asks, day, TODAY) for day in (date(2027, 3, 31), date(2027, 4, 1), None)]
    assert differing == ["", "by 31 March 2027", ""]
    assert not contradiction("Will it close by summer 2027?", date(2027, 4, 1), TODAY)


@pytest.mark.parametrize(
    ("asks", "said", "last"),
    [
        ("Will it close in the next 6 months?", "in the next 6 months", date(2027, 5, 29)),
        ("Will it close in 2027?", "in 2027", date(2027, 12, 31)),
        ("Will it close this year?", "this year", date(2026, 12, 31)),
        ("Will it close on 5 May 2027?", "on 5 May 2027", date(2027, 5, 5)),
        ("Will it close between 1 March and 30 April 2027?", "between 1 March and 30 April 2027", date(2027, 4, 30)),
    ],
)
def test_a_time_in_the_words_that_ends_on_another_day_is_noted(asks: str, said: str, last: date):
    """Not only a deadline: also a time that the question is about, and a day on which it is."""
    other = last + timedelta(days=1)
    assert [contradiction(asks, day, TODAY) for day in (last, other)] == ["", said]
    assert day_note(asks, None, other, TODAY) == f"the question says “{said}”, and the last day that counts is {words.day(other)}"


def test_a_time_to_come_that_begins_on_another_day_is_noted():
    """A first day that was given is not the one in the words; the present year begins before today."""
    note = "the question says “in 2027”, and the first day that counts is 1 December 2026"
    assert day_note("Will it close in 2027?", date(2026, 12, 1), date(2027, 12, 31), TODAY) == note
    assert not day_note("Will it close in 2027?", date(2027, 1, 1), date(2027, 12, 31), TODAY)
    assert not day_note("Will it close this year?", TODAY, date(2026, 12, 31), TODAY)


def test_rungs_of_a_ladder_have_days_of_their_own(root: Path):
    """Each asks by its own day, within the time that the question is about."""
    done = new_topic(root, "mine", kind="ladder", own=TemplateInput("Will it close in 2027?"), today=TODAY)
    assert done.topic is not None
    assert [day_note(each.asks, each.since, each.by, TODAY) for each in done.topic.questions.values()] == [""] * len(done.topic.questions)
