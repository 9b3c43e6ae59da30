"""A poll average in `forecast new`: the day of the vote decides how far the result may be from what is polled today."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forecast.actions.new.vote_days import RESULT
from forecast.actions.placeholders import PLACEHOLDER, priors_with
from forecast.book.reading import read_book
from tests.cli.conftest import Run, Talk

pytestmark = [pytest.mark.medium, pytest.mark.usefixtures("autumn")]

BELIEVED = ("--prior", "support=34 to 66")


@pytest.fixture
def autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of autumn 2026."""
    monkeypatch.setattr("forecast.cli.options.utc_now", lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asks", "by", "sd"),
    [
        ("Will the tram win the vote on 29 November 2026?", (), 3),  # sqrt(9 + 25 / 365) is 3.01
        ("Will the tram win the vote on 28 November 2027?", (), 5.8),  # sqrt(9 + 25)
        ("Will support be above 45 % in November 2027?", (), 5.8),
        ("Will the tram win the vote?", ("--by", "2027-05-28"), 4.6),  # sqrt(9 + 25 x 181 / 365)
    ],
)
def test_the_change_until_the_vote_is_counted_to_its_day(run: Run, fresh: Path, asks: str, by: tuple[str, ...], sd: float):
    """The common error of polls and a walk until the day add up in squares; it is said, and is no placeholder."""
    ran = run("new", "tram", "--like", "poll", "--asks", asks, *by, *BELIEVED, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    assert f"`until_vote` is Normal(mean=0, sd={sd:g}). Counted from 28 November 2026 to " in ran.out
    topic = read_book(fresh, ["tram"])[0].topics["tram"]
    assert (topic.parameters["until_vote"].prior.text, priors_with(topic, PLACEHOLDER)) == (f"Normal(mean=0, sd={sd:g})", ())


@pytest.mark.parametrize(
    ("words", "questions"),
    [
        (("--asks", "Will the tram win the vote on 9 May 2027?"), {"wins": date(2027, 5, 9)}),
        (("--asks", "What per cent will be for the tram?", "--by", "2027-05-09"), {"wins": date(2027, 5, 9)}),
        (("--by", "2027-05-09"), {"wins": date(2027, 5, 9), "how_many": None, "ahead": None}),
        (("--asks", "Will the tram win the vote?"), {"wins": None}),
    ],
)
def test_the_day_of_the_vote_is_the_question_s_last(run: Run, fresh: Path, words: tuple[str, ...], questions: dict[str, date | None]):
    """With the rule that settles it; it stands among what is due, and questions about today have no last day."""
    ran = run("new", "tram", "--like", "poll", *words, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    book, problems = read_book(fresh, ["tram"])
    asked = book.topics["tram"].questions
    assert (problems, {name: question.by for name, question in asked.items()}) == ((), questions)
    assert [question.settled for question in asked.values()] == [RESULT if day else "" for day in questions.values()]
    due = run("due", "--soon", "300", on=fresh).out
    assert ("Its last day is 9 May 2027" in ran.out, "tram.wins" in due, "closes on 2027-05-09" in due) == (
        questions["wins"] is not None,
    ) * 3


def test_without_a_day_the_change_is_left_open_and_what_is_given_stays(run: Run, fresh: Path):
    """A placeholder is said by nobody, and a prior of one's own goes before the day."""
    assert run("new", "tram", "--like", "poll", "--asks", "Will the tram win?", *BELIEVED, on=fresh).code == 0
    words = ("--by", "2027-05-28", "--prior", "until_vote=-2 to 2")
    ran = run("new", "bus", "--like", "poll", "--asks", "Will the bus win?", *words, *BELIEVED, on=fresh)
    assert (ran.code, "Counted from" in ran.out) == (0, False)
    topics = read_book(fresh, ["tram", "bus"])[0].topics
    assert priors_with(topics["tram"], PLACEHOLDER) == ("until_vote",)
    assert topics["bus"].parameters["until_vote"].prior.text == "Normal(p5=-2, p95=2)"


def test_the_dialogue_asks_for_the_day_of_the_vote(talk: Talk, monkeypatch: pytest.MonkeyPatch):
    """Enter takes the one that the question names, or leaves it open; what it decides is not asked for then."""
    monkeypatch.setattr("forecast.cli.new.is_terminal", lambda: True)  # where what is missing is asked for, a kind given or not
    named = talk("--like", "poll", typed=("Will the tram win the vote on 14 March 2027?", "tram", "", "34 to 66", "", "", "n")).out
    assert "The day of the vote, as in 2027-06-30; Enter for 14 March 2027:" in named
    assert ("`until_vote` is Normal(mean=0, sd=4)." in named, "What do you believe of `until_vote`" in named) == (True, False)
    left = talk("tram", typed=("Will the tram win the vote?", "poll", "", "34 to 66", "", "", "", "n")).out
    assert "The day of the vote, as in 2027-06-30; Enter leaves it open:" in left
    assert "What do you believe of `until_vote`" in left
    unclear = talk("tram", "--like", "poll", "--ask", typed=("Will the tram win the vote by 2050?", "", "2049-05-05", "", "n")).out
    assert ("“by 2050” is not one day. The day of the vote" in unclear, "a day is needed" in unclear) == (True, True)
