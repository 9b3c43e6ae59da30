"""How near to the truth the fitted values of a ladder are, beside its rungs' own midpoints, for hazards in and out of the fitted family.

``python -m tests.studies.ladders`` writes the table beside this file.  It takes some minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import typer

from forecast.language.arrays import Array
from forecast.markets.coherence.ladder_curve import LadderQuotes, fit_ladder

LADDERS = 500
DAYS = 30.0 * np.arange(1, 9)
NOISES = (0.3, 1.0)  # of a market's midpoint in log odds, in half spreads
TABLE = Path(__file__).with_suffix(".md")
HEADING = """# Fitted ladders in simulation

{ladders} ladders for each line: eight deadlines, a month apart. The market's midpoint errs, rung by rung, by a normal error in log odds with the standard deviation that is stated, in half spreads; the half spread is a cent and 4 % of F (1 - F), and bid and ask are rounded outwards to cents. Losses are expected log scores beyond that of the truth, in thousandths of a nat for each rung; the midpoint of a rung is its raw price. A hazard that goes up and down from rung to rung cannot be told from errors of the market: it is smoothed away, and raw rungs are better (last two lines). The error is that of the difference. `python -m tests.studies.ladders` makes this table.

| true hazard | error | raw rungs | fitted | difference | error of it |
|---|--:|--:|--:|--:|--:|
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean losses, in nats for each rung, of raw rungs and of fitted values, and the error of the mean of their difference."""

    raw: float
    fitted: float
    error: float


def truths() -> dict[str, Array]:
    """The probabilities of the eight deadlines, by what their hazard is."""
    months = np.arange(1, 9)
    return {
        "constant": -np.expm1(-0.0015 * DAYS),
        "Weibull, rising (shape 1.7)": -np.expm1(-((DAYS / 300) ** 1.7)),
        "Weibull, falling (shape 0.5)": -np.expm1(-((DAYS / 600) ** 0.5)),
        "log-logistic, rising and falling (shape 2.5)": 1 / (1 + (DAYS / 150) ** -2.5),
        "wave of six months": -np.expm1(-np.cumsum(0.06 * (1 + 0.9 * np.sin(np.pi * months / 3)))),
        "an event in the fifth month": -np.expm1(-np.cumsum(np.where(months == 5, 0.5, 0.03))),
        "immune: 30 % can never happen": 0.7 * -np.expm1(-0.008 * DAYS),
    }


def fast_wave() -> Array:
    """A hazard that goes up and down from rung to rung, by up to a factor of ten: nothing tells it from errors of the market."""
    return -np.expm1(-np.cumsum(0.06 * (1 + 0.9 * np.sin(np.pi * np.arange(1, 9) / 1.5))))


def compare(truth: Array, *, noise: float, ladders: int) -> Comparison:
    """Return the losses on simulated ladders around one truth."""
    raw, fitted = np.empty(ladders), np.empty(ladders)
    for seed in range(ladders):
        rng = np.random.default_rng([16, seed])
        half = 0.01 + 0.04 * truth * (1 - truth)
        odds = np.log(truth / (1 - truth)) + rng.normal(0, noise * half / (truth * (1 - truth)))
        middle = 1 / (1 + np.exp(-odds))
        bids = np.clip(np.floor(100 * (middle - half)) / 100, 0.0, 0.98)
        asks = np.clip(np.ceil(100 * (middle + half)) / 100, 0.02, 1.0)
        raw[seed] = _loss(truth, np.clip((bids + asks) / 2, 0.005, 0.995))
        fitted[seed] = _loss(truth, fit_ladder(LadderQuotes(DAYS, bids, asks, 0.0)).fair)
    return Comparison(float(raw.mean()), float(fitted.mean()), float((fitted - raw).std(ddof=1) / ladders**0.5))


def lines() -> Iterator[str]:
    """The lines of the table."""
    for name, truth in {**truths(), "wave of three months, which looks like errors": fast_wave()}.items():
        for noise in NOISES:
            its = compare(truth, noise=noise, ladders=LADDERS)
            figures = (its.raw, its.fitted, its.fitted - its.raw, its.error)
            yield f"| {name} | {noise} | {' | '.join(f'{1000 * figure:.3f}' for figure in figures)} |"


def _loss(truth: Array, stated: Array) -> float:
    return float(np.mean(truth * np.log(truth / stated) + (1 - truth) * np.log((1 - truth) / (1 - stated))))


def write_table() -> None:
    """Write the table beside this file."""
    TABLE.write_text(HEADING.format(ladders=LADDERS) + "\n".join(lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(write_table)
