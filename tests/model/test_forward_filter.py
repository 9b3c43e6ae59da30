"""The forward algorithm equals the sum over all sequences of states, and sees nothing of later steps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.model.forward_filter import draw_states, filter_states, following_probabilities, stationary_probabilities

DRAWS, STATES = 4, 3
COUNTS = (1142, 1285, None, 229, 63, 196)  # None: nothing was observed


def sample_process(seed: int = 1):
    """Log densities ``(draws, steps, states)`` of yearly counts by NegativeBinomial, starts and transitions, different at each draw."""
    rng = np.random.default_rng(seed)
    means = rng.uniform(50, 1_500, (DRAWS, STATES))
    sizes = rng.uniform(2, 20, (DRAWS, 1))
    densities = [
        np.zeros((DRAWS, STATES)) if count is None else stats.nbinom.logpmf(count, sizes, sizes / (sizes + means)) for count in COUNTS
    ]
    start = rng.dirichlet(np.ones(STATES), DRAWS)
    return np.stack(densities, axis=1), start, rng.dirichlet(np.ones(STATES), (DRAWS, STATES))


def sum_sequences(log_densities, start, transition):
    """The density of all steps and the probability of each last state, of one draw, by every sequence of states."""
    last = np.zeros(STATES)
    for sequence in itertools.product(range(STATES), repeat=len(log_densities)):
        moves = [transition[before, after] for before, after in itertools.pairwise(sequence)]
        density = np.exp([row[state] for row, state in zip(log_densities, sequence, strict=True)])
        last[sequence[-1]] += start[sequence[0]] * np.prod(moves) * np.prod(density)
    return last.sum(), last / last.sum()


def test_it_equals_the_sum_over_all_sequences():
    """Density and filtered states at each draw and after each step are those of brute force."""
    log_densities, start, transition = sample_process()
    filtered = filter_states(log_densities, start=start, transition=transition)
    for draw, step in itertools.product(range(DRAWS), range(len(COUNTS))):
        density, last = sum_sequences(log_densities[draw, : step + 1], start[draw], transition[draw])
        assert np.exp(filtered.added[draw, : step + 1].sum()) == pytest.approx(density, rel=1e-11)
        np.testing.assert_allclose(filtered.probabilities[draw, step], last, rtol=1e-11)


def test_later_steps_change_nothing():
    """What stands at a step is byte for byte the same without the steps after it."""
    log_densities, start, transition = sample_process()
    whole = filter_states(log_densities, start=start, transition=transition)
    for step in range(1, len(COUNTS)):
        until = filter_states(log_densities[:, :step], start=start, transition=transition)
        assert until.added.tobytes() == whole.added[:, :step].tobytes()
        assert until.probabilities.tobytes() == whole.probabilities[:, :step].tobytes()


def test_a_step_without_rows_is_a_transition():
    """A step in which nothing is observed adds nothing to the density, and moves the states by one transition."""
    log_densities, start, transition = sample_process()
    filtered, empty = filter_states(log_densities, start=start, transition=transition), COUNTS.index(None)
    np.testing.assert_allclose(filtered.added[:, empty], 0, atol=1e-12)
    np.testing.assert_allclose(
        filtered.probabilities[:, empty], following_probabilities(filtered.probabilities[:, empty - 1], transition), rtol=1e-12
    )


def test_densities_beyond_floats_keep_their_ratios():
    """Where every density underflows, the states are those of the densities' ratios, and the sum is a finite logarithm."""
    log_densities = np.array([[[-5_000.0, -5_000.0 + np.log(3)]]])
    filtered = filter_states(log_densities, start=np.array([[0.5, 0.5]]), transition=np.eye(2)[None])
    np.testing.assert_allclose(filtered.probabilities[0, 0], [0.25, 0.75])
    assert filtered.added[0, 0] == pytest.approx(-5_000 + np.log(2))


def test_an_impossible_step_leaves_no_states():
    """From a step that no state allows, the density is 0 and the states are NaN; steps before, and other draws, are untouched."""
    log_densities, start, transition = sample_process()
    whole = filter_states(log_densities, start=start, transition=transition)
    log_densities[1, 3] = -np.inf
    filtered = filter_states(log_densities, start=start, transition=transition)
    assert np.isneginf(filtered.added[1, 3:]).all()
    assert np.isnan(filtered.probabilities[1, 3:]).all()
    assert filtered.added[1, :3].tobytes() == whole.added[1, :3].tobytes()
    others = [0, 2, 3]
    assert filtered.probabilities[others].tobytes() == whole.probabilities[others].tobytes()


def test_the_long_run_is_where_transitions_lead():
    """Stationary probabilities are those that a transition leaves as they are, and where many lead."""
    transition = sample_process()[2]
    stationary = stationary_probabilities(transition)
    np.testing.assert_allclose(following_probabilities(stationary, transition), stationary, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.matrix_power(transition, 400)[:, 0], stationary, rtol=1e-9)


def test_two_states_that_are_never_left_have_no_long_run():
    """A chain that stays for ever where it starts is refused."""
    with pytest.raises(ValueError, match="depends on the state at the start"):
        stationary_probabilities(np.eye(2)[None])


def test_drawn_states_have_the_probabilities_of_their_step():
    """The share of paths in each state after each number of steps is within four errors of matrix powers."""
    paths, steps = 40_000, 4
    now, transition = np.array([0.7, 0.3, 0.0]), np.array([[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.0, 0.4, 0.6]])
    states = draw_states(np.random.default_rng(3), np.tile(now, (paths, 1)), transition[None], steps=steps)
    assert states.shape == (paths, steps)
    for step in range(steps):
        expected = now @ np.linalg.matrix_power(transition, step)
        shares = np.bincount(states[:, step], minlength=STATES) / paths
        assert (np.abs(shares - expected) <= 4 * np.sqrt(expected * (1 - expected) / paths)).all()


def test_states_without_probabilities_are_not_drawn():
    """Where the record is impossible, there is nothing to draw from."""
    with pytest.raises(ValueError, match="without probabilities"):
        draw_states(np.random.default_rng(1), np.full((1, 2), np.nan), np.eye(2)[None], steps=1)
