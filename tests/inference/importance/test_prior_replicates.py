"""The errors of figures of a prior: each replicate of its draws is one of the whole, hypotheses included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.inference.importance.engine import POINTS_PER_ROUND
from forecast.inference.importance.prior_sampling import prior_draws
from forecast.inference.monte_carlo import FEW_REPLICATES, REPLICATES, mean_error, replicate_sums
from forecast.model.model import Model, model_as_of
from tests.support.building import make_topic

AS_OF = date(2026, 1, 1)


def model_of(hypotheses: int) -> Model:
    """A choice among hypotheses, and a value whose mean is another under each."""
    labels = [f"h{at}" for at in range(hypotheses)]
    chances = np.arange(1, hypotheses + 1) / np.arange(1, hypotheses + 1).sum()
    topic = make_topic(
        priors={
            "which": f"Categorical({', '.join(f'{label}={chance!r}' for label, chance in zip(labels, chances.tolist(), strict=True))})",
            "level": {"prior": {label: f"Normal(mean={10 * at}, sd=1)" for at, label in enumerate(labels)}, "per": "which"},
        }
    )
    return model_as_of(topic, AS_OF)


@pytest.mark.parametrize("hypotheses", [2, 3, 20])
@pytest.mark.parametrize("draws", [4_096, 16_384])
def test_each_replicate_has_its_share_of_every_hypothesis(hypotheses: int, draws: int):
    """Under each hypothesis every replicate has the same weight, give or take the lattices that do not divide by 16."""
    prior = prior_draws(model_of(hypotheses), rng=np.random.default_rng(1), draws=draws)
    which = prior.column("which")
    for code in np.unique(which):
        shares = replicate_sums(prior.weights * (which == code), prior.replicates) / prior.weights[which == code].sum()
        held = shares[shares > 0]
        assert len(held) >= REPLICATES / 2
        assert held.max() <= 2 * held.min() + 1e-12


@pytest.mark.parametrize(("hypotheses", "draws"), [(2, 16_384), (2, 65_536), (5, 16_384)])
def test_errors_of_a_prior_are_those_over_seeds(hypotheses: int, draws: int):
    """The mean over all hypotheses is known; over 60 seeds its deviations are as large as their stated errors say, or smaller where lattices are few."""
    model = model_of(hypotheses)
    chances = np.arange(1, hypotheses + 1) / np.arange(1, hypotheses + 1).sum()
    truth = float(chances @ (10 * np.arange(hypotheses)))
    deviations, errors = [], []
    for seed in range(60):
        prior = prior_draws(model, rng=np.random.default_rng(seed), draws=draws)
        levels = np.stack([prior.column("level", f"h{at}") for at in range(hypotheses)], axis=1)
        values = levels[np.arange(len(prior)), prior.column("which").astype(int)]
        deviations.append(float(prior.weights @ values) - truth)
        errors.append(mean_error(values, prior.cases))
    spread, stated = float(np.sqrt(np.mean(np.square(deviations)))), float(np.sqrt(np.mean(np.square(errors))))
    assert spread < 1.25 * stated
    assert stated < 0.05  # independent draws of the whole mixture would be known to 10 * sd(which) / sqrt(draws), 0.04 to 0.1
    if draws // hypotheses >= FEW_REPLICATES * POINTS_PER_ROUND:
        assert stated < 1.25 * max(spread, 1e-6)


def test_the_error_of_a_prior_without_hypotheses_is_no_larger_than_that_of_independent_draws():
    """The points of one lattice in their order go through a coordinate from end to end: a part of them is no replicate of the whole."""
    model = model_as_of(make_topic(priors={"level": "Normal(mean=0, sd=1)"}), AS_OF)
    prior = prior_draws(model, rng=np.random.default_rng(1))
    error = mean_error(prior.column("level"), prior.cases)
    assert abs(float(prior.weights @ prior.column("level"))) < error < 2 / np.sqrt(len(prior))


def test_replicates_of_other_draws_are_refused():
    """Draws that take the place of others come with their own replicates."""
    prior = prior_draws(model_of(2), rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="replicates of 7 draws"):
        replace(prior, log_weight=np.zeros(7))
