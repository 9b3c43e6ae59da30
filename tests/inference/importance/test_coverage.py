"""Where a run has drawn enough: known at its own draws, and at draws of the posterior from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.inference.importance.coverage import coverage_of
from forecast.inference.importance.engine import Budget, Sampling, start_sampling
from forecast.inference.importance.fit import condition
from forecast.inference.importance.proposals import Mixture, MultivariateT
from forecast.inference.importance.second_opinion import NEGLIGIBLE_MISSED_MASS
from forecast.model.coordinates import Coordinates, own_coordinates, prior_coordinates
from forecast.model.model import model_as_of
from forecast.model.priors import blocks, hypotheses
from tests.studies.hard.suite import members
from tests.support.building import make_topic

AS_OF = date(2026, 1, 1)
NEAR, FAR = -3.0, 3.0  # the places of two modes


def two_levels() -> Sampling:
    """A run on a posterior with modes of one size at -3 and 3 that has drawn from around the first alone."""
    topic = make_topic(
        priors={"level": "Normal(mu=0, sigma=5)"},
        streams={"seen": "Normal(mu=level ** 2, sigma=1)"},
        rows={"seen": [9.0]},
    )
    model = model_as_of(topic, AS_OF)
    prior = blocks(model)
    whole = start_sampling(
        own_coordinates(model, prior, hypotheses(model, prior)[0]), rng=np.random.default_rng(1), budget=Budget(enough=4000)
    )
    proposal, count = whole.measured.drawn[0]
    one_sided = replace(proposal, fitted=Mixture((MultivariateT(np.array([NEAR]), np.array([[0.2]]), 8.0),), (1.0,)), prior_share=0.0)
    near = whole.measured.x[:, 0] < 0
    log_drawn = np.log(count) + one_sided.log_density(whole.measured.x[near], whole.measured.log_prior[near])
    measured = replace(
        whole.measured,
        x=whole.measured.x[near],
        log_prior=whole.measured.log_prior[near],
        log_posterior=whole.measured.log_posterior[near],
        log_drawn=log_drawn + np.log(near.mean()),
        drawn=((one_sided, int(near.sum())),),
    )
    weighted = replace(whole.weighted, log_evidence=whole.weighted.log_evidence - math.log(2))
    return replace(whole, measured=measured, weighted=weighted)


def test_a_mode_that_a_run_has_no_draws_of_is_missed_and_the_other_is_not() -> None:
    """Draws of the true posterior around the mode that was left out are missed; hardly any around the other is, and most lie where weights are bounded."""
    coverage = coverage_of([two_levels()])
    assert coverage is not None
    rng = np.random.default_rng(2)
    for place, missed in ((NEAR, False), (FAR, True)):
        located = coverage.locate({"level": rng.normal(place, 1 / 6, (2000, 1))})
        assert located is not None
        assert located.missed.mean() == pytest.approx(float(missed), abs=0.01)
        assert located.bounded.mean() == pytest.approx(float(not missed), abs=0.05)
        assert not (located.missed & located.bounded).any()
        assert located.least == pytest.approx(0.5 if missed else 0.0, abs=0.02)


@pytest.mark.parametrize("make", [prior_coordinates, own_coordinates])
def test_a_runs_own_draws_are_where_it_says_that_they_are(make: Callable[..., Coordinates]) -> None:
    """Found again from the parameters alone, no draw of a run is missed, and those of bounded weight are the ones it names."""
    model = model_as_of(members()["neck_9"].topic, AS_OF)
    prior = blocks(model)
    run = start_sampling(make(model, prior, hypotheses(model, prior)[0]), rng=np.random.default_rng(1), budget=Budget(enough=1000))
    coverage = coverage_of([run])
    assert coverage is not None
    assert coverage.negligible >= NEGLIGIBLE_MISSED_MASS
    located = coverage.locate(run.target.parameters(run.weighted.x))
    assert located is not None
    assert not located.missed.any()
    assert (located.bounded == coverage.bounded_draws).mean() > 0.999  # one draw is the edge itself
    assert 0.9 < coverage.bounded_draws.mean() < 1.0


def test_hypotheses_are_told_apart() -> None:
    """Draws of a hypothesis that no run stands for are missed; those of the others are weighed by their own run."""
    topic = make_topic(
        priors={"which": "Categorical(low=0.5, high=0.5)", "level": "Normal(mu=0, sigma=3)"},
        streams={"seen": "Normal(mu=level + 4 * (which == 'high'), sigma=1)"},
        rows={"seen": [2.0, 2.5, 1.5]},
    )
    model = model_as_of(topic, AS_OF)
    prior = blocks(model)
    runs = [
        start_sampling(own_coordinates(model, prior, hypothesis), rng=np.random.default_rng(3), budget=Budget(enough=2000))
        for hypothesis in hypotheses(model, prior)
    ]
    draws = np.random.default_rng(4).normal(2.0, 0.55, (1000, 1))
    both = coverage_of(runs)
    low_alone = coverage_of(runs[:1])
    assert both is not None
    assert low_alone is not None
    low = {"which": np.zeros((1000, 1), dtype=np.int64), "level": draws}
    high = {"which": np.ones((1000, 1), dtype=np.int64), "level": draws - 4}
    for parameters in (low, high):
        located = both.locate(parameters)
        assert located is not None
        assert located.missed.mean() < 0.01
        assert located.bounded.mean() > 0.9
        assert located.least < 0.001
    only_low = low_alone.locate(high)
    assert only_low is not None
    assert only_low.missed.all()


def test_a_sound_run_keeps_no_coverage() -> None:
    """What is not only compared needs none."""
    topic = make_topic(priors={"level": "Normal(mu=0, sigma=1)"}, streams={"seen": "Normal(mu=level, sigma=1)"}, rows={"seen": [0.5]})
    assert condition(model_as_of(topic, AS_OF), rng=np.random.default_rng(5)).coverage is None
