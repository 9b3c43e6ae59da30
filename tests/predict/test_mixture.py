"""Variants whose evidence and answers have closed forms: weights and mixed answers are theirs within four errors, by both engines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize, stats  # noqa: TID253 - closed forms to hold against

from forecast.book.topic import Topic, Variant
from forecast.inference.importance.evidence import evidence_of
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import condition_fast, published_result
from forecast.predict.answers import Answer
from forecast.predict.distribution import Distribution
from forecast.predict.mixture import RivalResult, mix_answers
from forecast.predict.rival_weights import RivalWeights, rival_weights, stated_weights
from tests.support.building import make_topic

pytestmark = pytest.mark.medium

AS_OF, BY = date(2026, 1, 1), date(2026, 4, 1)
COUNTS = (3, 0, 5, 1, 7, 2)
AHEAD = 4  # rows' worth of days that are to come
ERRORS = 4.0


def topic_of(value: str, prior: str, questions: Mapping[str, Any]) -> Topic:
    """A topic of counts by day."""
    return make_topic(
        priors={"rate": prior}, streams={"seen": value}, rows={"seen": list(COUNTS)}, questions=questions, opens=date(2025, 12, 27)
    )


def with_variant(base: Topic, rival: Topic, *, weight: float, combine: str = "evidence") -> Topic:
    """A topic with one variant."""
    return replace(base, variants={"rival": Variant("rival", weight, "It may be so.", {}, rival)}, combine=combine)


def mixed(topic: Topic, engine: str, as_of: date = AS_OF) -> tuple[RivalWeights, dict[str, Answer], dict[str, RivalResult]]:
    """The weights, the mixed answers and what each variant came to."""
    settings = Settings(engine=engine)
    results = {name: published_result(rival, as_of, settings) for name, rival in topic.rivals.items()}
    rivals = {name: RivalResult(its.posterior, its.paths, its.answers) for name, its in results.items()}
    weights = rival_weights(topic, {name: its.posterior for name, its in rivals.items()}, settings)
    return weights, mix_answers(rivals, weights, np.random.default_rng(3)), rivals


def gamma_poisson_log_evidence(alpha: float, beta: float) -> float:
    """The log evidence of counts by day under a Poisson whose rate has a Gamma prior."""
    total, days = sum(COUNTS), len(COUNTS)
    constant = -sum(math.lgamma(count + 1) for count in COUNTS)
    return constant + alpha * math.log(beta) - math.lgamma(alpha) + math.lgamma(alpha + total) - (alpha + total) * math.log(beta + days)


def numeric_rival(size: float) -> tuple[float, float]:
    """The log evidence of a negative binomial of fixed shape with a Gamma(2, 1) rate, and the posterior mean of the rate, by quadrature."""

    def density(rate: float) -> float:
        rows = stats.nbinom.logpmf(COUNTS, size, size / (size + rate)).sum()
        return math.exp(rows + stats.gamma.logpdf(rate, 2))

    whole = integrate.quad(density, 0, 60, limit=400)[0]
    return math.log(whole), integrate.quad(lambda rate: rate * density(rate), 0, 60, limit=400)[0] / whole


QUESTIONS = {
    "high": {"answer": "rate > 3"},
    "rate_asked": {"answer": "rate"},
    "many": {"answer": "total(seen) >= 30", "by": date(2026, 1, 5), "since": date(2026, 1, 2)},
}


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
def test_two_rates_are_weighted_by_their_evidence(engine: str):
    """Two Gamma priors of a Poisson rate: weights, the mean of the rate and a chance of it are those of the closed form."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", QUESTIONS)
    rival = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=20, beta=4)", QUESTIONS)
    weights, answers, _ = mixed(with_variant(base, rival, weight=0.4), engine)
    logs = np.array([gamma_poisson_log_evidence(2, 1), gamma_poisson_log_evidence(20, 4)])
    amounts = np.array([0.6, 0.4]) * np.exp(logs - logs.max())
    expected = amounts / amounts.sum()
    assert abs(weights.weight("rival") - expected[1]) < ERRORS * weights.error("rival")
    assert 0 < weights.error("rival") < 0.01
    posteriors = [stats.gamma(2 + sum(COUNTS), scale=1 / (1 + len(COUNTS))), stats.gamma(20 + sum(COUNTS), scale=1 / (4 + len(COUNTS)))]
    high, rate = answers["high"].value, answers["rate_asked"].value
    assert abs(high.value - sum(expected * [its.sf(3) for its in posteriors])) < ERRORS * high.error
    assert isinstance(rate, Distribution)
    assert abs(rate.mean - sum(expected * [its.mean() for its in posteriors])) < ERRORS * rate.mean_error


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
def test_poisson_against_a_negative_binomial_of_fixed_shape(engine: str):
    """Counts by a Poisson or by a NegativeBinomial of shape 2: weights and the mean of the rate are those of quadrature."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", QUESTIONS)
    rival = topic_of("NegativeBinomial(mu=rate * days, alpha=2 * days)", "Gamma(alpha=2, beta=1)", QUESTIONS)
    weights, answers, _ = mixed(with_variant(base, rival, weight=0.3), engine)
    log_evidence, mean = numeric_rival(2.0)
    logs = np.array([gamma_poisson_log_evidence(2, 1), log_evidence])
    amounts = np.array([0.7, 0.3]) * np.exp(logs - logs.max())
    expected = amounts / amounts.sum()
    assert abs(weights.weight("rival") - expected[1]) < ERRORS * weights.error("rival")
    rate = answers["rate_asked"].value
    assert abs(rate.mean - expected @ [(2 + sum(COUNTS)) / (1 + len(COUNTS)), mean]) < ERRORS * rate.mean_error


def test_a_chance_of_totals_mixes_its_value_and_its_interval():
    """The chance of a total is that of both variants by their weights, and the ends of its interval are points of the mixture of chances."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", QUESTIONS)
    rival = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=40, beta=4)", QUESTIONS)
    weights, answers, rivals = mixed(with_variant(base, rival, weight=0.9), "importance")
    value = answers["many"].value
    share = weights.weight("rival")
    alone = [rivals[name].answers["many"].value for name in ("base", "rival")]
    assert value.value == pytest.approx((1 - share) * alone[0].value + share * alone[1].value, abs=1e-3)
    rng = np.random.default_rng(5)
    picked = rng.random(200_000) < share
    drawn = np.where(
        picked, rng.gamma(40 + sum(COUNTS), 1 / (4 + len(COUNTS)), 200_000), rng.gamma(2 + sum(COUNTS), 1 / (1 + len(COUNTS)), 200_000)
    )
    ends = np.quantile(stats.poisson(AHEAD * drawn).sf(29), [0.05, 0.95])
    for end, expected, error in zip(value.chance, ends, value.chance_errors, strict=True):
        assert abs(end - expected) < ERRORS * error + 1e-3


@pytest.mark.parametrize("engine", ["importance", pytest.param("nuts", marks=pytest.mark.slow)])
def test_a_probability_of_one_event_mixes_its_mean_and_its_interval(engine: str):
    """The probability of no event in a day is exp(-rate): its mean and the ends of its interval are those of the mixture of two closed forms."""
    questions = {"none": {"probability": "exp(-rate)"}}
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", questions)
    rival = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=20, beta=4)", questions)
    weights, answers, rivals = mixed(with_variant(base, rival, weight=0.4), engine)
    value = answers["none"].value
    posteriors = {"base": (2 + sum(COUNTS), 1 + len(COUNTS)), "rival": (20 + sum(COUNTS), 4 + len(COUNTS))}
    means = {name: (rate / (rate + 1)) ** shape for name, (shape, rate) in posteriors.items()}
    for name, mean in means.items():
        alone = rivals[name].answers["none"].value
        assert abs(alone.value - mean) < ERRORS * alone.error
    assert abs(value.value - sum(weights.weight(name) * mean for name, mean in means.items())) < ERRORS * value.error
    assert 0 < value.error < 0.005

    def below(probability: float) -> float:
        return sum(
            weights.weight(name) * stats.gamma(shape, scale=1 / rate).sf(-math.log(probability))
            for name, (shape, rate) in posteriors.items()
        )

    for level, end, error in zip((0.05, 0.95), value.chance, value.chance_errors, strict=True):
        assert abs(end - optimize.brentq(lambda at, level=level: below(at) - level, 1e-9, 1 - 1e-9)) < ERRORS * error


def test_a_condition_weighs_variants_by_its_probability():
    """Given something that one variant makes likelier, that variant counts for more: the answer is the ratio of two mixed chances."""
    questions = {
        "given_high": {"answer": "rate > 5", "given": "rate > 3"},
        "high": {"answer": "rate > 3"},
        "higher": {"answer": "rate > 5"},
    }
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", questions)
    rival = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=20, beta=4)", questions)
    _, answers, _ = mixed(with_variant(base, rival, weight=0.4), "importance")
    ratio = answers["higher"].value.value / answers["high"].value.value
    assert answers["given_high"].value.value == pytest.approx(ratio, rel=1e-9)
    assert answers["given_high"].given == pytest.approx(answers["high"].value.value, rel=1e-9)


def test_stated_weights_and_what_keeps_the_rows_from_weighing():
    """With `combine = "stated"`, or where a density stands against a probability, the weights are those stated, and the reason is said."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", QUESTIONS)
    rival = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=20, beta=4)", QUESTIONS)
    weights, _, _ = mixed(with_variant(base, rival, weight=0.4, combine="stated"), "importance")
    assert (weights.weight("rival"), weights.combine, weights.reason) == (pytest.approx(0.4), "stated", "")
    assert weights.error("rival") == pytest.approx(0, abs=1e-12)
    dense = topic_of("Normal(mu=rate, sigma=1)", "Gamma(alpha=2, beta=1)", QUESTIONS)
    weights, _, _ = mixed(with_variant(base, dense, weight=0.25), "importance")
    assert weights.weight("rival") == pytest.approx(0.25)
    assert weights.reason == "rows of `seen` have a probability under `base` and a density under `rival`"


def test_the_error_of_the_weights_is_in_the_error_of_the_answer():
    """Over seeds the spread of a mixed chance is what its error says, where variants differ and their weights are in doubt."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", {"high": {"answer": "rate > 3"}})
    rival = topic_of("NegativeBinomial(mu=rate * days, alpha=2 * days)", "Gamma(alpha=20, beta=4)", {"high": {"answer": "rate > 3"}})
    topic = with_variant(base, rival, weight=0.5)
    values, errors = [], []
    for seed in range(24):
        settings = Settings(engine="importance", seed=seed)
        results = {name: published_result(of, AS_OF, settings) for name, of in topic.rivals.items()}
        rivals = {name: RivalResult(its.posterior, its.paths, its.answers) for name, its in results.items()}
        weights = rival_weights(topic, {name: its.posterior for name, its in rivals.items()}, settings)
        answer = mix_answers(rivals, weights, np.random.default_rng(3))["high"].value
        values.append(answer.value)
        errors.append(answer.error)
    assert 0.6 < np.std(values, ddof=1) / np.mean(errors) < 1.6


@pytest.mark.slow
def test_bridge_sampling_gives_the_evidence_that_is_known():
    """The log evidence from draws of NUTS is that of the closed form within four errors."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", {})
    posterior = published_result(base, AS_OF, Settings(engine="nuts")).posterior
    evidence = evidence_of(posterior, np.random.default_rng(1))
    assert abs(evidence.log - gamma_poisson_log_evidence(2, 1)) < ERRORS * evidence.error
    assert evidence.error < 0.01


def test_the_fast_engine_s_evidence_has_its_own_error():
    """The error measured from replicates is that which the engine states."""
    base = topic_of("Poisson(mu=rate * days)", "Gamma(alpha=2, beta=1)", {})
    posterior = condition_fast(model_as_of(base, AS_OF), Settings())
    evidence = evidence_of(posterior, np.random.default_rng(1))
    assert evidence.error == pytest.approx(posterior.diagnostics.log_evidence_error, rel=1e-6)
    assert abs(evidence.log - gamma_poisson_log_evidence(2, 1)) < ERRORS * evidence.error


@pytest.mark.parametrize(("weight", "has_mean"), [(0.002, False), (0.0, True)])
def test_a_number_without_a_mean_under_one_variant_has_none_together(weight: float, has_mean: bool):  # noqa: FBT001
    """However little a variant weighs, as long as it weighs anything; the reason names it, and the median stays."""

    def topic(size: str) -> Topic:
        return make_topic(priors={"size": size}, questions={"how_large": "size"})

    base = topic("HalfNormal(sigma=1)")
    settings = Settings(engine="importance")
    results = {name: published_result(one, AS_OF, settings) for name, one in (("base", base), ("wild_one", topic("HalfCauchy(beta=1)")))}
    rivals = {name: RivalResult(its.posterior, its.paths, its.answers) for name, its in results.items()}
    assert rivals["base"].answers["how_large"].value.mean is not None
    assert rivals["wild_one"].answers["how_large"].value.mean is None
    weights = RivalWeights(stated_weights({"base": 1 - weight, "wild_one": weight}), "stated", "", {})
    value = mix_answers(rivals, weights, np.random.default_rng(3))["how_large"].value
    assert (value.mean is not None, value.mean_error is not None, value.sd is not None) == (has_mean,) * 3
    assert value.quantiles[2] == pytest.approx(stats.halfnorm.median(), abs=0.05)
    assert value.no_mean.startswith("under the variant “wild one”, the tail is so heavy") is not has_mean
