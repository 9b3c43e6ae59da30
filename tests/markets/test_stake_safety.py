"""What keeps stakes small: the pool's weight, edges under two errors, and drawdown."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.markets.faults import MarketFault
from forecast.markets.stakes.drawdown import simulate_drawdown
from forecast.markets.stakes.edges import edge_of
from forecast.markets.stakes.kelly import BinaryChances
from forecast.markets.stakes.legs import OfferLevel
from forecast.markets.stakes.model_weight import STATED, STATED_WEIGHT, estimate_model_weight, pooled_chance, pooled_slope


def records(size: int, *, ours: float, theirs: float, seed: int = 1):
    """Chances of model and market that miss the true log odds by errors of these sizes, and outcomes."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.5, size)
    model, market = (1 / (1 + np.exp(-truth - rng.normal(0, spread, size))) for spread in (ours, theirs))
    return model, market, rng.random(size) < 1 / (1 + np.exp(-truth))


def test_few_questions_leave_the_stated_weight():
    """19 say nothing, and 20 move it a little."""
    model, market, happened = records(20, ours=0.1, theirs=2.0)
    assert estimate_model_weight(model[:19], market[:19], happened[:19]) == STATED
    found = estimate_model_weight(model, market, happened)
    assert found.is_estimated
    assert STATED_WEIGHT < found.value < 0.7


def test_many_questions_find_who_is_better():
    """Of 2,000 questions the weight goes to the one that errs less, near 0 or 1."""
    for ours, theirs, low, high in ((0.1, 1.5, 0.8, 1.0), (1.5, 0.1, 0.0, 0.15), (1.0, 1.0, 0.35, 0.65)):
        found = estimate_model_weight(*records(2_000, ours=ours, theirs=theirs))
        assert low <= found.value <= high
        assert found.error < 0.1


def test_the_weight_needs_chances():
    """Of 0 and 1 nothing can be pooled, and each question has all three."""
    with pytest.raises(MarketFault, match="both excluded"):
        estimate_model_weight(np.array([0.0]), np.array([0.5]), np.array([True]))
    with pytest.raises(MarketFault, match="each settled question"):
        estimate_model_weight(np.array([0.5]), np.array([0.5, 0.5]), np.array([True]))


def test_the_error_of_a_pool_is_its_slope_times_that_of_the_model():
    """Compared with moving the model's chance a little; with a weight of 1 the pool is the model."""
    moved = pooled_chance(model=0.3 + 1e-6, market=0.6, weight=0.4)
    pooled = pooled_chance(model=0.3, market=0.6, weight=0.4)
    assert 1e-6 * pooled_slope(model=0.3, pooled=pooled, weight=0.4) == pytest.approx(moved - pooled, rel=1e-4)
    assert pooled_chance(model=0.3, market=0.6, weight=1) == pytest.approx(0.3)


def test_an_edge_is_after_fees_and_refunds():
    """At .40 and a fee of .01 a chance of .45 has four points; a void contract that gives all back needs less."""
    offer = OfferLevel(0.40, 0.01, 10)
    plain = edge_of("yes", BinaryChances(0.45), offer, error=0.0)
    assert plain.value == pytest.approx(0.04)
    void = BinaryChances(0.45, 0.1, 0.5)
    assert edge_of("yes", void, offer, error=0.0).value == pytest.approx(0.45 * 0.59 - 0.45 * 0.41 - 0.1 * (0.41 - 0.20))


def test_an_edge_under_two_errors_is_refused():
    """Errors and doubt add as squares: .03 and .04 are .05, so that an edge of .099 is too small and one of .101 is not."""
    for price, suffices in ((0.401, False), (0.399, True)):
        edge = edge_of("no", BinaryChances(0.5), OfferLevel(price, 0.0, 10), error=0.03, doubt=0.04)
        assert edge.needed == pytest.approx(0.1)
        assert edge.suffices is suffices
        assert bool(edge.refusal) is not suffices
    refused = edge_of("no", BinaryChances(0.5), OfferLevel(0.401, 0.0, 10), error=0.03, doubt=0.04)
    assert refused.refusal == "the edge of 9.90 points is under two errors, 10.00 points (Monte Carlo 3.00, stated doubt 4.00)"
    assert edge_of("no", BinaryChances(0.5), OfferLevel(0.6, 0.0, 1), error=0.0).refusal == "no edge: -10 points after fees"


def test_drawdown_has_the_closed_form_of_two_bets():
    """Wealth is doubled or halved on a toss: over two bets it is at half or below with 1/2 + 1/4 · 0, and never at a tenth."""
    found = simulate_drawdown(np.array([2.0, 0.5]), np.array([0.5, 0.5]), np.random.default_rng(1), bets=2)
    assert found.half_at_once == pytest.approx(0.5)
    assert found.half == pytest.approx(0.5, abs=0.02)
    assert found.ruin == 0
    assert found.median_fall == pytest.approx(0.5)
    long = simulate_drawdown(np.array([1.02, 0.98]), np.array([0.5, 0.5]), np.random.default_rng(1), bets=9)
    assert long.half == 0
    assert long.high_fall < 1 - 0.98**9
    certain = simulate_drawdown(np.array([1.0, 0.0]), np.array([0.9, 0.1]), np.random.default_rng(1), bets=5)
    assert certain.ruin == pytest.approx(1 - 0.9**5, abs=0.02)
