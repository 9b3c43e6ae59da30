"""What a run has missed is found by a second search, and nothing is said of runs that have missed nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance import second_opinion
from forecast.inference.importance.engine import Budget, Sampling, continue_sampling, start_sampling
from forecast.inference.importance.mixture_weights import empty_cloud
from forecast.inference.importance.proposals import Mixture
from forecast.inference.importance.second_opinion import NEGLIGIBLE_MISSED_MASS, find_missed_mass
from forecast.inference.monte_carlo import REPLICATES, ReplicatedCases, proportion_error
from forecast.language.arrays import Array
from tests.support.targets import Given, by_normal, conjugate, eight_schools

pytestmark = pytest.mark.medium

DIMENSION, APART, WIDTH = 4, 1.2, 0.05
STEPS = 24
ERRORS = 4  # standard errors of tolerance


def two_modes(share: float) -> Given:
    """Two narrow normal modes, mirrored about 0, of which that of negative values has this share of the posterior."""

    def rows(z: Array) -> Array:
        upper, lower = (-0.5 * (((z - side * APART) / WIDTH) ** 2).sum(axis=1) for side in (1, -1))
        return np.logaddexp(np.log1p(-share) + upper, np.log(share) + lower)[:, None]

    return by_normal(DIMENSION, rows)


def run_on(target: Given, seed: int) -> Sampling:
    """Return a run with the usual budget."""
    return start_sampling(target, rng=np.random.default_rng(seed), budget=Budget())


def one_mode_of(share: float, seed: int) -> Sampling:
    """Return a run that has learnt of the upper mode alone, and measures both as far as it draws there."""
    target = two_modes(share)
    upper = by_normal(DIMENSION, lambda z: np.where(z[:, :1] + z[:, 1:2] > 0, target.log_likelihood(z), -np.inf))
    learnt = run_on(upper, seed)
    return continue_sampling(
        replace(learnt, target=target, measured=empty_cloud(DIMENSION)), rng=np.random.default_rng(seed), budget=Budget()
    )


def lower_share(sampling: Sampling) -> float:
    """Return the share of the draws in the lower mode."""
    weights = np.exp(sampling.weighted.log_weight)
    return float(weights @ (sampling.weighted.x[:, 0] < 0))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("share", [0.005, 0.02, 0.3, 0.9])
def test_a_mode_that_a_run_has_missed_is_found_with_its_probability(share: float, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In units of the other mode's, within the errors: the ratio of the shares."""
    measured: list[Array] = []
    real = second_opinion._missed_masses

    def watched(*arguments: object) -> Array:
        measured.append(real(*arguments))
        return measured[-1]

    monkeypatch.setattr(second_opinion, "_missed_masses", watched)
    sampling = one_mode_of(share, seed)
    assert sampling.weighted.converged
    assert lower_share(sampling) < 1e-6
    missed = find_missed_mass(sampling, steps=STEPS, rng=np.random.default_rng(seed))
    assert missed is not None
    truth = share / (1 - share)
    error = np.sqrt(REPLICATES * measured[-1].sum(axis=0).var(ddof=1))
    assert missed.found == measured[-1].sum()
    assert abs(missed.found - truth) < ERRORS * np.hypot(error, truth * sampling.weighted.log_evidence_error)
    assert error < 0.02 * truth
    assert str(missed) == (
        "a second search, from other starting points, found parts of the posterior that the draws leave out, "
        f"with {100 * missed.found / (1 + missed.found):.2g} % of its probability"
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_run_that_draws_around_what_was_missed_too_has_both(seed: int) -> None:
    """With its share within the errors, and a second opinion on it finds nothing."""
    first = one_mode_of(0.3, seed)
    missed = find_missed_mass(first, steps=STEPS, rng=np.random.default_rng(seed))
    assert missed is not None
    assert first.learnt is not None
    assert first.learnt.fitted is not None
    both = [missed.peaks, first.learnt.fitted]
    peaks = Mixture(tuple(part for each in both for part in each.parts), tuple(share / 2 for each in both for share in each.shares))
    whole = start_sampling(two_modes(0.3), rng=np.random.default_rng(seed), budget=Budget(), peaks=peaks)
    weighted = whole.weighted
    error = proportion_error(
        weighted.x[:, 0] < 0, ReplicatedCases(np.exp(weighted.log_weight), weighted.replicates, weighted.effective_size)
    )
    assert weighted.converged
    assert abs(lower_share(whole) - 0.3) < ERRORS * error < 0.02
    assert find_missed_mass(whole, steps=STEPS, rng=np.random.default_rng(seed)) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_mode_of_less_than_what_is_negligible_is_not_spoken_of(seed: int) -> None:
    """Which is a limit of what a second opinion says, and stated as one."""
    assert find_missed_mass(one_mode_of(0.8 * NEGLIGIBLE_MISSED_MASS, seed), steps=STEPS, rng=np.random.default_rng(seed)) is None


def _banana(z: Array) -> Array:
    return (-0.5 * ((z[:, 1] - z[:, 0] ** 2 + 1) / 0.1) ** 2)[:, None]


def _near_modes(z: Array) -> Array:
    upper, lower = (-0.5 * (((z - side) / 0.3) ** 2).sum(axis=1) for side in (0.7, -0.7))
    return np.logaddexp(upper, np.log(0.5) + lower)[:, None]


def _exponential() -> Given:
    """A rate with an exponential prior, in its own coordinates."""
    return Given(1, lambda u: -np.log(u), lambda x: np.where(x[:, 0] > 0, -x[:, 0], -np.inf), lambda x: np.log(x) - 3 * x)


def _prior_alone() -> Given:
    """Two logistic values of which no row says anything, in coordinates that are not normal, so that they count as moving."""
    return Given(2, special.logit, lambda x: (special.log_expit(x) + special.log_expit(-x)).sum(axis=1), lambda x: np.zeros((len(x), 2)))


COMPLETE: dict[str, Callable[[], Given]] = {
    "conjugate in one dimension": lambda: conjugate(1, 3, 1.0).target,
    "conjugate in five": lambda: conjugate(5, 8, 1.0).target,
    "narrow conjugate": lambda: conjugate(5, 50, 0.05).target,
    "conjugate in twenty": lambda: conjugate(20, 30, 1.0).target,
    "eight schools": eight_schools,
    "banana": lambda: by_normal(2, _banana),
    "two modes that are near": lambda: by_normal(3, _near_modes),
    "ring": lambda: by_normal(2, lambda z: -0.5 * ((np.hypot(z[:, :1], z[:, 1:]) - 1.5) / 0.1) ** 2),
    "corner": lambda: by_normal(2, lambda z: np.where(z.min(axis=1) > 1, 0.0, -np.inf)[:, None]),
    "one draw of the prior in two thousand": lambda: by_normal(2, lambda z: np.where((z > 2).all(axis=1), 0.0, -np.inf)[:, None]),
    "a few coordinates of many": lambda: by_normal(12, lambda z: conjugate(2, 8, 0.1).target.log_likelihood(z[:, :2])),
    "exponential prior": _exponential,
    "posterior that is the prior": _prior_alone,
    "nothing to learn": lambda: by_normal(3, lambda z: np.zeros((len(z), 1))),
    "no rows": lambda: by_normal(3, lambda z: np.empty((len(z), 0))),
    "nothing unknown": lambda: by_normal(0, lambda z: np.full((len(z), 1), -1.0)),
}


@pytest.mark.parametrize("seeds", [range(1, 4), pytest.param(range(4, 11), marks=pytest.mark.slow)], ids=["three", "more"])
@pytest.mark.parametrize("name", COMPLETE)
def test_nothing_is_said_of_runs_that_have_missed_nothing(name: str, seeds: range) -> None:
    """Whatever their shape, and where there is nothing to search."""
    target = COMPLETE[name]()
    runs = {seed: run_on(target, seed) for seed in seeds}
    said = {seed: find_missed_mass(run, steps=STEPS, rng=np.random.default_rng(seed)) for seed, run in runs.items()}
    assert said == dict.fromkeys(seeds)


@pytest.mark.parametrize("seed", range(1, 7))
def test_of_two_modes_a_run_has_both_or_the_second_opinion_says_what_it_lacks(seed: int) -> None:
    """Runs of their own accord, of which some find one mode and some find both."""
    sampling = run_on(two_modes(0.3), seed)
    missed = find_missed_mass(sampling, steps=STEPS, rng=np.random.default_rng(seed))
    is_whole = 0.29 < lower_share(sampling) < 0.31
    assert is_whole == (missed is None)


def test_a_second_opinion_takes_no_more_points_than_its_share() -> None:
    """Two fifths of what the run took, and at most one step of the climbs and one peak beyond."""
    asked: list[int] = []
    target = eight_schools()

    def rows(z: Array) -> Array:
        asked.append(len(z))
        return target.log_likelihood(z)

    sampling = run_on(by_normal(10, rows), 1)
    of_run = sum(asked)
    asked.clear()
    assert find_missed_mass(sampling, steps=STEPS, rng=np.random.default_rng(1)) is None
    assert 0 < sum(asked) < 0.5 * of_run
