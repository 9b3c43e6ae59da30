"""Paths of one variant weighed for another with other priors: against closed forms, with errors that are neither too small nor too large."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - closed forms to hold against

from forecast.book.topic import Topic, Variant
from forecast.insight.published import mixed_answers, published_answers
from forecast.model.model import model_as_of
from forecast.model.settings import Settings
from forecast.predict.analysis import EngineResult, Simulations, analyse, condition_fast, lendable_result, simulate_future
from forecast.predict.lending import weigh_simulation
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

COUNTS = (3, 0, 5, 1, 7, 2)
AS_OF = OPENS + timedelta(days=len(COUNTS) - 1)
BY, AHEAD = AS_OF + timedelta(days=4), 4
SETTINGS = Settings(engine="importance", draws=4_096)
SEEDS = 24
BASE, NEAR = (2, 1), (9, 2)  # alpha and beta of Gamma priors of the rate
QUESTIONS = {
    "high": {"answer": "rate > 3"},
    "ahead": {"answer": "total(seen)", "by": BY, "since": AS_OF + timedelta(days=1)},
    "many": {"answer": "total(seen) >= 17", "by": BY, "since": AS_OF + timedelta(days=1)},
    "both": {"answer": "total(seen) >= 17 and total(seen) <= 400", "by": BY, "since": AS_OF + timedelta(days=1)},  # counted on paths
    "given_many": {
        "answer": "total(seen) >= 22",
        "given": "total(seen) >= 17",
        "by": BY,
        "since": AS_OF + timedelta(days=1),
    },
    "soon": {"answer": "first(total(seen) >= 17)", "by": BY, "since": AS_OF + timedelta(days=1)},
}


def topic_of(prior: str, questions: Mapping[str, Any] = QUESTIONS) -> Topic:
    """Counts by day under a Poisson."""
    return make_topic(priors={"rate": prior}, streams={"seen": "Poisson(mu=rate * days)"}, rows={"seen": list(COUNTS)}, questions=questions)


def gamma_topic(prior: tuple[float, float]) -> Topic:
    """The same with a Gamma prior."""
    return topic_of(f"Gamma(alpha={prior[0]:g}, beta={prior[1]:g})")


def posterior_of(prior: tuple[float, float]) -> tuple[float, float]:
    """Shape and rate of the posterior, which is a Gamma."""
    return prior[0] + sum(COUNTS), prior[1] + len(COUNTS)


def tail(least: int, prior: tuple[float, float]) -> float:
    """The chance of so many in the days ahead: a negative binomial."""
    shape, rate = posterior_of(prior)
    return float(stats.nbinom.sf(least - 1, shape, rate / (rate + AHEAD)))


def borrowed_result(seed: int, *, chances: bool = False) -> EngineResult:
    """The near variant as it is answered from what was simulated for the base."""
    settings = replace(SETTINGS, seed=seed, chances=chances)
    _, lent = lendable_result(gamma_topic(BASE), AS_OF, settings)
    result, simulated = lendable_result(gamma_topic(NEAR), AS_OF, settings, lent)
    assert simulated == Simulations()  # no engine ran
    return result


@pytest.fixture(scope="module")
def borrowed() -> list[EngineResult]:
    """One for each of 24 seeds."""
    return [borrowed_result(seed, chances=True) for seed in range(SEEDS)]


FIGURES: dict[str, tuple[Callable[[EngineResult], tuple[float, float]], float]] = {
    "parameter": (lambda its: _value(its, "high"), float(stats.gamma(posterior_of(NEAR)[0], scale=1 / posterior_of(NEAR)[1]).sf(3))),
    "chance of a total": (lambda its: _value(its, "many"), tail(17, NEAR)),
    "under a condition": (lambda its: _value(its, "given_many"), tail(22, NEAR) / tail(17, NEAR)),
    "its condition": (lambda its: (its.answers["given_many"].given, its.answers["given_many"].given_error), tail(17, NEAR)),
    "mean of a total": (
        lambda its: (its.answers["ahead"].value.mean, its.answers["ahead"].value.mean_error),
        AHEAD * posterior_of(NEAR)[0] / posterior_of(NEAR)[1],
    ),
    "not by then": (lambda its: (its.answers["soon"].value.not_by_then, its.answers["soon"].value.error), 1 - tail(17, NEAR)),
}


def _value(its: EngineResult, name: str) -> tuple[float, float]:
    value = its.answers[name].value
    return value.value, value.error


@pytest.mark.parametrize("figure", [name for name in FIGURES if name != "parameter"])
def test_errors_of_borrowed_answers_are_honest(borrowed: list[EngineResult], figure: str):
    """Over 24 seeds the root mean square of the difference from the closed form is 0.7 to 1.3 of the stated error."""
    read, truth = FIGURES[figure]
    values, errors = np.array([read(its) for its in borrowed]).T
    ratio = np.sqrt(((values - truth) ** 2).mean()) / np.sqrt((errors**2).mean())
    assert 0.7 < ratio < 1.3


def test_errors_of_what_is_asked_of_parameters_are_not_too_small(borrowed: list[EngineResult]):
    """Of a chance of the rate itself too, of which lattices know more than replicates say: the difference is at most 1.3 of the stated error."""
    read, truth = FIGURES["parameter"]
    values, errors = np.array([read(its) for its in borrowed]).T
    assert np.sqrt(((values - truth) ** 2).mean()) / np.sqrt((errors**2).mean()) < 1.3


@pytest.mark.parametrize("name", ["many", "both"])
def test_intervals_of_borrowed_chances_are_those_of_the_closed_form(borrowed: list[EngineResult], name: str):
    """The ends of the interval of a chance, in closed form or from counts, lie on average within four errors of a mean of 24, and vary as stated."""
    rates = stats.gamma(posterior_of(NEAR)[0], scale=1 / posterior_of(NEAR)[1]).ppf([0.05, 0.95])
    truth = stats.poisson(AHEAD * rates).sf(16)
    ends = np.array([its.answers[name].value.chance for its in borrowed])
    errors = np.array([its.answers[name].value.chance_errors for its in borrowed])
    assert (np.abs(ends.mean(axis=0) - truth) < 4 * np.sqrt((errors**2).mean(axis=0) / SEEDS) + 0.005).all()
    ratio = ends.std(axis=0, ddof=1) / np.sqrt((errors**2).mean(axis=0))
    assert ((ratio > 0.5) & (ratio < 1.5)).all()


def test_a_mixture_of_variants_that_share_paths_has_an_honest_error():
    """Over 24 seeds the mixed chance of base and borrower differs from the closed form by 0.7 to 1.3 of its error, and its evidence is right."""
    base, near = gamma_topic(BASE), gamma_topic(NEAR)
    topic = replace(base, variants={"near": Variant("near", 0.5, "It may be so.", {}, near)}, combine="evidence")
    logs = []
    values, errors = [], []
    for seed in range(SEEDS):
        published = published_answers(topic, AS_OF, replace(SETTINGS, seed=seed))
        results = published.results
        assert results["near"].paths.totals is results["base"].paths.totals
        value = published.answers["many"].value
        values.append(value.value)
        errors.append(value.error)
        logs.append([its.posterior.diagnostics.log_evidence for its in results.values()])
    ratio = np.exp(np.diff(np.array(logs), axis=1)).mean()
    alone = [condition_fast(model_as_of(its, AS_OF), SETTINGS).diagnostics.log_evidence for its in (base, near)]
    assert ratio == pytest.approx(np.exp(alone[1] - alone[0]), rel=0.02)
    share = ratio / (1 + ratio)
    truth = (1 - share) * tail(17, BASE) + share * tail(17, NEAR)
    found = np.sqrt(((np.array(values) - truth) ** 2).mean()) / np.sqrt((np.array(errors) ** 2).mean())
    assert 0.7 < found < 1.3


def test_a_mixture_has_no_more_cases_than_the_paths_that_it_shares():
    """What no path shows may be as probable under two variants on the same paths as under the lender; under two on paths of their own, less."""
    rare = {"rare": {"answer": "total(seen) >= 4000", "by": BY, "since": AS_OF + timedelta(days=1)}}
    base, near = (topic_of(f"Gamma(alpha={alpha:g}, beta={beta:g})", rare) for alpha, beta in (BASE, NEAR))
    topic = replace(base, variants={"near": Variant("near", 0.5, "It may be so.", {}, near)}, combine="evidence")
    shared = published_answers(topic, AS_OF, SETTINGS)
    unseen = {name: its.answers["rare"].value.greatest_unseen for name, its in shared.results.items()}
    assert unseen["near"] > unseen["base"]
    assert unseen["base"] < shared.answers["rare"].value.greatest_unseen < unseen["near"]
    apart = {name: lendable_result(its, AS_OF, SETTINGS)[0] for name, its in topic.rivals.items()}
    mixed = mixed_answers(topic, apart, SETTINGS)[1]["rare"].value.greatest_unseen
    assert mixed < 0.6 * unseen["near"]


@pytest.mark.parametrize(
    "prior",
    [
        "Gamma(alpha=900, beta=60)",  # where the draws hardly reach
        "Uniform(lower=3, upper=20)",  # under which some paths are impossible
    ],
)
def test_what_does_not_carry_is_not_lent(prior: str):
    """Far priors, and priors under which a path is impossible, are computed by themselves."""
    _, lent = lendable_result(gamma_topic(BASE), AS_OF, SETTINGS)
    alone = lendable_result(topic_of(prior), AS_OF, SETTINGS)[0]
    result, simulated = lendable_result(topic_of(prior), AS_OF, SETTINGS, lent)
    assert simulated.fast is not None
    assert result.answers == alone.answers


def test_a_prior_that_allows_more_is_not_lent():
    """Draws that cannot go above a bound say nothing of a prior that can."""
    posterior = condition_fast(model_as_of(topic_of("Uniform(lower=0, upper=5)"), AS_OF), SETTINGS)
    simulation = simulate_future(posterior, SETTINGS)
    wider = model_as_of(topic_of("Uniform(lower=0, upper=6)"), AS_OF)
    assert weigh_simulation(simulation, wider, np.random.default_rng(1)) is None
    again = weigh_simulation(simulation, posterior.model, np.random.default_rng(1))
    assert again is not None
    assert again.paths.weights == pytest.approx(np.full(SETTINGS.draws, 1 / SETTINGS.draws))


def test_an_analysis_says_whose_draws_it_has():
    """A borrower says so, keeps nothing to lend, and has draws with fewer effective ones than the lender's; the lender keeps what it lends only where asked."""
    lender = analyse(gamma_topic(BASE), AS_OF, SETTINGS, referee=False, lends=True)
    assert lender.lent.fast is not None
    assert analyse(gamma_topic(BASE), AS_OF, SETTINGS, referee=False).lent == Simulations()
    found = analyse(gamma_topic(NEAR), AS_OF, SETTINGS, referee=False, lent=lender.lent, lends=True)
    assert (found.borrowed_draws, found.borrowed_nuts, found.lent) == (True, False, Simulations())
    assert found.result.posterior.diagnostics.effective_size < lender.result.posterior.diagnostics.effective_size
    assert found.verdict is None
