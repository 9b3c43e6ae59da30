"""Calibrated words: the scale of ICD 203, an option of rendering that leaves the JSON as it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.report.icd203 import SCALE, WORDING_STYLES, answer_sentence, probability_term
from forecast.report.pages import render_index, render_topic
from tests.support.sample_insight import with_insight
from tests.support.sample_report import sample_content


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.0, "almost no chance"),
        (0.03, "almost no chance"),
        (0.05, "very unlikely"),
        (0.1999, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly an even chance"),
        (0.55, "likely"),
        (0.8, "very likely"),
        (0.95, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_a_probability_has_the_word_of_its_range(probability, word):
    """The bounds are those of the directive; a bound belongs to the range above it."""
    assert probability_term(probability)[0] == word


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_probability_never_has_a_weaker_word(first, second):
    """Words keep the order of probabilities."""
    order = [each[1:] for each in SCALE]
    low, high = sorted((first, second))
    assert order.index(probability_term(low)) <= order.index(probability_term(high))


def test_every_kind_of_answer_is_told_in_calibrated_words():
    """Probabilities, dates and shares have their words; numbers and what is settled are worded as before."""
    content = sample_content()
    answers = {answer["name"]: answer for answer in content["answers"]}
    told = {name: answer_sentence(answer, "icd203") for name, answer in answers.items()}
    chance = answers["second_transfer"]["value"]["value"]
    assert told["second_transfer"].lower().startswith(probability_term(chance)[0])
    assert "is plausible" in told["second_transfer"]
    assert re.search(r"The condition itself is \d+ % likely\.$", told["if_many"])
    assert told["when_next"].startswith("By 31 December 2027: ")
    assert told["what_keeps_them"].count("(") == len(answers["what_keeps_them"]["value"]["shares"])
    assert {told[name] == answers[name]["sentence"] for name in ("captives", "would_go_home", "first_transfer")} == {True}


def test_a_number_is_as_sure_as_in_plain_words():
    """A value that 97 % of futures have is not almost certain, in either wording."""
    (number,) = (answer for answer in sample_content()["answers"] if answer["name"] == "captives")
    value = number["value"] | {"quantiles": [2.0] * 5, "errors": [0.0] * 5, "pmf": {"x": [2.0, 3.0], "y": [0.97, 0.03]}}
    told = {answer_sentence({**number, "value": value}, style) for style in WORDING_STYLES}
    assert {sentence.split(" 2 ")[0] for sentence in told} == {"Very probably"}


def test_the_words_are_an_option_of_rendering():
    """Page, Markdown and index tell the words and their scale; plain pages of the same content do not."""
    content = with_insight(sample_content())
    for style, there in (("icd203", True), ("plain", False)):
        files = render_topic(content, style=style) | render_index([content], style=style)
        for name in ("route.html", "route.md", "index.html", "index.md"):
            assert ("ICD 203" in files[name].decode()) is there
    assert {answer["sentence"] for answer in content["answers"]} == {answer["sentence"] for answer in sample_content()["answers"]}
