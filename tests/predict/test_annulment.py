"""Annulment: answers given a proper resolution, and the chance of annulment beside them."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.actions.update import update
from forecast.book.hashes import numbers_hash
from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.inference.referee import judge
from forecast.insight.estimands import cases, measures_of, published_values
from forecast.language.arrays import Array
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from forecast.predict.answers import Answer
from tests.support.building import make_topic
from tests.support.paths import TINY_BOOK

pytestmark = pytest.mark.medium

MONTHS = 365 / 30.4375
YEAR = {"from": date(2025, 1, 1), "to": date(2025, 12, 31)}
NEW_YEAR = date(2026, 1, 1)
END = date(2026, 12, 31)


def striking(asked: Mapping[str, Any], *, strikes: int = 0) -> Topic:
    """A count with a Gamma(2, 4) rate a month and strikes at a tenth of it, both seen for 2025."""
    return make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)"},
        streams={
            "seen": {"value": "Poisson(mu=rate * months)", "watched": True},
            "strikes": {"value": "Poisson(mu=rate * months / 10)", "watched": True},
        },
        rows={"seen": [YEAR | {"value": 3}], "strikes": [YEAR | {"value": strikes}]},
        questions={"asked": {"by": END} | asked},
    )


def lapsing(asked: Mapping[str, Any]) -> Topic:
    """A share with a Beta(2, 2) prior and a coin, without rows."""
    return make_topic(priors={"lapse": "Beta(alpha=2, beta=2)", "coin": "Categorical(heads=0.4, tails=0.6)"}, questions={"asked": asked})


def concluded(topic: Topic) -> Analysis:
    """The analysis as of New Year by the fast engine."""
    return analyse(topic, NEW_YEAR, Settings(), referee=False)


def answered(topic: Topic) -> Answer:
    """The answer to the one question."""
    return concluded(topic).result.answers["asked"]


def over_rates(of: Callable[[Array], Array]) -> float:
    """The mean of a function of the rate over its posterior, by a fine grid."""
    rates = np.linspace(1e-6, 3, 60_001)
    mass = stats.gamma(5, scale=1 / (4 + 1.1 * MONTHS)).pdf(rates)
    return float((of(rates) * mass).sum() / mass.sum())


def quiet(rates: Array) -> Array:
    """The chance of no strike in 2026."""
    return np.exp(-rates * MONTHS / 10)


def three_more(rates: Array) -> Array:
    """The chance of three or more seen in 2026."""
    return stats.poisson(rates * MONTHS).sf(2)  # type: ignore[no-any-return]


def test_a_condition_that_annuls_works_as_the_complement_of_given() -> None:
    """The answer is that given no strike, and the chance of annulment that of a strike: by the closed form within four errors."""
    found = answered(striking({"answer": "total(seen) >= 6", "annulled": "total(strikes) >= 1"}))
    proper = over_rates(quiet)
    assert found.annulled is not None
    assert abs(found.annulled.chance - (1 - proper)) < 4 * found.annulled.error < 0.03
    assert abs(found.value.value - over_rates(lambda rates: three_more(rates) * quiet(rates)) / proper) < 4 * found.value.error < 0.03
    turned = answered(striking({"answer": "total(seen) >= 6", "given": "total(strikes) < 1"}))
    assert (found.value.value, found.value.error) == pytest.approx((turned.value.value, turned.value.error), rel=1e-9)
    assert found.value.chance == pytest.approx(turned.value.chance, rel=1e-9)


def test_annulment_under_a_condition_is_told_under_it() -> None:
    """With `given` both the answer and the chance of annulment are given the condition."""
    found = answered(striking({"answer": "total(seen) >= 7", "given": "total(seen) >= 6", "annulled": "total(strikes) >= 1"}))
    met = over_rates(three_more)
    both = over_rates(lambda rates: three_more(rates) * quiet(rates))
    four = over_rates(lambda rates: stats.poisson(rates * MONTHS).sf(3) * quiet(rates))
    assert found.annulled is not None
    assert abs(found.given - met) < 0.02
    assert abs(found.annulled.chance - (1 - both / met)) < 4 * found.annulled.error < 0.05
    assert abs(found.value.value - four / both) < 4 * found.value.error < 0.05


def test_a_chance_of_annulment_weighs_the_draws() -> None:
    """With the chance `lapse` a draw counts 1 - lapse: Beta(2, 3) for the share itself, and 1/2 for annulment."""
    mean = answered(lapsing({"answer": "lapse", "annulled": "lapse"}))
    assert mean.annulled is not None
    assert mean.annulled.chance == pytest.approx(0.5, abs=4 * mean.annulled.error)
    assert 0 < mean.annulled.error < 0.01
    exact = stats.beta(2, 3)
    assert mean.value.mean == pytest.approx(exact.mean(), abs=0.005)
    assert mean.value.quantiles == pytest.approx(exact.ppf([0.05, 0.25, 0.5, 0.75, 0.95]), abs=0.01)
    assert answered(lapsing({"answer": "lapse > 0.5", "annulled": "lapse"})).value.value == pytest.approx(exact.sf(0.5), abs=0.01)


def test_shares_are_weighed_by_their_chance_of_annulment() -> None:
    """Heads annulled half the time leaves heads 0.2 of 0.8."""
    found = answered(lapsing({"answer": "coin", "annulled": '0.5 if coin == "heads" else 0'}))
    assert found.value.values["heads"] == pytest.approx(0.25, abs=0.01)
    assert found.annulled is not None
    assert found.annulled.chance == pytest.approx(0.2, abs=0.01)


def test_a_constant_chance_changes_nothing_but_what_stands_beside() -> None:
    """A constant chance of annulment is known without error and leaves the answer as it is, but for fewer cases."""
    plain = answered(striking({"answer": "total(seen) >= 6"}))
    found = answered(striking({"answer": "total(seen) >= 6", "annulled": "0.05"}))
    assert found.annulled is not None
    assert (found.annulled.chance, found.annulled.error) == (0.05, 0.0)
    assert (found.value.value, found.value.error) == pytest.approx((plain.value.value, plain.value.error), rel=1e-9)
    assert plain.annulled is None


def test_dates_are_weighed_too() -> None:
    """The chance of not by then weighs each path by one minus its chance of annulment."""
    found = answered(striking({"answer": "first(total(seen) >= 6)", "annulled": "rate / (1 + rate)"}))
    proper = over_rates(lambda rates: 1 / (1 + rates))
    never = over_rates(lambda rates: (1 - three_more(rates)) / (1 + rates)) / proper
    assert abs(found.value.not_by_then - never) < 4 * found.value.error < 0.03
    assert found.value.monthly[-1][1] == pytest.approx(1 - found.value.not_by_then)


def test_insight_measures_what_is_published() -> None:
    """The measures that insight varies are the published answers, for a condition, a chance and a settled annulment alike."""
    for asked, strikes in (
        ({"answer": "total(seen) >= 6", "annulled": "total(strikes) >= 1"}, 0),
        ({"answer": "total(seen)", "annulled": "rate / (1 + rate)"}, 0),
        ({"answer": "total(seen)", "annulled": "total(strikes) >= 1"}, 1),
        ({"answer": "total(seen) >= 6", "annulled": "total(strikes) >= 1"}, 1),
    ):
        found = concluded(striking(asked, strikes=strikes))
        measures = measures_of(found.model.topic)
        assert cases(found.result.paths, measures).values() == pytest.approx(published_values(found.result.answers, measures)[0], rel=1e-9)


def test_a_question_that_the_record_annuls_is_called_annulled() -> None:
    """A strike that happened annuls the question: that is its status, headline and sentence, and the chance is 1."""
    topic = striking({"answer": "total(seen) >= 6", "annulled": "total(strikes) >= 1"}, strikes=1)
    found = answered(topic)
    assert found.annulled is not None
    assert (found.status, found.annulled.chance, found.annulled.error) == ("annulled", 1.0, 0.0)
    assert 0.001 < found.value.error < 0.01  # what it would have been is simulated, and has its Monte Carlo error
    content = answer_content(topic, found)
    assert (content["headline"], content["sentence"]) == ("annulled", "Annulled: what annuls it has come true.")
    assert content["annulment"] == {"probability": 1.0, "error": 0.0}


def test_a_question_is_not_annulled_while_it_may_yet_be_settled() -> None:
    """A condition that holds now but may cease to leaves the question open."""
    found = answered(striking({"answer": "total(seen) >= 6", "annulled": "total(strikes) < 1"}))
    assert found.status == "open"


@pytest.mark.parametrize(
    ("annulled", "message"),
    [
        ("rate > 0", "`rate > 0` annuls the question on every path, so nothing can be said given that it is not"),
        ("1 + rate", r"`1 \+ rate` is \S+ at some draws, which is no probability"),
        ("-rate", r"`-rate` is -\S+ at some draws, which is no probability"),
    ],
)
def test_what_leaves_nothing_to_say_is_not_answerable(annulled: str, message: str) -> None:
    """A question that is annulled on every path, and one whose chance of annulment is none, say what is wrong and have no number."""
    found = answered(striking({"answer": "total(seen) >= 6", "annulled": annulled}))
    assert (found.status, found.value) == ("not answerable", None)
    (reason,) = found.reasons
    assert re.fullmatch(message, reason.message)


def test_the_referee_compares_the_chance_of_annulment() -> None:
    """A chance of annulment that differs between the engines is disputed by name."""
    one = concluded(lapsing({"answer": "lapse > 0.5", "annulled": "lapse"})).result
    other = concluded(lapsing({"answer": "lapse > 0.5", "annulled": "lapse ** 2"})).result
    same = judge(one.posterior, one.answers, one.posterior, one.answers)
    assert [each.z for each in same.comparisons if each.what == "chance of annulment"] == [0.0]
    verdict = judge(one.posterior, one.answers, one.posterior, other.answers)
    assert "chance of annulment" in [each.what for each in verdict.disputed]


def test_only_what_annuls_changes_the_hash() -> None:
    """The hash of a topic with an annulment differs by what annuls, and one without has the hash it always had."""
    texts: tuple[dict[str, str], ...] = ({}, {"annulled": "0.05"}, {"annulled": "0.1"})
    hashes = {numbers_hash(striking({"answer": "total(seen) >= 6"} | more)) for more in texts}
    assert len(hashes) == 3
    assert numbers_hash(lapsing({"answer": "lapse"})) == "fa232ee0afe3c5b3834f262830a2febfdc28352097cb74c75128a27fa4cf6e8e"


@pytest.mark.parametrize("annulled", ["0.25", '"0.25"', '"wear / (3 * wear)"'])
@pytest.mark.slow
def test_reports_and_ledger_hold_the_chance_of_annulment(annulled: str, tmp_path: Path) -> None:
    """The JSON, both pages and the ledger's line of a question with an annulment say its chance; other questions do not mention it."""
    root = tmp_path / "book"
    shutil.copytree(TINY_BOOK, root)
    path = root / "seeds" / "ferry" / "topic.toml"
    text = path.read_text(encoding="utf-8").replace(
        'answer  = "total(breakdowns) >= 3"', f'answer  = "total(breakdowns) >= 3"\nannulled = {annulled}'
    )
    path.write_text(text, encoding="utf-8")
    day = date(2025, 1, 1)
    done = update(root, as_of=day, today=day, settings=Settings(), referee=False, insight=annulled != "0.25")
    assert done.problems == ()
    chance = 0.25 if "wear" not in annulled else 1 / 3
    found = {answer["name"]: answer for answer in done.contents["ferry"]["answers"]}
    assert found["three_more"]["annulment"]["probability"] == pytest.approx(chance, rel=1e-5)
    assert found["three_more"]["annulled"] == annulled.strip('"')
    assert "annulled" not in found["next_fault"]
    said = f"The chance that it is annulled is {100 * chance:.0f} %; the answer is for the case that it is not."
    assert found["three_more"]["sentence"].endswith(said)
    for page in ("ferry.html", "ferry.md", "index.html", "index.md"):
        assert said in (root / "reports" / page).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    lines = [json.loads(line) for line in (root / "reports" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line.get("annulled") for line in lines if line["question"] == "three_more"] == pytest.approx([chance], rel=1e-5)
    assert all("annulled" not in line for line in lines if line["question"] != "three_more")
    assert math.isfinite(chance)
