"""What people answer without a model has the type, the unit and the options that the question's words ask for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.judged_types import answered_with, unit_in_words
from forecast.actions.new.templates import TemplateInput
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.small

TODAY = date(2026, 11, 30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("asks", "answer", "answered", "settled"),
    [
        ("Will it open?", "", "a chance", "Yes when it has happened by the end of that day."),
        ("When will it open?", "", "a date", "The day on which it happens."),
        ("How many people will come?", "", "a number, in people", "The number at the end of that day."),
        (
            "Who will run it?",
            "ann,  ben, none of them",
            "a chance for each of ann, ben, none of them",
            "The option that has come true by the end of that day.",
        ),
    ],
)
def test_a_question_without_a_model_has_the_type_that_it_asks_for(root: Path, asks: str, answer: str, answered: str, settled: str):
    """With a rule that suits it, and no remark of the template's that speaks of another."""
    done = new_topic(root, "club", kind="judgement", own=TemplateInput(asks, answer), today=TODAY)
    assert done.problems == ()
    (judged,) = done.topic.judged.values()
    assert (answered_with(judged), judged.settled) == (answered, settled)


@pytest.mark.parametrize(
    ("own", "option", "message"),
    [
        (TemplateInput("Which town will it be?"), "--asks", "this asks which of several, and they are not named"),
        (TemplateInput("Who will run it?", "ann"), "--answer", "a choice has two options at least"),
    ],
)
def test_options_that_are_not_named_are_asked_for(root: Path, own: TemplateInput, option: str, message: str):
    """Nothing is written that would take a chance of yes."""
    (problem,) = new_topic(root, "club", kind="judgement", own=own, today=TODAY).problems
    assert (problem.place.path, problem.message, "--answer 'red, blue, none of them'" in problem.hint) == (option, message, True)


@pytest.mark.parametrize(
    ("asks", "unit"),
    [
        ("How many people will come in 2027?", "people"),
        ("How many solar panels are sold by May?", "solar panels"),
        ("How many of them will come?", "units"),
        ("What share of them will come?", "per cent"),
        ("How high will it be?", "units"),
    ],
)
def test_the_unit_is_what_the_question_counts(asks: str, unit: str):
    """Where its words say so."""
    assert unit_in_words(asks) == unit
