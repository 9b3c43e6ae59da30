"""Answers of templates, with a question and numbers of one's own, beside what they are by hand."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.actions.new.books import new_book
from forecast.actions.new.templates import TemplateInput
from forecast.actions.observe import Observation, observe, observe_rows
from forecast.actions.update import update
from forecast.model.settings import Settings
from forecast.schema.topic import TopicContent
from tests.support.new_topics import new_topic

pytestmark = pytest.mark.medium

TODAY = date(2026, 11, 26)


def published(tmp_path: Path, kind: str, own: TemplateInput, rows: tuple[tuple[str, Observation], ...] = ()) -> TopicContent:
    """What an update publishes of a new topic with some rows."""
    root = tmp_path / "book"
    assert new_book(root, today=TODAY).problems == ()
    assert new_topic(root, "mine", kind=kind, own=own, opens=date(2026, 1, 1), today=TODAY).problems == ()
    for stream, row in rows:
        assert observe(root, f"mine.{stream}", row, today=TODAY).problems == ()
    done = update(root, topics=["mine"], as_of=TODAY, today=TODAY, settings=Settings(), referee=False, insight=False)
    assert (done.exit_code, done.problems) == (0, ())
    return done.contents["mine"]


def test_named_options_have_the_chances_that_were_given(tmp_path: Path):
    """Four options, given in words, are answered by their chances."""
    said = {"winner": "anna 40 %, ben 30%, cleo: 20 %, other=0.1"}
    content = published(tmp_path, "options", TemplateInput("Who will win?", priors=said))
    (answer,) = content["answers"]
    shares = {share["label"]: share["value"] for share in answer["value"]["shares"]}
    assert shares == pytest.approx({"anna": 0.4, "ben": 0.3, "cleo": 0.2, "other": 0.1}, abs=0.002)


def test_a_conditional_pair_adds_up_to_the_answer_without_the_condition(tmp_path: Path):
    """With 30 % for the condition, 80 % with it and 40 % without, the whole is 0.3 x 0.8 + 0.7 x 0.4 = 52 %; each of the pair may be annulled."""
    priors = {"condition": "6 of 20", "chance_if_so": "8 of 10", "chance_if_not": "4 of 10"}
    own = TemplateInput("Will the ferry run in 2027?", priors=priors, condition="the county pays")
    content = published(tmp_path, "conditional", own)
    answers = {answer["name"]: answer for answer in content["answers"]}
    found = {name: answer["value"]["value"] for name, answer in answers.items()}
    assert found == pytest.approx({"anyway": 0.52, "if_so": 0.8, "if_not": 0.4}, abs=0.001)
    annulled = {name: answer["annulment"]["probability"] for name, answer in answers.items() if "annulment" in answer}
    assert annulled == pytest.approx({"if_so": 0.7, "if_not": 0.3}, abs=0.001)
    assert [answer["asks"] for answer in content["answers"]] == [
        "Will the ferry run in 2027?",
        "If the county pays: will the ferry run in 2027?",
        "If it is not true that the county pays: will the ferry run in 2027?",
    ]


def test_a_case_has_the_share_of_its_reference_class_moved_by_how_it_differs(tmp_path: Path):
    """7 of 22 cases after a flat prior are Beta(8, 16); the mean of expit(logit(share) + difference) is that of a sum over a grid."""
    row = Observation(TODAY, TODAY, "7", "A list of halls", columns={"tried": "22"})
    believed = {"share": "Beta(mean=0.5, strength=2)", "difference": "Normal(mean=0.8, sd=0.5)"}
    own = TemplateInput("Will the hall open by the end of 2027?", priors=believed)
    content = published(tmp_path, "reference", own, (("cases", row),))
    (answer,) = content["answers"]
    share = (np.arange(4_000) + 0.5) / 4_000
    density = share**7 * (1 - share) ** 15
    shift = np.linspace(-5, 5, 2_001)
    weight = np.exp(-(shift**2) / 2)
    odds = np.log(share / (1 - share))[:, None] + 0.8 + 0.5 * shift
    by_hand = float(density @ (1 / (1 + np.exp(-odds))) @ weight / density.sum() / weight.sum())
    assert by_hand == pytest.approx(0.515, abs=0.01)
    assert answer["value"]["value"] == pytest.approx(by_hand, abs=0.006)


def test_an_event_by_a_base_rate_is_that_of_the_gamma_and_the_poisson(tmp_path: Path):
    """3 in 20 years, and a year to come: 1 - (240 / (240 + months)) ** 3, with months of 30.4375 days."""
    content = published(tmp_path, "hazard", TemplateInput("Will there be a strike in 2027?", base_rate="3 in 20 years"))
    (answer,) = content["answers"]
    assert answer["value"]["value"] == pytest.approx(1 - (240 / (240 + 365 / 30.4375)) ** 3, abs=0.006)


def test_only_a_conditional_pair_has_a_condition(tmp_path: Path):
    """In another kind a condition is refused."""
    root = tmp_path / "book"
    assert new_book(root, today=TODAY).problems == ()
    (problem,) = new_topic(root, "mine", kind="hazard", own=TemplateInput("Will it?", condition="it rains"), today=TODAY).problems
    assert problem.message == "a topic like hazard has no condition, so it takes no --if"


def test_a_season_is_that_of_weighed_draws_of_the_prior(tmp_path: Path):
    """After two years of months the next July is what a million draws of the prior say, weighed by the negative binomial months."""
    root, counts = tmp_path / "book", (0, 1, 2, 4, 6, 9, 14, 12, 6, 3, 1, 0)
    assert new_book(root, today=TODAY).problems == ()
    own = TemplateInput("How many will be rescued in July 2027?", priors={"rate": "Gamma(alpha=3, beta=1)"})
    asked = new_topic(root, "lake", kind="seasonal", own=own, opens=date(2024, 1, 1), today=TODAY)
    assert (asked.problems, asked.topic.questions["how_many"].since if asked.topic else None) == ((), date(2027, 7, 1))
    months = [(date(year, month, 1), date(year, month, monthrange(year, month)[1])) for year in (2024, 2025) for month in range(1, 13)]
    rows = [Observation(first, last, str(count), "A log") for (first, last), count in zip(months, counts * 2, strict=True)]
    assert observe_rows(root, "lake.events", rows, today=TODAY).problems == ()
    done = update(root, topics=["lake"], as_of=TODAY, today=TODAY, settings=Settings(), referee=False, insight=False)
    found = done.contents["lake"]["answers"][0]["value"]
    rng = np.random.default_rng(1)
    size = 1_000_000
    rate, clumping = rng.gamma(3, 1, size), 0.7 * np.exp(rng.normal(0, np.log(4) / stats.norm.ppf(0.95), size))
    cosine, sine = rng.normal(0, 0.7, (2, size))

    def mean(first: date, last: date) -> np.ndarray:
        angle = 2 * np.pi * ((last - date(2024, 1, 1)).days + 1) / 365.25
        return rate * np.exp(cosine * np.cos(angle) + sine * np.sin(angle)) * ((last - first).days + 1) * 12 / 365.25

    log_weight = np.zeros(size)
    for (first, last), count in zip(months, counts * 2, strict=True):
        log_weight += stats.nbinom.logpmf(count, mean(first, last) / clumping, 1 / (1 + clumping))
    weight = np.exp(log_weight - log_weight.max())
    assert weight.sum() ** 2 / (weight**2).sum() > 400
    expected = np.average(mean(date(2027, 7, 1), date(2027, 7, 31)), weights=weight)
    error = np.sqrt(np.sum((weight * (mean(date(2027, 7, 1), date(2027, 7, 31)) - expected)) ** 2)) / weight.sum()
    assert 8 < expected < 20
    assert abs(found["mean"] - expected) < 4 * np.hypot(error, found["mean_error"])
