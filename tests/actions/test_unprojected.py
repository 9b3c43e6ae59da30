"""A question about days that nothing is simulated for is refused, and is not answered as if nothing happened on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.actions.check import read_checked_book
from forecast.actions.unprojected import unprojected_total_problems
from forecast.book.topic import Topic
from tests.support.building import make_topic

pytestmark = pytest.mark.small

LAST = date(2026, 6, 30)
ROWS = [
    {"from": date(2026, 1, 1), "to": LAST, "value": 3, "town": "north"},
    {"from": date(2026, 1, 1), "to": LAST, "value": 0, "town": "south"},
]


def fires(questions: dict[str, Any], *, following: dict[str, str] | None = None, **more: Any) -> Topic:
    """Fires in towns, each with a rate of its own."""
    stream = {"value": "Poisson(mu=rate[town] * years)", "next": following or {}}
    return make_topic(
        priors={"rate": {"prior": "Gamma(alpha=2, beta=1)", "per": "town"}},
        streams={"fires": stream},
        rows={"fires": ROWS},
        questions=questions,
        **more,
    )


def problems(topic: Topic) -> list[str]:
    """What is refused, as text."""
    return [problem.message for problem in unprojected_total_problems(topic)]


@pytest.mark.parametrize(
    "question",
    [
        {"answer": "total(fires) >= 5", "by": date(2026, 7, 1)},
        {"answer": "total(fires)", "by": date(2027, 12, 31), "since": date(2027, 1, 1)},
        {"answer": "first(total(fires) >= 5)", "by": date(2027, 12, 31)},
        {"answer": "rate[north] > 1", "given": "total(fires) >= 5", "by": date(2027, 12, 31)},
        {"answer": "so_many >= 5", "by": date(2027, 12, 31)},
    ],
)
def test_a_total_beyond_the_rows_of_a_stream_without_a_future_is_refused(question: dict[str, Any]) -> None:
    """In an answer, a condition or a quantity, and for a day on which it first holds; with what would say what the future is like."""
    (problem,) = unprojected_total_problems(fires({"more": question}, quantities={"so_many": "total(fires)"}))
    assert problem.level == "error"
    assert problem.message == (
        "this asks for `total(fires)` on days for which nothing is simulated: "
        "nobody says what `town` will be after 30 June 2026, the last day of its rows"
    )
    assert problem.hint == (
        '`next = { town = "south" }` under `[streams.fires]` says it; if no row is to come, ask for a parameter, or up to the last row'
    )


def test_what_the_rows_or_the_parameters_answer_is_not_refused() -> None:
    """Up to the last day of the rows, of parameters alone, and where `next` says what the column will be."""
    assert problems(fires({"past": {"answer": "total(fires) >= 5", "by": LAST}, "rate": {"answer": "rate[north]"}})) == []
    later = {"answer": "total(fires) >= 5", "by": date(2027, 12, 31)}
    assert problems(fires({"more": later}, following={"town": "north"})) == []
    assert len(problems(fires({"more": later}))) == 1


def test_a_scenario_is_refused_too_and_each_question_by_itself() -> None:
    """A branch of which nothing is simulated has no probability; two questions have a problem each."""
    later = {"answer": "total(fires) >= 5", "by": date(2027, 12, 31)}
    scenarios = {"many": {"when": "total(fires) >= 9", "by": date(2027, 12, 31), "title": "Many fires"}}
    assert len(problems(fires({"more": later, "again": later}, scenarios=scenarios))) == 3


def test_a_stream_without_rows_has_no_last_day() -> None:
    """Then there is nothing that its column has ever been."""
    topic = fires({"more": {"answer": "total(fires) >= 5", "by": date(2027, 12, 31)}})
    bare = replace(topic, streams={"fires": replace(topic.streams["fires"], rows=topic.streams["fires"].rows[:0])})
    assert problems(bare)[0].endswith("nobody says what `town` will be while it has no rows")


def test_nothing_of_such_a_book_is_computed(tmp_path: Path) -> None:
    """A book with such a question has an error at its place; with `next` it has none."""
    topic, prior = tmp_path / "seeds/towns/topic.toml", tmp_path / "priors/towns.toml"
    for path in (topic, prior):
        path.parent.mkdir(parents=True)
    text = """title = "Fires in towns"
opens = 2026-01-01

[streams.fires]
about = "fires"
value = "Poisson(mu=rate[town] * years)"

[questions.more]
asks   = "Will there be a fire in the north in 2027?"
since  = 2027-01-01
by     = 2027-12-31
answer = "total(fires) >= 1"
"""
    prior.write_text('[rate]\nprior = "Gamma(alpha=2, beta=1)"\nper = "town"\nunit = "fires a year"\nwhy = "One or two a year."\n')
    topic.with_name("fires.csv").write_text("from,to,value,source,town\n2026-01-01,2026-06-30,3,Log,north\n")
    topic.write_text(text)
    _, (problem,) = read_checked_book(tmp_path, None)
    assert (problem.level, problem.place.path, problem.place.line) == ("error", "seeds/towns/topic.toml", 8)
    topic.write_text(text.replace('years)"', 'years)"\nnext  = { town = "north" }'))
    assert read_checked_book(tmp_path, None)[1] == ()
