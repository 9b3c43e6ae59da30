"""Weights by past predictions: scores and optimum of conjugate variants in closed form, and the mixed answers of days and without rows."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import optimize, stats  # noqa: TID253 - closed forms to hold against

from forecast.book.topic import Topic, Variant
from forecast.inference.monte_carlo import REPLICATES
from forecast.inference.prediction_pool import TIMES_FOR_STATED
from forecast.insight.baseline import baseline_of
from forecast.insight.estimands import measures_of, published_values
from forecast.insight.leave_one_out import row_groups
from forecast.insight.mixed_estimates import PoolEvidence
from forecast.insight.mixed_history import mixed_history
from forecast.insight.mixed_leverage import VariantBasis, mixed_leverage
from forecast.insight.one_step_scores import one_step_scores
from forecast.insight.published import published_answers
from forecast.insight.replay_pool import anchored_pool
from forecast.insight.stacking import NOTHING_SCORED, past_performance
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse, condition_fast
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

COUNTS = (3, 0, 5, 1, 7, 2, 9)
AS_OF = OPENS + timedelta(days=len(COUNTS) - 1)
SETTINGS = Settings(engine="importance")
QUESTIONS = {"high": {"answer": "rate > 3"}, "rate_asked": {"answer": "rate"}}
PRIORS = {"base": (2.0, 1.0), "fast": (20.0, 4.0)}
STATED = {"base": 0.6, "fast": 0.4}


def rivals_topic(*, value: str = "Poisson(mu=rate * days)", weight: str = "") -> Topic:
    """Counts by day under two Gamma priors of a Poisson rate."""

    def made(name: str, value: str) -> Topic:
        alpha, beta = PRIORS[name]
        streams = {"seen": {"value": value} | ({"weight": weight} if weight else {})}
        return make_topic(
            priors={"rate": f"Gamma(alpha={alpha:g}, beta={beta:g})"}, streams=streams, rows={"seen": list(COUNTS)}, questions=QUESTIONS
        )

    variant = Variant("fast", STATED["fast"], "They may be fast.", {}, made("fast", value))
    return replace(made("base", "Poisson(mu=rate * days)"), variants={"fast": variant}, combine="stacking")


def closed_scores(name: str, counts: tuple[int, ...] = COUNTS) -> np.ndarray:
    """The log score of each day's count: the predictive distribution of a conjugate rate is a negative binomial."""
    alpha, beta = PRIORS[name]
    scores = []
    for count in counts:
        scores.append(stats.nbinom.logpmf(count, alpha, beta / (beta + 1)))
        alpha, beta = alpha + count, beta + 1
    return np.array(scores)


def closed_weights(counts: tuple[int, ...] = COUNTS) -> dict[str, float]:
    """The weights that maximise the penalised score of the mixture, by a search in one dimension."""
    base, fast = (np.exp(closed_scores(name, counts)) for name in PRIORS)

    def loss(weight: float) -> float:
        penalty = TIMES_FOR_STATED * (STATED["fast"] * math.log(weight) + STATED["base"] * math.log(1 - weight))
        return -float(np.log((1 - weight) * base + weight * fast).sum()) - penalty

    fast_weight = float(optimize.minimize_scalar(loss, bounds=(1e-6, 1 - 1e-6), method="bounded", options={"xatol": 1e-10}).x)
    return {"base": 1 - fast_weight, "fast": fast_weight}


def rate_under(name: str, counts: tuple[int, ...]) -> float:
    """The posterior mean of the rate."""
    alpha, beta = PRIORS[name]
    return (alpha + sum(counts)) / (beta + len(counts))


@pytest.mark.parametrize("name", list(PRIORS))
def test_scores_are_those_of_the_predictive_distributions(name: str):
    """The log score of each day is that of the negative binomial as of the day before, by all draws and without each replicate; they add up to the log evidence."""
    topic = rivals_topic().rivals[name]
    model = model_as_of(topic, AS_OF)
    scores = one_step_scores(model, anchored_pool(topic, AS_OF, SETTINGS))
    assert scores.days == tuple(OPENS + timedelta(days=day) for day in range(len(COUNTS)))
    assert scores.rows == len(COUNTS)
    assert scores.logs.shape == (1 + REPLICATES, len(COUNTS))
    errors = scores.logs[1:].std(axis=0) * (REPLICATES - 1) / math.sqrt(REPLICATES)
    assert (np.abs(scores.logs[0] - closed_scores(name)) < 4 * errors + 0.002).all()
    assert (errors < 0.03).all()
    evidence = condition_fast(model, SETTINGS).diagnostics.log_evidence
    assert scores.logs[0].sum() == pytest.approx(evidence, abs=0.03)


def test_weights_are_those_of_the_closed_form():
    """The weights are the optimum of the penalised score, within four errors; they are neither those stated nor those of the evidence."""
    result = published_answers(rivals_topic(), AS_OF, SETTINGS)
    weights = result.weights
    assert weights is not None
    assert (weights.combine, weights.reason) == ("stacking", "")
    expected = closed_weights()
    assert abs(weights.weight("fast") - expected["fast"]) < 4 * weights.error("fast")
    assert 0 < weights.error("fast") < 0.01
    assert sum(weights.weight(name) for name in PRIORS) == pytest.approx(1)
    logs = np.array([np.log(STATED[name]) + closed_scores(name).sum() for name in PRIORS])
    assert weights.by_evidence["fast"] == pytest.approx(np.exp(logs[1] - np.logaddexp.reduce(logs)), abs=0.01)
    assert abs(expected["fast"] - weights.by_evidence["fast"]) > 0.05
    assert weights.performance is not None
    assert (weights.performance.rows, weights.performance.days) == (7, 7)
    mean = sum(expected[name] * rate_under(name, COUNTS) for name in PRIORS)
    rate = result.answers["rate_asked"].value
    assert abs(rate.mean - mean) < 4 * rate.mean_error


@pytest.mark.slow
def test_nuts_may_supply_the_draws():
    """With draws of NUTS the weights are the same, since scores come from the fast engine's; answers are those of NUTS."""
    weights = published_answers(rivals_topic(), AS_OF, Settings(engine="nuts")).weights
    assert weights is not None
    assert abs(weights.weight("fast") - closed_weights()["fast"]) < 4 * weights.error("fast")


def test_a_history_knows_the_scores_up_to_each_day():
    """As of each day the mixed mean is that of the closed form with the weights of that day; before any row the weights are those stated."""
    days = [OPENS - timedelta(days=1), *(OPENS + timedelta(days=day) for day in (0, 2, 4, 6))]
    points = mixed_history(rivals_topic(), days, SETTINGS).points
    assert [point.day for point in points] == days
    for point in points:
        seen = COUNTS[: (point.day - OPENS).days + 1]
        weights = closed_weights(seen) if seen else STATED
        mean = sum(weights[name] * rate_under(name, seen) for name in PRIORS)
        assert abs(point.values[1] - mean) < 4 * point.errors[1] + 0.01


def test_leaving_a_row_out_leaves_its_score_out():
    """Without each row the mixed mean is that of the closed form without it, weights and all."""
    topic = rivals_topic()
    variants = {}
    for name, rival in topic.rivals.items():
        basis = baseline_of(analyse(rival, AS_OF, SETTINGS, referee=False))
        places = {measure.key: place for place, measure in enumerate(basis.measures)}
        columns = tuple(places[measure.key] for measure in measures_of(topic))
        variants[name] = VariantBasis(basis, anchored_pool(rival, AS_OF, SETTINGS), columns, PoolEvidence(0.0, 0.0))
    published, _ = published_values(published_answers(topic, AS_OF, SETTINGS).answers, measures_of(topic))
    contents, notes = mixed_leverage(topic, variants, published)
    assert notes == []
    rows = [group for group in row_groups(variants["base"].basis.model) if group.kind == "row"]
    for place, content in zip(range(len(rows)), contents, strict=False):
        left = COUNTS[:place] + COUNTS[place + 1 :]
        weights = closed_weights(left)
        mean = sum(weights[name] * rate_under(name, left) for name in PRIORS)
        assert abs(content["values"][1]["value"] - mean) < 4 * content["values"][1]["error"] + 0.02


def test_the_error_of_the_weights_is_their_spread_over_seeds():
    """Over seeds the spread of a weight is what its error says."""
    topic = rivals_topic()
    weights = [published_answers(topic, AS_OF, replace(SETTINGS, seed=seed)).weights for seed in range(24)]
    spread = np.std([its.weight("fast") for its in weights if its is not None], ddof=1)
    stated = np.mean([its.error("fast") for its in weights if its is not None])
    assert 0.6 < spread / stated < 1.6


@pytest.mark.parametrize(
    ("topic", "as_of", "reason"),
    [
        (rivals_topic(), date(2024, 12, 31), NOTHING_SCORED),
        (
            rivals_topic(value="Normal(mu=rate, sigma=1)"),
            AS_OF,
            "rows of `seen` have a probability under `base` and a density under `fast`",
        ),
    ],
)
def test_without_scores_to_compare_the_weights_are_those_stated(topic: Topic, as_of: date, reason: str):
    """Before anything has become known, or on different scales, the stated weights are used, and the reason is given."""
    performance = past_performance(topic, as_of, SETTINGS)
    assert performance.reason == reason
    weights = published_answers(topic, as_of, SETTINGS).weights
    assert weights is not None
    assert (weights.combine, weights.reason) == ("stated", reason)
    assert weights.weight("fast") == pytest.approx(STATED["fast"])


def test_rows_that_count_in_part_are_scored_in_full():
    """With rows of weight one half, which evidence cannot compare, each day's score is that of the count under half of what the days before taught."""
    topic = rivals_topic(weight="0.5")
    result = published_answers(topic, AS_OF, SETTINGS)
    assert result.weights is not None
    assert result.weights.combine == "stacking"
    assert result.weights.by_evidence == {}
    alpha, beta = PRIORS["fast"]
    scores = []
    for count in COUNTS:
        scores.append(stats.nbinom.logpmf(count, alpha, beta / (beta + 1)))
        alpha, beta = alpha + count / 2, beta + 0.5
    rival = topic.rivals["fast"]
    found = one_step_scores(model_as_of(rival, AS_OF), anchored_pool(rival, AS_OF, SETTINGS))
    assert found.logs[0] == pytest.approx(scores, abs=0.03)
