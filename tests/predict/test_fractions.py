"""The probability of one event given a fraction: a question of yes or no that no row settles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.book.hashes import numbers_hash
from forecast.book.topic import Topic
from forecast.content.topic import answer_content
from forecast.forecasts.own_questions import hash_as_asked, own_terms
from forecast.insight.baseline import baseline_of
from forecast.insight.estimands import cases, measures_of, published_values
from forecast.insight.variance_decomposition import decompose_variance
from forecast.markets.comparison.tilting import tilt_to
from forecast.model.settings import Settings
from forecast.predict.analysis import Analysis, analyse
from forecast.predict.answers import Answer, Probability
from forecast.predict.chance_draws import question_chances
from forecast.predict.path_outcomes import outcomes_on_paths
from forecast.sentences.headlines import headline_of
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

NEW_YEAR, END = date(2026, 1, 1), date(2026, 12, 31)
POSTERIOR = stats.beta(4, 3)  # of Beta(2, 2) after 2 of 3
YEAR = {"from": date(2025, 1, 1), "to": date(2025, 12, 31)}


def sampled(asked: Mapping[str, Any]) -> Topic:
    """A fraction with a Beta(2, 2) prior of which 2 of 3 were seen, and arrivals with a Gamma(2, 4) rate a month, 3 in a year."""
    return make_topic(
        priors={"fraction": "Beta(alpha=2, beta=2)", "rate": "Gamma(alpha=2, beta=4)"},
        streams={
            "named": "Binomial(n=3, p=fraction)",
            "arrivals": {"value": "Poisson(mu=rate * months)", "watched": True},
        },
        rows={"named": [{"on": date(2025, 6, 1), "value": 2}], "arrivals": [YEAR | {"value": 3}]},
        questions={"asked": asked},
    )


def concluded(topic: Topic, **settings: Any) -> Analysis:
    """The analysis as of New Year by the fast engine."""
    return analyse(topic, NEW_YEAR, Settings(**settings), referee=False)


def answered(topic: Topic) -> Answer:
    """The answer to the one question."""
    return concluded(topic).result.answers["asked"]


def test_the_answer_is_the_expected_value_with_the_doubt_about_the_fraction() -> None:
    """A Beta(4, 3) fraction makes one event 4 in 7 likely, and its interval is the 90 % interval of the Beta."""
    answer = answered(sampled({"probability": "fraction"}))
    assert isinstance(answer.value, Probability)
    assert answer.status == "open"
    assert abs(answer.value.value - POSTERIOR.mean()) < 4 * answer.value.error < 0.01
    assert answer.value.chance is not None
    assert answer.value.chance_errors is not None
    for end, error, level in zip(answer.value.chance, answer.value.chance_errors, (0.05, 0.95), strict=True):
        assert abs(end - POSTERIOR.ppf(level)) < 4 * error < 0.02


def test_the_headline_has_the_expected_value_and_the_interval() -> None:
    """What stands large is the expected value; beside it stands the interval of the fraction, and the JSON says that it is one."""
    topic = sampled({"probability": "fraction"})
    content = answer_content(topic, answered(topic))
    assert (content["kind"], content["fraction"], content["unit"], content["answer"]) == ("probability", True, "", "fraction")
    headline = headline_of(content)
    assert headline.figure == "57 %"
    assert headline.short == "57 % (27 to 85 %)"
    assert "anything from 27 to 85 % is plausible" in content["sentence"]


def test_it_is_a_question_of_yes_or_no_on_record() -> None:
    """In a record it is binary, and another question than one for the number with the same text."""
    fraction, number = sampled({"probability": "fraction"}), sampled({"answer": "fraction"})
    assert own_terms(fraction)[0].question.type == "binary"
    assert not own_terms(fraction)[0].question.unit
    assert hash_as_asked(fraction.questions["asked"]) != hash_as_asked(number.questions["asked"])
    assert numbers_hash(fraction) != numbers_hash(number)


def test_no_row_settles_it() -> None:
    """A fraction of totals whose streams are recorded beyond its date stays open: whether the event came is in no row."""
    topic = sampled({"probability": "total(arrivals) / 10", "by": date(2025, 12, 31)})
    answer = answered(topic)
    assert isinstance(answer.value, Probability)
    assert (answer.status, answer.value.value) == ("open", pytest.approx(0.3))


def test_a_condition_selects_the_cases() -> None:
    """Given that somebody comes, the fraction is what it was, and the chance of the condition stands beside it."""
    answer = answered(sampled({"probability": "fraction", "given": "total(arrivals) >= 4", "by": END}))
    assert isinstance(answer.value, Probability)
    assert abs(answer.value.value - POSTERIOR.mean()) < 4 * answer.value.error
    assert 0 < answer.given < 1


def test_annulment_weighs_the_cases() -> None:
    """Annulled with the probability of the fraction itself, the answer is E[f (1 - f)] / E[1 - f]."""
    answer = answered(sampled({"probability": "fraction", "annulled": "fraction"}))
    assert isinstance(answer.value, Probability)
    assert answer.annulled is not None
    expected = POSTERIOR.expect(lambda f: f * (1 - f)) / (1 - POSTERIOR.mean())
    assert abs(answer.value.value - expected) < 4 * answer.value.error < 0.01


def test_totals_count_from_since() -> None:
    """With `since` and `by` a fraction of a total is one of what comes between them."""
    answer = answered(sampled({"probability": "1 / (1 + total(arrivals))", "since": NEW_YEAR, "by": END}))
    assert isinstance(answer.value, Probability)
    rates = np.linspace(1e-6, 3, 20_001)
    mass = stats.gamma(5, scale=1 / (4 + 365 / 30.4375)).pdf(rates)
    means = rates * 365 / 30.4375
    expected = float((mass * -np.expm1(-means) / means).sum() / mass.sum())  # of 1 / (1 + N), N Poisson
    assert abs(answer.value.value - expected) < 4 * answer.value.error < 0.02


def test_the_chance_on_each_draw_is_the_fraction() -> None:
    """What weighs draws anew for a price sees the fraction itself, and not that it is above 0: to 40 % leads a tilt, to 99.9 % none."""
    topic = sampled({"probability": "fraction"})
    posterior = concluded(topic).result.posterior
    chances = question_chances(topic.questions["asked"], posterior, np.random.default_rng(1)).chances
    assert chances.mean == pytest.approx(POSTERIOR.mean(), abs=0.005)
    tilt = tilt_to(chances, 0.4)
    assert tilt.status == "found"
    assert float(tilt.weights @ posterior.parameters["fraction"][:, 0]) == pytest.approx(0.4)


def test_the_chance_on_each_draw_is_counted_where_the_fraction_needs_paths() -> None:
    """Of a fraction of totals, on each path the event is drawn with it; so the mean chance is the answer."""
    topic = sampled({"probability": "1 / (1 + total(arrivals))", "since": NEW_YEAR, "by": END})
    result = concluded(topic).result
    chances = question_chances(topic.questions["asked"], result.posterior, np.random.default_rng(1)).chances
    assert chances.paths is not None
    value = result.answers["asked"].value
    assert isinstance(value, Probability)
    assert 0.1 < value.value < 0.5
    assert chances.mean == pytest.approx(value.value, abs=0.01)


@pytest.mark.parametrize(
    "asked",
    [
        {"probability": "fraction"},
        {"probability": "1 / (1 + total(arrivals))", "since": NEW_YEAR, "by": END},
        {"probability": "fraction", "given": "total(arrivals) >= 4", "by": END},
    ],
)
def test_on_paths_its_event_happens_as_often_as_the_answer_says(asked: Mapping[str, Any]) -> None:
    """A stake on it sees an event that happens with the fraction on each path, and not on each one."""
    topic = sampled(asked)
    result = concluded(topic).result
    found = outcomes_on_paths(topic.questions["asked"], result, np.random.default_rng(1))
    kept = 1 - found.void
    value = result.answers["asked"].value
    assert isinstance(value, Probability)
    assert float(kept @ found.happened) / float(kept.sum()) == pytest.approx(value.value, abs=0.02)


def test_a_value_outside_0_to_1_is_an_error_with_its_place() -> None:
    """A question whose fraction leaves 0 to 1 has no answer, and says at which key, how far and how often."""
    answer = answered(sampled({"probability": "2 * fraction"}))
    assert (answer.value, answer.status) == (None, "not answerable")
    message = answer.reasons[0].message
    assert message.startswith("`2 * fraction` is outside 0 to 1 in ")
    assert message.endswith("at worst)")


def test_measures_are_those_of_the_answer() -> None:
    """Read off simulated paths the measure agrees with the published value, and it is no share of cases."""
    analysis = concluded(sampled({"probability": "fraction"}))
    measures = measures_of(analysis.result.posterior.model.topic)
    assert [(its.kind, its.is_share_of_cases) for its in measures] == [("probability", False)]
    published, errors = published_values(analysis.result.answers, measures)
    assert abs(cases(analysis.result.paths, measures).values()[0] - published[0]) < 0.01
    assert errors[0] < 0.002


def test_most_of_the_doubt_about_one_event_is_luck() -> None:
    """The fraction accounts for Var(f) / (p (1 - p)) of the variance of one event, which is 1 in 8 for Beta(4, 3)."""
    split = decompose_variance(baseline_of(concluded(sampled({"probability": "fraction"}))))[0]
    share = POSTERIOR.var() / (POSTERIOR.mean() * (1 - POSTERIOR.mean()))
    assert share == pytest.approx(1 / 8)
    assert split["ignorance"] == pytest.approx(share, abs=0.005)
    assert (split["parts"][0]["parameter"], split["parts"][0]["share"]) == ("fraction", pytest.approx(share, abs=0.01))


@pytest.mark.slow
def test_both_engines_agree_about_it() -> None:
    """NUTS and the fast engine give the same probability of one event."""
    analysis = analyse(sampled({"probability": "fraction"}), NEW_YEAR, Settings(), referee=True)
    assert analysis.verdict is not None
    assert analysis.verdict.verdict == "agreed"
    assert "asked" in [each.name for each in analysis.verdict.comparisons if each.kind == "answer"]
