"""Drawdown and ruin: what happens to wealth over many bets like these, simulated.

Each of N bets in a row multiplies wealth by what one joint outcome, drawn anew, makes of it: stakes stay the same shares of wealth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast.language.arrays import Array

BETS = 100
RUNS = 10_000
HALF, RUIN = 0.5, 0.1  # of wealth at the start


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Chances of losing, and falls from a peak.

    ``half_at_once`` is the chance that these contracts alone lose half of wealth or more.  Over ``bets`` such bets in a row: ``half`` and
    ``ruin`` are the chances that wealth is at some point half and a tenth of what it was at the start, or less; ``median_fall`` and
    ``high_fall`` the median and the 95 % quantile of the deepest fall from a peak, as shares of the peak.
    """

    bets: int
    half_at_once: float
    half: float
    ruin: float
    median_fall: float
    high_fall: float


def simulate_drawdown(ratios: Array, weights: Array, rng: np.random.Generator, *, bets: int = BETS, runs: int = RUNS) -> Drawdown:
    """Return chances and falls from wealth over wealth before, ``ratios`` ``(states,)`` above or at 0, with their probabilities ``weights``.

    Errors of the chances are at most .5 % with 10,000 runs.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(ratios, 0.0))
    lowest, deepest, wealth, peak = np.zeros(runs), np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for _ in range(bets):
        wealth = wealth + logs[rng.choice(len(weights), size=runs, p=weights)]
        peak = np.maximum(peak, wealth)
        lowest = np.minimum(lowest, wealth)
        deepest = np.minimum(deepest, wealth - peak)
    falls = -np.expm1(deepest)
    median, high = np.quantile(falls, (0.5, 0.95))
    return Drawdown(
        bets,
        float(weights @ (ratios <= HALF)),
        float((lowest <= np.log(HALF)).mean()),
        float((lowest <= np.log(RUIN)).mean()),
        float(median),
        float(high),
    )
