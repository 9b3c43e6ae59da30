"""What is wrong with the words of `forecast new` is said of the option that has them, as it was typed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from forecast.actions.new.books import new_book
from forecast.actions.new.templates import TemplateInput
from forecast.actions.new.topics import TopicAnswers, new_topic
from forecast.book.files.problems import format_problem

pytestmark = pytest.mark.small

TODAY = date(2026, 11, 26)
CAUSES = {"cause": "Categorical(leak=0.4, meter=0.2, guests=0.4)"}  # those of the example
PARTS = {"homes": "20 to 60 homes", "owning": "1 to 8 %"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new book."""
    assert new_book(tmp_path / "book", today=TODAY).problems == ()
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("kind", "own", "said"),
    [
        ("hazard", TemplateInput("Will it?", "1 + total(event) >= 1"), "--answer: error: unknown stream `event`\n    1 + total(event) >= 1\n        ^\n"),
        (
            "hazard",
            TemplateInput("Will it?", "total(event) >= 1", {"rate": "0.1 to 1"}),
            "--answer: error: unknown stream `event`\n    total(event) >= 1\n    ^\n",
        ),
        ("hazard", TemplateInput("Will it?", "total(events) > noise"), "--answer: error: unknown name `noise`\n    total(events) > noise\n                    ^"),
        ("hazard", TemplateInput("Will it by mid-2027?"), "--asks: error: “by mid-2027” in the question is not one day\n    Will it by mid-2027?\n            ^\n"),
        ("ladder", TemplateInput("Will it be 3 or more?"), "--asks: error: the question says “3 or more”"),
        ("hazard", TemplateInput("Will it by 1 May 2020?"), "--asks: error: the last day that counts would be 2020-05-01"),
        ("hazard", TemplateInput("Will it?", priors={"rate": "Gamma(p5=3, p95=2)"}), "--prior: error: `p5=3` is above `p95=2`\n    rate=Gamma(p5=3, p95=2)\n               ^\n"),
        ("hazard", TemplateInput("Will it?", priors={"rate": "often"}), "--prior: error: `rate`: `often` cannot be understood\n    rate=often\n         ^\n"),
        ("hazard", TemplateInput("Will it?", reasons={"rate": "guess"}), "--why: error: `why` is not a sentence\n    rate=guess\n         ^\n"),
        ("hazard", TemplateInput("Will it?", base_rate="often"), "--base-rate: error: `rate`: `often` cannot be understood\n    often\n    ^\n"),
        ("hazard", TemplateInput("Will it?", condition="it pays"), "--if: error: a topic like hazard has no condition"),
        ("hypotheses", TemplateInput("Why?", priors={**CAUSES, "reads_less.meter": "Bta(mean=1)"}), "--prior: error: unknown distribution `Bta`\n    reads_less.meter=Bta(mean=1)\n                     ^\n"),
        ("hypotheses", TemplateInput("Why?", priors=CAUSES, reasons={"reads_less.meter": "bad"}), "--why: error: `why` is not a sentence\n    reads_less.meter=bad\n                     ^\n"),
        ("decomposition", TemplateInput("How many?", "homes * cats", PARTS), "--answer: error: `cats` has no prior\n    homes * cats\n            ^\n"),
        ("decomposition", TemplateInput("How many?", "homes * owning", {**PARTS, "owning": "Bta(mean=1)"}), "--prior: error: unknown distribution `Bta`\n    owning=Bta(mean=1)\n           ^\n"),
        ("count", TemplateInput("How many?", past="2020: 3 x 4", source="A"), "--past: error: `x` is no count of a year\n    2020: 3 x 4\n            ^\n"),
        ("count", TemplateInput("How many?", past="3 4"), "--past: error: the years before need a source\n    3 4\n    ^\n"),
        ("count", TemplateInput("How many?", source="A"), "--source: error: a source is of the counts of the years before\n    A\n    ^\n"),
        ("count", TemplateInput("How many?", past="3 4", source="half \ud800"), "--source: error: "),
    ],
)  # fmt: skip
def test_a_problem_names_its_option_and_shows_what_was_typed(root: Path, kind: str, own: TemplateInput, said: str):
    """The marker stands under the fault; no line is named of a file that is not there, and no hint names one."""
    (problem,) = new_topic(root, TopicAnswers("mine", kind, own), today=TODAY).problems
    assert format_problem(problem).startswith(said)
    assert "toml" not in format_problem(problem)
    assert not (root / "seeds/mine").exists()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"by": date(2020, 1, 1)}, "--by: error: the last day that counts would be 2020-01-01"),
        ({"opens": date(2999, 1, 1)}, "--opens: error: the record would open on 2999-01-01"),
        ({"since": date(2028, 1, 1), "by": date(2027, 3, 1)}, "--since: error: it would count from 2028-01-01"),
    ],
)
def test_a_day_is_a_problem_of_its_option(root: Path, days: dict[str, date], said: str):
    """The day stands beneath as it was given."""
    (problem,) = new_topic(root, TopicAnswers("mine", "hazard", TemplateInput("Will it?"), **days), today=TODAY).problems
    assert format_problem(problem).startswith(said)
    assert problem.source in {str(day) for day in days.values()}


@pytest.mark.parametrize(
    ("prior", "asks", "by", "said"),
    [
        ("0.02 to 0.5", "Will it?", date(2999, 12, 31), "--by: error: from 2026-11-26, where the record ends, to `by` (2999-12-31) are"),
        ("posterior(example.rate)", "Will it?", date(2999, 12, 31), "--by: error: from 2026-11-26, where the record ends"),
        ("0.02 to 0.5", "Will it by 31 December 2999?", None, "--asks: error: from 2026-11-26, where the record ends"),
    ],
)
def test_a_day_that_is_too_far_to_be_simulated_is_refused(root: Path, prior: str, asks: str, by: date | None, said: str):
    """The topic was written, and refused by every update; with a prior from another topic nothing was said at all."""
    own = TemplateInput(asks, priors={"rate": prior}, reasons={"rate": "It has happened before."})
    (problem,) = new_topic(root, TopicAnswers("mine", "hazard", own, by=by), today=TODAY).problems
    assert format_problem(problem).startswith(said)
    assert problem.hint == "ask by 2943-06-30 at the latest"
    assert not (root / "seeds/mine").exists()
    latest = new_topic(
        root,
        TopicAnswers("mine", "hazard", TemplateInput("Will it?", own.answer, own.priors, own.reasons), by=date(2943, 6, 30)),
        today=TODAY,
    )
    assert latest.problems == ()


def test_a_name_is_a_problem_of_the_argument_and_a_file_that_is_there_of_itself(root: Path):
    """What stands in the book keeps its place."""
    (problem,) = new_topic(root, TopicAnswers("Mine", "hazard", TemplateInput("Will it?")), today=TODAY).problems
    assert format_problem(problem).startswith("TOPIC: error: the name `Mine` is not in snake_case\n    Mine\n    ^\n")
    (problem,) = new_topic(root, TopicAnswers("example", "hazard", TemplateInput("Will it?")), today=TODAY).problems
    assert format_problem(problem).startswith("seeds/example:1:1: error: `example` is there already")
