"""Questions that people answer, and no model: read, hashed by their words, and seen by no engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from forecast.book.hashes import numbers_hash, words_hash
from forecast.book.reading import read_book
from forecast.book.topic import Topic
from forecast.forecasts.own_questions import own_terms
from forecast.forecasts.times import moment_text

TOPIC = """title = "What people think"
opens = 2026-01-01

[questions.moves]
asks    = "Will it move?"
by      = 2026-12-31
type    = "probability"
settled = "By the minutes."

[questions.which]
asks    = "Which colour?"
type    = "options"
options = "red, dark blue, neither"

[questions.how_many]
asks = "How many?"
type = "number"
unit = "members"
"""


def topic_of(tmp_path: Path, text: str = TOPIC) -> Topic:
    """The topic of a book without a model."""
    (tmp_path / "seeds/people").mkdir(parents=True, exist_ok=True)
    (tmp_path / "seeds/people/topic.toml").write_text(text)
    book, problems = read_book(tmp_path)
    assert problems == ()
    return book.topics["people"]


def test_a_topic_may_ask_people_alone(tmp_path: Path):
    """It has no questions for a model, nothing to compute, and no prior file."""
    topic = topic_of(tmp_path)
    assert (dict(topic.questions), topic.has_model) == ({}, False)
    assert [(its.name, its.type, its.by, its.options, its.unit) for its in topic.judged.values()] == [
        ("moves", "probability", date(2026, 12, 31), (), ""),
        ("which", "options", None, ("red", "dark blue", "neither"), ""),
        ("how_many", "number", None, (), "members"),
    ]


def test_its_questions_are_asked_like_any_other(tmp_path: Path):
    """Each has its type, options and close, and a hash of its words."""
    terms = {its.question.id: its for its in own_terms(topic_of(tmp_path))}
    assert {name: its.question.type for name, its in terms.items()} == {"moves": "binary", "which": "options", "how_many": "number"}
    assert [its.option for its in terms["which"].options] == ["red", "dark blue", "neither"]
    close = terms["moves"].question.scheduled_close
    assert close is not None
    assert moment_text(close) == "2026-12-31T23:59:59Z"


def test_a_change_of_its_words_makes_a_new_question_and_moves_no_number(tmp_path: Path):
    """Text, deadline, rule, options and unit count."""
    before = topic_of(tmp_path)
    changes = (
        ("Will it move?", "Will it stay?"),
        ("2026-12-31", "2027-12-31"),
        ("the minutes", "the club"),
        ("neither", "both"),
        ("members", "men"),
    )
    for old, new in changes:
        after = topic_of(tmp_path, TOPIC.replace(old, new))
        hashes = [{its.question.asked for its in own_terms(topic)} for topic in (before, after)]
        assert len(hashes[0] & hashes[1]) == 2, old
        assert numbers_hash(after) == numbers_hash(before)
        assert words_hash(after) != words_hash(before)


def test_a_topic_without_such_questions_has_the_hash_that_it_had(tmp_path: Path):
    """Reports of before are not made again for the new kind of question."""
    topic = topic_of(tmp_path)
    plain = replace(topic, judged={})
    assert words_hash(plain) == "8f88430446cc43371125de48e9dcd3baf5e25b41bef73ae865124eb6afed9993"
