"""Questions on simulated paths, jointly: as often yes as published, one implying another, void where their condition fails, and annulled."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from forecast.model.errors import Unsound
from forecast.model.settings import Settings
from forecast.predict.analysis import EngineResult, published_result
from forecast.predict.path_outcomes import outcomes_on_paths, replicates_of_paths
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

END = date(2026, 12, 31)
RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def result() -> EngineResult:
    """A count with a Gamma(2, 4) rate a month, of which 3 were seen in 2025."""
    topic = make_topic(
        priors={"rate": "Gamma(alpha=2, beta=4)", "coin": "Categorical(heads=0.4, tails=0.6)"},
        streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
        rows={"seen": [{"from": date(2025, 1, 1), "to": date(2025, 12, 31), "value": 3}]},
        questions={
            "three": {"by": END, "since": date(2026, 1, 1), "answer": "total(seen) >= 3"},
            "five": {"by": END, "since": date(2026, 1, 1), "answer": "total(seen) >= 5"},
            "fast": {"answer": "rate > 0.3"},
            "some": {"by": END, "since": date(2026, 1, 1), "answer": "total(seen) >= 5", "given": "total(seen) >= 1"},
            "struck": {"by": END, "since": date(2026, 1, 1), "answer": "total(seen) >= 3", "annulled": "0.25"},
            "which": {"by": END, "since": date(2026, 1, 1), "choices": {"few": "total(seen) < 3", "many": "total(seen) >= 3"}},
            "side": {"answer": "coin"},
            "count": {"by": END, "since": date(2026, 1, 1), "answer": "total(seen)"},
        },
    )
    return published_result(topic, date(2026, 1, 1), Settings(draws=4_096, chances=False))


def test_paths_have_the_published_chances(result: EngineResult):
    """Of totals exactly, of parameters within their errors; and what is not asked or annulled is void."""
    questions = result.posterior.model.topic.questions
    for name, exact in (("three", True), ("five", True), ("fast", False), ("some", True), ("struck", True)):
        found = outcomes_on_paths(questions[name], result, RNG)
        kept = 1 - found.void
        chance = float(kept @ found.happened) / float(kept.sum())
        assert chance == pytest.approx(result.answers[name].value.value, abs=1e-12 if exact else 0.02)
    assert outcomes_on_paths(questions["struck"], result, RNG).void == pytest.approx(0.25)
    some = outcomes_on_paths(questions["some"], result, RNG)
    assert 1 - float(some.void.mean()) == pytest.approx(result.answers["some"].given)
    assert set(np.unique(some.void)) == {0.0, 1.0}


def test_paths_keep_dependence(result: EngineResult):
    """Who counts five counts three on every path, and fast rates are where counts are large."""
    questions = result.posterior.model.topic.questions
    three, five, fast = (outcomes_on_paths(questions[name], result, RNG).happened for name in ("three", "five", "fast"))
    assert not (five & ~three).any()
    assert five[fast].mean() > 2 * five[~fast].mean()
    assert replicates_of_paths(result).max() == 15


def test_other_questions_are_refused(result: EngineResult):
    """A number, and a choice that there is not."""
    for name, label in (("count", ""), ("which", ""), ("which", "none"), ("three", "few"), ("side", "edge")):
        with pytest.raises(Unsound, match="only a question for a probability"):
            outcomes_on_paths(result.posterior.model.topic.questions[name], result, RNG, label)


def test_a_choice_has_its_share(result: EngineResult):
    """As published, and where the question of the same condition is yes."""
    questions = result.posterior.model.topic.questions
    many = outcomes_on_paths(questions["which"], result, RNG, "many").happened
    assert many.mean() == pytest.approx(result.answers["which"].value.values["many"])
    tails = outcomes_on_paths(questions["side"], result, RNG, "tails").happened
    assert tails.mean() == pytest.approx(result.answers["side"].value.values["tails"], abs=0.02)
    assert (many == outcomes_on_paths(questions["three"], result, RNG).happened).all()
