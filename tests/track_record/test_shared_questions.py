"""Questions that stand in several records are found, by id, address or text."""

from __future__ import annotations

from datetime import date

import pytest

from forecast.book.files.problems import Place
from forecast.forecasts.question import AskedQuestion
from forecast.forecasts.record import ForecastRecord, RecordSource
from forecast.forecasts.times import parse_moment
from forecast.track_record.shared_questions import shared_questions


def record(name: str, platform: str, *questions: tuple[str, str, str, str]) -> ForecastRecord:
    """A collection of questions with id, text, address and day of the scheduled close."""
    asked = [
        AskedQuestion(Place(name), key, "", text, "binary", url=url, scheduled_close=parse_moment(f"{day}T00:00:00Z") if day else None)
        for key, text, url, day in questions
    ]
    source = RecordSource(platform, "", "", date(2026, 1, 1))
    return ForecastRecord(name, name, source, {its.id: (its,) for its in asked})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("metaculus", "7", "A?", "", ""), ("metaculus", "7", "B?", "", "")),
        (
            ("metaculus", "7", "A?", "https://www.metaculus.com/questions/7/", ""),
            ("bench", "x", "B?", "https://metaculus.com/questions/7", ""),
        ),
        (("metaculus", "7", "Will  it rain?", "", "2026-02-01"), ("fatebook", "ab12", "will it rain?", "", "2026-02-01")),
    ],
)
def test_a_question_is_known_again_by_id_address_or_text(one: tuple[str, ...], other: tuple[str, ...]):
    """Whatever the other two are."""
    (found,) = shared_questions([record("a", one[0], one[1:]), record("b", other[0], other[1:])])
    assert (found.records, found.questions, found.first) == (("a", "b"), 1, (f"a:{one[1]}", f"b:{other[1]}"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("csv", "1", "A?", "", ""), ("csv", "1", "B?", "", "")),
        (("metaculus", "7", "Will it rain?", "", "2026-02-01"), ("fatebook", "7", "Will it rain?", "", "2026-03-01")),
    ],
)
def test_other_questions_are_not_taken_for_the_same(one: tuple[str, ...], other: tuple[str, ...]):
    """Ids of a table without a platform, or of two platforms, say nothing; nor does a text with another close."""
    assert shared_questions([record("a", one[0], one[1:]), record("b", other[0], other[1:])]) == ()


def test_an_address_of_several_questions_marks_none():
    """Answers of one market share an address; a question elsewhere with that address is none of them for certain."""
    group = record("a", "manifold", ("1", "A?", "https://m.c/q", ""), ("2", "B?", "https://m.c/q", ""))
    assert shared_questions([group, record("b", "bench", ("x", "C?", "https://m.c/q", ""))]) == ()
