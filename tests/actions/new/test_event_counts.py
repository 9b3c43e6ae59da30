"""A question about a number of events is answered about that number, or refused; never by whether it happens at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.event_counts import HAPPENS, event_note, number_fault
from forecast.actions.new.templates import TemplateInput
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.small

TODAY = date(2026, 11, 26)
OTHERWISE = f"if one row that says it happened is a yes, give --answer '{HAPPENS}'"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("words", "compared", "rule"),
    [
        ("more than 3 attacks", "> 3", "more than 3"),
        ("at least 4 attacks", ">= 4", "at least 4"),
        ("three or more attacks", ">= 3", "at least 3"),
        ("fewer than twenty attacks", "< 20", "fewer than 20"),
        ("no more than 1,200 attacks", "<= 1200", "at most 1,200"),
        ("exactly two attacks", "== 2", "exactly 2"),
        ("an attack more than once", "> 1", "more than 1"),
        ("at least one attack", ">= 1", ""),
        ("an attack", ">= 1", ""),
    ],
)
def test_the_answer_and_its_rule_are_about_the_number_asked_for(root: Path, words: str, compared: str, rule: str):
    """Digits and words, with every comparison; one or more is whether it happens."""
    asks = f"Will there be {words} by 31 March 2027?"
    done = new_topic(root, "attacks", kind="hazard", own=TemplateInput(asks), today=TODAY)
    assert done.problems == ()
    (question,) = done.topic.questions.values()
    assert (question.asks, question.answer_text) == (asks, f"total(events) {compared}")
    settled = f"Yes when the rows of those days add up to {rule}." if rule else "Yes when a row of the record says that it happened."
    assert question.settled == settled
    assert event_note(asks, question.answer_text) == (f"the rows must add up to {rule}; {OTHERWISE}" if rule else "")


def test_a_date_is_that_on_which_so_many_have_come(root: Path):
    """Both the date and the yes or no beside it are about the number."""
    done = new_topic(root, "attacks", kind="hazard", own=TemplateInput("When will there be at least three attacks?"), today=TODAY)
    assert done.problems == ()
    assert [(each.answer_text, each.settled) for each in done.topic.questions.values()] == [
        ("total(events) >= 3", "Yes when the rows of those days add up to at least 3."),
        ("first(total(events) >= 3)", "The day on which the rows of those days come to at least 3."),
    ]


@pytest.mark.parametrize(
    ("kind", "asks", "message"),
    [
        ("ladder", "Will there be more than 3 attacks?", "the question says “more than 3”, and a topic like ladder is about an event that happens once"),
        ("ladder", "When will there be three or more?", "the question says “three or more”, and a topic like ladder is about an event that happens once"),
        ("ladder", "Will it flood twice?", "the question says “twice”, and a topic like ladder is about an event that happens once"),
        ("hazard", "Will it flood twice?", "the question says “twice”, which may mean so many at least, or exactly"),
        ("hazard", "Will there be two attacks?", "the question says “two”, which may mean so many at least, or exactly"),
        ("hazard", "Will two storms hit Florida in 2027?", "the question says “two storms”, which may mean so many at least, or exactly"),
        ("hazard", "Will 3 major hurricanes make landfall?", "the question says “3 major hurricanes”, which may mean so many at least, or exactly"),
        ("ladder", "Will two ministers resign?", "the question says “two ministers”, and a topic like ladder is about an event that happens once"),
        ("hazard", "Will there be between 3 and 9 attacks?", "the question says “between 3 and 9”, and a template's answer compares once"),
        (
            "hazard",
            "Will there be at least 3 attacks and fewer than 9?",
            "the question compares twice, “at least 3” and “fewer than 9”, and a template's answer compares once",
        ),
        (
            "hazard",
            "Will there not be more than 3 attacks?",
            "the question says “more than 3” beside a “not”, and a template's answer compares once",
        ),
        ("hazard", "When will there be fewer than 3 attacks?", "“fewer than 3” has no day on which it comes true: it holds at first"),
        ("hazard", "Will there be no attacks?", "the question says “no”, and the answer of a topic like hazard is yes when it happens"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_answered_is_refused(root: Path, kind: str, asks: str, message: str):
    """Nothing is written, the hint says what can answer it, and an answer of one's own lifts the refusal."""
    (problem,) = new_topic(root, "attacks", kind=kind, own=TemplateInput(asks), today=TODAY).problems
    assert problem.message == message
    assert ("--like hazard" in problem.hint) == (kind == "ladder")
    assert not (root / "seeds/attacks").exists()
    own = TemplateInput(asks, "total(events) == 2")
    assert new_topic(root, "attacks", kind=kind, own=own, today=TODAY).problems == ()


@pytest.mark.parametrize(
    "asks",
    [
        "Will war break out between Russia and Ukraine?",
        "Will it be between 5 and 9 May?",
        "Will inflation be more than 3 %?",
        "Will the fine be more than $5 million?",
        "Will there be 30 days of rain?",
        "Will the price be twice as high?",
        "Will Flight 7 land?",
        "Will it open no later than 1 May 2027?",
        "Will there be no more attacks?",
    ],
)
@pytest.mark.parametrize("kind", ["hazard", "ladder"])
def test_other_numbers_are_no_numbers_of_events(kind: str, asks: str):
    """A size, a date, a name and a length of time belong to the event."""
    assert (number_fault(kind, asks), event_note(asks, HAPPENS)) == (None, "")


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("Will there be more attacks than in 2026?", "the question says “more attacks than”, and the answer is yes as soon as it happened once"),
        ("Will several towns flood?", "the question says “several”, and the answer is yes as soon as it happened once"),
        ("Will it not return?", "the question says “not”, and the answer is yes when it happens"),
        ("Will Florida be hit by two storms in 2027?", "the question says “two storms”, and the answer is yes as soon as it happened once"),
        ("Will SpaceX launch 5 Starships in 2027?", "the question says “5 Starships”, and"),
        ("Will 30 ships or more leave in 2027?", "the question says “or more”, and"),
    ],
)  # fmt: skip
def test_words_that_may_be_a_number_or_a_denial_are_noted(asks: str, said: str):
    """The topic is made, and what its answer means is said beside it."""
    assert (number_fault("hazard", asks), event_note(asks, HAPPENS).startswith(said)) == (None, True)


@pytest.mark.parametrize(
    "asks",
    [
        "Will the two leaders meet in 2027?",
        "Will all 27 members agree?",
        "Will 12 Angry Men be shown?",
        "Will 2 percent of the banks fail?",
        "Will two thirds agree?",
        "Will inflation fall by two points?",
        "Will he get 20 years in prison?",
        "Will 30 mm fall in a day?",
        "Will a category 5 storm hit?",
    ],
)
def test_numbers_of_something_else_are_neither_refused_nor_noted(asks: str):
    """Definite groups, shares, names and lengths of time are no number of events."""
    assert (number_fault("hazard", asks), event_note(asks, HAPPENS)) == (None, "")


@pytest.mark.parametrize("kind", ["hazard", "ladder"])
@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("Will the ceasefire hold until 31 March 2027?", "hold … until"),
        ("Will the Prime Minister stay in office through 2027?", "stay … through"),
        ("Will the sanctions still be in force past June 2027?", "still be … past"),
        ("Will the Prime Minister remain in office on 31 March 2027?", "remain"),
        ("Will she stay in office in 2027?", "stay"),
        ("Will she keep her seat?", "keep"),
        ("Will he still be in office on 31 March 2027?", "still be"),
        ("Will the rebels still hold the town in May 2027?", "still hold"),
        ("Will the strike continue in 2027?", "continue"),
        ("Will the ceasefire hold?", "hold"),
        ("Will the truce last at least 3 months?", "last"),
        ("Will the truce last two months?", "last"),
        ("Will the coalition survive in 2027?", "survive"),
        ("Will the record stand this year?", "stand"),
    ],
)
def test_what_lasts_is_not_asked_of_a_topic_about_what_happens(kind: str, asks: str, said: str):
    """Its answer would be that of the opposite: yes when the ceasefire breaks."""
    found = number_fault(kind, asks)
    assert found is not None
    assert f"says “{said}”" in found[0]
    assert "--answer 'total(events) == 0'" in found[1]


@pytest.mark.parametrize(
    "asks",
    [
        "Will they hold an election by May 2027?",
        "Will a ship pass through the strait by May?",
        "Will the last ship leave by 2027?",
        "Will the court stay the execution in 2027?",
        "Will it open at last?",
        "Will he finish last in 2027?",
        "Will he keep his promise by May 2027?",
        "Will the remains be found in 2027?",
        "Will she stand for office in 2027?",
        "Will the still unknown buyer come forward?",
        "Will she survive the vote of 3 May 2027?",
    ],
)
def test_other_words_for_what_happens_are_no_words_for_what_lasts(asks: str):
    """An election is held, and a strait passed, on a day."""
    assert number_fault("hazard", asks) is None
