"""What is said where a contract differs in something that the model knows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest

from forecast.book.reading import read_book
from forecast.book.topic import JudgedQuestion
from forecast.markets.contract import Contract, Term, TermComparison
from forecast.markets.files.own_question import OwnQuestion, deadline_hours, own_question
from tests.markets.files.test_contracts import read
from tests.support.building import make_topic
from tests.support.paths import TINY_BOOK

QUESTION = read_book(TINY_BOOK)[0].topics["ferry"].questions["three_more"]  # by 2025-12-31


def contract_with(deadline: str = "", terms: Mapping[Term, TermComparison] | None = None) -> Contract:
    """A contract beside that question."""
    (contract,) = read().contracts.values()
    return replace(contract, deadline=datetime.fromisoformat(deadline) if deadline else None, terms=terms or {})


@pytest.mark.parametrize(
    "deadline",
    ["", "2025-12-31T23:59:00-05:00", "2026-01-01T00:00:00-05:00", "2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T04:59:00Z"],
)
def test_the_same_last_day_needs_no_question_of_its_own(deadline: str):
    """Midnight may end a day or stand for it, and zones are a matter of the checklist."""
    assert own_question(contract_with(deadline), QUESTION) == OwnQuestion()


def test_another_last_day_is_another_question():
    """Its table is that of the question, with the contract's day, in the venue's words."""
    own = own_question(contract_with("2026-06-30T23:59:00-05:00"), QUESTION, title='Will "it" break?')
    assert own.reasons == ("its last day is 2026-06-30, and that of `three_more` is 2025-12-31",)
    table = tomllib.loads("\n".join(own.table))["questions"]["three_more_kalshi_ferry"]
    assert (table["asks"], str(table["by"]), str(table["since"])) == ('Will "it" break?', "2026-06-30", "2025-01-01")
    assert table["answer"] == "total(breakdowns) >= 3"


def test_a_time_in_utc_stands_for_the_day_that_ends_nearest():
    """The evening in New York is the day before in UTC; a zone that is written says the day itself."""
    for deadline, day in (
        ("2026-07-01T03:59:00Z", "2026-06-30"),
        ("2026-07-01T00:00:00Z", "2026-07-01"),
        ("2026-07-01T09:00:00+09:00", "2026-07-01"),
    ):
        own = own_question(contract_with(deadline), QUESTION)
        assert own.reasons == (f"its last day is {day}, and that of `three_more` is 2025-12-31",)
        assert f"by = {day}" in own.table


@pytest.mark.parametrize("term", ["comparator", "settlement_step", "shape"])
def test_another_comparison_is_another_question(term: Term):
    """The key that is left to edit has a comment with the terms that differ."""
    own = own_question(contract_with(terms={term: TermComparison("different", "It counts four.")}), QUESTION)
    assert own.reasons == (f"`{term}` differs (It counts four)",)
    assert f'answer = "total(breakdowns) >= 3"  # edit: {term}' in own.table


@pytest.mark.parametrize("term", ["source", "station", "revision", "void_rule", "early_close", "polarity"])
def test_what_the_model_does_not_know_stays_in_the_priors(term: Term):
    """Who settles it, and how, is no question of the model's."""
    assert own_question(contract_with(terms={term: TermComparison("different")}), QUESTION) == OwnQuestion()


def test_a_question_that_people_answer_has_its_type_in_the_table():
    """It has no expression."""
    judged = JudgedQuestion("moves", QUESTION.place, "Will it move?", QUESTION.by, "options", ("red", "blue"), "", "")
    own = own_question(contract_with("2026-06-30T12:00:00Z"), judged)
    table = tomllib.loads("\n".join(own.table))["questions"]["moves_kalshi_ferry"]
    assert (table["type"], table["options"]) == ("options", "red, blue")


def test_a_question_by_a_fraction_stays_one():
    """Its number is the probability of one event, and no answer that is a number."""
    topic = make_topic(priors={"share": "Beta(alpha=2, beta=2)"}, questions={"won": {"probability": "share", "by": date(2025, 12, 31)}})
    own = own_question(contract_with("2026-06-30T12:00:00Z"), topic.questions["won"])
    table = tomllib.loads("\n".join(own.table))["questions"]["won_kalshi_ferry"]
    assert (table["probability"], table.get("answer")) == ("share", None)


def test_hours_between_deadlines_are_counted_from_the_end_of_the_day_in_utc():
    """Five hours where New York's day ends later; nothing where a deadline is not known."""
    assert deadline_hours(contract_with("2026-01-01T00:00:00-05:00"), QUESTION) == pytest.approx(5)
    assert deadline_hours(contract_with("2025-12-31T00:00:00Z"), QUESTION) == pytest.approx(-24)
    assert deadline_hours(contract_with(), QUESTION) is None
