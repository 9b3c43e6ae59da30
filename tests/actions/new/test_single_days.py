"""A level is answered for one day; where the words may mean any day until then, that is said, with the answer that means it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.actions.new.books import new_book
from forecast.actions.new.preview import preview_answers
from forecast.actions.new.single_days import is_about_one_day, single_day_note
from forecast.actions.new.templates import TemplateInput
from forecast.actions.new.topics import NewTopicResult
from forecast.model.clock import years_between
from tests.support.new_topics import new_topic, with_needed_input

pytestmark = pytest.mark.small

TODAY = date(2026, 11, 26)
PRIORS = {"start": "Normal(mean=90, sd=5)", "trend": "Normal(mean=0, sd=20)"}
FALLING = {"start": "Normal(mean=100, sd=10)", "trend": "Normal(mean=-20, sd=10)"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    return tmp_path / "book"


def note_of(done: NewTopicResult, kind: str) -> tuple[bool, str]:
    """Whether the first question is about one day, and what is noted of that."""
    assert done.topic is not None, done.problems
    question = next(iter(done.topic.questions.values()))
    return is_about_one_day(done.topic, question), single_day_note(done.topic, question, kind, TODAY)


@pytest.mark.parametrize(
    ("asks", "said", "day", "first", "answer"),
    [
        ("Will it close above 100 by 31 March 2027?", "by 31 March 2027", "31 March 2027", "26 November 2026", "max(start + trend * 0.9993, start + trend * t) > 100"),
        ("Will it fall below 80 in 2027?", "in 2027", "31 December 2027", "1 January 2027", "min(start + trend * 1.098, start + trend * t) < 80"),
        ("Will it reach 100 before April 2027?", "reach", "31 March 2027", "26 November 2026", "max(start + trend * 0.9993, start + trend * t) >= 100"),
        ("Will it fall below 80 between 1 January and 31 March 2027?", "between 1 January and 31 March 2027", "31 March 2027", "1 January 2027", "min(start + trend * 1.098, start + trend * t) < 80"),
        ("Will it fall below 80 in the next 3 months?", "in the next 3 months", "26 February 2027", "26 November 2026", "min(start + trend * 0.9993, start + trend * t) < 80"),
        ("Will it ever be at most 80?", "ever", "31 December 2027", "26 November 2026", "min(start + trend * 0.9993, start + trend * t) <= 80"),
    ],
)  # fmt: skip
def test_words_that_may_mean_some_day_are_noted(root: Path, asks: str, said: str, day: str, first: str, answer: str):
    """The note has the words, the day that is answered, and an answer that means some day; with that there is nothing to note."""
    done = new_topic(root, "price", kind="level", own=TemplateInput(asks, priors=PRIORS), today=TODAY)
    other = f"--answer '{answer}' is for some day from {first} on, of a level without ups and downs between"
    note = f"“{said}” may mean some day until then, and what is answered is {day} itself; {other}"
    assert note_of(done, "level") == (True, note)
    again = new_topic(root, "again", kind="level", own=TemplateInput(asks, answer, priors=PRIORS), today=TODAY)
    assert note_of(again, "") == (False, "")


@pytest.mark.parametrize(
    "asks", ["Will it be above 100 on 31 March 2027?", "How high will it stand by 31 March 2027?", "Will it rise above 100?"]
)
def test_a_question_about_a_day_is_not_noted(root: Path, asks: str):
    """A day that is named with "on", a number, and no day at all leave nothing open."""
    done = new_topic(root, "price", kind="level", own=TemplateInput(asks, priors=PRIORS), today=TODAY)
    assert note_of(done, "level") == (True, "")


@pytest.mark.parametrize("kind", ["hazard", "count", "ladder", "reference", "conditional"])
def test_what_happens_by_a_day_is_about_no_single_day(root: Path, kind: str):
    """Totals and events have a deadline, which "by" names."""
    done = new_topic(root, "strike", kind=kind, own=with_needed_input(kind, TemplateInput("Will it happen by 31 March 2027?")), today=TODAY)
    assert note_of(done, kind) == (False, "")


def test_the_noted_answer_is_the_chance_of_some_day(root: Path):
    """It is one less the chance that a line with normal ends is below on the first day and on the last, and above the chance of the last."""
    asks = "Will it close above 100 by 31 March 2027?"
    on_the_day = new_topic(root, "price", kind="level", own=TemplateInput(asks, priors=FALLING), today=TODAY)
    found = re.search(r"--answer '(.+)'", note_of(on_the_day, "level")[1])
    assert found is not None
    until = new_topic(root, "again", kind="level", own=TemplateInput(asks, found[1], priors=FALLING), today=TODAY)
    assert on_the_day.topic is not None
    assert until.topic is not None
    chances = [preview_answers(topic, TODAY).answers["above"]["value"]["value"] for topic in (on_the_day.topic, until.topic)]
    first, last = (years_between(until.topic.opens, day) for day in (TODAY, date(2027, 3, 31)))
    means, spread = [100 - 20 * first, 100 - 20 * last], np.array([[100 + 100 * a * b for b in (first, last)] for a in (first, last)])
    by_hand = [stats.norm.sf(100, means[1], spread[1, 1] ** 0.5), 1 - stats.multivariate_normal(means, spread).cdf([100, 100])]
    assert chances == pytest.approx(by_hand, abs=0.005)
    assert by_hand[1] - by_hand[0] > 0.015
