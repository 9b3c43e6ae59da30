"""The status of a question is its own: void, not answerable, annulled or answered, whatever has become of the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.inference.referee import judge
from forecast.insight.explaining import explain
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, answer_questions
from forecast.predict.answers import Answer, Dates, Probability
from forecast.sentences.answer_sentences import headline
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

NEW_YEAR = date(2026, 1, 1)
END = date(2026, 12, 31)
OTHER = {"answer": "total(seen) >= 2", "by": END}
QUIET = {"from": date(2025, 1, 1), "to": date(2025, 3, 31), "value": 0}
ONE_DAY = {"from": date(2025, 4, 14), "to": date(2025, 4, 14), "value": 1}
WEEK = {"from": date(2025, 6, 2), "to": date(2025, 6, 8), "value": 2}
KINDS: Mapping[str, Mapping[str, Any]] = {
    "probability": {"answer": "total(seen) >= 6"},
    "number": {"answer": "total(seen)"},
    "date": {"answer": "first(total(seen) >= 6)"},
    "choices": {"choices": {"few": "total(seen) < 6", "many": "total(seen) >= 6"}},
    "parameters": {"answer": "rate > 2"},
}


def seen(question: Mapping[str, Any], *, rows: Any = (QUIET, ONE_DAY, WEEK), **more: Any) -> Topic:
    """Counts at a Gamma(2, 1) rate a year with a few rows, and one question beside an ordinary one."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate * years)", "watched": True}, "lost": "Poisson(mu=years)"},
        rows={"seen": rows},
        questions={"asked": {"by": END} | question, "other": OTHER},
        **more,
    )


def answers(topic: Topic, *, as_of: date = NEW_YEAR) -> Mapping[str, Answer]:
    """The answers by the fast engine."""
    return analyse(topic, as_of, Settings(draws=4_096), referee=False).result.answers


def statuses(topic: Topic, *, as_of: date = NEW_YEAR) -> tuple[str, str]:
    """The status of the question and that of the one beside it, which must have its number."""
    found = answers(topic, as_of=as_of)
    assert isinstance(found["other"].value, Probability)
    return found["asked"].status, found["other"].status


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_any_kind_is_void_once_its_condition_has_failed(kind: str) -> None:
    """A condition that growing totals cannot make true again makes the question void, and it has no value."""
    topic = seen({**KINDS[kind], "given": "total(seen) == 0"})
    found = answers(topic)["asked"]
    content = answer_content(topic, found)
    assert (found.status, found.value, content["value"], content["given_probability"]) == ("void", None, None, 0.0)
    assert content["failed"] == {"first": "2025-04-14", "last": "2025-04-14"}
    assert (content["headline"], content["sentence"]) == ("void", "Void: its condition failed on 14 April 2025.")
    assert statuses(topic) == ("void", "happened")


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ("total(seen) == 0", ("2025-04-14", "2025-04-14")),
        ("total(seen) < 1", ("2025-04-14", "2025-04-14")),
        ("not total(seen) >= 1", ("2025-04-14", "2025-04-14")),
        ("total(seen) == 0 or total(seen) == 1", ("2025-06-02", "2025-06-08")),
        ("total(seen) <= 1 and rate > 0.1", ("2025-06-02", "2025-06-08")),
        ("0 <= total(seen) <= 2", ("2025-06-02", "2025-06-08")),
        ("2 > total(seen)", ("2025-06-02", "2025-06-08")),
        ("all_of_it < 3", ("2025-06-02", "2025-06-08")),
    ],
)
def test_the_days_on_which_a_condition_failed_are_those_of_its_row(given: str, days: tuple[str, str]) -> None:
    """One day where the row has one, and otherwise the days of the row that took the total too far."""
    topic = seen({"answer": "rate > 2", "given": given}, quantities={"all_of_it": "total(seen) + total(lost)"})
    content = answer_content(topic, answers(topic)["asked"])
    assert (content["status"], content["failed"]) == ("void", {"first": days[0], "last": days[1]})


@pytest.mark.parametrize("given", ["total(seen) >= 4", "total(seen) == 3", "total(seen) != 3", "total(seen) < 4", "total(lost) == 0"])
def test_a_condition_that_may_still_come_true_leaves_the_question_open(given: str) -> None:
    """What more events may bring about, or have not ended yet, is asked as before."""
    found = answers(seen({"answer": "total(seen) >= 5", "given": given}))["asked"]
    assert found.status in {"open", "happened"}
    assert 0 < found.given < 1
    assert isinstance(found.value, Probability)


@pytest.mark.parametrize(("as_of", "status"), [(date(2025, 4, 13), "open"), (date(2025, 4, 14), "open"), (date(2025, 4, 15), "void")])
def test_a_question_is_void_from_the_day_on_which_the_failure_is_known(as_of: date, status: str) -> None:
    """On the eve and on the day of what is known a day later, the question is open."""
    row = ONE_DAY | {"known": date(2025, 4, 15)}
    assert answers(seen({"answer": "rate > 2", "given": "total(seen) == 0"}, rows=(QUIET, row)), as_of=as_of)["asked"].status == status


def test_a_condition_that_needed_more_fails_at_the_deadline() -> None:
    """Where the record reaches the deadline, too few is a failure on that day, and on the eve it is none."""
    by = date(2025, 6, 30)
    rows = (QUIET, ONE_DAY, {"from": date(2025, 4, 15), "to": date(2025, 12, 31), "value": 0})
    topic = seen({"answer": "rate > 2", "given": "total(seen) >= 2", "by": by}, rows=rows)
    content = answer_content(topic, answers(topic)["asked"])
    assert (content["status"], content["failed"]) == ("void", {"first": "2025-06-30", "last": "2025-06-30"})
    assert answers(topic, as_of=date(2025, 6, 29))["asked"].status == "open"


def test_what_happened_before_a_question_counts_does_not_make_it_void() -> None:
    """A row before ``since`` fails no condition; one across it leaves open whether it did."""
    assert statuses(seen({"answer": "rate > 2", "given": "total(seen) == 0", "since": date(2025, 7, 1)}))[0] == "open"
    assert statuses(seen({"answer": "rate > 2", "given": "total(seen) == 0", "since": date(2025, 6, 5)}))[0] == "open"
    assert statuses(seen({"answer": "rate > 2", "given": "total(seen) == 0", "since": date(2025, 6, 2)}))[0] == "void"


def test_a_range_fails_a_condition_only_from_its_lower_end() -> None:
    """At least two are more than one; at most two may be none."""
    some = WEEK | {"value": "", "low": 2, "high": 5}
    few = WEEK | {"value": "", "low": 0, "high": 2}
    asked = {"answer": "rate > 2", "given": "total(seen) <= 1"}
    assert [statuses(seen(asked, rows=(QUIET, row)))[0] for row in (some, few)] == ["void", "open"]


def test_a_series_fails_a_condition_on_the_questions_day() -> None:
    """A price that is known for the deadline decides, and one that is only expected then does not."""
    prices = {"price": {"points": [(date(2025, 1, 1), 5.0)]}}
    asked = {"answer": "rate > 2", "given": "price > 10"}
    early, late = ({**asked, "by": day} for day in (date(2025, 12, 1), END))
    found = answers(seen(early, series=prices))["asked"]
    assert found.failed is not None
    assert (found.status, found.failed.first, found.failed.last) == ("void", date(2025, 12, 1), date(2025, 12, 1))
    assert answers(seen(late, series=prices))["asked"].status == "not answerable"


UNDEFINED = (
    "`odd > 1` cannot be worked out in 100 % of the cases: it divides by 0 there, or takes a root or a logarithm of what has none; "
    "ask first whether it can be worked out, as in `total(a) > 0 and ...`"
)
UNANSWERABLE: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "a condition that no path meets": (
        {"answer": "total(seen) >= 6", "given": "total(seen) > 10000"},
        "`total(seen) > 10000` holds on no path, so nothing can be said given it",
    ),
    "a condition that nothing can meet": (
        {"answer": "rate > 2", "given": "rate < 0"},
        "`rate < 0` holds on no path, so nothing can be said given it",
    ),
    "choices that overlap where the condition holds": (
        {"choices": {"a": "total(seen) >= 3", "b": "total(seen) >= 3 and rate > 0"}, "given": "total(seen) >= 4"},
        "the choices `a` and `b` hold at once in 100 % of the cases: choices must exclude each other",
    ),
    "a number divided by nothing": (
        {"answer": "rate / (total(seen) - total(seen))"},
        "`rate / (total(seen) - total(seen))` is not a finite number in 100 % of the cases",
    ),
    "a condition that compares what is no number": ({"answer": "odd > 1"}, UNDEFINED),
    "a given that compares what is no number": ({"answer": "rate > 2", "given": "odd > 1"}, UNDEFINED),
    "a question that is annulled on every path": (
        {"answer": "rate > 2", "annulled": "rate > 0"},
        "`rate > 0` annuls the question on every path, so nothing can be said given that it is not",
    ),
    "a number beyond those of a computer": (
        {"answer": "exp(exp(rate + 6))"},
        "`exp(exp(rate + 6))` is not a finite number in 98 % of the cases",
    ),
}


@pytest.mark.parametrize("case", UNANSWERABLE)
def test_a_question_that_is_not_answerable_says_why_and_stops_no_other(case: str) -> None:
    """Its reason stands in its sentence, it has no value, and the question beside it is answered."""
    asked, reason = UNANSWERABLE[case]
    topic = seen(asked, quantities={"odd": "(rate - rate) / (total(seen) - total(seen))"})
    found = answers(topic)
    content = answer_content(topic, found["asked"])
    assert isinstance(found["other"].value, Probability)
    if case.endswith("computer"):  # how often depends on the draws
        assert content["sentence"].startswith("Not answerable: `exp(exp(rate + 6))` is not a finite number in ")
    else:
        assert content["reasons"] == [reason]
        assert content["sentence"] == f"Not answerable: {reason}."
    assert (content["status"], content["headline"], content["value"], content["given_probability"]) == (
        "not answerable",
        "no answer",
        None,
        None,
    )


def test_what_does_not_count_makes_no_question_unanswerable() -> None:
    """Choices that overlap, and numbers that are none, where the condition fails or another part has decided, do no harm."""
    overlapping = {"choices": {"a": "total(seen) >= 3", "b": "total(seen) >= 9"}, "given": "total(seen) < 9"}
    divided = {"answer": "total(seen) / total(lost)", "given": "total(lost) > 0"}
    guarded = {"answer": "total(lost) > 0 and total(lost) / total(lost) > 0.5"}
    assert [statuses(seen(asked))[0] for asked in (overlapping, divided, guarded)] == ["open"] * 3


def test_a_date_waits_until_its_condition_can_be_worked_out() -> None:
    """A share of nothing holds on no day: something must have been seen before more than half of it can be lost."""
    rows = {"from": date(2025, 4, 14), "to": date(2025, 4, 14), "value": 1}
    found = answers(seen({"answer": "first(total(seen) / total(seen) > 0.5)"}, rows=(QUIET, rows)))["asked"]
    assert isinstance(found.value, Dates)
    assert (found.status, found.value.quantiles) == ("happened", (date(2025, 4, 14),) * 5)


def test_insight_speaks_of_the_questions_that_have_an_answer() -> None:
    """With a void question and one that is not answerable beside it, why is said of the others, in numbers that are all finite."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate * years)", "watched": True}},
        rows={"seen": (QUIET, ONE_DAY, WEEK)},
        questions={
            "void": {"answer": "rate > 2", "given": "total(seen) == 0", "by": END},
            "odd": {"answer": "total(seen) * 0 / 0 > 1", "by": END},
            "other": {"answer": "total(seen) >= 5", "by": END},
        },
    )
    found = explain(analyse(topic, NEW_YEAR, Settings(draws=4_096), referee=False))
    assert [measure["question"] for measure in found["measures"]] == ["other"]
    assert len(found["history"]["points"]) > 2


def test_engines_that_differ_on_whether_there_is_an_answer_are_compared() -> None:
    """A question that one engine answers and the other cannot is disputed by name; where both cannot, there is nothing to compare."""
    open_topic = seen({"answer": "rate > 2", "given": "total(seen) == 0"}, rows=(QUIET,))
    void_topic = seen({"answer": "rate > 2", "given": "total(seen) == 0"})
    fast = analyse(void_topic, NEW_YEAR, Settings(draws=4_096), referee=False).result
    other = analyse(open_topic, NEW_YEAR, Settings(draws=4_096), referee=False).result
    apart = judge(fast.posterior, {"asked": fast.answers["asked"]}, fast.posterior, {"asked": other.answers["asked"]})
    alike = judge(fast.posterior, fast.answers, fast.posterior, fast.answers)
    assert [str(each.what) for each in apart.disputed] == ["chance that it has an answer"]
    assert alike.verdict == "agreed"


def test_a_reading_has_every_question() -> None:
    """Python's readers meet the same statuses."""
    topic = seen({"answer": "rate > 2", "given": "total(seen) == 0"})
    analysis = analyse(topic, NEW_YEAR, Settings(draws=4_096), referee=False)
    assert list(answer_questions(analysis.result.posterior, analysis.settings).answers) == ["asked", "other"]
    assert headline("probability", None, unit="", status="void") == "void"
