"""A pool of draws, weighed for other models than those it came from."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from forecast.inference.importance.fit import condition
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.insight.reweighting import RATIOS_KEPT, MixtureComponent, Pool, extend_pool, pool_of, pool_of_posterior, with_rows
from forecast.model.model import Model, model_as_of
from forecast.model.prior_ratio import log_prior_ratio
from tests.support.building import OPENS, make_topic

pytestmark = pytest.mark.medium

SEEN = [3.0, 0.0, 5.0, 2.0]


def counts(prior: str = "Gamma(alpha=2, beta=1)") -> Model:
    """Gamma-Poisson: four days' counts at a rate with a Gamma prior."""
    topic = make_topic(
        priors={"rate": prior},
        streams={"seen": "Poisson(mu=rate * days)"},
        rows={"seen": SEEN},
        questions={"high": "rate > 2"},
    )
    return model_as_of(topic, OPENS + timedelta(days=30))


def posterior_pool(model: Model) -> Pool:
    """16,384 equally weighted draws of a model's posterior."""
    rng = np.random.default_rng(5)
    posterior = condition(model, rng=rng)
    return pool_of_posterior(posterior, posterior.resample(16_384, rng))


def test_a_posteriors_own_draws_all_weigh_the_same() -> None:
    """Draws of a posterior weighed for that posterior have equal weights."""
    model = counts()
    pool = posterior_pool(model)
    weights = pool.weigh(model)
    assert weights.relative == pytest.approx(np.full(16_384, 1 / 16_384))
    assert weights.effective_size == pytest.approx(16_384)
    assert weights.carry


def test_leaving_a_row_out_gives_the_posterior_without_it() -> None:
    """Weights for a model without a row give the closed form of the posterior that never saw it."""
    model = counts()
    pool = posterior_pool(model)
    weights = pool.weigh(with_rows(model, {"seen": [0, 1, 3]}))
    mean = weights.relative @ pool.parameters["rate"][:, 0]
    assert mean == pytest.approx(7 / 4, abs=4 * np.sqrt(7) / 4 / np.sqrt(weights.effective_size))


def test_prior_and_posterior_draws_together_serve_every_part_of_the_record() -> None:
    """A pool of prior and posterior draws gives the closed form after none, one, two, three and four rows."""
    model, rng = counts(), np.random.default_rng(6)
    posterior = condition(model, rng=rng)
    evidence = posterior.diagnostics.log_evidence
    assert evidence is not None
    prior = prior_draws(model, rng=rng)
    pool = pool_of(
        [
            MixtureComponent(with_rows(model, {"seen": []}), prior.resample(4_096, rng), 0.0),
            MixtureComponent(model, posterior.resample(4_096, rng), evidence),
        ]
    )
    for known in range(5):
        weights = pool.weigh(with_rows(model, {"seen": range(known)}))
        shape, rate = 2 + sum(SEEN[:known]), 1 + known
        assert weights.carry
        mean = weights.relative @ pool.parameters["rate"][:, 0]
        assert mean == pytest.approx(shape / rate, abs=4 * np.sqrt(shape) / rate / np.sqrt(weights.effective_size))


def test_a_row_that_reads_the_same_is_computed_once() -> None:
    """Weighing for a part of the record adds no column to the matrix."""
    model = counts()
    pool = posterior_pool(model)
    before = len(pool.columns)
    pool.weigh(with_rows(model, {"seen": [0, 2]}))
    assert (before, len(pool.columns)) == (4, 4)


def test_ratios_of_priors_that_are_kept_are_those_of_the_draws_there_are() -> None:
    """Of an extended pool, and after more topics than are kept, the ratio is that worked out anew; and it is worked out once."""
    model = counts()
    pool = posterior_pool(model)
    others = [counts(f"Gamma(alpha={shape}, beta=1)") for shape in range(3, 5 + RATIOS_KEPT)]
    for other in others:
        pool.prior_ratio(other)
    assert pool.prior_ratio(others[-1]) is pool.prior_ratio(with_rows(others[-1], {}))
    assert len(pool.ratios) == RATIOS_KEPT
    wider = extend_pool(pool, MixtureComponent(others[-1], {name: values[:500] * 1.1 for name, values in pool.parameters.items()}, 0.0))
    for other in others:
        np.testing.assert_allclose(
            wider.prior_ratio(other), log_prior_ratio(other, pool.reference, wider.parameters, len(wider)), rtol=1e-12
        )


def test_weights_that_are_all_zero_carry_nothing() -> None:
    """A record that is impossible at every draw is said not to carry."""
    pool = posterior_pool(counts())
    assert not pool.weigh_by(np.full(len(pool), -np.inf)).carry


@pytest.mark.parametrize("edge", [np.inf, np.nan])
def test_weights_of_which_one_is_infinite_or_unknown_carry_nothing(edge: float) -> None:
    """A draw on the edge of its range, where a density is infinite, sends whoever asks to draws of another kind."""
    pool = posterior_pool(counts())
    log_ratios = np.zeros(len(pool))
    log_ratios[7] = edge
    weights = pool.weigh_by(log_ratios)
    assert (weights.carry, weights.effective_size, weights.pareto_k) == (False, 0.0, np.inf)


def test_another_prior_whose_density_is_infinite_where_the_old_one_is_carries_nothing() -> None:
    """Both densities infinite at a draw of exactly 1: their ratio is unknown there, and nothing warns of it."""
    shares = {"priors": {"share": "Beta(alpha=9, beta=0.5)"}, "questions": {"q": "share"}}
    model = model_as_of(make_topic(**shares), OPENS)  # type: ignore[arg-type]
    other = model_as_of(make_topic(**shares | {"priors": {"share": "Beta(alpha=9, beta=0.4)"}}), OPENS)  # type: ignore[arg-type]
    draws = np.linspace(0.01, 1, 2_000)[:, None]
    assert not Pool({"share": draws}, np.zeros(2_000), model).weigh(other).carry


@pytest.mark.parametrize(("shape", "carries"), [(0.35, True), (0.45, True), (0.55, False), (0.6, False)])
def test_weights_carry_up_to_where_their_variance_is_finite(shape: float, carries: bool) -> None:  # noqa: FBT001
    """Weights with a Pareto tail of a shape below a half have a variance, and above it none, however many draws they seem to be worth."""
    count = 16_384
    pool = Pool({"rate": np.ones((count, 1))}, np.zeros(count), counts())
    weights = pool.weigh_by(-shape * np.log((np.arange(count) + 0.5) / count))
    assert weights.pareto_k == pytest.approx(shape, abs=0.04)
    assert weights.effective_size > 1_500
    assert weights.carry == carries
