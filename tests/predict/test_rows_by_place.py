"""Rows that a day falls inside, read from files as a user's are: however they are stored, an answer counts each by its own events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import exp, lgamma, log

import numpy as np
import pytest

from forecast.book.record_columns import MOST_KEPT
from forecast.book.topic import Topic
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.answers import paths_for
from forecast.predict.first_days import days_within_rows
from tests.support.building import make_topic

OPENS, BY, AS_OF = date(2025, 1, 1), date(2025, 6, 30), date(2026, 1, 1)
FIRST, LAST = date(2025, 4, 1), date(2025, 8, 31)  # of the row that the deadline falls inside
QUIET = [{"from": OPENS, "to": date(2025, 3, 31), "value": 0}, {"from": date(2025, 9, 1), "to": date(2025, 12, 31), "value": 0}]
AFTER = (LAST - BY).days / ((LAST - FIRST).days + 1)  # the share of the row's days that lie after the deadline
ALPHA, BETA = 2.0, 1.0
SETTINGS = Settings(draws=8_192)


def topic_of(*rows: dict[str, object], answer: str = "total(seen) >= 1", first: Sequence[dict[str, object]] = QUIET) -> Topic:
    """Events at an unknown rate a year, and whether, or when, there is one by the deadline."""
    return make_topic(
        priors={"rate": f"Gamma(alpha={ALPHA}, beta={BETA})"},
        streams={"seen": {"value": "Poisson(mu=rate * years)", "watched": True}},
        rows={"seen": [*first, *rows]},
        questions={"asked": {"answer": answer, "by": BY}},
    )


def chance(counts: Iterator[int] | Sequence[int]) -> float:
    """The chance that one of a row's events lies before the deadline, where the row has one of some counts and all else is quiet."""
    days, length = (AS_OF - OPENS).days, (LAST - FIRST).days + 1
    logs = {n: n * log(length) - lgamma(n + 1) + lgamma(ALPHA + n) - (ALPHA + n) * log(BETA * 365.25 + days) for n in counts}
    top = max(logs.values())
    weights = {n: exp(each - top) for n, each in logs.items()}
    return sum(weight * (1 - AFTER**n) for n, weight in weights.items()) / sum(weights.values())


def answered(topic: Topic) -> tuple[float, float]:
    """The answer and its Monte Carlo error."""
    value = analyse(topic, AS_OF, SETTINGS, referee=False).result.answers["asked"].value
    return value.value, value.error  # type: ignore[union-attr]


def test_a_row_that_is_asked_for_twice_is_the_same_row() -> None:
    """Though it may be made anew each time."""
    record = model_as_of(topic_of({"from": FIRST, "to": LAST, "value": 1}), AS_OF).records["seen"]
    (one,), (two,) = record.rows_at(np.array([1])), record.rows_at(np.array([1]))
    assert one == two
    assert (one.stream, one.at, one.row) == ("seen", 1, two.row)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_row_across_a_deadline_counts_by_its_days(count: int) -> None:
    """Beside quiet rows, which leave the stream's other rows without an object of their own."""
    value, error = answered(topic_of({"from": FIRST, "to": LAST, "value": count}))
    assert value == pytest.approx(1 - AFTER**count, abs=4 * error + 1e-9)


@pytest.mark.parametrize(("low", "high"), [(1, 4), (2, 9), (0, 3)])
def test_a_range_across_a_deadline_counts_by_what_was_drawn_of_it(low: int, high: int) -> None:
    """Not by the lower end of the range."""
    value, error = answered(topic_of({"from": FIRST, "to": LAST, "low": low, "high": high}))
    assert value == pytest.approx(chance(range(low, high + 1)), abs=4 * error + 1e-9)


def test_the_first_day_is_drawn_with_what_the_totals_have() -> None:
    """On each path the first event lies before another question's deadline exactly where the total before that deadline has it."""
    topic = topic_of({"from": FIRST, "to": LAST, "value": 2})
    first = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=1)"},
        streams={"seen": {"value": "Poisson(mu=rate * years)", "watched": True}},
        questions={"when": {"answer": "first(total(seen) >= 1)", "by": LAST}},
    ).questions
    topic = replace(topic, questions={**topic.questions, **first})
    paths = paths_for(model_as_of(topic, AS_OF), {"rate": np.full((500, 1), 1.0)}, np.random.default_rng(1))
    (allocation,) = paths.allocations
    numbers = np.arange(len(paths))
    ends = np.full(len(paths), LAST.toordinal())
    found = days_within_rows(topic.questions["when"], paths, numbers, ends, np.ones(len(paths), dtype=bool))
    np.testing.assert_array_equal(found <= BY.toordinal(), allocation.upto(BY + timedelta(days=1))["seen"] >= 1)


def test_in_a_record_whose_rows_are_not_kept_it_is_the_same() -> None:
    """Of more than a thousand rows none is kept."""
    days = [OPENS - timedelta(days=at + 1) for at in range(MOST_KEPT + 200)]
    before = [{"on": day, "value": 0} for day in reversed(days)]
    topic = replace(topic_of({"from": FIRST, "to": LAST, "value": 2}, first=[*before, *QUIET]), opens=days[-1])
    value, error = answered(topic)
    assert value == pytest.approx(1 - AFTER**2, abs=4 * error + 1e-9)


def test_copies_of_a_report_leave_the_others_their_places() -> None:
    """A row that repeats a report counts once, and the rows after it are known by their places among those that count."""
    rows = [{"from": FIRST, "to": LAST, "value": 1, "origin": "a wire"}, {"from": FIRST, "to": LAST, "value": 1, "origin": "a wire"}]
    value, error = answered(topic_of(*rows))
    assert value == pytest.approx(1 - AFTER, abs=4 * error + 1e-9)


def test_paths_know_every_row_that_a_question_crosses() -> None:
    """Rows that say the same on the same days are two."""
    row = {"from": FIRST, "to": LAST, "value": 1}
    topic = topic_of(row, row)
    paths = paths_for(model_as_of(topic, AS_OF), {"rate": np.full((64, 1), 1.0)}, np.random.default_rng(1))
    assert [each.named.at for each in paths.allocations] == [1, 2]
    value, error = answered(topic)
    assert value == pytest.approx(1 - AFTER**2, abs=4 * error + 1e-9)
