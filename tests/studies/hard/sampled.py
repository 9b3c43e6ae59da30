"""Posteriors by a long run of an ensemble sampler, for those with too many dimensions for a grid.

Goodman and Weare 2010 (doi:10.2140/camcos.2010.5.65), stretch moves of half an ensemble at a time.  Sixteen ensembles that never meet
give the error of every share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.language.arrays import Array
from tests.studies.hard.members import Figure

ENSEMBLES = 16
STRETCH = 2.0
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws ``(ensembles, draws, d)``."""

    x: Array

    def figure(self, name: str, values: Array, level: float) -> Figure:
        """The share of values ``(ensembles, draws)`` below about their own point at a level, and its error."""
        at = float(f"{np.quantile(values, level):.{DIGITS}g}")
        shares = (values <= at).mean(axis=1)
        return Figure(name, float(shares.mean()), at, error=float(shares.std(ddof=1) / ENSEMBLES**0.5))

    def probability(self, question: str, held: NDArray[np.bool_]) -> Figure:
        """The share of draws ``(ensembles, draws)`` for which a question's condition holds, and its error."""
        shares = held.mean(axis=1)
        return Figure(question, float(shares.mean()), error=float(shares.std(ddof=1) / ENSEMBLES**0.5))


def ensembles(
    log_density: Callable[[Array], Array], start: Array, *, walkers: int, steps: int, seed: int, burn: float = 0.2, thin: int = 10
) -> Draws:
    """Run ensembles of ``walkers`` from points spread widely around ``start`` ``(d,)``; ``log_density`` takes ``(n, d)``."""
    rng = np.random.default_rng(seed)
    d, half = len(start), walkers // 2
    x = start + rng.normal(size=(ENSEMBLES, walkers, d))
    height = log_density(x.reshape(-1, d)).reshape(ENSEMBLES, walkers)
    kept = []
    for step in range(steps):
        for moved, fixed in ((slice(0, half), slice(half, walkers)), (slice(half, walkers), slice(0, half))):
            others = x[:, fixed]
            partner = np.take_along_axis(others, rng.integers(others.shape[1], size=(ENSEMBLES, half))[:, :, None], axis=1)
            factor = ((STRETCH - 1) * rng.random((ENSEMBLES, half)) + 1) ** 2 / STRETCH
            proposed = partner + factor[:, :, None] * (x[:, moved] - partner)
            there = log_density(proposed.reshape(-1, d)).reshape(ENSEMBLES, half)
            taken = np.log(rng.random((ENSEMBLES, half))) < (d - 1) * np.log(factor) + there - height[:, moved]
            x[:, moved] = np.where(taken[:, :, None], proposed, x[:, moved])
            height[:, moved] = np.where(taken, there, height[:, moved])
        if step >= burn * steps and step % thin == 0:
            kept.append(x.copy())
    return Draws(np.concatenate(kept, axis=1))
