"""A stream's events as clauses, in the words of its author or in words that fit any name."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Any

import pytest

from forecast.book.event_phrases import EventPhrases
from forecast.book.topic import Row, Stream
from forecast.book.value_range import ValueRange
from forecast.insight.event_clauses import (
    at_least_clause,
    fewer_than_clause,
    measured_clause,
    none_clause,
    one_or_more_clause,
    row_clause,
)
from tests.support.building import make_topic

ASKS = EventPhrases("another captive asks to go South", "{n} more captives ask to go South", "no other captive asks to go South")


def stream(name: str = "walk_ins", value: str = "Poisson(mu=rate)", *, unit: str = "", phrases: EventPhrases | None = None) -> Stream:
    """A stream with one row of the value 3."""
    topic = make_topic(priors={"rate": "Gamma(alpha=2, beta=2)"}, streams={name: value}, rows={name: [3]})
    return replace(topic.streams[name], unit=unit, phrases=phrases or EventPhrases())


def row(of: Stream, value: float, between: tuple[float, float] | None = None, **more: Any) -> Row:
    """A row of the stream with another value, or with a range in its place."""
    return replace(of.rows[0], value=value, between=None if between is None else ValueRange(*between), **more)


def test_an_author_s_clauses_are_said_as_they_stand() -> None:
    """One or more, none, at least and fewer than a number are the clauses, with the number where it is marked."""
    its = stream(unit="men", phrases=ASKS)
    assert one_or_more_clause(its) == "another captive asks to go South"
    assert none_clause(its) == "no other captive asks to go South"
    assert at_least_clause(its, 2) == "at least two more captives ask to go South"
    assert fewer_than_clause(its, 13) == "fewer than 13 more captives ask to go South"
    assert at_least_clause(its, 1) == one_or_more_clause(its)
    assert fewer_than_clause(its, 1) == none_clause(its)


@pytest.mark.parametrize(
    ("unit", "phrases", "one", "none", "many"),
    [
        ("men", EventPhrases(), "at least one man is recorded", "no man is recorded", "at least two men are recorded"),
        ("oxen", EventPhrases(unit_one="ox"), "at least one ox is recorded", "no ox is recorded", "at least two oxen are recorded"),
        ("", EventPhrases(), "at least one event is recorded", "no event is recorded", "at least two events are recorded"),
        ("1 if promised", EventPhrases(), "at least one event is recorded", "no event is recorded", "at least two events are recorded"),
        ("share", EventPhrases(), "at least one event is recorded", "no event is recorded", "at least two events are recorded"),
    ],
)
def test_without_clauses_the_stream_is_named(unit: str, phrases: EventPhrases, one: str, none: str, many: str) -> None:
    """The noun is the unit where that is one, in the number that its count asks for, and otherwise an event."""
    its = stream("into_battle", unit=unit, phrases=phrases)
    under = " under “into battle”"
    assert (one_or_more_clause(its), none_clause(its), at_least_clause(its, 2)) == (one + under, none + under, many + under)


def test_classes_are_named() -> None:
    """Of a class it is said how often it is recorded."""
    its = stream("mood")
    assert one_or_more_clause(its, "very_good") == "“very good” is recorded at least once under “mood”"
    assert none_clause(its, "good") == "“good” is not recorded under “mood”"
    assert at_least_clause(its, 4, "good") == "“good” is recorded at least four times under “mood”"


def test_a_measurement_lies_above_or_below() -> None:
    """Values and sums are told apart, shares are percents, and an author's clause has the number."""
    its = stream("pond_level", "Normal(mu=rate, sigma=1)", unit="cm")
    assert measured_clause(its, "above", 152, spread=30, is_sum=False) == "a value above 152 cm is recorded under “pond level”"
    assert measured_clause(its, "below", 12, spread=30, is_sum=True) == "a total below 12 cm is recorded under “pond level”"
    assert (
        measured_clause(replace(its, unit="share"), "above", 0.4, spread=0.3, is_sum=False)
        == "a value above 40 % is recorded under “pond level”"
    )
    assert "above 1,003.2 cm" in measured_clause(its, "above", 1_003.2, spread=0.7, is_sum=False)
    told = replace(its, phrases=EventPhrases(events="the level is {n} cm"))
    assert measured_clause(told, "above", 152, spread=30, is_sum=False) == "the level is more than 152 cm"
    assert measured_clause(told, "below", 140, spread=30, is_sum=False) == "the level is less than 140 cm"


@pytest.mark.parametrize(
    ("value", "between", "told", "named"),
    [
        (0, None, "no captive asks to go South", "walk ins: none"),
        (1, None, "one captive asks to go South", "walk ins: 1 man"),
        (2, None, "two captives ask to go South", "walk ins: 2 men"),
        (1_340, None, "1,340 captives ask to go South", "walk ins: 1,340 men"),
        (1, (1, inf), "at least one captive asks to go South", "walk ins: at least 1 man"),
        (20, (20, inf), "at least 20 captives ask to go South", "walk ins: at least 20 men"),
        (5, (5, 15), "5 to 15 captives ask to go South", "walk ins: 5 to 15 men"),
    ],
)
def test_a_row_may_be_the_first_of_its_kind(value: float, between: tuple[float, float] | None, told: str, named: str) -> None:
    """In a record neither another nor more are spoken of; without clauses the amount stands beside the stream's name."""
    its = stream(unit="men", phrases=ASKS)
    assert row_clause(its, row(its, value, between)) == told
    assert row_clause(replace(its, phrases=EventPhrases()), row(its, value, between)) == named


def test_two_times_are_twice() -> None:
    """As people say it, and not of fewer than two."""
    its = stream(phrases=EventPhrases(events="it happens {n} times"))
    assert row_clause(its, row(its, 2)) == "it happens twice"
    assert row_clause(its, row(its, 3)) == "it happens three times"
    assert at_least_clause(its, 2) == "it happens at least twice"
    assert fewer_than_clause(its, 2) == "it happens fewer than two times"


def test_a_row_of_one_needs_a_clause_of_its_own() -> None:
    """Where only several events have a clause, one is not told by it."""
    its = stream(unit="men", phrases=EventPhrases(events="{n} captives ask to go South"))
    assert row_clause(its, row(its, 1)) == "walk ins: 1 man"
