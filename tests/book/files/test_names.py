"""Labels that have the name of something else: each passes, or the message is true and its hint works when it is followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast.book.files.problems import has_errors
from forecast.book.reading import read_book

TOPIC = """
title = "Hens"
opens = 2025-01-01
step = "month"

[series.grain]
about = "grain in the barn"
unit = "sacks"

[streams.laid]
about = "eggs laid by hens of a breed"
value = "Binomial(n=hens, p=share[breed])"

[quantities]
twice = "2 * yield_rate"

[questions.brown]
asks = "What share of the brown hens lays?"
settled = "By the record."
answer = "ANSWER"

[questions.cause_of_it]
asks = "What is it?"
settled = "By the record."
answer = "cause"
"""
PRIORS = """
[share]
per = "breed"
prior = "Beta(alpha=2, beta=yield_rate)"
why = "Half of them, or so, lay on a day."

[yield_rate]
prior = "Gamma(alpha=2, beta=1)"
unit = "eggs"
why = "A hen lays an egg a day at most."

[cause]
prior = "Categorical(brown=0.2, laid=0.2, yield_rate=0.2, log=0.2, other=0.2)"
why = "Nobody knows what it is, so each is as likely."
"""
QUESTION_OR_STREAM = ("brown", "laid")
VALUES = {"yield_rate": "a parameter", "twice": "a quantity", "grain": "a series", "months": "a clock", "t": "a clock"}
FUNCTIONS = ("log", "exp", "total", "first", "min")
NO_WORDS = ("light brown", "light-brown", "2nd", "2024", "and", "if", "True", "None", "a.b", "x/y", "it's", "größer als")
PLAIN = ("brown", "laid", "white", "default", *FUNCTIONS)


def read(root: Path, answer: str, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Message and hint of each error of a topic with these labels, whose first question has this answer."""
    (root / "seeds/hens").mkdir(parents=True, exist_ok=True)
    (root / "priors").mkdir(exist_ok=True)
    (root / "seeds/hens/topic.toml").write_text(TOPIC.replace("ANSWER", answer), encoding="utf-8")
    (root / "priors/hens.toml").write_text(PRIORS, encoding="utf-8")
    (root / "seeds/hens/grain.csv").write_text("date,value,source\n2025-01-01,5,Barn\n", encoding="utf-8")
    rows = "".join(f'2025-02-01,3,5,"{label}",Hen house\n' for label in labels)
    (root / "seeds/hens/laid.csv").write_text(f"on,value,hens,breed,source\n{rows}", encoding="utf-8")
    _, problems = read_book(root)
    assert has_errors(problems) == any(problem.level == "error" for problem in problems)
    return [(problem.message, problem.hint) for problem in problems if problem.level == "error"]


@pytest.mark.parametrize("label", [*QUESTION_OR_STREAM, *FUNCTIONS])
def test_a_label_with_the_name_of_what_has_no_value_is_the_label(label: str, tmp_path: Path):
    """Questions, streams and functions are no values, so that the word between brackets can only be the label."""
    for answer in (f"share[{label}]", f"share['{label}'] > share[{label}] / 2"):
        assert read(tmp_path, answer, (label, "white")) == []
    for question in ("brown", "laid", "log"):
        assert read(tmp_path, f"cause == {question}", ("white",)) == []


@pytest.mark.parametrize("label", VALUES)
def test_a_label_with_the_name_of_a_value_stands_in_quotes(label: str, tmp_path: Path):
    """The message names both, and what it tells to write passes."""
    found = [each for each in read(tmp_path, f"share[{label}]", (label, "white")) if "has no `by`" not in each[0]]  # of the series
    assert found == [(f"`{label}` is {VALUES[label]} and also a label of `breed`", f"for the label, write share['{label}']")]
    assert read(tmp_path, found[0][1].removeprefix("for the label, write "), (label, "white")) == []


def test_a_label_that_is_compared_stands_in_quotes_where_it_is_a_value(tmp_path: Path):
    """The same beside `==`."""
    assert read(tmp_path, "cause == yield_rate", ("white",)) == [
        ("`yield_rate` is a parameter and also a label of `cause`", "for the label, write 'yield_rate'")
    ]
    assert read(tmp_path, "cause == 'yield_rate'", ("white",)) == []


@pytest.mark.parametrize("label", NO_WORDS)
def test_a_label_that_is_no_word_is_told_to_stand_in_quotes(label: str, tmp_path: Path):
    """Labels with blanks, hyphens, digits first, words of Python: the hint says how to write them, and that passes."""
    found = read(tmp_path, f"share[{label}]", (label, "white"))
    assert len(found) == 1
    wanted = found[0][1].removeprefix("a label that is no plain word stands in quotes, as in ").removeprefix("write ")
    assert wanted.startswith("share[")
    assert read(tmp_path, wanted if "\\" in wanted else wanted.replace('"', '\\"'), (label, "white")) == []


def test_an_index_that_is_no_label_lists_those_there_are(tmp_path: Path):
    """A parameter, a number and the text column itself, which a question does not have: no hint tells to write what stands there."""
    listed = "index it by one of its labels: red, white"
    for answer, message in {
        "share[yield_rate]": "`share` is indexed by `yield_rate`, which is no label of `breed`",
        "share[1]": "`share` is indexed by `1`, which is no label of `breed`",
        "share[2 * yield_rate]": "`share` is indexed by `2 * yield_rate`, which is no label of `breed`",
        "share[breed]": "`share` is indexed by `breed`, which is not a label of a question",
    }.items():
        assert read(tmp_path, answer, ("red", "white")) == [(message, listed)]
