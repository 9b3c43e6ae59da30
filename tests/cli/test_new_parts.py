"""The dialogue of `forecast new` about a number taken apart: the formula comes first, then the range of each part that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.actions.new.own_parts import unit_of_words
from forecast.book.reading import read_book
from tests.cli.conftest import Talk

pytestmark = pytest.mark.medium

DENTISTS = "How many dentists work in Leeds?"


def test_a_number_is_taken_apart_by_a_formula_of_ones_own(talk: Talk, fresh: Path):
    """The template's parts are not asked for; what the product implies is shown before anything is written."""
    typed = (
        DENTISTS, "", "leeds", "", "people * (visits", "3 * 4", "t * people", "people * visits / seen",
        "800k", "700k to 900k residents", "", "The census says so",
        "", "1 to 2", "", "", "LogNormal(p5=1000, p95=2000)", "",
    )  # fmt: skip
    out = talk("--ask", typed=(*typed, "n")).out
    for shown in (
        "Its number or its name; Enter for decomposition:",
        "a formula is needed",
        "'(' was never closed",
        "`3 * 4` names no part",
        "`t` is a clock of the language and cannot be a name",
        "nine chances in ten, as in 400000 to 1600000",
        "people: “700k to 900k” is LogNormal(p5=700000, p95=900000): 700,000 to 900,000 residents (90 %)",
        "a range of `visits` is needed",
        "It answers: people * visits / seen",
        "The answer this implies:",
    ):
        assert shown in out, shown
    assert "households" not in out
    asked = [line.split("`")[1] for line in out.splitlines() if line.startswith("What do you believe of `")]
    assert asked == ["people", "visits", "seen"]
    assert not (fresh / "seeds/leeds").exists()
    assert talk("--ask", typed=(*typed, "y")).code == 0
    topic = read_book(fresh, ["leeds"])[0].topics["leeds"]
    assert {name: parameter.unit for name, parameter in topic.parameters.items()} == {
        "people": "residents",
        "visits": "visits",
        "seen": "seen",
    }
    assert topic.parameters["people"].why == "The census says so."


def test_names_alone_are_multiplied_and_compared_as_the_question_says(talk: Talk, fresh: Path):
    """A question of yes or no gets a chance, and a share is said as one."""
    typed = (
        "Will more than 500 dentists work in Leeds?",
        "decomposition",
        "leeds",
        "people, working",
        "700k to 900k",
        "",
        "",
        "1 in 2000",
        "",
        "",
        "y",
    )
    ran = talk("--ask", typed=typed)
    assert (ran.code, ran.err, "NOTE" in ran.out) == (0, "", False)
    topic = read_book(fresh, ["leeds"])[0].topics["leeds"]
    assert [question.answer_text for question in topic.questions.values()] == ["people * working > 500"]
    assert topic.parameters["working"].prior.text == "Beta(mean=0.0005, strength=2000)"


def test_parts_that_are_given_are_not_asked_for(talk: Talk):
    """Options and dialogue go together."""
    words = ("leeds", "--like", "decomposition", "--asks", DENTISTS, "--answer", "people * visits", "--prior", "people=1 to 2", "--ask")
    out = talk(*words, typed=("2 to 3", "", "", "n")).out
    assert [line.split("`")[1] for line in out.splitlines() if line.startswith("What do you believe of `")] == ["visits"]


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("20 to 60 homes", "homes"),
        ("20k to 60k homes", "homes"),
        ("1 to 2 million people", "people"),
        ("1 to 2 million", ""),
        ("2.5M to 3M", ""),
        ("2 to 3 m", "m"),
        ("1 to 2 a year", "a year"),
        ("1 to 2 %", ""),
    ],
)
def test_the_unit_stands_behind_the_last_number(said: str, unit: str):
    """Words for thousands are no unit."""
    assert unit_of_words(said) == unit
