"""Quick updates of later days: what a full one found of why stays while no number has changed, with its day, and goes with the first that has."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest

from forecast.actions.update import update
from forecast.actions.why import reasons
from forecast.content.lasting_insight import PAST_LEFT_OUT, insight_on_a_later_day, insight_with_day
from forecast.model.settings import Settings
from forecast.schema.insight import InsightContent
from forecast.schema.topic import TopicContent
from tests.support.repositories import write_files

pytestmark = pytest.mark.medium

FIRST, NEXT, LATER = date(2026, 11, 30), date(2026, 12, 1), date(2027, 3, 20)
SENTENCE = "What moved these answers, what they rest on, and what would change them was computed on 30 November 2026; no number has changed since then."
FILES = {
    "seeds/lift/topic.toml": """title = "A lift"
opens = 2025-11-29

[streams.events]
about   = "times it happened"
value   = "Poisson(mu=rate * months)"
watched = true

[questions.happens]
asks   = "Will it break down by the end of 2027?"
since  = 2026-11-29
by     = 2027-12-31
answer = "total(events) >= 1"

[questions.soon]
asks   = "Will it break down by the end of 2026?"
since  = 2026-11-29
by     = 2026-12-31
answer = "total(events) >= 1"
""",
    "seeds/lift/events.csv": "from,to,value,source,grade\n2025-11-29,2026-11-28,0,Log,A\n",
    "priors/lift.toml": '[rate]\nprior = "Gamma(p5=0.005, p95=0.3)"\nunit  = "events a month"\nwhy   = "It is old."\n',
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book with one topic."""
    write_files(tmp_path / "book", FILES)
    return tmp_path / "book"


def made(book: Path, day: date, *, insight: bool, today: date | None = None) -> TopicContent:
    """The report of an update, whose results are kept from one to the next."""
    return update(
        book,
        as_of=day,
        today=today or day,
        settings=Settings(draws=512),
        referee=False,
        insight=insight,
        cache=book.parent / "cache",
        clock=lambda: datetime(day.year, day.month, day.day, 8, tzinfo=UTC),
    ).contents["lift"]


def insight_of(content: TopicContent) -> InsightContent:
    """What a report says of why."""
    assert content["insight"] is not None
    return content["insight"]


def test_on_a_later_day_without_news_the_sections_stay_and_have_their_day(book: Path) -> None:
    """The answers are the same, so what was found of them holds: it says of which day it is, in JSON, page, Markdown and `forecast why`."""
    first = made(book, FIRST, insight=True)
    quick = made(book, NEXT, insight=False)
    assert insight_of(quick) == {**insight_of(first), "as_of": "2026-11-30"}
    assert [its["value"]["value"] for its in quick["answers"]] == [its["value"]["value"] for its in first["answers"]]  # type: ignore[index, typeddict-item]
    for kind in ("html", "md"):
        shown = (book / f"reports/lift.{kind}").read_text(encoding="utf-8")
        assert SENTENCE in shown
        assert shown.count("As of 30 November 2026.") == 6
        assert "not computed for this report" not in shown
    assert reasons(book, "lift.happens").notes[0] == SENTENCE
    assert "as_of" not in insight_of(first)
    assert insight_of(made(book, NEXT, insight=False))["as_of"] == "2026-11-30"


def test_a_full_update_of_that_day_finds_it_anew(book: Path) -> None:
    """What was kept stands in for nothing that is asked for, and a quick update after it has the new sections, without another day."""
    made(book, FIRST, insight=True)
    made(book, NEXT, insight=False)
    full = insight_of(made(book, NEXT, insight=True))
    assert "as_of" not in full
    assert insight_of(made(book, NEXT, insight=False)) == full
    assert insight_of(made(book, LATER, insight=False))["as_of"] == "2026-12-01"


def test_what_may_be_seen_by_a_day_that_has_passed_is_left_out(book: Path) -> None:
    """Of the signposts those stay whose last day is to come, and a note says that others are left out; on the next day all stay and nothing is said."""
    first = insight_of(made(book, FIRST, insight=True))
    assert first["signposts"]
    assert {its["until"] for its in first["signposts"]} == {"2027-02-28"}
    assert PAST_LEFT_OUT not in insight_of(made(book, NEXT, insight=False))["notes"]
    later = insight_of(made(book, LATER, insight=False))
    assert (later["signposts"], later["notes"]) == ([], [*first["notes"], PAST_LEFT_OUT])


def test_a_signpost_stands_until_the_eve_of_its_last_day(book: Path) -> None:
    """On its last day it is left out, and one of a later day stays."""
    found = insight_with_day(insight_of(made(book, FIRST, insight=True)), FIRST)
    posts = [{**found["signposts"][0], "until": until} for until in ("2027-02-28", "2027-03-01")]
    found = cast("InsightContent", {**found, "signposts": posts, "information": []})
    left = {day: insight_on_a_later_day(found, day) for day in (FIRST, date(2027, 2, 27), date(2027, 2, 28), date(2027, 3, 1))}
    assert [None if its is None else len(its["signposts"]) for its in left.values()] == [None, 2, 1, 0]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("seeds/lift/events.csv", "0,Log,A\n", "0,Log,A\n2026-11-29,2026-11-30,0,Log,A\n"),
        ("priors/lift.toml", "p95=0.3", "p95=0.4"),
        ("seeds/lift/topic.toml", ">= 1", ">= 2"),
    ],
    ids=["a row", "a prior", "a question"],
)
def test_with_another_number_nothing_of_it_holds_and_the_page_says_so(book: Path, path: str, old: str, new: str) -> None:
    """A row, a prior or a question that is another moves the answers: the sections are left out, and the page says how to have them."""
    made(book, FIRST, insight=True)
    write_files(book, {path: FILES[path].replace(old, new)})
    assert made(book, NEXT, insight=False)["insight"] is None
    for kind in ("html", "md"):
        shown = (book / f"reports/lift.{kind}").read_text(encoding="utf-8").replace("\\", "").replace("<code>", "`")
        assert "would move them next, was not computed for this report. `forecast update lift" in shown
        assert SENTENCE not in shown


VARIANT = '\n[variants.worn]\nweight = 0.4\nwhy = "It may be worn out."\n'
OF_VARIANT = '\n[variants.worn.priors.rate]\nprior = "Gamma(p5=0.1, p95=1)"\nunit = "events a month"\nwhy = "Worn lifts fail often."\n'


def test_a_prior_of_a_variant_is_a_number_too(book: Path) -> None:
    """What was found of why stays on a later day while the priors of variants are the same, and goes with the first that is another."""
    write_files(book, {path: FILES[path] + more for path, more in (("seeds/lift/topic.toml", VARIANT), ("priors/lift.toml", OF_VARIANT))})
    made(book, FIRST, insight=True)
    assert insight_of(made(book, NEXT, insight=False))["as_of"] == "2026-11-30"
    write_files(book, {"priors/lift.toml": FILES["priors/lift.toml"] + OF_VARIANT.replace("p95=1", "p95=2")})
    assert made(book, NEXT, insight=False)["insight"] is None


def test_a_hindcast_neither_takes_it_nor_leaves_it_to_later_days(book: Path) -> None:
    """An earlier day knows nothing of a later report, and what a hindcast finds does not stand in the newest report."""
    made(book, NEXT, insight=True)
    assert made(book, FIRST, insight=False, today=NEXT)["insight"] is None
    made(book, FIRST, insight=True, today=NEXT)
    assert insight_of(made(book, LATER, insight=False))["as_of"] == "2026-12-01"
