"""What a crowd says together."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.community import active_at, log_geometric_mean, recency_weights, share_out_medians, weighted_mean, weighted_median


def test_options_share_what_their_medians_have_above_the_floor():
    """Medians .5, .3 and .1 become .5556298774, .3333333333 and .1110367893."""
    shared = share_out_medians(np.array([0.5, 0.3, 0.1]))
    assert shared.tolist() == pytest.approx([0.5556298774, 0.3333333333, 0.1110367893], abs=5e-11)


def test_the_newest_weigh_most_from_three_on():
    """The n-th oldest of N weighs exp(√n - √N); one or two weigh the same, and who is not active nothing."""
    active = np.array([[True, False, False, False], [True, True, False, False], [True, False, True, True]])
    third = [np.exp(1 - np.sqrt(3)), 0, np.exp(np.sqrt(2) - np.sqrt(3)), 1]
    assert recency_weights(active).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], pytest.approx(third)]


def test_weighted_medians():
    """Between two values of one half each it is their mean; elsewhere the value at which half of the weight is passed."""
    weights = np.array([[1.0, 1, 0], [1, 1, 1], [1, 1, 3], [2, 1, 1]])
    assert weighted_median(np.array([0.9, 0.1, 0.4]), weights=weights).tolist() == pytest.approx([0.5, 0.4, 0.4, 0.65])


def test_weighted_means_of_cdfs():
    """Whole cdfs are averaged point by point."""
    mean = weighted_mean(np.array([[0.0, 0.5, 1.0], [0.2, 0.9, 1.0]]), weights=np.array([[1.0, 1.0], [0.0, 2.0]]))
    assert mean.tolist() == [pytest.approx([0.1, 0.7, 1.0]), pytest.approx([0.2, 0.9, 1.0])]


def test_who_is_active():
    """A forecast stands from its start on, and no longer at its end."""
    active = active_at(np.array([0.0, 1, 2, 3]), starts=np.array([1.0]), ends=np.array([3.0]))
    assert active[:, 0].tolist() == [False, True, True, False]


def test_geometric_means():
    """The mean of the logarithms of the active ones, minus infinity if one of them gave 0."""
    active = np.array([[True, True, False], [False, True, True]])
    means = log_geometric_mean(np.array([np.log(0.2), np.log(0.8), -np.inf]), active=active)
    assert np.exp(means).tolist() == pytest.approx([0.4, 0.0])
