"""``python -m tests.benchmarks.effective_draws DRAWS ...``: the effective draws of the unknown that has fewest, and the mean of the first, of each file.

A file has ``(chains, draws, unknowns)``; the figure is the bulk effective sample size of Vehtari et al. (2021), as ArviZ computes it.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from arviz_stats.base import array_stats  # noqa: TID253 - this is a program


def smallest_effective_size(draws: np.ndarray) -> float:
    """Return the smallest bulk effective sample size over the unknowns of ``(chains, draws, unknowns)``."""
    sizes = [array_stats.ess(draws[:, :, at], chain_axis=0, draw_axis=1, method="bulk") for at in range(draws.shape[2])]
    return float(np.min(sizes))


if __name__ == "__main__":
    loaded = [np.load(path) for path in sys.argv[1:]]
    print(json.dumps([{"effective_draws": smallest_effective_size(draws), "mean": float(draws[:, :, 0].mean())} for draws in loaded]))
