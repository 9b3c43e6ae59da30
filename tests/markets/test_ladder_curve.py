"""Fair values of a ladder: monotone curves through bids and asks."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.markets.coherence import ladder_curve
from forecast.markets.coherence.ladder_curve import LadderCurve, LadderQuotes, fit_ladder
from forecast.markets.faults import MarketFault
from tests.studies.ladders import DAYS, NOISES, compare, truths

pytestmark = pytest.mark.medium


def quotes_around(chances: object, *, half: float = 0.01, origin: float | None = 0.0) -> LadderQuotes:
    """Bids and asks on both sides of probabilities of the eight deadlines."""
    middle = np.asarray(chances, dtype=float)
    return LadderQuotes(DAYS[: len(middle)], middle - half, middle + half, origin)


def test_a_ladder_of_even_hazard_is_met() -> None:
    """Where the midpoints have a constant hazard or a Weibull's, the fair values are these to 0.002, and a smooth curve is chosen."""
    for name in ("constant", "Weibull, rising (shape 1.7)", "Weibull, falling (shape 0.5)"):
        truth = truths()[name]
        curve = fit_ladder(quotes_around(truth, half=0.005))
        assert curve.fair == pytest.approx(truth, abs=0.002)
        assert curve.smoothness < 0.3
        assert curve.error < 0.3


def test_fair_values_rise_whatever_the_prices_are() -> None:
    """In random ladders, also with prices that fall, fair values lie within 0 to 1 and rise, with and without a beginning."""
    rng = np.random.default_rng(5)
    for _ in range(40):
        count = int(rng.integers(1, 9))
        middle = rng.uniform(0.02, 0.98, count)
        origin = 0.0 if rng.integers(2) else None
        curve = fit_ladder(quotes_around(middle, half=float(rng.uniform(0.001, 0.02)), origin=origin))
        assert ((curve.fair > 0) & (curve.fair < 1)).all()
        assert (np.diff(curve.fair) >= 0).all()


def test_a_noisy_rung_is_drawn_to_the_curve_and_a_sure_one_draws_it() -> None:
    """A rung that is 4 cents off a constant hazard moves most of the way back if its spread is 12 cents, and little if it is 0.4 cents."""
    truth = truths()["constant"]
    moved = truth.copy()
    moved[4] += 0.04
    for half, low, high in ((0.06, 0.0, 0.015), (0.002, 0.025, 0.045)):
        halves = np.full(8, 0.005)
        halves[4] = half
        curve = fit_ladder(LadderQuotes(DAYS, moved - halves, moved + halves, 0.0))
        assert low < curve.fair[4] - truth[4] < high


def test_two_venues_of_one_deadline_are_one_rung() -> None:
    """Two quotes at a position make one fair value between them, nearer to the narrower."""
    quotes = LadderQuotes(np.array([30.0, 30, 60, 90]), np.array([0.08, 0.13, 0.2, 0.28]), np.array([0.1, 0.19, 0.22, 0.3]), 0.0)
    curve = fit_ladder(quotes)
    assert curve.positions.tolist() == [30, 60, 90]
    assert 0.09 < curve.fair[0] < 0.125


def test_a_bid_alone_is_a_lower_end() -> None:
    """A rung with a bid far above its neighbours' curve raises it; one with a bid below hardly moves it, and so for asks."""
    truth = truths()["constant"]

    def fair(bid: float, ask: float) -> float:
        bids, asks = truth - 0.01, truth + 0.01
        bids[3], asks[3] = bid, ask
        return float(fit_ladder(LadderQuotes(DAYS, bids, asks, 0.0), smoothness=0.4, error=0.5).fair[3])

    unknown = fair(np.nan, np.nan)
    assert unknown == pytest.approx(truth[3], abs=0.003)
    assert fair(0.01, np.nan) == pytest.approx(unknown, abs=0.001)
    assert fair(np.nan, 0.9) == pytest.approx(unknown, abs=0.001)
    assert fair(0.6, np.nan) > unknown + 0.002
    assert fair(np.nan, 0.02) < unknown - 0.002


def test_the_mode_has_the_slopes_of_the_posterior() -> None:
    """Gradient and curvature equal finite differences of the log posterior, with two-sided and one-sided quotes."""
    quotes = LadderQuotes(np.array([30.0, 60, 90, 180]), np.array([0.04, 0.09, np.nan, 0.3]), np.array([0.06, 0.12, 0.15, 0.32]), 0.0)
    fit = ladder_curve._prepare(quotes, quotes.positions, np.arange(4), tau=0.4, error=0.5)
    theta, step = np.array([-6.0, -6.5, -5.9, -6.2]), 1e-5
    gradient, curvature = ladder_curve._slopes(fit, theta)
    for at, shift in enumerate(step * np.eye(4)):
        up, down = theta + shift, theta - shift
        assert gradient[at] == pytest.approx(
            (ladder_curve._log_posterior(fit, up) - ladder_curve._log_posterior(fit, down)) / (2 * step), rel=1e-6
        )
        differences = (ladder_curve._slopes(fit, up)[0] - ladder_curve._slopes(fit, down)[0]) / (2 * step)
        assert curvature[at] == pytest.approx(-differences, rel=1e-6)


def test_one_rung_keeps_its_midpoint() -> None:
    """With a single rung nothing moves it; a curve of given smoothness keeps it."""
    curve = fit_ladder(quotes_around([0.3]), smoothness=0.2)
    assert isinstance(curve, LadderCurve)
    assert curve.fair == pytest.approx([0.3], abs=0.001)
    assert curve.smoothness == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("positions", "bids", "asks", "origin"),
    [
        ([30.0], [0.2, 0.3], [0.4], None),
        ([0.0], [0.2], [0.4], 0.0),
        ([30.0], [0.5], [0.4], None),
        ([30.0], [-0.1], [0.4], None),
        ([30.0], [np.nan], [0.4], None),
    ],
)
def test_what_is_no_ladder_is_refused(positions: list[float], bids: list[float], asks: list[float], origin: float | None) -> None:
    """Shapes that differ, a rung at the beginning, a bid above its ask, a price outside 0 to 1, and no two-sided rung at all are faults."""
    with pytest.raises(MarketFault):
        LadderQuotes(np.array(positions), np.array(bids), np.array(asks), origin)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("ladders", [25, pytest.param(500, marks=[pytest.mark.study, pytest.mark.slow])])
def test_fitted_rungs_score_better_than_raw_ones(ladders: int, noise: float) -> None:
    """Over all true hazards together, in the fitted family or not, the expected log score of fitted rungs beats that of raw ones by two errors.

    With 500 ladders it does for each, but for the wave where errors are small: there both are as good, to a tenth of the loss.
    """
    found = [compare(truth, noise=noise, ladders=ladders) for truth in truths().values()]
    gain = sum(its.raw - its.fitted for its in found)
    assert gain > 2 * sum(its.error**2 for its in found) ** 0.5
    if ladders >= 500:
        better = [its.raw - its.fitted > 2 * its.error for its in found]
        assert better.count(False) <= (noise < 1)
        assert all(its.fitted < 1.1 * its.raw for its in found)
