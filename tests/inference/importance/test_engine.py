"""The fast engine against closed forms and references, where it fails, and whether its errors are honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from forecast.inference.importance import engine as importance
from forecast.inference.importance.engine import FARTHER, Budget, WeightedDraws, continue_sampling, refit_and_sample, sample, start_sampling
from forecast.inference.importance.mixture_weights import empty_cloud
from forecast.inference.importance.proposals import Mixture, MultivariateT
from forecast.inference.monte_carlo import ReplicatedCases, mean_error
from forecast.inference.pareto import CONVERGING
from forecast.inference.target import NoSupport, NotFinite
from forecast.inference.weights import effective_size
from tests.support.targets import (
    Given,
    by_normal,
    conflicts_in_own_coordinates,
    conflicts_in_prior_coordinates,
    conjugate,
    eight_schools,
    random_walk,
    random_walk_log_evidence,
    school_spread,
    standard_normal,
)

pytestmark = pytest.mark.medium

ERRORS = 4  # standard errors of tolerance


HEAVY = Budget(pareto_k=CONVERGING)  # where the weights' tail is heavier than what counts as sound


def draw(target: Given, seed: int = 1, budget: Budget | None = None) -> WeightedDraws:
    """Sample a target with a seed."""
    return sample(target, rng=np.random.default_rng(seed), budget=budget)


def average(drawn: WeightedDraws, values: np.ndarray) -> tuple[float, float]:
    """Return a weighted mean and its measured error."""
    weights = np.exp(drawn.log_weight)
    return float(weights @ values), mean_error(values, ReplicatedCases(weights, drawn.replicates, drawn.effective_size))


def holds(drawn: WeightedDraws, values: np.ndarray, truth: float) -> None:
    """Assert that a weighted mean is within four standard errors of the truth."""
    mean, error = average(drawn, values)
    assert abs(mean - truth) < ERRORS * error, (mean, truth, error)


def holds_evidence(drawn: WeightedDraws, truth: float) -> None:
    """Assert that the log evidence is within four standard errors of the truth."""
    assert abs(drawn.log_evidence - truth) < ERRORS * drawn.log_evidence_error, (drawn.log_evidence, truth, drawn.log_evidence_error)


@pytest.mark.parametrize(("dimension", "rows", "noise"), [(1, 3, 1.0), (5, 8, 1.0), (5, 50, 0.05), (20, 30, 1.0), (20, 200, 0.1)])
@pytest.mark.slow
def test_conjugate_gaussian(dimension: int, rows: int, noise: float) -> None:
    """Means, covariances and evidence of a linear Gaussian model, broad and narrow, are those of the closed form."""
    model = conjugate(dimension, rows, noise)
    drawn = draw(model.target)
    assert (drawn.converged, drawn.reason) == (True, "")
    holds_evidence(drawn, model.log_evidence)
    away = drawn.x - model.mean
    for i in range(dimension):
        holds(drawn, drawn.x[:, i], model.mean[i])
        holds(drawn, away[:, i] * away[:, 0], model.covariance[i, 0])


@pytest.mark.parametrize("own", [False, True])
def test_beta_binomial(own: bool) -> None:  # noqa: FBT001
    """A share's posterior and evidence are those of the closed form, in either coordinates."""
    a, b, n, k = 2.0, 5.0, 40, 31

    def rows(share: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):  # a share that rounds to 1 is impossible
            return k * np.log(share) + (n - k) * np.log1p(-share) + np.log(special.comb(n, k))

    def log_prior(x: np.ndarray) -> np.ndarray:
        return (a * special.log_expit(x) + b * special.log_expit(-x) - special.betaln(a, b))[:, 0]

    if own:
        drawn = draw(Given(1, lambda u: special.logit(special.betaincinv(a, b, u)), log_prior, lambda x: rows(special.expit(x))))
        share = special.expit(drawn.x[:, 0])
    else:
        drawn = draw(by_normal(1, lambda z: rows(special.betaincinv(a, b, special.ndtr(z)))))
        share = special.betaincinv(a, b, special.ndtr(drawn.x[:, 0]))
    assert drawn.converged
    holds(drawn, share, (a + k) / (a + b + n))
    holds(drawn, (share < 0.6).astype(float), special.betainc(a + k, b + n - k, 0.6))
    holds_evidence(drawn, float(np.log(special.comb(n, k)) + special.betaln(a + k, b + n - k) - special.betaln(a, b)))


def test_gamma_poisson() -> None:
    """A rate's posterior, the chance of a next quiet year, and the evidence are those of the closed form."""
    shape, rate, counts = 2.0, 0.5, np.array([7, 3, 9, 4])

    def rows(z: np.ndarray) -> np.ndarray:
        mean = special.gammaincinv(shape, special.ndtr(z)) / rate
        return counts * np.log(mean) - mean - special.gammaln(counts + 1)

    drawn = draw(by_normal(1, rows))
    mean = special.gammaincinv(shape, special.ndtr(drawn.x[:, 0])) / rate
    after, time = shape + counts.sum(), rate + len(counts)
    assert drawn.converged
    holds(drawn, mean, after / time)
    holds(drawn, np.exp(-mean), (time / (time + 1)) ** after)
    evidence = (
        special.gammaln(after) - special.gammaln(shape) + shape * np.log(rate) - after * np.log(time) - special.gammaln(counts + 1).sum()
    )
    holds_evidence(drawn, float(evidence))


def test_eight_schools() -> None:
    """Means and standard deviations are the published 4.41 (3.31) and 3.60 (3.20)."""
    drawn = draw(eight_schools(), budget=Budget(enough=40_000, points=100_000))
    assert drawn.converged
    for values, mean, sd in ((5 * drawn.x[:, 0], 4.41, 3.31), (school_spread(drawn.x), 3.60, 3.20)):
        found, error = average(drawn, values)
        square, square_error = average(drawn, (values - found) ** 2)
        assert abs(found - mean) < ERRORS * error + 0.005  # the reference is rounded
        assert abs(np.sqrt(square) - sd) < ERRORS * square_error / (2 * np.sqrt(square)) + 0.005


def test_two_narrow_modes_in_six_dimensions() -> None:
    """Both of two modes, 20 standard deviations apart and of unequal weight, are found with their weights."""
    centre, sd, d = 1.0, 0.1, 6

    def rows(z: np.ndarray) -> np.ndarray:
        quadratic = [-0.5 * ((z - sign * centre) ** 2).sum(axis=1) / sd**2 + np.log(share) for sign, share in ((1, 0.3), (-1, 0.7))]
        return np.logaddexp(*quadratic)[:, None]

    drawn = draw(by_normal(d, rows))
    assert drawn.converged
    holds(drawn, (drawn.x[:, 0] > 0).astype(float), 0.3)
    holds_evidence(drawn, d * (0.5 * np.log(sd**2 / (1 + sd**2)) - 0.5 * centre**2 / (1 + sd**2)))


def test_banana() -> None:
    """A posterior bent around a parabola has its known means and evidence."""

    # y | x ~ N(x**2 - 1, 0.1) seen through its density as a likelihood: the marginal of x stays N(0, 1)
    def log_prior(x: np.ndarray) -> np.ndarray:
        return standard_normal(x / 3) - 2 * np.log(3)

    def rows(x: np.ndarray) -> np.ndarray:
        bent = standard_normal(np.column_stack([x[:, 0], (x[:, 1] - x[:, 0] ** 2 + 1) / 0.1])) - np.log(0.1)
        return (bent - log_prior(x))[:, None]

    drawn = draw(Given(2, lambda u: 3 * special.ndtri(u), log_prior, rows), budget=HEAVY)
    assert drawn.converged
    holds(drawn, drawn.x[:, 0], 0.0)
    holds(drawn, drawn.x[:, 0] ** 2, 1.0)
    holds(drawn, drawn.x[:, 1], 0.0)
    holds(drawn, drawn.x[:, 1] ** 2, 2.01)
    holds_evidence(drawn, 0.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rich_hierarchy_converges_in_its_own_coordinates(seed: int) -> None:
    """Six conflicts of up to two million prisoners: converged, with the usual share of a long run."""
    drawn = draw(conflicts_in_own_coordinates(), seed, HEAVY)
    assert drawn.converged
    mean, error = average(drawn, special.expit(drawn.x[:, 0]))
    assert abs(mean - 0.2921) < ERRORS * error
    assert abs(drawn.log_evidence + 663_283.337) < ERRORS * drawn.log_evidence_error + 0.002


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_rich_hierarchy_in_prior_coordinates_is_never_wrong_in_silence(seed: int) -> None:
    """In coordinates that do not suit it the engine either says that it failed or gives the right share."""
    drawn = draw(conflicts_in_prior_coordinates(), seed)
    if drawn.converged:
        parameters = special.betaincinv(2, 5, special.ndtr(drawn.x[:, 0]))
        holds(drawn, parameters, 0.2921)
    else:
        assert "independent draws, and 10,000 were wanted" in drawn.reason or "k-hat" in drawn.reason


def test_random_walk_agrees_in_both_coordinates() -> None:
    """26 dimensions with counts converge in the prior's coordinates; the other's say that they fell short, and agree within their errors."""
    own, prior = random_walk()
    centred, free = draw(own), draw(prior, budget=HEAVY)
    assert free.converged
    assert centred.converged or "independent draws, and 10,000 were wanted" in centred.reason
    differences = [
        (centred.log_evidence, centred.log_evidence_error, free.log_evidence, free.log_evidence_error),
        (*average(centred, centred.x[:, 0]), *average(free, 1 + free.x[:, 0])),
        (*average(centred, centred.x[:, 1]), *average(free, -1 + 0.5 * free.x[:, 1])),
    ]
    for left, left_error, right, right_error in differences:
        assert abs(left - right) < ERRORS * np.hypot(left_error, right_error)


@pytest.mark.slow
def test_errors_are_honest_in_26_dimensions() -> None:
    """Over 20 seeds the evidence scatters about that by quadrature no more than its error says."""
    free, truth = random_walk()[1], random_walk_log_evidence()
    runs = [draw(free, seed) for seed in range(20)]
    z = [(drawn.log_evidence - truth) / drawn.log_evidence_error for drawn in runs]
    assert np.sqrt(np.mean(np.square(z))) < 1.5
    assert abs(np.mean(z)) < 0.8


def test_support_of_one_draw_in_ten_thousand_is_found() -> None:
    """A likelihood that is zero almost everywhere still gives its region's mass and mean."""

    def rows(z: np.ndarray) -> np.ndarray:
        return np.where(((z > 2) & (z < 3)).all(axis=1), 0.0, -np.inf)[:, None]

    drawn = draw(by_normal(2, rows))
    mass = special.ndtr(3) - special.ndtr(2)
    density = np.exp(-0.5 * np.array([2.0, 3.0]) ** 2) / np.sqrt(2 * np.pi)
    assert drawn.converged
    holds_evidence(drawn, 2 * np.log(mass))
    holds(drawn, drawn.x[:, 0], (density[0] - density[1]) / mass)


def test_impossible_rows_are_named() -> None:
    """A likelihood of zero everywhere raises, with the rows that are impossible at every draw."""

    def rows(z: np.ndarray) -> np.ndarray:
        return np.column_stack([z[:, 0], np.full(len(z), -np.inf), np.where(z[:, 0] > 0, 0, -np.inf), np.full(len(z), -np.inf)])

    with pytest.raises(NoSupport) as raised:
        draw(by_normal(2, rows), budget=Budget(points=20_000))
    assert (raised.value.rows, raised.value.draws) == ((1, 3), 16_372)


def test_rows_impossible_together_are_told_so() -> None:
    """Rows each possible but never together raise, naming none."""

    def rows(z: np.ndarray) -> np.ndarray:
        return np.where(np.column_stack([z[:, 0] > 0, z[:, 0] < 0]), 0, -np.inf)

    with pytest.raises(NoSupport, match="never possible together") as raised:
        draw(by_normal(1, rows), budget=Budget(points=9_000))
    assert raised.value.rows == ()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_are_not_finite_are_named(bad: float) -> None:
    """One NaN or plus infinity in a likelihood raises, with its row and point."""

    def rows(z: np.ndarray) -> np.ndarray:
        return np.column_stack([z[:, 0], np.where(z[:, 0] > 3, bad, 0.0)])

    with pytest.raises(NotFinite) as raised:
        draw(by_normal(1, rows))
    assert raised.value.rows == (1,)
    assert raised.value.example[0] > 3


def test_prior_that_is_not_a_number_is_told_from_rows() -> None:
    """A NaN in the prior's density raises and names no row."""
    target = Given(1, special.ndtri, lambda x: np.where(x[:, 0] > 0, np.nan, 0.0), lambda x: x)
    with pytest.raises(NotFinite, match="the prior is not finite") as raised:
        draw(target)
    assert raised.value.rows == ()


def test_draws_outside_the_prior_are_not_evaluated_and_left_out() -> None:
    """Where the prior is zero the likelihood is never asked, and no draw is returned."""

    def log_prior(x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0] > 0, -x[:, 0], -np.inf)

    def rows(x: np.ndarray) -> np.ndarray:
        assert (x > 0).all()
        return np.log(x) - 3 * x

    drawn = draw(Given(1, lambda u: -np.log(u), log_prior, rows))
    assert drawn.converged
    assert drawn.x.min() > 0
    holds(drawn, drawn.x[:, 0], 0.5)
    holds_evidence(drawn, -np.log(16))


def test_nothing_unknown_is_exact() -> None:
    """Without coordinates the evidence is the likelihood, and as many equal draws as wanted come back."""
    target = by_normal(0, lambda x: np.tile([-1.0, -2.0], (len(x), 1)))
    drawn = draw(target, budget=Budget(enough=50))
    assert drawn.x.shape == (50, 0)
    assert (drawn.log_evidence, drawn.log_evidence_error, drawn.effective_size, drawn.converged) == (-3.0, 0.0, 50.0, True)
    assert np.exp(drawn.log_weight).sum() == pytest.approx(1)


def test_without_rows_the_posterior_is_the_prior() -> None:
    """No rows: the draws are the prior's, all of one weight, so the evidence is 1 without error."""
    drawn = draw(by_normal(3, lambda z: np.empty((len(z), 0))))
    assert drawn.converged
    assert drawn.log_evidence == pytest.approx(0.0, abs=1e-12)
    assert drawn.log_evidence_error == pytest.approx(0.0, abs=1e-12)
    holds(drawn, drawn.x[:, 1], 0.0)


def test_same_generator_gives_the_same_bytes() -> None:
    """Two runs with the same seed are equal in every number; another seed is not."""
    first, second, other = (draw(eight_schools(), seed) for seed in (3, 3, 4))
    for name in ("x", "log_weight", "replicates"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert first.x.tobytes() != other.x.tobytes()


def test_each_point_is_evaluated_once() -> None:
    """The likelihood is asked once for each point of each round, and 32 times what depends on each coordinate; the weights sum to one."""
    asked = []
    target = eight_schools()

    def rows(z: np.ndarray) -> np.ndarray:
        asked.append(len(z))
        return target.log_likelihood(z)

    drawn = draw(by_normal(10, rows))
    assert sum(asked) == 4093 * 2 + len(drawn.x) + 32 * 10
    assert np.exp(drawn.log_weight).sum() == pytest.approx(1)


def test_coordinates_without_evidence_stay_as_the_prior_has_them() -> None:
    """Ten coordinates that no row depends on cost no effective draws, and keep their prior."""
    model = conjugate(2, 8, 0.1)
    few, many = (draw(by_normal(d, lambda z: model.target.log_likelihood(z[:, :2]))) for d in (2, 12))
    assert many.effective_size / len(many.x) > 0.9 * few.effective_size / len(few.x)
    holds_evidence(many, model.log_evidence)
    for i in range(2):
        holds(many, many.x[:, i], model.mean[i])
    for i in range(2, 12):
        holds(many, many.x[:, i], 0.0)
        holds(many, many.x[:, i] ** 2, 1.0)


def test_a_coordinate_that_matters_only_far_away_is_weighed_all_the_same() -> None:
    """A coordinate that the rows depend on only where no probe lies is drawn from its prior, and its posterior is right still."""

    def rows(z: np.ndarray) -> np.ndarray:
        return np.column_stack([-0.5 * (z[:, 0] - 1) ** 2, np.where(np.abs(z[:, 1]) > 2.8, -3.0, 0.0)])

    drawn = draw(by_normal(2, rows))
    assert drawn.converged
    tail = 2 * special.ndtr(-2.8)
    kept = 1 - tail + tail * np.exp(-3.0)
    holds(drawn, (np.abs(drawn.x[:, 1]) > 2.8).astype(float), tail * np.exp(-3.0) / kept)
    holds(drawn, drawn.x[:, 0], 0.5)
    holds_evidence(drawn, float(np.log(kept) - 0.25 - 0.5 * np.log(2)))


def test_spent_budget_is_told_in_words() -> None:
    """Too few points for what is wanted: not converged, and says how far it came."""
    drawn = draw(eight_schools(), budget=Budget(points=5_000))
    assert not drawn.converged
    assert drawn.reason.startswith("after learning from 2,498 points, the next 3,728 are worth ")
    assert drawn.reason.endswith(" independent draws, and 10,000 were wanted")


@pytest.mark.parametrize("narrow", [False, True])
def test_errors_are_honest(narrow: bool) -> None:  # noqa: FBT001
    """Over 100 seeds, errors of means and evidence are neither larger nor smaller than their standard errors say, and unbiased."""
    model = conjugate(5, 8, 0.1 if narrow else 1.0)
    scores = []
    for seed in range(100):
        drawn = draw(model.target, seed, Budget(enough=3_000, points=12_000, at_once=1_024))
        assert drawn.converged
        means = [average(drawn, drawn.x[:, i]) for i in range(5)]
        squares = [average(drawn, (drawn.x[:, i] - model.mean[i]) ** 2) for i in range(5)]
        scores.append(
            [(mean - model.mean[i]) / error for i, (mean, error) in enumerate(means)]
            + [(square - model.covariance[i, i]) / error for i, (square, error) in enumerate(squares)]
            + [(drawn.log_evidence - model.log_evidence) / drawn.log_evidence_error]
        )
    z = np.array(scores)
    ratios = np.sqrt((z**2).mean(axis=0))  # about 1.07 for Student's distribution with 15 degrees of freedom
    assert ratios.min() > 0.8
    assert ratios.max() < 1.4
    assert np.abs(z.mean(axis=0)).max() < 0.4
    assert (np.abs(z) < 1.96).mean() > 0.93


def _narrow_at(place: float) -> Given:
    return by_normal(4, lambda z: -0.5 * ((z - place) / 0.05) ** 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_run_whose_first_measured_points_carry_next_to_nothing_stops_measuring(seed: int) -> None:
    """After one round, where all the points allowed would not bring half of the draws wanted; and it says what it has."""
    learnt = start_sampling(_narrow_at(1.2), rng=np.random.default_rng(seed), budget=Budget())
    assert learnt.weighted.converged
    moved = replace(learnt, target=_narrow_at(-1.2), measured=empty_cloud(4))
    found = continue_sampling(moved, rng=np.random.default_rng(seed), budget=Budget())
    assert len(found.measured.drawn) == 1
    assert len(found.measured.x) == 12_176
    assert not found.weighted.converged
    assert found.weighted.reason.startswith("after learning from 8,186 points, the next 12,176 are worth ")


@pytest.mark.parametrize(("wanted", "rounds"), [(1.8, 2), (2.2, 1)])
def test_whether_more_is_drawn_goes_by_what_all_points_allowed_would_be_worth(wanted: float, rounds: int) -> None:
    """By the first round's worth they would bring more than half of the draws wanted, or less."""
    learnt = start_sampling(_narrow_at(1.2), rng=np.random.default_rng(1), budget=Budget())
    assert learnt.learnt is not None
    first = effective_size(learnt.measured.log_ratio)
    allowed = FARTHER * 131_072 - learnt.learnt.points
    budget = Budget(enough=wanted * first / len(learnt.measured.x) * allowed)
    sampling = importance._sample_from_proposal(learnt.target, learnt.learnt, learnt.measured, budget, np.random.default_rng(1))
    assert (len(sampling.measured.drawn) > 1) == (rounds > 1)


def test_after_the_first_round_a_run_goes_on_where_nine_tenths_of_the_draws_wanted_are_to_be_expected() -> None:
    """And each round is at most twice as many points as all before."""
    learnt = start_sampling(_narrow_at(1.2), rng=np.random.default_rng(1), budget=Budget())
    assert learnt.learnt is not None
    two = continue_sampling(learnt, rng=np.random.default_rng(2), budget=Budget(enough=1.5 * learnt.weighted.effective_size))
    assert len(two.measured.drawn) == 2
    rate, drawn = two.weighted.effective_size / len(two.measured.x), len(two.measured.x)
    for wanted, rounds in ((0.95, 2), (1.0 / 0.85, 0)):
        budget = Budget(enough=wanted * rate * (FARTHER * 131_072 - learnt.learnt.points))
        more = continue_sampling(two, rng=np.random.default_rng(3), budget=budget)
        assert (len(more.measured.drawn) > 2) == (rounds > 0)
        if rounds:
            assert len(more.measured.x) > drawn
            assert (
                max(
                    np.diff(np.cumsum([count for _, count in more.measured.drawn]))
                    / np.cumsum([count for _, count in more.measured.drawn])[:-1]
                )
                <= 2
            )


@pytest.mark.parametrize("target", [eight_schools(), conjugate(5, 8, 0.1).target], ids=["eight schools", "conjugate"])
def test_a_run_that_carries_well_is_as_it_was(target: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an early end and without, the draws are the same."""
    drawn = draw(target)
    for name in ("UNLIKELY", "HOPELESS"):
        monkeypatch.setattr(importance, name, 0.0)
    assert draw(target).x.tobytes() == drawn.x.tobytes()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fit_to_the_points_that_measured_gives_the_same_evidence_by_other_points(seed: int) -> None:
    """It measures anew, with the old fit beside the new one, and what it was learnt from is the same."""
    model = conjugate(5, 8, 0.1)
    first = start_sampling(model.target, rng=np.random.default_rng(seed), budget=Budget())
    again = refit_and_sample(first, rng=np.random.default_rng(seed), budget=Budget())
    assert first.learnt is not None
    assert again.learnt is not None
    assert again.learnt.seen is first.learnt.seen
    assert again.learnt.fitted is not None
    assert first.learnt.fitted is not None
    assert again.learnt.fitted.parts[-len(first.learnt.fitted.parts) :] == first.learnt.fitted.parts
    assert len(again.learnt.fitted.parts) > len(first.learnt.fitted.parts)
    assert not np.isin(again.measured.x[:, 0], first.measured.x[:, 0]).any()
    assert again.weighted.converged
    holds_evidence(again.weighted, model.log_evidence)
    for i in range(5):
        holds(again.weighted, again.weighted.x[:, i], model.mean[i])


def test_where_nothing_is_to_be_learnt_another_fit_is_the_same_prior() -> None:
    """And where nothing is unknown, the same point."""
    without_rows = start_sampling(by_normal(3, lambda z: np.empty((len(z), 0))), rng=np.random.default_rng(1), budget=Budget())
    again = refit_and_sample(without_rows, rng=np.random.default_rng(2), budget=Budget())
    assert again.learnt is without_rows.learnt
    assert again.weighted.converged
    known = start_sampling(by_normal(0, lambda x: np.full((len(x), 1), -1.0)), rng=np.random.default_rng(1), budget=Budget())
    assert refit_and_sample(known, rng=np.random.default_rng(1), budget=Budget()) is known


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_peaks_where_there_is_nothing_leave_a_run_right(seed: int) -> None:
    """They cost draws, and the weights stay exact."""
    model = conjugate(5, 8, 0.1)
    peaks = Mixture((MultivariateT(np.full(5, 3.0), 0.1 * np.eye(5), 8.0),), (1.0,))
    drawn = start_sampling(model.target, rng=np.random.default_rng(seed), budget=Budget(), peaks=peaks).weighted
    assert drawn.converged
    holds_evidence(drawn, model.log_evidence)
    for i in range(5):
        holds(drawn, drawn.x[:, i], model.mean[i])
