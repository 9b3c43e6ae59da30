"""Clouds: every point weighed by everything that was drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.inference.importance.lattice import lattice
from forecast.inference.importance.mixture_weights import Proposal, empty_cloud, extend_cloud
from forecast.inference.importance.proposals import Mixture, MultivariateT
from tests.support.targets import conjugate, standard_normal

TARGET = conjugate(2, 3, 1.0).target
BOTH = np.arange(2)
FITTED = Mixture((MultivariateT(np.array([0.5, -0.5]), 0.5 * np.eye(2), 8.0),), (1.0,))


def test_points_are_weighed_by_all_proposals_by_their_numbers() -> None:
    """After a round of the prior and two different proposals, the mixture is the sum of densities times counts."""
    net, rng = lattice(100, 4), np.random.default_rng(1)
    plain, defended = Proposal(TARGET, FITTED, 0.0, BOTH), Proposal(TARGET, FITTED, 0.3, BOTH)
    cloud = empty_cloud(2)
    for proposal in (Proposal(TARGET, None, 1.0, BOTH), plain, defended):
        cloud, _ = extend_cloud(cloud, proposal, net, rng)
    prior, fitted = np.exp(standard_normal(cloud.x)), np.exp(FITTED.log_density(cloud.x))
    assert len(cloud.x) == 3 * 97
    assert cloud.log_drawn == pytest.approx(np.log(97 * (prior + fitted + 0.3 * prior + 0.7 * fitted)))
    assert cloud.log_posterior == pytest.approx(standard_normal(cloud.x) + TARGET.log_likelihood(cloud.x).sum(axis=1))
    assert cloud.log_ratio == pytest.approx(cloud.log_posterior - cloud.log_drawn + np.log(291))


def test_same_proposal_again_changes_counts_alone() -> None:
    """Three rounds of one proposal have its density times the number of points."""
    net, rng = lattice(100, 4), np.random.default_rng(2)
    proposal = Proposal(TARGET, FITTED, 0.3, BOTH)
    cloud = empty_cloud(2)
    for _ in range(3):
        cloud, _ = extend_cloud(cloud, proposal, net, rng)
    assert cloud.log_drawn == pytest.approx(np.log(291) + proposal.log_density(cloud.x, cloud.log_prior))


def test_draws_follow_the_shares() -> None:
    """With three tenths from the prior, the draws' mean is seven tenths of the fitted one's."""
    draws = Proposal(TARGET, FITTED, 0.3, BOTH).draw(lattice(16_000, 4), np.random.default_rng(3))
    assert draws.mean(axis=0) == pytest.approx([0.35, -0.35], abs=0.01)
