"""The smallest change of a posterior for which the mean chance is a price: closed forms, counts on few paths, and what cannot be said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special

from forecast.language.arrays import Array
from forecast.markets.comparison.tilting import ChanceDraws, Tilt, tilt_to
from forecast.markets.faults import MarketFault

ALPHA, BETA = 3.0, 17.0


@pytest.mark.parametrize("target", [0.02, 0.1, 0.2, 0.3])
def test_the_tilt_of_a_beta_has_its_closed_form(target: float) -> None:
    """For p = θ with a Beta posterior, λ, divergence and moments are those of Kummer's function: Z(λ) = M(a, a + b, λ)."""
    tilt, divergence = _tilted_beta(target)
    theta = (np.arange(20_000) + 0.5) / 20_000
    weights = _beta_density(theta) / 20_000
    found = tilt_to(ChanceDraws(theta, weights / weights.sum()), target)
    assert found.status == "found"
    assert found.tilt == pytest.approx(tilt, rel=1e-7)
    assert found.divergence == pytest.approx(divergence, rel=1e-7)
    assert float(found.weights @ theta) == pytest.approx(target, rel=1e-9)
    second = integrate.quad(lambda x: x * x * np.exp(tilt * x) * _beta_density(x), 0, 1)[0] / special.hyp1f1(ALPHA, ALPHA + BETA, tilt)
    assert float(found.weights @ theta**2) == pytest.approx(second, rel=1e-7)


def test_no_other_weights_with_that_mean_have_a_smaller_divergence() -> None:
    """Weights moved along a direction that keeps sum and mean have a larger divergence from the draws' own."""
    rng = np.random.default_rng(5)
    theta = rng.beta(ALPHA, BETA, 500)
    found = tilt_to(_known(theta), 0.18)
    assert found.divergence == pytest.approx(float(found.weights @ np.log(found.weights * 500)), rel=1e-9)
    fixed = np.stack([np.ones(500), theta], axis=1)
    for _ in range(20):
        direction = rng.normal(size=500) * found.weights
        direction -= fixed @ np.linalg.lstsq(fixed, direction, rcond=None)[0]
        moved = found.weights + 1e-3 * found.weights.min() * direction / np.abs(direction).max()
        assert float(moved @ np.log(moved * 500)) > found.divergence


@pytest.mark.parametrize("target", [0.1, 0.2, 0.25])
def test_few_paths_a_draw_do_not_bias_the_tilt(target: float) -> None:
    """With 24 paths on each draw, over 40 sets of draws λ, divergence and the tilted θ average to the closed form; naive shares do not."""
    tilt, divergence = _tilted_beta(target)
    found = [_counted(seed, target) for seed in range(40)]
    for name, values, truth in (
        ("tilt", [its.tilt for its, _ in found], tilt),
        ("divergence", [its.divergence for its, _ in found], divergence),
        ("theta", [float(its.weights @ theta) for its, theta in found], target),
    ):
        error = float(np.std(values)) / np.sqrt(len(values))
        assert float(np.mean(values)) == pytest.approx(truth, abs=3 * error + 0.005 * abs(truth)), name
    _, counts = _draw_counts(0)
    naive = tilt_to(_known(counts / 24), target)
    assert naive.divergence < 0.75 * divergence


def test_the_stated_error_of_the_divergence_is_its_spread() -> None:
    """Over 60 sets of draws the divergence spreads about as its stated error says, for known chances and for counts."""
    counted = [_counted(seed, 0.2)[0] for seed in range(60)]
    known = [tilt_to(_known(np.random.default_rng(seed).beta(ALPHA, BETA, 4_000)), 0.2) for seed in range(60)]
    for found in (counted, known):
        spread = float(np.std([its.divergence for its in found], ddof=1))
        assert 0.7 < spread / float(np.mean([its.divergence_error for its in found])) < 1.4


def test_what_is_beyond_proven_bounds_is_impossible() -> None:
    """A price outside the bounds that are proven is impossible, and one of exactly 0 or 1 too, whatever the draws show."""
    theta = np.random.default_rng(6).beta(ALPHA, BETA, 5_000)
    assert tilt_to(_known(theta), 1.02).status == "impossible"
    assert tilt_to(_known(theta), 0.0).status == "impossible"
    assert tilt_to(_known(theta / 2), 0.6, bounds=(0.0, 0.5)).status == "impossible"
    settled = _known(np.ones(500))
    assert tilt_to(settled, 0.97, bounds=(1.0, 1.0)).status == "impossible"
    assert tilt_to(settled, 1.0, bounds=(1.0, 1.0)).status == "found"


def test_what_the_draws_do_not_reach_is_not_called_impossible() -> None:
    """A price that the parameters can give, but only beyond the draws or on a handful of them, is not resolved; the reach is said."""
    theta = np.random.default_rng(6).beta(ALPHA, BETA, 5_000)
    beyond, barely = tilt_to(_known(theta), 0.9), tilt_to(_known(theta), 0.45)
    assert (beyond.status, barely.status) == ("not resolved", "not resolved")
    assert beyond.reach is not None
    low, high = beyond.reach
    assert 0 < low < 0.05
    assert 0.25 < high < 0.45
    assert tilt_to(_known(theta), high - 0.005).status == "found"
    assert tilt_to(_known(theta), high + 0.005).status == "not resolved"


def test_too_few_paths_are_not_trusted() -> None:
    """Where the series of exp(λ p) would be cut off at the number of paths, nothing is said."""
    rng = np.random.default_rng(7)
    theta = rng.beta(ALPHA, BETA, 20_000)
    few = ChanceDraws(rng.binomial(4, theta).astype(float), np.full(20_000, 1 / 20_000), np.full(20_000, 4.0))
    assert tilt_to(few, 0.05).status == "not resolved"


def test_a_price_at_the_answer_needs_no_change() -> None:
    """At the mean chance itself the divergence is 0 and the weights are the draws' own."""
    theta = np.random.default_rng(8).beta(ALPHA, BETA, 1_000)
    found = tilt_to(_known(theta), float(theta.mean()))
    assert (found.status, found.tilt, found.divergence) == ("found", 0.0, 0.0)
    assert found.weights == pytest.approx(np.full(1_000, 1e-3))


def test_draws_on_which_the_condition_never_held_weigh_nothing() -> None:
    """A draw without a path that counts changes nothing."""
    theta, counts = _draw_counts(3)
    size = len(theta)
    one = ChanceDraws(counts, np.full(size, 1 / size), np.full(size, 24.0))
    more = ChanceDraws(np.append(counts, 0.0), np.append(one.weights, 0.0), np.full(size + 1, 24.0) * (np.arange(size + 1) < size))
    assert tilt_to(more, 0.2).divergence == pytest.approx(tilt_to(one, 0.2).divergence, rel=1e-9)


def test_what_is_no_chance_is_refused() -> None:
    """Chances outside 0 to 1, counts above the number of paths, and weights that do not sum to one are refused."""
    for happened, weights, paths in (([1.5], [1.0], None), ([3.0], [1.0], [2.0]), ([0.5], [0.9], None), ([np.nan], [1.0], None)):
        with pytest.raises(MarketFault):
            ChanceDraws(np.array(happened), np.array(weights), None if paths is None else np.array(paths))


def _known(theta: Array) -> ChanceDraws:
    return ChanceDraws(theta, np.full(len(theta), 1 / len(theta)))


def _draw_counts(seed: int, size: int = 4_000) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    theta = rng.beta(ALPHA, BETA, size)
    return theta, rng.binomial(24, theta).astype(float)


def _counted(seed: int, target: float) -> tuple[Tilt, Array]:
    theta, counts = _draw_counts(seed)
    return tilt_to(ChanceDraws(counts, np.full(len(theta), 1 / len(theta)), np.full(len(theta), 24.0)), target), theta


def _beta_density[Number: (float, Array)](theta: Number) -> Number:
    return theta ** (ALPHA - 1) * (1 - theta) ** (BETA - 1) / special.beta(ALPHA, BETA)


def _tilted_beta(target: float) -> tuple[float, float]:
    """λ and the divergence for a mean, by Kummer's function M: Z(λ) = M(a, a + b, λ)."""

    def mean(tilt: float) -> float:
        ratio = special.hyp1f1(ALPHA + 1, ALPHA + BETA + 1, tilt) / special.hyp1f1(ALPHA, ALPHA + BETA, tilt)
        return float(ALPHA / (ALPHA + BETA) * ratio)

    low, high = -400.0, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    tilt = (low + high) / 2
    return tilt, tilt * target - float(np.log(special.hyp1f1(ALPHA, ALPHA + BETA, tilt)))
