"""What priors imply that nobody can have meant, reported as warnings; and how a check remembers it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import forecast.elicitation.prior_checks
from forecast.actions.check import MOST_ASKED, check
from forecast.actions.update import update
from forecast.book.topic import Topic
from forecast.content.parameters import parameter_contents
from forecast.elicitation.prior_checks import prior_data_conflicts, prior_warnings
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from tests.support.building import make_topic
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

DAY = date(2025, 1, 1)
NEW_YEAR = date(2026, 1, 1)
END = date(2026, 12, 31)


def before(topic: Topic) -> list[str]:
    """What is said of a topic's priors before any row."""
    return [each["message"] for each in prior_warnings(topic, NEW_YEAR)]


def after(topic: Topic) -> list[str]:
    """What is said of a topic's priors beside its posterior."""
    found = analyse(topic, NEW_YEAR, Settings(), referee=False)
    shown = parameter_contents(found.prior, found.result.posterior)
    return [each["message"] for each in prior_data_conflicts(shown, found.prior, found.result.posterior)]


def beyond(said: list[str]) -> tuple[str, float, str, float]:
    """Of whom it is said that its median lies beyond a point of its prior, the median, which point, and where that is."""
    (message,) = said
    pattern = r"the posterior median of `(\S+)`, (\S+), lies beyond the (\S+) % point of its prior, (\S+)"
    found = re.fullmatch(pattern, message.replace("\N{MINUS SIGN}", "-"))
    assert found, message
    return found[1], float(found[2]), found[3], float(found[4])


def counting(prior: str, questions: Mapping[str, Any], rows: tuple[float, ...] = ()) -> Topic:
    """A count at a monthly rate."""
    return make_topic(
        priors={"rate": prior}, streams={"seen": "Poisson(mu=rate * months)"}, rows={"seen": rows} if rows else {}, questions=questions
    )


def test_a_prior_of_a_share_that_reaches_beyond_one_is_told_with_how_much() -> None:
    """A normal prior of a share at 0.9 with sd 0.1 has 16 % above 1; a Beta has nothing outside."""
    topic = make_topic(
        priors={
            "refusing": {"prior": "Normal(mu=0.9, sigma=0.1)", "unit": "share"},
            "going": {"prior": "Beta(alpha=2, beta=2)", "unit": "share"},
        },
        questions={"asked": "refusing"},
    )
    (found,) = prior_warnings(topic, NEW_YEAR)
    assert found == {
        "file": "priors",
        "keys": ["refusing", "prior"],
        "message": "the prior of `refusing` has 16 % of its mass outside 0 to 1, where a share has no meaning",
        "hint": "take a prior of a share, as Beta or LogitNormal",
    }


def test_a_statement_that_is_no_distribution_at_some_of_the_prior_s_draws_is_told() -> None:
    """A rate that may be negative is reported with its statement and the share of the prior at which it is."""
    topic = counting("Normal(mu=1, sigma=1)", {}, (1.0,))
    (message,) = before(topic)
    assert message.startswith("`Poisson(mu=rate * months)` is not a distribution at ")
    assert float(message.split(" at ")[1].split(" %")[0]) == pytest.approx(15.9, abs=1)
    assert message.endswith("worst, and must be 0 or more (row of 2025-01-01)")
    assert "of the prior's draws: `mu` is -" in message


def test_a_statement_that_only_the_future_shows_to_be_none_is_told() -> None:
    """Without rows the statement is reported when it fails to be drawn from the prior."""
    (found,) = prior_warnings(counting("Normal(mu=1, sigma=1)", {"asked": {"answer": "total(seen) >= 1", "by": END}}), NEW_YEAR)
    assert found["keys"] == ["streams", "seen", "value"]
    assert found["message"].endswith("(simulating 2025-01-01 to 2026-12-31), drawn from the prior")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("total(seen) >= 1", ["the prior alone says above 99.5 % Yes: the question is decided before any row is seen"]),
        ("total(seen) >= 5000", ["the prior alone says above 99.5 % No: the question is decided before any row is seen"]),
        ("rate > 2", ["the prior alone says above 99.9 % Yes: the question is decided before any row is seen"]),
        ("0 * total(seen)", ["the prior alone says 0 and nothing else: the question is decided before any row is seen"]),
        ("total(seen) >= 240", []),
        ("total(seen)", []),
    ],
)
def test_a_question_that_the_prior_decides_is_told(answer: str, said: list[str]) -> None:
    """Two years at about ten a month: what is nearly sure beforehand is reported, what is open is not, whatever the record says."""
    by = {} if answer == "rate > 2" else {"by": END}
    assert before(counting("Gamma(mean=10, sd=1)", {"asked": {"answer": answer} | by}, (0.0,) * 5)) == said


def test_a_question_about_a_stream_that_cannot_be_drawn_forward_is_not_judged() -> None:
    """What only rows can give is not called decided because there are none."""
    topic = make_topic(
        priors={"share": "Beta(alpha=2, beta=2)", "rate": "Gamma(alpha=2, beta=1)"},
        streams={"wishes": "Binomial(n=asked, p=share)", "sent": "Poisson(mu=rate * total(wishes) * months)"},
        rows={"wishes": [{"value": 1, "asked": 2}]},
        questions={"any": {"answer": "total(wishes) >= 3", "by": END}, "led": {"answer": "total(sent) >= 1", "by": END}},
    )
    assert before(topic) == []


def test_a_posterior_beyond_its_prior_s_points_is_told() -> None:
    """A reading six standard deviations out leaves a median beyond the prior's 99.5 % point; one at two does not."""
    topics = [
        make_topic(priors={"level": "Normal(mu=0, sigma=1)"}, streams={"read": "Normal(mu=level, sigma=0.5)"}, rows={"read": [value]})
        for value in (6.0, -6.0, 2.0)
    ]
    high, low, fair = (after(topic) for topic in topics)
    assert beyond(high) == ("level", pytest.approx(4.8, abs=0.03), "99.5", 2.58)
    assert beyond(low) == ("level", pytest.approx(-4.8, abs=0.03), "0.5", -2.58)
    assert fair == []


def test_a_posterior_piled_up_against_a_bound_is_told_unless_nature_sets_it() -> None:
    """Nine of ten under a share of at most 0.3 press against 0.3; none of twenty press against 0, which no prior set."""

    def asked(prior: str, value: int, of: int, unit: str = "") -> list[str]:
        return after(
            make_topic(
                priors={"share": {"prior": prior, "unit": unit}},
                streams={"wishes": "Binomial(n=asked, p=share)"},
                rows={"wishes": [{"value": value, "asked": of}]},
            )
        )

    (said,) = asked("Uniform(lower=0, upper=0.3)", 6, 10)
    assert said.endswith(" % of the posterior of `share` is piled up against the bound 0.3 of its prior")
    assert asked("Uniform(lower=0, upper=1)", 0, 20) == []
    assert asked("Uniform(lower=0, upper=1)", 20, 20) == []
    assert asked("Uniform(lower=0, upper=0.3)", 2, 10) == []
    assert asked("Triangular(lower=0.2, c=0.3, upper=0.9)", 0, 60) != []


def test_labels_and_hierarchies_are_told_by_name() -> None:
    """A value of one label is named with it, at its own statement where it has one."""
    topic = make_topic(
        priors={"level": {"prior": {"north": "Normal(mu=0, sigma=1)", "south": "Normal(mu=0, sigma=9)"}, "per": "side"}},
        streams={"read": "Normal(mu=level[side], sigma=0.5)"},
        rows={"read": [{"value": 6, "side": "north"}, {"value": 6, "side": "south"}]},
    )
    assert beyond(after(topic)) == ("level[north]", pytest.approx(4.8, abs=0.03), "99.5", 2.58)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The tiny book, whose first question is asked for a threshold that its prior never reaches."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    replaced(root / "seeds" / "ferry" / "topic.toml", 'answer  = "total(breakdowns) >= 3"', 'answer  = "total(breakdowns) >= 30000"')
    return root


def replaced(path: Path, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def warned(root: Path) -> list[tuple[str, int, str, str]]:
    """Path, line, level and message of what a check says."""
    found = check(root, None, as_of=DAY)
    return [(problem.place.path, problem.place.line, problem.level, problem.message) for problem in found.problems]


DECIDED = ("seeds/ferry/topic.toml", 26, "warning", "the prior alone says above 99.5 % No: the question is decided before any row is seen")


def test_a_check_warns_and_an_update_too_and_the_report_remembers(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The warning has its place; an update gives it too and keeps it; the next check reads it there and draws nothing."""
    assert warned(book) == [DECIDED]
    done = update(book, as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False)
    assert done.exit_code == 0
    assert [problem.message for problem in done.problems] == [DECIDED[3]]
    kept = json.loads((book / "reports" / "ferry.json").read_text(encoding="utf-8"))["implied"]
    assert [(each["file"], each["keys"], each["message"]) for each in kept] == [("topic", ["questions", "three_more"], DECIDED[3])]
    asked: list[str] = []

    def asking(topic: Topic, as_of: date) -> list[dict[str, Any]]:
        asked.append(f"{topic.name} as of {as_of}")
        return []

    monkeypatch.setattr(forecast.elicitation.prior_checks, "prior_warnings", asking)
    assert warned(book) == [DECIDED]
    assert asked == []
    replaced(book / "priors" / "ferry.toml", 'prior    = "LogNormal(p5=0.02, p95=0.6)"', 'prior    = "LogNormal(p5=0.02, p95=0.7)"')
    replaced(book / "priors" / "ferry.toml", "ours is older than most.", "ours is older than most, and may be the worst of them.")
    assert warned(book) == []
    assert asked == [f"ferry as of {DAY}"]


def test_a_sound_topic_s_report_says_nothing_of_it(tmp_path: Path) -> None:
    """Where there is nothing to say, neither the check nor the report's JSON says anything."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    assert warned(root) == []
    done = update(root, as_of=DAY, today=DAY, settings=Settings(), referee=False, insight=False)
    assert done.problems == ()
    assert "implied" not in done.contents["ferry"]


def test_a_check_asks_only_a_few_topics_and_says_which_it_did_not(tmp_path: Path) -> None:
    """Of many topics without reports the first few are asked; the others are named."""
    root = tmp_path / "book"
    for index in range(MOST_ASKED + 2):
        (root / "seeds" / f"t{index:02}").mkdir(parents=True)
        (root / "priors").mkdir(exist_ok=True)
        text = 'title = "A"\nopens = 2024-01-01\n\n[questions.q]\nasks = "?"\nanswer = "x > 50"\n'
        (root / "seeds" / f"t{index:02}" / "topic.toml").write_text(text, encoding="utf-8")
        prior = '[x]\nprior = "Normal(mu=0, sigma=1)"\nunit = "m"\nwhy = "A test needs it."\n'
        (root / "priors" / f"t{index:02}.toml").write_text(prior, encoding="utf-8")
    found = check(root, None, as_of=DAY)
    assert (len(found.problems), found.unasked) == (MOST_ASKED, ("t08", "t09"))
