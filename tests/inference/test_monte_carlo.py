"""Monte Carlo errors are the spread that estimates have from seed to seed: neither smaller nor larger."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats  # noqa: TID253 - a truth comes from elsewhere than the project

from forecast.inference.importance.engine import Budget, sample
from forecast.inference.importance.lattice import ShiftedCopies, lattice
from forecast.inference.monte_carlo import (
    REPLICATES,
    ReplicatedCases,
    binomial_error,
    block_replicates,
    combined_error,
    greatest_unseen,
    jackknife_errors,
    mean_error,
    normal_score,
    proportion_error,
    quantile,
    rank_cases,
    replicate_sums,
    welch_degrees_of_freedom,
)
from forecast.inference.posterior import Diagnostics, Posterior, systematic_resample
from tests.support.targets import conjugate

pytestmark = pytest.mark.medium

SEEDS = 200
CASES = 1_600


def plain(count: int = CASES) -> ReplicatedCases:
    """Independent cases of equal weight."""
    return ReplicatedCases(np.full(count, 1 / count), block_replicates(count), float(count))


def spread_over_error(values: list[float], errors: list[float]) -> float:
    """The standard deviation of an estimate over seeds, over the root mean square of its stated errors."""
    return float(np.std(values, ddof=1) / np.sqrt(np.mean(np.square(errors))))


def skewed(seed: int) -> np.ndarray:
    """Values of which the median and the ends differ much in how well they are known."""
    return np.random.default_rng(seed).gamma(0.7, size=CASES)


def test_a_mean_errs_as_its_error_says() -> None:
    """Over 200 seeds the spread of a mean is its stated error, within what 200 seeds leave open."""
    draws = [skewed(seed) for seed in range(SEEDS)]
    ratio = spread_over_error([float(x.mean()) for x in draws], [mean_error(x, plain()) for x in draws])
    assert 0.85 < ratio < 1.15


@pytest.mark.parametrize("chance", [0.5, 0.03, 0.97])
def test_a_share_errs_as_its_error_says(chance: float) -> None:
    """So is that of a share, near 0 and 1 too."""
    truths = [np.random.default_rng(seed).random(CASES) < chance for seed in range(SEEDS)]
    ratio = spread_over_error([float(x.mean()) for x in truths], [proportion_error(x, plain()) for x in truths])
    assert 0.85 < ratio < 1.15


@pytest.mark.parametrize("level", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_a_quantile_errs_as_its_error_says(level: float) -> None:
    """So is that of a quantile: an error twice as large, or half as large, does not pass."""
    found = [quantile(rank_cases(skewed(seed), plain()), level) for seed in range(SEEDS)]
    ratio = spread_over_error([each.value for each in found], [each.error for each in found])
    assert 0.82 < ratio < 1.18


def test_errors_are_of_replicates_and_not_of_cases() -> None:
    """Where all cases of a replicate are one and the same, 16 cases are all there are."""
    values, ratios = [], []
    for seed in range(SEEDS):
        x = np.repeat(np.random.default_rng(seed).normal(size=REPLICATES), 100)
        values.append(float(x.mean()))
        ratios.append(mean_error(x, plain()))
    assert 0.85 < spread_over_error(values, ratios) < 1.15


def test_evenly_spread_points_have_the_small_errors_they_earn() -> None:
    """On shifted lattices a smooth mean's error is its spread, a tenth of what as many independent cases would have."""
    net, truth, values, errors = lattice(101, 2), math.exp(0.25), [], []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        points = np.concatenate([net.points(2, rng) for _ in range(REPLICATES)])
        x = np.exp(0.5 * special.ndtri(points).sum(axis=1))
        values.append(float(x.mean()))
        errors.append(mean_error(x, plain(len(x))))
    assert 0.85 < spread_over_error(values, errors) < 1.15
    assert np.mean(errors) < math.sqrt(truth**2 * (math.exp(0.5) - 1) / (REPLICATES * net.size)) / 5
    assert abs(np.mean(values) - truth) < 4 * np.std(values) / math.sqrt(SEEDS)


@pytest.mark.parametrize(("name", "draws"), [("uniform", 4_096), ("uniform", 16_384), ("normal", 4_096), ("exponential", 4_096)])
def test_points_of_one_dimension_do_not_agree_by_their_evenness(name: str, draws: int) -> None:
    """A lattice has the same share of its points below a level at every shift, nearly; where they all agree, the quantile is known to one case."""
    truth = {"uniform": stats.uniform(), "normal": stats.norm(), "exponential": stats.expon()}[name]
    net, levels = lattice(draws // REPLICATES, 1), [0.05, 0.25, 0.5, 0.75, 0.95]
    cases = plain(REPLICATES * net.size)
    exact = truth.ppf(levels)
    values, errors, covered = np.empty((SEEDS, 5)), np.empty((SEEDS, 5)), np.empty((SEEDS, 5), dtype=bool)
    for seed in range(SEEDS):
        points = ShiftedCopies(net, REPLICATES).points(1, np.random.default_rng(seed))[:, 0]
        by_rank = rank_cases(truth.ppf(points), cases)
        found = [quantile(by_rank, level) for level in levels]
        values[seed], errors[seed] = [each.value for each in found], [each.error for each in found]
        covered[seed] = [each.interval[0] <= point <= each.interval[1] for each, point in zip(found, exact, strict=True)]
    ratio = np.sqrt(((values - exact) ** 2).mean(axis=0) / (errors**2).mean(axis=0))
    assert np.all((ratio > 0.8) & (ratio < 1.25)), ratio
    assert np.all(covered.mean(axis=0) > 0.9 - 2 * math.sqrt(0.09 / SEEDS)), covered.mean(axis=0)


def test_a_share_of_evenly_spread_points_is_known_to_one_case_at_best() -> None:
    """In one dimension too its error is its spread, and no seed says that there is none."""
    net, values, errors = lattice(761, 1), [], []
    for seed in range(SEEDS):
        truth = ShiftedCopies(net, REPLICATES).points(1, np.random.default_rng(seed))[:, 0] > 0.95
        values.append(float(truth.mean()))
        errors.append(proportion_error(truth, plain(len(truth))))
    assert 0.8 < spread_over_error(values, errors) < 1.25
    assert min(errors) == pytest.approx(0.887 / (REPLICATES * net.size), rel=1e-3)


def test_a_lattice_is_folded() -> None:
    """Of a function that is not periodic the folded lattice's error falls as the square of the number of points, and not as the number."""
    errors = []
    for size in (101, 1_009):
        net = lattice(size, 1)
        means = [float(net.points(1, np.random.default_rng(seed)).mean()) for seed in range(100)]
        errors.append(math.sqrt(np.mean(np.square(np.array(means) - 0.5))))
    assert errors[1] < errors[0] / 50  # a tenth, were it not folded


def test_a_ratio_errs_as_its_error_says_where_a_condition_is_rare() -> None:
    """Under a condition that holds for ten cases in 1,600, in fewer replicates than there are, errors are honest still."""
    values, errors = [], []
    for seed in range(1_000):
        rng = np.random.default_rng(seed)
        held = rng.random(CASES) < 10 / CASES
        if held.any():
            cases = ReplicatedCases(held / held.sum(), block_replicates(CASES), float(held.sum()))
            truth = rng.random(CASES) < 0.4
            values.append(float(cases.weights @ truth))
            errors.append(proportion_error(truth, cases))
    assert 0.8 < spread_over_error(values, errors) < 1.15


@pytest.mark.parametrize("always", [False, True])
def test_a_share_of_nothing_or_all_has_an_error(always: bool) -> None:  # noqa: FBT001
    """No simulation knows 0 or 1: the error is that of about one and a half cases more, and the rule of three bounds what was not seen."""
    truth = np.full(CASES, always)
    assert proportion_error(truth, plain()) == binomial_error(float(always), CASES) == pytest.approx(math.sqrt(2) / CASES, rel=0.01)
    assert greatest_unseen(1_000) == pytest.approx(3 / 1_000, rel=0.005)
    assert (1 - greatest_unseen(1_000)) ** 1_000 == pytest.approx(0.05)


def test_a_binomial_error_has_two_cases_added_to_each_side() -> None:
    """Of 6 cases in 16 the share is taken to be 8 in 20, among 20."""
    assert binomial_error(6 / 16, 16) == pytest.approx(math.sqrt(0.4 * 0.6 / 20))


@pytest.mark.parametrize("mean", [3.0, 40.0])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_an_interval_of_ranks_covers_the_true_quantile(mean: float, level: float) -> None:
    """Of a count, in at least 90 % of seeds, within what 200 seeds leave open; and it is no wider than it must be."""
    truth = stats.poisson(mean)
    found = [
        quantile(rank_cases(np.random.default_rng(seed).poisson(mean, CASES).astype(float), plain()), level).interval
        for seed in range(SEEDS)
    ]
    exact = truth.ppf(level)
    assert np.mean([low <= exact <= high for low, high in found]) > 0.9 - 2 * math.sqrt(0.09 / SEEDS)
    spread = 2 * 1.753 * math.sqrt(level * (1 - level) / CASES) / truth.pmf(exact)
    assert np.mean([high - low for low, high in found]) < spread + 1


def test_a_quantile_that_is_certain_is_a_single_value() -> None:
    """Where the distribution function is more than four errors from the level, just below the value and at it, the interval has one value."""
    truth, level = stats.poisson(0.7), 0.7
    nearest = min(abs(truth.cdf(step) - level) / math.sqrt(truth.cdf(step) * truth.sf(step) / CASES) for step in (0, 1))
    assert nearest > 4
    for seed in range(SEEDS):
        found = quantile(rank_cases(np.random.default_rng(seed).poisson(0.7, CASES).astype(float), plain()), level)
        assert (found.value, found.error >= 0, found.interval) == (1.0, True, (1.0, 1.0))


def test_a_quantile_between_two_values_is_an_interval_of_both() -> None:
    """Where half of the cases say 3 and half 4, no seed can tell which is the median, and the interval holds both in nearly all."""
    found = [quantile(rank_cases(3.0 + (np.random.default_rng(seed).random(CASES) < 0.5), plain()), 0.5).interval for seed in range(SEEDS)]
    assert {low for low, _ in found} | {high for _, high in found} == {3.0, 4.0}
    assert np.mean([each == (3.0, 4.0) for each in found]) > 0.85


def test_without_each_replicate_a_mean_has_the_error_it_has_from_what_each_adds() -> None:
    """The jackknife of a mean of replicates as large as each other is the standard error of that mean."""
    values = np.random.default_rng(7).normal(size=CASES)
    cases = plain()
    without = np.array([values[cases.replicates != each].mean() for each in range(REPLICATES)])
    assert jackknife_errors(without[:, None]) == pytest.approx([mean_error(values, cases)])


def test_the_evidence_errs_as_its_error_says() -> None:
    """Over 60 seeds of the fast engine the log evidence scatters as its error says, on both sides."""
    model = conjugate(2, 8, 1.0)
    runs = [sample(model.target, rng=np.random.default_rng(seed), budget=Budget(enough=1_000, at_once=512)) for seed in range(60)]
    ratio = spread_over_error([run.log_evidence for run in runs], [run.log_evidence_error for run in runs])
    assert 0.7 < ratio < 1.35
    assert np.bincount(runs[0].replicates, minlength=REPLICATES).min() > 0


def test_resampling_depends_on_the_seed_and_takes_each_draw_as_often_as_its_weight_says() -> None:
    """Marks are shifted at random: each draw comes as often as its weight says on average, and the last as seldom as any."""
    weights = np.array([0.1, 0.35, 0.3, 0.25])
    picked = [systematic_resample(weights, 6, np.random.default_rng(seed)) for seed in range(2_000)]
    counts = np.mean([np.bincount(each, minlength=4) for each in picked], axis=0)
    assert counts == pytest.approx(6 * weights, abs=0.05)
    assert len({tuple(each) for each in picked}) > 1


def test_replicates_are_resampled_apart() -> None:
    """Draws come from all replicates as their weights say, each with the number of its own."""
    rng = np.random.default_rng(1)
    count, replicate = 4_800, np.tile(np.arange(REPLICATES), 300)
    weights = (1.0 + replicate) * rng.gamma(2, size=count)
    weights = weights / weights.sum()
    diagnostics = Diagnostics("importance", count, count, sound=True)
    draws = {"mark": replicate[:, None].astype(float)}
    posterior = Posterior(None, "importance", draws, np.log(weights), diagnostics, replicate=replicate)  # type: ignore[arg-type]
    drawn, replicates = posterior.resample_replicates(3_200, np.random.default_rng(2))
    assert drawn["mark"][:, 0].tolist() == replicates.tolist()
    shares = np.bincount(replicate, weights, minlength=REPLICATES)
    assert np.abs(np.bincount(replicates, minlength=REPLICATES) - 3_200 * shares).max() < 2
    assert np.abs(np.diff(replicates)).max() > 1  # in random order, for what takes draws in turn


def test_a_score_allows_for_errors_that_are_uncertain_themselves() -> None:
    """Three errors from 16 replicates are as likely as 2.6 of a normal; joint errors have the freedom of both together."""
    assert normal_score(3.0, 1.0, freedom=15) == pytest.approx(-stats.norm.ppf(stats.t(15).sf(3.0)))
    assert normal_score(-3.0, 1.0, freedom=15) == pytest.approx(-2.61, abs=0.01)
    assert (normal_score(0.0, 0.0, freedom=15), normal_score(-1.0, 0.0, freedom=15)) == (0.0, -math.inf)
    assert welch_degrees_of_freedom(1.0, 1.0, freedom=(15, 15)) == pytest.approx(30)
    assert welch_degrees_of_freedom(1.0, 1e-9, freedom=(15, 15)) == pytest.approx(15)
    assert welch_degrees_of_freedom(0.0, 0.0, freedom=(15, 15)) == 30


@pytest.mark.parametrize("different", [2, 30, 4_000])
@pytest.mark.parametrize("weighted", [False, True])
def test_errors_of_ranks_are_those_of_each_share(different: int, *, weighted: bool) -> None:
    """Of values in steps or not, of equal weight or not, the error of the distribution function at a value is that of the share up to it."""
    rng = np.random.default_rng(8)
    values, weights = rng.integers(different, size=4_000).astype(float), rng.random(4_000) + 0.5 if weighted else np.ones(4_000)
    cases = ReplicatedCases(weights / weights.sum(), rng.integers(REPLICATES, size=4_000), 4_000.0)
    ranked = rank_cases(values, cases)
    for at in range(len(ranked.points) // 10, len(ranked.points) - 1, max(1, different // 25)):  # errors not so small that one case is more
        upto = values <= ranked.points[at]
        assert ranked.shares[at] == pytest.approx(float(cases.weights @ upto), rel=1e-9)
        held = replicate_sums(cases.weights * upto, cases.replicates) - ranked.shares[at] * cases.shares
        assert ranked.errors[at] == pytest.approx(combined_error(held, cases.effective_replicates), rel=1e-9)
