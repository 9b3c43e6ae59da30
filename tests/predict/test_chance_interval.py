"""The distribution of a chance, read from noisy counts on many draws: its ends, and whether their errors are honest."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.inference.monte_carlo import block_replicates
from forecast.predict.chance_interval import chance_interval

pytestmark = pytest.mark.medium

DRAWS, PATHS, SEEDS = 1_024, 24, 100
CHANCES = {
    "skewed": stats.beta(0.9, 5),
    "even": stats.beta(3, 3),
    "high": stats.beta(8, 1.2),
    "narrow": stats.beta(60, 40),
}


def interval_of_counts(chances, rng):
    """The interval from a binomial count on each of some chances."""
    happened = rng.binomial(PATHS, chances).astype(float)
    return chance_interval(happened, np.full(len(chances), float(PATHS)), block_replicates(len(chances)))


@pytest.mark.parametrize("name", CHANCES)
def test_errors_are_the_spread_over_seeds(name):
    """Over a hundred seeds the ends scatter about the exact 5 and 95 % points as their errors say."""
    truth = CHANCES[name].ppf([0.05, 0.95])
    found = [interval_of_counts(CHANCES[name].rvs(DRAWS, random_state=seed), np.random.default_rng(seed)) for seed in range(SEEDS)]
    ends, errors = (np.array([getattr(each, part) for each in found]) for part in ("ends", "errors"))
    assert np.abs(ends.mean(axis=0) - truth).max() < 0.005
    assert np.all(np.abs(np.sqrt(np.mean(errors**2, axis=0)) / np.sqrt(np.mean((ends - truth) ** 2, axis=0)) - 1) < 0.3)


def test_two_kinds_of_draws_are_told_apart():
    """Chances that are either low or high, as under two hypotheses, have ends in both."""
    rng = np.random.default_rng(1)
    chances = np.where(
        rng.random(100_000) < 0.3, stats.beta(20, 5).rvs(100_000, random_state=2), stats.beta(3, 40).rvs(100_000, random_state=3)
    )
    found = interval_of_counts(chances[:DRAWS], rng)
    for end, error, exact in zip(found.ends, found.errors, np.quantile(chances, [0.05, 0.95]), strict=True):
        assert abs(end - exact) < 4 * error < 0.05


def test_one_chance_for_all_is_no_interval_but_an_error():
    """Where every draw has the same chance the ends lie within their errors of it."""
    found = [interval_of_counts(np.full(DRAWS, 0.3), np.random.default_rng(seed)) for seed in range(40)]
    away = np.array([np.abs(np.array(each.ends) - 0.3) / each.errors for each in found])
    assert np.sqrt(np.mean(away**2)) < 1.5
    assert sum(each.ends[0] == each.ends[1] for each in found) > 20


@pytest.mark.parametrize("chance", [0.595, 0.0322, 0.9, 0.003])
def test_one_chance_for_all_is_hardly_ever_an_interval(chance):
    """Of 400 sets of counts at most 5 % show an interval that is not there; and the ends are as far off as their errors say, or less."""
    found = [interval_of_counts(np.full(DRAWS, chance), np.random.default_rng(1_000 + seed)) for seed in range(400)]
    assert np.mean([each.ends[0] < each.ends[1] for each in found]) <= 0.05
    away = np.array([np.abs(np.array(each.ends) - chance) / each.errors for each in found])
    assert np.mean((away > 3).any(axis=1)) <= 0.05


@pytest.mark.parametrize("shape", [stats.beta(30, 30), stats.beta(2, 38), stats.beta(24, 6)])
def test_chances_that_differ_are_never_taken_for_one(shape):
    """Where their standard deviation is 6 points at a half, or half of a small chance, every set of draws shows an interval."""
    found = [interval_of_counts(shape.rvs(DRAWS, random_state=seed), np.random.default_rng(seed)) for seed in range(SEEDS)]
    assert all(each.ends[0] < each.ends[1] for each in found)


@pytest.mark.parametrize(("chance", "end"), [(0.0, 0.0), (1.0, 1.0)])
def test_what_happened_on_no_path_or_all_has_an_error_still(chance, end):
    """No simulation knows that something never happens."""
    found = interval_of_counts(np.full(DRAWS, chance), np.random.default_rng(1))
    assert found.ends == (end, end)
    assert 0 < found.errors[0] == found.errors[1] < 0.001


def test_draws_with_a_single_path_tell_nothing():
    """One path on each draw says nothing of how the chance varies."""
    assert chance_interval(np.array([0.0, 1.0]), np.ones(2), block_replicates(2)) is None


def test_draws_that_are_not_independent_have_the_errors_of_those_that_are():
    """Where every two draws of a replicate are one and the same, the ends scatter over seeds as their errors say."""
    found = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        happened = np.repeat(rng.binomial(PATHS, rng.beta(3, 3, DRAWS // 2)), 2).astype(float)
        found.append(chance_interval(happened, np.full(DRAWS, float(PATHS)), block_replicates(DRAWS)))
    ends, errors = (np.array([getattr(each, part) for each in found]) for part in ("ends", "errors"))
    ratio = ends.std(axis=0, ddof=1) / np.sqrt(np.mean(errors**2, axis=0))
    assert np.all(np.abs(ratio - 1) < 0.25), ratio


@pytest.mark.parametrize(("met", "both"), [(6, 13), (19, 25)])
def test_under_a_condition_likelier_draws_may_have_other_chances(met, both):
    """Of ``both`` events given ``met``, over rates on which both depend, the ends are those of the rates as the condition leaves them, within one error on average, and scatter as their errors say."""
    rate = stats.gamma(5, scale=2.3)
    rates = rate.ppf((np.arange(100_000) + 0.5) / 100_000)
    holds, happens = stats.poisson(rates).sf(met - 1), stats.poisson(rates).sf(both - 1)
    truth = (happens / holds)[np.searchsorted(np.cumsum(holds) / holds.sum(), [0.05, 0.95])]
    found = []
    for seed in range(60):
        counts = np.random.default_rng(seed).poisson(np.repeat(rate.rvs((DRAWS, 1), random_state=seed), PATHS, axis=1))
        found.append(
            chance_interval((counts >= both).sum(axis=1).astype(float), (counts >= met).sum(axis=1).astype(float), block_replicates(DRAWS))
        )
    ends, errors = (np.array([getattr(each, part) for each in found]) for part in ("ends", "errors"))
    stated = np.sqrt(np.mean(errors**2, axis=0))
    assert np.all(np.abs(ends.mean(axis=0) - truth) < stated)
    assert np.all(np.abs(ends.std(axis=0, ddof=1) / stated - 1) < 0.25)


def test_draws_with_few_paths_have_the_noise_of_their_own_chance():
    """Where nothing happens on draws with two paths, and one time in ten on those with many, the noise of the latter hides no difference."""
    rng = np.random.default_rng(1)
    paths = np.where(np.arange(1_000) % 10 == 0, 24.0, 2.0)
    happened = np.where(paths == 24, rng.binomial(24, 0.1, 1_000), 0).astype(float)
    found = chance_interval(happened, paths, block_replicates(1_000))
    assert found.ends[0] < 0.02
    assert abs(found.ends[1] - 0.1) < 3 * found.errors[1] < 0.1


def test_an_interval_that_rests_on_one_replicate_has_no_error_and_is_not_shown():
    """Nobody knows how far the ends would move without the only replicate that knows anything of them."""
    paths = np.where(np.arange(DRAWS) < DRAWS // 16, 24.0, 0.0)
    happened = np.where(np.arange(DRAWS) % 2 == 0, paths, 0.0)
    assert chance_interval(happened, paths, block_replicates(DRAWS)) is None
    assert chance_interval(happened, np.where(paths > 0, paths, 1.0), block_replicates(DRAWS)) is None


def test_what_happens_in_one_replicate_alone_has_an_error_as_large_as_its_interval():
    """Where nothing happened on the draws of all other replicates, they leave a chance of 0 for all."""
    alone = block_replicates(DRAWS) == 1
    found = chance_interval(np.where(alone, 18.0, 0.0), np.where(alone, 24.0, 6.0), block_replicates(DRAWS))
    assert found.ends[0] == pytest.approx(0, abs=1e-6)
    assert 0.6 < found.ends[1] < 0.9
    assert 0.5 * found.ends[1] < found.errors[1] < 1.5 * found.ends[1]
