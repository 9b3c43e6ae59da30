"""What would change mixed answers, and what their doubt is of: equal to variants conditioned on what is seen, and to closed forms."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from forecast.book.topic import Topic, Variant
from forecast.insight.baseline import Baseline, baseline_of
from forecast.insight.estimands import measures_of, published_values
from forecast.insight.information import future_increment, information, signposts
from forecast.insight.mixed_variance import _Doubt, _mixed_split, _variance_error, decompose_mixed_variance
from forecast.insight.published import mixed_answers, published_answers
from forecast.insight.published_cases import PublishedCases, cases_of_variants
from forecast.model.settings import Settings
from forecast.predict.analysis import analyse
from forecast.predict.rival_weights import RivalWeights
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

AS_OF = OPENS + timedelta(days=30)
BY = AS_OF + timedelta(days=365)
QUIET = {"from": OPENS, "to": AS_OF, "value": 1}
SETTINGS = Settings(engine="importance")
MONTH = 30.4375
RATES = {"base": (1.5, 5.0), "fast": (6.0, 4.0)}  # shape and rate of each variant's Gamma prior of the monthly rate


def rivals_topic(*more: dict[str, object], combine: str = "evidence") -> Topic:
    """A rare event with two priors of its rate, and whether it comes within the year."""

    def made(prior: tuple[float, float]) -> Topic:
        return make_topic(
            priors={"rate": f"Gamma(alpha={prior[0]}, beta={prior[1]})"},
            streams={"seen": {"value": "Poisson(mu=rate * months)", "watched": True}},
            rows={"seen": [QUIET, *more]},
            questions={"three": {"answer": "total(seen) >= 4", "by": BY}, "rate_now": "rate", "sure": {"answer": "rate > 0"}},
        )

    return replace(
        made(RATES["base"]), variants={"fast": Variant("fast", 0.4, "It may be fast.", {}, made(RATES["fast"]))}, combine=combine
    )


def together(topic: Topic) -> tuple[dict[str, Baseline], RivalWeights, PublishedCases]:
    """Every variant's basis, the weights, and the cases of all."""
    analyses = {name: analyse(rival, AS_OF, SETTINGS, referee=False) for name, rival in topic.rivals.items()}
    weights, answers = mixed_answers(topic, {name: its.result for name, its in analyses.items()}, SETTINGS)
    measures = measures_of(topic)
    published, _ = published_values(answers, measures)
    bases = {name: baseline_of(analysis) for name, analysis in analyses.items()}
    paths = {name: basis.paths for name, basis in bases.items()}
    return bases, weights, cases_of_variants(measures, published, paths, weights.of_all(), weights.errors())


@pytest.mark.parametrize("combine", ["evidence", "stated"])
def test_the_cases_of_variants_are_the_published_answers(combine: str):
    """Read off the cases of all variants each measure is the published one, within four errors, and paths count 1 on average."""
    _, _, cases = together(rivals_topic(combine=combine))
    errors = np.sqrt((cases.influence**2).sum(axis=0))
    assert (np.abs(cases.values - cases.published) <= 4 * errors + 1e-9).all()
    assert cases.weights.mean() == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 2])
def test_mixed_answers_given_what_is_seen_are_those_of_a_record_that_has_it(count: int):
    """On the paths where so many come within a month the measures are those of all variants with that row, weights and all, within four errors."""
    topic = rivals_topic()
    _, _, cases = together(topic)
    ahead = future_increment(cases, topic.streams["seen"], months=1)
    assert ahead is not None
    row = {"from": AS_OF + timedelta(days=1), "to": ahead.until, "value": count, "known": ahead.until}
    expected, errors = published_values(published_answers(rivals_topic(row), ahead.until, SETTINGS).answers, cases.measures)
    for estimate, value, error in zip(cases.conditional_estimates(ahead.values == count), expected, errors, strict=True):
        assert estimate["value"] == pytest.approx(value, abs=4 * math.hypot(estimate["error"], error) + 1e-9)


def test_mixed_signposts_average_to_the_mixed_answer():
    """Chances of opposites sum to one, and the values weighted by them give back the published answers."""
    _, _, cases = together(rivals_topic())
    (first, second), _ = signposts(cases)
    assert first["chance"] + second["chance"] == pytest.approx(1)
    for index, value in enumerate(cases.published):
        averaged = first["chance"] * first["values"][index]["value"] + second["chance"] * second["values"][index]["value"]
        assert averaged == pytest.approx(value, abs=1e-9 + 4 * first["values"][index]["error"])
    (found,) = information(cases)
    assert found["values"][2] == pytest.approx(0, abs=1e-12)
    assert found["values"][0] > 4 * found["errors"][0]


def closed_form(weights: dict[str, float]) -> tuple[float, float]:
    """Which part of the variance of four or more by the end of the year, one being there, is of structure and parameters, and which of structure alone."""
    months = (BY - AS_OF).days / MONTH
    before = ((AS_OF - OPENS).days + 1) / MONTH
    chances, squares = {}, {}
    for name, (shape, rate) in RATES.items():
        draws = np.linspace(1e-6, 40, 400_001)
        posterior = draws**shape * np.exp(-(rate + before) * draws)
        posterior /= posterior.sum()
        mean = draws * months
        chance = 1 - np.exp(-mean) * (1 + mean + mean**2 / 2)
        chances[name], squares[name] = float(posterior @ chance), float(posterior @ chance**2)
    whole = sum(weights[name] * chances[name] for name in RATES)
    variance = whole * (1 - whole)
    structure = sum(weights[name] * (chances[name] - whole) ** 2 for name in RATES)
    return (sum(weights[name] * squares[name] for name in RATES) - whole**2) / variance, structure / variance


@pytest.mark.parametrize("combine", ["evidence", "stated"])
def test_the_doubt_of_mixed_answers_is_split_as_the_closed_form_says(combine: str):
    """Shares of structure and of all ignorance equal those by integration, within four errors that are not too large."""
    topic = rivals_topic(combine=combine)
    bases, weights, cases = together(topic)
    splits = {split["question"]: split for split in decompose_mixed_variance(cases.measures, bases, weights.of_all(), weights.errors())}
    ignorance, structure = closed_form(weights.of_all())
    found = splits["three"]
    assert found["ignorance"] == pytest.approx(ignorance, abs=4 * found["error"])
    assert found["structure"] == pytest.approx(structure, abs=4 * found["structure_error"])
    assert found["error"] < 0.03
    assert 0 < found["structure_error"] < 0.01
    assert found["structure"] + found["parts"][0]["share"] == pytest.approx(found["ignorance"], abs=0.05)
    assert splits["rate_now"]["ignorance"] == pytest.approx(1)
    assert "sure" not in splits


def test_errors_of_weights_enter_what_is_given():
    """With weights that are uncertain the error of a measure on some paths is larger, and by what the weights move it."""
    topic = rivals_topic()
    bases, weights, cases = together(topic)
    seen = np.ones(len(cases.weights), dtype=bool)
    seen[: len(seen) // 3] = False
    paths = {name: basis.paths for name, basis in bases.items()}
    loose = cases_of_variants(cases.measures, cases.published, paths, weights.of_all(), dict.fromkeys(paths, 0.1))
    shares = {name: cases.share(seen & _of(cases, at)) for at, name in enumerate(paths)}
    at = 1  # the rate, of which the variants differ most
    means = {name: float(_weighed_mean(cases, seen & _of(cases, place), at)) for place, name in enumerate(paths)}
    whole = sum(shares[name] * means[name] for name in paths) / sum(shares.values())
    every = {name: float(_weighed_mean(cases, _of(cases, place), at)) for place, name in enumerate(paths)}
    of_all = weights.of_all()
    middle = sum(of_all[name] * every[name] for name in paths)
    added = [
        0.1 / of_all[name] * (shares[name] / sum(shares.values()) * (means[name] - whole) - of_all[name] * (every[name] - middle))
        for name in paths
    ]
    before, after = cases.conditional_estimates(seen)[at]["error"], loose.conditional_estimates(seen)[at]["error"]
    exact = {name: weights.errors()[name] / 0.1 for name in paths}
    own = before**2 - sum((exact[name] * part) ** 2 for name, part in zip(paths, added, strict=True))
    assert after == pytest.approx(math.sqrt(own + sum(part**2 for part in added)), rel=1e-6)


def _of(cases: PublishedCases, place: int) -> np.ndarray:
    its = np.zeros(len(cases.weights), dtype=bool)
    its[cases.groups[place].own] = True
    return its


def _weighed_mean(cases: PublishedCases, seen: np.ndarray, column: int) -> float:
    counted = cases.weights * seen
    return float(counted @ cases.cases.numerators[:, column] / (counted @ cases.cases.denominators[:, column]))


def test_the_error_of_the_structure_of_skewed_counts_is_as_large_as_it_scatters():
    """Over 200 records of counts that come in clumps the share of structure lies from the true one as far as its error says: their variance is in doubt too."""
    rng = np.random.default_rng(1)
    shapes, means, weights, size = np.array([0.5, 50.0]), np.array([6.0, 14.0]), np.array([0.97, 0.03]), 4_096
    variances = means + means**2 / shapes
    between = float(weights @ (means - weights @ means) ** 2)
    truth = between / (between + float(weights @ variances))
    measure = next(measure for measure in measures_of(rivals_topic()) if measure.key[0] == "three")
    away = []
    for _ in range(200):
        doubts = []
        for shape, mean, weight in zip(shapes, means, weights, strict=True):
            values = rng.poisson(rng.gamma(shape, mean / shape, size)).astype(float)
            error = values.std() / np.sqrt(size)
            doubts.append(_Doubt(weight, 0.0, float(values.mean()), error, float(values.var()), *_variance_error(values), None))
        found = _mixed_split(measure, doubts)
        away.append((found["structure"] - truth) / found["structure_error"])
    assert abs(np.mean(away)) < 0.3
    assert 0.85 < np.sqrt(np.mean(np.square(away))) < 1.2
