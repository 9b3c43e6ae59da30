"""The first answer of a template is what the words of a question ask for; where they leave that open, a note says how the two differ."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.comparisons import named_comparison
from forecast.actions.new.question_answers import answer_for_words, answer_note, own_answer_note
from forecast.actions.new.question_words import without_condition
from forecast.actions.new.templates import TemplateInput
from tests.support.building import make_topic
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.small

TODAY = date(2026, 11, 26)
COUNT, LEVEL, POLL = "total(events)", "start + trend * t > 150", "support + until_vote > 50"
AS_A_NUMBER = "the question asks for yes or no, and the answer is a number; --answer gives a chance, as in --answer '{} > {}'"


@pytest.mark.parametrize(
    ("words", "compared"),
    [
        ("more than 9", "> 9"),
        ("over 9", "> 9"),
        ("at least ten", ">= 10"),
        ("12 or more", ">= 12"),
        ("no fewer than 12", ">= 12"),
        ("not less than 12", ">= 12"),
        ("fewer than 1,200", "< 1200"),
        ("less than 2k", "< 2000"),
        ("at most 3", "<= 3"),
        ("no more than 3", "<= 3"),
        ("3 or fewer", "<= 3"),
        ("more than 2 million", "> 2000000"),
        ("more than 2M", "> 2000000"),
        ("exactly 3", "== 3"),
        ("3+", ">= 3"),
        ("thirteen or more", ">= 13"),
        ("more than twenty-five", "> 25"),
        ("at least two hundred", ">= 200"),
        ("more than a dozen", "> 12"),
    ],
)
def test_a_comparison_with_a_number_of_events_makes_a_count_a_chance(words: str, compared: str):
    """The operator and the number are those of the words, in a question of yes or no, with its deadline anywhere."""
    for asks in (f"Will there be {words} storms in 2027?", f"By the end of 2027: will there be {words} storms?"):
        assert answer_for_words("count", asks, COUNT) == f"{COUNT} {compared}"
        assert not answer_note("count", asks, f"{COUNT} {compared}")
    assert answer_for_words("count", f"How many storms, of {words}, in 2027?", COUNT) == COUNT


@pytest.mark.parametrize(
    "asks",
    [
        "Will storms come in 2027?",
        "Will there not be more than 9 storms?",
        "Will it turn out that there weren't more than 9 storms?",
        "Will there be at least 3 storms and at most 9?",
        "Will there be between 3 and 9 storms?",
        "Will there be quakes of at least 6?",
        "Will there be storms with winds above 100 knots?",
        "Will more than 3 in 10 come?",
        "Will more than 3 % come?",
        "Will a storm last more than 3 days?",
        "Will there be storms over 2027?",
        "Will more than 9,5 come?",
        "Will more than one and a half come?",
        "Will there be more than 30 mm?",
        "Will there be damage of some kind, more than $5 million?",
        "Will there be more than 3 storms a month?",
        "Will there be more than two hundred thousand storms?",
    ],
)
def test_what_may_mean_something_else_changes_no_answer_and_is_noted(asks: str):
    """A negation, two numbers, a size, a share, a length of time and a year are no number of events."""
    assert answer_for_words("count", asks, COUNT) == COUNT
    assert answer_note("count", asks, COUNT) == AS_A_NUMBER.format(COUNT, 20)


@pytest.mark.parametrize(
    ("kind", "asks", "answer", "fitted"),
    [
        ("level", "Will it close above $100k on 31 March 2027?", LEVEL, "start + trend * t > 100000"),
        ("level", "Will it fall below 2.75 % in 2027?", LEVEL, "start + trend * t < 2.75"),
        ("level", "Will the price exceed €1.5 million in 2027?", LEVEL, "start + trend * t > 1500000"),
        ("level", "Will the price exceed €1.5m in 2027?", LEVEL, "start + trend * t > 1500000"),
        ("level", "Will the pond stand above 2 m in 2027?", LEVEL, "start + trend * t > 2"),
        ("level", "Will it reach 200 by 31 March 2027?", LEVEL, "start + trend * t >= 200"),
        ("level", "Will it fall to 3 % or below?", LEVEL, "start + trend * t <= 3"),
        ("level", "How high will it stand?", LEVEL, "start + trend * t"),
        ("level", "Will it rise?", LEVEL, LEVEL),
        ("poll", "What share will vote for it?", POLL, "support + until_vote"),
        ("poll", "Will it get at least 60 %?", POLL, "support + until_vote >= 60"),
        ("poll", "Will the tram win?", POLL, POLL),
        ("share", "Will more than 60 % sing again?", "share", "share > 0.6"),
        ("share", "Will more than 60 sing again?", "share", "share"),
        ("decomposition", "Does it cost more than 2 million?", "tuners", "tuners > 2000000"),
        ("hazard", "Will there be more than 3 strikes?", "total(events) >= 1", "total(events) >= 1"),
        ("options", "Will more than 3 run?", "winner", "winner"),
    ],
)
def test_other_kinds_have_the_answer_that_their_words_ask_for(kind: str, asks: str, answer: str, fitted: str):
    """A level has the threshold of the question, or none; a share takes per cent; whether it happens at all stays that."""
    assert answer_for_words(kind, asks, answer) == fitted


def test_what_a_person_should_know_of_an_answer_is_noted():
    """An answer that is a number, of a question of yes or no; nothing where they agree."""
    assert not answer_note("level", "Will it rise above 150?", LEVEL)
    assert answer_note("share", "Will most sing?", "share") == AS_A_NUMBER.format("share", 0.5)
    for kind, asks, answer in (
        ("hazard", "Will there be at least 1 strike?", "total(events) >= 1"),
        ("hazard", "Will inflation exceed 3 %?", "total(events) >= 1"),
        ("poll", "Will the tram win?", POLL),
        ("level", "How high will it stand?", LEVEL),
        ("level", "Will it be above 100?", "start + trend * t > 100"),
        ("count", "How many?", COUNT),
    ):
        assert not answer_note(kind, asks, answer)


def test_a_comparison_says_how_it_was_written():
    """The words stand in the note, and per cent is known from a number."""
    found = named_comparison("Will more than  3.5 % of them come?")
    assert found is not None
    assert (found.said, found.number, found.is_percent) == ("more than 3.5 %", "3.5", True)


@pytest.mark.parametrize(
    ("asks", "parts"),
    [
        ("Will it run if the county pays?", ("Will it run?", "the county pays")),
        ("Will it run in 2027, if the county pays?", ("Will it run in 2027?", "the county pays")),
        ("If the county pays, will it run?", ("Will it run?", "the county pays")),
        ("Will it run?", ("Will it run?", "")),
    ],
)
def test_a_condition_in_a_question_is_told_from_it(asks: str, parts: tuple[str, str]):
    """At its end or in front, with or without a comma."""
    assert without_condition(asks) == parts


def test_new_topics_have_these_answers_and_conditions(tmp_path: Path):
    """The files hold the answer that fits; one of a person's own, and a condition of their own, stay."""
    root = tmp_path / "book"
    assert new_book(root, today=TODAY).problems == ()

    def asked(name: str, kind: str, own: TemplateInput) -> dict[str, str]:
        done = new_topic(root, name, kind=kind, own=own, opens=None, by=None, today=TODAY)
        assert done.problems == ()
        return {question.asks: question.answer_text for question in done.topic.questions.values()}

    more = "Will there be more than 9 storms in 2027?"
    assert asked("storms", "count", TemplateInput(more)) == {more: "total(events) > 9"}
    assert asked("own", "count", TemplateInput(more, "total(events) > 10")) == {more: "total(events) > 10"}
    assert asked("share", "poll", TemplateInput("What share will vote for it?")) == {"What share will vote for it?": "support + until_vote"}
    assert [*asked("ferry", "conditional", TemplateInput("Will it run if the county pays?"))] == [
        "Will it run?",
        "If the county pays: will it run?",
        "If it is not true that the county pays: will it run?",
    ]
    assert [*asked("boat", "conditional", TemplateInput("Will it run if it snows?", condition="the county pays"))][1] == (
        "If the county pays: will it run if it snows?"
    )


@pytest.mark.parametrize(
    ("asks", "unit"),
    [
        ("Will gas cost more than 3 euros in 2027?", "euros"),
        ("Will it close above $100k in 2027?", "dollars"),
        ("Will the rate fall below 2.75 % in 2027?", "per cent"),
        ("Will the lake stand above 150 cm in 2027?", "cm"),
        ("Will it be warmer, above 30 °C, on 5 May 2027?", "°C"),
        ("Will the index be above 100 in 2027?", "units"),
        ("How high will it stand?", "units"),
    ],
)
def test_a_level_is_measured_in_the_unit_of_its_threshold(tmp_path: Path, asks: str, unit: str):
    """The template's centimetres belong to its invented pond; the example keeps them."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    done = new_topic(tmp_path / "book", "mine", kind="level", own=TemplateInput(asks), today=TODAY)
    assert done.problems == ()
    assert (done.topic.parameters["start"].unit, done.topic.parameters["trend"].unit) == (unit, f"{unit} a year")
    assert done.topic.streams["levels"].unit == unit
    assert f'"the level is {{n}} {unit}"' in done.topic.texts["seeds/mine/topic.toml"]
    assert new_topic(tmp_path / "book", "pond", kind="level", own=TemplateInput(), today=TODAY).topic.streams["levels"].unit == "cm"


@pytest.mark.parametrize(
    ("asks", "answer", "given"),
    [
        ("Will it be big?", "rate * 2", "--answer 'rate * 2 > 20'"),
        ("Will it be big?", "rate > 2", ""),
        ("How big will it be?", "rate * 2", ""),
    ],
)
def test_a_number_of_ones_own_for_a_question_of_yes_or_no_is_noted(asks: str, answer: str, given: str):
    """As one of the template's is: it was written without a word."""
    topic = make_topic(priors={"rate": "Gamma(alpha=1, beta=1)"}, questions={"big": {"asks": asks, "answer": answer}})
    assert own_answer_note(topic.questions["big"]).endswith(given)
    assert bool(own_answer_note(topic.questions["big"])) == bool(given)
