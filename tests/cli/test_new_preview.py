"""What `forecast new` shows of a new topic before any update: the answer that follows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.preview import preview_answers
from forecast.actions.new.templates import TemplateInput
from forecast.actions.update import update
from forecast.model.settings import Settings
from tests.cli.conftest import Run
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.medium

TODAY = date(2026, 11, 28)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "fresh", today=TODAY).problems == ()
    return tmp_path / "fresh"


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("hazard", TemplateInput("Will there be a strike in 2027?", base_rate="3 in 20 years")),
        ("hazard", TemplateInput("When will the bridge close?", priors={"rate": "Gamma(p5=0.02, p95=0.5)"})),
        (
            "count",
            TemplateInput("How many owls will nest in 2027?", priors={"rate": "0.3 to 3"}, past="12 9 15", source="Yearbooks"),
        ),
        ("options", TemplateInput("Who wins?", priors={"winner": "red 40 %, blue 60 %"}, reasons={"winner": "The polls say so."})),
    ],
    ids=["base rate", "date", "past", "options"],
)
def test_the_preview_is_what_an_update_publishes(fresh: Path, kind: str, own: TemplateInput):
    """Every answer, of chances, numbers, dates and options, has the same value, to the last digit, as in the report that follows."""
    done = new_topic(fresh, "mine", kind=kind, own=own, today=TODAY)
    assert done.topic is not None, done.problems
    preview = preview_answers(done.topic, TODAY)
    assert (preview.problems, preview.sound) == ((), True)
    updated = update(fresh, topics=["mine"], as_of=TODAY, today=TODAY, settings=Settings(), referee=False, insight=True, pages=False)
    assert updated.exit_code == 0, updated.problems
    published = {answer["name"]: answer["value"] for answer in updated.contents["mine"]["answers"]}
    assert published
    assert {name: answer["value"] for name, answer in preview.answers.items()} == published


@pytest.mark.parametrize("prior", ["0.02 to 0.5", "Gamma(p5=0.02, p95=0.5)"], ids=["words", "statement"])
def test_new_prints_the_line_that_update_prints(run: Run, fresh: Path, prior: str):
    """Whether the prior is said in words or as a statement, the answer stands there, in an update's words and digits."""
    given = (
        "--like",
        "hazard",
        "--asks",
        "Will it close?",
        "--by",
        "2899-06-30",
        "--prior",
        f"rate={prior}",
        "--why",
        "rate=It has closed before.",
    )
    lines = run("new", "bridge", *given, on=fresh).out.splitlines()
    shown = lines[lines.index("The answer this implies:") + 1]
    updated = run("update", "bridge", "--no-referee", "--no-insight", "--no-pages", on=fresh)
    assert updated.code == 0, updated.err
    assert shown in updated.out.splitlines()


def test_an_answer_that_nobody_has_thought_of_is_not_shown(run: Run, fresh: Path):
    """While every prior is a placeholder no answer is shown; where some are, they are named beside it."""
    ran = run("new", "lake", "--like", "level", "--asks", "Will it rise above 4 m?", on=fresh)
    assert (ran.code, "implies" in ran.out) == (0, False)
    given = ("--prior", "start=Normal(mean=3, sd=1)", "--why", "start=It has stood there for years.")
    ran = run("new", "pond", "--like", "level", "--asks", "Will it rise above 4 m?", *given, on=fresh)
    assert "The answer this implies, with the template's `trend` and `noise`:" in ran.out.splitlines()


def test_the_json_of_a_new_topic_has_the_answers_that_it_implies(run: Run, fresh: Path):
    """They are those of the preview; where every prior is a placeholder, or the question the template's, there are none."""
    given = ("--like", "hazard", "--asks", "Will it close?", "--by", "2899-06-30")
    prior = ("--prior", "rate=0.02 to 0.5", "--why", "rate=It has closed before.")
    ran = run("new", "bridge", *given, *prior, "--json", on=fresh)
    assert ran.code == 0, ran.err
    implied = json.loads(ran.out)["implied"]
    shown = run("new", "tunnel", *given, *prior, on=fresh).out
    assert f"  happens  {implied['answers']['happens']['headline']}  " in shown
    assert (implied["sound"], implied["placeholders"], implied["unknown"]) == (True, [], [])
    for name, rest in {"lake": given, "pond": ("--like", "hazard"), "club": ("--like", "judgement", "--asks", "Will it?")}.items():
        ran = run("new", name, *rest, "--json", on=fresh)
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["implied"] is None
    some = ("--prior", "start=Normal(mean=3, sd=1)", "--why", "start=It has stood there for years.")
    ran = run("new", "mere", "--like", "level", "--asks", "Will it rise above 4 m?", *some, "--json", on=fresh)
    assert json.loads(ran.out)["implied"]["placeholders"] == ["trend", "noise"]


@pytest.mark.parametrize("prior", ["Normal(mean=-3, sd=1)", "Uniform(lower=-1, upper=2)"])
def test_a_prior_with_which_nothing_can_be_answered_is_refused(run: Run, fresh: Path, prior: str):
    """A rate may not be negative: the message stands at the prior, and nothing is written; it was written without an answer."""
    ran = run("new", "bridge", "--like", "hazard", "--asks", "Will it close?", "--prior", f"rate={prior}", on=fresh)
    assert ran.code == 1
    assert ran.err.startswith("--prior: error: `Poisson(mu=rate * months)` is not a distribution at ")
    assert f"    rate={prior}\n" in ran.err
    assert not (fresh / "seeds/bridge").exists()


def test_a_prior_that_is_impossible_at_no_draw_is_none_to_refuse(fresh: Path):
    """A normal distribution far above zero is a rate."""
    own = TemplateInput("Will it close in 2027?", priors={"rate": "Normal(mean=1, sd=0.1)"})
    assert new_topic(fresh, "near", kind="hazard", own=own, today=TODAY).problems == ()


def test_a_prior_may_be_what_another_topic_believes(run: Run, fresh: Path):
    """The link is taken, and what it implies is known with the topic that it names; an update computes both."""
    words = ("--like", "hazard", "--asks", "Will there be a strike?", "--prior", "rate=posterior(example.rate)")
    ran = run("new", "strike", *words, on=fresh)
    assert (ran.code, ran.err) == (0, "")
    assert "What this implies is known once `forecast update` computes `example` with it." in ran.out.splitlines()
    updated = run("update", "strike", "--no-referee", "--no-insight", "--no-pages", on=fresh)
    assert (updated.code, updated.err, "  happens  " in updated.out) == (0, "", True)


@pytest.mark.parametrize(
    ("link", "hint"),
    [
        ("x.rate", "topics here: example"),
        ("exmple.rate", "did you mean `example`?"),
        ("example.chance", "it has: rate"),
        ("rate", "as in `posterior(loyalty.next_wish)`, or `posterior(loyalty.names_south[fear])` for one label"),
    ],
)
def test_a_link_to_nothing_is_refused_with_what_may_stand_there(run: Run, fresh: Path, link: str, hint: str):
    """The topics of the book, or what the topic has."""
    ran = run("new", "strike", "--like", "hazard", "--asks", "Will it?", "--prior", f"rate=posterior({link})", on=fresh)
    assert (ran.code, ran.err.splitlines()[-1].strip()) == (1, hint)
    assert not (fresh / "seeds/strike").exists()


def test_an_answer_that_rests_on_past_counts_too_says_on_how_many(run: Run, fresh: Path):
    """Above it stands what the prior says before any row, which is another thing."""
    given = ("--like", "count", "--past", "12 9 15", "--source", "Yearbooks", "--prior", "rate=0.3 to 3")
    lines = run("new", "owls", *given, "--asks", "How many owls will nest in 2027?", on=fresh).out.splitlines()
    assert "The answer this implies, with 3 rows on record:" in lines
